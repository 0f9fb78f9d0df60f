"""Every kind of key and padding on a real token, judged by cryptography and openssl; which key belongs to which certificate."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from signing.errors import TokenError
from signing.report import Padding
from signing.worker_holder import Refused
from signing.worker_keys import ecdsa_der, request
from tests.fixtures.shim.keyring import calls

DIGESTS = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
DATA = b"nota interna"


@pytest.fixture(scope="module")
def worker(keyring):
    with keyring.worker() as worker:
        worker.warm()
        yield worker


def judge(certificate, signature, digest, scheme):
    """Cryptography's verdict: raises InvalidSignature."""
    key, algorithm = x509.load_der_x509_certificate(certificate.der).public_key(), DIGESTS[digest]
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, DATA, ec.ECDSA(algorithm))
    elif scheme is Padding.PSS:
        key.verify(signature, DATA, padding.PSS(padding.MGF1(algorithm), algorithm.digest_size), algorithm)
    else:
        key.verify(signature, DATA, padding.PKCS1v15(), algorithm)


def openssl(folder, certificate, signature, digest, scheme):
    """Openssl's verdict."""
    key = x509.load_der_x509_certificate(certificate.der).public_key()
    (folder / "key.pem").write_bytes(
        key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    (folder / "signature").write_bytes(signature)
    options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"] if scheme is Padding.PSS else []
    command = ["openssl", "dgst", f"-{digest}", "-verify", "key.pem", "-signature", "signature", *options]
    return subprocess.run(command, input=DATA, capture_output=True, cwd=folder).returncode == 0


@pytest.mark.parametrize("name", ["rsa2048", "rsa3072", "rsa4096"])
def test_rsa_signs_with_both_paddings_and_every_digest(keyring, worker, tmp_path, name):
    with keyring.open(worker, name) as session:
        for scheme in Padding:
            for digest in DIGESTS:
                signature = session.sign_raw(DATA, digest=digest, padding=scheme)
                judge(session.certificate, signature, digest, scheme)
                assert openssl(tmp_path, session.certificate, signature, digest, scheme)
                other = Padding.PSS if scheme is Padding.PKCS1 else Padding.PKCS1
                with pytest.raises(InvalidSignature):
                    judge(session.certificate, signature, digest, other)


@pytest.mark.parametrize("name", ["p256", "p384"])
def test_curves_sign_every_digest_also_those_longer_than_their_order(keyring, worker, tmp_path, name):
    with keyring.open(worker, name) as session:
        for digest in DIGESTS:
            for _ in range(4):  # r and s of every length
                judge(session.certificate, session.sign_raw(DATA, digest=digest), digest, Padding.PKCS1)
            signature = session.sign_raw(DATA, digest=digest)
            assert openssl(tmp_path, session.certificate, signature, digest, Padding.PKCS1)


@given(st.integers(1, 2**256 - 1), st.integers(1, 2**256 - 1))
def test_ecdsa_signatures_become_der(r, s):
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert decode_dss_signature(ecdsa_der(raw)) == (r, s)
    wide = r.to_bytes(66, "big") + s.to_bytes(66, "big")
    assert decode_dss_signature(ecdsa_der(wide)) == (r, s)


@pytest.mark.parametrize("raw", [b"", b"x" * 63, b"x" * 134])
def test_what_cannot_be_an_ecdsa_signature_is_refused(raw):
    with pytest.raises(Refused):
        ecdsa_der(raw)


def test_a_digest_longer_than_the_order_is_cut_before_it_reaches_the_token():
    assert request(b"d" * 64, "sha512", "pkcs1", rsa=False, order=32)[2] == b"d" * 32
    assert request(b"d" * 32, "sha256", "pkcs1", rsa=False, order=48)[2] == b"d" * 32


@pytest.mark.parametrize(
    ("words", "name", "scheme", "mechanism"),
    [
        ("without:0d", "rsa2048", Padding.PSS, "RSA-PSS"),
        ("without:01", "rsa2048", Padding.PKCS1, "RSA"),
        ("without:1041", "p256", Padding.PSS, "ECDSA"),
    ],
)
def test_a_missing_mechanism_is_told_before_the_pin(keyring, tmp_path, words, name, scheme, mechanism):
    log = tmp_path / "log"
    with keyring.worker(words, log=log) as worker:
        token, certificate = keyring.find(worker, name)
        with pytest.raises(TokenError) as caught:
            worker.open(token, certificate, lambda *_: pytest.fail("asked"), padding=scheme)
    assert caught.value.code == "token.no_mechanism"
    assert (caught.value.facts["token"], caught.value.facts["mechanism"]) == ("llavero", mechanism)
    assert calls(log)["C_Login"] == 0


def test_a_token_that_tells_no_mechanisms_is_asked_to_sign(keyring):
    with keyring.worker("raw") as worker, keyring.open(worker, "rsa2048", padding=Padding.PSS) as session:
        judge(session.certificate, session.sign_raw(DATA, padding=Padding.PSS), "sha256", Padding.PSS)


def test_a_digest_that_is_not_for_signatures_is_refused(keyring, worker):
    with keyring.open(worker) as session, pytest.raises(TokenError) as caught:
        session.sign_raw(DATA, digest="sha1")
    assert caught.value.code == "token.no_mechanism"
    with pytest.raises(Refused):
        request(b"d" * 20, "sha256", "pkcs1", rsa=True, order=0)


# --- which key


@pytest.mark.parametrize("name", ["igual a", "igual b", "gemela", "rotulada"])
def test_the_key_is_the_certificates_own(keyring, worker, name):
    with keyring.open(worker, name) as session:
        judge(session.certificate, session.sign_raw(DATA), "sha256", Padding.PKCS1)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sin llave", "token.no_private_key"),
        ("llave ajena", "token.no_private_key"),
        ("dudosa", "token.ambiguous_key"),
    ],
)
def test_a_certificate_whose_key_is_missing_or_uncertain_signs_nothing(keyring, tmp_path, name, code):
    log = tmp_path / "log"
    with keyring.worker(log=log) as worker:
        with pytest.raises(TokenError) as caught:
            keyring.open(worker, name)
        assert (caught.value.code, caught.value.facts["token"]) == (code, "llavero")
        assert (calls(log)["C_Login"], calls(log)["C_Logout"]) == (1, 1)
        assert calls(log)["C_OpenSession"] == calls(log)["C_CloseSession"]
        with keyring.open(worker) as session:  # the token is as it was
            assert session.sign_raw(DATA)


def test_a_certificate_without_identifier_finds_its_key_by_the_modulus(keyring, worker):
    token, certificate = keyring.find(worker, "rsa2048")
    with worker.open(token, replace(certificate, key_id=""), lambda *_: keyring.pins["llavero"]) as session:
        judge(certificate, session.sign_raw(DATA), "sha256", Padding.PKCS1)


def test_a_key_that_is_not_for_signing_says_so(keyring, worker):
    with keyring.open(worker, "cifra") as session, pytest.raises(TokenError) as caught:
        session.sign_raw(DATA)
    assert caught.value.code == "token.key_not_for_signing"
