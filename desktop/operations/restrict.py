"""Restringir: the custodian hides a dossier from readers, or lifts that again. Nothing of it is deleted or changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.archive.audit import Act
from desktop.archive.index import refresh
from desktop.archive.inventory import User, object_folder
from desktop.archive.restriction import Decision, decide, restriction_id

from .archive_log import note, require_custodian
from .catalogue import show_dossier, versions_written

if TYPE_CHECKING:
    from .desk import Desk


@dataclass(frozen=True, slots=True)
class Restricted:
    """What is now so of which dossier; ``version`` is that of the record of its restriction."""

    object: str
    cite: str
    restricted: bool
    version: str


def restrict(
    desk: Desk, name: str, reason: str, *, norm: str = "", lift: bool = False, official: str = ""
) -> Restricted:
    """Hide the dossier of that name from readers, or ``lift`` it; why, and under which rule, stays with it for ever.

    The decision is in the root before anything else; a crash after it leaves index and log behind, and the next run brings them up.
    Raises ``accept.not_custodian``, ``archive.not_found``, ``archive.several``, ``restriction.no_reason``,
    ``restriction.nothing_to_do``, ``archive.conflict``, storage's codes.
    """
    require_custodian(desk)
    actor = desk.acting(official)
    dossier = show_dossier(desk, name).dossier
    root = desk.archive()
    user = User(actor.name, f"urn:qillqa:official:{actor.id}")
    version = decide(root, dossier.object, Decision(not lift, reason, norm), user=user, now=desk.clock())
    versions_written(desk, [restriction_id(dossier.object)], official=official)
    note(
        desk,
        Act.LIFTED if lift else Act.RESTRICTED,
        object_id=dossier.object,
        official=official,
        motivo=reason.strip(),
        norma=norm.strip(),
    )
    refresh(root, again=(object_folder(dossier.object),))
    return Restricted(dossier.object, dossier.cite, not lift, version)
