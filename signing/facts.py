"""What is known of each signature field while a file is being judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyhanko.sign.general import extract_certificate_info

from .changes import Coverage, Later
from .indications import Result, certificates_of, signature_timestamps, token_time
from .opening import FieldFound
from .pages import PageComparison
from .report import Indication, Integrity, LaterChanges, Outcome, Revocation, SignatureTimestamp, SignatureVerdict
from .subject import name_of

if TYPE_CHECKING:
    from asn1crypto import cms, x509
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature


@dataclass(slots=True)
class Facts:
    """What is known of one readable signature."""

    found: FieldFound
    signature: EmbeddedPdfSignature
    coverage: Coverage
    later: Later = Later(LaterChanges.NONE)  # noqa: RUF009 - frozen
    pages: PageComparison = PageComparison()  # noqa: RUF009 - frozen

    @property
    def is_timestamp(self) -> bool:
        return self.found.subfilter == "/ETSI.RFC3161"

    def leaves(self) -> list[tuple[x509.Certificate, str]]:
        """Certificates whose revocation matters, and for what they were used."""
        purpose = "timestamping" if self.is_timestamp else "signing"
        authorities = [
            certificate
            for token in signature_timestamps(self.signature)
            for certificate in certificates_of(token)
            if "time_stamping"
            in (certificate.extended_key_usage_value.native if certificate.extended_key_usage_value else ())
        ]
        return [(self.signature.signer_cert, purpose), *((certificate, "timestamping") for certificate in authorities)]

    def bound(self) -> bool:
        """Whether signed attributes name content, digest and the signer's certificate where the kind of signature demands it.

        EN 319 122-1 §5.1, §5.2.2 through EN 319 142-1 §6.3: for CAdES; the older adbe.pkcs7.detached has no such rule.
        """
        if self.found.subfilter != "/ETSI.CAdES.detached":
            return True
        attributes = self.signature.signer_info["signed_attrs"]
        named = {attribute["type"].native for attribute in attributes or ()}
        return {"content_type", "message_digest"} <= named and bool(
            named & {"signing_certificate", "signing_certificate_v2"}
        )

    def claimed_time(self) -> datetime | None:
        try:
            time: datetime | None = self.signature.self_reported_timestamp
        except Exception:  # noqa: BLE001 - a damaged date is no date
            return None
        if time is None:
            return None
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TokenFound:
    """A signature timestamp and what the standard says of it."""

    token: cms.SignedData
    result: Result

    @property
    def time(self) -> datetime | None:
        """GenTime; None where the token cannot be read."""
        try:
            return token_time(self.token)
        except Exception:  # noqa: BLE001 - asn1crypto raises many types on damage
            return None

    @property
    def broken(self) -> bool:
        """It is of something else, or its own signature does not hold."""
        return self.result.indication is Indication.TOTAL_FAILED or self.result.integrity is Integrity.BROKEN

    def verdict(self) -> SignatureTimestamp:
        """As it is told: never better than what the standard says."""
        result = self.result
        outcome, reason = Outcome.INDETERMINATE, "timestamp.undecided"
        if result.passed:
            outcome, reason = Outcome.VALID, "timestamp.valid"
        elif self.broken:
            outcome, reason = Outcome.INVALID, "timestamp.broken"
        return SignatureTimestamp(
            self.time, self._authority(), outcome, result.indication, result.subindication, reason
        )

    def _authority(self) -> str:
        try:
            return name_of(extract_certificate_info(self.token).signer_cert.subject)
        except Exception:  # noqa: BLE001 - the certificate may not be there at all
            return ""


def unjudged(found: FieldFound) -> SignatureVerdict:
    """A filled field that could not be read or is of no supported kind: listed all the same."""
    malformed = found.problem == "signature.malformed"
    return SignatureVerdict(
        field=found.name,
        kind="timestamp" if found.subfilter == "/ETSI.RFC3161" else "signature",
        outcome=Outcome.INVALID if malformed else Outcome.INDETERMINATE,
        indication=Indication.TOTAL_FAILED if malformed else Indication.INDETERMINATE,
        subindication="FORMAT_FAILURE" if malformed else "GENERIC",
        reason=found.problem or "signature.malformed",
        level=None,
        person=None,
        issuer="",
        serial=0,
        certificate_sha256="",
        claimed_time=None,
        proven_time=None,
        proven_by="",
        covers_whole_file=False,
        later_changes=LaterChanges.SUSPICIOUS if malformed else LaterChanges.NONE,
        revocation=Revocation("not_checked"),
        signed_revision=0,
        integrity=Integrity.BROKEN if malformed else Integrity.UNKNOWN,
        subfilter=found.subfilter.removeprefix("/"),
    )
