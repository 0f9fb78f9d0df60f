"""Attachments: by content, by what the type allows, counted, embedded or beside, listed before anybody signs; weighed before sending."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest

from desktop.drafting.content import Risk, content_of
from desktop.drafting.preflight import preflight
from desktop.drafting.templates import AttachmentRules, Manner
from desktop.operations import dispatch, weigh
from desktop.operations.attach import attach_all, told_of
from desktop.operations.desk import Desk
from desktop.practice.people import AUTHOR
from signing.attachment_list import read_attachment_list
from tests.fixtures.office import PLANNING, Stage, TestOffice, refused
from tests.fixtures.papers import pdf_of, sheet

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


@pytest.fixture
def office(stages: Stages, founded: TestOffice) -> TestOffice:
    return stages(founded).office


@pytest.fixture
def desk(office: TestOffice) -> Desk:
    return office.desk(PLANNING)


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


PDF = pdf_of(sheet(["Uno"]), sheet(["Dos"]), sheet(["Tres"]))
WORD = zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"))
SHEET = "application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("name", "data", "media_type", "risk", "misnamed"),
    [
        ("a.pdf", PDF, "application/pdf", None, False),
        ("a.txt", PDF, "application/pdf", None, True),
        ("cotización.csv", "Ítem;Total\n".encode("cp1252"), "text/csv", None, False),
        ("nota", "Señora Directora".encode(), "text/plain", None, False),
        ("a.docx", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", None, False),
        ("a.ods", zipped(("mimetype", SHEET.encode())), SHEET, None, False),
        ("a.zip", zipped(("a.txt", b"a")), "application/zip", None, False),
        ("a.docm", zipped(("[Content_Types].xml", b""), ("word/vbaProject.bin", b"")),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Risk.MACROS, False),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "_VBA_PROJECT".encode("utf-16-le"),
         "application/vnd.ms-excel", Risk.MACROS, False),
        ("factura.pdf", b"MZ\x90\x00" + bytes(99), "application/x-executable", Risk.PROGRAM, True),
        ("a", b"\x7fELF\x02\x01\x01" + bytes(99), "application/x-executable", Risk.PROGRAM, False),
        ("a.jpg", zipped(("META-INF/MANIFEST.MF", b"")), "application/java-archive", Risk.PROGRAM, True),
        ("acceso.lnk", b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(60), "application/x-executable", Risk.PROGRAM, False),
        ("nota.txt", b"#!/bin/sh\nrm -rf /\n", "text/x-script", Risk.SCRIPT, False),
        ("a.bat", b"@echo off\r\ndel *.*\r\n", "text/plain", Risk.SCRIPT, False),
        ("a.ps1", b"Remove-Item *\r\n", "text/plain", Risk.SCRIPT, False),
        ("a.png", bytes(range(256)) * 9, "application/octet-stream", None, True),
        ("vacío", b"", "application/octet-stream", None, False),
    ],
)  # fmt: skip
def test_what_a_file_is_by_its_content(
    name: str, data: bytes, media_type: str, risk: Risk | None, misnamed: bool
) -> None:
    found = content_of(data, name)
    assert (found.media_type, found.risk, found.misnamed) == (media_type, risk, misnamed)


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_pdfs_count_as_hojas_and_risks_are_told(office: TestOffice, desk: Desk, tmp_path: Path) -> None:
    files = [
        put(tmp_path, "anexo.pdf", PDF),
        put(tmp_path, "macro.docm", zipped(("[Content_Types].xml", b""), ("word/vbaProject.bin", b""))),
        put(tmp_path, "factura.pdf", b"MZ\x90\x00" + bytes(99)),
    ]
    document = office.frozen(desk, attachments=files)
    view = desk.store.document(document)
    assert [(item.name, item.pages) for item in view.attachments] == [
        ("anexo.pdf", 3), ("macro.docm", 0), ("factura.pdf", 0),
    ]  # fmt: skip
    assert view.sheets == view.pages + 3
    kept = desk.store.draft(document)
    assert kept is not None
    told = [notice.code for item in kept.attachments for notice in told_of(item)]
    assert told == ["attached.macros", "attached.program", "attached.misnamed"]
    pdf = desk.store.get_bytes(view.digest)
    listed = read_attachment_list(pdf)
    assert [(row.name, row.sha256) for row in listed] == [(p.name, sha256(p.read_bytes()).hexdigest()) for p in files]


def test_a_type_puts_its_attachments_inside(office: TestOffice, desk: Desk, tmp_path: Path) -> None:
    template = desk.templates["nota_interna"]
    desk.templates["nota_interna"] = replace(template, attaching=AttachmentRules(Manner.EMBED, Manner.EMBED))
    files = [put(tmp_path, "anexo.pdf", PDF), put(tmp_path, "datos Ñ.csv", b"a;b\n")]
    view = desk.store.document(office.frozen(desk, attachments=files))
    pdf = desk.store.get_bytes(view.digest)
    assert preflight(pdf) == ()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        inside = {name: bytes(spec.get_file().read_bytes()) for name, spec in document.attachments.items()}
        assert document.open_metadata().pdfa_status == "3A"
    assert sorted(inside.values()) == sorted(path.read_bytes() for path in files)
    assert view.sheets == view.pages


@pytest.mark.parametrize(
    ("data", "rules", "code"),
    [
        (b"", AttachmentRules(), "draft.attachment_empty"),
        (bytes(1_000_001), AttachmentRules(largest=1), "draft.attachment_too_large"),
        (bytes(600_000), AttachmentRules(total=1), "draft.attachment_total_too_large"),
        (b"MZ" + bytes(50), AttachmentRules(risky=False), "draft.attachment_risky"),
    ],
)
def test_what_a_type_does_not_allow(desk: Desk, tmp_path: Path, data: bytes, rules: AttachmentRules, code: str) -> None:
    path = put(tmp_path, "a.dat", data)
    with refused(code):
        attach_all(desk, [path, path], rules)


def test_two_files_of_one_name_are_told_apart(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    files = [put(tmp_path, "Anexo.txt", b"a"), put(tmp_path / "b", "anexo.TXT", b"b")]
    assert [item.name for item in attach_all(desk, files, AttachmentRules())] == ["Anexo.txt", "anexo (2).TXT"]


def test_a_locked_or_damaged_pdf_goes_along_without_hojas(desk: Desk, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(PDF)) as document:
        document.save(tmp_path / "clave.pdf", encryption=pikepdf.Encryption(owner="o", user="clave"))
    put(tmp_path, "roto.pdf", PDF[:900])
    files = [tmp_path / "clave.pdf", tmp_path / "roto.pdf"]
    assert [item.pages for item in attach_all(desk, files, AttachmentRules())] == [0, 0]


def test_the_weight_is_known_before_sending_and_a_full_exchange_is_told(
    office: TestOffice, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = office.signed(desk, AUTHOR, attachments=[put(tmp_path, "anexo.pdf", PDF)])
    load = weigh.weigh(desk, document, addressees=2)
    view = desk.store.document(document)
    assert [name for name, _ in load.files] == [f"{view.cite.replace('/', '-')}.pdf", "anexo.pdf"]
    assert load.total == desk.store.path_of(view.digest).stat().st_size + len(PDF)
    assert load.upload > 2 * load.total
    assert load.room is not None
    assert load.stick
    monkeypatch.setattr("desktop.storage.folder.FolderStore.room", lambda store: load.total)
    with refused("dispatch.no_room"):
        dispatch.dispatch(desk, document, office.to_finance())
    monkeypatch.undo()
    assert desk.store.document(document).slip is None
    slip = dispatch.dispatch(desk, document, office.to_finance())
    assert desk.store.slip(slip).hops[0].sheets == view.pages + 3


def test_a_share_that_does_not_answer_stops_nobody(
    office: TestOffice, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = office.signed(desk, AUTHOR)
    back = threading.Event()
    monkeypatch.setattr(weigh, "_PATIENCE", 0.05)
    monkeypatch.setattr("desktop.storage.folder.FolderStore.room", lambda store: back.wait(20) and 0)
    try:
        assert weigh.weigh(desk, document).room is None
        assert dispatch.dispatch(desk, document, office.to_finance())
    finally:
        back.set()
