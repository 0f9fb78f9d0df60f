"""The ETSI TS 119 102-2 report: it round-trips through the bindings, refers to what it holds, and leaves the standard's result alone."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from signing.etsi_report import build_report, parse_report, report_xml
from signing.report import FileVerdict
from tests.fixtures import verdicts as made

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
PROGRAM = "Qillqa 0.1.0"
VR = "{http://uri.etsi.org/19102/v1.2.1#}"
SCENES = {
    "long_term": [made.valid_lta()],
    "attacked": [made.attacked()],
    "hostile": [made.hostile()],
    "without_signatures": [made.unsigned(), made.unreadable()],
    "folder": made.folder(30),
}


def plain(value: Any) -> Any:
    """The same with lists for tuples: the parser gives a list where the binding's default is a tuple."""
    if is_dataclass(value):
        return type(value), {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


@pytest.mark.parametrize("scene", SCENES)
def test_it_round_trips_through_the_bindings(scene: str) -> None:
    data = report_xml(SCENES[scene], made=NOW, program=PROGRAM)
    assert plain(parse_report(data)) == plain(build_report(SCENES[scene], NOW, PROGRAM))
    assert report_xml(SCENES[scene], made=NOW, program=PROGRAM) == data


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
@example("\ud800\udc80", "\ud800")
def test_any_text_round_trips(name: str, note: str) -> None:
    verdict = made.unsigned(name)
    data = report_xml([verdict], made=NOW, program=PROGRAM, note=note)
    assert plain(parse_report(data)) == plain(build_report([verdict], NOW, PROGRAM))


@pytest.mark.parametrize("scene", SCENES)
def test_every_reference_leads_to_an_object(scene: str) -> None:
    root = etree.fromstring(report_xml(SCENES[scene], made=NOW, program=PROGRAM))
    ids = [str(item) for item in root.xpath("//@id")]
    wanted = {name for item in root.xpath("//@VOReference") for name in str(item).split()}
    assert len(ids) == len(set(ids))
    assert wanted <= set(ids)
    assert all(re.fullmatch(r"[A-Za-z][\w.-]*", item) for item in ids)


def test_the_standards_result_is_untouched_and_ours_stands_beside_it() -> None:
    """A file changed after signing: TOTAL-PASSED for the signed revision, failed in our constraint."""
    verdict = made.attacked()
    root = etree.fromstring(report_xml([verdict], made=NOW, program=PROGRAM))
    reports = root.findall(f"{VR}SignatureValidationReport")
    assert len(reports) == len(verdict.signatures)
    main = [report.findtext(f"{VR}SignatureValidationStatus/{VR}MainIndication") for report in reports]
    assert [item.rpartition(":")[2] for item in main if item] == ["total-passed", "indeterminate", "total-failed"]
    subs = [report.findtext(f"{VR}SignatureValidationStatus/{VR}SubIndication") for report in reports]
    assert [item and item.rpartition(":")[2] for item in subs] == [
        None,
        "CERTIFICATE_CHAIN_GENERAL_FAILURE",
        "HASH_FAILURE",
    ]
    ours = {
        constraint.findtext(f"{VR}ValidationConstraintIdentifier"): constraint
        for constraint in reports[0].iter(f"{VR}ValidationConstraint")
    }
    verdict_of_ours = ours["urn:qillqa:constraint:verdict"]
    assert (verdict_of_ours.findtext(f"{VR}ValidationStatus/{VR}MainIndication") or "").endswith(":failed")
    told = [item.text for item in verdict_of_ours.iter(f"{VR}Value")]
    assert told == ["signature.changed_after", "signature.pages_changed", PROGRAM]
    changes = [str(item.text) for item in ours["urn:qillqa:constraint:later-changes"].iter(f"{VR}Value")]
    assert changes[1] == "content permitted=false page=1 name=- place=Root/Pages/Kids/0/Contents"
    assert (
        ours["urn:qillqa:constraint:integrity"].findtext(f"{VR}ValidationStatus/{VR}MainIndication") or ""
    ).endswith(":passed")


def test_evidence_times_and_revocation_are_told() -> None:
    verdict = made.attacked()
    text = report_xml([verdict], made=NOW, program=PROGRAM).decode()
    root = etree.fromstring(text.encode())
    evidence = [str(item.text) for item in root.iter(f"{VR}Value") if "sha256=" in str(item.text)]
    for piece in verdict.signatures[0].evidence:
        assert any(piece.sha256 in item and f"source={piece.source}" in item for item in evidence)
    times = root.find(f"{VR}SignatureValidationReport/{VR}ValidationTimeInfo")
    assert times is not None
    assert times.findtext(f"{VR}ValidationTime") == "2026-11-27T14:30:05Z"
    assert times.findtext(f"{VR}BestSignatureTime/{VR}POETime") == "2026-03-05T15:12:53Z"
    assert [item.text for item in root.iter(f"{VR}RevocationReason")] == ["key_compromise"]
    secure = {str(item.findtext(f"{VR}SecureAlgorithm")) for item in root.iter(f"{VR}CryptoInformation")}
    assert secure == {"true", "false"}


def test_a_file_without_signatures_gets_no_indication_of_the_standards() -> None:
    root = etree.fromstring(report_xml([made.unsigned(), made.unreadable()], made=NOW, program=PROGRAM))
    main = [
        str(item.text)
        for item in root.iterfind(f"{VR}SignatureValidationReport/{VR}SignatureValidationStatus/{VR}MainIndication")
    ]
    assert main == ["urn:qillqa:mainindication:unsigned", "urn:qillqa:mainindication:unreadable"]


def test_a_missing_moment_is_that_of_the_report() -> None:
    verdict = FileVerdict("x.pdf", "", made.Outcome.UNREADABLE, "file.not_found")
    root = etree.fromstring(report_xml([verdict], made=NOW, program=PROGRAM))
    assert [item.text for item in root.iter(f"{VR}ValidationTime")] == ["2026-11-27T15:00:00Z"]
