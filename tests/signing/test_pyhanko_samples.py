"""Files that we did not make: pyHanko's own samples, signed by Adobe Reader and others, or made to mislead a difference analysis.

Their certificates end in no anchor of ours, so that no verdict is ``valid``; asked is what came afterwards, and that nothing crashes.
"""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest

from signing.report import FileVerdict, Integrity, LaterChanges, Outcome
from signing.trust import TrustStore
from signing.verify import verify_file
from tests.judges.setup import make_samples

# signed twice, the second time honestly: the first signature must not be called changed
HONEST = (
    "extensions-direct.pdf",
    "extensions-indirect.pdf",
    "extensions-update-direct.pdf",
    "extensions-update-indirect.pdf",
    "form-update-no-override-appearance-stream-ap-indirect.pdf",
    "form-update-override-appearance-stream-ap-indirect.pdf",
    "form-update-override-appearance-stream.pdf",
    "minimal-signed-twice-both-created.pdf",  # Adobe Reader
    "minimal-signed-twice-no-sig-type.pdf",
    "minimal-signed-twice-second-created.pdf",  # Adobe Reader
    "minimal-two-fields-signed-twice.pdf",  # Adobe Reader
    "pades-lta-dss-indirect-arrs-test-2.pdf",
    "pades-lta-dss-indirect-arrs-test.pdf",
    "separate-annots-kids-indir.pdf",
    # pyHanko refuses these two: the field leaves an appearance dictionary that something else uses too. That one is not touched.
    "form-update-ap-indirect-sneaky-trailer.pdf",
    "form-update-no-override-appearance-stream-ap-indirect-sneaky.pdf",
)
# something else was changed under cover of a second signature
SNEAKY = (
    "extensions-indirect-not-all-paths.pdf",
    "form-update-override-appearance-stream-ap-indirect-sneaky.pdf",
    "form-update-override-appearance-stream-sneaky.pdf",
)
UNCOVERED = (
    "coverage-anomalies--one-byterange.pdf",
    "coverage-anomalies--signature-gap-too-big.pdf",
    "coverage-anomalies--tail-uncovered.pdf",
    "coverage-anomalies--weird-byterange.pdf",
)
INTACT = (
    "certified-with-indirect-refs-in-dir.pdf",
    "ed448-shake256-nolen.pdf",
    "pades-with-old-style-signing-cert-attr-issser.pdf",
    "pades-with-old-style-signing-cert-attr.pdf",
    "sig-no-signed-attrs.pdf",
    "sig-with-ski-sid.pdf",
)
SECONDS = 10.0


@cache
def folder() -> Path:
    return make_samples()


def judged(name: str) -> FileVerdict:
    return verify_file(folder() / name, trust=TrustStore())


@pytest.mark.parametrize("name", HONEST)
def test_a_second_signature_does_not_spoil_the_first(name: str) -> None:
    verdict = judged(name)
    assert len(verdict.signatures) >= 2
    for signature in verdict.signatures[:-1]:
        assert (signature.integrity, signature.later_changes) == (Integrity.INTACT, LaterChanges.PERMITTED)
    assert verdict.signatures[-1].later_changes in {LaterChanges.NONE, LaterChanges.PERMITTED}


@pytest.mark.parametrize("name", SNEAKY)
def test_what_hides_behind_a_second_signature_is_found(name: str) -> None:
    verdict = judged(name)
    assert (verdict.outcome, verdict.signatures[0].later_changes) == (Outcome.INVALID, LaterChanges.SUSPICIOUS)


@pytest.mark.parametrize("name", UNCOVERED)
def test_what_does_not_cover_its_revision_is_invalid(name: str) -> None:
    assert judged(name).outcome is Outcome.INVALID


@pytest.mark.parametrize("name", INTACT)
def test_unusual_but_sound_signatures_are_intact(name: str) -> None:
    (signature,) = judged(name).signatures
    assert (signature.integrity, signature.later_changes) == (Integrity.INTACT, LaterChanges.NONE)
    assert signature.outcome is Outcome.INDETERMINATE  # nobody that we trust stands behind it


def test_every_sample_gets_a_verdict_in_time_and_none_is_valid() -> None:
    files = sorted(folder().glob("*.pdf"))
    assert len(files) > 120
    for path in files:
        began = time.perf_counter()
        verdict = verify_file(path, trust=TrustStore())
        assert time.perf_counter() - began < SECONDS, path.name
        assert verdict.outcome is not Outcome.VALID, path.name
        assert verdict.reason != "file.not_judged", path.name
