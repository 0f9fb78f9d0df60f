"""A random structure, set and read back from the PDF, gives the same tag tree and text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from desktop.drafting import body as blocks
from desktop.drafting.body import Body, plain
from desktop.drafting.jobs import PageJob
from desktop.drafting.preflight import preflight
from desktop.drafting.setting import freeze, preview
from tests.desktop.drafting.bodies import any_block
from tests.desktop.drafting.tagged import Tag, read_tags

JobMaker = Callable[..., PageJob]
BEFORE, AFTER = "COMIENZO", "TÉRMINO"

words = st.lists(
    st.text(st.sampled_from("abcñÑáéq'’ü19#*_$<>[]\\Ø"), min_size=1, max_size=9), min_size=1, max_size=6
).map(" ".join)


def seen(pdf: bytes) -> list[Any]:
    """The tree between the two marks, as :func:`expected` tells it."""
    document = read_tags(pdf).inside[0]
    assert isinstance(document, Tag)
    parts = [part for part in document.flat() if isinstance(part, Tag)]
    texts = [part.text() for part in parts]
    return _told(parts[texts.index(BEFORE) + 1 : texts.index(AFTER)])


def _told(parts: list[Tag]) -> list[Any]:
    out: list[Any] = []
    for part in parts:
        if part.kind == "L" and out and out[-1][0] == "LI":
            out[-1][2].append(
                ("L", _told([part])[0][1])
            )  # a list inside an item may follow it (ISO 32000-1 §14.8.4.3.3)
        elif part.kind == "L":
            out.append(("L", _told(part.only("LI", "L"))))
        elif part.kind == "LI":
            label, body = part.only("Lbl", "LBody")
            out.append(("LI", label.text(), _told(_wrapped(body))))
        elif part.kind == "Table":
            rows = [[(cell.kind, cell.across, cell.text()) for cell in row.only("TH", "TD")] for row in part.only("TR")]
            out.append(("Table", "".join(each.text() for each in part.only("Caption")), rows))
        elif part.kind == "BlockQuote":
            out.append(("BlockQuote", _told(part.only("P"))))
        elif part.kind in {"P", "H2", "H3", "H4"}:
            out.append((part.kind, part.text(), part.notes()))
    return out


def _wrapped(body: Tag) -> list[Tag]:
    """What an LBody holds; text that stands in it directly counts as a paragraph."""
    out: list[Tag] = []
    loose = Tag("P")
    for part in [*body.flat(), Tag("L")]:
        if isinstance(part, str) or part.kind in {"Note", "Lbl"}:
            loose.inside.append(part)
            continue
        if loose.text() or loose.notes():
            out.append(loose)
        loose = Tag("P")
        out.append(part)
    return out[:-1]


def expected(body: Body) -> list[Any]:
    """What the flat row of blocks means, by docs/formats/body.md; written without ``body_tree``."""
    out: list[Any] = []
    opened: list[tuple[list[Any], str]] = []  # what each open item holds
    level = articles = 0
    for block in body.blocks:
        into = out
        if isinstance(block, blocks.Article):
            articles = articles + 1 if block.number is None else block.number
            opened = [(_item(out, block, "article", block.label or f"Artículo {articles}.-", begins=False), "")]
            continue
        if isinstance(block, blocks.ListItem | blocks.Paragraph):
            opened = opened[: block.level]
            into = opened[-1][0] if opened else out
        else:
            opened = []
        if isinstance(block, blocks.ListItem):
            opened.append((_item(into, block, block.kind, "", begins=block.start is not None), ""))
        elif isinstance(block, blocks.Paragraph):
            into.append(("P", *_runs(block.runs)))
        elif isinstance(block, blocks.Heading):
            level = min(block.level, level + 1)
            out.append((f"H{level + 1}", _bare(block.text), []))
        elif isinstance(block, blocks.Table):
            noted = any(run.note for row in block.rows for cell in row for run in cell)
            if noted := noted or not block.rows:  # these words are a paragraph (docs/formats/body.md)
                out.append(("P", _bare(block.caption), []))
            out.append(("Table", "" if noted else _bare(block.caption), _rows(block)))
        elif isinstance(block, blocks.Quote):
            paragraphs = [("P", *_runs(block.runs)), ("P", _bare(block.source), [])]
            out.append(("BlockQuote", [each for each in paragraphs if each[1] or each[2]]))
        else:
            out.append(("P", "", []))  # a page break: it ends a list and leaves no tag
    return _numbered(out)


def _item(into: list[Any], block: Any, kind: str, label: str, *, begins: bool) -> list[Any]:
    if begins or not into or into[-1][0] != "L" or into[-1][1] != kind:
        into.append(("L", kind, []))
    items = into[-1][2]
    inside: list[Any] = [("P", *_runs(block.runs))] if block.runs else []
    start = getattr(block, "start", None)
    number = items[-1][3] + 1 if items else (1 if start is None else start)
    items.append(("LI", label, inside, number))
    return inside


def _numbered(parts: list[Any], depth: int = 0) -> list[Any]:
    """Labels put in, kinds taken out."""
    out = []
    for part in parts:
        if part[0] != "L":
            if part[1] or part[2]:
                out.append(part)
            continue
        items = []
        for _, label, inside, number in part[2]:
            told = {"bullet": "–•‣"[min(depth, 2)], "article": _bare(label)}.get(part[1], str(number))
            items.append(("LI", told, _numbered(inside, depth)))
        out.append(("L", items))
    return out


def _rows(table: blocks.Table) -> list[Any]:
    groups = [[("TH", group.across, _runs(group.runs)[0]) for group in row] for row in table.groups]
    header = [("TH", 1, _runs(cell)[0]) for cell in table.header]
    return [*groups, header, *([("TD", 1, _runs(cell)[0]) for cell in row] for row in table.rows)]


def _runs(runs: blocks.Runs) -> tuple[str, list[str]]:
    text = "".join(run.text for run in runs if not run.note)
    return _bare(text), [_bare("".join(inner.text for inner in run.note)) for run in runs if run.note]


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def _labels_alike(parts: list[Any], wanted: list[Any]) -> list[Any]:
    """Markers of lists are compared for articles only: the look of bullets and of inner numbers is the kit's affair."""
    out = []
    for part, other in zip(parts, wanted, strict=False):
        if part[0] == "L" and other[0] == "L":
            inner = _labels_alike(part[1], other[1])
            out.append(("L", inner + part[1][len(inner) :]))
        elif part[0] == "LI" and other[0] == "LI":
            label = part[1] if other[1].endswith("-") or other[1] == part[1] else other[1]
            inner = _labels_alike(part[2], other[2])
            out.append(("LI", label, inner + part[2][len(inner) :]))
        else:
            out.append(part)
    return out + parts[len(out) :]


QUICK = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking sets hundreds of pages


@settings(max_examples=40, deadline=None, phases=QUICK, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(any_block(words), max_size=8))
def test_tags_and_text_come_back_from_the_pdf(make_job: JobMaker, drawn: list[blocks.Block]) -> None:
    body = Body((blocks.Paragraph(plain(BEFORE)), *drawn, blocks.Paragraph(plain(AFTER))))
    pdf = freeze(make_job(body=body, attachments=())).pdf
    wanted = expected(Body(tuple(drawn)))
    found = seen(pdf)
    assert _labels_alike(found, wanted) == wanted
    assert preflight(pdf) == ()


def test_labels_count_as_the_list_says(make_job: JobMaker) -> None:
    item = blocks.ListItem
    body = Body(
        (
            blocks.Paragraph(plain(BEFORE)),
            item(plain("cinco"), "number", 0, 5),
            item(plain("seis"), "number"),
            item(plain("dentro"), "number", 1),
            item(plain("siete"), "number"),
            blocks.PageBreak(),
            item(plain("ocho"), "number"),
            blocks.Paragraph(()),
            item(plain("otra"), "number"),
            blocks.Article(plain("uno")),
            blocks.Article(plain("nueve"), 9),
            blocks.Paragraph(plain("sigue"), level=1),
            blocks.Article(plain("última"), label="DISPOSICIÓN FINAL ÚNICA.-"),
            blocks.Paragraph(plain(AFTER)),
        )
    )
    assert seen(freeze(make_job(body=body)).pdf) == [
        ("L", [
            ("LI", "5.", [("P", "cinco", [])]),
            ("LI", "6.", [("P", "seis", []), ("L", [("LI", "a)", [("P", "dentro", [])])])]),
            ("LI", "7.", [("P", "siete", [])]),
        ]),
        ("L", [("LI", "8.", [("P", "ocho", [])])]),
        ("L", [("LI", "1.", [("P", "otra", [])])]),
        ("L", [
            ("LI", "Artículo1.-", [("P", "uno", [])]),
            ("LI", "Artículo9.-", [("P", "nueve", []), ("P", "sigue", [])]),
            ("LI", "DISPOSICIÓNFINALÚNICA.-", [("P", "última", [])]),
        ]),
    ]  # fmt: skip


@pytest.mark.parametrize("lines", [0, 5, 7, 9, 12, 15, 16, 17, 20])
def test_a_captions_tag_stays_in_its_tables_wherever_the_page_ends(make_job: JobMaker, lines: int) -> None:
    table = blocks.Table((plain("Bien"),), ((plain("Silla"),),) * 3, caption="INVENTARIO")
    filling = [blocks.Paragraph(plain(f"R {n}")) for n in range(lines)]
    for after in ([], [blocks.Paragraph(plain("S"))] * 3):
        body = Body((blocks.Paragraph(plain(BEFORE)), *filling, table, *after, blocks.Paragraph(plain(AFTER))))
        pdf = freeze(make_job(body=body, attachments=())).pdf
        assert [part[1] for part in seen(pdf) if part[0] == "Table"] == ["INVENTARIO"]
        assert preflight(pdf) == ()
    only = Body((*filling, table))  # then comes what is kept together with the signatures
    found = tables_of(read_tags(freeze(make_job(body=only, attachments=())).pdf))
    assert [part.only("Caption")[0].text() if part.only("Caption") else "" for part in found] == ["INVENTARIO"]


def tables_of(tag: Tag) -> list[Tag]:
    """Every Table below it."""
    inner = [part for part in tag.inside if isinstance(part, Tag)]
    return [found for part in inner for found in ([part] if part.kind == "Table" else tables_of(part))]


@pytest.mark.parametrize("way", [freeze, preview])
def test_a_caption_stays_with_its_table(make_job: JobMaker, way: Callable[[PageJob], Any]) -> None:
    """Wherever the page ends, no page closes with the words above a table."""
    from tests.desktop.drafting.test_setting import page_texts

    table = blocks.Table((plain("Bien"), plain("N.º")), ((plain("Silla"), plain("1")),), caption="INVENTARIO UNO")
    for lines in range(14, 26):
        filling = tuple(blocks.Paragraph(plain(f"Renglón {n}")) for n in range(lines))
        texts = page_texts(way(make_job(body=Body((*filling, table)), attachments=())).pdf)
        assert [("INVENTARIO UNO" in text) for text in texts] == [("Silla" in text) for text in texts]
