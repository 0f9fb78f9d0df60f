"""Each rule against a file broken on purpose in that one way."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from desktop.drafting.jobs import SetPage
from desktop.drafting.preflight import preflight, rule_names
from desktop.records.errors import OfficeError

Break = Callable[[pikepdf.Pdf], None]
BREAKS: dict[str, list[Break]] = {}
RAW: dict[str, Callable[[bytes], bytes]] = {
    "header": lambda pdf: pdf.replace(b"%PDF-1.7\n%", b"%PDF-1.7\n ", 1),
    "trailer_id": lambda pdf: pdf.replace(b"/ID [", b"/XX [", 1),
    "nothing_after_end": lambda pdf: pdf + b"appended by somebody",
}


def breaks(rule: str) -> Callable[[Break], Break]:
    def note(function: Break) -> Break:
        BREAKS.setdefault(rule, []).append(function)
        return function

    return note


def saved(pdf: bytes, change: Break, **options: object) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        out = io.BytesIO()
        document.save(out, fix_metadata_version=False, deterministic_id="encryption" not in options, **options)  # type: ignore[arg-type]
    return out.getvalue()


def _widget(document: pikepdf.Pdf) -> pikepdf.Object:
    return document.Root.AcroForm.Fields[0]


def _elements(document: pikepdf.Pdf, kind: str) -> list[pikepdf.Object]:
    return [item for item in document.objects if isinstance(item, Dictionary) and item.get("/S") == Name("/" + kind)]


def _font(document: pikepdf.Pdf) -> pikepdf.Object:
    return next(
        item for item in document.objects if isinstance(item, Dictionary) and item.get("/Subtype") == Name.Type0
    )


def _xmp(document: pikepdf.Pdf, old: bytes, new: bytes) -> None:
    data = document.Root.Metadata.read_bytes()
    assert old in data
    document.Root.Metadata.write(data.replace(old, new))


def _file(document: pikepdf.Pdf) -> None:
    spec = pikepdf.AttachedFileSpec(document, b"x", filename="x.txt", mime_type="text/plain")
    document.attachments["x.txt"] = spec


@breaks("streams_inside")
def _external_stream(document: pikepdf.Pdf) -> None:
    document.pages[0].Contents.F = String("elsewhere.bin")


@breaks("output_intent")
def _no_intent(document: pikepdf.Pdf) -> None:
    del document.Root.OutputIntents


@breaks("output_intent")
def _intent_without_profile(document: pikepdf.Pdf) -> None:
    document.Root.OutputIntents[0].DestOutputProfile.write(b"not a colour profile, though quite long enough")


@breaks("colours_covered")
def _cmyk(document: pikepdf.Pdf) -> None:
    document.pages[0].contents_add(b"/Artifact BMC 0 0 0 1 k EMC")


@breaks("colours_covered")
def _cmyk_image(document: pikepdf.Pdf) -> None:
    image = Stream(document, b"\0\0\0\0", Subtype=Name.Image, ColorSpace=Name.DeviceCMYK, Width=1, Height=1)
    document.Root.Extra = document.make_indirect(image)


@breaks("graphics_state")
def _transfer_function(document: pikepdf.Pdf) -> None:
    document.Root.Extra = Dictionary(Type=Name.ExtGState, TR=Name.Identity)


@breaks("graphics_state")
def _odd_blend_mode(document: pikepdf.Pdf) -> None:
    document.Root.Extra = Dictionary(Type=Name.ExtGState, BM=Name.Sparkle)


@breaks("images_plain")
def _smoothed_image(document: pikepdf.Pdf) -> None:
    document.Root.Extra = document.make_indirect(Stream(document, b"\0", Subtype=Name.Image, Interpolate=True))


@breaks("images_plain")
def _postscript(document: pikepdf.Pdf) -> None:
    document.Root.Extra = document.make_indirect(Stream(document, b"showpage", Subtype=Name.PS))


@breaks("fonts_embedded")
def _font_elsewhere(document: pikepdf.Pdf) -> None:
    descriptor = _font(document).DescendantFonts[0].FontDescriptor
    for key in ("/FontFile2", "/FontFile3"):
        if key in descriptor:
            del descriptor[key]


@breaks("fonts_embedded")
def _standard_font_in_a_stamp(document: pikepdf.Pdf) -> None:
    courier = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Courier, Encoding=Name.WinAnsiEncoding)
    _widget(document).AP.N.Resources = Dictionary(Font=Dictionary(F1=courier))


@breaks("fonts_unicode")
def _font_without_characters(document: pikepdf.Pdf) -> None:
    del _font(document).ToUnicode


@breaks("glyphs_known")
def _letter_that_the_font_lacks(document: pikepdf.Pdf) -> None:
    page = document.pages[0]
    name = next(name for name, font in page.Resources.Font.items() if font.Encoding == Name("/Identity-H"))
    page.contents_add(f"/Artifact BMC BT {name} 9 Tf [<0041> -20 <00420000>] TJ ET EMC".encode())


def _layers(document: pikepdf.Pdf, **settings: object) -> None:
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=String("Capa")))
    document.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer]), **settings))


@breaks("layers_named")
def _layers_without_name(document: pikepdf.Pdf) -> None:
    _layers(document)


@breaks("layers_named")
def _layers_that_switch_themselves(document: pikepdf.Pdf) -> None:
    _layers(document, Name=String("Capas"), AS=Array())


@breaks("images_plain")
def _image_with_another_in_its_place(document: pikepdf.Pdf) -> None:
    document.Root.Extra = document.make_indirect(Stream(document, b"\0", Subtype=Name.Image, Alternates=Array()))


@breaks("images_plain")
def _form_of_another_file(document: pikepdf.Pdf) -> None:
    document.Root.Extra = document.make_indirect(Stream(document, b"", Subtype=Name.Form, Ref=Dictionary()))


@breaks("annotation_kinds")
def _field_that_is_not_printed(document: pikepdf.Pdf) -> None:
    _widget(document).F = 128


@breaks("annotation_appearance")
def _field_that_looks_otherwise_when_pressed(document: pikepdf.Pdf) -> None:
    _widget(document).AP.D = _widget(document).AP.N


@breaks("no_form_actions")
def _form_of_forms(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm.XFA = String("x")


@breaks("no_actions")
def _named_script(document: pikepdf.Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), script])))


@breaks("no_actions")
def _catalog_event(document: pikepdf.Pdf) -> None:
    document.Root.AA = Dictionary()


@breaks("annotation_kinds")
def _hidden_field(document: pikepdf.Pdf) -> None:
    _widget(document).F = 4 | 2


@breaks("annotation_kinds")
def _film(document: pikepdf.Pdf) -> None:
    _widget(document).Subtype = Name.Movie


@breaks("annotation_appearance")
def _field_without_appearance(document: pikepdf.Pdf) -> None:
    del _widget(document).AP


@breaks("no_form_actions")
def _acting_field(document: pikepdf.Pdf) -> None:
    _widget(document).AA = Dictionary()


@breaks("no_form_actions")
def _appearances_asked_for(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm.NeedAppearances = True


@breaks("no_actions")
def _script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@breaks("no_actions")
def _launch(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.Launch, F=String("program.exe"))


@breaks("no_actions")
def _page_event(document: pikepdf.Pdf) -> None:
    document.pages[0].AA = Dictionary()


@breaks("metadata_claim")
def _level_b(document: pikepdf.Pdf) -> None:
    _xmp(document, b"<pdfaid:conformance>A<", b"<pdfaid:conformance>B<")


@breaks("metadata_claim")
def _no_metadata(document: pikepdf.Pdf) -> None:
    del document.Root.Metadata


@breaks("dates_agree")
def _other_date(document: pikepdf.Pdf) -> None:
    document.docinfo["/ModDate"] = String("D:20270101000000Z")


@breaks("dates_agree")
def _other_title(document: pikepdf.Pdf) -> None:
    document.docinfo["/Title"] = String("Otro")


@breaks("embedded_files")
def _file_in_part_2(document: pikepdf.Pdf) -> None:
    _file(document)


@breaks("embedded_files")
def _file_without_relation(document: pikepdf.Pdf) -> None:
    _xmp(document, b"<pdfaid:part>2<", b"<pdfaid:part>3<")
    _file(document)
    del document.attachments["x.txt"].obj.AFRelationship


@breaks("embedded_files")
def _file_of_nothing(document: pikepdf.Pdf) -> None:
    _xmp(document, b"<pdfaid:part>2<", b"<pdfaid:part>3<")
    _file(document)
    document.Root.AF = Array()


@breaks("no_alternates")
def _requirements(document: pikepdf.Pdf) -> None:
    document.Root.Requirements = Array()


@breaks("claim")
def _no_claim(document: pikepdf.Pdf) -> None:
    _xmp(document, b"<pdfuaid:part>1<", b"<pdfuaid:part>9<")


@breaks("marked")
def _not_marked(document: pikepdf.Pdf) -> None:
    document.Root.MarkInfo.Marked = False


@breaks("marked")
def _suspect(document: pikepdf.Pdf) -> None:
    document.Root.MarkInfo.Suspects = True


@breaks("title_shown")
def _title_not_shown(document: pikepdf.Pdf) -> None:
    del document.Root.ViewerPreferences


@breaks("language")
def _no_language(document: pikepdf.Pdf) -> None:
    del document.Root.Lang


@breaks("rooted")
def _no_tree(document: pikepdf.Pdf) -> None:
    del document.Root.StructTreeRoot


@breaks("rooted")
def _other_root(document: pikepdf.Pdf) -> None:
    document.Root.StructTreeRoot.K[0].S = Name.Sect


@breaks("standard_types")
def _own_tag(document: pikepdf.Pdf) -> None:
    _elements(document, "P")[0].S = Name.Parrafo


@breaks("content_marked")
def _drawn_without_mark(document: pikepdf.Pdf) -> None:
    document.pages[0].contents_add(b"q 0 0 10 10 re f Q")


@breaks("content_marked")
def _mark_that_leads_nowhere(document: pikepdf.Pdf) -> None:
    document.pages[0].contents_add(b"/P <</MCID 9999>> BDC 0 0 10 10 re f EMC")


@breaks("headings_in_order")
def _skipped_level(document: pikepdf.Pdf) -> None:
    _elements(document, "H2")[0].S = Name.H4


@breaks("headings_in_order")
def _first_heading_low(document: pikepdf.Pdf) -> None:
    _elements(document, "H1")[0].S = Name.P


@breaks("figures_told")
def _figure_without_words(document: pikepdf.Pdf) -> None:
    _elements(document, "P")[0].S = Name.Figure


@breaks("tables_headed")
def _table_without_heads(document: pikepdf.Pdf) -> None:
    for cell in _elements(document, "TH"):
        cell.S = Name.TD


@breaks("tables_headed")
def _heads_for_nothing(document: pikepdf.Pdf) -> None:
    for cell in _elements(document, "TH"):
        del cell.A


@breaks("tables_headed")
def _row_of_paragraphs(document: pikepdf.Pdf) -> None:
    for cell in _elements(document, "TD"):
        cell.S = Name.P


@breaks("lists_made")
def _list_of_paragraphs(document: pikepdf.Pdf) -> None:
    for item in _elements(document, "LI"):
        item.S = Name.P


@breaks("lists_made")
def _item_without_body(document: pikepdf.Pdf) -> None:
    for item in _elements(document, "LBody"):
        item.S = Name.P


@breaks("annotations_tagged")
def _field_outside_the_tree(document: pikepdf.Pdf) -> None:
    del _elements(document, "Form")[0].K


@breaks("annotations_tagged")
def _field_without_way_back(document: pikepdf.Pdf) -> None:
    del _widget(document).StructParent


@breaks("annotations_tagged")
def _field_without_a_tag_touching_the_page(document: pikepdf.Pdf) -> None:
    _widget(document).Rect = [-10, -10, 1, 1]  # a corner of it can be seen
    del _widget(document).StructParent


@breaks("annotations_told")
def _silent_field(document: pikepdf.Pdf) -> None:
    del _widget(document).TU


@breaks("widgets_in_forms")
def _field_under_a_link(document: pikepdf.Pdf) -> None:
    _elements(document, "Form")[0].S = Name.Link


@breaks("tab_order")
def _tab_order_of_rows(document: pikepdf.Pdf) -> None:
    for page in document.pages:
        page.Tabs = Name.R


CASES = [(rule, change) for rule, changes in BREAKS.items() for change in changes]


def test_a_frozen_file_has_no_finding(frozen: SetPage) -> None:
    assert preflight(frozen.pdf) == ()


@pytest.mark.parametrize(("rule", "change"), CASES, ids=[f"{r}-{c.__name__.strip('_')}" for r, c in CASES])
def test_a_rule_catches_its_broken_file(frozen: SetPage, rule: str, change: Break) -> None:
    assert rule in {finding.rule for finding in preflight(saved(frozen.pdf, change))}


@pytest.mark.parametrize("rule", RAW)
def test_a_rule_catches_broken_bytes(frozen: SetPage, rule: str) -> None:
    broken = RAW[rule](frozen.pdf)
    assert broken != frozen.pdf
    assert {finding.rule for finding in preflight(broken)} == {rule}


@pytest.mark.parametrize("user", ["", "secreto"])
def test_encryption_is_found(frozen: SetPage, user: str) -> None:
    broken = saved(frozen.pdf, lambda _: None, encryption=pikepdf.Encryption(owner="dueño", user=user))
    assert "no_encryption" in {finding.rule for finding in preflight(broken)}


def test_saving_alone_breaks_nothing(frozen: SetPage) -> None:
    assert preflight(saved(frozen.pdf, lambda _: None)) == ()


def test_every_rule_has_a_broken_file() -> None:
    assert set(rule_names()) == {*BREAKS, *RAW, "no_encryption"}


def test_findings_name_clause_and_place(frozen: SetPage) -> None:
    (finding,) = preflight(saved(frozen.pdf, _no_language))
    assert (finding.clause, finding.place) == ("ISO 14289-1 7.2", "catalog")


def test_what_is_no_pdf_is_said() -> None:
    with pytest.raises(OfficeError) as caught:
        preflight(b"%PDF-1.7 no more")
    assert caught.value.code == "drafting.unreadable_pdf"
