"""What is typed into a field and what the page prints, kind by kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.drafting.templates import FieldSpec
from desktop.drafting.values import field_value, too_long
from desktop.records.errors import OfficeError


def spec(kind: str, **more: Any) -> FieldSpec:
    return FieldSpec("campo", "Campo", kind, **more)


CHOICE = spec("choice", choices=("Designación", "Otro"))
ROWS = spec("rows", columns=("a", "acciones", "texto"))


@pytest.mark.parametrize(
    ("of", "typed", "printed"),
    [
        (spec("line"), " dos\nlíneas ", "dos líneas"),
        (spec("text"), "dos\nlíneas", "dos\nlíneas"),
        (spec("lines"), "uno\n\n dos ", ["uno", "dos"]),
        (spec("lines"), ["uno", "dos\ntres"], ["uno", "dos", "tres"]),
        (spec("date"), "2026-03-05", "5 de marzo de 2026"),
        (spec("date"), "", ""),
        (CHOICE, "designación", "Designación"),
        (CHOICE, "", ""),
        (spec("flag"), "sí", True),
        (spec("flag"), "SI", True),
        (spec("flag"), "", False),
        (spec("flag"), False, False),
        (spec("money"), "1234.5", "Bs 1.234,50"),
        (spec("money"), "1.234,50", "Bs 1.234,50"),
        (spec("money"), "Bs 1.234", "Bs 1.234,00"),
        (spec("money"), "Bs. 12 500,00", "Bs 12.500,00"),
        (spec("money"), "0", "Bs 0,00"),
        (spec("number"), "007", "007"),
        (spec("person"), "Ana Ñusta | Jefa", [{"name": "Ana Ñusta", "post": "Jefa", "acting": ""}]),
        (spec("people"), "Ana · Jefa\nEva", [
            {"name": "Ana", "post": "Jefa", "acting": ""}, {"name": "Eva", "post": "", "acting": ""},
        ]),
        (spec("people"), [{"name": "Ana", "acting": "En suplencia"}], [{"name": "Ana", "post": "", "acting": "En suplencia"}]),
        (ROWS, "UTI | Archivar; Otro | Conforme | con barra", [
            {"a": "UTI", "acciones": "Archivar; Otro", "texto": "Conforme | con barra"},
        ]),
        (ROWS, [{"a": "UTI"}], [{"a": "UTI", "acciones": "", "texto": ""}]),
        (ROWS, [], []),
    ],
)  # fmt: skip
def test_what_is_printed(of: FieldSpec, typed: Any, printed: object) -> None:
    assert field_value(typed, of) == printed


@pytest.mark.parametrize(
    ("of", "typed", "code"),
    [
        (spec("date"), "5 de marzo", "drafting.bad_date"),
        (spec("date"), "2026-02-30", "drafting.bad_date"),
        (CHOICE, "Regaño", "drafting.bad_choice"),
        (spec("flag"), "quizá", "drafting.bad_choice"),
        (spec("money"), "12,345", "drafting.bad_amount"),
        (spec("money"), "-1", "drafting.bad_amount"),
        (spec("money"), "NaN", "drafting.bad_amount"),
        (spec("money"), "1e400", "drafting.bad_amount"),
        (spec("money"), "9" * 16, "drafting.bad_amount"),
        (spec("number"), "-1", "drafting.bad_amount"),
        (spec("number"), "²", "drafting.bad_amount"),
        (spec("person"), "Uno\nDos", "drafting.bad_field"),
        (spec("person"), [3], "drafting.bad_field"),
        (spec("people"), True, "drafting.bad_field"),
        (ROWS, [{"otra": "x"}], "drafting.bad_field"),
        (spec("line"), [{"name": "x"}], "drafting.bad_field"),
        (spec("line"), True, "drafting.bad_field"),
    ],
)
def test_what_is_refused(of: FieldSpec, typed: Any, code: str) -> None:
    with pytest.raises(OfficeError) as caught:
        field_value(typed, of)
    assert caught.value.code == code
    assert caught.value.facts["label"] == "Campo"


@given(st.decimals(min_value=0, max_value=Decimal(10) ** 12, places=2))
def test_an_amount_is_read_as_it_is_printed(amount: Decimal) -> None:
    printed = field_value(str(amount), spec("money"))
    assert field_value(printed, spec("money")) == printed
    assert Decimal(printed.removeprefix("Bs ").replace(".", "").replace(",", ".")) == amount


@given(
    st.sampled_from(["line", "text", "lines", "people", "person", "date", "flag", "money", "number"]),
    st.text(max_size=60),
)
def test_whatever_is_typed_is_printed_or_refused_by_name(kind: str, typed: str) -> None:
    try:
        field_value(typed, spec(kind))
    except OfficeError as error:
        assert error.facts["field"] == "campo"  # noqa: PT017 - both ways are right


def test_how_long_is_too_long() -> None:
    assert too_long("x" * 1000, spec("line")) == 0
    assert too_long("x" * 1001, spec("line")) == 1001
    assert too_long([{"name": "x" * 11}], spec("people", longest=10)) == 11
    assert too_long(["x"] * 201, spec("lines")) == 201
    assert too_long(False, spec("flag")) == 0
