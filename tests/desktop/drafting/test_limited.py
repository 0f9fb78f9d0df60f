"""A template that runs away is stopped, and named, and the next page is set all the same."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.drafting.jobs import PageJob
from desktop.drafting.limited import LimitedSetter
from desktop.drafting.setting import freeze, preview
from desktop.drafting.templates import load_template
from desktop.records.errors import OfficeError

JobMaker = Callable[..., PageJob]
Foreign = Callable[[str], PageJob]


@pytest.fixture
def foreign(make_job: JobMaker, tmp_path: Path) -> Foreign:
    """The memorandum as an entity's own template, with a line more."""

    def make(line: str) -> PageJob:
        folder = Path(shutil.copytree(make_job("memorandum").template.folder, tmp_path / "propia", dirs_exist_ok=True))
        page = folder / "page.typ"
        page.write_text(page.read_text("utf-8") + line + "\n", "utf-8")
        return replace(make_job("memorandum"), template=load_template(folder))

    return make


@pytest.fixture
def setter() -> Iterator[LimitedSetter]:
    with LimitedSetter(seconds=4, memory=1024**3) as made:
        yield made


def refusal(job: PageJob, setter: LimitedSetter | None) -> OfficeError:
    with pytest.raises(OfficeError) as caught:
        freeze(job, setter=setter)
    return caught.value


def test_a_page_is_the_same_at_a_distance(make_job: JobMaker, foreign: Foreign, setter: LimitedSetter) -> None:
    assert freeze(foreign(""), setter=setter).pdf == freeze(make_job("memorandum")).pdf
    assert preview(foreign(""), setter=setter).pages == 1


def test_without_a_warm_child_one_is_made_and_ended(make_job: JobMaker, foreign: Foreign) -> None:
    assert freeze(foreign("")).pdf == freeze(make_job("memorandum")).pdf


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("#let n = 0\n#while n < 1 { n = n * 1 }", "infinite"),
        ("#let f(n) = f(n + 1)\n#f(0)", "depth"),
        ("#nothing()", "unknown variable"),
    ],
)
def test_what_the_engine_stops_is_named_with_its_line(
    foreign: Foreign, setter: LimitedSetter, line: str, reason: str
) -> None:
    error = refusal(foreign(line), setter)
    assert error.code == "drafting.page_failed"
    assert reason in str(error.facts["reason"])
    assert error.facts["file"] == "page.typ"
    assert isinstance(error.facts["line"], int)
    assert error.facts["line"] >= 6


@pytest.mark.parametrize(
    "line",
    [
        "#for a in range(100000) { for b in range(100000) { let c = a * b } }",
        "#let all = (1,) * 2000000\n#for a in range(60) { all = all + all }",
        "#for a in range(2000000) { [palabra ] }",
    ],
    ids=["time", "memory", "length"],
)
def test_what_the_engine_does_not_stop_ends_in_bounded_time(
    make_job: JobMaker, foreign: Foreign, setter: LimitedSetter, line: str
) -> None:
    began = time.monotonic()
    error = refusal(foreign(line), setter)
    assert error.code == "drafting.ran_away"
    assert error.facts["template"] == "memorandum"
    assert time.monotonic() - began < 15
    good = Path(make_job("memorandum").template.folder)
    job = replace(make_job("memorandum"), template=replace(make_job("memorandum").template, folder=good))
    assert freeze(job, setter=setter).pages == 1
