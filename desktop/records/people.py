"""Entity, units, officials, devices: the directory that every desk of an entity shares.

Unit and series ids are ULIDs, since names and prefixes change and contain "/" (docs/formats/exchange.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from .errors import OfficeError
from .series import Series


@dataclass(frozen=True, slots=True)
class Entity:
    """The institution. ``zone`` is an IANA time zone name: year and date come from it, never from the PC."""

    id: str
    name: str
    acronym: str
    zone: str = "America/La_Paz"
    practice: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisational unit; ``prefix`` is its part of the CITE, e.g. ``GADOR-SDPD``.

    ``ended_on`` is the day on which it was merged, split or closed; ``successors`` are the units that took over what it had, the
    first of them its open slips. ``line`` is False where its desks have no connection and are fed by pouch.
    """

    id: str
    name: str
    prefix: str
    parent: str | None = None
    chief: str | None = None
    custodian: bool = False
    ended_on: date | None = None
    successors: tuple[str, ...] = ()
    line: bool = True


@dataclass(frozen=True, slots=True)
class Official:
    """A person in a post. Identified by ``ci`` (with complement) and certificate issuer, never by the text of the name.

    ``until`` is his last day, for one who left or is leaving. ``former`` are units in which he served before, each with his last
    day there: what he did for them until then stays true, and nothing after it counts for them.
    """

    id: str
    name: str
    ci: str
    post: str
    unit: str
    complement: str = ""
    initials: str = ""
    until: date | None = None
    former: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """A key pair on one PC, enrolled by each official who acts on it.

    ``verify_key`` is the raw Ed25519 public key in base64url; ``age_recipient`` the age X25519 recipient to which
    blob keys are sealed. ``enrolments`` maps an official's id to the JWS by which his token enrolled this device.
    ``last_seq`` comes with a revocation: the highest ``device_seq`` that is still believed, whatever time an event claims.
    """

    id: str
    unit: str
    verify_key: str
    age_recipient: str
    valid_until: datetime
    enrolments: tuple[tuple[str, str], ...] = ()
    revoked_at: datetime | None = None
    last_seq: int | None = None

    def enrolled(self, official: str) -> bool:
        """Whether this official's token enrolled the device."""
        return any(who == official for who, _ in self.enrolments)


@dataclass(frozen=True, slots=True)
class Delegation:
    """Suplencia or interinato: ``substitute`` acts for ``holder``, by a memorandum, for a period (dates inclusive).

    ``post`` is the holder's post that it is for: when he changes posts it ends. Empty: whatever post he holds.
    ``wording`` is printed, e.g. ``Suplente``, ``Director a.i.``
    """

    holder: str
    substitute: str
    memorandum: str
    first_day: date
    last_day: date
    wording: str = "Suplente"
    post: str = ""


@dataclass(frozen=True, slots=True)
class Secretary:
    """``official`` does ``acts`` (values of event kinds that send or receive) in the name of ``chief``; dates inclusive."""

    chief: str
    official: str
    acts: tuple[str, ...]
    memorandum: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """What the entity chose for its slips.

    From ``care`` working days on a slip is shown as slow, from ``bad`` on as late; ``reject_same_day`` allows a rejection only
    on the day of the reception.
    """

    care: int = 3
    bad: int = 5
    reject_same_day: bool = False


@dataclass(frozen=True, slots=True)
class Directory:
    """One version of the directory. ``anchors`` are PEM certificates that the entity trusts for its officials.

    ``recovery`` are age recipients of the entity, to which every backup is sealed as well. ``scheme`` is its *cuadro de
    clasificación* (``records.series``), for the archive.
    """

    number: int
    entity: Entity
    units: tuple[Unit, ...] = ()
    officials: tuple[Official, ...] = ()
    devices: tuple[Device, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    secretaries: tuple[Secretary, ...] = ()
    anchors: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    holidays: tuple[date, ...] = ()
    extra: tuple[tuple[str, str], ...] = field(default=())
    recovery: tuple[str, ...] = ()
    rules: RoutingRules = RoutingRules()
    scheme: tuple[Series, ...] = ()

    def unit(self, unit_id: str) -> Unit:
        """The unit of that id; raises ``directory.unknown_unit``."""
        for unit in self.units:
            if unit.id == unit_id:
                return unit
        raise OfficeError("directory.unknown_unit", unit=unit_id)

    def official(self, official_id: str) -> Official:
        """The official of that id; raises ``directory.unknown_official``."""
        for official in self.officials:
            if official.id == official_id:
                return official
        raise OfficeError("directory.unknown_official", official=official_id)

    def device(self, device_id: str) -> Device:
        """The device of that id; raises ``directory.unknown_device``."""
        for device in self.devices:
            if device.id == device_id:
                return device
        raise OfficeError("directory.unknown_device", device=device_id)

    def devices_of(self, unit_id: str) -> tuple[Device, ...]:
        """The devices that work for that unit and are not revoked: what is sent to it is sealed to them and to no other."""
        return tuple(
            device for device in self.devices if device.revoked_at is None and self.working_unit(device) == unit_id
        )

    def working_unit(self, device: Device) -> str:
        """The unit that a device works for: the one it was enrolled for; when that ended, the living successor that an official
        of the device belongs to now (the first of them), else still the ended one. An official who moves takes no PC with him.
        """
        if self.unit(device.unit).ended_on is None:
            return device.unit
        theirs = {self.official(who).unit for who, _ in device.enrolments}
        return next((unit for unit in self.successors_of(device.unit) if unit in theirs), device.unit)

    def unit_at(self, device_id: str, otherwise: str) -> str:
        """The unit that the desk with that device works for; ``otherwise`` where the directory does not know the device."""
        found = next((device for device in self.devices if device.id == device_id), None)
        return self.working_unit(found) if found is not None else otherwise

    def officials_of(self, unit_id: str) -> tuple[Official, ...]:
        """The officials whose post is in that unit."""
        return tuple(official for official in self.officials if official.unit == unit_id)

    def serving(self, official_id: str, day: date) -> bool:
        """Whether that official still holds his post on that day; raises ``directory.unknown_official``."""
        until = self.official(official_id).until
        return until is None or day <= until

    def successors_of(self, unit_id: str) -> tuple[str, ...]:
        """The living units that have what that unit had: itself while it lives, nobody where an ended one left nobody.

        In the order of the directory: the first of them gets the open slips. Raises ``directory.unknown_unit``.
        """
        found: dict[str, None] = {}
        seen: set[str] = set()
        pending = [unit_id]
        while pending:
            unit = self.unit(pending.pop(0))
            if unit.id in seen:
                continue
            seen.add(unit.id)
            if unit.ended_on is None:
                found[unit.id] = None
            pending = [*(unit.successors if unit.ended_on is not None else ()), *pending]
        return tuple(found)

    def mailboxes_of(self, unit_id: str) -> tuple[str, ...]:
        """The mailboxes that a desk of that unit reads: its own, and those of every ended unit that leads to it."""
        found = [unit_id]
        for reached in found:  # it grows while it is walked
            found += [
                unit.id
                for unit in self.units
                if unit.ended_on is not None and reached in unit.successors and unit.id not in found
            ]
        return tuple(found)

    def without_line(self) -> frozenset[str]:
        """The units whose desks have no line: what is for them travels on sticks."""
        return frozenset(unit.id for unit in self.units if not unit.line)

    def custodians(self) -> Iterator[Unit]:
        """The units that may accept deposits into the archive."""
        return (unit for unit in self.units if unit.custodian)
