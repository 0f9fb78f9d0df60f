"""What was done with a deposit when it came, as PREMIS events: each check of the custodian with its outcome.

Event types are those of id.loc.gov/vocabulary/preservation/eventType.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from .checks import ActsFound, AttachmentsFound, Findings
from .formats import FileFormat
from .manifest import Deposit, DepositFile, FileRole
from .premis import PreservationEvent

UNIT, CUSTODIAN, PROGRAM = "unidad", "custodio", "programa"  # agents of PREMIS
_BY = (CUSTODIAN, PROGRAM)
_RISKS = {"program": "es un programa", "script": "es un guion que se ejecuta", "macros": "lleva macros"}

PlaceOf = Callable[[DepositFile], str]  # where a deposited file goes in the package


def reception_events(
    deposit: Deposit, findings: Findings, at: datetime, place_of: PlaceOf, *, devices: str = ""
) -> tuple[PreservationEvent, ...]:
    """What happened to the files up to their acceptance at ``at``, in the order in which it was done.

    ``devices``: the file that tells whose devices signed the acts, where there is one.
    """
    every = tuple(place_of(file) for file in deposit.files)
    places = {file.path: place_of(file) for file in deposit.files}
    return (
        _transfer(deposit),
        PreservationEvent(
            "decryption",
            at,
            "Cada archivo, abierto con la clave del equipo del custodio; la suma del cifrado, comparada con el manifiesto",
            "abiertos",
            paths=every,
            agents=_BY,
        ),
        PreservationEvent(
            "fixity check",
            at,
            "SHA-256 de cada archivo, comparada con el manifiesto firmado",
            "sin diferencias",
            paths=every,
            agents=_BY,
        ),
        *(_format(one, places[one.path], at) for one in findings.formats),
        *_signatures(deposit, findings, at, place_of),
        *(_attachments(deposit, one, at, place_of) for one in findings.attachments),
        *_acts(deposit, findings.acts, at, place_of),
        *([_devices(devices, at)] if devices else []),
        PreservationEvent(
            "message digest calculation", at, "SHA-512 de cada archivo", "calculada", paths=every, agents=_BY
        ),
        PreservationEvent("ingestion end", at, "Aceptado en custodia", "aceptado", agents=_BY),
    )


def _transfer(deposit: Deposit) -> PreservationEvent:
    return PreservationEvent(
        "transfer",
        deposit.made_at,
        f"Depósito {deposit.id} hecho por {deposit.made_by}",
        "recibido",
        f"Hora declarada por el equipo de la unidad; hoja de ruta {deposit.slip or 'ninguna'}",
        agents=(UNIT, PROGRAM),
    )


def _format(found: FileFormat, place: str, at: datetime) -> PreservationEvent:
    """What a file is by its content. Told only: the unit answers for what it deposits, and the bytes stay as they came."""
    outcome = "no reconocido" if not found.known else "coincide" if found.agrees else "difiere"
    notes = [f"Por su contenido: {found.found}{f' {found.version}' if found.version else ''}"]
    if not found.agrees:
        notes.append(f"se declaró {found.claimed}")
    if found.archival:
        notes.append(f"el archivo dice ser PDF/A-{found.archival}; no se comprobó")
    if found.risk:
        notes.append(f"cuidado al abrirlo: {_RISKS[found.risk]}")
    return PreservationEvent(
        "format identification",
        at,
        "Formato de cada archivo por su contenido",
        outcome,
        "; ".join(notes),
        (place,),
        _BY,
    )


def _signatures(deposit: Deposit, findings: Findings, at: datetime, place_of: PlaceOf) -> Iterator[PreservationEvent]:
    for document in deposit.documents:
        verdict = findings.verdicts.get(document.id)
        if verdict is not None:
            yield PreservationEvent(
                "digital signature validation",
                at,
                "Procedimiento de EN 319 102-1 según el nivel hallado",
                str(verdict.get("verdict", "")),
                str(verdict.get("explanation", "")),
                tuple(place_of(file) for file in deposit.files if _is_file_of(file, document.id, document.sha256)),
                _BY,
            )


def _is_file_of(file: DepositFile, document: str, sha256: str) -> bool:
    return (file.document, file.role, file.sha256) == (document, FileRole.DOCUMENT, sha256)


def _attachments(deposit: Deposit, found: AttachmentsFound, at: datetime, place_of: PlaceOf) -> PreservationEvent:
    of_document = tuple(place_of(file) for file in deposit.files if file.document == found.document)
    note = f"{found.listed} en la lista" if found.listed else "Sin lista de adjuntos"
    if found.unlisted:
        note += f"; fuera de la lista: {', '.join(found.unlisted)}"
    return PreservationEvent(
        "validation",
        at,
        "Completitud: cada adjunto de la última hoja del documento, por su suma SHA-256",
        "con archivos fuera de la lista" if found.unlisted else "completo",
        note,
        of_document,
        _BY,
    )


def _devices(place: str, at: datetime) -> PreservationEvent:
    return PreservationEvent(
        "metadata extraction",
        at,
        "Del directorio firmado de la entidad: los equipos que firmaron el depósito y sus actos, con las constancias firmadas con token",
        "guardado",
        paths=(place,),
        agents=_BY,
    )


def _acts(deposit: Deposit, found: ActsFound | None, at: datetime, place_of: PlaceOf) -> Iterator[PreservationEvent]:
    places = tuple(place_of(file) for file in deposit.files if file.role is FileRole.EVENTS)
    if found is None or not places:
        return
    outcome = "íntegros" if found.events and not (found.missing or found.doubted) else "íntegros los que llegaron"
    if not found.events:
        outcome = "ninguno"
    notes = [f"{found.events} actos"]
    if found.missing:
        notes.append(f"se nombran {found.missing} que no llegaron")
    if found.doubted:
        notes.append(f"con observaciones {len(found.doubted)}: {', '.join(sorted(set(found.doubted)))}")
    yield PreservationEvent(
        "validation",
        at,
        "Actos de la oficina: firma del equipo que registró cada uno, y su encadenamiento",
        outcome,
        "; ".join(notes),
        places,
        _BY,
    )
