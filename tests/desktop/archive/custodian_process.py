"""A custodian as a process of its own, that may kill itself at any step; run with the path of its orders (JSON).

Answers what waits and raises it until nothing is left, then ends with 0. Every answer that it was given goes into its log before
anything else happens, so that the test sees whether one deposit was ever answered twice differently.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.archive.custody import ACCEPTED, accept, pending
from desktop.archive.folder_root import FolderRoot
from desktop.archive.index import refresh
from desktop.archive.raising import Raise, Raising, raise_object
from desktop.archive.roots import Root
from desktop.archive.s3_root import S3Root
from desktop.records.errors import OfficeError
from desktop.storage import LockingStore, S3Settings, open_storage
from desktop.sync.device import DeviceKey
from tests.desktop.archive.conftest import ENTITY, Archive
from tests.desktop.archive.dossiers import make_deposit

LEASE = timedelta(seconds=3)  # of S3, so that a killed writer's does not hold up the test for five minutes
_LATER = frozenset({"archive.conflict", "archive.busy"})


def appending(source: Path, output: Path) -> Raise:
    """Appends, as a real one does."""
    output.write_bytes(source.read_bytes() + b"\nDSS + DocTimeStamp")
    return Raise("B-LTA", "", datetime.now(UTC))


def judge(path: Path) -> dict[str, Any]:
    """By what was appended."""
    level = "B-LTA" if b"DocTimeStamp" in path.read_bytes() else "B-B"
    return {"verdict": "valid", "explanation": "", "signatures": [{"kind": "signature", "level": level}]}


class Process:
    """One life of a custodian."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self._chance = random.Random(orders["seed"])
        self._deadly = float(orders["deadly"])
        keys = [DeviceKey.from_secret(secret) for secret in orders["keys"]]
        self._archive = Archive(open_storage(orders["exchange"]), *keys, packed=[make_deposit()])
        self._root = self._open(orders)
        key = self._archive.keepers[orders["who"]]
        self._custodian = self._archive.custodian(self._root, by=key, fault=self._step)
        self._raising = Raising(appending, judge, self._custodian.user, "1", fault=self._step)
        self._log = Path(orders["log"])

    def _open(self, orders: dict[str, Any]) -> Root:
        if orders["root"].startswith("folder:"):
            return FolderRoot(Path(orders["root"].removeprefix("folder:")), fault=self._step)
        store = open_storage(orders["root"], s3=S3Settings(*orders["s3"]))
        assert isinstance(store, LockingStore)
        return S3Root(store, fault=self._step, lease=LEASE)

    def _step(self, _name: str) -> None:
        if self._chance.random() < self._deadly:
            if os.name == "nt":
                os._exit(9)
            os.kill(os.getpid(), signal.SIGKILL)

    def run(self) -> None:
        """Until nothing waits and everything that was taken is raised."""
        self._root.repair()
        while self._round():
            time.sleep(0.2)

    def _round(self) -> bool:
        left = False
        for place in list(pending(self._custodian, ENTITY)):
            try:
                answer = accept(self._custodian, place, now=datetime.now(UTC))
            except OfficeError as error:
                if error.code not in _LATER:
                    raise
                left = True
                continue
            self._note(answer.to_payload())
            if answer.state == ACCEPTED:
                refresh(self._root)
        for folder in list(self._root.object_folders()):
            try:
                raise_object(self._root, self._root.inventory_at(folder).id, self._raising, now=datetime.now(UTC))
            except OfficeError as error:
                if error.code not in _LATER:
                    raise
                left = True
        return left

    def _note(self, payload: bytes) -> None:
        with self._log.open("ab") as log:
            log.write(payload + b"\n")
            log.flush()
            os.fsync(log.fileno())


if __name__ == "__main__":
    Process(json.loads(Path(sys.argv[1]).read_text("utf-8"))).run()
