"""Recording an act: the one place where an operation becomes a signed event with its outbox rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from desktop.records.errors import OfficeError
from desktop.records.events import APART, Actor, BlobRef, EventKind, SignedEvent
from desktop.records.people import Official
from desktop.store.desk import Act
from desktop.sync.audience import audience_of
from desktop.sync.compose import OutgoingBlob, compose
from desktop.sync.luggage import HISTORY, pack_history

from .acting import standing_of, units_of_chain
from .copies import require_may_act
from .desk import Desk

_AT_HOME = frozenset(
    {EventKind.NUMBERED, EventKind.FROZEN, EventKind.VOIDED, EventKind.SCANNED, EventKind.OPENED}
)  # what records.documents takes from the document's unit only


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Bytes of the store (by SHA-256 hex) that travel with an event; ``role``: document, attachment, text or history."""

    sha256: str
    name: str
    media_type: str
    role: str


def record(
    desk: Desk,
    act: Act,
    kind: EventKind,
    *,
    document: str,
    actor: Official,
    body: Mapping[str, object],
    slip: str | None = None,
    blobs: Sequence[Outgoing] = (),
    units: Sequence[str] = (),
    parents: tuple[str, ...] | None = None,
    behalf: str = "",
    refs: Sequence[BlobRef] = (),
) -> SignedEvent:
    """Sign the act, add it, and put its deliveries and blobs into the outbox; all inside the caller's transaction.

    Audience (``sync.audience``): the actor's unit, every unit the slip has been at, and ``units``; before there is a
    slip, the units of the vía. ``behalf`` is in whose name it is done, where not in the actor's own: it raises
    ``event.no_delegation`` and ``event.secretary_only``. Raises ``act.official_left`` and ``act.other_unit`` for what no other
    desk would believe, or would tell to a unit that it does not concern.
    """
    require_may_act(desk, act)
    _require_in_office(desk, actor)
    actor = _at_home(desk, act, kind, document, slip, actor)
    # Whoever approved or signed must know that it left; what concerns no document has no chain.
    open_to_chain = kind not in APART and (slip is None or kind is EventKind.OPENED)
    audience = audience_of(
        desk.directory,
        actor_unit=actor.unit,
        slip_units=act.slip_units(slip) if slip is not None else (),
        chain_units=units_of_chain(desk, _chain(act, kind, document, body)) if open_to_chain else (),
        extra=(desk.unit_id, *units),
    )
    on_behalf_of = behalf if behalf and behalf != actor.id else None
    if on_behalf_of is not None:
        body = {**body, "delegation": standing_of(desk, actor.id, on_behalf_of, kind).to_json()}
    return compose(
        act,
        key=desk.key,
        directory=desk.directory,
        event_id=desk.ids(),
        kind=kind,
        document=document,
        slip=slip,
        parents=heads(act, (document,)) if parents is None else parents,
        actor=Actor(actor.id, actor.post, actor.unit),
        body=body,
        blobs=[
            OutgoingBlob(desk.store.get_bytes(item.sha256), item.name, item.media_type, item.role) for item in blobs
        ],
        audience=audience,
        now=desk.now_local(),
        on_behalf_of=on_behalf_of,
        refs=refs,
    )


def _require_in_office(desk: Desk, actor: Official) -> None:
    """``actor.unit`` is for whom he acts on the slip; his own is what the directory says."""
    official = desk.directory.official(actor.id)
    if official.until is not None and desk.now_local().date() > official.until:
        raise OfficeError("act.official_left", name=official.name, until=f"{official.until:%d/%m/%Y}")
    if official.unit != desk.unit_id:
        raise OfficeError("act.other_unit", name=official.name, unit=desk.directory.unit(official.unit).name)


def _at_home(desk: Desk, act: Act, kind: EventKind, document: str, slip: str | None, actor: Official) -> Official:
    """On a document of an ended unit its own unit's acts are done for that unit, by the first that took over what it had."""
    if kind in _AT_HOME or (slip is None and kind in {EventKind.CONCLUDED, EventKind.REOPENED}):
        unit = act.document(document).unit
        if unit and desk.directory.successors_of(unit)[:1] == (desk.unit_id,):
            return replace(actor, unit=unit)
    return actor


def _chain(act: Act, kind: EventKind, document: str, body: Mapping[str, object]) -> Sequence[str]:
    """Author, approvers and signers of a document, as far as they are told yet."""
    if kind in {EventKind.DRAFTED, EventKind.REGISTERED}:  # nothing is told before
        told = (body.get("approvers", ()), body.get("signers", ()))
        return [who for people in told if isinstance(people, list) for who in people]
    view = act.document(document)
    return (view.author, *view.approvers, *view.signers)


def heads(act: Act, documents: Sequence[str]) -> tuple[str, ...]:
    """The ends of those documents' chains, this transaction's events included: what a new event follows."""
    found: list[str] = []
    for document in documents:
        found += act.heads_of_document(document)
    return tuple(dict.fromkeys(found))


def travelling(desk: Desk, act: Act, documents: Sequence[str], slip: str) -> list[Outgoing]:
    """What a hop carries: each document's bytes and attachments, and the chain so far, so that a new unit can check all of it."""
    blobs: list[Outgoing] = []
    history: list[SignedEvent] = []
    for document in documents:
        view = act.document(document)
        name = view.cite.replace("/", "-")
        blobs.append(Outgoing(view.digest, f"{name}.pdf", "application/pdf", "document"))
        blobs += [Outgoing(item.sha256, item.name, item.media_type, "attachment") for item in view.attachments]
        history += act.events_of_document(document)
    return [*blobs, told_before(desk, [*history, *act.events_of_slip(slip)])]


def told_before(desk: Desk, events: Iterable[SignedEvent]) -> Outgoing:
    """The chain so far, for a unit that was not told of it at the time."""
    return Outgoing(desk.store.put_bytes(pack_history(events)), "historia.json", "application/json", HISTORY)
