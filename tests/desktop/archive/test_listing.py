"""What is listed: every dossier once, in order, with what it needs to be counted and proven; nothing in a cell that a spreadsheet runs."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop.archive.cataloguing import look, look_at_all
from desktop.archive.custody import accept, object_id_of
from desktop.archive.inventory import User, object_folder
from desktop.archive.listing import (
    COLUMNS,
    NO_SERIES,
    Extent,
    Listed,
    Selection,
    in_order,
    listing_body,
    listing_csv,
)
from desktop.archive.manifest import Deposit, Description, SchemeRow
from desktop.archive.raising import raise_object
from desktop.archive.reading import read_file
from desktop.archive.restriction import Decision, decide
from desktop.archive.roots import Root
from desktop.drafting.body import Table, text_of
from desktop.store.catalogue import Catalogue
from tests.desktop.archive.conftest import Archive
from tests.desktop.archive.dossiers import RECEIVED_AT, make_deposit
from tests.desktop.archive.test_raising import LATER, raising
from tests.fixtures.listed_of import listed

FONDS, SERIES = SchemeRow("fonds", "GADOR", "Gobierno"), SchemeRow("series", "GADOR-1", "Correspondencia")
CAME = RECEIVED_AT.date()


def deposit_of(number: int, **changes: object) -> Deposit:
    """One of several dossiers."""
    return make_deposit(
        id=f"01JQ5ZZZZZ8XKQ4T0R7M2B9C{number:02}", dossier=f"01JQ6ZZZZZ8XKQ4T0R7M2B9C{number:02}", **changes
    )


@pytest.fixture
def held(archive: Archive, root: Root) -> Root:
    """Three dossiers: one in a series and raised, one without, one with a title that a spreadsheet would run."""
    classed = Description("01J", (FONDS, SERIES))
    for number, changes in enumerate(({"description": classed}, {}, {"title": "=cmd()", "slip": ""})):
        accept(archive.custodian(root), archive.send(archive.pack(deposit_of(number, **changes))), now=RECEIVED_AT)
    raise_object(root, object_id_of(deposit_of(0).dossier), raising(), now=LATER)
    return root


def test_every_dossier_is_listed_with_the_digest_of_every_version(held: Root) -> None:
    items = in_order(listed(held))
    assert items[0].object == object_id_of(deposit_of(0).dossier)  # series first
    assert len(items) == 3
    first = items[0]
    assert (first.days, first.volumes, first.series) == (("2026-03-05", "2026-03-06"), 1, SERIES)
    folder = object_folder(first.object)
    for number, digest in enumerate(first.versions, 1):
        data = b"".join(held.chunks(folder, f"v{number}/inventory.json"))
        assert hashlib.sha512(data).hexdigest() == digest
    assert len(first.versions) == 2
    assert first.entered == RECEIVED_AT


def test_what_is_no_dossier_or_is_damaged_is_passed_over(
    held: Root, overwrite: Callable[[str, bytes | None], None]
) -> None:
    held.write_version(
        "urn:uuid:evidencia", {"registro.ers": b"x"}, base=None, message="", user=User("A", "urn:x"), now=RECEIVED_AT
    )
    name = object_id_of(deposit_of(1).dossier)
    inventory = held.inventory(name)
    assert inventory is not None
    path = next(path for path in inventory.manifest if path.endswith("deposit.json"))
    overwrite(f"{object_folder(name)}/{path}", b"{}")
    assert name not in {item.object for item in listed(held)}
    assert len(list(listed(held))) == 2


def test_of_a_restricted_dossier_it_is_listed_that_it_is_there(held: Root) -> None:
    name = object_id_of(deposit_of(0).dossier)
    decide(held, name, Decision(True, "Proceso en curso"), user=User("A", "urn:x"), now=LATER)
    items = in_order(listed(held))
    assert len(items) == 3  # its restriction is no dossier
    assert [item.object for item in items if item.restricted] == [name]
    deposit = deposit_of(0)
    for text in (listing_csv(items).decode("utf-8-sig").splitlines()[1], str(tables(items, as_they_came=False)[0])):
        assert "(expediente restringido)" in text
        assert "Restringida" in text
        assert name in text
        for hidden in (deposit.cite, deposit.title, deposit.slip):
            assert hidden not in text
    decide(held, name, Decision(False, "Concluido"), user=User("A", "urn:x"), now=LATER)
    assert not any(item.restricted for item in listed(held))


def test_the_table_has_a_row_for_each_and_runs_nothing(held: Root) -> None:
    rows = list(csv.DictReader(io.StringIO(listing_csv(in_order(listed(held))).decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["numero"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["serie"] == "GADOR / GADOR-1"
    assert (rows[0]["version"], rows[1]["version"]) == ("v2", "v1")
    assert [row["titulo"] for row in rows if "cmd" in row["titulo"]] == ["'=cmd()"]
    for row in rows:
        inventory = held.inventory(row["identificador"])
        assert inventory is not None
        assert row["inventario_sha512"] == hashlib.sha512(inventory.to_bytes()).hexdigest()


def tables(items: list[Listed], *, as_they_came: bool) -> list[Table]:
    body = listing_body(items, "Se transfieren:", as_they_came=as_they_came)
    return [block for block in body.blocks if isinstance(block, Table)]


def test_a_page_groups_by_series_and_tells_the_digests(held: Root) -> None:
    items = in_order(listed(held))
    series, rest, seals = tables(items, as_they_came=False)
    assert series.caption == "Fondo GADOR, Gobierno · Serie GADOR-1, Correspondencia"
    assert rest.caption == NO_SERIES
    assert (len(series.rows), len(rest.rows), len(seals.rows)) == (1, 2, 3)
    numbers = [text_of(row[0]) for table in (series, rest) for row in table.rows]
    assert numbers == [text_of(row[0]) for row in seals.rows] == ["1", "2", "3"]
    assert text_of(seals.rows[0][3]).replace(" ", "") == items[0].versions[1]
    came = tables(items, as_they_came=True)[-1]
    assert (text_of(came.rows[0][2]), text_of(came.rows[0][3]).replace(" ", "")) == ("v1", items[0].versions[0])
    assert read_file(held, items[0].object, "metadata/other/deposit.json")


def test_extent_is_said_in_words(held: Root) -> None:
    items = in_order(listed(held))
    assert Extent.of(items) == Extent(3, 15, 3, "2026-03-05", "2026-03-06")
    assert Extent.of(items).words == "3 expedientes, 15 fojas, 3 tomos"
    single = replace(items[0], folios=1)
    assert Extent.of([single]).words == "1 expediente, 1 foja, 1 tomo"


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        (Selection(), 3),
        (Selection(series="GADOR-1"), 1),
        (Selection(series="GADOR"), 1),
        (Selection(series="GADOR-2"), 0),
        (Selection(unit=make_deposit().unit), 3),
        (Selection(unit="01JQ0000000000000000000009"), 0),
        (Selection(since=CAME, until=CAME), 3),
        (Selection(since=CAME + timedelta(days=1)), 0),
        (Selection(until=CAME - timedelta(days=1)), 0),
        (Selection(objects=frozenset({object_id_of(deposit_of(2).dossier), "urn:x"})), 1),
    ],
)
def test_what_is_meant(archive: Archive, folder_root: Root, selection: Selection, count: int) -> None:
    for number, changes in enumerate(({"description": Description("01J", (FONDS, SERIES))}, {}, {})):
        packed = archive.pack(deposit_of(number, **changes))
        accept(archive.custodian(folder_root), archive.send(packed), now=RECEIVED_AT)
    came: date = CAME
    assert sum(selection.takes(item, came) for item in listed(folder_root)) == count


def test_the_catalogue_lists_the_same(held: Root, tmp_path: Path) -> None:
    """Of each kind of root, restricted or not, with several versions; whatever was read before and is newer now."""
    name = object_id_of(deposit_of(1).dossier)
    decide(held, name, Decision(True, "Datos de menores"), user=User("A", "urn:x"), now=LATER)
    catalogue = Catalogue.open(tmp_path / "catalogue", held.url)
    catalogue.rebuild(look_at_all(held), at=RECEIVED_AT)
    assert sorted(map(Listed.of, catalogue.shelved()), key=by_object) == sorted(listed(held), key=by_object)
    raise_object(held, object_id_of(deposit_of(2).dossier), raising(), now=LATER)
    catalogue.put([look(held, object_folder(object_id_of(deposit_of(2).dossier)))], at=LATER)
    found = sorted(map(Listed.of, catalogue.shelved()), key=by_object)
    assert found == sorted(listed(held), key=by_object)
    assert [(len(one.versions), one.restricted) for one in found].count((2, False)) == 2
    catalogue.close()


def by_object(item: Listed) -> str:
    """To sort by."""
    return item.object
