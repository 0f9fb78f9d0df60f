"""What is told of a signature beside its verdict: whose, by which algorithms, on what evidence. Facts only; nothing here decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyhanko.sign.general import find_cms_attribute_iter
from pyhanko_certvalidator.sig_validate import DEFAULT_SIGNATURE_VALIDATOR

from .algorithm_usage import key_bits, names_of
from .algorithms import Limit, judge_algorithm
from .objects import entry, items, plain
from .report import Algorithm, ChainLink, Countersignature, EvidenceItem, Integrity
from .revocation import Evidence, answers_about
from .subject import name_of, read_person
from .trust import TrustStore

if TYPE_CHECKING:
    from asn1crypto import cms, x509
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_LONGEST = 500  # characters of what a signer wrote about himself


def links_of(chain: Sequence[x509.Certificate], trust: TrustStore) -> tuple[ChainLink, ...]:
    """A path, leaf first, with where trust in its end was set."""
    anchors = {anchor.sha256: anchor.source for anchor in trust.anchors}
    return tuple(_link(certificate, anchors) for certificate in chain)


def _link(certificate: x509.Certificate, anchors: Mapping[str, str]) -> ChainLink:
    digest = hashlib.sha256(certificate.dump()).hexdigest()
    return ChainLink(
        subject=name_of(certificate.subject),
        issuer=name_of(certificate.issuer),
        serial=certificate.serial_number,
        sha256=digest,
        not_before=certificate.not_valid_before,
        not_after=certificate.not_valid_after,
        anchor=anchors.get(digest, ""),
    )


def evidence_of(
    chain: Sequence[x509.Certificate], evidence: Evidence, places: Mapping[bytes, str], trust: TrustStore
) -> tuple[EvidenceItem, ...]:
    """The path's certificates and every answer about them, each once, in the order of the path and of the dates."""
    found = []
    anchors = {anchor.der for anchor in trust.anchors}
    for place, certificate in enumerate(chain):
        issuer = chain[place + 1] if place + 1 < len(chain) else None
        about = read_person(certificate).name or name_of(certificate.subject)
        der = certificate.dump()
        where = "trust" if der in anchors else places.get(der, "trust")
        found.append(EvidenceItem("certificate", where, about, _sha256(der), certificate.not_valid_before))
        answers = sorted(answers_about(certificate, issuer, evidence), key=lambda answer: (answer.date, answer.der))
        found += [
            EvidenceItem(answer.source, places.get(answer.der, ""), about, _sha256(answer.der), answer.date)
            for answer in answers
        ]
    return tuple(dict.fromkeys(found))


def places_of(parts: Iterable[tuple[str, Evidence]]) -> dict[bytes, str]:
    """Where each piece of evidence came from, by its DER; the first to bring it counts."""
    found: dict[bytes, str] = {}
    for place, part in parts:
        for value in (*part.certificates, *part.ocsps, *part.crls):
            found.setdefault(value.dump(), place)
    return found


def countersignatures_of(signature: EmbeddedPdfSignature) -> tuple[Countersignature, ...]:
    """Countersignatures on the signature value (RFC 5652 §11.4): listed, their mathematics checked; what is damaged is listed as broken."""
    try:
        signers = list(find_cms_attribute_iter(signature.signer_info["unsigned_attrs"], "counter_signature"))
    except Exception:  # noqa: BLE001 - none there, or none that can be read
        return ()
    certificates = [item.chosen for item in signature.signed_data["certificates"] or () if item.name == "certificate"]
    covered = signature.signer_info["signature"].native
    return tuple(_countersignature(signer, certificates, covered) for signer in signers[:50])


def _countersignature(signer: cms.SignerInfo, certificates: list[x509.Certificate], covered: bytes) -> Countersignature:
    try:
        certificate = next(one for one in certificates if _is_of(signer["sid"], one))
        attributes = signer["signed_attrs"]
        digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, covered).digest()
        same = next(iter(find_cms_attribute_iter(attributes, "message_digest"))).native == digest
        DEFAULT_SIGNATURE_VALIDATOR.validate_signature(
            signature=signer["signature"].native,
            signed_data=attributes.untag().dump(),
            public_key_info=certificate.public_key,
            signature_algorithm=signer["signature_algorithm"],
        )
    except StopIteration:
        return Countersignature("", "", None, Integrity.UNKNOWN)
    except Exception:  # noqa: BLE001 - foreign CMS raises many types; none of them is a good signature
        return Countersignature("", "", None, Integrity.BROKEN)
    return Countersignature(
        read_person(certificate).name or name_of(certificate.subject),
        name_of(certificate.issuer),
        _signing_time(attributes),
        Integrity.INTACT if same else Integrity.BROKEN,
    )


def _is_of(sid: cms.SignerIdentifier, certificate: x509.Certificate) -> bool:
    if sid.name == "subject_key_identifier":
        return bool(sid.chosen.native == certificate.key_identifier)
    return bool(
        sid.chosen["serial_number"].native == certificate.serial_number and sid.chosen["issuer"] == certificate.issuer
    )


def _signing_time(attributes: Any) -> datetime | None:
    try:
        time: datetime = next(iter(find_cms_attribute_iter(attributes, "signing_time"))).native
        return time.astimezone(UTC)
    except Exception:  # noqa: BLE001 - it states none, or none that can be read
        return None


def algorithms_of(signature: EmbeddedPdfSignature, moment: datetime, limits: Sequence[Limit]) -> tuple[Algorithm, ...]:
    """Digest, signature and certificate by the dated table; ``moment``: the best time known for the signature, aware."""
    try:
        certificate, signer = signature.signer_cert, signature.signer_info
        digests = dict.fromkeys((signature.external_md_algorithm, signer["digest_algorithm"]["algorithm"].native))
        found = [judge_algorithm(str(name), 0, moment, use="digest", limits=limits) for name in digests]
        made, _ = names_of(signer["signature_algorithm"])
        bits = key_bits(made, certificate.public_key)
        found.append(judge_algorithm(made, bits, moment, use="signature", limits=limits))
        _issued, digest = names_of(certificate["signature_algorithm"])
        if digest:
            found.append(judge_algorithm(digest, 0, moment, use="certificate", limits=limits))
    except Exception:  # noqa: BLE001 - what cannot be read is named by no table; the verdict says so otherwise
        return ()
    return tuple(dict.fromkeys(found))


def stated(signature: EmbeddedPdfSignature, key: str) -> str:
    """What the signer wrote in the signature dictionary under ``key`` (ISO 32000-1 table 252), cut where it has no end."""
    try:
        return str(entry(signature.sig_object, key) or "")[:_LONGEST]
    except Exception:  # noqa: BLE001 - the parser raises many types
        return ""


def certification_of(signature: EmbeddedPdfSignature) -> int:
    """P of DocMDP when this signature certifies (ISO 32000-1 §12.8.2.2, table 254: 2 where none is given), 0 for an approval signature."""
    try:
        for reference in items(entry(signature.sig_object, "/Reference")):
            found = plain(reference)
            if entry(found, "/TransformMethod") == "/DocMDP":
                parameters = entry(found, "/TransformParams")
                level = None if parameters is None else entry(parameters, "/P")
                return 2 if level is None else int(level)
    except Exception:  # noqa: BLE001 - a damaged reference certifies nothing that could be told
        return 0
    return 0


def unique(items: Iterable[str]) -> Iterator[str]:
    """Codes in their order, each once, none empty."""
    return iter(dict.fromkeys(item for item in items if item))


def _sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
