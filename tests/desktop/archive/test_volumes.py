"""Volumes: nothing lost, nothing twice, none too thick, and a document is cut only where it must be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.archive.manifest import DepositDocument
from desktop.archive.volumes import LIMIT, Part, Volume, place_words, places_of, volumes_of
from tests.desktop.archive.dossiers import make_deposit


def documents(*folios: int) -> list[DepositDocument]:
    first = make_deposit().documents[0]
    return [replace(first, id=f"D{number}", folios=count) for number, count in enumerate(folios)]


def test_a_volume_holds_four_hundred_folios() -> None:
    assert LIMIT == 400
    one, two = volumes_of(documents(300, 100, 1))
    assert (one.first, one.last, one.folios) == (1, 400, 400)
    assert (two.first, two.last, two.folios) == (401, 401, 1)


def test_a_document_is_not_cut_where_it_fits_in_the_next() -> None:
    one, two = volumes_of(documents(399, 2))
    assert one == Volume(1, 1, 399, (Part("D0", 1, 399),))
    assert two == Volume(2, 400, 401, (Part("D1", 400, 401),))


def test_one_that_is_longer_than_a_volume_goes_on_in_the_next() -> None:
    made = volumes_of(documents(10, 900, 5))
    assert [(one.first, one.last) for one in made] == [(1, 10), (11, 410), (411, 810), (811, 915)]
    assert [volume for volume, _ in places_of(made, "D1")] == [2, 3, 4]
    assert place_words(made, "D1") == "Tomo 2, fojas 11–410; tomo 3, fojas 411–810; tomo 4, fojas 811–910"


def test_words_of_one_and_of_none() -> None:
    made = volumes_of(documents(1, 0))
    assert place_words(made, "D0") == "Tomo 1, foja 1"
    assert place_words(made, "D1") == "Tomo 1, sin fojas"
    assert volumes_of([]) == ()
    with pytest.raises(ValueError, match="at least one"):
        volumes_of(documents(1), 0)


@given(st.lists(st.integers(0, 60), max_size=30), st.integers(1, 25))
def test_foliation_is_continuous_and_no_volume_too_thick(folios: list[int], limit: int) -> None:
    given_documents = documents(*folios)
    made = volumes_of(given_documents, limit)
    parts = [part for volume in made for part in volume.parts]
    at = 1
    for part in parts:
        assert part.first == at
        at = part.last + 1
    assert at == sum(folios) + 1
    for document in given_documents:
        own = [part for part in parts if part.document == document.id]
        assert sum(part.last - part.first + 1 for part in own) == document.folios
        if document.folios <= limit:
            assert len(own) == 1  # never cut without need
    assert all(volume.folios <= limit for volume in made)
    assert [volume.number for volume in made] == list(range(1, len(made) + 1))
    if any(folios):
        assert all(volume.folios for volume in made)
