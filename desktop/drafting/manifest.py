"""``manifest.toml`` of a template, read and checked; every refusal names its line (docs/formats/template.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop.records.errors import OfficeError
from signing.options import Commitment, SignaturePolicy

from .sections import Section, toml_of
from .sheets import Sheet
from .templates import (
    FORMAT,
    KINDS,
    LONGEST,
    PLACES,
    AttachmentRules,
    FieldSpec,
    Manner,
    OutlinePart,
    SigningRules,
    Template,
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SAMPLE = re.compile(r"[\w.-]{1,80}\.json")
_SIGNATURE = {
    "commitment": re.compile("|".join(Commitment)),
    "policy_oid": re.compile(r"[0-2](\.(0|[1-9][0-9]*)){2,40}"),
    "policy_sha256": re.compile(r"[0-9a-f]{64}"),
    "policy_uri": re.compile(r"https?://[\x21-\x7e]{1,500}"),
}
_SHARED = ("id", "name", "title", "code", "description", "outline", "number_label", "sheet", "roles", "parts")
_ROOT = (*_SHARED, "format", "subject", "signed", "signature", "attachments", "field", "variant")
_FIELD = ("name", "label", "kind", "required", "default", "help", "place", "group", "choices", "columns", "longest")
_VARIANT = (*_SHARED, "omit", "require", "defaults", "sample")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The template without its folder and sample, and its variants, each with the name of its own sample or none."""

    template: Template
    variants: tuple[tuple[Template, str], ...] = ()


def read_manifest(source: str) -> Manifest:
    """The manifest of that text. Raises ``template.bad_toml``, ``_newer``, ``_bad_value``, ``_missing_key``, ``_unknown_key``."""
    root = toml_of(source)
    version = root.whole("format", 1, 1_000_000)
    if version > FORMAT:
        raise root.refusal("template.newer", "format", format=version)
    known = version >= 2  # format 1 never looked at keys that it does not know
    fields = tuple(_field(section, strict=known) for section in root.sections("field"))
    if not fields:
        raise root.fault("field")
    _different([spec.name for spec in fields], root.sections("field"), "name")
    if known:
        root.only(_ROOT)
    base = replace(_shared(root, _BLANK), fields=fields, subject=root.text("subject", "referencia"))
    if base.subject not in {spec.name for spec in fields}:
        raise root.fault("subject")
    base = replace(
        base,
        family=base.id,
        signed=root.flag("signed", default=True),
        signing=_signing(root),
        attaching=_attaching(root),
    )
    sections = root.sections("variant")
    variants = tuple(_variant(section, base) for section in sections)
    _different([base.id, *(variant.id for variant, _ in variants)], (root, *sections), "id")
    return Manifest(base, variants)


_BLANK = Template(id="", name="", title="", code="", folder=Path(), fields=())


def _shared(section: Section, base: Template) -> Template:
    """What a template and its variants have in common; a variant takes what it does not say from ``base``."""
    ident = section.text("id")
    if not _NAME.fullmatch(ident):
        raise section.fault("id")
    return replace(
        base,
        id=ident,
        name=section.text("name"),
        title=section.text("title", base.title),
        code=section.text("code", base.code),
        description=section.text("description", base.description, empty=True),
        outline=_outline(section) if "outline" in section.data else base.outline,
        number_label=section.text("number_label", base.number_label),
        sheet=Sheet(section.one_of("sheet", tuple(Sheet), base.sheet)),
        roles=section.texts("roles") or base.roles,
        parts={**base.parts, **_parts(section)},
    )


def _outline(section: Section) -> tuple[OutlinePart, ...]:
    value = section.data["outline"]
    if not isinstance(value, list):
        raise section.fault("outline")
    return tuple(_outline_part(section, item) for item in value)


def _outline_part(section: Section, item: object) -> OutlinePart:
    if isinstance(item, str):
        return OutlinePart(heading=item)
    if not isinstance(item, dict) or not item or set(item) - {"heading", "text", "level", "article", "label"}:
        raise section.fault("outline")
    words = {key: value for key, value in item.items() if key != "level"}
    level = item.get("level", 1)
    if not all(isinstance(value, str) for value in words.values()) or level not in (1, 2, 3):
        raise section.fault("outline")
    return OutlinePart(**words, level=level)


def _parts(section: Section) -> dict[str, bool | int | str]:
    value = section.data.get("parts", {})
    if not isinstance(value, dict):
        raise section.fault("parts")
    for name, part in value.items():
        if not _NAME.fullmatch(name) or not isinstance(part, bool | int | str):
            raise section.table("parts").fault(name)
    return dict(value)


def _field(section: Section, *, strict: bool) -> FieldSpec:
    kind = section.one_of("kind", KINDS, "line")
    default = section.data.get("default", "")
    if isinstance(default, list):
        default = tuple(default)
    spec = FieldSpec(
        name=section.text("name"),
        label=section.text("label"),
        kind=kind,
        required=section.flag("required", default=False),
        default=default,
        help=section.text("help", "", empty=True),
        place=section.one_of("place", PLACES, ""),
        group=section.text("group", "", empty=True),
        choices=section.texts("choices"),
        columns=section.texts("columns"),
        longest=section.whole("longest", 1, 100_000, LONGEST.get(kind, LONGEST["line"])),
    )
    if not _NAME.fullmatch(spec.name):
        raise section.fault("name")
    if (kind == "choice") != bool(spec.choices):
        raise section.fault("choices")
    if (kind == "rows") != bool(spec.columns):
        raise section.fault("columns")
    _check_default(section, spec)
    if strict:
        section.only(_FIELD)
    return spec


def _check_default(section: Section, spec: FieldSpec) -> None:
    """A default is a value like any other of its field."""
    from .values import field_value

    parts = spec.default if isinstance(spec.default, tuple) else (spec.default,)
    if not all(isinstance(part, str | bool) for part in parts):
        raise section.fault("default")
    try:
        field_value(spec.default, spec)
    except OfficeError as error:
        raise section.fault("default") from error


def _variant(section: Section, base: Template) -> tuple[Template, str]:
    section.only(_VARIANT)
    made = _shared(section, base)
    names = {spec.name for spec in base.fields}
    omit, require = section.texts("omit"), section.texts("require")
    defaults = section.data.get("defaults", {})
    for key, named in (("omit", omit), ("require", require), ("defaults", defaults)):
        if not isinstance(named, dict | tuple) or set(named) - names or base.subject in omit:
            raise section.fault(key)
    sample = section.text("sample", "", empty=True)
    if sample and not _SAMPLE.fullmatch(sample):
        raise section.fault("sample")
    fields = tuple(
        _changed(spec, section, defaults, required=spec.required or spec.name in require)
        for spec in base.fields
        if spec.name not in omit
    )
    return replace(made, fields=fields), sample


def _changed(spec: FieldSpec, section: Section, defaults: Mapping[str, Any], *, required: bool) -> FieldSpec:
    if spec.name not in defaults:
        return replace(spec, required=required)
    default = defaults[spec.name]
    changed = replace(spec, required=required, default=tuple(default) if isinstance(default, list) else default)
    inner = section.table("defaults")
    try:
        _check_default(inner, changed)
    except OfficeError as error:
        raise inner.fault(spec.name) from error
    return changed


def _signing(root: Section) -> SigningRules:
    """The table ``[signature]``: EN 319 122-1 §5.2.3 (commitment) and §5.2.9 (policy)."""
    if not isinstance(root.data.get("signature", {}), dict):
        raise root.fault("signature")
    section = root.table("signature")
    table = section.data
    for key, value in table.items():
        if key not in _SIGNATURE or not isinstance(value, str) or not _SIGNATURE[key].fullmatch(value):
            raise section.fault(key)
    commitment = Commitment(table["commitment"]) if "commitment" in table else None
    if not any(key.startswith("policy") for key in table):
        return SigningRules(commitment)
    for key in ("policy_oid", "policy_sha256"):
        if key not in table:
            raise section.fault(key)
    digest = bytes.fromhex(table["policy_sha256"])
    return SigningRules(commitment, SignaturePolicy(table["policy_oid"], digest, uri=table.get("policy_uri", "")))


def _attaching(root: Section) -> AttachmentRules:
    """The table ``[attachments]``: what may go with a document of this type, and how."""
    if not isinstance(root.data.get("attachments", {}), dict):
        raise root.fault("attachments")
    section, bare = root.table("attachments"), AttachmentRules()
    section.only(("pdf", "others", "largest_mb", "total_mb", "risky"))
    return AttachmentRules(
        pdf=Manner(section.one_of("pdf", tuple(Manner), bare.pdf)),
        others=Manner(section.one_of("others", (Manner.BESIDE, Manner.EMBED), bare.others)),
        largest=section.whole("largest_mb", 1, 2000, bare.largest),
        total=section.whole("total_mb", 1, 10_000, bare.total),
        risky=section.flag("risky", default=bare.risky),
    )


def _different(values: list[str], sections: tuple[Section, ...], key: str) -> None:
    for number, value in enumerate(values):
        if value in values[:number]:
            raise sections[number].fault(key)
