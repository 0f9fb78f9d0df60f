"""Revocation answers as evidence: those that a file carries, and what any of them says of a certificate. Kept ones are in
``kept_answers``, those asked for now in ``asking``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.general import NonexistentAttributeError, find_unique_cms_attribute

from . import parsed
from .objects import entry, items, plain
from .report import Revocation

if TYPE_CHECKING:
    from asn1crypto import cms, crl, ocsp, x509


@dataclass(frozen=True, slots=True)
class Evidence:
    """Certificates and revocation answers, unjudged."""

    certificates: tuple[x509.Certificate, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            _unique(self.certificates + other.certificates),
            _unique(self.ocsps + other.ocsps),
            _unique(self.crls + other.crls),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer says of one certificate; unjudged. ``der``: the whole answer."""

    status: str
    source: str
    date: datetime
    der: bytes
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    cause: str = ""


def evidence_in_file(reader: PdfFileReader, revision: int | None = None) -> Evidence:
    """The DSS as it stood in ``revision`` (None: now); EN 319 142-1 §5.4.2. Unreadable entries are left out."""
    try:
        handler = reader if revision is None else HistoricalResolver(reader, revision=revision)
        store = entry(handler.root, "/DSS")
        if store is None:
            return Evidence()
    except Exception:  # noqa: BLE001 - no DSS, or none that can be read
        return Evidence()
    return Evidence(
        tuple(_load(store, "/Certs", parsed.certificate, DecodePurpose.CERTIFICATE)),
        tuple(_load(store, "/OCSPs", parsed.answer, DecodePurpose.OCSP_RESPONSE)),
        tuple(_load(store, "/CRLs", parsed.revocation_list, DecodePurpose.CRL)),
    )


def evidence_in_signature(signer_info: cms.SignerInfo) -> Evidence:
    """Answers that Adobe-style signatures carry inside themselves (adbe-revocationInfoArchival)."""
    try:
        archival = find_unique_cms_attribute(signer_info["signed_attrs"], "adobe_revocation_info_archival")
        return Evidence((), tuple(archival["ocsp"]), tuple(archival["crl"]))
    except NonexistentAttributeError:
        return Evidence()
    except Exception:  # noqa: BLE001 - a damaged attribute is no evidence
        return Evidence()


def _load(store: Any, key: str, parse: Callable[[bytes], Any], purpose: DecodePurpose) -> Iterable[Any]:
    try:
        references = items(entry(store, key))
    except Exception:  # noqa: BLE001 - a damaged DSS is no evidence
        return
    for reference in references[:500]:
        try:
            value = parse(plain(reference).read_data(purpose))
        except Exception:  # noqa: BLE001, S112 - one damaged entry is no evidence
            continue
        yield value


def revocation_of(
    certificate: x509.Certificate,
    issuer: x509.Certificate | None,
    evidence: Evidence,
    places: Mapping[bytes, str] | None = None,
) -> Revocation:
    """What the newest matching answer says. Its signature is judged elsewhere: this only reports status, source and dates.

    ``places``: where answers came from, by their DER.
    """
    answers = list(answers_about(certificate, issuer, evidence))
    if not answers:
        return Revocation("not_checked")
    newest = max(answers, key=lambda answer: answer.date)
    return Revocation(
        newest.status,
        newest.source,
        newest.date,
        (places or {}).get(newest.der, ""),
        newest.next_update,
        newest.revoked_at,
        newest.cause,
    )


def answers_about(
    certificate: x509.Certificate, issuer: x509.Certificate | None, evidence: Evidence
) -> Iterator[Answer]:
    """Every answer about one certificate, of every date."""
    yield from _ocsp_answers(certificate, issuer, evidence.ocsps)
    yield from _crl_answers(certificate, evidence.crls)


def revoking_answers(path: Sequence[x509.Certificate], evidence: Evidence) -> Iterator[tuple[datetime, Evidence]]:
    """Each answer, alone, that calls a certificate of ``path`` (leaf first, anchor last) revoked, and its date; unjudged, as above."""
    for certificate, issuer in pairwise(path):
        for response in evidence.ocsps:
            for answer in _ocsp_answers(certificate, issuer, (response,)):
                if answer.status == "revoked":
                    yield answer.date, Evidence(ocsps=(response,))
        for listed in evidence.crls:
            for answer in _crl_answers(certificate, (listed,)):
                if answer.status == "revoked":
                    yield answer.date, Evidence(crls=(listed,))


def _ocsp_answers(
    certificate: x509.Certificate, issuer: x509.Certificate | None, answers: Iterable[ocsp.OCSPResponse]
) -> Iterator[Answer]:
    for answer in answers:
        for single in _singles(answer):
            identity = single["cert_id"]
            if identity["serial_number"].native != certificate.serial_number:
                continue
            # serial numbers restart with each issuer: the issuer must match too
            if not _same_issuer(identity, certificate, issuer):
                continue
            revoked = single["cert_status"].chosen if single["cert_status"].name == "revoked" else None
            yield Answer(
                single["cert_status"].name,
                "ocsp",
                single["this_update"].native,
                answer.dump(),
                single["next_update"].native,
                None if revoked is None else revoked["revocation_time"].native,
                "" if revoked is None else str(revoked["revocation_reason"].native or ""),
            )


def _singles(answer: ocsp.OCSPResponse) -> Sequence[ocsp.SingleResponse]:
    try:
        if answer["response_status"].native != "successful":
            return ()
        return tuple(answer.basic_ocsp_response["tbs_response_data"]["responses"])
    except Exception:  # noqa: BLE001 - a damaged answer is none
        return ()


def _same_issuer(identity: ocsp.CertId, certificate: x509.Certificate, issuer: x509.Certificate | None) -> bool:
    algorithm = identity["hash_algorithm"]["algorithm"].native
    try:
        if (
            identity["issuer_name_hash"].native
            != hashlib.new(algorithm, certificate.issuer.dump(), usedforsecurity=False).digest()
        ):
            return False
        if issuer is None:
            return True
        key = bytes(issuer["tbs_certificate"]["subject_public_key_info"]["public_key"])
        return bool(identity["issuer_key_hash"].native == hashlib.new(algorithm, key, usedforsecurity=False).digest())
    except ValueError:
        return False


def _crl_answers(certificate: x509.Certificate, lists: Iterable[crl.CertificateList]) -> Iterator[Answer]:
    for listed in lists:
        try:
            body = listed["tbs_cert_list"]
            if listed.issuer != certificate.issuer:
                continue
            entry = parsed.revoked_in(listed).get(certificate.serial_number)
            yield Answer(
                "good" if entry is None else "revoked",
                "crl",
                body["this_update"].native,
                listed.dump(),
                body["next_update"].native,
                None if entry is None else entry["revocation_date"].native,
                "" if entry is None or entry.crl_reason_value is None else str(entry.crl_reason_value.native),
            )
        except Exception:  # noqa: BLE001, S112 - a damaged list is no answer
            continue


def _unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple({value.dump(): value for value in values}.values())
