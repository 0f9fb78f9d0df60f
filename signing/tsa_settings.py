"""Timestamp services as plain settings: read from and written to JSON without their secrets, and turned into a service with them.

Loading this costs nothing: the desk reads its settings before it needs a timestamp.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .timestamps import TimestampClient
    from .tsa_service import TimestampService

_DIGESTS = ("sha256", "sha384", "sha512")
_PERIODS = ("hour", "day", "month", "year", "total")


@dataclass(frozen=True, slots=True)
class TsaSettings:
    """One timestamp service, without its secrets.

    ``name``: what it is called here, in ledger and keyring. ``username``: HTTP Basic; ``bearer``: a token (a JWT) is sent. ``certificate``,
    ``key``: PEM files for TLS client authentication. ``ca``: PEM file of a private authority for TLS. ``proxy``: empty, ``system`` or
    ``http://[user@]host:port``. ``policy``: dotted OID. ``quota``: tokens per ``period``, 0 for no known limit, whose turn is read
    ``quota_hours`` from UTC. ``timeout`` in seconds, ``largest`` in bytes.
    """

    name: str
    url: str
    username: str = ""
    bearer: bool = False
    certificate: str = ""
    key: str = ""
    ca: str = ""
    proxy: str = ""
    digest: str = "sha256"
    policy: str = ""
    quota: int = 0
    period: str = "month"
    quota_hours: int = -4  # Bolivia's own day
    timeout: float = 10.0
    largest: int = 256 * 1024

    def __post_init__(self) -> None:
        """Raises ValueError on values that no later check tells about."""
        if not self.name or self.period not in _PERIODS or self.digest not in _DIGESTS:
            raise ValueError("no timestamp settings")
        if self.quota < 0 or not 0 < self.timeout <= 600 or self.largest < 1 or not -14 <= self.quota_hours <= 14:
            raise ValueError("no timestamp settings")

    @property
    def needs_secrets(self) -> bool:
        """Whether a secret may belong to it."""
        return bool(self.username or self.bearer or self.certificate or "@" in self.proxy)

    def to_json(self) -> dict[str, Any]:
        """What differs from the defaults, besides name and address."""
        plain = asdict(self)
        return {f.name: plain[f.name] for f in fields(self) if f.name in ("name", "url") or plain[f.name] != f.default}

    @classmethod
    def from_json(cls, kept: Any) -> TsaSettings:
        """Raises ValueError on anything that ``to_json`` does not write."""
        if not isinstance(kept, dict):
            raise ValueError("no timestamp settings")
        kinds: dict[str, tuple[type, ...]] = {f.name: (str,) for f in fields(cls)}
        kinds.update(bearer=(bool,), quota=(int,), quota_hours=(int,), largest=(int,), timeout=(int, float))
        for name, value in kept.items():
            if type(value) not in kinds.get(name, ()):
                raise ValueError("no timestamp settings")
        try:
            return cls(**kept)
        except TypeError as error:
            raise ValueError("no timestamp settings") from error


@dataclass(frozen=True, slots=True)
class TsaSecrets:
    """What must not lie in the settings. Never shown."""

    password: str = field(default="", repr=False)
    bearer: str = field(default="", repr=False)
    key_passphrase: str = field(default="", repr=False)
    proxy_password: str = field(default="", repr=False)


def no_secrets(name: str) -> TsaSecrets:  # noqa: ARG001 - every service's answer is the same
    """For services that need none."""
    return TsaSecrets()


def timestamps_from(
    settings: Sequence[TsaSettings],
    secrets: Callable[[str], TsaSecrets] = no_secrets,
    *,
    ledger: Path | None = None,
    samples: Path | None = None,
    clock: Callable[[], datetime] | None = None,
) -> TimestampService | None:
    """The services of ``settings`` in their order; None where there are none.

    ``secrets`` gives those of a service by its name; only services that need some are asked about. ``ledger``: the file that counts
    tokens, shared by every process of this PC; ``samples``: the folder that keeps a token of each. Raises ValueError where a quota is
    set and no ledger given, or two have one name.
    """
    from .timestamps import utc_now
    from .tsa_service import TimestampService

    if not settings:
        return None
    now = clock or utc_now
    return TimestampService([_client(one, secrets, now, samples) for one in settings], ledger=ledger, clock=now)


def require_usable(one: TsaSettings, given: TsaSecrets) -> None:
    """What can be known without asking anybody: address, proxy, policy, files, passphrase. Raises SigningError ``tsa.bad_settings``."""
    from .timestamps import utc_now
    from .tsa_fault import Fault

    client = _client(one, lambda _: given, utc_now)
    try:
        client.require_settings()
        client.door.route()
        if one.url.lower().startswith("https:"):
            client.door.tls()
    except Fault as fault:
        raise fault.told(client.url) from None


def _client(
    one: TsaSettings, secrets: Callable[[str], TsaSecrets], clock: Callable[[], datetime], samples: Path | None = None
) -> TimestampClient:
    from .timestamps import TimestampClient
    from .tsa_http import Access
    from .tsa_quota import Quota

    given = secrets(one.name) if one.needs_secrets else TsaSecrets()
    access = Access(
        url=one.url,
        username=one.username,
        password=given.password,
        bearer=given.bearer if one.bearer else "",
        certificate=one.certificate,
        key=one.key,
        key_passphrase=given.key_passphrase,
        ca=one.ca,
        proxy=one.proxy,
        proxy_password=given.proxy_password,
        timeout=one.timeout,
        largest=one.largest,
    )
    zone = timezone(timedelta(hours=one.quota_hours))
    return TimestampClient(
        access,
        name=one.name,
        digest=one.digest,
        policy=one.policy,
        quota=Quota(one.quota, one.period, zone) if one.quota else None,
        clock=clock,
        wants_bearer=one.bearer,
        kept=samples / f"{hashlib.sha256(f'{one.name} {one.url}'.encode()).hexdigest()[:16]}.tst" if samples else None,
    )
