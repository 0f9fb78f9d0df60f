"""Answers kept for offline use, in a folder that processes share: ``ocsp/``, ``crl/``, ``aia/``; in each a folder per certificate or list.

A file is an answer as it came, named by its own date (thisUpdate), so that the newest are known without parsing any. ``about.json`` beside
them says of whom they speak. Answers are judged when they are used; a damaged file is passed over.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pyhanko_certvalidator.util import get_relevant_crl_dps

from . import parsed
from .revocation import Answer, Evidence, answers_about

if TYPE_CHECKING:
    from asn1crypto import crl, ocsp, x509

_KEPT = 12  # answers of each certificate or list; older ones are dropped
_ABOUT = "about.json"
_STAMP = "%Y%m%dT%H%M%SZ"
_SETTLED = 2_000_000_000  # nanoseconds: a folder that changed more recently may change again under the same time
_REMEMBERED = 256  # folders
_MOST = 8_000_000  # bytes of answers held parsed
_LARGE = 100_000  # bytes of one answer
_LARGE_READ = 2
_PRUNE_EVERY = 64  # answers kept by this process

_written = [0]
_memory: OrderedDict[Path, _Folder] = OrderedDict()


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One kept answer. ``kind``: ``ocsp``, ``crl`` or ``aia``; ``about``: whom it speaks of; ``size`` in bytes.

    ``next_update`` None where the answer names none or is damaged, which ``damaged`` says.
    """

    kind: str
    about: str
    place: str
    this_update: datetime
    next_update: datetime | None
    size: int
    damaged: bool = False


def read_cache(
    cache: Path | None, certificates: Iterable[x509.Certificate], *, until: datetime | None = None
) -> Evidence:
    """Every kept answer about these certificates; with ``until`` only those that were given by then."""
    if cache is None:
        return Evidence()
    ocsps: list[ocsp.OCSPResponse] = []
    lists: list[crl.CertificateList] = []
    for certificate in certificates:
        ocsps += _read_folder(_ocsp_folder(cache, certificate), parsed.answer, until)
        for url in crl_urls(certificate):
            lists += _read_folder(_crl_folder(cache, url), parsed.revocation_list, until)
    return Evidence() + Evidence((), tuple(ocsps), tuple(lists))


def keep_answers(
    cache: Path | None, path: Sequence[x509.Certificate], evidence: Evidence, *, most: int = 256_000_000
) -> None:
    """Keep for offline use what ``evidence`` says of a path (leaf first, anchor last), each answer under its own date.

    ``most``: bytes of the whole folder, looked at now and then. Never raises: what cannot be kept was still good for what it was asked for.
    """
    if cache is None:
        return
    with contextlib.suppress(OSError):
        for certificate, issuer in pairwise(path):
            for answer in answers_about(certificate, issuer, evidence):
                for folder, about in _places(cache, certificate, answer):
                    _keep(folder, answer.der, answer.date, about)
        if _written[0] >= _PRUNE_EVERY:
            _written[0] = 0
            prune(cache, most)


def keep_issuer(cache: Path | None, url: str, issuer: x509.Certificate) -> None:
    """Keep a fetched issuer (RFC 5280 §4.2.2.1), under the address it came from. Never raises."""
    if cache is None:
        return
    about = {"subject": issuer.subject.human_friendly, "url": url}
    with contextlib.suppress(OSError):
        _keep(_url_folder(cache, "aia", url), issuer.dump(), issuer.not_valid_before, about)


def kept_issuers(cache: Path | None, url: str) -> tuple[x509.Certificate, ...]:
    """What was fetched from that address before."""
    if cache is None:
        return ()
    return tuple(_read_folder(_url_folder(cache, "aia", url), parsed.certificate, None))


def list_kept(cache: Path) -> Iterator[KeptAnswer]:
    """Everything kept, by kind and whom it is about, the newest of each first; parses each answer."""
    for kind in ("ocsp", "crl", "aia"):
        for folder in sorted(each for each in _entries(cache / kind) if each.is_dir()):
            about = _about(folder)
            for file in sorted(folder.glob("*.der"), reverse=True):
                with contextlib.suppress(OSError, ValueError):  # another process took it away
                    yield _described(kind, about, file)


def clear(cache: Path) -> int:
    """Take everything kept away; returns how many answers there were. Raises OSError."""
    count = 0
    for kind in ("ocsp", "crl", "aia"):
        for folder in _entries(cache / kind):
            for file in _entries(folder):
                count += file.suffix == ".der"
                file.unlink(missing_ok=True)
            folder.rmdir()
    return count


def prune(cache: Path, most: int) -> int:
    """Take the oldest away until at most ``most`` bytes are left, of each certificate or list the newest last; bytes that are left."""
    files: list[tuple[bool, str, Path, int]] = []
    for kind in ("ocsp", "crl", "aia"):
        for folder in _entries(cache / kind):
            names = sorted(folder.glob("*.der"))
            for file in names:
                with contextlib.suppress(OSError):
                    files.append((file == names[-1], file.name, file, file.stat().st_size))
    total = sum(size for *_, size in files)
    for _, _, file, size in sorted(files, key=lambda one: one[:2]):
        if total <= most:
            break
        with contextlib.suppress(OSError):
            file.unlink()
            total -= size
    return total


def crl_urls(certificate: x509.Certificate) -> list[str]:
    """Where the certificate says that its revocation list lies (http and https only)."""
    try:
        points = get_relevant_crl_dps(certificate, use_deltas=False)
        return web_only(point.url for point in points)
    except Exception:  # noqa: BLE001 - a damaged extension names no place
        return []


def web_only(urls: Iterable[str | None]) -> list[str]:
    """Those of them that HTTP can ask."""
    return [url for url in urls if url and urlsplit(url).scheme in ("http", "https")]


def _places(cache: Path, certificate: x509.Certificate, answer: Answer) -> list[tuple[Path, dict[str, str]]]:
    if answer.source == "ocsp":
        about = {"subject": certificate.subject.human_friendly, "serial": str(certificate.serial_number)}
        return [(_ocsp_folder(cache, certificate), about)]
    issuer = certificate.issuer.human_friendly
    return [(_crl_folder(cache, url), {"subject": issuer, "url": url}) for url in crl_urls(certificate)]


def _ocsp_folder(cache: Path, certificate: x509.Certificate) -> Path:
    return cache / "ocsp" / str(certificate.sha256.hex())


def _crl_folder(cache: Path, url: str) -> Path:
    return _url_folder(cache, "crl", url)


def _url_folder(cache: Path, kind: str, url: str) -> Path:
    return cache / kind / hashlib.sha256(url.encode("utf-8")).hexdigest()


# --- reading: a folder that has not changed is not read again ----------------------------------------------------------------------


@dataclass(slots=True)
class _Folder:
    """A folder as it was at ``changed``: date, name and size of each file, oldest first, and what was parsed of them (None: damaged)."""

    changed: int
    files: tuple[tuple[datetime, str, int], ...]
    values: dict[str, Any] = field(default_factory=dict)
    size: int = 0


def _read_folder(folder: Path, parse: Callable[[bytes], Any], until: datetime | None) -> list[Any]:
    """What lies in it, given by ``until``, oldest first; of large answers the newest two: a list holds what those before it held."""
    known = _folder(folder)
    given = [one for one in known.files if until is None or one[0] <= until]
    spare = set([one for one in given if one[2] > _LARGE][:-_LARGE_READ])
    found = [_value(folder, known, one[1], parse) for one in given if one not in spare]
    _forget()
    return [value for value in found if value is not None]


def _folder(folder: Path) -> _Folder:
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        return _Folder(0, ())
    known = _memory.get(folder)
    if known is not None and known.changed == changed:
        _memory.move_to_end(folder)
        return known
    files = []
    for file in sorted(folder.glob("*.der")):
        with contextlib.suppress(OSError, ValueError):  # gone meanwhile, or not named by us
            files.append((_date_of(file), file.name, file.stat().st_size))
    fresh = _Folder(changed, tuple(files))
    if time.time_ns() - changed > _SETTLED:
        _memory[folder] = fresh
    else:
        _memory.pop(folder, None)
    return fresh


def _value(folder: Path, known: _Folder, name: str, parse: Callable[[bytes], Any]) -> Any:
    if name in known.values:
        return known.values[name]
    try:
        der = (folder / name).read_bytes()
    except OSError:
        return None
    known.size += len(der)
    try:
        known.values[name] = parse(der)
    except Exception:  # noqa: BLE001 - damaged in whatever way: no answer
        known.values[name] = None
    return known.values[name]


def _forget() -> None:
    """The folders that were not asked for longest, until what is held is small enough."""
    held = sum(one.size for one in _memory.values())
    while _memory and (held > _MOST or len(_memory) > _REMEMBERED):
        held -= _memory.popitem(last=False)[1].size


def _date_of(file: Path) -> datetime:
    return datetime.strptime(file.name.partition("-")[0], _STAMP).replace(tzinfo=UTC)


# --- writing -----------------------------------------------------------------------------------------------------------------------


def _keep(folder: Path, der: bytes, date: datetime, about: dict[str, str]) -> None:
    """Store an answer under its own date; crash-safe; the newest few are kept."""
    name = f"{date.astimezone(UTC):{_STAMP}}-{hashlib.sha256(der).hexdigest()[:16]}.der"
    target = folder / name
    if target.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / _ABOUT).exists():
        _write(folder / _ABOUT, json.dumps(about, ensure_ascii=False).encode("utf-8"))
    _write(target, der)
    _written[0] += 1
    for old in sorted(folder.glob("*.der"))[:-_KEPT]:
        old.unlink(missing_ok=True)


def _write(target: Path, data: bytes) -> None:
    part = target.with_name(f".{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


# --- telling -----------------------------------------------------------------------------------------------------------------------


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _about(folder: Path) -> dict[str, str]:
    try:
        kept = json.loads((folder / _ABOUT).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in kept.items()} if isinstance(kept, dict) else {}


def _described(kind: str, about: dict[str, str], file: Path) -> KeptAnswer:
    der = file.read_bytes()
    ends, damaged = None, False
    try:
        ends = _end_of(kind, der)
    except Exception:  # noqa: BLE001 - asn1crypto raises many types on damage
        damaged = True
    where = about.get("url", "") or about.get("serial", "")
    return KeptAnswer(kind, about.get("subject", ""), where, _date_of(file), ends, len(der), damaged)


def _end_of(kind: str, der: bytes) -> datetime | None:
    if kind == "aia":
        until: datetime = parsed.certificate(der).not_valid_after
        return until
    if kind == "crl":
        named: datetime | None = parsed.revocation_list(der)["tbs_cert_list"]["next_update"].native
        return named
    responses = parsed.answer(der).basic_ocsp_response["tbs_response_data"]["responses"]
    ends = [single["next_update"].native for single in responses]
    return min((end for end in ends if end is not None), default=None)
