"""The live preview: same pages as the frozen file, newest request only, errors told, the caller never held up."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from desktop.drafting.body import Body, Heading, Image, PageBreak, Paragraph, plain
from desktop.drafting.jobs import PageJob
from desktop.drafting.preview_engine import Place, Preview, PreviewEngine
from desktop.drafting.setting import freeze
from tests.desktop.drafting.test_setting import page_texts, pictured, png

JobMaker = Callable[..., PageJob]


class Watched:
    def __init__(self) -> None:
        self.answers: queue.Queue[Preview] = queue.Queue()
        self.engine = PreviewEngine(self.answers.put)

    def shown(self, job: PageJob) -> Preview:
        ticket = self.engine.show(job)
        while (answer := self.answers.get(timeout=60)).ticket != ticket:
            pass
        return answer


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.engine.close()
    made.engine.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "qillqa-preview"]


def long_body(words: str = "") -> Body:
    text = "El presente informe da a conocer el estado de avance de las obras. " * 6
    return Body(tuple(Paragraph(plain(f"{number} {text}{words if number == 5 else ''}")) for number in range(20)))


@pytest.mark.parametrize("template", ["nota_interna", "informe"])
def test_it_shows_the_pages_of_the_frozen_file(watched: Watched, make_job: JobMaker, template: str) -> None:
    job = make_job(template, body=long_body())
    answer = watched.shown(job)
    assert answer.error is None
    assert answer.page is not None
    final = freeze(job)
    assert answer.page.pages == final.pages
    ends = [[text.split("GADOR-")[-2][-60:] for text in page_texts(pdf)] for pdf in (answer.page.pdf, final.pdf)]
    assert ends[0] == ends[1]
    assert all("BORRADOR" in text for text in page_texts(answer.page.pdf))


def test_each_change_is_shown_and_templates_may_change(watched: Watched, make_job: JobMaker) -> None:
    for template, words in (("informe", "uno"), ("informe", "dos"), ("nota_interna", "tres")):
        page = watched.shown(make_job(template, body=long_body(words.upper()))).page
        assert page is not None
        assert words.upper() in " ".join(page_texts(page.pdf))


def test_only_the_newest_request_counts_and_the_caller_goes_on(watched: Watched, make_job: JobMaker) -> None:
    jobs = [make_job("informe", body=long_body(f"PALABRA{number}")) for number in range(30)]
    began = time.perf_counter()
    tickets = [watched.engine.show(job) for job in jobs]
    assert time.perf_counter() - began < 0.25
    answers = [watched.answers.get(timeout=60)]
    while answers[-1].ticket != tickets[-1]:
        answers.append(watched.answers.get(timeout=60))
    assert len(answers) <= 3
    page = answers[-1].page
    assert page is not None
    assert "PALABRA29" in " ".join(page_texts(page.pdf))


def test_a_picture_without_words_is_marked_and_takes_the_same_room(watched: Watched, make_job: JobMaker) -> None:
    with_words = watched.shown(pictured(make_job, png(40, 20))).page
    job = pictured(make_job, png(40, 20), alt=" ")
    page = watched.shown(job).page
    assert page is not None
    assert with_words is not None
    assert "Falta describir la imagen" in " ".join(page_texts(page.pdf))
    assert "Falta describir" not in " ".join(page_texts(with_words.pdf))
    assert page.pages == with_words.pages
    assert any(warning.startswith("drafting.missing_alt") for warning in page.warnings)


def test_an_error_is_an_answer_and_the_next_page_comes(watched: Watched, make_job: JobMaker) -> None:
    assert watched.shown(make_job(body=long_body())).page is not None
    bad = pictured(make_job, png()[:40])
    answer = watched.shown(bad)
    assert answer.page is None
    assert answer.error is not None
    assert answer.error.code == "drafting.page_failed"
    odd = watched.shown(replace(make_job(), fields={"no_hay": "x"}))
    assert odd.error is not None
    assert odd.error.code == "drafting.unknown_field"
    assert watched.shown(make_job(body=long_body("OTRA"))).page is not None


def test_it_knows_where_each_block_lies(watched: Watched, make_job: JobMaker) -> None:
    assert watched.engine.places() == ()
    picture = Image("0" * 64, "no.png", "no está")
    body = Body((Heading("Uno"), Paragraph(plain("texto")), picture, PageBreak(), Paragraph(plain("dos"))))
    watched.shown(make_job(body=body))
    places = watched.engine.places()
    assert [(place.block, place.page) for place in places] == [(0, 1), (1, 1), (4, 2)]
    assert isinstance(places[0], Place)
    assert 25 < places[0].y < places[1].y
    assert places[2].y < 40
