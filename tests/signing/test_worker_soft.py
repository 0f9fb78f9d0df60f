"""PKCS#12 files: the key stays in the child, the password is asked once; every way in which such a file can disappoint."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from signing.errors import PinError, SigningCancelled, TokenError
from signing.report import Padding, PinState
from signing.session import TokenSession
from signing.worker import TokenWorker
from tests.fixtures.shim.keyring import certificate, ec_key, rsa_key

PASSWORD = "contraseña de Ñusta"
KEY = rsa_key()
CURVE = ec_key()
AUTHORITY = ec_key()


def made(name="Juana Mamani", key=KEY, **options):
    return x509.load_der_x509_certificate(certificate(name, key, **options))


def protection(kind, password=PASSWORD):
    if not password:
        return NoEncryption()
    if kind == "aes":
        return BestAvailableEncryption(password.encode())
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048)
    algorithm = pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC
    return builder.key_cert_algorithm(algorithm).hmac_hash(hashes.SHA1()).build(password.encode())


def write(path: Path, *, key=KEY, cert=None, chain=(), kind="aes", password=PASSWORD) -> Path:
    cert = cert or made(key=key)
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"firma", key, cert, chain, protection(kind, password)))
    return path


def soft(worker, password=PASSWORD, **options) -> TokenSession:
    (token,) = worker.tokens()
    return worker.open_soft(token, lambda *_: password, **options)


def refusal(path: Path, password=PASSWORD) -> TokenError:
    with TokenWorker([path]) as worker, pytest.raises(TokenError) as caught:
        soft(worker, password)
    return caught.value


def check(session, *, scheme=Padding.PKCS1):
    key = x509.load_der_x509_certificate(session.certificate.der).public_key()
    for digest, algorithm in (("sha256", hashes.SHA256()), ("sha384", hashes.SHA384()), ("sha512", hashes.SHA512())):
        signature = session.sign_raw(b"data", digest=digest, padding=scheme)
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, b"data", ec.ECDSA(algorithm))
        elif scheme is Padding.PSS:
            key.verify(signature, b"data", padding.PSS(padding.MGF1(algorithm), algorithm.digest_size), algorithm)
        else:
            key.verify(signature, b"data", padding.PKCS1v15(), algorithm)


@pytest.mark.parametrize("suffix", [".p12", ".PFX"])
def test_a_file_is_listed_without_its_password(tmp_path, suffix):
    path = write(tmp_path / f"Juana Mamani{suffix}")
    with TokenWorker([path]) as worker:
        (token,) = worker.tokens()
        assert (token.soft, token.label, token.certificates) == (True, "Juana Mamani", ())
        assert (token.module, token.pin_state, token.pin_pad) == (str(path), PinState.OK, False)
        assert worker.faults == ()


@pytest.mark.parametrize("scheme", list(Padding))
@pytest.mark.parametrize("key", [KEY, CURVE, ec_key(ec.SECP384R1())])
def test_its_signatures_verify(tmp_path, key, scheme):
    authority = made("Autoridad", AUTHORITY, ca=True)
    path = write(tmp_path / "f.p12", key=key, chain=[authority])
    with TokenWorker([path]) as worker, soft(worker) as session:
        assert session.certificate.person.name == "Juana Mamani"
        assert session.chain == (authority.public_bytes(Encoding.DER),)
        assert session.token.soft
        check(session, scheme=scheme)
        with pytest.raises(TokenError) as caught:
            session.sign_raw(b"data", digest="sha1")
        assert caught.value.code == "token.no_mechanism"


def test_old_files_open_too(tmp_path):
    """3DES, and RC2-40 with 3DES as old programs write it (openssl -legacy)."""
    with TokenWorker([write(tmp_path / "des.p12", kind="3des")]) as worker, soft(worker) as session:
        check(session)
    path = tmp_path / "rc2.p12"
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made().public_bytes(Encoding.PEM)
    command = ["openssl", "pkcs12", "-export", "-legacy", "-passout", "env:WORD", "-out", str(path)]
    subprocess.run(command, input=pem, check=True, capture_output=True, env={**os.environ, "WORD": "antigua"})
    with TokenWorker([path]) as worker, soft(worker, "antigua") as session:
        check(session)


def test_a_file_without_password_opens_with_an_empty_one(tmp_path):
    path = write(tmp_path / "f.p12", password="")
    with TokenWorker([path]) as worker, soft(worker, "") as session:
        check(session)


@pytest.mark.parametrize(
    ("password", "code"), [("otra", "p12.wrong_password"), ("", "p12.password_needed"), ("\0", "p12.wrong_password")]
)
@pytest.mark.parametrize("kind", ["aes", "3des"])
def test_a_wrong_password_is_told_and_not_tried_again(tmp_path, kind, password, code):
    asked: list[object] = []

    def provider(token, chosen):
        asked.append((token.label, chosen))
        return password

    with TokenWorker([write(tmp_path / "f.p12", kind=kind)]) as worker:
        (token,) = worker.tokens()
        with pytest.raises(PinError) as caught:
            worker.open_soft(token, provider)
        assert (caught.value.code, caught.value.facts["token"]) == (code, "f")
        assert asked == [("f", None)]
        with soft(worker) as session:
            check(session)


def test_what_is_no_such_file_says_so_before_the_password(tmp_path):
    whole = write(tmp_path / "whole.p12").read_bytes()
    for name, data in (
        ("cut", whole[:-20]),
        ("longer", whole + b"x"),
        ("empty", b""),
        ("text", b"hola"),
        ("der", b"\x30\x03\x02\x01\x03"),
    ):
        path = tmp_path / f"{name}.p12"
        path.write_bytes(data)
        with TokenWorker([path]) as worker, pytest.raises(TokenError) as caught:
            worker.tokens()
        assert (caught.value.code, caught.value.facts["file"]) == ("p12.damaged", path.name)
    with TokenWorker([tmp_path / "none.p12"]) as worker, pytest.raises(TokenError) as caught:
        worker.tokens()
    assert caught.value.code == "p12.unreadable"
    huge = tmp_path / "huge.p12"
    with huge.open("wb") as stream:
        stream.truncate(5 * 1024 * 1024)
    with TokenWorker([huge]) as worker, pytest.raises(TokenError) as caught:
        worker.tokens()
    assert caught.value.code == "p12.damaged"


def test_a_file_that_is_damaged_inside_is_a_wrong_password_to_us(tmp_path):
    path = write(tmp_path / "f.p12")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert refusal(path).code == "p12.wrong_password"


def test_a_file_that_vanished_or_changed_meanwhile_is_noticed_before_the_password(tmp_path):
    path = write(tmp_path / "f.p12")
    with TokenWorker([path]) as worker:
        (token,) = worker.tokens()
        path.unlink()
        with pytest.raises(TokenError) as caught:
            worker.open_soft(token, lambda *_: pytest.fail("asked"))
        assert caught.value.code == "p12.unreadable"
        write(path)
        with soft(worker) as session:
            check(session)


def test_a_file_without_a_key_cannot_sign(tmp_path):
    path = tmp_path / "f.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", None, made(), [], protection("aes")))
    assert refusal(path).code == "p12.no_key"
    stranger = made("Otra", CURVE)  # a key whose certificate is not in the file
    openssl_export(path, stranger, KEY)
    assert refusal(path).code == "p12.no_key"


def openssl_export(path: Path, cert: x509.Certificate, *keys) -> None:
    """A file with any keys beside any certificates, put together bag by bag: no library writes such ones."""
    from asn1crypto import algos, cms, core
    from asn1crypto import pkcs12 as p12

    bags = []
    for key in keys:
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode()))
        bags.append(
            p12.SafeBag({"bag_id": "pkcs8_shrouded_key_bag", "bag_value": p12.EncryptedPrivateKeyInfo.load(der)})
        )
    for one in cert if isinstance(cert, list) else [cert]:
        value = p12.CertBag({"cert_id": "x509", "cert_value": core.ParsableOctetString(one.public_bytes(Encoding.DER))})
        bags.append(p12.SafeBag({"bag_id": "cert_bag", "bag_value": value}))
    safe = p12.SafeContents(bags).dump()
    content = cms.ContentInfo({"content_type": "data", "content": core.OctetString(safe)})
    everything = p12.AuthenticatedSafe([content]).dump()
    info = cms.ContentInfo({"content_type": "data", "content": core.OctetString(everything)})
    from cryptography.hazmat.primitives import hmac

    salt = b"salzsalz"
    mac = hmac.HMAC(mac_key(PASSWORD, salt), hashes.SHA256())
    mac.update(everything)
    digest = algos.DigestInfo({"digest_algorithm": {"algorithm": "sha256"}, "digest": mac.finalize()})
    made_mac = p12.MacData({"mac": digest, "mac_salt": salt, "iterations": 1})
    path.write_bytes(p12.Pfx({"version": "v3", "auth_safe": info, "mac_data": made_mac}).dump())


def mac_key(password: str, salt: bytes) -> bytes:
    """RFC 7292 appendix B.2 with SHA-256, one iteration, identifier 3."""
    word = password.encode("utf-16-be") + b"\0\0"
    block = 64
    filled = [
        (part * (block * -(-len(part) // block) // len(part) + 1))[: block * -(-len(part) // block)]
        for part in (salt, word)
    ]
    digest = hashes.Hash(hashes.SHA256())
    digest.update(bytes([3]) * block + b"".join(filled))
    return digest.finalize()


def test_of_several_identities_one_has_to_be_chosen(tmp_path):
    path = tmp_path / "f.p12"
    both = [made("Juana", KEY), made("Pedro", CURVE)]
    openssl_export(path, both, KEY, CURVE)
    error = refusal(path)
    assert (error.code, error.facts["count"]) == ("p12.several", 2)
    assert set(str(error.facts["names"]).split("; ")) == {"Juana", "Pedro"}
    with TokenWorker([path]) as worker:
        for name in ("Juana", "Pedro"):
            choose = lambda held, name=name: next(one for one in held if one.person.name == name)  # noqa: E731
            with soft(worker, choose=choose) as session:
                assert session.certificate.person.name == name
                check(session)
            (token,) = worker.tokens()
            with worker.open(
                token, session.certificate, lambda *_: PASSWORD
            ) as again:  # the certificate is known by now
                assert again.certificate == session.certificate
                check(again)


def test_who_declines_to_choose_leaves_no_session_open(tmp_path):
    path = tmp_path / "f.p12"
    openssl_export(path, [made("Juana", KEY), made("Pedro", CURVE)], KEY, CURVE)

    def decline(_):
        raise SigningCancelled

    with TokenWorker([path]) as worker:
        with pytest.raises(SigningCancelled):
            soft(worker, choose=decline)
        assert worker._processes[path].ask({"op": "idle"}) == {"idle": True}
        (token,) = worker.tokens()
        with pytest.raises(SigningCancelled):
            worker.open_soft(token, lambda *_: decline(None))


def test_of_a_renewed_certificate_the_one_that_holds_is_taken(tmp_path):
    path = write(tmp_path / "f.p12", cert=made("vencido", KEY, days=(-60, -30)), chain=[made("vigente", KEY)])
    with TokenWorker([path]) as worker, soft(worker) as session:
        assert session.certificate.person.name == "vigente"
        check(session)


def test_an_expired_certificate_signs_nothing(tmp_path):
    path = write(tmp_path / "f.p12", cert=made("vencido", KEY, days=(-60, -30)))
    error = refusal(path)
    assert (error.code, error.facts["reason"]) == ("certificate.unusable", "expired")


def test_closing_forgets_the_key(tmp_path):
    with TokenWorker([write(tmp_path / "f.p12")]) as worker:
        session = soft(worker)
        session.close()
        with pytest.raises(TokenError) as caught:
            session.sign_raw(b"data")
        assert caught.value.code == "token.removed"
        process = worker._processes[tmp_path / "f.p12"]
        question = {"op": "sign", "session": 1, "digest": "sha256", "padding": "pkcs1"}
        with pytest.raises(TokenError):
            process.ask(question, data=bytes(32))


def test_the_key_is_decrypted_in_the_child_only_and_the_password_wiped(tmp_path, monkeypatch):
    """This process never loads the file's key: it is handed neither key nor file, and its buffer is zeros afterwards."""
    import signing.session_soft as module
    from signing.worker_pipe import Secret

    buffers: list[bytearray] = []

    class Watched(Secret):
        __slots__ = ()

        def __init__(self, value):
            super().__init__(value)
            buffers.append(self.buffer())

    monkeypatch.setattr(module, "Secret", Watched)
    path = write(tmp_path / "f.p12")
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("opened here"))
    monkeypatch.setattr(pkcs12, "load_pkcs12", lambda *_: pytest.fail("decrypted here"))
    with TokenWorker([path]) as worker, soft(worker) as session:
        check(session)
    assert [set(one) for one in buffers] == [{0}]


def test_many_threads_sign_with_one_file(tmp_path):
    wrong: list[Exception] = []
    with TokenWorker([write(tmp_path / "f.p12", key=CURVE)]) as worker, soft(worker) as session:

        def sign():
            try:
                check(session)
            except Exception as error:  # noqa: BLE001 - counted
                wrong.append(error)

        threads = [threading.Thread(target=sign) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_module_and_a_file_stand_side_by_side(keyring, tmp_path):
    path = write(tmp_path / "f.p12")
    with TokenWorker([keyring.shim, path], environment=keyring.environment()) as worker:
        worker.warm()
        # SoftHSM gives its slots in any order: modules stand in the order asked for, the tokens of one do not
        *of_module, last = (token.label for token in worker.tokens())
        assert (sorted(of_module), last) == (["llavero", "segundo"], "f")
        with keyring.open(worker) as token, worker.open_soft(worker.tokens()[2], lambda *_: PASSWORD) as file:
            assert token.sign_raw(b"data") != file.sign_raw(b"data")
        assert len(worker.process_ids()) == 2
