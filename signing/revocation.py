"""Revocation answers: those in the file, those kept for offline use, and those asked for now.

pyHanko never touches the network here: what may be fetched is fetched first, into plain evidence, and judged offline. Only URLs of
certificates whose chain ends in an anchor are asked, so an attacker's own certificate cannot make this computer call anywhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from asn1crypto import algos, cms, core, crl, ocsp, x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.general import NonexistentAttributeError, find_unique_cms_attribute
from pyhanko_certvalidator.util import get_ocsp_urls, get_relevant_crl_dps

from . import parsed
from .report import Revocation

_MAX_OCSP = 256_000  # bytes
_MAX_CRL = 20_000_000  # bytes
_TIMEOUT = 10.0  # seconds for each answer
_KEPT = 12  # cached answers for each certificate or list; older ones are dropped


@dataclass(frozen=True, slots=True)
class Evidence:
    """Certificates and revocation answers, unjudged."""

    certificates: tuple[x509.Certificate, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            _unique(self.certificates + other.certificates),
            _unique(self.ocsps + other.ocsps),
            _unique(self.crls + other.crls),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer says of one certificate; unjudged. ``der``: the whole answer."""

    status: str
    source: str
    date: datetime
    der: bytes
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    cause: str = ""


def evidence_in_file(reader: PdfFileReader, revision: int | None = None) -> Evidence:
    """The DSS as it stood in ``revision`` (None: now); EN 319 142-1 §5.4.2. Unreadable entries are left out."""
    try:
        handler = reader if revision is None else HistoricalResolver(reader, revision=revision)
        store = handler.root["/DSS"]
    except Exception:  # noqa: BLE001 - no DSS, or none that can be read
        return Evidence()
    return Evidence(
        tuple(_load(store, "/Certs", parsed.certificate, DecodePurpose.CERTIFICATE)),
        tuple(_load(store, "/OCSPs", parsed.answer, DecodePurpose.OCSP_RESPONSE)),
        tuple(_load(store, "/CRLs", parsed.revocation_list, DecodePurpose.CRL)),
    )


def evidence_in_signature(signer_info: cms.SignerInfo) -> Evidence:
    """Answers that Adobe-style signatures carry inside themselves (adbe-revocationInfoArchival)."""
    try:
        archival = find_unique_cms_attribute(signer_info["signed_attrs"], "adobe_revocation_info_archival")
        return Evidence((), tuple(archival["ocsp"]), tuple(archival["crl"]))
    except NonexistentAttributeError:
        return Evidence()
    except Exception:  # noqa: BLE001 - a damaged attribute is no evidence
        return Evidence()


def _load(store: Any, key: str, parse: Callable[[bytes], Any], purpose: DecodePurpose) -> Iterable[Any]:
    try:
        references = list(store.get(key, ()))
    except Exception:  # noqa: BLE001 - a damaged DSS is no evidence
        return
    for reference in references[:500]:
        try:
            value = parse(reference.get_object().read_data(purpose))
        except Exception:  # noqa: BLE001, S112 - one damaged entry is no evidence
            continue
        yield value


def revocation_of(
    certificate: x509.Certificate,
    issuer: x509.Certificate | None,
    evidence: Evidence,
    places: Mapping[bytes, str] | None = None,
) -> Revocation:
    """What the newest matching answer says. Its signature is judged elsewhere: this only reports status, source and dates.

    ``places``: where answers came from, by their DER.
    """
    answers = list(answers_about(certificate, issuer, evidence))
    if not answers:
        return Revocation("not_checked")
    newest = max(answers, key=lambda answer: answer.date)
    return Revocation(
        newest.status,
        newest.source,
        newest.date,
        (places or {}).get(newest.der, ""),
        newest.next_update,
        newest.revoked_at,
        newest.cause,
    )


def answers_about(
    certificate: x509.Certificate, issuer: x509.Certificate | None, evidence: Evidence
) -> Iterator[Answer]:
    """Every answer about one certificate, of every date."""
    yield from _ocsp_answers(certificate, issuer, evidence.ocsps)
    yield from _crl_answers(certificate, evidence.crls)


def revoking_answers(path: Sequence[x509.Certificate], evidence: Evidence) -> Iterator[tuple[datetime, Evidence]]:
    """Each answer, alone, that calls a certificate of ``path`` (leaf first, anchor last) revoked, and its date; unjudged, as above."""
    for certificate, issuer in pairwise(path):
        for response in evidence.ocsps:
            for answer in _ocsp_answers(certificate, issuer, (response,)):
                if answer.status == "revoked":
                    yield answer.date, Evidence(ocsps=(response,))
        for listed in evidence.crls:
            for answer in _crl_answers(certificate, (listed,)):
                if answer.status == "revoked":
                    yield answer.date, Evidence(crls=(listed,))


def _ocsp_answers(
    certificate: x509.Certificate, issuer: x509.Certificate | None, answers: Iterable[ocsp.OCSPResponse]
) -> Iterator[Answer]:
    for answer in answers:
        for single in _singles(answer):
            identity = single["cert_id"]
            if identity["serial_number"].native != certificate.serial_number:
                continue
            # serial numbers restart with each issuer: the issuer must match too
            if not _same_issuer(identity, certificate, issuer):
                continue
            revoked = single["cert_status"].chosen if single["cert_status"].name == "revoked" else None
            yield Answer(
                single["cert_status"].name,
                "ocsp",
                single["this_update"].native,
                answer.dump(),
                single["next_update"].native,
                None if revoked is None else revoked["revocation_time"].native,
                "" if revoked is None else str(revoked["revocation_reason"].native or ""),
            )


def _singles(answer: ocsp.OCSPResponse) -> Sequence[ocsp.SingleResponse]:
    try:
        if answer["response_status"].native != "successful":
            return ()
        return tuple(answer.basic_ocsp_response["tbs_response_data"]["responses"])
    except Exception:  # noqa: BLE001 - a damaged answer is none
        return ()


def _same_issuer(identity: ocsp.CertId, certificate: x509.Certificate, issuer: x509.Certificate | None) -> bool:
    algorithm = identity["hash_algorithm"]["algorithm"].native
    try:
        if (
            identity["issuer_name_hash"].native
            != hashlib.new(algorithm, certificate.issuer.dump(), usedforsecurity=False).digest()
        ):
            return False
        if issuer is None:
            return True
        key = bytes(issuer["tbs_certificate"]["subject_public_key_info"]["public_key"])
        return bool(identity["issuer_key_hash"].native == hashlib.new(algorithm, key, usedforsecurity=False).digest())
    except ValueError:
        return False


def _crl_answers(certificate: x509.Certificate, lists: Iterable[crl.CertificateList]) -> Iterator[Answer]:
    for listed in lists:
        try:
            body = listed["tbs_cert_list"]
            if listed.issuer != certificate.issuer:
                continue
            entry = parsed.revoked_in(listed).get(certificate.serial_number)
            yield Answer(
                "good" if entry is None else "revoked",
                "crl",
                body["this_update"].native,
                listed.dump(),
                body["next_update"].native,
                None if entry is None else entry["revocation_date"].native,
                "" if entry is None or entry.crl_reason_value is None else str(entry.crl_reason_value.native),
            )
        except Exception:  # noqa: BLE001, S112 - a damaged list is no answer
            continue


# --- kept for offline use -------------------------------------------------------------------------------------------------------


def read_cache(cache: Path | None, certificates: Iterable[x509.Certificate]) -> Evidence:
    """Every kept answer about these certificates. Damaged files are passed over."""
    if cache is None:
        return Evidence()
    ocsps: list[ocsp.OCSPResponse] = []
    lists: list[crl.CertificateList] = []
    for certificate in certificates:
        ocsps += _read_folder(_ocsp_folder(cache, certificate), ocsp.OCSPResponse)
        for url in crl_urls(certificate):
            lists += _read_folder(_crl_folder(cache, url), crl.CertificateList)
    return Evidence((), _unique(tuple(ocsps)), _unique(tuple(lists)))


def _read_folder(folder: Path, kind: Any) -> list[Any]:
    found = []
    for file in sorted(folder.glob("*.der")) if folder.is_dir() else ():
        try:
            value = kind.load(file.read_bytes(), strict=True)
            _ = value.native
        except (OSError, ValueError):
            continue
        found.append(value)
    return found


def _ocsp_folder(cache: Path, certificate: x509.Certificate) -> Path:
    return cache / "ocsp" / str(certificate.sha256.hex())


def _crl_folder(cache: Path, url: str) -> Path:
    return cache / "crl" / hashlib.sha256(url.encode("utf-8")).hexdigest()


def keep_answers(cache: Path | None, path: Sequence[x509.Certificate], evidence: Evidence) -> None:
    """Keep for offline use what ``evidence`` says of a path (leaf first, anchor last), each answer under its own date.

    Never raises: what cannot be kept was still good for what it was asked for. Answers are judged when they are used.
    """
    if cache is None:
        return
    with contextlib.suppress(OSError):
        for certificate, issuer in pairwise(path):
            for response in evidence.ocsps:
                for answer in _ocsp_answers(certificate, issuer, (response,)):
                    _keep(_ocsp_folder(cache, certificate), response.dump(), answer.date)
            for listed in evidence.crls:
                for answer in _crl_answers(certificate, (listed,)):
                    for url in crl_urls(certificate):
                        _keep(_crl_folder(cache, url), listed.dump(), answer.date)


def _keep(folder: Path, der: bytes, this_update: datetime) -> None:
    """Store an answer under its own date; crash-safe; the newest few are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{this_update.astimezone(UTC):%Y%m%dT%H%M%SZ}-{hashlib.sha256(der).hexdigest()[:16]}.der"
    target = folder / name
    if target.exists():
        return
    part = folder / f"{name}.{os.getpid()}.part"
    with part.open("wb") as stream:
        stream.write(der)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(target)
    for old in sorted(folder.glob("*.der"))[:-_KEPT]:
        old.unlink(missing_ok=True)


# --- asked for now --------------------------------------------------------------------------------------------------------------


def fetch(path: Sequence[x509.Certificate], cache: Path | None) -> Evidence:
    """Ask for answers about a chain whose signatures were already checked: leaf first, anchor last.

    OCSP is asked first, the CRL where there is none or it fails. Never raises: no answer is no evidence.
    """
    found = Evidence()
    for certificate, issuer in pairwise(path):
        found = found + (_fetch_ocsp(certificate, issuer) or _fetch_crl(certificate))
    keep_answers(cache, path, found)
    return found


def _fetch_ocsp(certificate: x509.Certificate, issuer: x509.Certificate) -> Evidence | None:
    request = _ocsp_request(certificate, issuer)
    for url in _web_only(get_ocsp_urls(certificate)):
        body = _get(url, _MAX_OCSP, request)
        if body is None:
            continue
        try:
            answer = ocsp.OCSPResponse.load(body, strict=True)
            _ = answer.native
        except ValueError:
            continue
        if any(_ocsp_answers(certificate, issuer, (answer,))):
            return Evidence(ocsps=(answer,))
    return None


def _ocsp_request(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    identity = ocsp.CertId(
        {
            "hash_algorithm": algos.DigestAlgorithm(
                {"algorithm": "sha1"}
            ),  # RFC 6960: an identifier here, no signature rests on it
            "issuer_name_hash": core.OctetString(certificate.issuer.sha1),
            "issuer_key_hash": core.OctetString(issuer.public_key.sha1),
            "serial_number": certificate.serial_number,
        }
    )
    return bytes(ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": identity}]}}).dump())


def crl_urls(certificate: x509.Certificate) -> list[str]:
    """Where the certificate says that its revocation list lies (http and https only)."""
    try:
        points = get_relevant_crl_dps(certificate, use_deltas=False)
        return _web_only(point.url for point in points)
    except Exception:  # noqa: BLE001 - a damaged extension names no place
        return []


def _fetch_crl(certificate: x509.Certificate) -> Evidence:
    for url in crl_urls(certificate):
        body = _get(url, _MAX_CRL)
        if body is None:
            continue
        try:
            listed = crl.CertificateList.load(body, strict=True)
            _ = listed["tbs_cert_list"]["this_update"].native
        except ValueError:
            continue
        return Evidence(crls=(listed,))
    return Evidence()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _web_only(urls: Iterable[str | None]) -> list[str]:
    return [url for url in urls if url and urlsplit(url).scheme in ("http", "https")]


def _get(url: str, limit: int, request: bytes | None = None) -> bytes | None:
    """One answer of at most ``limit`` bytes, or None. No redirects."""
    headers = {"Content-Type": "application/ocsp-request"} if request is not None else {}
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(urllib.request.Request(url, data=request, headers=headers), timeout=_TIMEOUT) as answer:
            body = bytes(answer.read(limit + 1))
    except (OSError, ValueError, urllib.error.URLError):
        return None
    return body if len(body) <= limit else None


def _unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple({value.dump(): value for value in values}.values())
