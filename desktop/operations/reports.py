"""Reports: what came, what went, what waits, what is late, and how long it stays, as tables of a unit and those under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from desktop.records.errors import OfficeError
from desktop.routing.deadlines import has_calendar, working_days
from desktop.routing.hops import HopMode
from desktop.routing.trays import Tray
from desktop.store.control import Flow, Lying

from .desk import Desk
from .monitor import came_on, days_of, units_under
from .on_slip import own_units
from .trays import name_of, unit_name

Cell = str | int | float | date | None
_EVER = date(1970, 1, 1)


class ReportKind(StrEnum):
    """What is counted. The values are what the command line takes."""

    RECEIVED = "received"
    SENT = "sent"
    PENDING = "pending"
    OVERDUE = "overdue"
    TIME_PER_UNIT = "time-per-unit"


@dataclass(frozen=True, slots=True)
class Table:
    """A report. ``columns`` and ``notes`` are codes of words; ``totals`` has a cell for each column, the first of them empty.

    ``bars`` are what a chart shows: a label and a number for each.
    """

    kind: ReportKind
    since: date | None
    until: date
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...]
    bars: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()


def report(desk: Desk, kind: ReportKind, since: date | None = None, until: date | None = None) -> Table:
    """That report of this desk's unit and those under it, from the first to the last day, both counted, in the entity's zone.

    Without ``since`` from the beginning, without ``until`` to today. What waits and what is late is told as it is now, of what
    came in that time. Times are those that devices claimed. Raises ``report.no_period`` where the last day lies before the first.
    """
    last = until or desk.now_local().date()
    if since is not None and last < since:
        raise OfficeError("report.no_period", since=since.isoformat(), until=last.isoformat())
    units = tuple(dict.fromkeys((*own_units(desk), *units_under(desk, desk.unit_id))))
    make = {
        ReportKind.RECEIVED: _received,
        ReportKind.SENT: _sent,
        ReportKind.PENDING: _pending,
        ReportKind.OVERDUE: _overdue,
        ReportKind.TIME_PER_UNIT: _stays,
    }[kind]
    return make(desk, units, since, last)


def _table(
    desk: Desk,
    kind: ReportKind,
    since: date | None,
    until: date,
    columns: Iterable[str],
    rows: Iterable[tuple[Cell, ...]],
    totals: tuple[Cell, ...],
    bars: Iterable[tuple[str, float]],
    *notes: str,
) -> Table:
    told = [*notes]
    if set(units_under(desk, desk.unit_id)) - set(own_units(desk)):
        told.append("report_note.units_under")
    codes = tuple(f"report_column.{name}" for name in columns)
    return Table(kind, since, until, codes, tuple(rows), totals, tuple(bars), tuple(told))


# --- what came and what went


def _received(desk: Desk, units: tuple[str, ...], since: date | None, until: date) -> Table:
    return _flow(desk, ReportKind.RECEIVED, Flow.RECEIVED, units, since, until)


def _sent(desk: Desk, units: tuple[str, ...], since: date | None, until: date) -> Table:
    return _flow(desk, ReportKind.SENT, Flow.SENT, units, since, until)


def _flow(desk: Desk, kind: ReportKind, way: Flow, units: tuple[str, ...], since: date | None, until: date) -> Table:
    counted: dict[tuple[str, str], dict[HopMode, int]] = defaultdict(lambda: dict.fromkeys(HopMode, 0))
    for item in desk.store.flow(way, units, *_moments(desk, since, until)):
        counted[item.unit, item.other][item.mode] += item.count
    rows = sorted(
        (
            unit_name(desk, unit),
            unit_name(desk, other),
            modes[HopMode.OFFICIAL],
            modes[HopMode.COPY],
            sum(modes.values()),
        )
        for (unit, other), modes in counted.items()
    )
    by_unit: dict[str, int] = defaultdict(int)
    for _unit, other, _official, _copies, both in rows:
        by_unit[other] += both
    other = "from_unit" if way is Flow.RECEIVED else "to_unit"
    totals = ("", "", sum(row[2] for row in rows), sum(row[3] for row in rows), sum(row[4] for row in rows))
    columns = ("unit", other, "official", "copies", "total")
    return _table(desk, kind, since, until, columns, rows, totals, sorted(by_unit.items()))


# --- what waits and what is late


def _pending(desk: Desk, units: tuple[str, ...], since: date | None, until: date) -> Table:
    rows: list[tuple[str, int, int, int, int, int]] = []
    missing = False
    lying = _since(desk, desk.store.lying(units), since, until)
    for unit in units:
        here = [(item, days_of(desk, item)) for item in lying if item.unit == unit]
        missing = missing or any(not days.calendar for _, days in here)
        if here:
            late = sum(1 for _, days in here if days.left is not None and days.left < 0)
            arriving = sum(1 for item, _ in here if item.tray is Tray.INCOMING)
            held = max(days.held for _, days in here)
            rows.append((unit_name(desk, unit), arriving, len(here) - arriving, len(here), late, held))
    _names, arriving_, pending_, both, late_, longest = zip(*rows, strict=True) if rows else ((), (), (), (), (), ())
    totals = ("", sum(arriving_), sum(pending_), sum(both), sum(late_), max(longest, default=0))
    columns = ("unit", "arriving", "pending", "total", "overdue", "longest")
    bars = ((row[0], row[3]) for row in rows)
    return _table(desk, ReportKind.PENDING, since, until, columns, rows, totals, bars, *_calendar(missing))


def _overdue(desk: Desk, units: tuple[str, ...], since: date | None, until: date) -> Table:
    late: list[tuple[Lying, int]] = []
    missing = False
    for item in _since(desk, desk.store.lying(units), since, until):
        days = days_of(desk, item)
        if days.left is not None and days.left < 0:
            late.append((item, -days.left))
            missing = missing or not days.calendar
    rows = [
        (item.number, item.subject, unit_name(desk, item.unit), name_of(desk, item.official), item.deadline, days)
        for item, days in sorted(late, key=lambda found: (-found[1], found[0].number))
    ]
    by_unit: dict[str, int] = defaultdict(int)
    for item, _ in late:
        by_unit[unit_name(desk, item.unit)] += 1
    columns = ("number", "subject", "unit", "holder", "deadline", "days_late")
    totals = ("", "", "", "", None, max((days for _, days in late), default=0))
    bars = sorted(by_unit.items())
    return _table(desk, ReportKind.OVERDUE, since, until, columns, rows, totals, bars, *_calendar(missing))


# --- how long it stays


def _stays(desk: Desk, units: tuple[str, ...], since: date | None, until: date) -> Table:
    rows: list[tuple[str, int, float | None, int, int]] = []
    spent: list[int] = []
    missing = False
    holidays = frozenset(desk.directory.holidays)
    today = desk.now_local().date()
    for unit in units:
        here: list[int] = []
        open_ = 0
        for stay in desk.store.stays(unit, *_moments(desk, since, until)):
            came = stay.received_at.astimezone(desk.zone).date()
            missing = missing or not has_calendar(holidays, came, max(came, today))
            if stay.left_at is None:
                open_ += 1
            else:
                here.append(working_days(came, stay.left_at.astimezone(desk.zone).date(), holidays))
        if here or open_:
            rows.append((unit_name(desk, unit), len(here), _mean(here), max(here, default=0), open_))
        spent += here
    totals = ("", len(spent), _mean(spent), max(spent, default=0), sum(row[4] for row in rows))
    columns = ("unit", "finished", "mean_days", "longest", "still_there")
    bars = ((row[0], row[2] or 0.0) for row in rows)
    return _table(desk, ReportKind.TIME_PER_UNIT, since, until, columns, rows, totals, bars, *_calendar(missing))


def _mean(days: list[int]) -> float | None:
    return round(sum(days) / len(days), 1) if days else None


def _calendar(missing: bool) -> tuple[str, ...]:
    return ("report_note.no_calendar",) if missing else ()


def _since(desk: Desk, found: list[Lying], since: date | None, until: date) -> list[Lying]:
    first = since or date.min
    return [item for item in found if first <= came_on(desk, item, until) <= until]


def _moments(desk: Desk, since: date | None, until: date) -> tuple[datetime, datetime]:
    """The first moment of the first day, and that of the day after the last, in UTC."""
    first = datetime.combine(since or _EVER, time(), desk.zone)
    after = datetime.combine(min(until, date.max - timedelta(days=2)) + timedelta(days=1), time(), desk.zone)
    return first.astimezone(UTC), after.astimezone(UTC)
