"""Open tokens: one login, signatures that verify, refusals before a PIN is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from signing.errors import PinError, SigningCancelled, TokenError
from signing.report import PinState
from signing.session import open_session, told


@pytest.mark.parametrize(
    ("digest", "algorithm"),
    [("sha256", hashes.SHA256()), ("sha384", hashes.SHA384()), ("sha512", hashes.SHA512())],
)
def test_rsa_signatures_verify(lab, worker, digest, algorithm):
    with lab.session(worker, "juana") as session:
        key = x509.load_der_x509_certificate(session.certificate.der).public_key()
        key.verify(session.sign_raw(b"data", digest=digest), b"data", padding.PKCS1v15(), algorithm)
        with pytest.raises(InvalidSignature):
            key.verify(session.sign_raw(b"other", digest=digest), b"data", padding.PKCS1v15(), algorithm)


def test_ec_signatures_verify_as_der(lab, worker):
    with lab.session(worker, "elena") as session:
        key = x509.load_der_x509_certificate(session.certificate.der).public_key()
        for _ in range(8):  # r and s of every length
            key.verify(session.sign_raw(b"data"), b"data", ec.ECDSA(hashes.SHA256()))


def test_an_unknown_digest_is_refused(lab, worker):
    with lab.session(worker, "juana") as session, pytest.raises(TokenError):
        session.sign_raw(b"data", digest="md5")


def test_the_chain_of_the_token_comes_along(lab, worker):
    with lab.session(worker, "juana") as session:
        assert set(session.chain) == set(lab.pki.chain_of("juana"))


def test_a_second_session_on_a_token_is_refused_not_logged_in_twice(lab, worker):
    with lab.session(worker, "juana") as first:
        with pytest.raises(TokenError) as caught:
            lab.session(worker, "juana")
        assert caught.value.code == "token.session_open"
        with lab.session(worker, "pedro") as other:
            assert other.sign_raw(b"data") != first.sign_raw(b"data")


def test_closing_logs_out(lab, worker):
    session = lab.session(worker, "juana")
    session.close()
    session.close()
    with pytest.raises(TokenError) as caught:
        session.sign_raw(b"data")
    assert caught.value.code == "token.removed"
    token, certificate = lab.token(worker, "juana")
    with pytest.raises(PinError):
        worker.open(token, certificate, lambda *_: "99999999")
    with lab.session(worker, "juana"):
        pass


@pytest.mark.parametrize(
    ("state", "code"), [(PinState.LOCKED, "pin.locked"), (PinState.UNINITIALISED, "pin.uninitialised")]
)
def test_a_hopeless_pin_is_not_asked_for(lab, worker, state, code):
    token, certificate = lab.token(worker, "juana")
    with pytest.raises(PinError) as caught:
        open_session(None, replace(token, pin_state=state), certificate, (), lambda *_: pytest.fail("asked"))
    assert caught.value.code == code


def test_an_empty_pin_is_not_sent_to_a_token_without_a_pad(lab, worker):
    token, certificate = lab.token(worker, "juana")
    with pytest.raises(PinError) as caught:
        worker.open(token, certificate, lambda *_: "")
    assert caught.value.code == "pin.bad_format"
    assert lab.token(worker, "juana")[0].pin_state is PinState.OK


def test_answers_of_middleware_become_ours(lab, worker):
    token, _ = lab.token(worker, "juana")
    assert isinstance(told(TokenError("pin.cancelled"), token), SigningCancelled)
    assert told(TokenError("pin.wrong", pin_state="locked"), token).code == "pin.locked"
    assert told(TokenError("pin.wrong", pin_state="final_try"), token).code == "pin.wrong_one_left"
    wrong = told(TokenError("pin.wrong", pin_state="low"), token)
    assert isinstance(wrong, PinError)
    assert (wrong.code, wrong.facts["state"]) == ("pin.wrong", "low")
    assert told(TokenError("token.removed"), token).code == "token.removed"
