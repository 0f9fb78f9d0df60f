"""Depositar: hand concluded documents to the custodian as one dossier through the exchange, as one act with its outbox rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from desktop.archive.deposits import Packed, describe_file, pack
from desktop.archive.manifest import Deposit, DepositDocument, DepositFile, Description, FileRole
from desktop.archive.manifest import Keys as SealedKeys
from desktop.records.documents import DocumentState, DocumentView, require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, Json, in_causal_order
from desktop.records.people import Official
from desktop.sync.blobs import seal
from desktop.sync.compose import LARGE_BLOB_PRIORITY
from desktop.sync.receipts import sign_receipt

from .acts import record
from .deposit_description import described, series_of
from .deposits_made import DepositMade, deposit_of, was_refused
from .desk import Desk
from .on_slip import own_units, require_bytes
from .trays import name_of

PDF = "application/pdf"
_TAKEN_BEFORE = "deposit.dossier_exists"


@dataclass(frozen=True, slots=True)
class Said:
    """What whoever deposits says of the dossier; what is empty is read from its documents. ``series``: code or id of a row."""

    title: str = ""
    series: str = ""
    description: Description = field(default_factory=Description)


def deposit(desk: Desk, *documents: str, said: Said = Said(), official: str = "") -> str:
    """Deposit concluded documents, each with all of its slip's, as one dossier; returns the deposit's id. The first is the principal.

    What the archive refused is deposited anew as it was, under a new id, in this one act: naming one of its documents is enough.
    The custodian's devices alone can open it. Raises ``document.act_forbidden``, ``deposit.no_custodian``, ``series.unknown``,
    ``deposit.not_holder``, ``deposit.not_concluded``, ``document.bytes_missing``.
    """
    actor = desk.acting(official)
    refused = _refused_of(desk, documents)
    views = dossier_of(desk, *dict.fromkeys((*(one for made in refused for one in made.documents), *documents)))
    require_bytes(desk, (view.id for view in views))
    before = refused[0] if refused else None
    if before is not None:
        said = replace(said, title=said.title or before.title, series=said.series or before.series)
    packed = _pack(desk, views, actor, said, before)
    with desk.store.act() as act:
        for view in views:
            record(
                desk,
                act,
                EventKind.DEPOSITED,
                document=view.id,
                actor=actor,
                body=_body(packed, views, before if view.state is DocumentState.DEPOSITED else None),
                units=act.slip_units(view.slip) if view.slip else (),
            )
        for place, (key, data) in enumerate(packed.objects):
            # Rows of one act go in this order, the manifest last: it is what makes the deposit exist.
            act.enqueue(key, act.put_bytes(data), priority=LARGE_BLOB_PRIORITY + place)
    return packed.deposit.id


def _body(packed: Packed, views: Sequence[DocumentView], before: DepositMade | None) -> dict[str, Json]:
    """``manifest`` is what the archive's receipt must be for, ``documents`` all of the dossier's."""
    body: dict[str, Json] = {
        "deposit": packed.deposit.id,
        "dossier": packed.deposit.dossier,
        "manifest": hashlib.sha256(packed.objects[-1][1]).hexdigest(),
        "title": packed.deposit.title,
        "documents": [view.id for view in views],
    }
    if packed.deposit.description.series:
        body["series"] = packed.deposit.description.series
    return {**body, "instead_of": before.deposit} if before else body


def _refused_of(desk: Desk, documents: Sequence[str]) -> list[DepositMade]:
    """The refused deposits of those that were deposited. Raises ``document.act_forbidden`` for what was not refused."""
    found: dict[str, DepositMade] = {}
    for document in documents:
        view = desk.store.document(document)
        require(view, EventKind.DEPOSITED)
        if view.state is DocumentState.DEPOSITED:
            made = deposit_of(desk, document)
            if made is None or not made.refused:
                raise OfficeError(
                    "document.act_forbidden", act=EventKind.DEPOSITED.value, state=view.state.value, cite=view.cite
                )
            found[made.deposit] = made
    return list(found.values())


def dossier_of(desk: Desk, *documents: str) -> list[DocumentView]:
    """The principal document first, then the others of its slip, then the next with its own; all concluded and their OFICIAL here."""
    views: dict[str, DocumentView] = {}
    for document in documents:
        for view in _with_slip(desk, document):
            views.setdefault(view.id, view)
    return list(views.values())


def _with_slip(desk: Desk, document: str) -> list[DocumentView]:
    view = desk.store.document(document)
    require(view, EventKind.DEPOSITED)
    if view.slip is None:
        return [view]
    slip = desk.store.slip(view.slip)
    if slip.holder not in own_units(desk):
        raise OfficeError("deposit.not_holder", slip=slip.number)
    views = [desk.store.document(each) for each in (slip.document, *(d for d in slip.documents if d != slip.document))]
    for each in views:
        if each.state is not DocumentState.CONCLUDED and not was_refused(desk, each):
            raise OfficeError("deposit.not_concluded", cite=each.cite)
    return views


def _pack(desk: Desk, views: list[DocumentView], actor: Official, said: Said, before: DepositMade | None) -> Packed:
    recipients = custodian_recipients(desk)
    row = series_of(desk, views, said.series)
    files, contents = _files(desk, views)
    principal = views[0]
    slips = dict.fromkeys(desk.store.slip(view.slip).number for view in views if view.slip)
    manifest = Deposit(
        id=desk.ids(),
        dossier=before.dossier if before and before.code != _TAKEN_BEFORE else desk.ids(),
        entity=desk.directory.entity.id,
        entity_name=desk.directory.entity.name,
        unit=desk.unit_id,
        unit_name=desk.unit.name,
        title=said.title.strip() or principal.subject,
        principal=principal.id,
        slip=", ".join(slips),
        access=max(*(view.access for view in views), row.access if row else principal.access),
        folios=sum(view.pages for view in views),
        made_at=desk.now_local(),
        made_by=actor.name,
        documents=tuple(_described(desk, view) for view in views),
        files=tuple(files),
        practice=desk.directory.entity.practice,
        description=described(desk, views, row, said.description),
    )

    def seal_for_custodian(data: bytes) -> tuple[bytes, SealedKeys]:
        sealed = seal(data, recipients)
        return sealed.cipher, sealed.keys

    return pack(manifest, contents, seal=seal_for_custodian, sign=lambda payload: sign_receipt(payload, desk.key))


def _files(desk: Desk, views: list[DocumentView]) -> tuple[list[DepositFile], dict[str, bytes]]:
    """What goes in: each document in a folder of its own, its attachments below, then the acts and this desk's own verdicts."""
    files: list[DepositFile] = []
    contents: dict[str, bytes] = {}

    def put(path: str, data: bytes, media_type: str, role: FileRole, document: str = "") -> None:
        files.append(describe_file(path, data, media_type, role, document))
        contents[path] = data

    folders = _folders(views)
    for view in views:
        folder = folders[view.id]
        put(f"{folder}/{folder}.pdf", desk.store.get_bytes(view.digest), PDF, FileRole.DOCUMENT, view.id)
        for item in view.attachments:
            data = desk.store.get_bytes(item.sha256)
            put(f"{folder}/adjuntos/{item.name}", data, item.media_type, FileRole.ATTACHMENT, view.id)
    put("actos.jws", _events(desk, views), "application/jose", FileRole.EVENTS)
    put("veredictos.json", _verdicts(desk, views, folders), "application/json", FileRole.OTHER)
    return files, contents


def _folders(views: Sequence[DocumentView]) -> dict[str, str]:
    """Document → the name of its folder: its CITE; a number is put after one that another document bears already."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for view in views:
        name = start = view.cite.replace("/", "-") or view.id
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{start}-{number}"
        taken.add(name.casefold())
        found[view.id] = name
    return found


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
    for slip in dict.fromkeys(view.slip for view in views if view.slip):
        found |= {item.digest: item for item in desk.store.events_of_slip(slip)}
    return "".join(f"{item.jws}\n" for item in in_causal_order(found.values())).encode("ascii")


def _verdicts(desk: Desk, views: list[DocumentView], folders: Mapping[str, str]) -> bytes:
    """What this desk's own verifier says of each document at the moment of the deposit."""
    rows = []
    for view in views:
        verdict = desk.verifier.verify(desk.store.path_of(view.digest), trust=desk.trust)
        rows.append({"cite": view.cite, **asdict(verdict), "file": f"{folders[view.id]}.pdf"})
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
