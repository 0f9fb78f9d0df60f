"""Doctor: every finding has words, and a fault is a finding, never an error."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from desktop.operations.diagnose import diagnose
from desktop.resources import find_resources
from desktop.words import LANGUAGES, load_words
from signing.drivers import find_modules
from tests.fixtures import modules
from tests.fixtures.headers import elf

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


def test_doctor_names_drivers_of_the_wrong_bitness_and_modules_that_hang_or_crash(tmp_path: Path) -> None:
    narrow = tmp_path / "libcastle.so"
    narrow.write_bytes(elf(3, wide=False))
    found = find_modules(
        explicit=[narrow, modules.hanging(tmp_path / "libhang.so"), modules.crashing(tmp_path / "libcae.so")]
    )
    findings = diagnose(
        find_resources(), tmp_path, modules=found, environment={"PCSCLITE_CSOCK_NAME": "/nothing"}, timeout=2.0
    )
    told = {finding.code: finding.facts for finding in findings if not finding.good}
    assert told["driver.wrong_bits"] == {"module": str(narrow), "bits": 32, "wanted": 64}
    assert told["token.module_hung"]["module"] == "libhang.so"
    assert told["token.module_crashed"]["module"] == "libcae.so"
    assert {"doctor.no_reader_service", "doctor.no_tokens"} <= told.keys()


def test_doctor_says_when_the_reader_service_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signing.watch.ONCE_LIMIT", 0.5)
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "mute"))
        mute.listen()
        environment = {"PCSCLITE_CSOCK_NAME": str(tmp_path / "mute")}
        findings = diagnose(find_resources(), tmp_path, modules=[], environment=environment)
    assert {"doctor.reader_service_hung", "doctor.no_modules"} <= {one.code for one in findings if not one.good}
