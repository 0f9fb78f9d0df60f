"""Each check of the verifier is needed: with that one switched off, a file of the corpus is called valid that must not be.

To add a check: a line in ``CHECKS``. ``off`` replaces one name of one module; several where one rule is spread over several names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, AcceptAllAlgorithms
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing import changes, indications, inspection, opening, outcomes
from signing.facts import Facts
from signing.later import annotations, appearance, document, form, history, lifted, looks, rules
from signing.pages import PageComparison
from signing.report import FileVerdict, Outcome
from signing.trust import TrustStore
from signing.verify import verify_bytes
from tests.fixtures.attacks.corpus import BY_NAME
from tests.fixtures.lab import shared_lab

Switch = Callable[[pytest.MonkeyPatch], None]


def off(module: ModuleType | type, name: str, answer: Any) -> Switch:
    """That function of that module gives ``answer`` whatever it is asked; what is no function is replaced by it."""

    def switch(patch: pytest.MonkeyPatch) -> None:
        found = getattr(module, name)
        constant = not callable(found) or isinstance(answer, type) or callable(answer)
        patch.setattr(module, name, answer if constant else lambda *_args, **_named: answer)

    return switch


def each(*switches: Switch) -> Switch:
    """One rule that is spread over several names."""

    def switch(patch: pytest.MonkeyPatch) -> None:
        for one in switches:
            one(patch)

    return switch


@dataclass(frozen=True)
class Check:
    """``attack``: the case that then passes; ``then``: how it is called without the check."""

    name: str
    switch: Switch
    attack: str
    then: Outcome = Outcome.VALID


def _any_root(trust_roots: Any) -> Any:
    return SimpleTrustManager.build(trust_roots=[*trust_roots, shared_lab().stranger_root.asn1])


def _as_it_is(_judge: object, result: Any, _token: object) -> Any:
    return result


class _AnyRoot:
    """Trusts the stranger's root too."""

    build = staticmethod(_any_root)


_NO_STEP = off(history.History, "_step", ())
_NO_PAGES = off(inspection, "compare_pages_of", PageComparison())
CHECKS = (
    Check("digest and signature value", off(generic_cms, "validate_sig_integrity", (True, True)), "usf-digest-of-other-text"),
    Check("signature value", off(generic_cms, "validate_sig_integrity", (True, True)), "cms-signature-value-flipped"),
    Check("gap holds /Contents alone", off(changes, "gap_problem", ""), "swa-entries-in-the-gap"),
    Check("rest of /Contents", off(changes, "has_tail", False), "swa-bytes-behind-the-cms"),
    Check("bytes behind the end", off(history, "stray_bytes", False), "isa-bytes-after-the-end"),
    Check("objects without cross-reference", off(history, "stray_bytes", False), "isa-body-only"),
    Check("updates skipped", off(history, "skipped_updates", False), "update-that-skips-an-update"),
    Check("tables that lead elsewhere", off(history, "crooked_entries", ()), "hybrid-table-and-stream-that-disagree"),
    Check("coverage of the revision", off(history, "covers_its_revision", True), "cross-reference-that-dangled-when-it-was-signed"),
    Check("later changes found", _NO_STEP, "ssa-stamp-swapped-afterwards"),
    Check("later changes found, and pages seen", each(_NO_STEP, _NO_PAGES), "isa-page-replaced"),
    Check("pages of the tree", off(document, "_judge_page", None), "page-triggers-added"),
    Check("tags", off(document, "judge_tags", None), "structure-tree-replaced"),
    Check("form", off(document, "judge_form", None), "isa-earlier-signature-removed"),
    Check("form's own entries", off(form._Form, "_entry", None), "xfa-form-added"),
    Check("form's fonts", off(form._Form, "_resources_grew", True), "shadow-replace-form-font"),
    Check("annotations", off(document, "judge_annotations", None), "code-launch-in-link-p3"),
    Check("annotations added", off(annotations, "_judge_added", None), "eaa-optional-content-p3"),
    Check("remarks that hide", off(looks.Looks, "_remarks", None), "eaa-highlight-only-printed-p3"),
    Check("fields show what they hold, and pages seen", each(off(looks.Looks, "_fields", None), _NO_PAGES), "form-look-of-another-value"),
    Check("letters that are seen", off(appearance, "_is_legible", True), "form-value-not-painted"),
    Check("letters in their order", off(appearance, "in_order", True), "form-digits-in-another-order"),
    Check("looks that are turned", off(lifted, "_turn", 0), "form-look-turned-round"),
    Check("nothing but frames", off(looks.Looks, "_is_plain", True), "form-decimal-point-drawn"),
    Check("options by their index", off(looks.Looks, "_index_agrees", True), "form-choice-of-another-index"),
    Check("marks of boxes", off(looks, "is_mark", True), "form-check-box-on-writes-a-word"),
    Check("boxes that are empty", off(looks, "is_empty", True), "form-check-box-off-looks-ticked"),
    Check(
        "fonts that values wait for, and pages seen",
        each(off(form, "_waits", False), _NO_PAGES),
        "form-font-that-a-signed-value-waited-for",
    ),
    Check(
        "markings in their rectangle, and pages seen",
        each(off(looks.Looks, "_leaves_its_rectangle", False), _NO_PAGES),
        "eaa-highlight-elsewhere-p3",
    ),
    Check("remarks that write", off(looks, "writes", False), "eaa-highlight-draws-words-p3"),
    Check("stamps over fields, pages seen", each(off(looks.Looks, "_stamps", None), _NO_PAGES), "ssa-signature-covering-a-filled-field"),
    Check("stamps over text, and pages seen", each(off(looks.Looks, "_stamps", None), _NO_PAGES), "ssa-covering-not-certified"),
    Check("DocMDP", off(rules.Rules, "allow", True), "docmdp-form-filled-under-p1"),
    Check("FieldMDP", off(rules, "locks_of", ()), "fieldmdp-locked-field-filled"),
    Check("certifications", off(rules, "permissions_of", ()), "docmdp-signed-under-p1"),
    Check(
        "revocation asked for",
        each(off(indications, "_SIGNER_RULE", NO_REVOCATION), off(indications, "_TSA_RULE", NO_REVOCATION)),
        "revocation-answer-missing",
    ),
    Check("anchors", off(indications, "SimpleTrustManager", _AnyRoot), "stranger-with-his-own-answers"),
    Check("algorithms", off(indications, "usage_policy", CMSAlgorithmUsagePolicy.lift_policy(AcceptAllAlgorithms())), "digest-sha1"),
    Check("key usage", off(KeyUsageConstraints, "validate", None), "key-usage-encipherment-only"),
    Check("certificates of services", off(indications, "for_machines_only", False), "timestamp-authority-signs-documents"),
    Check("times to come", off(indications.Judge, "_not_from_the_future", _as_it_is), "timestamp-from-the-future"),
    Check("signed attributes name the certificate", off(Facts, "bound", True), "cades-without-signing-certificate"),
    Check("revoked before", off(outcomes, "_revoked_before", False), "revoked-before-it-was-signed", then=Outcome.INDETERMINATE),
    Check("kinds that are supported", off(opening, "SUPPORTED_SUBFILTERS", {"/ETSI.CAdES.unheardX"}), "subfilter-unknown"),
)  # fmt: skip


@cache
def made(name: str) -> bytes:
    return BY_NAME[name].make(shared_lab())


def judge(data: bytes) -> FileVerdict:
    return verify_bytes(data, name="x.pdf", trust=TrustStore.from_pem([shared_lab().root.pem]))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_each_check_is_needed(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the check switched off, the attack passes: so this check, and nothing else, finds it."""
    with_it = judge(made(check.attack))
    assert with_it.outcome.value in BY_NAME[check.attack].file
    assert with_it.outcome is not check.then
    check.switch(monkeypatch)
    assert judge(made(check.attack)).outcome is check.then


@pytest.mark.parametrize(
    "attack", ["isa-page-replaced", "isa-page-added", "eaa-freetext-not-certified", "shadow-replace-font"]
)
def test_the_eye_sees_it_too(attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page comparison alone finds what the analysis of objects finds: two independent looks at the same attack."""
    _NO_STEP(monkeypatch)
    verdict = judge(made(attack))
    assert verdict.reason == "signature.pages_changed"
    assert verdict.signatures[0].changed_pages
