"""The parent's end of one token worker child: starts it, asks it with a time limit, kills it when it hangs, notices when it died."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .errors import TokenError
from .piped_child import ChildEnded, PipedChild, child_command, spawn_options
from .worker_pipe import Frame, Message, Secret

__all__ = ["FROZEN_ARGUMENT", "WorkerProcess", "spawn_options", "worker_command"]
FROZEN_ARGUMENT = "--token-worker"  # the frozen program's entry gives this to signing.worker_child.main
_START_LIMIT = 30.0  # seconds for a Python to start on a slow disk
_END_LIMIT = 3.0  # seconds to log out in


class WorkerProcess:
    """One child process with one module or PKCS#12 file loaded. Not restarted: a dead one is replaced by its owner. Thread-safe."""

    def __init__(self, module: Path, *, timeout: float, environment: Mapping[str, str] | None) -> None:
        """Starts the child and loads the module; raises TokenError ``worker.not_started`` or what ``ask`` raises."""
        self.module = module
        self.timeout = timeout
        self.facts: Message = {}
        self.asked = False  # whether it was asked anything since the module was initialised
        self._lock = threading.Lock()
        try:
            self._child = PipedChild(
                worker_command(frozen=bool(getattr(sys, "frozen", False)), executable=sys.executable), environment
            )
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
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the child still runs and can be asked."""
        return self._child.alive

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
        self._child.close(min(self.timeout, _END_LIMIT))
        with self._lock:  # whoever waited for an answer has seen the end of the pipe
            self._child.reap()

    def _exchange(self, message: Mapping[str, Any], secret: Secret | None, data: bytes, limit: float) -> Frame:
        try:
            return self._child.ask(message, secret=secret, data=data, limit=limit)
        except ChildEnded as ended:
            if ended.hung:
                raise TokenError("token.module_hung", module=self.module.name, seconds=limit) from None
            raise TokenError("token.module_crashed", module=self.module.name, signal=ended.signal) from None

    def _greeting(self) -> Message:
        frame = self._child.greeting(_START_LIMIT)
        if frame is None or not frame.message.get("ready"):
            raise TokenError("worker.not_started", module=self.module.name)
        return frame.message


def worker_command(*, frozen: bool, executable: str) -> Sequence[str]:
    """How the child is started: by Python, or by the frozen program itself."""
    return child_command("signing.worker_child", FROZEN_ARGUMENT, frozen=frozen, executable=executable)
