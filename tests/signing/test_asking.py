"""Missing issuers by the addresses that certificates name: only with leave, only what really signed, a few steps, kept for offline use."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from asn1crypto import cms, keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing import asking
from signing.asking import fetch, missing_issuers
from signing.policy import LOOPBACK, VerificationPolicy
from signing.revocation import Evidence
from signing.sandbox import Verifier
from signing.trust import TrustStore
from tests.fixtures.lab import plain_pdf, shared_lab

NOW = datetime.now(UTC).replace(microsecond=0)
OPEN = VerificationPolicy(aia=True, private=LOOPBACK, seconds=3.0)


class Hall:
    """Authorities below one root, each with the address where its own issuer's certificate lies."""

    def __init__(self) -> None:
        hall = self
        self.served: dict[str, bytes] = {}
        self.asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hall.asked.append(self.path)
                body = hall.served.get(self.path)
                if body is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        self.keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(9)]
        self.chain = self.issue(4)  # root, two authorities, a person

    def issue(self, length: int) -> list[x509.Certificate]:
        made: list[x509.Certificate] = []
        for number in range(length):
            above = max(number - 1, 0)
            builder = (
                x509.CertificateBuilder()
                .subject_name(_name(number))
                .issuer_name(_name(above))
                .public_key(self.keys[number].public_key())
                .serial_number(1000 + number)
                .not_valid_before(NOW - timedelta(days=9))
                .not_valid_after(NOW + timedelta(days=900))
                .add_extension(x509.BasicConstraints(number < length - 1, None), critical=True)
                .add_extension(_usage(person=number == length - 1), critical=True)
            )
            if number:
                place = x509.UniformResourceIdentifier(self.url(f"/{above}.crt"))
                described = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
                builder = builder.add_extension(x509.AuthorityInformationAccess([described]), critical=False)
            made.append(builder.sign(self.keys[above], hashes.SHA256()))
            self.served[f"/{number}.crt"] = _der(made[-1])
        return made

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def trust(self, policy: VerificationPolicy = OPEN, cache: Path | None = None) -> TrustStore:
        return TrustStore.from_pem([_der(self.chain[0])], policy=policy, cache=cache)

    def missing(self, trust: TrustStore, *, known: tuple[int, ...] = (), online: bool = True) -> list[int]:
        here = [_loaded(self.chain[number]) for number in known]
        found = missing_issuers(_loaded(self.chain[-1]), here, trust, online=online)
        return [one.serial_number - 1000 for one in found]


def _usage(*, person: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=person,
        content_commitment=person,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not person,
        crl_sign=not person,
        encipher_only=False,
        decipher_only=False,
    )


def _name(number: int) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Autoridad {number}")])


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _loaded(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(_der(certificate))


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    made.server.shutdown()
    made.thread.join()
    made.server.server_close()


def test_what_is_missing_is_fetched_up_to_what_is_there(hall: Hall) -> None:
    assert hall.missing(hall.trust()) == [2, 1]
    assert hall.asked == ["/2.crt", "/1.crt"]  # the root is there already
    assert hall.missing(hall.trust(), known=(2,)) == [1]
    assert hall.missing(hall.trust(), known=(1,)) == [2]


@pytest.mark.parametrize(
    "policy",
    [
        VerificationPolicy(private=LOOPBACK),
        VerificationPolicy(aia=True),
        VerificationPolicy(aia=True, online=False, private=LOOPBACK),
    ],
)
def test_not_without_leave(hall: Hall, policy: VerificationPolicy) -> None:
    assert hall.missing(hall.trust(policy)) == []
    assert hall.asked == []


def test_offline_asks_nobody_and_uses_what_was_kept(hall: Hall, tmp_path: Path) -> None:
    trust = hall.trust(cache=tmp_path)
    assert hall.missing(trust, online=False) == []
    assert hall.asked == []
    assert hall.missing(trust) == [2, 1]
    hall.asked.clear()
    assert hall.missing(trust, online=False) == [2, 1]
    assert hall.asked == []


def test_a_bundle_serves_and_so_does_pem(hall: Hall) -> None:
    others = [cms.CertificateChoices({"certificate": _loaded(hall.chain[number])}) for number in (0, 2)]
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [],
            "encap_content_info": {"content_type": "data"},
            "certificates": others,
            "signer_infos": [],
        }
    )
    bundle = cms.ContentInfo({"content_type": "signed_data", "content": signed})
    hall.served["/2.crt"] = bundle.dump()
    hall.served["/1.crt"] = hall.chain[1].public_bytes(serialization.Encoding.PEM)
    assert hall.missing(hall.trust()) == [2, 1]


@pytest.mark.parametrize("lie", [b"", b"<html>", b"\x30\x80", b"x" * 300_000])
def test_what_is_no_certificate_helps_nobody(hall: Hall, lie: bytes) -> None:
    hall.served["/2.crt"] = lie
    assert hall.missing(hall.trust()) == []


def test_one_of_the_same_name_that_did_not_sign_is_none(hall: Hall) -> None:
    hall.keys[1], hall.keys[2] = hall.keys[7], hall.keys[8]
    impostors = hall.issue(4)
    assert impostors[2].subject == hall.chain[2].subject
    assert hall.missing(hall.trust()) == []
    assert hall.asked == ["/2.crt"]


def test_a_ladder_without_end_is_left(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.chain = hall.issue(9)
    assert len(hall.missing(TrustStore(policy=OPEN))) == 6
    assert len(hall.asked) == 6


def test_what_was_fetched_is_not_trusted(hall: Hall) -> None:
    stranger = TrustStore.from_pem([shared_lab().root.pem], policy=OPEN)
    assert hall.missing(stranger) == [2, 1, 0]  # helpers, up to a root that nobody trusts
    assert [anchor.der for anchor in stranger.anchors] == [shared_lab().root.der]


def test_a_policy_that_forbids_asking_is_kept_to(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(asking, "fetch_bytes", lambda request, *_, **__: asked.append(request.url))
    path = (shared_lab().alice.asn1, shared_lab().issuing.asn1, shared_lab().root.asn1)
    assert fetch(path, None, VerificationPolicy(online=False, private=LOOPBACK)) == Evidence()
    assert asked == []


def test_a_signature_whose_authority_was_left_out(hall: Hall, tmp_path: Path) -> None:
    """Untrusted without leave; with it the chain is found, offline too once it was kept, through the killable child."""
    data = tmp_path / "nota.pdf"
    data.write_bytes(_sign(hall))
    strict, free = hall.trust(VerificationPolicy(private=LOOPBACK)), hall.trust(cache=tmp_path / "cache")
    with Verifier() as verifier:

        def reason(trust: TrustStore, *, online: bool) -> str:
            return verifier.verify(data, trust=trust, online=online, compare_pages=False).signatures[0].reason

        assert reason(strict, online=True) == "signature.untrusted_root"
        assert hall.asked == []
        assert reason(free, online=False) == "signature.untrusted_root"
        assert reason(free, online=True) == "signature.intact_revocation_unknown"
        assert hall.asked == ["/2.crt", "/1.crt"]
        assert reason(free, online=False) == "signature.intact_revocation_unknown"
        assert len(hall.asked) == 2


def _sign(hall: Hall) -> bytes:
    key = hall.keys[len(hall.chain) - 1].private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner(
        signing_cert=_loaded(hall.chain[-1]),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(),
    )
    out = io.BytesIO()
    metadata = signers.PdfSignatureMetadata(
        field_name="firma-1", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(plain_pdf())), metadata, signer, output=out)
    return out.getvalue()
