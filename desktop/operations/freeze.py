"""Congelar: number the document and set it, once and for good, to PDF/A with empty signature fields."""

from __future__ import annotations

import json
import re
import secrets

from desktop.drafting.body import Body
from desktop.drafting.dates import date_in_words
from desktop.drafting.jobs import AttachedFile, PageJob, SetPage, SignerSlot, verification_code, verification_text
from desktop.drafting.setting import freeze as set_frozen
from desktop.records.cite import CitePattern
from desktop.records.documents import require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Official
from desktop.store.drafts import Draft, DraftAttachment

from .acts import Outgoing, record
from .desk import Desk
from .draft import read_body, subject_of
from .numbers import cite_series, reserve_number

PDF = "application/pdf"


def freeze(desk: Desk, document: str, *, official: str = "") -> str:
    """Number and freeze a draft; returns its CITE.

    The number is reserved for the document first (a crash afterwards keeps it reserved for the same document), the page is
    set with no transaction held, then DRAFTED, NUMBERED and FROZEN become one transaction with their outbox rows.
    Raises ``freeze.not_author``, ``document.act_forbidden`` once it is frozen, ``cite.no_numbers`` where neither a block nor
    the line is there, and what drafting raises; the draft stays.
    """
    author = desk.acting(official)
    kept = desk.store.draft(document)
    if kept is None:
        raise OfficeError("draft.unknown", document=document)
    if kept.author != author.id:
        raise OfficeError("freeze.not_author", name=desk.directory.official(kept.author).name)
    cite, number = _cite_of(desk, document), 0
    template = desk.templates[kept.template]
    year = desk.now_local().year
    if not cite:
        number = reserve_number(desk, cite_series(desk, template.code), year, document)
        cite = CitePattern(desk.cite_pattern).render(
            entity=desk.directory.entity.acronym, unit=desk.unit.prefix, kind=template.code, number=number, year=year
        )
    page = set_frozen(_job(desk, kept, author, cite))
    _keep(desk, kept, author, cite=cite, number=number, year=year, page=page)
    return cite


def _cite_of(desk: Desk, document: str) -> str:
    """The CITE that an observed document already has; empty for a draft that is no event yet."""
    if not desk.store.events_of_document(document):
        return ""
    view = desk.store.document(document)
    require(view, EventKind.FROZEN)
    return view.cite


def _job(desk: Desk, kept: Draft, author: Official, cite: str) -> PageJob:
    now = desk.now_local()
    entity = desk.directory.entity
    signers = [desk.directory.official(who) for who in kept.signers]
    code = code_of(desk, kept.id)
    body = read_body(kept)
    return PageJob(
        template=desk.templates[kept.template],
        fields={**_header(desk, kept, author), **json.loads(kept.fields)},
        body=body,
        images=_pictures(desk, body),
        cite=cite,
        place_date=date_in_words(now.date(), desk.place),
        practice=entity.practice,
        qr=verification_text(entity.acronym, cite, code),
        attachments=tuple(_listed(desk, item) for item in kept.attachments),
        signers=tuple(SignerSlot(person.name, person.post) for person in signers),
        created=desk.clock().replace(microsecond=0),
        document_id=kept.id,
        resources=desk.resources,
        sheet=desk.templates[kept.template].sheet,
        letterhead=desk.letterhead,
    )


def _listed(desk: Desk, item: DraftAttachment) -> AttachedFile:
    """Its row on the last page; with its bytes where its type puts them inside the PDF."""
    data = desk.store.get_bytes(item.sha256) if item.embed else None
    return AttachedFile(item.name, item.size, item.sha256, item.media_type, item.embed, data)


def _pictures(desk: Desk, body: Body) -> dict[str, bytes]:
    """The bytes of the body's pictures; the page names those that this desk does not have (``drafting.missing_image``)."""
    digests = {each.sha256 for each in body.images if re.fullmatch("[0-9a-f]{64}", each.sha256)}
    return {digest: desk.store.get_bytes(digest) for digest in digests if desk.store.has_bytes(digest)}


def _header(desk: Desk, kept: Draft, author: Official) -> dict[str, list[str] | str]:
    """Header fields of this type that follow from who acts; what the author typed goes before them."""
    known = {spec.name for spec in desk.templates[kept.template].fields}
    via = [desk.directory.official(who) for who in (*kept.approvers, *kept.signers) if who != author.id]
    header: dict[str, list[str] | str] = {
        "entidad": desk.directory.entity.name,
        "unidad": desk.unit.name,
        "de": [f"{author.name} | {author.post}"],
        "via": [f"{person.name} | {person.post}" for person in via],
        "autoridad": [
            f"{desk.directory.official(who).name} | {desk.directory.official(who).post}" for who in kept.signers[:1]
        ],
    }
    return {name: value for name, value in header.items() if name in known}


def code_of(desk: Desk, document: str) -> str:
    """80 random bits (docs/formats/document.md), the same for whatever is printed of one document."""
    name = f"code:{document}"
    code = desk.store.setting(name)
    if code is None:
        code = verification_code(secrets.token_bytes(10))
        desk.store.set_setting(name, code)
    return code


def _keep(desk: Desk, kept: Draft, author: Official, *, cite: str, number: int, year: int, page: SetPage) -> None:
    digest = desk.store.put_bytes(page.pdf)
    subject = subject_of(desk, kept)
    attachments = [
        {"name": item.name, "size": item.size, "sha256": item.sha256, "type": item.media_type}
        | ({"pages": item.pages} if item.pages else {})
        for item in kept.attachments
    ]
    first = not desk.store.events_of_document(kept.id)
    with desk.store.act() as act:
        parents: tuple[str, ...] = act.heads_of_document(kept.id)
        if first:
            drafted = record(
                desk,
                act,
                EventKind.DRAFTED,
                document=kept.id,
                actor=author,
                parents=parents,
                body={
                    "kind": kept.template,
                    "subject": subject,
                    "signers": list(kept.signers),
                    "approvers": list(kept.approvers),
                    "access": kept.access,
                    "practice": desk.directory.entity.practice,
                },
            )
            numbered = record(
                desk,
                act,
                EventKind.NUMBERED,
                document=kept.id,
                actor=author,
                parents=(drafted.digest,),
                body={
                    "cite": cite,
                    "series": cite_series(desk, desk.templates[kept.template].code),
                    "year": year,
                    "number": number,
                },
            )
            parents = (numbered.digest,)
        record(
            desk,
            act,
            EventKind.FROZEN,
            document=kept.id,
            actor=author,
            parents=parents,
            body={"digest": digest, "pages": page.pages, "fields": list(page.fields), "attachments": attachments},
            blobs=[
                Outgoing(digest, f"{cite.replace('/', '-')}.pdf", PDF, "document"),
                *(Outgoing(item.sha256, item.name, item.media_type, "attachment") for item in kept.attachments),
            ],
        )
