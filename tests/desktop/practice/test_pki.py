"""The practice PKI: subject profile, files, relocation, bad folders."""

from __future__ import annotations

import json
import os
import shutil
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID, ObjectIdentifier

from desktop.practice.pki import ISSUING, OCSP, PEOPLE, ROOT, TSA, PracticePki
from desktop.records.errors import OfficeError

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
UID_NUMBER = ObjectIdentifier("1.3.6.1.1.1.1.0")


def _value(name: x509.Name, oid: ObjectIdentifier) -> str:
    (attribute,) = name.get_attributes_for_oid(oid)
    return str(attribute.value)


def test_subject_is_that_of_a_cargo_publico_certificate(practice_pki: PracticePki) -> None:
    person = PEOPLE[0]
    certificate = practice_pki.certificate("juana")
    subject = certificate.subject
    assert _value(subject, NameOID.DN_QUALIFIER) == "CI"
    assert _value(subject, UID_NUMBER) == person.ci
    assert _value(subject, NameOID.USER_ID) == person.complement
    assert _value(subject, NameOID.COMMON_NAME) == "Juana Mamani Quispe"
    assert _value(subject, NameOID.TITLE) == person.post
    assert _value(subject, NameOID.ORGANIZATIONAL_UNIT_NAME) == person.unit
    assert _value(subject, NameOID.SERIAL_NUMBER) == person.nit
    assert "SIN VALOR" in _value(subject, ObjectIdentifier("2.5.4.13"))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.RFC822Name) == [person.email]


def test_usages_and_revocation_points(practice_pki: PracticePki) -> None:
    extensions = practice_pki.certificate("maria").extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert all((usage.digital_signature, usage.content_commitment, usage.key_encipherment))
    assert not usage.key_cert_sign
    (point,) = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    assert point.full_name[0].value == f"{practice_pki.url}/crl/issuing.crl"
    access = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert {one.access_method for one in access} == {
        AuthorityInformationAccessOID.OCSP,
        AuthorityInformationAccessOID.CA_ISSUERS,
    }


@pytest.mark.parametrize("label", [ROOT, ISSUING, OCSP, TSA])
def test_every_authority_says_practice(practice_pki: PracticePki, label: str) -> None:
    name = _value(practice_pki.certificate(label).subject, NameOID.COMMON_NAME)
    assert "PRÁCTICA" in name
    assert "SIN VALOR" in name


def test_chain_leads_to_the_anchor(practice_pki: PracticePki) -> None:
    issuing, root = (x509.load_der_x509_certificate(der) for der in practice_pki.chain_of("pedro"))
    practice_pki.certificate("pedro").verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    assert x509.load_pem_x509_certificate(practice_pki.anchors_pem().encode()) == root
    assert practice_pki.chain_of(ROOT) == ()


def test_validity_begins_in_the_past_and_lasts_two_years(tmp_path: Path) -> None:
    pki = PracticePki.create(tmp_path, PEOPLE[:1], port=20001, now=NOW)
    certificate = pki.certificate("juana")
    assert certificate.not_valid_before_utc < NOW
    assert certificate.not_valid_after_utc > NOW + timedelta(days=730)


@pytest.mark.parametrize("label", ["root", "../x", "", "JUANA", "juana"])
def test_refuses_labels_that_would_be_bad_or_double_files(tmp_path: Path, label: str) -> None:
    people = (PEOPLE[0], replace(PEOPLE[1], label=label))
    with pytest.raises(OfficeError, match=r"practice\.bad_person"):
        PracticePki.create(tmp_path / "pki", people, port=20001, now=NOW)
    assert not (tmp_path / "pki").exists()


def test_load_gives_the_same_also_after_a_move(practice_pki: PracticePki, tmp_path: Path) -> None:
    moved = tmp_path / "otra parte"
    shutil.copytree(practice_pki.folder, moved)
    again = PracticePki.load(moved)
    assert (again.port, again.people) == (practice_pki.port, practice_pki.people)
    assert again.certificate("juana") == practice_pki.certificate("juana")
    assert again == practice_pki.moved(moved)


def test_secrets_are_readable_by_their_owner_only(practice_pki: PracticePki) -> None:
    if os.name != "posix":
        return
    for path in (practice_pki.folder / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_creation_touches_nothing(practice_pki: PracticePki) -> None:
    before = practice_pki.certificate_of(ROOT)
    with pytest.raises(OfficeError, match=r"practice\.exists"):
        PracticePki.create(practice_pki.folder, port=20001, now=NOW)
    assert practice_pki.certificate_of(ROOT) == before


def test_an_unfinished_folder_is_begun_anew(tmp_path: Path) -> None:
    PracticePki.create(tmp_path, PEOPLE[:1], port=20001, now=NOW)
    (tmp_path / "pki.json").unlink()
    with pytest.raises(OfficeError, match=r"practice\.no_pki"):
        PracticePki.load(tmp_path)
    pki = PracticePki.create(tmp_path, PEOPLE[:1], port=20001, now=NOW)
    pki.certificate("juana").verify_directly_issued_by(pki.certificate(ISSUING))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2, "port": 1, "people": []}', '{"format": 1}'])
def test_a_damaged_index_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "pki.json").write_text(text)
    with pytest.raises(OfficeError, match=r"practice\.damaged"):
        PracticePki.load(tmp_path)


def test_a_missing_key_is_told(tmp_path: Path) -> None:
    pki = PracticePki.create(tmp_path, PEOPLE[:1], port=20001, now=NOW)
    (tmp_path / "keys" / "juana.pem").unlink()
    with pytest.raises(OfficeError, match=r"practice\.damaged"):
        pki.key_of("juana")
    with pytest.raises(OfficeError, match=r"practice\.unknown_label"):
        pki.key_of("nadie")


def test_revocation_stays_and_keeps_its_first_date(tmp_path: Path) -> None:
    pki = PracticePki.create(tmp_path, PEOPLE[:2], port=20001, now=NOW)
    assert pki.revoked() == {}
    pki.revoke("pedro", at=NOW)
    pki.revoke("pedro", at=NOW + timedelta(days=1))
    assert PracticePki.load(tmp_path).revoked()["pedro"].at == NOW.replace(microsecond=0)
    (tmp_path / "revoked.json").write_text(json.dumps({"pedro": 1}))
    with pytest.raises(OfficeError, match=r"practice\.damaged"):
        pki.revoked()
