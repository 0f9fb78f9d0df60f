"""A desk's timestamp services: kept, listed, removed; secrets apart; tried against a TSA that wants them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from desktop.operations.settings import DeskSettings, load_settings, save_settings
from desktop.operations.timestamp_services import (
    LEDGER,
    add_service,
    build_timestamps,
    list_services,
    remove_service,
    try_service,
)
from desktop.sync.secrets import FileSecrets
from signing.errors import SigningError
from signing.timestamps import TimestampClient, Timestamps
from signing.trust import Anchor, TrustStore
from signing.tsa_settings import TsaSecrets, TsaSettings
from tests.fixtures.office import refused
from tests.fixtures.rogue_tsa import Reply, Server, stamping, tsa
from tests.fixtures.stub_tsa import Authority

NOW = datetime.now(UTC)
SETTINGS = DeskSettings("e", "u", "d", "folder:x", "k")


def clock() -> datetime:
    return NOW


def now() -> datetime:
    """For whatever is compared with a real server's clock, which does not stand still through a long run."""
    return datetime.now(UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    save_settings(tmp_path, SETTINGS)
    return tmp_path


@pytest.fixture
def secrets(home: Path) -> FileSecrets:
    return FileSecrets(home)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make(now=NOW, key=ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture
def server(authority: Authority) -> Iterator[Server]:
    """Lets nobody in without ``ana:clave`` or the JWT."""
    right, words = stamping(authority), {"Basic " + base64.b64encode(b"ana:clave").decode(), f"Bearer {JWT}"}
    with tsa(lambda _: Reply(401)) as running:
        running.answer = lambda body: right(body) if running.heard[-1].get("Authorization") in words else Reply(401)  # type: ignore[method-assign]
        yield running


def jwt(until: datetime) -> str:
    return "e30." + base64.urlsafe_b64encode(json.dumps({"exp": int(until.timestamp())}).encode()).decode() + ".x"


JWT = jwt(NOW + timedelta(days=3))


def trusting(authority: Authority) -> TrustStore:
    return TrustStore((Anchor.of(authority.root, source="stub"),))


def test_services_are_kept_in_their_order_and_their_secrets_apart(home: Path, secrets: FileSecrets) -> None:
    first = TsaSettings("adsib", "https://127.0.0.1:9/tsa", bearer=True, quota=500)
    second = TsaSettings("otro", "http://127.0.0.1:9/tsa", username="ana", proxy="system", timeout=3.5)
    add_service(home, first, TsaSecrets(bearer=JWT), secrets=secrets)
    add_service(home, second, TsaSecrets(password="clave"), secrets=secrets)
    assert load_settings(home).services == (first, second)
    text = (home / "desk.json").read_text("utf-8")
    assert json.loads(text)["format"] == 2
    assert "clave" not in text
    assert JWT not in text
    with refused("tsa.name_taken"):
        add_service(home, second, TsaSecrets(), secrets=secrets)
    remove_service(home, "adsib", secrets=secrets)
    assert load_settings(home).services == (second,)
    assert JWT not in secrets.path.read_text()
    with refused("tsa.unknown"):
        remove_service(home, "adsib", secrets=secrets)
    remove_service(home, "otro", secrets=secrets)
    assert load_settings(home) == SETTINGS
    assert build_timestamps(home, SETTINGS, clock=clock) is None


def test_a_desk_of_before_keeps_its_one_address(home: Path, secrets: FileSecrets) -> None:
    kept = json.loads((home / "desk.json").read_text("utf-8"))
    assert kept["format"] == 1
    assert "tsas" not in kept
    (home / "desk.json").write_text(json.dumps({**kept, "timestamp_url": "http://127.0.0.1:9/vieja"}), "utf-8")
    (old,) = load_settings(home).services
    assert (old.name, old.url) == ("tsa", "http://127.0.0.1:9/vieja")
    (view,) = list_services(home, clock=clock, secrets=secrets)
    assert (view.url, view.login, view.remaining) == (old.url, "none", None)
    add_service(home, TsaSettings("nueva", "http://127.0.0.1:9/nueva"), TsaSecrets(), secrets=secrets)
    assert [one.name for one in load_settings(home).services] == ["tsa", "nueva"]
    remove_service(home, "tsa", secrets=secrets)
    assert [one.name for one in load_settings(home).services] == ["nueva"]


@pytest.mark.parametrize(
    "service",
    [
        TsaSettings("x", "nonsense"),
        TsaSettings("x", "https://ana:clave@127.0.0.1/"),
        TsaSettings("x", "https://127.0.0.1/", ca="no-hay.pem"),
        TsaSettings("x", "https://127.0.0.1/", certificate="no-hay.pem"),
        TsaSettings("x", "https://127.0.0.1/", proxy="socks5://127.0.0.1"),
        TsaSettings("x", "https://127.0.0.1/", policy="uno"),
    ],
)
def test_what_cannot_be_used_is_not_kept(home: Path, secrets: FileSecrets, service: TsaSettings) -> None:
    with pytest.raises(SigningError, match=r"tsa\.bad_settings"):
        add_service(home, service, TsaSecrets(password="clave"), secrets=secrets)
    assert load_settings(home) == SETTINGS
    assert not secrets.path.exists()


@pytest.mark.parametrize(
    ("options", "given"),
    [({"username": "ana"}, TsaSecrets(password="clave")), ({"bearer": True}, TsaSecrets(bearer=JWT))],
)
def test_a_service_is_tried_with_its_secret(
    home: Path, secrets: FileSecrets, server: Server, authority: Authority, options: dict[str, Any], given: TsaSecrets
) -> None:
    add_service(home, TsaSettings("una", server.url, quota=5, **options), given, secrets=secrets)
    trial = try_service(home, "", trusting(authority), clock=now, secrets=secrets)
    assert (trial.name, trial.url) == ("una", server.url)
    assert abs(trial.ahead) < 60
    assert trial.size > 500
    (view,) = list_services(home, clock=now, secrets=secrets)
    assert view.remaining == 4
    assert (home / LEDGER).exists()
    expected = ["tsa.credential_expires_soon"] if "bearer" in options else []
    assert [code for code, _ in view.notices] == [code for code, _ in trial.notices] == expected
    with refused("tsa.unknown"):
        try_service(home, "dos", trusting(authority), clock=clock, secrets=secrets)


def test_a_secret_that_is_gone_is_told_before_anybody_is_asked(
    home: Path, secrets: FileSecrets, server: Server, authority: Authority
) -> None:
    add_service(home, TsaSettings("una", server.url, bearer=True), TsaSecrets(bearer=JWT), secrets=secrets)
    for spoil in (lambda: secrets.forget("tsa/una"), lambda: secrets.path.write_text("{")):
        spoil()
        with pytest.raises(SigningError, match=r"tsa\.credential_missing"):
            try_service(home, "una", trusting(authority), clock=clock, secrets=secrets)
    assert server.heard == []


def test_a_ledger_that_is_damaged_shows_in_the_list(home: Path, secrets: FileSecrets) -> None:
    add_service(home, TsaSettings("una", "http://127.0.0.1:9/", quota=5), TsaSecrets(), secrets=secrets)
    (home / LEDGER).write_text("{")
    (view,) = list_services(home, clock=clock, secrets=secrets)
    assert (view.problem, view.remaining) == ("tsa.ledger", None)


def test_both_kinds_are_what_the_core_asks_for() -> None:
    def takes(given: Timestamps) -> int | None:
        return given.remaining(NOW)

    assert takes(TimestampClient("http://127.0.0.1:9/")) is None
