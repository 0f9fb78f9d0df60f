"""Search: what an official types finds what he means, and nothing he types is an operator."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.store import search
from desktop.store.desk import DeskStore
from desktop.store.search import Asked
from tests.fixtures.acts import START, Acts


@pytest.fixture
def filled(store: DeskStore) -> DeskStore:
    acts = Acts()
    acts.drafted("doc-1", subject="Reparación de la Straße a Ñuñumayani: p'iqi", parents=())
    acts.numbered("doc-1", 45)
    acts.born("doc-2", 46, subject="Compra de tóner para Caracollo")
    acts.opened("slip-1", "doc-2", number="I-2026-00546")
    with store.act() as act:
        for item in acts.made:
            act.add_event(item, START)
        act.index_text("doc-1", "Saturnino Ñuñez Condori")
    return store


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("reparacion", ["doc-1"]),
        ("REPARACIÓN", ["doc-1"]),
        ("repar", ["doc-1"]),
        ("strasse", ["doc-1"]),
        ("Straße", ["doc-1"]),
        ("ñuñumayani", ["doc-1"]),
        ("nunumayani", ["doc-1"]),
        ("p'iqi", ["doc-1"]),
        ("nuñez saturnino", ["doc-1"]),
        ("GADOR-SDPD/NI/00045/2026", ["doc-1"]),
        ("45", ["doc-1"]),
        ("NI 46", ["doc-2"]),
        ("I-2026-00546", ["doc-2"]),
        ("546", ["doc-2"]),
        ("tóner caracollo", ["doc-2"]),
        ("tóner saturnino", []),
        ("toner NOT compra", []),
        ("", []),
        ('"*()-:^', []),
    ],
)
def test_words(filled: DeskStore, words: str, found: list[str]) -> None:
    assert filled.search(words) == found


def test_each_kind_of_words_is_kept_beside_the_others(filled: DeskStore) -> None:
    filled.index_text("doc-1", "Justo Quispe", "people")
    filled.index_text("doc-1", "vistos y considerando", "body")
    filled.index_text("doc-1", "Elena Rojas", "people")  # replaces those of its kind
    filled.rebuild_projections()
    assert filled.search("elena considerando saturnino") == ["doc-1"]
    assert filled.search("justo") == []


def test_limit(filled: DeskStore) -> None:
    assert len(filled.search("2026")) == 2
    assert len(filled.search("2026", limit=1)) == 1


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40) | st.text(alphabet='"*()^-+:{}ANDORNEAR \x00', max_size=20))
def test_nothing_typed_breaks_the_search(filled: DeskStore, words: str) -> None:
    filled.search(words)


def test_words_given_before_the_document_arrives_are_used_then(store: DeskStore) -> None:
    store.index_text("doc-1", "Condori")
    assert store.search("condori") == []
    with store.act() as act:
        act.add_event(Acts().drafted(), START)
    assert store.search("condori") == ["doc-1"]
    store.index_text("doc-1", "Mamani")
    assert store.search("condori") == []
    assert store.search("mamani") == ["doc-1"]


def test_a_changed_document_is_found_by_what_it_is_now(store: DeskStore) -> None:
    acts = Acts()
    with store.act() as act:
        act.add_event(acts.drafted(), START)
    assert store.search("sdpd") == []
    with store.act() as act:
        act.add_event(acts.numbered(), START)
    assert store.search("sdpd") == ["doc-1"]


# --- order, days, people


def _born(store: DeskStore, *documents: tuple[str, datetime, str]) -> None:
    """Documents with their dates and subjects, in that order of arrival."""
    for name, at, subject in documents:
        with store.act() as act:
            act.add_event(Acts(device=f"dev-{name}").drafted(name, at=at, subject=subject, parents=()), START)


def test_newest_is_by_date_whatever_came_first(store: DeskStore) -> None:
    days = [START + timedelta(days=n) for n in (3, 1, 2, 0)]
    _born(store, *((f"doc-{n}", at, "Compra") for n, at in enumerate(days)))
    expected = ["doc-0", "doc-2", "doc-1", "doc-3"]
    assert store.search("compra") == expected
    assert [view.id for view in store.documents()] == expected
    store.rebuild_projections()
    assert store.search("compra") == expected


def test_documents_of_one_moment_are_all_found(store: DeskStore) -> None:
    _born(store, *((f"doc-{n}", START, "Compra") for n in range(40)))
    assert len(set(store.search("compra"))) == 40
    with store.reading() as connection:
        rowids = connection.exec_driver_sql("SELECT rowid FROM documents").scalars().all()
    assert len(set(rowids)) == 40


def test_a_date_that_comes_later_moves_the_document(store: DeskStore) -> None:
    """The numbering came first, the draft that dates it afterwards."""
    acts = Acts()
    first = acts.drafted(parents=())
    second = acts.numbered()
    _born(store, ("other", START - timedelta(days=400), "Otro"))
    with store.act() as act:
        act.add_event(second, START)
    assert [view.id for view in store.documents()] == ["other", "doc-1"]
    with store.act() as act:
        act.add_event(first, START)
    assert store.search("toner") == ["doc-1"]
    assert store.search("sdpd") == ["doc-1"]
    assert [view.id for view in store.documents()] == ["doc-1", "other"]
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM search").scalar() == 2


def test_few_hits_are_ranked_and_many_are_the_newest(store: DeskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    _born(store, ("subject", START, "Tractor nuevo"), ("words", START + timedelta(days=1), "Otro"))
    store.index_text("words", "se compra un tractor", "body")
    assert store.search("tractor") == ["subject", "words"]
    monkeypatch.setattr(search, "FEW", 1)
    assert store.search("tractor") == ["words", "subject"]


def test_a_whole_word_goes_before_the_beginning_of_one(store: DeskStore) -> None:
    _born(store, ("whole", START, "Para la obra"), ("longer", START + timedelta(days=1), "Del obrador"))
    assert store.search("obra") == ["whole", "longer"]


def test_a_word_that_many_have_whole_is_taken_whole(store: DeskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lists of all that begins with it are never merged then; what only begins with it is not found any more."""
    _born(store, ("a", START, "obra"), ("b", START, "obra"), ("c", START, "obrador"))
    assert set(store.search("obra")) == {"a", "b", "c"}
    monkeypatch.setattr(search, "FEW", 1)
    assert set(store.search("obra")) == {"a", "b"}
    assert set(store.search("obr")) == {"a", "b", "c"}


def test_one_sign_is_a_whole_word(store: DeskStore) -> None:
    _born(store, ("a", START, "Plan I"), ("b", START, "Informe"))
    assert store.search("i") == ["a"]


def test_a_period_is_from_its_first_moment_to_before_its_last(store: DeskStore) -> None:
    days = [START + timedelta(days=n) for n in range(4)]
    _born(store, *((f"doc-{n}", at, "Compra") for n, at in enumerate(days)))
    assert store.search("compra", since=days[1], until=days[3]) == ["doc-2", "doc-1"]
    assert store.search("", since=days[2]) == ["doc-3", "doc-2"]
    assert store.search("", until=days[1]) == ["doc-0"]
    assert store.search("...", since=days[2]) == []
    assert store.search("") == []


def test_people_are_found_by_who_they_are(store: DeskStore) -> None:
    """Author, signers and whoever sent or held it; the words of a text that names them are no people."""
    acts = Acts()
    acts.born("doc-1")
    acts.opened()
    hop = acts.sent("unit-b", to_official="maria")
    acts.took(hop, "unit-b", who="maria")
    acts.drafted("doc-2", who="luis", signers=["luis"], subject="Visita de maria", parents=())
    with store.act() as act:
        for item in acts.made:
            act.add_event(item, START)
    assert store.search(Asked("", by="maria")) == ["doc-1"]
    assert store.search(Asked("", by="pedro")) == ["doc-1"]
    assert store.search(Asked("", by="x", by_people=[["luis", "nadie"]])) == ["doc-2"]
    assert store.search(Asked("toner ruiz", people=[[], ["maria"]])) == ["doc-1"]
    assert store.search(Asked("toner", by="maria")) == ["doc-1"]
    assert store.search(Asked("visita", by="maria")) == []
