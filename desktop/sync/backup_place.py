"""What lies in the second place (docs/formats/backup.md): sealed chunks under keyed names, and per backup one sealed list, written last.

Chunks open with the desk's own key. A list opens with that key and with each recovery key of the entity, and holds the desk's key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from desktop.records.errors import OfficeError

from .blobs import age_recipient
from .device import DeviceKey
from .letters import NOT_OURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop.storage.protocol import ObjectStore

FORMAT = 1
CHUNK = 1024 * 1024  # bytes of a file that are sealed together; a database changes in few of them from day to day
PREFIX = "backups/"
_LIST = re.compile(r"backups/([^/]+)/([^/]+)/([0-9]{8}T[0-9]{6}Z)-([0-9]{6})\.age")
_MAC = 32
_NAMES, _LISTS = b"qillqa backup names 1", b"qillqa backup list 1"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, order=True)
class Listed:
    """A backup in the place. ``number`` counts up; ``at`` is what the PC's clock said, as in the key."""

    entity: str
    device: str
    number: int
    at: str

    @property
    def key(self) -> str:
        """Its name in the place."""
        return f"{device_prefix(self.entity, self.device)}{self.at}-{self.number:06d}.age"

    @property
    def moment(self) -> datetime:
        """``at`` as a time."""
        return datetime.strptime(self.at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file of the home: its name there, its length in bytes, and the SHA-256 (hex) of each chunk in order."""

    name: str
    size: int
    chunks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that makes the home again: the key and the secrets as well. Never log one."""

    listed: Listed
    unit: str
    secret: str = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    files: tuple[SavedFile, ...]


def device_prefix(entity: str, device: str) -> str:
    """What all of one desk's backups start with."""
    return f"{PREFIX}{entity}/{device}/"


def chunk_prefix(entity: str, device: str) -> str:
    """What its chunks start with."""
    return f"{device_prefix(entity, device)}bytes/"


def chunk_key(entity: str, device: str, key: DeviceKey, digest: str) -> str:
    """Where the chunk of that SHA-256 lies: the place does not learn the digest, since only this desk can make the name."""
    name = hmac.new(_derived(key, _NAMES), bytes.fromhex(digest), hashlib.sha256).hexdigest()
    return f"{chunk_prefix(entity, device)}{name[:2]}/{name}"


def list_backups(place: ObjectStore, prefix: str = PREFIX) -> Iterator[Listed]:
    """The finished backups below that prefix. A whole listing of the place: chunks lie there, too."""
    for entry in place.list(prefix):
        found = read_list_key(entry.key)
        if found is not None:
            yield found


def read_list_key(key: str) -> Listed | None:
    """The backup that a key names; None for a chunk or a foreign file."""
    found = _LIST.fullmatch(key)
    return Listed(found[1], found[2], int(found[4]), found[3]) if found else None


def seal_chunk(data: bytes, key: DeviceKey) -> bytes:
    """Encrypt a chunk to the desk itself."""
    import pyrage

    sealed: bytes = pyrage.encrypt(data, [age_recipient(key.id, key.public()[1])])
    return sealed


def open_chunk(sealed: bytes, digest: str, key: DeviceKey) -> bytes:
    """The chunk, checked. Raises ``restore.damaged``."""
    import pyrage

    try:
        data = bytes(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(key.age_identity)]))
    except pyrage.DecryptError as error:
        raise OfficeError("restore.damaged", on_disk="unchanged", reason="chunk") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise OfficeError("restore.damaged", on_disk="unchanged", reason="chunk")
    return data


def seal_list(manifest: Manifest, key: DeviceKey, recovery: Sequence[str]) -> bytes:
    """Encrypt to the desk and to every recovery key. Raises ``blob.bad_recipient``."""
    import pyrage

    readers = [age_recipient(key.id, key.public()[1]), *(age_recipient("recovery", each) for each in recovery)]
    told = manifest.listed
    text = json.dumps(
        {
            "v": FORMAT,
            "entity": told.entity,
            "device": told.device,
            "number": told.number,
            "at": told.at,
            "unit": manifest.unit,
            "secret": manifest.secret,
            "secrets": dict(manifest.secrets),
            "files": [[each.name, each.size, list(each.chunks)] for each in manifest.files],
        },
        ensure_ascii=False,
    ).encode("utf-8")
    sealed: bytes = pyrage.encrypt(hmac.digest(_derived(key, _LISTS), text, "sha256") + text, readers)
    return sealed


def open_list(sealed: bytes, listed: Listed, identity: str) -> tuple[Manifest, DeviceKey]:
    """The list of that name and the desk's key that was inside; the list is by whoever had that key.

    Raises ``restore.bad_identity``, ``restore.not_for_key`` where it was not sealed to that identity, ``restore.newer``,
    ``restore.damaged``.
    """
    import pyrage

    try:
        own = pyrage.x25519.Identity.from_str(identity.strip())
    except pyrage.IdentityError:
        raise OfficeError("restore.bad_identity", on_disk="unchanged") from None
    try:
        opened = bytes(pyrage.decrypt(sealed, [own]))
    except pyrage.DecryptError as error:
        if str(error) == NOT_OURS:
            raise OfficeError("restore.not_for_key", on_disk="unchanged") from None
        raise OfficeError("restore.damaged", on_disk="unchanged", reason="list") from None
    mac, text = opened[:_MAC], opened[_MAC:]
    manifest = _read(text, listed)
    key = DeviceKey.from_secret(manifest.secret)
    if key.id != listed.device or not hmac.compare_digest(hmac.digest(_derived(key, _LISTS), text, "sha256"), mac):
        raise OfficeError("restore.damaged", on_disk="unchanged", reason="list")
    return manifest, key


def _read(text: bytes, listed: Listed) -> Manifest:
    try:
        value: Any = json.loads(text)
        if isinstance(value["v"], int) and value["v"] > FORMAT:
            raise OfficeError("restore.newer", on_disk="unchanged", version=value["v"])
        files = tuple(_file(*row) for row in value["files"])
        read = Listed(str(value["entity"]), str(value["device"]), int(value["number"]), str(value["at"]))
        secrets = {str(name): str(each) for name, each in value["secrets"].items()}
        if read != listed or value["v"] != FORMAT:
            raise ValueError("name")
        return Manifest(listed, str(value["unit"]), str(value["secret"]), secrets, files)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise OfficeError("restore.damaged", on_disk="unchanged", reason="list") from None


def _file(name: str, size: int, chunks: list[str]) -> SavedFile:
    whole = isinstance(name, str) and isinstance(size, int) and size >= 0
    if not whole or not all(_DIGEST.fullmatch(each) for each in chunks) or len(chunks) != -(-size // CHUNK):
        raise ValueError("file")
    return SavedFile(name, size, tuple(chunks))


def _derived(key: DeviceKey, purpose: bytes) -> bytes:
    return hmac.digest(key.signing_seed, purpose, "sha256")
