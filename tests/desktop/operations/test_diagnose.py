"""Doctor: every finding has words, and a fault is a finding, never an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.operations.diagnose import diagnose
from desktop.resources import find_resources
from desktop.words import LANGUAGES, load_words

pytestmark = pytest.mark.xdist_group("office")


def test_doctor_looks_at_everything_and_has_words_for_it(tmp_path: Path) -> None:
    findings = diagnose(find_resources(), tmp_path / "no-hay-todavía")
    assert all(finding.good for finding in findings if finding.needed)
    bad = diagnose(tmp_path, tmp_path)
    assert {f.code for f in bad if f.needed and not f.good} >= {"doctor.no_fonts"}
    for language in LANGUAGES:
        table = load_words(find_resources() / "words", language)
        assert {finding.code for finding in (*findings, *bad)} <= table.keys()
    assert list(tmp_path.iterdir()) == []
