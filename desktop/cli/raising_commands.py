"""desk raise: the queue that raises documents by itself, seen and pushed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from desktop.words import words

from .answers import Exit, put_json, put_line, said, tell
from .desks import Home, Json, at_desk

if TYPE_CHECKING:
    from desktop.operations.desk import Desk
    from desktop.operations.raising import Owed, RaisingOutcome


def raise_documents(
    everything: Annotated[
        bool, typer.Option("--now", help="Intenta todo ahora, también lo que espera o necesita atención.")
    ] = False,
    only_list: Annotated[bool, typer.Option("--list", help="Solo muestra qué espera y por qué.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> int:
    """Eleva los documentos firmados que esperan sello de tiempo y datos de validación."""

    def act(desk: Desk) -> Exit:
        from desktop.operations import raising

        if only_list:
            rows = raising.owed(desk)
            if as_json:
                put_json({"owed": rows})
            for row in () if as_json else rows:
                put_line(owed_words(row))
            if not rows and not as_json:
                put_line(words("raise.nothing", "es", {}).what)
            return Exit.DONE
        outcome = raising.raise_owed(desk, everything=everything)
        if as_json:
            put_json(outcome)
        else:
            tell_outcome(outcome)
        if outcome.problems:
            return Exit.NO
        return Exit.CANNOT_TELL if outcome.left else Exit.DONE

    return at_desk(home, act, as_json=as_json)


def owed_words(row: Owed) -> str:
    """One document of the queue: its level in words, and why it waits."""
    level = words(f"level.{row.level.value}", "es", {})
    why = words(row.code, "es", row.facts).what if row.code else words("raise.waits_for_line", "es", {}).what
    return f"{row.cite}: {level.what} {why}"


def tell_outcome(outcome: RaisingOutcome) -> None:
    """A round in sentences."""
    for cite, level in outcome.raised:
        put_line(f"{cite}: {words(f'level.{level.value}', 'es', {}).what}")
    for code, facts in outcome.problems:
        tell(" ".join(said(code, facts)))
    if outcome.waits:
        tell(" ".join(said(outcome.waits, outcome.facts)))
    if outcome.left:
        put_line(words("raise.left", "es", {"count": outcome.left}).what)
    elif not outcome.raised:
        put_line(words("raise.nothing", "es", {}).what)
