"""Mutated files: none is called valid that should not be, none crashes, hangs, or takes more than it may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from asn1crypto import cms

from signing.report import Outcome
from signing.verify import verify_bytes
from tests.fuzz.driver import Mutant, fault_of, mutants, run
from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.seeds import Seed, moment, seeds, trust

FIXED, FULL = 2_000, 100_000
SEED = 2026
STRIDE = 17  # of the bytes of a CMS, in the short run


def test_every_seed_is_valid() -> None:
    for seed in seeds().values():
        verdict = verify_bytes(seed.data, name=seed.name, trust=trust(), at=moment())
        assert verdict.outcome is Outcome.VALID, (seed.name, verdict.reason)
        assert {one.signed_revision for one in verdict.signatures} == set(seed.ends)


def test_the_same_number_gives_the_same_kind_of_change() -> None:
    first, again = ([(one.kind, one.data) for one in mutants(50, SEED)] for _ in range(2))
    assert first == again
    assert {one.kind for one in mutants(400, SEED)} == {name for name, _ in MUTATIONS}


def test_the_rules_bite() -> None:
    """A verifier that called everything valid would be caught."""
    seed = seeds()["b-b"]
    good = verify_bytes(seed.data, name="x", trust=trust(), at=moment())
    caught = [one for one in mutants(200, SEED) if one.seed is seed and one.data != seed.data and fault_of(one, good)]
    assert len(caught) > 20
    appended = Mutant(0, seed, "update", seed.data + b"\n% more\n")
    assert not fault_of(appended, good)


@pytest.mark.timeout(300)
def test_a_fixed_set(tmp_path: Path) -> None:
    found = run(mutants(FIXED, SEED), tmp_path)
    print(found)
    assert not found.faults, "\n".join(found.faults)


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_a_hundred_thousand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = run(mutants(FULL, SEED + 1), tmp_path)
    with capsys.disabled():
        print(f"\n{found}")
    assert not found.faults, "\n".join(found.faults)


# --- a CMS, byte by byte


def cms_of(seed: Seed, index: int = 0) -> tuple[int, bytes]:
    """Where the hexadecimal begins, and the DER without its padding."""
    found = list(re.finditer(rb"/Contents\s*<([0-9a-fA-F]+)>", seed.data))[index]
    return found.start(1), cms.ContentInfo.load(bytes.fromhex(found[1].decode())).dump()


def byte_by_byte(seed: Seed, index: int, stride: int) -> Iterator[Mutant]:
    start, der = cms_of(seed, index)
    for place in range(0, len(der), stride):
        for mask in (0x01, 0xFF) if stride == 1 else (0x01,):
            at = start + 2 * place
            changed = b"%02x" % (der[place] ^ mask)
            yield Mutant(place, seed, f"byte {place}", seed.data[:at] + changed + seed.data[at + 2 :])


def sealed(der: bytes) -> list[tuple[int, int]]:
    """What nobody can change unnoticed: the signed attributes, the signature value, the signer's certificate."""
    info = cms.ContentInfo.load(der)["content"]
    (signer,) = info["signer_infos"]
    serial = signer["sid"].chosen["serial_number"].native
    certificate = next(
        one.chosen for one in info["certificates"] if one.chosen.serial_number == serial and not one.chosen.ca
    )
    parts = [signer["signed_attrs"].dump(), signer["signature"].dump(), certificate.dump()]
    return [(der.index(part), der.index(part) + len(part)) for part in parts]


def judge_bytes(seed: Seed, index: int, stride: int, folder: Path) -> None:
    """Whatever is changed, the file is judged; where it is sealed it is not valid; nothing is told that was not so."""
    _, der = cms_of(seed, index)
    parts = sealed(der)
    outcomes: dict[int, Outcome] = {}
    found = run(
        byte_by_byte(seed, index, stride),
        folder,
        compare_pages=False,
        seen=lambda one, verdict: outcomes.update({one.number: max_of(outcomes.get(one.number), verdict.outcome)}),
    )
    assert not found.faults, "\n".join(found.faults)
    wrong = [
        place
        for place, outcome in outcomes.items()
        if outcome is Outcome.VALID and any(a <= place < b for a, b in parts)
    ]
    assert not wrong, wrong
    assert len(outcomes) == len(range(0, len(der), stride))


def max_of(first: Outcome | None, second: Outcome) -> Outcome:
    return Outcome.VALID if Outcome.VALID in (first, second) else second


def test_some_bytes_of_a_signature(tmp_path: Path) -> None:
    judge_bytes(seeds()["b-lt"], 0, STRIDE, tmp_path)


def test_some_bytes_of_a_signature_and_its_timestamp(tmp_path: Path) -> None:
    judge_bytes(seeds()["b-t"], 0, STRIDE, tmp_path)


def test_some_bytes_of_a_document_timestamp(tmp_path: Path) -> None:
    judge_bytes(seeds()["b-lta"], 1, STRIDE * 3, tmp_path)


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("kind", "index"), [("b-t", 0), ("b-lta", 1)])
def test_each_byte_of_a_signature_and_of_a_timestamp(tmp_path: Path, kind: str, index: int) -> None:
    judge_bytes(seeds()[kind], index, 1, tmp_path)
