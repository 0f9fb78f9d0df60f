"""Whom a document of one desk can go to. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktop.ui.office import Recipient

if TYPE_CHECKING:
    from desktop.operations.desk import Desk


def recipients(desk: Desk) -> Sequence[Recipient]:
    """Units that live and who serves in them today."""
    directory, today = desk.directory, desk.now_local().date()
    found = []
    for unit in directory.units:
        if unit.ended_on is not None:
            continue
        found.append(Recipient(unit.id, unit.name, "", "", ""))
        found += [
            Recipient(unit.id, unit.name, person.id, person.name, person.post)
            for person in directory.officials_of(unit.id)
            if directory.serving(person.id, today)
        ]
    return found
