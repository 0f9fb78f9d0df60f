"""The CMS template against the library's own CMS, attribute by attribute, and against other people's verifiers."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import algos, cms, core, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.sign.ades import cades_asn1
from pyhanko.sign.ades.api import CAdESSignedAttrSpec, GenericCommitment
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.cms_check import cms_holds
from signing.cms_template import CmsTemplate
from signing.der import integer, oid, tlv
from signing.options import Commitment, SignaturePolicy
from signing.report import Padding

SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
KINDS = ("rsa2048", "rsa3072", "rsa4096", "p256", "p384")


class Holder:
    """A key and its certificate, issued by itself under any name."""

    def __init__(self, kind: str, serial: int, name: str = "Juana Mamani Ñaupa") -> None:
        self.key = (
            rsa.generate_private_key(65537, int(kind[3:])) if kind.startswith("rsa")
            else ec.generate_private_key(ec.SECP256R1() if kind == "p256" else ec.SECP384R1())
        )  # fmt: skip
        subject = x509.Name(
            [x509.NameAttribute(NameOID.COUNTRY_NAME, "BO"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
        )
        now = datetime(2026, 1, 1, tzinfo=UTC)
        made = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(self.key.public_key())
            .serial_number(serial).not_valid_before(now).not_valid_after(now + timedelta(days=900))
            .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
            .sign(self.key, hashes.SHA256())
        )  # fmt: skip
        self.certificate = made
        self.der = made.public_bytes(serialization.Encoding.DER)
        self.asn1 = asn1_x509.Certificate.load(self.der)

    @property
    def asn1_key(self) -> keys.PrivateKeyInfo:
        return keys.PrivateKeyInfo.load(
            self.key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def sign(self, data: bytes, digest: str, way: Padding) -> bytes:
        hashed = HASHES[digest]
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(hashed))
        filled = padding.PSS(padding.MGF1(hashed), hashed.digest_size) if way is Padding.PSS else padding.PKCS1v15()
        return self.key.sign(data, filled, hashed)


@pytest.fixture(scope="module")
def holders() -> dict[str, Holder]:
    serials = (1, 127, 128, 255, 2**150 + 7)
    return {kind: Holder(kind, serial) for kind, serial in zip(KINDS, serials, strict=True)}


@pytest.fixture(scope="module")
def others() -> list[Holder]:
    return [Holder("p256", 300 + n, f"Autoridad {n}") for n in range(3)]


def of_library(
    holder: Holder, issuers: list[Holder], digest: str, way: Padding, document: bytes,
    policy: SignaturePolicy | None, commitment: Commitment | None,
) -> cms.ContentInfo:  # fmt: skip
    mechanism = None
    if way is Padding.PSS and isinstance(holder.key, rsa.RSAPrivateKey):
        named = {"algorithm": digest}
        parameters = {
            "hash_algorithm": named, "salt_length": SIZES[digest],
            "mask_gen_algorithm": algos.MaskGenAlgorithm({"algorithm": "mgf1", "parameters": named}),
        }  # fmt: skip
        mechanism = algos.SignedDigestAlgorithm(
            {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
        )
    spec = CAdESSignedAttrSpec(
        commitment_type=GenericCommitment[commitment.value.upper()].asn1
        if commitment else None,
        signature_policy_identifier=policy_of_library(policy) if policy else None,
    )  # fmt: skip
    signer = SimpleSigner(
        holder.asn1, holder.asn1_key, SimpleCertificateStore.from_certs([one.asn1 for one in issuers]),
        signature_mechanism=mechanism, embed_roots=True,
    )  # fmt: skip
    attributes = PdfCMSSignedAttributes(cades_signed_attrs=spec)
    return asyncio.run(signer.async_sign(document, digest, use_pades=True, signed_attr_settings=attributes))


def policy_of_library(policy: SignaturePolicy) -> cades_asn1.SignaturePolicyIdentifier:
    value = {
        "sig_policy_id": policy.oid,
        "sig_policy_hash": {"digest_algorithm": {"algorithm": policy.digest_algorithm}, "digest": policy.digest},
    }
    if policy.uri:
        value["sig_policy_qualifiers"] = [
            {"sig_policy_qualifier_id": "sp_uri", "sig_qualifier": core.IA5String(policy.uri)}
        ]
    return cades_asn1.SignaturePolicyIdentifier({"signature_policy_id": cades_asn1.SignaturePolicyId(value)})


policies = st.none() | st.builds(
    SignaturePolicy,
    oid=st.sampled_from(["1.2.3.4", "2.16.68.1.99999.1", "0.4.0.1733"]),
    digest=st.binary(min_size=32, max_size=32),
    uri=st.sampled_from(["", "http://ejemplo.invalid/politica.pdf"]),
)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_it_is_the_librarys_structure_attribute_by_attribute(holders, others, data):
    holder = holders[data.draw(st.sampled_from(KINDS))]
    digest = data.draw(st.sampled_from(sorted(SIZES)))
    way = data.draw(st.sampled_from(Padding))
    issuers = others[: data.draw(st.integers(0, 3))]
    policy, commitment = data.draw(policies), data.draw(st.none() | st.sampled_from(Commitment))
    document = data.draw(st.binary(min_size=SIZES[digest], max_size=SIZES[digest]))
    template = CmsTemplate(
        holder.der, [one.der for one in issuers], digest=digest, padding=way, policy=policy, commitment=commitment
    )
    covered = template.to_sign(document)
    signature = holder.sign(covered, digest, way)
    der = template.finish(document, signature)
    ours, theirs = (
        cms.ContentInfo.load(der, strict=True),
        of_library(holder, issuers, digest, way, document, policy, commitment),
    )
    assert ours["content_type"].native == theirs["content_type"].native
    mine, other = ours["content"], theirs["content"]
    for name in ("version", "digest_algorithms", "encap_content_info"):
        assert mine[name].dump() == other[name].dump(), name
    assert {one.dump() for one in mine["certificates"]} == {one.dump() for one in other["certificates"]}
    assert mine["crls"].native is None
    (my_signer,), (other_signer,) = mine["signer_infos"], other["signer_infos"]
    for name in ("version", "sid", "digest_algorithm", "signature_algorithm", "unsigned_attrs"):
        assert my_signer[name].dump() == other_signer[name].dump(), name
    attributes = {one["type"].native: one.dump() for one in my_signer["signed_attrs"]}
    expected = {one["type"].native: one.dump() for one in other_signer["signed_attrs"]}
    assert attributes.keys() == expected.keys()
    for name, encoded in attributes.items():
        assert encoded == expected[name], name
    # canonical: encoding the parsed structure anew gives the same bytes
    assert mine.copy().dump(force=True) == mine.dump()
    assert [one.dump() for one in my_signer["signed_attrs"]] == sorted(attributes.values())
    assert covered == my_signer["signed_attrs"].untag().dump()
    assert len(der) <= template.room
    assert validate_sig_integrity(my_signer, holder.asn1, "data", document) == (True, True)
    assert cms_holds(der, lambda _name: document, holder.der)


@settings(max_examples=15, deadline=None)
@given(token=st.binary(min_size=1, max_size=9000))
def test_a_timestamp_is_the_one_unsigned_attribute(holders, token):
    holder, document = holders["p256"], bytes(32)
    template = CmsTemplate(holder.der, [])
    signature = holder.sign(template.to_sign(document), "sha256", Padding.PKCS1)
    wrapped = tlv(0x30, token)
    parsed = cms.ContentInfo.load(template.finish(document, signature, timestamp=wrapped), strict=True)
    (attribute,) = parsed["content"]["signer_infos"][0]["unsigned_attrs"]
    assert attribute["type"].dotted == "1.2.840.113549.1.9.16.2.14"
    assert wrapped in attribute.dump()
    assert attribute.dump().endswith(wrapped)
    assert len(parsed.dump()) <= template.room + len(wrapped)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("digest", sorted(SIZES))
@pytest.mark.parametrize("way", list(Padding))
def test_openssl_calls_it_good(holders, tmp_path: Path, kind, digest, way):
    holder, content = holders[kind], b"texto de prueba, con \xc3\xb1"
    document = hashlib.new(digest, content).digest()
    template = CmsTemplate(holder.der, [], digest=digest, padding=way)
    signature = holder.sign(template.to_sign(document), digest, way)
    (tmp_path / "c.der").write_bytes(template.finish(document, signature))
    (tmp_path / "content").write_bytes(content)
    (tmp_path / "ca.pem").write_bytes(holder.certificate.public_bytes(serialization.Encoding.PEM))
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "c.der", "-content", "content", "-binary",
               "-CAfile", "ca.pem", "-purpose", "any", "-no_check_time", "-cades", "-out", "out"]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    (tmp_path / "content").write_bytes(content + b".")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=30).returncode != 0


def test_what_does_not_fit_is_refused(holders):
    holder = holders["p256"]
    with pytest.raises(ValueError, match="sha1"):
        CmsTemplate(holder.der, [], digest="sha1")
    with pytest.raises(ValueError, match=r".+"):
        CmsTemplate(holder.der[:-1], [])
    template = CmsTemplate(holder.der, [])
    for document in (b"", bytes(31), bytes(33), bytes(64)):
        with pytest.raises(ValueError, match=str(len(document))):
            template.to_sign(document)
        with pytest.raises(ValueError, match=str(len(document))):
            template.finish(document, b"s")
    for signature, token in ((b"", None), (b"s", b"")):
        with pytest.raises(ValueError, match="empty"):
            template.finish(bytes(32), signature, timestamp=token)


@given(st.integers(0, 2**200), st.binary(max_size=70000))
@settings(max_examples=60, deadline=None)
def test_der_by_hand_is_the_librarys(number, value):
    assert integer(number) == core.Integer(number).dump()
    assert tlv(0x04, value) == core.OctetString(value).dump()


@pytest.mark.parametrize(
    "dotted", ["0.4.0.1733.2", "1.2.840.113549.1.9.16.2.47", "2.999.3", "2.16.840.1.101.3.4.2.1", "1.39.128"]
)
def test_object_identifiers(dotted):
    assert oid(dotted) == core.ObjectIdentifier(dotted).dump()


@pytest.mark.parametrize("dotted", ["3.1", "1.40", "1", "a.b", "1.-2", "1.2.-3", "-1.5"])
def test_what_is_no_object_identifier(dotted):
    with pytest.raises(ValueError, match=r".+"):
        oid(dotted)
