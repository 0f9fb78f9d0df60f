"""The package: judged by eark-validator without one message; what it says is true."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree

from desktop.archive.deposits import FileRole, describe_file
from desktop.archive.eark import Package, build_aip, place_of
from tests.desktop.archive.dossiers import CONTENTS, NOTE, RECEIVED_AT, REPORT, make_deposit
from tests.judges.verdicts import judge_eark

NAMES = {"m": "http://www.loc.gov/METS/", "x": "http://www.w3.org/1999/xlink", "p": "http://www.loc.gov/premis/v3"}


def make_package() -> Package:
    verdicts = {
        NOTE: {"verdict": "valid", "explanation": "Firmas íntegras."},
        REPORT: {"verdict": "indeterminate", "explanation": "Revocación no consultada."},
    }
    deposit = make_deposit()
    return Package(
        "urn:uuid:0195cbff-ffff-4000-8000-000000000001",
        deposit,
        "eyJ.x.y",
        CONTENTS,
        verdicts,
        "Archivo",
        RECEIVED_AT,
        "0.1.0",
    )


def lay_out(files: dict[str, bytes], folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def test_the_judge_has_nothing_to_say(tmp_path: Path) -> None:
    folder = lay_out(build_aip(make_package()), tmp_path / "aip")
    judged = judge_eark([folder])[str(folder)]
    assert judged.messages == ()
    assert judged.valid


def test_the_judge_bites(tmp_path: Path) -> None:
    files = build_aip(make_package())
    files["METS.xml"] = files["METS.xml"].replace(b'TYPE="PHYSICAL"', b'TYPE="LOGICAL"')
    folder = lay_out(files, tmp_path / "aip")
    assert not judge_eark([folder])[str(folder)].valid


def test_signed_bytes_are_the_same_bytes() -> None:
    package = make_package()
    files = build_aip(package)
    for file in package.deposit.files:
        assert files[place_of(file)] == CONTENTS[file.path]


def test_mets_names_every_file_with_its_digest_and_size() -> None:
    files = build_aip(make_package())
    named: dict[str, tuple[str, int]] = {}
    for mets, start in (("METS.xml", ""), ("representations/rep1/METS.xml", "representations/rep1/")):
        root = etree.fromstring(files[mets])
        for element in root.iterfind(".//m:mdRef", NAMES):
            path = start + unquote(element.attrib[f"{{{NAMES['x']}}}href"])
            named[path] = (str(element.attrib["CHECKSUM"]), int(element.attrib["SIZE"]))
        for element in root.iterfind(".//m:file", NAMES):
            place = element.find("m:FLocat", NAMES)
            assert place is not None
            path = start + unquote(place.attrib[f"{{{NAMES['x']}}}href"])
            named[path] = (str(element.attrib["CHECKSUM"]), int(element.attrib["SIZE"]))
    assert set(named) == set(files) - {"METS.xml"}
    for path, (digest, size) in named.items():
        assert (digest, size) == (hashlib.sha512(files[path]).hexdigest(), len(files[path])), path


def test_ids_are_unique() -> None:
    files = build_aip(make_package())
    for mets in ("METS.xml", "representations/rep1/METS.xml"):
        ids = [element.attrib["ID"] for element in etree.fromstring(files[mets]).iter() if "ID" in element.attrib]
        assert len(set(ids)) == len(ids)


def test_premis_tells_fixity_and_verdicts() -> None:
    package = make_package()
    root = etree.fromstring(build_aip(package)["metadata/preservation/premis.xml"])
    digests = {element.text for element in root.iterfind(".//p:messageDigest", NAMES)}
    assert {file.sha256 for file in package.deposit.files} <= digests
    kinds = [element.text for element in root.iterfind(".//p:eventType", NAMES)]
    assert kinds == [
        "transfer", "fixity check", "digital signature validation", "digital signature validation",
        "message digest calculation", "ingestion end",
    ]  # fmt: skip
    outcomes = [element.text for element in root.iterfind(".//p:eventOutcome", NAMES)]
    assert outcomes[2:4] == ["valid", "indeterminate"]
    objects = {element.text for element in root.iterfind("p:object/p:objectIdentifier/p:objectIdentifierValue", NAMES)}
    links = {element.text for element in root.iterfind(".//p:linkingObjectIdentifierValue", NAMES)}
    assert links <= objects
    agents = {element.text for element in root.iterfind(".//p:agentIdentifierValue", NAMES)}
    assert {element.text for element in root.iterfind(".//p:linkingAgentIdentifierValue", NAMES)} <= agents
    order = [etree.QName(child).localname for child in root]
    assert order == sorted(order, key=["object", "event", "agent"].index)


def test_the_same_package_gives_the_same_bytes() -> None:
    assert build_aip(make_package()) == build_aip(make_package())


@pytest.mark.parametrize("text", ["\x00\x0b nul", "<&>\"'", "\ufffe\U0001f600", "ñ" * 5000])
def test_any_text_can_be_described(tmp_path: Path, text: str) -> None:
    package = make_package()
    package = replace(package, deposit=replace(package.deposit, title=text, made_by=text, slip=text))
    folder = lay_out(build_aip(package), tmp_path / "aip")
    for path in folder.rglob("*.xml"):
        etree.parse(path)


def test_practice_is_said() -> None:
    package = make_package()
    package = replace(package, deposit=replace(package.deposit, practice=True))
    assert build_aip(package)["documentation/LEEME.txt"].startswith("PRÁCTICA: SIN VALOR".encode())


def test_a_dossier_without_attachments_is_judged_too(tmp_path: Path) -> None:
    package = make_package()
    report = package.deposit.documents[1]
    data = CONTENTS["02-informe/informe.pdf"]
    deposit = replace(
        package.deposit,
        documents=(report,),
        principal=REPORT,
        files=(describe_file("informe.pdf", data, "application/pdf", FileRole.DOCUMENT, REPORT),),
    )
    package = replace(package, deposit=deposit, contents={"informe.pdf": data}, verdicts={})
    folder = lay_out(build_aip(package), tmp_path / "aip")
    assert judge_eark([folder])[str(folder)].messages == ()
