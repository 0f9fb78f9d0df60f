"""What signing tells its callers: frozen data, no prose, no behaviour beyond small derivations. Times are aware datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """PAdES baseline levels, EN 319 142-1 §6."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def rank(self) -> int:
        """0 for B-B to 3 for B-LTA."""
        return list(Level).index(self)


class Padding(StrEnum):
    """How an RSA key signs (RFC 8017 §8); keys on elliptic curves do not look at it."""

    PKCS1 = "pkcs1"  # RSASSA-PKCS1-v1_5: what every validator and token knows
    PSS = "pss"  # RSASSA-PSS, MGF1 over the same digest, salt as long as the digest (RFC 4056 §3)


class PinState(StrEnum):
    """Token flags of PKCS#11 §3.2 (CK_TOKEN_INFO); no count of remaining tries exists there."""

    OK = "ok"
    LOW = "low"  # CKF_USER_PIN_COUNT_LOW: at least one wrong PIN since the last right one
    FINAL_TRY = "final_try"
    LOCKED = "locked"
    UNINITIALISED = "uninitialised"


@dataclass(frozen=True, slots=True)
class Person:
    """Subject of a certificate by the profile of the Bolivian ECAs (research A9). Empty where the subject lacks it.

    ``ci`` is uidNumber (1.3.6.1.1.1.1.0), ``complement`` UID, ``document_type`` dnQualifier, ``post`` title, ``nit`` serialNumber.
    """

    name: str
    ci: str = ""
    complement: str = ""
    document_type: str = ""
    post: str = ""
    organisation: str = ""
    unit: str = ""
    nit: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate on a token. ``id`` is the SHA-256 hex of ``der``; ``key_id`` the hex CKA_ID shared with its key.

    ``unusable`` is empty when it can sign, else a code: ``is_ca``, ``no_digital_signature``, ``wrong_purpose``, ``no_private_key``,
    ``weak_key``, ``unsupported_key``, ``not_yet_valid``, ``expired``, ``unreadable``.
    """

    id: str
    label: str
    key_id: str
    person: Person
    issuer: str
    serial: int
    not_before: datetime
    not_after: datetime
    key_usage: tuple[str, ...]
    algorithm: str
    der: bytes
    unusable: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A token in a slot, as seen without a PIN. PIN lengths are in characters, as the token states them.

    ``also_in``: other modules through which the same token was seen (it is listed once). ``soft``: a PKCS#12 file, whose password is
    asked where a PIN would be; its certificates are known only after it was given.
    """

    module: str
    slot: int
    label: str
    serial: str
    model: str
    manufacturer: str
    pin_state: PinState
    pin_pad: bool
    min_pin: int
    max_pin: int
    certificates: tuple[Certificate, ...] = ()
    also_in: tuple[str, ...] = ()
    soft: bool = False


@dataclass(frozen=True, slots=True)
class SignReceipt:
    """One signature made and checked. Digests are SHA-256 hex of whole files; ``claimed_time`` is the PC's clock.

    ``degraded`` is empty, or the code of what kept the level below the one asked for (e.g. ``tsa.unreachable``).
    """

    output: str
    before: str
    after: str
    field: str
    level: Level
    signer: Certificate
    claimed_time: datetime
    degraded: str = ""


@dataclass(frozen=True, slots=True)
class RaiseReceipt:
    """A file raised to a higher level without touching any /Contents (EN 319 142-1 §5.5).

    ``degraded`` is empty, or the code of what kept the level below the one asked for (e.g. ``revocation.unreachable``).
    """

    output: str
    before: str
    after: str
    level: Level
    timestamp: datetime | None
    degraded: str = ""


class Outcome(StrEnum):
    """Our verdict, per signature and per file."""

    VALID = "valid"
    INDETERMINATE = "indeterminate"
    INVALID = "invalid"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


class Indication(StrEnum):
    """EN 319 102-1 §5.1.3 main status of the signed revision, untouched."""

    TOTAL_PASSED = "TOTAL-PASSED"
    TOTAL_FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"


class LaterChanges(StrEnum):
    """What was appended to the file after the signed revision."""

    NONE = "none"
    PERMITTED = "permitted"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, slots=True)
class Revocation:
    """``status``: good, revoked, unknown, not_checked. ``source``: ocsp, crl, empty. ``date``: thisUpdate of the answer."""

    status: str
    source: str = ""
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """One signature or document timestamp (``kind``: ``signature`` or ``timestamp``).

    ``outcome`` is never better than the weakest of indication, integrity, coverage and later changes.
    ``reason`` is a code with words: verdict sentence, what it means, what to do.
    ``proven_time`` comes from a timestamp that passed; ``proven_by`` names it (``signature_timestamp``, ``document_timestamp``).
    """

    field: str
    kind: str
    outcome: Outcome
    indication: Indication
    subindication: str
    reason: str
    level: Level | None
    person: Person | None
    issuer: str
    serial: int
    certificate_sha256: str
    claimed_time: datetime | None
    proven_time: datetime | None
    proven_by: str
    covers_whole_file: bool
    later_changes: LaterChanges
    revocation: Revocation
    signed_revision: int  # bytes of the file that the signature covers, as an end offset
    changed_pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """A whole file. ``reason`` is a code with words; ``warnings`` are codes; ``sha256`` is hex of the file's bytes."""

    file: str
    sha256: str
    outcome: Outcome
    reason: str
    signatures: tuple[SignatureVerdict, ...] = ()
    unsigned_fields: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    pages: int = 0
