"""Parsed once, compared quickly: what comes out is what asn1crypto itself would give."""

from __future__ import annotations

import pytest
from asn1crypto import cms, x509
from hypothesis import given
from hypothesis import strategies as st

from signing import parsed
from tests.fixtures.attacks.makers import gap_of, victim
from tests.fixtures.lab import Lab, shared_lab

texts = st.text("aAbBñÑüÜßé '’-.0  ", min_size=1, max_size=8).filter(
    str.strip
)  # what RFC 4518 makes equal is among them
names = st.fixed_dictionaries(
    {"common_name": texts}, optional={"organization_name": texts, "country_name": st.just("BO")}
)


@pytest.fixture(autouse=True)
def quick() -> None:
    parsed.compare_quickly()


@pytest.fixture(scope="module")
def pki() -> Lab:
    return shared_lab()


def spelled(text: str, how: int) -> str:
    """The same name as another program may write it (RFC 4518: case and inner white space do not count)."""
    return [text, text.upper(), text.lower(), text.replace(" ", "  ")][how]


@given(names, names, st.integers(0, 3))
def test_names_are_equal_when_asn1crypto_says_so(one: dict[str, str], other: dict[str, str], how: int) -> None:
    first = x509.Name.build(one)
    for values in (one, other, {**one, "common_name": spelled(one["common_name"], how)}):
        second = x509.Name.build(values)
        assert (first == second) == parsed._before["equal"](first, second)
        same = first == second
        assert (first != second) is not same


@given(names)
def test_a_name_inside_a_general_name_is_the_same_name(values: dict[str, str]) -> None:
    name = x509.Name.build(values)
    general = x509.GeneralName.load(x509.GeneralName("directory_name", name).dump())
    assert general.chosen == name
    assert general.chosen.hashable == name.hashable


def test_what_is_shared_is_the_same_certificate_and_stays_it(pki: Lab) -> None:
    data = victim(pki)
    start, end = gap_of(data)
    digits = bytes.fromhex(data[start + 1 : end - 1].decode("ascii"))
    first, second = (cms.ContentInfo.load(digits)["content"] for _ in range(2))
    for signed in (first, second):
        parsed.share_certificates(signed)
    ours = [item.chosen for item in first["certificates"]]
    assert all(one is other.chosen for one, other in zip(ours, second["certificates"], strict=True))
    assert {one.dump() for one in ours} >= {pki.alice.der, pki.issuing.der}
    assert ours[0].untag() is ours[0]
    assert ours[0]["tbs_certificate"].dump() == x509.Certificate.load(ours[0].dump())["tbs_certificate"].dump()


def test_damage_shows_at_once_and_only_there(pki: Lab) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parsed.certificate(pki.alice.der[:-1])
    with pytest.raises(ValueError, match=r".*"):
        parsed.certificate(pki.alice.der + b"x")
    with pytest.raises(Exception, match=r".*"):
        parsed.answer(pki.alice.der)


def test_a_damaged_certificate_is_left_to_whoever_reads_it(pki: Lab) -> None:
    data = victim(pki)
    start, end = gap_of(data)
    der = bytearray(bytes.fromhex(data[start + 1 : end - 1].decode("ascii")))
    der[der.index(pki.issuing.der) + 40] ^= 0xFF  # inside: the outer lengths still hold
    signed = cms.ContentInfo.load(bytes(der))["content"]
    parsed.share_certificates(signed)
    assert {len(item.chosen.dump()) for item in signed["certificates"]} >= {len(pki.alice.der), len(pki.issuing.der)}


def test_entries_of_a_list_are_found_by_their_number(pki: Lab) -> None:
    from datetime import timedelta

    listed = parsed.revocation_list(
        pki.crl(pki.issuing, pki.now - timedelta(minutes=1), revoked=((pki.alice, pki.now),))
    )
    assert list(parsed.revoked_in(listed)) == [pki.alice.asn1.serial_number]
    assert parsed.revoked_in(listed) is parsed.revoked_in(listed)
