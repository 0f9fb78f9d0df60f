"""The pouch (sobre): objects of the exchange on a stick, listed by a signed manifest (docs/formats/exchange.md, "Pouch").

``SOBRE-<device>-<number>/objects/<sha256>`` and, written last, ``manifest.jws``. A bundle can be read and written as an object
store, so that what comes on a stick goes the same way as what comes by the line.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.storage.protocol import Entry

from .envelopes import (
    MAX_CHARACTERS,
    Envelope,
    canonical,
    read_canonical,
    require_signature,
    seal_payload,
    take_apart,
)
from .keys import (
    read_ack,
    read_blob_key,
    read_directory_key,
    read_piece_key,
    read_pieces_key,
    read_pouch_letter,
    requests_prefix,
)
from .pieces import put_right

if TYPE_CHECKING:
    from desktop.records.people import Directory
    from desktop.storage.protocol import ObjectStore

    from .device import DeviceKey

POUCH = "qillqa-pouch+jws"
TYPE = "qillqa-pouch"
FORMAT = 1
MOST_OBJECTS = 200_000
NEEDS = ".needs"
_PREFIX = "SOBRE-"
_FOLDER = re.compile(r"SOBRE-([A-Za-z0-9-]{1,64})-([0-9]{5,9})")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_REQUEST = re.compile(r"[0-9a-f]{64}\.jws")
_NEEDS = re.compile(r"pouch/[^/]+/[^/]+/[^/]+/[0-9]{10}-[0-9a-f]{64}\.needs")
_MOST_NEEDS = 10_000


@dataclass(frozen=True, slots=True)
class Item:
    """One object: its key in the exchange, its size in bytes and the SHA-256 hex of its bytes, which is its name on the stick."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a device says is in a pouch. ``units`` are those for which there are letters; ``directory`` the number it carries or 0."""

    entity: str
    device: str
    unit: str
    number: int
    units: tuple[str, ...]
    directory: int
    items: tuple[Item, ...] = field(repr=False)

    def to_payload(self) -> bytes:
        """Canonical JSON. Raises ``envelope.malformed``."""
        return canonical({
            "v": FORMAT,
            "type": TYPE,
            "entity": self.entity,
            "device": self.device,
            "unit": self.unit,
            "number": self.number,
            "units": sorted(self.units),
            "directory": self.directory,
            "objects": [[item.key, item.size, item.sha256] for item in sorted(self.items, key=lambda one: one.key)],
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sealed:
    """A manifest read and not believed yet; ``require_known`` checks who signed it."""

    manifest: Manifest
    envelope: Envelope

    def require_known(self, directory: Directory) -> None:
        """Raises ``pouch.foreign_entity``, ``pouch.unknown_device``, ``pouch.damaged`` where the signature does not hold.

        A revoked device may still bring what it wrote before: each object is checked by itself.
        """
        if self.manifest.entity != directory.entity.id:
            raise OfficeError("pouch.foreign_entity", device=self.manifest.device)
        found = next((item for item in directory.devices if item.id == self.manifest.device), None)
        if found is None:
            raise OfficeError("pouch.unknown_device", device=self.manifest.device)
        try:
            require_signature(self.envelope, found.verify_key)
        except OfficeError as error:
            raise OfficeError("pouch.damaged", reason="signature") from error


@dataclass(frozen=True, slots=True)
class FoundBundle:
    """A folder on a stick that has the name of a pouch; ``finished`` where a manifest lies in it."""

    folder: str
    device: str
    number: int
    finished: bool


class Bundle:
    """One pouch as an object store: keys of the exchange over files named by their digest."""

    def __init__(self, stick: ObjectStore, folder: str, items: Iterable[Item] = ()) -> None:
        self._stick = stick
        self._folder = folder
        self._items = {item.key: item for item in items}

    @property
    def url(self) -> str:
        """Where it lies."""
        return f"{self._stick.url}/{self._folder}"

    @property
    def items(self) -> tuple[Item, ...]:
        """What is in it so far."""
        return tuple(self._items.values())

    def get(self, key: str) -> bytes:
        """The bytes. Raises ``storage.not_found``, and ``mail.damaged`` where they are not those of the manifest."""
        item = self._items.get(key)
        if item is None:
            raise OfficeError("storage.not_found", url=self.url, key=key)
        data = self._stick.get(_object(self._folder, item.sha256))
        if len(data) != item.size or hashlib.sha256(data).hexdigest() != item.sha256:
            raise OfficeError("mail.damaged", key=key)
        return data

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """The bytes and their digest."""
        data = self.get(key)
        return data, hashlib.sha256(data).hexdigest()

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Add an object; what an interrupted writing left of it is put right. False where the key is taken."""
        if key in self._items:
            return False
        self.put(key, data)
        return True

    def put(self, key: str, data: bytes) -> None:
        """Add an object."""
        sha256 = hashlib.sha256(data).hexdigest()
        put_right(self._stick, _object(self._folder, sha256), data)
        self._items[key] = Item(key, len(data), sha256)

    def put_if_match(self, key: str, data: bytes, tag: str) -> bool:
        """Nothing in a pouch is exchanged for another thing."""
        del key, data, tag
        return False

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        """Entries in the order of their keys."""
        for key in sorted(self._items):
            if key.startswith(prefix) and key > after:
                yield Entry(key, self._items[key].size, self._items[key].sha256)

    def head(self, key: str) -> Entry | None:
        """The entry, or None."""
        item = self._items.get(key)
        return Entry(key, item.size, item.sha256) if item else None

    def close(self) -> None:
        """Nothing to give back."""

    def finish(self, manifest: Manifest, key: DeviceKey) -> None:
        """Write the manifest: from now on it is a pouch. Raises storage's codes, then it is none."""
        jws = seal_payload(manifest.to_payload(), key, POUCH)
        if len(jws) > MAX_CHARACTERS or len(manifest.items) > MOST_OBJECTS:
            raise OfficeError("pouch.too_many", count=len(manifest.items))
        put_right(self._stick, _manifest(self._folder), jws.encode("ascii"))


def folder_name(device: str, number: int) -> str:
    """The name of a pouch on the stick."""
    return f"{_PREFIX}{device}-{number:05d}"


def find_bundles(stick: ObjectStore) -> list[FoundBundle]:
    """The pouches on a stick, in the order of their names. Other files are nobody's. Raises ``storage.unreachable``."""
    found: dict[str, FoundBundle] = {}
    for entry in stick.list(_PREFIX):
        folder, _, rest = entry.key.partition("/")
        named = _FOLDER.fullmatch(folder)
        if named is None or not (rest == "manifest.jws" or is_object(rest.removeprefix("objects/"))):
            continue
        finished = rest == "manifest.jws" or (folder in found and found[folder].finished)
        found[folder] = FoundBundle(folder, named[1], int(named[2]), finished)
    return list(found.values())


def read_bundle(stick: ObjectStore, folder: str) -> tuple[Sealed, Bundle]:
    """A pouch's manifest, not believed yet, and its objects. Raises ``pouch.damaged``, ``pouch.newer_format``, storage's codes."""
    key = _manifest(folder)
    size = next((entry.size for entry in stick.list(key) if entry.key == key), 0)
    if size > MAX_CHARACTERS:
        raise OfficeError("pouch.damaged", reason="size")
    try:
        envelope = take_apart(stick.get(key), POUCH)
        manifest = _from_payload(envelope.payload)
    except OfficeError as error:
        if not error.code.startswith("envelope."):
            raise
        raise OfficeError("pouch.damaged", reason=error.code) from error
    if envelope.kid != manifest.device or folder != folder_name(manifest.device, manifest.number):
        raise OfficeError("pouch.damaged", reason="name")
    return Sealed(manifest, envelope), Bundle(stick, folder, manifest.items)


def pack_needs(keys: Iterable[str]) -> bytes:
    """What lies beside a letter, for carriers who cannot open it: the SHA-256 of the ciphertexts that go with it."""
    return json.dumps(sorted(set(keys))).encode("ascii")


def read_needs(data: bytes) -> list[str]:
    """Digests of ciphertexts; none for anything that is no such list (it is a hint: nobody signed it)."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, list) or len(found) > _MOST_NEEDS:
        return []
    return [one for one in found if isinstance(one, str) and _DIGEST.fullmatch(one)]


def needs_key(letter_key: str) -> str:
    """Where the list of a letter's ciphertexts lies."""
    return letter_key.removesuffix(".age") + NEEDS


def is_object(name: str) -> bool:
    """Whether a file in a pouch has the name of an object."""
    return _DIGEST.fullmatch(name) is not None


def is_request(key: str, entity: str) -> bool:
    """Whether a key is that of a request for enrolment."""
    prefix = requests_prefix(entity)
    return key.startswith(prefix) and _REQUEST.fullmatch(key.removeprefix(prefix)) is not None


def travels(key: str, entity: str, sha256: str) -> bool:
    """Whether such an object may come out of a pouch, and is what its key says. Blocks of numbers never are."""
    if (letter := read_pouch_letter(key)) is not None:
        return letter.entity == entity and letter.digest == sha256
    if (cipher := read_blob_key(key)) is not None:
        return cipher == sha256
    if (piece := read_piece_key(key)) is not None:
        return piece.digest == sha256
    if (named := read_directory_key(key)) is not None:
        return named[1] == sha256 and key.startswith(f"directory/{entity}/")
    if is_request(key, entity):
        return key.endswith(f"/{sha256}.jws")
    if (ack := read_ack(key)) is not None:
        return ack.entity == entity
    return read_pieces_key(key) is not None or (_NEEDS.fullmatch(key) is not None and key.split("/")[1] == entity)


def _from_payload(payload: bytes) -> Manifest:
    value = read_canonical(payload)
    try:
        if value["type"] != TYPE or not isinstance(value["v"], int):
            raise ValueError("type")
        if value["v"] != FORMAT:
            raise OfficeError("pouch.newer_format", version=value["v"])
        texts = [value[name] for name in ("entity", "device", "unit")]
        numbers = [value["number"], value["directory"]]
        if not all(isinstance(text, str) for text in [*texts, *value["units"]]):
            raise TypeError("text")
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise TypeError("number")
        items = _items(value["objects"], texts[0])
    except (KeyError, TypeError, ValueError) as error:
        raise OfficeError("pouch.damaged", reason=type(error).__name__) from error
    return Manifest(texts[0], texts[1], texts[2], numbers[0], tuple(value["units"]), numbers[1], items)


def _items(rows: object, entity: str) -> tuple[Item, ...]:
    """What may travel; other keys are passed over, as those of a newer program. Raises TypeError, ValueError."""
    if not isinstance(rows, list) or len(rows) > MOST_OBJECTS:
        raise ValueError("objects")
    found: dict[str, Item] = {}
    for key, size, sha256 in rows:
        if not isinstance(key, str) or type(size) is not int or size < 0 or not isinstance(sha256, str):
            raise TypeError("object")
        if _DIGEST.fullmatch(sha256) is None or key in found:
            raise ValueError("object")
        if travels(key, entity, sha256):
            found[key] = Item(key, size, sha256)
    return tuple(found.values())


def _object(folder: str, sha256: str) -> str:
    return f"{folder}/objects/{sha256}"


def _manifest(folder: str) -> str:
    return f"{folder}/manifest.jws"
