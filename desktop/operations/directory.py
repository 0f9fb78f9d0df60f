"""The directory, fetched anew and kept; and what the entity's administrator enters in it about who acts for whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.people import Delegation, Directory, Secretary
from desktop.sync.device import choose_vault
from desktop.sync.directory import DirectoryPins, latest, publish

from .desk import Desk
from .join import ADMIN

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.sync.push import Problem


def refresh_directory(desk: Desk, exchange: ObjectStore) -> Directory:
    """The newest version there is; the desk works with it from now on, for the unit that its own became in it.

    Raises ``directory.*``, ``storage.unreachable``.
    """
    newest = latest(exchange, desk.directory.entity.id, desk.pins, store=desk.store)
    if newest != desk.directory:
        desk.directory = newest
        desk.unit_id = newest.unit_at(desk.key.id, desk.unit_id)
    return newest


def tell_ended(desk: Desk, _exchange: ObjectStore) -> Sequence[Problem]:
    """Told at each exchange: the desk's unit has ended, and nobody of it belongs to a unit that took it over."""
    if desk.unit.ended_on is None:
        return ()
    heirs = (desk.directory.unit(heir).name for heir in desk.directory.successors_of(desk.unit_id))
    return [("unit.ended", {"unit": desk.unit.name, "heirs": ", ".join(heirs) or "—"})]


def delegate(folder: Path, entity: str, exchange: ObjectStore, delegation: Delegation) -> Directory:
    """Publish a directory with that suplencia or interinato; one that is there already gets another last day.

    ``folder`` is where the entity's key lies. Raises ``directory.inconsistent``, ``device.key_missing``, ``storage.unreachable``.
    """

    def enter(old: Directory) -> Directory:
        same = replace(delegation, last_day=delegation.first_day)
        others = tuple(
            item for item in old.delegations if replace(item, last_day=item.first_day, wording=same.wording) != same
        )
        return replace(old, delegations=(*others, delegation))

    return _publish(folder, entity, exchange, enter)


def appoint_secretary(folder: Path, entity: str, exchange: ObjectStore, secretary: Secretary) -> Directory:
    """Publish a directory in which she does those acts for that chief; entered again, acts and last day are the new ones."""

    def enter(old: Directory) -> Directory:
        same = replace(secretary, last_day=secretary.first_day)
        others = tuple(
            item for item in old.secretaries if replace(item, last_day=item.first_day, acts=same.acts) != same
        )
        return replace(old, secretaries=(*others, secretary))

    return _publish(folder, entity, exchange, enter)


def _publish(folder: Path, entity: str, exchange: ObjectStore, enter: Callable[[Directory], Directory]) -> Directory:
    admin = choose_vault(folder).load(ADMIN)
    old = latest(exchange, entity, DirectoryPins(admin.public()[0]))
    new = replace(enter(old), number=old.number + 1)
    publish(exchange, new, admin)
    return new
