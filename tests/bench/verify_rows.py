"""The rows of verification. Bases are measured in the same run on the same files, taking turns with what is compared to them."""

from __future__ import annotations

import functools
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.signing_lab import once
from tests.bench.verify_lab import VerifyLab

ROUNDS = 5
ROOT = str(Path(__file__).parents[2])
lab, close = once(VerifyLab)

OURS = """
import asyncio, json, sys, time
from datetime import datetime
from pathlib import Path
from signing.collector import calm_collector
from signing.trust import TrustStore
from signing.verify import verify_file
facts = json.loads(sys.stdin.readline())
trust, at = TrustStore.load_folder(Path(facts["anchors"])), datetime.fromisoformat(facts["at"])
files, runner = [Path(one) for one in facts["files"]], asyncio.Runner()
def judge(path):
    began = time.perf_counter()
    verdict = verify_file(path, trust=trust, at=at, compare_pages=False, runner=runner)
    assert verdict.outcome.value == "valid", (path, verdict.reason)
    return (time.perf_counter() - began) * 1000
judge(Path(facts["warm"]))
status = lambda: dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
for _ in sys.stdin:
    with calm_collector():
        times = [judge(path) for path in files]
    print(json.dumps({"ms": sum(times) / len(times), "mb": int(status()["VmHWM"].split()[0]) / 1024}), flush=True)
"""

PYHANKO = """
import asyncio, io, json, logging, sys, time
from datetime import datetime
from pathlib import Path
from asn1crypto import crl, ocsp, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import ades_basic_validation, ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule, LocalKnowledge, PdfSignatureValidationSpec, RevinfoOnlineFetchingRule, RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer
logging.disable(logging.CRITICAL)
facts = json.loads(sys.stdin.readline())
at = datetime.fromisoformat(facts["at"])
_, _, der = pem.unarmor(next(Path(facts["anchors"]).iterdir()).read_bytes())
trust = SimpleTrustManager.build(trust_roots=[x509.Certificate.load(der)])
policy = CertValidationPolicySpec(trust_manager=trust, revinfo_policy=CertRevTrustPolicy(
    RevocationCheckingPolicy.from_legacy("soft-fail")))
async def judge(path):
    reader = PdfFileReader(io.BytesIO(Path(path).read_bytes()))
    signature = reader.embedded_signatures[0]
    store = DocumentSecurityStore.read_dss(reader)
    answers = [ocsp.OCSPResponse.load(value.get_object().data) for value in store.ocsps]
    known = LocalKnowledge(
        known_ocsps=[one for answer in answers for one in OCSPContainer.load_multi(answer)],
        known_crls=[CRLContainer(crl.CertificateList.load(value.get_object().data)) for value in store.crls],
        known_certs=list(store.load_certs()))
    gathering = RevocationInfoGatheringSpec(
        online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY, certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH)
    spec = SignatureValidationSpec(
        cert_validation_policy=policy, local_knowledge=known, revinfo_gathering_policy=gathering)
    timing = ValidationTimingInfo(at, at, point_in_time_validation=False)
    if facts["long_term"]:
        await ades_lta_validation(signature, PdfSignatureValidationSpec(spec), timing_info=timing)
    else:
        await ades_basic_validation(signature.signed_data, spec, timing_info=timing, raw_digest=signature.compute_digest())
def timed(path):
    began = time.perf_counter()
    asyncio.run(judge(path))
    return (time.perf_counter() - began) * 1000
timed(facts["warm"])
for _ in sys.stdin:
    times = [timed(path) for path in facts["files"]]
    print(json.dumps({"ms": sum(times) / len(times)}), flush=True)
"""


class _Asked:
    """A process that measures each time it is asked."""

    def __init__(self, code: str, files: list[Path], *, long_term: bool = False) -> None:
        environment = {**os.environ, "PYTHONPATH": ROOT}
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        facts = {
            "anchors": str(lab().anchors), "at": lab().at.isoformat(), "files": [str(one) for one in files],
            "warm": str(files[0]), "long_term": long_term,
        }  # fmt: skip
        self._say(json.dumps(facts))

    def ask(self) -> dict[str, float]:
        self._say("again")
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise subprocess.SubprocessError("it ended")
        return dict(json.loads(line))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def _say(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()


@functools.cache
def _per_file(long_term: bool) -> dict[str, float]:
    """Best of rounds that take turns: milliseconds per file, ours and pyHanko's."""
    files = sorted((lab().long_term if long_term else lab().basic).iterdir())[:50]
    ours, theirs = _Asked(OURS, files), _Asked(PYHANKO, files, long_term=long_term)
    try:
        rounds = [
            (ours.ask()["ms"], theirs.ask()["ms"]) for _ in range(3 * ROUNDS)
        ]  # short: other work on the machine decides less
    finally:
        ours.close()
        theirs.close()
    return {"ours": min(one for one, _ in rounds), "theirs": min(other for _, other in rounds)}


@functools.cache
def _whole() -> dict[str, float]:
    """Milliseconds for 200 B-B files as whole processes, medians of rounds that take turns."""
    found: dict[str, list[float]] = {"pdfsig": [], "pages": [], "plain": []}
    for _ in range(ROUNDS):
        found["pdfsig"].append(_timed(_pdfsig_loop))
        found["pages"].append(_timed(lambda: _command(lab().basic)))
        found["plain"].append(_timed(lambda: _command(lab().basic, "--no-pages")))
    return {name: statistics.median(values) for name, values in found.items()}


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _pdfsig_loop() -> None:
    for path in lab().files():
        subprocess.run(["pdfsig", "-nocert", str(path)], check=True, capture_output=True)


def _command(folder: Path, *options: str, watch: list[dict[int, int]] | None = None) -> None:
    """The command, and that it called everything valid; ``watch`` takes the resident kilobytes of its processes as they go."""
    command = [sys.executable, "-m", "desktop", "verify", str(folder), "--trust", str(lab().anchors), "--at",
               lab().at.isoformat(), "--json", *options]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": ROOT}) as process:
        watcher = threading.Thread(target=_watch, args=(process, watch)) if watch is not None else None
        if watcher is not None:
            watcher.start()
        assert process.stdout is not None
        valid = sum(line.count(b'"verdict": "valid", "reason": "file.valid"') for line in process.stdout)
        process.wait()
        if watcher is not None:
            watcher.join()
    if process.returncode != 0 or valid != sum(1 for path in folder.rglob("*.pdf")):
        raise subprocess.SubprocessError(f"status {process.returncode}, {valid} valid")


def _watch(process: subprocess.Popen[bytes], seen: list[dict[int, int]]) -> None:
    while process.poll() is None:
        row = {}
        for pid in [process.pid, *_children(process.pid)]:
            try:
                status = Path(f"/proc/{pid}/status").read_text("ascii")
            except OSError:
                continue
            found = re.search(r"VmRSS:\s+(\d+)", status)
            if found:
                row[pid] = int(found[1])
        seen.append(row)
        time.sleep(0.25)


def _children(pid: int) -> list[int]:
    try:
        return [
            int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in (task / "children").read_text().split()
        ]
    except OSError:
        return []


@functools.cache
def _many() -> dict[str, float]:
    """10 000 files by one child and by two; the largest resident memory of any process in the last tenth of the time."""
    one = _timed(lambda: _command(lab().many(), "--no-pages", "--jobs", "1"))
    seen: list[dict[int, int]] = []
    two = _timed(lambda: _command(lab().many(), "--no-pages", "--jobs", "2", watch=seen))
    tenth = max(len(seen) // 10, 1)
    early, late = seen[tenth : 2 * tenth], seen[-tenth:]
    most = [max(max(row.values(), default=0) for row in part) / 1024 for part in (early, late)]
    return {"ratio": one / two, "early": most[0], "late": most[1]}


@functools.cache
def _large() -> dict[str, float]:
    asked = _Asked(OURS, [lab().large()])
    try:
        rounds = [asked.ask() for _ in range(3)]
    finally:
        asked.close()
    return {"ms": min(one["ms"] for one in rounds), "mb": max(one["mb"] for one in rounds)}


def page_comparison() -> float:
    from signing.pages import compare_pages_of

    data, end = lab().second_signature()

    def compare() -> None:
        found = compare_pages_of(data, end, deadline=time.monotonic() + 60)
        assert not found.changed
        assert not found.cut_short

    return _timed(compare)


ROWS: dict[str, Callable[[], float]] = {
    "verify_over_pdfsig": lambda: _whole()["pdfsig"] / _whole()["pages"],
    "verify_over_pdfsig_plain": lambda: _whole()["pdfsig"] / _whole()["plain"],
    "verify_b_b": lambda: _per_file(long_term=False)["ours"],
    "verify_b_b_pyhanko": lambda: _per_file(long_term=False)["theirs"] / _per_file(long_term=False)["ours"],
    "verify_b_lta": lambda: _per_file(long_term=True)["ours"],
    "verify_b_lta_pyhanko": lambda: _per_file(long_term=True)["theirs"] / _per_file(long_term=True)["ours"],
    "verify_large": lambda: _large()["ms"],
    "verify_large_memory": lambda: _large()["mb"],
    "verify_two_cores": lambda: _many()["ratio"],
    "verify_many_memory": lambda: _many()["late"],
    "verify_many_growth": lambda: _many()["late"] - _many()["early"],
    "page_comparison": page_comparison,
}
