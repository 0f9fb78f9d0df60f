"""The TSA client over real HTTP: right tokens of four TSAs, judged by openssl too, and every way in which an answer can be wrong."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, pem, tsp
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID

import signing.chains
from desktop.practice.ports import free_port
from desktop.practice.tokens import find_library, find_program
from desktop.words import LANGUAGES, words
from signing.checks import token_intact
from signing.errors import SigningError
from signing.timestamps import FIRST_GUESS, TimestampClient
from signing.trust import Anchor, TrustStore
from signing.tsa_http import Access
from tests.fixtures.certomancer_lab import certomancer_lab
from tests.fixtures.rogue_tsa import Reply, Server, stamping, tsa
from tests.fixtures.stub_tsa import FAILURES, Authority, Faults, StubTsa, refusal, tlv

NOW = datetime.now(UTC)
DATA = b"data"
DIGEST = hashlib.sha256(DATA).digest()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make(now=NOW)


@pytest.fixture(scope="module")
def trust(authority: Authority) -> TrustStore:
    return trusting(authority)


@pytest.fixture
def rogue(authority: Authority) -> Iterator[Server]:
    with tsa(stamping(authority)) as server:
        yield server


def trusting(authority: Authority) -> TrustStore:
    return TrustStore((Anchor.of(authority.root, source="stub"),))


def token_of(client: TimestampClient, trust: TrustStore, digest: bytes = DIGEST, algorithm: str = "sha256") -> bytes:
    async def run() -> bytes:
        async with client.stamper(trust) as stamper:
            return await stamper.async_token(digest, algorithm)

    return asyncio.run(run())


def refused(client: TimestampClient, trust: TrustStore = TrustStore()) -> SigningError:  # noqa: B008
    with pytest.raises(SigningError) as caught:
        token_of(client, trust)
    assert caught.value.facts["url"] == client.url
    for language in LANGUAGES:  # whole sentences, every fact in its place
        said = words(caught.value.code, language, caught.value.facts)
        assert said.what
        assert said.means
        assert said.do
        assert "‹" not in said.what + said.means + said.do
    return caught.value


def reason(server: Server, trust: TrustStore) -> tuple[str, object]:
    error = refused(TimestampClient(server.url), trust)
    return error.code, error.facts["reason"]


def openssl(token: bytes, root: bytes, folder: Path) -> str:
    (folder / "token").write_bytes(token)
    (folder / "data").write_bytes(DATA)
    (folder / "root.pem").write_bytes(pem.armor("CERTIFICATE", root))
    command = ["openssl", "ts", "-verify", "-data", "data", "-in", "token", "-token_in", "-CAfile", "root.pem"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=20).stdout.strip()


# --- right tokens


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_tokens_of_the_stub_are_right_to_openssl_too(
    tmp_path: Path, authority: Authority, trust: TrustStore, algorithm: str
) -> None:
    with StubTsa(authority) as stub:
        client = TimestampClient(stub.url)
        token = token_of(client, trust, hashlib.new(algorithm, DATA).digest(), algorithm)
    assert openssl(token, authority.root, tmp_path) == "Verification: OK"
    info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    assert info["message_imprint"]["hash_algorithm"]["algorithm"].native == algorithm
    assert client.token_size == len(token) + 512 < FIRST_GUESS


@pytest.mark.parametrize(
    ("key", "options"),
    [
        (ec.generate_private_key(ec.SECP256R1()), {}),
        (ec.generate_private_key(ec.SECP384R1()), {"digest": "sha384"}),
        (ed25519.Ed25519PrivateKey.generate(), {"digest": "sha512"}),
        (None, {"pss": True}),
        (None, {"digest": "sha512"}),
    ],
    ids=["p256", "p384", "ed25519", "pss", "rsa-sha512"],
)
def test_every_kind_of_key_a_tsa_may_have(tmp_path: Path, key: Any, options: dict[str, Any]) -> None:
    made = Authority.make(now=NOW, key=key, **options)
    wrong = Faults(signature=lambda signature: signature[:-1] + bytes((signature[-1] ^ 1,)))
    with tsa(stamping(made)) as good, tsa(stamping(made, wrong)) as bad:
        token = token_of(TimestampClient(good.url), trusting(made))
        assert reason(bad, trusting(made)) == ("tsa.bad_answer", "signature")
    assert token_intact(cms.ContentInfo.load(token)["content"], DIGEST)  # by pyHanko
    if not isinstance(key, ed25519.Ed25519PrivateKey) and not made.pss:  # which openssl's ts (PKCS #7) does not know
        assert openssl(token, made.root, tmp_path) == "Verification: OK"


def test_the_practice_office_s_tsa(lab, tmp_path: Path) -> None:
    token = token_of(lab.client(), lab.trust)
    _, _, root = pem.unarmor(lab.pki.anchors_pem().encode())
    assert openssl(token, root, tmp_path) == "Verification: OK"


def test_certomancer_s_tsa(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    with certomancer_lab(tmp_path_factory.mktemp("certomancer"), find_library(), find_program()) as outside:
        trust = TrustStore.from_pem([outside.root_pem.read_bytes()])
        token = token_of(TimestampClient(outside.tsa_url), trust)
        assert openssl(token, outside.der("root"), tmp_path) == "Verification: OK"
        assert refused(TimestampClient(outside.tsa_url)).code == "tsa.untrusted"


def test_many_in_flight_cost_one_look_at_the_chain(
    authority: Authority, trust: TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    real = signing.chains.require_chain

    async def counted(*arguments: Any, **options: Any) -> Any:
        looked.append(arguments[0])
        return await real(*arguments, **options)

    monkeypatch.setattr(signing.chains, "require_chain", counted)
    digests = [hashlib.sha256(bytes((number,))).digest() for number in range(40)]

    async def run(client: TimestampClient) -> list[bytes]:
        async with client.stamper(trust) as stamper:
            return await asyncio.gather(*(stamper.async_token(digest, "sha256") for digest in digests))

    with StubTsa(authority) as stub:
        tokens = asyncio.run(run(TimestampClient(stub.url)))
    found = [
        tsp.TSTInfo.load(bytes(cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"]))
        for token in tokens
    ]
    assert [info["message_imprint"]["hashed_message"].native for info in found] == digests
    assert len({info["nonce"].native for info in found}) == 40
    assert len(looked) == 1


def test_pyhanko_gets_its_own_kind_and_the_sample_saves_a_request(rogue: Server, trust: TrustStore) -> None:
    client = TimestampClient(rogue.url)

    async def run() -> tuple[cms.ContentInfo, cms.ContentInfo]:
        async with client.stamper(trust) as stamper:
            return await stamper.async_timestamp(DIGEST, "sha256"), await stamper.async_dummy_response("sha512")

    token, dummy = asyncio.run(run())
    assert (
        token["content"]["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native == DIGEST
    )
    assert dummy.dump() == token.dump() == client.sample()
    assert len(rogue.bodies) == 1


def test_without_a_sample_one_token_is_asked_for(rogue: Server, trust: TrustStore) -> None:
    async def run() -> bytes:
        async with TimestampClient(rogue.url).stamper(trust) as stamper:
            return bytes((await stamper.async_dummy_response("sha256")).dump())

    assert asyncio.run(run())
    assert len(rogue.bodies) == 1


def test_the_request_asks_for_what_was_wished(rogue: Server, trust: TrustStore) -> None:
    token_of(TimestampClient(rogue.url, policy="2.999.3"), trust)
    asked = tsp.TimeStampReq.load(rogue.bodies[0], strict=True)
    assert asked["req_policy"].native == "2.999.3"
    assert asked["cert_req"].native is True
    assert asked["nonce"].native > 2**60
    assert rogue.heard[0]["Content-Type"] == "application/timestamp-query"
    assert not {"Authorization", "Proxy-Authorization", "Cookie"} & rogue.heard[0].keys()


def test_a_digest_of_another_algorithm_is_the_callers_mistake(trust: TrustStore) -> None:
    for algorithm in ("sha384", "md5"):
        with pytest.raises(ValueError, match="digest"):
            token_of(TimestampClient("http://127.0.0.1:9/"), trust, DIGEST, algorithm)


# --- wrong tokens (RFC 3161 §2.2, §2.4.2)


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        (Faults(nonce=lambda nonce: nonce + 1), "nonce"),
        (Faults(nonce=lambda _: None), "nonce_missing"),
        (Faults(digest=lambda _: bytes(32)), "imprint"),
        (Faults(digest=lambda _: bytes(64), imprint_algorithm="sha512"), "algorithm"),
        (Faults(imprint_algorithm="sha1", digest=lambda _: bytes(20)), "algorithm"),
        (Faults(version=2), "version"),
        (Faults(signed_version=2), "version"),
        (Faults(signer_version=3), "version"),
        (Faults(listed="sha512"), "signers"),
        (Faults(signature=lambda signature: bytes(len(signature))), "signature"),
        (Faults(signature=lambda _: b""), "signature"),
        (Faults(certificates=lambda _: []), "certificate"),
        (Faults(certificates=lambda _: [b"\x30\x03\x02\x01\x00"]), "certificate"),
        (Faults(identity=None), "signing_certificate"),
        (Faults(identity=lambda _: bytes(32)), "signing_certificate"),
        (Faults(content_type="06092a864886f70d010701"), "content_type"),
        (Faults(attribute_type="06092a864886f70d010701"), "attributes"),
        (Faults(twice=True), "attributes"),
        (Faults(signers=0), "signers"),
        (Faults(signers=2), "signers"),
        (Faults(weak_digest=True), "weak_digest"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_token_is_thrown_away(authority: Authority, trust: TrustStore, faults: Faults, told: str) -> None:
    with tsa(stamping(authority, faults)) as server:
        client = TimestampClient(server.url)
        error = refused(client, trust)
    assert (error.code, error.facts["reason"]) == ("tsa.bad_answer", told)
    assert (client.sample(), client.token_size) == (None, FIRST_GUESS)


def test_another_policy_than_the_one_wished(rogue: Server, trust: TrustStore) -> None:
    error = refused(TimestampClient(rogue.url, policy="2.999.4"), trust)
    assert (error.code, error.facts["reason"]) == ("tsa.bad_answer", "policy")


def test_an_old_answer_played_again(rogue: Server, trust: TrustStore) -> None:
    token = token_of(TimestampClient(rogue.url), trust)
    rogue.answer = lambda _: Reply(body=tlv(0x30, b"\x30\x03\x02\x01\x00", token))  # type: ignore[method-assign]
    assert reason(rogue, trust) == ("tsa.bad_answer", "nonce")


def test_a_change_anywhere_in_the_content_breaks_the_signature(authority: Authority, trust: TrustStore) -> None:
    def spoilt(body: bytes) -> Reply:
        answer = authority.answer(body, NOW)
        place = answer.index(b"\x30\x03\x02\x01\x01\x02\x08")  # the accuracy: one second becomes two
        return Reply(body=answer[: place + 4] + b"\x02" + answer[place + 5 :])

    with tsa(spoilt) as server:
        assert reason(server, trust) == ("tsa.bad_answer", "signature")


# --- certificates


def test_a_tsa_below_no_anchor_for_timestamps(authority: Authority, rogue: Server) -> None:
    for trust in (TrustStore(), TrustStore((Anchor.of(authority.root, source="x", purpose="signing"),))):
        assert reason(rogue, trust) == ("tsa.untrusted", "chain.untrusted")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"usage": ()}, "purpose"),
        ({"usage": (ExtendedKeyUsageOID.EMAIL_PROTECTION,)}, "purpose"),
        ({"usage": (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION)}, "purpose"),
        ({"critical": False}, "purpose"),
        ({"valid": (timedelta(days=-30), timedelta(days=-1))}, "certificate.expired"),
        ({"valid": (timedelta(days=1), timedelta(days=30))}, "certificate.expired"),
    ],
)
def test_a_certificate_that_may_not_stamp(options: dict[str, Any], told: str) -> None:
    made = Authority.make(now=NOW, key=ec.generate_private_key(ec.SECP256R1()), **options)
    with tsa(stamping(made)) as server:
        assert reason(server, trusting(made)) == ("tsa.untrusted", told)


def test_a_certificate_that_ends_in_the_middle_of_a_batch(authority: Authority, trust: TrustStore) -> None:
    """The chain is looked at once, its dates at every token."""
    times = iter((NOW, NOW + timedelta(days=90)))
    with tsa(lambda body: Reply(body=authority.answer(body, next(times)))) as server:

        async def run() -> None:
            async with TimestampClient(server.url).stamper(trust) as stamper:
                await stamper.async_token(DIGEST, "sha256")
                await stamper.async_token(DIGEST, "sha256")

        with pytest.raises(SigningError) as caught:
            asyncio.run(run())
    assert (caught.value.code, caught.value.facts["reason"]) == ("tsa.untrusted", "certificate.expired")


# --- answers that are none


@pytest.mark.parametrize(
    ("reply", "code", "told"),
    [
        (Reply(), "tsa.bad_answer", "empty"),
        (Reply(body=b"rubbish"), "tsa.bad_answer", "not_der"),
        (Reply(body=b"\x30\x80"), "tsa.bad_answer", "not_der"),
        (Reply(body=b"\x30\x03\x02\x01\x00"), "tsa.bad_answer", "not_der"),
        (Reply(body=b"\x30\x05\x30\x03\x02\x01\x00"), "tsa.bad_answer", "no_token"),
        (Reply(body=b"\x30\x07\x30\x03\x02\x01\x00\x30\x00"), "tsa.bad_answer", "not_der"),
        (Reply(body=b"<html>portal</html>", headers={"Content-Type": "text/html"}), "tsa.bad_answer", "content_type"),
        (Reply(body=b"x", headers={"Content-Type": "application/octet-stream"}), "tsa.bad_answer", "content_type"),
        (Reply(body=b"x", headers={}), "tsa.bad_answer", "content_type"),
        (Reply(401), "tsa.refused", "unauthorized"),
        (Reply(403), "tsa.refused", "unauthorized"),
        (Reply(404), "tsa.refused", "not_found"),
        (Reply(405), "tsa.refused", "http"),
        (Reply(407), "tsa.refused", "proxy_unauthorized"),
        (Reply(429), "tsa.refused", "busy"),
        (Reply(500), "tsa.unreachable", "server_error"),
        (Reply(503), "tsa.unreachable", "server_error"),
        (Reply(503, headers={"Retry-After": "7"}), "tsa.unreachable", "busy"),
        (Reply(body=b"\x30" * 9000, after=10), "tsa.unreachable", "broken_off"),
        (Reply(body=b"\x30" * 900_000, after=300, reset=True), "tsa.unreachable", "broken_off"),
        (Reply(body=b"\x30" * 300_000), "tsa.bad_answer", "too_large"),
        (Reply(body=b"\x30" * 300_000, length=False), "tsa.bad_answer", "too_large"),
        (Reply(302, headers={"Location": "http://127.0.0.1:9/"}), "tsa.bad_answer", "redirect"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none(trust: TrustStore, reply: Reply, code: str, told: str) -> None:
    with tsa(lambda _: reply) as server:
        client = TimestampClient(server.url)
        error = refused(client, trust)
    assert (error.code, error.facts["reason"]) == (code, told)
    if reply.status != 200 and told != "redirect":
        assert error.facts["status"] == reply.status
    assert client.sample() is None


@pytest.mark.parametrize("failure", [*FAILURES, ""])
def test_a_request_that_is_not_granted(trust: TrustStore, failure: str) -> None:
    with tsa(lambda _: Reply(body=refusal(failure))) as server:
        error = refused(TimestampClient(server.url), trust)
    assert (error.code, error.facts["reason"]) == ("tsa.refused", failure or "not_granted")
    assert error.facts["status"] == "rejection"


def test_a_waiting_answer_is_none(trust: TrustStore) -> None:
    with tsa(lambda _: Reply(body=refusal("", 3))) as server:
        assert refused(TimestampClient(server.url), trust).facts["status"] == "waiting"


def test_parameters_of_the_content_type_do_not_matter(authority: Authority, trust: TrustStore) -> None:
    def answer(body: bytes) -> Reply:
        return replace(stamping(authority)(body), headers={"Content-Type": "Application/Timestamp-Reply; v=1"})

    with tsa(answer) as server:
        assert token_of(TimestampClient(server.url), trust)


def test_a_late_answer_is_not_waited_for(authority: Authority, trust: TrustStore) -> None:
    done = threading.Event()

    def late(body: bytes) -> Reply:
        done.wait(20)
        return stamping(authority)(body)

    with tsa(late) as server:
        error = refused(TimestampClient(server.url, timeout=0.2), trust)
        done.set()
    assert (error.code, error.facts["reason"]) == ("tsa.unreachable", "timeout")


def test_nobody_there(trust: TrustStore) -> None:
    error = refused(TimestampClient(f"http://127.0.0.1:{free_port()}/tsa"), trust)
    assert (error.code, error.facts["reason"]) == ("tsa.unreachable", "connection")
    error = refused(TimestampClient("http://host.invalid./tsa"), trust)
    assert (error.code, error.facts["reason"]) == ("tsa.unreachable", "dns")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "url"),
        ("", "url"),
        ("ftp://127.0.0.1/", "url"),
        ("http://", "url"),
        ("http://[::1", "url"),
        ("http://127.0.0.1:99999/", "url"),
        ("http://ana:clave@127.0.0.1/", "url_credentials"),
    ],
)
def test_addresses_that_cannot_be_used(trust: TrustStore, url: str, told: str) -> None:
    error = refused(TimestampClient(url), trust)
    assert (error.code, error.facts["reason"]) == ("tsa.bad_settings", told)
    assert "clave" not in str(error)


@pytest.mark.parametrize(("options", "told"), [({"digest": "md5"}, "digest"), ({"policy": "1.x"}, "policy")])
def test_other_settings_that_cannot_be_used(trust: TrustStore, options: dict[str, str], told: str) -> None:
    error = refused(TimestampClient("http://127.0.0.1:9/", **options), trust)
    assert (error.code, error.facts["reason"]) == ("tsa.bad_settings", told)


# --- clocks and credentials


def test_a_clock_that_differs_is_told_and_the_token_taken(rogue: Server, trust: TrustStore) -> None:
    """Five years off: the TSA's certificate is judged at the TSA's time."""
    client = TimestampClient(rogue.url, clock=lambda: datetime.now(UTC) - timedelta(days=5 * 365))
    assert client.notices(NOW) == ()
    assert token_of(client, trust)
    (notice,) = client.notices(NOW)
    assert notice.code == "tsa.clock_differs"
    assert notice.facts["difference"] == "1825 d"
    assert abs(int(str(notice.facts["seconds"])) - 5 * 365 * 86400) < 60


@pytest.mark.parametrize(("minutes", "said"), [(4, None), (-4, None), (6, "6 min"), (-130, "2 h"), (3000, "2 d")])
def test_how_far_apart_the_clocks_are(rogue: Server, trust: TrustStore, minutes: int, said: str | None) -> None:
    client = TimestampClient(rogue.url, clock=lambda: datetime.now(UTC) - timedelta(minutes=minutes))
    token_of(client, trust)
    assert [notice.facts["difference"] for notice in client.notices(NOW)] == ([said] if said else [])


def jwt(claims: object) -> str:
    parts = ({"alg": "HS256"}, claims, "x")
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def test_an_expired_jwt_is_told_before_anybody_is_asked(rogue: Server, trust: TrustStore) -> None:
    bearer = jwt({"exp": int(NOW.timestamp()) - 60})
    client = TimestampClient(rogue.url, bearer=bearer)
    error = refused(client, trust)
    assert error.code == "tsa.credential_expired"
    assert str(error.facts["date"]).startswith((NOW - timedelta(seconds=60)).isoformat()[:16])
    assert rogue.bodies == []
    assert [notice.code for notice in client.notices(NOW)] == ["tsa.credential_expired"]
    assert bearer not in str(error) + repr(client)


@pytest.mark.parametrize(
    ("bearer", "told"),
    [
        (jwt({"exp": int((NOW + timedelta(days=3)).timestamp())}), ["tsa.credential_expires_soon"]),
        (jwt({"exp": int((NOW + timedelta(days=30)).timestamp())}), []),
        (jwt({"sub": "x"}), []),
        (jwt({"exp": "mañana"}), []),
        (jwt({"exp": 1e300}), []),
        (jwt([]), []),
        ("a.b.c", []),
        ("opaque", []),
    ],
    ids=["soon", "later", "without_end", "end_in_words", "endless", "a_list", "no_json", "opaque"],
)
def test_credentials_that_are_good(rogue: Server, trust: TrustStore, bearer: str, told: list[str]) -> None:
    client = TimestampClient(rogue.url, bearer=bearer)
    assert token_of(client, trust)
    assert rogue.heard[0]["Authorization"] == f"Bearer {bearer}"
    assert [notice.code for notice in client.notices(NOW)] == told


def test_secrets_show_nowhere(rogue: Server, trust: TrustStore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    rogue.answer = lambda _: Reply(401)  # type: ignore[method-assign]
    access = Access(rogue.url, "ana", "clave-secreta", key_passphrase="frase-secreta", proxy_password="otra-secreta")
    for client in (TimestampClient(access), TimestampClient(rogue.url + "?apikey=llave-secreta", bearer="jwt-secreta")):
        error = refused(client, trust)
        seen = (
            repr(client) + repr(client.access.ca) + str(error) + repr(error.facts) + caplog.text + str(error.__cause__)
        )
        assert "secreta" not in seen
    assert "secreta" not in repr(access).replace(rogue.url, "")
    assert rogue.heard[0]["Authorization"] == "Basic " + base64.b64encode(b"ana:clave-secreta").decode()
    assert rogue.paths[1].endswith("llave-secreta")
