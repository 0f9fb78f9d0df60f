"""A template's own sample as a job: to show what a template looks like, to check it, and to test."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from desktop.records.documents import Attachment
from desktop.records.errors import OfficeError

from .body import Article, Block, Body, Heading, Paragraph, plain
from .jobs import PageJob, SetPage, Sheet, SignerSlot
from .limited import LimitedSetter
from .setting import freeze
from .templates import Template

SAMPLE_TIME = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)


def sample_job(template: Template, resources: Path) -> PageJob:
    """The job that ``sample.json`` describes. Raises ``template.bad_sample`` when it describes none."""
    sample = template.sample
    try:
        return PageJob(
            template=template,
            fields=sample["fields"],
            body=Body.from_json(sample["body"]),
            cite=sample["cite"],
            place_date=sample["place_date"],
            signers=tuple(SignerSlot(one["name"], one["post"], one.get("acting", "")) for one in sample["signers"]),
            created=SAMPLE_TIME,
            document_id="sample",
            resources=resources,
            qr=sample.get("qr", ""),
            sheet=Sheet(sample.get("sheet", template.sheet)),
            attachments=tuple(
                Attachment(one["name"], one["size"], one["sha256"], one["media_type"])
                for one in sample.get("attachments", ())
            ),
        )
    except (KeyError, TypeError, ValueError, OfficeError) as error:
        raise OfficeError("template.bad_sample", file="sample.json", line=0, reason=repr(error)) from error


def check_template(template: Template, resources: Path, *, setter: LimitedSetter | None = None) -> SetPage:
    """Freeze the sample: a template that passes can freeze. Raises what ``freeze`` raises."""
    return freeze(sample_job(template, resources), setter=setter)


def starting_body(template: Template) -> Body:
    """What a new document of this type starts with: the headings and phrases of its outline."""
    blocks: list[Block] = []
    for part in template.outline:
        if part.heading:
            blocks.append(Heading(part.heading, part.level))
        if part.text:
            blocks.append(Paragraph(plain(part.text)))
        if part.article:
            blocks.append(Article(plain(part.article), label=part.label))
    return Body(tuple(blocks))
