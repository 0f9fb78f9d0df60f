"""Lo que espera en el archivo: the deposits that a custodian has still to answer, as their manifests tell them. Nothing is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from desktop.archive.custody import pending
from desktop.archive.deposits import Place
from desktop.archive.inventory import User
from desktop.archive.manifest import Deposit
from desktop.records.errors import OfficeError
from desktop.sync.receipts import read_manifest

from .accept import custodian_of
from .archive_log import require_custodian
from .desk import Desk, Progress, no_progress
from .directory import refresh_directory


@dataclass(frozen=True, slots=True)
class DepositWaiting:
    """One deposit. ``size`` is in bytes. ``code`` and ``facts`` say why its manifest tells nothing: then only ``deposit`` and ``unit``
    are known.

    ``made_at`` is claimed by the desk that made it; None where it is not known.
    """

    deposit: str
    unit: str
    title: str = ""
    cite: str = ""
    series: str = ""
    documents: int = 0
    files: int = 0
    size: int = 0
    made_at: datetime | None = None
    made_by: str = ""
    code: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def deposits_waiting(
    desk: Desk,
    *,
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
    known: dict[str, tuple[int, str]] | None = None,
) -> list[DepositWaiting]:
    """What waits in the exchange for this archive's answer, oldest first within a unit. ``known``: as in ``accept_all``.

    Raises ``accept.not_custodian``, ``archive.none_here``, ``storage.unreachable``.
    """
    actor = desk.acting()
    require_custodian(desk)
    refresh_directory(desk, desk.exchange())
    custodian = custodian_of(desk, User(actor.name, f"urn:qillqa:official:{actor.id}"))
    found: list[DepositWaiting] = []
    for place in pending(custodian, desk.directory.entity.id, known=known):
        progress(len(found), 0)
        if cancelled():
            break
        found.append(_told(desk, place, custodian.exchange.get(place.manifest)))
    return found


def _told(desk: Desk, place: Place, manifest: bytes) -> DepositWaiting:
    try:
        payload, _unit = read_manifest(manifest.decode("ascii", "replace").strip(), desk.directory)
        told = Deposit.from_payload(payload)
    except OfficeError as error:
        facts = {name: str(value) for name, value in error.facts.items()}
        return DepositWaiting(place.id, _unit_name(desk, place.unit), code=error.code, facts=facts)
    return DepositWaiting(
        place.id,
        told.unit_name,
        title=told.title,
        cite=told.cite,
        series=told.description.path[-1].title if told.description.path else "",
        documents=len(told.documents),
        files=len(told.files),
        size=sum(file.size for file in told.files),
        made_at=told.made_at,
        made_by=told.made_by,
    )


def _unit_name(desk: Desk, unit: str) -> str:
    return next((one.name for one in desk.directory.units if one.id == unit), unit)
