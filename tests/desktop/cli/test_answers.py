"""Exit statuses, the one JSON document, and that a bug is never an answer."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from desktop.cli import answers
from desktop.cli.answers import Exit
from desktop.practice.steps import Step
from desktop.records.errors import Cancelled, OfficeError
from desktop.routing.trays import Tray
from signing.errors import PinError, SigningCancelled, SigningError
from signing.report import Level


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OfficeError("storage.unreachable"), Exit.ENVIRONMENT),
        (OfficeError("practice.foreign_home"), Exit.ENVIRONMENT),
        (SigningError("tsa.unreachable"), Exit.ENVIRONMENT),
        (SigningError("token.removed"), Exit.ENVIRONMENT),
        (OfficeError("slip.not_holder", slip="1"), Exit.REFUSED),
        (PinError("pin.wrong"), Exit.REFUSED),
        (FileNotFoundError(2, "No such file", "x"), Exit.ENVIRONMENT),
        (Cancelled(), Exit.CANNOT_TELL),
        (SigningCancelled(), Exit.CANNOT_TELL),
        (KeyboardInterrupt(), Exit.STOPPED),
        (ZeroDivisionError(), Exit.BUG),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_every_ending_has_its_status_and_words(
    error: BaseException, status: Exit, as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> Exit:
        raise error

    assert answers.answered(fail, as_json=as_json) == status
    said = capsys.readouterr()
    if as_json:
        told = json.loads(said.out)["error"]
        assert told["what"].endswith(".")
    else:
        assert said.out == ""
        assert said.err.strip()
    assert "no tiene palabras" not in said.out + said.err


def test_an_act_without_answer_is_done() -> None:
    assert answers.answered(lambda: None) == 0
    assert answers.answered(lambda: Exit.NO) == 1


def test_on_disk_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> Exit:
        raise OfficeError("practice.disk_full", on_disk="practice_unfinished")

    answers.answered(fail)
    assert "se aparta" in capsys.readouterr().err


def test_values_become_plain() -> None:
    moment = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    step = Step("1.1", "a", "ñ", 0.5, "", held=True)
    value = {Tray.SENT: [Level.B_LTA, moment, date(2026, 3, 5), Path("/a/b"), step, ("x", None, 1)]}
    assert json.loads(json.dumps(answers.plain(value))) == {
        "enviados": [
            "B-LTA",
            "2026-03-05T14:30:00+00:00",
            "2026-03-05",
            "/a/b",
            {"number": "1.1", "stage": "a", "sentence": "ñ", "seconds": 0.5, "file": "", "held": True},
            ["x", None, 1],
        ]
    }
