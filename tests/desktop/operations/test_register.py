"""The book of numbers: annulled and kept, observed where given twice and settled by the chief, and the entity's own rules."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.cli.register_commands import as_csv
from desktop.operations import dispatch, freeze, numbering, synchronise
from desktop.operations.acts import record
from desktop.operations.desk import Desk
from desktop.operations.numbers import SLIP_SERIES, cite_series, keep_in_stock, reserve_number
from desktop.operations.register import Entry, as_json, observed, register, settle
from desktop.operations.void import void
from desktop.operations.writing import drafts_folder, open_writing
from desktop.practice.people import ANSWERER, AUTHOR, CHIEF
from desktop.records.cite import NumberBlock
from desktop.records.documents import DocumentState
from desktop.records.events import Event, EventKind
from tests.desktop.drafting.test_setting import page_texts
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def office(stages: Stages, founded: TestOffice) -> TestOffice:
    return stages(founded).office


def _lines(desk: Desk) -> dict[tuple[int, int], Entry]:
    series = cite_series(desk, "NI")
    return {(one.number, one.last): one for one in register(desk, series=series)}


def _told(desk: Desk, document: str, kind: EventKind) -> Event:
    return next(item.event for item in desk.store.events_of_document(document) if item.event.kind is kind)


def _rules(office: TestOffice, desk: Desk, text: str) -> None:
    file = office.home / "numeracion.toml"
    file.write_text(text, "utf-8")
    numbering.publish_rules(desk, office.home / "entidad", file)


# --- annulled ------------------------------------------------------------------------------------------------------
def test_an_annulled_document_keeps_its_number_and_its_reason(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    first, second = office.frozen(desk), office.frozen(desk)
    before = desk.store.document(first)
    cite = void(desk, first, " Se duplicó el pedido. ")
    view = desk.store.document(first)
    assert (view.state, view.void_reason, view.cite) == (DocumentState.VOID, "Se duplicó el pedido.", cite)
    assert view.digest == before.digest
    lines = _lines(desk)
    assert (lines[1, 1].state, lines[1, 1].reason) == ("void", "Se duplicó el pedido.")
    assert lines[2, 2].document == second
    assert desk.store.document(office.frozen(desk)).cite.split("/")[-2] == "00003"
    assert _told(desk, first, EventKind.VOIDED).body["reason"] == "Se duplicó el pedido."


def test_a_number_that_was_only_reserved_is_annulled_too(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    kept = desk.store.draft(document)
    assert kept is not None
    fields = json.loads(kept.fields)
    del fields["para"]
    desk.store.save_draft(replace(kept, fields=json.dumps(fields)))
    with refused("drafting.missing_field"):
        freeze.freeze(desk, document)
    assert _lines(desk)[1, 1].state == "reserved"
    assert void(desk, document, "No se envió").endswith(f"/00001/{desk.now_local().year}")
    assert (_lines(desk)[1, 1].state, _lines(desk)[1, 1].reason) == ("void", "No se envió")
    with refused("document.act_forbidden"):
        freeze.freeze(desk, document)
    assert desk.store.document(office.frozen(desk)).cite.split("/")[-2] == "00002"


def test_who_may_annul_and_what(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    document, draft = office.frozen(desk), office.draft(desk)
    with refused("void.no_reason"):
        void(desk, document, "  ")
    with refused("void.not_yours"):
        void(desk, document, "No es mío", official=office.ids[CHIEF])
    with refused("void.no_number"):
        void(desk, draft, "Sin número")
    with refused("draft.unknown"):
        void(desk, "01HZZZZZZZZZZZZZZZZZZZZZZZ", "No existe")
    void(desk, document, "Error de referencia")
    with refused("document.act_forbidden"):
        void(desk, document, "Otra vez")


def test_every_holder_hears_that_a_document_was_annulled(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    void(here, stage.document, "Se envió por error")
    synchronise.synchronise(here)
    synchronise.synchronise(there)
    assert there.store.document(stage.document).void_reason == "Se envió por error"


# --- the book ------------------------------------------------------------------------------------------------------
def test_the_book_accounts_for_every_number(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    desk.block_size = 5
    document = office.frozen(desk, subject="Camino a Turco")
    lines = _lines(desk)
    assert sorted(lines) == [(1, 1), (2, 5)]
    line, view = lines[1, 1], desk.store.document(document)
    assert (line.cite, line.subject, line.state, line.kind) == (view.cite, "Camino a Turco", "frozen", "Nota interna")
    assert line.author == desk.directory.official(view.author).name
    assert line.at is not None
    assert line.at.utcoffset() == timedelta(hours=-4)
    assert lines[2, 5].state == "unused"
    with desk.store.act() as act:
        act.give_up_numbers(desk.clock())
    assert _lines(desk)[2, 5].state == "dropped"
    assert register(desk, year=1999) == []


def test_the_book_leaves_as_csv_and_json(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    office.frozen(desk, subject='=HYPERLINK("x");ñandú')
    entries = register(desk)
    rows = list(csv.reader(io.StringIO(as_csv(entries)), delimiter=";"))
    assert rows[0][2:6] == ["Número", "Hasta", "CITE", "Fecha (hora del equipo)"]
    assert rows[1][7] == '\'=HYPERLINK("x");ñandú'
    assert len(rows) == len(entries) + 1
    assert json.loads(as_json(entries))["register"][0]["subject"] == '=HYPERLINK("x");ñandú'


# --- given twice ---------------------------------------------------------------------------------------------------
def _double(office: TestOffice, desk: Desk) -> tuple[str, str, str]:
    """Two documents with one number, as a desk that was put back unseen makes them; (first, second, cite)."""
    first = office.frozen(desk)
    told = _told(desk, first, EventKind.NUMBERED).body
    second = desk.ids()
    with desk.store.act() as act:
        body = {"kind": "nota_interna", "subject": "La otra"}
        actor = desk.acting()
        record(desk, act, EventKind.DRAFTED, document=second, actor=actor, body=body)
        record(desk, act, EventKind.NUMBERED, document=second, actor=actor, body=dict(told))
    return first, second, str(told["cite"])


def test_a_number_on_two_documents_is_observed_and_settled_by_a_signed_act(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    assert observed(desk) == []
    first, second, cite = _double(office, desk)
    found = observed(desk)
    assert [(one.cite, {view.id for view in one.documents}) for one in found] == [(cite, {first, second})]
    assert {one.state for one in register(desk, series=cite_series(desk, "NI")) if one.document} == {"doubled"}
    problems = synchronise.synchronise(desk).problems
    assert ("cite.doubled", {"cite": cite, "count": 2}) in [(code, dict(facts)) for code, facts in problems]

    settle(desk, cite, [first], "Vale el que se entregó primero")
    assert observed(desk) == []
    assert desk.store.document(first).cite == desk.store.document(second).cite == cite  # nothing is renumbered
    states = {one.document: (one.state, one.reason) for one in register(desk) if one.document}
    assert states == {
        first: ("frozen", "Vale el que se entregó primero"),
        second: ("void", "Vale el que se entregó primero"),
    }
    assert _told(desk, first, EventKind.NUMBER_SETTLED).body["keep"] == [first]
    assert synchronise.synchronise(desk).problems == ()


def test_both_may_keep_it_and_a_third_opens_it_again(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    first, second, cite = _double(office, desk)
    settle(desk, cite, [first, second], "Ya circulan los dos")
    assert observed(desk) == []
    third = desk.ids()
    told = dict(_told(desk, first, EventKind.NUMBERED).body)
    with desk.store.act() as act:
        body = {"kind": "nota_interna", "subject": "Una más"}
        record(desk, act, EventKind.DRAFTED, document=third, actor=desk.acting(), body=body)
        record(desk, act, EventKind.NUMBERED, document=third, actor=desk.acting(), body=told)
    assert [len(one.documents) for one in observed(desk)] == [3]


def test_only_the_chief_settles_and_says_why(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    first, _, cite = _double(office, desk)
    units = tuple(replace(unit, chief=office.ids[CHIEF]) for unit in desk.directory.units)
    desk.directory = replace(desk.directory, units=units)
    assert not observed(desk)[0].yours
    with refused("settle.not_chief"):
        settle(desk, cite, [first], "Porque sí")
    chief = office.ids[CHIEF]
    with refused("settle.no_reason"):
        settle(desk, cite, [first], " ", official=chief)
    for keep in ([], ["01HZOTRO"]):
        with refused("settle.not_bearer"):
            settle(desk, cite, keep, "Porque sí", official=chief)
    with refused("settle.unknown"):
        settle(desk, "X/1/2026", [first], "Porque sí", official=chief)
    settle(desk, cite, [first], "Vale el primero", official=chief)
    assert observed(desk) == []


# --- rules ---------------------------------------------------------------------------------------------------------
def test_the_entitys_rules_reach_every_desk(office: TestOffice) -> None:
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    office.frozen(here)
    rules = """
[[rule]]
pattern = "{entity}/{unit}/{type}/Nro.{number:4}/{year}"
[[start]]
unit = "PRÁCTICA-SDAF"
year = YEAR
first = 46
"""
    _rules(office, here, rules.replace("YEAR", str(here.now_local().year)))
    synchronise.synchronise(there)
    year = here.now_local().year
    assert here.store.document(office.frozen(here)).cite == f"GAD-PRÁCTICA/PRÁCTICA-SDP/NI/Nro.0002/{year}"
    document = office.frozen(there, signers=(ANSWERER,))
    assert there.store.document(document).cite == f"GAD-PRÁCTICA/PRÁCTICA-SDAF/NI/Nro.0046/{year}"
    series = cite_series(there, "NI")
    first = register(there, series=series)[0]
    assert (first.number, first.last, first.state) == (1, 45, "paper")


def test_rules_that_would_print_one_cite_twice_are_not_published(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    number = desk.directory.number
    with refused("numbering.same_print"):  # the series of before goes on printing that
        _rules(office, desk, '[[rule]]\npattern = "PRÁCTICA-SDP/NI/{number}/{year}"\n')
    with refused("numbering.bad_pattern"):
        _rules(office, desk, '[[rule]]\npattern = "{unit}{number}/{year}"\n')
    assert desk.directory.number == number


def test_numbered_at_generation_where_the_rules_say_so(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    _rules(office, desk, '[[rule]]\ntype = "NI"\nassigned = "generation"\n')
    document = office.draft(desk, subject="Como era al empezar")
    view = desk.store.document(document)
    assert (view.state, view.cite.split("/")[-2]) == (DocumentState.DRAFT, "00001")
    kept = desk.store.draft(document)
    assert kept is not None
    fields = json.dumps({**json.loads(kept.fields), "referencia": "Como quedó"})
    desk.store.save_draft(replace(kept, fields=fields, signers=(office.ids[CHIEF],)))
    assert freeze.freeze(desk, document) == view.cite
    frozen = desk.store.document(document)
    assert (frozen.subject, frozen.signers, frozen.state) == ("Como quedó", (office.ids[CHIEF],), DocumentState.FROZEN)
    assert desk.store.document(office.frozen(desk)).cite.split("/")[-2] == "00002"
    other = office.draft(desk, template="informe")
    assert desk.store.events_of_document(other) == []


def test_who_joins_the_via_after_generation_sees_the_whole_document(office: TestOffice) -> None:
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    _rules(office, here, '[[rule]]\ntype = "NI"\nassigned = "generation"\n')
    document = office.draft(here)
    synchronise.synchronise(here)
    kept = here.store.draft(document)
    assert kept is not None
    here.store.save_draft(replace(kept, signers=(office.ids[ANSWERER],)))
    cite = freeze.freeze(here, document)
    assert synchronise.synchronise(here).problems == ()
    assert synchronise.synchronise(there).problems == ()
    view = there.store.document(document)
    assert (view.cite, view.state, view.next_official) == (cite, DocumentState.FROZEN, office.ids[ANSWERER])
    assert (view.author, view.refused) == (office.ids[AUTHOR], ())


def test_an_annulled_draft_keeps_no_journal(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    freeze.number(desk, document)
    with open_writing(desk, document):
        pass
    journal = drafts_folder(desk) / f"{document}.edits"
    assert journal.exists()
    void(desk, document, "No corresponde")
    assert not journal.exists()


def test_without_numbers_a_draft_is_kept_and_numbered_when_it_is_frozen(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    _rules(office, desk, '[[rule]]\nassigned = "generation"\n')
    office.exchange.rename(office.home / "desenchufado")
    document = office.draft(desk)
    assert desk.store.events_of_document(document) == []
    (office.home / "desenchufado").rename(office.exchange)
    assert freeze.freeze(desk, document).split("/")[-2] == "00001"


def test_a_draft_is_numbered_on_demand(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    cite = freeze.number(desk, document)
    assert freeze.number(desk, document) == cite
    assert freeze.freeze(desk, document) == cite


def test_a_series_with_an_owner_is_numbered_by_that_device_alone(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    _rules(office, desk, '[[rule]]\ntype = "NI"\nowner = "01HZOTHERDEVICE"\n')
    document = office.draft(desk)
    with refused("cite.not_owner"):
        freeze.freeze(desk, document)
    _rules(office, desk, f'[[rule]]\ntype = "NI"\nowner = "{desk.key.id}"\nblock = 1000\n')
    assert freeze.freeze(desk, document).split("/")[-2] == "00001"
    assert desk.store.numbers_left(cite_series(desk, "NI"), desk.now_local().year) == 999


def test_a_cite_that_another_document_bears_is_not_given(office: TestOffice) -> None:
    """A unit got the prefix that another had: ids tell the series apart, the paper does not."""
    desk = office.desk(PLANNING)
    cite = desk.store.document(office.frozen(desk)).cite
    document = office.draft(desk)
    units = tuple(replace(unit, id="01HZNEWUNIT") if unit.id == desk.unit_id else unit for unit in desk.directory.units)
    was, desk.unit_id = desk.directory, "01HZNEWUNIT"
    desk.directory = replace(was, units=(*units, was.units[0]))
    with desk.store.act() as act:
        act.add_block(NumberBlock(cite_series(desk, "NI"), desk.now_local().year, 1, 1, 5, desk.key.id))
    with refused("cite.taken"):
        freeze.freeze(desk, document)
    assert desk.store.documents(cite=cite)[0].id != document


# --- gestión, stock, old copies ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "year", "date"),
    [
        (datetime(2031, 1, 1, 3, 59, 59, tzinfo=UTC), 2030, "31 de diciembre de 2030"),
        (datetime(2031, 1, 1, 4, 0, 0, tzinfo=UTC), 2031, "1 de enero de 2031"),
    ],
)
def test_the_gestion_turns_at_midnight_of_the_entitys_zone(
    office: TestOffice, moment: datetime, year: int, date: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    desk = office.desk(PLANNING)
    admitted = tuple(replace(each, valid_until=moment + timedelta(days=9)) for each in desk.directory.devices)
    desk.clock = lambda: moment
    desk.directory = replace(desk.directory, devices=admitted)
    with desk.store.act() as act:
        act.add_block(NumberBlock(cite_series(desk, "NI"), year, 1, 1, 5, desk.key.id))
    document = office.frozen(desk)
    assert desk.store.document(document).cite.endswith(f"/00001/{year}")
    page = page_texts(desk.store.get_bytes(desk.store.document(document).digest))[0]
    assert date in " ".join(page.split())


def test_each_gestion_begins_anew_and_december_takes_numbers_for_the_next(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    office.frozen(desk)
    series, year = cite_series(desk, "NI"), desk.now_local().year
    december = max(desk.clock(), datetime(year, 12, 1, 12, 0, tzinfo=UTC))
    desk.clock = lambda: december
    keep_in_stock(desk)
    assert desk.store.numbers_left(series, year + 1) == desk.block_size
    office.exchange.rename(office.home / "desenchufado")
    assert reserve_number(desk, series, year + 1, "01HZENERO") == 1


def test_a_low_stock_is_filled_while_there_is_a_line(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    desk.block_size = 5
    year = desk.now_local().year
    for _ in range(4):
        reserve_number(desk, SLIP_SERIES, year, desk.ids())
    before = desk.store.numbers_left(SLIP_SERIES, year)
    synchronise.synchronise(desk)
    assert desk.store.numbers_left(SLIP_SERIES, year) == before + 5


def test_an_old_copy_put_back_over_everything_is_known_by_the_exchange(office: TestOffice) -> None:
    """Same files, older bytes, the mark among them: only the exchange knows that this device has said more."""
    desk = office.desk(PLANNING)
    office.frozen(desk)
    synchronise.synchronise(desk)
    office.close()
    home = office.desk_home(PLANNING)
    kept = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    desk = office.desk(PLANNING)
    used = desk.store.document(office.frozen(desk)).cite
    synchronise.synchronise(desk)
    office.close()
    for path, data in kept.items():
        path.write_bytes(data)  # into the same files
    desk = office.desk(PLANNING)
    assert not desk.store.restored
    cite = desk.store.document(office.frozen(desk)).cite
    assert cite != used
    assert cite.split("/")[-2] == "00051"


def test_two_desks_number_at_once_through_the_exchange(office: TestOffice) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.desktop.operations.numberer", str(office.desk_home(name)), name, "12"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for name in (PLANNING, FINANCE)
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    told = []
    for child in children:
        out, err = child.communicate(timeout=90)
        assert child.returncode == 0, err
        told.append([int(line) for line in out.split()])
    assert [len(numbers) for numbers in told] == [12, 12]
    assert sorted(told[0] + told[1]) == list(range(1, 25))


def test_a_slip_is_numbered_by_the_entitys_pattern(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    _rules(stage.office, desk, '[slip]\npattern = "HR-{type}/{number:4}/{year:2}"\n')
    slip = dispatch.dispatch(desk, stage.document, stage.office.to_finance())
    assert desk.store.slip(slip).number == f"HR-I/0001/{desk.now_local().year % 100}"
