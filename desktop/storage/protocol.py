"""What every object store does, and which keys every one of them can hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol, runtime_checkable

from desktop.records.errors import OfficeError

MAX_KEY_BYTES = 900  # S3 allows 1024 with the bucket's prefix
MAX_SEGMENT_BYTES = 255  # ext4, NTFS (there: UTF-16 units)

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"\\|?*]')
_SURROGATE = re.compile("[\ud800-\udfff]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored object. ``size`` in bytes; ``tag`` and ``version`` where the call says so, else empty."""

    key: str
    size: int
    tag: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One of the versions that a versioned store keeps under a key. A ``marker`` hides the key and has no bytes."""

    key: str
    version: str
    size: int
    latest: bool
    marker: bool


class ObjectStore(Protocol):
    """Bytes under keys. Writers add; nothing here deletes.

    Every call may raise ``storage.unreachable``, ``storage.denied`` and ``storage.bad_key``; writing also
    ``storage.disk_full``. A failed write leaves what was there (``on_disk="unchanged"``).
    """

    @property
    def url(self) -> str:
        """Where it is, without secrets: ``folder:PATH`` or ``s3://BUCKET/PREFIX``."""
        ...

    def get(self, key: str) -> bytes:
        """The bytes; raises ``storage.not_found``."""
        ...

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """The bytes with the tag that ``put_if_match`` wants; raises ``storage.not_found``."""
        ...

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write unless the key exists; of several writers exactly one gets True. Durable on return."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Write over whatever is there. For hints only."""
        ...

    def put_if_match(self, key: str, data: bytes, tag: str) -> bool:
        """Write over exactly the content of that tag; False when it has changed meanwhile or is gone."""
        ...

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        """Entries whose key starts with ``prefix`` and is greater than ``after``, sorted by key (code points).

        Each with its tag where telling it costs nothing more (S3): a key whose tag is the same has the same bytes.
        The order of keys beyond ASCII is the server's own; each is listed once.
        """
        ...

    def head(self, key: str) -> Entry | None:
        """The entry with its tag, or None."""
        ...

    def close(self) -> None:
        """Give back connections. The store may not be used afterwards."""
        ...


@runtime_checkable
class LockingStore(ObjectStore, Protocol):
    """A store that keeps versions and can lock one against deletion (S3 Object Lock, COMPLIANCE)."""

    def hide(self, key: str) -> None:
        """Put a delete marker over the key. No byte is lost; the versions stay."""
        ...

    def versions(self, prefix: str) -> Iterator[Version]:
        """All versions and markers under the prefix, sorted by key, newest first."""
        ...

    def revive(self, key: str, version: str) -> bool:
        """Put the bytes of one version under the key again unless the key exists. They do not travel. False when it exists."""
        ...

    def get_version(self, key: str, version: str) -> bytes:
        """The bytes of one version; raises ``storage.not_found``."""
        ...

    def retained_until(self, key: str, version: str = "") -> datetime | None:
        """Until when (UTC) that version, or the newest, resists deletion; None when it does not."""
        ...

    def retain(self, key: str, until: datetime, version: str = "") -> None:
        """Lock that version, or the newest, in COMPLIANCE mode until then. It can be extended, never shortened."""
        ...

    def purge_version(self, key: str, version: str) -> bool:
        """Try to delete one version for good; False when the store refuses. For the probe of ``archive doctor`` only."""
        ...


@lru_cache(8192)  # dossiers are alike: most of their paths stand in each of them
def key_problem(key: str) -> str:
    """Why a key is unusable, as a word; empty when every store and every system can hold it."""
    if not key:
        return "empty"
    if len(key.encode("utf-8", "surrogatepass")) > MAX_KEY_BYTES:
        return "long"
    if _SURROGATE.search(key) or unicodedata.normalize("NFC", key) != key:
        return "unicode"
    for segment in key.split("/"):
        if problem := _segment_problem(segment):
            return problem
    return ""


@lru_cache(8192)  # the same folders stand in key after key
def _segment_problem(segment: str) -> str:
    if not segment:
        return "slash"
    if segment.startswith("."):
        return "dot"
    if segment[-1] in ". ":
        return "ending"
    if _FORBIDDEN.search(segment):
        return "character"
    if _RESERVED.fullmatch(segment):
        return "reserved"
    if len(segment.encode("utf-8")) > MAX_SEGMENT_BYTES:
        return "long"
    return ""


def check_key(key: str) -> str:
    """The key itself; raises ``storage.bad_key`` with the reason."""
    if problem := key_problem(key):
        raise OfficeError("storage.bad_key", key=key, reason=problem)
    return key


def check_prefix(prefix: str) -> str:
    """A listing prefix: empty, or the beginning of a usable key. Raises ``storage.bad_key``."""
    whole = prefix.rstrip("/")
    if whole and (problem := key_problem(whole)) not in ("", "ending", "reserved"):
        raise OfficeError("storage.bad_key", key=prefix, reason=problem)
    if prefix.startswith("/") or prefix.endswith("//"):
        raise OfficeError("storage.bad_key", key=prefix, reason="slash")
    return prefix
