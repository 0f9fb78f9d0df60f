"""The dated table of algorithms: what is weak when, what an entity may set beside it, and pyHanko's view of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from asn1crypto import algos, keys
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from signing.algorithm_usage import key_bits, names_of, usage_policy
from signing.algorithms import Limit, judge_algorithm, known_names, strength_of

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@cache
def key(kind: str) -> keys.PublicKeyInfo:
    made = {
        "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
        "rsa1536": lambda: rsa.generate_private_key(65537, 1536),
        "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
        "rsa3072": lambda: rsa.generate_private_key(65537, 3072),
        "dsa1024": lambda: dsa.generate_private_key(1024),
        "p192": lambda: ec.generate_private_key(ec.SECP192R1()),
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }[kind]()
    public = made.public_key()
    return keys.PublicKeyInfo.load(
        public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


@pytest.mark.parametrize(
    ("name", "bits", "last"),
    [
        ("md5", 0, date(2004, 8, 1)),
        ("sha1", 0, date(2012, 8, 1)),
        ("sha224", 0, date(2029, 1, 1)),
        ("sha256", 0, None),
        ("rsassa_pkcs1v15", 1023, date(2010, 8, 1)),
        ("rsassa_pkcs1v15", 1024, date(2019, 10, 1)),
        ("rsassa_pkcs1v15", 1899, date(2019, 10, 1)),
        ("rsassa_pkcs1v15", 1900, date(2029, 1, 1)),
        ("rsassa_pss", 3000, None),
        ("dsa", 1024, date(2015, 12, 1)),
        ("ecdsa", 192, date(2012, 8, 1)),
        ("ecdsa", 224, date(2021, 10, 1)),
        ("ecdsa", 256, None),
        ("ed25519", 256, None),
    ],
)
def test_each_is_trusted_through_its_last_day_and_no_longer(name: str, bits: int, last: date | None) -> None:
    found = judge_algorithm(name, bits, NOW)
    assert found.trusted_until == last
    if last is None:
        assert not judge_algorithm(name, bits, NOW + timedelta(days=36500)).weak
        return
    evening = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=UTC)
    assert not judge_algorithm(name, bits, evening).weak
    assert judge_algorithm(name, bits, evening + timedelta(seconds=1)).weak


@pytest.mark.parametrize(
    ("name", "bits"), [("rot13", 0), ("rsassa_pkcs1v15", 512), ("ecdsa", 112), ("rsaes_oaep", 4096), ("", 0)]
)
def test_what_is_in_no_row_was_never_trusted(name: str, bits: int) -> None:
    found = judge_algorithm(name, bits, datetime(1995, 1, 1, tzinfo=UTC))
    assert found.weak
    assert found.trusted_until is None


def test_a_digest_knows_its_size() -> None:
    assert judge_algorithm("sha256", 0, NOW, use="digest").bits == 256
    assert judge_algorithm("sha256", 0, NOW, use="digest").use == "digest"


@given(
    st.sampled_from(sorted(known_names())),
    st.integers(0, 9000),
    st.integers(0, 36500).map(lambda days: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=days)),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.integers(0, 9000),
)
def test_an_entitys_limit_only_shortens(name: str, bits: int, moment: datetime, until: date, most: int) -> None:
    bare = judge_algorithm(name, bits, moment)
    limited = judge_algorithm(name, bits, moment, limits=(Limit(name, until, most),))
    assert limited.weak or not bare.weak  # never turns weak into strong
    if not bare.weak and (most == 0 or bits <= most):
        assert limited.weak == (moment.date() > until)


@given(st.integers(0, 9000), st.integers(0, 9000))
def test_a_larger_key_is_never_trusted_for_less_long(one: int, other: int) -> None:
    small, large = sorted((one, other))
    for name in ("rsassa_pkcs1v15", "rsassa_pss", "ecdsa", "dsa"):
        a, b = strength_of(name, small), strength_of(name, large)
        assert b.known or not a.known
        assert not a.known or b.until is None or (a.until is not None and a.until <= b.until)


def test_only_a_locked_limit_prolongs() -> None:
    later = date(2035, 1, 1)
    assert strength_of("rsassa_pkcs1v15", 2048, (Limit("rsassa_pkcs1v15", later),)).until == date(2029, 1, 1)
    assert strength_of("rsassa_pkcs1v15", 2048, (Limit("rsassa_pkcs1v15", later, prolongs=True),)).until == later


# --- as pyHanko asks


def _signed(algorithm: str) -> algos.SignedDigestAlgorithm:
    return algos.SignedDigestAlgorithm({"algorithm": algorithm})


@pytest.mark.parametrize(
    ("algorithm", "kind", "allowed"),
    [
        ("sha256_rsa", "rsa2048", True),
        ("sha256_rsa", "rsa1024", False),
        ("sha256_rsa", "rsa1536", False),
        ("sha1_rsa", "rsa3072", False),
        ("md5_rsa", "rsa3072", False),
        ("sha256_dsa", "dsa1024", False),
        ("sha256_ecdsa", "p256", True),
        ("sha256_ecdsa", "p192", False),
        ("ed25519", "ed25519", True),
    ],
)
def test_signatures_are_judged_by_key_and_digest(algorithm: str, kind: str, *, allowed: bool) -> None:
    found = usage_policy().signature_algorithm_allowed(_signed(algorithm), NOW, key(kind))
    assert found.allowed is allowed
    assert bool(found.failure_reason) is not allowed


def test_what_was_strong_then_is_allowed_then_and_tells_until_when() -> None:
    policy, then = usage_policy(), datetime(2011, 1, 1, tzinfo=UTC)
    assert policy.signature_algorithm_allowed(_signed("sha1_rsa"), then, key("rsa1024")).allowed
    now = policy.signature_algorithm_allowed(_signed("sha1_rsa"), NOW, key("rsa2048"))
    assert now.not_allowed_after == datetime(2012, 8, 1, 23, 59, 59, tzinfo=UTC)
    assert policy.digest_algorithm_allowed(algos.DigestAlgorithm({"algorithm": "sha1"}), now.not_allowed_after).allowed


def test_without_a_moment_it_is_judged_now() -> None:
    assert not usage_policy().digest_algorithm_allowed(algos.DigestAlgorithm({"algorithm": "sha1"}), None).allowed
    assert usage_policy().digest_algorithm_allowed(algos.DigestAlgorithm({"algorithm": "sha256"}), None).allowed


def test_pss_tells_its_digest_from_its_parameters() -> None:
    pss = algos.SignedDigestAlgorithm(
        {"algorithm": "rsassa_pss", "parameters": {"hash_algorithm": {"algorithm": "sha1"}}}
    )
    assert names_of(pss) == ("rsassa_pss", "sha1")
    assert not usage_policy().signature_algorithm_allowed(pss, NOW, key("rsa3072")).allowed


def test_sizes_of_keys() -> None:
    assert key_bits("rsassa_pkcs1v15", key("rsa2048")) == 2048
    assert key_bits("ecdsa", key("p256")) == 256
    assert key_bits("ed25519", key("ed25519")) == 256


def test_limits_of_a_policy_reach_pyhanko() -> None:
    strict = usage_policy((Limit("rsassa_pkcs1v15", date(2025, 1, 1), bits=2048),))
    assert not strict.signature_algorithm_allowed(_signed("sha256_rsa"), NOW, key("rsa2048")).allowed
    assert strict.signature_algorithm_allowed(_signed("sha256_rsa"), NOW, key("rsa3072")).allowed
    assert usage_policy() is usage_policy()
