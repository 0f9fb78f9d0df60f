"""The table laid: so that whoever opens the practice office finds something in every tray."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from desktop.operations.dispatch import Order
from signing.report import Level

from .office import PracticeOffice
from .people import ARCHIVIST, AUTHOR, CHIEF
from .steps import Log

At = Callable[..., Any]


def lay_table(log: Log, office: PracticeOffice, at: At, today: date) -> None:
    """Put one document into each tray of the desk that the window opens on. ``at(desk, errand, **arguments)`` asks a desk."""
    log.stage("Mesa servida")
    with log.step() as step:
        _send(
            office,
            at,
            "Transferencia documental de la gestión 2025",
            "elaborar_respuesta",
            today + timedelta(days=2),
            urgent=True,
        )
        at("planificacion", "exchange_all")
        at("planificacion", "receive_all")
        _send(office, at, "Capacitación en firma digital para las secretarías", "para_su_conocimiento", None)
        at("planificacion", "exchange_all")
        _draft(office, at, "Conformidad de servicio de enlace a internet", frozen=True)
        _draft(office, at, "Inventario de bienes informáticos, gestión 2026", frozen=False)
        counts = at("planificacion", "tray_counts")
        words = ", ".join(f"{count} en {tray.replace('_', ' ')}" for tray, count in counts.items() if count)
        wanted = ("entrante", "pendientes", "por_firmar", "enviados", "borradores")
        step.says(f"La mesa de práctica queda servida: {words}.", file=office.window_seat()[0],
                  held=all(counts[tray] for tray in wanted))  # fmt: skip


def _send(
    office: PracticeOffice, at: At, subject: str, action: str, deadline: date | None, *, urgent: bool = False
) -> None:
    document = at("archivo", "draft_sample", template="nota_interna", signers=[office.ids[ARCHIVIST]],
                  header={"referencia": subject, "para": [_person(office, AUTHOR)]})  # fmt: skip
    at("archivo", "freeze_draft", document=document)
    at("archivo", "sign_document", document=document, pin=office.tokens.pin(ARCHIVIST), level=Level.B_LTA)
    order = Order(office.units["planning"], office.ids[AUTHOR], action, subject, deadline, urgent=urgent)
    at("archivo", "dispatch_document", document=document, order=order)
    at("archivo", "exchange_all")


def _draft(office: PracticeOffice, at: At, subject: str, *, frozen: bool) -> None:
    document = at("planificacion", "draft_sample", template="nota_interna", signers=[office.ids[AUTHOR], office.ids[CHIEF]],
                  header={"referencia": subject, "para": [_person(office, ARCHIVIST)]})  # fmt: skip
    if frozen:
        at("planificacion", "freeze_draft", document=document)


def _person(office: PracticeOffice, label: str) -> str:
    person = next(person for person in office.pki.people if person.label == label)
    return f"{person.name} | {person.post}"
