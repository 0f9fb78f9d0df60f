"""The TSA client against a real TSA and against servers that misbehave."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from asn1crypto import tsp
from pyhanko.sign.timestamps import HTTPTimeStamper

from desktop.practice.ports import free_port
from signing.errors import SigningError
from signing.timestamps import TimestampClient
from signing.trust import TrustStore

DIGEST = hashlib.sha256(b"data").digest()


class Rogue(ThreadingHTTPServer):
    """A server that answers as it is told."""

    status = 200
    media_type = "application/timestamp-reply"
    body = b""
    heard: str | None = None


@pytest.fixture
def rogue() -> Iterator[Rogue]:
    class Handler(BaseHTTPRequestHandler):
        server: Rogue

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.server.heard = self.headers.get("Authorization")
            self.send_response(self.server.status)
            self.send_header("Content-Type", self.server.media_type)
            self.send_header("Content-Length", str(len(self.server.body)))
            self.end_headers()
            self.wfile.write(self.server.body)

        def log_message(self, *_: object) -> None:
            pass

    with Rogue(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def url_of(server: Rogue) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/tsa"


def stamped(client: TimestampClient, digest: bytes = DIGEST, trust: TrustStore = TrustStore()) -> object:  # noqa: B008
    async def run() -> object:
        async with client.stamper(trust) as stamper:
            return await stamper.async_timestamp(digest, "sha256")

    return asyncio.run(run())


def refusal(client: TimestampClient) -> tuple[str, object]:
    with pytest.raises(SigningError) as caught:
        stamped(client)
    return caught.value.code, caught.value.facts.get("reason")


def test_a_token_over_the_digest(lab):
    client = lab.client()
    token = stamped(client, trust=lab.trust)
    info = token["content"]["encap_content_info"]["content"].parsed
    assert info["message_imprint"]["hashed_message"].native == DIGEST
    assert client._sample == token.dump()


def test_the_sample_saves_a_request(lab):
    client = lab.client()
    token = stamped(client, trust=lab.trust)

    async def dummy() -> object:
        async with client.stamper(lab.trust) as stamper:
            return await stamper.async_dummy_response("sha256")

    client.url = "http://127.0.0.1:9/"
    assert asyncio.run(dummy()).dump() == token.dump()


def test_nobody_there(lab):
    code, _ = refusal(TimestampClient(f"http://127.0.0.1:{free_port()}/tsa"))
    assert code == "tsa.unreachable"
    assert refusal(TimestampClient("http://host.invalid./tsa"))[0] == "tsa.unreachable"
    assert refusal(TimestampClient("nonsense"))[0] == "tsa.unreachable"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (503, "tsa.unreachable"),
        (500, "tsa.unreachable"),
        (401, "tsa.refused"),
        (403, "tsa.refused"),
        (429, "tsa.refused"),
    ],
)
def test_statuses(rogue, status, code):
    rogue.status = status
    assert refusal(TimestampClient(url_of(rogue))) == (code, f"HTTP {status}")


def test_an_answer_of_another_kind(rogue):
    rogue.media_type, rogue.body = "text/html", b"<html>captive portal</html>"
    assert refusal(TimestampClient(url_of(rogue))) == ("tsa.bad_answer", "content_type")


def test_bytes_that_are_no_answer(rogue):
    for body in (b"", b"rubbish", b"\x30\x03\x02\x01\x00", b"\x30\x80"):
        rogue.body = body
        assert refusal(TimestampClient(url_of(rogue)))[0] == "tsa.bad_answer"


def test_a_request_that_is_not_granted(rogue):
    rogue.body = bytes.fromhex("30053003020102")  # PKIStatus rejection, no token
    assert refusal(TimestampClient(url_of(rogue))) == ("tsa.refused", "rejection")


def test_an_old_answer_played_again(lab, rogue):
    token = stamped(lab.client(), trust=lab.trust)
    rogue.body = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
    assert refusal(TimestampClient(url_of(rogue)))[0] == "tsa.bad_answer"


def test_a_token_over_something_else(lab, rogue, monkeypatch):
    token = stamped(lab.client(), hashlib.sha256(b"other").digest(), lab.trust)
    rogue.body = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
    nonce = token["content"]["encap_content_info"]["content"].parsed["nonce"].native
    monkeypatch.setattr("pyhanko.sign.timestamps.api.get_nonce", lambda: nonce)
    assert refusal(TimestampClient(url_of(rogue))) == ("tsa.bad_answer", "token")


def test_a_token_with_a_spoilt_signature(lab, rogue, monkeypatch):
    token = stamped(lab.client(), trust=lab.trust)
    nonce = token["content"]["encap_content_info"]["content"].parsed["nonce"].native
    monkeypatch.setattr("pyhanko.sign.timestamps.api.get_nonce", lambda: nonce)
    signer = token["content"]["signer_infos"][0]
    signer["signature"] = bytes(len(signer["signature"].native))
    rogue.body = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
    assert refusal(TimestampClient(url_of(rogue))) == ("tsa.bad_answer", "token")


def test_a_tsa_below_no_anchor(lab):
    for trust in (TrustStore(), TrustStore.from_pem([lab.pki.anchors_pem()], purpose="signing")):
        with pytest.raises(SigningError) as caught:
            stamped(lab.client(), trust=trust)
        assert (caught.value.code, caught.value.facts["reason"]) == ("tsa.untrusted", "chain.untrusted")


def test_a_certificate_that_is_no_tsa_s(lab, rogue, monkeypatch):
    """A token signed by a person's key, which has no time-stamping purpose (RFC 3161 §2.3)."""
    from desktop.practice.answers import Answers

    monkeypatch.setattr("desktop.practice.answers.TSA", "juana")
    real = HTTPTimeStamper.async_request_tsa_response

    async def answered(self, request):
        rogue.body = Answers(lab.pki).timestamp(request.dump(), datetime.now(UTC))
        return await real(self, request)

    monkeypatch.setattr(HTTPTimeStamper, "async_request_tsa_response", answered)
    with pytest.raises(SigningError) as caught:
        stamped(TimestampClient(url_of(rogue)), trust=lab.trust)
    assert caught.value.code == "tsa.untrusted"


def test_credentials_reach_the_server_and_nothing_else(rogue):
    rogue.status = 401
    refusal(TimestampClient(url_of(rogue), username="desk", password="clave"))
    assert rogue.heard == "Basic " + base64.b64encode(b"desk:clave").decode()
    client = TimestampClient(url_of(rogue), bearer="jwt.jwt.jwt")
    with pytest.raises(SigningError) as caught:
        stamped(client)
    assert rogue.heard == "Bearer jwt.jwt.jwt"
    assert "jwt.jwt" not in repr(client) + str(caught.value)


def test_a_silent_server_is_given_up(lab):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = TimestampClient(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.3)
        assert refusal(client)[0] == "tsa.unreachable"
