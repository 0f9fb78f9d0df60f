"""Terms and small pieces of an ETSI TS 119 102-2 report: URIs, digests, references, times."""

from __future__ import annotations

from datetime import UTC, datetime

from pyhanko.generated.etsi import ts_11910202 as etsi
from pyhanko.generated.etsi import xades
from pyhanko.generated.w3c import xmldsig_core as dsig
from xsdata.models.datatype import XmlDateTime

from .report import EvidenceItem, Indication, Integrity, LaterChanges, Outcome
from .visible import visible

NAMESPACES = {
    "vr": "http://uri.etsi.org/19102/v1.2.1#",
    "XAdES": "http://uri.etsi.org/01903/v1.3.2#",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
DIGESTS = {
    "sha1": "http://www.w3.org/2000/09/xmldsig#sha1",
    "sha224": "http://www.w3.org/2001/04/xmldsig-more#sha224",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
}
MAIN = "urn:etsi:019102:mainindication:"
SUB = "urn:etsi:019102:subindication:"
STATUS = "urn:etsi:019102:constraintStatus:applied"
OBJECT = "urn:etsi:019102:validationObject:"
POE = "urn:etsi:019102:poetype:validation"
INDICATION = {
    Indication.TOTAL_PASSED: f"{MAIN}total-passed",
    Indication.TOTAL_FAILED: f"{MAIN}total-failed",
    Indication.INDETERMINATE: f"{MAIN}indeterminate",
}
OURS = "urn:qillqa:"
OUTCOME = {
    Outcome.VALID: f"{MAIN}passed",
    Outcome.INVALID: f"{MAIN}failed",
    Outcome.UNREADABLE: f"{MAIN}failed",
    Outcome.INDETERMINATE: f"{MAIN}indeterminate",
    Outcome.UNSIGNED: f"{MAIN}indeterminate",
}
INTEGRITY = {
    Integrity.INTACT: Outcome.VALID,
    Integrity.BROKEN: Outcome.INVALID,
    Integrity.UNKNOWN: Outcome.INDETERMINATE,
}
LATER = {
    LaterChanges.NONE: Outcome.VALID,
    LaterChanges.PERMITTED: Outcome.VALID,
    LaterChanges.SUSPICIOUS: Outcome.INVALID,
}
KINDS = {"certificate": "certificate", "ocsp": "OCSPResponse", "crl": "CRL", "timestamp": "timestamp"}


def typed(name: str, value: str) -> etsi.TypedDataType:
    """A value of ours under its own URI."""
    return etsi.TypedDataType(type_value=f"{OURS}{name}", value=visible(value) or "-")


def validation_object(piece: EvidenceItem) -> etsi.ValidationObjectType:
    """§4.4: named by its digest; its bytes lie in the file or with the verifier."""
    return etsi.ValidationObjectType(
        id=object_id(piece.kind, piece.sha256),
        object_type=f"{OBJECT}{KINDS.get(piece.kind, 'other')}",
        validation_object_representation=etsi.ValidationObjectRepresentationType(
            digest_alg_and_value=digest_of("sha256", piece.sha256)
        ),
    )


def object_id(kind: str, sha256: str) -> str:
    """The xs:ID of a validation object; it begins with a letter."""
    return f"{KINDS.get(kind, 'other')}-{sha256}"


def reference(kind: str, sha256: str) -> etsi.VOReferenceType:
    """A reference to a validation object."""
    return etsi.VOReferenceType(voreference=(object_id(kind, sha256),))


def signers_document(algorithm: str, digest: str) -> etsi.SignersDocumentType:
    """What was signed, by its digest (§4.3.6)."""
    return etsi.SignersDocumentType(digest_alg_and_value=digest_of(algorithm, digest))


def digest_of(algorithm: str, digest: str) -> xades.DigestAlgAndValueType:
    """A digest given in hex; ``algorithm`` as in ``sha256``."""
    return xades.DigestAlgAndValueType(
        digest_method=dsig.DigestMethod(DIGESTS.get(algorithm, f"{OURS}digest:{algorithm}")),
        digest_value=dsig.DigestValue(bytes.fromhex(digest)),
    )


def xml_time(moment: datetime) -> XmlDateTime:
    """The moment in UTC."""
    return XmlDateTime.from_datetime(moment.astimezone(UTC))
