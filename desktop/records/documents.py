"""A document's life, folded from its events. States and who may do what next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from .errors import OfficeError
from .events import EventKind, SignedEvent, in_causal_order


class AccessClass(IntEnum):
    """Access classes in order (docs/formats/exchange.md). What has no class is not published."""

    UNCLASSIFIED = 0
    PUBLIC = 1
    INTERNAL = 2
    RESERVED = 3
    CONFIDENTIAL = 4
    SECRET = 5


class DocumentState(StrEnum):
    """Where a document stands."""

    DRAFT = "draft"
    FROZEN = "frozen"  # numbered and frozen; on its way through the approval chain
    OBSERVED = "observed"  # back with the author
    SIGNED = "signed"  # everybody who must sign has signed
    CONCLUDED = "concluded"
    DEPOSITED = "deposited"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file listed on the last page; ``sha256`` is the hex digest of its bytes, ``size`` in bytes."""

    name: str
    size: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Appended:
    """One append to the PDF: a signature or a raise. ``old`` and ``new`` are SHA-256 hex digests of the whole file."""

    kind: EventKind
    old: str
    new: str
    official: str
    level: str
    at: datetime
    field: str = ""


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document as its events tell it."""

    id: str
    kind: str = ""
    subject: str = ""
    author: str = ""
    unit: str = ""
    cite: str = ""
    state: DocumentState = DocumentState.DRAFT
    digest: str = ""
    pages: int = 0
    approvers: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    appended: tuple[Appended, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    access: AccessClass = AccessClass.UNCLASSIFIED
    practice: bool = False
    slip: str | None = None
    created_at: datetime | None = None
    changed_at: datetime | None = None
    forked: bool = False  # two appends to the same bytes: one appender at a time was broken

    @property
    def signed_by(self) -> tuple[str, ...]:
        """Officials who signed the current lineage, in order."""
        return tuple(item.official for item in self.appended if item.kind is EventKind.SIGNED)

    @property
    def next_official(self) -> str | None:
        """Whose turn it is: the approvers in order, then the signers in order; nobody when all is done."""
        if self.state is not DocumentState.FROZEN:
            return None
        for who in self.approvers:
            if who not in self.approved:
                return who
        for who in self.signers:
            if who not in self.signed_by:
                return who
        return None

    @property
    def level(self) -> str:
        """The level the last append claims, e.g. ``B-B``; empty before the first signature."""
        return self.appended[-1].level if self.appended else ""


def fold_document(document: str, events: Iterable[SignedEvent]) -> DocumentView:
    """The document as those events tell it. Events of other documents are ignored; order does not matter."""
    view = DocumentView(id=document)
    for item in in_causal_order(i for i in events if i.event.document == document):
        view = _apply(view, item)
    return view


def _apply(view: DocumentView, item: SignedEvent) -> DocumentView:
    event, body = item.event, item.event.body
    view = replace(view, changed_at=event.claimed_at, slip=event.slip or view.slip)
    match event.kind:
        case EventKind.DRAFTED:
            return replace(
                view,
                kind=str(body["kind"]),
                subject=str(body["subject"]),
                author=event.actor.official,
                unit=event.actor.unit,
                approvers=tuple(body.get("approvers", ())),
                signers=tuple(body.get("signers", ())),
                access=AccessClass(int(body.get("access", 0))),
                practice=bool(body.get("practice", False)),
                created_at=event.claimed_at,
            )
        case EventKind.NUMBERED:
            return replace(view, cite=str(body["cite"]))
        case EventKind.FROZEN:
            return replace(
                view,
                state=DocumentState.FROZEN,
                digest=str(body["digest"]),
                pages=int(body["pages"]),
                approved=(),
                appended=(),
                attachments=tuple(
                    Attachment(str(a["name"]), int(a["size"]), str(a["sha256"]), str(a["type"]))
                    for a in body.get("attachments", ())
                ),
            )
        case EventKind.APPROVED:
            return replace(view, approved=(*view.approved, event.actor.official))
        case EventKind.OBSERVED:
            remark = (event.actor.official, str(body["remark"]))
            return replace(view, state=DocumentState.OBSERVED, remarks=(*view.remarks, remark))
        case EventKind.SIGNED | EventKind.RAISED:
            return _append(view, item)
        case EventKind.VOIDED:
            return replace(view, state=DocumentState.VOID)
        case EventKind.CONCLUDED:
            return replace(view, state=DocumentState.CONCLUDED)
        case EventKind.REOPENED:
            return replace(view, state=DocumentState.SIGNED)
        case EventKind.DEPOSITED:
            return replace(view, state=DocumentState.DEPOSITED)
    return view


def _append(view: DocumentView, item: SignedEvent) -> DocumentView:
    event, body = item.event, item.event.body
    appended = Appended(
        event.kind,
        str(body["old"]),
        str(body["new"]),
        event.on_behalf_of or event.actor.official,
        str(body["level"]),
        event.claimed_at,
        str(body.get("field", "")),
    )
    if appended.old != view.digest:
        return replace(view, forked=True)
    view = replace(view, digest=appended.new, appended=(*view.appended, appended))
    if view.state is DocumentState.FROZEN and view.next_official is None:
        view = replace(view, state=DocumentState.SIGNED)
    return view


_ALLOWED: dict[EventKind, frozenset[DocumentState]] = {
    EventKind.NUMBERED: frozenset({DocumentState.DRAFT}),
    EventKind.FROZEN: frozenset({DocumentState.DRAFT, DocumentState.OBSERVED}),
    EventKind.APPROVED: frozenset({DocumentState.FROZEN}),
    EventKind.OBSERVED: frozenset({DocumentState.FROZEN}),
    EventKind.SIGNED: frozenset({DocumentState.FROZEN}),
    EventKind.RAISED: frozenset(
        {DocumentState.FROZEN, DocumentState.SIGNED, DocumentState.CONCLUDED, DocumentState.DEPOSITED}
    ),
    EventKind.VOIDED: frozenset({DocumentState.FROZEN, DocumentState.OBSERVED, DocumentState.SIGNED}),
    EventKind.OPENED: frozenset({DocumentState.SIGNED}),
    EventKind.DISPATCHED: frozenset({DocumentState.SIGNED}),
    EventKind.CONCLUDED: frozenset({DocumentState.SIGNED}),
    EventKind.REOPENED: frozenset({DocumentState.CONCLUDED}),
    EventKind.DEPOSITED: frozenset({DocumentState.CONCLUDED}),
}


def require(view: DocumentView, kind: EventKind) -> None:
    """Refuse an act that the document's state forbids: ``document.act_forbidden`` with act and state."""
    allowed = _ALLOWED.get(kind)
    if allowed is not None and view.state not in allowed:
        raise OfficeError("document.act_forbidden", act=kind.value, state=view.state.value, cite=view.cite)


def require_turn(view: DocumentView, official: str, kind: EventKind) -> None:
    """Refuse an approval or a signature out of turn: ``document.not_your_turn``."""
    require(view, kind)
    if view.next_official != official:
        raise OfficeError("document.not_your_turn", official=official, turn=view.next_official or "", cite=view.cite)
    signing_now = all(who in view.approved for who in view.approvers)
    if (kind is EventKind.SIGNED) != signing_now:
        raise OfficeError("document.not_your_turn", official=official, turn=view.next_official or "", cite=view.cite)
