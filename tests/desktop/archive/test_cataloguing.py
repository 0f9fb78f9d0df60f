"""The catalogue: made from the root alone, found in it what an archivist means, nothing shown to whom it is not to be shown."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from desktop.archive.cataloguing import look, look_at_all
from desktop.archive.inventory import Inventory, object_folder
from desktop.archive.restriction import Decision, decide, restriction_at, restriction_id
from desktop.archive.roots import Root
from desktop.records.errors import Cancelled, OfficeError
from desktop.store.catalogue import DATABASE, Catalogue
from desktop.store.catalogue_rows import Found, Noted, OtherObject, Sight, Unreadable
from desktop.store.search import Asked
from tests.desktop.archive.dossiers import CONTENTS
from tests.desktop.archive.shelves import IN_SERIES, KEEPER, SECRET, UNIT_A, UNIT_B, dossier, keep

NOW = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)
ALL, NOBODY = Sight(everything=True), Sight(everything=False)


@pytest.fixture
def catalogue(tmp_path: Path, root: Root) -> Iterator[Catalogue]:
    made = Catalogue.open(tmp_path / "catalogue", root.url)
    yield made
    made.close()


def _fill(root: Root) -> list[str]:
    return [
        keep(root, dossier(1, title="Reparación de la Straße a Toledo", unit=UNIT_A, day=date(2025, 1, 10))),
        keep(root, dossier(2, title="Compra de tóner", unit=UNIT_B, unit_name="Finanzas", day=date(2026, 2, 20))),
        keep(root, dossier(3, title="Sumario", unit=UNIT_A, access=SECRET, day=date(2026, 5, 1))),
        keep(root, dossier(4, title="Caminos", unit=UNIT_B, description=IN_SERIES, day=date(2026, 6, 1))),
    ]


def _cites(found: list[object]) -> list[str]:
    return [one.cite.split("/")[2].lstrip("0") for one in found]  # type: ignore[attr-defined]


def test_the_root_alone_makes_it_and_makes_it_again(root: Root, catalogue: Catalogue) -> None:
    ids = _fill(root)
    assert not catalogue.complete
    assert catalogue.rebuild(look_at_all(root), at=NOW) == 4
    first = catalogue.dossiers(ALL)
    assert catalogue.rebuild(look_at_all(root), at=NOW) == 4
    assert catalogue.dossiers(ALL) == first
    (one,) = catalogue.named(ALL, ids[3])
    assert (one.version, one.folder, one.series_code) == (1, object_folder(ids[3]), "SDPD-07")
    assert (one.folios, one.documents, one.files) == (5, 2, 4)
    assert one.size == sum(map(len, CONTENTS.values()))
    assert (one.sums_checked, one.formats_checked) == (True, 0)  # this shelf's custodian looked at no formats
    assert [row.message for row in catalogue.versions(ids[3])] == ["Ingreso"]
    figures = catalogue.figures()
    assert (figures.dossiers, figures.documents, figures.in_series, figures.unreadable) == (4, 8, 1, 0)
    assert {kind: files for kind, files, _ in figures.media} == {
        "application/pdf": 8, "text/csv": 4, "application/jose": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("reparacion", ["1"]),
        ("STRASSE", ["1"]),
        ("TÓNER", ["2"]),
        ("nunumayani", ["4"]),
        ("SDPD-07", ["4"]),
        ("GADOR-SDPD/NI/00002/2026", ["2"]),
        ("I-2026-3", ["3"]),
        ("planilla nandu", ["4", "3", "2", "1"]),
        ("finanzas toner", ["2"]),
        ("toner OR caminos", []),
        ('"toner', ["2"]),
        ("…", []),
    ],
)
def test_what_is_typed_finds_what_is_meant(folder_root: Root, tmp_path: Path, words: str, found: list[str]) -> None:
    _fill(folder_root)
    catalogue = Catalogue.open(tmp_path / "catalogue", folder_root.url)
    catalogue.rebuild(look_at_all(folder_root), at=NOW)
    assert _cites(catalogue.find(ALL, Asked(words))) == found
    catalogue.close()


def test_people_and_periods(folder_root: Root, tmp_path: Path) -> None:
    _fill(folder_root)
    catalogue = Catalogue.open(tmp_path / "catalogue", folder_root.url)
    catalogue.rebuild(look_at_all(folder_root), at=NOW)
    assert _cites(catalogue.find(ALL, Asked("", by="huanca"))) == ["4", "3", "2", "1"]
    assert catalogue.find(ALL, Asked("", by="toner")) == []
    assert _cites(catalogue.find(ALL, Asked(""), since=date(2026, 2, 20), until=date(2026, 5, 1))) == ["3", "2"]
    assert _cites(catalogue.find(ALL, Asked("pdf"), until=date(2025, 12, 31))) == ["1"]
    assert _cites(catalogue.find(ALL, Asked("", by="huanca"), until=date(2025, 12, 31), limit=1)) == ["1"]
    catalogue.close()


def test_who_may_not_see_it_does_not_find_it(root: Root, catalogue: Catalogue) -> None:
    ids = _fill(root)
    decide(root, ids[1], Decision(restricted=True, reason="Datos de menores"), user=KEEPER, now=NOW)
    catalogue.rebuild(look_at_all(root), at=NOW)
    own = Sight(everything=False, units=(UNIT_A,))
    asked = Asked("informe")  # of every title or subject
    assert _cites(catalogue.dossiers(ALL)) == ["2", "1", "3", "4"]
    assert [one.restricted for one in catalogue.dossiers(ALL)] == [True, False, False, False]
    for sight, seen in ((NOBODY, {"1", "4"}), (own, {"1", "3", "4"}), (ALL, {"1", "2", "3", "4"})):
        assert set(_cites(catalogue.dossiers(sight))) == seen
        assert set(_cites(catalogue.find(sight, asked))) == seen
        assert set(_cites(catalogue.find(sight, asked, limit=1))) <= seen
        for number, name in enumerate(ids, 1):
            assert bool(catalogue.named(sight, name)) is (str(number) in seen)
    before = _bytes(root, ids[1])
    decide(root, ids[1], Decision(restricted=False, reason="Venció el plazo"), user=KEEPER, now=NOW)
    catalogue.put([look(root, object_folder(restriction_id(ids[1])))], at=NOW)
    assert set(_cites(catalogue.dossiers(NOBODY))) == {"1", "2", "4"}
    assert _bytes(root, ids[1]) == before  # nothing of the dossier itself was touched
    assert catalogue.restriction(ids[1]) == restriction_at(root, ids[1])


def _bytes(root: Root, object_id: str) -> list[tuple[str, bytes]]:
    folder = object_folder(object_id)
    return [(file.path, b"".join(root.chunks(folder, file.path))) for file in root.files_at(folder)]


def test_a_restriction_says_why_and_counts_only_for_its_own_dossier(root: Root) -> None:
    one, other = keep(root, dossier(1)), keep(root, dossier(2))
    assert restriction_at(root, one) is None
    with _refused("restriction.no_reason"):
        decide(root, one, Decision(restricted=True, reason="  "), user=KEEPER, now=NOW)
    with _refused("restriction.nothing_to_do"):
        decide(root, one, Decision(restricted=False, reason="x"), user=KEEPER, now=NOW)
    assert decide(root, one, Decision(True, "Reserva", "Ley 164"), user=KEEPER, now=NOW) == "v1"
    with _refused("restriction.nothing_to_do"):
        decide(root, one, Decision(restricted=True, reason="otra vez"), user=KEEPER, now=NOW)
    with _refused("archive.no_object"):  # a restriction is no dossier
        decide(root, restriction_id(one), Decision(restricted=True, reason="x"), user=KEEPER, now=NOW)
    found = restriction_at(root, one)
    assert found is not None
    assert (found.restricted, found.reason, found.norm, found.version) == (True, "Reserva", "Ley 164", 1)
    assert decide(root, one, Decision(restricted=False, reason="Venció"), user=KEEPER, now=NOW) == "v2"
    assert restriction_at(root, one).restricted is False  # type: ignore[union-attr]
    # the same bytes under the id of another dossier's restriction hide nothing
    stolen = b"".join(root.chunks(object_folder(restriction_id(one)), "v1/content/restriccion.json"))
    root.write_version(
        restriction_id(other), {"restriccion.json": stolen}, base=None, message="x", user=KEEPER, now=NOW
    )
    with _refused("archive.bad_restriction"):
        restriction_at(root, other)


def test_what_cannot_be_read_is_told_and_the_rest_is_there(
    root: Root, catalogue: Catalogue, overwrite: Callable[[str, bytes | None], None]
) -> None:
    ids = _fill(root)
    folder = object_folder(ids[0])
    overwrite(f"{folder}/v1/content/metadata/other/deposit.json", b"{}")
    assert look(root, folder) == Unreadable(folder, "archive.damaged")
    assert catalogue.rebuild(look_at_all(root), at=NOW) == 3
    assert catalogue.unreadable() == [Unreadable(folder, "archive.damaged")]
    overwrite(f"{object_folder(ids[2])}/v1/content/metadata/preservation/premis.xml", b"<x/>")
    (found,) = (one for one in look_at_all(root) if one.folder == object_folder(ids[2]))
    assert isinstance(found, Found)  # found all the same
    assert not found.dossier.sums_checked
    overwrite(f"{object_folder(ids[1])}/{'v1/' if root.url.startswith('folder:') else ''}inventory.json", b"{}")
    assert catalogue.rebuild(look_at_all(root), at=NOW) == 2
    assert {one.code for one in catalogue.unreadable()} == {"archive.damaged", "archive.bad_inventory"}


def test_other_objects_are_passed_over(root: Root, catalogue: Catalogue) -> None:
    evidence = "urn:uuid:00000000-0000-4000-8000-000000000001"
    root.write_version(evidence, {"evidencia.er": b"x"}, base=None, message="Evidencia", user=KEEPER, now=NOW)
    found = look(root, object_folder(evidence))
    assert isinstance(found, OtherObject)
    assert catalogue.rebuild(look_at_all(root), at=NOW) == 0
    assert list(catalogue.every_version()) == [(evidence, 1)]


def test_a_rebuild_that_is_stopped_changes_nothing(folder_root: Root, tmp_path: Path) -> None:
    _fill(folder_root)
    catalogue = Catalogue.open(tmp_path / "catalogue", folder_root.url)
    catalogue.rebuild(look_at_all(folder_root), at=NOW)
    keep(folder_root, dossier(9))
    with pytest.raises(Cancelled):
        catalogue.rebuild(look_at_all(folder_root, cancelled=lambda: True), at=NOW)
    assert len(catalogue.dossiers(ALL)) == 4
    catalogue.close()


def test_several_processes_read_the_same(folder_root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(folder_root)
    alone = list(look_at_all(folder_root))
    monkeypatch.setattr("desktop.archive.cataloguing._WORTH", 1)
    monkeypatch.setattr("desktop.archive.cataloguing._SHARE", 1)
    told: list[tuple[int, int]] = []
    assert list(look_at_all(folder_root, processes=2, progress=lambda *done: told.append(done))) == alone
    assert told[-1] == (4, 4)
    with pytest.raises(Cancelled):
        list(look_at_all(folder_root, processes=2, cancelled=lambda: bool(told)))


def test_its_file_is_only_a_memory(folder_root: Root, tmp_path: Path) -> None:
    """Damaged, of another version, of another archive: begun anew. A file that is none of ours is left alone."""
    _fill(folder_root)
    folder = tmp_path / "catalogue"
    path = folder / DATABASE

    def made() -> Catalogue:
        return Catalogue.open(folder, folder_root.url)

    first = made()
    first.rebuild(look_at_all(folder_root), at=NOW)
    first.note([Noted(1, NOW.isoformat(), "version", "x", "v1", "y", "{}", "d")])
    first.close()
    again = made()
    assert (again.complete, len(again.noted())) == (True, 1)
    again.close()
    moved = Catalogue.open(folder, "folder:otra")
    assert (moved.complete, moved.noted()) == (False, [])
    moved.close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 999")
    database.close()
    newer = made()
    assert not newer.complete
    newer.rebuild(look_at_all(folder_root), at=NOW)
    newer.close()
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096 + path.read_bytes()[8192:])
    damaged = made()
    assert not damaged.complete
    damaged.close()
    path.write_bytes(b"no es una base de datos " * 100)
    nonsense = made()
    assert not nonsense.complete
    nonsense.close()
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")
    database.close()
    with _refused("store.damaged"):
        made()


def _refused(code: str) -> object:
    return pytest.raises(OfficeError, match=f"^{code}")


@pytest.mark.parametrize("url", ["folder:/nowhere", "s3://bucket/nowhere"])
def test_several_objects_are_read_at_a_time(url: str) -> None:
    """Each waits until three others are being read, too: one after the other none would come back."""
    meet = threading.Barrier(4)

    class Shelf:
        def object_folders(self) -> Iterator[str]:
            return (f"aaa/bbb/ccc/{number:02d}" for number in range(40))

        def inventory_at(self, folder: str) -> Inventory:
            meet.wait(30)
            raise OfficeError("archive.bad_inventory", object=folder, reason="")

    shelf: Any = Shelf()
    shelf.url = url
    found = list(look_at_all(shelf))
    assert found == [Unreadable(folder, "archive.bad_inventory") for folder in shelf.object_folders()]
