"""What the verifier's child may not do: each forbidden act is tried in a process of its own that has taken the guard."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from signing.job_object import limits_of
from signing.sandbox import Verifier
from signing.trust import TrustStore
from tests.fixtures.lab import plain_pdf, shared_lab

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")

TRY = """
import os, shutil, socket, subprocess, sys, tempfile, urllib.request
from signing.sandbox_guard import Forbidden, Guard, limit_memory
guard = Guard()
if {memory}: limit_memory({memory})
guard.stand()
try:
    with guard.open_network() if {online} else guard.closed():
        {act}
except (Forbidden, MemoryError, OSError) as error:
    print(type(error).__name__)
else:
    print("done")
"""


def attempt(act: str, folder: Path, *, online: bool = False, memory: int = 0) -> str:
    code = TRY.format(act=act, online=online, memory=memory)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, cwd=folder,
                          env={"PYTHONPATH": str(Path(__file__).parents[2])})  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "act",
    [
        "open('new.txt', 'w')",
        "open('old.txt', 'r+b')",
        "os.open('new.txt', os.O_CREAT | os.O_WRONLY)",
        "os.remove('old.txt')",
        "os.rename('old.txt', 'new.txt')",
        "os.mkdir('new')",
        "os.symlink('old.txt', 'new')",
        "shutil.rmtree('.')",
        "tempfile.TemporaryFile()",
        "socket.create_connection(('127.0.0.1', 9))",
        "urllib.request.urlopen('http://127.0.0.1:9/')",
        "socket.getaddrinfo('example.invalid', 80)",
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.execv('/bin/true', ['true'])",
    ],
)
@posix_only
def test_what_is_forbidden_is_refused(tmp_path: Path, act: str) -> None:
    old = tmp_path / "old.txt"
    old.write_text("as it was")
    assert attempt(act, tmp_path) == "Forbidden"
    assert [path.name for path in tmp_path.iterdir()] == ["old.txt"]
    assert old.read_text() == "as it was"


@posix_only
def test_reading_is_what_it_is_for(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("text")
    assert (
        attempt("open('old.txt').read(); __import__('asyncio').run(__import__('asyncio').sleep(0))", tmp_path) == "done"
    )


@posix_only
def test_online_the_cache_and_the_network_open_and_programs_do_not(tmp_path: Path) -> None:
    assert attempt("open('answer.der', 'wb').write(b'x')", tmp_path, online=True) == "done"
    assert (
        attempt("socket.create_connection(('127.0.0.1', 1), timeout=2)", tmp_path, online=True)
        == "ConnectionRefusedError"
    )
    assert attempt("subprocess.run(['true'])", tmp_path, online=True) == "Forbidden"


@posix_only
def test_the_network_closes_again(tmp_path: Path) -> None:
    act = "guard.open_network().__enter__(); guard._online = False; socket.create_connection(('127.0.0.1', 9))"
    assert attempt(act, tmp_path) == "Forbidden"


@posix_only
def test_native_code_cannot_fill_the_disk_either(tmp_path: Path) -> None:
    """The kernel's own limit: the hook is not asked by what is opened already."""
    act = "f = os.open('old.txt', os.O_RDONLY); os.dup2(HANDLE, 99); os.write(99, b'x')"
    code = "import os; HANDLE = os.open('given.txt', os.O_CREAT | os.O_WRONLY)\n" + TRY.format(
        act=act, online=False, memory=0
    )
    (tmp_path / "old.txt").touch()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, cwd=tmp_path,
                          env={"PYTHONPATH": str(Path(__file__).parents[2])})  # fmt: skip
    assert done.stdout.strip() == "OSError"
    assert (tmp_path / "given.txt").stat().st_size == 0


@posix_only
def test_memory_above_the_limit_is_refused(tmp_path: Path) -> None:
    assert attempt("bytearray(400 * 1024**2)", tmp_path, memory=300 * 1024**2) == "MemoryError"
    assert attempt("bytearray(100 * 1024**2)", tmp_path, memory=300 * 1024**2) == "done"


@posix_only
def test_the_child_holds_its_limits(tmp_path: Path) -> None:
    with Verifier(memory=700 * 1024**2) as verifier:
        verifier.start()
        limits = Path(f"/proc/{verifier.child}/limits")
        told = {line[:26].strip(): line[26:].split()[:2] for line in limits.read_text().splitlines()}
        assert told["Max address space"] == [str(700 * 1024**2)] * 2
        assert told["Max core file size"][0] == "0"
        assert told["Max file size"][0] == "0"
        inherited = Path(f"/proc/{verifier.child}/fd")
        open_files = {path.readlink().as_posix() for path in inherited.iterdir()}
        assert all(name.startswith(("pipe:", "/dev/null")) for name in open_files), open_files
        signed = tmp_path / "x.pdf"
        signed.write_bytes(shared_lab().sign(plain_pdf()))
        verifier.verify(signed, trust=TrustStore())
        told = {line[:26].strip(): line[26:].split()[:2] for line in limits.read_text().splitlines()}
        assert 18 <= int(told["Max cpu time"][0]) <= 40


def test_the_structures_of_windows_have_the_sizes_of_winnt() -> None:
    """64 bits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION is 144 bytes, its basic part 64."""
    limits = limits_of(1 << 30)
    if ctypes.sizeof(ctypes.c_void_p) == 8:
        assert ctypes.sizeof(limits) == 144
        assert ctypes.sizeof(limits.BasicLimitInformation) == 64
    assert limits.ProcessMemoryLimit == 1 << 30
    assert limits.BasicLimitInformation.ActiveProcessLimit == 1
