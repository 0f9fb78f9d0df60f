"""Evidence kept in the archive itself: an OCFL object over the inventories of thousands of others, with the timestamps over its tree.

Whoever opens it sees lists and tokens; the record of one object (RFC 4998) is made from them when it is asked for, always the same bytes.
Each renewal is the next version: what was there stays.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from desktop.records.errors import OfficeError

from .eark import json_bytes
from .evidence import renew_timestamps, renew_trees, seal, tree_of
from .inventory import Inventory, User, version_number
from .json_reading import parse_object
from .reading import is_dossier, read_of
from .roots import Root

EVIDENCE_JSON, README = "evidencia.json", "LEEME.txt"
FORMAT = 1
UNSTAMPED, STAMPED = "sin sello de tiempo de tercero", "con sello de tiempo de tercero"
FIRST, TIMESTAMP, TREE = "sello", "renovacion-de-sello", "renovacion-de-arbol"  # RFC 4998 §5.2, §5.3
_SPACE = uuid.UUID("0e0c2f0a-52a7-5a57-9a0e-6f0fb8a5b3c1")  # of the ids of evidence; it must stay


@dataclass(frozen=True, slots=True)
class Covered:
    """A version of an object, by its inventory."""

    object: str
    version: str


@dataclass(frozen=True, slots=True)
class Step:
    """A timestamp: over ``root``, the root of the tree of that step (hex), by ``algorithm``. ``token`` is DER."""

    kind: str
    algorithm: str
    root: str
    token: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """``digests`` of what is covered, in the order of ``covered``, by each algorithm under which there is a tree."""

    id: str
    head: str
    algorithm: str
    root: str
    covered: tuple[Covered, ...]
    digests: Mapping[str, tuple[bytes, ...]]
    steps: tuple[Step, ...] = ()

    @property
    def label(self) -> str:
        """Whether somebody else attests the time."""
        return STAMPED if self.steps else UNSTAMPED


def digest_of(inventory: Inventory, version: str, algorithm: str) -> bytes:
    """Of the ``inventory.json`` of that version."""
    return hashlib.new(algorithm, inventory.as_of(version_number(version) or 0).to_bytes()).digest()


def is_evidence(inventory: Inventory) -> bool:
    """Whether the object is one of these."""
    return EVIDENCE_JSON in inventory.versions[0].state


@dataclass(frozen=True, slots=True)
class Shelf:
    """What lies in a root; ``unreadable`` are folders whose object could not be told: it keeps no other from its evidence."""

    dossiers: tuple[Inventory, ...]
    evidence: tuple[Evidence, ...]
    unreadable: tuple[str, ...]


def look_through(root: Root) -> Shelf:
    """All dossiers and all evidence. Raises storage's codes."""
    dossiers: list[Inventory] = []
    evidence: list[Evidence] = []
    unreadable: list[str] = []
    for folder in root.object_folders():
        try:
            inventory = root.inventory_at(folder)
            if is_dossier(inventory):
                dossiers.append(inventory)
            elif is_evidence(inventory):
                evidence.append(evidence_of(root, inventory))
        except OfficeError as error:
            if error.code.startswith("storage."):
                raise
            unreadable.append(folder)
    return Shelf(tuple(dossiers), tuple(evidence), tuple(unreadable))


def write_evidence(root: Root, covered: Mapping[Covered, bytes], algorithm: str, *, user: User, now: datetime) -> str:
    """A new object over those digests, without any timestamp yet; gives its id. Raises ``evidence.empty``, ``archive.conflict``."""
    digests = sorted((digest, one) for one, digest in covered.items())
    tree = tree_of([digest for digest, _ in digests], algorithm)
    name = f"urn:uuid:{uuid.uuid5(_SPACE, tree.root.hex())}"
    evidence = Evidence(
        name,
        "",
        algorithm,
        tree.root.hex(),
        tuple(one for _, one in digests),
        {algorithm: tuple(digest for digest, _ in digests)},
    )
    files = {
        README: _README.encode(),
        EVIDENCE_JSON: _payload(evidence),
        _list_name(algorithm): _list(evidence, algorithm),
    }
    message = f"Evidencia de {len(covered)} inventarios, {UNSTAMPED}"
    root.write_version(
        name, dict(files), base=None, message=message, user=user, now=now.astimezone(UTC).replace(microsecond=0)
    )
    return name


def add_step(
    root: Root, evidence: Evidence, step: Step, *, user: User, now: datetime, again: Sequence[bytes] = ()
) -> str:
    """The next version, with one timestamp more; ``again``: the digests of what is covered by the step's algorithm, where it is new.

    Raises ``archive.conflict``, storage's codes.
    """
    digests = {**evidence.digests, **({step.algorithm: tuple(again)} if again else {})}
    after = Evidence(
        evidence.id, "", evidence.algorithm, evidence.root, evidence.covered, digests, (*evidence.steps, step)
    )
    files: dict[str, Any] = {EVIDENCE_JSON: _payload(after), _token_name(len(after.steps)): step.token}
    if again:
        files[_list_name(step.algorithm)] = _list(after, step.algorithm)
    message = f"Evidencia: {step.kind}"
    at = now.astimezone(UTC).replace(microsecond=0)
    return root.write_version(evidence.id, files, base=evidence.head, message=message, user=user, now=at)


def evidence_of(root: Root, inventory: Inventory) -> Evidence:
    """What such an object holds. Raises ``evidence.bad_object`` and the archive's codes."""
    raw = parse_object(read_of(root, inventory, EVIDENCE_JSON), "evidence.bad_object")
    try:
        if raw["v"] != FORMAT:
            raise ValueError("version")
        algorithm, top = str(raw["algoritmo"]), str(raw["raiz"])
        lists = {name: _read_list(read_of(root, inventory, _list_name(name))) for name in map(str, raw["listas"])}
        covered = tuple(one for one, _ in lists[algorithm])
        if any(tuple(one for one, _ in rows) != covered for rows in lists.values()):
            raise ValueError("lists")
        steps = tuple(
            Step(
                str(one["clase"]), str(one["algoritmo"]), str(one["raiz"]), read_of(root, inventory, str(one["sello"]))
            )
            for one in raw["pasos"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise OfficeError("evidence.bad_object", object=inventory.id, reason=str(error)[:200]) from error
    digests = {name: tuple(digest for _, digest in rows) for name, rows in lists.items()}
    return Evidence(inventory.id, inventory.head, algorithm, top, covered, digests, steps)


def records_of(evidence: Evidence, only: Covered | None = None) -> dict[bytes, bytes]:
    """First digest → record (DER), of all or of one. Raises ``evidence.unstamped``, ``evidence.not_covered``, ``evidence.malformed``."""
    if not evidence.steps:
        raise OfficeError("evidence.unstamped", object=evidence.id)
    digests = evidence.digests[evidence.algorithm]
    wanted = digests[evidence.covered.index(only)] if only is not None else None
    first, *later = evidence.steps
    records = _narrowed(seal(digests, _kept(first), first.algorithm), later, wanted)
    for number, step in enumerate(later, 1):
        if step.kind == TREE:
            again = dict(zip(digests, evidence.digests[step.algorithm], strict=True))
            records = renew_trees(records, again, _kept(step), step.algorithm)
        else:
            records = renew_timestamps(records, _kept(step))
        records = _narrowed(records, evidence.steps[number + 1 :], wanted)
    return records


def next_step(
    evidence: Evidence, kind: str, algorithm: str, stamp: Callable[[bytes, str], bytes], again: Sequence[bytes] = ()
) -> Step:
    """Ask for the timestamp of a step. Raises what ``stamp`` raises."""
    asked: list[tuple[str, str, bytes]] = []

    def ask(digest: bytes, name: str) -> bytes:
        asked.append((name, digest.hex(), stamp(digest, name)))
        return asked[-1][2]

    digests = evidence.digests[evidence.algorithm]
    if kind == FIRST:
        seal(digests, ask, algorithm)
    elif kind == TREE:
        renew_trees(records_of(evidence), dict(zip(digests, again, strict=True)), ask, algorithm)
    else:
        renew_timestamps(records_of(evidence, evidence.covered[0]), ask)  # they all end in the same timestamp
    ((name, root, token),) = asked
    return Step(kind, name, root, token)


def _narrowed(records: dict[bytes, bytes], later: Sequence[Step], wanted: bytes | None) -> dict[bytes, bytes]:
    """A tree that comes later is built over all records; else one is enough."""
    if wanted is None or any(step.kind == TREE for step in later):
        return records
    return {wanted: records[wanted]}


def _kept(step: Step) -> Callable[[bytes, str], bytes]:
    def token(digest: bytes, algorithm: str) -> bytes:
        if (digest.hex(), algorithm) != (step.root, step.algorithm):
            raise OfficeError("evidence.not_covered", digest=digest.hex())
        return step.token

    return token


def _payload(evidence: Evidence) -> bytes:
    steps = [
        {"clase": one.kind, "algoritmo": one.algorithm, "raiz": one.root, "sello": _token_name(number)}
        for number, one in enumerate(evidence.steps, 1)
    ]
    return json_bytes(
        {
            "v": FORMAT,
            "estado": evidence.label,
            "algoritmo": evidence.algorithm,
            "raiz": evidence.root,
            "inventarios": len(evidence.covered),
            "listas": sorted(evidence.digests),
            "pasos": steps,
        }
    )


def _list_name(algorithm: str) -> str:
    return f"digestos-{algorithm}.txt"


def _token_name(number: int) -> str:
    return f"sellos/{number:04}.tst"


def _list(evidence: Evidence, algorithm: str) -> bytes:
    rows = zip(evidence.digests[algorithm], evidence.covered, strict=True)
    return "".join(f"{digest.hex()}  {one.object} {one.version}\n" for digest, one in rows).encode()


def _read_list(data: bytes) -> list[tuple[Covered, bytes]]:
    """Raises ValueError."""
    rows: list[tuple[Covered, bytes]] = []
    for line in data.decode("utf-8").splitlines():
        digest, name, version = line.split()
        rows.append((Covered(name, version), bytes.fromhex(digest)))
    return rows


_README = """\
EVIDENCIA DE EXISTENCIA (RFC 4998)

Cada renglón de digestos-ALGORITMO.txt es el digesto del inventory.json de una versión de un expediente de este archivo, el
identificador del expediente y la versión. Los digestos, de a dos y en orden, forman un árbol; su raíz está en evidencia.json.
sellos/NNNN.tst son los sellos de tiempo (RFC 3161, DER) de las raíces, en el orden de los pasos de evidencia.json.
Mientras no haya ningún paso, la evidencia es «sin sello de tiempo de tercero»: prueba que nada cambió a quien haya guardado
la raíz por su cuenta, y no prueba ninguna fecha.

El registro de un solo expediente se pide a Qillqa (archive evidence --object) y se comprueba sin Qillqa con
check_evidence.py, openssl y el certificado de la autoridad de sellado.
"""
