"""A job turned into the plain JSON that the kit sets. Everything a person typed goes this way, and only as text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

import segno

from desktop.records.errors import OfficeError

from .attachments import list_attachments
from .body import Body
from .bodydata import body_data, each_text
from .glyphs import breakable, missing_characters, tidy
from .jobs import FieldValue, PageJob, Person, signature_names
from .templates import FieldSpec

CITE_LATER = "se asigna al enviar"
_PERSON = re.compile(r"\s+[|·]\s+")


@dataclass(frozen=True, slots=True)
class PageData:
    """``data`` for the kit, and ``files`` to lay beside it (name in the job's folder → bytes)."""

    data: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


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
    if strict and not job.signers:
        raise OfficeError("drafting.no_signer")
    names = signature_names(job)
    listed = list_attachments(job, files, embed=strict)
    if any(not tidy(slot.name).strip() for slot in job.signers):
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
            {"field": name, "name": breakable(tidy(slot.name)), "post": breakable(tidy(slot.post))}
            for name, slot in zip(names, job.signers, strict=False)
        ],
        "spares": list(names[len(job.signers) :]),
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
    found: list[str] = field(default_factory=list)

    def add(self, error: OfficeError) -> None:
        if self.strict:
            raise error
        self.found.append(str(error))


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
        given = job.fields.get(spec.name, spec.default)
        value = _people(given, spec) if spec.kind == "people" else _words(given, spec)
        if spec.required and not value:
            problems.add(
                OfficeError("drafting.missing_field", field=spec.name, label=spec.label, template=job.template.id)
            )
        values[spec.name] = value
    return values


def _words(given: FieldValue, spec: FieldSpec) -> str | list[str]:
    parts = [given] if isinstance(given, str) else list(given)
    texts = [tidy(part).strip() for part in parts if isinstance(part, str)]
    if len(texts) != len(parts):
        raise OfficeError("drafting.bad_field", field=spec.name, label=spec.label)
    if spec.kind == "lines":
        return [line.strip() for text in texts for line in text.split("\n") if line.strip()]
    joined = "\n".join(text for text in texts if text)
    return joined if spec.kind == "text" else joined.replace("\n", " ")


def _people(given: FieldValue, spec: FieldSpec) -> list[dict[str, str]]:
    if isinstance(given, str):
        given = [line for line in given.splitlines() if line.strip()]
    return [_person(one, spec) for one in given]


def _person(one: str | Person, spec: FieldSpec) -> dict[str, str]:
    if isinstance(one, str):
        name, post = [*_PERSON.split(tidy(one).strip(), maxsplit=1), ""][:2]
        return {"name": name, "post": post}
    if not isinstance(one, Mapping) or not isinstance(one.get("name"), str):
        raise OfficeError("drafting.bad_field", field=spec.name, label=spec.label)
    return {"name": _one_line(tidy(one["name"])), "post": _one_line(tidy(str(one.get("post", ""))))}


def _qr(text: str) -> str:
    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None)
    return out.getvalue().decode("utf-8")


def _texts(data: Mapping[str, Any], body: Body) -> Iterator[tuple[str, str]]:
    yield from ((f"fields.{name}", text) for name, value in data["fields"].items() for text in _strings(value))
    for key in ("cite", "place_date", "title", "signers", "attachments"):
        yield from ((key, text) for text in _strings(data[key]))
    yield from ((f"body.{place}", text) for place, text in body.texts())


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, Sequence):
        for part in value:
            yield from _strings(part)


def _check_characters(job: PageJob, data: Mapping[str, Any], problems: _Problems) -> None:
    fonts = job.resources / "fonts"
    for place, text in _texts(data, job.body):
        for char in missing_characters(tidy(text), fonts):
            sign = f"U+{ord(char):04X}"
            problems.add(OfficeError("drafting.missing_glyph", character=char, sign=sign, place=place))
