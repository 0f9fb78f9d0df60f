"""A reader's copy: what lies in it, what it says of restrictions, and that damage is never given away."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from desktop.archive.custody import accept, object_id_of
from desktop.archive.deposits import describe_file
from desktop.archive.dissemination import give_dossier, readme
from desktop.archive.inventory import object_folder
from desktop.archive.laying_out import laid_out
from desktop.archive.manifest import Deposit, FileRole
from desktop.archive.raising import raise_object
from desktop.archive.roots import Root
from desktop.records.documents import AccessClass
from desktop.records.errors import OfficeError
from tests.desktop.archive.conftest import Archive
from tests.desktop.archive.dossiers import CONTENTS, NOTE, RECEIVED_AT, make_deposit
from tests.desktop.archive.test_raising import LATER, raising

OBJECT = object_id_of(make_deposit().dossier)
AT = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


def take(archive: Archive, root: Root, deposit: Deposit, more: dict[str, bytes] | None = None) -> None:
    accept(archive.custodian(root), archive.send(archive.pack(deposit, {**CONTENTS, **(more or {})})), now=RECEIVED_AT)


def test_the_newest_bytes_are_given_without_what_is_not_for_readers(
    archive: Archive, root: Root, tmp_path: Path
) -> None:
    take(archive, root, make_deposit())
    raise_object(root, OBJECT, raising(), now=LATER)
    with laid_out(tmp_path / "ejemplar") as out:
        given = give_dossier(root, OBJECT, out, "001/")
    assert given.version == "v2"
    found = {path.relative_to(tmp_path / "ejemplar").as_posix() for path in (tmp_path / "ejemplar").rglob("*.*")}
    wanted = {f"001/documentos/{path.translate({60: 95, 62: 95})}": path for path in CONTENTS if path != "events.jsonl"}
    assert {path for path in found if not (tmp_path / "ejemplar" / path).is_dir()} == {*wanted, "001/descripcion.xml"}
    for path, name in wanted.items():
        data = (tmp_path / "ejemplar" / path).read_bytes()
        original = CONTENTS[name]
        assert data.startswith(original)
        assert (len(data) > len(original)) is path.endswith(".pdf")
    assert [one.document for one in given.files if one.document] == [one.id for one in given.deposit.documents]


def test_restrictions_are_told_document_by_document(archive: Archive, folder_root: Root, tmp_path: Path) -> None:
    deposit = make_deposit(practice=True)
    note, report = deposit.documents
    documents = (note, replace(report, access=AccessClass.CONFIDENTIAL))
    take(archive, folder_root, replace(deposit, documents=documents))
    with laid_out(tmp_path / "ejemplar") as out:
        given = give_dossier(folder_root, OBJECT, out)
    assert given.restricted  # by one document, though the dossier's own class is lower
    told = readme(given, "Archivo, GADOR", "Juana Mamani Quispe", AT).decode()
    assert told.startswith("PRÁCTICA: SIN VALOR")
    assert "Restringido: GADOR-SDA/IT/00012/2026 (Confidencial)." in told
    assert "GADOR-SDPD/NI/00045/2026 (" not in told
    assert "no omite ni tacha nada" in told
    assert "Tomo 1, fojas 3–5" in told
    assert given.inventory_sha512 in told


def test_names_that_no_other_system_holds_are_replaced(archive: Archive, folder_root: Root, tmp_path: Path) -> None:
    odd = ("CON.csv", "a/" + "ñ" * 160 + ".pdf", "b/sin punto final.", "¿qué?.csv", "¿qué:.csv")
    deposit = make_deposit()
    more = tuple(describe_file(name, name.encode(), "text/csv", FileRole.ATTACHMENT, NOTE) for name in odd)
    take(archive, folder_root, replace(deposit, files=(*deposit.files, *more)), {name: name.encode() for name in odd})
    with laid_out(tmp_path / "ejemplar") as out:
        given = give_dossier(folder_root, OBJECT, out)
    assert {one.path for one in given.files[-5:]} == {
        "documentos/archivo-005.csv", "documentos/archivo-006.pdf", "documentos/archivo-007", "documentos/¿qué_.csv",
        "documentos/archivo-009.csv",
    }  # fmt: skip


def test_damage_is_not_given_away(
    archive: Archive, root: Root, tmp_path: Path, overwrite: Callable[[str, bytes | None], None]
) -> None:
    take(archive, root, make_deposit())
    inventory = root.inventory(OBJECT)
    assert inventory is not None
    path = next(path for path in inventory.manifest if path.endswith("informe.pdf"))
    overwrite(f"{object_folder(OBJECT)}/{path}", b"%PDF-1.7 otro")
    with pytest.raises(OfficeError, match=r"archive\.damaged"), laid_out(tmp_path / "ejemplar") as out:
        give_dossier(root, OBJECT, out)
    assert list(tmp_path.glob("*ejemplar*")) == []
    assert list(tmp_path.glob(".*")) == []


def test_nothing_is_left_when_it_is_broken_off(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), laid_out(tmp_path / "x") as out:
        out.put("a/b", [b"1", b"2"])
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    with laid_out(tmp_path / "x") as out:
        out.put("a/b", [b"1", b"2"])
        assert not (tmp_path / "x").exists()
    assert (tmp_path / "x" / "a" / "b").read_bytes() == b"12"
    (tmp_path / "y").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OfficeError, match=r"export\.exists"), laid_out(tmp_path / "y"):
        pass
    with pytest.raises(OfficeError, match=r"export\.exists"), laid_out(tmp_path / "z"):
        (tmp_path / "z").mkdir()  # somebody else was quicker
    assert list((tmp_path / "z").iterdir()) == []


def _killed_in_the_middle(folder: Path) -> None:
    with laid_out(folder) as out:
        out.put("a", [b"1"])
        os._exit(9)


def test_a_process_that_was_killed_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    child = get_context("spawn").Process(target=_killed_in_the_middle, args=(tmp_path / "x",))
    child.start()
    child.join()
    assert child.exitcode == 9
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".x.")
    assert left.name.endswith(".part")
    with laid_out(tmp_path / "x") as out:
        out.put("a", [b"2"])
    assert left.exists()  # it may be another's, who writes now
    os.utime(left, (0, 0))
    foreign = tmp_path / ".x.mine.part"
    foreign.mkdir()
    os.utime(foreign, (0, 0))
    (tmp_path / "x" / "a").unlink()
    (tmp_path / "x").rmdir()
    with laid_out(tmp_path / "x") as out:
        out.put("a", [b"3"])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".x.mine.part", "x"]
