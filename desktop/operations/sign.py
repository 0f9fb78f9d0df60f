"""Firmar: a pile of documents with one PIN, asked last. Each file is signed, checked, then becomes one act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.drafting.jobs import verification_text
from desktop.records.documents import DocumentView, require_turn
from desktop.records.errors import Cancelled, OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Official
from signing.errors import SigningError
from signing.options import SignOptions
from signing.report import Certificate, Level, SignReceipt, Token

from .acting import standing_of, turn_used
from .acts import Outgoing, record
from .desk import Desk, Progress, no_progress
from .settling import settle

if TYPE_CHECKING:
    from signing.appearance import Stamp
    from signing.batch import ItemResult
    from signing.preflight import SignItem
    from signing.session import TokenSession


@dataclass(frozen=True, slots=True)
class SignResult:
    """One document of the batch: its receipt, or the error that it met; neither where the person stopped the batch before."""

    document: str
    cite: str
    receipt: SignReceipt | None = None
    error: OfficeError | SigningError | None = None


AskPin = Callable[[Token, Certificate | None], str]
"""Asks for the PIN: called once, last, blocking only the caller. Raises ``SigningCancelled``."""


@dataclass(frozen=True, slots=True)
class _Asking:
    """An ``AskPin`` in the shape that signing takes."""

    ask: AskPin

    def __call__(self, token: Token, certificate: Certificate | None) -> str:
        return self.ask(token, certificate)


def sign(
    desk: Desk,
    documents: Sequence[str],
    token: Token,
    certificate: Certificate,
    pin: AskPin,
    *,
    official: str = "",
    level: Level = Level.B_B,
    reason: str = "",
    progress: Progress = no_progress,
) -> list[SignResult]:
    """Sign each document whose turn it is with one login. PinError and TokenError stop the batch and are raised; what was signed before
    stays recorded. ``progress`` may raise ``Cancelled``: nothing new is begun, and the rows tell what was done.

    Each is signed in the signer's own turn, else in that of somebody whom he substitutes today: the stamp and the act say so.
    Before any PIN: ``sign.not_your_token`` when the certificate's CI is not that of the official who acts,
    ``document.not_your_turn``, ``document.printed_for_another``,
    and ``tsa.none`` where a level above B-B is asked of a desk without timestamp service.
    """
    signer = desk.acting(official)
    require_own_certificate(signer, certificate)
    views = [desk.store.document(document) for document in documents]
    for view in views:
        turn = turn_used(desk, view, signer.id, EventKind.SIGNED)
        require_turn(view, turn, EventKind.SIGNED, actor=signer.id)
    if level is not Level.B_B and desk.timestamps is None:
        raise SigningError("tsa.none", on_disk="nothing", level=level.value)
    pile = _Pile(desk, signer, views, SignOptions(level=level, reason=reason), progress)
    with desk.worker.open(token, certificate, _Asking(pin), padding=pile.options.padding) as session:
        return pile.sign(session)


def require_own_certificate(signer: Official, certificate: Certificate) -> None:
    """Identity is CI and complement, never the text of a name."""
    person = certificate.person
    if certificate.unusable:
        raise OfficeError("sign.certificate_unusable", reason=certificate.unusable)
    if (person.ci, person.complement) != (signer.ci, signer.complement):
        raise OfficeError("sign.not_your_token", name=signer.name, certificate=person.name)


@dataclass(slots=True)
class _Pile:
    """The documents of one act of signing. Each becomes an act of its own as soon as its bytes are whole."""

    desk: Desk
    signer: Official
    views: Sequence[DocumentView]
    options: SignOptions
    progress: Progress
    cancelled: bool = False
    rows: dict[str, SignResult] = field(default_factory=dict)  # by document

    def sign(self, session: TokenSession) -> list[SignResult]:
        """One row per document, in order; a row without receipt and error was not begun. Raises the token's error when it goes."""
        from signing.batch import sign_batch

        self.desk.tidy()
        folder = self.desk.work_folder()
        items = [self._item(view, folder) for view in self.views]
        views = {item.output: view for item, view in zip(items, self.views, strict=True)}
        self._tell(0)
        try:
            report = sign_batch(
                items,
                session,
                options=self.options,
                trust=self.desk.trust,
                timestamps=self.desk.timestamps,
                clock=self.desk.now_local,
                cancelled=lambda: self.cancelled,
                on_result=lambda result: self._keep(views[result.item.output], result, session.certificate),
            )
        finally:
            for output in views:
                output.unlink(missing_ok=True)
        if report.stopped is not None:
            raise report.stopped
        return [self.rows.get(view.id, SignResult(view.id, view.cite)) for view in self.views]

    def _item(self, view: DocumentView, folder: Path) -> SignItem:
        from signing.preflight import SignItem

        turn = self._turn(view)

        def stamp(claimed: datetime) -> Stamp:
            return stamp_for(self.desk, view, self.signer, claimed, self.options.reason, turn=turn)

        name = field_of(view, turn)
        wishes = wishes_for(self.desk, view, self.options)
        output = folder / f"{view.id}-{name}.pdf"
        return SignItem(self.desk.store.path_of(view.digest), output, name, stamp, options=wishes)

    def _turn(self, view: DocumentView) -> str:
        return turn_used(self.desk, view, self.signer.id, EventKind.SIGNED)

    def _keep(self, view: DocumentView, result: ItemResult, certificate: Certificate) -> None:
        row = SignResult(view.id, view.cite, result.receipt, result.error)
        if result.receipt is not None:
            try:
                self._record(view, result.receipt, certificate)
            except OfficeError as error:  # somebody else appended meanwhile: what was made here is thrown away
                row = SignResult(view.id, view.cite, error=error)
        self.rows[view.id] = row
        self._tell(len(self.rows))

    def _record(self, view: DocumentView, receipt: SignReceipt, certificate: Certificate) -> None:
        turn = self._turn(view)
        keep_append(
            self.desk,
            view,
            Path(receipt.output).read_bytes(),
            EventKind.SIGNED,
            self.signer,
            level=receipt.level,
            field=receipt.field,
            more={
                "signer": {"ci": self.signer.ci, "issuer": certificate.issuer, "serial": str(certificate.serial)},
            },
            permit=lambda now: require_turn(now, turn, EventKind.SIGNED, actor=self.signer.id),
            behalf=turn,
        )
        settle(self.desk, [view.id])

    def _tell(self, done: int) -> None:
        try:
            self.progress(done, len(self.views))
        except Cancelled:
            self.cancelled = True


def field_of(view: DocumentView, official: str) -> str:
    """The empty field made for that signer at freeze: ``firma-1`` for the first expected signer, and so on."""
    return f"firma-{view.signers.index(official) + 1}"


def wishes_for(desk: Desk, view: DocumentView, pile: SignOptions) -> SignOptions:
    """The pile's wishes with what the document's type says of its signatures (docs/formats/template.md).

    A reason in the signer's own words takes the place of the commitment type: EN 319 142-1 §6.3 allows one of them.
    """
    template = desk.templates.get(view.kind)
    if template is None:
        return pile
    rules = template.signing
    return replace(pile, policy=rules.policy, commitment=None if pile.reason else rules.commitment)


def stamp_for(
    desk: Desk, view: DocumentView, signer: Official, claimed: datetime, reason: str, *, turn: str = ""
) -> Stamp:
    """What the visible stamp prints: nothing that is not known when it is drawn (docs/formats/document.md).

    ``turn`` is in whose place he signs, where not in his own: then post and suplencia are those of the directory.
    """
    from signing.appearance import Stamp

    post, delegation = signer.post, ""
    if turn and turn != signer.id:
        standing = standing_of(desk, signer.id, turn, EventKind.SIGNED)
        post, delegation = standing.post, standing.printed(desk.directory.official(turn).name)
    return Stamp(
        name=signer.name,
        post=post,
        entity=desk.directory.entity.name,
        claimed_time=f"{claimed:%d/%m/%Y %H:%M}",
        ci_masked=f"···{signer.ci[-4:]}",
        delegation=delegation,
        reason=reason,
        qr=verification_of(desk, view),
        font_folder=desk.resources / "fonts",
    )


def verification_of(desk: Desk, view: DocumentView) -> str:
    """What the page's QR says, for the stamp's; empty at a desk that does not know the document's code."""
    code = desk.store.setting(f"code:{view.id}")
    return verification_text(desk.directory.entity.acronym, view.cite, code) if code else ""


def keep_append(
    desk: Desk,
    view: DocumentView,
    new: bytes,
    kind: EventKind,
    actor: Official,
    *,
    level: Level,
    field: str = "",
    more: dict[str, object] | None = None,
    permit: Callable[[DocumentView], None] | None = None,
    behalf: str = "",
) -> str:
    """Make an appended PDF the document's bytes, in one act; returns its digest. ``behalf``: see ``record``.

    ``permit`` looks at the document once more inside the act: whose turn it is may have changed while the bytes were made.
    Raises ``document.forked`` when somebody appended to the same bytes meanwhile: one appender at a time; and what ``permit`` raises.
    """
    digest = desk.store.put_bytes(new)
    with desk.store.act() as act:
        now = act.document(view.id)
        if now.digest != view.digest:
            raise OfficeError("document.forked", cite=view.cite)
        if permit is not None:
            permit(now)
        record(
            desk,
            act,
            kind,
            document=view.id,
            actor=actor,
            slip=view.slip,
            behalf=behalf,
            body={"old": view.digest, "new": digest, "level": level.value, "field": field, **(more or {})},
            blobs=[Outgoing(digest, f"{view.cite.replace('/', '-')}.pdf", "application/pdf", "document")],
        )
    return digest


def export(desk: Desk, document: str, folder: Path) -> Path:
    """A copy of the document's current bytes beside nothing else: ``<CITE>.pdf`` in that folder, written atomically."""
    from .files import write_whole

    view = desk.store.document(document)
    target = folder / f"{view.cite.replace('/', '-')}.pdf"
    write_whole(target, desk.store.get_bytes(view.digest))
    return target
