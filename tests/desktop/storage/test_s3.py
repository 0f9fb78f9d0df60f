"""The S3 store on a real server: the suite of all stores, versions and locks, and how failures are told."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from desktop.practice.seaweed import SeaweedServer
from desktop.records.errors import OfficeError
from desktop.storage import LockingStore, ObjectStore, S3Settings, open_storage
from tests.conformance.object_store import ObjectStoreConformance
from tests.fixtures.server_papers import self_signed


class TestS3(ObjectStoreConformance):
    """SeaweedFS."""

    @pytest.fixture
    def store(self, s3_store: LockingStore) -> ObjectStore:
        return s3_store


def test_more_than_one_page_is_listed(s3_store: LockingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"many/{n:02}" for n in range(7)]
    for key in keys:
        s3_store.put_if_absent(key, b"x")
    client = s3_store._client()  # type: ignore[attr-defined]
    for name in ("list_objects_v2", "list_object_versions"):
        ask = getattr(client, name)
        monkeypatch.setattr(client, name, lambda _ask=ask, **more: _ask(**more, MaxKeys=3))
    assert [entry.key for entry in s3_store.list("many/")] == keys
    assert [entry.key for entry in s3_store.list("many/", after="many/02")] == keys[3:]
    assert [version.key for version in s3_store.versions("many/")] == keys


def test_hiding_loses_no_byte(s3_store: LockingStore) -> None:
    s3_store.put_if_absent("a", b"one")
    first = s3_store.head("a")
    assert first is not None
    s3_store.hide("a")
    assert s3_store.head("a") is None
    assert [(v.version == first.version, v.marker) for v in s3_store.versions("a")] == [(False, True), (True, False)]
    assert s3_store.get_version("a", first.version) == b"one"
    assert s3_store.put_if_absent("a", b"two")


def test_a_retained_version_resists_deletion(s3_store: LockingStore) -> None:
    s3_store.put_if_absent("a", b"one")
    entry = s3_store.head("a")
    assert entry is not None
    assert s3_store.retained_until("a") is None
    until = (datetime.now(UTC) + timedelta(minutes=2)).replace(microsecond=0)
    s3_store.retain("a", until, entry.version)
    assert s3_store.retained_until("a", entry.version) == until
    assert not s3_store.purge_version("a", entry.version)
    with pytest.raises(OfficeError) as caught:
        s3_store.retain("a", until - timedelta(minutes=1), entry.version)
    assert caught.value.code == "storage.denied"
    assert s3_store.get("a") == b"one"


def test_an_unlocked_version_can_be_purged(s3_store: LockingStore) -> None:
    s3_store.put_if_absent("a", b"one")
    entry = s3_store.head("a")
    assert entry is not None
    assert s3_store.purge_version("a", entry.version)
    assert list(s3_store.versions("a")) == []


def test_wrong_credentials(s3_url: str, s3_settings: S3Settings) -> None:
    store = open_storage(s3_url, s3=replace(s3_settings, secret_key="wrong"))
    with pytest.raises(OfficeError) as caught:
        store.put_if_absent("a", b"x")
    assert caught.value.code == "storage.denied"
    with pytest.raises(OfficeError) as caught:
        store.head("a")
    assert caught.value.code == "storage.denied"
    store.close()


def test_no_bucket(s3_settings: S3Settings) -> None:
    store = open_storage("s3://typo-bucket", s3=s3_settings)
    with pytest.raises(OfficeError) as caught:
        store.put("a", b"x")
    assert caught.value.code == "storage.no_bucket"
    store.close()


def test_bytes_damaged_on_the_way_are_refused(s3_store: LockingStore) -> None:
    """The checksum that the client sends is of other bytes than those that arrive."""
    client = s3_store._client()  # type: ignore[attr-defined]
    ask = client.put_object
    client.put_object = lambda **more: ask(**{**more, "Body": b"damaged"})
    with pytest.raises(OfficeError) as caught:
        s3_store.put("a", b"correct")
    assert (caught.value.code, caught.value.on_disk) == ("storage.damaged_in_transit", "unchanged")
    assert s3_store.head("a") is None


def test_nobody_listens() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{held.getsockname()[1]}"
        store = open_storage("s3://b", s3=S3Settings(endpoint=endpoint, access_key="a", secret_key="b", attempts=1))
        with pytest.raises(OfficeError) as caught:
            store.get("a")
        assert caught.value.code == "storage.unreachable"
        store.close()


@contextmanager
def _server(answers: list[tuple[int, bytes]], *, certificate: Path | None = None) -> Iterator[str]:
    """An HTTP server that gives those answers in order, whatever is asked; the last one for ever."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            self.send_header("ETag", '"t"')
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = _answer

        protocol_version = "HTTP/1.1"  # so that "Expect: 100-continue" is answered

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(HTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that does not trust us hangs up."""

    server = Quiet(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _at(endpoint: str, ca: Path | None = None, attempts: int = 2) -> ObjectStore:
    return open_storage("s3://b", s3=S3Settings(endpoint, "a", "b", ca=ca, attempts=attempts, read_timeout=5))


def test_a_retry_that_meets_its_own_first_attempt_has_succeeded() -> None:
    """The first answer was lost (500 after storing), the retry is told 412, the content is ours."""
    for stored, won in ((b"ours", True), (b"of another", False)):
        with _server([(500, b""), (412, b""), (200, stored)]) as endpoint:
            store = _at(endpoint)
            assert store.put_if_absent("a", b"ours") is won
            store.close()


def test_a_first_412_is_never_ours() -> None:
    with _server([(412, b""), (200, b"ours")]) as endpoint:
        store = _at(endpoint)
        assert not store.put_if_absent("a", b"ours")
        store.close()


@pytest.mark.parametrize(
    ("status", "body", "code", "left"),
    [
        (507, b"", "storage.disk_full", "unchanged"),
        (403, b"", "storage.denied", "unknown"),
        (503, b"", "storage.unreachable", "unknown"),
        (400, b"<Error><Code>BadDigest</Code></Error>", "storage.damaged_in_transit", "unchanged"),
    ],
)
def test_what_servers_answer(status: int, body: bytes, code: str, left: str) -> None:
    with _server([(status, body)]) as endpoint:
        store = _at(endpoint, attempts=1)
        with pytest.raises(OfficeError) as caught:
            store.put_if_absent("a", b"x")
        assert (caught.value.code, caught.value.on_disk) == (code, left)
        store.close()


def test_an_answer_that_was_cut_off_is_no_empty_listing() -> None:
    with _server([(200, b"")]) as endpoint:
        store = _at(endpoint, attempts=1)
        with pytest.raises(OfficeError, match=r"storage\.unreachable"):
            list(store.list("units/"))
        store.close()


def test_a_private_authority_is_trusted_only_when_given(tmp_path: Path) -> None:
    pem = self_signed(tmp_path)
    with _server([(200, b"hello")], certificate=pem) as endpoint:
        store = _at(endpoint, ca=pem)
        assert store.get("a") == b"hello"
        store.close()
        stranger = _at(endpoint, attempts=1)
        with pytest.raises(OfficeError) as caught:
            stranger.get("a")
        assert caught.value.code == "storage.untrusted_server"
        stranger.close()


def test_seaweedfs_itself_with_tls_and_a_private_authority(tmp_path: Path) -> None:
    """Trusted with its authority; refused without, and with another's, before any credentials are told."""
    (tmp_path / "other").mkdir()
    right, wrong = self_signed(tmp_path), self_signed(tmp_path / "other")
    with SeaweedServer(tmp_path / "server", tls=right) as server:
        assert server.endpoint.startswith("https://")
        for ca in (right, None, wrong):
            settings = S3Settings(server.endpoint, server.access_key, server.secret_key, ca=ca, attempts=1)
            store = open_storage(server.url, s3=settings)
            if ca == right:
                store.put("a", b"x")
                assert store.get("a") == b"x"
            else:
                with pytest.raises(OfficeError) as caught:
                    store.put("a", b"y")
                assert caught.value.code == "storage.untrusted_server"
            store.close()


def test_the_server_is_the_real_one(seaweed: SeaweedServer) -> None:
    """So that nobody swaps it for something that only pretends."""
    assert seaweed.pid is not None
