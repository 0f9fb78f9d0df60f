"""The signing side's own files through the verifying side: honest work is never called suspicious, damage is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from signing.appearance import Stamp
from signing.pades import sign_file
from signing.renewal import raise_file
from signing.report import FileVerdict, LaterChanges, Level, Outcome
from signing.verify import verify_file


@pytest.fixture(scope="module")
def files(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One document: signed by two with visible stamps at B-B, then raised; and one signed at B-LTA directly."""
    folder = tmp_path_factory.mktemp("signed")
    names = {name: folder / f"{name}.pdf" for name in ("one", "two", "raised", "direct")}
    with lab.worker() as worker:
        for label, source, output, level in (
            ("juana", lab.page, names["one"], Level.B_B),
            ("pedro", names["one"], names["two"], Level.B_B),
            ("elena", lab.page, names["direct"], Level.B_LTA),  # never somebody whom another test revokes in this lab
        ):
            with lab.session(worker, label) as session:
                sign_file(
                    source,
                    output,
                    session,
                    field=None,
                    stamp=Stamp(
                        "Juana Mamani Quispe", "Técnica", "Gobernación", "5/3/2026 10:30", lab.font_folder, qr="X|NI/1"
                    ),
                    level=level,
                    trust=lab.trust,
                    timestamps=lab.client(),
                    claimed_time=datetime.now(UTC),
                )
    raise_file(names["two"], names["raised"], trust=lab.trust, timestamps=lab.client())
    return names


def judge(path: Path, lab: Any) -> FileVerdict:
    return verify_file(path, trust=lab.trust)


def test_two_signers_with_stamps_offline(files: dict[str, Path], lab: Any) -> None:
    verdict = judge(files["two"], lab)
    first, second = verdict.signatures
    assert verdict.reason == "signature.intact_revocation_unknown"
    assert (first.later_changes, second.later_changes) == (LaterChanges.PERMITTED, LaterChanges.NONE)
    assert first.changed_pages == ()
    assert verdict.warnings == ()
    assert (first.level, second.level) == (Level.B_B, Level.B_B)


@pytest.mark.parametrize("name", ["raised", "direct"])
def test_long_term_files_are_valid_offline(name: str, files: dict[str, Path], lab: Any) -> None:
    verdict = judge(files[name], lab)
    assert (verdict.outcome, verdict.warnings) == (Outcome.VALID, ())
    for signature in (item for item in verdict.signatures if item.kind == "signature"):
        assert signature.reason == "signature.valid_time_proven"
        assert signature.level is Level.B_LTA
        assert signature.proven_time is not None
        assert signature.changed_pages == ()


def test_the_same_file_again_after_the_evidence_bites(files: dict[str, Path], lab: Any, tmp_path: Path) -> None:
    data = bytearray(files["raised"].read_bytes())
    data[data.index(b"/MediaBox") + 14] ^= 1
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(data)
    verdict = judge(changed, lab)
    assert verdict.outcome is Outcome.INVALID
    assert {item.reason for item in verdict.signatures} == {"signature.altered", "timestamp.broken"}


def test_answers_fetched_while_signing_and_raising_serve_offline_later(
    files: dict[str, Path], lab: Any, tmp_path: Path
) -> None:
    kept = replace(lab.trust, cache=tmp_path / "kept")
    with lab.worker() as worker, lab.session(worker, "juana") as session:
        sign_file(
            lab.page, tmp_path / "lt.pdf", session, field=None, stamp=None, level=Level.B_LT, trust=kept,
            timestamps=lab.client(), claimed_time=datetime.now(UTC),
        )  # fmt: skip
    basic = verify_file(files["one"], trust=kept)  # another file of hers, that carries no evidence
    assert (basic.outcome, basic.signatures[0].revocation.source) == (Outcome.VALID, "ocsp")
    assert verify_file(files["two"], trust=kept).outcome is Outcome.INDETERMINATE  # of Pedro nothing was asked
    raise_file(files["two"], tmp_path / "raised.pdf", trust=kept, timestamps=lab.client())
    assert verify_file(files["two"], trust=kept).outcome is Outcome.VALID
    assert all(one.revocation.date is not None for one in verify_file(files["two"], trust=kept).signatures)


def test_a_place_that_cannot_keep_answers_does_not_stop_the_signing(lab: Any, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("no folder")
    trust = replace(lab.trust, cache=tmp_path / "kept")
    with lab.worker() as worker, lab.session(worker, "juana") as session:
        receipt = sign_file(
            lab.page, tmp_path / "lt.pdf", session, field=None, stamp=None, level=Level.B_LT, trust=trust,
            timestamps=lab.client(), claimed_time=datetime.now(UTC),
        )  # fmt: skip
    assert receipt.level is Level.B_LT
    assert verify_file(tmp_path / "lt.pdf", trust=trust, online=True).outcome is Outcome.VALID
