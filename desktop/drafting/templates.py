"""Templates: a folder with ``manifest.toml``, ``page.typ`` and ``sample.json`` (docs/formats/template.md).

A template is data that the entity may change; nothing in it is run except by the page setter, which has no network
and sees no file outside the job's own folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from desktop.records.errors import OfficeError
from signing.options import Commitment, SignaturePolicy

from .sheets import Sheet

FORMAT = 2
KINDS = ("line", "text", "lines", "people", "person", "date", "choice", "flag", "money", "number", "rows")
PLACES = ("", "head", "opening", "closing", "notes")
LONGEST = {"line": 1000, "text": 6000, "lines": 1000, "people": 400, "person": 400, "rows": 2000}
MOST = 200  # items of a field that is a list

_PACKAGE = re.compile(r"[\"']@[A-Za-z][\w-]*/")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of the page. ``kind`` is one of KINDS; ``place`` one of PLACES: where the kit draws it, ``""``: the page does.

    ``choices`` are the values of a ``choice``, ``columns`` those of ``rows``; ``longest`` in signs, for each text of it.
    """

    name: str
    label: str
    kind: str = "line"
    required: bool = False
    default: str | bool | tuple[str, ...] = ""
    help: str = ""
    place: str = ""
    group: str = ""
    choices: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    longest: int = LONGEST["line"]


@dataclass(frozen=True, slots=True)
class OutlinePart:
    """What a new body starts with: a heading, a paragraph, an article, each where it is not empty.

    ``label`` stands before the article's text in place of "Artículo N.-".
    """

    heading: str = ""
    text: str = ""
    level: int = 1
    article: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class SigningRules:
    """What a signature on a document of this type says of itself: its commitment type and its explicit policy, or neither."""

    commitment: Commitment | None = None
    policy: SignaturePolicy | None = None


class Manner(StrEnum):
    """How an attachment goes with its document: beside it, beside it and counted among its hojas, or inside the PDF (PDF/A-3a)."""

    BESIDE = "beside"
    PAGES = "pages"
    EMBED = "embed"


@dataclass(frozen=True, slots=True)
class AttachmentRules:
    """What a type allows: how PDFs and others go; sizes in megabytes; ``risky``: whether what may do harm is taken, and told."""

    pdf: Manner = Manner.PAGES
    others: Manner = Manner.BESIDE
    largest: int = 200
    total: int = 500
    risky: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template. ``title`` is printed; ``code`` is its part of the CITE; ``outline`` starts a new body.

    ``family`` is the id of the folder's own template; a variant differs from it by data only. ``signed``: whether it has
    places for signatures. ``number_label`` stands before its number; ``roles`` under the names of its signers, in order.
    ``parts`` are the template's own settings for its page.
    """

    id: str
    name: str
    title: str
    code: str
    folder: Path
    fields: tuple[FieldSpec, ...]
    outline: tuple[OutlinePart, ...] = ()
    subject: str = "referencia"
    signing: SigningRules = SigningRules()
    attaching: AttachmentRules = AttachmentRules()
    family: str = ""
    description: str = ""
    signed: bool = True
    number_label: str = "CITE"
    sheet: Sheet = Sheet.CARTA
    roles: tuple[str, ...] = ()
    parts: Mapping[str, bool | int | str] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def spec(self, name: str) -> FieldSpec:
        """The field of that name; raises ``drafting.unknown_field``."""
        for spec in self.fields:
            if spec.name == name:
                return spec
        raise OfficeError("drafting.unknown_field", field=name, template=self.id)


def load_templates(folders: Iterable[Path]) -> dict[str, Template]:
    """The templates in those folders with their variants, by id. A later folder's replaces an earlier one of the same id.

    A subfolder without a manifest is no template. Raises ``template.…`` for the first broken one.
    """
    found: dict[str, Template] = {}
    for folder in folders:
        for entry in _families(folder):
            found = _with_family(found, load_family(entry))
    return found


def _families(folder: Path) -> list[Path]:
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return [entry for entry in entries if (entry / "manifest.toml").is_file()]


def _with_family(found: Mapping[str, Template], family: Sequence[Template]) -> dict[str, Template]:
    kept = {ident: template for ident, template in found.items() if template.family != family[0].id}
    return kept | {template.id: template for template in family}


class TemplateSet(dict[str, Template]):
    """Types by id, and why some are not there: asking for one of those raises what is wrong with it.

    ``broken``: error by the id or the folder's name. An id that nobody knows raises ``draft.unknown_template``.
    """

    def __init__(self, found: Mapping[str, Template], broken: Mapping[str, OfficeError] | None = None) -> None:
        super().__init__(found)
        self.broken = dict(broken or {})

    def __missing__(self, ident: str) -> Template:
        raise self.broken.get(ident) or OfficeError("draft.unknown_template", template=ident)

    @property
    def faults(self) -> tuple[OfficeError, ...]:
        """Each broken folder's error, once."""
        return tuple(dict.fromkeys(self.broken.values()))


def usable_templates(shipped: Path, own: Path) -> TemplateSet:
    """The shipped types and the entity's over them. A broken folder of the entity stops its own types and no other.

    The shipped types that it was to replace are left out too: nobody shall write on another page than the entity's unseen.
    Raises ``template.…`` where a shipped one is broken.
    """
    found, broken = load_templates([shipped]), dict[str, OfficeError]()
    for folder in _families(own):
        try:
            family = load_family(folder)
        except OfficeError as error:
            hidden = [ident for ident, kept in found.items() if kept.family == folder.name]
            broken |= dict.fromkeys([folder.name, *hidden], error)
            found = {ident: kept for ident, kept in found.items() if ident not in hidden}
        else:
            found = _with_family(found, family)
    return TemplateSet(found, broken)


def load_template(folder: Path) -> Template:
    """The template in that folder, without its variants.

    Raises ``template.…`` with ``folder``, ``file`` and ``line`` (0 where no line is to blame).
    """
    return load_family(folder)[0]


def load_family(folder: Path) -> tuple[Template, ...]:
    """The template in that folder, then its variants. Raises as ``load_template``."""
    try:
        return _load(folder)
    except OfficeError as error:
        facts: dict[str, Any] = {**error.facts, "folder": folder.name}
        raise OfficeError(error.code, **facts) from error


def _load(folder: Path) -> tuple[Template, ...]:
    from .manifest import read_manifest

    manifest = read_manifest(read_text(folder, "manifest.toml"))
    _check_page(folder)
    template = replace(manifest.template, folder=folder, sample=_sample(folder, "sample.json"))
    variants = (
        replace(variant, folder=folder, sample=_sample(folder, name) if name else template.sample)
        for variant, name in manifest.variants
    )
    return template, *variants


def read_text(folder: Path, name: str) -> str:
    """A file of a template. Raises ``template.missing_file`` and ``template.unreadable``."""
    try:
        return (folder / name).read_text("utf-8")
    except FileNotFoundError as error:
        raise OfficeError("template.missing_file", file=name, line=0) from error
    except (OSError, UnicodeDecodeError) as error:
        raise OfficeError("template.unreadable", file=name, line=0) from error


def _sample(folder: Path, name: str) -> dict[str, Any]:
    try:
        data = json.loads(read_text(folder, name))
    except json.JSONDecodeError as error:
        raise OfficeError("template.bad_json", file=name, line=error.lineno, reason=error.msg) from error
    if not isinstance(data, dict):
        raise OfficeError("template.bad_json", file=name, line=1, reason="not an object")
    return data


def _check_page(folder: Path) -> None:
    """A page may import the kit and its own files, never a package, which would be fetched from the network."""
    read_text(folder, "page.typ")
    for path in sorted(folder.rglob("*.typ")):
        name = path.relative_to(folder).as_posix()
        for number, line in enumerate(read_text(folder, name).splitlines(), start=1):
            if _PACKAGE.search(line):
                raise OfficeError("template.package_import", file=name, line=number)
