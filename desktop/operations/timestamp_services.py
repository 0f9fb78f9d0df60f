"""The timestamp services of a desk: kept in its settings, their secrets apart, tried with one token."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import Fact, OfficeError
from desktop.sync.secrets import SecretStore, choose_secrets
from signing.errors import SigningError
from signing.tsa_settings import TsaSecrets, TsaSettings, require_usable, timestamps_from

from .settings import DeskSettings, load_settings, save_settings

if TYPE_CHECKING:
    from signing.trust import TrustStore
    from signing.tsa_service import TimestampService

LEDGER, SAMPLES = "timestamps.json", "timestamps"


@dataclass(frozen=True, slots=True)
class ServiceView:
    """One service as a list shows it. ``login``: none, basic, bearer or certificate; ``remaining`` None: no known limit.

    ``notices`` are codes with their facts (``tsa.credential_expires_soon`` …); ``problem`` the code of what keeps it from being used.
    """

    name: str
    url: str
    login: str
    remaining: int | None
    notices: tuple[tuple[str, dict[str, Fact]], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One token, asked for and thrown away. ``ahead``: seconds by which the service's clock is ahead of this PC's."""

    name: str
    url: str
    ahead: float
    size: int
    notices: tuple[tuple[str, dict[str, Fact]], ...] = ()


def build_timestamps(
    home: Path, settings: DeskSettings, *, clock: Callable[[], datetime], secrets: SecretStore | None = None
) -> TimestampService | None:
    """The desk's services in their order; None where it has none. A secret that cannot be read counts as missing: the desk opens."""
    return _built(home, settings, settings.services, clock, secrets)


def add_service(home: Path, service: TsaSettings, given: TsaSecrets, *, secrets: SecretStore | None = None) -> None:
    """Append a service to the desk's, its secrets first. Raises ``tsa.name_taken``, ``tsa.bad_settings``, ``secret.failed``, ``desk.*``."""
    settings = load_settings(home)
    if any(one.name == service.name for one in settings.services):
        raise OfficeError("tsa.name_taken", name=service.name)
    require_usable(service, given)
    kept = {name: text for name, text in asdict(given).items() if text}
    if kept:
        store = secrets or choose_secrets(home, settings.device)
        store.put(secret_name(service.name), json.dumps(kept))
    save_settings(home, replace(settings, timestamp_url="", tsas=(*settings.services, service)))


def remove_service(home: Path, name: str, *, secrets: SecretStore | None = None) -> None:
    """Take a service and its secrets away. Raises ``tsa.unknown``, ``secret.failed``, ``desk.*``."""
    settings = load_settings(home)
    left = tuple(one for one in settings.services if one.name != name)
    if len(left) == len(settings.services):
        raise OfficeError("tsa.unknown", name=name)
    save_settings(home, replace(settings, timestamp_url="", tsas=left))
    (secrets or choose_secrets(home, settings.device)).forget(secret_name(name))


def list_services(
    home: Path, *, clock: Callable[[], datetime], secrets: SecretStore | None = None
) -> tuple[ServiceView, ...]:
    """Every service with what is known of it offline; asks nobody. Raises ``desk.*``."""
    settings = load_settings(home)
    service = build_timestamps(home, settings, clock=clock, secrets=secrets)
    if service is None:
        return ()
    now, views = clock(), []
    for one, client in zip(settings.services, service.clients, strict=True):
        problem, remaining = "", None
        try:
            remaining = service.remaining_of(client, now)
        except SigningError as error:
            problem = error.code
        notices = tuple((notice.code, dict(notice.facts)) for notice in client.notices(now))
        views.append(ServiceView(one.name, client.url, _login(one), remaining, notices, problem))
    return tuple(views)


def try_service(
    home: Path, name: str, trust: TrustStore, *, clock: Callable[[], datetime], secrets: SecretStore | None = None
) -> Trial:
    """Ask that service (empty: the first) for one token, which counts in its quota, and check it. Raises ``tsa.*``, ``desk.*``."""
    import asyncio

    settings = load_settings(home)
    chosen = [one for one in settings.services if name in ("", one.name)][:1]
    service = _built(home, settings, chosen, clock, secrets)
    if service is None:
        raise OfficeError("tsa.unknown", name=name)

    async def ask() -> bytes:
        async with service.stamper(trust) as stamper:
            return await stamper.async_token(hashlib.new(service.digest, b"").digest(), service.digest)

    token, client = asyncio.run(ask()), service.clients[0]
    notices = tuple((notice.code, dict(notice.facts)) for notice in service.notices(clock()))
    ahead = client.skew.total_seconds() if client.skew is not None else 0.0
    return Trial(client.name, client.url, ahead, len(token), notices)


def _built(
    home: Path,
    settings: DeskSettings,
    services: tuple[TsaSettings, ...] | list[TsaSettings],
    clock: Callable[[], datetime],
    secrets: SecretStore | None,
) -> TimestampService | None:
    def given(name: str) -> TsaSecrets:
        store = secrets or choose_secrets(home, settings.device)
        try:
            return TsaSecrets(**json.loads(store.get(secret_name(name)) or "{}"))
        except (OfficeError, ValueError, TypeError):
            return TsaSecrets()

    return timestamps_from(services, given, ledger=home / LEDGER, samples=home / SAMPLES, clock=clock)


def _login(service: TsaSettings) -> str:
    if service.bearer:
        return "bearer"
    if service.username:
        return "basic"
    return "certificate" if service.certificate else "none"


def secret_name(name: str) -> str:
    """Under which name the vault keeps that service's secrets."""
    return f"tsa/{name}"
