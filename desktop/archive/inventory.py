"""PURE. The OCFL 1.1 inventory: what an object's versions hold and under which paths (https://ocfl.io/1.1/spec/).

Digests are SHA-512 in lower-case hex. A *logical path* is what a version calls a file; a *content path* is where its bytes lie
below the object (``v1/content/…``).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any

from desktop.records.errors import OfficeError
from desktop.storage.protocol import key_problem

from .json_reading import parse_object

SPEC = "https://ocfl.io/1.1/spec/#inventory"
ALGORITHM = "sha512"
DECLARATION = "0=ocfl_object_1.1"
DECLARATION_TEXT = b"ocfl_object_1.1\n"
INVENTORY = "inventory.json"
SIDECAR = "inventory.json.sha512"
MAX_CONTENT_PATH = 150  # characters, so that a root in a usual folder stays below Windows' 260

_DIGEST = re.compile(r"[0-9a-f]{128}")
_VERSION = re.compile(r"v([1-9][0-9]*)")
_JOIN = ",\n"
_quoted = json.encoder.encode_basestring  # as json.dumps writes text with ensure_ascii=False
_TO_ENCODE = re.compile(r"[^A-Za-z0-9_-]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_NAMES = frozenset({"", ".", ".."})
_KEYS = frozenset({"id", "type", "digestAlgorithm", "head", "manifest", "versions"})
_VERSION_KEYS = frozenset({"created", "message", "user", "state"})


@dataclass(frozen=True, slots=True)
class User:
    """Who made a version: a name and an address (``urn:…`` or ``mailto:…``; OCFL 1.1 W008)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class VersionBlock:
    """One version: logical path → digest. ``created`` has an offset."""

    created: datetime
    message: str
    user: User
    state: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Inventory:
    """``manifest`` maps each content path to its digest; the versions are in order, the first is v1."""

    id: str
    manifest: Mapping[str, str]
    versions: tuple[VersionBlock, ...]

    @property
    def head(self) -> str:
        """The newest version's name."""
        return f"v{len(self.versions)}"

    @property
    def state(self) -> Mapping[str, str]:
        """Logical path → digest of the newest version."""
        return self.versions[-1].state

    def version(self, name: str) -> VersionBlock:
        """That version; raises ``archive.no_version``."""
        number = version_number(name)
        if number is None or number > len(self.versions):
            raise OfficeError("archive.no_version", object=self.id, version=name)
        return self.versions[number - 1]

    def content_path(self, digest: str) -> str:
        """Where those bytes lie: the first of their content paths; raises ``archive.bad_inventory``."""
        for path, known in self.manifest.items():
            if known == digest:
                return path
        raise OfficeError("archive.bad_inventory", object=self.id, reason="digest_not_in_manifest")

    def as_of(self, number: int) -> Inventory:
        """The inventory as it was when version ``number`` was the newest; ``vN/inventory.json`` holds its bytes."""
        manifest = {
            path: digest
            for path, digest in self.manifest.items()
            if (version_number(path.split("/")[0]) or 0) <= number
        }
        return Inventory(self.id, manifest, self.versions[:number])

    def expected(self) -> dict[str, str]:
        """Path → SHA-512 of every file below the object: contents, inventories, sidecars, declaration."""
        expected = dict(self.manifest)
        for number in range(1, len(self.versions) + 1):
            data = self.as_of(number).to_bytes()
            for start in (f"v{number}/", *(("",) if number == len(self.versions) else ())):
                expected[start + INVENTORY] = hashlib.sha512(data).hexdigest()
                expected[start + SIDECAR] = hashlib.sha512(sidecar(data)).hexdigest()
        expected[DECLARATION] = hashlib.sha512(DECLARATION_TEXT).hexdigest()
        return expected

    def named_paths(self) -> frozenset[str]:
        """Every path below the object that may exist; anything else is nobody's."""
        return frozenset(self.expected())

    def to_bytes(self) -> bytes:
        """The JSON file: sorted, so that the same inventory always has the same digest."""
        blocks = [
            f'  "v{number}": {{\n   "created": {_quoted(block.created.isoformat(timespec="seconds"))},\n'
            f'   "message": {_quoted(block.message)},\n   "state": {_by_digest(block.state, 3)},\n'
            f'   "user": {{\n    "address": {_quoted(block.user.address)},\n    "name": {_quoted(block.user.name)}\n   }}\n  }}'
            for number, block in sorted(enumerate(self.versions, 1), key=lambda item: f"v{item[0]}")
        ]
        return (
            f'{{\n "digestAlgorithm": "{ALGORITHM}",\n "head": "{self.head}",\n "id": {_quoted(self.id)},\n'
            f' "manifest": {_by_digest(self.manifest, 1)},\n "type": "{SPEC}",\n'
            f' "versions": {{\n{_JOIN.join(blocks)}\n }}\n}}\n'
        ).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Inventory:
        """Read one back, checked against OCFL 1.1 (E025–E066, E095–E102). Raises ``archive.bad_inventory``."""
        try:
            return _checked(_parsed(parse_object(data, "archive.bad_inventory")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OfficeError("archive.bad_inventory", reason=str(error)[:200]) from error


def sidecar(inventory: bytes) -> bytes:
    """The text beside an inventory (E060–E061)."""
    return f"{hashlib.sha512(inventory).hexdigest()} {INVENTORY}\n".encode("ascii")


@lru_cache(1024)  # it stands in every path
def version_number(name: str) -> int | None:
    """1 for ``v1``; None when it is not a version's name (or is zero-padded, which this archive never writes)."""
    match = _VERSION.fullmatch(name)
    return int(match.group(1)) if match else None


@lru_cache(1024)  # asked again and again of the object in hand
def object_folder(object_id: str) -> str:
    """Where an object lies below the root: layout 0003-hash-and-id-n-tuple, sha256, three tuples of three."""
    digest = hashlib.sha256(object_id.encode()).hexdigest()
    encoded = _TO_ENCODE.sub(lambda found: "".join(f"%{byte:02x}" for byte in found[0].encode()), object_id)
    if len(encoded) > 100:
        encoded = f"{encoded[:100]}-{digest}"
    return f"{digest[:3]}/{digest[3:6]}/{digest[6:9]}/{encoded}"


def is_inventory_of(folder: str, data: bytes) -> bool:
    """Whether these are the bytes of an inventory, and of the object that lies there."""
    try:
        return object_folder(Inventory.from_bytes(data).id) == folder
    except OfficeError:
        return False


@lru_cache(8192)  # as of keys
def check_logical_path(path: str) -> str:
    """The path itself; raises ``archive.bad_path`` (E051–E053, and text that no file system holds)."""
    parts = path.split("/")
    if not _NOT_NAMES.isdisjoint(parts) or _CONTROL.search(path):
        raise OfficeError("archive.bad_path", path=path)
    try:
        path.encode()
    except UnicodeEncodeError:
        raise OfficeError("archive.bad_path", path=ascii(path)) from None
    return path


def next_inventory(
    object_id: str,
    before: Inventory | None,
    files: Mapping[str, str],
    *,
    created: datetime,
    message: str,
    user: User,
) -> tuple[Inventory, dict[str, str]]:
    """The next version: the state before, with ``files`` (logical path → digest) added or replaced.

    Gives the inventory and what must be stored for it: content path → logical path. Bytes that the object already holds are not
    stored again. Raises ``archive.bad_path``; a path that is another's folder, too (E095).
    """
    number = len(before.versions) + 1 if before else 1
    state = {**(before.state if before else {}), **{check_logical_path(path): files[path] for path in files}}
    _refuse_conflicts(object_id, state)
    known = set(before.manifest.values()) if before else set()
    store: dict[str, str] = {}
    taken: set[str] = set()
    for logical in sorted(files):
        if files[logical] not in known:
            store[_content_path(number, logical, files[logical], taken)] = logical
    manifest = {**(before.manifest if before else {}), **{path: files[logical] for path, logical in store.items()}}
    block = VersionBlock(created.replace(microsecond=0), message, user, state)
    return Inventory(object_id, manifest, (*(before.versions if before else ()), block)), store


def _content_path(number: int, logical: str, digest: str, taken: set[str]) -> str:
    """The logical path below ``vN/content`` where every system can hold it, else a name made of the digest.

    ``taken`` holds what is used already, folded as file systems fold that know no case; folders end in "/".
    """
    start = f"v{number}/content/"
    candidates = [start + logical] if not key_problem(logical) and len(start + logical) <= MAX_CONTENT_PATH else []
    for count in range(1000):
        path = candidates.pop(0) if candidates else start + digest[:32] + (f"-{count}" if count > 1 else "")
        folded = unicodedata.normalize("NFC", path.casefold())
        parents = {folded[: at + 1] for at, char in enumerate(folded) if char == "/"}
        if folded not in taken and f"{folded}/" not in taken and not any(parent[:-1] in taken for parent in parents):
            taken.add(folded)
            taken.update(parents)
            return path
    raise OfficeError("archive.bad_path", path=logical)  # pragma: no cover - a thousand files of the same bytes


def _by_digest(paths: Mapping[str, str], depth: int) -> str:
    """Digest → paths, sorted, as ``json.dumps(…, indent=1, sort_keys=True)`` writes it at that depth, several times as quickly."""
    lists: dict[str, list[str]] = {}
    for path, digest in sorted(paths.items()):
        lists.setdefault(digest, []).append(_quoted(path))
    if not lists:
        return "{}"
    outer, inner = " " * (depth + 1), " " * (depth + 2)
    rows = (
        f'{outer}"{digest}": [\n{inner}{f"{_JOIN}{inner}".join(lists[digest])}\n{outer}]' for digest in sorted(lists)
    )
    return f"{{\n{_JOIN.join(rows)}\n{' ' * depth}}}"


def _refuse_conflicts(what: str, paths: Iterable[str]) -> None:
    """No path may be another's folder: sorted by a sign that comes before all others, a folder stands right before what lies in it."""
    ordered = sorted(path.replace("/", "\0") for path in set(paths))
    for one, following in pairwise(ordered):
        if following.startswith(f"{one}\0"):
            raise OfficeError("archive.bad_path", path=following.replace("\0", "/"), object=what)


def _require(condition: object, reason: str) -> None:
    if not condition:
        raise ValueError(reason)


def _parsed(raw: Any) -> Inventory:
    _require(set(raw) == _KEYS, "keys")
    _require(raw["type"] == SPEC and raw["digestAlgorithm"] == ALGORITHM, "type")
    _require(isinstance(raw["id"], str) and raw["id"], "id")
    names = [f"v{number}" for number in range(1, len(raw["versions"]) + 1)]
    _require(names and set(raw["versions"]) == set(names) and raw["head"] == names[-1], "versions")
    return Inventory(raw["id"], _by_path(raw["manifest"]), tuple(_block(raw["versions"][name]) for name in names))


def _block(raw: Any) -> VersionBlock:
    _require(set(raw) == _VERSION_KEYS and set(raw["user"]) == {"name", "address"}, "version keys")
    created = datetime.fromisoformat(raw["created"])
    _require(created.tzinfo is not None, "created without offset")
    texts = (raw["message"], raw["user"]["name"], raw["user"]["address"])
    _require(all(isinstance(text, str) for text in texts) and raw["user"]["name"], "text")
    return VersionBlock(created, texts[0], User(texts[1], texts[2]), _by_path(raw["state"]))


def _by_path(raw: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for digest, paths in raw.items():
        _require(_DIGEST.fullmatch(digest), "digest")
        _require(isinstance(paths, list) and paths, "paths")
        for path in paths:
            _require(isinstance(path, str) and path not in found, "path twice")
            found[path] = digest
    return found


def _checked(inventory: Inventory) -> Inventory:
    """The rules between the parts. Paths are checked before anything is opened by them."""
    for content in inventory.manifest:
        version, middle, rest = (*content.split("/", 2), "", "")[:3]
        number = version_number(version)
        _require(number and number <= len(inventory.versions) and middle == "content" and rest, "content path")
        _require(not key_problem(content), "content path")
    digests = set(inventory.manifest.values())
    used: set[str] = set()
    for block in inventory.versions:
        for logical, digest in block.state.items():
            try:
                check_logical_path(logical)
            except OfficeError:
                raise ValueError("logical path") from None
            _require(digest in digests, "digest not in manifest")
            used.add(digest)
        try:
            _refuse_conflicts(inventory.id, block.state)
        except OfficeError:
            raise ValueError("conflicting paths") from None
    _require(used == digests, "manifest names what no version uses")
    try:
        _refuse_conflicts(inventory.id, inventory.manifest)
    except OfficeError:
        raise ValueError("conflicting paths") from None
    return inventory
