"""Attacks and honest changes against the verdicts that the papers demand; and each check proves that it is needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import pytest
from pyhanko.sign.validation import generic_cms
from pyhanko_certvalidator.policy_decl import NO_REVOCATION

from signing import changes, indications, inspection, opening, outcomes
from signing.pages import PageComparison
from signing.report import FileVerdict, Outcome
from signing.trust import TrustStore
from signing.verify import verify_bytes
from tests.fixtures.attacks.makers import CASES, Case, victim
from tests.fixtures.lab import plain_pdf, shared_lab

Switch = Callable[[pytest.MonkeyPatch], None]


@cache
def made(name: str) -> bytes:
    return next(case.make(shared_lab()) for case in CASES if case.name == name)


def judge(data: bytes) -> FileVerdict:
    return verify_bytes(data, name="x.pdf", trust=TrustStore.from_pem([shared_lab().root.pem]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_attacks_and_honest_changes(case: Case) -> None:
    verdict = judge(made(case.name))
    signature = next(item for item in verdict.signatures if item.field == case.field)
    assert (verdict.outcome.value, verdict.reason) == (case.verdict, case.reason)
    assert signature.later_changes.value == case.later
    assert signature.indication.value == case.indication


def no_integrity(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(generic_cms, "validate_sig_integrity", lambda *_args, **_named: (True, True))


def no_gap_check(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "gap_problem", lambda *_: "")
    patch.setattr(changes, "covers_its_revision", lambda _: True)
    patch.setattr(changes, "is_explained", lambda _: True)
    patch.setattr(changes, "is_allowed", lambda _: True)


def no_tail_check(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "has_tail", lambda _: False)


def no_stray_check(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "stray_bytes", lambda *_: False)


def no_difference_analysis(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "is_explained", lambda _: True)
    patch.setattr(changes, "is_allowed", lambda _: True)


def no_docmdp(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "is_allowed", lambda _: True)


def no_page_comparison(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inspection, "compare_pages_of", lambda *_args, **_named: PageComparison())


def no_coverage(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "covers_its_revision", lambda _: True)
    patch.setattr(changes, "is_explained", lambda _: True)
    patch.setattr(changes, "is_allowed", lambda _: True)


def no_unsupported(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(opening, "SUPPORTED_SUBFILTERS", opening.SUPPORTED_SUBFILTERS | {"/ETSI.CAdES.unheardX"})


SWITCHES: dict[str, tuple[Switch, str]] = {
    "integrity": (no_integrity, "flipped_byte"),
    "gap": (no_gap_check, "gap_injected"),
    "tail of contents": (no_tail_check, "contents_tail"),
    "stray bytes": (no_stray_check, "bytes_after_eof"),
    "stray objects": (no_stray_check, "object_without_xref"),
    "difference analysis": (no_difference_analysis, "stamp_swapped"),
    "DocMDP": (no_docmdp, "form_changed_under_p1"),
    "pages": (no_page_comparison, "covering_stamp"),
    "coverage": (no_coverage, "signature_overwritten"),
}


@pytest.mark.parametrize("name", SWITCHES)
def test_each_check_is_needed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the check switched off, the attack passes as valid: so the check, and nothing else, finds it."""
    switch, attack = SWITCHES[name]
    assert judge(made(attack)).outcome is Outcome.INVALID
    switch(monkeypatch)
    assert judge(made(attack)).outcome is Outcome.VALID


def test_asking_for_revocation_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = shared_lab().sign(plain_pdf())
    assert judge(data).outcome is Outcome.INDETERMINATE
    monkeypatch.setattr(indications, "_SIGNER_RULE", NO_REVOCATION)
    monkeypatch.setattr(indications, "_TSA_RULE", NO_REVOCATION)
    assert judge(data).outcome is Outcome.VALID


def test_an_unsupported_kind_is_listed_because_we_list_fields_ourselves(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(made("unknown_subfilter")).signatures[0].reason == "signature.unsupported"
    no_unsupported(monkeypatch)
    assert judge(made("unknown_subfilter")).signatures[0].reason != "signature.unsupported"


def test_the_revoked_rule_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    pki = shared_lab()
    revoked = pki.ocsp_answer(pki.alice, pki.now, revoked=pki.now - timedelta(days=1))
    crl = pki.crl(pki.root, pki.now - timedelta(minutes=1), days=90)
    data = pki.sign(pki.with_dss(plain_pdf(), ocsps=(revoked,), crls=(crl,)))
    assert judge(data).reason == "signature.revoked"
    monkeypatch.setattr(outcomes, "_revoked_before", lambda _: False)
    assert judge(data).reason != "signature.revoked"


@pytest.mark.parametrize("attack", ["page_replaced", "page_appended", "evil_annotation", "font_replaced"])
def test_the_eye_sees_it_too(attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page comparison alone finds what the difference analysis finds: two independent looks at the same attack."""
    no_difference_analysis(monkeypatch)
    verdict = judge(made(attack))
    assert verdict.reason == "signature.pages_changed"
    assert verdict.signatures[0].changed_pages


def test_lower_case_digits_are_the_same_signature() -> None:
    data = victim(shared_lab())
    start, end = data.index(b"/Contents <") + 11, data.index(b">", data.index(b"/Contents <") + 11)
    assert judge(data[:start] + data[start:end].lower() + data[end:]).outcome is Outcome.VALID


def test_white_space_in_the_gap_is_not_overlooked() -> None:
    data = victim(shared_lab())
    end = data.index(b">", data.index(b"/Contents <") + 11)
    assert judge(data[: end - 2] + b"  " + data[end:]).reason == "signature.bytes_in_gap"
