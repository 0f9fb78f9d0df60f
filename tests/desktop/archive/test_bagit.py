"""Bags: bagit-python and ocfl-py judge them, a stranger's script can prove them, and nothing half is ever left."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import bagit  # type: ignore[import-untyped]
import pytest

from desktop.archive import bagit as bags
from desktop.archive.bagit import Bag, BagLabel, write_bag
from desktop.archive.custody import accept, object_id_of
from desktop.archive.deposits import describe_file
from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import object_folder
from desktop.archive.manifest import FileRole
from desktop.archive.raising import raise_object
from desktop.archive.roots import Root
from desktop.records.errors import OfficeError
from tests.desktop.archive.conftest import Archive
from tests.desktop.archive.dossiers import CONTENTS, NOTE, RECEIVED_AT, make_deposit
from tests.desktop.archive.test_raising import raising
from tests.judges.verdicts import judge_ocfl_root

OBJECT = object_id_of(make_deposit().dossier)
OTHER = "01JQ5ZZZZZ8XKQ4T0R7M2B9C5H"
LABEL = BagLabel("Gobierno Autónomo\nDepartamental de Oruro", date(2026, 3, 9), "Qillqa 0.1.0", "Archivo")


@pytest.fixture
def kept(archive: Archive, root: Root) -> Root:
    """Two dossiers; the first was raised, and has an attachment with a name that bags find hard."""
    odd = "01-GADOR-SDPD-NI-00045-2026/adjuntos/50% de avance %3a.csv"
    first = make_deposit()
    first = replace(first, files=(*first.files, describe_file(odd, b"x", "text/csv", FileRole.ATTACHMENT, NOTE)))
    accept(archive.custodian(root), archive.send(archive.pack(first, {**CONTENTS, odd: b"x"})), now=RECEIVED_AT)
    raise_object(root, OBJECT, raising(), now=RECEIVED_AT + timedelta(days=1))
    second = make_deposit(id="01JQ5ZZZZZ8XKQ4T0R7M2B9C5J", dossier=OTHER)
    accept(archive.custodian(root), archive.send(archive.pack(second)), now=RECEIVED_AT)
    return root


def written(root: Root, folder: Path) -> Bag:
    return write_bag(
        root, [OBJECT, object_id_of(OTHER), OBJECT], folder, LABEL, beside={"comprobar.sh": b"#!/bin/sh\n"}
    )


def test_bagit_python_and_ocfl_py_find_it_valid(kept: Root, tmp_path: Path) -> None:
    made = written(kept, tmp_path / "salida" / "bolsa")
    judged = bagit.Bag(str(made.folder))
    judged.validate()  # raises what it finds
    assert judged.info["External-Identifier"] == [OBJECT, object_id_of(OTHER)]
    assert judged.info["Source-Organization"] == "Gobierno Autónomo Departamental de Oruro"
    assert judged.info["Payload-Oxum"] == f"{made.bytes}.{made.files}"
    assert judged.algorithms == ["sha512"]
    verdict = judge_ocfl_root(made.folder / "data" / "root")
    assert verdict.valid, verdict.messages
    assert sorted(path.name for path in (made.folder / "data").iterdir()) == [
        "LEEME.txt", "comprobar.sh", "indice.csv", "root",
    ]  # fmt: skip
    assert len((made.folder / "data" / "indice.csv").read_text("utf-8-sig").splitlines()) == 3
    assert list(tmp_path.glob("salida/.*")) == []


def test_every_byte_is_that_of_the_archive(kept: Root, tmp_path: Path) -> None:
    made = written(kept, tmp_path / "bolsa")
    for name in made.objects:
        inventory = kept.inventory(name)
        assert inventory is not None
        below = made.folder / "data" / "root" / object_folder(name)
        found = {path.relative_to(below).as_posix() for path in below.rglob("*") if path.is_file()}
        assert found == set(inventory.expected())
        for path, digest in inventory.expected().items():
            assert hashlib.sha512(below.joinpath(*path.split("/")).read_bytes()).hexdigest() == digest


@pytest.mark.noisy("validation failed")
@pytest.mark.parametrize("what", ["changed", "gone", "more", "info"])
def test_the_judge_bites(kept: Root, tmp_path: Path, what: str) -> None:
    folder = written(kept, tmp_path / "bolsa").folder
    pdf = next(folder.rglob("*.pdf"))
    if what == "changed":
        pdf.write_bytes(pdf.read_bytes().replace(b"nota", b"nata").replace(b"informe", b"infarme"))
    elif what == "gone":
        pdf.unlink()
    elif what == "more":
        (folder / "data" / "otro.txt").write_text("x")
    else:
        (folder / "bag-info.txt").write_text("Payload-Oxum: 1.1\n")
    with pytest.raises(bagit.BagError):
        bagit.Bag(str(folder)).validate()


def test_a_damaged_object_is_not_given_and_nothing_is_left(
    kept: Root, tmp_path: Path, overwrite: Callable[[str, bytes | None], None]
) -> None:
    inventory = kept.inventory(OBJECT)
    assert inventory is not None
    path = next(path for path in inventory.manifest if path.endswith(".pdf"))
    overwrite(f"{object_folder(OBJECT)}/{path}", b"otra cosa")
    with pytest.raises(OfficeError, match=r"archive\.damaged"):
        written(kept, tmp_path / "salida" / "bolsa")
    overwrite(f"{object_folder(OBJECT)}/{path}", None)
    with pytest.raises(OfficeError, match=r"archive\.missing_file"):
        written(kept, tmp_path / "salida" / "bolsa")
    assert list((tmp_path / "salida").iterdir()) == []


def test_what_stands_there_already_is_left_alone(kept: Root, tmp_path: Path) -> None:
    (tmp_path / "bolsa").mkdir()
    with pytest.raises(OfficeError, match=r"export\.exists"):
        written(kept, tmp_path / "bolsa")
    for nothing in (["urn:uuid:ninguno"], []):
        with pytest.raises(OfficeError, match=r"archive\.no_object"):
            write_bag(kept, nothing, tmp_path / "otra", LABEL)
    assert not (tmp_path / "otra").exists()


def test_a_writer_that_died_before_he_copied_the_inventory_up_does_no_harm(
    archive: Archive, folder_root: FolderRoot, tmp_path: Path
) -> None:
    accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT)
    raise_object(folder_root, OBJECT, raising(), now=RECEIVED_AT + timedelta(days=1))
    below = folder_root.path / object_folder(OBJECT)
    for name in ("inventory.json", "inventory.json.sha512"):
        (below / name).write_bytes((below / "v1" / name).read_bytes())
    made = write_bag(folder_root, [OBJECT], tmp_path / "bolsa", LABEL)
    bagit.Bag(str(made.folder)).validate()
    assert judge_ocfl_root(made.folder / "data" / "root").valid


@pytest.mark.parametrize("name", ["a%0Ab.csv", "a%0db.csv"])
def test_a_name_that_would_be_read_as_a_line_break_is_refused(
    archive: Archive, folder_root: FolderRoot, tmp_path: Path, name: str
) -> None:
    deposit = make_deposit()
    deposit = replace(deposit, files=(*deposit.files, describe_file(name, b"x", "text/csv", FileRole.ATTACHMENT, NOTE)))
    accept(
        archive.custodian(folder_root), archive.send(archive.pack(deposit, {**CONTENTS, name: b"x"})), now=RECEIVED_AT
    )
    with pytest.raises(OfficeError, match=r"export\.unfit_name"):
        write_bag(folder_root, [OBJECT], tmp_path / "bolsa", LABEL)
    assert not (tmp_path / "bolsa").exists()


def test_practice_is_said(archive: Archive, folder_root: FolderRoot, tmp_path: Path) -> None:
    accept(archive.custodian(folder_root), archive.send(archive.pack(make_deposit(practice=True))), now=RECEIVED_AT)
    made = write_bag(folder_root, [OBJECT], tmp_path / "bolsa", LABEL)
    assert "External-Description: PRÁCTICA: SIN VALOR" in (made.folder / "bag-info.txt").read_text("utf-8")


def test_it_is_0_97_because_of_the_per_cent_signs() -> None:
    assert bags.DECLARATION.startswith(b"BagIt-Version: 0.97\n")
