"""Restricting a dossier (*restringida*): it is no longer shown to readers, and nothing of it is deleted or changed.

What was decided is an OCFL object of its own beside the dossier's, whose id follows from the dossier's id: each decision is its next
version, with the reason, the rule and who decided, so that a root tells by itself what it hides, since when and why.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from desktop.records.errors import OfficeError
from desktop.store.catalogue_rows import Restriction

from .eark import json_bytes
from .inventory import Inventory, User
from .json_reading import parse_object
from .reading import is_dossier, read_of

if TYPE_CHECKING:
    from .roots import Root

RESTRICTION_JSON = "restriccion.json"
README = "LEEME.txt"
FORMAT = 1
RESTRICTED, LIFTED = "restringida", "levantada"

_SPACE = uuid.UUID(
    "5f1f7c0e-6a0a-5d0c-9f0b-0d6f6b1d9a11"
)  # of the ids of restrictions; any other would do, this one must stay


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided of a dossier: why, and under which rule if one is named."""

    restricted: bool
    reason: str
    norm: str = ""


def restriction_id(object_id: str) -> str:
    """The OCFL id of the restriction of that dossier."""
    return f"urn:uuid:{uuid.uuid5(_SPACE, object_id)}"


def restriction_at(root: Root, object_id: str) -> Restriction | None:
    """What was decided last about a dossier, from the root itself. Raises the archive's codes and storage's."""
    inventory = root.inventory(restriction_id(object_id))
    return restriction_of(root, inventory) if inventory is not None else None


def restriction_of(root: Root, inventory: Inventory) -> Restriction:
    """The decision that an object of this kind holds in its newest version. Raises ``archive.bad_restriction`` and the archive's codes.

    A record under an id that is not that of its dossier's restriction counts for nothing: it is refused.
    """
    raw = parse_object(read_of(root, inventory, RESTRICTION_JSON), "archive.bad_restriction")
    try:
        texts = {name: _text(raw[key]) for name, key in _MEMBERS}
        state, at = raw["estado"], datetime.fromisoformat(raw["fecha"])
        if raw["v"] != FORMAT or state not in (RESTRICTED, LIFTED) or at.tzinfo is None:
            raise ValueError("state")
        if restriction_id(texts["object"]) != inventory.id:
            raise ValueError("id")
    except (KeyError, TypeError, ValueError) as error:
        raise OfficeError("archive.bad_restriction", object=inventory.id, reason=str(error)[:200]) from error
    return Restriction(
        **texts, restricted=state == RESTRICTED, at=at.astimezone(UTC).isoformat(), version=len(inventory.versions)
    )


def decide(root: Root, object_id: str, decision: Decision, *, user: User, now: datetime) -> str:
    """Write the decision as the next version of the dossier's restriction; gives the version.

    Raises ``archive.no_object`` (no dossier of that id), ``restriction.no_reason``, ``restriction.nothing_to_do`` when it is so already,
    ``archive.conflict`` and storage's codes.
    """
    if not decision.reason.strip():
        raise OfficeError("restriction.no_reason")
    dossier = root.inventory(object_id)
    if dossier is None or not is_dossier(dossier):
        raise OfficeError("archive.no_object", object=object_id)
    name = restriction_id(object_id)
    inventory = root.inventory(name)
    before = restriction_of(root, inventory) if inventory is not None else None
    if (before is not None and before.restricted) is decision.restricted:
        raise OfficeError("restriction.nothing_to_do", state=RESTRICTED if decision.restricted else LIFTED)
    at = now.astimezone(UTC).replace(microsecond=0)
    files: dict[str, Any] = {RESTRICTION_JSON: json_bytes(_payload(object_id, decision, user, at))}
    if inventory is None:
        files[README] = _README.encode()
    return root.write_version(
        name,
        files,
        base=inventory.head if inventory else None,
        message=f"Expediente {RESTRICTED if decision.restricted else 'con restricción levantada'}: {decision.reason.strip()}",
        user=user,
        now=at,
    )


_MEMBERS = (("object", "expediente"), ("reason", "motivo"), ("norm", "norma"), ("by", "decidido_por"))


def _payload(object_id: str, decision: Decision, user: User, at: datetime) -> dict[str, Any]:
    return {
        "v": FORMAT,
        "expediente": object_id,
        "estado": RESTRICTED if decision.restricted else LIFTED,
        "motivo": decision.reason.strip(),
        "norma": decision.norm.strip(),
        "decidido_por": user.name,
        "fecha": at.isoformat(),
    }


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


_README = """RESTRICCIÓN DE UN EXPEDIENTE

Este objeto no es un expediente: dice si un expediente del archivo se muestra a quienes consultan.
restriccion.json de la versión más nueva es lo que vale; las versiones anteriores quedan como historia.
El expediente que menciona («expediente») sigue completo en su carpeta: restringir no borra ni cambia nada.
"""
