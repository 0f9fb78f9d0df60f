"""The verdict as an ETSI TS 119 102-2 v1.2.1 validation report (XML), through pyHanko's own bindings of that schema.

The indication is the standard's, untouched. What the standard has no place for, our own verdict over integrity, coverage and later
changes, stands in the validation constraints (§4.3.4) under ``urn:qillqa:…``, where other programs may pass over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time

from pyhanko.generated.etsi import ts_11910202 as etsi
from pyhanko.generated.w3c import xmldsig_core as dsig
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig

from .etsi_terms import (
    DIGESTS,
    INDICATION,
    INTEGRITY,
    LATER,
    NAMESPACES,
    OURS,
    OUTCOME,
    POE,
    STATUS,
    SUB,
    digest_of,
    object_id,
    reference,
    signers_document,
    typed,
    validation_object,
    xml_time,
)
from .report import Algorithm, EvidenceItem, FileVerdict, Outcome, SignatureVerdict
from .visible import visible


def report_xml(verdicts: Sequence[FileVerdict], *, made: datetime, program: str, note: str = "") -> bytes:
    """One ValidationReport over all signatures of these files, UTF-8. ``program``: name and version of the validating program.

    ``made`` stands for a missing moment of judgement; ``note`` becomes a comment before the root (what was left out).
    Equal arguments give equal bytes.
    """
    text = XmlSerializer(config=SerializerConfig(indent="  ")).render(
        build_report(verdicts, made, program), ns_map=NAMESPACES
    )
    if note:
        head, mark, rest = text.partition("?>\n")
        text = f"{head}{mark}<!-- {re.sub('-+', '‐', visible(note))} -->\n{rest}"
    return text.encode("utf-8")


def parse_report(data: bytes) -> etsi.ValidationReport:
    """The report read back through the same bindings; raises xsdata's errors on anything else."""
    return XmlParser().from_bytes(data, etsi.ValidationReport)


def build_report(verdicts: Sequence[FileVerdict], made: datetime, program: str) -> etsi.ValidationReport:
    """The report as bound objects."""
    objects: dict[str, etsi.ValidationObjectType] = {}
    reports: list[etsi.SignatureValidationReportType] = []
    for verdict in verdicts:
        moment = verdict.at or made
        if not verdict.signatures:
            reports.append(_file_alone(verdict, moment, program))
        for item in verdict.signatures:
            reports.append(_signature(verdict, item, moment, program))
            objects |= {object_id(piece.kind, piece.sha256): validation_object(piece) for piece in item.evidence}
            for kind, sha256 in _needed(item):
                objects.setdefault(object_id(kind, sha256), validation_object(EvidenceItem(kind, "", "", sha256)))
    ordered = tuple(objects[name] for name in sorted(objects))
    return etsi.ValidationReport(
        signature_validation_report=tuple(reports),
        signature_validation_objects=etsi.ValidationObjectListType(ordered) if ordered else None,
    )


def _file_alone(verdict: FileVerdict, moment: datetime, program: str) -> etsi.SignatureValidationReportType:
    """A file without a signature, or that could not be read: no indication of the standard's exists for it."""
    return etsi.SignatureValidationReportType(
        signature_identifier=etsi.SignatureIdentifierType(
            hash_only=False, doc_hash_only=False, daidentifier=visible(verdict.file)
        ),
        validation_constraints_evaluation_report=_constraints(
            [("verdict", verdict.outcome, [verdict.reason, program])]
        ),
        validation_time_info=_times(moment, None),
        signers_document=signers_document("sha256", verdict.sha256) if verdict.sha256 else None,
        signature_validation_status=etsi.ValidationStatusType(
            main_indication=f"{OURS}mainindication:{verdict.outcome}"
        ),
    )


def _signature(
    verdict: FileVerdict, item: SignatureVerdict, moment: datetime, program: str
) -> etsi.SignatureValidationReportType:
    identity = item.identity
    place = f"{verdict.file}#{item.field}"
    digest = None
    if identity is not None and identity.attributes_digest:
        digest = digest_of(identity.digest_algorithm, identity.attributes_digest)
    document: etsi.SignersDocumentType | None = None
    if identity is not None:
        document = signers_document(identity.digest_algorithm, identity.document_digest)
    elif verdict.sha256:
        document = signers_document("sha256", verdict.sha256)
    return etsi.SignatureValidationReportType(
        signature_identifier=etsi.SignatureIdentifierType(
            digest_alg_and_value=digest,
            signature_value=dsig.SignatureValue(bytes.fromhex(identity.value)) if identity and identity.value else None,
            hash_only=False,
            doc_hash_only=False,
            daidentifier=visible(place),
        ),
        validation_constraints_evaluation_report=_constraints(_our_findings(verdict, item, program)),
        validation_time_info=_times(moment, item.proven_time),
        signers_document=document,
        signature_attributes=_attributes(item),
        signer_information=_signer(item),
        signature_validation_process=etsi.SignatureValidationProcessType(
            signature_validation_process_id=f"urn:etsi:019102:validationprocess:{_process(item)}"
        ),
        signature_validation_status=etsi.ValidationStatusType(
            main_indication=INDICATION[item.indication],
            sub_indication=(f"{SUB}{item.subindication}",) if item.subindication else (),
            associated_validation_report_data=tuple(_associated(item)),
        ),
    )


def _process(item: SignatureVerdict) -> str:
    """EN 319 102-1 §5.3, §5.5 or §5.6: the procedure that the level found asks for."""
    if item.level is None or item.level.rank == 0:
        return "Basic"
    return "LTA" if item.level.rank == 3 else "LTVM"


def _our_findings(verdict: FileVerdict, item: SignatureVerdict, program: str) -> list[tuple[str, Outcome, list[str]]]:
    changes = [
        f"{change.kind} permitted={str(change.permitted).lower()} page={change.page} name={change.name or '-'} place={change.detail or '-'}"
        for change in item.changes
    ]
    attachments = [f"{found.name} {found.sha256} {found.state}" for found in verdict.attachments]
    same = all(found.state == "same" for found in verdict.attachments)
    rows = [
        ("verdict", item.outcome, [item.reason, *item.also, program]),
        ("integrity", INTEGRITY[item.integrity], [item.integrity.value]),
        ("later-changes", LATER[item.later_changes], [item.later_changes.value, *changes]),
        ("coverage", Outcome.VALID, [f"bytes={item.signed_revision} whole={str(item.covers_whole_file).lower()}"]),
    ]
    if item.evidence:
        rows.append(("evidence", Outcome.VALID, [_told(piece) for piece in item.evidence]))
    if verdict.attachments:
        rows.append(("attachments", Outcome.VALID if same else Outcome.INDETERMINATE, attachments))
    if verdict.warnings:
        rows.append(("warnings", Outcome.VALID, list(verdict.warnings)))
    return rows


def _told(piece: EvidenceItem) -> str:
    date = "-" if piece.date is None else piece.date.astimezone(UTC).isoformat()
    return f"{piece.kind} source={piece.source} date={date} sha256={piece.sha256} {piece.about}"


def _constraints(rows: Iterable[tuple[str, Outcome, list[str]]]) -> etsi.ValidationConstraintsEvaluationReportType:
    """§4.3.4: each finding of ours as an applied constraint with its result and its facts."""
    return etsi.ValidationConstraintsEvaluationReportType(
        validation_constraint=tuple(
            etsi.IndividualValidationConstraintReportType(
                validation_constraint_identifier=f"{OURS}constraint:{name}",
                validation_constraint_parameter=tuple(typed(name, value) for value in values),
                constraint_status=etsi.ConstraintStatusType(status=STATUS),
                validation_status=etsi.ValidationStatusType(main_indication=OUTCOME[outcome]),
            )
            for name, outcome, values in rows
        )
    )


def _times(moment: datetime, proven: datetime | None) -> etsi.ValidationTimeInfoType:
    """§4.3.5: best signature time is the earliest proof of existence, the moment of judgement where there is none."""
    best = proven or moment
    return etsi.ValidationTimeInfoType(
        validation_time=xml_time(moment),
        best_signature_time=etsi.POEType(poetime=xml_time(best), type_of_proof=POE),
    )


def _attributes(item: SignatureVerdict) -> etsi.SignatureAttributesType:
    """§4.3.7."""
    stamps = [stamp.time for stamp in item.timestamps if stamp.time is not None]
    ranges = (item.identity.byte_range,) if item.identity is not None and item.identity.byte_range else ()
    is_stamp = item.kind == "timestamp"
    claimed = item.claimed_time
    signing = etsi.SASigningTimeType(signed=True, time=xml_time(claimed)) if claimed and not is_stamp else None
    places = (etsi.SASignatureProductionPlaceType(signed=True, address_string=(visible(item.stated_place),)),)
    reasons = (etsi.SAReasonType(signed=True, reason_element=visible(item.stated_reason)),)
    subfilter = visible(item.subfilter.removeprefix("/"))
    return etsi.SignatureAttributesType(
        signing_time=(signing,) if signing is not None else (),
        signature_production_place=places if item.stated_place else (),
        signature_time_stamp=tuple(
            etsi.SATimestampType(signed=False, time_stamp_value=xml_time(time)) for time in stamps
        ),
        doc_time_stamp=(etsi.SATimestampType(time_stamp_value=xml_time(claimed)),) if is_stamp and claimed else (),
        reason=reasons if item.stated_reason else (),
        sub_filter=(etsi.SASubFilterType(signed=True, sub_filter_element=subfilter),) if subfilter else (),
        byte_range=ranges,
    )


def _signer(item: SignatureVerdict) -> etsi.SignerInformationType | None:
    if not item.certificate_sha256:
        return None
    name = item.person.name if item.person else ""
    return etsi.SignerInformationType(
        signer_certificate=reference("certificate", item.certificate_sha256),
        signer=visible(name) or None,
        pseudonym=False,
    )


def _associated(item: SignatureVerdict) -> Iterable[etsi.ValidationReportDataType]:
    """§4.3.12: chain, revocation and algorithms, each in a report data of its own."""
    if item.chain:
        leaf, *others = item.chain
        anchor = next((link for link in others if link.anchor), None)
        between = tuple(reference("certificate", link.sha256) for link in others if link is not anchor)
        root = reference("certificate", anchor.sha256) if anchor is not None else None
        yield etsi.ValidationReportDataType(
            trust_anchor=root,
            certificate_chain=etsi.CertificateChainType(
                signing_certificate=reference("certificate", leaf.sha256),
                intermediate_certificate=between,
                trust_anchor=root,
            ),
        )
    evidence = tuple(reference(piece.kind, piece.sha256) for piece in item.evidence)
    if evidence:
        yield etsi.ValidationReportDataType(related_validation_object=evidence)
    answer = item.revocation
    if answer.status == "revoked" and answer.revoked_at is not None and item.certificate_sha256:
        yield etsi.ValidationReportDataType(
            revocation_status_information=etsi.RevocationStatusInformationType(
                validation_object_id=reference("certificate", item.certificate_sha256),
                revocation_time=xml_time(answer.revoked_at),
                revocation_reason=answer.cause or None,
            )
        )
    for use in item.algorithms if item.certificate_sha256 else ():
        yield etsi.ValidationReportDataType(crypto_information=_crypto(use, item))


def _crypto(use: Algorithm, item: SignatureVerdict) -> etsi.CryptoInformationType:
    algorithm = DIGESTS.get(re.sub(r"[^a-z0-9]", "", use.name.lower()))
    until = datetime.combine(use.trusted_until, time(), UTC) if use.trusted_until else None
    return etsi.CryptoInformationType(
        validation_object_id=reference("certificate", item.certificate_sha256),
        algorithm=algorithm or f"{OURS}algorithm:{re.sub(r'[^A-Za-z0-9.-]', '-', use.name)}",
        algorithm_parameters=typed("algorithm-use", f"{use.use} {use.bits}"),
        secure_algorithm=not use.weak,
        not_after=xml_time(until) if until is not None else None,
    )


def _needed(item: SignatureVerdict) -> Iterable[tuple[str, str]]:
    """Objects that are referred to and may not be among the evidence."""
    if item.certificate_sha256:
        yield "certificate", item.certificate_sha256
    for link in item.chain:
        yield "certificate", link.sha256
