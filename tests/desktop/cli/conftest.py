"""Running the command line in this process, as the program does, and reading its two streams."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.cli.application import run
from desktop.drafting.body import Body
from desktop.operations.page import set_draft_page
from desktop.practice.pki import PracticePki
from desktop.practice.tokens import SoftTokens
from desktop.resources import find_resources

FIELDS = {"referencia": "Prueba ñandú", "entidad": "E", "unidad": "U", "para": ["A | B"], "de": ["C | D"]}


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


@pytest.fixture(scope="session")
def plain_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unsigned PDF."""
    path = tmp_path_factory.mktemp("pdf") / "nota ñ.pdf"
    set_draft_page("nota_interna", FIELDS, Body.from_text("Uno."), path, resources=find_resources())
    return path


@pytest.fixture(scope="session")
def anchors(tmp_path_factory: pytest.TempPathFactory, practice_pki: PracticePki) -> Path:
    """A folder with the practice root."""
    folder = tmp_path_factory.mktemp("anchors")
    (folder / "raiz.pem").write_text(practice_pki.anchors_pem(), "utf-8")
    return folder


@pytest.fixture
def soft(practice_tokens: SoftTokens, monkeypatch: pytest.MonkeyPatch) -> SoftTokens:
    """The soft tokens, found by this process and its children."""
    for name, value in practice_tokens.environment().items():
        monkeypatch.setenv(name, value)
    return practice_tokens


@pytest.fixture
def pdf(plain_pdf: Path, tmp_path: Path) -> Path:
    """A copy of the PDF."""
    return Path(shutil.copy(plain_pdf, tmp_path))
