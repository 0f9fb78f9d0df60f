"""S3 behind an HTTP proxy: all goes through it, what it refuses is said and stays in the outbox, and nobody learns its password."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from desktop.operations.settings import S3Access
from desktop.practice.seaweed import SeaweedServer
from desktop.records.errors import OfficeError
from desktop.storage import ObjectStore, S3Settings, open_storage
from desktop.words import words
from tests.desktop.sync.office import Seat
from tests.fixtures.proxy import Proxy
from tests.fixtures.rogue_tsa import serving
from tests.fixtures.server_papers import self_signed

NAME = "almacen.gador.test"  # which only the proxy can find
PASSWORD = "clave-del-proxy"
LOGIN = base64.b64encode(f"red:{PASSWORD}".encode()).decode()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with serving(running := Proxy(f"Basic {LOGIN}", {NAME: "127.0.0.1"})):
        yield running


@pytest.fixture
def beyond(s3_settings: S3Settings) -> S3Settings:
    """The server under its name."""
    port = urlsplit(s3_settings.endpoint).port
    return replace(s3_settings, endpoint=f"http://{NAME}:{port}", attempts=2, connect_timeout=2.0, read_timeout=5.0)


def _with_login(proxy: Proxy, password: str = PASSWORD) -> str:
    return proxy.url.replace("//", f"//red:{password}@")


def _acts(juana: Seat) -> int:
    juana.make("doc-1", b"pdf")
    juana.dispatch("doc-1", "slip-1", "unit-b")
    return juana.store.outbox_counts().waiting


def _refused(juana: Seat, store: ObjectStore) -> OfficeError:
    with pytest.raises(OfficeError) as caught:
        juana.push(store)
    store.close()
    assert caught.value.code == "storage.unreachable"
    return caught.value


def test_everything_goes_through_the_proxy(
    juana: Seat, pedro: Seat, proxy: Proxy, beyond: S3Settings, s3_url: str
) -> None:
    _acts(juana)
    store = open_storage(s3_url, s3=replace(beyond, proxy=_with_login(proxy)))
    juana.push(store)
    assert juana.store.outbox_counts().waiting == 0
    assert pedro.pull(store).events == 1
    store.close()
    assert set(proxy.asked) == {NAME}
    assert {"PUT", "GET"} <= {method for method, _ in proxy.seen}
    assert len(proxy.asked) > 10


def test_a_tunnel_to_a_server_with_a_private_authority(juana: Seat, proxy: Proxy, tmp_path: Path) -> None:
    pem = self_signed(tmp_path, NAME)
    with SeaweedServer(tmp_path / "server", tls=pem) as server:
        endpoint = server.endpoint.replace("127.0.0.1", NAME)
        settings = S3Settings(endpoint, server.access_key, server.secret_key, ca=pem, attempts=1)
        waiting = _acts(juana)
        told = _refused(juana, open_storage(server.url, s3=replace(settings, proxy=_with_login(proxy, "otra"))))
        assert told.facts["reason"] == "proxy_unauthorized"
        proxy.status = 403
        told = _refused(juana, open_storage(server.url, s3=replace(settings, proxy=_with_login(proxy))))
        assert told.facts["reason"] == "proxy"
        assert juana.store.outbox_counts().waiting == waiting
        proxy.status = 0
        store = open_storage(server.url, s3=replace(settings, proxy=_with_login(proxy)))
        for _ in range(61):
            juana.now()  # rows that failed wait for their time
        juana.push(store)
        store.close()
        assert juana.store.outbox_counts().waiting == 0
        assert {method for method, _ in proxy.seen} == {"CONNECT"}


@pytest.mark.parametrize("how", ["login", "no login", "nobody", "dies", "no address"])
def test_what_a_proxy_does_wrong_is_said_and_nothing_is_lost(
    juana: Seat, pedro: Seat, proxy: Proxy, beyond: S3Settings, s3_url: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = _acts(juana)
    address, reason, what = _with_login(proxy), "proxy_unauthorized", "pide usuario y clave"
    if how == "login":
        address = _with_login(proxy, f"{PASSWORD}-mala")
    elif how == "no login":
        address = proxy.url
    elif how == "nobody":
        with serving(gone := Proxy()):
            address = _with_login(gone)
        reason, what = "proxy", "El proxy de la red no dejó llegar"
    elif how == "dies":
        proxy.dies_after = 0
        reason, what = "proxy", "El proxy de la red no dejó llegar"
    else:
        address = f"http://red:{PASSWORD}@proxy:puerto"
        reason, what = "", "No se puede llegar al almacén"
    with caplog.at_level(logging.DEBUG):
        told = _refused(juana, open_storage(s3_url, s3=replace(beyond, proxy=address)))
    assert reason in ("", told.facts["reason"])
    said = words(told.code, "es", told.facts)
    assert what in said.what
    assert said.do
    assert juana.store.outbox_counts().waiting == waiting
    for text in (caplog.text, str(told), repr(told.__cause__), str(said), repr(replace(beyond, proxy=address))):
        assert PASSWORD not in text
        assert LOGIN not in text
    proxy.dies_after = None
    for _ in range(61):
        juana.now()  # rows that failed wait for their time
    store = open_storage(s3_url, s3=replace(beyond, proxy=_with_login(proxy)))
    juana.push(store)
    assert juana.store.outbox_counts().waiting == 0
    assert (pedro.pull(store).events, pedro.pull(store).problems) == (1, ())
    store.close()


def test_a_proxy_that_dies_in_the_middle_of_a_pull(
    juana: Seat, pedro: Seat, proxy: Proxy, beyond: S3Settings, s3_url: str
) -> None:
    store = open_storage(s3_url, s3=replace(beyond, proxy=_with_login(proxy)))
    juana.make("doc-1", b"pdf" * 40_000)
    juana.dispatch("doc-1", "slip-1", "unit-b")
    juana.push(store)
    proxy.dies_after = 70_000
    with pytest.raises(OfficeError) as caught:
        pedro.pull(store)
    assert caught.value.code == "storage.unreachable"
    proxy.dies_after = None
    report = pedro.pull(store)
    assert (len(pedro.store.slips()), report.problems) == (1, ())
    assert pedro.store.has_bytes(pedro.store.document("doc-1").digest)
    store.close()


def test_the_system_s_proxy_and_those_that_it_leaves_out(
    juana: Seat, proxy: Proxy, beyond: S3Settings, s3_url: str, s3_settings: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, _with_login(proxy))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    store = open_storage(s3_url, s3=beyond)
    assert store.put_if_absent("a", b"x")
    store.close()
    assert proxy.asked == [NAME]
    near = open_storage(s3_url, s3=s3_settings)
    assert near.get("a") == b"x"
    near.close()
    assert proxy.asked == [NAME]  # what runs on this machine is asked itself
    monkeypatch.setenv("NO_PROXY", NAME)
    monkeypatch.setenv("no_proxy", NAME)
    left_out = open_storage(s3_url, s3=beyond)
    with pytest.raises(OfficeError, match=r"storage\.unreachable"):
        left_out.get("a")  # nobody but the proxy knows that name
    left_out.close()
    assert proxy.asked == [NAME]


def test_a_desk_s_settings_show_no_secret() -> None:
    shown = repr(S3Access("http://x", "llave", "secreto", proxy=f"http://red:{PASSWORD}@proxy:3128"))
    assert "secreto" not in shown
    assert PASSWORD not in shown
