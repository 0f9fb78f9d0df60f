"""Who is told of an act: the one rule (docs/formats/exchange.md, Audience), and whether it may only travel as a letter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from desktop.records.documents import AccessClass, DocumentView
from desktop.records.errors import OfficeError
from desktop.records.events import APART, Event, Json

if TYPE_CHECKING:
    from desktop.records.people import Directory
    from desktop.routing.sheet import SlipView


class Told(Protocol):
    """What is needed of the store, or of the open act."""

    def document(self, document: str) -> DocumentView:
        """Raises ``document.unknown``."""
        ...

    def slip(self, slip: str) -> SlipView:
        """Raises ``slip.unknown``."""
        ...


def audience_of(
    directory: Directory,
    *,
    actor_unit: str,
    slip_units: Iterable[str] = (),
    chain_units: Iterable[str] = (),
    extra: Iterable[str] = (),
) -> tuple[str, ...]:
    """The living units that an act is for: the actor's, where it goes (``extra``), every unit that the slip has been at, and
    before there is a slip those of the document's chain. An ended unit stands for the living ones that took over what it had.

    Nobody else: blobs are sealed to the devices of exactly these units. Raises ``directory.unknown_unit``.
    """
    named = (actor_unit, *extra, *slip_units, *chain_units)
    return tuple(dict.fromkeys(living for unit in named for living in directory.successors_of(unit)))


def is_confidential(told: Told, event: Event) -> bool:
    """Whether an act concerns a matter of class reservado or above, as far as this desk knows: it travels as a letter then.

    Everything that the act names counts, and all that lies on its slip or goes with it in one group: the remark of a hop tells of
    every one of them. A matter that this desk has not been told of yet counts as reserved: a rebuilt desk sends its acts again
    before it knows all.
    """
    if event.kind in APART or _access(event.body.get("access")) >= AccessClass.RESERVED:
        return True
    documents = {event.document, *_ids(event.body.get("documents")), *_ids([event.body.get("answer")])}
    try:
        if event.slip is not None:
            documents.update(_going_with(told, event.slip))
        views = [told.document(document) for document in documents]
    except OfficeError:  # document.unknown, slip.unknown
        return True
    return any(
        not view.author or view.access >= AccessClass.RESERVED for view in views
    )  # its drafting tells the author


def _going_with(told: Told, slip: str) -> set[str]:
    """The documents of a slip and of every slip of its group (a group has one level). Raises ``slip.unknown``."""
    own = told.slip(slip)
    principal = own if own.principal is None else told.slip(own.principal)
    members = [told.slip(member) for member in principal.members]
    return {document for view in (own, principal, *members) for document in view.documents}


def _access(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _ids(value: Json) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
