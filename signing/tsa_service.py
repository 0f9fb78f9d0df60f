"""Several TSAs as one: asked in their order, one that failed left alone for a while, each within its quota."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .errors import SigningError
from .timestamps import Notice, TimestampClient, utc_now
from .tsa_fault import Fault
from .tsa_quota import Lease, Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from .timestamps import ClientLine
    from .trust import TrustStore
    from .tsa_stamper import Stamper

_REST = timedelta(minutes=1)
_PATIENCE = 5.0  # seconds that a batch waits for a TSA that named a time to come back
_ROUNDS = 3
_OURS = frozenset(
    {"tsa.quota_spent", "tsa.ledger", "tsa.credential_expired", "tsa.credential_missing", "tsa.bad_settings"}
)
_NEVER_SENT = frozenset({"dns", "connection", "tls", "tls_host", "tls_authority", "tls_expired", "proxy", "proxy_unauthorized",
                         "server_error", "busy"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rest:
    since: datetime
    until: datetime
    error: SigningError


class TimestampService:
    """TSAs in the order in which they are asked. May be used from any thread; several processes may share ``ledger``.

    ``rest``: for how long one that failed is not asked (a Retry-After of its own goes before). ``patience``: seconds that a token waits
    when every TSA fails and one of them named a shorter time. A client with a quota needs a ``ledger``: ValueError otherwise, as
    without any client.
    """

    def __init__(
        self,
        clients: Sequence[TimestampClient],
        *,
        ledger: Path | None = None,
        clock: Callable[[], datetime] = utc_now,
        rest: timedelta = _REST,
        patience: float = _PATIENCE,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not clients or len({client.name for client in clients}) != len(clients):
            raise ValueError("a service has at least one TSA, and each its own name")
        if ledger is None and any(client.quota for client in clients):
            raise ValueError("a quota needs a ledger")
        self.clients = tuple(clients)
        self.clock = clock
        self.pause = pause
        self.patience = patience
        self._ledger = Ledger(ledger) if ledger is not None else None
        self._rest = rest
        self._resting: dict[str, _Rest] = {}
        self._guard = threading.Lock()

    def __repr__(self) -> str:
        return f"TimestampService({[client.url for client in self.clients]!r})"

    @property
    def digest(self) -> str:
        """What documents should be digested with: as the first TSA wishes."""
        return self.clients[0].digest

    @property
    def token_size(self) -> int:
        """Room for a token of whichever TSA answers, bytes of DER."""
        return max(client.token_size for client in self.clients)

    def remaining(self, now: datetime) -> int | None:
        """Tokens left, all TSAs together; None where one of them has no known limit. Raises SigningError ``tsa.ledger``."""
        total = 0
        for client in self.clients:
            if client.quota is None or self._ledger is None:
                return None
            total += self.remaining_of(client, now) or 0
        return total

    def remaining_of(self, client: TimestampClient, now: datetime) -> int | None:
        """Tokens left of one TSA. Raises SigningError ``tsa.ledger``."""
        if client.quota is None or self._ledger is None:
            return None
        try:
            return self._ledger.remaining(client.name, client.quota, now)
        except Fault as fault:
            raise fault.told(client.url) from fault

    def notices(self, now: datetime) -> tuple[Notice, ...]:
        """What the person should be told about any of them."""
        return tuple(notice for client in self.clients for notice in client.notices(now))

    @contextlib.asynccontextmanager
    async def stamper(self, trust: TrustStore) -> AsyncIterator[Stamper]:
        """A pyHanko timestamper for one operation, as ``TimestampClient.stamper``; also raises ``tsa.quota_spent`` and ``tsa.ledger``."""
        from .tsa_stamper import Stamper

        seats = [_Seat(client.line(trust), self._lease(client)) for client in self.clients]
        try:
            yield Stamper(ServiceLine(self, seats))
        finally:
            for seat in seats:
                await seat.close()

    def _lease(self, client: TimestampClient) -> Lease | None:
        if client.quota is None or self._ledger is None:
            return None
        return Lease(self._ledger, client.name, client.quota, self.clock)

    # --- who is left alone

    def resting(self, client: TimestampClient) -> SigningError | None:
        """Why that TSA is not asked just now, or None. A clock that was set back ends every rest."""
        with self._guard:
            rest = self._resting.get(client.name)
        if rest is None or not rest.since <= self.clock() < rest.until:
            return None
        return rest.error.again()  # a new one: the old one's traceback would grow

    def set_aside(self, client: TimestampClient, error: SigningError) -> None:
        """Leave it alone from now on, as long as it asked for itself, else for ``rest``."""
        wait, now = error.facts.get("wait"), self.clock()
        span = timedelta(seconds=float(wait)) if isinstance(wait, int | float) else self._rest
        with self._guard:
            self._resting[client.name] = _Rest(now, now + span, error)

    def call_back(self, client: TimestampClient) -> None:
        """It answers: no rest."""
        if client.name in self._resting:
            with self._guard:
                self._resting.pop(client.name, None)


@dataclass(frozen=True, slots=True)
class _Seat:
    """One TSA during one operation, with what may be spent there."""

    line: ClientLine
    lease: Lease | None

    async def token(self, digest: bytes, algorithm: str) -> bytes:
        if self.lease is None:
            return await self.line.token(digest, algorithm)
        try:
            turn = await self.lease.take()
        except Fault as fault:
            raise fault.told(self.line.client.url) from fault
        try:
            return await self.line.token(digest, algorithm)
        except SigningError as error:
            if _certainly_not_given(error):
                self.lease.give_back(turn)
            raise

    async def close(self) -> None:
        await self.line.close()
        if self.lease is not None:
            with contextlib.suppress(Fault):  # then they stay counted as spent
                await self.lease.close()


class ServiceLine:
    """The TSAs of a service during one operation."""

    def __init__(self, service: TimestampService, seats: Sequence[_Seat]) -> None:
        self._service = service
        self._seats = seats

    async def token(self, digest: bytes, algorithm: str) -> bytes:
        """A checked token of the first TSA that gives one; else the error of the first that was to be asked."""
        errors: list[SigningError] = []
        for left in reversed(range(_ROUNDS)):
            errors.clear()
            for seat in self._seats:
                token = await self._from(seat, digest, algorithm, errors)
                if token is not None:
                    return token
            if not left or not await self._waited(errors):
                break
        raise next((error for error in errors if error.code != "tsa.quota_spent"), errors[0])

    async def _from(self, seat: _Seat, digest: bytes, algorithm: str, errors: list[SigningError]) -> bytes | None:
        service, client = self._service, seat.line.client
        if (resting := service.resting(client)) is not None:
            errors.append(resting)
            return None
        try:
            token = await seat.token(digest, algorithm)
        except SigningError as error:
            errors.append(error)
            if error.code not in _OURS:
                service.set_aside(client, error)
            return None
        service.call_back(client)
        return token

    async def _waited(self, errors: list[SigningError]) -> bool:
        """Whether one of them named a time that is worth waiting for, and it has passed."""
        waits = [float(wait) for error in errors if isinstance(wait := error.facts.get("wait"), int | float)]
        if not waits or min(waits) > self._service.patience:
            return False
        await self._service.pause(min(waits))
        for seat, error in zip(self._seats, errors, strict=True):
            if error.facts.get("wait") == min(waits):
                self._service.call_back(seat.line.client)
        return True

    def sample(self) -> bytes | None:
        """From the TSA that would be asked now."""
        for seat in self._seats:
            if self._service.resting(seat.line.client) is None:
                return seat.line.sample()
        return None


def _certainly_not_given(error: SigningError) -> bool:
    """Whether the TSA cannot have counted a token: it was not reached, or it said no. What broke off later may have been counted."""
    if error.code == "tsa.refused" or error.code in _OURS:
        return True
    return error.code == "tsa.unreachable" and error.facts.get("reason") in _NEVER_SENT
