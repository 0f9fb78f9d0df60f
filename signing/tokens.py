"""Tokens and their certificates as frozen facts, made of what the worker's child saw without a PIN."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from .errors import SigningError
from .report import Certificate, PinState, Token
from .worker_pipe import Message, unpack


def token_from(facts: Message, *, module: Path, now: datetime) -> Token:
    """A token from the child's answer; certificates that cannot be parsed are left out."""
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
    """The certificates of a token that can sign now."""
    return tuple(item for item in token.certificates if not item.unusable)


def issuers_of(certificate: Certificate, token: Token) -> tuple[bytes, ...]:
    """DER of the token's own CA certificates (the chain that some tokens carry)."""
    return tuple(item.der for item in token.certificates if item.unusable == "is_ca" and item.id != certificate.id)


def certificates_from(items: list[dict[str, Any]], now: datetime) -> tuple[Certificate, ...]:
    """Certificates from the child's answer, each once, those that can sign first."""
    from .subject import describe_certificate

    found: dict[str, Certificate] = {}
    for item in items:
        try:
            described = describe_certificate(
                unpack(item["der"]), label=str(item["label"]), key_id=str(item["key_id"]), now=now
            )
        except (SigningError, ValueError):
            continue
        found.setdefault(described.id, described)
    return tuple(sorted(found.values(), key=lambda one: (one.unusable, one.label, one.id)))
