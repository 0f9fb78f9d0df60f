"""Revocation services that answer what cannot be believed: unknown, by a stranger, about another, stale, garbage, too late."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp

from desktop.practice.answers import Answers
from desktop.practice.pki import ISSUING, ROOT, PracticePki
from desktop.practice.ports import free_port
from desktop.practice.tokens import SoftTokens
from signing.errors import SigningError
from signing.pades import sign_file
from signing.policy import PRACTICE
from signing.renewal import raise_file
from signing.report import Level, Outcome, SignReceipt
from signing.session import TokenSession
from signing.timestamps import TimestampClient
from signing.trust import TrustStore
from signing.verify import verify_file
from signing.worker import TokenWorker
from tests.signing.conftest import NOW, frozen_page

LIES = ("unknown", "stranger", "other_certificate", "stale", "garbage", "late", "refused")


class Liar:
    """The practice PKI's services on its own port; ``mode`` says how OCSP lies, "" not at all. Without CRLs unless ``crls``."""

    def __init__(self, pki: PracticePki) -> None:
        self.pki, self.answers, self.mode, self.crls, self.asked = pki, Answers(pki), "", False, 0
        self.over = threading.Event()
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/tsa":
                    self.reply(liar.answers.timestamp(body, datetime.now(UTC)), "application/timestamp-reply")
                else:
                    self.reply(liar.ocsp(body), "application/ocsp-response")

            def do_GET(self) -> None:
                name = self.path.removeprefix("/crl/").removesuffix(".crl")
                if self.path.startswith("/crl/") and (liar.crls or name == ROOT):
                    self.reply(liar.answers.crl(name, datetime.now(UTC)), "application/pkix-crl")
                else:
                    self.send_error(404)

            def reply(self, data: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):  # who asked did not wait for the late one
                    super().handle()

        self.server = ThreadingHTTPServer(("127.0.0.1", pki.port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def ocsp(self, body: bytes) -> bytes:
        self.asked += 1
        now = datetime.now(UTC)
        if self.mode in ("", "late"):
            if self.mode:
                self.over.wait(4)
            return self.answers.ocsp(body, now)
        if self.mode == "garbage":
            return b"<html>Inicie sesi\xf3n</html>"
        if self.mode == "refused":
            refused = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)
            return refused.public_bytes(serialization.Encoding.DER)
        issuer, key = self.pki.certificate(ISSUING), self.pki.key_of(ISSUING)
        subject = x509.load_der_x509_certificate(self.pki.certificate_of("juana"))
        made = now - timedelta(minutes=1)
        if self.mode == "stranger":
            key = ec.generate_private_key(ec.SECP256R1())
            issuer_of_answer = _stranger(key)
        else:
            issuer_of_answer = issuer
        if self.mode == "other_certificate":
            subject = x509.load_der_x509_certificate(self.pki.certificate_of("pedro"))
        if self.mode == "stale":
            made = now - timedelta(days=400)
        status = ocsp.OCSPCertStatus.UNKNOWN if self.mode == "unknown" else ocsp.OCSPCertStatus.GOOD
        builder = ocsp.OCSPResponseBuilder().add_response(
            subject, issuer, hashes.SHA1(), status, made, made + timedelta(hours=1), None, None
        )  # fmt: skip
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer_of_answer)
        if self.mode == "stranger":
            builder = builder.certificates([issuer_of_answer])
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _stranger(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "OCSP de otro")])
    return (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip


class Place:
    """A page, a token of juana, and a revocation service that may lie."""

    def __init__(self, folder: Path) -> None:
        pki = PracticePki.create(folder / "pki", port=free_port(), now=NOW)
        self.tokens = SoftTokens.create(folder / "tokens", pki, ["juana"])
        self.liar = Liar(pki)
        self.page = folder / "page.pdf"
        self.page.write_bytes(frozen_page())
        issuing = pki.certificate(ISSUING).public_bytes(serialization.Encoding.PEM)
        self.trust = TrustStore.from_pem(
            [pki.anchors_pem()], intermediates=[issuing], policy=replace(PRACTICE, seconds=2.0)
        )
        self.client = TimestampClient(pki.tsa_url)

    @contextlib.contextmanager
    def session(self) -> Iterator[TokenSession]:
        with TokenWorker([self.tokens.module], environment=self.tokens.environment()) as worker:
            (token,) = worker.tokens()
            certificate = next(one for one in token.certificates if not one.unusable)
            with worker.open(token, certificate, lambda *_: self.tokens.pin("juana")) as session:
                yield session

    def sign(self, output: Path, level: Level, *, allow_degraded: bool = False) -> SignReceipt:
        with self.session() as session:
            return sign_file(
                self.page, output, session, field=None, stamp=None, level=level, trust=self.trust,
                timestamps=self.client, claimed_time=NOW, allow_degraded=allow_degraded,
            )  # fmt: skip

    def close(self) -> None:
        self.liar.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("liar"))
    yield made
    made.close()


@pytest.fixture(params=LIES)
def lie(request: pytest.FixtureRequest, place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    place.liar.mode, place.liar.crls = request.param, False
    monkeypatch.setattr("signing.answers_online.LIMIT", 2.0)
    yield request.param
    place.liar.mode = ""


def test_the_service_when_it_tells_the_truth(place: Place, tmp_path: Path) -> None:
    """What the others are measured against: an honest answer is enough, without any list."""
    place.liar.mode, place.liar.crls = "", False
    assert place.sign(tmp_path / "a.pdf", Level.B_LTA).level is Level.B_LTA
    assert place.liar.asked


def test_what_it_says_is_not_taken_for_good(place: Place, lie: str, tmp_path: Path) -> None:
    before = place.liar.asked
    with pytest.raises(SigningError) as caught:
        place.sign(tmp_path / "a.pdf", Level.B_LTA)
    assert (caught.value.code, caught.value.on_disk) == ("revocation.unreachable", "nothing")
    assert caught.value.facts["name"] == "Juana Mamani Quispe"
    assert place.liar.asked > before
    assert list(tmp_path.iterdir()) == []


def test_where_it_is_tolerated_the_level_reached_is_said(place: Place, lie: str, tmp_path: Path) -> None:
    receipt = place.sign(tmp_path / "a.pdf", Level.B_LTA, allow_degraded=True)
    assert (receipt.level, receipt.degraded) == (Level.B_T, "revocation.unreachable")
    with pytest.raises(SigningError) as caught:
        raise_file(tmp_path / "a.pdf", tmp_path / "b.pdf", trust=place.trust, timestamps=place.client)
    assert caught.value.code == "revocation.unreachable"
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]


def test_a_list_that_is_good_serves_where_ocsp_does_not(place: Place, lie: str, tmp_path: Path) -> None:
    place.liar.crls = True
    assert place.sign(tmp_path / "a.pdf", Level.B_LTA).level is Level.B_LTA
    verdict = verify_file(tmp_path / "a.pdf", trust=place.trust, compare_pages=False)
    assert verdict.outcome is Outcome.VALID, verdict


def test_whoever_verifies_is_not_misled_either(place: Place, lie: str, tmp_path: Path) -> None:
    place.liar.mode = ""
    place.sign(tmp_path / "a.pdf", Level.B_T)
    place.liar.mode = lie
    verdict = verify_file(tmp_path / "a.pdf", trust=place.trust, online=True, compare_pages=False)
    assert verdict.outcome is Outcome.INDETERMINATE, verdict
    assert verdict.reason in {"signature.intact_revocation_unknown", "signature.intact_revocation_stale"}
