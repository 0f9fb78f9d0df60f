"""Search: what an official types finds what he means, and nothing he types is an operator."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.store.desk import DeskStore
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
