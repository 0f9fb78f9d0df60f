"""RFC 3161 timestamps over HTTP, checked on arrival. A TSA has quotas: nothing here asks for a token only to measure it.

``TimestampClient`` is one TSA. ``TimestampService`` (``tsa_service``) is several, with fallback and quota. Both are ``Timestamps``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .der import oid
from .errors import Fact
from .tsa_credential import credential_end
from .tsa_der import SIZES, request
from .tsa_fault import Fault, shown
from .tsa_http import Access, Channel, Door, require_url
from .tsa_sample import keep_sample, read_sample

if TYPE_CHECKING:
    from .trust import TrustStore
    from .tsa_check import Judge
    from .tsa_quota import Quota
    from .tsa_stamper import Stamper

FIRST_GUESS = 8192  # bytes of DER; TSAs that send long chains need more (research: 16,752 hex characters seen)
_MARGIN = (
    512  # bytes by which two tokens of one TSA may differ: fractions of a second, an ECDSA signature, a longer digest
)
_CLOCK_TOLERANCE = timedelta(minutes=5)
_SOON = timedelta(days=7)


def utc_now() -> datetime:
    """The PC's clock. Nothing proves it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told that is no failure: ``tsa.clock_differs``, ``tsa.credential_expired``, ``tsa.credential_expires_soon``."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


class Timestamps(Protocol):
    """Where timestamps come from. May be used from any thread; each operation has its own stamper."""

    @property
    def token_size(self) -> int:
        """Room to keep for one token, in bytes of DER; learns from those that arrive."""
        ...

    def stamper(self, trust: TrustStore) -> AbstractAsyncContextManager[Stamper]:
        """A pyHanko timestamper for one operation in one event loop: shared connections, many tokens in flight at once."""
        ...

    def remaining(self, now: datetime) -> int | None:
        """Tokens left by quota; None where there is no limit or none is known."""
        ...

    def notices(self, now: datetime) -> tuple[Notice, ...]:
        """What the person should be told that is no failure: clocks that differ, a credential that ends."""
        ...


class TimestampClient:
    """A TSA: its address and how to be let in. Holds no connection between operations; may be used from any thread.

    ``access`` says where and how; ``name`` tells it from others in settings and ledger. ``policy``: the OID (dotted) that its tokens must
    bear. ``digest``: what documents should be digested with for it. ``quota`` is kept by a ``TimestampService``. Settings that cannot be
    used are told by ``require_settings`` and by every token, not here: a desk must open with them. ``wants_bearer``: without one nobody is
    asked. ``kept``: a file that keeps a token from one process to the next, so that none is spent on learning its certificates.
    """

    def __init__(
        self,
        url: str | Access,
        *,
        name: str = "",
        digest: str = "sha256",
        policy: str = "",
        quota: Quota | None = None,
        clock: Callable[[], datetime] = utc_now,
        username: str | None = None,
        password: str | None = None,
        bearer: str | None = None,
        timeout: float = 10.0,
        wants_bearer: bool = False,
        kept: Path | None = None,
    ) -> None:
        if isinstance(url, str):
            url = Access(url, username or "", password or "", bearer or "", timeout=timeout)
        self.access = url
        self.url = shown(url.url)
        self.name = name or self.url
        self.digest = digest
        self.quota = quota
        self.clock = clock
        self.skew: timedelta | None = None  # TSA's time less the PC's, at the last token
        self._policy = policy
        self._without_bearer = wants_bearer and not url.bearer
        self._credential_end = credential_end(url.bearer)
        self.door = Door(url)
        self.token_size = FIRST_GUESS  # room for one token, bytes of DER
        self._sample: bytes | None = None
        self._kept = kept

    def __repr__(self) -> str:
        return f"TimestampClient({self.url!r})"

    def remaining(self, now: datetime) -> int | None:  # noqa: ARG002 - its quota, if it has one, is kept by a service
        """Unknown: see ``TimestampService``."""
        return None

    @contextlib.asynccontextmanager
    async def stamper(self, trust: TrustStore) -> AsyncIterator[Stamper]:
        """A pyHanko timestamper for one operation. Its tokens come checked, down to an anchor of ``trust``.

        It raises SigningError ``tsa.unreachable``, ``tsa.refused``, ``tsa.bad_answer``, ``tsa.untrusted``, ``tsa.credential_expired``,
        ``tsa.credential_missing``, ``tsa.bad_settings``; facts: ``url`` and ``reason``, and where known ``status`` and ``wait`` (seconds).
        """
        from .tsa_stamper import Stamper

        line = self.line(trust)
        try:
            yield Stamper(line)
        finally:
            await line.close()

    def line(self, trust: TrustStore) -> ClientLine:
        """The same below pyHanko; to be closed."""
        from .tsa_check import Judge

        return ClientLine(self, Channel(self.door), Judge(trust))

    def sample(self) -> bytes | None:
        """The last token that arrived, DER; in a new process the one that was kept."""
        if self._sample is None and self._kept is not None:
            self._sample = read_sample(self._kept)
        return self._sample

    def learn(self, token: bytes, time: datetime) -> None:
        """Remember a checked token's size, the token itself as a sample of the TSA's certificates, and how far the clocks are apart."""
        self.skew = time - self.clock()
        room, before = len(token) + _MARGIN, self._sample
        self.token_size = room if before is None else max(self.token_size, room)
        self._sample = token
        if before is None and self._kept is not None:
            keep_sample(self._kept, token)

    def notices(self, now: datetime) -> tuple[Notice, ...]:
        """What the person should be told about this TSA: a credential that ends, clocks that differ by more than five minutes."""
        return tuple(found for found in (self._credential_notice(now), self._clock_notice()) if found is not None)

    def require_settings(self) -> bytes:
        """The policy's OID as DER. Raises Fault ``tsa.bad_settings``: ``url``, ``url_credentials``, ``digest``, ``policy``."""
        require_url(self.access.url)
        if self.digest not in SIZES:
            raise Fault("tsa.bad_settings", "digest")
        try:
            return oid(self._policy) if self._policy else b""
        except ValueError:
            raise Fault("tsa.bad_settings", "policy") from None

    def require_credential(self) -> None:
        """Refuse to ask with a JWT whose time has passed (RFC 7519 §4.1.4): Fault ``tsa.credential_expired``; or with none where one
        belongs: ``tsa.credential_missing``.
        """
        if self._without_bearer:
            raise Fault("tsa.credential_missing", "bearer")
        end = self._credential_end
        if end is not None and end <= self.clock():
            raise Fault("tsa.credential_expired", "jwt", date=end.isoformat())

    def _credential_notice(self, now: datetime) -> Notice | None:
        end = self._credential_end
        if end is None or end - now > _SOON:
            return None
        facts: dict[str, Fact] = {"url": self.url, "date": end.isoformat()}
        return Notice("tsa.credential_expired" if end <= now else "tsa.credential_expires_soon", facts)

    def _clock_notice(self) -> Notice | None:
        if self.skew is None or abs(self.skew) <= _CLOCK_TOLERANCE:
            return None
        seconds = round(self.skew.total_seconds())
        return Notice(
            "tsa.clock_differs", {"url": self.url, "seconds": seconds, "difference": _spelled(abs(self.skew))}
        )


class ClientLine:
    """One TSA during one operation."""

    def __init__(self, client: TimestampClient, channel: Channel, judge: Judge) -> None:
        self.client = client
        self._channel = channel
        self._judge = judge
        self._policy: bytes | None = None

    async def token(self, digest: bytes, algorithm: str) -> bytes:
        """A checked token over ``digest``; ValueError where ``algorithm`` is not sha256, sha384 or sha512, or not the digest's."""
        from .tsa_check import Asked

        nonce = int.from_bytes(os.urandom(8), "big") >> 2 | 1 << 61  # of one length always
        try:
            if self._policy is None:
                self._policy = self.client.require_settings()
            asked = Asked(digest, algorithm, nonce, self._policy)
            body = request(digest, algorithm, nonce, self._policy)
            self.client.require_credential()
            token, time = await self._judge.token(await self._channel.post(body), asked)
        except Fault as fault:
            raise fault.told(self.client.url) from fault
        self.client.learn(token, time)
        return token

    def sample(self) -> bytes | None:
        return self.client.sample()

    async def close(self) -> None:
        await self._channel.close()


def _spelled(span: timedelta) -> str:
    """A span for the words: years, days, hours or minutes, in figures that need no language (``1826 d``, ``3 h``, ``12 min``)."""
    minutes = round(span.total_seconds() / 60)
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60)} d"
    return f"{minutes // 60} h" if minutes >= 120 else f"{minutes} min"
