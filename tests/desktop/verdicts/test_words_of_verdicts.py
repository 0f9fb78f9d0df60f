"""Every value that a verdict can take has words in both languages: what, what it means and what to do where a reader must act."""

from __future__ import annotations

import itertools
import re
from dataclasses import fields

import pytest
from asn1crypto import crl
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed, AdESSubIndic

from desktop.resources import find_resources
from desktop.verdicts.csv_rows import COLUMNS
from desktop.words import LANGUAGES, Words, load_words
from signing.changes import Later
from signing.indications import Result
from signing.outcomes import Finding, decide
from signing.report import ChangeKind, Indication, Integrity, LaterChanges, Level, Outcome
from tests.house.codes import codes

ALL_SUBINDICATIONS: tuple[AdESSubIndic, ...] = (*AdESFailure, *AdESIndeterminate)
# Values of the model that are plain strings: what its docstrings name (signing/report.py).
NAMED = {
    "revocation": ("good", "revoked", "unknown", "not_checked"),
    "revocation_source": ("ocsp", "crl"),
    "revocation_kept": ("file", "cache", "online"),
    "revocation_cause": tuple(crl.CRLReason._map.values()),
    "proven_by": ("signature_timestamp", "document_timestamp", "itself"),
    "certifies": ("0", "1", "2", "3"),
    "algorithm_use": ("digest", "signature", "certificate", "timestamp"),
    "algorithm": ("weak", "strong"),
    "evidence": ("certificate", "ocsp", "crl", "timestamp"),
    "evidence_source": ("signature", "file", "cache", "online", "trust"),
    "attachment": ("same", "changed", "missing"),
    "kind": ("signature", "timestamp"),
    "outcome": tuple(Outcome),
    "integrity": tuple(Integrity),
    "later_changes": tuple(LaterChanges),
    "level": (*(level.value.lower().replace("-", "_") for level in Level), "none"),
    "indication": tuple(item.value.lower().replace("-", "_") for item in Indication),
    "change": tuple(ChangeKind),
    "csv": COLUMNS,
}
JARGON = re.compile(r"\b(error|errores|hash|token inválido|exception|null|byte range)\b", re.IGNORECASE)


def table(language: str) -> dict[str, Words]:
    return dict(load_words(find_resources() / "words", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_has_words(language: str) -> None:
    words = table(language)
    missing = [
        f"{family}.{name}" for family, names in NAMED.items() for name in names if f"{family}.{name}" not in words
    ]
    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sub", ALL_SUBINDICATIONS, ids=lambda sub: f"{sub.status.name}-{sub.standard_name}")
def test_every_subindication_is_explained(language: str, sub: AdESSubIndic) -> None:
    row = table(language)[f"subindication.{sub.standard_name.lower()}"]
    assert row.what.startswith(sub.standard_name)  # the term itself, then what it says
    assert row.means
    assert row.do


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_triple_of_indication_subindication_and_change_has_a_verdict_in_three_sentences(language: str) -> None:
    words = table(language)
    told = set()
    subs: tuple[AdESSubIndic, ...] = (*AdESPassed, *ALL_SUBINDICATIONS)
    flags = [item.name for item in fields(Finding) if item.type == "bool"]
    assert "timestamp" in flags
    for sub, later, trust in itertools.product(subs, LaterChanges, (False, True)):
        result = Result(sub, trust_ok=trust)
        for other, values in itertools.product(
            (None, Result(AdESPassed.OK), result), itertools.product((False, True), repeat=len(flags))
        ):
            finding = Finding(result, Later(later), besides_revocation=other, **dict(zip(flags, values, strict=True)))
            outcome, reason, also = decide(finding)
            for code in (reason, *also):
                assert words[code].what
                assert words[code].means, code
                assert words[code].do, code
                told.add((outcome, code))
    assert {outcome for outcome, _ in told} == {Outcome.VALID, Outcome.INVALID, Outcome.INDETERMINATE}
    assert len(told) > 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_that_the_source_names_say_what_they_mean(language: str) -> None:
    words = table(language)
    families = ("signature.", "timestamp.", "pages.", "file.")
    reasons = [code for code in codes() if code.startswith(families)]
    assert len(reasons) > 40
    # a page that does not exist needs no explanation
    assert not [code for code in reasons if code not in words or not (words[code].means or code == "file.no_such_page")]


def test_without_a_revocation_answer_nothing_is_called_valid() -> None:
    for language, forbidden in (("es", re.compile(r"\bes válida\b|\bvigente\b")), ("en", re.compile(r"\bis valid\b"))):
        words = table(language)
        for code in ("signature.intact_revocation_unknown", "revocation.not_checked", "revocation.unknown"):
            assert not forbidden.search(words[code].what), (language, code)


def test_verdicts_are_said_without_jargon() -> None:
    families = (
        "file.",
        "signature.",
        "timestamp.",
        "pages.",
        "later_changes.",
        "integrity.",
        "revocation.",
        "attachment.",
    )
    for code, row in table("es").items():
        if code.startswith(families):
            assert not JARGON.search(f"{row.what} {row.means} {row.do}"), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_whole(language: str) -> None:
    for code, row in table(language).items():
        if code.startswith(("indication.", "subindication.", "later_changes.", "integrity.", "attachment.", "change.")):
            for sentence in (row.what, row.means, row.do):
                assert not sentence or sentence.endswith("."), (code, sentence)
