"""A mailbox full of what should not be there, and a desk that reads it: a program of its own, whose memory is measured.

``python -m tests.desktop.sync.crowd COUNT FOLDER`` with S3 settings as JSON on standard input, or nothing for a real folder.
Real objects lie in the bucket too, a few pages of them; the others are keys that the exchange makes up as it is asked.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from typing import Any

from desktop.storage import ObjectStore, S3Settings, open_storage
from desktop.storage.protocol import Entry, LockingStore, Version
from desktop.store.desk import DeskStore
from desktop.sync.keys import heads_prefix, mail_prefix
from desktop.sync.pull import PullReport
from tests.desktop.sync.exchanges import After
from tests.desktop.sync.office import ENTITY, NOW, Seat, make_office

GARBAGE = b"basura"
TRUE = 6  # events that come among all that
_BOX = mail_prefix(ENTITY, "unit-b")
REAL = 1500  # objects of the crowd that lie in the bucket


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many of each kind: files of no known form, forged mail of a known device and of unknown ones, hints."""

    count: int

    @property
    def photos(self) -> int:
        return self.count * 12 // 20

    @property
    def notes(self) -> int:
        return self.count * 4 // 20

    @property
    def forged(self) -> int:
        return self.count * 2 // 20

    @property
    def unknown(self) -> int:
        return self.count // 20

    @property
    def hints(self) -> int:
        return self.count // 20

    def names(self) -> Iterator[str]:
        """All of them in order."""
        return merge(
            (f"{_BOX}foto-{n:07d}.jpg" for n in range(self.photos)),
            (f"{_BOX}device-a/nota-{n:07d}.txt" for n in range(self.notes)),
            (f"{_BOX}device-a/{1000 + 2 * n:010d}-{_digest(n)}.jws" for n in range(self.forged)),
            (f"{_BOX}equipo-{n:07d}/{1:010d}-{_digest(n)}.jws" for n in range(self.unknown)),
            (f"{heads_prefix(ENTITY, 'unit-b')}equipo-{n:07d}" for n in range(self.hints)),
        )


def _digest(n: int) -> str:
    return hashlib.sha256(b"%d" % n).hexdigest()


class Crowded:
    """A real exchange, and beside what lies there the crowd, of which nothing is held."""

    def __init__(self, inner: LockingStore, crowd: Crowd) -> None:
        self._inner = inner
        self._crowd = crowd

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        made = (Entry(key, len(GARBAGE)) for key in self._keys(prefix) if key > after)
        return merge(made, self._inner.list(prefix, after=after), key=lambda entry: entry.key)

    def versions(self, prefix: str) -> Iterator[Version]:
        made = (Version(key, "1", len(GARBAGE), latest=True, marker=False) for key in self._keys(prefix))
        return merge(made, self._inner.versions(prefix), key=lambda version: version.key)

    def get(self, key: str) -> bytes:
        head = self._inner.head(key) if key.startswith(heads_prefix(ENTITY, "unit-b")) else None
        crowded = "/equipo-" in key or (f"{_BOX}device-a/" in key and int(key.split("/")[-1].split("-")[0]) >= 1000)
        return GARBAGE if crowded and head is None else self._inner.get(key)

    def _keys(self, prefix: str) -> Iterator[str]:
        return (key for key in self._crowd.names() if key.startswith(prefix))


def _exchange(crowd: Crowd, folder: Path, s3: dict[str, str] | None) -> tuple[ObjectStore, ObjectStore]:
    """The real one, and the crowded one."""
    if s3 is None:
        store = open_storage(f"folder:{folder / 'exchange'}", create=True)
        for key in crowd.names():
            path = folder / "exchange" / key
            try:
                path.write_bytes(GARBAGE)
            except FileNotFoundError:
                path.parent.mkdir(parents=True)
                path.write_bytes(GARBAGE)
        return store, store
    bucket = open_storage(s3["url"], s3=S3Settings(s3["endpoint"], s3["access_key"], s3["secret_key"]))
    assert isinstance(bucket, LockingStore)
    for n in range(REAL):
        bucket.put(f"{_BOX}foto-{n:07d}.png", GARBAGE)
    return bucket, Crowded(bucket, crowd)  # type: ignore[return-value]


def _status(name: str) -> int:
    """Kilobytes: VmRSS what is held now, VmHWM the most since it was last set back."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(name)


def _set_back() -> int:
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return _status("VmRSS")


def _told(report: PullReport) -> dict[str, Any]:
    many = {code: facts["count"] for code, facts in report.problems if code.endswith("_many")}
    return {"events": report.events, "paused": report.paused, "told": len(report.problems) - len(many), **many}


def main(count: int, folder: Path, s3: dict[str, str] | None) -> dict[str, Any]:
    """What came, what was told, and by how much the peak of memory grew."""
    crowd, office = Crowd(count), make_office()
    with DeskStore.open(folder / "a", now=NOW) as of_a, DeskStore.open(folder / "b", now=NOW) as of_b:
        small = open_storage(f"folder:{folder / 'warm'}", create=True)
        Seat(office, office.key_a, "unit-a", "juana", of_a, small).sync()
        pedro = Seat(office, office.key_b, "unit-b", "pedro", of_b, small)
        pedro.pull()
        quiet, crowded = _exchange(crowd, folder, s3)
        juana = Seat(office, office.key_a, "unit-a", "juana", of_a, quiet)
        for number in range(TRUE):
            juana.make(f"doc-{number}", b"%d" % number, number)
            juana.dispatch(f"doc-{number}", f"slip-{number}", "unit-b")
        juana.push()
        before, began = _set_back(), time.monotonic()
        runs = [_told(pedro.pull(crowded, full=True, pause=After(2 + count // 5000)))]
        while runs[-1]["paused"]:
            runs.append(_told(pedro.pull(crowded, full=True, pause=After(max(12, count // 1000)))))
        runs.append(_told(pedro.pull(crowded, full=True)))
        rows = [row.code for row in of_b.quarantined()]
        return {
            "runs": runs,
            "noted": {code: rows.count(code) for code in sorted(set(rows))},
            "peak_mb": _status("VmHWM") / 1024,
            "grown_mb": (_status("VmHWM") - before) / 1024,
            "seconds": time.monotonic() - began,
            "slips": len(of_b.slips()),
        }


if __name__ == "__main__":
    said = sys.stdin.read()
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    print(json.dumps(main(int(sys.argv[1]), Path(sys.argv[2]), json.loads(said) if said else None)))
