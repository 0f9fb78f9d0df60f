"""A draft's page without a desk: for trying templates and for the command ``draft``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from desktop.drafting.body import Body, Image
from desktop.drafting.dates import date_in_words
from desktop.drafting.jobs import PageJob, SetPage, SignerSlot
from desktop.drafting.letterhead import load_letterhead
from desktop.drafting.photographs import Photograph
from desktop.drafting.samples import sample_job
from desktop.drafting.setting import freeze, preview
from desktop.drafting.sheets import Sheet
from desktop.drafting.templates import Template, load_templates
from desktop.records.errors import OfficeError

from .files import write_whole


@dataclass(frozen=True, slots=True)
class PageOrder:
    """What is to be set. ``own``: a folder of the entity's templates and letterhead. ``sample``: start from the type's sample.

    ``signers`` are ``Nombre | Cargo | suplencia``. ``strict``: as it will be frozen, but without value (practice).
    ``pictures`` are those that the body names by the digest of the files that were given.
    """

    template: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    body: Body | None = None
    signers: Sequence[str] = ()
    sheet: Sheet | None = None
    cite: str = ""
    place: str = "Oruro"
    own: Path | None = None
    sample: bool = False
    strict: bool = False
    pictures: Mapping[str, Photograph] = field(default_factory=dict)


def types_of(resources: Path, own: Path | None = None) -> dict[str, Template]:
    """The shipped types, and those of the entity's folder over them. Raises ``template.…`` for a broken one."""
    return load_templates([resources / "templates", *([own] if own else [])])


def set_page(order: PageOrder, output: Path, *, resources: Path, now: datetime | None = None) -> SetPage:
    """Set it and write it whole: leniently, with the watermark, unless strict. Raises ``draft.unknown_template``, ``drafting.…``."""
    moment = (now or datetime.now(ZoneInfo("America/La_Paz"))).replace(microsecond=0)
    job = _job(order, moment, resources)
    page = freeze(job) if order.strict else preview(job)
    write_whole(output, page.pdf)
    return page


def _job(order: PageOrder, moment: datetime, resources: Path) -> PageJob:
    templates = types_of(resources, order.own)
    if order.template not in templates:
        raise OfficeError("draft.unknown_template", template=order.template)
    template = templates[order.template]
    base = sample_job(template, resources) if order.sample else _empty(template, moment, order.place, resources)
    return replace(
        base,
        fields={**base.fields, **order.fields},
        body=_with_pictures(base.body if order.body is None else order.body, order.pictures),
        signers=tuple(slot_of(text) for text in order.signers) or base.signers,
        sheet=order.sheet or base.sheet,
        cite=order.cite or base.cite,
        images={digest: picture.data for digest, picture in order.pictures.items()},
        practice=order.strict,
        letterhead=load_letterhead(order.own) if order.own else base.letterhead,
    )


def _empty(template: Template, moment: datetime, place: str, resources: Path) -> PageJob:
    return PageJob(
        template=template,
        fields={},
        body=Body(),
        cite=None,
        place_date=date_in_words(moment.date(), place),
        signers=(SignerSlot("", ""),) if template.signed else (),
        created=moment.astimezone(UTC),
        document_id="",
        resources=resources,
        sheet=template.sheet,
    )


def _with_pictures(body: Body, pictures: Mapping[str, Photograph]) -> Body:
    """The body with its pictures' kinds as they are after fitting."""
    return Body(
        tuple(
            replace(block, media_type=pictures[block.sha256].media_type)
            if isinstance(block, Image) and block.sha256 in pictures
            else block
            for block in body.blocks
        )
    )


def slot_of(text: str) -> SignerSlot:
    """``Nombre | Cargo | suplencia`` as an expected signature."""
    parts = [part.strip() for part in text.split("|", 2)]
    return SignerSlot(*parts, *[""] * (3 - len(parts)))


def set_draft_page(template: str, fields: Mapping[str, Any], body: Body, output: Path, *, resources: Path) -> int:
    """A draft of plain fields and text; returns its pages."""
    return set_page(PageOrder(template, fields, body), output, resources=resources).pages
