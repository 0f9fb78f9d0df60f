"""The payload of an archived object: an E-ARK AIP, readable with a file browser alone (docs/formats/archive.md).

METS.xml   LEEME.txt under documentation/   schemas/
metadata/descriptive/{dc,ead}.xml
metadata/preservation/premis.xml   verdicts/<document>.json
metadata/other/deposit.jws  deposit.json  devices.json  events/…
representations/rep1/METS.xml   metadata/preservation/premis.xml   data/<the signed PDFs and attachments, byte for byte>
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .checks import Findings
from .description import ACCESS_WORDS, dublin_core, finding_aid
from .manifest import Deposit, DepositFile, FileRole
from .mets import Header, Part, representation_mets, root_mets
from .premis import Agent, PreservedFile, premis
from .reception import CUSTODIAN, PROGRAM, UNIT, reception_events

SOFTWARE = "Qillqa"
DEPOSIT_JSON = "metadata/other/deposit.json"
DEPOSIT_JWS = "metadata/other/deposit.jws"
DEVICES_JSON = "metadata/other/devices.json"
PREMIS = "metadata/preservation/premis.xml"
DATA = "representations/rep1/data/"
EVENTS = "metadata/other/events/"
VERDICTS = "metadata/preservation/verdicts/"

ROOT_METS = "METS.xml"
REPRESENTATION = "representations/rep1/"
INNER_PREMIS = f"{REPRESENTATION}{PREMIS}"
INNER_METS = f"{REPRESENTATION}METS.xml"


@dataclass(frozen=True, slots=True)
class Package:
    """All that goes into one AIP. ``findings`` are what the custodian found out at reception.

    ``devices``: whose devices signed its acts, and by which statements of tokens they are theirs; None: not kept.
    """

    object_id: str
    deposit: Deposit
    deposit_jws: str
    contents: Mapping[str, bytes]
    findings: Findings
    custodian: str
    received_at: datetime
    software_version: str
    devices: Mapping[str, Any] | None = None


def place_of(file: DepositFile) -> str:
    """Where a deposited file goes in the package."""
    return (EVENTS if file.role in (FileRole.EVENTS, FileRole.OTHER) else DATA) + file.path


def build_aip(package: Package) -> dict[str, bytes]:
    """Path → bytes of the whole package; the same package always gives the same bytes."""
    deposit = package.deposit
    files = {place_of(file): package.contents[file.path] for file in deposit.files}
    files |= {
        f"{VERDICTS}{name}.json": json_bytes(verdict) for name, verdict in sorted(package.findings.verdicts.items())
    }
    files[DEPOSIT_JWS] = package.deposit_jws.encode("ascii") + b"\n"
    files[DEPOSIT_JSON] = json_bytes(json.loads(deposit.to_payload()))
    files["metadata/descriptive/dc.xml"] = dublin_core(deposit, package.object_id)
    files["metadata/descriptive/ead.xml"] = finding_aid(deposit, package.object_id)
    files["documentation/LEEME.txt"] = _readme(package)
    files["schemas/LEEME.txt"] = _SCHEMAS.encode()
    versions = {one.path: one.version for one in package.findings.formats}
    preserved = [
        PreservedFile(
            place_of(file), package.contents[file.path], file.media_type, file.path, versions.get(file.path, "")
        )
        for file in deposit.files
    ]
    if package.devices is not None:
        files[DEVICES_JSON] = json_bytes(package.devices)
        preserved.append(PreservedFile(DEVICES_JSON, files[DEVICES_JSON], "application/json"))
    devices = DEVICES_JSON if package.devices is not None else ""
    events = reception_events(deposit, package.findings, package.received_at, place_of, devices=devices)
    files[PREMIS] = premis(package.object_id, preserved, events, _agents(package))
    inside = [file for file in preserved if file.path.startswith(DATA)]
    files[INNER_PREMIS] = premis(f"{package.object_id}/rep1", inside, (), ())
    header = Header(
        package.object_id, deposit.title, package.received_at, SOFTWARE, package.software_version, package.custodian
    )
    files[INNER_METS] = representation_mets(
        header,
        "rep1",
        administrative=_inner(package, files, "metadata/"),
        data=_inner(package, files, "data/"),
    )
    files[ROOT_METS] = _root(package, header, files)
    return files


def _root(package: Package, header: Header, files: Mapping[str, bytes]) -> bytes:
    def parts(start: str) -> list[Part]:
        return [_part(package, path, files) for path in sorted(files) if path.startswith(start)]

    return root_mets(
        header,
        descriptive=parts("metadata/descriptive/"),
        administrative=parts("metadata/preservation/") + parts("metadata/other/"),
        documentation=parts("documentation/"),
        schemas=parts("schemas/"),
        representations=parts(INNER_METS),
    )


def _inner(package: Package, files: Mapping[str, bytes], folder: str) -> list[Part]:
    """The parts of the representation, as seen from its own folder."""
    parts = [_part(package, path, files) for path in sorted(files) if path.startswith(REPRESENTATION + folder)]
    return [replace(part, path=part.path.removeprefix(REPRESENTATION)) for part in parts]


def _part(package: Package, path: str, files: Mapping[str, bytes]) -> Part:
    came = {place_of(file): file for file in package.deposit.files}.get(path)
    if came is not None:
        kind = "OTHER:JWS" if came.role is FileRole.EVENTS else "OTHER:FILE"
        return Part(path, files[path], came.media_type, package.deposit.made_at, kind)
    media_type, kind = _KINDS.get(path) or (
        ("application/json", "OTHER:VERDICT") if path.startswith(VERDICTS) else ("text/plain", "OTHER:TEXT")
    )
    return Part(path, files[path], media_type, package.received_at, kind)


_KINDS = {
    "metadata/descriptive/dc.xml": ("application/xml", "DC"),
    "metadata/descriptive/ead.xml": ("application/xml", "EAD"),
    PREMIS: ("application/xml", "PREMIS"),
    DEPOSIT_JWS: ("application/jose", "OTHER:JWS"),
    DEPOSIT_JSON: ("application/json", "OTHER:DEPOSIT"),
    DEVICES_JSON: ("application/json", "OTHER:DEVICES"),
    INNER_PREMIS: ("application/xml", "PREMIS"),
    INNER_METS: ("application/xml", "METS"),
}


def _agents(package: Package) -> tuple[Agent, ...]:
    return (
        Agent("entidad", package.deposit.entity_name, "organization"),
        Agent(UNIT, package.deposit.unit_name, "organization"),
        Agent(CUSTODIAN, package.custodian, "organization"),
        Agent(PROGRAM, SOFTWARE, "software", package.software_version),
    )


def json_bytes(value: Any) -> bytes:
    """JSON for people and programs: indented, sorted, UTF-8."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _readme(package: Package) -> bytes:
    deposit = package.deposit
    documents = "\n".join(
        f"  {item.cite}  {item.day.isoformat()}  {item.subject}  (SHA-256 {item.sha256})" for item in deposit.documents
    )
    practice = "PRÁCTICA: SIN VALOR\n\n" if deposit.practice else ""
    devices = "" if package.devices is None else _README_DEVICES
    return f"""{practice}{deposit.title}

Identificador   {package.object_id}
CITE            {deposit.cite}
Hoja de ruta    {deposit.slip or "ninguna"}
Entidad         {deposit.entity_name}
Unidad          {deposit.unit_name}
Acceso          {ACCESS_WORDS[deposit.access]}
Depósito        {deposit.id}, hecho por {deposit.made_by}

Documentos
{documents}

Este paquete se lee sin ningún programa especial.
  representations/rep1/data/    los documentos firmados (PDF, firmas PAdES) y sus adjuntos, byte por byte como llegaron
  metadata/descriptive/         la descripción (Dublin Core; EAD con los elementos de la ISAD(G))
  metadata/preservation/        qué se hizo con los archivos y con qué resultado (PREMIS 3); el veredicto de cada firma al ingresar
  metadata/other/events/        los actos de la oficina, uno por línea, cada uno firmado por el equipo que lo registró (JWS, RFC 7515)
{devices}  metadata/other/deposit.jws    el manifiesto del depósito, firmado por el equipo de la unidad
  METS.xml                      el inventario del paquete con la suma SHA-512 de cada archivo (E-ARK CSIP, METS)
""".encode()


_README_DEVICES = """\
  metadata/other/devices.json   de quién es cada equipo que firmó los actos: su clave y las constancias firmadas con token que la inscriben
"""

_SCHEMAS = """Los esquemas XML de los metadatos de este paquete, en sus direcciones oficiales:

METS         https://www.loc.gov/standards/mets/mets.xsd
E-ARK CSIP   https://earkcsip.dilcis.eu/schema/DILCISExtensionMETS.xsd
PREMIS 3     https://www.loc.gov/standards/premis/v3/premis.xsd
EAD 2002     https://www.loc.gov/ead/ead.xsd
Dublin Core  https://www.openarchives.org/OAI/2.0/oai_dc.xsd
XLink        https://www.w3.org/1999/xlink.xsd
"""
