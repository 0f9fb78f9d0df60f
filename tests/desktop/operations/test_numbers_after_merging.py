"""A unit became another, and its desk is put back as it was before: what it did since lies in the mailbox of the unit that ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.operations.numbers import SLIP_SERIES, reserve_number
from desktop.operations.synchronise import synchronise
from desktop.records.errors import OfficeError
from desktop.sync.directory import publish
from desktop.sync.keys import head_key
from tests.desktop.operations.copied_house import House, act, close
from tests.desktop.sync.exchanges import Counting
from tests.desktop.sync.office import ENTITY


def _merged(house: House) -> None:
    """unit-a ends; what it had is unit-b's. So is the desk."""
    units = tuple(
        replace(unit, ended_on=house.now.date(), successors=("unit-b",)) if unit.id == "unit-a" else unit
        for unit in house.directory.units
    )
    officials = tuple(replace(one, unit="unit-b") if one.id == "juana" else one for one in house.directory.officials)
    house.directory = replace(house.directory, number=2, units=units, officials=officials)
    publish(house.exchange, house.directory, house.admin)


@pytest.fixture
def merged(tmp_path: Path) -> House:
    """Numbered, copied, numbered on; then the unit ended, and the machine was set back to its snapshot."""
    house = House(tmp_path)
    desk = house.desk("home")
    assert reserve_number(desk, SLIP_SERIES, 2026, "doc-1") == 1
    act(desk, "doc-1")
    synchronise(desk)
    close(desk)
    house.copy("home", "copy")
    desk = house.desk("home")
    assert reserve_number(desk, SLIP_SERIES, 2026, "doc-2") == 2
    act(desk, "doc-2")
    synchronise(desk)
    close(desk)
    _merged(house)
    house.overwrite("copy", "home")
    return house


def test_numbers_given_before_the_unit_ended_are_not_given_again(merged: House) -> None:
    desk = merged.desk("home", unit="unit-b")
    assert desk.directory.mailboxes_of(desk.unit_id) == ("unit-b", "unit-a")
    assert desk.store.numbers_left(SLIP_SERIES, 2026) > 0  # of the block that it took before, and gave on since
    assert reserve_number(desk, SLIP_SERIES, 2026, "doc-3") > 4  # of a block of its own
    close(*merged.opened)


def test_each_height_of_each_hint_costs_one_block(merged: House) -> None:
    """The hints of two mailboxes are two: the one does not hide the other, and neither costs a block twice."""
    desk = merged.desk("home", unit="unit-b")
    merged.exchange.put(head_key(ENTITY, "unit-b", merged.key.id), b"500")
    first = reserve_number(desk, SLIP_SERIES, 2026, "doc-3")
    desk.newest = False
    assert reserve_number(desk, SLIP_SERIES, 2026, "doc-4") == first + 1
    merged.exchange.put(head_key(ENTITY, "unit-a", merged.key.id), b"400")  # lower than what the other told
    desk.newest = False
    assert reserve_number(desk, SLIP_SERIES, 2026, "doc-5") > first + 3
    close(*merged.opened)


def test_a_line_that_breaks_between_two_hints_hides_nothing(merged: House) -> None:
    """The first says that it is behind, the second cannot be asked: what was seen counts when the line is back."""
    merged.exchange.put(head_key(ENTITY, "unit-b", merged.key.id), b"500")

    class Broken(Counting):
        def get(self, key: str) -> bytes:
            if key == head_key(ENTITY, "unit-a", merged.key.id):
                raise OfficeError("storage.unreachable", url=self.url, reason="test")
            return super().get(key)

    broken = merged.desk("home", unit="unit-b", exchange=Broken(merged.exchange))
    assert reserve_number(broken, SLIP_SERIES, 2026, "doc-3") == 2  # as a desk without a line: nobody can know
    close(broken)
    desk = merged.desk("home", unit="unit-b")
    assert reserve_number(desk, SLIP_SERIES, 2026, "doc-4") > 4
    close(*merged.opened)
