"""Templates: a folder with ``manifest.toml``, ``page.typ`` and ``sample.json`` (docs/formats/template.md).

A template is data that the entity may change; nothing in it is run except by the page setter, which has no network
and sees no file outside the job's own folder.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.records.errors import OfficeError
from signing.options import Commitment, SignaturePolicy

FORMAT = 1
KINDS = ("line", "text", "lines", "people")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SIGNATURE = {
    "commitment": re.compile("|".join(Commitment)),
    "policy_oid": re.compile(r"[0-2](\.(0|[1-9][0-9]*)){2,40}"),
    "policy_sha256": re.compile(r"[0-9a-f]{64}"),
    "policy_uri": re.compile(r"https?://[\x21-\x7e]{1,500}"),
}
_PACKAGE = re.compile(r"[\"']@[A-Za-z][\w-]*/")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of the head or foot. ``kind``: ``line``, ``text`` (several lines), ``lines`` or ``people``."""

    name: str
    label: str
    kind: str = "line"
    required: bool = False
    default: str | tuple[str, ...] = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class SigningRules:
    """What a signature on a document of this type says of itself: its commitment type and its explicit policy, or neither."""

    commitment: Commitment | None = None
    policy: SignaturePolicy | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template. ``title`` is printed; ``code`` is its part of the CITE; ``outline`` starts a new body."""

    id: str
    name: str
    title: str
    code: str
    folder: Path
    fields: tuple[FieldSpec, ...]
    outline: tuple[str, ...] = ()
    subject: str = "referencia"
    signing: SigningRules = SigningRules()
    sample: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def spec(self, name: str) -> FieldSpec:
        """The field of that name; raises ``drafting.unknown_field``."""
        for spec in self.fields:
            if spec.name == name:
                return spec
        raise OfficeError("drafting.unknown_field", field=name, template=self.id)


def load_templates(folders: Iterable[Path]) -> dict[str, Template]:
    """The templates in those folders, by id. A later folder's template replaces an earlier one of the same id.

    A subfolder without a manifest is no template. Raises ``template.…`` for the first broken one.
    """
    found: dict[str, Template] = {}
    for folder in folders:
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            if (entry / "manifest.toml").is_file():
                template = load_template(entry)
                found[template.id] = template
    return found


def load_template(folder: Path) -> Template:
    """The template in that folder.

    Raises ``template.…`` with ``folder``, ``file`` and ``line`` (0 where no line is to blame).
    """
    try:
        return _load(folder)
    except OfficeError as error:
        facts: dict[str, Any] = {**error.facts, "folder": folder.name}
        raise OfficeError(error.code, **facts) from error


def _load(folder: Path) -> Template:
    source = _read(folder, "manifest.toml")
    manifest = _Manifest(source, _toml(source))
    _check_page(folder)
    version = manifest.whole("format")
    if version > FORMAT:
        raise OfficeError("template.newer", file="manifest.toml", line=manifest.line("format"), format=version)
    ident = manifest.text("id")
    if not _NAME.fullmatch(ident):
        raise OfficeError("template.bad_value", file="manifest.toml", line=manifest.line("id"), key="id")
    fields = manifest.fields()
    subject = manifest.text("subject", "referencia")
    if subject not in {spec.name for spec in fields}:
        raise OfficeError("template.bad_value", file="manifest.toml", line=manifest.line("subject"), key="subject")
    return Template(
        id=ident,
        name=manifest.text("name"),
        title=manifest.text("title"),
        code=manifest.text("code"),
        folder=folder,
        fields=fields,
        outline=manifest.texts("outline"),
        subject=subject,
        signing=manifest.signing(),
        sample=_sample(folder),
    )


def _read(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text("utf-8")
    except FileNotFoundError as error:
        raise OfficeError("template.missing_file", file=name, line=0) from error
    except (OSError, UnicodeDecodeError) as error:
        raise OfficeError("template.unreadable", file=name, line=0) from error


def _toml(source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found.group(1)) if found else source.count("\n") + 1
        raise OfficeError("template.bad_toml", file="manifest.toml", line=line, reason=str(error)) from error


def _sample(folder: Path) -> dict[str, Any]:
    try:
        data = json.loads(_read(folder, "sample.json"))
    except json.JSONDecodeError as error:
        raise OfficeError("template.bad_json", file="sample.json", line=error.lineno, reason=error.msg) from error
    if not isinstance(data, dict):
        raise OfficeError("template.bad_json", file="sample.json", line=1, reason="not an object")
    return data


def _check_page(folder: Path) -> None:
    """A page may import the kit and its own files, never a package, which would be fetched from the network."""
    _read(folder, "page.typ")
    for path in sorted(folder.rglob("*.typ")):
        name = path.relative_to(folder).as_posix()
        for number, line in enumerate(_read(folder, name).splitlines(), start=1):
            if _PACKAGE.search(line):
                raise OfficeError("template.package_import", file=name, line=number)


@dataclass(frozen=True, slots=True)
class _Manifest:
    source: str
    data: Mapping[str, Any]

    def line(self, key: str, occurrence: int = 0) -> int:
        """Where that key stands; for keys of ``[[field]]`` the ``occurrence``-th table."""
        seen = -1
        for number, text in enumerate(self.source.splitlines(), start=1):
            seen += text.strip() == "[[field]]"
            if re.match(rf"\s*{re.escape(key)}\s*=", text) and max(seen, 0) == occurrence:
                return number
        return 0

    def _bad(self, key: str) -> OfficeError:
        code = "template.bad_value" if key in self.data else "template.missing_key"
        return OfficeError(code, file="manifest.toml", line=self.line(key), key=key)

    def text(self, key: str, default: str = "") -> str:
        value = self.data.get(key, default)
        if not isinstance(value, str) or not value:
            raise self._bad(key)
        return value

    def whole(self, key: str) -> int:
        value = self.data.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._bad(key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._bad(key)
        return tuple(value)

    def fields(self) -> tuple[FieldSpec, ...]:
        tables = self.data.get("field", [])
        if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
            raise self._bad("field")
        specs = tuple(self._field(number, table) for number, table in enumerate(tables))
        names = [spec.name for spec in specs]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise self._field_error("name", number)
        return specs

    def signing(self) -> SigningRules:
        """The table ``[signature]``: EN 319 122-1 §5.2.3 (commitment) and §5.2.9 (policy)."""
        table = self.data.get("signature", {})
        if not isinstance(table, dict):
            raise self._bad("signature")
        for key, value in table.items():
            if key not in _SIGNATURE or not isinstance(value, str) or not _SIGNATURE[key].fullmatch(value):
                raise self._signature_error(key)
        commitment = Commitment(table["commitment"]) if "commitment" in table else None
        if not any(key.startswith("policy") for key in table):
            return SigningRules(commitment)
        for key in ("policy_oid", "policy_sha256"):
            if key not in table:
                raise self._signature_error(key)
        digest = bytes.fromhex(table["policy_sha256"])
        return SigningRules(commitment, SignaturePolicy(table["policy_oid"], digest, uri=table.get("policy_uri", "")))

    def _signature_error(self, key: str) -> OfficeError:
        lines = self.source.splitlines()
        start = next((number for number, text in enumerate(lines) if text.strip() == "[signature]"), len(lines))
        pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        line = next((number for number, text in enumerate(lines, 1) if number > start and pattern.match(text)), 0)
        code = "template.bad_value" if line else "template.missing_key"
        return OfficeError(code, file="manifest.toml", line=line or min(start + 1, len(lines)), key=f"signature.{key}")

    def _field(self, number: int, table: Mapping[str, Any]) -> FieldSpec:
        default = table.get("default", "")
        if isinstance(default, list):
            default = tuple(default)
        spec = FieldSpec(
            name=table.get("name", ""),
            label=table.get("label", ""),
            kind=table.get("kind", "line"),
            required=table.get("required", False),
            default=default,
            help=table.get("help", ""),
        )
        parts = spec.default if isinstance(spec.default, tuple) else (spec.default,)
        good = {
            "name": isinstance(spec.name, str) and _NAME.fullmatch(spec.name) is not None,
            "label": isinstance(spec.label, str) and bool(spec.label),
            "kind": spec.kind in KINDS,
            "required": isinstance(spec.required, bool),
            "default": all(isinstance(part, str) for part in parts),
            "help": isinstance(spec.help, str),
        }
        for key, fine in good.items():
            if not fine:
                raise self._field_error(key, number)
        return spec

    def _field_error(self, key: str, number: int) -> OfficeError:
        line = self.line(key, number)
        return OfficeError(
            "template.bad_value" if line else "template.missing_key",
            file="manifest.toml",
            line=line,
            key=f"field[{number}].{key}",
        )
