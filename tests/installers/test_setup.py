"""The set-up script: what it installs, what it refuses, and that a second run does nothing."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup() -> ModuleType:
    spec = importlib.util.spec_from_file_location("qillqa_setup", ROOT / "installers" / "setup" / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it but what the test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def checkout(tmp_path: Path, setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, not set up yet."""
    root = tmp_path / "checkout"
    root.mkdir()
    for name in ("pyproject.toml", "uv.lock"):
        (root / name).write_text(name)
    monkeypatch.setattr(setup, "ROOT", root)
    monkeypatch.setattr(setup, "ensure_packages", lambda _purpose: None)
    return root


def _program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def _dpkg(folder: Path, *installed: str) -> None:
    rows = "".join(f"installed {name}\\n" for name in installed)
    _program(folder, "dpkg-query", f"printf '{rows}config-files openssl\\n'")


class Recorder:
    """Stands for ``run``: notes commands, and makes what they would make."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.commands: list[list[str]] = []

    def __call__(self, command: list[str | Path], *, extra: dict[str, str] | None = None) -> None:
        words = [str(word) for word in command]
        self.commands.append(words)
        for made in (".venv/bin/python", ".tools/bin/uv"):
            (self.root / made).parent.mkdir(parents=True, exist_ok=True)
            (self.root / made).touch()


def test_a_package_has_one_need_under_two_names(setup: ModuleType, programs: Path) -> None:
    _dpkg(programs, "libgl1", "libglib2.0-0t64:amd64")
    names = ["libgl1", "libglib2.0-0|libglib2.0-0t64", "openssl", "softhsm2"]
    assert setup.missing_packages(names) == ["openssl", "softhsm2"]


def test_a_program_from_elsewhere_stands_for_its_package(setup: ModuleType, programs: Path) -> None:
    _dpkg(programs, "maven")
    assert setup.missing_packages(["maven!mvn", "npm!npm", "a|b!c"]) == ["npm!npm", "a|b!c"]
    _program(programs, "npm", "exit 0")
    assert setup.missing_packages(["maven!mvn", "npm!npm"]) == []
    assert setup.first_name("a|b!c") == "a"


def test_the_tests_need_what_the_program_needs_and_judges(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    run, test = setup.wanted_packages("run"), setup.wanted_packages("test")
    assert set(run) < set(test) < set(setup.wanted_packages("full"))
    assert {"softhsm2", "libegl1", "libxcb-cursor0"} <= set(run)
    monkeypatch.setattr(setup.importlib.util, "find_spec", lambda _name: None)
    assert "python3-venv" in setup.wanted_packages("run")


def test_without_root_and_sudo_it_says_the_line_to_type(
    setup: ModuleType, programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _dpkg(programs, "libgl1")
    _program(programs, "apt-get", "exit 99")
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    assert setup.main(["run"]) == 69
    said = capsys.readouterr().err
    assert "apt-get update && apt-get install -y --no-install-recommends" in said
    assert "softhsm2" in said
    assert "libglib2.0-0t64" not in said


def test_sudo_that_cannot_ask_is_no_sudo(setup: ModuleType, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    _program(programs, "sudo", "exit 1")
    monkeypatch.setattr(setup.sys, "stdin", open(os.devnull))  # noqa: SIM115, PTH123
    with setup.sys.stdin:
        assert setup.privilege() is None
        _program(programs, "sudo", "exit 0")
        assert setup.privilege()[0] == str(programs / "sudo")


def test_root_installs_exactly_what_is_missing(
    setup: ModuleType, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [name.split("|")[0] for name in setup.wanted_packages("run")]
    _dpkg(programs, *(name for name in wanted if name != "softhsm2"))
    log = tmp_path / "apt.log"
    _program(programs, "apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {log}')
    _program(programs, "apt-cache", "exit 0")
    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)
    setup.ensure_packages("run")
    assert log.read_text().splitlines() == [
        "noninteractive update -q",
        "noninteractive install -y -q --no-install-recommends softhsm2",
    ]
    _dpkg(programs, *wanted)
    setup.ensure_packages("run")
    assert len(log.read_text().splitlines()) == 2


def test_set_up_goes_by_the_lock_and_compiles(
    setup: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(checkout)
    monkeypatch.setattr(setup, "run", recorder)
    monkeypatch.setattr(setup.subprocess, "run", lambda *_args, **_more: None)
    setup.prepare("test")
    lines = [" ".join(words) for words in recorder.commands]
    assert any("--require-hashes --only-binary :all: -r" in line for line in lines)
    assert any("sync --frozen --all-extras --compile-bytecode" in line for line in lines)
    assert lines[-1].endswith("tests/judges/setup.py")
    setup.prepare("full")
    assert " ".join(recorder.commands[-1]).endswith("tests/judges/setup.py full")


def test_a_second_run_runs_nothing(setup: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.subprocess, "run", lambda *_args, **_more: None)
    monkeypatch.setattr(setup, "run", Recorder(checkout))
    setup.prepare("run")
    again = Recorder(checkout)
    monkeypatch.setattr(setup, "run", again)
    setup.prepare("run")
    assert again.commands == []
    (checkout / "uv.lock").write_text("another")
    setup.prepare("run")
    assert [words[1] for words in again.commands] == ["sync"]


def test_a_lost_environment_is_made_again(setup: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.subprocess, "run", lambda *_args, **_more: None)
    monkeypatch.setattr(setup, "run", Recorder(checkout))
    setup.prepare("run")
    (checkout / ".venv" / "bin" / "python").unlink()
    again = Recorder(checkout)
    monkeypatch.setattr(setup, "run", again)
    setup.prepare("run")
    assert [words[1] for words in again.commands] == ["sync"]


def test_nothing_keeps_bytecode_from_being_written(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("SSL_CERT_FILE", "somewhere.pem")
    assert "PYTHONDONTWRITEBYTECODE" not in setup.environment()
    assert setup.environment()["SSL_CERT_FILE"] == "somewhere.pem"


def test_a_failing_command_and_a_wrong_word_are_told(
    setup: ModuleType, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(setup.SetupError, match="exit status 3"):
        setup.run([sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(setup.SetupError, match="absent"):
        setup.run([checkout / "absent"])
    assert setup.main([]) == 64
    assert "setup.py run|test|full" in capsys.readouterr().err


def test_a_stop_in_the_middle_leaves_no_stamp(
    setup: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(setup, "run", stop)
    assert setup.main(["run"]) == 130
    assert not list((checkout / ".make").glob("[!l]*"))
    assert "again" in capsys.readouterr().err
