"""Registrar en ventanilla: a letter that came on paper, or as files, becomes a document with an external number and its constancia.

The number belongs to the hoja de ruta ``E-…``, which is opened at once: the letter then lies in Pendientes of this unit, ready to
be derived. Nobody here signs it; what its sender signed stays byte for byte (docs/formats/document.md, "Incoming paper").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from desktop.drafting.body import Body
from desktop.drafting.dates import date_in_words
from desktop.drafting.jobs import PageJob, verification_text
from desktop.drafting.setting import freeze
from desktop.drafting.values import person_line
from desktop.records.documents import AccessClass, Attachment, require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.numbering import OUTSIDE_SLIP, slip_series
from desktop.records.origin import Origin, checked
from desktop.records.people import Official
from desktop.store.desk import Act
from signing.report import FileVerdict

from .acts import Outgoing, record
from .desk import Desk, Progress, no_progress
from .freeze import PDF, code_of
from .numbers import reserve_number, slip_number
from .on_slip import own_units
from .open_slip import NO_HEADING, SlipHeading, heading_body
from .scanning import SIDECAR, Digitised, Kept, digitise

SERIES = slip_series(OUTSIDE_SLIP)
RECEIPT_TYPE = "constancia_recepcion"
KIND = "Correspondencia externa"


@dataclass(frozen=True, slots=True)
class Paper:
    """What was brought. ``scans`` are the files of a scanner, or of a stick that the sender brought, in order.

    ``heading`` is what the hoja de ruta says beside that.
    """

    origin: Origin
    subject: str
    scans: Sequence[Path] = ()
    access: AccessClass = AccessClass.INTERNAL
    read: bool = True
    heading: SlipHeading = NO_HEADING


@dataclass(frozen=True, slots=True)
class Registered:
    """``verdicts`` are on signed PDFs among the scans, ``notices`` on text that was not read. ``receipt`` is the constancia's SHA-256."""

    document: str
    slip: str
    number: str
    receipt: str
    pages: int
    verdicts: tuple[FileVerdict, ...] = ()
    notices: tuple[OfficeError, ...] = ()


def register_incoming(desk: Desk, paper: Paper, *, official: str = "", progress: Progress = no_progress) -> Registered:
    """Register it, in one transaction with its hoja de ruta.

    Scans and constancia are made before a number is taken, so that what cannot be read costs none. Raises ``incoming.…``,
    ``scan.…``, ``drafting.…``, ``cite.no_numbers``, ``store.disk_full``; nothing is registered then.
    """
    actor = desk.acting(official)
    origin = checked(paper.origin, paper.subject, desk.now_local().date())
    subject = " ".join(paper.subject.split())
    made = None
    if paper.scans:
        made = digitise(desk, paper.scans, f"Digitalización: {subject}", read=paper.read, progress=progress)
    document, slip, now = desk.ids(), desk.ids(), desk.now_local()
    letter = _Letter(document, origin, subject, actor, now, made, paper.heading)
    _receipt(desk, letter, _number(desk, now.year, 1))
    sequence = reserve_number(desk, SERIES, now.year, document)
    number = _number(desk, now.year, sequence)
    receipt = Kept(f"constancia-{number}.pdf", _receipt(desk, letter, number), PDF)
    return _keep(desk, letter, paper.access, slip=slip, number=number, sequence=sequence, receipt=receipt)


def attach_scan(
    desk: Desk,
    document: str,
    files: Sequence[Path],
    *,
    read: bool = True,
    official: str = "",
    progress: Progress = no_progress,
) -> Digitised:
    """Lay the scan of a letter that was registered without one in the place of its constancia, once.

    Raises ``document.act_forbidden`` (not an incoming letter of this unit, or scanned already) and ``scan.…``.
    """
    actor = desk.acting(official)
    view = desk.store.document(document)
    require(view, EventKind.SCANNED)
    if view.unit not in own_units(desk) or view.scanned:
        raise OfficeError("incoming.scanned_already", number=view.cite)
    made = digitise(desk, files, f"Digitalización: {view.subject}", read=read, progress=progress)
    digest = desk.store.put_bytes(made.pdf)
    beside = [(desk.store.put_bytes(kept.data), kept) for kept in made.beside]
    with desk.store.act() as act:
        record(
            desk,
            act,
            EventKind.SCANNED,
            document=document,
            actor=actor,
            slip=view.slip,
            body={"digest": digest, "pages": made.pages, "attachments": _rows(beside)},
            blobs=_blobs(view.cite, digest, beside),
        )
        _index(act, document, made)
    return made


@dataclass(frozen=True, slots=True)
class _Letter:
    document: str
    origin: Origin
    subject: str
    actor: Official
    at: datetime
    made: Digitised | None
    heading: SlipHeading


def _keep(
    desk: Desk, letter: _Letter, access: AccessClass, *, slip: str, number: str, sequence: int, receipt: Kept
) -> Registered:
    made = letter.made
    receipt_digest = desk.store.put_bytes(receipt.data)
    digest = desk.store.put_bytes(made.pdf) if made else receipt_digest
    beside = [(desk.store.put_bytes(kept.data), kept) for kept in (receipt, *(made.beside if made else ()))]
    with desk.store.act() as act:
        record(
            desk,
            act,
            EventKind.REGISTERED,
            document=letter.document,
            actor=letter.actor,
            parents=(),
            body={
                "kind": letter.origin.paper or KIND,
                "subject": letter.subject,
                "number": number,
                "digest": digest,
                "pages": made.pages if made else 1,  # the constancia itself
                "scanned": made is not None,
                "origin": letter.origin.to_json(),
                "attachments": _rows(beside),
                "access": int(access),
                "practice": desk.directory.entity.practice,
            },
            blobs=_blobs(number, digest, beside),
        )
        record(
            desk,
            act,
            EventKind.OPENED,
            document=letter.document,
            actor=letter.actor,
            slip=slip,
            body={
                "number": number,
                "subject": letter.subject,
                "cite": letter.origin.cite,
                "series": SERIES,
                "year": letter.at.year,
                "sequence": sequence,
                **heading_body(letter.heading),
            },
        )
        _index(act, letter.document, made)
    verdicts, notices = (made.verdicts, made.text.notices) if made else ((), ())
    return Registered(letter.document, slip, number, receipt_digest, made.pages if made else 0, verdicts, notices)


def _index(act: Act, document: str, made: Digitised | None) -> None:
    if made is not None and made.text.text:
        act.index_text(document, made.text.text)


def _rows(beside: Sequence[tuple[str, Kept]]) -> list[dict[str, object]]:
    return [
        {"name": kept.name, "size": len(kept.data), "sha256": digest, "type": kept.media_type}
        for digest, kept in beside
    ]


def _blobs(number: str, digest: str, beside: Sequence[tuple[str, Kept]]) -> list[Outgoing]:
    others = (Outgoing(each, kept.name, kept.media_type, "attachment") for each, kept in beside if each != digest)
    return [Outgoing(digest, f"{number}.pdf", PDF, "document"), *others]


def _number(desk: Desk, year: int, sequence: int) -> str:
    return slip_number(desk, OUTSIDE_SLIP, year, sequence)


def _receipt(desk: Desk, letter: _Letter, number: str) -> bytes:
    """The constancia as PDF/A with its QR; the files that came are listed in it with their digests."""
    template = desk.templates[RECEIPT_TYPE]
    entity = desk.directory.entity
    known = {spec.name for spec in template.fields}
    fields = {name: value for name, value in _fields(desk, letter).items() if name in known and value}
    page = freeze(
        PageJob(
            template=template,
            fields=fields,
            body=Body(),
            cite=number,
            place_date=date_in_words(letter.at.date(), desk.place),
            practice=entity.practice,
            qr=verification_text(entity.acronym, number, code_of(desk, letter.document)),
            attachments=_listed(letter.made),
            signers=(),
            created=letter.at.replace(microsecond=0),
            document_id=letter.document,
            resources=desk.resources,
            sheet=template.sheet,
            letterhead=desk.letterhead,
        )
    )
    return page.pdf


def _fields(desk: Desk, letter: _Letter) -> dict[str, str | list[str]]:
    origin, at = letter.origin, letter.at
    sender = [origin.name, origin.post] if origin.name else [origin.entity]
    identity = [f"CI {origin.ci}" if origin.ci else "", f"NIT {origin.nit}" if origin.nit else ""]
    return {
        "entidad": desk.directory.entity.name,
        "unidad": desk.unit.name,
        "recibido": f"{date_in_words(at.date(), '')}, {at:%H:%M:%S}",
        "recibido_por": [person_line(letter.actor.name, letter.actor.post)],
        "remitente": [person_line(*sender)],
        "procedencia": origin.entity,
        "identidad": ", ".join(part for part in identity if part),
        "contacto": ", ".join(part for part in (origin.phone, origin.mail) if part),
        "cite_original": origin.cite,
        "fecha_cite": origin.dated.isoformat() if origin.dated else "",
        "tipo": origin.paper,
        "referencia": letter.subject,
        "hojas": str(origin.sheets) if origin.sheets else "",
        "adjunto": origin.enclosures,
    }


def _listed(made: Digitised | None) -> tuple[Attachment, ...]:
    if made is None:
        return ()
    name = "documento-recibido.pdf" if made.signed else "digitalización.pdf"
    files = (Kept(name, made.pdf, PDF), *(kept for kept in made.beside if kept.name != SIDECAR))
    return tuple(
        Attachment(kept.name, len(kept.data), sha256(kept.data).hexdigest(), kept.media_type) for kept in files
    )
