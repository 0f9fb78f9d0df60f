"""A document's life, folded from its events. States and who may do what next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from .errors import OfficeError
from .events import Ancestry, Event, EventKind, Json, SignedEvent, in_causal_order
from .observations import Frozen, Observation, read_observation
from .origin import Origin


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
    REGISTERED = "registered"  # came from outside; nobody here signs it
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
    pages: int = 0  # hojas that it adds to the document's count


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
    observations: tuple[Observation, ...] = ()
    versions: tuple[Frozen, ...] = ()  # every freezing, the last one stands
    acting: tuple[tuple[str, str], ...] = ()  # (official, substitute): whom the page names in his place
    access: AccessClass = AccessClass.UNCLASSIFIED
    practice: bool = False
    void_reason: str = ""
    origin: Origin | None = None  # of incoming paper
    scanned: bool = False  # the bytes are a scan, or the PDF that was brought; else its constancia
    slip: str | None = None
    created_at: datetime | None = None
    changed_at: datetime | None = None
    forked: bool = False  # two appends to the same bytes: one appender at a time was broken
    refused: tuple[str, ...] = ()  # digests of events that the rules forbid or that say nothing readable

    @property
    def sheets(self) -> int:
        """Hojas: those of the paper that came, else the document's pages with its attachments' that count."""
        if self.origin is not None and self.origin.sheets:
            return self.origin.sheets
        return self.pages + sum(item.pages for item in self.attachments)

    @property
    def signed_by(self) -> tuple[str, ...]:
        """Officials who signed the current lineage, in order."""
        return tuple(item.official for item in self.appended if item.kind is EventKind.SIGNED)

    @property
    def remarks(self) -> tuple[tuple[str, str], ...]:
        """Who observed and what, in order."""
        return tuple((item.official, item.remark) for item in self.observations)

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


def fold_document(document: str, events: Iterable[SignedEvent], *, refused: Collection[str] = ()) -> DocumentView:
    """The document as those events tell it. Events of other documents only help to order; their order does not matter.

    An act that the rules forbid, or whose body cannot be read, changes nothing and is listed in ``refused`` of the view.
    ``refused`` names digests that the slip's own rules forbid (``SlipView.refused``): they must not act here either.
    """
    at_hand = list(events)
    mine = [item for item in in_causal_order(at_hand) if item.event.document == document]
    view = _fold(document, mine, refused)
    late = _late_observations(mine, at_hand)
    if late:
        without = _fold(document, mine, {*refused, *late})
        view = without if without.slip is not None else view
    return view


def _late_observations(mine: list[SignedEvent], at_hand: list[SignedEvent]) -> set[str]:
    """Observations that a dispatch did not know of, nor they of it. What went out counts, whatever the clocks say."""
    observed = [item.digest for item in mine if item.event.kind is EventKind.OBSERVED]
    opened = [item.digest for item in mine if item.event.kind in {EventKind.OPENED, EventKind.ANSWERED}]
    if not observed or not opened:
        return set()
    ancestry = Ancestry(at_hand)
    return {
        one for one in observed for other in opened if not ancestry.knew(one, other) and not ancestry.knew(other, one)
    }


def _fold(document: str, mine: Iterable[SignedEvent], refused: Collection[str]) -> DocumentView:
    view = DocumentView(id=document)
    for item in mine:
        try:
            if item.digest in refused:
                raise OfficeError(
                    "document.act_forbidden", act=item.event.kind.value, state=view.state.value, cite=view.cite
                )
            view = _apply(view, item)
        except (OfficeError, KeyError, ValueError, TypeError, AttributeError):
            view = replace(view, refused=(*view.refused, item.digest))
    return view


def _apply(view: DocumentView, item: SignedEvent) -> DocumentView:
    event, body = item.event, item.event.body
    _permit(view, item)
    view = replace(view, changed_at=event.claimed_at)
    match event.kind:
        case EventKind.DRAFTED:
            return replace(
                view,
                kind=_text(body["kind"]),
                subject=_text(body["subject"]),
                author=event.actor.official,
                unit=event.actor.unit,
                approvers=_texts(body.get("approvers", ())),
                signers=_texts(body.get("signers", ())),
                access=AccessClass(int(body.get("access", 0))),
                practice=bool(body.get("practice", False)),
                created_at=event.claimed_at,
            )
        case EventKind.REGISTERED | EventKind.SCANNED:
            return _incoming(view, item)
        case EventKind.NUMBERED:
            return replace(view, cite=_text(body["cite"]))
        case EventKind.FROZEN:
            frozen = Frozen(_text(body["digest"]), _text(body.get("text", "")), event.claimed_at, int(body["pages"]))
            return replace(
                _told_anew(view, body),
                state=DocumentState.FROZEN,
                digest=frozen.digest,
                pages=frozen.pages,
                versions=(*view.versions, frozen),
                acting=tuple(sorted((_text(who), _text(other)) for who, other in body.get("acting", {}).items())),
                approved=(),
                appended=(),
                attachments=_attachments(body),
            )
        case EventKind.APPROVED:
            return replace(view, approved=(*view.approved, _who(item)))
        case EventKind.OBSERVED:
            return replace(
                view,
                state=DocumentState.OBSERVED,
                observations=(*view.observations, read_observation(item, _who(item))),
            )
        case EventKind.SIGNED | EventKind.RAISED:
            return _append(view, item)
        case EventKind.CONCLUDED:
            return view if concludes_copy(event) else replace(view, state=DocumentState.CONCLUDED)
        case EventKind.REOPENED:
            return replace(view, state=DocumentState.REGISTERED if view.origin else DocumentState.SIGNED)
        case EventKind.VOIDED | EventKind.DEPOSITED:
            return _ended(view, event)
        case EventKind.OPENED | EventKind.ANSWERED if view.unit in _homes(event):
            return replace(view, slip=view.slip or event.slip)  # only its own unit puts a document on a slip
    return view


def _homes(event: Event) -> tuple[Json, ...]:
    """The units whose documents it may put on a slip: an answer's own unit too, where it acts for one that ended."""
    return (event.actor.unit, event.body.get("unit") if event.kind is EventKind.ANSWERED else event.actor.unit)


def _told_anew(view: DocumentView, body: Mapping[str, Json]) -> DocumentView:
    """A draft that was numbered at generation could still be changed: its first freezing tells what it has become."""
    if view.state is not DocumentState.DRAFT:
        return view
    return replace(
        view,
        subject=_text(body.get("subject", view.subject)),
        approvers=_texts(body.get("approvers", view.approvers)),
        signers=_texts(body.get("signers", view.signers)),
        access=AccessClass(int(body.get("access", view.access))),
    )


def _ended(view: DocumentView, event: Event) -> DocumentView:
    if event.kind is EventKind.DEPOSITED:
        return replace(view, state=DocumentState.DEPOSITED)
    return replace(view, state=DocumentState.VOID, void_reason=_text(event.body.get("reason", "")))


def _incoming(view: DocumentView, item: SignedEvent) -> DocumentView:
    """A letter from outside: registered, or its scan laid in the place of its constancia."""
    event, body = item.event, item.event.body
    if event.kind is EventKind.SCANNED:
        attachments = (*view.attachments, *_attachments(body))
        return replace(
            view, digest=_text(body["digest"]), pages=int(body["pages"]), scanned=True, attachments=attachments
        )
    return replace(
        view,
        state=DocumentState.REGISTERED,
        kind=_text(body["kind"]),
        subject=_text(body["subject"]),
        cite=_text(body["number"]),
        author=event.actor.official,
        unit=event.actor.unit,
        digest=_text(body["digest"]),
        pages=int(body["pages"]),
        origin=Origin.from_json(body["origin"]),
        scanned=bool(body.get("scanned", False)),
        attachments=_attachments(body),
        access=AccessClass(int(body.get("access", 0))),
        practice=bool(body.get("practice", False)),
        created_at=event.claimed_at,
    )


def _attachments(body: Mapping[str, Json]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(_text(a["name"]), int(a["size"]), _text(a["sha256"]), _text(a["type"]), int(a.get("pages", 0)))
        for a in body.get("attachments", ())
    )


def concludes_copy(event: Event) -> bool:
    """Whether a CONCLUDED event puts away one copy only (body ``hop`` and ``mode`` = ``copia``), not the document."""
    return event.kind is EventKind.CONCLUDED and event.body.get("mode") == "copia"


def _who(item: SignedEvent) -> str:
    """The official whose turn the act uses: the one on whose behalf it was done, else the actor."""
    return item.event.on_behalf_of or item.event.actor.official


def _permit(view: DocumentView, item: SignedEvent) -> None:
    """Refuse what the state, the turn or the unit forbids, before anything of the event is applied."""
    event = item.event
    if (event.kind in {EventKind.DRAFTED, EventKind.REGISTERED}) != (view.created_at is None):
        raise _forbidden(view, event.kind)
    if concludes_copy(event):
        return
    require(view, event.kind)
    named = _NAMES_REFUSED.get(event.kind)
    if named and view.state is DocumentState.DEPOSITED and not event.body.get(named):
        raise _forbidden(view, event.kind)  # what was deposited stays so, unless the archive refused it
    match event.kind:
        case EventKind.NUMBERED | EventKind.FROZEN | EventKind.VOIDED | EventKind.SCANNED:
            _permit_at_home(view, item)
        case EventKind.OPENED:
            if event.actor.unit != view.unit or view.slip is not None:
                raise _forbidden(view, event.kind)
        case EventKind.CONCLUDED | EventKind.REOPENED:  # on a slip the slip's rules decide, off it the document's unit
            if event.slip != view.slip or (view.slip is None and event.actor.unit != view.unit):
                raise _forbidden(view, event.kind)
        case EventKind.APPROVED:
            require_turn(view, _who(item), event.kind)
            _require_bytes(view, event, "digest")
        case EventKind.OBSERVED:
            require_observer(view, _who(item))
            _require_bytes(view, event, "digest")
        case EventKind.SIGNED if view.state is DocumentState.FROZEN and not _is_fork(view, event):
            require_turn(view, _who(item), event.kind, actor=event.actor.official)


def _permit_at_home(view: DocumentView, item: SignedEvent) -> None:
    """What only the document's own unit does; freezing, only its author."""
    event = item.event
    again = {EventKind.NUMBERED: bool(view.cite), EventKind.SCANNED: view.scanned}.get(event.kind, False)
    if event.actor.unit != view.unit or again:
        raise _forbidden(view, event.kind)
    if event.kind is EventKind.FROZEN:
        require_author(view, _who(item))
        _require_bytes(view, event, "supersedes")


def _require_bytes(view: DocumentView, event: Event, name: str) -> None:
    if event.body.get(name, view.digest) != view.digest:  # what is said of other bytes says nothing of these
        raise _forbidden(view, event.kind)


def _is_fork(view: DocumentView, event: Event) -> bool:
    """Whether an append starts from bytes of this lineage that somebody else has appended to already."""
    return event.body["old"] in {item.old for item in view.appended}


def _append(view: DocumentView, item: SignedEvent) -> DocumentView:
    event, body = item.event, item.event.body
    appended = Appended(
        event.kind,
        _text(body["old"]),
        _text(body["new"]),
        _who(item),
        _text(body["level"]),
        event.claimed_at,
        _text(body.get("field", "")),
    )
    if _is_fork(view, event):
        return replace(view, forked=True)
    if appended.old != view.digest:
        raise _forbidden(view, event.kind)
    view = replace(view, digest=appended.new, appended=(*view.appended, appended))
    if view.state is DocumentState.FROZEN and view.next_official is None:
        view = replace(view, state=DocumentState.SIGNED)
    return view


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, not {value!r}")
    return value


def _texts(values: Iterable[Json]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError("a list expected")
    return tuple(_text(value) for value in values)


def _forbidden(view: DocumentView, kind: EventKind) -> OfficeError:
    return OfficeError("document.act_forbidden", act=kind.value, state=view.state.value, cite=view.cite)


_NAMES_REFUSED = {EventKind.DEPOSITED: "instead_of", EventKind.REOPENED: "refused"}  # the member for that deposit
_ALLOWED: dict[EventKind, frozenset[DocumentState]] = {
    EventKind.NUMBERED: frozenset({DocumentState.DRAFT}),
    EventKind.FROZEN: frozenset({DocumentState.DRAFT, DocumentState.OBSERVED}),
    EventKind.APPROVED: frozenset({DocumentState.FROZEN}),
    EventKind.OBSERVED: frozenset({DocumentState.FROZEN, DocumentState.SIGNED}),  # SIGNED: before the first dispatch
    # SIGNED when signed already: the OFICIAL's holder countersigns
    EventKind.SIGNED: frozenset({DocumentState.FROZEN, DocumentState.SIGNED}),
    EventKind.RAISED: frozenset(
        {DocumentState.FROZEN, DocumentState.SIGNED, DocumentState.CONCLUDED, DocumentState.DEPOSITED}
    ),
    EventKind.VOIDED: frozenset(
        {DocumentState.DRAFT, DocumentState.FROZEN, DocumentState.OBSERVED, DocumentState.SIGNED}
    ),
    EventKind.SCANNED: frozenset({DocumentState.REGISTERED}),
    EventKind.OPENED: frozenset({DocumentState.SIGNED, DocumentState.REGISTERED}),
    EventKind.DISPATCHED: frozenset({DocumentState.SIGNED, DocumentState.REGISTERED}),
    EventKind.CONCLUDED: frozenset({DocumentState.SIGNED, DocumentState.REGISTERED}),
    **dict.fromkeys(_NAMES_REFUSED, frozenset({DocumentState.CONCLUDED, DocumentState.DEPOSITED})),
}


def require(view: DocumentView, kind: EventKind) -> None:
    """Refuse an act that the document's state forbids: ``document.act_forbidden`` with act and state."""
    allowed = _ALLOWED.get(kind)
    if allowed is not None and view.state not in allowed:
        raise _forbidden(view, kind)


def require_author(view: DocumentView, official: str) -> None:
    """Only the author, or who acts in his name, freezes and corrects: ``freeze.not_author``."""
    if view.author != official:
        raise OfficeError("freeze.not_author", name=view.author)


def require_observer(view: DocumentView, official: str) -> None:
    """Refuse an observation by somebody whose turn it is not, or after the first dispatch.

    Signed and not yet dispatched, whoever approved or signed may still take it back. Raises ``document.not_your_turn``,
    ``document.act_forbidden``.
    """
    if view.state is not DocumentState.SIGNED:
        require_turn(view, official, EventKind.OBSERVED)
    elif view.slip is not None:
        raise _forbidden(view, EventKind.OBSERVED)
    elif official not in (*view.approvers, *view.signers):
        raise OfficeError("document.not_your_turn", official=official, turn="", cite=view.cite)


def require_turn(view: DocumentView, official: str, kind: EventKind, *, actor: str = "") -> None:
    """Refuse an approval, a signature or an observation out of turn: ``document.not_your_turn``.

    Approvers approve, then signers sign; whoever's turn it is may observe instead. ``actor`` is who does it in the name of
    ``official``, where it is not he himself: where the page names a substitute as the signer, nobody else signs in that place
    (``document.printed_for_another``).
    """
    require(view, kind)
    turn = view.next_official
    approving = any(who not in view.approved for who in view.approvers)
    fits = kind is EventKind.OBSERVED or (kind is EventKind.APPROVED) == approving
    if turn is None or turn != official or not fits:
        raise OfficeError("document.not_your_turn", official=official, turn=turn or "", cite=view.cite)
    printed = dict(view.acting).get(official)
    if kind is EventKind.SIGNED and printed is not None and printed != (actor or official):
        raise OfficeError("document.printed_for_another", cite=view.cite, printed=printed)
