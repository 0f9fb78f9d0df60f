"""How a signature is to be made: frozen wishes, the same for every document of a pile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .errors import SigningError
from .report import Level, Padding


class Commitment(StrEnum):
    """What a signature means: commitment types of ETSI EN 319 122-1 Annex C / RFC 5126 §5.11.1."""

    ORIGIN = "proof_of_origin"
    RECEIPT = "proof_of_receipt"
    DELIVERY = "proof_of_delivery"
    SENDER = "proof_of_sender"
    APPROVAL = "proof_of_approval"
    CREATION = "proof_of_creation"


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """An explicit signature policy (EN 319 122-1 §5.2.9): its OID, the digest of its document, and where that document lies."""

    oid: str
    digest: bytes
    digest_algorithm: str = "sha256"
    uri: str = ""


@dataclass(frozen=True, slots=True)
class FieldLock:
    """Which form fields may not change afterwards (FieldMDP, ISO 32000-1 §12.8.2.4). ``action``: all, include or exclude."""

    action: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOptions:
    """``digest``: sha256, sha384 or sha512; "" takes what suits the key. ``certify``: DocMDP permission 1, 2 or 3 (ISO 32000-1 §12.8.2.2)
    for the document's first signature; None for an approval signature. ``allow_degraded``: keep the level that was reached when the
    timestamp or revocation services do not answer, and say why in the receipt.

    Raises SigningError ``sign.reason_and_commitment``: EN 319 142-1 §6.3 allows one of the two.
    """

    level: Level = Level.B_B
    reason: str = ""
    location: str = ""
    digest: str = ""
    padding: Padding = Padding.PKCS1
    certify: int | None = None
    lock: FieldLock | None = None
    policy: SignaturePolicy | None = None
    commitment: Commitment | None = None
    allow_degraded: bool = True

    def __post_init__(self) -> None:
        if self.reason and self.commitment is not None:
            raise SigningError("sign.reason_and_commitment", on_disk="nothing")
