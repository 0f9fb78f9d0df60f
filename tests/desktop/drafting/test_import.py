# ruff: noqa: E501
"""Files of LibreOffice and Word come in; what is dangerous or broken is told; nothing of it reaches this process."""

from __future__ import annotations

import io
import runpy
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.drafting import import_text
from desktop.drafting.body import Block, Body, Heading, Image, ListItem, Paragraph, Run, Table, footnote, plain
from desktop.drafting.html_body import Imported, body_of_html
from desktop.drafting.import_child import import_document
from desktop.drafting.import_text import read_document
from desktop.drafting.jobs import PageJob
from desktop.drafting.preflight import preflight
from desktop.drafting.setting import freeze
from desktop.records.errors import OfficeError

TEXTS = Path(__file__).parents[2] / "fixtures" / "office_texts"
SOURCES: dict[str, str] = runpy.run_path(str(TEXTS / "make.py"))["SOURCES"]


def alike(block: Block) -> Block:
    """Without what the formats do not carry: a picture's bytes are written anew; mammoth does not tell where a list begins."""
    if isinstance(block, Image):
        return replace(block, sha256="", name="")
    if isinstance(block, ListItem) and block.start is not None:
        return replace(block, start=1)
    return block


@pytest.mark.parametrize("kind", ["docx", "odt"])
@pytest.mark.parametrize("name", list(SOURCES))
def test_a_file_made_by_libreoffice_comes_through(name: str, kind: str) -> None:
    """The same text, pasted as HTML and imported from the file that LibreOffice made of it, is the same body."""
    wanted = body_of_html(SOURCES[name])
    made = read_document((TEXTS / f"{name}.{kind}").read_bytes(), name)
    assert tuple(map(alike, made.body.blocks)) == tuple(map(alike, wanted.body.blocks))
    assert made.notices == ()
    assert all(block.sha256 in made.images for block in made.body.images)


def test_a_list_of_an_odt_begins_where_it_began() -> None:
    made = read_document((TEXTS / "desde_cinco.odt").read_bytes(), "x.odt")
    assert made.body.blocks[1] == ListItem(plain("cinco"), "number", 0, 5)


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WORD_BODY = """
<w:p><w:pPr><w:pStyle w:val="Ttulo1"/></w:pPr><w:r><w:t>ANTECEDENTES</w:t></w:r></w:p>
<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/><w:u w:val="single"/></w:rPr><w:t xml:space="preserve">Mediante </w:t></w:r>
<w:r><w:t>nota</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>
<w:p><w:del w:id="1" w:author="x"><w:r><w:delText>borrado</w:delText></w:r></w:del><w:ins w:id="2" w:author="x"><w:r><w:t>puesto</w:t></w:r></w:ins>
<w:r><w:br w:type="page"/></w:r></w:p>
<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:p><w:r><w:t>Bien</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>N.º</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>Silla</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
"""


def word_file(body: str = WORD_BODY, **more: bytes) -> bytes:
    """A DOCX as Word writes its parts, with Spanish style names."""
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        f'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
        f'ContentType="{types}.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{rel}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{rel}/styles" Target="styles.xml"/>'
        f'<Relationship Id="r2" Type="{rel}/footnotes" Target="footnotes.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles {W}><w:style w:type="paragraph" w:styleId="Ttulo1"><w:name w:val="heading 1"/></w:style></w:styles>',
        "word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>Ley 1178</w:t></w:r></w:p></w:footnote></w:footnotes>',
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, more.pop(name, text))
        for name, data in more.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_words_own_marks() -> None:
    made = read_document(word_file(), "x.docx")
    assert made.body.blocks[:3] == (
        Heading("ANTECEDENTES"),
        Paragraph((Run("Mediante ", bold=True, underline=True), Run("nota"), footnote(Run("Ley 1178"))), "center"),
        Paragraph(plain("puesto")),
    )
    assert made.body.blocks[-1] == Table((plain("Bien"), plain("N.º")), ((plain("Silla"), ()),))
    assert [notice.code for notice in made.notices] == ["import.cells_parted"]


def test_macros_are_left_out_and_told() -> None:
    made = read_document(word_file(**{"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "x.docm")
    assert made.notices[0].code == "import.macros_left"
    assert made.body.blocks[0] == Heading("ANTECEDENTES")


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"word/{number}.xml", b" " * 90_000_000)
    return out.getvalue()


XXE = f'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document {W}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BAD = {
    "bomb": (bomb, "import.too_large"),
    "entity": (lambda: word_file(**{"word/document.xml": XXE.encode()}), "import.not_accepted"),
    "wide entity": (lambda: word_file(**{"word/document.xml": XXE.encode("utf-16")}), "import.not_accepted"),
    "password": (lambda: OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "import.password"),
    "old": (lambda: OLE + bytes(600), "import.old_format"),
    "cut": (lambda: word_file()[:700], "import.damaged"),
    "no xml": (lambda: word_file(**{"word/document.xml": b"<w:document"}), "import.damaged"),
    "text": (lambda: b"hola", "import.damaged"),
    "other zip": (lambda: zipped({"a.txt": b"x"}), "import.unknown_format"),
    "locked odt": (
        lambda: zipped({
            "mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"?",
            "META-INF/manifest.xml": b"<manifest:encryption-data/>",
        }),
        "import.password",
    ),
}  # fmt: skip


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("case", list(BAD))
def test_what_cannot_come_in_is_told(case: str) -> None:
    make, code = BAD[case]
    with pytest.raises(OfficeError) as caught:
        read_document(make(), "x.docx")
    assert (caught.value.code, caught.value.facts["file"]) == (code, "x.docx")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_told_or_read(at: int, spoilt: bytes) -> None:
    data = word_file()
    at %= len(data)
    try:
        made = read_document(data[:at] + spoilt + data[at + len(spoilt) :], "x.docx")
    except OfficeError as error:
        made = Imported(Body(), {}, (error,))
    assert all(notice.code.startswith("import.") for notice in made.notices)


def test_a_child_reads_the_file_and_sends_pictures_and_notices(tmp_path: Path) -> None:
    path = tmp_path / "imagen.docx"
    path.write_bytes((TEXTS / "imagen.docx").read_bytes())
    assert import_document(path) == read_document(path.read_bytes(), path.name)
    path.write_bytes(word_file(**{"word/vbaProject.bin": b"x"}))
    assert [notice.code for notice in import_document(path).notices] == ["import.macros_left", "import.cells_parted"]
    path.write_bytes(bomb())
    with pytest.raises(OfficeError) as caught:
        import_document(path)
    assert caught.value.code == "import.too_large"


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "lento.docx"
    path.write_bytes(word_file("<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 20_000))
    with pytest.raises(OfficeError) as caught:
        import_document(path, timeout=0.05)
    assert caught.value.code == "import.too_slow"
    with pytest.raises(OfficeError) as caught:
        import_document(tmp_path / "no.docx")
    assert caught.value.code == "import.unreadable"


def test_a_very_large_file_is_not_even_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_text, "LARGEST_FILE", 100)
    with pytest.raises(OfficeError) as caught:
        read_document(word_file(), "x.docx")
    assert caught.value.code == "import.too_large"


@pytest.mark.parametrize("name", list(SOURCES))
def test_what_came_in_can_be_frozen(make_job: Callable[..., PageJob], name: str) -> None:
    made = read_document((TEXTS / f"{name}.docx").read_bytes(), name)
    assert preflight(freeze(make_job(body=made.body, images=made.images)).pdf) == ()
