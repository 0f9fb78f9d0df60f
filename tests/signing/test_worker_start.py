"""How the child is started: by Python, by the frozen program, on Windows, from folders with spaces and Ñ; and how a limit is kept."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import signing.worker_process as process_module
from signing.cryptoki import loadable
from signing.errors import TokenError
from signing.worker import TokenWorker
from signing.worker_process import FROZEN_ARGUMENT, spawn_options, worker_command
from signing.worker_watch import Watchdog

ROOT = Path(__file__).parents[2]


def test_python_starts_the_childs_module_and_nothing_of_the_folder_it_is_in():
    assert worker_command(frozen=False, executable="/usr/bin/python3") == (
        "/usr/bin/python3", "-P", "-m", "signing.worker_child",
    )  # fmt: skip


def test_a_frozen_program_starts_itself():
    assert worker_command(frozen=True, executable=r"C:\Program Files\Qillqa\qillqa.exe") == (
        r"C:\Program Files\Qillqa\qillqa.exe", "--token-worker",
    )  # fmt: skip


@pytest.mark.parametrize(
    "executable",
    [r"C:\Program Files\Qillqa\qillqa.exe", r"C:\Users\Ñusta Peña\AppData\qillqa.exe", r"\\servidor\común\qillqa.exe", "C:\\" + "x" * 300],
)  # fmt: skip
def test_windows_gets_one_whole_argument_whatever_stands_in_the_path(executable):
    line = subprocess.list2cmdline(worker_command(frozen=True, executable=executable))
    quoted = f'"{executable}"' if " " in executable else executable
    assert line == f"{quoted} {FROZEN_ARGUMENT}"


def test_windows_starts_it_without_a_console_and_posix_in_a_group_of_its_own():
    assert spawn_options("win32") == {"creationflags": 0x08000200}
    assert spawn_options("linux") == {"process_group": 0}


@pytest.mark.parametrize(
    ("path", "system", "taken"),
    [
        (r"C:\Windows\System32\eps2003csp11.dll", "win32", r"C:\Windows\System32\eps2003csp11.dll"),
        ("C:/" + "ñ" * 300 + "/t.dll", "win32", "\\\\?\\C:\\" + "ñ" * 300 + "\\t.dll"),
        ("\\\\?\\C:\\" + "x" * 300, "win32", "\\\\?\\C:\\" + "x" * 300),
        ("/" + "x" * 300, "linux", "/" + "x" * 300),
    ],
)
def test_long_paths_are_given_to_windows_in_their_long_form(path, system, taken):
    assert loadable(path, system=system) == taken


def test_a_module_in_a_folder_with_spaces_and_accents_is_loaded(keyring, tmp_path):
    folder = tmp_path / "Archivos de Ñusta" / ("largo" * 40)
    folder.mkdir(parents=True)
    shim = folder / "módulo del token.so"
    shutil.copy(keyring.shim, shim)
    with TokenWorker([shim], environment=keyring.environment()) as worker:
        assert {Path(token.module) for token in worker.tokens()} == {shim}


def test_the_frozen_entry_serves_before_anything_of_the_desktop_is_loaded(keyring, monkeypatch):
    """The real dispatch of the program's entry, started as a frozen program would start itself."""
    entry = (str(sys.executable), "-c", "import sys; sys.argv[1:] = ['--token-worker']\n"
             "import desktop.__main__ as entry\n"
             "class Refuse:\n"
             "    def find_spec(self, name, *rest):\n"
             "        assert not name.startswith(('desktop.', 'PySide6', 'pyhanko', 'typer')), name\n"
             "sys.meta_path.insert(0, Refuse())\n"
             "entry.main()\n")  # fmt: skip
    monkeypatch.setattr(process_module, "worker_command", lambda **_: entry)
    with keyring.worker() as worker, keyring.open(worker) as session:
        assert session.sign_raw(b"data")


def test_a_frozen_program_is_recognised(keyring, monkeypatch):
    asked: list[dict[str, object]] = []
    real = worker_command

    def command(**how):
        asked.append(how)
        return real(frozen=False, executable=sys.executable)

    monkeypatch.setattr(process_module, "worker_command", command)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with keyring.worker() as worker:
        worker.warm()
    assert asked == [{"frozen": True, "executable": sys.executable}]


def test_the_entry_and_the_worker_agree_on_the_argument():
    assert f'"{FROZEN_ARGUMENT}"' in (ROOT / "desktop" / "__main__.py").read_text("utf-8")


@pytest.mark.parametrize(
    "command", [("/nowhere/python",), (sys.executable, "-c", "pass"), (sys.executable, "-c", "print('x' * 99)")]
)
def test_a_child_that_does_not_start_says_so(keyring, monkeypatch, command):
    monkeypatch.setattr(process_module, "worker_command", lambda **_: command)
    with keyring.worker() as worker, pytest.raises(TokenError) as caught:
        worker.tokens()
    assert caught.value.code == "worker.not_started"


def test_the_child_loads_no_heavy_library():
    heavy = {"pkcs11", "cryptography", "asn1crypto", "pyhanko", "PySide6", "lxml", "desktop"}
    script = f"import sys, signing.worker_child, signing.worker_module; print(*({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "\n"


@pytest.fixture
def hears_ctrl_c():
    """A shell that runs the tests in the background has SIGINT ignored, and that is inherited."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_in_the_middle_of_an_answer_ends_the_child(keyring, hears_ctrl_c):
    """Else its late answer would be taken for that of the next question."""
    with keyring.worker("hang:C_Sign", timeout=10) as worker:
        session = keyring.open(worker)
        process = worker._processes[keyring.shim]

        def press():
            while not process.busy:
                time.sleep(0.01)
            time.sleep(0.05)
            os.kill(os.getpid(), signal.SIGINT)

        presser = threading.Thread(target=press)
        presser.start()
        with pytest.raises(KeyboardInterrupt):
            session.sign_raw(b"data")
        presser.join()
        assert not process.alive


# --- limits


def test_a_limit_fires_once_and_only_when_it_passes():
    fired = threading.Event()
    watchdog = Watchdog(fired.set)
    try:
        watchdog.arm(60)
        assert watchdog.disarm() is False
        watchdog.arm(0.05)  # shorter than the one that the thread sleeps on
        assert fired.wait(10)
        assert watchdog.disarm() is True
        fired.clear()
        watchdog.arm(60)
        assert watchdog.disarm() is False
        assert not fired.is_set()
    finally:
        watchdog.close()
