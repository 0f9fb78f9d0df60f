"""One step of the walk: what was done, in one Spanish sentence, with its time, its file, and whether its check held."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Step:
    """``seconds`` is wall time; ``file`` what the step made, empty where nothing; ``held`` whether its check held."""

    number: str
    stage: str
    sentence: str
    seconds: float
    file: str
    held: bool


class Telling:
    """What a step says of itself while it runs."""

    def __init__(self) -> None:
        self.sentence = ""
        self.file = ""
        self.held = True

    def says(self, sentence: str, *, file: Path | str = "", held: bool = True) -> None:
        """The sentence, the file it made, and whether what was checked held."""
        self.sentence, self.file, self.held = sentence, str(file), held


class Log:
    """Collects the steps and tells each one as it ends."""

    def __init__(self, tell: Callable[[Step], None]) -> None:
        self.steps: list[Step] = []
        self._tell = tell
        self._stage = ""
        self._stages = 0

    def stage(self, name: str) -> None:
        """The steps that follow belong to this stage."""
        self._stage = name
        self._stages += 1

    @contextmanager
    def step(self) -> Iterator[Telling]:
        """Time one step. What it raises ends the walk."""
        telling, start = Telling(), time.perf_counter()
        yield telling
        number = f"{self._stages}.{sum(s.stage == self._stage for s in self.steps) + 1}"
        step = Step(
            number, self._stage, telling.sentence, round(time.perf_counter() - start, 3), telling.file, telling.held
        )
        self.steps.append(step)
        self._tell(step)
