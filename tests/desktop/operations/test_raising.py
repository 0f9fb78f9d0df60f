"""The queue that raises by itself: nothing owed is forgotten, nobody's turn is taken, no service is asked for ever."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.operations import conclude, dispatch, raise_level, raising, receive, sign, synchronise
from desktop.operations.desk import Desk
from desktop.practice.people import AUTHOR, CHIEF
from desktop.practice.ports import free_port
from desktop.practice.services import PkiServices
from desktop.records.documents import DocumentState
from desktop.records.errors import Cancelled, OfficeError
from desktop.records.events import EventKind
from desktop.store.raising import RaisingTry
from desktop.store.turn import turn
from signing.errors import SigningError
from signing.report import Level, Outcome, RaiseReceipt
from signing.timestamps import TimestampClient
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice
from tests.fixtures.older_store import make_older

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
START = datetime(2026, 3, 5, 12, tzinfo=UTC)


class Refusing:
    """A TSA behind which everything fails with one code; counts how often it was asked."""

    token_size = 4000

    def __init__(self, code: str = "tsa.unreachable", left: int | None = None) -> None:
        self.code, self.left, self.asked = code, left, 0

    def remaining(self, _now: datetime) -> int | None:
        return self.left

    def notices(self, _now: datetime) -> tuple[()]:
        return ()

    def stamper(self, _trust: object) -> Any:
        self.asked += 1
        raise SigningError(self.code, url="http://tsa.invalid", reason="x")


@contextmanager
def at(desk: Desk, moment: datetime) -> Any:
    """The desk's clock stands still at ``moment``."""
    before, desk.clock = desk.clock, lambda: moment
    try:
        yield
    finally:
        desk.clock = before


def test_what_is_owed_is_raised_and_then_nothing_is(
    signed_stage: Stage, stages: Stages, practice_services: PkiServices
) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    (row,) = raising.owed(desk)
    assert (row.document, row.level, row.wished, row.tries, row.code) == (
        stage.document, Level.B_B, Level.B_LTA, 0, "",
    )  # fmt: skip
    told: list[tuple[int, int, str]] = []
    outcome = raising.raise_owed(desk, progress=lambda *now: told.append(now))
    assert (outcome.raised, outcome.left, outcome.waits, outcome.problems) == (((row.cite, Level.B_LTA),), 0, "", ())
    assert told == [(0, 1, row.cite)]
    assert desk.verifier.verify(
        desk.store.path_of(desk.store.document(stage.document).digest), trust=desk.trust
    ).outcome is (Outcome.VALID)
    assert raising.owed(desk) == []
    assert raising.raise_owed(desk).raised == ()


def test_a_service_that_is_down_is_asked_once_and_later_and_later(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    for _ in range(3):
        office.signed(desk)
    tsa = Refusing()
    desk.timestamps = tsa  # type: ignore[assignment]
    waits = []
    moment = desk.clock()
    for _ in range(12):
        with at(desk, moment):
            outcome = raising.raise_owed(desk)
            assert (outcome.waits, outcome.left, outcome.raised) == ("tsa.unreachable", 3, ())
            first = raising.owed(desk)[0]
            assert first.retry_at is not None
            waits.append(first.retry_at - moment)
            moment += timedelta(hours=7)
    assert tsa.asked == 12  # once a round, though three documents wait
    assert waits[:4] == [timedelta(minutes=n) for n in (1, 2, 4, 8)]
    assert max(waits) == timedelta(hours=6)


def test_what_waits_is_left_alone_until_its_time_or_until_somebody_asks(signed_stage: Stage, stages: Stages) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    tsa = Refusing()
    desk.timestamps = tsa  # type: ignore[assignment]
    with at(desk, desk.clock()):
        raising.raise_owed(desk)
        assert raising.raise_owed(desk).waits == ""  # not due: not asked
        assert tsa.asked == 1
        raising.raise_owed(desk, everything=True)
        assert tsa.asked == 2


def test_a_clock_that_was_wrong_stalls_nothing(signed_stage: Stage, stages: Stages) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    tsa = Refusing()
    desk.timestamps = tsa  # type: ignore[assignment]
    now = desk.clock()
    with at(desk, now + timedelta(days=5 * 365)):
        raising.raise_owed(desk)
    with at(desk, now):
        raising.raise_owed(desk)
    assert tsa.asked == 2


def test_the_quota_ends_the_round_before_anything_is_asked(signed_stage: Stage, stages: Stages) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    tsa = Refusing(left=0)
    desk.timestamps = tsa  # type: ignore[assignment]
    outcome = raising.raise_owed(desk)
    assert (outcome.waits, outcome.left, tsa.asked) == ("raise.quota_spent", 1, 0)
    assert raising.owed(desk)[0].tries == 0


def test_without_a_service_the_queue_says_so(signed_stage: Stage, stages: Stages) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    desk.timestamps = None
    assert (raising.raise_owed(desk).waits, len(raising.owed(desk))) == ("raise.no_timestamps", 1)


def test_a_documents_own_trouble_sets_it_aside_and_the_others_go_on(
    stages: Stages, founded: TestOffice, practice_services: PkiServices
) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    documents = [office.signed(desk, subject=f"Nota {n}") for n in range(3)]
    broken = desk.store.path_of(desk.store.document(documents[0]).digest)
    data = bytearray(broken.read_bytes())
    data[data.index(b"/CreationDate") + 20] ^= 1
    broken.chmod(0o600)
    broken.write_bytes(bytes(data))
    outcome = raising.raise_owed(desk)
    assert len(outcome.raised) == 2
    assert [code for code, _ in outcome.problems] == ["sign.earlier_signature_bad"]
    (row,) = raising.owed(desk)
    assert (row.document, row.aside, row.code) == (documents[0], True, "sign.earlier_signature_bad")
    assert raising.raise_owed(desk).problems == ()  # not tried again by itself


def test_timestamps_without_revocation_keep_what_was_reached(
    signed_stage: Stage, stages: Stages, practice_services: PkiServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    from signing.chains import Collector

    async def nobody(*_: object) -> None:
        raise SigningError("revocation.unreachable", name="?")

    desk = stages(signed_stage).office.desk(PLANNING)
    with monkeypatch.context() as patch:
        patch.setattr(Collector, "signer", nobody)
        outcome = raising.raise_owed(desk)
        assert [level for _, level in outcome.raised] == [Level.B_T]
        assert outcome.waits == "raise.partly"
        (row,) = raising.owed(desk)
        assert (row.level, row.code) == (Level.B_T, "raise.partly")
        before = desk.store.document(row.document).digest
        assert raising.raise_owed(desk, everything=True).raised == ()  # nothing to gain: nothing appended
        assert desk.store.document(row.document).digest == before
    assert [level for _, level in raising.raise_owed(desk, everything=True).raised] == [Level.B_LTA]
    assert raising.owed(desk) == []


def test_stopping_between_two_documents(stages: Stages, founded: TestOffice, practice_services: PkiServices) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    for _ in range(3):
        office.signed(desk)

    def stop(done: int, _total: int, _cite: str) -> None:
        if done == 1:
            raise Cancelled

    outcome = raising.raise_owed(desk, progress=stop)
    assert (len(outcome.raised), outcome.left, outcome.waits) == (1, 2, "raise.stopped")


# --- one appender at a time


def test_what_is_on_its_way_is_nobodys_to_raise(
    signed_stage: Stage, stages: Stages, practice_services: PkiServices
) -> None:
    stage = stages(signed_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    slip = dispatch.dispatch(here, stage.document, office.to_finance())
    assert raising.owed(here) == []
    synchronise.synchronise(here)
    synchronise.synchronise(there)
    assert raising.owed(there) == []  # arrived, not received: its sender may still call it back
    hop = there.store.slip(slip).in_transit
    assert hop is not None
    receive.receive(there, slip, hop.id)
    assert [row.document for row in raising.owed(there)] == [stage.document]
    synchronise.synchronise(there)
    synchronise.synchronise(here)
    assert raising.owed(here) == []
    raising.raise_owed(there)
    synchronise.synchronise(there)
    synchronise.synchronise(here)
    for desk in (here, there):
        view = desk.store.document(stage.document)
        assert (view.level, view.forked) == ("B-LTA", False)


@pytest.mark.parametrize("meanwhile", ["dispatch", "countersign", "void"])
def test_what_happens_while_the_bytes_are_made_wins(
    signed_stage: Stage, stages: Stages, practice_services: PkiServices, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """A raise never forks: the bytes that were made for nothing are thrown away, and the queue goes on."""
    import signing.renewal

    stage = stages(signed_stage)
    office, document = stage.office, stage.document
    desk = office.desk(PLANNING)
    real = signing.renewal.raise_file

    def slowly(*args: Any, **more: Any) -> RaiseReceipt:
        receipt = real(*args, **more)
        act: dict[str, Callable[[], object]] = {
            "dispatch": lambda: dispatch.dispatch(desk, document, office.to_finance()),
            "countersign": lambda: countersign(desk, document),
            "void": lambda: void(desk, document),
        }
        act[meanwhile]()
        return receipt

    monkeypatch.setattr(signing.renewal, "raise_file", slowly)
    before = desk.store.document(document)
    outcome = raising.raise_owed(desk)
    assert (outcome.raised, outcome.problems, outcome.waits) == ((), (), "")
    now = desk.store.document(document)
    assert EventKind.RAISED not in {item.event.kind for item in desk.store.events_of_document(document)}
    assert not now.forked
    if meanwhile != "countersign":
        assert now.digest == before.digest
    assert list(desk.work_folder().iterdir()) == []


def countersign(desk: Desk, document: str) -> None:
    """Somebody else of this desk appends first, as the holder of the OFICIAL may."""
    view = desk.store.document(document)
    sign.keep_append(
        desk,
        view,
        desk.store.get_bytes(view.digest) + b"%",
        EventKind.SIGNED,
        desk.acting(),
        level=Level.B_B,
        field="firma-3",
    )


def void(desk: Desk, document: str) -> None:
    from desktop.operations.acts import record

    with desk.store.act() as act:
        record(desk, act, EventKind.VOIDED, document=document, actor=desk.acting(), body={"reason": "prueba"})


def test_the_look_inside_the_act_is_what_protects(
    signed_stage: Stage, stages: Stages, practice_services: PkiServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a raise would be recorded for a document that is already on its way: the check bites."""
    import signing.renewal

    stage = stages(signed_stage)
    office, desk = stage.office, stage.office.desk(PLANNING)
    real = signing.renewal.raise_file

    def slowly(*args: Any, **more: Any) -> RaiseReceipt:
        receipt = real(*args, **more)
        dispatch.dispatch(desk, stage.document, office.to_finance())
        return receipt

    monkeypatch.setattr(signing.renewal, "raise_file", slowly)
    kept = sign.keep_append
    monkeypatch.setattr(raise_level, "keep_append", lambda *args, **more: kept(*args, **{**more, "permit": None}))
    outcome = raising.raise_owed(desk)
    assert len(outcome.raised) == 1


def test_signing_is_looked_at_inside_the_act_too(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    view = desk.store.document(stage.document)
    chief = desk.directory.official(stage.office.ids[CHIEF])
    from desktop.records.documents import require_turn

    with pytest.raises(OfficeError, match="not_your_turn"):
        sign.keep_append(
            desk, view, b"%PDF", EventKind.SIGNED, chief, level=Level.B_B,
            permit=lambda now: require_turn(now, chief.id, EventKind.SIGNED),
        )  # fmt: skip
    assert desk.store.document(stage.document) == view


def test_while_signatures_are_awaited_nothing_is_owed(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    assert stage.office.sign(desk, stage.document, AUTHOR).error is None
    assert raising.owed(desk) == []


def test_what_was_voided_is_owed_nothing(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    void(desk, stage.document)
    assert raising.owed(desk) == []


def test_what_was_concluded_is_still_raised_until_it_is_deposited(
    received_stage: Stage, stages: Stages, practice_services: PkiServices
) -> None:
    stage = stages(received_stage)
    desk = stage.office.desk(FINANCE)
    view = desk.store.document(stage.document)
    assert view.slip is not None
    conclude.conclude(desk, stage.document)
    concluded = desk.store.document(stage.document)
    assert concluded.state is DocumentState.CONCLUDED
    assert [row.document for row in raising.owed(desk)] == [stage.document]
    with pytest.raises(OfficeError, match="not_appender"):
        raise_level.require_raisable(desk, replace(concluded, state=DocumentState.DEPOSITED))
    raising.raise_owed(desk)
    assert desk.store.document(stage.document).level == "B-LTA"


def test_one_program_at_a_time(signed_stage: Stage, stages: Stages, practice_services: PkiServices) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    with turn(desk.home / "raising.lock") as mine:
        assert mine
        assert raising.raise_owed(desk).waits == "raise.elsewhere"
    assert len(raising.raise_owed(desk).raised) == 1


HOLDER = """
import sys, time
from pathlib import Path
from desktop.store.turn import turn
with turn(Path(sys.argv[1])) as mine:
    print(mine, flush=True)
    time.sleep(60)
"""


def test_a_dead_program_keeps_no_turn(tmp_path: Path) -> None:
    lock = tmp_path / "raising.lock"
    child = subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "True\n"
    with turn(lock) as mine:
        assert not mine
    child.kill()
    child.wait(30)
    child.stdout.close()
    with turn(lock) as mine:
        assert mine


KILLED = """
import sys, time
from pathlib import Path
import signing.renewal
from desktop.assembly import open_desk
from desktop.operations import raising
real = signing.renewal.raise_file
def slowly(*args, **more):
    print("raising", flush=True)
    return real(*args, **more)
signing.renewal.raise_file = slowly
if __name__ == "__main__":
    desk = open_desk(Path(sys.argv[1]))
    print("open", flush=True)
    raising.raise_owed(desk)
    desk.close()
    print("done", flush=True)
"""


@pytest.mark.parametrize(
    "delay", [0.1, *(pytest.param(wait, marks=pytest.mark.full) for wait in (0.0, 0.05, 0.3, 0.6))]
)
def test_killed_in_the_middle_of_a_round(
    stages: Stages, founded: TestOffice, practice_services: PkiServices, delay: float
) -> None:
    """Every document is raised or as it was; the next round finishes; no file is left over."""
    office = stages(founded).office
    desk = office.desk(PLANNING)
    documents = [office.signed(desk) for _ in range(4)]
    home = desk.home
    office.close()
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(home)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    child.stdout.readline()
    time.sleep(delay)
    child.kill()
    child.wait(30)
    child.stdout.close()
    desk = office.desk(PLANNING)
    assert desk.store.check() == ()
    for document in documents:
        view = desk.store.document(document)
        assert view.level in ("B-B", "B-LTA")
        verdict = desk.verifier.verify(desk.store.path_of(view.digest), trust=desk.trust)
        assert verdict.outcome in (Outcome.VALID, Outcome.INDETERMINATE)
    raising.raise_owed(desk)
    assert {desk.store.document(document).level for document in documents} == {"B-LTA"}
    assert list(desk.work_folder().iterdir()) == []


@given(
    tries=st.integers(0, 60),
    ahead=st.timedeltas(min_value=timedelta(days=-4000), max_value=timedelta(days=4000)),
    aside=st.booleans(),
)
def test_nothing_waits_longer_than_the_longest_wait(tries: int, ahead: timedelta, aside: bool) -> None:
    row = raising.Owed("d", "c", Level.B_B, Level.B_LTA, START, tries, "tsa.unreachable", {}, START + ahead, aside)
    if aside:
        assert not raising.due(row, START)
    elif ahead <= timedelta(0) or ahead > timedelta(hours=6):
        assert raising.due(row, START)
    else:
        assert not raising.due(row, START)
        assert raising.due(row, START + timedelta(hours=6))


def test_what_is_remembered_survives_closing(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    made = RaisingTry(stage.document, 3, "tsa.refused", {"url": "ñ", "reason": "x"}, START, START + timedelta(hours=1))
    with desk.store.act() as act:
        act.put_try(made)
    stage.office.close()
    assert stage.office.desk(PLANNING).store.raising_tries() == {stage.document: made}


def test_the_levels_of_an_older_store_are_read_out_of_its_views(signed_stage: Stage, stages: Stages) -> None:
    """The migration on rows: a store of version 1, with documents, opened by this program."""
    stage = stages(signed_stage)
    home = stage.office.desk(PLANNING).home
    stage.office.close()
    make_older(home, 1)
    desk = stage.office.desk(PLANNING)
    assert [row.document for row in raising.owed(desk)] == [stage.document]
    digest = desk.store.projection_digest()
    desk.store.rebuild_projections()
    assert desk.store.projection_digest() == digest


def test_the_command_line_shows_and_does_it(
    signed_stage: Stage, stages: Stages, practice_services: PkiServices, capsys: pytest.CaptureFixture[str]
) -> None:
    from desktop.cli.application import run

    stage = stages(signed_stage)
    home = stage.office.desk(PLANNING).home
    stage.office.close()
    assert run(["desk", "raise", "--list", "--home", str(home)]) == 0
    assert "Firmado sin sello de tiempo (B-B). Se elevará solo en la próxima conexión." in capsys.readouterr().out
    assert run(["desk", "raise", "--home", str(home), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["raised"][0][1], answer["left"]) == ("B-LTA", 0)
    assert run(["desk", "raise", "--list", "--home", str(home)]) == 0
    assert "No hay documentos que elevar." in capsys.readouterr().out


def test_the_command_line_says_why_it_waits(
    signed_stage: Stage, stages: Stages, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.cli.application import run

    monkeypatch.setattr(
        "signing.timestamps.TimestampClient.__init__",
        lambda self, _url, **_: _init(self, f"http://127.0.0.1:{free_port()}/tsa", timeout=1.0),
    )
    home = stages(signed_stage).office.desk(PLANNING).home
    assert run(["desk", "raise", "--home", str(home)]) == 2
    answer = capsys.readouterr()
    assert "servicio de sello de tiempo" in answer.err
    assert "Se elevarán solos." in answer.out


_init = TimestampClient.__init__
