"""The signed list of attachments, read from frozen documents and held against files that are right, wrong or missing."""

from __future__ import annotations

import hashlib
import io
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.drafting.body import Body, Heading, Table, plain
from desktop.drafting.jobs import AttachedFile, PageJob
from desktop.drafting.samples import sample_job
from desktop.drafting.setting import freeze
from desktop.drafting.templates import load_templates
from signing.attachment_list import embedded_files, read_attachment_list
from signing.attachments import Embedded, Listed, attachments_of, check_attachments
from signing.report import Outcome
from signing.trust import TrustStore
from signing.verify import verify_file
from tests.fixtures.lab import shared_lab

RESOURCES = Path(__file__).parents[2] / "resources"
LONG = "Certificación presupuestaria y de no adeudo del señor Ñuñez a la gestión, con anexos, "


@cache
def job(template: str = "nota_interna") -> PageJob:
    return sample_job(load_templates([RESOURCES / "templates"])[template], RESOURCES)


def attached(names: Sequence[str], *, inside: Sequence[str] = ()) -> tuple[AttachedFile, ...]:
    return tuple(AttachedFile.of(name, content(name), media_type="text/plain", embed=name in inside) for name in names)


def content(name: str) -> bytes:
    return f"contenido de {name}\n".encode() * 50


def frozen(names: Sequence[str], template: str = "nota_interna", *, inside: Sequence[str] = ()) -> bytes:
    return freeze(replace(job(template), attachments=attached(names, inside=inside))).pdf


def row(name: str, data: bytes, number: int = 1) -> Listed:
    return Listed(number, name, "", hashlib.sha256(data).hexdigest())


def states(listed: Sequence[Listed], folder: Path | None, *inside: Embedded) -> list[str]:
    return [one.state for one in check_attachments(listed, folder, embedded=inside)]


# --- reading the page


@pytest.mark.parametrize("template", ["nota_interna", "informe"])
@pytest.mark.parametrize(
    "names",
    [
        ["cotización.pdf"],
        ["Ñandú año áéíóú.ods", "b.txt"],
        [f"{'x' * 120}.csv", f"{'0' * 64}", "guion-" * 14 + ".doc", "fi ffi fl.pdf"],
        [f"{LONG * 2}{number}.pdf" for number in range(8)],
        ["incluido en este PDF", "SHA-256", "12,4 kB", "7"],
    ],
)
def test_the_list_is_read_as_it_was_given(template: str, names: list[str]) -> None:
    listed = read_attachment_list(frozen(names, template))
    assert [one.name for one in listed] == names
    assert [one.number for one in listed] == list(range(1, len(names) + 1))
    assert [one.sha256 for one in listed] == [hashlib.sha256(content(name)).hexdigest() for name in names]


@pytest.mark.parametrize("length", [12, 100, 216, 244])
def test_forty_rows_over_pages_that_break_them(length: int) -> None:
    names = [(LONG * 4)[:length].strip() + f" {number}.pdf" for number in range(40)]
    data = frozen(names)
    with pikepdf.open(io.BytesIO(data)) as document:
        assert len(document.pages) >= 3
    listed = read_attachment_list(data)
    assert [one.name for one in listed] == names
    assert [one.sha256 for one in listed] == [hashlib.sha256(content(name)).hexdigest() for name in names]


def test_a_document_without_attachments_has_no_list() -> None:
    assert read_attachment_list(frozen([])) == ()
    assert read_attachment_list(b"%PDF-1.7 nothing") == ()
    assert read_attachment_list(b"") == ()


IMITATION = (
    Heading("Archivos adjuntos", 2),
    Table(
        (plain("N.º"), plain("Archivo"), plain("Tamaño"), plain("SHA-256")),
        ((plain("1"), plain("falso.pdf"), plain("1,0 kB"), plain(f"{'a' * 32} {'b' * 32}")),),
    ),
)


def imitated(names: Sequence[str]) -> bytes:
    body = Body((*job().body.blocks, *IMITATION))
    return freeze(replace(job(), body=body, attachments=attached(names))).pdf


def test_a_table_in_the_body_that_imitates_the_list_is_none() -> None:
    assert "falso.pdf" in _text(imitated([]))
    assert read_attachment_list(imitated([])) == ()
    assert [one.name for one in read_attachment_list(imitated(["bueno.pdf"]))] == ["bueno.pdf"]


def test_a_table_that_ends_a_document_without_a_signers_place_is_none() -> None:
    with pikepdf.open(io.BytesIO(frozen(["bueno.pdf"]))) as document:
        for page in document.pages:
            for widget in page.get("/Annots", ()):
                widget.T = pikepdf.String("otro")
        out = io.BytesIO(b"")
        document.save(out)
    assert read_attachment_list(out.getvalue()) == ()


def _text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


# --- beside the document


def test_files_beside_the_document_are_compared(tmp_path: Path) -> None:
    names = ["igual.txt", "cambiado.txt", "falta.txt"]
    (tmp_path / "igual.txt").write_bytes(content("igual.txt"))
    (tmp_path / "cambiado.txt").write_bytes(b"otro")
    found = attachments_of(frozen(names), tmp_path)
    assert [(one.name, one.state) for one in found] == [
        ("igual.txt", "same"),
        ("cambiado.txt", "changed"),
        ("falta.txt", "missing"),
    ]
    assert [one.size for one in found] == [len(content("igual.txt")), 4, 0]


def signed(names: Sequence[str]) -> tuple[bytes, TrustStore]:
    lab = shared_lab()
    plain_file = lab.with_dss(frozen(names), **lab.good_answers(lab.alice), certs=(lab.issuing, lab.root))
    return lab.sign(plain_file), TrustStore.from_pem([lab.root.pem])


def test_an_attachment_that_was_exchanged_makes_the_whole_invalid_and_no_signature(tmp_path: Path) -> None:
    data, trust = signed(["plano.txt", "lista.txt"])
    path = tmp_path / "nota.pdf"
    path.write_bytes(data)
    (tmp_path / "plano.txt").write_bytes(content("plano.txt"))
    missing = verify_file(path, trust=trust)
    assert (missing.outcome, [one.state for one in missing.attachments]) == (Outcome.VALID, ["same", "missing"])
    assert "attachments.missing" in missing.warnings
    (tmp_path / "lista.txt").write_bytes(b"otra lista")
    changed = verify_file(path, trust=trust)
    assert (changed.outcome, changed.reason) == (Outcome.INVALID, "file.attachment_changed")
    assert [one.state for one in changed.attachments] == ["same", "changed"]
    assert [one.outcome for one in changed.signatures] == [Outcome.VALID]
    (tmp_path / "lista.txt").write_bytes(content("lista.txt"))
    assert verify_file(path, trust=trust).warnings == ()


def test_embedded_files_count_and_the_worst_copy_decides(tmp_path: Path) -> None:
    names = ["dentro ñ.txt", "fuera.txt"]
    data = frozen(names, inside=names[:1])
    assert [one.name for one in embedded_files(data)] == names[:1]
    assert [one.inside for one in read_attachment_list(data)] == [True, False]
    assert [one.state for one in attachments_of(data, tmp_path)] == ["same", "missing"]
    (tmp_path / names[0]).write_bytes(b"otro")
    assert [one.state for one in attachments_of(data, tmp_path)] == ["changed", "missing"]
    assert [one.state for one in attachments_of(data, None)] == ["same", "missing"]


def test_an_embedded_file_that_differs_or_is_in_no_row() -> None:
    listed = [row("a.txt", b"a")]
    assert states(listed, None, Embedded("a.txt", 1, hashlib.sha256(b"b").hexdigest())) == ["changed"]
    assert states([], None, Embedded("z.txt", 1, "00")) == ["embedded"]


@pytest.mark.parametrize(
    "name",
    [
        "../secreto",
        "sub/a.txt",
        "..\\secreto",
        "/etc/hostname",
        "..",
        ".",
        "",
        "NUL",
        "con.txt",
        "COM1",
        "a\x00b",
        "n" * 256,
    ],
)
def test_names_that_lead_elsewhere_are_not_followed(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "sobre"
    inner.mkdir()
    (tmp_path / "secreto").write_bytes(b"s")
    assert states([row(name, b"s")], inner) == ["not_checked"]


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are of POSIX")
def test_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"s")
    (tmp_path / "enlace").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "tubo")
    (tmp_path / "carpeta").mkdir()
    listed = [row(name, b"s") for name in ("enlace", "tubo", "carpeta")]
    assert states(listed, tmp_path) == ["not_checked"] * 3


def test_a_name_is_found_however_it_is_composed_or_spaced(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "año  ñandú.txt")
    (tmp_path / decomposed).write_bytes(b"s")
    assert states([row("año ñandú.txt", b"s")], tmp_path) == ["same"]
    assert states([row("año ñandú.txt", b"t")], tmp_path) == ["changed"]


def test_time_runs_out_without_an_answer_that_was_not_computed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"s")
    found = check_attachments([row("a.txt", b"s")], tmp_path, seconds=-1)
    assert [one.state for one in found] == ["not_checked"]


@given(st.text(max_size=40))
def test_no_name_reaches_out_of_the_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "vacía"
    folder.mkdir(exist_ok=True)
    assert states([row(name, b"s")], folder) in (["missing"], ["not_checked"])
