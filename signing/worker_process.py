"""The parent's end of one token worker child: starts it, asks it with a time limit, kills it when it hangs, notices when it died."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from .errors import TokenError
from .worker_pipe import Frame, Message, Raw, Secret, read_frame, write_frame
from .worker_watch import Watchdog

FROZEN_ARGUMENT = "--token-worker"  # the frozen program's entry gives this to signing.worker_child.main
_START_LIMIT = 30.0  # seconds for a Python to start on a slow disk
_END_LIMIT = 3.0  # seconds to log out in
_DEATH_LIMIT = 0.5  # seconds between the end of the pipe and the end of the process


class WorkerProcess:
    """One child process with one module or PKCS#12 file loaded. Not restarted: a dead one is replaced by its owner. Thread-safe."""

    def __init__(self, module: Path, *, timeout: float, environment: Mapping[str, str] | None) -> None:
        """Starts the child and loads the module; raises TokenError ``worker.not_started`` or what ``ask`` raises."""
        self.module = module
        self.timeout = timeout
        self.facts: Message = {}
        self.asked = False  # whether it was asked anything since the module was initialised
        self._lock = threading.Lock()
        self._over = False
        self._watchdog = Watchdog(self._end)
        try:
            self._process = _spawn(environment)
        except OSError as error:
            raise TokenError("worker.not_started", module=module.name, reason=type(error).__name__) from None
        try:
            self.facts = self._greeting()
            self.ask({"op": "load", "module": str(module)})
        except BaseException:
            self.close()
            raise
        self.asked = False

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child still runs and can be asked."""
        return not self._over and self._process.poll() is None

    @property
    def busy(self) -> bool:
        """Whether somebody waits for an answer."""
        return self._lock.locked()

    def ask(
        self,
        message: Mapping[str, Any],
        *,
        secret: Secret | None = None,
        data: bytes = b"",
        timeout: float | None = None,
    ) -> Message:
        """One question, one answer; bytes that come with it stand under ``data``. ``secret`` is wiped when it was sent.

        Raises TokenError: the child's own codes, ``token.module_hung``, ``token.module_crashed``.
        """
        limit = self.timeout if timeout is None else timeout
        with self._lock:
            self.asked = True
            frame = self._exchange(message, secret, data, limit)
        answer = frame.message
        code = answer.pop("error", None)
        if code is not None:
            raise TokenError(str(code), **{**answer, "module": self.module.name})
        if frame.data:
            answer["data"] = bytes(frame.data)
        return answer

    def close(self) -> None:
        """End the child: closing its pipe is the request, to which it logs out; killing is the answer to a refusal."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            with contextlib.suppress(OSError):  # the child is gone already
                stdin.close()
        try:
            self._process.wait(timeout=min(self.timeout, _END_LIMIT))
        except subprocess.TimeoutExpired:
            self._end()
        with self._lock:  # whoever waited for an answer has seen the end of the pipe
            self._reap()

    def _exchange(self, message: Mapping[str, Any], secret: Secret | None, data: bytes, limit: float) -> Frame:
        self._watchdog.arm(limit)
        frame: Frame | None = None
        try:
            write_frame(cast("Raw", self._process.stdin), message, data if secret is None else secret.buffer())
            if secret is not None:
                secret.wipe()
            frame = read_frame(cast("Raw", self._process.stdout))
        except (OSError, ValueError):  # it died, or what it sends is no frame: as good as dead
            pass
        except BaseException:  # Ctrl-C: an answer that nobody waits for would be taken for the next one's
            self._end()
            self._reap()
            raise
        finally:
            if secret is not None:
                secret.wipe()
            hung = self._watchdog.disarm()
        if frame is None:
            if not hung:
                with contextlib.suppress(subprocess.TimeoutExpired):  # it is about to say how it died
                    self._process.wait(timeout=_DEATH_LIMIT)
            self._end()
            self._reap()
            if hung:
                raise TokenError("token.module_hung", module=self.module.name, seconds=limit) from None
            status = self._process.returncode or 0
            raise TokenError("token.module_crashed", module=self.module.name, signal=-status if status < 0 else 0)
        return frame

    def _greeting(self) -> Message:
        self._watchdog.arm(_START_LIMIT)
        try:
            frame = read_frame(cast("Raw", self._process.stdout))
        except (OSError, ValueError):
            frame = None
        finally:
            self._watchdog.disarm()
        if frame is None or not frame.message.get("ready"):
            raise TokenError("worker.not_started", module=self.module.name)
        return frame.message

    def _end(self) -> None:
        """Kill the child, and on POSIX what its module started in its process group and would keep the pipe open."""
        if sys.platform != "win32" and self._process.returncode is None:  # not waited for yet: its id is still its own
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def _reap(self) -> None:
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


def worker_command(*, frozen: bool, executable: str) -> Sequence[str]:
    """How the child is started: by Python, or by the frozen program itself.

    -P: the folder in which the person happens to be must not provide modules to the process that takes the PIN.
    """
    return (executable, FROZEN_ARGUMENT) if frozen else (executable, "-P", "-m", "signing.worker_child")


def spawn_options(system: str = sys.platform) -> dict[str, Any]:
    """What Popen is given beside the command: Ctrl-C in the terminal is the parent's to handle, and no console flashes up."""
    if system == "win32":
        # CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP; the names exist on Windows only
        return {"creationflags": 0x08000000 | 0x00000200}
    return {"process_group": 0}


def _spawn(environment: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(worker_command(frozen=bool(getattr(sys, "frozen", False)), executable=sys.executable)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,  # no copy of a PIN stays in a buffer
        env={**os.environ, **(environment or {})},
        **spawn_options(),
    )
