"""A process of its own for each measurement: reads an order from standard input, prints what it took as JSON.

The PKCS#11 library is loaded here only, for the token's own speed; everything else goes through the program's worker.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from signing.appearance import Stamp
    from signing.session import TokenSession
    from signing.trust import TrustStore
    from signing.worker import TokenWorker

_ATTRIBUTES = bytes(range(256))  # as long as the attributes that a signature covers
_PERSON = "Juana Mamani Quispe"


@dataclass(frozen=True)
class Order:
    """What to do with which files. ``environment``, ``module``, ``label``, ``pin``: the token; ``trust``: a folder with anchors."""

    task: str
    module: str
    environment: dict[str, str]
    label: str
    pin: str
    trust: str
    sources: tuple[str, ...] = ()
    out: str = ""
    level: str = "B-B"
    tsa: str = ""
    stamp: bool = False
    count: int = 0

    def dump(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @property
    def files(self) -> list[tuple[Path, Path]]:
        return [(Path(one), Path(self.out) / Path(one).name) for one in self.sources]


def token_itself(order: Order) -> dict[str, float]:
    """C_Login, and C_Sign ``count`` times, without any program of ours in between."""
    os.environ.update(order.environment)
    import pkcs11
    from pkcs11 import KeyType, Mechanism, ObjectClass

    token = pkcs11.lib(order.module).get_token(token_label=order.label)
    began = time.perf_counter()
    with token.open(user_pin=order.pin) as session:
        login = _since(began)
        key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.RSA)
        began = time.perf_counter()
        for _ in range(order.count):
            key.sign(_ATTRIBUTES, mechanism=Mechanism.SHA256_RSA_PKCS)
        return {"login": login, "ms": _since(began)}


def core(order: Order) -> dict[str, float]:
    """Read, sign through the worker, write: without pre-flight, read-back and fsync, and one step after the other."""
    from signing.fields import choose_field, list_fields
    from signing.filling import write_signature
    from signing.options import SignOptions
    from signing.pen import Pen
    from signing.revisions import open_reader

    with _worker(order) as worker, _session(worker, order) as session:
        pen = Pen(session, SignOptions(), _trust(order))
        began = time.perf_counter()
        for source, output in order.files:
            stream = io.BytesIO(source.read_bytes())
            reader = open_reader(stream)
            name, _ = choose_field(list_fields(reader), None)
            placeholder = write_signature(
                stream, reader, pen, name=name, new_field=None, stamp=None, claimed_time=_now(), room=pen.template.room
            )
            placeholder.fill(pen.template.finish(placeholder.digest, pen.sign(placeholder.digest)))
            output.write_bytes(stream.getbuffer())
        return {"ms": _since(began)}


def pile(order: Order) -> dict[str, float]:
    """Pre-flight and ``sign_batch`` with all that belongs to it: read-back, fsync, rename."""
    with _worker(order) as worker, _session(worker, order) as session:
        before = _pile(order, session)
    return {**before, "rss": _peak_mb()}


def first(order: Order) -> dict[str, float]:
    """One signature by a program that stood idle with its worker warm: from the PIN to the file in its place."""
    from signing.readiness import get_ready

    with _worker(order) as worker:
        get_ready(worker)
        token = next(one for one in worker.tokens() if one.label == order.label)
        loaded = set(sys.modules)
        began = time.perf_counter()
        with worker.open(token, token.certificates[0], lambda *_: order.pin) as session:
            took = _since(began) + _pile(order, session)["ms"]
        late = sorted(set(sys.modules) - loaded)
    return {"ms": took, "imports": len(late)}


def _pile(order: Order, session: TokenSession) -> dict[str, float]:
    from signing.batch import sign_batch
    from signing.options import SignOptions
    from signing.preflight import SignItem, check_items
    from signing.report import Level
    from signing.timestamps import TimestampClient

    trust = _trust(order)
    options = SignOptions(level=Level(order.level), allow_degraded=False)
    timestamps = TimestampClient(order.tsa) if order.tsa else None
    stamp = _stamp() if order.stamp else None
    items = [SignItem(source, output, None, stamp) for source, output in order.files]
    began = time.perf_counter()
    found = check_items(items, session.certificate, options=options, timestamps=timestamps, now=_now())
    checked = _since(began)
    began = time.perf_counter()
    report = sign_batch(found.ready, session, options=options, trust=trust, timestamps=timestamps, clock=_now)
    signed = _since(began)
    reached = [one.receipt.level for one in report.results if one.receipt is not None]
    if reached != [options.level] * len(items):
        errors = [one.error.code for one in report.results if one.error is not None]
        raise RuntimeError(f"{len(reached)} of {len(items)} signed: {errors[:1]} {report.stopped}")
    return {"ms": checked + signed, "sign_ms": signed}


def _worker(order: Order) -> TokenWorker:
    from signing.worker import TokenWorker

    return TokenWorker([Path(order.module)], environment=order.environment)


def _session(worker: TokenWorker, order: Order) -> TokenSession:
    token = next(one for one in worker.tokens() if one.label == order.label)
    return worker.open(token, token.certificates[0], lambda *_: order.pin)


def _trust(order: Order) -> TrustStore:
    from signing.trust import TrustStore

    return TrustStore.load_folder(Path(order.trust))


def _stamp() -> Stamp:
    from desktop.resources import find_resources
    from signing.appearance import Stamp

    said = f"Firmado el {_now():%d/%m/%Y %H:%M} (hora del equipo)"
    return Stamp(
        _PERSON, "Jefa de Unidad", "Entidad de Práctica", said, find_resources() / "fonts", ci_masked="···5667"
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _peak_mb() -> float:
    """Peak resident memory of this process alone, in MB (Linux; getrusage would inherit the parent's)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmHWM")


TASKS: dict[str, Callable[[Order], dict[str, float]]] = {
    "token_itself": token_itself,
    "core": core,
    "pile": pile,
    "first": first,
}


def main() -> None:
    facts: dict[str, Any] = json.load(sys.stdin)
    order = Order(**{**facts, "sources": tuple(facts["sources"])})
    print(json.dumps(TASKS[order.task](order)))


if __name__ == "__main__":
    main()
