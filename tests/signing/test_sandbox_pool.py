"""Several children at once: order kept, one killed without the others noticing, replaced when grown, gone after close."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from signing import sandbox_start
from signing.file_walk import walk
from signing.folders import FolderJudge
from signing.report import Outcome
from signing.sandbox import Question, Verifier
from signing.sandbox_pool import VerifierPool, default_jobs
from signing.sandbox_start import end_ahead, start_ahead
from signing.trust import TrustStore
from signing.verdict_journal import VerdictJournal
from tests.fixtures.attacks.makers import victim
from tests.fixtures.lab import plain_pdf, shared_lab
from tests.signing.test_sandbox import alive

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture(scope="module")
def question() -> Question:
    return Question(TrustStore.from_pem([shared_lab().root.pem]), at=shared_lab().now, compare_pages=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty files of three kinds, in turn."""
    made = tmp_path_factory.mktemp("pile")
    kinds = [victim(shared_lab()), plain_pdf(), b"no pdf"]
    for number in range(60):
        (made / f"{number:03}.pdf").write_bytes(kinds[number % 3])
    return made


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(jobs=2, timeout=20.0) as made:
        made.begin()
        list(made.map(lambda path: made.judge(path, Question(TrustStore())), [Path("no"), Path("no")]))
        yield made


EXPECTED = [Outcome.VALID, Outcome.UNSIGNED, Outcome.UNREADABLE]


def test_verdicts_come_in_the_order_of_the_files(pool: VerifierPool, folder: Path, question: Question) -> None:
    found = list(FolderJudge(pool, question).verdicts(walk([folder])))
    assert [Path(one.file).name for one in found] == [f"{number:03}.pdf" for number in range(60)]
    assert [one.outcome for one in found] == EXPECTED * 20


def test_both_children_work(pool: VerifierPool, folder: Path, question: Question) -> None:
    list(FolderJudge(pool, question).verdicts(walk([folder])))
    assert len(set(pool.children)) == 2


def test_files_are_found_only_a_little_ahead(folder: Path, question: Question) -> None:
    read: list[Path] = []

    def endless() -> Iterator[Path]:
        while True:
            read.append(folder / "001.pdf")
            yield read[-1]

    with VerifierPool(jobs=2) as pool:
        verdicts = pool.map(lambda path: pool.judge(path, question), endless())
        for _ in range(10):
            next(verdicts)
        assert len(read) <= 10 + 2 * 64 + 1
        verdicts.close()  # type: ignore[attr-defined]


@posix_only
def test_a_child_that_hangs_costs_its_file_only(folder: Path, question: Question) -> None:
    with VerifierPool(jobs=2, timeout=2.0) as slow:
        slow.begin()
        list(FolderJudge(slow, question).verdicts(walk([folder / "001.pdf", folder / "004.pdf"])))
        stuck = slow.children[0]
        os.kill(stuck, signal.SIGSTOP)
        found = list(FolderJudge(slow, question).verdicts(walk([folder])))
        assert [one.reason for one in found].count("file.too_slow") == 1
        assert len(found) == 60
        assert not alive(stuck)


def test_a_child_that_has_grown_is_replaced(folder: Path, question: Question) -> None:
    with Verifier(tired=1) as small:  # every file is too much
        outcomes, children = [], set()
        for number in range(3):
            outcomes.append(small.judge(folder / f"{number:03}.pdf", question).outcome)
            children.add(small.child)
        assert outcomes == EXPECTED
        assert len(children) == 3


def test_a_child_that_was_refused_memory_is_replaced(folder: Path, question: Question) -> None:
    """What it was in the middle of may be half done: an import, a table of pdfium."""
    with Verifier(memory=400 * 1024**2) as small:
        small.start()
        first = small.child
        big = folder.parent / "big.pdf"
        with big.open("wb") as out:
            out.truncate(450 * 1024**2)
        assert small.judge(big, question).reason == "file.too_demanding"
        assert small.judge(folder / "000.pdf", question).outcome is EXPECTED[0]
        assert small.child != first


def test_a_child_started_ahead_is_taken_and_a_dead_one_is_not(folder: Path, question: Question) -> None:
    start_ahead(2)
    try:
        dead, good = sandbox_start._ahead
        dead.end()
        while dead.alive:
            time.sleep(0.01)
        with Verifier() as verifier:
            assert verifier.judge(folder / "000.pdf", question).outcome is EXPECTED[0]
            assert verifier.child == good.pid
    finally:
        end_ahead()


def test_cancelling_ends_the_run_at_once(folder: Path, question: Question) -> None:
    with VerifierPool(jobs=2) as pool:
        pool.begin()
        found = []
        began = 0.0
        for verdict in FolderJudge(pool, question).verdicts(walk([folder] * 1)):
            found.append(verdict)
            if len(found) == 5:
                threading.Thread(target=pool.cancel).start()
                began = time.monotonic()
        assert time.monotonic() - began < 5
        assert 5 <= len(found) <= 60
        assert [one.outcome for one in found] == (EXPECTED * 20)[
            : len(found)
        ]  # nothing that was given up is told as a verdict


def test_nothing_is_left_after_close(folder: Path, question: Question) -> None:
    with VerifierPool(jobs=2) as pool:
        pool.begin()
        list(FolderJudge(pool, question).verdicts(walk([folder])))
        children = pool.children
    assert not any(alive(child) for child in children)
    with pytest.raises(RuntimeError):
        pool.judge(folder / "000.pdf", question)


def test_a_run_is_taken_up_again(pool: VerifierPool, folder: Path, question: Question, tmp_path: Path) -> None:
    kept = tmp_path / "journal"
    with VerifierPool(jobs=2) as stopped, VerdictJournal(kept, question) as journal:
        run = FolderJudge(stopped, question, journal=journal).verdicts(walk([folder]))
        first = [next(run) for _ in range(20)]
        run.close()  # type: ignore[attr-defined]
    asked: list[Path] = []

    class Counting(VerifierPool):
        def judge(self, path: Path, question: Question, password: str = "") -> object:  # type: ignore[override]
            asked.append(path)
            return pool.judge(path, question, password)

    with Counting(jobs=1) as counting, VerdictJournal(kept, question) as journal:
        assert len(journal) == 20
        whole = list(FolderJudge(counting, question, journal=journal).verdicts(walk([folder])))
    assert len(asked) == 40
    assert whole[:20] == first
    assert [one.outcome for one in whole] == EXPECTED * 20


def test_jobs_are_bounded() -> None:
    assert 1 <= default_jobs() <= 8
