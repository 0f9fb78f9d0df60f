"""What a screen reader is told besides the body: the document's language and title, and the header fields with their labels."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

import pikepdf
import pytest

from desktop.drafting.jobs import PageJob
from desktop.drafting.setting import freeze
from tests.desktop.drafting.tagged import Tag, read_tags
from tests.desktop.drafting.test_types import EVERY, SIGNED

JobMaker = Callable[..., PageJob]


@pytest.mark.parametrize("name", EVERY)
def test_the_language_is_spanish_of_bolivia_and_the_title_says_what_it_is(make_job: JobMaker, name: str) -> None:
    job = make_job(name)
    with pikepdf.open(io.BytesIO(freeze(job).pdf)) as document:
        assert str(document.Root.Lang) == "es-BO"
        languages = {
            str(item.Lang) for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/Lang" in item
        }
        assert languages == {"es-BO"}
        title = str(document.open_metadata()["dc:title"])
    assert job.cite is not None
    assert job.cite in title


def paragraphs(tag: Tag) -> Iterator[str]:
    """Every paragraph of the tree, in the order of reading."""
    for part in tag.inside:
        if isinstance(part, Tag) and part.kind == "P":
            yield part.text()
        elif isinstance(part, Tag):
            yield from paragraphs(part)


def bare(text: str) -> str:
    return re.sub(r"[\s\u00ad]", "", text)


def printed(value: object) -> list[str]:
    """What the sample's value of a header field looks like on the page, in paragraphs."""
    if isinstance(value, str):
        return [bare(" ".join(part.strip() for part in line.split("|"))) for line in value.split("\n")]
    assert isinstance(value, list)
    return [each for one in value for each in printed(one)]


@pytest.mark.parametrize("name", SIGNED)
def test_each_header_field_is_a_paragraph_that_follows_its_label(make_job: JobMaker, name: str) -> None:
    job = make_job(name)
    told = list(paragraphs(read_tags(freeze(job).pdf)))
    head = [spec for spec in job.template.fields if spec.place == "head" and job.fields.get(spec.name)]
    at = 0
    for spec in head:
        label = bare(spec.label.upper().removesuffix(":") + ":")
        at = told.index(label, at) + 1
        if spec.kind in {"people", "person"}:
            wanted = printed(job.fields[spec.name])
            assert told[at : at + len(wanted)] == wanted
        elif spec.kind == "line":
            assert told[at] == bare(str(job.fields[spec.name]))
        else:
            assert told[at]
            assert not told[at].endswith(":")
    assert head or name == "nota_externa"  # a letter has no rows: it is addressed over the text
