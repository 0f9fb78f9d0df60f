"""PAdES signatures (EN 319 142-1) by a token: one field filled by an incremental update, read back before it becomes the output."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .appearance import Stamp, stamp_style
from .checks import check_appended, check_earlier
from .errors import SigningError
from .fields import choose_field, list_fields
from .report import Level, SignReceipt
from .revisions import digest_of, open_reader, open_writer, size_of, staged_copy

if TYPE_CHECKING:
    from pyhanko.sign.timestamps import TimeStamper

    from .session import TokenSession
    from .signer import SessionSigner
    from .timestamps import Timestamps
    from .trust import TrustStore


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
) -> SignReceipt:
    """Sign ``source`` into ``output``: one field filled, nothing else touched; ``source`` is never written.

    ``field`` None: the first empty one, else a new invisible one. ``allow_degraded``: when the TSA or the revocation services do not
    answer, keep the level that was reached and say why in the receipt; otherwise that raises. Not from inside a running event loop.

    Raises SigningError with ``on_disk="nothing"`` (``field.*``, ``pdf.*``, ``tsa.*``, ``certificate.*``, ``chain.untrusted``,
    ``revocation.unreachable``, ``output.*``, ``stamp.*``, ``sign.*``) or TokenError.
    """
    if level is not Level.B_B and timestamps is None:
        raise SigningError("tsa.none", on_disk="nothing", level=level.value)
    with staged_copy(source, output) as stream:
        before_size, before = size_of(stream), digest_of(stream)
        task = _Task(stream, session, field, stamp, level, trust, timestamps, claimed_time, reason, allow_degraded)
        name = asyncio.run(task.run(before_size))
        check_appended(
            stream, before_size=before_size, before_digest=before, field=name, certificate=session.certificate.der
        )
        after = digest_of(stream)
    return SignReceipt(
        output=str(output),
        before=before,
        after=after,
        field=name,
        level=task.reached,
        signer=session.certificate,
        claimed_time=claimed_time,
        degraded=task.degraded,
    )


@dataclass(slots=True)
class _Task:
    stream: IO[bytes]
    session: TokenSession
    field: str | None
    stamp: Stamp | None
    level: Level
    trust: TrustStore
    timestamps: Timestamps | None
    claimed_time: datetime
    reason: str
    allow_degraded: bool
    reached: Level = Level.B_B
    degraded: str = ""
    issuers: Sequence[bytes] = ()

    async def run(self, size: int) -> str:
        """Sign, then raise as far as asked; returns the field's name. ``size``: bytes before."""
        check_earlier(self.stream)
        self.issuers = issuers_of_signer(self.session, self.trust)
        name, create = choose_field(list_fields(open_reader(self.stream)), self.field)
        if self.timestamps is None or self.level is Level.B_B:
            await self._sign(name, create, size, None)
            return name
        async with self.timestamps.stamper(self.trust) as stamper:
            if self.level.rank >= Level.B_LT.rank:
                await self._check_signer()
            await self._sign(name, create, size, stamper)
            if self.level.rank >= Level.B_LT.rank and self.reached is Level.B_T:
                await self._raise(name, stamper)
        return name

    async def _check_signer(self) -> None:
        """A revoked signer learns it before he signs; an unanswered question only degrades, where that is allowed."""
        from .chains import collector, load_certificates

        certificate = load_certificates([self.session.certificate.der])[0]
        async with collector(self.trust, self.issuers) as gathering:
            try:
                await gathering.signer(certificate, ())
            except SigningError as error:
                if error.code != "revocation.unreachable" or not self.allow_degraded:
                    raise

    async def _sign(self, name: str, create: bool, size: int, stamper: TimeStamper | None) -> None:
        from .signer import RoomTooSmall

        try:
            signer = await self._sign_once(name, create, stamper)
        except RoomTooSmall:  # the client has learnt the size of this TSA's tokens: once more, with room
            self.stream.truncate(size)
            signer = await self._sign_once(name, create, stamper)
        if signer.failure is not None:
            self.degraded = signer.failure.code
        elif stamper is not None:
            self.reached = Level.B_T

    async def _sign_once(self, name: str, create: bool, stamper: TimeStamper | None) -> SessionSigner:
        from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
        from pyhanko.sign.general import SigningError as PyhankoError
        from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
        from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

        from .signer import SessionSigner, digest_for

        room = self.timestamps.token_size if stamper is not None and self.timestamps is not None else 0
        signer = SessionSigner(self.session, self.issuers, timestamp_room=room, tolerate=self.allow_degraded)
        meta = PdfSignatureMetadata(
            field_name=name,
            md_algorithm=digest_for(self.session),
            subfilter=SigSeedSubFilter.PADES,
            reason=self.reason or None,
            name=self.session.certificate.person.name or None,
        )
        spec = SigFieldSpec(name, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True), readable_field_name=name)
        pdf_signer = PdfSigner(
            meta,
            signer,
            timestamper=stamper,
            stamp_style=stamp_style(self.stamp),
            new_field_spec=spec if create else None,
        )
        try:
            signing = pdf_signer.init_signing_session(open_writer(self.stream), existing_fields_only=not create)
            signing.system_time = self.claimed_time
            prepared = signing.prepare_tbs_document(validation_info=None, bytes_reserved=2 * signer.room)
            digest, _ = prepared.digest_tbs_document(in_place=True)
            await prepared.perform_signature(digest.document_digest, PdfCMSSignedAttributes())
        except PyhankoError as error:  # a certification, lock or seed value of the document forbids it
            raise SigningError("sign.forbidden", field=name, reason=str(error)) from error
        return signer

    async def _raise(self, name: str, stamper: TimeStamper) -> None:
        from .renewal import append_evidence

        size = size_of(self.stream)
        try:
            self.reached = await append_evidence(
                self.stream, self.trust, stamper, self.level, required=name, issuers=self.issuers
            )
        except SigningError as error:
            if not self.allow_degraded or error.code not in DEGRADING:
                raise
            self.stream.truncate(size)
            self.degraded = error.code


DEGRADING = ("tsa.unreachable", "tsa.refused", "tsa.bad_answer", "tsa.untrusted", "revocation.unreachable")


def issuers_of_signer(session: TokenSession, trust: TrustStore) -> tuple[bytes, ...]:
    """The issuing certificates to embed: from the token and the trust store, following issuer names; roots are left out."""
    from .chains import load_certificates

    pool = load_certificates(dict.fromkeys([*session.chain, *trust.intermediates]))
    current = load_certificates([session.certificate.der])[0]
    found: list[bytes] = []
    while (issuer := next((one for one in pool if one.subject == current.issuer), None)) is not None:
        if issuer.self_issued or issuer.dump() in found:
            break
        found.append(issuer.dump())
        current = issuer
    return tuple(found)
