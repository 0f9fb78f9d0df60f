"""The entity's rules of numbering: which pattern, when, by whom; and what is refused with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.cite import DEFAULT_CITE, DEFAULT_SLIP
from desktop.records.errors import OfficeError
from desktop.records.numbering import Assigned, NumberingRules, read_rules, slip_series
from desktop.records.people import Entity, Unit

ENTITY = Entity("01E", "Gobierno", "GADOR")
PLANNING, OFFICE = Unit("01P", "Planificación", "GADOR-SDPD"), Unit("01D", "Despacho", "DESP")
KINDS = ("NI", "INF", "RA")
RULES = """
# libro de correlativos
[[rule]]
pattern = "{entity}/{unit}/{type}/Nro.{number:4}/{year}"

[[rule]]
unit = "DESP"
pattern = "DESP-A/{number:3}/{year:2}"
assigned = "generation"

[[rule]]
type = "RA"
pattern = "R.A. {number:3}/{year}"
owner = "01DEVICE"

[[rule]]
unit = "01P"
type = "INF"
block = 200

[[start]]
year = 2026
unit = "DESP"
first = 46

[slip]
pattern = "HR-{type}-{number:5}-{year}"
"""


def _printed(rules: NumberingRules, unit: Unit, kind: str) -> str:
    return rules.of(ENTITY, unit, kind).pattern.render(
        entity=ENTITY.acronym, unit=unit.prefix, kind=kind, number=46, year=2026
    )


def test_without_rules_everything_is_as_it_was() -> None:
    found = read_rules("").of(ENTITY, PLANNING, "NI")
    assert (found.series, found.pattern, found.assigned) == ("cite-01P-NI", DEFAULT_CITE, Assigned.FREEZE)
    assert (found.owner, found.block, read_rules("").slip) == ("", 0, DEFAULT_SLIP)


def test_the_narrower_rule_goes_first_and_leaves_the_rest_to_wider_ones() -> None:
    rules = read_rules(RULES)
    assert _printed(rules, PLANNING, "NI") == "GADOR/GADOR-SDPD/NI/Nro.0046/2026"
    assert _printed(rules, OFFICE, "NI") == "DESP-A/046/26"
    assert _printed(rules, PLANNING, "RA") == "R.A. 046/2026"
    assert _printed(rules, OFFICE, "RA") == "DESP-A/046/26"  # a unit's rule is narrower than a type's
    report = rules.of(ENTITY, PLANNING, "INF")
    assert (report.block, report.owner, report.assigned) == (200, "", Assigned.FREEZE)
    assert rules.of(ENTITY, OFFICE, "INF").assigned is Assigned.GENERATION
    assert rules.of(ENTITY, PLANNING, "RA").owner == "01DEVICE"
    assert rules.slip.render(entity="", unit="", kind="I", number=9, year=2026) == "HR-I-00009-2026"


def test_what_is_not_printed_apart_is_not_numbered_apart() -> None:
    rules = read_rules(RULES)
    assert rules.of(ENTITY, PLANNING, "NI").series == "cite-01P-NI"
    assert rules.of(ENTITY, OFFICE, "NI").series == rules.of(ENTITY, OFFICE, "INF").series == "cite-01D"
    assert rules.of(ENTITY, PLANNING, "RA").series == "cite-01E-RA"


def test_a_book_that_began_on_paper_goes_on() -> None:
    rules = read_rules(RULES)
    starts = [rules.first_number(unit, "NI", year) for unit, year in ((OFFICE, 2026), (OFFICE, 2027), (PLANNING, 2026))]
    assert starts == [46, 1, 1]


@pytest.mark.parametrize(
    ("text", "line", "key", "reason"),
    [
        ("[[rule]\n", 1, "", "toml"),
        ("a = 1\na = 2\n", 2, "", "toml"),
        ("\n[[rules]]\n", 2, "rules", "unknown"),
        ('[[rule]]\nunit = "A"\n[[rule]]\npatern = "x"\n', 4, "patern", "unknown"),
        ('[[rule]]\n\nassigned = "siempre"\n', 3, "assigned", "value"),
        ("[[rule]]\nblock = 0\n", 2, "block", "value"),
        ("[[rule]]\nblock = true\n", 2, "block", "value"),
        ("[[rule]]\nblock = 1001\n", 2, "block", "value"),
        ("[[rule]]\npattern = 7\n", 2, "pattern", "value"),
        ('[[rule]]\nunit = " "\n', 2, "unit", "value"),
        ('[[rule]]\nunit = "A"\n[[rule]]\nunit = "A"\n', 3, "rule", "twice"),
        ("[rule]\nblock = 1\n", 1, "rule", "form"),
        ("slip = 3\n", 1, "slip", "form"),
        ("[[start]]\nyear = 2026\n", 1, "first", "missing"),
        ('[[start]]\nyear = "2026"\nfirst = 1\n', 2, "year", "value"),
        ("#" * 100_001, 1, "", "large"),
    ],
)
def test_what_is_written_wrongly_is_refused_with_its_line(text: str, line: int, key: str, reason: str) -> None:
    with pytest.raises(OfficeError, match=r"numbering\.bad_file") as caught:
        read_rules(text)
    facts = caught.value.facts
    assert (facts["line"], facts["key"] or "", facts["reason"]) == (line, key, reason)


def test_a_bad_pattern_is_told_with_line_and_place() -> None:
    with pytest.raises(OfficeError, match=r"numbering\.bad_pattern") as caught:
        read_rules('[[rule]]\nunit = "A"\npattern = "{unit}{number}/{year}"\n')
    assert (caught.value.facts["line"], caught.value.facts["place"], caught.value.facts["reason"]) == (3, 7, "adjacent")


def test_two_series_that_would_print_one_cite_are_refused() -> None:
    rules = read_rules("[[rule]]\nunit = \"DESP\"\npattern = \"{entity}/{number}/{year}\"\n"
                       "[[rule]]\npattern = \"{entity}/{number}/{year}\"\n")  # fmt: skip
    with pytest.raises(OfficeError, match=r"numbering\.same_print") as caught:
        rules.require_apart(ENTITY, (PLANNING, OFFICE), KINDS)
    assert (caught.value.facts["unit"], caught.value.facts["other"]) == ("DESP", "GADOR-SDPD")
    read_rules(RULES).require_apart(ENTITY, (PLANNING, OFFICE), KINDS)


@pytest.mark.parametrize(
    "text",
    [
        '[slip]\npattern = "E-{year}-{number}"\n',
        '[slip]\npattern = "{unit}/NI/{number}/{year}"\n[[rule]]\ntype = "NI"\npattern = "{unit}/NI/{number:3}/{year}"\n',
        '[[rule]]\ntype = "NI"\npattern = "E-{year}-{number:3}"\n',
        '[[rule]]\npattern = "{type}-{year}-{number}"\n',
    ],
)
def test_hojas_de_ruta_print_nothing_that_others_print(text: str) -> None:
    with pytest.raises(OfficeError, match=r"numbering\.same_print"):
        read_rules(text).require_apart(ENTITY, (PLANNING, OFFICE), (*KINDS, "I"))


def test_hojas_de_ruta_stay_apart_from_those_of_before_and_rules_of_before_can_be_mended() -> None:
    wrong = read_rules('[slip]\npattern = "E-{year}-{number}"\n')
    with pytest.raises(OfficeError, match=r"numbering\.same_print"):
        NumberingRules().require_apart(ENTITY, (PLANNING,), KINDS, before=wrong)
    mended = read_rules('[slip]\npattern = "HR-{type}-{year}-{number}"\n')
    mended.require_apart(ENTITY, (PLANNING,), KINDS, before=wrong)
    for text in (
        "",
        '[slip]\npattern = "H.R. {number}/{year}"\n',
        '[slip]\npattern = "{unit}/{type}-{year}-{number}"\n',
    ):
        read_rules(text).require_apart(ENTITY, (PLANNING, OFFICE), KINDS, before=read_rules(text))


_FRAGMENTS = ("{entity}", "{unit}", "{type}", "DESP", "R.A.")


@given(st.lists(st.tuples(st.sampled_from(["", "GADOR-SDPD", "01D"]), st.sampled_from(["", *KINDS]),
                          st.lists(st.sampled_from(_FRAGMENTS), max_size=3)), max_size=4, unique_by=lambda row: row[:2]),
       st.lists(st.sampled_from(("I", "NI", *_FRAGMENTS)), max_size=3))  # fmt: skip
def test_rules_that_are_admitted_never_print_one_number_from_two_series(
    rows: list[tuple[str, str, list[str]]], slip: list[str]
) -> None:
    text = f'[slip]\npattern = "{"/".join([*slip, "{number}", "{year}"])}"\n'
    for unit, kind, parts in rows:
        named = (f'unit = "{unit}"\n' if unit else "") + (f'type = "{kind}"\n' if kind else "")
        text += f'[[rule]]\n{named}pattern = "{"/".join([*parts, "{number}", "{year}"])}"\n'
    rules = read_rules(text)
    try:
        rules.require_apart(ENTITY, (PLANNING, OFFICE), KINDS)
    except OfficeError:
        return
    printed: dict[str, str] = {}
    for unit in (PLANNING, OFFICE):
        for kind in KINDS:
            series = rules.of(ENTITY, unit, kind).series
            assert printed.setdefault(_printed(rules, unit, kind), series) == series
        for kind in ("I", "E"):
            number = rules.slip_of(kind).render(entity="GADOR", unit=unit.prefix, kind=kind, number=46, year=2026)
            assert printed.setdefault(number, slip_series(kind)) == slip_series(kind)
