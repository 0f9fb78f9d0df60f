"""Raising a signed file without touching any /Contents (EN 319 142-1 §5.4, §5.5): validation data in the DSS, then a document timestamp."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .checks import check_appended, check_earlier
from .errors import SigningError
from .fields import list_fields, next_name
from .report import Level, RaiseReceipt
from .revisions import digest_of, embedded, open_reader, open_writer, size_of, staged_copy

if TYPE_CHECKING:
    from pyhanko.sign.timestamps import TimeStamper

    from .chains import Collector
    from .timestamps import Timestamps
    from .trust import TrustStore

_TIMESTAMP_LABEL = "Sello de tiempo del documento"  # /TU of its field: what a screen reader says (PDF/UA-1 §7.18.1)


def raise_file(
    source: Path, output: Path, *, trust: TrustStore, timestamps: Timestamps, level: Level = Level.B_LTA
) -> RaiseReceipt:
    """Raise every signature of ``source`` into ``output``: the old bytes stay a strict prefix of the new ones.

    B-T adds a document timestamp; B-LT validation data (and a document timestamp where a signature has none at all);
    B-LTA validation data and a document timestamp, also again on a file that has them (renewal). Not from inside a running event loop.

    Raises SigningError with ``on_disk="nothing"``: ``raise.unsigned``, ``raise.no_level``, ``tsa.*``, ``revocation.unreachable``,
    ``certificate.revoked``, ``certificate.expired``, ``chain.untrusted``, ``sign.earlier_signature_bad``, ``pdf.*``, ``output.*``.
    """
    if level is Level.B_B:
        raise SigningError("raise.no_level", on_disk="nothing", level=level.value)
    with staged_copy(source, output) as stream:
        before_size, before = size_of(stream), digest_of(stream)
        check_earlier(stream)
        reached = asyncio.run(_raise(stream, trust, timestamps, level))
        check_appended(stream, before_size=before_size, before_digest=before, field="", certificate=None)
        after, moment = digest_of(stream), _last_timestamp(stream)
    return RaiseReceipt(output=str(output), before=before, after=after, level=reached, timestamp=moment)


async def append_evidence(
    stream: IO[bytes],
    trust: TrustStore,
    stamper: TimeStamper,
    level: Level,
    *,
    required: str | None = None,
    issuers: Sequence[bytes] = (),
) -> Level:
    """Append DSS and document timestamp for ``level`` as one revision; returns the level reached.

    ``required``: the field whose evidence must be complete, the others' being gathered as far as it goes; None: all must be.
    """
    from .chains import collector

    signatures = embedded(open_reader(stream))
    wanted = [one for one in signatures if required in (None, one.field_name)]
    stamp = level is not Level.B_LT or not all(_has_time(one, signatures) for one in wanted)
    async with collector(trust, issuers) as gathering:
        for signature in signatures if level is not Level.B_T else ():
            await _gather(gathering, signature, tolerate=signature not in wanted)
        writer = open_writer(stream)
        if level is not Level.B_T:
            if stamp:
                await gathering.authority(stamper)
            _supply_dss(writer, gathering)
        if stamp:
            await _append_timestamp(writer, stamper)
        else:
            writer.write_in_place()  # type: ignore[no-untyped-call]
    return Level.B_LTA if stamp and level is not Level.B_T else level


async def _raise(stream: IO[bytes], trust: TrustStore, timestamps: Timestamps, level: Level) -> Level:
    if not any(one.sig_object_type == "/Sig" for one in embedded(open_reader(stream))):
        raise SigningError("raise.unsigned")
    async with timestamps.stamper(trust) as stamper:
        return await append_evidence(stream, trust, stamper, level)


async def _gather(gathering: Collector, signature: Any, *, tolerate: bool) -> None:
    try:
        await gathering.signature(signature)
    except SigningError:
        if not tolerate:
            raise


def _has_time(signature: Any, signatures: Sequence[Any]) -> bool:
    """Whether a timestamp of its own or a later document timestamp proves when it existed."""
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

    if signature.sig_object_type == "/DocTimeStamp" or any(
        True for _ in extract_tst_data_iter(signature.signer_info, signed=False)
    ):
        return True
    return any(
        one.sig_object_type == "/DocTimeStamp" and one.signed_revision > signature.signed_revision for one in signatures
    )


def _supply_dss(writer: Any, gathering: Collector) -> None:
    from pyhanko.sign.validation import DocumentSecurityStore

    found = gathering.evidence()
    DocumentSecurityStore.supply_dss_in_writer(
        writer, None, paths=found.paths, ocsps=found.ocsps, crls=found.crls, embed_roots=True
    )


async def _append_timestamp(writer: Any, stamper: TimeStamper) -> None:
    from pyhanko.sign.fields import InvisSigSettings
    from pyhanko.sign.signers import PdfTimeStamper

    sample = await stamper.async_dummy_response("sha256")
    timestamper = PdfTimeStamper(
        stamper,
        field_name=next_name(list_fields(writer), "sello"),
        invis_settings=InvisSigSettings(box_out_of_bounds=True),  # PDF/UA-1 §7.18.1 without breaking PDF/A-2 §6.3.2
        readable_field_name=_TIMESTAMP_LABEL,
    )
    await timestamper.async_timestamp_pdf(
        writer, "sha256", bytes_reserved=2 * (len(sample.dump()) + 512), in_place=True
    )


def _last_timestamp(stream: IO[bytes]) -> datetime | None:
    found = [one for one in embedded(open_reader(stream)) if one.sig_object_type == "/DocTimeStamp"]
    if not found:
        return None
    moment: datetime = found[-1].signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    return moment
