"""document approve, observe, revise, versions, compare: what the vía does with a document before it is signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.drafting.comparison import Kind
from desktop.operations import approve as approval
from desktop.operations import remarks, revise, versions, writing
from desktop.operations.files import write_whole
from desktop.records.observations import Mark
from desktop.words import words

from .answers import Exit, plain, put_json, put_line
from .desks import Home, Json, Official, at_desk
from .draft_commands import Fields, body_of, fields_of

if TYPE_CHECKING:
    from desktop.operations.desk import Desk

Document = Annotated[str, typer.Argument(help="Id del documento.")]


def add_to(document: typer.Typer) -> None:
    """Add these commands to the group ``document``."""
    for name, command in (
        ("approve", approve),
        ("observe", observe),
        ("remarks", show_remarks),
        ("revise", correct),
        ("versions", list_versions),
        ("compare", compare),
    ):
        document.command(name)(command)


def approve(document: Document, official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Da el V°B° de la vía, propio o de quien se suple."""
    return at_desk(home, lambda desk: approval.approve(desk, document), official=official, as_json=as_json)


def observe(
    document: Document,
    remark: Annotated[str, typer.Option("--remark", help="Qué se observa.")] = "",
    at: Annotated[list[str], typer.Option("--at", help="Palabras del texto que se observan; se repite.")] = [],  # noqa: B006
    note: Annotated[list[str], typer.Option("--note", help="Qué se observa en ellas; una por cada --at.")] = [],  # noqa: B006
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Devuelve el documento a su autor con una observación, anclada a las palabras que se indiquen."""
    if len(at) != len(note):
        raise typer.BadParameter("--at y --note van de a pares: una nota por cada lugar")
    marks = [Mark(text, quote) for quote, text in zip(at, note, strict=True)]
    return at_desk(
        home, lambda desk: approval.observe(desk, document, remark, marks=marks), official=official, as_json=as_json
    )


def show_remarks(document: Document, official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Muestra la última observación, con el lugar de cada nota en el texto de ahora."""

    def act(desk: Desk) -> Exit:
        view = desk.store.document(document)
        anchors = {}
        if remarks.open_observation(desk, document) and desk.store.draft(document):
            with writing.open_writing(desk, document) as text:
                anchors = dict(text.session.anchors)
        rows = remarks.remarks(view, anchors)
        if as_json:
            put_json({"remarks": rows})
        for row in () if as_json else rows:
            place = f" [párrafo {row.anchor.start.block + 1}]" if row.anchor else ""
            quote = f"«{row.quote}»: " if row.quote else ""
            put_line(f"{desk.directory.official(row.official).name}{place}: {quote}{row.text}")
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def correct(
    document: Document,
    body: Annotated[Path | None, typer.Option("--body", help="Texto plano, o JSON de docs/formats/body.md.")] = None,
    field: Fields = [],  # noqa: B006
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Corrige el texto o los campos de un borrador propio, o de un documento observado."""

    def act(desk: Desk) -> None:
        text = body_of(body) if body is not None else None
        revise.revise(desk, document, body=text, fields=fields_of(field))

    return at_desk(home, act, official=official, as_json=as_json)


def list_versions(document: Document, home: Home = None, as_json: Json = False) -> int:
    """Enumera las versiones guardadas y congeladas de un documento."""

    def act(desk: Desk) -> Exit:
        found = versions.versions(desk, document)
        if as_json:
            put_json({"versions": found})
        for number, version in () if as_json else enumerate(found, 1):
            frozen = "  congelada" if version.pdf else ""
            put_line(f"{number:3}  {version.at.astimezone(desk.zone):%d/%m/%Y %H:%M}  {version.label}{frozen}")
        return Exit.DONE

    return at_desk(home, act, as_json=as_json)


def compare(
    document: Document,
    old: Annotated[int, typer.Option("--old", help="Número de la versión anterior (de document versions).")],
    new: Annotated[int, typer.Option("--new", help="Número de la versión posterior.")],
    pages: Annotated[Path | None, typer.Option("--pages", help="Carpeta para los dos PDF.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Compara dos versiones: qué palabras cambiaron y, con --pages, las dos páginas. Sale con 1 si difieren."""

    def act(desk: Desk) -> Exit:
        found = versions.versions(desk, document)
        for number in (old, new):
            if not 1 <= number <= len(found):
                raise typer.BadParameter(f"no hay versión {number}; hay {len(found)}")
        both = versions.side_by_side(desk, document, found[old - 1], found[new - 1])
        files = []
        for number, data in ((old, both.old_pdf), (new, both.new_pdf)):
            if pages is not None:
                files.append(pages / f"version-{number}.pdf")
                write_whole(files[-1], data)
        if as_json:
            put_json({"changed": both.text.changed, "rows": plain(both.text.rows), "pages": files})
        for row in () if as_json else both.text.rows:
            if row.kind is not Kind.SAME:
                place = (row.old if row.new is None else row.new) or 0
                kind = words(f"comparison.{row.kind.value}", "es", {}).what
                put_line(f"{kind}, párrafo {place + 1}: {_words(row.leaves)}".rstrip(" :"))
        return Exit.NO if both.text.changed else Exit.DONE

    return at_desk(home, act, as_json=as_json)


def _words(leaves: object) -> str:
    signs = {Kind.ADDED: "[+{}+]", Kind.REMOVED: "[-{}-]"}
    told = [signs.get(word.kind, "{}").format(word.text) for leaf in leaves for word in leaf.words]  # type: ignore[attr-defined]
    return "".join(told)
