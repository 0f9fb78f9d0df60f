"""Honest changes by real programs: none is called suspicious, and nothing is called worse than before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from signing.trust import TrustStore
from signing.verify import verify_bytes
from tests.fixtures.attacks.honest import many
from tests.fixtures.attacks.tools import Made, by_java, by_office, by_pdfsig, by_python
from tests.fixtures.lab import Lab, shared_lab


def wrong(folder: Path, made: Iterable[Made]) -> list[str]:
    """What is said of these files and must not be."""
    trust = TrustStore.from_pem([shared_lab().root.pem])
    found = []
    for one in made:
        path = folder / f"{one.name}.pdf"
        if not path.is_file():
            found.append(f"{one.name}: was not made")
            continue
        verdict = verify_bytes(path.read_bytes(), name=path.name, trust=trust)
        signatures = [item for item in verdict.signatures if item.kind == "signature"]
        if len(signatures) != one.signatures:
            found.append(f"{one.name}: {len(signatures)} signatures, not {one.signatures}")
        if verdict.outcome.value != ("indeterminate" if one.undecided else "valid"):
            found.append(f"{one.name}: {verdict.outcome.value} {verdict.reason}")
        found += [
            f"{one.name}: {item.field} {item.reason}"
            for item in verdict.signatures
            if item.later_changes.value == "suspicious"
        ]
    return found


@pytest.mark.parametrize("maker", [by_pdfsig, by_python], ids=lambda maker: maker.__name__)
def test_programs_at_hand(maker: Callable[[Lab, Path], list[Made]], tmp_path: Path) -> None:
    made = maker(shared_lab(), tmp_path)
    assert not wrong(tmp_path, made)


@pytest.mark.full
def test_an_office_program(tmp_path: Path) -> None:
    made = by_office(shared_lab(), tmp_path)
    assert not wrong(tmp_path, made)


@pytest.mark.full
def test_fifty_one_signatures() -> None:
    verdict = verify_bytes(many(shared_lab(), 51), name="x.pdf", trust=TrustStore.from_pem([shared_lab().root.pem]))
    assert verdict.outcome.value == "valid"
    assert len(verdict.signatures) == 51
    assert [item.later_changes.value for item in verdict.signatures] == ["permitted"] * 50 + ["none"]


@pytest.mark.full
def test_programs_of_java(tmp_path: Path) -> None:
    """IText 5, OpenPDF, PDFBox and EU DSS, one after another in every order."""
    shop, said = by_java(shared_lab(), tmp_path)
    assert not said.strip()
    assert len(shop.made) >= 60
    assert not wrong(tmp_path, shop.made)
