"""Fetching from addresses that strangers name: servers on loopback that redirect, drip, flood and break off; disguised addresses."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic, sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import addresses
from signing.addresses import AddressRule, resolve
from signing.fetching import NotFetched, Request, fetch_bytes
from signing.policy import LOOPBACK, VerificationPolicy

OPEN = VerificationPolicy(private=LOOPBACK, seconds=3.0)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        getattr(self, f"a_{self.path.partition('?')[0].strip('/').partition('/')[0]}")()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, body))  # type: ignore[attr-defined]
        if self.path.startswith("/to"):
            self.do_GET()
        else:
            self.say(b"got " + body)

    def say(self, body: bytes, **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def a_good(self) -> None:
        self.say(b"good")

    def a_large(self) -> None:
        self.say(b"x" * 5000)

    def a_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.over.is_set():  # type: ignore[attr-defined]
            self.wfile.write(b"x" * 65536)

    def a_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        while not self.server.over.wait(0.05):  # type: ignore[attr-defined]
            self.wfile.write(b"x")
            self.wfile.flush()

    def a_dripheaders(self) -> None:
        while not self.server.over.wait(0.05):  # type: ignore[attr-defined]
            self.wfile.write(b"H")
            self.wfile.flush()

    def a_short(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x")
        self.close_connection = True

    def a_missing(self) -> None:
        self.send_error(404)

    def a_to(self) -> None:
        _, _, status, *rest = self.path.split("/", 3)
        self.send_response(int(status))
        self.send_header("Location", rest[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def a_loop(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/loop")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, object]] = []
        self.over = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # the other side went away: that is what is tested

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


@pytest.fixture
def server() -> Iterator[_Server]:
    made = _Server()
    serving = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    yield made
    made.over.set()
    made.shutdown()
    serving.join()
    made.server_close()


def reason(url: str, policy: VerificationPolicy = OPEN, *, largest: int = 4000, body: bytes | None = None) -> str:
    with pytest.raises(NotFetched) as caught:
        fetch_bytes(Request(url, largest, body), policy)
    return caught.value.reason


def test_an_answer_comes_whole(server: _Server) -> None:
    assert fetch_bytes(Request(server.url("/good"), 4), OPEN) == b"good"
    asked = fetch_bytes(Request(server.url("/ocsp"), 100, b"question", "application/ocsp-request"), OPEN)
    assert asked == b"got question"


def test_loopback_is_asked_only_with_leave(server: _Server) -> None:
    assert reason(server.url("/good"), VerificationPolicy()) == "address"
    assert server.seen == []
    barred = replace(OPEN, forbidden=("127.0.0.1/32",))
    assert reason(server.url("/good"), barred) == "address"  # forbidden wins over allowed


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",
        "0",
    ],
)
def test_loopback_however_it_is_written(server: _Server, host: str) -> None:
    assert reason(f"http://{host}:{server.server_port}/good", VerificationPolicy(seconds=3.0)) in (
        "address",
        "unreachable",
    )
    assert server.seen == []


def test_a_redirect_is_judged_again(server: _Server) -> None:
    assert fetch_bytes(Request(server.url("/to/302//good"), 4), OPEN) == b"good"
    for target in ("http://10.0.0.1/x", "http://169.254.169.254/latest", "http://[fe80::1]/x", "http://192.168.1.1/"):
        assert reason(server.url(f"/to/302/{target}")) == "address"
    for target in ("file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://user:pw@127.0.0.1/"):
        assert reason(server.url(f"/to/301/{target}")) == "url"
    assert reason(server.url("/loop")) == "redirect"
    assert len([path for path, _ in server.seen if path == "/loop"]) == 4


def test_a_question_is_not_turned_into_another_by_a_redirect(server: _Server) -> None:
    assert reason(server.url("/to/302/ocsp"), body=b"q") == "redirect"
    assert fetch_bytes(Request(server.url("/to/307//ocsp"), 100, b"q"), OPEN) == b"got q"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/large", "too_large"), ("/endless", "too_large"), ("/missing", "status"), ("/short", "unreachable")],
)
def test_what_is_no_answer(server: _Server, path: str, expected: str) -> None:
    assert reason(server.url(path)) == expected


@pytest.mark.parametrize("path", ["/drip", "/dripheaders"])
def test_a_slow_drip_ends_in_time(server: _Server, path: str) -> None:
    started = monotonic()
    assert reason(server.url(path), replace(OPEN, seconds=0.5)) == "too_slow"
    assert monotonic() - started < 2.0


def test_the_files_own_deadline_counts_too(server: _Server) -> None:
    with pytest.raises(NotFetched) as caught:
        fetch_bytes(Request(server.url("/drip"), 4000), OPEN, deadline=monotonic() + 0.3)
    assert caught.value.reason == "too_slow"
    with pytest.raises(NotFetched):
        fetch_bytes(Request(server.url("/good"), 4000), OPEN, deadline=monotonic() - 1)


def test_a_listener_that_never_answers(server: _Server) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        started = monotonic()
        for scheme in ("http", "https"):
            assert reason(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/", replace(OPEN, seconds=0.4)) == "too_slow"
        assert monotonic() - started < 3.0


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ldap://x/",
        "http://",
        "http:///x",
        "http://a:0/",
        "http://a:99999/",
        "http://u:p@a.example/",
        "http://ñ.example/\n",
        "http://" + "a" * 3000,
    ],
)
def test_addresses_of_no_use(url: str) -> None:
    assert reason(url) == "url"


def test_no_credentials_of_the_environment(server: _Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://secret:word@127.0.0.1:9")
    assert fetch_bytes(Request(server.url("/good"), 4), OPEN) == b"good"  # the environment's proxy is not used unasked
    _, headers = server.seen[0]
    assert not {"authorization", "cookie", "proxy-authorization"} & {name.lower() for name in headers}  # type: ignore[attr-defined]


def test_through_the_policys_proxy(server: _Server, monkeypatch: pytest.MonkeyPatch) -> None:
    through = VerificationPolicy(proxy=f"http://127.0.0.1:{server.server_port}", seconds=3.0)
    with pytest.raises(NotFetched) as caught:  # our server is no proxy: it does not know that path
        fetch_bytes(Request("http://crl.example.org/good", 4), through)
    assert caught.value.reason == "unreachable"
    assert server.seen[0][0] == "http://crl.example.org/good"
    for inside in (
        "http://10.0.0.1/",
        "http://0x0a000001/",
        "http://intranet/",
        "http://localhost/",
        "http://a.internal/",
        "http://[::1]/",
    ):
        assert reason(inside, through) == "address"
    monkeypatch.setenv("http_proxy", f"http://secret:word@127.0.0.1:{server.server_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    reason("http://crl.example.org/good", replace(through, proxy="system"))
    assert "secret" not in str(server.seen)
    assert "Proxy-Authorization" not in str(server.seen)
    assert reason("http://crl.example.org/", replace(through, proxy="socks5://x:1")) == "proxy"


def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ["127.0.0.1", "10.9.9.9"]
    really = socket.getaddrinfo

    def lookup(host: str, port: int, *rest: object, **more: object) -> object:
        if host != "rebinding.example":
            return really(host, port, *rest, **more)  # type: ignore[arg-type]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", lookup)
    url = f"http://rebinding.example:{server.server_port}/good"
    assert fetch_bytes(Request(url, 4), OPEN) == b"good"
    assert answers == ["10.9.9.9"]  # asked once: what was judged is what was connected to
    assert reason(url) == "address"
    with pytest.raises(IndexError):
        lookup("rebinding.example", 80)


def test_a_resolver_that_hangs_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: sleep(1.0) or [])
    with pytest.raises(TimeoutError):
        resolve("hangs.example", 80, AddressRule(), seconds=0.1)
    for thread in threading.enumerate():
        if thread.name == "qillqa-resolve":
            thread.join()


# --- ranges


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.16.0.1", "192.168.0.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
     "198.18.0.1", "192.0.2.1", "240.0.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
     "64:ff9b::10.0.0.1", "2002:0a00:0001::1", "2001:db8::1", "fec0::1", "no address", ""],
)  # fmt: skip
def test_ranges_that_are_never_public(address: str) -> None:
    assert not AddressRule().permits(address)


@pytest.mark.parametrize("address", ["200.87.100.1", "8.8.8.8", "2800:cd0::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"])
def test_public_ranges(address: str) -> None:
    assert AddressRule().permits(address)
    assert not AddressRule(forbidden=("0.0.0.0/0", "::/0")).permits(address)


@given(st.ip_addresses(v=4))
def test_every_disguise_of_an_address_is_judged_like_it(address: object) -> None:
    bare = AddressRule().permits(str(address))
    number = int(address)  # type: ignore[call-overload]
    assert AddressRule().permits(f"::ffff:{address}") == bare
    assert AddressRule().permits_name(str(number)) == bare
    assert AddressRule().permits_name(hex(number)) == bare
    if not bare:
        assert not AddressRule().permits(f"64:ff9b::{address}")
        assert not AddressRule().permits(f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1")


# --- the signing side's sessions open sockets by the same rule


def test_the_signing_sides_sessions_are_guarded(server: _Server) -> None:
    import asyncio

    import aiohttp

    from signing.answers_online import guarded_session

    async def ask(policy: VerificationPolicy, url: str) -> bytes:
        session = guarded_session(policy)
        try:
            async with session.get(url) as response:
                return await response.read()
        finally:
            await session.close()

    assert asyncio.run(ask(OPEN, server.url("/good"))) == b"good"
    for url in (server.url("/good"), f"http://localhost:{server.server_port}/good"):
        with pytest.raises(aiohttp.ClientError):
            asyncio.run(ask(VerificationPolicy(), url))
    with pytest.raises(aiohttp.ClientError):
        asyncio.run(ask(OPEN, server.url("/to/302/http://10.0.0.1:9/x")))
    assert [path for path, _ in server.seen] == ["/good", "/to/302/http://10.0.0.1:9/x"]
