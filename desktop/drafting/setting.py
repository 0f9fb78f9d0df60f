"""Setting pages: ``preview`` while people write, ``freeze`` once, for good."""

from __future__ import annotations

import io

import pikepdf

from desktop.records.errors import OfficeError

from .attachments import name_embedded_files
from .captions import join_captions
from .engine import ARCHIVAL, ARCHIVAL_WITH_FILES, typeset, unknown_font
from .fields import make_fields
from .jobs import PageJob, SetPage, signature_names
from .limited import LimitedSetter
from .pagedata import page_data


def preview(job: PageJob, *, setter: LimitedSetter | None = None) -> SetPage:
    """The page as it would be, with the watermark BORRADOR. What is missing is listed in ``warnings``, not raised."""
    page = page_data(job, strict=False)
    result = typeset(
        job.template,
        page.data,
        page.files,
        resources=job.resources,
        created=job.created,
        standards=(),
        setter=setter,
    )
    warnings = (*(str(problem) for problem in page.problems), *result.warnings)
    return SetPage(result.pdf, count_pages(result.pdf), (), warnings, page.problems)


def freeze(job: PageJob, *, setter: LimitedSetter | None = None) -> SetPage:
    """The final page: PDF/A-2a + PDF/UA-1 (A-3a when files are embedded) with its empty signature fields.

    Raises ``drafting.…``: a required field or alternative text is missing, a character cannot be drawn, the template
    fails. Equal jobs give equal bytes.
    """
    page = page_data(job, strict=True)
    embeds = any(item["file"] for item in page.data["attachments"])
    result = typeset(
        job.template,
        page.data,
        page.files,
        resources=job.resources,
        created=job.created,
        standards=ARCHIVAL_WITH_FILES if embeds else ARCHIVAL,
        setter=setter,
    )
    if (font := unknown_font(result.warnings)) is not None:
        raise OfficeError("drafting.unknown_font", font=font, template=job.template.id)
    if result.warnings:
        raise OfficeError("drafting.page_warning", reason=result.warnings[0], template=job.template.id)
    names = {row["key"]: row["name"] for row in page.data["attachments"]}
    with pikepdf.open(io.BytesIO(result.pdf)) as document:
        join_captions(document)
        make_fields(document, _spoken(job))
        name_embedded_files(document, names)
        return SetPage(_saved(document), len(document.pages), signature_names(job))


def _saved(document: pikepdf.Pdf) -> bytes:
    """Plain, with an ``/ID`` made of the content: equal documents give equal bytes. XMP stays as typst wrote it."""
    out = io.BytesIO()
    document.save(
        out,
        min_version="1.7",
        deterministic_id=True,
        linearize=False,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    return out.getvalue()


def _spoken(job: PageJob) -> dict[str, str]:
    """What a screen reader says at each place."""
    names = signature_names(job)
    if not names:
        return {}
    told = [f"Firma de {slot.name}, {slot.post}" if slot.post else f"Firma de {slot.name}" for slot in job.signers]
    told += [f"Espacio para una firma posterior, {number}" for number in range(1, job.spares + 1)]
    return dict(zip(names, told, strict=True))


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF of our own has."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)
