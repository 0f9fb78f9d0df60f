"""The way to a TSA: TLS with a private authority, client certificates, proxies, redirects. Real sockets on loopback."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from desktop.practice.ports import free_port
from signing.errors import SigningError
from signing.timestamps import TimestampClient
from signing.trust import Anchor, TrustStore
from signing.tsa_http import Access
from tests.fixtures.proxy import Proxy
from tests.fixtures.rogue_tsa import Answer, Papers, Reply, make_papers, serving, stamping, tsa
from tests.fixtures.stub_tsa import Authority

NOW = datetime.now(UTC)
DIGEST = hashlib.sha256(b"data").digest()
PROXY_WORD = "Basic " + base64.b64encode(b"red:clave-proxy").decode()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make(now=NOW, key=ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def stamps(authority: Authority) -> Answer:
    return stamping(authority)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with serving(running := Proxy(PROXY_WORD)):
        yield running


def tried(authority: Authority, url: str, count: int = 1, **options: str) -> tuple[str, object]:
    """("", "") where tokens came, else code and reason."""
    trust = TrustStore((Anchor.of(authority.root, source="stub"),))

    async def run() -> None:
        async with TimestampClient(Access(url, **options)).stamper(trust) as stamper:  # type: ignore[arg-type]
            for _ in range(count):
                assert await stamper.async_token(DIGEST, "sha256")

    try:
        asyncio.run(run())
    except SigningError as error:
        seen = str(error) + repr(error.__cause__) + repr(error.__context__)
        assert not any(secret in seen for secret in options.values() if secret.startswith("clave"))
        return error.code, error.facts["reason"]
    return "", ""


# --- TLS


def test_a_private_authority_is_believed_when_it_is_named(authority: Authority, papers: Papers, stamps: Answer) -> None:
    with tsa(stamps, tls=papers.server()) as server:
        assert tried(authority, server.url, 2, ca=papers.file("ca.pem")) == ("", "")
        assert tried(authority, server.at("localhost"), ca=papers.file("ca.pem")) == ("", "")
        assert tried(authority, server.url) == ("tsa.unreachable", "tls_authority")
        assert len(server.bodies) == 3


@pytest.mark.parametrize(("name", "told"), [("elsewhere", "tls_host"), ("late", "tls_expired")])
def test_a_server_that_is_not_whom_we_asked_for(
    authority: Authority, papers: Papers, stamps: Answer, name: str, told: str
) -> None:
    with tsa(stamps, tls=papers.server(name)) as server:
        for url in (server.url, server.at("localhost")):
            assert tried(authority, url, ca=papers.file("ca.pem"), bearer="clave") == ("tsa.unreachable", told)
        assert server.heard == []


def test_a_server_without_tls_where_tls_was_asked_for(authority: Authority, papers: Papers, stamps: Answer) -> None:
    with tsa(stamps) as server:
        url = server.url.replace("http:", "https:")
        assert tried(authority, url, ca=papers.file("ca.pem")) == ("tsa.unreachable", "tls")
    with tsa(stamps, tls=papers.server()) as server:
        assert tried(authority, server.url.replace("https:", "http:"))[0] in ("tsa.unreachable", "tsa.bad_answer")


def test_a_client_certificate_opens_the_door(authority: Authority, papers: Papers, stamps: Answer) -> None:
    files = {"ca": papers.file("ca.pem"), "certificate": papers.file("client.pem"), "key": papers.file("client.key")}
    with tsa(stamps, tls=papers.server(wants_client=True)) as server:
        assert tried(authority, server.url, **files, key_passphrase=papers.passphrase) == ("", "")
        code, told = tried(authority, server.url, ca=files["ca"])
        assert (code, told) in {("tsa.unreachable", "tls"), ("tsa.unreachable", "broken_off")}
        for wrong in ({"key_passphrase": "clave-otra"}, {}, {"key": papers.file("server.key")}, {"key": "/no/hay"}):
            assert tried(authority, server.url, **{**files, **wrong}) == ("tsa.bad_settings", "client_certificate")
        assert len(server.bodies) == 1


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_of_authorities_that_is_none(authority: Authority, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    assert tried(authority, "https://127.0.0.1:9/", ca=str(file)) == ("tsa.bad_settings", "ca_file")


# --- proxies


def test_through_a_proxy(authority: Authority, papers: Papers, stamps: Answer, proxy: Proxy) -> None:
    way = {
        "proxy": proxy.url.replace("//", "//red@"),
        "proxy_password": "clave-proxy",
        "username": "ana",
        "password": "clave",
    }
    with tsa(stamps) as plain, tsa(stamps, tls=papers.server()) as secure:
        assert tried(authority, plain.url, **way) == ("", "")
        assert tried(authority, secure.url, 2, ca=papers.file("ca.pem"), **way) == ("", "")
        assert proxy.seen == [("POST", PROXY_WORD), ("CONNECT", PROXY_WORD)]
        for heard in plain.heard + secure.heard:
            assert "Proxy-Authorization" not in heard
            assert heard["Authorization"] == "Basic " + base64.b64encode(b"ana:clave").decode()


def test_a_proxy_that_does_not_let_through(authority: Authority, papers: Papers, stamps: Answer, proxy: Proxy) -> None:
    with tsa(stamps) as plain, tsa(stamps, tls=papers.server()) as secure:
        for server in (plain, secure):
            wrong = {"ca": papers.file("ca.pem"), "proxy": proxy.url.replace("//", "//red:clave-mala@")}
            assert tried(authority, server.url, **wrong)[1] == "proxy_unauthorized"
        proxy.status = 403
        assert tried(authority, secure.url, ca=papers.file("ca.pem"), proxy=proxy.url) == ("tsa.unreachable", "proxy")
        nobody = f"http://127.0.0.1:{free_port()}"
        assert tried(authority, plain.url, proxy=nobody) == ("tsa.unreachable", "proxy")
        assert plain.bodies == secure.bodies == []


@pytest.mark.parametrize(
    "address", ["socks5://127.0.0.1:1", "https://127.0.0.1:1", "http://", "127.0.0.1:1", "http://x:y:z"]
)
def test_a_proxy_s_address_that_cannot_be_used(authority: Authority, address: str) -> None:
    assert tried(authority, "http://127.0.0.1:9/", proxy=address) == ("tsa.bad_settings", "proxy")


def test_the_system_s_proxy_only_when_it_is_asked_for(
    authority: Authority, stamps: Answer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tsa(stamps) as server:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//red:clave-proxy@"))
        monkeypatch.setenv("no_proxy", "")
        assert tried(authority, server.url) == ("", "")
        assert proxy.seen == []
        assert tried(authority, server.url, proxy="system") == ("", "")
        assert proxy.seen == [("POST", PROXY_WORD)]
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert tried(authority, server.url, proxy="system") == ("", "")
        monkeypatch.delenv("http_proxy")
        monkeypatch.setenv("no_proxy", "")
        assert tried(authority, server.url, proxy="system") == ("", "")
        assert len(proxy.seen) == 1


# --- redirects


def test_credentials_are_never_carried_elsewhere(authority: Authority, stamps: Answer) -> None:
    with tsa(stamps) as stranger, tsa(stamps) as changing:
        for status in (301, 302, 303):  # after which a POST becomes a GET
            changing.answer = lambda _, s=status: Reply(s, headers={"Location": "/nueva"})  # type: ignore[method-assign,misc]
            assert tried(authority, changing.url, bearer="clave") == ("tsa.bad_answer", "redirect")
        assert changing.paths == ["/tsa"] * 3
        for status in (301, 302, 303, 307, 308):
            for place in (stranger.url, stranger.at("localhost"), "https://127.0.0.1:9/", "//x@127.0.0.1/", ":::", ""):
                with tsa(lambda _, s=status, p=place: Reply(s, headers={"Location": p})) as server:  # type: ignore[misc]
                    assert tried(authority, server.url, bearer="clave") == ("tsa.bad_answer", "redirect"), (
                        status,
                        place,
                    )
        assert stranger.heard == []


def test_a_redirect_within_the_same_origin_is_followed_but_not_for_ever(authority: Authority, stamps: Answer) -> None:
    with tsa(stamps) as server:
        server.answer = lambda body: (
            stamps(body) if server.paths[-1] == "/nueva" else Reply(308, headers={"Location": "/nueva"})
        )  # type: ignore[method-assign]
        assert tried(authority, server.url, bearer="clave") == ("", "")
        assert server.paths == ["/tsa", "/nueva"]
        assert server.heard[1]["Authorization"] == "Bearer clave"
        server.answer = lambda _: Reply(307, headers={"Location": "/otra"})  # type: ignore[method-assign]
        assert tried(authority, server.url) == ("tsa.bad_answer", "redirect")
        assert len(server.paths) == 5
