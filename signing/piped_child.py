"""A child process that is asked over its stdin and answers on its stdout, frame by frame; it is killed at a time limit.

What the children of this program have in common: the token worker (``worker_process``) and the verifier (``sandbox``).
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from .worker_pipe import MAX_FRAME, Frame, Raw, Secret, read_frame, write_frame
from .worker_watch import Watchdog

_END_LIMIT = 3.0  # seconds to end by itself, and to be reaped
_DEATH_LIMIT = 0.5  # seconds between the end of the pipe and the end of the process


class ChildEnded(Exception):  # noqa: N818 - caught at once by the child's owner
    """There is no answer and no child any more. ``hung``: it was killed at the limit; ``signal``: by which signal it died, 0 by none."""

    def __init__(self, *, hung: bool, signal: int) -> None:
        super().__init__(hung, signal)
        self.hung = hung
        self.signal = signal


class PipedChild:
    """One child, not restarted: a dead one is replaced by its owner. Only ``end`` may be called while another thread waits in ``ask``."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, *, largest: int = MAX_FRAME
    ) -> None:
        """Starts the child and does not wait for it; ``largest`` bytes of an answer are taken. Raises OSError."""
        self._largest = largest
        self._over = False
        self._watchdog = Watchdog(self.end)
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,  # no copy of a PIN stays in a buffer
            env={**os.environ, **_same_code(), **(environment or {})},
            **spawn_options(),
        )

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child still runs and can be asked."""
        return not self._over and self._process.poll() is None

    def send(self, message: Mapping[str, Any]) -> None:
        """Write something small that has no answer of its own; a dead child is noticed by the next question."""
        with contextlib.suppress(OSError, ValueError):
            write_frame(cast("Raw", self._process.stdin), message)

    def greeting(self, limit: float) -> Frame | None:
        """What the child says unasked within ``limit`` seconds; None when it ended or was killed instead."""
        self._watchdog.arm(limit)
        try:
            return read_frame(cast("Raw", self._process.stdout), self._largest)
        except (OSError, ValueError):
            return None
        finally:
            self._watchdog.disarm()

    def ask(
        self,
        message: Mapping[str, Any],
        *,
        secret: Secret | None = None,
        data: bytes | bytearray = b"",
        limit: float,
    ) -> Frame:
        """One question, one answer, within ``limit`` seconds. ``secret`` goes beside the message and is wiped. Raises ChildEnded."""
        self._watchdog.arm(limit)
        frame: Frame | None = None
        try:
            write_frame(cast("Raw", self._process.stdin), message, data if secret is None else secret.buffer())
            if secret is not None:
                secret.wipe()
            frame = read_frame(cast("Raw", self._process.stdout), self._largest)
        except (OSError, ValueError):  # it died, or what it sends is no frame: as good as dead
            pass
        except BaseException:  # Ctrl-C: an answer that nobody waits for would be taken for the next one's
            self.end()
            self.reap()
            raise
        finally:
            if secret is not None:
                secret.wipe()
            hung = self._watchdog.disarm()
        if frame is None:
            raise self._ended(hung=hung)
        return frame

    def close(self, limit: float = _END_LIMIT) -> None:
        """End the child: closing its pipe is the request, killing the answer to a refusal. Call ``reap`` when nobody waits any more."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            with contextlib.suppress(OSError):  # the child is gone already
                stdin.close()
        try:
            self._process.wait(timeout=min(limit, _END_LIMIT))
        except subprocess.TimeoutExpired:
            self.end()

    def end(self) -> None:
        """Kill the child, and on POSIX what it started in its process group and would keep the pipe open."""
        if sys.platform != "win32" and self._process.returncode is None:  # not waited for yet: its id is still its own
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def reap(self) -> None:
        """Leave nothing behind of a child that ended: no zombie, thread or open pipe."""
        self._over = True
        with contextlib.suppress(
            subprocess.TimeoutExpired
        ):  # stuck in the kernel, in a driver: it ends when that returns
            self._process.wait(timeout=_END_LIMIT)
        self._watchdog.close()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None and not stream.closed:
                with contextlib.suppress(OSError):
                    stream.close()

    def _ended(self, *, hung: bool) -> ChildEnded:
        if not hung:
            with contextlib.suppress(subprocess.TimeoutExpired):  # it is about to say how it died
                self._process.wait(timeout=_DEATH_LIMIT)
        self.end()
        self.reap()
        status = self._process.returncode or 0
        return ChildEnded(hung=hung, signal=-status if status < 0 else 0)


def _same_code() -> Mapping[str, str]:
    """The child imports this very package, wherever it lies, and not another copy that is installed too."""
    here = str(Path(__file__).resolve().parents[1])
    return {"PYTHONPATH": os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH", "")) if part)}


def spawn_options(system: str = sys.platform) -> dict[str, Any]:
    """What Popen is given beside the command: Ctrl-C in the terminal is the parent's to handle, and no console flashes up."""
    if system == "win32":
        # CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP; the names exist on Windows only
        return {"creationflags": 0x08000000 | 0x00000200}
    return {"process_group": 0}


def child_command(module: str, argument: str, *, frozen: bool, executable: str) -> Sequence[str]:
    """How a child is started: by Python, or by the frozen program itself, whose entry knows ``argument`` (``desktop.__main__``).

    -P: the folder in which the person happens to be must not provide modules to a process that takes a PIN or parses foreign files.
    """
    return (executable, argument) if frozen else (executable, "-P", "-m", module)


def serve_on_pipes(serve: Callable[[Raw, Raw], None]) -> None:
    """The child's side: take the pipes away from file descriptors 0, 1 and 2, into which native code may print, then ``serve``."""
    descriptors = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in descriptors:
            msvcrt.setmode(descriptor, os.O_BINARY)
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    with io.FileIO(descriptors[0], "rb") as requests, io.FileIO(descriptors[1], "wb") as answers:
        serve(requests, answers)
