"""What the eye would see: pages of the signed revision against the pages of the file."""

from __future__ import annotations

from time import monotonic

from pyhanko.sign import fields

from signing.pages import compare_pages_of, count_pages, render_page
from tests.fixtures.attacks.makers import form_filled, page_appended, page_replaced, victim
from tests.fixtures.lab import plain_pdf, shared_lab


def later(seconds: float = 20.0) -> float:
    return monotonic() + seconds


def test_pages_are_counted() -> None:
    assert count_pages(plain_pdf(3)) == 3
    assert count_pages(b"%PDF-1.7 nothing") == 0


def test_a_stamp_in_a_field_that_was_there_is_no_change() -> None:
    data = victim(shared_lab())
    twice = shared_lab().sign(data, shared_lab().bob, field_name="firma-2")
    assert render_page(data, 2, width=400) != render_page(twice, 2, width=400)  # it can be seen
    result = compare_pages_of(twice, len(data), deadline=later())
    assert (result.changed, result.suspicious) == ((), False)


def test_a_stamp_over_blank_paper_is_no_change_but_over_text_it_is() -> None:
    lab = shared_lab()
    data = victim(lab)
    for box, suspicious in (((60, 300, 200, 360), False), ((60, 650, 420, 730), True)):
        spec = fields.SigFieldSpec("otra", on_page=0, box=box)
        twice = lab.sign(data, lab.bob, field_name="otra", new_field=spec)
        assert compare_pages_of(twice, len(data), deadline=later()).suspicious is suspicious


def test_a_filled_form_is_shown_but_explained() -> None:
    data = form_filled(shared_lab())
    end = data.rindex(b"%%EOF", 0, data.rindex(b"startxref")) + 6
    result = compare_pages_of(data, end, deadline=later())
    assert (result.changed, result.suspicious) == ((2,), False)


def test_changed_and_added_pages_are_named() -> None:
    lab = shared_lab()
    for make, changed in ((page_replaced, (1,)), (page_appended, (3,))):
        data = make(lab)
        end = data.rindex(b"%%EOF", 0, data.rindex(b"startxref")) + 6
        result = compare_pages_of(data, end, deadline=later())
        assert (result.changed, result.suspicious) == (changed, True)


def test_it_says_when_it_was_cut_short() -> None:
    data = page_replaced(shared_lab())
    assert compare_pages_of(data, len(data), deadline=monotonic() - 1).cut_short


def test_what_cannot_be_drawn_is_said() -> None:
    assert compare_pages_of(b"%PDF-1.7 x", 9, deadline=later()).unreadable
