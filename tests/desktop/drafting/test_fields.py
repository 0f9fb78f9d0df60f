"""The empty signature fields: where they are, what is said there, and that nothing lies over anything else."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import combinations

import pikepdf
import pypdfium2
import pytest

from desktop.drafting.fields import FieldPlace, make_fields, read_fields
from desktop.drafting.jobs import PageJob, SetPage, SignerSlot
from desktop.drafting.preflight import preflight
from desktop.drafting.setting import freeze, preview
from desktop.records.errors import OfficeError

JobMaker = Callable[..., PageJob]
PEOPLE = ("Juana Mamani Quispe", "Pedro Choque Flores", "María Huanca Ayma", "Saturnino Ñuñez Condori", "Wara Ch'uqi")


def signers(count: int) -> tuple[SignerSlot, ...]:
    return tuple(SignerSlot(name, f"Cargo {n}") for n, name in enumerate(PEOPLE[:count], start=1))


def overlap(one: FieldPlace, other: FieldPlace) -> bool:
    left, bottom, right, top = one.rectangle
    left_2, bottom_2, right_2, top_2 = other.rectangle
    return one.page == other.page and left < right_2 and left_2 < right and bottom < top_2 and bottom_2 < top


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_field_per_signer_and_two_spares(make_job: JobMaker, count: int) -> None:
    page = freeze(make_job(signers=signers(count)))
    places = read_fields(page.pdf)
    assert page.fields == tuple(place.name for place in places) == tuple(f"firma-{n}" for n in range(1, count + 3))
    assert [place.spoken for place in places[:count]] == [f"Firma de {s.name}, {s.post}" for s in signers(count)]
    assert all(place.spoken.startswith("Espacio para una firma posterior") for place in places[count:])
    assert not any(overlap(one, other) for one, other in combinations(places, 2))
    assert preflight(page.pdf) == ()


@pytest.mark.parametrize("count", [1, 4])
def test_no_place_lies_over_a_text(make_job: JobMaker, count: int) -> None:
    page = freeze(make_job(signers=signers(count)))
    document = pypdfium2.PdfDocument(page.pdf)
    for place in read_fields(page.pdf):
        sheet = document[place.page]
        left, bottom, right, top = place.rectangle
        width, height = sheet.get_size()
        assert 0 < left < right < width
        assert 0 < bottom < top < height
        text = sheet.get_textpage()
        assert text.get_text_bounded(left, bottom, right, top).strip() == ""
        text.close()
    document.close()


def test_the_places_are_read_in_order_and_belong_to_nobody_yet(frozen: SetPage) -> None:
    with pikepdf.open(io.BytesIO(frozen.pdf)) as document:
        assert int(document.Root.AcroForm.SigFlags) == 1
        parents = dict(pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree).items())
        for field in document.Root.AcroForm.Fields:
            assert "/V" not in field
            assert (str(field.FT), str(field.Subtype), int(field.F)) == ("/Sig", "/Widget", 132)
            assert field.AP.N.read_bytes() == b""
            form = parents[int(field.StructParent)]
            # pyHanko's difference analysis knows a tagged field only by the path Form.K.Obj (no array between)
            assert str(form.S) == "/Form"
            assert form.K.Obj.objgen == field.objgen
        assert b"qillqa-field" not in frozen.pdf


def test_places_that_do_not_match_are_refused(make_job: JobMaker) -> None:
    drawn_without_places = preview(make_job()).pdf
    with pikepdf.open(io.BytesIO(drawn_without_places)) as document, pytest.raises(OfficeError) as caught:
        make_fields(document, {"firma-1": "Firma de alguien"})
    assert (caught.value.code, caught.value.facts["field"]) == ("drafting.signature_place", "firma-1")
