"""Settings of timestamp services: through JSON and back, without secrets, and built into a service."""

from __future__ import annotations

import asyncio
import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.trust import Anchor, TrustStore
from signing.tsa_sample import keep_sample, read_sample
from signing.tsa_settings import TsaSecrets, TsaSettings, timestamps_from
from tests.fixtures.rogue_tsa import stamping, tsa
from tests.fixtures.stub_tsa import Authority

WORD = st.text(max_size=20)
SETTINGS = st.builds(
    TsaSettings,
    name=st.text(min_size=1, max_size=20),
    url=WORD,
    username=WORD,
    bearer=st.booleans(),
    certificate=WORD,
    key=WORD,
    ca=WORD,
    proxy=WORD,
    digest=st.sampled_from(["sha256", "sha384", "sha512"]),
    policy=WORD,
    quota=st.integers(0, 10**9),
    period=st.sampled_from(["hour", "day", "month", "year", "total"]),
    quota_hours=st.integers(-14, 14),
    timeout=st.floats(0.1, 600) | st.integers(1, 600),
    largest=st.integers(1, 10**7),
)


@settings(deadline=None)
@given(SETTINGS)
def test_through_json_and_back(one: TsaSettings) -> None:
    assert TsaSettings.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_only_what_differs_is_written() -> None:
    assert TsaSettings("a", "http://b/").to_json() == {"name": "a", "url": "http://b/"}


@pytest.mark.parametrize(
    "kept",
    [
        None, [], "x", {}, {"name": "a"}, {"name": "", "url": "u"}, {"name": "a", "url": 1}, {"name": "a", "url": "u", "other": "x"},
        {"name": "a", "url": "u", "bearer": 1}, {"name": "a", "url": "u", "quota": True}, {"name": "a", "url": "u", "quota": -1},
        {"name": "a", "url": "u", "quota": 1.5}, {"name": "a", "url": "u", "timeout": float("nan")},
        {"name": "a", "url": "u", "timeout": 601}, {"name": "a", "url": "u", "largest": 0}, {"name": "a", "url": "u", "digest": "md5"},
        {"name": "a", "url": "u", "period": "week"}, {"name": "a", "url": "u", "quota_hours": 15},
    ],
)  # fmt: skip
def test_other_json_is_refused(kept: Any) -> None:
    with pytest.raises(ValueError, match="no timestamp settings"):
        TsaSettings.from_json(kept)


def test_a_service_of_several(tmp_path: Path) -> None:
    asked: list[str] = []

    def secrets(name: str) -> TsaSecrets:
        asked.append(name)
        return TsaSecrets("clave", "jwt", "frase", "proxy")

    settings = [
        TsaSettings("open", "http://127.0.0.1:9/a", ca="ca.pem", digest="sha512", timeout=2.0, largest=9000),
        TsaSettings("basic", "http://127.0.0.1:9/b", username="ana", quota=7, period="day"),
        TsaSettings("bearer", "http://127.0.0.1:9/c", bearer=True, proxy="http://red@127.0.0.1:1"),
    ]
    now = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)  # still the 26th in Bolivia
    service = timestamps_from(settings, secrets, ledger=tmp_path / "q", clock=lambda: now)
    assert service is not None
    assert asked == ["basic", "bearer"]
    plain, basic, bearer = service.clients
    assert (plain.access.ca, plain.access.timeout, plain.access.largest) == ("ca.pem", 2.0, 9000)
    assert service.digest == "sha512"
    assert (basic.access.username, basic.access.password, basic.access.bearer) == ("ana", "clave", "")
    assert (bearer.access.bearer, bearer.access.proxy_password) == ("jwt", "proxy")
    assert basic.quota is not None
    assert basic.quota.turn(now) == "2026-11-26"
    assert service.remaining_of(basic, now) == 7
    assert service.remaining(now) is None
    assert timestamps_from([]) is None
    shown = (
        repr(service) + repr(service.clients) + repr([client.access for client in service.clients]) + repr(secrets("x"))
    )
    assert not any(secret in shown for secret in ("clave", "jwt", "frase"))


def test_every_secret_stays_out_of_settings() -> None:
    assert not {f.name for f in fields(TsaSettings)} & {f.name for f in fields(TsaSecrets)} - {"bearer"}


def test_a_kept_token_saves_the_next_process_one(tmp_path: Path) -> None:
    """The TSA's certificates and the size of its tokens are known again, and nothing is spent on learning them."""
    authority = Authority.make(now=datetime.now(UTC), key=ec.generate_private_key(ec.SECP256R1()))
    trust = TrustStore((Anchor.of(authority.root, source="stub"),))

    async def run(url: str, *, ask: bool) -> bytes:
        service = timestamps_from([TsaSettings("una", url)], samples=tmp_path / "kept")
        assert service is not None
        async with service.stamper(trust) as stamper:
            if ask:
                return await stamper.async_token(bytes(32), "sha256")
            return bytes((await stamper.async_dummy_response("sha256")).dump())

    with tsa(stamping(authority)) as server:
        token = asyncio.run(run(server.url, ask=True))
        assert asyncio.run(run(server.url, ask=False)) == token
        assert len(server.bodies) == 1
        (file,) = (tmp_path / "kept").iterdir()
        for damage in (b"", b"rubbish", b"\x30" * 300_000):
            file.write_bytes(damage)
            assert read_sample(file) is None
        assert asyncio.run(run(server.url, ask=False)) != token
        assert len(server.bodies) == 2


def test_a_disk_that_keeps_nothing_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keep_sample(tmp_path / "file" / "x.tst", b"token")
    assert read_sample(tmp_path / "file" / "x.tst") is None
