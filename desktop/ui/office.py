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

from desktop.records.documents import Attachment, DocumentView
from desktop.ui.archive.office import ArchiveVerbs
from desktop.ui.control.office import ControlVerbs
from desktop.ui.line.office import LineVerbs
from desktop.ui.pouch.office import PouchVerbs
from desktop.ui.rail.office import RaisingResult, WaitingRow
from desktop.ui.slip.office import HopLine, SlipProof, SlipSheet, SlipVerbs
from desktop.ui.trays.office import TrayRow
from signing.report import Certificate, FileVerdict, PageDifferences, PageWords, SignReceipt, Token

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from desktop.records.errors import Fact, OfficeError
    from desktop.records.events import EventKind
    from desktop.routing.slips import SlipView
    from desktop.routing.trays import Tray, Urgency
    from signing.errors import SigningError

PinProvider = Callable[[Token, Certificate | None], str]
"""Asks the person for the PIN, blocking only the calling lane. Raises ``SigningCancelled``. Same shape as signing's."""

Progress = Callable[[int, int, str], None]
"""``progress(done, total, name)``: name is what is being worked on (a CITE, a file). Raises ``Cancelled`` once cancel was pressed."""


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """Whose desk this is, and the two things the rail's foot tells. Times are aware; shown in ``zone``.

    ``offline_since`` is None while connected. ``waiting`` counts outbox rows; ``to_raise`` are the documents whose timestamp or
    validation data is still owed, the oldest first. ``token`` is the one seen last without a PIN, with its certificates, or
    None. ``first_run`` is True while the desk has no official yet (nothing to show but the welcome). ``oversees``: who sits here
    sees the monitor of his unit; ``custodian``: his unit keeps the archive. ``copy`` is what is
    told where this desk is a copy that may not act.
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
    oversees: bool = False
    custodian: bool = False
    copy: OfficeError | None = None
    zone: str = "America/La_Paz"
    now: datetime | None = None  # the office's clock; None: the PC's


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
    ``acts`` are the acts this official may do now, as event kinds (``DISPATCHED`` → Derivar, ``SIGNED`` → Firmar, …);
    ``targets`` says of those on the slip on which hops ("" for the slip as a whole).
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
    sheet: SlipSheet = field(default_factory=SlipSheet)
    targets: Mapping[EventKind, tuple[str, ...]] = field(default_factory=dict)

    def target(self, kind: EventKind) -> str:
        """On which hop that act is done: the one from which it was opened where it is possible there, else the first possible."""
        possible = self.targets.get(kind, ())
        if self.hop in possible or not possible:
            return self.hop or ""
        return possible[0]


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
    """What the Derivar panel gathered. ``copies`` are (unit id, official id); ``action`` one of :meth:`OfficeDesk.actions`.

    ``paper`` goes with it, ``coordinate`` says with whom, ``unscanned`` which enclosures are not scanned.
    """

    document: str
    to_unit: str
    to_official: str
    action: str
    remark: str = ""
    deadline: date | None = None
    urgent: bool = False
    copies: tuple[tuple[str, str], ...] = ()
    paper: str = ""
    coordinate: str = ""
    unscanned: str = ""


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
    paused: bool = False


@dataclass(frozen=True, slots=True)
class TokensSeen:
    """What is plugged in now, read without a PIN: ``tokens`` of this official first. ``problems``: code and facts, each with words.

    ``searching``: some driver has not answered yet.
    """

    tokens: tuple[Token, ...] = ()
    problems: tuple[tuple[str, Mapping[str, Fact]], ...] = ()
    searching: bool = False


class OfficeDesk(Protocol):
    """The verbs of the office, as one official at one desk has them.

    ``slips``: those on a hoja de ruta; ``control``: monitor and reports; ``line``: how far things have come;
    ``pouch``: what travels on a stick; ``archive``: deposits and what is kept.
    """

    @property
    def archive(self) -> ArchiveVerbs:
        """The archive."""
        ...

    @property
    def control(self) -> ControlVerbs:
        """Monitor and reports."""
        ...

    @property
    def line(self) -> LineVerbs:
        """The line."""
        ...

    @property
    def pouch(self) -> PouchVerbs:
        """The pouch."""
        ...

    @property
    def slips(self) -> SlipVerbs:
        """The verbs on slips."""
        ...

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

    def receive(self, slip: str, hop: str, paper: str = "", where: str = "") -> None:
        """Recibir; ``paper`` says which paper came with it, ``where`` where that is now."""
        ...

    def reject(self, slip: str, hop: str, reason: str) -> None:
        """Rechazar, with the reason."""
        ...

    def cancel(self, slip: str, hop: str, reason: str) -> None:
        """Cancel a derivation that was not yet received."""
        ...

    def conclude(self, document: str, remark: str = "", folder: str = "") -> None:
        """Archivar, in a folder of the unit's."""
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

    def render_page(self, path: Path, page: int, width: int, password: str = "", end: int | None = None) -> bytes:
        """One page (from 0) as PNG of ``width`` pixels, drawn in the killable child; of the revision that ends at ``end``, or the whole."""
        ...

    def page_differences(self, path: Path, end: int, page: int, password: str = "") -> PageDifferences:
        """Where a page (from 0) looks otherwise than in the revision that ends at ``end``. Raises SigningError with a ``file.…`` code."""
        ...

    def page_words(self, path: Path, page: int, password: str = "") -> PageWords:
        """What can be read on a page (from 0) and where, told by the killable child. Raises SigningError with a ``file.…`` code."""
        ...

    def synchronise(self, progress: Progress) -> SyncOutcome:
        """Push what waits, pull what came."""
        ...

    def raise_now(self, progress: Progress) -> RaisingResult:
        """Try everything that is owed a timestamp now, also what waits or was set aside; can be stopped between documents."""
        ...
