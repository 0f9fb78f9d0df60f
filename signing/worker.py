"""The token worker: PKCS#11 modules and PKCS#12 files live in child processes, one each; their crashes and hangs stay there."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .errors import SigningError, TokenError
from .protection import protect_process
from .report import Certificate, Padding, PinState, Token
from .session import PinProvider, TokenSession, open_session, require_pin_possible, told
from .tokens import issuers_of, token_from
from .worker_process import WorkerProcess

if TYPE_CHECKING:
    from types import TracebackType

Choice = Callable[[Sequence[Certificate]], Certificate]
_LOST = frozenset({"token.module_crashed", "token.module_hung"})


class TokenWorker:
    """Context manager over the child processes. Each child is started when first needed and replaced after a crash or a hang.

    ``modules``: PKCS#11 modules, and PKCS#12 files (.p12, .pfx), whose keys are used in a child as well. ``timeout`` is seconds for one
    request; ``environment`` is added to the children's (e.g. SOFTHSM2_CONF). Thread-safe.
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
        self._lock = threading.Lock()  # over the tables only
        self._starting: dict[Path, threading.Lock] = {}
        self._fragile: set[Path] = set()  # modules that die when initialised a second time
        self._opening: dict[Path, int] = {}  # sessions about to be opened: somebody is typing
        self._at_the_pad: set[Path] = set()  # somebody stands at the reader's pad: the module answers nobody else
        self._seen: dict[Path, list[dict[str, Any]]] = {}

    def warm(self, modules: Sequence[Path] = ()) -> None:
        """Start every child, or those of ``modules``, and load its module, so that the first signature waits for nothing.

        What fails shows in ``tokens``.
        """
        for module in modules or self.modules:
            try:
                self._process(module)
            except TokenError:  # told when somebody asks for tokens
                continue

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

    def open(
        self, token: Token, certificate: Certificate, pin: PinProvider, *, padding: Padding = Padding.PKCS1
    ) -> TokenSession:
        """Check the token and certificate without a PIN, then ask for it and log in, once. No other token is looked at on the way.

        Raises PinError on a wrong PIN (never retried), TokenError (``token.removed``, ``token.no_mechanism``,
        ``certificate.unusable``, …), SigningCancelled.
        """
        if token.soft:
            return self.open_soft(token, pin, choose=lambda held: _same(held, certificate, token))
        module = Path(token.module)
        present, facts = self._look(module, token, certificate)
        if not facts.get("held"):
            raise TokenError("token.certificate_gone", token=token.label)
        _require_usable(certificate, self._clock())
        _require_mechanism(token, certificate, padding, facts)
        require_pin_possible(present)
        protect_process()
        # no lock is held from here on: the person may take his time over the PIN while others look for tokens
        with self._being_opened(module, at_the_pad=present.pin_pad):
            chain = issuers_of(certificate, token)
            return open_session(lambda: self._process(module), present, certificate, chain, pin)

    def open_soft(self, token: Token, password: PinProvider, *, choose: Choice | None = None) -> TokenSession:
        """Open a PKCS#12 file (``token.soft``): its password is asked once, with None for the certificate, and never kept.

        ``choose`` picks where several certificates in it can sign. Raises PinError ``p12.wrong_password``, ``p12.password_needed``;
        TokenError ``p12.no_key``, ``p12.several``, ``p12.unsupported``, ``p12.damaged``, ``certificate.unusable``; SigningCancelled.
        """
        from .session_soft import open_soft_session

        file = Path(token.module)
        self._process(file).ask({"op": "look"})
        protect_process()
        return open_soft_session(lambda: self._process(file), token, password, choose, self._clock())

    def process_ids(self) -> tuple[int, ...]:
        """The living children, for diagnosis."""
        with self._lock:
            return tuple(item.pid for item in self._processes.values() if item.alive)

    def close(self) -> None:
        """End all children, which log out first. Sessions still open become unusable."""
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

    def _look(self, module: Path, token: Token, certificate: Certificate) -> tuple[Token, dict[str, Any]]:
        """That token as it is now, wherever it sits now."""
        wanted = {"slot": token.slot, "serial": token.serial, "label": token.label}
        message = {"op": "look", **wanted, "key_id": certificate.key_id, "certificate": certificate.id}
        try:
            facts = self._process(module).ask(message)
        except TokenError as error:
            if error.code != "token.removed":
                raise
            self._tokens_of(module, [])  # some modules see what was plugged in only when initialised again
            try:
                facts = self._process(module).ask(message)
            except TokenError as gone:
                raise told(gone, token) from None
        seen = replace(
            token,
            slot=int(facts["slot"]),
            pin_state=PinState(facts["pin_state"]),
            pin_pad=bool(facts["pin_pad"]),
            min_pin=int(facts["min_pin"]),
            max_pin=int(facts["max_pin"]),
        )
        return seen, facts

    def _tokens_of(self, module: Path, faults: list[SigningError]) -> list[Token]:
        found = []
        for facts in self._listed(module):
            if "error" in facts:
                faults.append(TokenError(str(facts["error"]), module=module.name, reason=str(facts.get("reason", ""))))
            else:
                found.append(token_from(facts, module=module, now=self._clock()))
        return found

    def _listed(self, module: Path) -> list[dict[str, Any]]:
        with self._lock:
            opening, at_the_pad = self._opening.get(module, 0) > 0, module in self._at_the_pad
        if at_the_pad and module in self._seen:
            return self._seen[module]
        process = self._process(module)
        if process.asked and not opening and module in self._fragile:  # no second C_Initialize: a new child instead
            process = self._renewed(module, process)
        refresh = process.asked and not opening  # nothing is risked while somebody types his PIN for this very child
        try:
            facts = process.ask({"op": "tokens", "refresh": refresh})["tokens"]
        except TokenError as error:
            if not refresh or error.code not in _LOST:
                raise
            self._fragile.add(module)
            facts = self._process(module).ask({"op": "tokens", "refresh": False})["tokens"]
        self._seen[module] = list(facts)
        return self._seen[module]

    @contextlib.contextmanager
    def _being_opened(self, module: Path, *, at_the_pad: bool) -> Iterator[None]:
        with self._lock:
            self._opening[module] = self._opening.get(module, 0) + 1
            if at_the_pad:
                self._at_the_pad.add(module)
        try:
            yield
        finally:
            with self._lock:
                self._opening[module] -= 1
                if not self._opening[module]:
                    self._at_the_pad.discard(module)

    def _renewed(self, module: Path, process: WorkerProcess) -> WorkerProcess:
        """A new child, unless a session is open in this one."""
        if process.ask({"op": "idle"})["idle"]:
            process.close()
        return self._process(module)

    def _process(self, module: Path) -> WorkerProcess:
        with self._lock:
            starting = self._starting.setdefault(module, threading.Lock())
        with starting:  # one module that starts slowly holds up no other
            with self._lock:
                process = self._processes.get(module)
            if process is None or not process.alive:
                if process is not None:
                    process.close()
                process = WorkerProcess(module, timeout=self._timeout, environment=self._environment)
                with self._lock:
                    self._processes[module] = process
            return process


def _require_usable(certificate: Certificate, now: datetime) -> None:
    reason = certificate.unusable
    if not reason and not certificate.not_before <= now <= certificate.not_after:
        reason = "expired" if now > certificate.not_after else "not_yet_valid"
    if reason:
        raise TokenError("certificate.unusable", reason=reason, until=certificate.not_after.isoformat())


def _require_mechanism(token: Token, certificate: Certificate, padding: Padding, facts: Mapping[str, Any]) -> None:
    """Refuse before the PIN what C_GetMechanismList does not offer; an empty list is a module that does not say."""
    rsa = "RSA-PSS" if padding is Padding.PSS else "RSA"
    wanted = "ECDSA" if certificate.algorithm.startswith("EC") else rsa
    offered = facts.get("mechanisms") or [wanted]
    if wanted not in offered:
        raise TokenError("token.no_mechanism", token=token.label, mechanism=wanted)


def _same(held: Sequence[Certificate], certificate: Certificate, token: Token) -> Certificate:
    for one in held:
        if one.id == certificate.id:
            return one
    raise TokenError("token.certificate_gone", token=token.label)
