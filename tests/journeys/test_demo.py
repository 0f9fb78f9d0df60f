"""``qillqa demo`` as a person runs it: stopped by a full disk, stopped by Ctrl-C, then whole; each time nothing stays running."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.practice.office import PracticeOffice
from tests.fixtures.judges import pdfsig
from tests.judges.verdicts import judge_eark, judge_ocfl_root

_DEMO = (sys.executable, "-m", "desktop", "demo")
_LOOPBACK_ONLY = """
import fcntl, os, socket, struct, sys
with socket.socket() as lo:
    fcntl.ioctl(lo, 0x8914, struct.pack("16sh14x", b"lo", 0x1))  # SIOCSIFFLAGS, IFF_UP
os.execv(sys.argv[1], sys.argv[1:])
"""
_SMALL_FILES = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""


def _start(*command: str) -> subprocess.Popen[str]:
    """In a session of its own, hearing Ctrl-C even where the tests run in the background (there SIGINT is ignored, and inherited so)."""
    heard = ("env", "--default-signal=INT", *command)
    return subprocess.Popen(heard, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def _end(process: subprocess.Popen[str], seconds: float = 100.0) -> tuple[str, str]:
    """What it said, once nothing of its session runs any more."""
    out, err = process.communicate(timeout=seconds)
    deadline = time.monotonic() + 5.0
    while (left := _session(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left, f"still running: {left}\n{err}"
    return out, err


def _session(leader: int) -> list[str]:
    """Living processes of that session."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        with contextlib.suppress(OSError):
            _, _, fields = (entry / "stat").read_text("utf-8", "replace").rpartition(")")
            state, session = fields.split()[0], int(fields.split()[3])
            if session == leader and state not in "ZX":
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


def _alone(*command: str) -> tuple[str, ...]:
    """That command without any network but the loopback, where this system lets us; else as it is."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return command
    isolated = (unshare, "--net", "--map-root-user", sys.executable, "-c", _LOOPBACK_ONLY)
    works = subprocess.run([*isolated, "/bin/true"], capture_output=True, check=False).returncode == 0
    return (*isolated, *command) if works else command


def _small_disk(folder: Path, *command: str) -> tuple[str, ...] | None:
    """That command with a tmpfs of 700 KiB mounted on the folder, for it alone; None where we may not mount."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    mount = f'mount -t tmpfs -o size=700k none "{folder}" && exec "$@"'
    small = (unshare, "--mount", "--map-root-user", "/bin/sh", "-c", mount, "sh")
    works = subprocess.run([*small, "/bin/true"], capture_output=True, check=False).returncode == 0
    return (*small, *command) if works else None


def _small_files(size: int, *command: str) -> tuple[str, ...]:
    """That command, unable to write any file beyond that many bytes."""
    return (sys.executable, "-c", _SMALL_FILES, str(size), *command)


@pytest.mark.timeout(200)
@pytest.mark.xdist_group("demo")
def test_full_disk_then_ctrl_c_then_whole(tmp_path: Path) -> None:
    home = tmp_path / "práctica"

    process = _start(*_small_files(1024, *_DEMO, "--home", str(home)))
    out, err = _end(process)
    assert (process.returncode, out) == (65, "")
    assert err.startswith("No hay espacio en disco para la oficina de práctica.")
    assert "Traceback" not in err

    process = _start(*_DEMO, "--home", str(home))
    assert process.stdout is not None
    steps = 0
    while steps < 3:
        line = process.stdout.readline()
        assert line, "ended before the third step"
        steps += line.startswith("✓")
    os.killpg(process.pid, signal.SIGINT)  # what a terminal does
    out, err = _end(process)
    assert process.returncode == 130
    assert err == "Interrumpido.\n"

    process = _start(*_alone(*_DEMO, "--home", str(home), "--json"))
    out, err = _end(process)
    assert (process.returncode, err) == (0, "")
    told = json.loads(out)
    assert told["held"] is True
    wrong = [step["sentence"] for step in told["steps"] if not step["held"]]
    assert not wrong, wrong
    stages = [step["stage"] for step in told["steps"]]
    assert list(dict.fromkeys(stages)) == [
        "Oficina de práctica", "Documento y firmas", "Hoja de ruta", "Archivo", "La prueba muerde", "Mesa servida",
    ]  # fmt: skip
    assert stages.count("La prueba muerde") == 6  # byte, page, revocation, hop, archived file, rebuilt desk
    assert all(step["sentence"] and step["seconds"] >= 0 for step in told["steps"])
    made = [Path(step["file"]) for step in told["steps"] if Path(step["file"]).is_absolute()]
    assert made
    assert all(path.exists() for path in made)
    assert PracticeOffice.load(home).window_seat()[0].is_dir()
    aside = sorted(path.name for path in tmp_path.iterdir())
    assert aside == ["práctica", "práctica.anterior"]
    _judge_what_it_made(home)


def _judge_what_it_made(home: Path) -> None:
    """Programs of other people look at the archive, the package and the signed note."""
    root = home / "archivo" / "root"
    judged = judge_ocfl_root(root)
    assert (judged.valid, judged.messages) == (True, ())
    (package,) = root.glob("*/*/*/*/v1/content")
    eark = judge_eark([package])[str(package)]
    assert (eark.valid, eark.messages) == (True, ())
    note = home / "documentos" / "PRÁCTICA-SDP-NI-00001-2026.pdf"
    assert pdfsig(note) == ["Signature is Valid."] * 2
    archived = list(package.rglob(note.name))
    assert [path.read_bytes() for path in archived] == [note.read_bytes()]


@pytest.mark.timeout(150)
@pytest.mark.xdist_group("demo")
def test_the_same_on_seaweedfs(tmp_path: Path) -> None:
    home = tmp_path / "práctica"
    process = _start(*_DEMO, "--home", str(home), "--s3", "--json")
    out, err = _end(process, seconds=140.0)
    assert (process.returncode, err) == (0, "")
    told = json.loads(out)
    wrong = [step["sentence"] for step in told["steps"] if not step["held"]]
    assert (told["held"], wrong) == (True, [])
    exchange = {step["file"] for step in told["steps"] if step["file"].startswith("s3://")}
    assert any(file.endswith("/intercambio") for file in exchange)
    assert any(file.endswith("/archivo") for file in exchange)
    assert not any((home / "intercambio").iterdir())
    assert not any((home / "archivo").iterdir())


@pytest.mark.timeout(100)
@pytest.mark.xdist_group("demo")
def test_a_disk_that_fills_up_in_the_middle(tmp_path: Path) -> None:
    disk = tmp_path / "disco"
    disk.mkdir()
    demo = (*_DEMO, "--home", str(disk / "práctica"))
    process = _start(*(_small_disk(disk, *demo) or _small_files(80 * 1024, *demo)))
    out, err = _end(process)
    assert process.returncode == 65
    assert "✓  1.1" in out
    assert "Traceback" not in err
    assert "sigue igual" in err


@pytest.mark.xdist_group("demo")
def test_a_foreign_home_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "carta.txt").write_text("mío", "utf-8")
    process = _start(*_DEMO, "--home", str(tmp_path))
    out, err = _end(process)
    assert (process.returncode, out) == (65, "")
    assert err.startswith(f"En {tmp_path} hay algo que no es una oficina de práctica.")
    assert [path.name for path in tmp_path.iterdir()] == ["carta.txt"]
