"""Anchors on disk, with who published each, who brought it, and how its fingerprint was confirmed (docs/formats/trust.md).

One JSON file in a folder. A file that is damaged or newer is refused with what to do: never taken for an empty one, for then nothing
would be trusted without anybody knowing, and never read in part.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from .errors import SigningError
from .shared_file import locked, write_locked
from .subject import name_of
from .trust import Anchor, Purpose, TrustStore, checked_certificate, read_certificates

if TYPE_CHECKING:
    from asn1crypto import x509

FILE = "anchors.json"
FORMAT = 1
PRACTICE_MARK = "SIN VALOR"  # in the subject of every certificate of a practice office
_LARGEST = 20_000_000  # bytes
_KINDS = ("anchor", "intermediate")
_DIGESTS = {40: "sha1", 64: "sha256"}


@dataclass(frozen=True, slots=True)
class StoredAnchor:
    """A certificate of the store. ``kind``: ``anchor``, or ``intermediate``, which only helps to build chains.

    ``source``: who published it; ``published``: where, as text; ``read_on``: when it was read there. ``country``: ISO 3166-1 alpha-2 or
    empty. ``imported_by``: as the computer knows the person. ``confirmed``: ``sha256``, ``sha1``, or empty for intermediates.
    """

    der: bytes
    kind: str
    purpose: Purpose
    source: str
    imported_by: str
    imported_at: datetime
    published: str = ""
    read_on: date | None = None
    country: str = ""
    confirmed: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def sha1(self) -> str:
        """For comparing with publications, which often give no other."""
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest()

    @property
    def certificate(self) -> x509.Certificate:
        return checked_certificate(self.der, self.source)

    @property
    def subject(self) -> str:
        return name_of(self.certificate.subject)


@dataclass(frozen=True, slots=True)
class AnchorStore:
    """The store in ``folder``; a folder without it is an empty store."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / FILE

    def load(self) -> tuple[StoredAnchor, ...]:
        """Every entry, in the order of import. Raises SigningError ``trust.store_damaged`` and ``trust.store_newer``."""
        try:
            if self.path.stat().st_size > _LARGEST:
                raise SigningError("trust.store_damaged", file=str(self.path))
            kept: Any = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            raise SigningError("trust.store_damaged", file=str(self.path)) from error
        if isinstance(kept, dict) and isinstance(kept.get("format"), int) and kept["format"] > FORMAT:
            raise SigningError("trust.store_newer", file=str(self.path), version=kept["format"])
        try:
            if kept["format"] != FORMAT or not isinstance(kept["anchors"], list):
                raise ValueError("format")
            return tuple(_entry(row) for row in kept["anchors"])
        except (KeyError, TypeError, ValueError, AttributeError, SigningError) as error:
            raise SigningError("trust.store_damaged", file=str(self.path)) from error

    def add(self, one: StoredAnchor, *, also: bool = False) -> StoredAnchor:
        """Put a certificate in; the same one again with another purpose or source replaces it.

        Raises ``trust.another_of_that_name`` where another certificate of the same subject is an anchor already, unless ``also``;
        ``trust.store_damaged``, ``trust.store_newer``, ``trust.store_locked``.
        """
        with _alone(self.path):
            kept = [each for each in self.load() if each.sha256 != one.sha256]
            twin = next(
                (each for each in kept if each.kind == one.kind == "anchor" and each.subject == one.subject), None
            )
            if twin is not None and not also:
                raise SigningError("trust.another_of_that_name", subject=one.subject, sha256=twin.sha256)
            self._write([*kept, one])
        return one

    def remove(self, fingerprint: str) -> StoredAnchor:
        """Take out the one entry whose SHA-256 or SHA-1 begins so (at least eight digits). Raises ``trust.unknown_anchor``."""
        wanted = plain_fingerprint(fingerprint)
        with _alone(self.path):
            kept = self.load()
            found = find(kept, wanted)
            self._write([each for each in kept if each is not found])
        return found

    def _write(self, entries: Iterable[StoredAnchor]) -> None:
        rows = [_row(one) for one in entries]
        text = json.dumps({"format": FORMAT, "anchors": rows}, ensure_ascii=False, indent=1)
        write_locked(self.path, text.encode("utf-8"))


def find(entries: Sequence[StoredAnchor], fingerprint: str) -> StoredAnchor:
    """The one entry whose SHA-256 or SHA-1 begins so, at least eight hex digits. Raises ``trust.unknown_anchor``."""
    wanted = plain_fingerprint(fingerprint)
    matching = [one for one in entries if one.sha256.startswith(wanted) or one.sha1.startswith(wanted)]
    if len(wanted) < 8 or len({one.sha256 for one in matching}) != 1:
        raise SigningError("trust.unknown_anchor", fingerprint=fingerprint)
    return matching[0]


def plain_fingerprint(text: str) -> str:
    """Hex digits alone: publications write them with colons, spaces, in capitals, after ``SHA256=`` or ``0x``."""
    bare = text.rpartition("=")[2].strip().lower().removeprefix("0x")
    return "".join(sign for sign in bare if sign not in ": -.\t\n\r\u00a0")


def choose_confirmed(data: bytes, fingerprint: str, *, name: str) -> tuple[bytes, str]:
    """The certificate of ``data`` (DER or PEM, one or several) that has this fingerprint, and which digest it was: sha256 or sha1.

    Raises ``trust.bad_certificate``, ``trust.bad_fingerprint`` (no whole SHA-256 or SHA-1), ``trust.fingerprint_differs``. The
    file's own fingerprint is not told: it would be copied instead of compared.
    """
    wanted = plain_fingerprint(fingerprint)
    digest = _DIGESTS.get(len(wanted), "")
    if not digest or not set(wanted) <= set("0123456789abcdef"):
        raise SigningError("trust.bad_fingerprint", digits=len(wanted))
    for der in read_certificates(data, name):
        if hashlib.new(digest, der, usedforsecurity=False).hexdigest() == wanted:
            return der, digest
    raise SigningError("trust.fingerprint_differs", source=name)


def require_anchor(der: bytes, *, name: str, practice: bool) -> None:
    """What may become an anchor: an authority (RFC 5280 §4.2.1.9; a version 1 root by its self-signature), and of no practice office
    unless ``practice``. Raises ``trust.no_authority``, ``trust.practice_anchor``.
    """
    certificate = checked_certificate(der, name)
    if not (certificate.ca or (certificate["tbs_certificate"]["version"].native == "v1" and certificate.self_issued)):
        raise SigningError("trust.no_authority", source=name)
    if not practice and is_practice(der):
        raise SigningError("trust.practice_anchor", subject=name_of(certificate.subject))


def is_practice(der: bytes) -> bool:
    """Whether a certificate says of itself that it is of a practice office."""
    return PRACTICE_MARK in str(checked_certificate(der).subject.human_friendly).upper()


def trusted(entries: Iterable[StoredAnchor], base: TrustStore) -> TrustStore:
    """``base`` with these entries: anchors by their purpose, intermediates as helpers."""
    entries = tuple(entries)
    anchors = tuple(
        Anchor(one.der, one.sha256, one.source or FILE, one.purpose) for one in entries if one.kind == "anchor"
    )
    helpers = tuple(one.der for one in entries if one.kind == "intermediate")
    return base.merged(TrustStore(anchors, helpers))


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """The lock of a store; its time limit becomes words."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(path))
        except TimeoutError as error:
            raise SigningError("trust.store_locked", file=str(path)) from error
        yield


def _row(one: StoredAnchor) -> dict[str, Any]:
    certificate = one.certificate
    return {
        "sha256": one.sha256,
        "sha1": one.sha1,
        "subject": one.subject,
        "not_before": certificate.not_valid_before.isoformat(),
        "not_after": certificate.not_valid_after.isoformat(),
        "kind": one.kind,
        "purpose": one.purpose,
        "source": one.source,
        "published": one.published,
        "read_on": None if one.read_on is None else one.read_on.isoformat(),
        "country": one.country,
        "imported_by": one.imported_by,
        "imported_at": one.imported_at.astimezone(UTC).isoformat(),
        "confirmed": one.confirmed,
        "der": base64.b64encode(one.der).decode("ascii"),
    }


def _entry(row: Any) -> StoredAnchor:
    """One row, whole; raises ValueError and its kin. What can be computed from the certificate is, and must agree where it decides."""
    try:
        der = base64.b64decode(row["der"], validate=True)
    except binascii.Error as error:
        raise ValueError("der") from error
    one = StoredAnchor(
        der=der,
        kind=_one_of(row["kind"], _KINDS),
        purpose=cast("Purpose", _one_of(row["purpose"], get_args(Purpose))),
        source=_text(row["source"]),
        imported_by=_text(row["imported_by"]),
        imported_at=datetime.fromisoformat(row["imported_at"]),
        published=_text(row["published"]),
        read_on=None if row["read_on"] is None else date.fromisoformat(row["read_on"]),
        country=_text(row["country"]),
        confirmed=_one_of(row["confirmed"], ("", *_DIGESTS.values())),
    )
    if one.sha256 != row["sha256"] or (one.kind == "anchor" and not one.confirmed):
        raise ValueError("fingerprint")
    _ = one.certificate
    return one


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _one_of(value: Any, choices: Sequence[str]) -> str:
    if value not in choices:
        raise ValueError("choice")
    return str(value)
