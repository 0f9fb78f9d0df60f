"""The package: judged by eark-validator without one message; what it says is true."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree

from desktop.archive.checks import Findings
from desktop.archive.deposits import describe_file
from desktop.archive.eark import Package, build_aip, place_of
from desktop.archive.manifest import Description, FileRole, SchemeRow
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
        Findings(verdicts),
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


def test_the_judge_has_nothing_to_say_of_devices_and_they_are_recorded(tmp_path: Path) -> None:
    place = "metadata/other/devices.json"
    files = build_aip(replace(make_package(), devices={"v": 1, "devices": []}))
    folder = lay_out(files, tmp_path / "aip")
    assert judge_eark([folder])[str(folder)].messages == ()
    assert f'href="{place}"'.encode() in files["METS.xml"]
    root = etree.fromstring(files["metadata/preservation/premis.xml"])
    digests = [
        one.text for one in root.xpath(f"p:object[p:objectIdentifier/*='{place}']//p:messageDigest", namespaces=NAMES)
    ]
    assert digests[0] == hashlib.sha512(files[place]).hexdigest()
    (event,) = root.xpath(f"p:event[p:linkingObjectIdentifier/*='{place}']/p:eventType", namespaces=NAMES)
    assert event.text == "metadata extraction"
    assert place in files["documentation/LEEME.txt"].decode()
    assert place not in build_aip(make_package())["documentation/LEEME.txt"].decode()


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
        "transfer", "decryption", "fixity check", "digital signature validation", "digital signature validation",
        "message digest calculation", "ingestion end",
    ]  # fmt: skip
    outcomes = [element.text for element in root.iterfind(".//p:eventOutcome", NAMES)]
    assert outcomes[3:5] == ["valid", "indeterminate"]
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


def test_what_the_office_says_of_the_dossier_is_in_its_finding_aid(tmp_path: Path) -> None:
    texts = {name: f"¿{name} & más?" for name in
             ("history", "scope", "appraisal", "arrangement", "reproduction", "physical", "related", "note")}  # fmt: skip
    said = Description(
        "01J", (SchemeRow("fonds", "GADOR", "Gobierno"), SchemeRow("series", "GADOR-1", "Notas")), **texts
    )
    package = make_package()
    package = replace(package, deposit=replace(package.deposit, description=said))
    files = build_aip(package)
    read = " ".join(etree.fromstring(files["metadata/descriptive/ead.xml"]).itertext())
    assert "Fondo GADOR · Gobierno" in read
    assert "Serie GADOR-1 · Notas" in read
    assert all(text in read for text in texts.values())
    folder = lay_out(files, tmp_path / "aip")
    assert judge_eark([folder])[str(folder)].messages == ()


ISAD_G = {  # rule → where EAD 2002 keeps it
    "3.1.1": "archdesc/did/unitid", "3.1.2": "archdesc/did/unittitle", "3.1.3": "archdesc/did/unitdate", "3.1.4": "archdesc[@level]",
    "3.1.5": "archdesc/did/physdesc/extent", "3.2.1": "archdesc/did/origination", "3.2.2": "archdesc/bioghist",
    "3.2.3": "archdesc/custodhist", "3.2.4": "archdesc/acqinfo", "3.3.1": "archdesc/scopecontent", "3.3.2": "archdesc/appraisal",
    "3.3.3": "archdesc/accruals", "3.3.4": "archdesc/arrangement", "3.4.1": "archdesc/accessrestrict",
    "3.4.2": "archdesc/userestrict", "3.4.3": "archdesc/did/langmaterial", "3.4.4": "archdesc/phystech",
    "3.4.5": "archdesc/otherfindaid", "3.5.1": "archdesc/originalsloc", "3.5.3": "archdesc/relatedmaterial",
    "3.6.1": "archdesc/odd", "3.7.1": "archdesc/processinfo/p", "3.7.2": "eadheader/profiledesc/descrules",
    "3.7.3": "archdesc/processinfo/p/date",
}  # fmt: skip
UNSAID = {"3.2.3", "3.3.2", "3.4.2", "3.5.3", "3.6.1"}  # nothing follows from the deposit alone


def _found(description: Description) -> set[str]:
    package = make_package()
    files = build_aip(replace(package, deposit=replace(package.deposit, description=description)))
    root = etree.fromstring(files["metadata/descriptive/ead.xml"])
    names = {"e": "urn:isbn:1-931666-22-9"}
    found = set()
    for rule, path in ISAD_G.items():
        element = root.find("/".join(f"e:{step}" for step in path.split("/")), names)
        if element is not None and "".join(map(str, element.itertext())).strip():
            found.add(rule)
    return found


def test_every_element_of_isad_g_has_its_place() -> None:
    texts = dict.fromkeys(
        ("history", "scope", "appraisal", "arrangement", "reproduction", "physical", "related", "note"), "Dicho"
    )
    assert _found(Description("01J", (SchemeRow("fonds", "GADOR", "Gobierno"),), **texts)) == set(ISAD_G)
    assert _found(Description()) == set(ISAD_G) - UNSAID


def test_folios_and_volumes_are_in_the_finding_aid() -> None:
    package = make_package()
    long = tuple(replace(one, folios=folios) for one, folios in zip(package.deposit.documents, (3, 399), strict=True))
    files = build_aip(replace(package, deposit=replace(package.deposit, documents=long)))
    root = etree.fromstring(files["metadata/descriptive/ead.xml"])
    names = {"e": "urn:isbn:1-931666-22-9"}
    extents = [element.text for element in root.iterfind("e:archdesc/e:did/e:physdesc/e:extent", names)]
    assert extents[1] == "2 tomos"
    boxes = [[(box.get("type"), box.text) for box in item.iterfind("e:did/e:container", names)]
             for item in root.iterfind(".//e:c01", names)]  # fmt: skip
    assert boxes == [[("volume", "1"), ("folio", "1-3")], [("volume", "2"), ("folio", "4-402")]]


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
    package = replace(package, deposit=deposit, contents={"informe.pdf": data}, findings=Findings())
    folder = lay_out(build_aip(package), tmp_path / "aip")
    assert judge_eark([folder])[str(folder)].messages == ()
