"""Names of objects in the exchange (docs/formats/exchange.md). Numbers are padded so that a listing is in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from desktop.storage.protocol import MAX_KEY_BYTES, key_problem

_MAIL = re.compile(r"units/([^/]+)/([^/]+)/in/([^/]+)/([0-9]{10})-([0-9a-f]{64})\.jws")
_LETTER = re.compile(r"units/([^/]+)/([^/]+)/in/([^/]+)/([0-9]{10})-([0-9a-f]{64})\.age")
_POUCH_LETTER = re.compile(r"pouch/([^/]+)/([^/]+)/([^/]+)/([0-9]{10})-([0-9a-f]{64})\.age")
_HEAD = re.compile(r"units/[^/]+/[^/]+/heads/([^/]+)")
_ACK = re.compile(r"pouch/([^/]+)/([^/]+)/acks/([^/]+)\.jws")
_PIECE = re.compile(r"blobs/([0-9a-f]{64})\.d/([0-9]{6})-([0-9a-f]{64})")
_PIECES = re.compile(r"blobs/([0-9a-f]{64})\.pieces")
_DIRECTORY = re.compile(r"directory/([^/]+)/([0-9]{10})-([0-9a-f]{64})\.jws")
_BLOCK = re.compile(r"([0-9]{6})\.jws")
_BLOB = re.compile(r"blobs/([0-9a-f]{64})")
_SHORT = MAX_KEY_BYTES // 4  # characters: whatever they are, not too many bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One delivery: the ``seq``-th event that ``device`` put into the mailbox of ``unit``."""

    entity: str
    unit: str
    device: str
    seq: int
    digest: str

    @property
    def key(self) -> str:
        """Its name in the exchange."""
        return f"{mail_prefix(self.entity, self.unit, self.device)}{self.seq:010d}-{self.digest}.jws"


def read_mail(key: str) -> Mail | None:
    """The delivery that a key names; None for a key of another form."""
    found = _read(_MAIL, key)
    return Mail(found[1], found[2], found[3], int(found[4]), found[5]) if found else None


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery that is sealed whole: the ``seq``-th event that ``device`` put into the mailbox of ``unit``.

    ``digest`` is the SHA-256 hex of the age file, since that of the event is inside.
    """

    entity: str
    unit: str
    device: str
    seq: int
    digest: str

    @property
    def key(self) -> str:
        """Its name in the mailbox."""
        return f"{mail_prefix(self.entity, self.unit, self.device)}{self.seq:010d}-{self.digest}.age"

    @property
    def pouch_key(self) -> str:
        """Its name where it waits for a pouch, or comes out of one."""
        return f"{pouch_prefix(self.entity, self.unit, self.device)}{self.seq:010d}-{self.digest}.age"


def read_letter(key: str) -> Letter | None:
    """The letter in a mailbox that a key names; None for a key of another form."""
    return _letter(_read(_LETTER, key))


def read_pouch_letter(key: str) -> Letter | None:
    """The letter of a pouch that a key names; None for a key of another form."""
    return _letter(_read(_POUCH_LETTER, key))


Delivery = Mail | Letter


def read_delivery(key: str) -> Delivery | None:
    """The mail or letter in a mailbox that a key names; None for a key of another form."""
    return read_mail(key) or read_letter(key)


def _read(form: re.Pattern[str], key: str) -> re.Match[str] | None:
    """None also for what has the form and is no key, since it cannot be asked for: anybody may write any name into a folder."""
    found = form.fullmatch(key)
    if found is None:
        return None
    folder, _, name = key.rpartition("/")
    short = len(key) <= _SHORT
    return None if (_folder_problem(folder) or key_problem(name) if short else key_problem(key)) else found


@lru_cache(maxsize=512)
def _folder_problem(folder: str) -> str:
    """The same for all that lies in it: a mailbox may hold a million."""
    return key_problem(folder)


def _letter(found: re.Match[str] | None) -> Letter | None:
    return Letter(found[1], found[2], found[3], int(found[4]), found[5]) if found else None


def pouch_prefix(entity: str, unit: str, device: str = "") -> str:
    """What the keys of all that waits for that unit's pouch, or of one device's part of it, start with."""
    return f"pouch/{entity}/{unit}/{device}/" if device else f"pouch/{entity}/{unit}/"


@dataclass(frozen=True, slots=True)
class Ack:
    """What ``device``, which reads ``unit``'s pouches, acknowledges; overwritten as it grows."""

    entity: str
    unit: str
    device: str

    @property
    def key(self) -> str:
        """Its name in the exchange."""
        return f"{acks_prefix(self.entity, self.unit)}{self.device}.jws"


def read_ack(key: str) -> Ack | None:
    """The acknowledgement that a key names; None for a key of another form."""
    found = _read(_ACK, key)
    return Ack(found[1], found[2], found[3]) if found else None


def acks_prefix(entity: str, unit: str) -> str:
    """What the keys of a unit's acknowledgements start with."""
    return f"{pouch_prefix(entity, unit)}acks/"


def mail_prefix(entity: str, unit: str, device: str = "") -> str:
    """What the keys of a mailbox, or of one device in it, start with."""
    return f"units/{entity}/{unit}/in/{device}/" if device else f"units/{entity}/{unit}/in/"


def mail_after(entity: str, unit: str, device: str, seq: int) -> str:
    """A key just behind every delivery up to ``seq`` and before the next one."""
    return f"{mail_prefix(entity, unit, device)}{seq:010d}~"


def head_key(entity: str, unit: str, device: str) -> str:
    """The hint that holds the highest sequence number, as decimal digits."""
    return f"units/{entity}/{unit}/heads/{device}"


def read_head_key(key: str) -> str | None:
    """The device whose hint lies there; None for a key of another form."""
    found = _read(_HEAD, key)
    return found[1] if found else None


def heads_prefix(entity: str, unit: str) -> str:
    """What the hints of a mailbox start with."""
    return f"units/{entity}/{unit}/heads/"


def blob_key(cipher: str) -> str:
    """Where a ciphertext of that SHA-256 lies."""
    return f"blobs/{cipher}"


def read_blob_key(key: str) -> str | None:
    """The digest that a blob's key names; None for another key."""
    found = _BLOB.fullmatch(key)
    return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Piece:
    """Part ``n`` (from 0) of a large ciphertext; ``digest`` is the SHA-256 hex of the part."""

    cipher: str
    n: int
    digest: str

    @property
    def key(self) -> str:
        """Its name in the exchange."""
        return piece_key(self.cipher, self.n, self.digest)


def piece_key(cipher: str, n: int, digest: str) -> str:
    """Where part ``n`` of that ciphertext lies."""
    return f"{piece_prefix(cipher)}{n:06d}-{digest}"


def piece_prefix(cipher: str) -> str:
    """What the parts of a ciphertext start with."""
    return f"{blob_key(cipher)}.d/"


def read_piece_key(key: str) -> Piece | None:
    """The part that a key names; None for another key."""
    found = _PIECE.fullmatch(key)
    return Piece(found[1], int(found[2]), found[3]) if found else None


def pieces_key(cipher: str) -> str:
    """Where the list of a ciphertext's parts lies; it is written last."""
    return f"{blob_key(cipher)}.pieces"


def read_pieces_key(key: str) -> str | None:
    """The ciphertext whose list of parts a key names; None for another key."""
    found = _PIECES.fullmatch(key)
    return found[1] if found else None


def directory_prefix(entity: str) -> str:
    """What the versions of an entity's directory start with."""
    return f"directory/{entity}/"


def directory_key(entity: str, number: int, digest: str) -> str:
    """Where one version lies."""
    return f"{directory_prefix(entity)}{number:010d}-{digest}.jws"


def read_directory_key(key: str) -> tuple[int, str] | None:
    """(number, digest) of a directory's key; None for another key, e.g. a request."""
    found = _DIRECTORY.fullmatch(key)
    return (int(found[2]), found[3]) if found else None


def requests_prefix(entity: str) -> str:
    """What requests for enrolment start with."""
    return f"directory/{entity}/requests/"


def request_key(entity: str, digest: str) -> str:
    """Where a request lies; ``digest`` is the SHA-256 hex of its JWS."""
    return f"{requests_prefix(entity)}{digest}.jws"


def block_prefix(entity: str, series: str, year: int) -> str:
    """What the blocks of a series and year start with."""
    return f"blocks/{entity}/{series}/{year}/"


def block_key(entity: str, series: str, year: int, ordinal: int) -> str:
    """Where the ``ordinal``-th block lies."""
    return f"{block_prefix(entity, series, year)}{ordinal:06d}.jws"


def read_block_ordinal(name: str) -> int | None:
    """The ordinal that the last part of a block's key tells; None for a foreign file."""
    found = _BLOCK.fullmatch(name)
    return int(found[1]) if found else None
