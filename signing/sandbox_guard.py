"""What the verifier's child may not do, and who sees to it (docs/decisions/0027).

The kernel: memory, processor time, core dumps, writing to files (POSIX limits; on Windows a Job Object: memory and child processes). The
interpreter: an audit hook, which cannot be taken away again, refuses files opened for writing, the network, and other programs. It stops
what Python code does by itself or is led to do; native code that has been taken over would not ask it.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MAX_CACHE_FILE = 64 * 1024 * 1024  # bytes; answers kept for offline use are far smaller
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = frozenset(
    {
        "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.setxattr", "os.symlink",
        "os.truncate", "os.utime", "shutil.copyfile", "shutil.move", "shutil.rmtree", "tempfile.mkdtemp", "tempfile.mkstemp",
        "sqlite3.connect", "winreg.CreateKey", "winreg.SetValue",
    }
)  # fmt: skip
_PROGRAMS = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "pty.spawn",
        "subprocess.Popen",
    }
)
_NETWORK = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.sendmsg",
        "socket.sendto",
    }
)
_HERE = frozenset({"127.0.0.1", "::1"})


class Forbidden(RuntimeError):  # noqa: N818 - a refusal, not a fault
    """The child tried what it may not; ``args[0]`` is the audit event (PEP 578)."""


class Guard:
    """The audit hook. Closed from ``stand`` on; open for the network and the cache of answers only inside ``open_network``."""

    def __init__(self) -> None:
        self._standing = False
        self._online = False

    def stand(self) -> None:
        """From now on and for good."""
        sys.dont_write_bytecode = True
        limit_writing(0)
        self._standing = True
        sys.addaudithook(self._look)

    @contextlib.contextmanager
    def open_network(self) -> Iterator[None]:
        """The person asked for it: answers are fetched, and kept for offline use."""
        self._online = True
        limit_writing(_MAX_CACHE_FILE)
        try:
            yield
        finally:
            limit_writing(0)
            self._online = False

    def closed(self) -> contextlib.AbstractContextManager[None]:
        """The other of the two, for symmetry: nothing is opened."""
        return contextlib.nullcontext()

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _PROGRAMS or (not self._online and _is_forbidden(event, arguments)):
            raise Forbidden(event)


def _is_forbidden(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        return _opens_for_writing(mode, flags)
    if event in _NETWORK:
        # Windows has no socketpair: asyncio's loop connects to itself
        return not (sys.platform == "win32" and _is_here(arguments))
    return event in _CHANGES


def _opens_for_writing(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return any(sign in mode for sign in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITES)


def _is_here(arguments: tuple[Any, ...]) -> bool:
    address = arguments[1] if len(arguments) > 1 else None
    return isinstance(address, tuple) and bool(address) and address[0] in _HERE


def limit_memory(memory: int) -> None:
    """At most ``memory`` bytes: of address space on POSIX, committed on Windows. Asking for more raises MemoryError."""
    if sys.platform == "win32":
        from .job_object import limit_this_process

        limit_this_process(memory)
        return
    import resource

    _lower(resource.RLIMIT_AS, memory)


def limit_writing(size: int) -> None:
    """POSIX: no file may grow above ``size`` bytes; pipes are not files."""
    if sys.platform == "win32":
        return
    import resource

    _lower(resource.RLIMIT_FSIZE, size, soft_only=True)


def limit_cpu(seconds: int) -> None:
    """POSIX: at most ``seconds`` more of processor time; the kernel ends the process after that."""
    if sys.platform == "win32":
        return
    import resource

    used = os.times()
    _lower(resource.RLIMIT_CPU, int(used.user + used.system) + 1 + seconds, soft_only=True)


def resident_memory() -> int:
    """Bytes resident now; 0 where the system does not tell (then children are replaced after a number of files)."""
    if sys.platform == "win32":
        from .job_object import resident_of_this_process

        return resident_of_this_process()
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _lower(which: int, value: int, *, soft_only: bool = False) -> None:
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(which)
    bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (bounded, hard if soft_only else bounded))
