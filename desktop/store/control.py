"""What lies where and what went through, counted in the database: for the chief's monitor and the reports.

Only columns and indexes are read, no view is parsed: a desk of a million hops answers at once. Times are those that devices claimed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text

from desktop.records.events import EventKind
from desktop.routing.hops import HopMode, HopState
from desktop.routing.trays import Tray

from .times import read_time, write_time

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LYING = text(
    "SELECT t.tray, t.unit, t.slip, t.hop, t.since, t.document, s.number, s.subject, s.deadline AS slip_deadline, h.from_unit, "
    "h.from_official, h.to_official, h.mode, h.sent_at, h.received_at, h.deadline, h.remark, h.urgent "
    "FROM tray_items t JOIN slips s ON s.id = t.slip LEFT JOIN hops h ON h.slip = t.slip AND h.id = t.hop "
    "WHERE t.unit = :unit AND t.tray = :tray ORDER BY t.since, t.rowid"
)
_RECEIVED = text(
    "SELECT to_unit AS unit, from_unit AS other, mode, count(*) AS n FROM hops "
    "WHERE to_unit = :unit AND received_at >= :since AND received_at < :until GROUP BY from_unit, mode"
)
_SENT = text(
    "SELECT from_unit AS unit, to_unit AS other, mode, count(*) AS n FROM hops "
    "WHERE from_unit = :unit AND sent_at >= :since AND sent_at < :until AND state NOT IN :returned GROUP BY to_unit, mode"
).bindparams(bindparam("returned", [HopState.REJECTED.value, HopState.CANCELLED.value], expanding=True))
# When an OFICIAL hop was over: when its unit sent the slip on, or put it away; the next such act of that unit after the reception.
_STAYS = text(
    "SELECT h.slip, h.id, h.received_at, h.state, CASE h.state "
    "WHEN :passed_on THEN (SELECT min(n.sent_at) FROM hops n WHERE n.slip = h.slip AND n.from_unit = h.to_unit AND n.mode = :official "
    "AND n.sent_at >= h.received_at AND n.state NOT IN :returned) "
    "WHEN :concluded THEN (SELECT max(e.claimed_at) FROM events e WHERE e.slip = h.slip AND e.kind = :kind "
    "AND e.claimed_at >= h.received_at AND e.unit = h.to_unit) END AS left_at "
    "FROM hops h WHERE h.to_unit = :unit AND h.received_at >= :since AND h.received_at < :until AND h.mode = :official"
).bindparams(
    bindparam("returned", [HopState.REJECTED.value, HopState.CANCELLED.value], expanding=True),
    bindparam("passed_on", HopState.PASSED_ON.value),
    bindparam("concluded", HopState.CONCLUDED.value),
    bindparam("official", HopMode.OFFICIAL.value),
    bindparam("kind", EventKind.CONCLUDED.value),
)
STATEMENTS = {"lying": _LYING, "received": _RECEIVED, "sent": _SENT, "stays": _STAYS}
"""For the test that shows their plans."""


class Flow(StrEnum):
    """Which way is counted."""

    RECEIVED = "received"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Lying:
    """A slip in Entrante or Pendientes of a unit. ``hop`` is None while its origin holds it; ``official`` is empty where it is anybody's.

    ``deadline`` is the hop's, else that of the whole slip.
    """

    tray: Tray
    unit: str
    slip: str
    hop: str | None
    document: str
    number: str
    subject: str
    from_unit: str
    from_official: str
    official: str
    copy: bool
    urgent: bool
    since: datetime | None
    sent_at: datetime | None
    received_at: datetime | None
    deadline: date | None
    remark: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many hops of one mode went between ``unit``, whose report it is, and ``other``."""

    unit: str
    other: str
    mode: HopMode
    count: int


@dataclass(frozen=True, slots=True)
class Stay:
    """An OFICIAL at a unit: since when, until when; ``left_at`` is None while it is there, or where nothing tells."""

    slip: str
    hop: str
    received_at: datetime
    left_at: datetime | None
    state: HopState


def lying(connection: Connection, units: Collection[str]) -> list[Lying]:
    """What lies in Entrante and Pendientes of those units, unit by unit, the longest waiting first."""
    found = []
    for unit in units:
        for tray in (Tray.INCOMING, Tray.PENDING):
            rows = connection.execute(_LYING, {"unit": unit, "tray": tray.value})
            found += [_lying(row) for row in rows]
    return found


def flow(connection: Connection, way: Flow, units: Collection[str], since: datetime, until: datetime) -> list[Count]:
    """Hops received or sent by those units from ``since`` to before ``until``, by the other unit and the mode.

    What was rejected or cancelled was not sent.
    """
    statement, found = (_RECEIVED if way is Flow.RECEIVED else _SENT), []
    for unit in units:
        period = {"unit": unit, "since": write_time(since), "until": write_time(until)}
        rows = connection.execute(statement, period)
        found += [Count(row.unit, row.other, HopMode(row.mode), row.n) for row in rows]
    return found


def stays(connection: Connection, unit: str, since: datetime, until: datetime) -> Iterator[Stay]:
    """The OFICIAL hops that the unit received from ``since`` to before ``until``."""
    period = {"unit": unit, "since": write_time(since), "until": write_time(until)}
    for row in connection.execute(_STAYS, period):
        left = read_time(row.left_at) if row.left_at else None
        yield Stay(row.slip, row.id, read_time(row.received_at), left, HopState(row.state))


def _lying(row: Any) -> Lying:
    deadline = row.deadline or row.slip_deadline
    return Lying(
        tray=Tray(row.tray),
        unit=row.unit,
        slip=row.slip,
        hop=row.hop,
        document=row.document,
        number=row.number,
        subject=row.subject,
        from_unit=row.from_unit or "",
        from_official=row.from_official or "",
        official=row.to_official or "",
        copy=row.mode == HopMode.COPY.value,
        urgent=bool(row.urgent),
        since=read_time(row.since) if row.since else None,
        sent_at=read_time(row.sent_at) if row.sent_at else None,
        received_at=read_time(row.received_at) if row.received_at else None,
        deadline=date.fromisoformat(deadline) if deadline else None,
        remark=row.remark or "",
    )
