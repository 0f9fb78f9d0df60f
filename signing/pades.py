"""PAdES signatures (EN 319 142-1) by a token: one field filled by an incremental update, read back before it becomes the output."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .checks import check_earlier, check_signed
from .errors import SigningError
from .fields import choose_field, list_fields
from .options import SignOptions
from .outputs import Staged, staged
from .report import Level, SignReceipt
from .revisions import open_reader

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

    from .appearance import Stamp
    from .evidence import EvidencePool
    from .filling import NewField, Placeholder
    from .pen import Pen
    from .placement import Placed
    from .session import TokenSession
    from .timestamps import Timestamps
    from .trust import TrustStore

Lane = Callable[[Callable[[bytes], bytes], bytes], Awaitable[bytes]]
"""Runs a blocking signature somewhere and waits for it."""


def sign_file(
    source: Path,
    output: Path,
    session: TokenSession,
    *,
    field: str | None,
    stamp: Stamp | None,
    level: Level,
    trust: TrustStore,
    timestamps: Timestamps | None,
    claimed_time: datetime,
    reason: str = "",
    allow_degraded: bool = False,
    options: SignOptions | None = None,
    placed: Placed | None = None,
) -> SignReceipt:
    """Sign ``source`` into ``output``: one field filled, nothing else touched; ``source`` is never written.

    ``field`` None: the first empty one, else a new invisible one. ``allow_degraded``: when the TSA or the revocation services do not
    answer, keep the level that was reached and say why in the receipt; otherwise that raises. ``options`` replaces ``level``,
    ``reason`` and ``allow_degraded``. ``placed``: where a new field is seen, in a file without an
    empty one. For more than one file use ``batch.sign_batch``. Not from inside a running event loop.

    Raises SigningError with ``on_disk="nothing"`` (``field.*``, ``pdf.*``, ``tsa.*``, ``certificate.*``, ``chain.untrusted``,
    ``revocation.unreachable``, ``output.*``, ``stamp.*``, ``sign.*``) or TokenError.
    """
    from .pen import Pen

    wishes = options or SignOptions(level=level, reason=reason, allow_degraded=allow_degraded)
    with staged(source, output) as made:
        pen = Pen(session, wishes, trust)
        task = DocumentSigning(made, pen, field, stamp, claimed_time, placed)

        async def run() -> None:
            async with open_services(pen, trust, timestamps) as services:
                await task.run(services, _at_once)

        asyncio.run(run())
        return task.receipt(made.commit())


async def _at_once(sign: Callable[[bytes], bytes], digest: bytes) -> bytes:
    """The event loop waits: nothing else runs in it."""
    return sign(digest)


@dataclass(slots=True)
class Services:
    """Where evidence comes from while a pile is signed; ``stamper`` None: none is asked."""

    pool: EvidencePool
    timestamps: Timestamps | None
    stamper: Any = None


@contextlib.asynccontextmanager
async def open_services(pen: Pen, trust: TrustStore, timestamps: Timestamps | None) -> AsyncIterator[Services]:
    """The services that ``pen``'s level needs, over one shared HTTP session. Raises SigningError ``tsa.none``."""
    from .evidence import EvidencePool

    pool = EvidencePool(trust, pen.issuers)
    if pen.options.level is Level.B_B:
        yield Services(pool, None)
        return
    if timestamps is None:
        raise SigningError("tsa.none", on_disk="nothing", level=pen.options.level.value)
    async with timestamps.stamper(trust) as stamper:
        yield Services(pool, timestamps, stamper)


@dataclass(slots=True)
class DocumentSigning:
    """One document on its way: prepared, signed, timestamped, raised, read back. ``run`` changes only ``made.stream``."""

    made: Staged
    pen: Pen
    wanted: str | None
    stamp: Any
    claimed_time: datetime
    placed: Placed | None = None
    field: str = ""
    tag: bool = False
    reached: Level = Level.B_B
    degraded: str = ""
    revisions: int = 0
    strict: bool = True

    async def run(self, services: Services, lane: Lane) -> None:
        """Everything up to a file that was checked. Raises as ``sign_file`` does; on an error the stream is rubbish."""
        reader = open_reader(self._stream)
        self.revisions, self.strict = reader.xrefs.total_revisions, reader.strict
        self.field, create = choose_field(list_fields(reader), self.wanted)
        earlier = self._obey(reader, create)
        if self.pen.options.level.rank >= Level.B_LT.rank:
            await self._check_signer(services)
        await self._sign(reader, services, lane, create)
        if self.pen.options.level.rank >= Level.B_LT.rank and self.reached is Level.B_T:
            await self._raise(services)
        self._check(earlier)

    def receipt(self, after: str) -> SignReceipt:
        """What is to be told; ``after``: SHA-256 hex of the output."""
        return SignReceipt(
            output=str(self.made.output),
            before=self.made.before,
            after=after,
            field=self.field,
            level=self.reached,
            signer=self.pen.certificate,
            claimed_time=self.claimed_time,
            degraded=self.degraded,
        )

    @property
    def _stream(self) -> IO[bytes]:
        return self.made.stream

    def _obey(self, reader: PdfFileReader, create: bool) -> bool:
        """What the document and the field demand; whether somebody has signed before. Raises the reason why not."""
        from .permissions import read_rules, require_allowed
        from .seed_values import apply_seed_values, seed_values_of
        from .visible_field import can_be_tagged

        rules = read_rules(reader)
        seeds = seed_values_of(reader, self.field)
        wishes = apply_seed_values(seeds, self.pen.options, field=self.field, certificate=self.pen.certificate.der)
        visible = self.placed is not None
        require_allowed(rules, field=self.field, create=create, visible=visible, options=wishes)
        self.tag = can_be_tagged(rules)
        if wishes != self.pen.options:
            self.pen = self.pen.with_options(wishes)
        if rules.filled:
            check_earlier(reader)
        return bool(rules.filled)

    async def _check_signer(self, services: Services) -> None:
        """A revoked signer learns it before he signs; an unanswered question only degrades, where that is allowed."""
        try:
            await services.pool.signer(self.pen.identity.signing_cert, ())
        except SigningError as error:
            if error.code != "revocation.unreachable" or not self.pen.options.allow_degraded:
                raise

    async def _sign(self, reader: PdfFileReader, services: Services, lane: Lane, create: bool) -> None:
        from .filling import RoomTooSmall

        placeholder = self._prepare(reader, services, create)
        try:
            await self._fill(placeholder, services, lane)
        except RoomTooSmall:  # this TSA's tokens are larger than foreseen, and that is known now: once more, with room
            self._stream.truncate(self.made.size)
            placeholder = self._prepare(open_reader(self._stream), services, create)
            await self._fill(placeholder, services, lane)

    def _prepare(self, reader: PdfFileReader, services: Services, create: bool) -> Placeholder:
        from .filling import write_signature

        room = self.pen.template.room + (services.timestamps.token_size if services.timestamps else 0)
        return write_signature(
            self._stream,
            reader,
            self.pen,
            name=self.field,
            new_field=self._new_field() if create else None,
            stamp=self.stamp(self.claimed_time) if callable(self.stamp) else self.stamp,
            claimed_time=self.claimed_time,
            room=room,
        )

    def _new_field(self) -> NewField:
        from .filling import NewField

        return NewField(self.placed, f"Firma de {self.pen.certificate.person.name}", self.tag)

    async def _fill(self, placeholder: Placeholder, services: Services, lane: Lane) -> None:
        signature = await lane(self.pen.sign, placeholder.digest)
        token = await self._timestamp(signature, services) if services.stamper is not None else None
        placeholder.fill(self.pen.template.finish(placeholder.digest, signature, timestamp=token))
        if token is not None:
            self.reached = Level.B_T

    async def _timestamp(self, signature: bytes, services: Services) -> bytes | None:
        """The signature timestamp (EN 319 122-1 §5.3); nothing when the TSA fails and that is tolerated: the token has signed already."""
        from hashlib import sha256

        try:
            return bytes(await services.stamper.async_token(sha256(signature).digest(), "sha256"))
        except SigningError as error:
            if not self.pen.options.allow_degraded or not error.code.startswith("tsa."):
                raise
            self.degraded = error.code
            return None

    async def _raise(self, services: Services) -> None:
        from .evidence import append_evidence, is_service_trouble

        assert services.timestamps is not None
        try:
            self.reached = await append_evidence(
                self._stream,
                services.pool,
                services.timestamps,
                services.stamper,
                self.pen.options.level,
                required=self.field,
            )
        except SigningError as error:
            if not self.pen.options.allow_degraded or not is_service_trouble(error.code):
                raise
            self.degraded = error.code

    def _check(self, earlier: bool) -> None:
        check_signed(
            self._stream,
            before_size=self.made.size,
            before_digest=self.made.before,
            revisions=self.revisions,
            field=self.field,
            certificate=self.pen.certificate.der,
            strict=self.strict,
        )
        if earlier:
            check_earlier(open_reader(self._stream), "output.check_failed")
