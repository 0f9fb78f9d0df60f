"""Mutated files through the real children, and what must hold of every verdict, by rules that share nothing with the verifier.

A file that is called valid must bear, byte for byte, what its signatures covered in the seed, name the same signer and the same times, and
look the same. Every file must come back within the limits of the child; a crash, a hang or a verdict "not judged" is a fault.
"""

from __future__ import annotations

import hashlib
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import pypdfium2

from signing.report import FileVerdict, Outcome
from signing.sandbox import MEMORY, SECONDS, Question
from signing.sandbox_pool import VerifierPool
from tests.fuzz.mutations import mutate
from tests.fuzz.seeds import Seed, lab, moment, seeds, trust

_FAULTS = frozenset({"file.crashed", "file.not_judged", "file.not_found"})
_WEIGHTS = {"b-b": 5, "b-lt": 4, "b-t": 2, "b-lta": 1, "two": 2, "certified": 2, "streams": 2}


@dataclass(frozen=True)
class Mutant:
    number: int
    seed: Seed
    kind: str
    data: bytes


@dataclass
class Statistics:
    """What became of a run; ``str`` is the table that is printed."""

    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    peak: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        total = sum(self.verdicts.values())
        lines = [f"{total} mutated files in {self.seconds:.0f} s, {len(self.faults)} faults"]
        lines += [f"  {count:7}  {outcome}" for outcome, count in self.verdicts.most_common()]
        lines.append(f"  valid, with nothing changed that was signed or is seen: {self.unchanged}")
        lines.append("  reasons: " + ", ".join(f"{reason} {count}" for reason, count in self.reasons.most_common(12)))
        lines.append("  kinds: " + ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items())))
        lines.append(
            f"  slowest {self.slowest[0]:.2f} s ({self.slowest[1]}), peak memory of a child {self.peak // 2**20} MB"
        )
        return "\n".join(lines)


def mutants(wanted: int, seed: int) -> Iterator[Mutant]:
    """The same files for the same numbers, on every machine but for the keys of the lab."""
    names = [name for name, weight in _WEIGHTS.items() for _ in range(weight)]
    for number in range(wanted):
        random = Random(seed * 1_000_003 + number)
        source = seeds()[random.choice(names)]
        kind, data = mutate(source.data, random)
        yield Mutant(number, source, kind, data)


def run(
    wanted: Iterable[Mutant],
    folder: Path,
    *,
    jobs: int = 2,
    compare_pages: bool = True,
    seen: Callable[[Mutant, FileVerdict], None] = lambda *_: None,
) -> Statistics:
    """Judge every mutant, and show each to ``seen``. The files that are at fault stay in ``folder``."""
    found = Statistics()
    question = Question(trust(), moment(), online=False, compare_pages=compare_pages)
    names = count()  # two changes of one byte have one number
    with VerifierPool(jobs=jobs) as pool:
        pool.start()  # a start is not what is measured
        began = time.monotonic()

        def judge(mutant: Mutant) -> FileVerdict:
            path = folder / f"{mutant.number}-{next(names)}.pdf"
            path.write_bytes(mutant.data)
            start = time.monotonic()
            verdict = pool.judge(path, question)
            spent = time.monotonic() - start
            if spent > found.slowest[0]:
                found.slowest = (spent, f"{mutant.seed.name} {mutant.kind} {mutant.number}")
            return verdict

        for mutant, verdict in pool.map(judge, wanted):
            found.verdicts[verdict.outcome.value] += 1
            found.reasons[verdict.reason] += 1
            found.kinds[mutant.kind] += 1
            seen(mutant, verdict)
            fault = fault_of(mutant, verdict)
            if fault:
                found.faults.append(f"{mutant.number} {mutant.seed.name} {mutant.kind}: {fault}")
            else:
                Path(verdict.file).unlink()
            if verdict.outcome is Outcome.VALID:
                found.unchanged += not fault
            found.seconds = time.monotonic() - began
            found.peak = max(found.peak, *(peak_of(child) for child in pool.children), 0)
    if found.peak >= MEMORY:
        found.faults.append(f"peak memory {found.peak}")
    return found


def fault_of(mutant: Mutant, verdict: FileVerdict) -> str:
    """What must not be, or nothing."""
    if verdict.reason in _FAULTS:
        return verdict.reason
    if verdict.reason == "file.too_slow":
        return f"more than {SECONDS} s"
    for one in verdict.signatures:
        if one.outcome is Outcome.VALID:
            end, seed = one.signed_revision, mutant.seed
            if end not in seed.ends:
                return f"{one.field} valid over {end} bytes, where nobody signed"
            if seed.covered(mutant.data, end) != seed.covered(seed.data, end):
                return f"{one.field} valid over changed bytes"
            strange = _told_otherwise(mutant.seed, verdict)
            if strange:
                return strange
    if verdict.outcome is Outcome.VALID and looks(mutant.data) != looks(mutant.seed.data):
        return "valid, and looks otherwise"
    return ""


def _told_otherwise(seed: Seed, verdict: FileVerdict) -> str:
    """Signers and times of a seed are few: those of the lab."""
    known = {lab().alice.der, lab().bob.der, lab().tsa.der}
    prints = {hashlib.sha256(der).hexdigest() for der in known}
    for one in verdict.signatures:
        if one.outcome is Outcome.VALID:
            if one.certificate_sha256 not in prints:
                return f"{one.field} signed by a stranger"
            if one.proven_time not in (None, lab().now):
                return f"{one.field} proven at {one.proven_time}"
    return ""


def looks(data: bytes) -> list[bytes]:
    """The pages as pdfium draws them, annotations and forms too; a page that cannot be drawn is empty."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return []
    try:
        document.init_forms()
        return [_drawn(document, index) for index in range(len(document))]
    finally:
        document.close()


def _drawn(document: pypdfium2.PdfDocument, index: int) -> bytes:
    try:
        page = document[index]
        try:
            bitmap = page.render(scale=1)
            try:
                return bytes(bitmap.buffer)
            finally:
                bitmap.close()
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return b""


def peak_of(child: int) -> int:
    """Bytes resident at the most, by the kernel; 0 where it does not tell."""
    if sys.platform != "linux":
        return 0
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{child}/status").read_text("ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
