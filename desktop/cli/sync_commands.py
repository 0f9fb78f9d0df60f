"""sync: the line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.operations import delivery, raising, synchronise, trays
from desktop.records.errors import OfficeError
from desktop.routing.trays import Tray
from desktop.sync.rhythm import Rhythm
from desktop.words import words

from .answers import Exit, plain, put_json, put_line, tell
from .desks import Home, Json, at_desk
from .raising_commands import tell_outcome

if TYPE_CHECKING:
    from desktop.operations.desk import Desk

DELIVERY_WORDS = {
    delivery.DeliveryState.QUEUED: "en cola",
    delivery.DeliveryState.ALOFT: "en el sobre",
    delivery.DeliveryState.DELIVERED: "entregado",
    delivery.DeliveryState.RECEIVED: "recibido",
}
_LOOK = 2.0  # seconds after which it is looked whether something was put into the outbox meanwhile


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("sync")(sync)


def sync(
    home: Home = None,
    status: Annotated[bool, typer.Option("--status", help="Sólo muestra qué espera y cómo está cada envío.")] = False,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="Sólo muestra lo que se dejó aparte.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Sigue sincronizando hasta que se lo detenga.")] = False,
    as_json: Json = False,
) -> int:
    """Eleva lo que espera sello de tiempo, entrega lo que espera y trae lo que llegó."""

    def act(desk: Desk) -> Exit:
        if quarantine:
            return _put_quarantine(desk, as_json=as_json)
        if status:
            return _put_status(desk, as_json=as_json)
        return _watch(desk) if watch else _once(desk, as_json=as_json)

    return at_desk(home, act, as_json=as_json)


def _once(desk: Desk, *, as_json: bool) -> Exit:
    raised = raising.raise_owed(desk)
    outcome = synchronise.synchronise(desk)
    if as_json:
        put_json({**plain(outcome), "raising": raised})
        return Exit.DONE
    if raised.raised or raised.problems:
        tell_outcome(raised)
    _put_outcome(outcome)
    return Exit.DONE


def _watch(desk: Desk) -> Exit:
    """Exchange after exchange, sooner when something is put into the outbox; a line that is gone is asked ever more seldom."""
    rhythm = Rhythm()
    while True:
        try:
            raising.raise_owed(desk)
            outcome = synchronise.synchronise(desk)
            wait = rhythm.after_success(news=bool(outcome.sent or outcome.received))
            _put_outcome(outcome)
        except OfficeError as error:
            if error.code not in synchronise.UNREACHABLE:
                raise
            wait = rhythm.after_failure()
            tell(words(error.code, "es", dict(error.facts)).what)
        _sleep(desk, wait.total_seconds(), eager=rhythm.failures == 0)


def _put_outcome(outcome: synchronise.SyncOutcome) -> None:
    put_line(f"Entregados: {outcome.sent}. Recibidos: {outcome.received}. En cola: {outcome.waiting}.")
    for code, facts in outcome.problems:
        tell(words(code, "es", facts).what)


def _sleep(desk: Desk, seconds: float, *, eager: bool) -> None:
    """Until the time has come; ``eager``: or more waits to go out than when it began."""
    before = desk.store.outbox_counts().waiting
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(_LOOK, left))
        if eager and desk.store.outbox_counts().waiting > before:
            return


def _put_status(desk: Desk, *, as_json: bool) -> Exit:
    line = delivery.status(desk)
    rows = trays.rows(desk, Tray.SENT)
    states = delivery.states(desk, [row.document.id for row in rows])
    if as_json:
        put_json({"line": plain(line), "documents": {document: state.value for document, state in states.items()}})
        return Exit.DONE
    put_line(f"En cola: {line.waiting}; de ellos actos: {line.events}; con algún intento fallido: {line.failed}.")
    for row in rows:
        put_line(f"{row.document.cite or row.document.id}  {DELIVERY_WORDS[states[row.document.id]]}")
    return Exit.DONE


def _put_quarantine(desk: Desk, *, as_json: bool) -> Exit:
    rows = delivery.set_aside(desk)
    if as_json:
        put_json({"set_aside": rows})
        return Exit.DONE
    if not rows:
        put_line("No hay nada aparte.")
    for row in rows:
        put_line(
            f"{row.at.astimezone(desk.zone):%d/%m/%Y %H:%M}  {words(row.code, 'es', {'key': row.key, 'name': row.key}).what}"
        )
    return Exit.DONE
