"""What ages when, and what gains by being renewed: told from the verdicts that lie with the documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.archive.custody import accept, object_id_of
from desktop.archive.inventory import User
from desktop.archive.raising import Raise, Raising, raise_object
from desktop.archive.renewal_calendar import Ageing, Ages, best_end, calendar_of, due, is_due
from desktop.archive.roots import Root
from desktop.records.errors import OfficeError
from tests.desktop.archive.conftest import Archive
from tests.desktop.archive.dossiers import make_deposit

NOW = datetime(2026, 3, 8, 8, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
OBJECT = object_id_of(make_deposit().dossier)
LINK = {"anchor": False, "not_after": "2031-05-01T00:00:00+00:00"}
ANCHOR = {"anchor": True, "not_after": "2027-01-01T00:00:00+00:00"}


def stamp(at: datetime, *, not_after: str = LINK["not_after"], name: str = "sha256") -> dict[str, Any]:
    chain = [{**LINK, "not_after": not_after}, ANCHOR]
    return {"kind": "timestamp", "claimed_time": at.isoformat(), "chain": chain, "algorithms": [{"name": name}]}


def trusted(use: Mapping[str, Any]) -> datetime | None:
    return {"old": NOW + timedelta(days=100)}.get(use["name"])


def put(root: Root, *stamps: dict[str, Any], again: bool = False) -> None:
    """Raise the dossier so that this verdict lies with its documents."""

    def append(source: Path, output: Path) -> Raise:
        output.write_bytes(source.read_bytes() + b"x")
        return Raise("B-LTA", "", NOW)

    def judge(path: Path) -> dict[str, Any]:
        assert path.is_file()
        signed = {"kind": "signature", "level": "B-LTA", "chain": [LINK], "algorithms": []}
        return {"verdict": "valid", "explanation": "", "signatures": [signed, *stamps]}

    raise_object(root, OBJECT, Raising(append, judge, User("Archivo", "urn:x"), "1"), now=NOW, again=again)


@pytest.fixture
def taken(archive: Archive, root: Root) -> Root:
    accept(archive.custodian(root), archive.send(), now=NOW)
    return root


def only(root: Root) -> Ageing:
    (row,) = calendar_of(root, trusted).rows
    return row


def test_the_newest_timestamp_tells_and_an_anchor_does_not_age(taken: Root) -> None:
    put(taken, stamp(NOW - YEAR, not_after="2026-06-01T00:00:00+00:00"), stamp(NOW))
    row = only(taken)
    assert (row.object, row.version, row.why, row.stamped_at) == (OBJECT, "v2", Ages.CERTIFICATE, NOW)
    assert row.end == datetime(2031, 5, 1, tzinfo=UTC)
    assert calendar_of(taken, trusted).years() == {2031: 1}


def test_an_algorithm_may_end_before_the_certificate(taken: Root) -> None:
    put(taken, stamp(NOW, name="old"))
    assert (only(taken).why, only(taken).end) == (Ages.ALGORITHM, NOW + timedelta(days=100))


def test_without_a_timestamp_the_signers_certificate_is_all(taken: Root) -> None:
    put(taken)
    row = only(taken)
    assert (row.why, row.end, row.stamped_at) == (Ages.UNSTAMPED, datetime(2031, 5, 1, tzinfo=UTC), None)


def test_another_version_since_is_a_conflict_and_nothing_is_written(taken: Root) -> None:
    put(taken, stamp(NOW))
    with pytest.raises(OfficeError, match=r"archive\.conflict"):
        raise_object(taken, OBJECT, None, now=NOW, again=True, head="v1")  # type: ignore[arg-type]
    inventory = taken.inventory(OBJECT)
    assert inventory is not None
    assert inventory.head == "v2"


def test_what_cannot_be_told_is_named(taken: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*_: object) -> None:
        raise OfficeError("archive.damaged", object=OBJECT, path="x")

    monkeypatch.setattr(type(taken), "inventory_at", damaged)
    found = calendar_of(taken, trusted)
    assert (found.rows, len(found.unreadable)) == ((), 1)


ROW = Ageing(OBJECT, "v2", "D", NOW + timedelta(days=200), Ages.CERTIFICATE, NOW - YEAR)


def test_what_is_near_is_due_until_a_newer_timestamp_shows_that_none_holds_longer() -> None:
    assert list(due([ROW], now=NOW, within=YEAR)) == [ROW]
    assert list(due([ROW], now=NOW, within=timedelta(days=100))) == []
    other = replace(ROW, object="urn:uuid:y", stamped_at=NOW)
    assert list(due([ROW, other], now=NOW, within=YEAR)) == []  # the service still gives what ends that day
    longer = replace(other, end=ROW.end + timedelta(days=1) if ROW.end else None)
    assert list(due([ROW, longer], now=NOW, within=YEAR)) == [ROW]


_days = st.integers(-900, 900)


@given(st.lists(st.tuples(_days, st.integers(0, 900)), max_size=8), _days, st.integers(0, 900))
def test_what_was_renewed_is_not_due_again(rows: list[tuple[int, int]], given_until: int, within: int) -> None:
    """However near the end of what the service gives: a second run on the same day renews nothing."""
    listed = [
        replace(ROW, object=f"{n}", end=NOW + timedelta(days=end), stamped_at=NOW - timedelta(days=age))
        for n, (end, age) in enumerate(rows)
    ]
    limit = timedelta(days=within)
    newest = best_end(listed, NOW)
    after, renewed = [], set()
    for row in listed:
        if is_due(row, newest, now=NOW, within=limit):
            row = replace(row, end=NOW + timedelta(days=given_until), stamped_at=NOW)
            newest = max(end for end in (newest, row.end) if end)
            renewed.add(row.object)
        after.append(row)
    assert not renewed & {row.object for row in due(after, now=NOW, within=limit)}
