"""The window's archive against real desks and a real root: what lies there afterwards, not what widgets say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from desktop.archive.custody import object_id_of
from desktop.archive.roots import Root, open_root
from desktop.operations import conclude, deposit, join, renew_archive, synchronise
from desktop.operations.deposits_made import DepositState, deposit_of
from desktop.operations.desk import Desk
from desktop.records.documents import DocumentState
from desktop.records.errors import Cancelled
from desktop.ui.archive.binding import BoundArchive
from desktop.ui.archive.stopping import Stoppable
from desktop.ui.binding import BoundDesk
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def quiet(_done: int, _total: int, _name: str) -> None:
    """No progress is looked at."""


@pytest.fixture
def stage(signed_stage: Stage, stages: Stages) -> Stage:
    """A signed note, and an archive at the other desk."""
    made = stages(signed_stage)
    join.keep_archive(made.office.desk_home(FINANCE), f"folder:{made.office.home / 'archivo'}")
    return made


def desks(stage: Stage) -> tuple[Desk, Desk]:
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    custodian.timestamps = None  # nobody is asked for the time
    return here, custodian


def hand_in(here: Desk, document: str) -> str:
    conclude.conclude(here, document)
    made = deposit.deposit(here, document)
    synchronise.synchronise(here)
    return made


def test_what_waits_is_listed_taken_into_the_root_and_acknowledged(stage: Stage) -> None:
    here, custodian = desks(stage)
    made = hand_in(here, stage.document)
    unit, archive = BoundArchive(here, Lock()), BoundDesk(custodian)
    assert archive.status().custodian
    assert not BoundDesk(here).status().custodian
    (waits,) = archive.archive.waiting(quiet)
    assert (waits.deposit, waits.unit, waits.documents) == (made, here.unit.name, 1)
    assert waits.title == here.store.document(stage.document).subject
    assert waits.files >= 3
    sent = stage.office.exchange.glob(f"archive/in/*/*/{made}/*")
    assert 0 < waits.size <= sum(path.stat().st_size for path in sent)
    steps: list[tuple[int, int]] = []
    done = archive.archive.accept([made], lambda now, total, _name: steps.append((now, total)))
    assert steps[-1] == (1, 1)
    (row,) = done.rows
    root = open_root(f"folder:{stage.office.home / 'archivo'}")
    inventory = root.inventory(object_id_of(deposit_of(here, stage.document).dossier))  # type: ignore[union-attr]
    assert inventory is not None
    assert (row.object, row.accepted) == (inventory.id, True)
    assert archive.archive.waiting(quiet) == []
    synchronise.synchronise(here)
    (mine,) = unit.deposits()
    assert (mine.made.state, mine.made.object, mine.made.version) == (DepositState.ACCEPTED, inventory.id, "v1")
    assert (mine.principal, mine.cite) == (stage.document, here.store.document(stage.document).cite)


def test_only_what_is_named_is_answered(stage: Stage) -> None:
    here, custodian = desks(stage)
    hand_in(here, stage.document)
    archive = BoundArchive(custodian, Lock())
    assert archive.accept(["01JF0000000000000000000000"], quiet).rows == ()
    assert not list(stage.office.exchange.glob("archive/out/**/*.jws"))
    assert len(archive.waiting(quiet)) == 1


def test_stopped_before_it_began_nothing_is_answered(stage: Stage) -> None:
    here, custodian = desks(stage)
    made = hand_in(here, stage.document)

    def stop(_done: int, _total: int, _name: str) -> None:
        raise Cancelled

    found = BoundArchive(custodian, Lock()).accept([made], stop)
    assert (found.rows, found.asked) == ((), 1)
    assert not list(stage.office.exchange.glob("archive/out/**/*.jws"))


def damage(stage: Stage, made: str) -> Path:
    files = [path for path in stage.office.exchange.glob(f"archive/in/*/*/{made}/*") if path.name != "deposit.jws"]
    files[0].write_bytes(b"spoilt")
    return files[0]


@pytest.mark.parametrize("again", [True, False])
def test_what_was_refused_is_handed_in_anew_or_taken_back(stage: Stage, again: bool) -> None:
    here, custodian = desks(stage)
    made = hand_in(here, stage.document)
    damage(stage, made)
    archive, unit = BoundArchive(custodian, Lock()), BoundArchive(here, Lock())
    (row,) = archive.accept([made], quiet).rows
    assert (row.refused, row.code) == (True, "deposit.damaged_file")
    synchronise.synchronise(here)
    (mine,) = unit.deposits()
    assert mine.made.refused
    if again:
        unit.deposit_again(mine.principal)
        synchronise.synchronise(here)
        (second,) = archive.waiting(quiet)
        assert second.deposit != made
        assert archive.accept([second.deposit], quiet).rows[0].accepted
    else:
        unit.take_back(mine.principal)
        assert here.store.document(stage.document).state is DocumentState.SIGNED
        assert archive.waiting(quiet) == []


def test_a_manifest_that_cannot_be_read_is_told_with_its_reason(stage: Stage) -> None:
    here, custodian = desks(stage)
    made = hand_in(here, stage.document)
    (path,) = stage.office.exchange.glob(f"archive/in/*/*/{made}/deposit.jws")
    path.write_bytes(b"no manifest")
    (row,) = BoundArchive(custodian, Lock()).waiting(quiet)
    assert (row.deposit, row.unit) == (made, here.unit.name)
    assert row.code.startswith("envelope.")


def test_a_unit_that_keeps_no_archive_is_told_so(stage: Stage) -> None:
    here, _custodian = desks(stage)
    with refused("accept.not_custodian"):
        BoundArchive(here, Lock()).waiting(quiet)
    with refused("accept.not_custodian"):
        BoundArchive(here, Lock()).accept(["x"], quiet)


def test_a_cancel_is_told_once_and_asked_for_as_often_as_one_likes() -> None:
    told: list[int] = []

    def note(done: int, _total: int, _name: str) -> None:
        told.append(done)
        if done:
            raise Cancelled

    asked = Stoppable(note)
    asked.progress(0, 2)
    assert not asked.cancelled()
    asked.progress(1, 2)
    assert asked.cancelled()
    asked.progress(2, 2)
    assert told == [0, 0, 1]


def test_a_dossier_is_found_told_copied_and_listed_from_the_root(stage: Stage, tmp_path: Path) -> None:
    here, custodian = desks(stage)
    made = hand_in(here, stage.document)
    archive = BoundArchive(custodian, Lock())
    assert archive.dossiers("").dossiers == ()
    (row,) = archive.accept([made], quiet).rows
    cite = here.store.document(stage.document).cite
    assert [one.object for one in archive.dossiers(cite).dossiers] == [row.object]
    assert archive.dossiers("palabra-que-nadie-escribió").dossiers == ()
    page = archive.dossier(row.object)
    assert [one.cite for one in page.documents] == [cite]
    assert Path(page.shown.where, "inventory.json").is_file()
    kinds = [event.kind for event in page.events]
    assert (kinds[0], kinds[-1]) == ("transfer", "ingestion end")
    assert all(event.detail and event.outcome for event in page.events)
    for bag, inside in ((False, "LEEME.txt"), (True, "bagit.txt")):
        folder = tmp_path / f"copia-{bag}"
        assert archive.export([row.object], folder, bag=bag, progress=quiet) > 0
        assert (folder / inside).is_file()
    with refused("export.exists"):
        archive.export([row.object], folder, bag=True, progress=quiet)
    draft = archive.draft_inventory([row.object])
    assert custodian.store.draft(draft) is not None
    giver = archive.givers(here.unit_id)[0][0]
    kept = custodian.store.draft(archive.draft_transfer([row.object], giver))
    assert kept is not None
    assert giver in kept.signers


def test_the_archive_is_read_paused_tried_copied_and_covered(stage: Stage, tmp_path: Path) -> None:
    here, custodian = desks(stage)
    archive = BoundArchive(custodian, Lock())
    (row,) = archive.accept([hand_in(here, stage.document)], quiet).rows
    assert [one.never for one in archive.fixity().series] == [1]

    def stop(_done: int, _total: int, _name: str) -> None:
        raise Cancelled

    assert not archive.verify(stop).finished
    assert archive.fixity().running is not None
    read = archive.verify(quiet)
    assert (read.finished, read.objects, read.problems, read.noted) == (True, 1, (), True)
    assert [one.never for one in archive.fixity().series] == [0]
    report = tmp_path / "integridad.html"
    archive.save_fixity(report)
    assert report.stat().st_size > 0
    assert archive.last_backup() is None
    copy = tmp_path / "copia"
    assert archive.back_up(copy, quiet).objects == 1
    copied = open_root(f"folder:{copy}").inventory(row.object)
    assert copied is not None
    told = archive.last_backup()
    assert told is not None
    assert (told.where, told.objects, told.finished) == (f"folder:{copy}", 1, True)
    assert archive.examine().fit
    ageing = archive.renewal(quiet)
    assert [(one.ages.object, one.cite) for one in ageing.rows] == [
        (row.object, here.store.document(stage.document).cite)
    ]
    assert not ageing.stamps
    assert archive.renew([row.object], quiet).versions == ()
    covered = archive.cover()
    assert (covered.covered, covered.owed) == (1, "raise.no_timestamps")
    (standing,) = archive.renewal(quiet).evidence
    assert (standing.inventories, standing.stamped_at) == (1, None)


def test_only_what_is_chosen_is_renewed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    here, custodian = desks(stage)
    archive = BoundArchive(custodian, Lock())
    (row,) = archive.accept([hand_in(here, stage.document)], quiet).rows
    asked: list[str] = []
    real = renew_archive.raise_object

    def watched(root: Root, object_id: str, *args: Any, **more: Any) -> Any:
        asked.append(object_id)
        return real(root, object_id, *args, **more)

    monkeypatch.setattr(renew_archive, "raise_object", watched)
    archive.renew(["urn:uuid:another"], quiet)
    assert asked == []
    archive.renew([row.object], quiet)
    assert asked == [row.object]
