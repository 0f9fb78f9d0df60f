"""Soft tokens of the practice office: one SoftHSM token per official, as if each had a USB token in the reader.

    tokens/softhsm2.conf   written anew at every opening, since SoftHSM wants an absolute path
    tokens/store/          SoftHSM's own files           tokens/pins.json   0600; a practice office may keep PINs, a real one never

The library is loaded in a child process only: a PKCS#11 module never enters the process that holds a window.
"""

from __future__ import annotations

import glob
import json
import multiprocessing
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from desktop.records.errors import OfficeError

from .folders import write_file
from .pki import PracticePki

CONF_VARIABLE = "SOFTHSM2_CONF"
_LIBRARY_PATTERNS = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/*/softhsm/libsofthsm2.so",
    "/usr/lib*/libsofthsm2.so",
    "/usr/lib*/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "C:/SoftHSM2/lib/softhsm2-x64.dll",
    "C:/Program Files*/SoftHSM2/lib/softhsm2-x64.dll",
)
_INIT_SECONDS = 20.0
_FILL_SECONDS = 60.0


def find_library(patterns: Sequence[str] = _LIBRARY_PATTERNS) -> Path:
    """The SoftHSM library of this system; raises ``practice.no_softhsm``."""
    for pattern in patterns:
        for found in sorted(glob.glob(pattern)):  # noqa: PTH207 - Path.glob takes no absolute pattern
            return Path(found)
    raise OfficeError("practice.no_softhsm", missing="libsofthsm2")


def find_program() -> Path:
    """``softhsm2-util``; raises ``practice.no_softhsm``."""
    found = shutil.which("softhsm2-util") or shutil.which("softhsm2-util", path="C:/SoftHSM2/bin")
    if found is None:
        raise OfficeError("practice.no_softhsm", missing="softhsm2-util")
    return Path(found)


class SoftTokens:
    """The tokens of a practice office in ``folder``. ``module`` is what a signing session loads, with ``environment()``."""

    def __init__(self, folder: Path, module: Path, pins: Mapping[str, str]) -> None:
        self.folder = folder
        self.module = module
        self._pins = dict(pins)

    @classmethod
    def create(cls, folder: Path, pki: PracticePki, labels: Sequence[str] = ()) -> Self:
        """Make a token with key, certificate and CA chain for every person (or for ``labels``).

        An unfinished attempt (no ``pins.json``) is cleared away first. Raises ``practice.no_softhsm``,
        ``practice.token_failed``, ``practice.exists``.
        """
        if (folder / "pins.json").exists():
            raise OfficeError("practice.exists", folder=str(folder))
        module, program = find_library(), find_program()
        wanted = tuple(labels) or tuple(person.label for person in pki.people)
        store = folder / "store"
        if store.exists():
            shutil.rmtree(store)
        store.mkdir(parents=True, mode=0o700)
        store.chmod(0o700)
        tokens = cls(folder, module, {label: f"{secrets.randbelow(10**8):08d}" for label in wanted})
        tokens._write_conf()
        for label, pin in tokens._pins.items():
            tokens._initialise(program, label, pin)
        tokens._fill({label: _contents(pki, label) for label in wanted})
        write_file(folder / "pins.json", json.dumps(tokens._pins).encode(), private=True)
        return tokens

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The tokens that lie in ``folder``, also after it was moved. Raises ``practice.no_tokens``, ``practice.no_softhsm``."""
        try:
            pins = json.loads((folder / "pins.json").read_bytes())
        except FileNotFoundError:
            raise OfficeError("practice.no_tokens", folder=str(folder)) from None
        except ValueError:
            raise OfficeError("practice.damaged", file="pins.json") from None
        tokens = cls(folder, find_library(), pins)
        tokens._write_conf()
        return tokens

    @property
    def labels(self) -> tuple[str, ...]:
        """Whose tokens there are."""
        return tuple(self._pins)

    def environment(self) -> dict[str, str]:
        """What the process that loads ``module`` must find in its environment."""
        return {CONF_VARIABLE: str(self.folder.resolve() / "softhsm2.conf")}

    def pin(self, label: str) -> str:
        """The PIN of that token; raises ``practice.unknown_label``."""
        if label not in self._pins:
            raise OfficeError("practice.unknown_label", label=label)
        return self._pins[label]

    def _write_conf(self) -> None:
        store = self.folder.resolve() / "store"
        text = (
            f"directories.tokendir = {store}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = true\n"
        )
        path = self.folder / "softhsm2.conf"
        if not path.exists() or path.read_text("utf-8") != text:
            write_file(path, text.encode(), private=True)

    def _initialise(self, program: Path, label: str, pin: str) -> None:
        officer = f"{secrets.randbelow(10**8):08d}"
        command = [str(program), "--init-token", "--free", "--label", label, "--so-pin", officer, "--pin", pin]
        environment = {**os.environ, **self.environment()}
        try:
            subprocess.run(command, env=environment, capture_output=True, check=True, timeout=_INIT_SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            raise OfficeError("practice.token_failed", label=label, step="initialise") from error

    def _fill(self, contents: Mapping[str, _Contents]) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        arguments = (str(self.module), self.environment(), self._pins, dict(contents), theirs)
        child = context.Process(target=_fill_tokens, args=arguments, name="practice-tokens", daemon=True)
        child.start()
        theirs.close()
        try:
            word = str(ours.recv()) if ours.poll(_FILL_SECONDS) else "timeout"
        except EOFError:
            word = "died"
        finally:
            ours.close()
            child.join(5)
            if child.is_alive():
                child.kill()
                child.join()
            child.close()
        if word != "done":
            raise OfficeError("practice.token_failed", label=word, step="fill")


_Contents = tuple[bytes, bytes, tuple[bytes, ...]]  # PKCS#1 key, certificate, CA certificates (all DER)


def _contents(pki: PracticePki, label: str) -> _Contents:
    der = pki.key_of(label).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return der, pki.certificate_of(label), pki.chain_of(label)


def _fill_tokens(
    module: str,
    environment: Mapping[str, str],
    pins: Mapping[str, str],
    contents: Mapping[str, _Contents],
    pipe: Connection,
) -> None:
    """The child: loads the library, writes key, certificate and chain into each token, says "done" or the label that failed."""
    os.environ.update(environment)
    import pkcs11

    library = pkcs11.lib(module)
    for label, (key, certificate, chain) in contents.items():
        try:
            token = library.get_token(token_label=label)
            with token.open(user_pin=pins[label], rw=True) as session:
                _write_objects(session, label, key, certificate, chain)
        except pkcs11.PKCS11Error:
            pipe.send(label)
            return
    pipe.send("done")


def _write_objects(session: object, label: str, key: bytes, certificate: bytes, chain: Sequence[bytes]) -> None:
    from pkcs11 import Attribute
    from pkcs11.util.rsa import decode_rsa_private_key, decode_rsa_public_key

    parsed = x509.load_der_x509_certificate(certificate)
    public = parsed.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    name: dict[Any, Any] = {Attribute.ID: b"\x01", Attribute.LABEL: label, Attribute.TOKEN: True}
    secret: dict[Any, Any] = {Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
    create = session.create_object  # type: ignore[attr-defined]
    create({**decode_rsa_private_key(key), **name, **secret})
    create({**decode_rsa_public_key(public), **name})
    create({**_certificate_object(certificate), **name})
    for number, authority in enumerate(chain, start=1):
        more: dict[Any, Any] = {
            Attribute.ID: bytes([0xCA, number]),
            Attribute.LABEL: f"CA {number}",
            Attribute.TOKEN: True,
        }
        create({**_certificate_object(authority), **more})


def _certificate_object(der: bytes) -> dict[Any, Any]:
    from pkcs11 import Attribute, CertificateType, ObjectClass

    parsed = x509.load_der_x509_certificate(der)
    serial = parsed.serial_number
    return {
        Attribute.CLASS: ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
        Attribute.PRIVATE: False,
        Attribute.VALUE: der,
        Attribute.SUBJECT: parsed.subject.public_bytes(),
        Attribute.ISSUER: parsed.issuer.public_bytes(),
        Attribute.SERIAL_NUMBER: _der_integer(serial),
    }


def _der_integer(value: int) -> bytes:
    """DER INTEGER of a positive number below 2**1000 (PKCS#11 §4.6.3 wants the serial so)."""
    body = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return bytes([2, len(body)]) + body
