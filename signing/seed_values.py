"""Seed values (ISO 32000-1 §12.7.4.5, table 234): what the author of a form demands of whoever signs a field of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .errors import SigningError
from .options import SignOptions
from .report import Level

if TYPE_CHECKING:
    from pyhanko.pdf_utils.rw_common import PdfHandler

_DIGESTS = ("sha256", "sha384", "sha512")


def seed_values_of(handler: PdfHandler, field: str) -> Any:
    """PyHanko's reading of the /SV of that field, or None. Raises SigningError ``seed.unreadable``."""
    from pyhanko.sign.fields import SigSeedValueSpec, enumerate_sig_fields

    for name, _, reference in enumerate_sig_fields(handler):
        found = reference.get_object()
        if name != field or "/SV" not in found:
            continue
        try:
            return SigSeedValueSpec.from_pdf_object(found["/SV"])  # type: ignore[no-untyped-call]
        except Exception as error:  # pyHanko raises many types on damaged or unsupported dictionaries
            raise SigningError("seed.unreadable", field=field, reason=type(error).__name__) from error
    return None


def apply_seed_values(seeds: Any, options: SignOptions, *, field: str, certificate: bytes | None) -> SignOptions:
    """The wishes, changed where the field requires something that can be given without asking; None as ``seeds`` changes nothing.

    Raises SigningError ``seed.*`` with the demand that cannot or may not be met. ``certificate``: DER, None when not known yet.
    """
    if seeds is None:
        return options
    from pyhanko.sign.fields import SigSeedValFlags as Flag

    flags = seeds.flags
    if flags & Flag.SUBFILTER and seeds.subfilters is not None:
        _require_pades(seeds, field)
    if flags & Flag.APPEARANCE_FILTER and seeds.appearance is not None:
        raise SigningError("seed.appearance", field=field, wanted=str(seeds.appearance))
    if flags & Flag.ADD_REV_INFO and seeds.add_rev_info:
        raise SigningError("seed.revocation", field=field)
    if flags & Flag.LEGAL_ATTESTATION and seeds.legal_attestations:
        raise SigningError("seed.attestation", field=field)
    if flags & Flag.DIGEST_METHOD and seeds.digest_methods is not None:
        options = _digest(seeds, options, field)
    if flags & Flag.REASONS:
        options = _reason(seeds, options, field)
    if seeds.timestamp_required and options.level is Level.B_B:
        raise SigningError("seed.timestamp", field=field, url=str(seeds.timestamp_server_url or ""))
    if seeds.timestamp_required:
        options = replace(options, allow_degraded=False)
    if seeds.seed_signature_type is not None:
        options = _certification(seeds, options, field)
    if seeds.cert is not None and certificate is not None:
        _require_certificate(seeds, field, certificate)
    return options


def _require_pades(seeds: Any, field: str) -> None:
    from pyhanko.sign.fields import SigSeedSubFilter

    if not seeds.subfilters or seeds.subfilters[0] is not SigSeedSubFilter.PADES:
        wanted = ", ".join(one.value for one in seeds.subfilters)
        raise SigningError("seed.subfilter", field=field, wanted=wanted)


def _digest(seeds: Any, options: SignOptions, field: str) -> SignOptions:
    """One of the wanted digests; a wish of the person stands only when it is among them."""
    wanted = [name.lower() for name in seeds.digest_methods]
    if options.digest in wanted:
        return options
    ours = next((name for name in wanted if name in _DIGESTS), None)
    if ours is None or options.digest:
        raise SigningError("seed.digest", field=field, wanted=", ".join(wanted))
    return replace(options, digest=ours)


def _reason(seeds: Any, options: SignOptions, field: str) -> SignOptions:
    """The standard says that a required but absent or "." list forbids any reason."""
    reasons = list(seeds.reasons or ())
    if not reasons or reasons == ["."]:
        if options.reason:
            raise SigningError("seed.no_reason", field=field)
        return options
    if options.reason in reasons:
        return options
    if options.reason or len(reasons) > 1:
        raise SigningError("seed.reason", field=field, wanted="; ".join(reasons))
    return replace(options, reason=reasons[0])


def _certification(seeds: Any, options: SignOptions, field: str) -> SignOptions:
    kind = seeds.seed_signature_type
    if not kind.certification_signature():
        if options.certify is not None:
            raise SigningError("seed.no_certification", field=field)
        return options
    wanted = int(kind.mdp_perm.value)
    if options.certify not in (None, wanted):
        raise SigningError("seed.certification", field=field, wanted=wanted)
    return replace(options, certify=wanted)


def _require_certificate(seeds: Any, field: str, certificate: bytes) -> None:
    from .chains import load_certificates

    try:
        seeds.cert.satisfied_by(load_certificates([certificate])[0], None)
    except (
        Exception
    ) as error:  # UnacceptableSignerError, NotImplementedError, or a constraint on a chain that is not known here
        raise SigningError("seed.certificate", field=field, reason=type(error).__name__) from error
