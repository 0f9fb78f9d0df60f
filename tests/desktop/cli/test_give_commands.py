"""archive export: for a reader and for another archive, over a real archive, with status, JSON and sentences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import bagit  # type: ignore[import-untyped]
import pikepdf
import pytest

from desktop.archive.roots import open_root
from desktop.drafting.preflight import preflight
from desktop.practice.people import AUTHOR
from desktop.records.documents import AccessClass
from tests.desktop.archive.dossiers import make_deposit
from tests.desktop.archive.shelves import keep
from tests.desktop.cli.conftest import Qillqa
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice
from tests.judges.verdicts import judge_ocfl_root

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _cite(keeper: TestOffice, qillqa: Qillqa) -> str:
    rows = qillqa("archive", "list", "--home", keeper.desk_home(FINANCE), "--json").json["dossiers"]
    return next(str(row["cite"]) for row in rows if "PRÁCTICA" in row["cite"])


def test_a_reader_gets_the_documents_described_and_verified(keeper: TestOffice, qillqa: Qillqa, tmp_path: Path) -> None:
    cite = _cite(keeper, qillqa)
    at = ("--home", keeper.desk_home(FINANCE))
    answer = qillqa("archive", "export", cite, "--to", tmp_path / "ejemplar", *at, "--json")
    assert answer.status == 0, answer.err
    folder = tmp_path / "ejemplar"
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    name = cite.replace("/", "-")
    assert found == [
        "LEEME.txt",
        "descripcion.xml",
        f"documentos/{name}/{name}.pdf",
        f"documentos/{name}/adjuntos/cotización Ñañez.csv",
        "verificacion.pdf",
    ]
    (dossier,) = answer.json["dossiers"]
    assert (dossier["version"], dossier["restricted"]) == ("v2", False)
    assert answer.json["verdicts"] == [{"file": f"documentos/{name}/{name}.pdf", "verdict": "valid"}]
    for file in dossier["files"]:
        assert hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    told = (folder / "LEEME.txt").read_text("utf-8")
    for part in (
        cite, dossier["object"], "Juana Mamani Quispe, Pedro Choque Flores", "1 tomo", "Acceso: Interna", "no omite ni tacha nada",
        "Ningún documento está clasificado como reservado", *(file["sha256"] for file in dossier["files"]),
    ):  # fmt: skip
        assert part in told, part
    with pikepdf.open(folder / "verificacion.pdf") as report:
        assert len(report.pages) >= 1
    assert list(tmp_path.glob(".*")) == []


def test_another_archive_gets_every_version_as_a_bag(keeper: TestOffice, qillqa: Qillqa, tmp_path: Path) -> None:
    cite = _cite(keeper, qillqa)
    at = ("--home", keeper.desk_home(FINANCE))
    answer = qillqa("archive", "export", cite, "--as", "bag", "--to", tmp_path / "bolsa", *at, "--json")
    assert answer.status == 0, answer.err
    bagit.Bag(str(tmp_path / "bolsa")).validate()
    assert judge_ocfl_root(tmp_path / "bolsa" / "data" / "root").valid
    (name,) = answer.json["objects"]
    inventory = json.loads(next((tmp_path / "bolsa").glob("data/root/*/*/*/*/inventory.json")).read_text("utf-8"))
    assert (inventory["id"], inventory["head"]) == (name, "v2")
    assert (tmp_path / "bolsa" / "data" / "comprobar.sh").read_bytes().startswith(b"#!/bin/sh\n")
    said = qillqa("archive", "export", name, "--as", "bag", "--to", tmp_path / "otra", *at)
    assert said.out.endswith("bytes (BagIt).\n")


def test_what_cannot_be_given_is_said(keeper: TestOffice, qillqa: Qillqa, tmp_path: Path) -> None:
    cite = _cite(keeper, qillqa)
    at = ("--home", keeper.desk_home(FINANCE))
    (tmp_path / "ocupada").mkdir()
    for form in ("reader", "bag"):
        there = qillqa("archive", "export", cite, "--as", form, "--to", tmp_path / "ocupada", *at)
        assert (there.status, there.err.splitlines()[0]) == (66, "Ya existe «ocupada».")
        unknown = qillqa("archive", "export", "NADIE/1", "--as", form, "--to", tmp_path / "x", *at, "--json")
        assert (unknown.status, unknown.json["error"]["code"]) == (66, "archive.not_found")
        nowhere = qillqa("archive", "export", cite, "--as", form, "--to", tmp_path / "x", "--home",
                         keeper.desk_home(PLANNING), "--json")  # fmt: skip
        assert nowhere.json["error"]["code"] == "accept.not_custodian"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "office-0") == ["ocupada"]


def test_what_was_given_to_whom_is_in_the_log_and_what_is_restricted_is_not_given(
    keeper: TestOffice, qillqa: Qillqa, tmp_path: Path
) -> None:
    cite = _cite(keeper, qillqa)
    at = ("--home", keeper.desk_home(FINANCE))
    for form in ("reader", "bag"):
        given = qillqa("archive", "export", cite, "--as", form, "--for", "Juzgado  1.º", "--to", tmp_path / form, *at)
        assert given.status == 0, given.err
    assert "Entregado a     Juzgado 1.º\n" in (tmp_path / "reader" / "LEEME.txt").read_text("utf-8")
    lines = [
        json.loads(line)
        for file in (keeper.home / "archivo" / "bitacora").glob("*.jsonl")
        for line in file.read_text("utf-8").splitlines()
    ]
    told = [(line["version"], line["datos"]) for line in lines if line["acto"] == "entrega"]
    assert told == [("v2", {"a": "Juzgado  1.º", "forma": "lectura"}), ("v2", {"a": "Juzgado  1.º", "forma": "bagit"})]
    (tmp_path / "ocupada").mkdir()
    assert qillqa("archive", "export", cite, "--to", tmp_path / "ocupada", *at).status == 66

    assert qillqa("archive", "restrict", cite, "--reason", "Proceso en curso", *at).status == 0
    for form in ("reader", "bag"):
        refused = qillqa("archive", "export", cite, "--as", form, "--to", tmp_path / "no", *at, "--json")
        assert refused.json["error"]["code"] == "export.restricted"
        assert refused.json["error"]["facts"]["access"] == "Restringida"
    assert not (tmp_path / "no").exists()
    listed = qillqa("archive", "inventory", "--csv", tmp_path / "i.csv", *at, "--json").json["dossiers"]
    assert [(row["cite"], row["title"], row["restricted"]) for row in listed] == [
        ("", "(expediente restringido)", True)
    ]
    assert cite not in (tmp_path / "i.csv").read_text("utf-8-sig")
    assert qillqa("archive", "export", cite, "--restricted", "--to", tmp_path / "no", *at).status == 0


def test_the_inventory_is_listed_written_and_drafted(keeper: TestOffice, qillqa: Qillqa, tmp_path: Path) -> None:
    at = ("--home", keeper.desk_home(FINANCE))
    planning, pdf, table = keeper.units["planning"], tmp_path / "inventario.pdf", tmp_path / "inventario.csv"
    answer = qillqa("archive", "inventory", "--unit", planning, "--pdf", pdf, "--csv", table, "--draft", *at, "--json")
    assert answer.status == 0, answer.err
    (row,) = answer.json["dossiers"]
    assert (row["version"], row["volumes"][0]["first"]) == ("v2", 1)
    assert answer.json["extent"]["dossiers"] == 1
    assert answer.json["document"]
    assert preflight(pdf.read_bytes()) == ()
    assert row["inventory_sha512"] in table.read_text("utf-8-sig")
    said = qillqa("archive", "inventory", row["cite"], *at)
    assert said.out.splitlines()[-1].startswith("1 expediente, ")
    for nothing in (("--series", "X"), ("--until", "2001-01-01"), ("--unit", keeper.units["finance"])):
        none = qillqa("archive", "inventory", *nothing, *at, "--json")
        assert (none.status, none.json["error"]["code"]) == (66, "inventory.nothing")
    assert qillqa("archive", "inventory", "--since", "ayer", *at).status == 64


def test_an_acta_is_drafted_for_who_gives(keeper: TestOffice, qillqa: Qillqa) -> None:
    at = ("--home", keeper.desk_home(FINANCE))
    made = qillqa("archive", "acta", "--from", keeper.ids[AUTHOR], *at, "--json")
    assert made.status == 0, made.err
    assert len(made.json["dossiers"]) == 1
    frozen = qillqa("document", "freeze", made.json["document"], *at, "--json")
    assert frozen.status == 0, frozen.err
    shown = qillqa("document", "show", made.json["document"], *at, "--json").json
    assert "/ATD/" in json.dumps(shown)
    said = qillqa("archive", "acta", "--from", keeper.ids[AUTHOR], *at)
    assert said.out.startswith("Borrador ")
    there = qillqa("archive", "acta", "--from", "nadie", *at, "--json")
    assert there.json["error"]["code"] == "directory.unknown_official"


def test_what_is_not_for_everybody_is_given_only_as_somebody_s_act(
    keeper: TestOffice, qillqa: Qillqa, tmp_path: Path
) -> None:
    deposit = make_deposit(access=AccessClass.RESERVED)
    name = keep(open_root(f"folder:{keeper.home / 'archivo'}"), deposit)
    at = ("--home", keeper.desk_home(FINANCE))
    slip = ("archive", "export", deposit.slip, "--to", tmp_path / "ejemplar", *at)
    refused = qillqa(*slip)
    assert (refused.status, refused.err.splitlines()[0]) == (
        66,
        f"El expediente {deposit.cite} no es para todos: Reservada.",
    )
    bag = ("archive", "export", name, "--as", "bag", "--to", tmp_path / "bolsa", *at)
    assert qillqa(*bag, "--json").json["error"]["code"] == "export.restricted"
    assert not (tmp_path / "ejemplar").exists()
    assert not (tmp_path / "bolsa").exists()
    assert qillqa(*bag, "--restricted").status == 0
    assert qillqa(*slip, "--restricted").status == 0
    assert "El expediente: Reservada." in (tmp_path / "ejemplar" / "LEEME.txt").read_text("utf-8")
    both = qillqa("archive", "export", name, _cite(keeper, qillqa), "--restricted", "--to", tmp_path / "dos", *at)
    assert both.status == 0, both.err
    assert sorted(path.name for path in (tmp_path / "dos").iterdir()) == ["001", "002", "verificacion.pdf"]
