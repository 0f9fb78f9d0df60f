"""Large ciphertexts travel in pieces, so that a line that breaks in the middle costs one piece and not the file.

``blobs/<cipher>.d/<n>-<sha256 of the piece>`` of 256 KiB each, and ``blobs/<cipher>.pieces``, the JSON list of their digests, written
last: a ciphertext is there when its list is. Small ones lie whole under ``blobs/<cipher>``, and so did all of older programs.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from desktop.records.errors import OfficeError
from desktop.store.failures import of_disk

from .keys import blob_key, piece_key, piece_prefix, pieces_key
from .mailbox import fetch, older_bytes

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore

PIECE = 256 * 1024  # bytes
LARGE = 512 * 1024  # bytes of ciphertext above which it travels in pieces
_MOST_PIECES = 1_000_000
_ASKED_EVERY = 500  # entries of a listing
_T = TypeVar("_T")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Pause(Protocol):
    """Asked between pieces and between objects."""

    def requested(self) -> bool:
        """Whether the work should end after what is under way."""
        ...


class Never:
    """Nobody asks for a pause."""

    def requested(self) -> bool:
        """No."""
        return False


NEVER = Never()


class Halt:
    """A pause that somebody asks for, or that comes of itself because something else went wrong."""

    def __init__(self, asked: Pause) -> None:
        self._asked = asked
        self._halted = threading.Event()

    def now(self) -> None:
        """End the work as a pause would."""
        self._halted.set()

    def requested(self) -> bool:
        """Whether somebody asked, or it was ended."""
        return self._halted.is_set() or self._asked.requested()


class Paused(Exception):  # noqa: N818 - no error: somebody asked for it
    """The work ended between two pieces; what has gone stays, and the next run goes on from there."""


def heeding(pause: Pause, listed: Iterable[_T]) -> Iterator[_T]:
    """A long listing that ends when somebody asks for it. Raises ``Paused``."""
    for number, one in enumerate(listed, 1):
        if number % _ASKED_EVERY == 0 and pause.requested():
            raise Paused
        yield one


def put_pieces(exchange: ObjectStore, cipher: str, path: Path, *, pause: Pause = NEVER) -> int:
    """Put the ciphertext of that SHA-256 piece by piece; returns how many pieces had to be sent.

    Pieces that lie there already with their size are not sent again. Raises ``Paused``, ``store.bytes_missing`` where the file is gone,
    ``store.bytes_damaged`` where it is not what its name says (then no list is written), and storage's codes.
    """
    there = _there(exchange, cipher)
    if there is None:
        return 0
    digests, whole, sent = list[str](), hashlib.sha256(), 0
    for number, piece in enumerate(_read(path, cipher)):
        digest = hashlib.sha256(piece).hexdigest()
        digests.append(digest)
        whole.update(piece)
        key = piece_key(cipher, number, digest)
        if there.get(key) != len(piece):
            if pause.requested():
                raise Paused
            put_right(exchange, key, piece)
            sent += 1
    if whole.hexdigest() != cipher:
        raise OfficeError("store.bytes_damaged", sha256=cipher, path=str(path))
    put_right(exchange, pieces_key(cipher), json.dumps(digests).encode("ascii"))
    return sent


def put_right(exchange: ObjectStore, key: str, data: bytes) -> None:
    """Put content under its key, once. What is there already is compared; other bytes there are put right.

    All our keys name the digest of their content or of the event, so that only one content can be the right one. Raises
    ``push.key_taken`` where other bytes stay there.
    """
    if exchange.put_if_absent(key, data):
        return
    found, tag = exchange.get_tagged(key)
    if hashlib.sha256(found).digest() == hashlib.sha256(data).digest():
        return
    if not exchange.put_if_match(key, data, tag):
        raise OfficeError("push.key_taken", key=key)


def fetch_blob(exchange: ObjectStore, cipher: str, folder: Path, *, large: bool, pause: Pause = NEVER) -> Path:
    """The ciphertext of that SHA-256 as a file below ``folder``, checked; ``large`` is a guess at how it lies there.

    Pieces that came are kept in ``folder`` until all are there, and are not fetched again. The caller removes the file
    (``forget``). Raises ``Paused``, ``storage.not_found``, ``mail.damaged`` where only other bytes are there, storage's codes, and
    ``store.disk_full`` or ``store.unwritable`` where this PC cannot keep them.
    """
    target = folder / f"{cipher}.age"
    try:
        return _fetch(exchange, cipher, folder, target, large, pause)
    except OSError as error:
        raise of_disk(error, target) from error


def _fetch(exchange: ObjectStore, cipher: str, folder: Path, target: Path, large: bool, pause: Pause) -> Path:
    for in_pieces in (large, not large):
        try:
            if in_pieces:
                _fetch_pieces(exchange, cipher, folder, target, pause)
            else:
                folder.mkdir(parents=True, exist_ok=True)
                target.write_bytes(fetch(exchange, blob_key(cipher), cipher))
        except OfficeError as error:
            if error.code != "storage.not_found" or in_pieces is not large:
                raise
        else:
            return target
    raise AssertionError("unreachable")


def forget(folder: Path, cipher: str) -> None:
    """Remove what ``fetch_blob`` left there of one ciphertext."""
    (folder / f"{cipher}.age").unlink(missing_ok=True)
    shutil.rmtree(folder / cipher, ignore_errors=True)


def _there(exchange: ObjectStore, cipher: str) -> dict[str, int] | None:
    """The pieces that lie there with their sizes; None when the list and all that it names are there."""
    there = {entry.key: entry.size for entry in exchange.list(piece_prefix(cipher))}
    if not there:
        return {}
    try:
        digests = _list(exchange, cipher)
    except OfficeError as error:
        if error.code not in {"storage.not_found", "mail.damaged"}:
            raise
        return there
    named = {piece_key(cipher, number, digest) for number, digest in enumerate(digests)}
    return None if named <= there.keys() else there


def _read(path: Path, cipher: str) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except FileNotFoundError as error:
        raise OfficeError("store.bytes_missing", sha256=cipher) from error


def _list(exchange: ObjectStore, cipher: str) -> list[str]:
    """The digests of the pieces, as the newest list says that can be read."""
    return next(_lists(exchange, cipher))


def _lists(exchange: ObjectStore, cipher: str) -> Iterator[list[str]]:
    """The list under the key, then those of older versions: somebody may have written another one over it.

    Whole is what has the right digest. Raises ``storage.not_found``, ``mail.damaged`` where none can be read.
    """
    key, seen = pieces_key(cipher), list[list[str]]()
    for data in chain([exchange.get(key)], older_bytes(exchange, key)):
        digests = _read_list(data)
        if digests is not None and digests not in seen:
            seen.append(digests)
            yield digests
    if not seen:
        raise OfficeError("mail.damaged", key=key)


def _read_list(data: bytes) -> list[str] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or not 0 < len(found) <= _MOST_PIECES:
        return None
    return found if all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in found) else None


def _fetch_pieces(exchange: ObjectStore, cipher: str, folder: Path, target: Path, pause: Pause) -> None:
    kept = folder / cipher
    for digests in _lists(exchange, cipher):
        kept.mkdir(parents=True, exist_ok=True)
        for number, digest in enumerate(digests):
            place = kept / f"{number:06d}-{digest}"
            if place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == digest:
                continue
            if pause.requested():
                raise Paused
            _write_whole(place, fetch(exchange, piece_key(cipher, number, digest), digest))
        if _join([kept / f"{number:06d}-{digest}" for number, digest in enumerate(digests)], target) == cipher:
            shutil.rmtree(kept, ignore_errors=True)
            return  # otherwise it is a list of true pieces of something else
    target.unlink(missing_ok=True)
    shutil.rmtree(kept, ignore_errors=True)
    raise OfficeError("mail.damaged", key=pieces_key(cipher))


def _join(parts: list[Path], target: Path) -> str:
    """Write the parts one behind the other; returns the SHA-256 of the whole."""
    whole = hashlib.sha256()
    with target.open("wb") as out:
        for part in parts:
            data = part.read_bytes()
            whole.update(data)
            out.write(data)
    return whole.hexdigest()


def _write_whole(path: Path, data: bytes) -> None:
    """Under its name only when whole; not synced: what a power cut takes is fetched again."""
    staged = path.with_suffix(".part")
    staged.write_bytes(data)
    staged.replace(path)
