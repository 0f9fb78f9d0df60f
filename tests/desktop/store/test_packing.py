"""What a row keeps of an event gives back the JWS letter by letter, whatever its text is."""

from __future__ import annotations

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from desktop.store.packing import pack, unpack

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)
)  # fmt: skip
_PAYLOADS = st.dictionaries(st.text(), _VALUES)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _canonical(payload: dict[str, object]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


@given(_PAYLOADS, st.binary(max_size=80), st.binary(min_size=64, max_size=64))
def test_what_was_signed_is_kept_once(payload: dict[str, object], header: bytes, signature: bytes) -> None:
    jws = f"{_base64(header)}.{_base64(_canonical(payload))}.{_base64(signature)}"
    packed = pack(payload, jws)
    assert unpack(packed) == (payload, jws)
    assert packed[:1] == b"\x01"


@given(_PAYLOADS, st.text() | st.builds("{}.{}.{}".format, st.text(), st.binary().map(_base64), st.text()))
def test_any_text_comes_back(payload: dict[str, object], jws: str) -> None:
    assert unpack(pack(payload, jws)) == (payload, jws)


@given(_PAYLOADS, st.sampled_from(["=", "A", "\n", "\u00f1"]))
def test_a_text_that_is_not_the_canonical_one_comes_back(payload: dict[str, object], odd: str) -> None:
    jws = f"e30.{_base64(_canonical(payload))}{odd}.x"
    assert unpack(pack(payload, jws)) == (payload, jws)


def test_a_payload_that_is_not_the_one_signed_is_kept_beside() -> None:
    jws = f"e30.{_base64(_canonical({'a': 1}))}.x"
    packed = pack({"a": 1, "prev": ""}, jws)
    assert packed[:1] == b"\x00"
    assert unpack(packed) == ({"a": 1, "prev": ""}, jws)


def test_keys_of_blobs_are_not_kept_three_times() -> None:
    keys = {f"device-{n:02}": base64.b64encode(bytes(range(n, n + 200))).decode() for n in range(20)}
    payload: dict[str, object] = {"blobs": [{"keys": keys}]}
    jws = f"e30.{_base64(_canonical(payload))}.x"
    assert len(pack(payload, jws)) < len(jws) / 2
