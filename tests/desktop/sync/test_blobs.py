"""Sealed bytes: only the addressees, only the right bytes."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.records.errors import OfficeError
from desktop.sync.blobs import open_blob, seal
from desktop.sync.device import DeviceKey

A, B, C = (DeviceKey.generate(name) for name in ("device-a", "device-b", "device-c"))
TO = [(key.id, key.public()[1]) for key in (A, B)]


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200_000))
def test_every_addressee_reads_what_was_sealed(data: bytes) -> None:
    sealed = seal(data, TO)
    ref = sealed.ref("a.pdf", "application/pdf", "document")
    assert open_blob(sealed.cipher, ref, A) == open_blob(sealed.cipher, ref, B) == data
    assert hashlib.sha256(sealed.cipher).hexdigest() == ref.cipher


def test_the_ciphertext_tells_nothing_and_is_never_twice_the_same() -> None:
    first, second = seal(b"secreto de oficio" * 50, TO), seal(b"secreto de oficio" * 50, TO)
    assert b"secreto" not in first.cipher
    assert first.cipher_sha256 != second.cipher_sha256


def test_a_stranger_has_no_key_and_cannot_use_anothers() -> None:
    sealed = seal(b"x", TO)
    ref = sealed.ref("a", "b", "document")
    with pytest.raises(OfficeError, match=r"blob\.not_for_us"):
        open_blob(sealed.cipher, ref, C)
    stolen = replace(ref, keys=(("device-c", dict(ref.keys)["device-a"]),))
    with pytest.raises(OfficeError, match=r"blob\.damaged"):
        open_blob(sealed.cipher, stolen, C)


def test_swapped_ciphertext_is_found() -> None:
    one, other = seal(b"uno", TO), seal(b"dos", TO)
    with pytest.raises(OfficeError, match=r"blob\.damaged.*cipher"):
        open_blob(other.cipher, one.ref("a", "b", "document"), A)


def test_a_ciphertext_that_fits_the_event_but_holds_other_bytes_is_found() -> None:
    """Whoever seals may lie about the plain digest: the receiver does not believe it."""
    one, other = seal(b"uno", TO), seal(b"dos", TO)
    lying = replace(other.ref("a", "b", "document"), sha256=one.sha256)
    with pytest.raises(OfficeError, match=r"blob\.damaged.*content"):
        open_blob(other.cipher, lying, A)


def test_nobody_to_read_it_is_refused() -> None:
    with pytest.raises(OfficeError, match=r"blob\.no_recipients"):
        seal(b"x", [])
    with pytest.raises(OfficeError, match=r"blob\.bad_recipient"):
        seal(b"x", [("device-a", "age1nonsense")])
