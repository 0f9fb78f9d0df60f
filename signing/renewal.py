"""Raising a signed file without touching any /Contents (EN 319 142-1 §5.4, §5.5): validation data in the DSS, then a document timestamp."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .checks import check_earlier, check_raised
from .errors import SigningError
from .outputs import staged
from .report import Level, RaiseReceipt
from .revisions import embedded, open_reader

if TYPE_CHECKING:
    from .evidence import EvidencePool
    from .timestamps import Timestamps
    from .trust import TrustStore


def raise_file(
    source: Path,
    output: Path,
    *,
    trust: TrustStore,
    timestamps: Timestamps,
    level: Level = Level.B_LTA,
    allow_degraded: bool = False,
) -> RaiseReceipt:
    """Raise every signature of ``source`` into ``output``: the old bytes stay a strict prefix of the new ones.

    B-T adds a document timestamp; B-LT validation data (and a document timestamp where a signature has none at all);
    B-LTA validation data and a document timestamp, also again on a file that has them (renewal). ``allow_degraded``: where revocation
    does not answer, a signature without any time gets at least that (B-T), and the receipt says why; where nothing can be
    gained, it raises all the same. Not from inside a running event loop.

    Raises SigningError with ``on_disk="nothing"``: ``raise.unsigned``, ``raise.no_level``, ``tsa.*``, ``revocation.unreachable``,
    ``certificate.revoked``, ``certificate.expired``, ``chain.untrusted``, ``sign.earlier_signature_bad``, ``pdf.*``, ``output.*``.
    """
    if level is Level.B_B:
        raise SigningError("raise.no_level", on_disk="nothing", level=level.value)
    with staged(source, output) as made:
        reader = open_reader(made.stream)
        revisions = reader.xrefs.total_revisions
        check_earlier(reader)
        reached, degraded = asyncio.run(_raise(made.stream, trust, timestamps, level, allow_degraded))
        check_raised(made.stream, before_size=made.size, before_digest=made.before, revisions=revisions)
        check_earlier(open_reader(made.stream), "output.check_failed")
        moment = _last_timestamp(made.stream)
        after = made.commit()
    return RaiseReceipt(str(output), made.before, after, reached, moment, degraded)


async def _raise(
    stream: IO[bytes], trust: TrustStore, timestamps: Timestamps, level: Level, tolerate: bool
) -> tuple[Level, str]:
    from .evidence import EvidencePool, append_evidence

    if not any(one.sig_object_type == "/Sig" for one in embedded(open_reader(stream))):
        raise SigningError("raise.unsigned")
    async with timestamps.stamper(trust) as stamper:
        pool: EvidencePool = EvidencePool(trust)
        try:
            return await append_evidence(stream, pool, timestamps, stamper, level), ""
        except SigningError as error:
            if not tolerate or error.code != "revocation.unreachable" or level is Level.B_T or _all_timed(stream):
                raise
            return await append_evidence(stream, pool, timestamps, stamper, Level.B_T), error.code


def _all_timed(stream: IO[bytes]) -> bool:
    from .evidence import has_time

    signatures = embedded(open_reader(stream))
    return all(has_time(one, signatures) for one in signatures)


def _last_timestamp(stream: IO[bytes]) -> datetime | None:
    found = [one for one in embedded(open_reader(stream)) if one.sig_object_type == "/DocTimeStamp"]
    if not found:
        return None
    moment: datetime = found[-1].signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    return moment
