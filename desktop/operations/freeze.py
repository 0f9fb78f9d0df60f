"""Congelar: number the document and set it, once and for good, to PDF/A with empty signature fields."""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime

from desktop.drafting.body import Body
from desktop.drafting.dates import date_in_words
from desktop.drafting.jobs import AttachedFile, PageJob, SetPage, SignerSlot, verification_code, verification_text
from desktop.drafting.setting import freeze as set_frozen
from desktop.records.documents import require, require_author
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Official
from desktop.store.drafts import Draft, DraftAttachment
from desktop.sync.compose import has_reader

from .acting import printed_for, stands_for, units_of_chain
from .acts import Outgoing, record, told_before
from .desk import Desk
from .draft import read_body, subject_of
from .generate import changed_since, enter_in_book, generate
from .index_text import words_of
from .numbers import Cite, reserve_cite
from .settling import settle
from .writing import open_writing

PDF = "application/pdf"


def freeze(desk: Desk, document: str, *, official: str = "") -> str:
    """Number and freeze a draft; returns its CITE.

    The number is reserved for the document first (a crash afterwards keeps it reserved for the same document), the page is
    set with no transaction held, then DRAFTED, NUMBERED and FROZEN become one transaction with their outbox rows. A draft that was
    numbered before has the first two; its FROZEN tells what it has become, and those who join the vía only now get both with it.
    An observed document keeps its number: its new bytes supersede the old. Nobody types meanwhile: what the journal holds is
    what is frozen, and what was struck out before is forgotten afterwards (``settling``).
    Raises ``freeze.not_author``, ``document.act_forbidden`` once it is frozen, ``draft.open_elsewhere`` while it is being written,
    ``cite.no_numbers`` where neither a block nor the line is there, ``compose.unit_without_device`` where somebody of the vía
    could not see it, and what drafting raises; the draft stays.
    """
    actor = desk.acting(official)
    kept = _own_draft(desk, document, actor)
    cite = _cite_of(desk, document)
    _require_readers(desk, kept)
    with open_writing(desk, document) as text:
        cite, pdf = _freeze(desk, text.save(), actor, cite)
        text.keep_version(cite, official=official, pdf=pdf)
    settle(desk, [document])
    return cite


def number(desk: Desk, document: str, *, official: str = "") -> str:
    """Give a draft its number before it is frozen; returns its CITE. Raises as ``freeze`` does; the draft stays."""
    actor = desk.acting(official)
    kept = _own_draft(desk, document, actor)
    return generate(desk, kept, subject=subject_of(desk, kept), author=actor)


def _own_draft(desk: Desk, document: str, actor: Official) -> Draft:
    kept = desk.store.draft(document)
    if kept is None:
        raise OfficeError("draft.unknown", document=document)
    begun = bool(desk.store.events_of_document(document))  # a substitute corrects, he does not become the author
    if kept.author not in (stands_for(desk, actor.id, EventKind.FROZEN) if begun else (actor.id,)):
        raise OfficeError("freeze.not_author", name=desk.directory.official(kept.author).name)
    return kept


def _require_readers(desk: Desk, kept: Draft) -> None:
    """Who has to approve or sign in another unit must be able to open it there."""
    for unit in units_of_chain(desk, (*kept.approvers, *kept.signers)):
        if unit != desk.unit_id and not has_reader(desk.directory, unit, desk.clock()):
            raise OfficeError("compose.unit_without_device", unit=desk.directory.unit(unit).name)


def _freeze(desk: Desk, kept: Draft, actor: Official, text: str) -> tuple[str, str]:
    """The CITE and the digest of the page."""
    author, now = desk.directory.official(kept.author), desk.clock()
    cite = None
    if not text:
        year = now.astimezone(desk.zone).year  # the same moment gives the page its date
        cite = reserve_cite(desk, desk.templates[kept.template].code, year, kept.id)
        text = cite.text
    page = set_frozen(page_job(desk, kept, author, text, now))
    _keep(desk, kept, actor, text=text, cite=cite, page=page, now=now)
    return text, page.sha256


def _cite_of(desk: Desk, document: str) -> str:
    """The CITE that a numbered or an observed document already has; empty for a draft that is no event yet."""
    if not desk.store.events_of_document(document):
        return ""
    view = desk.store.document(document)
    require(view, EventKind.FROZEN)
    return view.cite


def page_job(desk: Desk, kept: Draft, author: Official, cite: str, now: datetime) -> PageJob:
    """What the page of a kept draft shows at that moment."""
    entity = desk.directory.entity
    signers = [printed_for(desk, who, now) for who in kept.signers]
    code = code_of(desk, kept.id)
    body = read_body(kept)
    return PageJob(
        template=desk.templates[kept.template],
        fields={**_header(desk, kept, author, now), **json.loads(kept.fields)},
        body=body,
        images=_pictures(desk, body),
        cite=cite,
        place_date=date_in_words(now.astimezone(desk.zone).date(), desk.place),
        practice=entity.practice,
        qr=verification_text(entity.acronym, cite, code),
        attachments=tuple(_listed(desk, item) for item in kept.attachments),
        signers=tuple(SignerSlot(person.name, person.post, person.acting) for person in signers),
        created=now.replace(microsecond=0),
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


def _header(desk: Desk, kept: Draft, author: Official, now: datetime) -> dict[str, list[str] | str]:
    """Header fields of this type that follow from who acts; what the author typed goes before them."""
    known = {spec.name for spec in desk.templates[kept.template].fields}
    via = [printed_for(desk, who, now).party for who in (*kept.approvers, *kept.signers) if who != author.id]
    header: dict[str, list[str] | str] = {
        "entidad": desk.directory.entity.name,
        "unidad": desk.unit.name,
        "de": [f"{author.name} | {author.post}"],
        "via": list(via),
        "autoridad": [printed_for(desk, who, now).party for who in kept.signers[:1]],
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


def _keep(
    desk: Desk, kept: Draft, actor: Official, *, text: str, cite: Cite | None, page: SetPage, now: datetime
) -> None:
    """``cite`` is None where the document was numbered before; ``now`` is the moment of the page."""
    digest, written = desk.store.put_bytes(page.pdf), desk.store.put_bytes(kept.body.encode("utf-8"))
    subject = subject_of(desk, kept)
    attachments = [
        {"name": item.name, "size": item.size, "sha256": item.sha256, "type": item.media_type}
        | ({"pages": item.pages} if item.pages else {})
        for item in kept.attachments
    ]
    body: dict[str, object] = {"digest": digest, "pages": page.pages, "fields": list(page.fields), "text": written}
    body["attachments"] = attachments
    if acting := {who: other for who in kept.signers if (other := printed_for(desk, who, now).substitute)}:
        body["acting"] = acting
    changed = changed_since(desk, kept, subject) if cite is None else {}
    body |= changed
    with desk.store.act() as act:
        parents: tuple[str, ...] = act.heads_of_document(kept.id)
        if cite is not None:
            parents = enter_in_book(desk, act, kept, subject=subject, author=actor, cite=cite, parents=parents)
        before = act.document(kept.id)
        require(before, EventKind.FROZEN)
        require_author(before, kept.author)
        if before.digest:
            body["supersedes"] = before.digest
        told = [told_before(desk, act.events_of_document(kept.id))] if changed else []  # to who was not of the vía then
        record(
            desk,
            act,
            EventKind.FROZEN,
            document=kept.id,
            actor=actor,
            parents=parents,
            behalf=kept.author,
            units=units_of_chain(desk, (*kept.approvers, *kept.signers)) if changed else (),
            body=body,
            blobs=[
                Outgoing(digest, f"{text.replace('/', '-')}.pdf", PDF, "document"),
                Outgoing(written, "texto.json", "application/json", "text"),
                *(Outgoing(item.sha256, item.name, item.media_type, "attachment") for item in kept.attachments),
                *told,
            ],
        )
        act.index_text(kept.id, words_of(read_body(kept)), "body")
