"""Resources that form and pages share, as LibreOffice writes them: a font may be added that nothing draws with."""

from __future__ import annotations

import io

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from signing.report import ChangeKind as Kind
from signing.report import LaterChanges
from tests.fixtures.lab import plain_pdf, shared_lab
from tests.fixtures.later import Edit, judge, kinds


def shared(*, content: bytes, fonts_apart: bool = False) -> bytes:
    """One dictionary of resources for both pages and the form, signed."""
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        fonts = Dictionary(F1=pdf.Root.AcroForm.DR.Font.F1)
        resources = pdf.make_indirect(Dictionary(Font=pdf.make_indirect(fonts) if fonts_apart else fonts))
        for page in pdf.pages:
            page.obj.Resources = resources
        pdf.Root.AcroForm.DR = resources
        pdf.pages[0].obj.Contents = pdf.make_stream(content)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return shared_lab().sign(out.getvalue())


def font_added(data: bytes, name: str) -> bytes:
    edit = Edit(data)
    resources = edit.pdf.Root.AcroForm.DR
    resources.Font[f"/{name}"] = edit.reference(edit.add(b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>"))
    edit.touch(resources.Font if resources.Font.is_indirect else resources)
    return edit.done()


@pytest.mark.parametrize("fonts_apart", [False, True])
def test_a_font_that_nothing_draws_with(fonts_apart: bool) -> None:
    data = shared(content=b"BT /F1 12 Tf 72 700 Td (a) Tj ET", fonts_apart=fonts_apart)
    later = judge(font_added(data, "Helv"))
    assert later.changes is LaterChanges.PERMITTED, later


@pytest.mark.parametrize("content", [b"BT /Helv 12 Tf 72 700 Td (a) Tj ET", b"BT /He#6cv 12 Tf 72 700 Td (a) Tj ET"])
@pytest.mark.parametrize("fonts_apart", [False, True])
def test_a_name_that_was_waiting_for_its_meaning(content: bytes, fonts_apart: bool) -> None:
    """The signed page draws with a font that does not exist yet."""
    assert (Kind.CONTENT, False) in kinds(judge(font_added(shared(content=content, fonts_apart=fonts_apart), "Helv")))


def test_what_was_there_is_not_replaced() -> None:
    edit = Edit(shared(content=b"q Q"))
    resources = edit.pdf.Root.AcroForm.DR
    resources.Font.F1 = edit.reference(edit.add(b"<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"))
    edit.touch(resources)
    assert (Kind.CONTENT, False) in kinds(judge(edit.done()))


@pytest.mark.parametrize(
    ("content", "wanted"), [(b"q Q", LaterChanges.PERMITTED), (b"q /G gs Q", LaterChanges.SUSPICIOUS)]
)
def test_resources_of_other_kinds(content: bytes, wanted: LaterChanges) -> None:
    """IText adds its frame to the form's XObjects; whatever the kind, it is the name that must not be drawn with."""
    edit = Edit(shared(content=content))
    resources = edit.pdf.Root.AcroForm.DR
    resources.ExtGState = Dictionary(G=Dictionary(Type=Name.ExtGState, ca=0))
    edit.touch(resources)
    assert judge(edit.done()).changes is wanted


def test_what_is_no_named_resource_is_not_added() -> None:
    edit = Edit(shared(content=b"q Q"))
    resources = edit.pdf.Root.AcroForm.DR
    resources.Invented = Dictionary(G=1)
    edit.touch(resources)
    assert judge(edit.done()).changes is LaterChanges.SUSPICIOUS
