"""What a command loads before it does anything: its own module and no other."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version

import pytest
import typer

from desktop.cli.application import _MODULE_OF, _MODULES, build, modules_for

_HEAVY = frozenset({"boto3", "botocore", "pyhanko", "sqlalchemy", "alembic", "PySide6", "typst", "lxml", "pikepdf"})
_PROGRAM = (
    "import sys, json\n"
    "from desktop.__main__ import main\n"
    "status = main()\n"
    "sys.stderr.write(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    "sys.exit(status)\n"
)


def _loaded(*arguments: str) -> tuple[int, str, set[str]]:
    """Exit status, stdout and the packages that were imported."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"},
    )
    return done.returncode, done.stdout, set(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "may"), [(["--version"], set()), (["verify", "--help"], set()), (["tokens", "--help"], set())]
)
def test_nothing_is_loaded_that_is_not_used(arguments: list[str], may: set[str]) -> None:
    status, said, loaded = _loaded(*arguments)
    assert status == 0
    assert said
    assert loaded & _HEAVY <= may
    assert "typer" in loaded  # it was looked at


def test_the_version_is_told() -> None:
    assert _loaded("--version")[:2] == (0, f"qillqa {version('qillqa')}\n")


@pytest.mark.parametrize("module", _MODULES)
def test_each_module_adds_the_commands_that_it_is_loaded_for(module: str) -> None:
    """A command that the table did not know would never be found."""
    told = typer.main.get_command(build((module,))).commands  # type: ignore[attr-defined]
    assert set(told) == {name for name, where in _MODULE_OF.items() if where == module}


@pytest.mark.parametrize("arguments", [[], ["--help"], ["nada"], ["--zzz"]])
def test_the_list_of_all_commands_needs_all(arguments: list[str]) -> None:
    assert modules_for(arguments) == _MODULES
    assert modules_for(["archive", "--help"]) == ("archive_commands",)
