"""The rows of signing. Bases are measured in the same run, taking turns with what is compared to them; medians are compared."""

from __future__ import annotations

import functools
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desktop.resources import find_resources
from signing.appearance import Stamp
from signing.batch import sign_batch
from signing.collector import calm_collector
from signing.filling import Placeholder, write_signature
from signing.options import SignOptions
from signing.pen import Pen
from signing.preflight import SignItem, check_items
from signing.report import Level
from signing.revisions import open_reader
from signing.session import TokenSession
from signing.timestamps import TimestampClient
from tests.bench.signing_lab import FILES, LABEL, SigningLab, child_environment, large_file, once
from tests.fixtures.stub_tsa import Authority, StubTsa

ROUNDS = 9
PDFSIG_FILES = 25  # of the loop, whose time is taken per file: it does not change with their number
lab, close = once(SigningLab)

C_SIGN = """
import json, sys, time
import pkcs11
facts = json.loads(sys.stdin.readline())
session = pkcs11.lib(facts["module"]).get_token(token_label=facts["label"]).open(user_pin=facts["pin"])
key = next(iter(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY})))
digest_info = bytes.fromhex("3031300d060960864801650304020105000420") + bytes(32)
print("ready", flush=True)
for _ in sys.stdin:
    times = []
    for _ in range(100):
        began = time.perf_counter()
        key.sign(digest_info, mechanism=pkcs11.Mechanism.RSA_PKCS)
        times.append(time.perf_counter() - began)
    print(sorted(times)[50] * 1000, flush=True)
"""

CORE = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from signing.trust import TrustStore
from signing.worker import TokenWorker
from tests.bench.signing_rows import core
facts = json.loads(sys.stdin.readline())
if __name__ == "__main__":
    with TokenWorker([Path(facts["module"])]) as worker:
        (token,) = worker.tokens()
        certificate = next(one for one in token.certificates if not one.unusable)
        with worker.open(token, certificate, lambda *_: facts["pin"]) as session:
            core(session, TrustStore(), [Path(one).read_bytes() for one in facts["files"]])
"""

LARGE = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from signing.pades import sign_file
from signing.policy import PRACTICE
from signing.report import Level
from signing.timestamps import TimestampClient
from signing.trust import TrustStore
from signing.worker import TokenWorker
facts = json.loads(sys.stdin.readline())
if __name__ == "__main__":
    trust = TrustStore.from_pem(facts["anchors"], intermediates=facts["issuers"], policy=PRACTICE)
    with TokenWorker([Path(facts["module"])]) as worker:
        (token,) = worker.tokens()
        certificate = next(one for one in token.certificates if not one.unusable)
        with worker.open(token, certificate, lambda *_: facts["pin"]) as session:
            def sign(source, output):
                began = time.perf_counter()
                receipt = sign_file(
                    Path(source), Path(output), session, field=None, stamp=None, level=Level.B_LTA, trust=trust,
                    timestamps=TimestampClient(facts["tsa"]), claimed_time=datetime.now(UTC),
                )
                assert receipt.level is Level.B_LTA
                return (time.perf_counter() - began) * 1000
            sign(facts["small"], facts["out"] + ".small")
            times = [sign(facts["large"], facts["out"]) for _ in range(3)]
    # not getrusage: what it calls the peak of a new process is at least what its parent held when it was started
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(json.dumps({"ms": sorted(times)[1], "mb": int(status["VmHWM"].split()[0]) / 1024}))
"""


def core(session: TokenSession, trust: Any, files: list[bytes]) -> None:
    """Each document prepared, signed by the token and filled, in memory: no pre-flight, no look back, no disk.

    As in a pile, the next document is prepared while the token signs one.
    """
    pen = Pen(session, SignOptions(), trust)
    claimed = datetime.now(UTC)
    waiting: tuple[Placeholder, Future[bytes]] | None = None
    with calm_collector(), ThreadPoolExecutor(1) as token:
        for data in files:
            stream = io.BytesIO(data)
            placeholder = write_signature(
                stream, open_reader(stream), pen, name="firma-1", new_field=None, stamp=None, claimed_time=claimed,
                room=pen.template.room,
            )  # fmt: skip
            signature = token.submit(pen.sign, placeholder.digest)
            _finish(pen, waiting)
            waiting = placeholder, signature
        _finish(pen, waiting)


def _finish(pen: Pen, waiting: tuple[Placeholder, Future[bytes]] | None) -> None:
    if waiting is not None:
        placeholder, signature = waiting
        placeholder.fill(pen.template.finish(placeholder.digest, signature.result()))


def everything(session: TokenSession, options: SignOptions, stamp: Stamp | None = None, tsa: str = "") -> float:
    """Pre-flight and the pile; milliseconds per document."""
    at = lab()
    out = at.fresh("out")
    timestamps = TimestampClient(tsa) if tsa else None
    items = [SignItem(source, out / source.name, None, stamp) for source in at.sources]
    began = time.perf_counter()
    found = check_items(items, session.certificate, options=options, timestamps=timestamps, now=datetime.now(UTC))
    report = sign_batch(
        found.ready, session, options=options, trust=at.trust, timestamps=timestamps, clock=lambda: datetime.now(UTC)
    )
    spent = (time.perf_counter() - began) * 1000 / FILES
    levels = {result.receipt.level for result in report.results if result.receipt}
    assert levels == {options.level}
    assert sum(result.receipt is not None for result in report.results) == FILES
    return spent


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _median(values: list[float]) -> float:
    return statistics.median(values)


@functools.cache
def _per_document() -> dict[str, float]:
    """Medians of C_Sign, core and pile, a round of each in turn."""
    at = lab()
    files = [source.read_bytes() for source in at.sources]
    child = subprocess.Popen(
        [sys.executable, "-c", C_SIGN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=child_environment(at),
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps({"module": str(at.tokens.module), "label": LABEL, "pin": at.pin()}) + "\n")
    child.stdin.flush()
    assert child.stdout.readline() == "ready\n"
    found: dict[str, list[float]] = {"c_sign": [], "core": [], "pile": [], "plain": [], "stamped": []}
    with at.worker() as worker, worker.open(*at.pick(worker), at.pin) as session:
        core(session, at.trust, files[:5])
        everything(session, SignOptions(), _stamp())
        for _ in range(ROUNDS):
            child.stdin.write("again\n")
            child.stdin.flush()
            found["c_sign"].append(float(child.stdout.readline()))
            found["core"].append(_timed(lambda: core(session, at.trust, files)) / FILES)
            found["pile"].append(everything(session, SignOptions()))
            found["stamped"].append(everything(session, SignOptions(), _stamp()))
    child.stdin.close()
    child.wait(30)
    child.stdout.close()
    return {name: _median(values) for name, values in found.items() if values}


def _stamp() -> Stamp:
    return Stamp(
        "Juana Mamani Quispe", "Técnica", "Gobierno Autónomo Departamental de Oruro", "27/11/2026 10:30",
        find_resources() / "fonts", qr="GADOR\nGADOR-SDPD/NI/00045/2026\nABCD-EFGH-IJKL-MNOP",
    )  # fmt: skip


@functools.cache
def _processes() -> dict[str, float]:
    """Milliseconds for 200 files: the pdfsig loop (scaled from fewer), the command, the core as a process of its own."""
    at = lab()
    at_once: dict[str, list[float]] = {"pdfsig": [], "command": [], "core": []}
    facts = {"module": str(at.tokens.module), "pin": at.pin(), "files": [str(one) for one in at.sources]}
    for _ in range(3):
        out = at.fresh("pdfsig")
        at_once["pdfsig"].append(_timed(lambda out=out: _pdfsig_loop(out)) * FILES / PDFSIG_FILES)  # type: ignore[misc]
        at_once["command"].append(_timed(_command))
        order = json.dumps(facts) + "\n"
        run = functools.partial(
            subprocess.run, [sys.executable, "-c", CORE], input=order, text=True, check=True, capture_output=True,
            env=child_environment(at),
        )  # fmt: skip
        at_once["core"].append(_timed(run))
    return {name: _median(values) for name, values in at_once.items()}


def _pdfsig_loop(out: Path) -> None:
    at = lab()
    for source in at.sources[:PDFSIG_FILES]:
        subprocess.run(
            ["pdfsig", "-nssdir", at.nss, "-add-signature", "-nick", LABEL, str(source), str(out / source.name)],
            check=True, capture_output=True,
        )  # fmt: skip


def _command() -> None:
    at = lab()
    out = at.fresh("command")
    anchors = at.fresh("anchors")
    (anchors / "raiz.pem").write_text(at.pki.anchors_pem())
    command = [sys.executable, "-m", "desktop", "sign", str(at.sources[0].parent), "--out", str(out), "--module",
               str(at.tokens.module), "--trust", str(anchors), "--pin-stdin", "--json"]  # fmt: skip
    done = subprocess.run(
        command, input=at.pin() + "\n", text=True, check=True, capture_output=True, env=child_environment(at)
    )
    assert sum(row["state"] == "signed" for row in json.loads(done.stdout)["files"]) == FILES


def batch_over_pdfsig() -> float:
    return _processes()["pdfsig"] / _processes()["command"]


def core_over_pdfsig() -> float:
    return _processes()["pdfsig"] / _processes()["core"]


def core_per_c_sign() -> float:
    return _per_document()["core"] / _per_document()["c_sign"]


def batch_per_c_sign() -> float:
    return _per_document()["pile"] / _per_document()["c_sign"]


def stamp_over_none() -> float:
    return _per_document()["stamped"] / _per_document()["pile"]


def _timed_level(level: Level, latency: float) -> float:
    at = lab()
    with StubTsa(Authority.of_practice(at.pki), latency=latency) as tsa:
        with at.worker() as worker, worker.open(*at.pick(worker), at.pin) as session:
            return everything(session, SignOptions(level=level), tsa=tsa.url)


def b_t_at_50_ms() -> float:
    return _timed_level(Level.B_T, 0.05)


def b_lta() -> float:
    return _timed_level(Level.B_LTA, 0.0)


@functools.cache
def _large() -> dict[str, float]:
    from cryptography.hazmat.primitives import serialization

    from desktop.practice.pki import ISSUING

    at = lab()
    large = large_file(at.folder / "large.pdf")
    issuer = at.pki.certificate(ISSUING).public_bytes(serialization.Encoding.PEM).decode()
    with StubTsa(Authority.of_practice(at.pki)) as tsa:
        facts = {
            "module": str(at.tokens.module), "pin": at.pin(), "large": str(large), "small": str(at.sources[0]),
            "out": str(at.folder / "large-signed.pdf"), "tsa": tsa.url, "anchors": [at.pki.anchors_pem()],
            "issuers": [issuer],
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", LARGE], input=json.dumps(facts) + "\n", text=True, check=True, capture_output=True,
            env=child_environment(at),
        )  # fmt: skip
    return dict(json.loads(done.stdout))


def large_file_time() -> float:
    return _large()["ms"]


def large_file_memory() -> float:
    return _large()["mb"]


def first_signature() -> float:
    """From the PIN's arrival to the signed file, by a worker that was warmed when the window opened; less one C_Sign."""
    from signing.batch import warm

    at = lab()
    with at.worker() as worker:
        worker.warm()
        warm()
        token, certificate = at.pick(worker)
        item = SignItem(at.sources[0], at.fresh("first") / "1.pdf")

        def sign() -> None:
            with worker.open(token, certificate, at.pin) as session:
                report = sign_batch(
                    [item],
                    session,
                    options=SignOptions(),
                    trust=at.trust,
                    timestamps=None,
                    clock=lambda: datetime.now(UTC),
                )
                assert report.results[0].receipt is not None

        return _timed(sign) - _per_document()["c_sign"]


ROWS: dict[str, Callable[[], float]] = {
    "batch_over_pdfsig": batch_over_pdfsig,
    "core_over_pdfsig": core_over_pdfsig,
    "core_per_c_sign": core_per_c_sign,
    "batch_per_c_sign": batch_per_c_sign,
    "stamp_over_none": stamp_over_none,
    "b_t_at_50_ms": b_t_at_50_ms,
    "b_lta": b_lta,
    "large_file": large_file_time,
    "large_file_memory": large_file_memory,
    "first_signature": first_signature,
}
