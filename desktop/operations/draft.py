"""Borrador: keep what somebody is writing. A draft is local and is no event yet; every save is durable when this returns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desktop.drafting.body import Body
from desktop.records.documents import AccessClass
from desktop.records.errors import OfficeError
from desktop.store.drafts import Draft

from .attach import attach_all
from .desk import Desk
from .generate import generate_if_due


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What the author gives. ``fields`` go to the template; ``signers`` and ``approvers`` are official ids in order."""

    template: str
    fields: Mapping[str, object]
    body: Body
    signers: Sequence[str]
    approvers: Sequence[str] = ()
    attachments: Sequence[Path] = field(default=())
    access: AccessClass = AccessClass.INTERNAL


def draft(desk: Desk, new: NewDocument, *, official: str = "") -> str:
    """Keep a new draft; returns its document id. Raises ``draft.unknown_template``, ``template.…``, ``draft.no_signer``."""
    author = desk.acting(official)
    template = desk.templates[new.template]
    if not new.signers:
        raise OfficeError("draft.no_signer")
    for who in (*new.signers, *new.approvers):
        desk.directory.official(who)
    document = desk.ids()
    attachments = attach_all(desk, new.attachments, template.attaching)
    kept = Draft(
        id=document,
        template=new.template,
        author=author.id,
        fields=json.dumps(dict(new.fields), ensure_ascii=False),
        body=json.dumps(new.body.to_json(), ensure_ascii=False),
        attachments=attachments,
        signers=tuple(new.signers),
        approvers=tuple(new.approvers),
        access=int(new.access),
        updated_at=desk.clock(),
    )
    desk.store.save_draft(kept)
    generate_if_due(desk, kept, subject=subject_of(desk, kept), author=author)
    return document


@dataclass(frozen=True, slots=True)
class Letter:
    """A small new document: plain paragraphs. ``to`` and ``via`` are official ids."""

    template: str
    to: str
    via: Sequence[str]
    subject: str
    paragraphs: Sequence[str]


def draft_letter(desk: Desk, letter: Letter, *, official: str = "") -> str:
    """Keep a draft that its author signs after the V°B° of the vía; returns its document id."""
    template = desk.templates[letter.template]
    addressee = desk.directory.official(letter.to)
    to = {"para": [f"{addressee.name} | {addressee.post}"]}
    known = {spec.name for spec in template.fields}
    return draft(
        desk,
        NewDocument(
            template=letter.template,
            fields={template.subject: letter.subject, **{name: who for name, who in to.items() if name in known}},
            body=Body.from_text("\n\n".join(letter.paragraphs)),
            signers=[desk.acting(official).id],
            approvers=list(letter.via),
        ),
        official=official,
    )


def read_body(kept: Draft) -> Body:
    """The structured body of a kept draft."""
    return Body.from_json(json.loads(kept.body))


def subject_of(desk: Desk, kept: Draft) -> str:
    """The reference or subject: the field that the template names as such."""
    template = desk.templates.get(kept.template)
    return str(json.loads(kept.fields).get(template.subject if template else "referencia", ""))
