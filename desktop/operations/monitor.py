"""Monitor: what lies with whom in a chief's unit and the units under it, since when, and how pressing it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.trays import Days, Tray, count_days
from desktop.store.control import Lying

from .acting import stands_for
from .desk import Desk
from .trays import name_of, unit_name

_NO_DEADLINE = 10_000


class MonitorState(StrEnum):
    """Whether the unit has received it yet."""

    ARRIVING = "arriving"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class MonitorRow:
    """A slip that lies in a unit. Names, not ids; ``holder`` is empty where it is anybody's of ``unit``.

    ``sender`` and ``sent_at`` are empty for one that began there. ``hop`` is None while its origin holds it.
    """

    slip: str
    number: str
    sender: str
    sent_at: datetime | None
    holder: str
    unit: str
    received_at: datetime | None
    subject: str
    remark: str
    days: Days
    state: MonitorState
    hop: str | None = None
    document: str = ""
    sender_unit: str = ""
    unit_id: str = ""
    copy: bool = False
    urgent: bool = False
    deadline: date | None = None


def monitor(desk: Desk, *, unit: str = "", official: str = "") -> list[MonitorRow]:
    """What lies in that unit (this desk's without one) and those under it, the most pressing first.

    Of a unit under it this desk knows the slips that were told to its own. Raises ``monitor.not_chief`` for whoever is neither its
    chief (or that of a unit above it), nor stands for him, nor is his secretary today; ``directory.unknown_unit``.
    """
    root = _living(desk, unit or desk.unit_id)
    _require_overseer(desk, root, desk.acting(official).id)
    rows = [_row(desk, item) for item in desk.store.lying(units_under(desk, root))]
    return sorted(rows, key=_pressing)


def units_under(desk: Desk, root: str) -> tuple[str, ...]:
    """That unit, every unit under it, and the ended ones whose open slips any of them got; the first first."""
    directory = desk.directory
    found = [root]
    for reached in found:  # it grows while it is walked
        found += [unit.id for unit in directory.units if unit.parent == reached and unit.id not in found]
    ended = [unit.id for unit in directory.units if unit.ended_on is not None and unit.id not in found]
    return (*found, *(unit for unit in ended if set(directory.successors_of(unit)[:1]) & set(found)))


def may_oversee(desk: Desk, unit: str, official: str) -> bool:
    """Whether that official sees the monitor of that unit today."""
    today = desk.now_local().date()
    names = set(stands_for(desk, official, EventKind.REASSIGNED))
    for clerk in desk.directory.secretaries:
        if clerk.official == official and clerk.first_day <= today <= clerk.last_day:
            names.add(clerk.chief)
    seen: set[str] = set()
    at: str | None = unit
    while at is not None and at not in seen:
        seen.add(at)
        found = desk.directory.unit(at)
        if found.chief in names:
            return True
        at = found.parent
    return False


def days_of(desk: Desk, item: Lying) -> Days:
    """Days held and left by the entity's calendar."""
    today = desk.now_local().date()
    came = came_on(desk, item, today)
    return count_days(came, item.deadline, today, desk.directory.holidays, desk.directory.rules)


def came_on(desk: Desk, item: Lying, unknown: date) -> date:
    """The day in the entity's zone since which it lies there; ``unknown`` where nobody said."""
    at = item.received_at or item.sent_at or item.since
    return at.astimezone(desk.zone).date() if at else unknown


def _living(desk: Desk, unit: str) -> str:
    return (desk.directory.successors_of(unit) or (unit,))[0]


def _require_overseer(desk: Desk, unit: str, official: str) -> None:
    if not may_oversee(desk, unit, official):
        raise OfficeError("monitor.not_chief", unit=unit_name(desk, unit))


def _pressing(row: MonitorRow) -> tuple[int, int, str]:
    left = _NO_DEADLINE if row.days.left is None else row.days.left
    return left, -row.days.held, row.number


def _row(desk: Desk, item: Lying) -> MonitorRow:
    return MonitorRow(
        slip=item.slip,
        number=item.number,
        sender=name_of(desk, item.from_official),
        sent_at=item.sent_at,
        holder=name_of(desk, item.official),
        unit=unit_name(desk, item.unit),
        received_at=item.received_at if item.hop else item.since,
        subject=item.subject,
        remark=item.remark,
        days=days_of(desk, item),
        state=MonitorState.ARRIVING if item.tray is Tray.INCOMING else MonitorState.PENDING,
        hop=item.hop,
        document=item.document,
        sender_unit=unit_name(desk, item.from_unit) if item.from_unit else "",
        unit_id=item.unit,
        copy=item.copy,
        urgent=item.urgent,
        deadline=item.deadline,
    )
