"""Which certificates can sign, and why the others cannot."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from cryptography.x509.oid import NameOID

from signing.errors import SigningError
from signing.subject import describe_certificate

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
FLAGS = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
         "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
DOCUMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")


@functools.cache
def key(kind: str):
    makers = {
        "rsa1024": lambda: rsa.generate_private_key(public_exponent=65537, key_size=1024),
        "rsa2048": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "p192": lambda: ec.generate_private_key(ec.SECP192R1()),
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "dsa": lambda: dsa.generate_private_key(2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }
    return makers[kind]()


def certificate(
    kind="rsa2048", *, usage=("digital_signature", "content_commitment"), purposes=(), ca=None, name="Juana Mamani"
):
    public = key(kind).public_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(5)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    if usage:
        builder = builder.add_extension(x509.KeyUsage(**{flag: flag in usage for flag in FLAGS}), critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    made = builder.sign(key("rsa2048"), hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def reason(der, *, now=NOW, **options):
    return describe_certificate(der, now=now, **options).unusable


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (("digital_signature", "content_commitment", "key_encipherment"), ""),  # what ADSIB issues
        (("digital_signature",), ""),
        (("content_commitment",), ""),
        ((), ""),  # no extension: not limited (RFC 5280 §4.2.1.3)
        (("key_encipherment",), "no_digital_signature"),
        (("key_encipherment", "data_encipherment"), "no_digital_signature"),
        (("key_agreement",), "no_digital_signature"),
    ],
)
def test_key_usage(usage, expected):
    assert reason(certificate(usage=usage)) == expected


@pytest.mark.parametrize(
    ("purposes", "expected"),
    [
        ((Purpose.CLIENT_AUTH, Purpose.EMAIL_PROTECTION), ""),  # what ADSIB issues
        ((DOCUMENTS,), ""),
        ((Purpose.ANY_EXTENDED_KEY_USAGE,), ""),
        ((Purpose.SERVER_AUTH,), "wrong_purpose"),
        ((Purpose.TIME_STAMPING,), "wrong_purpose"),
        ((Purpose.OCSP_SIGNING, Purpose.CODE_SIGNING), "wrong_purpose"),
        ((Purpose.SERVER_AUTH, Purpose.EMAIL_PROTECTION), ""),
    ],
)
def test_extended_key_usage_matters_only_where_it_is_a_machines(purposes, expected):
    assert reason(certificate(purposes=purposes)) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rsa1024", "weak_key"),
        ("rsa2048", ""),
        ("p192", "weak_key"),
        ("p256", ""),
        ("dsa", "unsupported_key"),
        ("ed25519", "unsupported_key"),
    ],
)
def test_keys(kind, expected):
    assert reason(certificate(kind)) == expected


def test_authorities_never_sign():
    assert reason(certificate(ca=True, usage=("digital_signature", "key_cert_sign"))) == "is_ca"
    assert reason(certificate(ca=False)) == ""


def test_a_key_that_is_elsewhere():
    assert reason(certificate(), has_private_key=False) == "no_private_key"


def test_dates_are_judged_by_the_clock_given_or_not_at_all():
    der = certificate()
    assert reason(der, now=NOW - timedelta(days=2)) == "not_yet_valid"
    assert reason(der, now=NOW + timedelta(days=2)) == "expired"
    assert reason(der, now=None) == ""


def test_what_will_never_sign_is_said_before_what_time_may_mend():
    assert reason(certificate("rsa1024"), now=NOW - timedelta(days=2)) == "weak_key"


def test_damaged_bytes_are_unreadable():
    with pytest.raises(SigningError) as caught:
        describe_certificate(certificate()[:-40], label="roto")
    assert (caught.value.code, caught.value.facts["label"]) == ("certificate.unreadable", "roto")
