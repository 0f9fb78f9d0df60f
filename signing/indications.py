"""The EN 319 102-1 result of one signature, by the procedure that its level asks for, on evidence gathered beforehand.

Three moments matter: now (``at``); the time of a signature timestamp; the time of a document timestamp that covers the
signature. A signature that has only the last (a B-B raised later) is judged by basic validation at that time: decision 0007.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESStatus, AdESSubIndic
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    ades_basic_validation,
    ades_lta_validation,
    ades_timestamp_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import DocumentTimestampStatus, RevocationDetails
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.errors import InvalidCertificateError
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    CertRevTrustPolicy,
    FreshnessReqType,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from . import parsed
from .algorithm_usage import usage_policy
from .report import Indication, Integrity
from .revocation import Evidence
from .subject import for_machines_only
from .trust import TrustStore
from .verified_once import VerifiedOnce

if TYPE_CHECKING:
    from asn1crypto import cms, tsp, x509
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko_certvalidator import ValidationContext

logging.getLogger("pyhanko").addHandler(logging.NullHandler())
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())

TOLERANCE = timedelta(seconds=60)  # clocks of CA, TSA and this computer
_STATUS = {
    AdESStatus.PASSED: Indication.TOTAL_PASSED,
    AdESStatus.FAILED: Indication.TOTAL_FAILED,
    AdESStatus.INDETERMINATE: Indication.INDETERMINATE,
}
_ONCE = VerifiedOnce()
_SIGNER_RULE = RevocationCheckingPolicy(
    RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.CHECK_IF_DECLARED
)
_TSA_RULE = RevocationCheckingPolicy(RevocationCheckingRule.CHECK_IF_DECLARED, RevocationCheckingRule.CHECK_IF_DECLARED)


@dataclass(frozen=True)
class _PersonsUsage(KeyUsageConstraints):
    """A service's certificate (a web server's, a timestamp authority's) signs no document, whatever its key usage says."""

    def validate(self, cert: x509.Certificate, *usages: Any, **more: Any) -> None:
        super().validate(cert, *usages, **more)
        if for_machines_only(cert):
            raise InvalidCertificateError("its extended key usages are of services only")


_PAST_CAN_HELP = frozenset(
    {
        AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE,  # pyHanko's word for a missing revocation answer too
        AdESIndeterminate.REVOKED_NO_POE,
        AdESIndeterminate.REVOKED_CA_NO_POE,
        AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
        AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        AdESIndeterminate.TRY_LATER,
        AdESIndeterminate.NO_POE,
        AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE,
    }
)


@dataclass(frozen=True, slots=True)
class Result:
    """One run of a procedure. ``chain`` is leaf first when a path to an anchor was found; ``revoked`` the authenticated revocation."""

    sub: AdESSubIndic
    chain: tuple[x509.Certificate, ...] = ()
    revoked: RevocationDetails | None = None
    stamped: datetime | None = None  # time of a signature timestamp that passed
    trust_ok: bool = True  # the signer's own path had no trouble
    integrity: Integrity = Integrity.UNKNOWN

    @property
    def passed(self) -> bool:
        return self.sub.status is AdESStatus.PASSED

    @property
    def indication(self) -> Indication:
        return _STATUS[self.sub.status]

    @property
    def subindication(self) -> str:
        return "" if self.passed else str(self.sub.standard_name)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A document timestamp that passed: what it proves about everything before ``end``."""

    time: datetime
    end: int
    revision: int


@dataclass(frozen=True, slots=True)
class Judge:
    """Runs procedures at a moment with given evidence; never touches the network."""

    trust: TrustStore
    at: datetime

    async def basic(
        self, signature: EmbeddedPdfSignature, evidence: Evidence, *, moment: datetime | None = None
    ) -> Result:
        """EN 319 102-1 §5.3 at ``moment`` (None: now)."""
        return await _guarded(
            lambda: ades_basic_validation(
                signature.signed_data,
                self._spec(evidence),
                timing_info=self._timing(moment),
                raw_digest=signature.compute_digest(),
            )
        )

    async def with_time(
        self, signature: EmbeddedPdfSignature, evidence: Evidence, *, moment: datetime | None = None
    ) -> Result:
        """EN 319 102-1 §5.5: with the signature's own timestamp, at ``moment`` (None: now)."""
        return await _guarded(
            lambda: ades_with_time_validation(
                signature.signed_data,
                self._spec(evidence),
                timing_info=self._timing(moment),
                raw_digest=signature.compute_digest(),
            )
        )

    async def long_term(self, signature: EmbeddedPdfSignature, evidence: Evidence) -> Result:
        """EN 319 102-1 §5.6.3: signature timestamp and a chain of document timestamps. Changes are judged elsewhere."""
        spec = PdfSignatureValidationSpec(self._spec(evidence), diff_policy=None)
        return await _guarded(lambda: ades_lta_validation(signature, spec, timing_info=self._timing(None)))

    async def document_timestamp(
        self, signature: EmbeddedPdfSignature, evidence: Evidence, *, moment: datetime | None = None
    ) -> Result:
        """EN 319 102-1 §5.4 for a document timestamp: its imprint is the ByteRange's digest."""
        result = await _guarded(
            lambda: ades_timestamp_validation(
                signature.signed_data,
                self._spec(evidence),
                expected_tst_imprint=signature.compute_digest,
                timing_info=self._timing(moment),
                status_cls=DocumentTimestampStatus,
                extra_status_kwargs={"coverage": None, "docmdp_ok": None, "diff_result": None},
            )
        )
        return self._not_from_the_future(result, signature.signed_data)

    async def token(
        self,
        token: cms.SignedData,
        signature: EmbeddedPdfSignature,
        evidence: Evidence,
        *,
        moment: datetime | None = None,
    ) -> Result:
        """EN 319 102-1 §5.4 for a signature timestamp: its imprint is the digest of the signature value (EN 319 122-1 §5.3)."""
        result = await _guarded(
            lambda: ades_timestamp_validation(
                token,
                self._spec(evidence),
                expected_tst_imprint=generic_cms.message_imprint_checker(signature.signer_info),
                timing_info=self._timing(moment),
            )
        )
        return self._not_from_the_future(result, token)

    def _not_from_the_future(self, result: Result, token: cms.SignedData) -> Result:
        """A time that has not come yet proves nothing: the authority's clock was wrong, or this computer's is (EN 319 102-1 §5.4)."""
        if result.passed and token_time(token) > self.at + TOLERANCE:
            return replace(result, sub=AdESIndeterminate.TIMESTAMP_ORDER_FAILURE)
        return result

    async def without_revocation(self, signature: EmbeddedPdfSignature, evidence: Evidence) -> Result:
        """The same without asking for revocation: tells a missing answer from a broken or expired chain."""
        return await _guarded(
            lambda: ades_basic_validation(
                signature.signed_data,
                self._spec(evidence, revocation=False),
                timing_info=self._timing(None),
                raw_digest=signature.compute_digest(),
            )
        )

    async def chain_of(
        self, certificate: x509.Certificate, evidence: Evidence, *, purpose: str
    ) -> tuple[x509.Certificate, ...]:
        """A path with checked signatures to an anchor, whatever its revocation and dates; empty where there is none."""
        context = self._policy(purpose, revocation=False).build_validation_context(self._timing(None), None)
        context.certificate_registry.register_multiple([*self._intermediates(), *evidence.certificates])
        try:
            return await _first_path(certificate, context)
        except Exception:  # noqa: BLE001 - path building raises many types on foreign certificates
            return ()

    def _timing(self, moment: datetime | None) -> ValidationTimingInfo:
        if moment is None:
            return ValidationTimingInfo(self.at, self.at, point_in_time_validation=False)
        return ValidationTimingInfo(moment, moment, point_in_time_validation=True)

    def _intermediates(self) -> list[x509.Certificate]:
        return [parsed.certificate(der) for der in self.trust.intermediates]

    def _policy(self, purpose: str, *, revocation: bool) -> CertValidationPolicySpec:
        roots = [parsed.certificate(anchor.der) for anchor in self.trust.anchors if anchor.purpose in (purpose, "both")]
        rule = NO_REVOCATION if not revocation else _SIGNER_RULE if purpose == "signing" else _TSA_RULE
        wishes = self.trust.policy
        freshness = {
            "freshness": timedelta(hours=wishes.freshness),
            "freshness_req_type": FreshnessReqType.MAX_DIFF_REVOCATION_VALIDATION,
        }
        return CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=roots),
            revinfo_policy=CertRevTrustPolicy(rule, **(freshness if wishes.freshness else {})),  # type: ignore[arg-type]
            time_tolerance=timedelta(seconds=wishes.tolerance),
            algorithm_usage_policy=usage_policy(wishes.limits),
            signature_validator=_ONCE,
        )

    def _spec(self, evidence: Evidence, *, revocation: bool = True) -> SignatureValidationSpec:
        return SignatureValidationSpec(
            cert_validation_policy=self._policy("signing", revocation=revocation),
            ts_cert_validation_policy=self._policy("timestamping", revocation=revocation),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
                certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
            ),
            local_knowledge=LocalKnowledge(
                known_ocsps=[item for answer in evidence.ocsps for item in OCSPContainer.load_multi(answer)],
                known_crls=[CRLContainer(listed) for listed in evidence.crls],
                known_certs=[*self._intermediates(), *evidence.certificates],
            ),
            key_usage_settings=_PersonsUsage(key_usage=set(self.trust.policy.key_usages)),
        )


def past_can_help(result: Result) -> bool:
    """Whether proof of an earlier existence can turn this result."""
    return result.sub in _PAST_CAN_HELP


def signature_timestamps(signature: EmbeddedPdfSignature) -> list[cms.SignedData]:
    """Tokens of the unsigned attribute signature-time-stamp (EN 319 122-1 §5.3)."""
    try:
        return list(generic_cms.extract_tst_data_iter(signature.signer_info, signed=False))
    except Exception:  # noqa: BLE001 - a damaged attribute carries no token
        return []


def certificates_of(signed: cms.SignedData) -> list[x509.Certificate]:
    """X.509 certificates carried in a CMS."""
    try:
        return [item.chosen for item in signed["certificates"] or () if item.name == "certificate"]
    except Exception:  # noqa: BLE001 - a damaged list carries none
        return []


def carried_certificates(signature: EmbeddedPdfSignature) -> list[x509.Certificate]:
    """Certificates carried in a signature and in its timestamp tokens."""
    return [
        found
        for signed in (signature.signed_data, *signature_timestamps(signature))
        for found in certificates_of(signed)
    ]


def token_time(token: cms.SignedData) -> datetime:
    """GenTime of a timestamp token, in UTC (RFC 3161 §2.4.2)."""
    info: tsp.TSTInfo = token["encap_content_info"]["content"].parsed
    time: datetime = info["gen_time"].native
    return time.astimezone(UTC)


async def _first_path(certificate: x509.Certificate, context: ValidationContext) -> tuple[x509.Certificate, ...]:
    paths = context.path_builder.async_build_paths_lazy(certificate)
    try:
        async for path in paths:
            chain = tuple(path.iter_certs(include_root=True))[::-1]
            if all(_signed_by(child, parent, context) for child, parent in pairwise(chain)):
                return chain
    finally:
        await paths.cancel()  # type: ignore[no-untyped-call]
    return ()


def _signed_by(child: x509.Certificate, parent: x509.Certificate, context: ValidationContext) -> bool:
    try:
        context.sig_validator.validate_signature(
            signature=child["signature_value"].native,
            signed_data=child["tbs_certificate"].dump(),
            public_key_info=parent.public_key,
            signature_algorithm=child["signature_algorithm"],
        )
    except Exception:  # noqa: BLE001 - any failure means: not signed by it
        return False
    return bool(parent.ca)


async def _guarded(run: Callable[[], Any]) -> Result:
    """A procedure's result; whatever it raises becomes an indication."""
    try:
        outcome: AdESBasicValidationResult[Any] = await run()
    except SignatureValidationError as error:
        return Result(error.ades_subindication or AdESIndeterminate.GENERIC, trust_ok=False)
    except Exception:  # noqa: BLE001 - foreign CMS raises many types; what cannot be processed is undecided
        return Result(AdESIndeterminate.GENERIC, trust_ok=False)
    status = outcome.api_status
    path = getattr(status, "validation_path", None)
    stamp = getattr(status, "timestamp_validity", None)
    return Result(
        sub=outcome.ades_subindic,
        chain=tuple(path.iter_certs(include_root=True))[::-1] if path is not None else (),
        revoked=getattr(status, "revocation_details", None),
        stamped=stamp.timestamp.astimezone(UTC) if stamp is not None else None,
        trust_ok=status is not None and status.trust_problem_indic is None,
        integrity=_integrity_of(status, outcome.ades_subindic),
    )


def _integrity_of(status: Any, sub: AdESSubIndic) -> Integrity:
    if sub in (AdESFailure.HASH_FAILURE, AdESFailure.SIG_CRYPTO_FAILURE):
        return Integrity.BROKEN
    if status is None:
        return Integrity.UNKNOWN
    return Integrity.INTACT if status.intact and status.valid else Integrity.BROKEN
