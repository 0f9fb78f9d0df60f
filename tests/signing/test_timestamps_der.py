"""Requests and answers as DER: equal to what asn1crypto makes and reads, and no bytes bring the reader down."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime

import pytest
from asn1crypto import algos, cms, core, tsp
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.der import oid as encoded_oid
from signing.trust import TrustStore
from signing.tsa_check import Asked, Judge
from signing.tsa_der import DIGESTS, SIZES, Malformed, read_info, read_response, read_token, request
from signing.tsa_fault import Fault, shown
from tests.fixtures.stub_tsa import Authority, tlv

NOW = datetime(2026, 11, 27, 12, 30, 15, tzinfo=UTC)
NONCE = 0x2FEDCBA987654321
REQUEST = request(hashlib.sha256(b"x").digest(), "sha256", NONCE)
AUTHORITY = Authority.make(now=NOW, key=ec.generate_private_key(ec.SECP256R1()))
ANSWER = AUTHORITY.answer(REQUEST, NOW)
OIDS = st.builds(
    lambda head, rest: ".".join(map(str, (*head, *rest))),
    st.tuples(st.integers(0, 1), st.integers(0, 39)) | st.tuples(st.just(2), st.integers(0, 2**40)),
    st.lists(st.integers(0, 2**64), max_size=6),
)


@settings(deadline=None)
@given(
    st.sampled_from(sorted(SIZES)), st.binary(min_size=64, max_size=64), st.integers(0, 2**64 - 1), OIDS | st.just("")
)
def test_a_request_is_the_library_s_own(algorithm: str, digest: bytes, nonce: int, policy: str) -> None:
    digest = digest[: SIZES[algorithm]]
    made = {
        "version": 1,
        "message_imprint": tsp.MessageImprint(
            {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm, "parameters": core.Null()}),
                "hashed_message": digest,
            }
        ),
        "nonce": core.Integer(nonce),
        "cert_req": True,
    }
    if policy:
        made["req_policy"] = policy
    assert request(digest, algorithm, nonce, encoded_oid(policy) if policy else b"") == tsp.TimeStampReq(made).dump()


@pytest.mark.parametrize("dotted", ["", "1", "1.x", "3.1", "0.40", "1.40.1", "1.-2", "2.5.-1", "1..2"])
def test_what_is_no_object_identifier(dotted: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them will do
        encoded_oid(dotted)


def test_a_token_reads_as_the_library_reads_it() -> None:
    granted = read_response(ANSWER)
    response = tsp.TimeStampResp.load(ANSWER, strict=True)
    assert (granted.status, granted.failures) == ("granted", ())
    assert granted.token == response["time_stamp_token"].dump()
    parts = read_token(granted.token)
    signed = response["time_stamp_token"]["content"]
    info = signed["encap_content_info"]["content"].parsed
    (signer,) = signed["signer_infos"]
    assert parts.content == info.dump()
    assert parts.info.time == info["gen_time"].native == NOW
    assert parts.info.nonce == info["nonce"].native == NONCE
    assert parts.info.policy == info["policy"].dump()
    assert parts.info.digest == info["message_imprint"]["hashed_message"].native
    assert parts.certificate_list() == [one.chosen.dump() for one in signed["certificates"]]
    assert parts.signer.der == signer["sid"].dump()
    assert parts.signature == signer["signature"].native
    assert cms.CMSAttributes.load(b"\x31" + parts.attributes.der[1:]).dump() == signer["signed_attrs"].untag().dump()
    assert set(DIGESTS.values()) == set(SIZES)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b"20261127123015Z", NOW),
        (b"20261127123015.5Z", NOW.replace(microsecond=500_000)),
        (b"20261127123015.1234567Z", NOW.replace(microsecond=123_456)),
        (b"20261127123015", None),
        (b"20261127123015+0100", None),
        (b"202611271230Z", None),
        (b"20261327123015Z", None),
        (b"20261127123015.-5Z", None),
        (b"20261127123015.Z", NOW),
        (b"\xff0261127123015Z", None),
    ],
)
def test_times(text: bytes, moment: datetime | None) -> None:
    imprint = tlv(0x30, tlv(0x30, bytes.fromhex("0609608648016503040201")), tlv(4, bytes(32)))
    content = tlv(0x30, b"\x02\x01\x01", b"\x06\x03\x88\x37\x03", imprint, b"\x02\x01\x07", tlv(0x18, text))
    if moment is None:
        with pytest.raises(Malformed) as caught:
            read_info(content)
        assert caught.value.reason == "time"
    else:
        assert (read_info(content).time, read_info(content).nonce) == (moment, None)


def judged(answer: bytes) -> str:
    try:
        asyncio.run(Judge(TrustStore()).token(answer, Asked(hashlib.sha256(b"x").digest(), "sha256", NONCE)))
    except Fault as fault:
        return fault.code
    return "taken"


def test_unspoilt_it_only_lacks_an_anchor() -> None:
    assert judged(ANSWER) == "tsa.untrusted"


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    assert judged(data) in ("tsa.bad_answer", "tsa.refused")


@settings(deadline=None)
@given(st.integers(0, len(ANSWER) - 1), st.binary(max_size=6), st.integers(0, 6))
def test_no_change_to_a_right_answer_brings_the_reader_down(at: int, put: bytes, cut: int) -> None:
    assert judged(ANSWER[:at] + put + ANSWER[at + cut :]) in ("tsa.bad_answer", "tsa.refused", "tsa.untrusted")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_address_can_be_shown(url: str) -> None:
    assert "?" not in shown(url) or shown(url) == "?"


def test_an_address_as_it_is_shown() -> None:
    assert shown("https://ana:clave@tsa.invalid:8443/a/b?llave=x#y") == "https://tsa.invalid:8443/a/b"
    assert shown("http://[::1]/tsa") == "http://[::1]/tsa"
