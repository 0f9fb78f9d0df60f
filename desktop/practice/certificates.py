"""Certificates of the practice PKI, by the profile of the Bolivian ECAs (cargo público): a subject as officials really have it.

Built with ``cryptography``, which the program needs anyway; certomancer is for the tests (docs/decisions/0008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

UID_NUMBER = ObjectIdentifier("1.3.6.1.1.1.1.0")
DESCRIPTION = ObjectIdentifier("2.5.4.13")
PRACTICE = "Oficina de PRÁCTICA (SIN VALOR)"


@dataclass(frozen=True, slots=True)
class PersonSpec:
    """Whom a practice certificate is for. ``label`` names the files and the token; ``ci`` is the identity card's number."""

    label: str
    name: str
    ci: str
    post: str
    unit: str
    organisation: str = "Gobierno Autónomo Departamental de PRÁCTICA"
    complement: str = ""
    document_type: str = "CI"
    nit: str = "1020304050"
    email: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """Where a certificate says that its revocation can be asked. Empty means: says nothing."""

    crl: str
    ocsp: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Issuer:
    """A CA that can sign: its certificate and its key."""

    certificate: x509.Certificate
    key: RSAPrivateKey


def person_name(person: PersonSpec) -> x509.Name:
    """The subject: dnQualifier, uidNumber (the CI), UID (its complement), title (the post), serialNumber (the NIT)."""
    rows: list[tuple[ObjectIdentifier, str]] = [
        (NameOID.COUNTRY_NAME, "BO"),
        (NameOID.ORGANIZATION_NAME, person.organisation),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, person.unit),
        (NameOID.TITLE, person.post),
        (DESCRIPTION, "Cargo público - PRÁCTICA - SIN VALOR"),
        (NameOID.DN_QUALIFIER, person.document_type),
        (UID_NUMBER, person.ci),
        (NameOID.USER_ID, person.complement),
        (NameOID.SERIAL_NUMBER, person.nit),
        (NameOID.COMMON_NAME, person.name),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in rows if value])


def service_name(common_name: str) -> x509.Name:
    """The name of an authority or a service of the practice PKI."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BO"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, PRACTICE),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def issue_root(name: x509.Name, key: RSAPrivateKey, not_before: datetime, not_after: datetime) -> x509.Certificate:
    """The self-signed root."""
    builder = _start(name, name, key.public_key(), not_before, not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    return builder.sign(key, hashes.SHA256())


def issue_authority(
    name: x509.Name, key: RSAPublicKey, issuer: Issuer, points: Points, not_before: datetime, not_after: datetime
) -> x509.Certificate:
    """An issuing CA below the root."""
    builder = _below(name, key, issuer, points, not_before, not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    return builder.sign(issuer.key, hashes.SHA256())


def issue_person(
    person: PersonSpec, key: RSAPublicKey, issuer: Issuer, points: Points, not_before: datetime, not_after: datetime
) -> x509.Certificate:
    """An official's certificate (research A9: the usages and the profile of cargo público)."""
    builder = _below(person_name(person), key, issuer, points, not_before, not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    usage = _usage("digital_signature", "content_commitment", "key_encipherment")
    builder = builder.add_extension(usage, critical=True)
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]
    builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if person.email:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(person.email)]), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def issue_ocsp_responder(
    name: x509.Name, key: RSAPublicKey, issuer: Issuer, not_before: datetime, not_after: datetime
) -> x509.Certificate:
    """A delegated OCSP responder (RFC 6960 §4.2.2.2) with the nocheck extension."""
    builder = _below(name, key, issuer, Points(""), not_before, not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("digital_signature"), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
    return builder.add_extension(x509.OCSPNoCheck(), critical=False).sign(issuer.key, hashes.SHA256())


def issue_timestamper(
    name: x509.Name, key: RSAPublicKey, issuer: Issuer, points: Points, not_before: datetime, not_after: datetime
) -> x509.Certificate:
    """A time-stamping unit: the only purpose, marked critical (RFC 3161 §2.3)."""
    builder = _below(name, key, issuer, points, not_before, not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("digital_signature"), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuer.key, hashes.SHA256())


def _start(
    subject: x509.Name, issuer: x509.Name, key: RSAPublicKey, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(not_before).not_valid_after(not_after)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _below(
    subject: x509.Name, key: RSAPublicKey, issuer: Issuer, points: Points, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    builder = _start(subject, issuer.certificate.subject, key, not_before, not_after)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    builder = builder.add_extension(authority, critical=False)
    if points.crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(points.crl)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if access := _access(points):
        builder = builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
    return builder


def _access(points: Points) -> Sequence[x509.AccessDescription]:
    methods = (
        (AuthorityInformationAccessOID.OCSP, points.ocsp),
        (AuthorityInformationAccessOID.CA_ISSUERS, points.issuer),
    )
    return [x509.AccessDescription(oid, x509.UniformResourceIdentifier(url)) for oid, url in methods if url]


def _usage(*wanted: str) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in wanted for name in names})
