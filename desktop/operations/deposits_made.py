"""Los depósitos de este escritorio: each that was made, how far it came, and what the archive answered, verified again when it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.archive.custody import ACCEPTED, Answer
from desktop.records.documents import DocumentState, DocumentView
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, in_causal_order
from desktop.sync.receipts import read_receipt

from .desk import Desk

if TYPE_CHECKING:
    from desktop.records.events import Event
    from desktop.store.reads import Receipt


class DepositState(StrEnum):
    """How far it came. ``queued``: here still; ``waiting``: in the exchange; ``unproven``: what lies here as an answer is none."""

    QUEUED = "queued"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class DepositMade:
    """One deposit. ``made_at`` is claimed by the desk that made it. ``answered_at`` is the custodian's time.

    ``object``, ``version`` and ``inventory_sha512`` say where it lies since; ``code`` and ``facts`` why it was refused. ``doubt`` is the
    code of what keeps the answer from being proved today: "" where its signature holds and it is for the manifest that was sent.
    ``instead_of`` is the refused deposit that this one was made anew for.
    """

    deposit: str
    dossier: str
    documents: tuple[str, ...]
    title: str
    series: str
    made_at: datetime
    state: DepositState
    instead_of: str = ""
    answered_at: datetime | None = None
    custodian: str = ""
    object: str = ""
    version: str = ""
    inventory_sha512: str = ""
    code: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    doubt: str = ""

    @property
    def refused(self) -> bool:
        """Whether the archive's own signature says so."""
        return self.state is DepositState.REFUSED and not self.doubt


def deposits(desk: Desk) -> list[DepositMade]:
    """Every deposit of this desk's unit, and of those that ended and lead to it, the latest first."""
    units = desk.directory.mailboxes_of(desk.unit_id)
    found: dict[str, Event] = {}
    for digest in desk.store.deposit_events():
        signed = desk.store.event(digest)
        if signed is not None and signed.event.actor.unit in units:
            found.setdefault(_id_of(signed.event), signed.event)
    queued = desk.store.deposits_queued()
    return [_made(desk, event, queued) for event in found.values()]


def deposit_of(desk: Desk, document: str) -> DepositMade | None:
    """The last deposit of that document by what follows what, since two may claim one second; None where there is none."""
    told = in_causal_order(desk.store.events_of_document(document))
    events = [one.event for one in told if one.event.kind is EventKind.DEPOSITED]
    return _made(desk, events[-1], desk.store.deposits_queued()) if events else None


def states(desk: Desk, views: Iterable[DocumentView]) -> dict[str, DepositState]:
    """Document → how far its deposit came, of those that were deposited."""
    made = {view.id: deposit_of(desk, view.id) for view in views if view.state is DocumentState.DEPOSITED}
    return {document: one.state for document, one in made.items() if one is not None}


def was_refused(desk: Desk, view: DocumentView) -> bool:
    """Whether it was deposited and the archive did not take it: then it may be deposited anew, or taken back."""
    if view.state is not DocumentState.DEPOSITED:
        return False
    made = deposit_of(desk, view.id)
    return made is not None and made.refused


def _id_of(event: Event) -> str:
    return str(event.body.get("deposit", ""))


def _made(desk: Desk, event: Event, queued: set[str]) -> DepositMade:
    """As any of its acts tells it, and the answer where there is one."""
    body = {name: str(event.body.get(name, "")) for name in ("dossier", "title", "series", "instead_of", "manifest")}
    documents = event.body.get("documents")
    deposit = _id_of(event)
    made = DepositMade(
        deposit=deposit,
        dossier=body["dossier"],
        documents=tuple(str(one) for one in documents) if isinstance(documents, list) else (event.document,),
        title=body["title"],
        series=body["series"],
        made_at=event.claimed_at,
        state=DepositState.QUEUED if deposit in queued else DepositState.WAITING,
        instead_of=body["instead_of"],
    )
    receipt = desk.store.receipt(deposit)
    return made if receipt is None else _answered(desk, made, receipt, body["manifest"])


def _answered(desk: Desk, made: DepositMade, receipt: Receipt, manifest: str) -> DepositMade:
    """What the receipt says, by its own signature and not by the row in which it is kept."""
    try:
        payload, doubt = read_receipt(receipt.jws, desk.directory), ""
    except OfficeError as error:
        if error.code.startswith("envelope."):
            return replace(made, state=DepositState.UNPROVEN, doubt=error.code)
        payload, doubt = receipt.facts.encode(), error.code  # proved when it came; its device was revoked or left since
    answer = Answer.from_payload(payload)
    if answer.deposit != made.deposit or (manifest and answer.deposit_sha256 != manifest):
        return replace(made, state=DepositState.UNPROVEN, doubt="receipt.other_manifest")
    return replace(
        made,
        state=DepositState.ACCEPTED if answer.state == ACCEPTED else DepositState.REFUSED,
        answered_at=answer.time,
        custodian=answer.custodian,
        object=answer.object,
        version=answer.version,
        inventory_sha512=answer.inventory_sha512,
        code=answer.code,
        facts=dict(answer.facts),
        doubt=doubt,
    )
