"""Finding at the desks: the custodian's catalogue follows what he does, a reader sees what is his to see, the log tells all of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.archive.index import read_index
from desktop.archive.restriction import restriction_id
from desktop.archive.roots import open_root
from desktop.operations import (
    accept,
    archive_log,
    catalogue,
    conclude,
    deposit,
    fixity,
    join,
    raise_archive,
    restrict,
    synchronise,
)
from desktop.operations.desk import Desk
from desktop.practice.services import PkiServices
from desktop.records.errors import Cancelled
from tests.desktop.archive.shelves import dossier, keep
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _accepted(stage: Stage) -> tuple[Desk, Desk, accept.Accepted]:
    """A reader with the archive's address, the custodian, and what he took."""
    url = f"folder:{stage.office.home / 'archivo'}"
    join.keep_archive(stage.office.desk_home(FINANCE), url)
    join.keep_archive(stage.office.desk_home(PLANNING), url)
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    conclude.conclude(here, stage.document)
    deposit.deposit(here, stage.document)
    synchronise.synchronise(here)
    (row,) = accept.accept_all(custodian)
    return here, custodian, row


def test_what_is_accepted_is_found_at_once_and_everything_done_is_noted(
    signed_stage: Stage, stages: Stages, practice_services: PkiServices
) -> None:
    here, custodian, row = _accepted(stages(signed_stage))
    cite = here.store.document(signed_stage.document).cite
    (found,) = catalogue.find_dossiers(custodian, cite).dossiers
    assert (found.object, found.version, found.cite) == (row.object, 2, cite)
    assert (found.sums_checked, found.formats_checked) == (True, found.files)
    assert catalogue.list_dossiers(custodian).dossiers == (found,)
    (theirs,) = catalogue.find_dossiers(here, cite).dossiers  # a reader, by a catalogue of his own
    assert theirs == found
    assert raise_archive.raise_archive(custodian, again=True).versions == ((row.object, "v3"),)
    for desk in (custodian, here):  # the reader's follows the log
        shown = catalogue.show_dossier(desk, cite)
        assert (shown.dossier.version, [one.number for one in shown.versions]) == (3, [1, 2, 3])
        assert any(path.endswith(".pdf") for path, _ in shown.files)
        assert Path(shown.where).is_dir()
    log = catalogue.show_dossier(custodian, row.object).log
    assert [(one.act, one.version) for one in log] == [("version", "v1"), ("version", "v2"), ("version", "v3")]
    assert all(json.loads(one.facts)["inventario_sha512"] for one in log)
    assert catalogue.show_dossier(here, cite).log == ()
    report = archive_log.check_log(custodian)
    assert (report.whole, report.entries, report.versions) == (True, 3, 3)
    with refused("archive.not_found"):
        catalogue.show_dossier(custodian, "GADOR/NADA/00001/2026")


def test_a_restricted_dossier_is_hidden_and_nothing_of_it_goes(signed_stage: Stage, stages: Stages) -> None:
    here, custodian, row = _accepted(stages(signed_stage))
    cite = here.store.document(signed_stage.document).cite
    base = Path(custodian.archive().url.removeprefix("folder:"))
    before = {path: path.read_bytes() for path in (base / "root").rglob("*") if path.is_file()}
    with refused("accept.not_custodian"):
        restrict.restrict(here, cite, "Porque sí")
    with refused("restriction.no_reason"):
        restrict.restrict(custodian, cite, " ")
    done = restrict.restrict(custodian, cite, "Datos de menores", norm="Ley 548")
    assert (done.object, done.restricted, done.version) == (row.object, True, "v1")
    assert catalogue.list_dossiers(here).dossiers == ()
    assert catalogue.find_dossiers(here, cite).dossiers == ()
    with refused("archive.not_found"):
        catalogue.show_dossier(here, row.object)
    shown = catalogue.show_dossier(custodian, cite)
    assert shown.dossier.restricted
    assert shown.restriction is not None
    assert (shown.restriction.reason, shown.restriction.norm) == ("Datos de menores", "Ley 548")
    assert {path: path.read_bytes() for path in before} == before
    (line,) = read_index(custodian.archive())
    assert (line.identificador, line.cite, line.acceso) == (row.object, "", "Restringida")
    # made again from the root alone, at both desks, it is hidden still
    for desk in (here, custodian):
        shutil.rmtree(desk.home / catalogue.FOLDER)
        catalogue.rebuild(desk)
    assert catalogue.list_dossiers(here).dossiers == ()
    assert [one.restricted for one in catalogue.list_dossiers(custodian).dossiers] == [True]
    assert read_index(custodian.archive()) == [line]
    assert fixity.check_archive(custodian).problems == ()

    assert restrict.restrict(custodian, cite, "Venció el plazo", lift=True).version == "v2"
    assert [one.cite for one in catalogue.list_dossiers(here).dossiers] == [cite]
    assert read_index(custodian.archive())[0].cite == cite
    acts = [(one.act, one.object == row.object) for one in catalogue.show_dossier(custodian, cite).log]
    assert acts[-2:] == [("restriccion", True), ("levantamiento", True)]
    assert archive_log.check_log(custodian).whole
    assert {path: path.read_bytes() for path in before} == before
    assert (
        raise_archive.raise_archive(custodian, again=True).owed == ()
    )  # the restriction's own object has nothing to raise


def test_reserved_matters_are_their_units(signed_stage: Stage, stages: Stages) -> None:
    here, custodian, _ = _accepted(stages(signed_stage))
    root = custodian.archive()
    names = [
        keep(root, dossier(1, access=3, unit=here.unit_id)),
        keep(root, dossier(2, access=3, unit=custodian.unit_id)),
    ]
    for desk in (here, custodian):
        catalogue.rebuild(desk)
    seen = {one.object for one in catalogue.list_dossiers(here).dossiers}
    assert names[0] in seen
    assert names[1] not in seen
    assert set(names) <= {one.object for one in catalogue.list_dossiers(custodian).dossiers}


def test_what_somebody_else_wrote_is_found_and_noted_by_a_rebuild(signed_stage: Stage, stages: Stages) -> None:
    here, custodian, _ = _accepted(stages(signed_stage))
    catalogue.list_dossiers(custodian)
    other = keep(custodian.archive(), dossier(7))  # killed before it was noted
    assert [one.code for one in archive_log.check_log(custodian).problems] == ["audit.unnoted"]
    assert len(catalogue.list_dossiers(custodian).dossiers) == 1
    with pytest.raises(Cancelled):
        catalogue.rebuild(custodian, cancelled=lambda: True)
    done = catalogue.rebuild(custodian)
    assert (done.dossiers, done.unreadable, done.noted) == (2, (), 1)
    assert catalogue.rebuild(custodian).noted == 0
    assert archive_log.check_log(custodian).whole
    assert other in {one.object for one in catalogue.list_dossiers(here).dossiers}


def test_a_log_that_was_cut_stays_noticed_until_somebody_answers_for_it(signed_stage: Stage, stages: Stages) -> None:
    _, custodian, row = _accepted(stages(signed_stage))
    for text in ("a", "b", "c"):
        archive_log.note(custodian, archive_log.Act.FIXITY, texto=text)
    (path,) = Path(custodian.archive().url.removeprefix("folder:")).glob("bitacora/*.jsonl")
    whole = path.read_bytes().splitlines(keepends=True)
    paper = archive_log.check_log(custodian)
    path.write_bytes(b"".join(whole[:-2]))
    assert "audit.cut" in {one.code for one in archive_log.check_log(custodian).problems}
    archive_log.note(custodian, archive_log.Act.FIXITY, texto="después")
    archive_log.note(custodian, archive_log.Act.FIXITY, texto="después")
    assert "audit.other" in {one.code for one in archive_log.check_log(custodian).problems}
    with refused("audit.no_text"):
        archive_log.review(custodian, " ")
    archive_log.review(custodian, "Se cortó por un disco dañado; se compararon las copias")
    assert archive_log.check_log(custodian).whole
    found = archive_log.check_log(custodian, written_down={paper.number: paper.digest})
    assert [one.code for one in found.problems] == ["audit.other"]  # the paper does not forget

    # without its end, the versions in the root give it away at a desk that remembers nothing
    path.write_bytes(whole[0])
    with custodian.store.act() as act:
        act.set_setting("archive.log.seen", "{}")
    found = archive_log.check_log(custodian)
    assert [(one.code, one.place) for one in found.problems] == [("audit.unnoted", f"{row.object} v2")]


def test_a_version_taken_away_or_written_anew_is_noticed_by_the_log(signed_stage: Stage, stages: Stages) -> None:
    _, custodian, row = _accepted(stages(signed_stage))
    root = Path(row.folder)
    shutil.copytree(root, root.parent.with_name("aside"))
    shutil.rmtree(root / "v2")
    codes = [one.code for one in archive_log.check_log(custodian).problems]
    assert codes == ["audit.no_version"]
    shutil.rmtree(root)
    codes = [one.code for one in archive_log.check_log(custodian).problems]
    assert codes == ["audit.no_version", "audit.no_version"]


def test_a_disk_that_is_not_there_leaves_the_catalogue(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    here, custodian, row = _accepted(stage)
    catalogue.list_dossiers(custodian)
    base = Path(custodian.archive().url.removeprefix("folder:"))
    base.rename(base.with_name("desenchufado"))
    again = stage.office.desk(FINANCE)
    listed = catalogue.list_dossiers(again)
    assert ([one.object for one in listed.dossiers], listed.away) == ([row.object], True)
    shown = catalogue.show_dossier(again, row.object)
    assert (shown.files, shown.away) == ((), True)
    with refused("storage.unreachable"):
        catalogue.rebuild(again)
    with refused("storage.unreachable"):  # this desk never read it
        catalogue.list_dossiers(stage.office.desk(PLANNING))
    del here


def test_names_and_dates_as_they_are_typed(signed_stage: Stage, stages: Stages) -> None:
    here, custodian, row = _accepted(stages(signed_stage))
    view = here.store.document(signed_stage.document)
    number = here.store.slip(view.slip).number if view.slip else ""
    for name in (
        row.object,
        row.deposit,
        number,
        f"root/{catalogue.show_dossier(custodian, view.cite).dossier.folder}",
    ):
        if name:
            assert catalogue.show_dossier(custodian, name).dossier.object == row.object
    keep(custodian.archive(), replace(dossier(3), slip="S-1"))
    keep(custodian.archive(), replace(dossier(4), slip="S-1"))
    catalogue.rebuild(custodian)
    with refused("archive.several"):
        catalogue.show_dossier(custodian, "S-1")
    assert len(catalogue.find_dossiers(custodian, "desde:2026-03-01 hasta:2026-03-05 informe").dossiers) == 2
    with refused("find.bad_day"):
        catalogue.find_dossiers(custodian, "desde:ayer")


def test_the_restriction_of_an_object_is_where_any_program_can_look(signed_stage: Stage, stages: Stages) -> None:
    _, custodian, row = _accepted(stages(signed_stage))
    restrict.restrict(custodian, row.object, "Reserva")
    root = open_root(custodian.archive().url)
    inventory = root.inventory(restriction_id(row.object))
    assert inventory is not None
    assert set(inventory.state) == {"restriccion.json", "LEEME.txt"}
