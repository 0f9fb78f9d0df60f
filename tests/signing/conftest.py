"""The signing room's laboratory: the practice PKI with its services, SoftHSM tokens (RSA and EC), a frozen page with empty fields."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
import typst
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from desktop.practice import certificates as issue
from desktop.practice.certificates import Issuer, PersonSpec, Points
from desktop.practice.pki import ISSUING, PEOPLE, PracticePki
from desktop.practice.ports import free_port
from desktop.practice.services import PkiServices
from desktop.practice.tokens import SoftTokens, find_program
from signing.policy import PRACTICE
from signing.report import Certificate, Token
from signing.session import TokenSession
from signing.timestamps import TimestampClient
from signing.trust import TrustStore
from signing.worker import TokenWorker
from tests.fixtures.lab import Lab as SoftLab
from tests.fixtures.lab import shared_lab
from tests.fixtures.shim.keyring import Keyring
from tests.fixtures.shim.keyring import build as build_keyring

FONTS = Path(__file__).parents[2] / "resources" / "fonts"
NOW = datetime.now(UTC).replace(microsecond=0)
WRITE_CERTIFICATE = """
import sys, pathlib, pkcs11
from desktop.practice.tokens import _certificate_object
module, label, pin, file = sys.argv[1:]
with pkcs11.lib(module).get_token(token_label=label).open(user_pin=pin, rw=True) as session:
    der = pathlib.Path(file).read_bytes()
    session.create_object({**_certificate_object(der), pkcs11.Attribute.ID: bytes([1]),
                           pkcs11.Attribute.LABEL: label, pkcs11.Attribute.TOKEN: True})
"""
EC_PERSON = PersonSpec(
    "elena", "Elena Quispe Ñaupa", "6071829", "Abogada", "Asesoría Legal", email="e@practica.invalid"
)


@dataclass(frozen=True)
class Lab:
    """Everything that stands outside the signing room."""

    pki: PracticePki
    services: PkiServices
    tokens: SoftTokens
    trust: TrustStore
    page: Path
    font_folder: Path = FONTS

    def client(self) -> TimestampClient:
        return TimestampClient(self.pki.tsa_url)

    def worker(self, **options: float) -> TokenWorker:
        return TokenWorker([self.tokens.module], environment=self.tokens.environment(), **options)

    def pin(self, label: str) -> str:
        return "20262026" if label == EC_PERSON.label else self.tokens.pin(label)

    def token(self, worker: TokenWorker, label: str) -> tuple[Token, Certificate]:
        token = next(one for one in worker.tokens() if one.label == label)
        return token, next(one for one in token.certificates if not one.unusable)

    def session(self, worker: TokenWorker, label: str) -> TokenSession:
        token, certificate = self.token(worker, label)
        return worker.open(token, certificate, lambda *_: self.pin(label))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    pki = PracticePki.create(folder / "pki", PEOPLE, port=free_port(), now=NOW)
    tokens = SoftTokens.create(folder / "tokens", pki, ["juana", "pedro", "maria", "saturnino"])
    add_ec_token(folder, pki, tokens)
    page = folder / "page.pdf"
    page.write_bytes(frozen_page())
    with PkiServices(pki) as services:
        issuing = pki.certificate(ISSUING).public_bytes(serialization.Encoding.PEM)
        trust = TrustStore.from_pem([pki.anchors_pem()], intermediates=[issuing], policy=PRACTICE)
        yield Lab(pki, services, tokens, trust, page)


@pytest.fixture(scope="session")
def soft() -> SoftLab:
    """People whose keys are in memory: for what needs no token."""
    return shared_lab()


@pytest.fixture
def worker(lab: Lab) -> Iterator[TokenWorker]:
    with lab.worker() as worker:
        yield worker


def add_ec_token(folder: Path, pki: PracticePki, tokens: SoftTokens) -> None:
    """A token with a P-256 key, made with the distribution's own programs."""
    key = ec.generate_private_key(ec.SECP256R1())
    points = Points(f"{pki.url}/crl/{ISSUING}.crl", f"{pki.url}/ocsp/{ISSUING}", f"{pki.url}/ca/{ISSUING}.crt")
    issuer = Issuer(pki.certificate(ISSUING), pki.key_of(ISSUING))
    made = issue.issue_person(
        EC_PERSON, key.public_key(), issuer, points, NOW - timedelta(days=1), NOW + timedelta(days=30)
    )
    key_file, certificate_file = folder / "ec.pem", folder / "ec.der"
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.DER))
    util, label, pin = str(find_program()), EC_PERSON.label, "20262026"
    environment = {**os.environ, **tokens.environment()}
    for command in (
        [util, "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", pin],
        [util, "--import", str(key_file), "--token", label, "--label", label, "--id", "01", "--pin", pin],
        [sys.executable, "-c", WRITE_CERTIFICATE, str(tokens.module), label, pin, str(certificate_file)],
    ):
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=20)


def frozen_page(fields: int = 3) -> bytes:
    """A PDF/A-2a + PDF/UA-1 page with empty, tagged signature fields firma-1 …, as drafting freezes them."""
    source = (
        '#set document(title: "Nota", date: auto)\n#set text(font: "Noto Sans", lang: "es")\n= Nota interna\n'
        "Señora: se remite el informe. Uñ aymar aru. #v(4cm)\n#pagebreak()\nSegunda página.\n"
    )
    pdf = typst.compile(
        source.encode(),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]),
        pdf_standards=["a-2a", "ua-1"],
        timestamp=NOW,
    )
    with pikepdf.open(io.BytesIO(pdf)) as document:
        add_fields(document, fields)
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def add_fields(document: pikepdf.Pdf, count: int) -> None:
    page = document.pages[-1].obj
    root = document.Root
    tree = root.StructTreeRoot
    top = tree.K[0] if isinstance(tree.K, pikepdf.Array) else tree.K
    next_key = int(tree.get("/ParentTreeNextKey", 100))
    widgets, nums = (
        pikepdf.Array(),
        tree.ParentTree.Kids[-1].Nums if "/Kids" in tree.ParentTree else tree.ParentTree.Nums,
    )
    for number in range(1, count + 1):
        form = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Form, P=top, Pg=page)
        )
        empty = document.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 230, 70])
        widget = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Sig,
                T=f"firma-{number}",
                TU=f"Firma {number}",
                F=132,
                P=page,
                Rect=[60, 700 - 90 * number, 290, 770 - 90 * number],
                AP=pikepdf.Dictionary(N=empty),
                StructParent=next_key,
            )
        )
        form.K = pikepdf.Dictionary(Type=pikepdf.Name.OBJR, Obj=widget, Pg=page)
        nums.append(next_key)
        nums.append(form)
        kids = top.K if isinstance(top.K, pikepdf.Array) else pikepdf.Array([top.K])
        kids.append(form)
        top.K = kids
        next_key += 1
        widgets.append(widget)
    tree.ParentTreeNextKey = next_key
    page.Annots = widgets
    page.Tabs = pikepdf.Name.S
    root.AcroForm = pikepdf.Dictionary(Fields=widgets, SigFlags=0)


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """Tokens with every kind of key, behind a module that misbehaves on request."""
    return build_keyring(tmp_path_factory.mktemp("keyring"))
