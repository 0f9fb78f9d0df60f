"""The one door from threads to the screen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from desktop.records.errors import Cancelled, OfficeError
from desktop.ui.jobs import Jobs, Lane
from desktop.ui.office import Progress
from signing.errors import SigningCancelled


@pytest.fixture
def jobs(qapp: object) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def test_success_is_told_on_the_screens_thread(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[tuple[int, bool]] = []
    main = threading.get_ident()
    jobs.job(threading.get_ident).success(lambda who: told.append((who, threading.get_ident() == main))).start()
    qtbot.waitUntil(lambda: bool(told))
    assert told[0][0] != main
    assert told[0][1]


def test_failure_reaches_its_handler_and_always_comes_last(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[str] = []

    def fail() -> None:
        raise OfficeError("store.full")

    job = jobs.job(fail).success(lambda _x: told.append("success"))
    job.failure(lambda error: told.append(str(error))).always(lambda: told.append("always")).start()
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == ["store.full()", "always"]


def test_failure_without_a_handler_goes_to_the_reporter(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[BaseException] = []
    jobs.report = told.append
    jobs.job(lambda: 1 // 0).start()
    qtbot.waitUntil(lambda: bool(told))
    assert isinstance(told[0], ZeroDivisionError)


@pytest.mark.parametrize("stop", [Cancelled, SigningCancelled])
def test_a_cancellation_is_no_failure(jobs: Jobs, qtbot: QtBot, stop: type[Exception]) -> None:
    told: list[str] = []

    def work() -> None:
        raise stop

    job = jobs.job(work).failure(lambda _e: told.append("failure")).success(lambda _v: told.append("success"))
    job.cancelled(lambda: told.append("cancelled")).start()
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["cancelled"]


def test_cancel_stops_running_work_at_its_next_note(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[str] = []
    begun, go = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        go.wait(5)
        progress(1, 2, "nota")
        told.append("went on")

    job = jobs.tracked(work).cancelled(lambda: told.append("cancelled")).start()
    qtbot.waitUntil(begun.is_set)
    job.cancel()
    go.set()
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["cancelled"]


def test_a_cancelled_job_that_waits_never_runs(jobs: Jobs, qtbot: QtBot) -> None:
    ran: list[str] = []
    go = threading.Event()
    jobs.job(lambda: go.wait(5)).start()
    second = jobs.job(lambda: ran.append("ran")).cancelled(lambda: ran.append("cancelled")).start()
    second.cancel()
    go.set()
    qtbot.waitUntil(lambda: bool(ran))
    assert ran == ["cancelled"]


def test_progress_is_told_in_order(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[object] = []

    def work(progress: Progress) -> str:
        for number in range(3):
            progress(number, 3, f"d{number}")
        return "end"

    jobs.tracked(work).progress(lambda done, _total, name: told.append((done, name))).success(told.append).start()
    qtbot.waitUntil(lambda: len(told) == 4)
    assert told == [(0, "d0"), (1, "d1"), (2, "d2"), "end"]


def test_only_the_last_job_of_a_key_answers(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[int] = []
    for number in range(5):
        jobs.job(lambda n=number: n).replacing("card").success(told.append).start()  # type: ignore[misc]
    qtbot.waitUntil(lambda: jobs.busy == 0)
    assert told == [4]


def test_an_outrun_job_may_not_even_fail(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[object] = []
    begun, go = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        go.wait(5)
        raise OfficeError("late")

    jobs.job(slow, Lane.POOL).replacing("card").failure(told.append).start()
    qtbot.waitUntil(begun.is_set)
    jobs.job(lambda: "new", Lane.POOL).replacing("card").success(told.append).start()
    go.set()
    qtbot.waitUntil(lambda: jobs.busy == 0)
    assert told == ["new"]


def test_the_local_lane_is_one_thread_and_the_pool_is_not(jobs: Jobs, qtbot: QtBot) -> None:
    def overlap(lane: Lane) -> int:
        now, most, lock = [0], [0], threading.Lock()

        def work() -> None:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.03)
            with lock:
                now[0] -= 1

        for _ in range(3):
            jobs.job(work, lane).start()
        qtbot.waitUntil(lambda: jobs.busy == 0)
        return most[0]

    assert overlap(Lane.LOCAL) == 1
    assert overlap(Lane.TOKEN) == 1
    assert overlap(Lane.POOL) > 1


def test_a_gone_owner_hears_nothing(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[object] = []
    go = threading.Event()
    owner = QObject()
    jobs.job(lambda: go.wait(5)).owned_by(owner).success(told.append).always(lambda: told.append("always")).start()
    import shiboken6

    shiboken6.delete(owner)
    go.set()
    qtbot.waitUntil(lambda: jobs.busy == 0)
    assert told == []


def test_close_joins_every_thread_and_silences_handlers(qtbot: QtBot, qapp: object) -> None:
    jobs = Jobs()
    told: list[object] = []
    before = threading.active_count()
    for lane in Lane:
        jobs.job(lambda: time.sleep(0.05), lane).success(told.append).start()
    assert threading.active_count() > before
    jobs.close()
    assert threading.active_count() == before
    qtbot.wait(30)
    assert told == []
    jobs.job(lambda: told.append("after")).start()  # nothing starts any more
    qtbot.wait(30)
    assert told == []


def test_jobs_start_on_the_screens_thread_only(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[object] = []

    class Other(QThread):
        def run(self) -> None:
            try:
                jobs.job(lambda: None).start()
            except RuntimeError as error:
                told.append(error)

    other = Other()
    other.start()
    other.wait()
    assert len(told) == 1
