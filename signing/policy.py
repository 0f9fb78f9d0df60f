"""What an entity wants of verification, as plain data that travels with the anchors to the child process. Loaded and locked by the desktop.

The defaults are the program's own: strict, offline, nothing private asked. A policy can be stricter in everything; looser where the
person who administers the computer says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from .algorithms import Limit

SYSTEM_PROXY = "system"
LOOPBACK = ("127.0.0.0/8", "::1/128")


@dataclass(frozen=True, slots=True)
class VerificationPolicy:
    """``online``: whether revocation services may be asked at all. ``aia``: whether missing issuers may be fetched (never trusted by that).

    ``private``: ranges (CIDR) that may be asked although they are not public; ``forbidden``: ranges never asked, whatever else says
    so. ``proxy``: empty for none, ``system``, or ``http://host:port``. ``seconds`` for one answer, ``total_seconds`` for one file.
    Sizes in bytes. ``freshness``: hours that an answer may be old when judged, in place of its own nextUpdate (EN 319 102-1 §5.2.5),
    0: its own counts. ``tolerance``: seconds between clocks. ``limits``: the entity's own last days of algorithms. ``key_usages``: one of
    these must stand in a signer's certificate (RFC 5280 §4.2.1.3). ``practice``: whether anchors of a practice office may be trusted.
    ``jobs``: child processes for a folder, 0: as many as fit. ``page_seconds``: for comparing the pages of one file. ``locked``: names
    of settings (as in the file) that nothing else may change.
    """

    online: bool = True
    aia: bool = False
    private: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    proxy: str = ""
    seconds: float = 10.0
    total_seconds: float = 30.0
    largest_ocsp: int = 256_000
    largest_crl: int = 20_000_000
    largest_certificate: int = 256_000
    cache_bytes: int = 256_000_000
    freshness: int = 0
    tolerance: int = 60
    limits: tuple[Limit, ...] = ()
    key_usages: tuple[str, ...] = ("digital_signature", "non_repudiation")
    practice: bool = False
    jobs: int = 0
    compare_pages: bool = True
    page_seconds: float = 8.0
    locked: tuple[str, ...] = ()


STRICT = VerificationPolicy()
PRACTICE = VerificationPolicy(private=LOOPBACK, practice=True)  # a practice office's services answer on loopback
