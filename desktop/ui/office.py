"""What the window asks of the office: one Protocol and the frozen rows it answers with. No Qt here.

``desktop.assembly`` binds it to the real operations; the tests bind it to an office in memory.

Every method may block and is called from a job's lane, never from the screen's thread (:mod:`desktop.ui.jobs`), so an
implementation may be called from several threads, but one lane calls only one method at a time:

* ``LOCAL`` lane (one thread): everything that reads or writes the desk's own store;
* ``TOKEN`` lane (one thread): :meth:`OfficeDesk.tokens`, :meth:`OfficeDesk.watch_tokens`, :meth:`OfficeDesk.sign`;
* ``POOL`` (a few threads): :meth:`OfficeDesk.verify`, :meth:`OfficeDesk.find_files`, :meth:`OfficeDesk.save_report`,
  :meth:`OfficeDesk.render_page`, :meth:`OfficeDesk.synchronise`,
  :meth:`OfficeDesk.raise_now`.

Failures that a person can be told are raised as ``OfficeError`` or ``SigningError`` (code + facts); a cancelled act raises
``Cancelled`` or ``SigningCancelled``. Anything else is shown as a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from desktop.records.documents import Attachment, DocumentState, DocumentView
from signing.report import Certificate, FileVerdict, Level, SignReceipt, Token

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from desktop.records.errors import Fact, OfficeError
    from desktop.records.events import EventKind
    from desktop.routing.slips import HopMode, HopState, SlipView
    from desktop.routing.trays import Days, Tray, Urgency
    from signing.errors import SigningError

PinProvider = Callable[[Token, Certificate | None], str]
"""Asks the person for the PIN, blocking only the calling lane. Raises ``SigningCancelled``. Same shape as signing's."""

Progress = Callable[[int, int, str], None]
"""``progress(done, total, name)``: name is what is being worked on (a CITE, a file). Raises ``Cancelled`` once cancel was pressed."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A signed document of this desk that is owed a timestamp or validation data. ``since``: when it was last appended to.

    ``code`` and ``facts`` say why it waits, always with words. ``retry_at`` None: as soon as there is a line. ``aside``: it needs
    a person and is not tried again by itself.
    """

    document: str
    cite: str
    level: Level
    since: datetime
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    retry_at: datetime | None = None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """Whose desk this is, and the two things the rail's foot tells. Times are aware; shown in ``zone``.

    ``offline_since`` is None while connected. ``waiting`` counts outbox rows; ``to_raise`` are the documents whose timestamp or
    validation data is still owed, the oldest first. ``token`` is the one seen last without a PIN, with its certificates, or
    None. ``first_run`` is True while the desk has no official yet (nothing to show but the welcome).
    """

    entity: str
    entity_name: str
    unit: str
    official: str
    official_name: str
    post: str
    connected: bool
    offline_since: datetime | None = None
    waiting: int = 0
    to_raise: tuple[WaitingRow, ...] = ()
    token: Token | None = None
    practice: bool = False
    first_run: bool = False
    zone: str = "America/La_Paz"
    now: datetime | None = None  # the office's clock; None: the PC's


@dataclass(frozen=True, slots=True)
class TrayRow:
    """One line of a tray: a hop, or a document without one. Texts are already the words of the office's data.

    ``kind`` is the document type as people say it ("Nota interna"); ``person`` and ``unit`` tell from whom (in Enviados: to
    whom). ``days`` is None where days do not count (drafts, archive). ``waits_for`` names whose signature is next; ``mine`` is
    True when that is the official of this desk.
    """

    document: str
    slip: str | None
    hop: str | None
    number: str
    cite: str
    kind: str
    subject: str
    person: str
    unit: str
    sheets: int
    days: Days | None = None
    since: datetime | None = None
    urgent: bool = False
    copy: bool = False
    state: DocumentState = DocumentState.SIGNED
    hop_state: HopState | None = None
    waits_for: str = ""
    mine: bool = True


@dataclass(frozen=True, slots=True)
class HopLine:
    """One hop with names instead of ids. ``action`` is a code of ``routing.slips.ACTIONS`` or the directory's own words."""

    hop: str
    from_person: str
    from_unit: str
    to_person: str
    to_unit: str
    mode: HopMode
    state: HopState
    action: str
    remark: str
    urgent: bool
    deadline: date | None
    sheets: int
    sent_at: datetime
    received_at: datetime | None = None
    received_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SlipProof:
    """What the signed events alone say of a slip: how many hops, how many events are missing, and how many were altered."""

    hops: int
    missing: int = 0
    altered: int = 0

    @property
    def whole(self) -> bool:
        """Nothing missing and nothing altered."""
        return not self.missing and not self.altered


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """An attachment and where its bytes lie, None while they have not arrived."""

    attachment: Attachment
    path: Path | None


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """Everything the reader shows of one document.

    ``pdf`` is None while the bytes have not arrived (or a draft was never set). ``verdict`` is the last one computed, None when
    it was never verified. ``made_here`` is True for bytes that this desk itself set and that carry no foreign append: these,
    and those with a VALID verdict, are rendered in the window; all others in the killable child (:meth:`render_page`).
    ``acts`` are the acts this official may do now, as event kinds (``DISPATCHED`` → Derivar, ``SIGNED`` → Firmar, …).
    ``place_date`` is the line of the page: "Oruro, 5 de marzo de 2026". ``owed``: this desk still raises its level.
    """

    view: DocumentView
    kind: str
    author: str
    place_date: str
    acts: tuple[EventKind, ...]
    slip: SlipView | None = None
    hop: str | None = None
    hops: tuple[HopLine, ...] = ()
    proof: SlipProof | None = None
    pdf: Path | None = None
    made_here: bool = False
    verdict: FileVerdict | None = None
    attachments: tuple[AttachedFile, ...] = ()
    waits_for: str = ""
    owed: WaitingRow | None = None


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of "Antes del PIN" that concerns a document: a code with words, its facts, and how grave it is.

    ``BAD`` blocks signing; ``CARE`` is told and allowed.
    """

    code: str
    urgency: Urgency
    document: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignResult:
    """What became of one document of a batch: a receipt, or the error that this one met. A wrong PIN is raised instead."""

    document: str
    cite: str
    receipt: SignReceipt | None = None
    error: OfficeError | SigningError | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a document can go to. ``official`` is empty for the unit as a whole."""

    unit: str
    unit_name: str
    official: str
    name: str
    post: str


@dataclass(frozen=True, slots=True)
class DispatchOrder:
    """What the Derivar panel gathered. ``copies`` are (unit id, official id); ``action`` one of :meth:`OfficeDesk.actions`."""

    document: str
    to_unit: str
    to_official: str
    action: str
    remark: str = ""
    deadline: date | None = None
    urgent: bool = False
    copies: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A type that can be drafted: the template's id and the name people say."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """A small new document: plain paragraphs (the rich editor is issue 3's). Officials are ids."""

    kind: str
    to: str
    via: tuple[str, ...]
    subject: str
    paragraphs: tuple[str, ...]
    answers: tuple[str, str] | None = None  # (slip, hop) that this document answers


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What one exchange with the line brought. ``problems`` are (code, facts) with words."""

    sent: int
    received: int
    waiting: int
    problems: tuple[tuple[str, Mapping[str, Fact]], ...] = ()


@dataclass(frozen=True, slots=True)
class RaisingResult:
    """A round of the queue. ``raised``: (CITE, level). ``waits``: code of why it ended before all was done, "" when it did not.

    ``problems`` are (code, facts) of documents that need a person; all codes have words. ``left``: still owed.
    """

    raised: tuple[tuple[str, Level], ...] = ()
    left: int = 0
    waits: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    problems: tuple[tuple[str, Mapping[str, Fact]], ...] = ()


@dataclass(frozen=True, slots=True)
class TokensSeen:
    """What is plugged in now, read without a PIN: ``tokens`` of this official first. ``problems``: code and facts, each with words.

    ``searching``: some driver has not answered yet.
    """

    tokens: tuple[Token, ...] = ()
    problems: tuple[tuple[str, Mapping[str, Fact]], ...] = ()
    searching: bool = False


class OfficeDesk(Protocol):
    """The verbs of the office, as one official at one desk has them."""

    # -- read (LOCAL lane) --
    def status(self) -> DeskStatus:
        """Whose desk, line and token; cheap, no network, no PKCS#11 call."""
        ...

    def tray_counts(self) -> Mapping[Tray, int]:
        """How many rows each tray has for this official and unit."""
        ...

    def tray_rows(self, tray: Tray, words: str = "") -> Sequence[TrayRow]:
        """The rows of a tray, most pressing first; with ``words`` only those the search finds."""
        ...

    def card(self, document: str, hop: str | None = None) -> DocumentCard:
        """All that the reader shows; ``hop`` says from which row it was opened."""
        ...

    def recipients(self) -> Sequence[Recipient]:
        """Units and officials a document can be derived to, own unit included."""
        ...

    def actions(self) -> Sequence[str]:
        """The catalogue of actions: codes of ``routing.slips.ACTIONS``, or the entity's own words."""
        ...

    def kinds(self) -> Sequence[DocumentKind]:
        """The types that can be drafted here; empty switches "Nuevo documento" off."""
        ...

    # -- acts of one transaction (LOCAL lane) --
    def draft(self, order: DraftOrder) -> str:
        """Keep a draft; its document id."""
        ...

    def freeze(self, document: str) -> None:
        """Number the draft, set it to PDF/A and put it on its way (Por firmar)."""
        ...

    def approve(self, document: str) -> None:
        """Give the V°B° of a vía."""
        ...

    def observe(self, document: str, remark: str) -> None:
        """Send it back to its author with a remark."""
        ...

    def dispatch(self, order: DispatchOrder) -> None:
        """Derive: the OFICIAL and its copies."""
        ...

    def receive(self, slip: str, hop: str) -> None:
        """Recibir."""
        ...

    def reject(self, slip: str, hop: str, reason: str) -> None:
        """Rechazar, with the reason."""
        ...

    def cancel(self, slip: str, hop: str, reason: str) -> None:
        """Cancel a derivation that was not yet received."""
        ...

    def conclude(self, document: str) -> None:
        """Archivar."""
        ...

    def reopen(self, document: str) -> None:
        """Take a concluded document back to Pendientes."""
        ...

    def deposit(self, document: str) -> None:
        """Hand a concluded dossier to the archive."""
        ...

    # -- token (TOKEN lane) --
    def tokens(self) -> Sequence[Token]:
        """The tokens present, read without a PIN; looks anew."""
        ...

    def watch_tokens(self, tell: Callable[[TokensSeen], None] | None) -> None:
        """Tell what is plugged in, now and whenever that changes, from another thread; the one told last takes the place of earlier ones.

        None: nobody listens any more (cheap, and may be called from the screen's thread).
        """
        ...

    def remember_module(self, path: Path) -> str:
        """Keep a driver that the person pointed to, once it was tried; its name. TOKEN lane. Raises ``TokenError`` with nothing kept."""
        ...

    def check_before_signing(self, documents: Sequence[str]) -> Sequence[CheckLine]:
        """What can be checked of the documents before a PIN is asked (PDF/A, turn, later changes, …). LOCAL lane."""
        ...

    def sign(
        self, documents: Sequence[str], token: Token, certificate: Certificate, pin: PinProvider, progress: Progress
    ) -> Sequence[SignResult]:
        """Sign with one PIN, asked last. ``PinError`` stops the whole batch and is never retried."""
        ...

    # -- slow and outside (POOL) --
    def verify(self, path: Path, password: str = "") -> FileVerdict:
        """The verdict on any PDF. Nothing leaves the machine; foreign parsing happens in a killable child.

        ``password``: of a locked file.
        """
        ...

    def find_files(self, paths: Sequence[Path], most: int) -> Sequence[Path]:
        """The files named and the PDFs in the folders named, at most ``most``, in the order of their names."""
        ...

    def save_report(self, path: Path, verdicts: Sequence[FileVerdict]) -> None:
        """Write a report of verdicts; its form by the end of the name (.pdf, .html, .csv, .json, .xml). Raises ``report.…``."""
        ...

    def verify_document(self, document: str) -> FileVerdict:
        """The verdict on a document of the desk; also kept for its card."""
        ...

    def render_page(self, path: Path, page: int, width: int, password: str = "") -> bytes:
        """One page (from 0) of a PDF that did not pass, as PNG of ``width`` pixels, rendered in the killable child."""
        ...

    def synchronise(self, progress: Progress) -> SyncOutcome:
        """Push what waits, pull what came."""
        ...

    def raise_now(self, progress: Progress) -> RaisingResult:
        """Try everything that is owed a timestamp now, also what waits or was set aside; can be stopped between documents."""
        ...
