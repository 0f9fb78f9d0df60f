"""What the eye would see: pages of the signed revision against the pages of the file."""

from __future__ import annotations

import io
from time import monotonic, perf_counter

import pikepdf
import pypdfium2
import pytest
from pyhanko.sign import fields

from signing.pages import PageComparison, Spot, compare_pages_of, count_pages, covered, differing_regions, render_page
from signing.report import Change, ChangeKind, PageDifferences
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


def ends(data: bytes) -> int:
    """Where the revision before the last ends."""
    return data.rindex(b"%%EOF", 0, data.rindex(b"startxref")) + 6


def test_only_what_is_permitted_on_that_page_explains_a_difference() -> None:
    data = form_filled(shared_lab())
    filled = Change(ChangeKind.FORM_FILLED, permitted=True, page=2, name="nota")
    for changes, suspicious in (
        ([filled], False),
        ([], True),
        ([Change(ChangeKind.FORM_FILLED, permitted=False, page=2)], True),
        ([Change(ChangeKind.FORM_FILLED, permitted=True, page=1)], True),
    ):
        assert compare_pages_of(data, ends(data), deadline=later(), changes=changes).suspicious is suspicious


def test_a_highlight_is_explained_where_it_is_permitted() -> None:
    data = shared_lab().sign(plain_pdf())
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.pages[0].obj.Annots = pikepdf.Array(
            [
                pikepdf.Dictionary(
                    Subtype=pikepdf.Name.Highlight,
                    Rect=[72, 660, 200, 720],
                    C=[1, 1, 0],
                    F=4,
                    QuadPoints=[72, 720, 200, 720, 72, 660, 200, 660],
                )
            ]
        )
        out = io.BytesIO()
        pdf.save(out)
    after = data + b"\n" + out.getvalue()  # any two documents can be compared
    remark = Change(ChangeKind.ANNOTATION, permitted=True, page=1)
    assert compare_pages_of(after, len(data), deadline=later(), changes=[remark]).changed == (1,)
    assert not compare_pages_of(after, len(data), deadline=later(), changes=[remark]).suspicious
    assert compare_pages_of(after, len(data), deadline=later(), changes=[]).suspicious


def test_where_a_page_differs() -> None:
    data = page_replaced(shared_lab())
    found = differing_regions(data, ends(data), 1)
    assert (found.before, found.after) == (2, 2)
    regions = found.regions
    assert regions
    for left, top, right, bottom in regions:
        assert 60 < left < right < 400
        assert 60 < top < bottom < 400  # where the text lies that was replaced
    assert differing_regions(data, ends(data), 2).regions == ()
    more = page_appended(shared_lab())
    assert differing_regions(more, ends(more), 3) == PageDifferences(2, 3, ((0.0, 0.0, 612.0, 792.0),))
    with pytest.raises(IndexError):
        differing_regions(data, ends(data), 3)


def test_ink_that_cannot_be_read_any_more() -> None:
    before, after = plain_pdf(), page_replaced(shared_lab())
    text, blank = (60.0, 650.0, 420.0, 730.0), (60.0, 300.0, 200.0, 360.0)
    spots = [Spot(1, text), Spot(1, blank), Spot(2, text), Spot(9, blank)]
    assert covered(before, after, spots) == [True, False, False, True]  # a page that is not there cannot be told
    assert covered(b"%PDF-1.7 x", after, spots) == [True] * 4


def test_protected_files_are_compared_with_their_password() -> None:
    def protected(pages: int) -> bytes:
        with pikepdf.open(io.BytesIO(plain_pdf(pages))) as pdf:
            out = io.BytesIO()
            pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="clave"))
            return out.getvalue()

    one, two = protected(2), protected(3)
    data = one + b"\n" + two
    assert compare_pages_of(data, len(one), deadline=later()) == PageComparison(unreadable=True)
    assert compare_pages_of(data, len(one), deadline=later(), password="clave").changed == (3,)
    assert count_pages(two, password="clave") == 3
    with pytest.raises(pypdfium2.PdfiumError):
        render_page(two, 1, width=100)
    assert render_page(two, 1, width=100, password="clave").startswith(b"\x89PNG")


def test_three_pages_take_little_time() -> None:
    """The limit is 150 ms (make bench measures it); here only that nothing went wrong by an order of magnitude."""
    lab = shared_lab()
    data = lab.sign(plain_pdf(3))
    twice = lab.sign(data, lab.bob, field_name="firma-2")
    times = []
    for _ in range(3):
        started = perf_counter()
        compare_pages_of(twice, len(data), deadline=later())
        times.append(perf_counter() - started)
    assert min(times) < 0.5
