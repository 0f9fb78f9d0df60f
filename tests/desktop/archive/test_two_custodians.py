"""Two custodians, two processes, one root; both killed again and again (SIGKILL) at steps of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from ulid import ULID

from desktop.archive.custody import Answer, object_id_of
from desktop.archive.deposits import Place
from desktop.archive.eark import DATA
from desktop.archive.index import read_index, refresh
from desktop.archive.reading import read_file
from desktop.archive.roots import Root
from desktop.storage import LockingStore, S3Settings
from desktop.sync.device import DeviceKey
from desktop.sync.receipts import read_receipt
from tests.desktop.archive.conftest import Archive
from tests.desktop.archive.custodian_process import LEASE
from tests.desktop.archive.dossiers import CONTENTS, make_deposit
from tests.fixtures.fixity_of import check
from tests.judges.verdicts import judge_ocfl_root

ROOT = Path(__file__).parents[3]
DEPOSITS = 6
LIVES = 12  # of each custodian; in the last ones nothing kills him
NOTE_PDF = next(iter(CONTENTS))


@dataclass
class Two:
    """The orders of both, and their lives so far."""

    folder: Path
    orders: Mapping[str, Any]
    lives: list[int] = field(default_factory=lambda: [0, 0])
    killed: int = 0

    def start(self, who: int) -> subprocess.Popen[bytes]:
        deadly = 0.15 if self.lives[who] < LIVES else 0.0
        orders = {
            **self.orders,
            "who": who,
            "seed": f"{who}-{self.lives[who]}",
            "deadly": deadly,
            "log": str(self.log(who)),
        }
        path = self.folder / f"orders-{who}.json"
        path.write_text(json.dumps(orders), "utf-8")
        self.lives[who] += 1
        command = [sys.executable, "-m", "tests.desktop.archive.custodian_process", str(path)]
        return subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT)

    def log(self, who: int) -> Path:
        return self.folder / f"answers-{who}"

    def run(self) -> None:
        """Both at once; whoever dies is started again, until both have come to their end."""
        alive = {who: self.start(who) for who in (0, 1)}
        try:
            while alive:
                for who, process in list(alive.items()):
                    try:
                        _, said = process.communicate(timeout=0.2)
                    except subprocess.TimeoutExpired:
                        continue
                    del alive[who]
                    if process.returncode in (-9, 9):
                        self.killed += 1
                        alive[who] = self.start(who)
                    else:
                        assert process.returncode == 0, said.decode()
        finally:
            for process in alive.values():
                process.kill()
                process.communicate()


@pytest.fixture
def archive(archive: Archive) -> Archive:
    """With a second custodian of the same unit."""
    archive.second = DeviceKey.generate("01JQ000000000000000000000G")
    return archive


def test_no_version_is_lost_and_no_deposit_answered_twice_differently(
    archive: Archive, root: Root, tmp_path: Path, s3_settings: S3Settings, s3_store: LockingStore
) -> None:
    places = [_send(archive, number) for number in range(DEPOSITS)]
    spoilt = _send(archive, DEPOSITS)
    packed = next(iter(archive.exchange.list(spoilt.prefix)))
    archive.exchange.put(packed.key, b"spoilt")
    keys = (archive.desk, archive.keeper, archive.stranger, archive.second)
    settings = [s3_settings.endpoint, s3_settings.access_key, s3_settings.secret_key]
    orders = {
        "root": root.url,
        "s3": settings,
        "exchange": archive.exchange.url,
        "keys": [key.to_secret() for key in keys if key],
    }
    two = Two(tmp_path, orders)
    two.run()
    assert two.killed >= 2, "nobody was killed: the test shows nothing"

    time.sleep(
        LEASE.total_seconds()
    )  # a custodian who died just before the end holds his object still; repair leaves it to him
    root.repair()
    answers = {place.id: _stored(archive, place) for place in (*places, spoilt)}
    for place in places:
        answer = answers[place.id]
        assert answer.state == "accepted", answer
        inventory = root.inventory(answer.object)
        assert inventory is not None
        assert inventory.head == "v2"  # taken once, raised once
        first, second = (read_file(root, answer.object, DATA + NOTE_PDF, version) for version in ("v1", "v2"))
        assert first == CONTENTS[NOTE_PDF]
        assert second.startswith(first)
        assert len(second) > len(first)
    assert (answers[spoilt.id].state, answers[spoilt.id].code) == ("refused", "deposit.damaged_file")
    told = [
        line for who in (0, 1) for line in (two.log(who).read_bytes() if two.log(who).exists() else b"").splitlines()
    ]
    assert set(told) <= {answer.to_payload() for answer in answers.values()}

    objects = {object_id_of(_dossier(number)) for number in range(DEPOSITS)}
    assert refresh(root) == DEPOSITS
    assert {row.identificador for row in read_index(root)} == objects
    root.write_beside("indice.csv", b"")
    assert refresh(root) == DEPOSITS
    assert {row.identificador for row in read_index(root)} == objects
    assert check(root).intact
    judged = judge_ocfl_root(_tree(root, s3_store, tmp_path))
    assert (judged.valid, judged.messages) == (True, ())


def _dossier(number: int) -> str:
    return f"01JQ5ZZZZZ8XKQ4T0R7M2B9D{number:02d}"


def _send(archive: Archive, number: int) -> Place:
    deposit = replace(make_deposit(), id=f"01JQ5ZZZZZ8XKQ4T0R7M2B9C{number:02d}", dossier=_dossier(number))
    assert ULID.from_str(deposit.id)
    return archive.send(archive.pack(deposit))


def _stored(archive: Archive, place: Place) -> Answer:
    """The answer as a desk reads it."""
    return Answer.from_payload(read_receipt(archive.exchange.get(place.answer).decode(), archive.directory))


def _tree(root: Root, store: LockingStore, folder: Path) -> Path:
    """What a reader of the root sees, as a folder, for the judge."""
    if root.url.startswith("folder:"):
        return Path(root.url.removeprefix("folder:")) / "root"
    for entry in store.list("root/"):
        path = folder / "mirror" / entry.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(store.get(entry.key))
    return folder / "mirror" / "root"
