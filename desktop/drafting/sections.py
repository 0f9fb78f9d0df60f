"""A TOML file asked for its values by name: each is checked, and each refusal names the line at fault."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from desktop.records.errors import Fact, OfficeError

FILE = "manifest.toml"
_HEADER = re.compile(r"\s*\[{1,2}\s*(?P<name>[\w.]+)\s*\]{1,2}\s*(#.*)?")


def toml_of(source: str, file: str = FILE) -> Section:
    """A TOML file whose values are asked for by name. Raises ``template.bad_toml``."""
    try:
        return Section.of(source, tomllib.loads(source), file)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found.group(1)) if found else source.count("\n") + 1
        raise OfficeError("template.bad_toml", file=file, line=line, reason=str(error)) from error


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the manifest: its values, and the lines (from 1) on which it stands. ``name`` is empty for the root."""

    source: str
    name: str
    data: Mapping[str, Any]
    first: int
    last: int
    file: str = FILE

    @classmethod
    def of(cls, source: str, data: Mapping[str, Any], file: str) -> Section:
        """The root: from the first line to the first table."""
        headers = _headers(source)
        return cls(source, "", data, 0, headers[0][1] - 1 if headers else source.count("\n") + 1, file)

    def sections(self, name: str) -> tuple[Section, ...]:
        """The tables ``[[name]]`` of the root."""
        tables = self.data.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self.fault(name)
        spans = [span for span in _spans(self.source) if span[0] == name]
        spans += [(name, 0, 0)] * (len(tables) - len(spans))
        return tuple(
            Section(self.source, f"{name}[{number}]", table, span[1], span[2])
            for number, (table, span) in enumerate(zip(tables, spans, strict=False))
        )

    def table(self, name: str) -> Section:
        """The table of that name: on its own lines, or written in one line of this section."""
        data = self.data.get(name, {})
        full = f"{self.name.partition('[')[0]}.{name}" if self.name else name
        spans = [span for span in _spans(self.source) if span[0] == full and span[1] > self.first]
        _, first, last = spans[0] if spans else (full, self.line(name), self.line(name))
        return Section(self.source, f"{self.name}.{name}" if self.name else name, data, first, last)

    def line(self, key: str) -> int:
        """Where that key stands; 0 where it does not."""
        start = max(self.first - 1, 0)
        pattern = re.compile(rf"(^|[{{,])\s*[\"']?{re.escape(key)}[\"']?\s*=|^\s*\[+{re.escape(key)}\]+")
        lines = self.source.splitlines()[start : self.last]
        return next((number for number, text in enumerate(lines, start + 1) if pattern.search(text)), 0)

    def fault(self, key: str) -> OfficeError:
        """The refusal of a value, or of its absence, which is the fault of the line where the table begins."""
        return self.refusal("template.bad_value" if key in self.data else "template.missing_key", key)

    def refusal(self, code: str, key: str, **facts: Fact) -> OfficeError:
        """A refusal with the key's name and line."""
        name = f"{self.name}.{key}" if self.name else key
        told: dict[str, Any] = {"file": self.file, "line": self.line(key) or self.first, "key": name, **facts}
        return OfficeError(code, **told)

    def only(self, known: Collection[str]) -> None:
        """Refuse a key that nobody reads: most often a slip of the pen."""
        for key in self.data:
            if key not in known:
                raise self.refusal("template.unknown_key", key)

    def text(self, key: str, default: str = "", *, empty: bool = False) -> str:
        """A text, not empty unless ``empty``."""
        value = self.data.get(key, default)
        if not isinstance(value, str) or not (value or empty):
            raise self.fault(key)
        return value

    def whole(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number from ``least`` to ``most``."""
        value = self.data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.fault(key)
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """``true`` or ``false``."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise self.fault(key)
        return value

    def one_of(self, key: str, known: Collection[str], default: str) -> str:
        """One of those texts."""
        value = self.data.get(key, default)
        if value not in known:
            raise self.fault(key)
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fault(key)
        return tuple(value)


def _headers(source: str) -> list[tuple[str, int]]:
    found = ((_HEADER.fullmatch(text), number) for number, text in enumerate(source.splitlines(), start=1))
    return [(match["name"], number) for match, number in found if match]


def _spans(source: str) -> list[tuple[str, int, int]]:
    """Name, first and last line of each table."""
    headers = _headers(source)
    ends = [number - 1 for _, number in headers[1:]] + [len(source.splitlines())]
    return [(name, first, last) for (name, first), last in zip(headers, ends, strict=True)]
