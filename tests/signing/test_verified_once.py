"""What is remembered of signatures that held never makes another one hold."""

from __future__ import annotations

import pytest
from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator, SignatureValidationContext

from signing.verified_once import VerifiedOnce
from tests.fixtures.lab import shared_lab


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The signatures that were really computed."""
    made: list[bytes] = []
    own = DefaultSignatureValidator.validate_signature

    def counted(self: DefaultSignatureValidator, signature: bytes, *rest: object) -> None:
        made.append(signature)
        own(self, signature, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(DefaultSignatureValidator, "validate_signature", counted)
    return made


def parts() -> tuple[bytes, bytes, keys.PublicKeyInfo, algos.SignedDigestAlgorithm]:
    signer, issuer = shared_lab().alice.asn1, shared_lab().issuing.asn1
    return (
        signer["signature_value"].native,
        signer["tbs_certificate"].dump(),
        issuer.public_key,
        signer["signature_algorithm"],
    )


def test_the_same_signature_is_computed_once(calls: list[bytes]) -> None:
    once = VerifiedOnce()
    for _ in range(3):
        once.validate_signature(*parts())
    assert len(calls) == 1


def test_one_other_bit_anywhere_is_computed_and_fails(calls: list[bytes]) -> None:
    once = VerifiedOnce()
    signature, data, key, algorithm = parts()
    once.validate_signature(signature, data, key, algorithm)
    other = shared_lab().alice.asn1.public_key
    for wrong in (
        (bytes([signature[0] ^ 1]) + signature[1:], data, key, algorithm),
        (signature, data[:-1] + bytes([data[-1] ^ 1]), key, algorithm),
        (signature, data, other, algorithm),
        (signature, data, key, algos.SignedDigestAlgorithm({"algorithm": "sha512_rsa"})),
    ):
        for _ in range(2):  # a failure is not remembered as anything
            with pytest.raises(InvalidSignature):
                once.validate_signature(*wrong)
    assert len(calls) == 9


def test_what_depends_on_more_is_never_remembered(calls: list[bytes]) -> None:
    once = VerifiedOnce()
    for _ in range(2):
        once.validate_signature(*parts(), SignatureValidationContext(contextual_md_algorithm="sha256"))
    assert len(calls) == 2


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signing.verified_once._MOST", 2)
    monkeypatch.setattr(DefaultSignatureValidator, "validate_signature", lambda *_: None)
    once, (signature, data, key, algorithm) = VerifiedOnce(), parts()
    for number in range(7):
        once.validate_signature(signature, data + bytes([number]), key, algorithm)
        assert len(once._held) <= 2
