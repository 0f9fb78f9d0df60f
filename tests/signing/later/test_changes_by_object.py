"""Each rule with an honest update and a hostile one, written object by object."""

from __future__ import annotations

from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from signing.report import ChangeKind as Kind
from signing.report import LaterChanges
from tests.fixtures.later import Edit, changed, judge, kinds, look, signed, written_text

Make = Callable[[Edit], None]


def nothing_but_equal_content(edit: Edit) -> None:
    """As Acrobat, Word and iText do: objects are written again as they were."""
    for found in (
        edit.pdf.Root,
        edit.pdf.Root.AcroForm,
        edit.pdf.pages[0].obj,
        edit.field("nota"),
        edit.pdf.pages[0].Annots[0],
    ):
        edit.touch(found)


def contents_replaced(edit: Edit) -> None:
    page = edit.pdf.pages[0].obj
    page.Contents = edit.reference(edit.add(b"<</Length 4>>\nstream\nq Q \nendstream"))
    edit.touch(page)


def contents_stream_rewritten(edit: Edit) -> None:
    edit.objects[edit.pdf.pages[0].obj.Contents.objgen[0]] = b"<</Length 4>>\nstream\nq Q \nendstream"


def page_size(edit: Edit) -> None:
    edit.pdf.pages[0].obj.MediaBox = Array([0, 0, 612, 400])
    edit.touch(edit.pdf.pages[0].obj)


def page_removed(edit: Edit) -> None:
    pages = edit.pdf.Root.Pages
    pages.Kids = Array([pages.Kids[1]])
    pages.Count = 1
    edit.touch(pages)


def pages_swapped(edit: Edit) -> None:
    pages = edit.pdf.Root.Pages
    pages.Kids = Array([pages.Kids[1], pages.Kids[0]])
    edit.touch(pages)


def parent_exchanged(edit: Edit) -> None:
    """A page inherits from another node than the one that names it."""
    node = edit.add(b"<</Type/Pages/Kids[]/Count 0/Rotate 180>>")
    edit.pdf.pages[0].obj.Parent = edit.reference(node)
    edit.touch(edit.pdf.pages[0].obj)


def open_action(edit: Edit) -> None:
    edit.pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    edit.touch(edit.pdf.Root)


def outline_renamed(edit: Edit) -> None:
    first = edit.pdf.Root.Outlines.First
    first.Title = String("Otra")
    edit.touch(first)


def layers(edit: Edit) -> None:
    edit.pdf.Root.OCProperties = Dictionary(OCGs=Array([]), D=Dictionary())
    edit.touch(edit.pdf.Root)


def spoken_text(edit: Edit) -> None:
    element = edit.pdf.Root.StructTreeRoot.K.K[0]
    element.ActualText = String("Otra cosa")
    edit.touch(element)


def tag_removed(edit: Edit) -> None:
    document = edit.pdf.Root.StructTreeRoot.K
    document.K = Array([document.K[1]])
    edit.touch(document)


def tagged_content_added(edit: Edit) -> None:
    document = edit.pdf.Root.StructTreeRoot.K
    element = edit.add(b"<</Type/StructElem/S/P/P %d 0 R/ActualText(Se anula)>>" % document.objgen[0])
    document.K.append(edit.reference(element))
    edit.touch(document)


def metadata(edit: Edit) -> None:
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    edit.pdf.Root.Metadata = edit.reference(
        edit.add(b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream" % (len(packet), packet))
    )
    edit.pdf.Root.Version = Name("/1.7")
    edit.pdf.pages[0].obj.LastModified = String("D:20261128")
    edit.touch(edit.pdf.Root)
    edit.touch(edit.pdf.pages[0].obj)


def unreachable(edit: Edit) -> None:
    edit.add(b"<</Type/Page/Contents(hidden)>>")


def shared_array(edit: Edit) -> None:
    """Annotations as always, and the same list is the page's content: judged in both places."""
    page = edit.pdf.pages[0].obj
    page.Annots = page.Contents
    edit.touch(page)


def encryption(edit: Edit) -> None:
    del edit.pdf.Root["/MarkInfo"]
    edit.pdf.Root.Perms = Dictionary(UR3=Dictionary())
    edit.touch(edit.pdf.Root)


HONEST: list[tuple[Make, set[Kind]]] = [
    (nothing_but_equal_content, {Kind.BOOKKEEPING}),
    (metadata, {Kind.BOOKKEEPING}),
    (unreachable, {Kind.BOOKKEEPING}),
]
HOSTILE: list[tuple[Make, Kind]] = [
    (contents_replaced, Kind.CONTENT),
    (contents_stream_rewritten, Kind.CONTENT),
    (page_size, Kind.CONTENT),
    (parent_exchanged, Kind.CONTENT),
    (page_removed, Kind.PAGES),
    (pages_swapped, Kind.PAGES),
    (open_action, Kind.BEHAVIOUR),
    (outline_renamed, Kind.BEHAVIOUR),
    (layers, Kind.BEHAVIOUR),
    (spoken_text, Kind.CONTENT),
    (tag_removed, Kind.CONTENT),
    (tagged_content_added, Kind.CONTENT),
    (shared_array, Kind.CONTENT),
    (encryption, Kind.STRUCTURE),
]


@pytest.mark.parametrize("mode", ["disable", "generate", "preserve"])
@pytest.mark.parametrize(("make", "expected"), HONEST, ids=lambda value: getattr(value, "__name__", ""))
def test_honest(make: Make, expected: set[Kind], mode: str) -> None:
    """Tables, object streams, linearised; written back with a table and with a cross-reference stream."""
    for packed in (False, True):
        later = changed(make, mode=mode, packed=packed)
        assert later.changes is LaterChanges.PERMITTED, later
        assert {item.kind for item in later.items} == expected


@pytest.mark.parametrize("mode", ["disable", "generate", "preserve"])
@pytest.mark.parametrize(("make", "kind"), HOSTILE, ids=lambda value: getattr(value, "__name__", ""))
def test_hostile(make: Make, kind: Kind, mode: str) -> None:
    for packed in (False, True):
        later = changed(make, mode=mode, packed=packed)
        assert later.changes is LaterChanges.SUSPICIOUS
        assert (kind, False) in kinds(later)


# --- annotations ---


def remark(
    kind: str, *, content: bytes = b"", rect: bytes = b"72 400 200 412", more: bytes = b"", resources: bytes = b""
) -> Make:
    def make(edit: Edit) -> None:
        drawn = b""
        if content:
            drawn = b"/AP<</N %d 0 R>>" % edit.add(look(content, width=128, height=12, resources=resources))
        body = b"<</Type/Annot/Subtype/%s/Rect[%s]/F 4/C[1 1 0]%s%s>>" % (kind.encode(), rect, drawn, more)
        page = edit.pdf.pages[0].obj
        page.Annots.append(edit.reference(edit.add(body)))
        edit.touch(page)

    return make


OVER_TEXT = b"70 695 330 715"


@pytest.mark.parametrize("kind", ["Text", "Highlight", "Underline", "Squiggly", "StrikeOut", "Caret", "Popup"])
def test_harmless_remarks_are_permitted_under_p3_only(kind: str) -> None:
    quads = b"/QuadPoints[72 412 200 412 72 400 200 400]"
    for certify, wanted in (
        (3, LaterChanges.PERMITTED),
        (0, LaterChanges.SUSPICIOUS),
        (1, LaterChanges.SUSPICIOUS),
        (2, LaterChanges.SUSPICIOUS),
    ):
        later = changed(remark(kind, more=quads), certify=certify)
        assert later.changes is wanted, (certify, later)
        assert {item.kind for item in later.items} == {Kind.ANNOTATION}


@pytest.mark.parametrize(
    "kind",
    ["FreeText", "Redact", "Stamp", "Line", "Square", "Circle", "Polygon", "PolyLine", "Watermark", "Screen", "3D", "RichMedia", "Ink",
     "FileAttachment", "Movie", "Sound", "Widget", "Invented"],
)  # fmt: skip
def test_what_can_imitate_content_never_is(kind: str) -> None:
    later = changed(remark(kind), certify=3)
    assert later.changes is LaterChanges.SUSPICIOUS
    assert kinds(later) <= {(Kind.ANNOTATION_HIDES, False), (Kind.FORM_CHANGED, False)}


@pytest.mark.parametrize(
    ("content", "resources", "rect"),
    [
        (
            b"BT /F1 9 Tf (Bs 9.000) Tj ET",
            b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>",
            b"72 400 200 412",
        ),
        (b"q 128 0 0 12 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q", b"", b"72 400 200 412"),
        (b"/Pattern cs /P1 scn 0 0 9 9 re f", b"/Pattern<</P1<</PatternType 2>>>>", b"72 400 200 412"),
        (b"1 g 0 0 128 12 re f", b"", OVER_TEXT),  # white over the text
        (b"0 g 0 0 128 12 re f", b"", OVER_TEXT),  # black over the text
    ],
    ids=["text", "picture", "pattern", "white", "black"],
)
def test_a_harmless_kind_that_is_drawn_as_something_else(content: bytes, resources: bytes, rect: bytes) -> None:
    later = changed(remark("Highlight", content=content, rect=rect, resources=resources), certify=3)
    assert (Kind.ANNOTATION_HIDES, False) in kinds(later)


def test_a_highlight_over_text_that_stays_readable() -> None:
    multiply = b"/ExtGState<</G<</BM/Multiply>>>>"
    later = changed(
        remark("Highlight", content=b"/G gs 1 1 0 rg 0 0 128 12 re f", rect=OVER_TEXT, resources=multiply), certify=3
    )
    assert later.changes is LaterChanges.PERMITTED, later


def test_links_only_go_to_places_of_this_document() -> None:
    inside = remark("Link", more=b"/Dest[4 0 R/Fit]")
    outside = remark("Link", more=b"/A<</S/URI/URI(https://otro.invalid)>>")
    assert changed(inside, certify=3).changes is LaterChanges.PERMITTED
    assert (Kind.ANNOTATION_HIDES, False) in kinds(changed(outside, certify=3))


def link_redirected(edit: Edit) -> None:
    link = edit.pdf.pages[0].Annots[0]
    link.A.URI = String("https://otro.invalid")
    edit.touch(link)


def link_removed(edit: Edit) -> None:
    page = edit.pdf.pages[0].obj
    page.Annots = Array([page.Annots[1]])
    edit.touch(page)


def highlight_removed(edit: Edit) -> None:
    page = edit.pdf.pages[0].obj
    page.Annots = Array([page.Annots[0]])
    edit.touch(page)


def test_annotations_that_were_there() -> None:
    for make in (link_redirected, link_removed):
        assert (Kind.ANNOTATION_HIDES, False) in kinds(changed(make, certify=3))
    assert kinds(changed(highlight_removed, certify=3)) == {(Kind.ANNOTATION, True)}
    assert kinds(changed(highlight_removed)) == {(Kind.ANNOTATION, False)}


# --- forms ---


def filled(value: str, shown: str | None, **more: pikepdf.Object) -> Make:
    def make(edit: Edit) -> None:
        nota = edit.field("nota")
        nota.V = String(value)
        if shown is not None:
            nota.AP = Dictionary(N=edit.reference(edit.add(written_text(shown, edit.font))))
        for key, item in more.items():
            nota[f"/{key}"] = item
        edit.touch(nota)

    return make


@pytest.mark.parametrize("certify", [0, 2, 3])
def test_a_filled_field_that_shows_what_it_holds(certify: int) -> None:
    assert kinds(changed(filled("Bs 1.000", "Bs 1.000", M=String("D:20261128")), certify=certify)) == {
        (Kind.FORM_FILLED, True)
    }
    assert kinds(changed(filled("Bs 1.000", "B s 1. 000"), certify=certify)) == {
        (Kind.FORM_FILLED, True)
    }  # spaced, as in a comb


def test_under_p1_no_field_is_filled() -> None:
    assert kinds(changed(filled("Bs 1.000", "Bs 1.000"), certify=1)) == {(Kind.FORM_FILLED, False)}
    assert changed(filled("x", "x"), certify=1).reason == "signature.not_permitted"


@pytest.mark.parametrize(
    ("value", "shown"), [("Bs 1.000", "Bs 9.000"), ("Bs 1.000", None), ("antes", "Bs 9.000"), ("Bs 1.000", "")], ids=str
)
def test_a_field_that_shows_another_value(value: str, shown: str | None) -> None:
    """Shadow attack "replace via form overlay": the value and the picture part."""
    assert (Kind.FORM_CHANGED, False) in kinds(changed(filled(value, shown)))


def appearance_as_picture(edit: Edit) -> None:
    nota = edit.field("nota")
    nota.AP = Dictionary(
        N=edit.reference(
            edit.add(look(b"BT /F1 9 Tf (antes) Tj ET q 9 0 0 9 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q"))
        )
    )
    edit.touch(nota)


def appearance_drawn(edit: Edit) -> None:
    """Letters drawn as curves beside the text that is asked for."""
    nota = edit.field("nota")
    content = b"BT /F1 12 Tf 2 8 Td (antes) Tj ET 0 0 m 9 9 9 0 5 5 c f"
    nota.AP = Dictionary(N=edit.reference(edit.add(look(content, resources=b"/Font<</F1 %d 0 R>>" % edit.font))))
    edit.touch(nota)


def moved(edit: Edit) -> None:
    edit.field("nota").Rect = Array([60, 690, 300, 720])
    edit.touch(edit.field("nota"))


def renamed(edit: Edit) -> None:
    nota = edit.field("nota")
    nota.T = String("otra")
    edit.touch(nota)


def shown_that_was_hidden(edit: Edit) -> None:
    edit.field("nota").F = 6
    edit.touch(edit.field("nota"))


def removed(edit: Edit) -> None:
    form = edit.pdf.Root.AcroForm
    form.Fields = Array([field for field in form.Fields if str(field.T) != "nota"])
    edit.touch(form)


def added(edit: Edit) -> None:
    page, form = edit.pdf.pages[0].obj, edit.pdf.Root.AcroForm
    number = edit.add(b"<</Type/Annot/Subtype/Widget/FT/Tx/T(nuevo)/V(Bs 9)/Rect[72 690 300 715]/F 4>>")
    page.Annots.append(edit.reference(number))
    form.Fields.append(edit.reference(number))
    edit.touch(page)
    edit.touch(form)


def dynamic(edit: Edit) -> None:
    edit.pdf.Root.AcroForm.XFA = String("<xdp/>")
    edit.touch(edit.pdf.Root.AcroForm)


def resource_replaced(edit: Edit) -> None:
    form = edit.pdf.Root.AcroForm
    form.DR.Font.F1 = edit.reference(edit.add(b"<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"))
    edit.touch(form)


@pytest.mark.parametrize(
    "make",
    [
        appearance_as_picture,
        appearance_drawn,
        moved,
        renamed,
        shown_that_was_hidden,
        removed,
        added,
        dynamic,
        resource_replaced,
    ],
)
def test_fields_that_were_changed_themselves(make: Make) -> None:
    assert (Kind.FORM_CHANGED, False) in kinds(changed(make))


def test_a_resource_may_be_added_and_a_field_made_read_only() -> None:
    def make(edit: Edit) -> None:
        form = edit.pdf.Root.AcroForm
        form.DR.Font.Helv = edit.reference(edit.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"))
        edit.touch(form)
        filled("x", "x", Ff=1)(edit)

    assert kinds(changed(make)) == {(Kind.FORM_FILLED, True), (Kind.BOOKKEEPING, True)}


def ticked(state: str, value: str) -> Make:
    def make(edit: Edit) -> None:
        box = edit.field("acepto")
        box.V, box.AS = Name(f"/{value}"), Name(f"/{state}")
        edit.touch(box)

    return make


def test_check_boxes_show_the_state_that_they_hold() -> None:
    assert kinds(changed(ticked("Si", "Si"))) == {(Kind.FORM_FILLED, True)}
    for state, value in (("Si", "Off"), ("Off", "Si"), ("No", "No")):
        assert (Kind.FORM_CHANGED, False) in kinds(changed(ticked(state, value))), (state, value)


def test_states_may_not_exchange_their_pictures() -> None:
    def make(edit: Edit) -> None:
        looks = edit.field("acepto").AP.N
        looks.Si, looks.Off = looks.Off, looks.Si
        edit.touch(edit.field("acepto"))

    assert (Kind.FORM_CHANGED, False) in kinds(changed(make))


def chosen(value: str, shown: str) -> Make:
    def make(edit: Edit) -> None:
        field = edit.field("unidad")
        field.V = String(value)
        field.AP = Dictionary(N=edit.reference(edit.add(written_text(shown, edit.font))))
        edit.touch(field)

    return make


def test_a_choice_shows_what_the_list_says_for_its_value() -> None:
    assert kinds(changed(chosen("d", "Despacho"))) == {(Kind.FORM_FILLED, True)}
    assert (Kind.FORM_CHANGED, False) in kinds(changed(chosen("d", "Archivo")))


def redraw(*, lie: bool) -> Make:
    """Readers are told to draw all fields anew; ``lie``: one of them was signed with a picture that says something else."""

    def make(edit: Edit) -> None:
        edit.pdf.Root.AcroForm.NeedAppearances = True
        edit.touch(edit.pdf.Root.AcroForm)
        if lie:
            nota = edit.field("nota")
            nota.V = String("otra")
            edit.touch(nota)

    return make


def test_need_appearances() -> None:
    assert kinds(changed(redraw(lie=False))) == {(Kind.BOOKKEEPING, True)}
    assert (Kind.FORM_CHANGED, False) in kinds(changed(redraw(lie=True)))


def test_locked_fields() -> None:
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, SigFieldSpec

    from tests.fixtures.lab import shared_lab
    from tests.fixtures.later import rich_pdf

    spec = SigFieldSpec("cierra", field_mdp_spec=FieldMDPSpec(FieldMDPAction.INCLUDE, fields=["nota"]))
    edit = Edit(shared_lab().sign(rich_pdf(), field_name="cierra", new_field=spec))
    filled("x", "x")(edit)
    ticked("Si", "Si")(edit)
    later = judge(edit.done(), "cierra")
    assert {(item.name, item.permitted) for item in later.items} == {("nota", False), ("acepto", True)}
    assert later.reason == "signature.not_permitted"


def test_a_field_whose_ground_hides_signed_text() -> None:
    """Empty and transparent when it was signed; its picture now has a white ground."""
    from tests.fixtures.lab import shared_lab
    from tests.fixtures.later import rich_pdf

    edit = Edit(rich_pdf())
    number = edit.add(b"<</Type/Annot/Subtype/Widget/FT/Tx/T(encima)/Rect[60 660 460 720]/F 4/DA(/F1 12 Tf 0 g)>>")
    page, form = edit.pdf.pages[0].obj, edit.pdf.Root.AcroForm
    page.Annots.append(edit.reference(number))
    form.Fields.append(edit.reference(number))
    edit.touch(page)
    edit.touch(form)
    data = shared_lab().sign(edit.done())
    for ground, expected in (
        (b"1 1 1 rg 0 0 400 60 re f ", {(Kind.FORM_CHANGED, False), (Kind.FORM_FILLED, True)}),
        (b"", {(Kind.FORM_FILLED, True)}),
    ):
        again = Edit(data)
        field = again.field("encima")
        text = ground + b"BT 0 g /F1 12 Tf 2 2 Td (Visto) Tj ET"
        drawn = look(text, width=400, height=60, resources=b"/Font<</F1 %d 0 R>>" % again.font)
        field.V, field.AP = String("Visto"), Dictionary(N=again.reference(again.add(drawn)))
        again.touch(field)
        assert kinds(judge(again.done())) == expected


def kids_invented(edit: Edit) -> None:
    edit.field("nota").Kids = Array([])
    edit.touch(edit.field("nota"))


def test_a_field_does_not_become_a_parent() -> None:
    assert (Kind.FORM_CHANGED, False) in kinds(changed(kids_invented))


# --- validation data and metadata ---


def with_store(body: bytes) -> Make:
    def make(edit: Edit) -> None:
        edit.pdf.Root.DSS = edit.reference(edit.add(body))
        edit.touch(edit.pdf.Root)

    return make


def test_a_store_holds_lists_of_streams() -> None:
    def sound(edit: Edit) -> None:
        stream = edit.add(b"<</Length 1>>\nstream\nx\nendstream")
        with_store(b"<</Certs[%d 0 R]/VRI<</ABC<</Cert[%d 0 R]/TU(D:2026)>>>>>>" % (stream, stream))(edit)

    for certify in (0, 1, 2, 3):
        assert kinds(changed(sound, certify=certify)) == {(Kind.VALIDATION_DATA, True)}
    for body in (b"(x)", b"[]", b"<</Certs(x)>>", b"<</Certs[(x)]>>", b"<</VRI[]>>", b"<</VRI<</A(x)>>>>"):
        assert (Kind.STRUCTURE, False) in kinds(changed(with_store(body))), body


def packet(text: bytes) -> Make:
    def make(edit: Edit) -> None:
        body = b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream" % (len(text), text)
        edit.pdf.Root.Metadata = edit.reference(edit.add(body))
        edit.touch(edit.pdf.Root)

    return make


def test_metadata_is_plain_xml() -> None:
    assert kinds(changed(packet(b"<a/>"))) == {(Kind.BOOKKEEPING, True)}
    for text in (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", b"<a>", b"no xml", b""):
        assert kinds(changed(packet(text))) == {(Kind.UNKNOWN, False)}, text


# --- signatures ---


def test_an_earlier_signature_is_not_touched() -> None:
    def cleared(edit: Edit) -> None:
        del edit.field("firma-1")["/AP"]
        edit.touch(edit.field("firma-1"))

    def again(edit: Edit) -> None:
        edit.field("firma-2").V = edit.field("firma-1").V
        edit.touch(edit.field("firma-2"))

    for make in (cleared, again):
        assert (Kind.SIGNATURE_CHANGED, False) in kinds(changed(make))


def new_signature_field(rect: bytes, more: bytes = b"") -> Make:
    def make(edit: Edit) -> None:
        page, form = edit.pdf.pages[0].obj, edit.pdf.Root.AcroForm
        number = edit.add(b"<</Type/Annot/Subtype/Widget/FT/Sig/T(nueva)/Rect[%s]/F 132%s>>" % (rect, more))
        page.Annots.append(edit.reference(number))
        form.Fields.append(edit.reference(number))
        edit.touch(page)
        edit.touch(form)

    return make


def test_new_signature_fields() -> None:
    visible, hidden = new_signature_field(b"72 300 200 340"), new_signature_field(b"0 0 0 0")
    assert kinds(changed(visible)) == {(Kind.SIGNATURE_FIELD, True)}
    for certify, shown, unseen in ((1, False, False), (2, False, True), (3, False, True)):
        assert kinds(changed(visible, certify=certify)) == {(Kind.SIGNATURE_FIELD, shown)}
        assert kinds(changed(hidden, certify=certify)) == {(Kind.SIGNATURE_FIELD, unseen)}
    assert (Kind.BEHAVIOUR, False) in kinds(
        changed(new_signature_field(b"0 0 0 0", b"/AA<</E<</S/JavaScript/JS(1)>>>>"))
    )


def test_a_new_signature_field_with_its_tag() -> None:
    def make(edit: Edit) -> None:
        new_signature_field(b"72 300 200 340", b"/StructParent 1")(edit)
        tree, widget = edit.pdf.Root.StructTreeRoot, max(edit.objects)
        document = tree.K
        element = edit.add(
            b"<</Type/StructElem/S/Form/P %d 0 R/Alt(Firma)/K<</Type/OBJR/Obj %d 0 R>>>>" % (document.objgen[0], widget)
        )
        document.K.append(edit.reference(element))
        tree.ParentTreeNextKey = 2
        tree.ParentTree.Nums.extend([1, edit.reference(element)])
        for found in (tree, document, tree.ParentTree):
            edit.touch(found)

    assert kinds(changed(make)) == {(Kind.SIGNATURE_FIELD, True), (Kind.BOOKKEEPING, True)}


def test_an_update_that_only_adds_white_space() -> None:
    assert judge(signed() + b"\r\n").changes is LaterChanges.PERMITTED
    assert judge(signed()).changes is LaterChanges.NONE
