"""Validation data and document timestamps: what raises a signature (EN 319 142-1 §5.4, §5.5), gathered once for a pile."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import IO, TYPE_CHECKING, Any

from .errors import SigningError
from .filling import RoomTooSmall, write_timestamp
from .outputs import size_of
from .report import Level
from .revisions import embedded, open_reader, open_writer

if TYPE_CHECKING:
    from asn1crypto import x509

    from .chains import Evidence
    from .timestamps import Timestamps
    from .trust import TrustStore

FRESH = 60.0  # seconds for which an answer serves other documents too: the tolerance between clocks that verification allows


def is_service_trouble(code: str) -> bool:
    """Whether an error is the timestamp or revocation service's and not the document's: a lower level can be kept, and raised later."""
    return code.startswith("tsa.") or code == "revocation.unreachable"


class EvidencePool:
    """Chains with their revocation answers, each asked for once and kept for ``FRESH`` seconds; failures too, so that a service that
    is down is waited for once and not once per document. Made inside a running event loop; for one loop.
    """

    def __init__(
        self, trust: TrustStore, issuers: Iterable[bytes] = (), *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._trust = trust
        self._issuers = tuple(issuers)
        self._clock = clock
        self._known: dict[tuple[str, bytes], tuple[float, Evidence | SigningError]] = {}
        self._locks: dict[tuple[str, bytes], asyncio.Lock] = {}

    async def signer(self, certificate: x509.Certificate, others: Iterable[x509.Certificate]) -> Evidence:
        """A signer's chain. Raises SigningError: see ``chains.chain_error``."""
        return await self._ask("signing", certificate, list(others))

    async def authority(self, token: Any) -> Evidence:
        """The chain of the signer of a timestamp token (asn1crypto SignedData)."""
        from pyhanko.sign.general import extract_certificate_info

        info = extract_certificate_info(token)
        return await self._ask("timestamping", info.signer_cert, list(info.other_certs))

    async def signature(self, signature: Any) -> list[Evidence]:
        """Everything of one embedded signature: signer and signature timestamps, or the document timestamp itself."""
        from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

        if signature.sig_object_type == "/DocTimeStamp":
            return [await self.authority(signature.signed_data)]
        found = [await self.signer(signature.signer_cert, signature.other_embedded_certs)]
        found += [await self.authority(token) for token in extract_tst_data_iter(signature.signer_info, signed=False)]
        return found

    async def _ask(self, purpose: str, certificate: x509.Certificate, others: list[x509.Certificate]) -> Evidence:
        key = (purpose, hashlib.sha256(certificate.dump()).digest())
        async with self._locks.setdefault(key, asyncio.Lock()):
            known = self._known.get(key)
            if known is None or self._clock() - known[0] > FRESH:
                known = (self._clock(), await self._gather(purpose, certificate, others))
                self._known[key] = known
        if isinstance(known[1], SigningError):
            raise known[1]
        return known[1]

    async def _gather(
        self, purpose: str, certificate: x509.Certificate, others: list[x509.Certificate]
    ) -> Evidence | SigningError:
        from .chains import collector

        async with collector(self._trust, self._issuers) as gathering:
            try:
                if purpose == "signing":
                    await gathering.signer(certificate, others)
                else:
                    await gathering.authority(certificate, others)
            except SigningError as error:
                return error
            return gathering.evidence()


async def append_evidence(
    stream: IO[bytes],
    pool: EvidencePool,
    timestamps: Timestamps,
    stamper: Any,
    level: Level,
    *,
    required: str | None = None,
) -> Level:
    """Append DSS and document timestamp for ``level`` as one revision; returns the level reached.

    ``required``: the field whose evidence must be complete, the others' being gathered as far as it goes; None: all must be.
    On any error the stream is as it was.
    """
    size = size_of(stream)
    try:
        return await _append(stream, pool, timestamps, stamper, level, required)
    except RoomTooSmall:  # this TSA's tokens are larger than foreseen, and that is known now: once more, with room
        stream.truncate(size)
        return await _append(stream, pool, timestamps, stamper, level, required)
    except BaseException:
        stream.truncate(size)
        raise


async def _append(
    stream: IO[bytes],
    pool: EvidencePool,
    timestamps: Timestamps,
    stamper: Any,
    level: Level,
    required: str | None,
) -> Level:
    reader = open_reader(stream)
    signatures = embedded(reader)
    wanted = [one for one in signatures if required in (None, one.field_name)]
    stamp = level is not Level.B_LT or not all(has_time(one, signatures) for one in wanted)
    found: list[Evidence] = []
    if level is not Level.B_T:
        for signature in signatures:
            found += await _of(pool, signature, tolerate=signature not in wanted)
        if stamp:
            found.append(await pool.authority((await stamper.async_dummy_response("sha256"))["content"]))
    writer = open_writer(stream, reader)
    if found:
        _supply_dss(writer, found)
    if not stamp:
        writer.write_in_place()  # type: ignore[no-untyped-call]
        return level
    placeholder = write_timestamp(writer, stream, timestamps.token_size)
    placeholder.fill(await stamper.async_token(placeholder.digest, "sha256"))
    return Level.B_T if level is Level.B_T else Level.B_LTA


async def _of(pool: EvidencePool, signature: Any, *, tolerate: bool) -> list[Evidence]:
    try:
        return await pool.signature(signature)
    except SigningError:
        if not tolerate:
            raise
        return []


def has_time(signature: Any, signatures: Sequence[Any]) -> bool:
    """Whether a timestamp of its own or a later document timestamp proves when it existed."""
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

    if signature.sig_object_type == "/DocTimeStamp" or any(
        True for _ in extract_tst_data_iter(signature.signer_info, signed=False)
    ):
        return True
    return any(
        one.sig_object_type == "/DocTimeStamp" and one.signed_revision > signature.signed_revision for one in signatures
    )


def _supply_dss(writer: Any, found: Sequence[Evidence]) -> None:
    from pyhanko.sign.validation import DocumentSecurityStore

    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        paths=[path for one in found for path in one.paths],
        ocsps=_unique([item for one in found for item in one.ocsps]),
        crls=_unique([item for one in found for item in one.crls]),
        embed_roots=True,
    )


def _unique(items: list[Any]) -> list[Any]:
    return list({item.dump(): item for item in items}.values())
