"""document discard, restore, wastebasket: drafts that their author throws away, and takes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import discard as discarding
from desktop.words import words

from .answers import Exit, put_json, put_line
from .desks import Home, Json, Official, at_desk

if TYPE_CHECKING:
    from desktop.operations.desk import Desk

Document = Annotated[str, typer.Argument(help="Id del documento.")]


def add_to(document: typer.Typer) -> None:
    """Add these commands to the group ``document``."""
    for name, command in (("discard", discard), ("restore", restore), ("wastebasket", wastebasket)):
        document.command(name)(command)


def discard(
    document: Document,
    reason: Annotated[str, typer.Option("--reason", help="Por qué se anula su número, si ya lo tiene.")] = "",
    official: Official = "",
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Descarta un borrador propio: queda 30 días en la papelera de este escritorio."""

    def act(desk: Desk) -> Exit:
        cite = discarding.discard(desk, document, reason)
        if as_json:
            put_json({"document": document, "cite": cite or None})
        else:
            code = "discard.done_number" if cite else "discard.done"
            put_line(words(code, "es", {"cite": cite, "days": discarding.KEPT.days}).what)
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def restore(document: Document, official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Recupera un borrador de la papelera; con otro id si su número se anuló."""

    def act(desk: Desk) -> Exit:
        restored = discarding.restore(desk, document)
        if as_json:
            put_json({"document": restored})
        else:
            put_line(restored)
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)


def wastebasket(official: Official = "", home: Home = None, as_json: Json = False) -> int:
    """Enumera los borradores descartados que aún se pueden recuperar."""

    def act(desk: Desk) -> Exit:
        rows = discarding.wastebasket(desk)
        if as_json:
            put_json({"wastebasket": rows})
        for row in () if as_json else rows:
            put_line(
                f"{row.document}  {row.until.astimezone(desk.zone):%d/%m/%Y}  {row.cite or 'sin CITE'}  {row.subject}"
            )
        return Exit.DONE

    return at_desk(home, act, official=official, as_json=as_json)
