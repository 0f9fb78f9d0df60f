"""Firmar: a pile of documents with one PIN, asked last. Each file is signed, checked, then becomes one act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.drafting.jobs import verification_text
from desktop.records.documents import DocumentView, require_turn
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Official
from signing.errors import PinError, SigningError, TokenError
from signing.report import Certificate, Level, SignReceipt, Token

from .acts import Outgoing, record
from .desk import Desk, Progress, no_progress

if TYPE_CHECKING:
    from signing.appearance import Stamp
    from signing.session import TokenSession


@dataclass(frozen=True, slots=True)
class SignResult:
    """One document of the batch: its receipt, or the error that it met."""

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
    """Sign each document whose turn it is with one login. PinError and TokenError stop the batch and are raised.

    Before any PIN: ``sign.not_your_token`` when the certificate's CI is not that of the official who acts,
    ``document.not_your_turn``, and ``tsa.none`` where a level above B-B is asked of a desk without timestamp service.
    """
    signer = desk.acting(official)
    require_own_certificate(signer, certificate)
    views = [desk.store.document(document) for document in documents]
    for view in views:
        require_turn(view, signer.id, EventKind.SIGNED)
    if level is not Level.B_B and desk.timestamps is None:
        raise SigningError("tsa.none", on_disk="nothing", level=level.value)
    results: list[SignResult] = []
    with desk.worker.open(token, certificate, _Asking(pin)) as session:
        for done, view in enumerate(views):
            progress(done, len(views))
            try:
                receipt = _sign_one(desk, view, session, signer, level=level, reason=reason)
            except (PinError, TokenError):
                raise
            except (OfficeError, SigningError) as error:
                results.append(SignResult(view.id, view.cite, error=error))
            else:
                results.append(SignResult(view.id, view.cite, receipt=receipt))
    progress(len(views), len(views))
    return results


def require_own_certificate(signer: Official, certificate: Certificate) -> None:
    """Identity is CI and complement, never the text of a name."""
    person = certificate.person
    if certificate.unusable:
        raise OfficeError("sign.certificate_unusable", reason=certificate.unusable)
    if (person.ci, person.complement) != (signer.ci, signer.complement):
        raise OfficeError("sign.not_your_token", name=signer.name, certificate=person.name)


def _sign_one(
    desk: Desk, view: DocumentView, session: TokenSession, signer: Official, *, level: Level, reason: str
) -> SignReceipt:
    from signing.pades import sign_file

    claimed = desk.now_local()
    name = field_of(view, signer.id)
    output = desk.work_folder() / f"{view.id}-{name}.pdf"
    try:
        receipt = sign_file(
            desk.store.path_of(view.digest),
            output,
            session,
            field=name,
            stamp=stamp_for(desk, view, signer, claimed, reason),
            level=level,
            trust=desk.trust,
            timestamps=desk.timestamps,
            claimed_time=claimed,
            reason=reason,
            allow_degraded=True,
        )
        keep_append(
            desk,
            view,
            output.read_bytes(),
            EventKind.SIGNED,
            signer,
            level=receipt.level,
            field=name,
            more={
                "signer": {
                    "ci": signer.ci,
                    "issuer": session.certificate.issuer,
                    "serial": str(session.certificate.serial),
                }
            },
        )
    finally:
        output.unlink(missing_ok=True)
    return receipt


def field_of(view: DocumentView, official: str) -> str:
    """The empty field made for that signer at freeze: ``firma-1`` for the first expected signer, and so on."""
    return f"firma-{view.signers.index(official) + 1}"


def stamp_for(desk: Desk, view: DocumentView, signer: Official, claimed: datetime, reason: str) -> Stamp:
    """What the visible stamp prints: nothing that is not known when it is drawn (docs/formats/document.md)."""
    from signing.appearance import Stamp

    return Stamp(
        name=signer.name,
        post=signer.post,
        entity=desk.directory.entity.name,
        claimed_time=f"Firmado el {claimed:%d/%m/%Y %H:%M} (hora del equipo)",
        ci_masked=f"···{signer.ci[-4:]}",
        delegation="",
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
) -> str:
    """Make an appended PDF the document's bytes, in one act; returns its digest.

    Raises ``document.forked`` when somebody appended to the same bytes meanwhile: one appender at a time.
    """
    digest = desk.store.put_bytes(new)
    with desk.store.act() as act:
        if act.document(view.id).digest != view.digest:
            raise OfficeError("document.forked", cite=view.cite)
        record(
            desk,
            act,
            kind,
            document=view.id,
            actor=actor,
            slip=view.slip,
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
