"""The classification scheme is data, and what contradicts itself is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.records.errors import OfficeError
from desktop.records.series import (
    Disposition,
    Phases,
    Series,
    SeriesLevel,
    path_of,
    require_consistent_scheme,
    usual_series,
)

FONDS = Series("f", "GADOR", "Gobierno Autónomo Departamental de Oruro", level=SeriesLevel.FONDS)
SECTION = Series("s", "GADOR-SDAF", "Administración y Finanzas", "f", SeriesLevel.SECTION)
INNER = Series("t", "GADOR-SDAF-UF", "Finanzas", "s", SeriesLevel.SECTION)
REPORTS = Series("r", "GADOR-SDAF-UF-01", "Informes", "t", kinds=("informe", "nota"))
OWN = Series("o", "GADOR-SDAF-02", "Informes técnicos", "s", kinds=("informe",), units=("unit-a",))
SCHEME = (FONDS, SECTION, INNER, REPORTS, OWN)


def test_a_scheme_that_holds_together() -> None:
    require_consistent_scheme(SCHEME)
    assert [row.code for row in path_of(SCHEME, "r")] == ["GADOR", "GADOR-SDAF", "GADOR-SDAF-UF", "GADOR-SDAF-UF-01"]
    with pytest.raises(OfficeError, match=r"series\.unknown"):
        path_of(SCHEME, "nobody")


@pytest.mark.parametrize(
    "wrong",
    [
        replace(REPORTS, id="f"),
        replace(REPORTS, id="x"),  # the code twice
        replace(REPORTS, id="x", code=" "),
        replace(REPORTS, id="x", code="X", title=""),
        replace(REPORTS, id="x", code="X", parent="nobody"),
        replace(REPORTS, id="x", code="X", parent="r"),  # a series in a series
        replace(FONDS, id="x", code="X", parent="r"),
        replace(REPORTS, id="x", code="X", disposition=Disposition.PERMANENT),  # under no rule
    ],
)
def test_what_contradicts_itself_is_refused(wrong: Series) -> None:
    with pytest.raises(OfficeError, match=r"directory\.inconsistent"):
        require_consistent_scheme((*SCHEME, wrong))


def test_sections_in_a_circle_are_refused() -> None:
    with pytest.raises(OfficeError, match=r"directory\.inconsistent") as told:
        require_consistent_scheme((replace(SECTION, parent="t"), INNER))
    assert told.value.facts["reason"] == "cycle"


def test_where_a_document_usually_goes() -> None:
    assert usual_series(SCHEME, kind="informe", unit="unit-a") == OWN
    assert usual_series(SCHEME, kind="informe", unit="unit-b") == REPORTS
    assert usual_series(SCHEME, kind="memo", unit="unit-a") is None
    twice = (*SCHEME, replace(REPORTS, id="x", code="X"))
    assert usual_series(twice, kind="nota", unit="unit-b") is None  # a person chooses
    assert usual_series(twice, kind="informe", unit="unit-a") == OWN
    assert usual_series((replace(SECTION, kinds=("nota",)),), kind="nota", unit="unit-a") is None


def test_nothing_says_destroy() -> None:
    """Supreme Decree 13957 forbids it; only a commission's act could, and no program does."""
    assert {value.value for value in Disposition} == {"pending", "permanent"}
    assert Phases() == Phases(None, None, None)
