"""Rows on freezing: a document of three pages, again and again with a word changed."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

from desktop.drafting.body import Body, Paragraph, plain
from desktop.drafting.jobs import PageJob
from desktop.drafting.preflight import preflight
from desktop.drafting.samples import sample_job
from desktop.drafting.setting import freeze
from desktop.drafting.templates import load_template
from desktop.resources import find_resources

_SENTENCE = "El presente informe da a conocer el estado de avance de las obras de conexión, según el cronograma. "
_words = (f"palabra{number}" for number in itertools.count())


def job_of_three_pages(word: str) -> PageJob:
    """A document of three pages with that word in it."""
    resources = find_resources()
    job = sample_job(load_template(resources / "templates" / "memorandum"), resources)
    texts = (f"{number}. {word if number == 9 else ''} {_SENTENCE * 4}" for number in range(16))
    return replace(job, body=Body(tuple(Paragraph(plain(text)) for text in texts)))


def freeze_3_pages() -> float:
    """Milliseconds to freeze it, with its fields."""
    job = job_of_three_pages(next(_words))
    began = time.perf_counter()
    page = freeze(job)
    took = (time.perf_counter() - began) * 1000
    if page.pages != 3:
        raise OSError(f"{page.pages} pages instead of 3")
    return took


def preflight_3_pages() -> float:
    """Milliseconds to judge it."""
    pdf = freeze(job_of_three_pages(next(_words))).pdf
    began = time.perf_counter()
    if preflight(pdf):
        raise OSError("preflight found something")
    return (time.perf_counter() - began) * 1000


ROWS = {"freeze_3_pages": freeze_3_pages, "preflight_3_pages": preflight_3_pages}
