"""What may be done with the document in view: names, keys, and which one is the primary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.records.events import EventKind
from desktop.ui.office import DocumentCard, OfficeDesk
from desktop.ui.wording import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ORDER = (
    EventKind.FROZEN,
    EventKind.SETTLED,
    EventKind.RECEIVED,
    EventKind.SIGNED,
    EventKind.APPROVED,
    EventKind.DISPATCHED,
    EventKind.ANSWERED,
    EventKind.DEPOSITED,
    EventKind.OBSERVED,
    EventKind.REJECTED,
    EventKind.CONCLUDED,
    EventKind.CANCELLED,
    EventKind.REOPENED,
    EventKind.JUSTIFIED,
    EventKind.PAPER_MOVED,
    EventKind.GROUPED,
    EventKind.UNGROUPED,
    EventKind.REASSIGNED,
)
NEEDS_REASON = frozenset({EventKind.OBSERVED, EventKind.REJECTED, EventKind.CANCELLED})
ICONS = {
    EventKind.SIGNED: "pen-line",
    EventKind.DISPATCHED: "send",
    EventKind.RECEIVED: "check",
    EventKind.APPROVED: "check",
}


@dataclass(frozen=True, slots=True)
class Act:
    """An act with its button: name and key; and what is asked before it is done."""

    kind: EventKind
    name: str
    key: str
    question: str = ""
    done: str = ""


def acts_of(kinds: Sequence[EventKind], *, refused: bool = False) -> list[Act]:
    """The acts among those kinds that the window knows, the primary first. ``refused``: the archive did not take it."""
    table = _table() | (_after_refusal() if refused else {})
    return [table[kind] for kind in ORDER if kind in kinds and kind in table]


def operation_of(office: OfficeDesk, kind: EventKind, card: DocumentCard, reason: str) -> Callable[[], object] | None:
    """The office's verb for that act on that card; None for an act that has a panel of its own."""
    document = card.view.id
    slip, hop = (card.slip.id if card.slip else ""), card.target(kind)
    table: dict[EventKind, Callable[[], object]] = {
        EventKind.FROZEN: lambda: office.freeze(document),
        EventKind.APPROVED: lambda: office.approve(document),
        EventKind.OBSERVED: lambda: office.observe(document, reason),
        EventKind.RECEIVED: lambda: office.receive(slip, hop),
        EventKind.REJECTED: lambda: office.reject(slip, hop, reason),
        EventKind.CANCELLED: lambda: office.cancel(slip, hop, reason),
        EventKind.REOPENED: lambda: office.reopen(document),
        EventKind.DEPOSITED: lambda: office.deposit(document),
    }
    return table.get(kind)


def _table() -> dict[EventKind, Act]:
    acts = (
        Act(
            EventKind.FROZEN,
            translate("Acts", "Enviar a firma"),
            "E",
            translate(
                "Acts",
                "Se le asigna su CITE y la página queda fija: ya no se podrá cambiar el texto. ¿Está como debe ser?",
            ),
            translate("Acts", "Enviado a firma, con su CITE."),
        ),
        Act(
            EventKind.RECEIVED,
            translate("Acts", "Recibir"),
            "R",
            "",
            translate("Acts", "Recibido. Está en Pendientes."),
        ),
        Act(EventKind.SIGNED, translate("Acts", "Firmar"), "F"),
        Act(
            EventKind.APPROVED,
            translate("Acts", "Dar V°B°"),
            "V",
            translate("Acts", "Su conformidad queda registrada y el documento sigue su vía."),
            translate("Acts", "Conformidad registrada."),
        ),
        Act(EventKind.DISPATCHED, translate("Acts", "Derivar"), "D"),
        Act(EventKind.ANSWERED, translate("Acts", "Responder"), "N"),
        Act(
            EventKind.DEPOSITED,
            translate("Acts", "Depositar"),
            "T",
            translate("Acts", "Se entrega al archivo para conservarse. Lo depositado no se borra."),
            translate("Acts", "Entregado al archivo. El acuse llegará solo."),
        ),
        Act(
            EventKind.OBSERVED,
            translate("Acts", "Observar"),
            "O",
            translate("Acts", "Vuelve directamente a quien lo escribió, con su observación."),
            translate("Acts", "Devuelto a su autor con la observación."),
        ),
        Act(
            EventKind.REJECTED,
            translate("Acts", "Rechazar"),
            "X",
            translate("Acts", "Vuelve a quien lo derivó, con el motivo."),
            translate("Acts", "Rechazado. Vuelve a quien lo derivó."),
        ),
        Act(
            EventKind.CONCLUDED,
            translate("Acts", "Archivar"),
            "A",
            translate("Acts", "Queda concluido y pasa a Archivo. Puede sacarlo de ahí más adelante."),
            translate("Acts", "Concluido. Está en Archivo."),
        ),
        Act(
            EventKind.CANCELLED,
            translate("Acts", "Cancelar derivación"),
            "C",
            translate("Acts", "Solo se puede mientras no lo reciban. Vuelve a sus Pendientes."),
            translate("Acts", "Derivación cancelada. Está de nuevo en Pendientes."),
        ),
        Act(
            EventKind.REOPENED,
            translate("Acts", "Sacar del archivo"),
            "Q",
            translate("Acts", "Vuelve a sus Pendientes; lo que consta en su hoja de ruta queda."),
            translate("Acts", "Está de nuevo en Pendientes."),
        ),
        *_slip_acts(),
    )
    return {act.kind: act for act in acts}


def _after_refusal() -> dict[EventKind, Act]:
    """What handing in and taking back are called once the archive did not take it."""
    again = Act(
        EventKind.DEPOSITED,
        translate("Acts", "Depositar de nuevo"),
        "T",
        translate("Acts", "Se entrega otra vez lo mismo: sirve cuando se dañó en el camino. El rechazo queda escrito."),
        translate("Acts", "Entregado al archivo. El acuse llegará solo."),
    )
    back = Act(
        EventKind.REOPENED,
        translate("Acts", "Retomar y corregir"),
        "Q",
        translate(
            "Acts", "El archivo no lo aceptó. Vuelve a sus Pendientes para corregirlo; el rechazo queda escrito."
        ),
        translate("Acts", "Está de nuevo en Pendientes."),
    )
    return {again.kind: again, back.kind: back}


def _slip_acts() -> tuple[Act, ...]:
    return (
        Act(
            EventKind.SETTLED,
            translate("Acts", "Resolver"),
            "L",
            translate(
                "Acts",
                "Salió dos veces como oficial. Como jefatura usted dice cuál derivación vale; la otra queda sin efecto y "
                "quien la tiene la archiva. Su resolución queda firmada y no se deshace.",
            ),
            translate("Acts", "Resuelto. Llegará a las dos unidades con la próxima conexión."),
        ),
        Act(
            EventKind.JUSTIFIED,
            translate("Acts", "Justificar demora"),
            "J",
            translate("Acts", "Queda escrito en la hoja de ruta por qué tarda; el plazo sigue siendo el mismo."),
            translate("Acts", "La justificación consta en la hoja de ruta."),
        ),
        Act(
            EventKind.PAPER_MOVED,
            translate("Acts", "Mover el papel"),
            "P",
            translate("Acts", "Diga dónde está el papel ahora. La hoja de ruta no se mueve con esto."),
            translate("Acts", "Consta dónde está el papel."),
        ),
        Act(
            EventKind.GROUPED,
            translate("Acts", "Agrupar"),
            "G",
            translate(
                "Acts", "Las hojas de ruta marcadas irán con la principal, como una sola, hasta que se desagrupen."
            ),
            translate("Acts", "Agrupadas. Se derivan con la principal."),
        ),
        Act(
            EventKind.UNGROUPED,
            translate("Acts", "Desagrupar"),
            "U",
            translate("Acts", "Cada una sigue desde aquí por su lado."),
            translate("Acts", "Desagrupadas. Cada una va por su lado."),
        ),
        Act(
            EventKind.REASSIGNED,
            translate("Acts", "Reasignar"),
            "I",
            translate(
                "Acts", "Como jefatura lo entrega a otra persona de su unidad. Queda escrito quién, a quién y por qué."
            ),
            translate("Acts", "Reasignado dentro de la unidad."),
        ),
    )
