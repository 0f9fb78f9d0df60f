"""Running the command line in this process, as the program does, and reading its two streams."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from desktop.cli.application import run


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command gave."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


Qillqa = Callable[..., Answer]


@pytest.fixture
def qillqa(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Qillqa:
    """Run ``qillqa`` with these arguments; ``stdin`` is what is typed."""

    def call(*arguments: object, stdin: str = "", window: Any = None) -> Answer:
        capsys.readouterr()
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        status = run([str(each) for each in arguments], window=window)
        said = capsys.readouterr()
        return Answer(status, said.out, said.err)

    return call
