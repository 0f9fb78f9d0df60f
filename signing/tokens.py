"""Tokens and their certificates as frozen facts, made of what the worker's child saw without a PIN."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .errors import SigningError
from .report import Certificate, Person, PinState, Token
from .worker_pipe import Message, unpack

_UNKNOWN_DATE = datetime(1970, 1, 1, tzinfo=UTC)
# what a person can still do something about comes before what will never sign
_REASONS = ("", "not_yet_valid", "expired", "no_private_key", "weak_key", "unsupported_key", "wrong_purpose",
            "no_digital_signature", "unreadable", "is_ca")  # fmt: skip


def token_from(facts: Message, *, module: Path, now: datetime) -> Token:
    """A token from the child's answer."""
    return Token(
        module=str(module),
        slot=int(facts["slot"]),
        label=str(facts["label"]),
        serial=str(facts["serial"]),
        model=str(facts["model"]),
        manufacturer=str(facts["manufacturer"]),
        pin_state=PinState(facts["pin_state"]),
        pin_pad=bool(facts["pin_pad"]),
        min_pin=int(facts["min_pin"]),
        max_pin=int(facts["max_pin"]),
        certificates=certificates_from(facts["certificates"], now),
        soft=bool(facts.get("soft")),
    )


def signing_certificates(token: Token) -> tuple[Certificate, ...]:
    """The certificates of a token that can sign now, the best first."""
    return tuple(item for item in token.certificates if not item.unusable)


def issuers_of(certificate: Certificate, token: Token) -> tuple[bytes, ...]:
    """DER of the token's own CA certificates (the chain that some tokens carry)."""
    return tuple(item.der for item in token.certificates if item.unusable == "is_ca" and item.id != certificate.id)


def certificates_from(items: Iterable[dict[str, Any]], now: datetime) -> tuple[Certificate, ...]:
    """Certificates from the child's answer, each once; what cannot be parsed is listed as ``unreadable``.

    Order: those that can sign first; of these the one made for documents (nonRepudiation) before one for logging in, then the one
    that lasts longest.
    """
    found: dict[str, Certificate] = {}
    for item in items:
        described = _described(item, now)
        found.setdefault(described.id, described)
    return tuple(sorted(found.values(), key=_worth))


def merge_tokens(tokens: Sequence[Token], *, rank: Callable[[str], int] = lambda _module: 0) -> tuple[Token, ...]:
    """Each token once, although several modules see it; the others stand in ``also_in``.

    ``tokens`` come in the order of their modules; ``rank`` of a module path: lower is preferred. Two tokens of one module are always
    two. Of two modules they are one when serial and label or serial, manufacturer and model are the same, else when they
    carry the same certificate of a person (OpenSC tells serial and label in its own way).
    """
    ordered = sorted(tokens, key=lambda token: rank(token.module))
    groups: list[list[Token]] = []
    for token in ordered:
        open_groups = [group for group in groups if all(one.module != token.module for one in group)]
        home = next((group for group in open_groups if any(_same_names(one, token) for one in group)), None)
        if home is None:
            home = next((group for group in open_groups if any(_same_people(one, token) for one in group)), None)
        if home is None:
            groups.append([token])
        else:
            home.append(token)
    merged = [replace(first, also_in=tuple(one.module for one in rest)) for first, *rest in groups]
    return tuple(sorted(merged, key=lambda token: not signing_certificates(token)))


def _same_names(one: Token, other: Token) -> bool:
    if not one.serial or one.serial != other.serial:
        return False
    return one.label == other.label or (one.manufacturer, one.model) == (other.manufacturer, other.model)


def _same_people(one: Token, other: Token) -> bool:
    return not _people(one).isdisjoint(_people(other))


def _people(token: Token) -> frozenset[str]:
    return frozenset(item.id for item in token.certificates if item.unusable not in ("is_ca", "unreadable"))


def _worth(certificate: Certificate) -> tuple[int, bool, float, str, str]:
    reason = _REASONS.index(certificate.unusable) if certificate.unusable in _REASONS else len(_REASONS)
    for_documents = "non_repudiation" in certificate.key_usage
    return reason, not for_documents, -certificate.not_after.timestamp(), certificate.label, certificate.id


def _described(item: dict[str, Any], now: datetime) -> Certificate:
    from .subject import describe_certificate

    label, key_id = str(item["label"]), str(item["key_id"])
    der = unpack(item["der"])
    try:
        return describe_certificate(
            der, label=label, key_id=key_id, has_private_key=bool(item.get("private_key", True)), now=now
        )
    except (SigningError, ValueError):
        return Certificate(
            id=hashlib.sha256(der).hexdigest(),
            label=label,
            key_id=key_id,
            person=Person(name=label),
            issuer="",
            serial=0,
            not_before=_UNKNOWN_DATE,
            not_after=_UNKNOWN_DATE,
            key_usage=(),
            algorithm="",
            der=der,
            unusable="unreadable",
        )
