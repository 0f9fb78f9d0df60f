"""A pile with one PIN: one login, one result per file, nothing half made, whatever dies in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signing.batch import BatchReport, ItemState, sign_batch
from signing.errors import SigningError, TokenError
from signing.options import SignOptions
from signing.outputs import PART_STEM
from signing.pades import DocumentSigning
from signing.preflight import SignItem
from signing.report import Level, Outcome
from signing.session import TokenSession
from signing.timestamps import TimestampClient
from signing.verify import verify_file

CLAIMED = datetime.now(UTC).replace(microsecond=0)


def pile(lab, folder: Path, count: int) -> list[SignItem]:
    return [SignItem(lab.page, folder / f"{number:03}.pdf") for number in range(count)]


def run(lab, session, items, level=Level.B_B, timestamps=None, degrade=True, **more) -> BatchReport:
    options = SignOptions(level=level, allow_degraded=degrade)
    settings = {"trust": lab.trust, "timestamps": timestamps, "clock": lambda: CLAIMED, **more}
    return sign_batch(items, session, options=options, **settings)


def states(report: BatchReport) -> list[ItemState]:
    return [result.state for result in report.results]


@pytest.mark.parametrize("level", list(Level))
def test_a_pile_at_every_level(lab, worker, tmp_path, level):
    told: list[tuple[int, int, str]] = []
    items = pile(lab, tmp_path, 6)
    with lab.session(worker, "juana") as session:
        timestamps = None if level is Level.B_B else lab.client()
        report = run(lab, session, items, level, timestamps, progress=lambda *now: told.append(now))
    assert states(report) == [ItemState.SIGNED] * 6
    assert [result.item for result in report.results] == items
    assert [done for done, _, _ in told] == [1, 2, 3, 4, 5, 6]
    for result in report.results:
        assert result.receipt is not None
        assert (result.receipt.level, result.receipt.degraded) == (level, "")
        verdict = verify_file(result.item.output, trust=lab.trust, online=True, compare_pages=False)
        assert verdict.outcome is Outcome.VALID, verdict
        assert verdict.signatures[0].level is level
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(item.output.name for item in items)


def test_one_documents_error_is_its_own(lab, worker, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    out = tmp_path / "out"
    items = [
        SignItem(lab.page, out / "1.pdf"),
        SignItem(broken, out / "2.pdf"),
        SignItem(lab.page, out / "3.pdf", "otra"),
    ]
    with lab.session(worker, "juana") as session:
        report = run(lab, session, [*items, SignItem(lab.page, out / "4.pdf")])
    assert states(report) == [ItemState.SIGNED, ItemState.FAILED, ItemState.FAILED, ItemState.SIGNED]
    errors = [result.error for result in report.results if result.error is not None]
    assert [(error.code, error.on_disk) for error in errors] == [
        ("pdf.unreadable", "nothing"), ("field.unknown", "nothing"),
    ]  # fmt: skip
    assert sorted(path.name for path in out.iterdir()) == ["1.pdf", "4.pdf"]


def test_a_token_that_goes_stops_the_pile_at_once(lab, worker, tmp_path, monkeypatch):
    calls: list[int] = []
    real = TokenSession.sign_raw

    def pulled(self, data, **options):
        calls.append(1)
        if len(calls) > 3:
            raise TokenError("token.removed", token="juana")
        return real(self, data, **options)

    monkeypatch.setattr(TokenSession, "sign_raw", pulled)
    with lab.session(worker, "juana") as session:
        report = run(lab, session, pile(lab, tmp_path, 20))
    assert report.stopped is not None
    assert report.stopped.code == "token.removed"
    assert states(report).count(ItemState.SIGNED) == 3
    assert states(report).count(ItemState.NOT_DONE) == 17
    assert len(calls) == 4  # not even what was prepared already is tried
    assert len(list(tmp_path.iterdir())) == 3


def test_cancelling_finishes_what_the_token_signed_and_asks_it_nothing_more(lab, worker, tmp_path, monkeypatch):
    done: list[int] = []
    asked: list[int] = []
    real = TokenSession.sign_raw

    def slow(self, data, **options):
        asked.append(1)
        time.sleep(0.03)  # as long as a card takes at least
        return real(self, data, **options)

    monkeypatch.setattr(TokenSession, "sign_raw", slow)
    with lab.session(worker, "juana") as session:
        report = run(
            lab, session, pile(lab, tmp_path, 30), cancelled=lambda: len(done) >= 4, on_result=lambda _: done.append(1)
        )
    assert report.cancelled
    signed = states(report).count(ItemState.SIGNED)
    assert 4 <= signed < 8
    assert len(asked) == signed
    assert states(report).count(ItemState.NOT_DONE) == 30 - signed
    assert len(list(tmp_path.iterdir())) == signed


def test_a_callback_that_fails_stops_and_is_told(lab, worker, tmp_path):
    def fail(_result: object) -> None:
        raise LookupError("the office's own trouble")

    with lab.session(worker, "juana") as session, pytest.raises(LookupError, match="own trouble"):
        run(lab, session, pile(lab, tmp_path, 10), on_result=fail)
    assert not list(tmp_path.glob(f"{PART_STEM}*"))
    for path in tmp_path.iterdir():
        assert verify_file(path, trust=lab.trust, compare_pages=False).signatures


def test_a_service_that_is_down_is_waited_for_once(lab, worker, tmp_path, monkeypatch):
    """Revocation does not answer: every document keeps its timestamp, and the question is put once, not once per document."""
    from signing import evidence
    from signing.chains import Collector

    asked: list[int] = []

    async def nobody(*_: object) -> None:
        asked.append(1)
        raise SigningError("revocation.unreachable", name="?")

    monkeypatch.setattr(Collector, "signer", nobody)
    assert evidence.FRESH > 10
    with lab.session(worker, "juana") as session:
        report = run(lab, session, pile(lab, tmp_path, 5), Level.B_LTA, lab.client())
    assert {(result.receipt.level, result.receipt.degraded) for result in report.results if result.receipt} == {
        (Level.B_T, "revocation.unreachable")
    }
    assert len(asked) == 1


def test_offline_the_pile_is_signed_and_says_so(lab, worker, tmp_path):
    with lab.session(worker, "juana") as session:
        report = run(lab, session, pile(lab, tmp_path, 3), Level.B_LTA, TimestampClient("http://127.0.0.1:9/tsa"))
        assert {(result.receipt.level, result.receipt.degraded) for result in report.results if result.receipt} == {
            (Level.B_B, "tsa.unreachable")
        }
        strict = run(
            lab, session, pile(lab, tmp_path / "x", 3), Level.B_LTA, TimestampClient("http://127.0.0.1:9/tsa"), False
        )
    assert states(strict) == [ItemState.FAILED] * 3
    assert not (tmp_path / "x").exists()


def test_an_expired_certificate_signs_nothing(lab, worker, tmp_path):
    with lab.session(worker, "juana") as session:
        for moment, reason in (
            (datetime(2099, 1, 1, tzinfo=UTC), "expired"),
            (datetime(1999, 1, 1, tzinfo=UTC), "not_yet_valid"),
        ):
            with pytest.raises(SigningError) as caught:
                run(lab, session, pile(lab, tmp_path, 1), clock=lambda moment=moment: moment)
            assert (caught.value.code, caught.value.facts["reason"]) == ("certificate.unusable", reason)
    assert list(tmp_path.iterdir()) == []


def test_a_document_that_fails_its_check_is_not_written(lab, worker, tmp_path, monkeypatch):
    real = DocumentSigning._fill
    spoilt: list[int] = []

    async def spoil(self, placeholder, services, lane):
        await real(self, placeholder, services, lane)
        if not spoilt:
            spoilt.append(1)
            self.made.stream.seek(40)
            self.made.stream.write(b"X")

    monkeypatch.setattr(DocumentSigning, "_fill", spoil)
    with lab.session(worker, "juana") as session:
        report = run(lab, session, pile(lab, tmp_path, 3))
    assert sorted(states(report)) == ["failed", "signed", "signed"]
    (error,) = [result.error for result in report.results if result.error]
    assert (error.code, error.on_disk) == ("output.check_failed", "nothing")
    assert len(list(tmp_path.iterdir())) == 2


KILLED = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from signing.batch import sign_batch
from signing.options import SignOptions
from signing.preflight import SignItem
from signing.report import Level
from signing.trust import TrustStore
from signing.worker import TokenWorker
facts = json.loads(sys.stdin.readline())
page, out = Path(facts["page"]), Path(facts["out"])
if __name__ == "__main__":
    with TokenWorker([Path(facts["module"])], environment=facts["environment"]) as worker:
        token = next(one for one in worker.tokens() if one.label == facts["label"])
        certificate = next(one for one in token.certificates if not one.unusable)
        with worker.open(token, certificate, lambda *_: facts["pin"]) as session:
            print("ready", flush=True)
            sign_batch(
                [SignItem(page, out / f"{n:03}.pdf") for n in range(400)], session, options=SignOptions(),
                trust=TrustStore(), timestamps=None, clock=lambda: datetime.now(UTC),
            )
"""


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.2, None])
def test_kill_at_any_moment_leaves_each_file_absent_or_verifying(lab, tmp_path, delay):
    import json

    out = tmp_path / "out"
    out.mkdir()
    facts = {
        "page": str(lab.page), "out": str(out), "module": str(lab.tokens.module), "label": "juana",
        "environment": lab.tokens.environment(), "pin": lab.pin("juana"),
    }  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps(facts) + "\n")
    child.stdin.flush()
    assert child.stdout.readline() == "ready\n"
    if delay is None:  # somewhere in the middle, however slow the machine
        while sum(path.suffix == ".pdf" for path in out.iterdir()) < 5:
            time.sleep(0.01)
    time.sleep(delay or 0.02)
    child.send_signal(signal.SIGKILL)
    child.wait(30)
    child.stdin.close()
    child.stdout.close()
    whole = [path for path in out.iterdir() if not path.name.startswith(".")]
    for path in whole:
        assert path.read_bytes().startswith(lab.page.read_bytes())
        verdict = verify_file(path, trust=lab.trust, online=False, compare_pages=False)
        assert [item.reason for item in verdict.signatures] == ["signature.intact_revocation_unknown"], path
    if delay is None:
        assert len(whole) >= 5
    # and the next pile takes the leavings away
    from signing.outputs import sweep

    sweep(out)
    assert [path for path in out.iterdir() if path.name.startswith(".")] == []


def test_every_point_of_writing_may_be_the_last(lab, worker, tmp_path, monkeypatch):
    """Fault injection: each call of the file system in turn is the one that fails."""
    from signing import outputs

    points = ["open", "write", "fsync", "replace", "folder"]
    for point in points:
        out = tmp_path / point
        out.mkdir()
        with monkeypatch.context() as patch:
            _break(patch, outputs, point)
            with lab.session(worker, "juana") as session:
                report = run(lab, session, pile(lab, out, 2))
        for result in report.results:
            if point == "folder":  # the file is there and whole: only that its name lasts is not assured
                assert result.error is not None
            else:
                assert (result.error.code, result.error.on_disk) == ("output.cannot_write", "nothing")
                assert list(out.iterdir()) == []


def _break(patch: pytest.MonkeyPatch, outputs: object, point: str) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "full")

    real_open = Path.open
    if point == "open":
        patch.setattr(
            Path, "open", lambda self, mode="r", *a, **k: full() if "x" in mode else real_open(self, mode, *a, **k)
        )
    elif point == "write":
        patch.setattr(outputs, "_sync", full)
    elif point == "fsync":
        patch.setattr(outputs.os, "fsync", full)
    elif point == "replace":
        patch.setattr(Path, "replace", full)
    else:
        patch.setattr(outputs, "sync_folder", full)


def test_an_outer_loop_is_no_place_for_it(lab, worker, tmp_path):
    async def inside() -> None:
        with lab.session(worker, "juana") as session:
            run(lab, session, pile(lab, tmp_path, 1))

    with pytest.raises(AssertionError, match="thread of its own"):
        asyncio.run(inside())
    assert list(tmp_path.iterdir()) == []
