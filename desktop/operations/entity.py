"""What the entity's administrator enters: units, officials, devices, actions, holidays, the recovery key. One directory each time.

``folder`` is where the entity's key lies. Every function raises ``directory.inconsistent``, ``directory.unknown_unit`` and
``directory.unknown_official``, ``device.key_missing``, ``storage.unreachable``; nothing is published then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.people import Directory, Official, Unit
from desktop.sync.device import choose_vault, write_private
from desktop.sync.directory import DirectoryPins, latest, publish
from desktop.sync.enrolment import revoke as revoked

from .calendar import public_days
from .device_ends import end_of
from .join import ADMIN

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore


@dataclass(frozen=True, slots=True)
class Entered:
    """The directory after it; ``devices`` are those that it revoked, by id."""

    directory: Directory
    devices: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntityDesk:
    """Where the administrator works: the entity's key and its exchange. ``now`` is aware."""

    folder: Path
    entity: str
    exchange: ObjectStore
    now: datetime

    def enter(self, change: Directory, old: Directory) -> Entered:
        """Publish that as the next version after ``old``; the same again publishes nothing."""
        if change == old:
            return Entered(old)
        new = replace(change, number=old.number + 1)
        publish(self.exchange, new, choose_vault(self.folder).load(ADMIN))
        was = {device.id for device in old.devices if device.revoked_at is not None}
        gone = (device.id for device in new.devices if device.revoked_at is not None and device.id not in was)
        return Entered(new, tuple(gone))

    def newest(self) -> Directory:
        """The version to start from. Raises ``directory.*``."""
        key = choose_vault(self.folder).load(ADMIN)
        return latest(self.exchange, self.entity, DirectoryPins(key.public()[0]))

    def today(self, directory: Directory) -> date:
        """The day in the entity's zone."""
        from zoneinfo import ZoneInfo

        return self.now.astimezone(ZoneInfo(directory.entity.zone)).date()


# --- units


def add_unit(at: EntityDesk, unit: Unit) -> Entered:
    """A new unit. Raises ``entity.unit_exists`` where the id or the prefix is taken by a living one."""
    old = at.newest()
    if any(unit.id == each.id or (each.ended_on is None and each.prefix == unit.prefix) for each in old.units):
        raise OfficeError("entity.unit_exists", prefix=unit.prefix)
    return at.enter(replace(old, units=(*old.units, unit)), old)


def change_unit(
    at: EntityDesk, unit: str, *, name: str = "", prefix: str = "", chief: str | None = None, line: bool | None = None
) -> Entered:
    """Another name, prefix or chief; the id stays, and with it all that the unit has and did."""
    old = at.newest()
    row = old.unit(unit)
    if chief is not None and not old.serving(chief, at.today(old)):
        raise OfficeError("entity.not_serving", name=old.official(chief).name)
    row = replace(
        row,
        name=name or row.name,
        prefix=prefix or row.prefix,
        chief=row.chief if chief is None else chief,
        line=row.line if line is None else line,
    )
    return at.enter(_with_units(old, [row]), old)


def end_units(
    at: EntityDesk, units: Sequence[str], successors: Sequence[str], *, moves: Mapping[str, str] | None = None
) -> Entered:
    """End units in favour of living ones: one into another, several into one (merge), one into several (split).

    The first successor gets the open slips; all of them read the mailbox. Officials go to the first one, or where ``moves``
    (official → unit) says; their PCs go with them, since the unit they were enrolled for is what ended. Raises
    ``entity.unit_ended``, ``entity.heir_ended``, ``entity.not_an_heir``, and ``entity.officials_left`` where nobody succeeds and
    somebody still serves there.
    """
    old = at.newest()
    day = at.today(old)
    moves = moves or {}
    for heir in successors:
        if old.unit(heir).ended_on is not None or heir in units:
            raise OfficeError("entity.heir_ended", unit=old.unit(heir).name)
    if strange := sorted(set(moves.values()) - set(successors)):
        raise OfficeError("entity.not_an_heir", unit=old.unit(strange[0]).name)
    ended = []
    for unit in units:
        row = old.unit(unit)
        if row.ended_on is not None:
            raise OfficeError("entity.unit_ended", unit=row.name)
        ended.append(replace(row, ended_on=day, successors=tuple(successors)))
    staff = [each for each in old.officials if each.unit in units]
    if not successors and (staying := [each for each in staff if each.until is None]):
        raise OfficeError("entity.officials_left", name=staying[0].name, unit=old.unit(staying[0].unit).name)
    moved = [_moved(each, moves.get(each.id, successors[0]), day) for each in staff if successors]
    children = [replace(u, parent=successors[0] if successors else None) for u in old.units if u.parent in units]
    children = [row for row in children if row.id not in units]
    return at.enter(_with_people(_with_units(old, [*ended, *children]), moved), old)


# --- officials


def add_official(at: EntityDesk, official: Official) -> Entered:
    """A new official. Raises ``entity.official_exists`` where the id is taken, or the CI by one who serves; ``entity.unit_ended``."""
    old = at.newest()
    _require_living(old, official.unit)
    today = at.today(old)
    same = (official.ci.strip().upper(), official.complement.strip().upper())
    for each in old.officials:
        serving = old.serving(each.id, today)
        if each.id == official.id or (serving and same == (each.ci.strip().upper(), each.complement.strip().upper())):
            raise OfficeError("entity.official_exists", name=each.name)
    return at.enter(replace(old, officials=(*old.officials, official)), old)


def move_official(at: EntityDesk, who: str, unit: str, *, post: str = "", chief: str | None = None) -> Entered:
    """To another unit from today on, and another post where one is named. What he did before stays true.

    PCs of his old unit on which nobody else of it acts are revoked with the last number that the exchange knows; ``chief`` takes
    the units that he led. Raises ``entity.is_chief`` where he leads one and nobody is named, ``entity.unit_ended``.
    """
    old = at.newest()
    day = at.today(old)
    _require_living(old, unit)
    row = old.official(who)
    new = _with_people(old, [replace(_moved(row, unit, day), post=post or row.post)])
    if unit != row.unit:
        new = _led_by(new, who, chief, staying=unit)
        new = _revoke_alone(at, old, new, who, without=lambda other: new.official(other).unit != row.unit)
    return at.enter(new, old)


def official_leaves(at: EntityDesk, who: str, last_day: date, *, chief: str | None = None) -> Entered:
    """He served until that day. Once it has come, PCs on which nobody else acts are revoked as in ``move_official``.

    Raises ``entity.is_chief``.
    """
    old = at.newest()
    today = at.today(old)
    new = _with_people(old, [replace(old.official(who), until=last_day)])
    new = _led_by(new, who, chief)
    if last_day <= today:
        new = _revoke_alone(at, old, new, who, without=lambda other: not new.serving(other, today) or other == who)
    return at.enter(new, old)


# --- devices


def revoke_device(at: EntityDesk, device: str, *, last_seq: int | None = None) -> Entered:
    """That PC's acts count no more from now on; what it has done up to ``last_seq`` stays true.

    Without one, the last number that lies in the exchange; a stolen key cannot set its clock back behind it. Raises
    ``directory.unknown_device``, ``entity.device_revoked``.
    """
    old = at.newest()
    if old.device(device).revoked_at is not None:
        raise OfficeError("entity.device_revoked", device=device)
    return at.enter(_revoke(at, old, old, device, last_seq), old)


# --- what the whole entity chose


def set_actions(at: EntityDesk, actions: Iterable[str]) -> Entered:
    """The catalogue of actions that a proveído names, in its order."""
    old = at.newest()
    rows = tuple(dict.fromkeys(action.strip() for action in actions if action.strip()))
    if not rows:
        raise OfficeError("entity.no_actions")
    return at.enter(replace(old, actions=rows), old)


def set_holidays(
    at: EntityDesk,
    years: Iterable[int],
    *,
    subdivision: str = "O",
    more: Iterable[date] = (),
    fewer: Iterable[date] = (),
) -> Entered:
    """The public holidays of those years anew, with what the government declared besides; other years stay. Raises ``calendar.unknown``."""
    old = at.newest()
    chosen = set(years)
    days = {day for day in old.holidays if day.year not in chosen}
    for year in chosen:
        days |= set(public_days(year, subdivision))
    return at.enter(replace(old, holidays=tuple(sorted((days | set(more)) - set(fewer)))), old)


def new_recovery(at: EntityDesk, out: Path) -> Entered:
    """A recovery key: its public half goes into the directory, beside those that are there; the secret one into a new file.

    Whoever has that file opens every backup made from then on. It is written before the directory names it. Raises
    ``entity.recovery_exists`` where the file is there, ``entity.recovery_unwritable``.
    """
    from pyrage import x25519

    if out.exists():
        raise OfficeError("entity.recovery_exists", file=out.name)
    identity = x25519.Identity.generate()
    try:
        write_private(out, f"{identity}\n")
    except OSError as error:
        raise OfficeError("entity.recovery_unwritable", file=out.name) from error
    old = at.newest()
    return at.enter(replace(old, recovery=(*old.recovery, str(identity.to_public()))), old)


def _moved(official: Official, unit: str, day: date) -> Official:
    if unit == official.unit:
        return official
    former = tuple(row for row in official.former if row[0] != official.unit)
    return replace(official, unit=unit, former=(*former, (official.unit, day)))


def _with_units(directory: Directory, rows: Iterable[Unit]) -> Directory:
    new = {row.id: row for row in rows}
    return replace(directory, units=tuple(new.get(unit.id, unit) for unit in directory.units))


def _with_people(directory: Directory, rows: Iterable[Official]) -> Directory:
    new = {row.id: row for row in rows}
    return replace(directory, officials=tuple(new.get(each.id, each) for each in directory.officials))


def _require_living(directory: Directory, unit: str) -> None:
    if directory.unit(unit).ended_on is not None:
        raise OfficeError("entity.unit_ended", unit=directory.unit(unit).name)


def _led_by(directory: Directory, who: str, chief: str | None, *, staying: str = "") -> Directory:
    led = [u for u in directory.units if u.chief == who and u.ended_on is None and u.id != staying]
    if led and chief is None:
        raise OfficeError("entity.is_chief", name=directory.official(who).name, unit=led[0].name)
    return _with_units(directory, [replace(unit, chief=chief) for unit in led])


def _revoke_alone(
    at: EntityDesk, before: Directory, directory: Directory, who: str, *, without: Callable[[str], bool]
) -> Directory:
    for device in directory.devices:
        if device.revoked_at is None and device.enrolled(who) and all(without(one) for one, _ in device.enrolments):
            directory = _revoke(at, before, directory, device.id, None)
    return directory


def _revoke(at: EntityDesk, before: Directory, directory: Directory, device: str, last_seq: int | None) -> Directory:
    """From now on; a second after its last act where its clock is ahead, so that no act up to the last number is lost.

    Its acts are read as if nobody had moved or left: to a clock that is ahead it is a later day already.
    """
    serving = _with_people(before, [replace(each, until=None) for each in before.officials])
    end = end_of(at.exchange, serving, serving.device(device))
    day = max(at.now, end.claimed_at or at.now).replace(microsecond=0) + timedelta(seconds=1)
    return revoked(directory, device, at=day, last_seq=end.number if last_seq is None else last_seq)
