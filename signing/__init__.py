"""Signing: PDF in, PDF or verdict out. No Qt, no SQL, nothing of the desktop.

Names are loaded when first used: importing this package costs nothing, pyHanko comes with the first signature or verdict.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .appearance import Stamp, draw_stamp
    from .batch import BatchReport, ItemResult, ItemState, sign_batch
    from .drivers import driver_of, scan_modules
    from .errors import PinError, SigningCancelled, SigningError, TokenError
    from .fields import SignatureField, signature_fields
    from .options import Commitment, FieldLock, SignaturePolicy, SignOptions
    from .pades import sign_file
    from .permissions import DocumentRules
    from .preflight import Checked, Note, Preflight, SignItem, check_items
    from .renewal import raise_file
    from .report import (
        Certificate,
        FileVerdict,
        Indication,
        LaterChanges,
        Level,
        Outcome,
        Padding,
        Person,
        PinState,
        RaiseReceipt,
        Revocation,
        SignatureVerdict,
        SignReceipt,
        Token,
    )
    from .sandbox import Verifier
    from .session import PinProvider, TokenSession
    from .statement import Statement, read_statement, sign_statement
    from .timestamps import Notice, TimestampClient, Timestamps
    from .tokens import signing_certificates
    from .trust import Anchor, TrustStore
    from .tsa_quota import Quota
    from .tsa_service import TimestampService
    from .tsa_settings import TsaSecrets, TsaSettings, timestamps_from
    from .verdict import verdict_json
    from .verify import verify_file
    from .worker import TokenWorker

# module → the public names it holds
_PUBLIC: dict[str, tuple[str, ...]] = {
    "appearance": ("Stamp", "draw_stamp"),
    "batch": ("BatchReport", "ItemResult", "ItemState", "sign_batch"),
    "drivers": ("driver_of", "scan_modules"),
    "errors": ("PinError", "SigningCancelled", "SigningError", "TokenError"),
    "fields": ("SignatureField", "signature_fields"),
    "options": ("Commitment", "FieldLock", "SignOptions", "SignaturePolicy"),
    "pades": ("sign_file",),
    "permissions": ("DocumentRules",),
    "preflight": ("Checked", "Note", "Preflight", "SignItem", "check_items"),
    "renewal": ("raise_file",),
    "report": (
        "Certificate",
        "FileVerdict",
        "Indication",
        "LaterChanges",
        "Level",
        "Outcome",
        "Padding",
        "Person",
        "PinState",
        "RaiseReceipt",
        "Revocation",
        "SignReceipt",
        "SignatureVerdict",
        "Token",
    ),
    "sandbox": ("Verifier",),
    "session": ("PinProvider", "TokenSession"),
    "statement": ("Statement", "read_statement", "sign_statement"),
    "timestamps": ("Notice", "TimestampClient", "Timestamps"),
    "tokens": ("signing_certificates",),
    "trust": ("Anchor", "TrustStore"),
    "tsa_quota": ("Quota",),
    "tsa_service": ("TimestampService",),
    "tsa_settings": ("TsaSecrets", "TsaSettings", "timestamps_from"),
    "verdict": ("verdict_json",),
    "verify": ("verify_file",),
    "worker": ("TokenWorker",),
}
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = [
    "Anchor",
    "BatchReport",
    "Certificate",
    "Checked",
    "Commitment",
    "DocumentRules",
    "FieldLock",
    "FileVerdict",
    "Indication",
    "ItemResult",
    "ItemState",
    "LaterChanges",
    "Level",
    "Note",
    "Notice",
    "Outcome",
    "Padding",
    "Person",
    "PinError",
    "PinProvider",
    "PinState",
    "Preflight",
    "Quota",
    "RaiseReceipt",
    "Revocation",
    "SignItem",
    "SignOptions",
    "SignReceipt",
    "SignatureField",
    "SignaturePolicy",
    "SignatureVerdict",
    "SigningCancelled",
    "SigningError",
    "Stamp",
    "Statement",
    "TimestampClient",
    "TimestampService",
    "Timestamps",
    "Token",
    "TokenError",
    "TokenSession",
    "TokenWorker",
    "TrustStore",
    "TsaSecrets",
    "TsaSettings",
    "Verifier",
    "check_items",
    "draw_stamp",
    "driver_of",
    "raise_file",
    "read_statement",
    "scan_modules",
    "sign_batch",
    "sign_file",
    "sign_statement",
    "signature_fields",
    "signing_certificates",
    "timestamps_from",
    "verdict_json",
    "verify_file",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
