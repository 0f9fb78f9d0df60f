"""OCSP, CRL and TSA of the practice office, judged by pyHanko and by openssl."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed
from pyhanko_certvalidator.errors import RevokedError

from desktop.practice.pki import ISSUING, OCSP, PEOPLE, ROOT, PracticePki
from desktop.practice.ports import LOOPBACK, free_port, is_free
from desktop.practice.services import PkiServices
from desktop.records.errors import OfficeError
from tests.desktop.practice.judges import SigningError, judge_lta, openssl, sign_lta


@pytest.fixture
def own(tmp_path: Path) -> Iterator[PkiServices]:
    """Services of a PKI of this test's own, for what would disturb the others."""
    pki = PracticePki.create(tmp_path / "pki", PEOPLE[:2], port=free_port(), now=datetime.now(UTC))
    with PkiServices(pki) as services:
        yield services


def _fetch(url: str, data: bytes | None = None) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""


def _ocsp(pki: PracticePki, label: str, issuer: str = ISSUING) -> ocsp.OCSPResponse:
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        pki.certificate(label), pki.certificate(issuer), hashes.SHA256()
    )
    builder = builder.add_extension(x509.OCSPNonce(b"0123456789abcdef"), critical=False)
    request = builder.build().public_bytes(serialization.Encoding.DER)
    status, body = _fetch(f"{pki.url}/ocsp/{ISSUING}", request)
    assert status == 200
    answer = ocsp.load_der_ocsp_response(body)
    by_get = f"{pki.url}/ocsp/{ISSUING}/{urllib.parse.quote(base64.b64encode(request), safe='')}"
    assert ocsp.load_der_ocsp_response(_fetch(by_get)[1]).response_status == answer.response_status
    return answer


def _crl(pki: PracticePki, label: str = ISSUING) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(_fetch(f"{pki.url}/crl/{label}.crl")[1])


def _refusal(body: bytes) -> set[str]:
    """Why the TSA refused (RFC 3161 §2.4.2); empty when it did not."""
    (answer,) = core.SequenceOf.load(body, spec=tsp.PKIStatusInfo)
    return set(answer["fail_info"].native) if answer["status"].native == "rejection" else set()


def _stamp(pki: PracticePki, imprint: bytes, algorithm: str = "sha256", **more: object) -> tsp.TimeStampResp:
    message = {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": imprint}
    request = tsp.TimeStampReq({"version": "v1", "message_imprint": message, "cert_req": True, **more})
    status, body = _fetch(pki.tsa_url, request.dump())
    assert status == 200
    return tsp.TimeStampResp.load(body)


def test_pyhanko_signs_at_b_lta_and_passes_it_offline(practice_services: PkiServices) -> None:
    pki = practice_services.pki
    result = judge_lta(pki, sign_lta(pki, "juana"))
    assert result.ades_subindic is AdESPassed.OK
    assert result.api_status is not None
    assert result.api_status.bottom_line


def test_pyhanko_refuses_a_revoked_signer(own: PkiServices) -> None:
    own.revoke("pedro")
    with pytest.raises(SigningError) as caught:
        sign_lta(own.pki, "pedro")
    assert isinstance(caught.value.__cause__, RevokedError)


def test_pyhanko_misses_the_anchor_of_another_practice_office(practice_services: PkiServices, own: PkiServices) -> None:
    pdf = sign_lta(practice_services.pki, "juana")
    assert isinstance(judge_lta(own.pki, pdf).ades_subindic, AdESIndeterminate)


def test_openssl_agrees(practice_services: PkiServices, tmp_path: Path) -> None:
    pki = practice_services.pki
    (tmp_path / "root.pem").write_text(pki.anchors_pem())
    for label in (ISSUING, "juana"):
        (tmp_path / f"{label}.pem").write_bytes(pki.certificate(label).public_bytes(serialization.Encoding.PEM))
    url = f"{pki.url}/ocsp/{ISSUING}"
    asked = openssl(
        tmp_path, "ocsp", "-issuer", "issuing.pem", "-cert", "juana.pem", "-url", url, "-CAfile", "root.pem"
    )
    assert "juana.pem: good" in asked.stdout
    assert "Response verify OK" in asked.stderr
    (tmp_path / "data").write_bytes(b"texto")
    openssl(tmp_path, "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "request.tsq")
    (tmp_path / "answer.tsr").write_bytes(_fetch(pki.tsa_url, (tmp_path / "request.tsq").read_bytes())[1])
    stamped = openssl(
        tmp_path, "ts", "-verify", "-queryfile", "request.tsq", "-in", "answer.tsr", "-CAfile", "root.pem"
    )
    assert "Verification: OK" in stamped.stdout
    (tmp_path / "issuing.crl").write_bytes(_fetch(f"{pki.url}/crl/{ISSUING}.crl")[1])
    listed = openssl(tmp_path, "crl", "-inform", "DER", "-in", "issuing.crl", "-noout", "-CAfile", "issuing.pem")
    assert "verify OK" in listed.stderr


def test_ocsp_is_good_signed_by_the_responder_and_echoes_the_nonce(practice_services: PkiServices) -> None:
    pki = practice_services.pki
    answer = _ocsp(pki, "juana")
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"0123456789abcdef"
    assert answer.certificates == [pki.certificate(OCSP)]
    assert answer.this_update_utc.microsecond == 0


@pytest.mark.parametrize(("label", "issuer"), [("tsa", ROOT), ("juana", ROOT)])
def test_ocsp_does_not_answer_for_what_the_ca_did_not_issue(
    practice_services: PkiServices, label: str, issuer: str
) -> None:
    answer = _ocsp(practice_services.pki, label, issuer)
    assert answer.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


def test_revocation_is_in_the_next_ocsp_answer_and_the_next_crl(own: PkiServices) -> None:
    pki = own.pki
    serial = pki.certificate("pedro").serial_number
    assert _crl(pki).get_revoked_certificate_by_serial_number(serial) is None
    own.revoke("pedro", reason="cessation_of_operation")
    answer = _ocsp(pki, "pedro")
    assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert answer.revocation_reason is x509.ReasonFlags.cessation_of_operation
    row = _crl(pki).get_revoked_certificate_by_serial_number(serial)
    assert row is not None
    assert row.revocation_date_utc == answer.revocation_time_utc
    assert _ocsp(pki, "juana").certificate_status is ocsp.OCSPCertStatus.GOOD


def test_the_tsa_certificate_is_revoked_by_the_root(own: PkiServices) -> None:
    own.revoke("tsa")
    serial = own.pki.certificate("tsa").serial_number
    assert _crl(own.pki, ROOT).get_revoked_certificate_by_serial_number(serial) is not None
    assert _crl(own.pki, ISSUING).get_revoked_certificate_by_serial_number(serial) is None


def test_crls_are_signed_by_their_authority(practice_services: PkiServices) -> None:
    pki = practice_services.pki
    for label in (ROOT, ISSUING):
        key = pki.key_of(label).public_key()
        assert _crl(pki, label).is_signature_valid(key)
        assert _fetch(f"{pki.url}/ca/{label}.crt") == (200, pki.certificate_of(label))


def test_timestamp_repeats_imprint_and_nonce(practice_services: PkiServices) -> None:
    imprint = hashlib.sha512(b"texto").digest()
    answer = _stamp(practice_services.pki, imprint, "sha512", nonce=7)
    content = answer["time_stamp_token"]["content"]
    info = content["encap_content_info"]["content"].parsed
    assert info["message_imprint"]["hashed_message"].native == imprint
    assert info["nonce"].native == 7
    assert abs((info["gen_time"].native - datetime.now(UTC)).total_seconds()) < 10
    assert len(content["certificates"]) == 2
    bare = _stamp(practice_services.pki, imprint, "sha512", cert_req=False)
    assert len(bare["time_stamp_token"]["content"]["certificates"]) == 0


@pytest.mark.parametrize(("imprint", "algorithm"), [(b"\0" * 20, "sha1"), (b"\0" * 31, "sha256")])
def test_timestamp_refuses_weak_or_wrong_imprints(
    practice_services: PkiServices, imprint: bytes, algorithm: str
) -> None:
    message = {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": imprint}
    request = tsp.TimeStampReq({"version": "v1", "message_imprint": message})
    assert _refusal(_fetch(practice_services.tsa_url, request.dump())[1]) == {"bad_alg"}


def test_garbage_is_answered_and_does_not_stop_the_services(practice_services: PkiServices) -> None:
    pki = practice_services.pki
    assert _refusal(_fetch(pki.tsa_url, b"garbage")[1]) == {"bad_data_format"}
    malformed = ocsp.load_der_ocsp_response(_fetch(f"{pki.url}/ocsp/{ISSUING}", b"garbage")[1])
    assert malformed.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    assert _fetch(f"{pki.url}/ocsp/{ISSUING}/%21%21")[0] == 400
    assert _fetch(f"{pki.url}/keys/root.pem")[0] == 404
    assert _fetch(f"{pki.url}/other", b"x")[0] == 404
    assert _fetch(pki.tsa_url, b"x" * 100_000)[0] == 400
    assert _ocsp(pki, "juana").certificate_status is ocsp.OCSPCertStatus.GOOD


def test_tsa_can_be_switched_off_and_on(own: PkiServices) -> None:
    imprint = hashlib.sha256(b"texto").digest()
    own.stop_tsa()
    assert _fetch(own.tsa_url, b"anything")[0] == 503
    assert _ocsp(own.pki, "juana").certificate_status is ocsp.OCSPCertStatus.GOOD
    own.start_tsa()
    assert _stamp(own.pki, imprint)["status"]["status"].native == "granted"


def test_they_can_be_opened_again_later_at_the_same_port(own: PkiServices) -> None:
    own.revoke("pedro")
    own.stop()
    assert is_free(own.pki.port)
    with PkiServices(PracticePki.load(own.pki.folder), tsa=False) as again:
        assert _ocsp(again.pki, "pedro").certificate_status is ocsp.OCSPCertStatus.REVOKED
        assert _fetch(again.tsa_url, b"anything")[0] == 503


def test_a_taken_port_is_told_and_leaves_no_child(own: PkiServices) -> None:
    second = PkiServices(own.pki)
    with pytest.raises(OfficeError) as caught:
        second.start()
    assert caught.value.code == "practice.port_taken"
    assert caught.value.facts["port"] == own.pki.port
    assert second.pid is None


def test_a_damaged_pki_is_told_by_the_child(own: PkiServices) -> None:
    own.stop()
    (own.pki.folder / "keys" / "tsa.pem").unlink()
    with pytest.raises(OfficeError, match=r"practice\.damaged"):
        own.start()


def test_stopping_twice_is_quiet_and_speaking_to_a_dead_child_is_told(own: PkiServices) -> None:
    pid = own.pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM)
    with pytest.raises(OfficeError, match=r"practice\.services_died"):
        _until_dead(own)
    own.stop()
    own.stop()
    with pytest.raises(OfficeError, match=r"practice\.services_died"):
        own.stop_tsa()


def _until_dead(services: PkiServices) -> None:
    for _ in range(200):
        services.stop_tsa()
        time.sleep(0.02)


def test_the_child_ends_when_its_office_is_killed(tmp_path: Path) -> None:
    pki = PracticePki.create(tmp_path / "pki", PEOPLE[:1], port=free_port(), now=datetime.now(UTC))
    script = tmp_path / "office.py"
    script.write_text(
        "import sys, time\nfrom pathlib import Path\nfrom desktop.practice.pki import PracticePki\n"
        "from desktop.practice.services import PkiServices\n"
        "if __name__ == '__main__':\n"
        "    with PkiServices(PracticePki.load(Path(sys.argv[1]))):\n"
        "        print('up', flush=True)\n        time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, script, pki.folder], stdout=subprocess.PIPE, text=True) as office:
        assert office.stdout is not None
        assert office.stdout.readline() == "up\n"
        assert not is_free(pki.port)
        office.kill()
    for _ in range(100):
        if is_free(pki.port):
            break
        time.sleep(0.05)
    assert is_free(pki.port)


def test_it_listens_on_loopback_only(practice_services: PkiServices) -> None:
    port = practice_services.pki.port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.2", port))  # would fail if the services held every address
    assert not is_free(port)
    assert practice_services.pki.url.startswith(f"http://{LOOPBACK}:")


def test_no_port_left_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.practice.ports.is_free", lambda _port: False)
    with pytest.raises(OfficeError, match=r"practice\.no_port"):
        free_port(tries=3)
