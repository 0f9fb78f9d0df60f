"""Spelling of Spanish as Bolivian offices write it."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.drafting.body import Body, Heading, Image, Paragraph, Table, plain
from desktop.drafting.changes import Position
from desktop.drafting.jobs import PageJob
from desktop.drafting.spelling import Misspelt, Speller, SpellingWorker
from desktop.operations import spelling
from desktop.records.errors import OfficeError
from desktop.resources import find_resources

DICTIONARIES = find_resources() / "dictionaries"


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(DICTIONARIES)


def marked(speller: Speller, text: str) -> list[str]:
    return [word for _, word in speller.misspelt(text)]


def test_mistakes_are_found_where_they_are(speller: Speller) -> None:
    text = "La accion del municpio, según el imforme técnico, es contnua."
    found = list(speller.misspelt(text))
    assert [word for _, word in found] == ["accion", "municpio", "imforme", "contnua"]
    assert all(text[at : at + len(word)] == word for at, word in found)


@pytest.mark.parametrize(
    "text",
    [
        "Mediante nota GADOR-SDPD/NI/00045/2026, de 5 de marzo de 2026, el Lic. Pedro Choque y la Dra. Huanca informan.",
        "Según el Art. 3° y el art. 16 inc. b) de la Ley N.º 1178 (SAFCO), págs. 3 y 4; D.S. 1793.",
        "Escriba a juan.perez@oruro.gob.bo o vea https://www.oruro.gob.bo/trámites y www.adsib.gob.bo.",
        "El SEDES y la ABC; los siglos XIX y XXI. ANTECEDENTES, ANÁLISIS Y CONCLUSIONES",
        "La señora Wara Ch’uqi Ñañez, de Curahuara de Carangas, pide t'ula y quinua; jach'a ayllus de Oruro.",
        "El ñandú, la cigüeña y la vergüenza; vía, proveído, derivación, hoja de ruta y computadora.",
        "Patacamaya, Challapata, Huanuni y Pazña; 3 CDs, 25mm, 12:30hrs, mha/wch",
    ],
)
def test_right_prose_is_left_alone(speller: Speller, text: str) -> None:
    assert marked(speller, text) == []


def test_capitals_are_read_and_initialisms_are_not(speller: Speller) -> None:
    assert marked(speller, "CONCLUCIONES Y RECOMENDACIONES DEL SEDCAM") == ["CONCLUCIONES"]


def test_words_of_the_lists_are_known_after_they_were_learnt() -> None:
    speller = Speller(DICTIONARIES, ["Qhathu"])
    assert marked(speller, "El Qhathu y la chhalla") == ["chhalla"]
    speller.learn(["chhalla"])
    assert marked(speller, "El Qhathu, la chhalla, Chhalla y qhathu") == ["qhathu"]


def test_suggestions_help(speller: Speller) -> None:
    assert "acción" in speller.suggest("accion")
    assert "municipalidad" in speller.suggest("municipaldad")
    assert speller.suggest("x" * 500) == ()


def test_every_leaf_of_a_body_is_checked(speller: Speller) -> None:
    body = Body(
        (
            Heading("Antesedentes"),
            Table((plain("Canttidad"),), ((plain("bien"),),), "Inventaryo"),
            Image("0" * 64, "xqz.png", "Fachadda"),
        )
    )
    assert speller.check(body) == (
        Misspelt(Position(0, "text", 0), "Antesedentes"),
        Misspelt(Position(1, "caption", 0), "Inventaryo"),
        Misspelt(Position(1, "header.0", 0), "Canttidad"),
        Misspelt(Position(2, "alt", 0), "Fachadda"),
    )


def test_three_pages_take_less_than_100_ms_once_warm(speller: Speller, make_job: Callable[..., PageJob]) -> None:
    text = " ".join(run.text for block in make_job("informe").body.blocks for run in getattr(block, "runs", ()))
    words = text.split()
    body = Body(
        tuple(
            Paragraph(plain(" ".join([*words[n % 7 :], f"palabra{'a' * n}"])))
            for n in range(3 * 550 // max(len(words), 1) + 3)
        )
    )
    assert sum(len(text.split()) for _, text in body.texts()) >= 3 * 500
    speller.check(body)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        speller.check(body)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.1


def test_a_worker_checks_the_newest_text() -> None:
    answers: queue.Queue[tuple[int, tuple[Misspelt, ...]]] = queue.Queue()
    worker = SpellingWorker(lambda: Speller(DICTIONARIES), lambda ticket, found: answers.put((ticket, found)))
    tickets = [worker.check(Body((Paragraph(plain(f"Imforme {'a ' * n}")),))) for n in range(20)]
    while (answer := answers.get(timeout=30))[0] != tickets[-1]:
        pass
    worker.close()
    assert [each.word for each in answer[1]] == ["Imforme"]


def test_without_a_dictionary_nothing_is_marked_and_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(OfficeError) as caught:
        Speller(tmp_path)
    assert caught.value.code == "spelling.no_dictionary"
    answers: queue.Queue[Any] = queue.Queue()
    worker = SpellingWorker(lambda: Speller(tmp_path), lambda *answer: answers.put(answer))
    worker.check(Body((Paragraph(plain("imforme")),)))
    assert answers.get(timeout=30) == (1, ())
    worker.close()


def test_a_persons_words_are_kept(tmp_path: Path) -> None:
    assert spelling.own_words(tmp_path) == []
    spelling.learn_word(tmp_path, " Qhathu ")
    spelling.learn_word(tmp_path, "Qhathu")
    spelling.learn_word(tmp_path, "ch'alla")
    assert spelling.own_words(tmp_path) == ["Qhathu", "ch'alla"]
    speller = spelling.open_speller(find_resources(), tmp_path, ["Sipoca"])
    assert marked(speller, "El Qhathu de Sipoca: Ch’alla") == []
    spelling.forget_word(tmp_path, "Qhathu")
    assert spelling.own_words(tmp_path) == ["ch'alla"]
