"""Attachments: what the signed list says, held against the files beside the document and inside it."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from .report import AttachmentVerdict

SECONDS = 20.0  # wall time for the files of one document
LARGEST = 2 * 1024**3  # bytes of one file beside the document
_BLOCK = 1 << 20
_ENTRIES = 20_000  # of a folder, where a name must be searched
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³])(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list. ``size`` is what is printed (``12,4 kB``); ``sha256`` hex; ``inside``: said to be embedded in the document."""

    number: int
    name: str
    size: str
    sha256: str
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside the document (ISO 32000-1 §7.11.4); ``sha256`` hex of its bytes, ``size`` in bytes."""

    name: str
    size: int
    sha256: str


def attachments_of(
    data: bytes, folder: Path | None, *, end: int | None = None, password: str = "", seconds: float = SECONDS
) -> tuple[AttachmentVerdict, ...]:
    """Everything about the attachments of the revision that ends at ``end`` (None: the file) whose files may lie in ``folder``.

    Never raises for what the document or the folder holds: what cannot be read has no list.
    """
    from .attachment_list import read_document  # parses what is foreign

    listed, embedded = read_document(data, end, password=password)
    return check_attachments(listed, folder, embedded=embedded, seconds=seconds)


def check_attachments(
    listed: Sequence[Listed], folder: Path | None, *, embedded: Sequence[Embedded] = (), seconds: float = SECONDS
) -> tuple[AttachmentVerdict, ...]:
    """Each row against the file of that name in ``folder`` and the one embedded in the document; then what is embedded and in no row.

    The worst counts: a row is ``same`` only when no copy of it differs. ``seconds`` bounds the whole.
    """
    beside = _Beside(folder, monotonic() + seconds)
    inside: dict[str, list[Embedded]] = {}
    for one in embedded:
        inside.setdefault(_key(one.name), []).append(one)
    verdicts = [_judge(row, beside.find(row.name, row.sha256), inside.pop(_key(row.name), [])) for row in listed]
    left = [one for many in inside.values() for one in many]
    return (*verdicts, *(AttachmentVerdict(one.name, one.size, one.sha256, "embedded") for one in left))


def _judge(row: Listed, beside: _Found | None, inside: Sequence[Embedded]) -> AttachmentVerdict:
    states = ["same" if one.sha256 == row.sha256 else "changed" for one in inside]
    size = inside[0].size if inside else 0
    if beside is not None:
        size = beside.size or size
        states.append("not_checked" if beside.sha256 is None else "same" if beside.sha256 == row.sha256 else "changed")
    state = next((one for one in ("changed", "not_checked", "same") if one in states), "missing")
    return AttachmentVerdict(row.name, size, row.sha256, state)


# --- beside the document ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    size: int
    sha256: str | None  # None: not read


@dataclass(slots=True)
class _Beside:
    """The files of one folder. A name never leads out of it, nor through a link."""

    folder: Path | None
    deadline: float
    names: Mapping[str, list[str]] | None = field(default=None)

    def find(self, name: str, wanted: str) -> _Found | None:
        """The file of that name; where several differ only in how they are written, the one that is as wanted."""
        if self.folder is None:
            return None
        if not _is_plain(name):
            return _Found(0, None)
        found = [one for each in self._candidates(name) if (one := self._read(self.folder / each)) is not None]
        return next((one for one in found if one.sha256 == wanted), found[0] if found else None)

    def _candidates(self, name: str) -> list[str]:
        assert self.folder is not None
        if os.path.lexists(self.folder / name):
            return [name]
        if self.names is None:
            self.names = _names_in(self.folder)
        return self.names.get(_key(name), [])[:8]

    def _read(self, path: Path) -> _Found | None:
        try:
            facts = path.lstat()
            if not stat.S_ISREG(facts.st_mode) or facts.st_size > LARGEST:
                return _Found(facts.st_size, None)
            digest = hashlib.sha256()
            with path.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    if monotonic() > self.deadline:
                        return _Found(facts.st_size, None)
                    digest.update(block)
            return _Found(facts.st_size, digest.hexdigest())
        except FileNotFoundError:
            return None
        except OSError:
            return _Found(0, None)


def _names_in(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        with os.scandir(folder) as entries:
            for _, entry in zip(range(_ENTRIES), entries, strict=False):
                found.setdefault(_key(entry.name), []).append(entry.name)
    except OSError:
        return {}
    return {key: sorted(names) for key, names in found.items()}


def _key(name: str) -> str:
    """A name however it is composed or spaced: a page shows neither (and file systems change the former)."""
    return "".join(unicodedata.normalize("NFC", name).split())


def _is_plain(name: str) -> bool:
    """Whether a name is that of a file in a folder, on every system: no folder, no device, no stream."""
    if not name or name in {".", ".."} or len(name.encode("utf-8", "replace")) > 255:
        return False
    if any(char in "/\\" or unicodedata.category(char) == "Cc" for char in name) or _DEVICES.fullmatch(name):
        return False
    return os.name != "nt" or not set(name) & set(':*?"<>|')
