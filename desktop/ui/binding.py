"""The office that the window asks, bound to the real operations of one desk. No Qt here.

Names instead of ids, and the office's rows as the window's; every verb is the operation of the same name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from desktop.operations import (
    answer,
    approve,
    check,
    conclude,
    copies,
    delivery,
    deposit,
    dispatch,
    draft,
    freeze,
    raising,
    receive,
    show,
    sign,
    synchronise,
)
from desktop.operations import tokens as token_operations
from desktop.operations import trays as tray_operations
from desktop.operations import verify as verify_operations
from desktop.operations.desk import Desk
from desktop.records.documents import DocumentState, DocumentView
from desktop.records.errors import Fact, OfficeError
from desktop.records.events import EventKind
from desktop.resources import find_resources
from desktop.routing.slips import ACTIONS, SlipView
from desktop.routing.trays import Tray, Urgency
from signing.errors import SigningError
from signing.report import Certificate, FileVerdict, Level, Outcome, PageDifferences, PageWords, Token

from .archive.binding import BoundArchive
from .control.binding import BoundControl
from .dispatch.binding import recipients
from .line.binding import MOST, BoundLine
from .office import (
    AttachedFile,
    CheckLine,
    DeskStatus,
    DispatchOrder,
    DocumentCard,
    DocumentKind,
    DraftOrder,
    PinProvider,
    Progress,
    Recipient,
    SignResult,
    SyncOutcome,
    TokensSeen,
)
from .pouch.binding import BoundPouch
from .rail.office import RaisingResult
from .slip.binding import BoundSlips, hop_line, keep_answer, sheet, targets
from .slip.office import SlipProof, SlipSheet
from .trays.binding import kind_name, tray_row
from .trays.office import TrayRow
from .waiting import waiting_row, waiting_rows

_BYTES = frozenset({EventKind.FROZEN, EventKind.SIGNED, EventKind.RAISED})
_ANSWERS = "answers:"  # name of the setting that keeps (slip, hop) until the answer is signed


class BoundDesk:
    """One official at one desk, as the window sees him. Threads: see ``OfficeDesk``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._token: Token | None = None
        self._tell: Callable[[TokensSeen], None] | None = None
        self._seen = TokensSeen(searching=True)
        self._hearing = Lock()
        self._verdicts: dict[str, FileVerdict] = {}
        self._exchanging = Lock()
        self.slips = BoundSlips(desk)
        self.control = BoundControl(desk)
        self.line = BoundLine(desk)
        self.pouch = BoundPouch(desk, self._exchanging)
        self.archive = BoundArchive(desk, self._exchanging)

    # -- read

    def status(self) -> DeskStatus:
        """Whose desk, line and token."""
        desk = self._desk
        official = desk.directory.official(desk.official)
        waiting = desk.store.outbox_counts().waiting
        return DeskStatus(
            entity=desk.directory.entity.acronym,
            entity_name=desk.directory.entity.name,
            unit=desk.unit.name,
            official=official.id,
            official_name=official.name,
            post=official.post,
            connected=desk.offline_since is None,
            offline_since=desk.offline_since,
            waiting=waiting,
            to_raise=waiting_rows(desk),
            token=self._token,
            practice=desk.directory.entity.practice,
            oversees=self.control.oversees(),
            custodian=self.archive.custodian(),
            copy=copies.notice(desk),
            zone=desk.directory.entity.zone,
            now=desk.now_local(),
        )

    def tray_counts(self) -> Mapping[Tray, int]:
        """Rows per tray."""
        return tray_operations.counts(self._desk)

    def tray_rows(self, tray: Tray, words: str = "") -> Sequence[TrayRow]:
        """Rows with names."""
        found = [tray_row(self._desk, row) for row in tray_operations.rows(self._desk, tray, words)]
        if tray is not Tray.SENT:
            return found
        states = delivery.states(self._desk, [row.document for row in found[:MOST]])
        return [replace(row, delivery=states.get(row.document)) for row in found]

    def card(self, document: str, hop: str | None = None) -> DocumentCard:
        """All that the reader shows."""
        desk, found = self._desk, None
        if not desk.store.events_of_document(document):
            return self._draft_card(document)
        found = show.card(desk, document)
        view, slip = found.view, found.slip
        opened = hop or (slip.hops[-1].id if slip and slip.hops else None)
        proof = None
        if found.proof is not None:
            proof = SlipProof(len(found.proof.hops), len(found.proof.missing), len(found.proof.altered))
        return DocumentCard(
            view=view,
            kind=kind_name(desk, view.kind),
            author=tray_operations.name_of(desk, view.author),
            place_date=show.place_and_date(desk, view),
            acts=found.acts,
            slip=slip,
            hop=opened,
            hops=tuple(hop_line(desk, slip, each) for each in slip.hops) if slip else (),
            proof=proof,
            pdf=found.pdf,
            made_here=self._made_here(document),
            verdict=self._verdicts.get(view.digest),
            attachments=tuple(
                AttachedFile(item, path) for item, (_, path) in zip(view.attachments, found.attachments, strict=True)
            ),
            waits_for=tray_operations.name_of(desk, view.next_official or ""),
            owed=waiting_row(desk, document),
            sheet=sheet(desk, slip, opened) if slip else SlipSheet(),
            targets=targets(desk, slip, found.acts) if slip else {},
        )

    def recipients(self) -> Sequence[Recipient]:
        """Units that live and who serves in them today."""
        return recipients(self._desk)

    def actions(self) -> Sequence[str]:
        """The catalogue: the entity's own words, else ours."""
        return self._desk.directory.actions or ACTIONS

    def kinds(self) -> Sequence[DocumentKind]:
        """The types that are drafted and signed: a printed hoja de ruta is not among them."""
        return [
            DocumentKind(template.id, template.name) for template in self._desk.templates.values() if template.signed
        ]

    # -- acts

    def draft(self, order: DraftOrder) -> str:
        """Keep a draft of plain paragraphs: the vía gives its V°B°, then the author signs. An answer is tied to its hop then."""
        if order.answers is not None:
            document = keep_answer(self._desk, order)
            self._desk.store.set_setting(_ANSWERS + document, json.dumps(order.answers))
            return document
        letter = draft.Letter(order.kind, order.to, order.via, order.subject, order.paragraphs)
        return draft.draft_letter(self._desk, letter)

    def freeze(self, document: str) -> None:
        """Number and freeze."""
        freeze.freeze(self._desk, document)

    def approve(self, document: str) -> None:
        """V°B°."""
        approve.approve(self._desk, document)

    def observe(self, document: str, remark: str) -> None:
        """Back to its author."""
        approve.observe(self._desk, document, remark)

    def dispatch(self, order: DispatchOrder) -> None:
        """Derive."""
        dispatch.dispatch(
            self._desk,
            order.document,
            dispatch.Order(
                to_unit=order.to_unit, to_official=order.to_official, action=order.action, remark=order.remark,
                deadline=order.deadline, urgent=order.urgent, copies=order.copies,
                paper=order.paper, coordinate=order.coordinate, unscanned=order.unscanned,
            ),
        )  # fmt: skip

    def receive(self, slip: str, hop: str, paper: str = "", where: str = "") -> None:
        """Recibir, and say where its paper is: two events of the slip."""
        receive.receive(self._desk, slip, hop, paper=paper)
        if where:
            self.slips.move_paper(slip, hop, where, "")

    def reject(self, slip: str, hop: str, reason: str) -> None:
        """Rechazar."""
        receive.reject(self._desk, slip, hop, reason)

    def cancel(self, slip: str, hop: str, reason: str) -> None:
        """Cancelar."""
        receive.cancel(self._desk, slip, hop, reason)

    def conclude(self, document: str, remark: str = "", folder: str = "") -> None:
        """Archivar."""
        conclude.conclude(self._desk, document, remark, folder=folder)

    def reopen(self, document: str) -> None:
        """Back to Pendientes."""
        conclude.reopen(self._desk, document)

    def deposit(self, document: str) -> None:
        """To the archive."""
        deposit.deposit(self._desk, document)

    # -- token

    def tokens(self) -> Sequence[Token]:
        """Present tokens; the official's own one is what the rail's foot tells."""
        found = token_operations.present(self._desk)
        mine = self._own(found)
        self._token = mine[0] if mine else None
        return mine or found

    def watch_tokens(self, tell: Callable[[TokensSeen], None] | None) -> None:
        """The watch lasts as long as the desk; who listens may change."""
        with self._hearing:
            self._tell = tell
            if tell is not None and self._desk.token_watch is not None:
                tell(self._seen)
        if tell is not None and self._desk.token_watch is None:
            token_operations.watch(self._desk, self._hear)

    def remember_module(self, path: Path) -> str:
        """Try it, keep it, look with it."""
        name = token_operations.remember_module(self._desk.home, path)
        if self._desk.token_watch is not None:
            self._desk.token_watch.look()
        return name

    def _hear(self, found: tuple[Token, ...], problems: tuple[SigningError, ...], searching: bool) -> None:
        mine = self._own(found)
        with self._hearing:
            self._token = mine[0] if mine else None
            told = tuple((error.code, error.facts) for error in problems)
            self._seen = TokensSeen(tuple(mine) or found, told, searching)
            if self._tell is not None:
                self._tell(self._seen)
        if mine and not searching:
            token_operations.get_ready(self._desk, mine[0])

    def _own(self, found: Sequence[Token]) -> list[Token]:
        person = next((one for one in self._desk.directory.officials if one.id == self._desk.official), None)
        if person is None:  # nobody sits here yet
            return []
        return [
            token for token in found
            if any((c.person.ci, c.person.complement) == (person.ci, person.complement) for c in token.certificates)
        ]  # fmt: skip

    def check_before_signing(self, documents: Sequence[str]) -> Sequence[CheckLine]:
        """What can be known of the documents before a PIN is asked."""
        return [
            CheckLine(found.code, _urgency(found), document, found.facts)
            for document in documents
            for found in check.check_before_signing(self._desk, document)
        ]

    def sign(
        self, documents: Sequence[str], token: Token, certificate: Certificate, pin: PinProvider, progress: Progress
    ) -> Sequence[SignResult]:
        """One PIN, asked last. With a line, at the highest level at once; without one B-B, raised by the next synchronise."""
        cites = [self._desk.store.document(document).cite for document in documents]

        def tell(done: int, total: int) -> None:
            progress(done, total, cites[min(done, len(cites) - 1)])

        line = self._desk.timestamps is not None and self._desk.offline_since is None
        level = Level.B_LTA if line else Level.B_B
        with token_operations.left_alone(self._desk, token):
            results = sign.sign(self._desk, documents, token, certificate, pin, level=level, progress=tell)
        return [
            SignResult(row.document, row.cite, row.receipt, row.error or self._tie(row.document)) for row in results
        ]

    # -- slow and outside

    def verify(self, path: Path, password: str = "") -> FileVerdict:
        """Any PDF."""
        return verify_operations.verify_path(self._desk, path, password=password)

    def find_files(self, paths: Sequence[Path], most: int) -> Sequence[Path]:
        """What cannot be looked into is a file whose verdict says so."""
        return verify_operations.files_under(paths, most)

    def save_report(self, path: Path, verdicts: Sequence[FileVerdict]) -> None:
        """In the entity's zone."""
        from desktop.verdicts.phrases import Phrases  # with them comes the page engine
        from desktop.verdicts.writing import Setting, check_targets, write_reports

        check_targets([path], [Path(verdict.file) for verdict in verdicts])
        phrases = Phrases(zone=self._desk.directory.entity.zone)
        made = Setting(self._desk.now_local(), version("qillqa"), find_resources(), phrases)
        write_reports([path], verdicts, made)

    def verify_document(self, document: str) -> FileVerdict:
        """The desk's own bytes; remembered by digest for the card."""
        verdict = verify_operations.verify_document(self._desk, document)
        if verdict.outcome is not Outcome.UNREADABLE:
            self._verdicts[verdict.sha256] = verdict
        return verdict

    def render_page(self, path: Path, page: int, width: int, password: str = "", end: int | None = None) -> bytes:
        """A page (from 0) as PNG, drawn in the killable child (which counts from 1)."""
        return self._desk.verifier.render(path, page + 1, width=width, password=password, end=end)

    def page_differences(self, path: Path, end: int, page: int, password: str = "") -> PageDifferences:
        """Where a page (from 0) differs, found in the killable child."""
        return self._desk.verifier.differences(path, end, page + 1, password=password)

    def page_words(self, path: Path, page: int, password: str = "") -> PageWords:
        """The text of a page (from 0), read in the killable child (which counts from 1)."""
        return self._desk.verifier.words(path, page + 1, password=password)

    def synchronise(self, progress: Progress) -> SyncOutcome:
        """Raise what is owed a timestamp, then one exchange with the line; another one asked for meanwhile waits its turn."""
        self.line.resume()  # a pause asked for while this one waits its turn holds for it, too
        with self._exchanging:
            owed = self._raise_owed(progress)
            outcome = synchronise.synchronise(
                self._desk, lambda done, total: progress(done, total, ""), pause=self.line
            )
        told = (*owed, *outcome.problems)
        return SyncOutcome(outcome.sent, outcome.received, outcome.waiting, told, outcome.paused)

    def raise_now(self, progress: Progress) -> RaisingResult:
        """A round over everything; one at a time with the exchange."""
        with self._exchanging:
            done = raising.raise_owed(self._desk, everything=True, progress=progress)
        return RaisingResult(done.raised, done.left, done.waits, done.facts, done.problems)

    # -- what follows an act

    def _tie(self, document: str) -> OfficeError | None:
        """Put a signed answer on the slip it answers; what forbids that is told, the signature stands."""
        kept = self._desk.store.setting(_ANSWERS + document)
        if not kept or self._desk.store.document(document).state is not DocumentState.SIGNED:
            return None
        slip, hop = json.loads(kept)
        try:
            answer.answer(self._desk, slip, hop, document)
        except OfficeError as error:
            return error
        self._desk.store.set_setting(_ANSWERS + document, "")
        return None

    def _raise_owed(self, progress: Progress) -> tuple[tuple[str, Mapping[str, Fact]], ...]:
        """One round; what needs a person is told. That a service does not answer is told by the rail, not as a problem."""
        return raising.raise_owed(self._desk, progress=progress).problems

    # -- rows

    def _made_here(self, document: str) -> bool:
        """Whether every byte of it was made at this desk: bytes of another desk, of the same unit too, are strangers' first."""
        events = self._desk.store.events_of_document(document)
        makers = {item.event.device for item in events if item.event.kind in _BYTES}
        return makers == {self._desk.key.id}

    def _draft_card(self, document: str) -> DocumentCard:
        kept = self._desk.store.draft(document)
        if kept is None:
            raise OfficeError("draft.unknown", document=document)
        view = DocumentView(
            id=kept.id, kind=kept.template, subject=draft.subject_of(self._desk, kept), author=kept.author,
            unit=self._desk.unit_id, signers=kept.signers, approvers=kept.approvers, changed_at=kept.updated_at,
        )  # fmt: skip
        acts = (EventKind.FROZEN,) if kept.author == self._desk.official else ()
        slip: SlipView | None = None
        return DocumentCard(
            view, kind_name(self._desk, kept.template), tray_operations.name_of(self._desk, kept.author), "", acts, slip
        )


def _urgency(found: check.Finding) -> Urgency:
    if found.blocks:
        return Urgency.BAD
    return Urgency.GOOD if found.good else Urgency.CARE
