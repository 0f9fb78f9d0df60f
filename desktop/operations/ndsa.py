"""Niveles NDSA: how well this archive conserves, computed from its root, its log and what the archivist answers for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from desktop.archive.audit import Act
from desktop.archive.audit_places import log_of
from desktop.archive.index import read_index
from desktop.archive.ndsa import LEVELS, REQUIREMENTS, Area, Assessment, Declared, Known, Run, assess
from desktop.records.errors import OfficeError
from desktop.store.catalogue_rows import Noted

from .archive_log import FINISHED, MENDED, OBJECTS, OF_VERSIONS, PROBLEMS, WHERE, note, remembered, require_custodian
from .catalogue import opened
from .desk import Desk
from .fixity_receipts import receipts_given

__all__ = ["LEVELS", "Area", "Assessment", "assess_archive", "declare"]

_CODE, _TEXT = "requisito", "texto"


def assess_archive(desk: Desk) -> Assessment:
    """The matrix of this desk's archive as it is known now. Raises ``accept.not_custodian``, ``archive.none_here``, storage's codes."""
    require_custodian(desk)
    with opened(desk) as here:
        if here.root is None:
            raise OfficeError("storage.unreachable", url=here.url, reason="missing")
        entries: list[Noted] = []
        told: set[tuple[str, str]] = set()

        def take(entry: Noted) -> None:
            if entry.act in OF_VERSIONS:
                told.add((entry.object, entry.version))
            else:
                entries.append(entry)

        chain = log_of(here.root).chain(remembered(desk), each=take)
        unnoted = sum((name, f"v{number}") not in told for name, number in here.catalogue.every_version())
        keepers = {unit.id for unit in desk.directory.units if unit.custodian and unit.ended_on is None}
        devices = [one for one in desk.directory.devices if one.unit in keepers and one.revoked_at is None]
        known = Known(
            now=desk.clock(),
            figures=here.catalogue.figures(),
            url=here.url,
            indexed=len(read_index(here.root)),
            entries=chain.entries,
            log_problems=len(chain.problems) + unnoted,
            custodians=len({who for one in devices for who, _ in one.enrolments}),
            devices=len(devices),
            receipts=_receipts(desk),
            fixity=_runs(entries, Act.FIXITY),
            backups=_runs(entries, Act.BACKED_UP),
            repairs=_times([one for one in entries if json.loads(one.facts).get(MENDED) != 0], Act.REPAIRED),
            given=_times(entries, Act.GIVEN),
            examined=_runs(entries, Act.EXAMINED),
            reviews=_times(entries, Act.REVIEWED),
            declared=_declared(entries),
        )
    return assess(known)


def declare(desk: Desk, code: str, text: str, *, official: str = "") -> Noted:
    """Answer for a requirement that no program can measure; it stands in the log by name and day, and an empty text takes it back.

    Raises ``accept.not_custodian``, ``ndsa.unknown``.
    """
    require_custodian(desk)
    whole = code if code.startswith("ndsa.") else f"ndsa.{code}"
    if whole not in REQUIREMENTS:
        raise OfficeError("ndsa.unknown", name=code)
    return note(desk, Act.DECLARED, official=official, **{_CODE: whole, _TEXT: text.strip()})


def _receipts(desk: Desk) -> int | None:
    """Objects with a receipt of ours in the exchange; None where there is no line."""
    try:
        desk.exchange()
    except OfficeError:
        return None
    return len(receipts_given(desk)) or None


def _runs(entries: Sequence[Noted], act: Act) -> tuple[Run, ...]:
    return tuple(_run(one, json.loads(one.facts)) for one in entries if one.act == act)


def _run(entry: Noted, facts: Mapping[str, Any]) -> Run:
    return Run(
        datetime.fromisoformat(entry.time),
        _whole(facts.get(OBJECTS)),
        _whole(facts.get(PROBLEMS)),
        facts.get(FINISHED) is True,
        str(facts.get(WHERE) or ""),
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _times(entries: Sequence[Noted], act: Act) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(one.time) for one in entries if one.act == act)


def _declared(entries: Sequence[Noted]) -> dict[str, Declared]:
    said: dict[str, Declared] = {}
    for one in entries:
        if one.act == Act.DECLARED:
            facts = json.loads(one.facts)
            code, text = str(facts.get(_CODE)), str(facts.get(_TEXT) or "")
            said.pop(code, None)
            if text:
                said[code] = Declared(one.by, datetime.fromisoformat(one.time), text)
    return said
