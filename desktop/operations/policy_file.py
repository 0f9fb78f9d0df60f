"""The policy of verification in ``policy.toml``: one for the whole computer, one for the desk (docs/formats/trust.md).

The computer's own settings stand under the desk's, except those that it locks: these nothing else may change, neither the desk's file nor
an option. What is written wrongly is refused with its line; a policy is never read in part.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from desktop.records.errors import OfficeError
from signing.algorithms import Limit, known_names
from signing.policy import LOOPBACK, SYSTEM_PROXY, VerificationPolicy

FILE = "policy.toml"
FORMAT = 1
_LARGEST = 1_000_000  # bytes
_LINE = re.compile(r"line (\d+)")
_USAGES = frozenset({"digital_signature", "non_repudiation", "key_encipherment", "key_cert_sign", "crl_sign"})
_ALGORITHMS = "algorithms"


@dataclass(frozen=True, slots=True)
class _Setting:
    """Where a value of the file goes, and how it is read; ``read`` raises ValueError."""

    field: str
    read: Callable[[Any], Any]


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _number(least: float, most: float, *, whole: bool = True, factor: int = 1) -> Callable[[Any], Any]:
    def read(value: Any) -> float:
        if (
            isinstance(value, bool)
            or not isinstance(value, int if whole else int | float)
            or not least <= value <= most
        ):
            raise ValueError
        return value * factor if whole else float(value)

    return read


def _ranges(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError
    return tuple(str(ipaddress.ip_network(one, strict=True)) for one in value)


def _proxy(value: Any) -> str:
    if value in ("", SYSTEM_PROXY):
        return str(value)
    parts = urlsplit(value if isinstance(value, str) else "")
    if parts.scheme != "http" or not parts.hostname or "@" in parts.netloc or parts.path not in ("", "/"):
        raise ValueError
    return str(value)


def _usages(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one in _USAGES for one in value):
        raise ValueError
    return tuple(value)


_MB = 1_000_000
SETTINGS: Mapping[str, _Setting] = {
    "network.online": _Setting("online", _flag),
    "network.aia": _Setting("aia", _flag),
    "network.private": _Setting("private", _ranges),
    "network.forbidden": _Setting("forbidden", _ranges),
    "network.proxy": _Setting("proxy", _proxy),
    "network.seconds": _Setting("seconds", _number(0.1, 300, whole=False)),
    "network.total_seconds": _Setting("total_seconds", _number(0.1, 3600, whole=False)),
    "network.largest_ocsp_kb": _Setting("largest_ocsp", _number(1, 100_000, factor=1000)),
    "network.largest_crl_mb": _Setting("largest_crl", _number(1, 1000, factor=_MB)),
    "answers.cache_mb": _Setting("cache_bytes", _number(0, 100_000, factor=_MB)),
    "answers.freshness_hours": _Setting("freshness", _number(0, 24 * 366)),
    "answers.tolerance_seconds": _Setting("tolerance", _number(0, 3600)),
    "anchors.practice": _Setting("practice", _flag),
    "verify.key_usages": _Setting("key_usages", _usages),
    "verify.jobs": _Setting("jobs", _number(0, 64)),
    "verify.compare_pages": _Setting("compare_pages", _flag),
    "verify.page_seconds": _Setting("page_seconds", _number(0.1, 600, whole=False)),
}
LOCKABLE = frozenset(SETTINGS) | {_ALGORITHMS}


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What one file says: settings by their names in it, the entity's own limits of algorithms, and what it locks."""

    path: Path
    values: Mapping[str, Any]
    limits: tuple[Limit, ...] = ()
    locked: tuple[str, ...] = ()


def machine_folder() -> Path:
    """Where what holds for the whole computer lies; written by whoever administers it."""
    return Path(platformdirs.site_config_dir("qillqa", appauthor=False))


def load_policy(machine: Path, home: Path | None, *, practice: bool = False) -> VerificationPolicy:
    """The policy that holds: of the folder ``machine`` and of the desk in ``home``. ``practice``: the desk is of a practice office, whose
    services answer on this computer.

    Raises ``policy.unreadable``, ``policy.bad_syntax``, ``policy.unknown_setting``, ``policy.bad_value``, ``policy.newer``,
    ``policy.locked``, ``policy.cannot_lock``.
    """
    general = read_policy(machine / FILE)
    own = read_policy(home / FILE) if home is not None else None
    if own is not None and own.locked:
        raise OfficeError("policy.cannot_lock", file=str(own.path))
    locked = general.locked if general is not None else ()
    if own is not None:
        for name in (*own.values, *((_ALGORITHMS,) if own.limits else ())):
            if name in locked and general is not None:
                raise OfficeError("policy.locked", setting=name, file=str(general.path))
    found = VerificationPolicy(locked=locked)
    if practice:
        found = replace(found, private=LOOPBACK, practice=True)
    for file in (general, own):
        if file is not None:
            found = replace(found, **{SETTINGS[name].field: value for name, value in file.values.items()})
    limits = _limits_of(general, prolong=_ALGORITHMS in locked) + _limits_of(own, prolong=False)
    return replace(found, limits=limits)


def require_unlocked(policy: VerificationPolicy, setting: str, wanted: object) -> None:
    """Refuse an option that would change what the computer's policy locks. Raises ``policy.locked_option``."""
    if setting in policy.locked and getattr(policy, SETTINGS[setting].field) != wanted:
        raise OfficeError("policy.locked_option", setting=setting)


def read_policy(path: Path) -> PolicyFile | None:
    """One file; None where there is none. Raises as ``load_policy``."""
    try:
        if path.stat().st_size > _LARGEST:
            raise OfficeError("policy.unreadable", file=str(path))
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise OfficeError("policy.unreadable", file=str(path)) from error
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _LINE.search(str(error))
        raise OfficeError("policy.bad_syntax", file=str(path), line=int(at[1]) if at else 0) from error
    return _read_rows(path, text, rows)


def _read_rows(path: Path, text: str, rows: dict[str, Any]) -> PolicyFile:
    version = rows.pop("format", None)
    if isinstance(version, int) and not isinstance(version, bool) and version > FORMAT:
        raise OfficeError("policy.newer", file=str(path), version=version)
    if version != FORMAT or isinstance(version, bool):
        raise _bad(path, text, "format")
    locked = rows.pop("locked", [])
    if not isinstance(locked, list) or not all(isinstance(one, str) and one in LOCKABLE for one in locked):
        raise _bad(path, text, "locked")
    limits = tuple(_limit(path, text, name, until) for name, until in _table(path, text, rows, _ALGORITHMS).items())
    values: dict[str, Any] = {}
    for section in list(rows):
        for key, value in _table(path, text, rows, section).items():
            name = f"{section}.{key}"
            if name not in SETTINGS:
                raise OfficeError("policy.unknown_setting", file=str(path), setting=name, line=_line_of(text, name))
            try:
                values[name] = SETTINGS[name].read(value)
            except (ValueError, TypeError) as error:
                raise _bad(path, text, name) from error
    return PolicyFile(path, values, limits, tuple(locked))


def _table(path: Path, text: str, rows: dict[str, Any], section: str) -> dict[str, Any]:
    table = rows.pop(section, {})
    if not isinstance(table, dict):
        raise OfficeError("policy.unknown_setting", file=str(path), setting=section, line=_line_of(text, section))
    return table


def _limit(path: Path, text: str, name: str, until: Any) -> Limit:
    """``sha1 = 2010-01-01`` for every size, ``"rsassa_pkcs1v15:2048" = …`` for keys of at most that many bits."""
    algorithm, _, bits = name.partition(":")
    if algorithm not in known_names() or type(until) is not date or not (bits == "" or bits.isdecimal()):
        raise _bad(path, text, f"{_ALGORITHMS}.{name}")
    return Limit(algorithm, until, int(bits or 0))


def _limits_of(file: PolicyFile | None, *, prolong: bool) -> tuple[Limit, ...]:
    return tuple(replace(limit, prolongs=prolong) for limit in file.limits) if file is not None else ()


def _bad(path: Path, text: str, name: str) -> OfficeError:
    return OfficeError("policy.bad_value", file=str(path), setting=name, line=_line_of(text, name))


def _line_of(text: str, name: str) -> int:
    """Where a setting stands, from 1; 0 where it is written in a way that cannot be found by looking at lines."""
    section, _, key = name.rpartition(".") if "." in name else ("", "", name)
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            current = bare.strip("[] \t")
            if current == name:
                return number
        written = bare.partition("=")[0].strip().replace('"', "").replace("'", "")
        if (current == section and written == key) or written == name:
            return number
    return 0
