"""A job turned into the plain JSON that the kit sets. Everything a person typed goes this way, and only as text."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from textwrap import shorten
from typing import Any

import segno

from desktop.records.errors import OfficeError

from .attachments import list_attachments
from .body import Body
from .bodydata import body_data, each_text
from .glyphs import breakable, missing_characters, tidy
from .jobs import PageJob, signature_names
from .photographs import check_set_size
from .templates import MOST, PLACES, FieldSpec
from .values import FieldValue, field_value, strings, too_long

CITE_LATER = "se asigna al enviar"
_NEAR = 24  # signs told on each side of one that cannot be printed


@dataclass(frozen=True, slots=True)
class PageData:
    """``data`` for the kit, and ``files`` to lay beside it (name in the job's folder → bytes)."""

    data: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    problems: tuple[OfficeError, ...] = ()


def page_data(job: PageJob, *, strict: bool) -> PageData:
    """The job as data. Strict: raises ``drafting.…`` for what a frozen page must have; else lists it as warnings."""
    problems = _Problems(strict)
    if job.created.tzinfo is None:
        raise ValueError("created must be an aware datetime")
    fields = _fields(job, problems)
    body = body_data(job.body, job.images)
    for problem in body.problems:
        problems.add(problem)
    files = body.files
    _check_pictures(job, problems)
    if strict and job.template.signed and not job.signers:
        raise OfficeError("drafting.no_signer")
    names = signature_names(job)
    listed = list_attachments(job, files, embed=strict)
    if job.template.signed and any(not tidy(slot.name).strip() for slot in job.signers):
        problems.add(OfficeError("drafting.missing_field", field="signers", label="Firma", template=job.template.id))
    if strict and not (job.cite or "").strip():
        raise OfficeError("drafting.missing_field", field="cite", label="CITE", template=job.template.id)
    cite = tidy(job.cite or "").strip()
    subject = _one_line(fields[job.template.subject])
    data: dict[str, Any] = {
        "strict": strict,
        "title": tidy(job.template.title),
        "entity": breakable(_one_line(fields.get("entidad", ""))),
        "entity_short": shorten(_one_line(fields.get("entidad", "")) or " ", 90, placeholder="…"),
        "unit": breakable(_one_line(fields.get("unidad", ""))),
        "cite": cite,
        "cite_words": cite or CITE_LATER,
        "place_date": tidy(job.place_date),
        "sheet": list(job.sheet.size),
        "fields": each_text(fields, breakable),
        "body": body.nodes,
        "signers": [
            {"field": name, "role": breakable(role)}
            | {key: breakable(_one_line(tidy(text))) for key, text in said.items()}
            for name, role, said in _slots(job, names)
        ],
        "spares": list(names[len(job.signers) :]),
        "places": _places(job),
        "parts": dict(job.template.parts),
        "subject_field": job.template.subject,
        "number_label": tidy(job.template.number_label),
        "arms": _arms(job, files),
        "letter_lines": [breakable(tidy(line)) for line in job.letterhead.lines],
        "practice": job.practice,
        "watermark": _watermark(job, strict=strict),
        "watermark_size": 88 if strict else 80,
        "qr": _qr(job.qr) if job.qr and strict else None,
        "code": job.qr.splitlines()[-1].strip() if job.qr and strict else "",
        "attachments": listed,
        "file_title": " ".join(part for part in (tidy(job.template.title), cite) if part) + f": {subject}",
        "file_subject": subject,
        "authors": [one["name"] for one in fields.get("de", []) if one["name"]],
        "keywords": [word for word in (cite, job.document_id) if word],
    }
    _check_characters(job, data, problems)
    return PageData(data, files, tuple(problems.found))


@dataclass(slots=True)
class _Problems:
    strict: bool
    found: list[OfficeError] = field(default_factory=list)

    def add(self, error: OfficeError) -> None:
        if self.strict:
            raise error
        self.found.append(error)

    def value(self, given: FieldValue, spec: FieldSpec) -> Any:
        """The field's value. A preview prints what cannot be read as it was typed, and a text that is too long in part."""
        try:
            value = field_value(given, spec)
        except OfficeError as error:
            if error.code == "drafting.bad_field":
                raise
            self.add(error)
            return given if isinstance(given, str) and spec.kind != "flag" else False
        if length := too_long(value, spec):
            self.add(
                OfficeError(
                    "drafting.too_long",
                    field=spec.name,
                    label=spec.label,
                    length=length,
                    longest=spec.longest,
                    most=MOST,
                )
            )
        return value


def _one_line(value: object) -> str:
    return str(value).replace("\n", " ").strip()


def _watermark(job: PageJob, *, strict: bool) -> str | None:
    if not strict:
        return "BORRADOR"
    return "SIN VALOR" if job.practice else None


def _fields(job: PageJob, problems: _Problems) -> dict[str, Any]:
    known = {spec.name for spec in job.template.fields}
    if unknown := sorted(set(job.fields) - known):
        raise OfficeError("drafting.unknown_field", field=unknown[0], template=job.template.id)
    values: dict[str, Any] = {}
    for spec in job.template.fields:
        value = problems.value(job.fields.get(spec.name, spec.default), spec)
        if spec.required and value in ("", []):
            problems.add(
                OfficeError("drafting.missing_field", field=spec.name, label=spec.label, template=job.template.id)
            )
        values[spec.name] = value
    return values


def _slots(job: PageJob, names: tuple[str, ...]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Field, role and printed words of each expected signer."""
    roles = (*(tidy(role) for role in job.template.roles), *("" for _ in job.signers))
    for name, role, slot in zip(names, roles, job.signers, strict=False):
        yield name, role, {"name": slot.name, "post": slot.post, "acting": slot.acting}


def _places(job: PageJob) -> dict[str, list[dict[str, Any]]]:
    """The fields that the kit draws, by their place and in the order of the manifest."""
    return {
        place: [
            {"name": spec.name, "label": spec.label, "kind": spec.kind, "strong": spec.name == job.template.subject}
            for spec in job.template.fields
            if spec.place == place
        ]
        for place in PLACES
        if place
    }


def _arms(job: PageJob, files: dict[str, bytes]) -> dict[str, str] | None:
    """The coat of arms, laid beside the page."""
    if job.letterhead.arms is None:
        return None
    name = (
        f"{sha256(job.letterhead.arms).hexdigest()[:32]}.{'png' if job.letterhead.media_type == 'image/png' else 'jpg'}"
    )
    files[name] = job.letterhead.arms
    return {"file": f"/files/{name}", "alt": tidy(job.letterhead.alt)}


def _check_pictures(job: PageJob, problems: _Problems) -> None:
    for image in job.body.images:
        try:
            check_set_size(job.images.get(image.sha256, b""), image.name)
        except OfficeError as error:
            problems.add(error)


def _qr(text: str) -> str:
    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None)
    return out.getvalue().decode("utf-8")


def _texts(data: Mapping[str, Any], body: Body) -> Iterator[tuple[str, str]]:
    yield from ((f"fields.{name}", text) for name, value in data["fields"].items() for text in strings(value))
    for key in ("cite", "place_date", "title", "number_label", "signers", "letter_lines", "attachments"):
        yield from ((key, text) for text in strings(data[key]))
    yield from ((f"body.{place}", text) for place, text in body.texts())


def _check_characters(job: PageJob, data: Mapping[str, Any], problems: _Problems) -> None:
    fonts = job.resources / "fonts"
    labels = {f"fields.{spec.name}": f"{spec.label.rstrip(':')}: " for spec in job.template.fields}
    for place, text in _texts(data, job.body):
        for char in missing_characters(tidy(text), fonts):
            facts = {"character": char, "sign": f"U+{ord(char):04X}", "place": place}
            near = labels.get(place, "") + _around(tidy(text).replace("\n", " "), char)
            problems.add(OfficeError("drafting.missing_glyph", near=near, **facts))


def _around(text: str, char: str) -> str:
    """Enough of the text for a person to find the sign."""
    at = text.index(char)
    start, end = max(at - _NEAR, 0), at + 1 + _NEAR
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"
