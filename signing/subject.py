"""Whose certificate: the subject profile of the Bolivian certification entities, read once for tokens and for verdicts (research A9)."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from asn1crypto import core, x509

from .errors import SigningError
from .report import Certificate, Person

COMMON_NAME = "2.5.4.3"
NIT = "2.5.4.5"  # serialNumber carries the NIT, never the CI
ORGANISATION = "2.5.4.10"
UNIT = "2.5.4.11"
POST = "2.5.4.12"
DOCUMENT_TYPE = "2.5.4.46"
CI = "1.3.6.1.1.1.1.0"
COMPLEMENT = "0.9.2342.19200300.100.1.1"
EMAIL = "1.2.840.113549.1.9.1"
_MACHINE_PURPOSES = frozenset({"server_auth", "code_signing", "time_stamping", "ocsp_signing"})


def read_person(certificate: x509.Certificate) -> Person:
    """The subject by OID; what is absent or unreadable is empty. Identify people by CI and issuer, never by name."""
    values = _values(certificate.subject)
    return Person(
        name=values.get(COMMON_NAME, ""),
        ci=values.get(CI, ""),
        complement=values.get(COMPLEMENT, ""),
        document_type=values.get(DOCUMENT_TYPE, ""),
        post=values.get(POST, ""),
        organisation=values.get(ORGANISATION, ""),
        unit=values.get(UNIT, ""),
        nit=values.get(NIT, ""),
        email=values.get(EMAIL, "") or _alternative_email(certificate),
    )


def name_of(name: x509.Name) -> str:
    """One line for an issuer: common name, organisation and country as far as they are there."""
    values = _values(name)
    parts = [values.get(COMMON_NAME, ""), values.get(ORGANISATION, ""), values.get("2.5.4.6", "")]
    return ", ".join(part for part in parts if part)


def describe_certificate(
    der: bytes, *, label: str = "", key_id: str = "", has_private_key: bool = True, now: datetime | None = None
) -> Certificate:
    """Facts of a certificate. ``now`` (aware) decides whether it is expired; None leaves dates unjudged.

    ``unusable``: the first of ``is_ca``, ``no_digital_signature``, ``wrong_purpose``, ``no_private_key``, ``weak_key``,
    ``unsupported_key``, ``not_yet_valid``, ``expired``; empty when it can sign.

    Raises SigningError ``certificate.unreadable``.
    """
    try:
        certificate = x509.Certificate.load(der)
        usage = _key_usage(certificate)
        not_before, not_after = certificate.not_valid_before, certificate.not_valid_after
        return Certificate(
            id=hashlib.sha256(der).hexdigest(),
            label=label,
            key_id=key_id,
            person=read_person(certificate),
            issuer=name_of(certificate.issuer),
            serial=certificate.serial_number,
            not_before=not_before.astimezone(UTC),
            not_after=not_after.astimezone(UTC),
            key_usage=usage,
            algorithm=_algorithm(certificate),
            der=der,
            unusable=_unusable(certificate, usage, has_private_key, now),
        )
    except Exception as error:  # asn1crypto raises many types on damaged input
        raise SigningError("certificate.unreadable", label=label) from error


def _values(name: x509.Name) -> dict[str, str]:
    found: dict[str, str] = {}
    for rdn in name.chosen:
        for pair in rdn:
            text = _text(pair["value"])
            if text:
                found.setdefault(pair["type"].dotted, text)
    return found


def _text(value: core.Asn1Value) -> str:
    try:
        if isinstance(value, core.Any):
            value = value.parse()
        native = value.native
    except Exception:  # noqa: BLE001 - one unreadable attribute must not hide the others
        return ""
    return " ".join(native.split()) if isinstance(native, str) else ""


def _alternative_email(certificate: x509.Certificate) -> str:
    try:
        names = certificate.subject_alt_name_value
        return next((str(name.native) for name in names or () if name.name == "rfc822_name"), "")
    except Exception:  # noqa: BLE001 - a damaged extension must not hide the subject
        return ""


def _key_usage(certificate: x509.Certificate) -> tuple[str, ...]:
    value = certificate.key_usage_value
    return () if value is None else tuple(sorted(value.native))


def _algorithm(certificate: x509.Certificate) -> str:
    key = certificate.public_key
    if key.algorithm == "ec":
        kind, curve = key.curve
        return f"EC {curve}" if kind == "named" else "EC"
    return f"{key.algorithm.upper()} {key.bit_size}" if key.algorithm in ("rsa", "dsa") else str(key.algorithm)


def _unusable(
    certificate: x509.Certificate, usage: tuple[str, ...], has_private_key: bool, now: datetime | None
) -> str:
    if certificate.ca:
        return "is_ca"
    if usage and not {"digital_signature", "non_repudiation"} & set(usage):  # RFC 5280 §4.2.1.3
        return "no_digital_signature"
    if for_machines_only(certificate):
        return "wrong_purpose"
    if not has_private_key:
        return "no_private_key"
    weakness = _weakness(certificate)
    if weakness:
        return weakness
    if now is not None and now < certificate.not_valid_before:
        return "not_yet_valid"
    if now is not None and now > certificate.not_valid_after:
        return "expired"
    return ""


def for_machines_only(certificate: x509.Certificate) -> bool:
    """RFC 5280 §4.2.1.12: purposes are given, and all of them are a service's, none a person's."""
    value = certificate.extended_key_usage_value
    purposes = set() if value is None else set(value.native)
    return bool(purposes) and purposes <= _MACHINE_PURPOSES


def _weakness(certificate: x509.Certificate) -> str:
    """``weak_key`` below ETSI TS 119 312's floor (RSA 2048, EC 256 bits), ``unsupported_key`` for what no token signs here with."""
    key = certificate.public_key
    if key.algorithm == "rsa":
        return "weak_key" if key.bit_size < 2048 else ""
    if key.algorithm == "ec" and key.curve[0] == "named":
        bits = re.search(r"[0-9]{3}", str(key.curve[1]))  # of the curve's name: the point itself may be compressed
        return "weak_key" if bits and int(bits[0]) < 256 else ""
    return "unsupported_key"
