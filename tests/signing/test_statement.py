"""Statements: what a token signs outside PDF."""

from __future__ import annotations

import base64
import json
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import crl
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from joserfc import jws as jose
from joserfc.jwk import RSAKey

from desktop.practice.pki import ISSUING, PEOPLE, PracticePki
from desktop.practice.ports import free_port
from desktop.practice.services import PkiServices
from signing.chains import load_certificates
from signing.errors import SigningError
from signing.kept_answers import keep_answers
from signing.policy import PRACTICE
from signing.revocation import Evidence
from signing.statement import read_statement, sign_statement
from signing.trust import TrustStore

NOW = datetime.now(UTC)
PAYLOAD = '{"device":"01K","ñ":true}'.encode()


@pytest.fixture(scope="module")
def statements(lab) -> dict[str, str]:
    with lab.worker() as worker:
        made = {}
        for label in ("juana", "elena"):
            with lab.session(worker, label) as session:
                made[label] = sign_statement(PAYLOAD, session)
        return made


def code_of(jws: str, trust: TrustStore, at: datetime = NOW) -> tuple[str, object]:
    with pytest.raises(SigningError) as caught:
        read_statement(jws, trust=trust, at=at)
    return caught.value.code, caught.value.facts.get("reason")


def header_of(jws: str) -> dict:
    part = jws.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def encode(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize(("label", "algorithm", "ci"), [("juana", "RS256", "4512345"), ("elena", "ES256", "6071829")])
def test_a_statement_is_read_back(lab, statements, label, algorithm, ci):
    jws = statements[label]
    assert header_of(jws)["alg"] == algorithm
    statement = read_statement(jws, trust=lab.trust, at=NOW)
    assert statement.payload == PAYLOAD
    assert statement.certificate.person.ci == ci


def test_the_chain_inside_suffices_without_intermediates(lab, statements):
    bare = TrustStore.from_pem([lab.pki.anchors_pem()])
    assert read_statement(statements["juana"], trust=bare, at=NOW).payload == PAYLOAD


def test_a_changed_payload_or_signature(lab, statements):
    for jws in statements.values():
        head, payload, signature = jws.split(".")
        assert code_of(f"{head}.{encode(b'other')}.{signature}", lab.trust)[0] == "statement.bad_signature"
        spoilt = signature[:-6] + ("AAAAAA" if not signature.endswith("AAAAAA") else "BBBBBB")
        assert code_of(f"{head}.{payload}.{spoilt}", lab.trust)[0] == "statement.bad_signature"


def test_another_persons_certificate_in_front(lab, statements):
    _, payload, signature = statements["juana"].split(".")
    header = header_of(statements["juana"])
    header["x5c"][0] = base64.b64encode(lab.pki.certificate_of("pedro")).decode()
    assert code_of(f"{encode(header)}.{payload}.{signature}", lab.trust)[0] == "statement.bad_signature"


def test_algorithms_that_are_not_the_keys(lab, statements):
    _, payload, signature = statements["juana"].split(".")
    header = header_of(statements["juana"])
    for algorithm in ("none", "HS256", "RS512", "PS256"):
        assert (
            code_of(f"{encode({**header, 'alg': algorithm})}.{payload}.{signature}", lab.trust)[0]
            == "statement.malformed"
        )
    assert code_of(f"{encode({**header, 'alg': 'ES256'})}.{payload}.{signature}", lab.trust) == (
        "statement.malformed",
        "algorithm",
    )


def test_headers_that_we_do_not_know_are_refused(lab):
    key = RSAKey.import_key(lab.pki.key_of("juana"))
    chain = [base64.b64encode(lab.pki.certificate_of("juana")).decode()]
    registry = jose.JWSRegistry(strict_check_header=False)
    odd = jose.serialize_compact({"alg": "RS256", "x5c": chain, "jku": "http://x"}, PAYLOAD, key, registry=registry)
    assert code_of(odd, lab.trust)[0] == "statement.malformed"


def test_a_stranger_s_anchor(lab, statements, tmp_path):
    other = PracticePki.create(tmp_path / "pki", [], port=1, now=NOW)
    assert code_of(statements["juana"], TrustStore.from_pem([other.anchors_pem()])) == (
        "statement.untrusted",
        "chain.untrusted",
    )
    assert code_of(statements["juana"], TrustStore())[0] == "statement.untrusted"


def test_a_time_outside_the_certificate(lab, statements):
    assert code_of(statements["juana"], lab.trust, NOW + timedelta(days=4000)) == (
        "statement.untrusted",
        "certificate.expired",
    )


def test_a_service_certificate_is_no_signer(lab):
    key = RSAKey.import_key(lab.pki.key_of("issuing"))
    chain = [base64.b64encode(lab.pki.certificate_of("issuing")).decode()]
    jws = jose.serialize_compact({"alg": "RS256", "x5c": chain}, PAYLOAD, key)
    assert code_of(jws, lab.trust) == ("statement.untrusted", "is_ca")


# --- revocation


def revocable(tmp_path) -> tuple[PracticePki, TrustStore, str]:
    """A PKI of its own, a trust store that keeps answers, and a statement by somebody whom it certified."""
    pki = PracticePki.create(tmp_path / "pki", PEOPLE[:1], port=free_port(), now=NOW)
    chain = [base64.b64encode(der).decode() for der in (pki.certificate_of("juana"), *pki.chain_of("juana"))]
    registry = jose.JWSRegistry()
    registry.max_header_length = 100_000
    jws = jose.serialize_compact(
        {"alg": "RS256", "x5c": chain}, PAYLOAD, RSAKey.import_key(pki.key_of("juana")), registry=registry
    )
    return pki, TrustStore.from_pem([pki.anchors_pem()], cache=tmp_path / "cache", policy=PRACTICE), jws


def code_or_none(jws: str, trust: TrustStore, at: datetime = NOW, **options: bool) -> str:
    try:
        read_statement(jws, trust=trust, at=at, **options)
    except SigningError as error:
        return error.code
    return ""


def test_a_revoked_certificate_is_refused_as_soon_as_that_is_known(tmp_path):
    pki, trust, jws = revocable(tmp_path)
    revoked = NOW - timedelta(hours=2)
    with PkiServices(pki) as services:
        assert code_or_none(jws, trust, online=True) == ""
        services.revoke("juana", at=revoked)
        assert code_or_none(jws, trust) == ""  # offline, and all that is kept says good
        assert code_or_none(jws, trust, online=True) == "statement.revoked"
    # the answer was kept: nobody answers any more, and it does not lose its force when it grows old
    for at in (NOW, NOW + timedelta(days=90)):
        with pytest.raises(SigningError) as caught:
            read_statement(jws, trust=trust, at=at)
        assert caught.value.code == "statement.revoked"
        assert caught.value.facts["name"] == "Juana Mamani Quispe"
        assert datetime.fromisoformat(str(caught.value.facts["date"])) == revoked.replace(microsecond=0)
    assert code_or_none(jws, trust, online=True) == "statement.revoked"
    assert code_or_none(jws, trust, NOW - timedelta(hours=3)) == ""  # it was in force then


def test_a_revocation_list_is_enough_and_no_older_answer_outweighs_it(tmp_path):
    pki, trust, jws = revocable(tmp_path)
    lists = pki.url + f"/crl/{ISSUING}.crl"
    with PkiServices(pki) as services:
        assert code_or_none(jws, trust, online=True) == ""  # from now on an OCSP answer is kept that says good
        services.revoke("juana", at=NOW - timedelta(hours=2))
        with urllib.request.urlopen(lists, timeout=10) as answer:
            listed = crl.CertificateList.load(answer.read())
    path = load_certificates([pki.certificate_of("juana"), *pki.chain_of("juana")])
    keep_answers(trust.cache, path, Evidence(crls=(listed,)))
    assert code_or_none(jws, trust) == "statement.revoked"


def test_a_forged_revocation_refuses_nobody(tmp_path):
    pki, trust, jws = revocable(tmp_path)
    other = PracticePki.create(tmp_path / "other", PEOPLE[:1], port=free_port(), now=NOW)
    forged = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(pki.certificate(ISSUING).subject)
        .last_update(NOW - timedelta(hours=1))
        .next_update(NOW + timedelta(days=1))
        .add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(pki.certificate("juana").serial_number)
            .revocation_date(NOW - timedelta(days=1))
            .build()
        )
    )
    path = load_certificates([pki.certificate_of("juana"), *pki.chain_of("juana")])
    for signer, expected in ((other, ""), (pki, "statement.revoked")):
        made = forged.sign(signer.key_of(ISSUING), hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        keep_answers(trust.cache, path, Evidence(crls=(crl.CertificateList.load(made),)))
        assert code_or_none(jws, trust) == expected


def test_where_nobody_answers_nothing_is_refused(tmp_path):
    _, trust, jws = revocable(tmp_path)
    assert code_or_none(jws, trust, online=True) == ""


@pytest.mark.parametrize("jws", ["", "a.b", "a.b.c", "....", "ñ.b.c", "e30.e30.e30", "x" * 2_000_000])
def test_rubbish(lab, jws):
    assert code_of(jws, lab.trust)[0] == "statement.malformed"


def test_rubbish_certificates(lab):
    for chain in ([], ["!!"], ["AAAA"], "AAAA", [base64.b64encode(b"\x30\x00").decode()], [7], ["AAAA"] * 9):
        assert code_of(f"{encode({'alg': 'RS256', 'x5c': chain})}.e30.e30", lab.trust)[0] == "statement.malformed"
