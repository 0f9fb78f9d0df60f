"""The line that tells how far a command has come."""

from __future__ import annotations

import pytest

from desktop.cli.counting import counting


@pytest.mark.parametrize(
    ("terminal", "quiet", "shown"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_it_is_for_whoever_sits_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, terminal: bool, quiet: bool, shown: bool
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    progress = counting(quiet=quiet)
    for done in range(1, 4):
        progress(done, 3)
    said = capsys.readouterr()
    assert said.out == ""
    assert ("1 de 3" in said.err) is shown
    assert said.err.endswith("\r\033[K") is shown  # nothing of it is left on the line
