"""The token worker: PKCS#11 modules live in child processes, one per module, so that a crash or a hang there never reaches the caller."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from .errors import SigningError, TokenError
from .protection import protect_process
from .report import Certificate, Token
from .session import PinProvider, TokenSession, open_session, require_pin_possible
from .tokens import issuers_of, token_from
from .worker_process import WorkerProcess

if TYPE_CHECKING:
    from types import TracebackType


class TokenWorker:
    """Context manager over the child processes. Each child is started when first needed and replaced after a crash or a hang.

    ``timeout`` is seconds for one request; ``environment`` is added to the children's (e.g. SOFTHSM2_CONF). Thread-safe.
    """

    def __init__(
        self,
        modules: Sequence[Path],
        *,
        timeout: float = 20.0,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.modules = tuple(modules)
        self.faults: tuple[SigningError, ...] = ()
        self._timeout = timeout
        self._environment = dict(environment or {})
        self._clock = clock
        self._processes: dict[Path, WorkerProcess] = {}
        self._lock = threading.RLock()

    def tokens(self) -> tuple[Token, ...]:
        """Every token of every module; asks no PIN.

        A module that fails does not hide the others: its error is in ``faults``. Only when nothing was found and something
        failed is the first error raised (TokenError).
        """
        found: list[Token] = []
        faults: list[SigningError] = []
        for module in self.modules:
            try:
                found.extend(self._tokens_of(module, faults))
            except TokenError as error:
                faults.append(error)
        self.faults = tuple(faults)
        if not found and faults:
            raise faults[0]
        return tuple(found)

    def open(self, token: Token, certificate: Certificate, pin: PinProvider) -> TokenSession:
        """Check the token and certificate without a PIN, then ask for it and log in, once.

        Raises PinError on a wrong PIN (never retried), TokenError (``token.removed``, ``certificate.unusable``, …), SigningCancelled.
        """
        module = Path(token.module)
        present = self._find(module, token)
        held = next((one for one in present.certificates if one.id == certificate.id), None)
        if held is None:
            raise TokenError("token.certificate_gone", token=token.label)
        if held.unusable:
            raise TokenError("certificate.unusable", reason=held.unusable, until=held.not_after.isoformat())
        require_pin_possible(present)
        protect_process()
        # no lock is held from here on: the person may take his time over the PIN while others look for tokens
        return open_session(self._process(module), present, held, issuers_of(held, present), pin)

    def process_ids(self) -> tuple[int, ...]:
        """The living children, for diagnosis."""
        with self._lock:
            return tuple(item.pid for item in self._processes.values() if item.alive)

    def close(self) -> None:
        """End all children. Sessions still open become unusable."""
        with self._lock:
            processes, self._processes = list(self._processes.values()), {}
            for process in processes:
                process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _find(self, module: Path, token: Token) -> Token:
        for present in self._tokens_of(module, []):
            if (present.slot, present.serial) == (token.slot, token.serial):
                return present
        raise TokenError("token.removed", token=token.label)

    def _tokens_of(self, module: Path, faults: list[SigningError]) -> list[Token]:
        found = []
        for facts in self._process(module).ask({"op": "tokens"})["tokens"]:
            if "error" in facts:
                faults.append(TokenError(str(facts["error"]), module=module.name, reason=str(facts.get("reason", ""))))
            else:
                found.append(token_from(facts, module=module, now=self._clock()))
        return found

    def _process(self, module: Path) -> WorkerProcess:
        with self._lock:
            process = self._processes.get(module)
            if process is None or not process.alive:
                if process is not None:
                    process.close()
                process = WorkerProcess(module, timeout=self._timeout, environment=self._environment)
                self._processes[module] = process
            return process
