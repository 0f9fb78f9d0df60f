"""The practice PKI in a folder: root, issuing CA, people, OCSP responder, TSA. Everything relative, so the folder can move.

pki.json            format, port, who holds which certificate       keys/<label>.pem   0600
revoked.json        what was revoked, and when                      certs/<label>.der
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from desktop.records.errors import OfficeError

from . import certificates as issue
from .certificates import Issuer, PersonSpec, Points
from .folders import write_file
from .ports import LOOPBACK

FORMAT = 1
ROOT, ISSUING, OCSP, TSA = "root", "issuing", "ocsp", "tsa"
_LABEL = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_RESERVED = frozenset({ROOT, ISSUING, OCSP, TSA})
_PAST, _AHEAD = timedelta(days=30), timedelta(days=731)
_CA_PAST, _CA_AHEAD = timedelta(days=366), timedelta(days=3653)

PEOPLE: tuple[PersonSpec, ...] = (
    PersonSpec("juana", "Juana Mamani Quispe", "4512345", "Técnica en Gestión Documental", "Secretaría de Planificación",
               complement="1A", email="juana.mamani@practica.invalid"),
    PersonSpec("pedro", "Pedro Choque Flores", "3498765", "Director de Planificación", "Secretaría de Planificación",
               email="pedro.choque@practica.invalid"),
    PersonSpec("maria", "María Huanca Ayma", "5061728", "Directora de Finanzas", "Secretaría de Administración y Finanzas",
               email="maria.huanca@practica.invalid"),
    PersonSpec("saturnino", "Saturnino Ñuñez Condori", "2837465", "Responsable del Archivo Departamental",
               "Secretaría de Administración y Finanzas", email="saturnino.nunez@practica.invalid"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revoked:
    """One revocation: when it took effect (aware) and its CRL reason by RFC 5280 §5.3.1, e.g. ``key_compromise``."""

    at: datetime
    reason: str = "key_compromise"


@dataclass(frozen=True, slots=True)
class PracticePki:
    """A practice PKI on disk. Keys are read when asked for, never held here; the value may be sent to another process."""

    folder: Path
    port: int
    people: tuple[PersonSpec, ...]

    @classmethod
    def create(cls, folder: Path, people: Sequence[PersonSpec] = PEOPLE, *, port: int, now: datetime) -> Self:
        """Make keys and certificates in ``folder``. ``port`` goes into the certificates and stays for good.

        ``pki.json`` is written last: a folder without it is an unfinished one, which is begun anew.
        Raises ``practice.exists`` when a PKI is there already, ``practice.bad_person`` for an unusable label.
        """
        if (folder / "pki.json").exists():
            raise OfficeError("practice.exists", folder=str(folder))
        labels = [person.label for person in people]
        for label in labels:
            if label in _RESERVED or not _LABEL.fullmatch(label) or labels.count(label) > 1:
                raise OfficeError("practice.bad_person", label=label)
        for name in ("keys", "certs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        pki = cls(folder, port, tuple(people))
        _issue_all(pki, now.astimezone(UTC).replace(microsecond=0))
        write_file(folder / "revoked.json", b"{}\n", private=True)
        index = {"format": FORMAT, "port": port, "people": [asdict(person) for person in people]}
        write_file(folder / "pki.json", json.dumps(index, ensure_ascii=False, indent=1).encode())
        return pki

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The PKI that lies in ``folder``; raises ``practice.no_pki`` or ``practice.damaged``."""
        try:
            index: Mapping[str, Any] = json.loads((folder / "pki.json").read_bytes())
            people = tuple(PersonSpec(**row) for row in index["people"])
            if index["format"] != FORMAT:
                raise OfficeError("practice.damaged", file="pki.json")
            return cls(folder, int(index["port"]), people)
        except FileNotFoundError:
            raise OfficeError("practice.no_pki", folder=str(folder)) from None
        except (ValueError, KeyError, TypeError):
            raise OfficeError("practice.damaged", file="pki.json") from None

    @property
    def url(self) -> str:
        """Where the services answer: the prefix of every URL inside the certificates."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def tsa_url(self) -> str:
        """The RFC 3161 service."""
        return f"{self.url}/tsa"

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label there is: authorities and services first, then the people."""
        return (ROOT, ISSUING, OCSP, TSA, *(person.label for person in self.people))

    def certificate(self, label: str) -> x509.Certificate:
        """That certificate, parsed. Raises as ``certificate_of``."""
        return x509.load_der_x509_certificate(self.certificate_of(label))

    def certificate_of(self, label: str) -> bytes:
        """That certificate, DER. Raises ``practice.unknown_label`` or ``practice.damaged``."""
        return self._read(label, "certs", "der")

    def chain_of(self, label: str) -> tuple[bytes, ...]:
        """The certificates above that one (DER), nearest first, the root last."""
        above = {ROOT: (), ISSUING: (ROOT,), TSA: (ROOT,)}.get(label, (ISSUING, ROOT))
        self._check(label)
        return tuple(self.certificate_of(name) for name in above)

    def key_of(self, label: str) -> rsa.RSAPrivateKey:
        """That private key. Raises ``practice.unknown_label`` or ``practice.damaged``."""
        key = serialization.load_pem_private_key(self._read(label, "keys", "pem"), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise OfficeError("practice.damaged", file=f"keys/{label}.pem")
        return key

    def anchors_pem(self) -> str:
        """What a desk must trust: the root alone, PEM."""
        return self.certificate(ROOT).public_bytes(serialization.Encoding.PEM).decode("ascii")

    def revoked(self) -> dict[str, Revoked]:
        """What is revoked, by label."""
        try:
            rows = json.loads((self.folder / "revoked.json").read_bytes())
            return {label: Revoked(datetime.fromisoformat(row["at"]), row["reason"]) for label, row in rows.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise OfficeError("practice.damaged", file="revoked.json") from None

    def revoke(self, label: str, *, at: datetime, reason: str = "key_compromise") -> None:
        """Revoke from ``at`` on, for good; a second time changes nothing. Running services take it up at once."""
        self._check(label)
        if label in self.revoked():
            return
        row = Revoked(at.astimezone(UTC).replace(microsecond=0), reason)
        rows = {**self.revoked(), label: row}
        text = json.dumps({name: {"at": one.at.isoformat(), "reason": one.reason} for name, one in rows.items()})
        write_file(self.folder / "revoked.json", text.encode(), private=True)

    def moved(self, folder: Path) -> PracticePki:
        """The same PKI after its folder was moved."""
        return replace(self, folder=folder)

    def _check(self, label: str) -> None:
        if label not in self.labels:
            raise OfficeError("practice.unknown_label", label=label)

    def _read(self, label: str, kind: str, suffix: str) -> bytes:
        self._check(label)
        try:
            return (self.folder / kind / f"{label}.{suffix}").read_bytes()
        except FileNotFoundError:
            raise OfficeError("practice.damaged", file=f"{kind}/{label}.{suffix}") from None


def _issue_all(pki: PracticePki, now: datetime) -> None:
    keys = {label: rsa.generate_private_key(public_exponent=65537, key_size=2048) for label in pki.labels}
    far, near = (now - _CA_PAST, now + _CA_AHEAD), (now - _PAST, now + _AHEAD)
    by_root = Points(crl=f"{pki.url}/crl/{ROOT}.crl", issuer=f"{pki.url}/ca/{ROOT}.crt")
    by_issuing = Points(f"{pki.url}/crl/{ISSUING}.crl", f"{pki.url}/ocsp/{ISSUING}", f"{pki.url}/ca/{ISSUING}.crt")

    root_name = issue.service_name("Entidad Certificadora Raíz de PRÁCTICA (SIN VALOR)")
    root = Issuer(issue.issue_root(root_name, keys[ROOT], *far), keys[ROOT])
    issuing_name = issue.service_name("Entidad Certificadora de PRÁCTICA (SIN VALOR)")
    authority = issue.issue_authority(issuing_name, keys[ISSUING].public_key(), root, by_root, *far)
    issuing = Issuer(authority, keys[ISSUING])
    ocsp_name = issue.service_name("Servicio OCSP de PRÁCTICA (SIN VALOR)")
    tsa_name = issue.service_name("Sello de tiempo de PRÁCTICA (SIN VALOR)")
    made = {
        ROOT: root.certificate,
        ISSUING: issuing.certificate,
        OCSP: issue.issue_ocsp_responder(ocsp_name, keys[OCSP].public_key(), issuing, *near),
        TSA: issue.issue_timestamper(tsa_name, keys[TSA].public_key(), root, by_root, *near),
    }
    for person in pki.people:
        made[person.label] = issue.issue_person(person, keys[person.label].public_key(), issuing, by_issuing, *near)
    for label, key in keys.items():
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_file(pki.folder / "keys" / f"{label}.pem", pem, private=True)
        der = made[label].public_bytes(serialization.Encoding.DER)
        write_file(pki.folder / "certs" / f"{label}.der", der)
