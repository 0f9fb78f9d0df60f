"""Signature fields made before the first signature: empty, tagged, in reading order (docs/formats/document.md).

The page draws each place as a link to ``qillqa-field:NAME``; typst tags it (Link, OBJR, ParentTree). Here the link
becomes a widget with a field (ISO 32000-1 §12.7.4.5) and its tag a Form element (§14.8.4.5; ISO 14289-1 §7.18.4), so
that signing later only fills a field and changes neither page nor structure.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from desktop.records.errors import OfficeError

SCHEME = "qillqa-field:"
PRINT_LOCKED = 132  # annotation flags Print (4) + Locked (128), ISO 32000-1 table 165
SIGNATURES_EXIST = 1  # /SigFlags: the document has signature fields (table 219); AppendOnly comes with a signature


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """An empty field: page index from 0 and rectangle in points, lower left origin."""

    name: str
    page: int
    rectangle: tuple[float, float, float, float]
    spoken: str


def make_fields(document: pikepdf.Pdf, spoken: Mapping[str, str]) -> None:
    """Turn the marked places into fields, in the order of ``spoken`` (name → label read aloud).

    Raises ``drafting.signature_place`` when the template's page does not draw exactly those places.
    """
    places = dict(_marked(document))
    if not spoken and not places:
        return
    for name in [*spoken, *places]:
        if name not in places or name not in spoken:
            raise OfficeError("drafting.signature_place", field=name)
    elements = _structure_by_parent(document)
    empty = document.make_indirect(_empty_appearance(document))
    for name, (page, link) in places.items():
        _make_widget(link, page, name, spoken[name], empty)
        _make_form_element(elements[int(link.StructParent)])
    fields = [places[name][1] for name in spoken]
    document.Root.AcroForm = document.make_indirect(Dictionary(Fields=Array(fields), SigFlags=SIGNATURES_EXIST))


def read_fields(pdf: bytes) -> tuple[FieldPlace, ...]:
    """The signature fields of a file that nobody has signed yet, in the order of the form."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        pages = {page.obj.objgen: number for number, page in enumerate(document.pages)}
        form = document.Root.get("/AcroForm", Dictionary(Fields=Array()))
        return tuple(
            FieldPlace(
                name=str(item.T),
                page=pages[item.P.objgen],
                rectangle=_rectangle(item),
                spoken=str(item.get("/TU", "")),
            )
            for item in form.Fields
        )


def _rectangle(item: pikepdf.Object) -> tuple[float, float, float, float]:
    left, bottom, right, top = (float(Decimal(str(value))) for value in item.Rect)
    return left, bottom, right, top


def _marked(document: pikepdf.Pdf) -> Iterator[tuple[str, tuple[pikepdf.Page, pikepdf.Object]]]:
    seen: set[str] = set()
    for page in document.pages:
        for annotation in page.obj.get("/Annots", Array()):
            action = annotation.get("/A", Dictionary())
            target = str(action.get("/URI", ""))
            if target.startswith(SCHEME):
                name = target.removeprefix(SCHEME)
                if name in seen:
                    raise OfficeError("drafting.signature_place", field=name)
                seen.add(name)
                yield name, (page, annotation)


def _structure_by_parent(document: pikepdf.Pdf) -> dict[int, pikepdf.Object]:
    tree = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
    return {key: value for key, value in tree.items() if isinstance(value, pikepdf.Object)}


def _make_widget(link: pikepdf.Object, page: pikepdf.Page, name: str, spoken: str, appearance: pikepdf.Object) -> None:
    for key in ("/A", "/Border", "/Contents"):
        if key in link:
            del link[key]
    link.Subtype = Name.Widget
    link.FT = Name.Sig
    link.T = String(name)
    link.TU = String(spoken)
    link.F = PRINT_LOCKED
    link.P = page.obj
    link.AP = Dictionary(N=appearance)


def _make_form_element(element: pikepdf.Object) -> None:
    """Form holds its OBJR as its only child, not in an array: pyHanko's difference analysis (0.38) knows no other path."""
    element.S = Name.Form
    if "/A" in element:  # a layout hint of links
        del element["/A"]
    if isinstance(element.K, Array):
        (element.K,) = element.K


def _empty_appearance(document: pikepdf.Pdf) -> pikepdf.Object:
    """An appearance that draws nothing: PDF/A wants one for every visible widget (ISO 19005-2 §6.3.3)."""
    form = pikepdf.Stream(document, b"")
    form.Type = Name.XObject
    form.Subtype = Name.Form
    form.BBox = Array([0, 0, 1, 1])
    form.Resources = Dictionary()
    return form
