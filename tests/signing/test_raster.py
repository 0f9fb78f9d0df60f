"""Two pictures of a page: where they differ, and whether ink can still be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signing.raster import Picture, differing_rows, hides

WIDTH, HEIGHT = 24, 18
BOX = (2, 2, 22, 16)


def picture(*dark: tuple[int, int], paper: int = 255, ink: int = 0) -> Picture:
    grey = bytearray([paper]) * (WIDTH * HEIGHT)
    for across, down in dark:
        grey[down * WIDTH + across] = ink
    return Picture(WIDTH, HEIGHT, bytes(grey))


LINE = tuple((across, 8) for across in range(5, 19))
POINTS = st.sets(st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)), max_size=30)


def test_white_and_black_over_ink_hide_it_and_a_thin_line_does_not() -> None:
    text = picture(*LINE)
    everything = picture(*((across, down) for across in range(WIDTH) for down in range(HEIGHT)))
    crossing = picture(*LINE, *((12, down) for down in range(HEIGHT)))
    for strict in (True, False):
        assert hides(text, picture(), BOX, strict=strict)
        assert hides(text, everything, BOX, strict=strict)
    assert not hides(text, crossing, BOX, strict=False)  # a stamp's text over the line on which one signs
    assert hides(text, crossing, BOX, strict=True)


def test_what_is_grey_enough_stays_readable() -> None:
    assert not hides(picture(*LINE), picture(*LINE, paper=226), BOX, strict=False)  # a yellow marker
    assert hides(picture(*LINE), picture(*LINE, ink=230), BOX, strict=False)  # white that shines through


def test_blank_paper_cannot_be_hidden() -> None:
    assert not hides(picture(), picture(*LINE), BOX, strict=True)


@given(POINTS, st.booleans())
def test_equal_pictures_hide_nothing(dark: set[tuple[int, int]], strict: bool) -> None:
    assert not hides(picture(*dark), picture(*dark), BOX, strict=strict)
    assert differing_rows(picture(*dark), picture(*dark)) == []


@given(POINTS, POINTS)
def test_strict_finds_all_that_the_other_finds(before: set[tuple[int, int]], after: set[tuple[int, int]]) -> None:
    if hides(picture(*before), picture(*after), BOX, strict=False):
        assert hides(picture(*before), picture(*after), BOX, strict=True)


@given(POINTS, POINTS)
def test_outside_the_box_nothing_counts(before: set[tuple[int, int]], after: set[tuple[int, int]]) -> None:
    inside = {point for point in before if BOX[0] <= point[0] < BOX[2] and BOX[1] <= point[1] < BOX[3]}
    outside = after - {point for point in after if BOX[0] <= point[0] < BOX[2] and BOX[1] <= point[1] < BOX[3]}
    assert not hides(picture(*before), picture(*inside, *outside), BOX, strict=True)


@given(POINTS, POINTS)
def test_rows_that_differ(before: set[tuple[int, int]], after: set[tuple[int, int]]) -> None:
    rows = differing_rows(picture(*before), picture(*after))
    different = before ^ after
    assert [row for row, _, _ in rows] == sorted({down for _, down in different})
    for row, left, right in rows:
        across = [point for point, down in different if down == row]
        assert (left, right) == (min(across), max(across) + 1)
    assert differing_rows(picture(*before), picture(*after), [(0, 0, WIDTH, HEIGHT)]) == []
