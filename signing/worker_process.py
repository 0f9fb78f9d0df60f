"""The parent's end of one token worker child: starts it, asks it with a time limit, kills it when it hangs, notices when it died."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast

from .errors import TokenError
from .worker_pipe import Message, Secret, encode_frame, read_frame

_START_LIMIT = 30.0  # seconds for a Python to start on a slow disk


class WorkerProcess:
    """One child process with one module loaded. Not restarted: a dead one is replaced by its owner."""

    def __init__(self, module: Path, *, timeout: float, environment: Mapping[str, str] | None) -> None:
        """Starts the child and loads the module; raises TokenError ``worker.not_started`` or what ``ask`` raises."""
        self.module = module
        self.timeout = timeout
        self.facts: Message = {}
        self._lock = threading.Lock()
        self._answers: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._process = _spawn(environment)
        self._listener = threading.Thread(target=self._listen, name="token-worker", daemon=True)
        self._listener.start()
        ready = self._next(_START_LIMIT)
        if not ready or not ready.get("ready"):
            self.kill()
            raise TokenError("worker.not_started", module=module.name)
        self.facts = ready
        try:
            self.ask({"op": "load", "module": str(module)})
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child still runs."""
        return self._process.poll() is None

    def ask(self, message: Mapping[str, Any], *, pin: Secret | None = None, timeout: float | None = None) -> Message:
        """One question, one answer. Raises TokenError: the child's own codes, ``token.module_hung``, ``token.module_crashed``."""
        limit = self.timeout if timeout is None else timeout
        with self._lock:
            self._send(encode_frame(message, pin))
            try:
                answer = self._answers.get(timeout=limit)
            except queue.Empty:
                self.kill()
                raise TokenError("token.module_hung", module=self.module.name, seconds=limit) from None
            if answer is None:
                raise self._died()
        code = answer.pop("error", None)
        if code is not None:
            raise TokenError(str(code), module=self.module.name, **{k: v for k, v in answer.items() if k != "module"})
        return answer

    def close(self) -> None:
        """End the child: closing its pipe is the request, killing the answer to a refusal."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            with contextlib.suppress(OSError):  # the child is gone already
                stdin.close()
        try:
            self._process.wait(timeout=min(self.timeout, 3.0))
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reap()

    def kill(self) -> None:
        """End the child at once."""
        self._process.kill()
        self._reap()

    def _reap(self) -> None:
        self._process.wait()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None and not stream.closed:
                with contextlib.suppress(OSError):  # unsent bytes to a child that is gone
                    stream.close()

    def _send(self, frame: Secret) -> None:
        stdin = cast("IO[bytes]", self._process.stdin)
        try:
            stdin.write(frame.raw())
            stdin.flush()
        except (OSError, ValueError):
            raise self._died() from None

    def _died(self) -> TokenError:
        self.kill()
        status = self._process.returncode
        return TokenError("token.module_crashed", module=self.module.name, signal=-status if status < 0 else 0)

    def _next(self, limit: float) -> Message | None:
        try:
            return self._answers.get(timeout=limit)
        except queue.Empty:
            return None

    def _listen(self) -> None:
        stream = cast("IO[bytes]", self._process.stdout)
        try:
            while (message := read_frame(cast("Any", stream))) is not None:
                self._answers.put(message)
        except (OSError, ValueError):  # garbage on the pipe: as good as dead
            self._process.kill()
        self._answers.put(None)


def _spawn(environment: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        options["process_group"] = 0  # Ctrl-C in the terminal is the parent's to handle
    # -P: the folder in which the person happens to be must not provide modules to the process that takes the PIN
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "signing.worker_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
        **options,
    )
