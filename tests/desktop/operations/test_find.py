"""Buscar: what is typed taken apart, people by the directory's names, and the days of the entity's zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.operations import find, trays
from desktop.operations.find import Question, parse
from desktop.practice.people import ANSWERER
from desktop.records.errors import OfficeError
from desktop.routing.trays import Tray
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

Stages = Callable[[Stage | TestOffice], Stage]
DAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("compra tóner", Question("compra tóner")),
        ("compra desde:2026-03-05", Question("compra", since=DAY)),
        ("HASTA:5/3/2026 compra", Question("compra", until=DAY)),
        ("compra 5/3/2026", Question("compra", since=DAY, until=DAY)),
        ("2026-03-05", Question("", since=DAY, until=DAY)),
        ("45/13/2026", Question("45/13/2026")),
        ("GADOR-SDPD/NI/00045/2026", Question("GADOR-SDPD/NI/00045/2026")),
        ("I-2026-00546", Question("I-2026-00546")),
        ("de:Núñez informe", Question("informe", "Núñez")),
        ('de:"Saturnino Núñez" de:Poma', Question("", "Saturnino Núñez Poma")),
        ('de:"sin cerrar', Question("", "sin cerrar")),
        ("nota: de la jefatura", Question("nota: de la jefatura")),
        ("", Question()),
    ],
)
def test_what_is_typed_is_taken_apart(typed: str, asked: Question) -> None:
    assert parse(typed) == asked


@pytest.mark.parametrize("typed", ["desde:ayer", "hasta:", "desde:2026-02-30", "desde:31/2/2026"])
def test_a_day_that_is_none_is_told(typed: str) -> None:
    with refused("find.bad_day"):
        parse(typed)


@given(st.text(max_size=60) | st.text(alphabet='dehasta:"/-0123456789 ', max_size=40))
def test_nothing_typed_breaks_it(typed: str) -> None:
    try:
        parse(typed)
    except OfficeError as error:
        assert error.code == "find.bad_day"  # noqa: PT017 - everything else must not be raised at all


@pytest.mark.xdist_group("office")
def test_people_days_and_numbers_of_a_real_desk(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    desk = stage.office.desk(FINANCE)
    view, slip = desk.store.document(stage.document), desk.store.slip(stage.slip)
    author = desk.directory.official(view.author).name
    holder = desk.directory.official(stage.office.ids[ANSWERER]).name
    for typed in (author, f'de:"{author}"', f'de:"{holder}"', view.cite, slip.number, view.subject[:6]):
        assert find.matching(desk, typed) == [stage.document], typed
    (found,) = find.find(desk, author)
    assert (found.document.id, found.number) == (stage.document, slip.number)
    assert find.matching(desk, 'de:"Nadie Ninguno"') == []
    assert view.created_at is not None
    day = view.created_at.astimezone(desk.zone).date()
    for typed, hits in (
        (f"{day}", 1),
        (f"desde:{day} hasta:{day}", 1),
        (f"{day - timedelta(days=1)}", 0),
        (f"desde:{day + timedelta(days=1)}", 0),
        (f"hasta:{day - timedelta(days=1)}", 0),
        (f"{view.cite} desde:{day}", 1),
    ):
        assert len(find.matching(desk, typed)) == hits, typed
    assert [row.document.id for row in trays.rows(desk, Tray.PENDING, f'de:"{author}"')] == [stage.document]


@pytest.mark.xdist_group("office")
def test_a_name_is_what_the_directory_says_now(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    desk = stage.office.desk(PLANNING)
    view = desk.store.document(stage.document)
    renamed = tuple(
        replace(who, name="Wayra Ñawpa") if who.id == view.author else who for who in desk.directory.officials
    )
    assert find.matching(desk, "de:nawpa") == []
    desk.directory = replace(desk.directory, officials=renamed)
    assert find.matching(desk, "de:nawpa") == [stage.document]
