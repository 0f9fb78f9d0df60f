"""Depositar: hand a concluded dossier to the custodian through the exchange, as one act with its outbox rows."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date

from desktop.archive.deposits import Deposit, DepositDocument, DepositFile, FileRole, Packed, describe_file, pack
from desktop.archive.deposits import Keys as SealedKeys
from desktop.records.documents import DocumentState, DocumentView, require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, in_causal_order
from desktop.records.people import Official
from desktop.sync.blobs import seal
from desktop.sync.compose import LARGE_BLOB_PRIORITY
from desktop.sync.receipts import sign_receipt

from .acts import record
from .desk import Desk
from .trays import name_of

PDF = "application/pdf"


def deposit(desk: Desk, document: str, *, official: str = "") -> str:
    """Deposit a concluded document, with all of its slip's; returns the deposit's id.

    The custodian's devices alone can open it. Raises ``document.act_forbidden``, ``deposit.no_custodian``,
    ``deposit.not_holder``, ``deposit.not_concluded``.
    """
    actor = desk.acting(official)
    views = dossier_of(desk, document)
    packed = _pack(desk, views, actor)
    with desk.store.act() as act:
        for view in views:
            record(
                desk,
                act,
                EventKind.DEPOSITED,
                document=view.id,
                actor=actor,
                body={"deposit": packed.deposit.id, "dossier": packed.deposit.dossier},
                units=act.slip_units(view.slip) if view.slip else (),
            )
        for place, (key, data) in enumerate(packed.objects):
            # Rows of one act go in this order, the manifest last: it is what makes the deposit exist.
            act.enqueue(key, act.put_bytes(data), priority=LARGE_BLOB_PRIORITY + place)
    return packed.deposit.id


def dossier_of(desk: Desk, document: str) -> list[DocumentView]:
    """The principal document first, then the others of its slip; all must be concluded and the OFICIAL here."""
    view = desk.store.document(document)
    require(view, EventKind.DEPOSITED)
    if view.slip is None:
        return [view]
    slip = desk.store.slip(view.slip)
    if slip.holder != desk.unit_id:
        raise OfficeError("deposit.not_holder", slip=slip.number)
    views = [desk.store.document(each) for each in (slip.document, *(d for d in slip.documents if d != slip.document))]
    for each in views:
        if each.state is not DocumentState.CONCLUDED:
            raise OfficeError("deposit.not_concluded", cite=each.cite)
    return views


def _pack(desk: Desk, views: list[DocumentView], actor: Official) -> Packed:
    recipients = custodian_recipients(desk)
    files: list[DepositFile] = []
    contents: dict[str, bytes] = {}

    def put(path: str, data: bytes, media_type: str, role: FileRole, document: str = "") -> None:
        files.append(describe_file(path, data, media_type, role, document))
        contents[path] = data

    for view in views:
        folder = view.cite.replace("/", "-")
        put(f"{folder}/{folder}.pdf", desk.store.get_bytes(view.digest), PDF, FileRole.DOCUMENT, view.id)
        for item in view.attachments:
            data = desk.store.get_bytes(item.sha256)
            put(f"{folder}/adjuntos/{item.name}", data, item.media_type, FileRole.ATTACHMENT, view.id)
    put("actos.jws", _events(desk, views), "application/jose", FileRole.EVENTS)
    put("veredictos.json", _verdicts(desk, views), "application/json", FileRole.OTHER)
    principal = views[0]
    manifest = Deposit(
        id=desk.ids(),
        dossier=desk.ids(),
        entity=desk.directory.entity.id,
        entity_name=desk.directory.entity.name,
        unit=desk.unit_id,
        unit_name=desk.unit.name,
        title=principal.subject,
        principal=principal.id,
        slip=desk.store.slip(principal.slip).number if principal.slip else "",
        access=max(view.access for view in views),
        folios=sum(view.pages for view in views),
        made_at=desk.now_local(),
        made_by=actor.name,
        documents=tuple(_described(desk, view) for view in views),
        files=tuple(files),
        practice=desk.directory.entity.practice,
    )

    def seal_for_custodian(data: bytes) -> tuple[bytes, SealedKeys]:
        sealed = seal(data, recipients)
        return sealed.cipher, sealed.keys

    return pack(manifest, contents, seal=seal_for_custodian, sign=lambda payload: sign_receipt(payload, desk.key))


def custodian_recipients(desk: Desk) -> list[tuple[str, str]]:
    """(device, age recipient) of every valid device of the custodian's units; raises ``deposit.no_custodian``."""
    now = desk.clock()
    found = {
        device.id: device.age_recipient
        for unit in desk.directory.custodians()
        for device in desk.directory.devices_of(unit.id)
        if device.valid_until > now
    }
    if not found:
        raise OfficeError("deposit.no_custodian", entity=desk.directory.entity.name)
    return sorted(found.items())


def _events(desk: Desk, views: list[DocumentView]) -> bytes:
    found = {item.digest: item for view in views for item in desk.store.events_of_document(view.id)}
    if views[0].slip:
        found |= {item.digest: item for item in desk.store.events_of_slip(views[0].slip)}
    return "".join(f"{item.jws}\n" for item in in_causal_order(found.values())).encode("ascii")


def _verdicts(desk: Desk, views: list[DocumentView]) -> bytes:
    """What this desk's own verifier says of each document at the moment of the deposit."""
    rows = []
    for view in views:
        verdict = desk.verifier.verify(desk.store.path_of(view.digest), trust=desk.trust)
        rows.append({"cite": view.cite, **asdict(verdict), "file": f"{view.cite.replace('/', '-')}.pdf"})
    text = json.dumps(rows, ensure_ascii=False, indent=1, default=lambda value: value.isoformat())
    return text.encode("utf-8")


def _described(desk: Desk, view: DocumentView) -> DepositDocument:
    template = desk.templates.get(view.kind)
    return DepositDocument(
        id=view.id,
        kind=template.name if template else view.kind,
        cite=view.cite,
        subject=view.subject,
        day=_day(desk, view),
        author=view.origin.sender if view.origin else name_of(desk, view.author),
        signers=tuple(name_of(desk, who) for who in view.signed_by),
        folios=view.pages,
        access=view.access,
        sha256=view.digest,
    )


def _day(desk: Desk, view: DocumentView) -> date:
    moment = view.created_at or desk.clock()
    return moment.astimezone(desk.zone).date()
