"""Pasted HTML of Word, LibreOffice and Google Docs, cleaned into the structure."""

from __future__ import annotations

import base64
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.drafting.body import (
    Body,
    Group,
    Heading,
    Image,
    ListItem,
    PageBreak,
    Paragraph,
    Quote,
    Run,
    Table,
    footnote,
    plain,
)
from desktop.drafting.html_body import body_of_html
from tests.desktop.drafting.test_setting import png

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15">
<style><!-- p.MsoNormal {margin:0} --></style></head><body lang=ES-BO><!--StartFragment-->
<h1>ANTECEDENTES<o:p></o:p></h1>
<p class=MsoNormal style='text-align:justify'><b>Mediante</b> nota <i><u>interna</u></i> se
solicit&oacute;<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1"><span>[1]</span></a>.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span
style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>Primero</p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>a)<span>&nbsp;</span></span>Dentro</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.<span>&nbsp;</span></span>Uno</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>2.<span>&nbsp;</span></span>Dos</p>
<p class=MsoNormal align=center style='text-align:center'>Centro <a href="https://oruro.gob.bo">enlace</a></p>
<br clear=all style='mso-special-character:line-break;page-break-before:always'>
<p class=MsoNormal><img width=10 src="file:///C:/Users/x/image001.png" alt="Mapa"></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<div><div id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1" name="_ftn1">[1]</a> Ver <b>anexo</b>.</p></div></div>
<!--EndFragment--></body></html>"""


def test_words_clipboard() -> None:
    made = body_of_html(WORD)
    assert made.body.blocks == (
        Heading("ANTECEDENTES"),
        Paragraph(
            (
                Run("Mediante", bold=True),
                Run(" nota "),
                Run("interna", italic=True, underline=True),
                Run(" se solicitó"),
                footnote(Run("Ver "), Run("anexo", bold=True), Run(".")),
                Run("."),
            )
        ),
        ListItem(plain("Primero")),
        ListItem(plain("Dentro"), "number", 1),
        ListItem(plain("Uno"), "number", 0, 1),
        ListItem(plain("Dos"), "number"),
        Paragraph((Run("Centro "), Run("enlace", link="https://oruro.gob.bo")), "center"),
        PageBreak(),
    )
    assert [(notice.code, notice.facts["count"]) for notice in made.notices] == [("import.pictures_left", 1)]


def test_libreoffices_clipboard() -> None:
    source = """<body><h2 class="western">Análisis</h2><p>Texto<a class="sdfootnoteanc" name="sdfootnote1anc"
    href="#sdfootnote1sym"><sup>1</sup></a></p>
    <ol start="3"><li><p>tres</p><ul><li><p>dentro</p><p>sigue</p></li></ul></li><li><p>cuatro</p></li></ol>
    <ul><li>otra</li></ul><blockquote>Cita</blockquote>
    <table><thead><tr><th rowspan="2">Bien</th><th colspan="2">Meses</th></tr><tr><th>Ene</th><th>Feb</th></tr></thead>
    <tbody><tr><td><p>Silla</p></td><td>1</td><td>2</td></tr><tr><td colspan="2">Total</td><td>3</td></tr></tbody></table>
    <p style="page-break-before: always">fin</p>
    <div id="sdfootnote1"><p><a class="sdfootnotesym" href="#sdfootnote1anc">1</a>Nota</p></div></body>"""
    made = body_of_html(source)
    assert made.body.blocks == (
        Heading("Análisis", 2),
        Paragraph((Run("Texto"), footnote(Run("Nota")))),
        ListItem(plain("tres"), "number", 0, 3),
        ListItem(plain("dentro"), "bullet", 1, 1),
        Paragraph(plain("sigue"), level=2),
        ListItem(plain("cuatro"), "number"),
        ListItem(plain("otra"), "bullet", 0, 1),
        Quote(plain("Cita")),
        Table(
            ((), plain("Ene"), plain("Feb")),
            ((plain("Silla"), plain("1"), plain("2")), (plain("Total"), (), plain("3"))),
            groups=((Group(plain("Bien")), Group(plain("Meses"), 2)),),
        ),
        PageBreak(),
        Paragraph(plain("fin")),
    )
    assert {notice.code: notice.facts["count"] for notice in made.notices} == {"import.cells_parted": 2}


def test_google_docs_clipboard_and_pictures_that_travel_inside() -> None:
    picture = base64.b64encode(png()).decode()
    source = f"""<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span
    style="font-weight:700;font-style:italic">Fuerte</span><span style="text-decoration:underline"> raya</span></p>
    <ul><li dir="ltr" aria-level="1"><p>uno</p></li><ul><li aria-level="2"><p>dos</p></li></ul></ul>
    <img alt="Mapa" src="data:image/png;base64,{picture}"><iframe src="https://x"></iframe><script>alert(1)</script></b>"""
    made = body_of_html(source)
    image = made.body.blocks[-1]
    assert made.body.blocks[:-1] == (
        Paragraph((Run("Fuerte", bold=True, italic=True), Run(" raya", underline=True))),
        ListItem(plain("uno"), "bullet", 0, 1),
        ListItem(plain("dos"), "bullet", 1, 1),
    )
    assert isinstance(image, Image)
    assert (image.alt, made.images[image.sha256]) == ("Mapa", png())
    assert [notice.code for notice in made.notices] == ["import.objects_left"]


def test_a_table_without_header_takes_its_first_row_and_a_frame_is_its_text() -> None:
    made = body_of_html(
        "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td></tr></table><table><tr><td>marco</td></tr></table>"
    )
    assert made.body.blocks == (Table((plain("a"), plain("b")), ((plain("1"), ()),)), Paragraph(plain("marco")))
    assert [notice.code for notice in made.notices] == ["import.header_taken"]


def test_plain_text_white_space_and_nothing() -> None:
    assert body_of_html("hola  \n mundo<br>otra").body.blocks == (Paragraph(plain("hola mundo\notra")),)
    assert body_of_html("").body == Body()
    assert body_of_html("<p> &nbsp; </p><script>x</script>").body == Body()
    deep = body_of_html("<div>" * 3000 + "x" + "</div>" * 3000)
    assert deep.body.blocks in {(), (Paragraph(plain("x")),)}


PIECES = """<p> </p> <b> </b> <ul> <ol> <li> </li> </ul> <table> <tr> <td> <td_colspan=3> <td_rowspan=9> </td> </tr> </table> <h1> </h1>
<br> hola ñandú <a_href='#_ftn1'>x</a> <div_id=ftn1> </div> <img_src='x'> &nbsp; &#0; <!-- --> <blockquote> <caption> <th> <thead>
<span_style='mso-list:Ignore'>1.</span> <p_style='mso-list:l0_level9_lfo1'> <a_href='javascript:x'> <svg> ]]> <?x <a_id='ftn1'_href='#ftn1'>
<hr_class=page-break> <li_id=footnote-1> <a_href='#footnote-1'>1</a>"""
_piece = st.sampled_from([piece.replace("_", " ") for piece in PIECES.replace("#_f", "#~f").split()]).map(
    lambda piece: piece.replace("~", "_")
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_piece | st.text(max_size=6), max_size=25).map(" ".join))
def test_whatever_is_pasted_becomes_a_body(source: str) -> None:
    made = body_of_html(source)
    assert Body.from_json(json.loads(json.dumps(made.body.to_json()))) == made.body
