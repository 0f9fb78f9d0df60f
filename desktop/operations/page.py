"""A draft's page without a desk: for trying templates and for the command ``draft``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from desktop.drafting.body import Body
from desktop.drafting.dates import date_in_words
from desktop.drafting.jobs import PageJob, SignerSlot
from desktop.drafting.setting import preview
from desktop.drafting.templates import load_templates
from desktop.records.errors import OfficeError

from .files import write_whole


def set_draft_page(
    template: str,
    fields: Mapping[str, Any],
    body: Body,
    output: Path,
    *,
    resources: Path,
    now: datetime | None = None,
    place: str = "Oruro",
) -> int:
    """Set it leniently, with the watermark, and write it whole; returns the pages. Raises ``draft.unknown_template``."""
    templates = load_templates([resources / "templates"])
    if template not in templates:
        raise OfficeError("draft.unknown_template", template=template)
    moment = (now or datetime.now(ZoneInfo("America/La_Paz"))).replace(microsecond=0)
    page = preview(
        PageJob(
            template=templates[template],
            fields=dict(fields),
            body=body,
            cite=None,
            place_date=date_in_words(moment.date(), place),
            signers=(SignerSlot("", ""),),
            created=moment.astimezone(UTC),
            document_id="",
            resources=resources,
        )
    )
    write_whole(output, page.pdf)
    return page.pages
