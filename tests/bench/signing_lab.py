"""What the signing rows need, made once: a practice PKI with a token, 200 files, keys in NSS for pdfsig, a stub TSA."""

from __future__ import annotations

import functools
import io
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from desktop.practice.pki import ISSUING, PracticePki
from desktop.practice.ports import free_port
from desktop.practice.services import PkiServices
from desktop.practice.tokens import SoftTokens
from signing.policy import PRACTICE
from signing.report import Certificate, Token
from signing.trust import TrustStore
from signing.worker import TokenWorker

FILES = 200
LABEL = "juana"
_PASSWORD = "practica"


class SigningLab:
    """``close`` ends what it started."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="qillqa-bench-"))
        self.pki = PracticePki.create(self.folder / "pki", port=free_port(), now=datetime.now(UTC))
        self.tokens = SoftTokens.create(self.folder / "tokens", self.pki, [LABEL])
        self.services = PkiServices(self.pki)
        self.services.start()
        issuing = self.pki.certificate(ISSUING).public_bytes(serialization.Encoding.PEM)
        self.trust = TrustStore.from_pem([self.pki.anchors_pem()], intermediates=[issuing], policy=PRACTICE)
        self.sources = [self._source(number) for number in range(FILES)]

    def close(self) -> None:
        self.services.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self, name: str) -> Path:
        """An empty folder."""
        return Path(tempfile.mkdtemp(prefix=name, dir=self.folder))

    def worker(self) -> TokenWorker:
        return TokenWorker([self.tokens.module], environment=self.tokens.environment())

    def pick(self, worker: TokenWorker) -> tuple[Token, Certificate]:
        (token,) = worker.tokens()
        return token, next(one for one in token.certificates if not one.unusable)

    def pin(self, *_: object) -> str:
        return self.tokens.pin(LABEL)

    @functools.cached_property
    def nss(self) -> str:
        """NSS's store with the same key, for pdfsig."""
        store = self.folder / "nss"
        store.mkdir()
        certificate = x509.load_der_x509_certificate(self.pki.certificate_of(LABEL))
        above = [x509.load_der_x509_certificate(der) for der in self.pki.chain_of(LABEL)]
        old = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
            .build(_PASSWORD.encode())
        )
        keys = self.folder / "keys.p12"
        keys.write_bytes(
            pkcs12.serialize_key_and_certificates(LABEL.encode(), self.pki.key_of(LABEL), certificate, above, old)
        )
        for command in (
            ["certutil", "-N", "-d", f"sql:{store}", "--empty-password"],
            ["pk12util", "-i", str(keys), "-d", f"sql:{store}", "-W", _PASSWORD],
        ):
            subprocess.run(command, check=True, capture_output=True)
        return f"sql:{store}"

    def _source(self, number: int) -> Path:
        path = self.folder / "sources" / f"{number:03}.pdf"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(three_pages(number))
        return path


def three_pages(seed: int) -> bytes:
    """About 36 kB in three pages, with one empty signature field on the last."""
    noise = random.Random(seed)
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        for _ in range(3):
            page = pdf.add_blank_page(page_size=(612, 792))
            lines = [b"BT /F1 9 Tf 50 740 Td 12 TL"]
            lines += [b"(%s) Tj T*" % noise.randbytes(95).hex().encode() for _ in range(56)]
            page.Contents = pdf.make_stream(b"\n".join([*lines, b"ET"]))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        last = pdf.pages[-1]
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T="firma-1", F=132,
                Rect=[50, 50, 271, 118], P=last.obj,
            )
        )  # fmt: skip
        last.obj.Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), SigFlags=1)
        out = io.BytesIO()
        pdf.save(out, compress_streams=False, static_id=True)
        return out.getvalue()


def large_file(path: Path) -> Path:
    """50 MB in 500 pages, a picture that cannot be squeezed on each."""
    noise = random.Random(500)
    with pikepdf.new() as pdf:
        for _ in range(500):
            page = pdf.add_blank_page(page_size=(612, 792))
            picture = pdf.make_stream(
                noise.randbytes(100_900), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=10, Height=10,
                ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
            )  # fmt: skip
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=picture))
            page.Contents = pdf.make_stream(b"q 500 0 0 700 50 50 cm /I Do Q")
        pdf.save(path)
    return path


def once(make: Callable[[], SigningLab]) -> tuple[Callable[[], SigningLab], Callable[[], None]]:
    """A lab made at its first use, and what closes it if there was one."""
    made: list[SigningLab] = []

    def get() -> SigningLab:
        if not made:
            made.append(make())
        return made[0]

    def close() -> None:
        while made:
            made.pop().close()

    return get, close


def child_environment(lab: SigningLab) -> dict[str, str]:
    """For processes of the program: its own modules, the soft token."""
    return {**os.environ, **lab.tokens.environment(), "PYTHONPATH": str(Path(__file__).parents[2])}
