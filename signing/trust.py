"""Trust anchors and what is known offline about revocation. Trust is always explicit: the operating system's store is never read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from asn1crypto import pem, x509

from .errors import SigningError
from .policy import STRICT, VerificationPolicy

Purpose = Literal["signing", "timestamping", "both"]
_SUFFIXES = (".pem", ".crt", ".cer", ".der")
_MAX_CERTIFICATE_FILE = 1_000_000  # bytes; a folder of anchors holds certificates, not archives


@dataclass(frozen=True, slots=True)
class Anchor:
    """A certificate in which trust begins. ``sha256`` is the hex digest of ``der``; ``source`` says who brought it (a file, a publication).

    ``purpose``: what may end in it: ``signing``, ``timestamping`` or ``both``.
    """

    der: bytes
    sha256: str
    source: str
    purpose: Purpose = "both"

    @classmethod
    def of(cls, der: bytes, *, source: str, purpose: Purpose = "both") -> Anchor:
        """Check that ``der`` is one X.509 certificate; raises SigningError ``trust.bad_certificate``."""
        checked_certificate(der, source)
        return cls(der=der, sha256=hashlib.sha256(der).hexdigest(), source=source, purpose=purpose)


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Anchors, intermediates that help to build chains (never trusted by themselves), a folder of cached revocation answers, and what the
    entity wants of verification.

    Plain data: it can be pickled and sent to a child process. ``cache`` None: nothing is kept for offline use.
    """

    anchors: tuple[Anchor, ...] = ()
    intermediates: tuple[bytes, ...] = ()
    cache: Path | None = field(default=None)
    policy: VerificationPolicy = STRICT

    @classmethod
    def from_pem(
        cls,
        texts: Iterable[str | bytes],
        *,
        intermediates: Iterable[str | bytes] = (),
        cache: Path | None = None,
        source: str = "pem",
        purpose: Purpose = "both",
        policy: VerificationPolicy = STRICT,
    ) -> TrustStore:
        """Every certificate in ``texts`` becomes an anchor; raises SigningError ``trust.bad_certificate``."""
        anchors = [
            Anchor.of(der, source=source, purpose=purpose) for text in texts for der in read_certificates(text, source)
        ]
        helpers = [der for text in intermediates for der in read_certificates(text, source)]
        return cls(_unique(anchors), tuple(dict.fromkeys(helpers)), cache, policy)

    @classmethod
    def load_folder(cls, path: Path, *, cache: Path | None = None, policy: VerificationPolicy = STRICT) -> TrustStore:
        """Read a folder of certificates (.pem .crt .cer .der).

        Directly in it, or in ``both/``, ``signing/`` and ``timestamping/``: anchors for that purpose; in ``intermediates/``: helpers.
        Raises SigningError ``trust.no_folder`` or ``trust.bad_certificate``.
        """
        if not path.is_dir():
            raise SigningError("trust.no_folder", folder=str(path))
        anchors = list(_folder_anchors(path, "both"))
        purposes: tuple[Purpose, ...] = ("both", "signing", "timestamping")
        for purpose in purposes:
            anchors += _folder_anchors(path / purpose, purpose)
        helpers = [der for file in _certificate_files(path / "intermediates") for der in _read_file(file)]
        return cls(_unique(anchors), tuple(dict.fromkeys(helpers)), cache, policy)

    def anchors_for(self, purpose: Purpose) -> tuple[Anchor, ...]:
        """Anchors that may end a chain of that purpose."""
        return tuple(anchor for anchor in self.anchors if anchor.purpose in (purpose, "both"))

    def merged(self, other: TrustStore) -> TrustStore:
        """Both stores' certificates; this one's cache and policy."""
        intermediates = tuple(dict.fromkeys(self.intermediates + other.intermediates))
        return TrustStore(
            _unique([*self.anchors, *other.anchors]), intermediates, self.cache or other.cache, self.policy
        )


def read_certificates(text: str | bytes, source: str = "") -> tuple[bytes, ...]:
    """DER of each certificate in PEM text or of one DER certificate; raises SigningError ``trust.bad_certificate``."""
    data = text.encode("utf-8") if isinstance(text, str) else text
    try:
        if pem.detect(data):
            found = tuple(der for name, _, der in pem.unarmor(data, multiple=True) if name == "CERTIFICATE")
        else:
            found = (data,)
    except ValueError as error:
        raise SigningError("trust.bad_certificate", source=source) from error
    for der in found:
        checked_certificate(der, source)
    return found


def checked_certificate(der: bytes, source: str = "") -> x509.Certificate:
    """Parse one DER certificate wholly (the lazy parser hides damage); raises SigningError ``trust.bad_certificate``."""
    try:
        certificate = x509.Certificate.load(der, strict=True)
        _ = (certificate.native, certificate.public_key.algorithm)
    except Exception as error:  # asn1crypto raises many types on damaged input
        raise SigningError("trust.bad_certificate", source=source) from error
    return certificate


def _unique(anchors: Sequence[Anchor]) -> tuple[Anchor, ...]:
    return tuple({(anchor.sha256, anchor.purpose): anchor for anchor in reversed(anchors)}.values())[::-1]


def _certificate_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.is_file() and file.suffix.lower() in _SUFFIXES)


def _read_file(file: Path) -> tuple[bytes, ...]:
    if file.stat().st_size > _MAX_CERTIFICATE_FILE:
        raise SigningError("trust.bad_certificate", source=file.name)
    return read_certificates(file.read_bytes(), file.name)


def _folder_anchors(folder: Path, purpose: Purpose) -> list[Anchor]:
    return [
        Anchor.of(der, source=file.name, purpose=purpose)
        for file in _certificate_files(folder)
        for der in _read_file(file)
    ]
