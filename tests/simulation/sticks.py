"""A stick on its way: written where there is no line, carried to somebody who has one, and back; lost or read twice."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from desktop.operations import pouch, pouch_relay
from desktop.operations.desk import Desk


class Stick:
    """``end`` tells how it ended; what was interrupted on the way is done again with the same stick."""

    def __init__(self, path: Path, rng: random.Random) -> None:
        self.path, self._rng, self._leg = path, rng, 0
        self.end = ""

    @property
    def away(self) -> bool:
        """It is with whoever carries it."""
        return self._leg == 1

    @property
    def empty(self) -> bool:
        """Nothing was written to its end yet, or only for the first leg."""
        return self._leg == 0

    def leg(self, home: Desk, carrier: Desk, *, calm: bool) -> bool:
        """One leg of the way; whether it was the last."""
        if self._leg == 0:
            self.path.mkdir(exist_ok=True)
            pouch.write(home, self.path)
        elif self._leg == 1:
            pouch_relay.relay(carrier, self.path)
        else:
            pouch.read(home, self.path)
            if self._rng.random() < 0.3:
                pouch.read(home, self.path)
                self.end = "stick read twice"
            else:
                self.end = "stick"
        self._leg += 1
        if not calm and self._leg < 3 and self._rng.random() < 0.15:
            self.end = "stick lost"
        if self.end:
            shutil.rmtree(self.path)
        return bool(self.end)
