"""Names of objects in the exchange (docs/formats/exchange.md). Numbers are padded so that a listing is in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAIL = re.compile(r"units/([^/]+)/([^/]+)/in/([^/]+)/([0-9]{10})-([0-9a-f]{64})\.jws")
_DIRECTORY = re.compile(r"directory/([^/]+)/([0-9]{10})-([0-9a-f]{64})\.jws")
_BLOCK = re.compile(r"([0-9]{6})\.jws")
_BLOB = re.compile(r"blobs/([0-9a-f]{64})")


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
    found = _MAIL.fullmatch(key)
    return Mail(found[1], found[2], found[3], int(found[4]), found[5]) if found else None


def mail_prefix(entity: str, unit: str, device: str = "") -> str:
    """What the keys of a mailbox, or of one device in it, start with."""
    return f"units/{entity}/{unit}/in/{device}/" if device else f"units/{entity}/{unit}/in/"


def mail_after(entity: str, unit: str, device: str, seq: int) -> str:
    """A key just behind every delivery up to ``seq`` and before the next one."""
    return f"{mail_prefix(entity, unit, device)}{seq:010d}~"


def head_key(entity: str, unit: str, device: str) -> str:
    """The hint that holds the highest sequence number, as decimal digits."""
    return f"units/{entity}/{unit}/heads/{device}"


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
