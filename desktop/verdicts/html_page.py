"""The report as one HTML file: no script, no network, light and dark, printable. Written piece by piece, so that memory stays flat.

Markup is made by lxml alone: no text of a document ever becomes a tag.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from lxml import etree

from .told import Fact, Heading, Part, Row, Said, Table, ToldFile, ToldSignature

# What a browser may do with this page: show it with the style inside it, and nothing else.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_COLUMNS = (34, 16, 34, 16)  # per cent: file, verdict, sentence, signers


class HtmlPage:
    """Pieces in their order: ``begin``, ``row``… , ``details``, ``file``… , ``end``."""

    def __init__(self, out: TextIO, heading: Heading, style: str) -> None:
        self._out = out
        self._heading = heading
        self._style = style
        self._known = 0

    def begin(self) -> None:
        """Head, title, facts, and the summary of a folder."""
        heading = self._heading
        self._out.write(f'<!DOCTYPE html>\n<html lang="{heading.language}">\n')
        head = _tag(
            "head",
            _tag("meta", charset="utf-8"),
            _tag("meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY}),
            _tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            _tag("title", heading.title),
            _tag("style", self._style),
        )
        self._put(head)
        self._out.write("<body>\n<main>\n")
        self._put(_tag("h1", heading.title))
        self._put(_facts(heading.facts))
        if heading.summary is not None:
            self._put(_tag("h2", heading.summary.caption))
            self._put(_table(heading.summary, "summary"))

    def begin_rows(self) -> None:
        """The table of a folder's files."""
        heading = self._heading
        self._put(_tag("h2", heading.rows_title))
        head = _tag("tr", *(_tag("th", text, scope="col") for text in heading.rows_head))
        self._out.write('<table class="files">\n')
        self._put(_tag("caption", heading.rows_title))
        self._put(_tag("colgroup", *(_tag("col", style=f"width: {share}%") for share in _COLUMNS)))
        self._put(_tag("thead", head))
        self._out.write("<tbody>\n")

    def row(self, row: Row, *, detailed: bool) -> None:
        """One file of the table, linked to its details where there are any."""
        name: etree._Element | str = row.name
        if detailed:
            self._known += 1
            name = _tag("a", row.name, href=f"#f{self._known}")
        word = _tag("td", row.word, **_tone(row.tone))
        self._put(_tag("tr", _tag("th", name, scope="row"), word, _tag("td", row.what), _tag("td", row.signers)))

    def end_rows(self, *, details: bool) -> None:
        """After the last row; ``details`` when some follow."""
        self._out.write("</tbody>\n</table>\n")
        if details:
            self._put(_tag("h2", self._heading.details_title))
        self._known = 0

    def file(self, told: ToldFile) -> None:
        """One file in detail."""
        self._known += 1
        heading = self._heading
        head = _tag("header", _tag("h3", told.name), self._said(told.said), _facts(told.facts), **{"class": "head"})
        parts = [self._warnings(told.warnings)] if told.warnings else []
        signatures = [self._signature(item) for item in told.signatures]
        rest = [self._part(part, "h4") for part in told.parts]
        self._put(_tag("article", head, *parts, *signatures, *rest, id=f"f{self._known}", lang=heading.language))

    def end(self) -> None:
        """What the report is, and the end of the page."""
        self._put(_tag("p", self._heading.about, **{"class": "about"}))
        self._out.write("</main>\n</body>\n</html>\n")

    def _signature(self, told: ToldSignature) -> etree._Element:
        parts = (self._part(part, "h5") for part in told.parts)
        return _tag("section", _tag("h4", told.title), self._said(told.said), *parts, **{"class": "signature"})

    def _warnings(self, warnings: Iterable[Said]) -> etree._Element:
        return _tag("section", _tag("h4", self._heading.warnings), *map(self._said, warnings))

    def _part(self, part: Part, level: str) -> etree._Element:
        facts = [_facts(part.facts)] if part.facts else []
        return _tag("section", _tag(level, part.title), *map(self._said, part.said), *facts, *map(_table, part.tables))

    def _said(self, said: Said) -> etree._Element:
        lines = [_tag("p", said.what, **{"class": "what"})]
        for label, text in ((self._heading.means, said.means), (self._heading.do, said.do)):
            if text:
                lines.append(_tag("p", _tag("strong", f"{label}: "), text))
        return _tag("div", *lines, **{"class": f"said {said.tone}"})

    def _put(self, element: etree._Element) -> None:
        self._out.write(etree.tostring(element, encoding="unicode", method="html") + "\n")


def _facts(facts: Iterable[Fact]) -> etree._Element:
    rows: list[etree._Element] = []
    for fact in facts:
        text = _tag("code", fact.text) if fact.code else fact.text
        rows += [_tag("dt", fact.label), _tag("dd", text, **_tone(fact.tone))]
    return _tag("dl", *rows)


def _table(table: Table, kind: str = "") -> etree._Element:
    tones = table.tones or ("plain",) * len(table.rows)
    total = sum(table.shares)
    columns = _tag("colgroup", *(_tag("col", style=f"width: {100 * share / total:.1f}%") for share in table.shares))
    head = _tag("thead", _tag("tr", *(_tag("th", text, scope="col") for text in table.head)))
    rows = [
        _tag(
            "tr", _tag("th", row[0], scope="row", **_tone(tone)), *(_tag("td", text, **_tone(tone)) for text in row[1:])
        )
        for row, tone in zip(table.rows, tones, strict=True)
    ]
    attributes = {"class": kind} if kind else {}
    return _tag("table", _tag("caption", table.caption), columns, head, _tag("tbody", *rows), **attributes)


def _tone(tone: str) -> dict[str, str]:
    return {} if tone == "plain" else {"class": tone}


def _tag(tag: str, /, *children: etree._Element | str | dict[str, str], **attributes: str) -> etree._Element:
    """An element; a dict among the children gives attributes whose names Python cannot write."""
    element = etree.Element(tag)
    for name, value in attributes.items():
        element.set(name, value)
    for child in children:
        if isinstance(child, dict):
            for name, value in child.items():
                element.set(name, value)
        elif isinstance(child, str):
            _append_text(element, child)
        else:
            element.append(child)
    return element


def _append_text(element: etree._Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
