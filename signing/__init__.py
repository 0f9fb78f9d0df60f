"""Signing: PDF in, PDF or verdict out. No Qt, no SQL, nothing of the desktop.

Names are loaded when first used: importing this package costs nothing, pyHanko comes with the first signature or verdict.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .appearance import Stamp, draw_stamp
    from .batch import BatchReport, ItemResult, ItemState, sign_batch
    from .drivers import FoundModule, driver_by_atr, driver_of, find_modules, rank_of, scan_modules
    from .errors import PinError, SigningCancelled, SigningError, TokenError
    from .fields import SignatureField, signature_fields
    from .options import Commitment, FieldLock, SignaturePolicy, SignOptions
    from .pades import sign_file
    from .permissions import DocumentRules
    from .preflight import Checked, Note, Preflight, SignItem, check_items
    from .readers import Readers, ServiceState, read_readers
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
    from .tokens import merge_tokens, signing_certificates
    from .trust import Anchor, TrustStore
    from .tsa_quota import Quota
    from .tsa_service import TimestampService
    from .tsa_settings import TsaSecrets, TsaSettings, timestamps_from
    from .verdict import verdict_json
    from .verify import verify_file
    from .watch import CardHint, TokenSnapshot, TokenWatch, look_once
    from .worker import TokenWorker

# module → the public names it holds
_PUBLIC: dict[str, tuple[str, ...]] = {
    "appearance": ("Stamp", "draw_stamp"),
    "batch": ("BatchReport", "ItemResult", "ItemState", "sign_batch"),
    "drivers": ("FoundModule", "driver_by_atr", "driver_of", "find_modules", "rank_of", "scan_modules"),
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
    "readers": ("Readers", "ServiceState", "read_readers"),
    "sandbox": ("Verifier",),
    "session": ("PinProvider", "TokenSession"),
    "statement": ("Statement", "read_statement", "sign_statement"),
    "timestamps": ("Notice", "TimestampClient", "Timestamps"),
    "tokens": ("merge_tokens", "signing_certificates"),
    "trust": ("Anchor", "TrustStore"),
    "tsa_quota": ("Quota",),
    "tsa_service": ("TimestampService",),
    "tsa_settings": ("TsaSecrets", "TsaSettings", "timestamps_from"),
    "verdict": ("verdict_json",),
    "verify": ("verify_file",),
    "watch": ("CardHint", "TokenSnapshot", "TokenWatch", "look_once"),
    "worker": ("TokenWorker",),
}
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = [
    "Anchor",
    "BatchReport",
    "CardHint",
    "Certificate",
    "Checked",
    "Commitment",
    "DocumentRules",
    "FieldLock",
    "FileVerdict",
    "FoundModule",
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
    "Readers",
    "Revocation",
    "ServiceState",
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
    "TokenSnapshot",
    "TokenWatch",
    "TokenWorker",
    "TrustStore",
    "TsaSecrets",
    "TsaSettings",
    "Verifier",
    "check_items",
    "draw_stamp",
    "driver_by_atr",
    "driver_of",
    "find_modules",
    "look_once",
    "merge_tokens",
    "raise_file",
    "rank_of",
    "read_readers",
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
