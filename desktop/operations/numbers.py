"""Numbers: reserve one for a document, from a block that this device holds, taking a new block while there is a line."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.records.errors import OfficeError
from desktop.records.numbering import OWN_SLIP, Numbering, NumberingRules, read_rules, slip_series
from desktop.sync.blocks import heads_ahead, take_block

from .copies import require_newest
from .desk import Desk
from .directory import refresh_directory

RULES = "numbering"  # the text's name among ``extra`` of the directory
_SLIPS = slip_series("")
SLIP_SERIES = slip_series(OWN_SLIP)
_AWAY = frozenset({"storage.unreachable", "storage.denied"})
_LAST_MONTH = 12
_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Cite:
    """A number that belongs to a document, and how it is printed."""

    text: str
    series: str
    year: int
    number: int


def rules_of(desk: Desk) -> NumberingRules:
    """The entity's rules, from the directory that this desk has. Raises ``numbering.…`` for rules that cannot be read."""
    return read_rules(dict(desk.directory.extra).get(RULES, ""))


def numbering_of(desk: Desk, code: str) -> Numbering:
    """How this desk's unit numbers a document type."""
    return rules_of(desk).of(desk.directory.entity, desk.unit, code)


def cite_series(desk: Desk, code: str) -> str:
    """The id of a unit's CITE series for a document type: made of ids, since prefixes change."""
    return numbering_of(desk, code).series


def reserve_cite(desk: Desk, code: str, year: int, document: str) -> Cite:
    """The document's CITE in that gestión; the same one when asked again.

    Raises ``cite.not_owner`` where another device alone numbers the series, ``cite.taken`` where another document bears that
    text already, and what ``reserve_number`` raises.
    """
    for _ in range(_PATIENCE):
        rule = numbering_of(desk, code)
        if rule.owner and rule.owner != desk.key.id:
            raise OfficeError("cite.not_owner", type=code, device=rule.owner)
        number = reserve_number(desk, rule.series, year, document)
        if numbering_of(desk, code) == rule:  # else the directory fetched meanwhile brought other rules
            break
    text = _printed(desk, rule, code, number, year)
    if any(view.id != document for view in desk.store.documents(cite=text)):
        raise OfficeError("cite.taken", cite=text)
    return Cite(text, rule.series, year, number)


def reserved_cite(desk: Desk, code: str, document: str) -> Cite | None:
    """The CITE that this desk's book keeps for a document of that type; None where it keeps none."""
    kept = desk.store.reserved_number(document)
    if kept is None:
        return None
    series, year, number = kept
    return Cite(_printed(desk, numbering_of(desk, code), code, number, year), series, year, number)


def _printed(desk: Desk, rule: Numbering, code: str, number: int, year: int) -> str:
    return rule.pattern.render(
        entity=desk.directory.entity.acronym, unit=desk.unit.prefix, kind=code, number=number, year=year
    )


def slip_number(desk: Desk, kind: str, year: int, number: int) -> str:
    """How the number of a hoja de ruta of that kind is printed by the rules that hold now."""
    pattern = rules_of(desk).slip_of(kind)
    return pattern.render(
        entity=desk.directory.entity.acronym, unit=desk.unit.prefix, kind=kind, number=number, year=year
    )


def reserve_number(desk: Desk, series: str, year: int, document: str) -> int:
    """The number of that series and year that belongs to the document from now on; the same one when asked again.

    Raises ``cite.no_numbers`` where the blocks are used up, ``cite.clock_behind``, ``block.own_device``, and
    ``storage.unreachable`` where there is no line to take another.
    """
    _look_for_own_tracks(desk)
    try:
        return _reserve(desk, series, year, document)
    except OfficeError as error:
        if error.code != "cite.no_numbers":
            raise
    _take(desk, series, year)
    return _reserve(desk, series, year, document)


def keep_in_stock(desk: Desk) -> None:
    """While there is a line: a new block for each series that runs low, in December also for the next gestión.

    So a desk that goes without a line has numbers. Series are those of which this desk has taken blocks since last year.
    """
    today = desk.now_local()
    years = [today.year, today.year + 1] if today.month == _LAST_MONTH else [today.year]
    held = {series for series, year in desk.store.series_held() if year >= today.year - 1}
    for series in sorted(held):
        for year in years:
            if desk.store.numbers_left(series, year) <= desk.block_size // 5:
                _take(desk, series, year)


def _take(desk: Desk, series: str, year: int) -> None:
    exchange = desk.exchange()
    directory = refresh_directory(desk, exchange)
    first, size = _book(desk, series, year)
    block = take_block(
        exchange,
        directory.entity.id,
        series,
        year,
        desk.key,
        size=size,
        now=desk.clock(),
        directory=directory,
        refresh=lambda: refresh_directory(desk, exchange),
        floor=max(desk.store.highest_number(series, year, desk.key.id), first - 1),
    )
    with desk.store.act() as act:
        act.add_block(block)


def own_series(desk: Desk) -> frozenset[str]:
    """The series in which this unit alone numbers, by the rules that hold now."""
    codes = {template.code for template in desk.templates.values()}
    found = {numbering_of(desk, code).series for code in codes}
    return frozenset(series for series in found if series.startswith(f"cite-{desk.unit_id}"))


def first_number(desk: Desk, series: str, year: int) -> int:
    """Where the book of that series and year begins."""
    return _book(desk, series, year)[0]


def _book(desk: Desk, series: str, year: int) -> tuple[int, int]:
    """Where the book of that series and year begins, and how many numbers a desk takes of it at a time."""
    rules = rules_of(desk)
    if series.startswith(_SLIPS):
        return rules.first_number(desk.unit, series.removeprefix(_SLIPS), year), desk.block_size
    codes = {template.code for template in desk.templates.values()}
    found = {code: rules.of(desk.directory.entity, desk.unit, code) for code in codes}
    of_it = [code for code in codes if found[code].series == series]
    first = max((rules.first_number(desk.unit, code, year) for code in of_it), default=1)
    return first, max((found[code].block for code in of_it), default=0) or desk.block_size


def _look_for_own_tracks(desk: Desk) -> None:
    """Once per program, where there is a line: does the exchange know more of this device than its store? Then it is an old copy.

    It then brings in at once what it did, so that whoever asked for a number may go on. Raises ``desk.cloned``.
    """
    if desk.newest or desk.offline_since is not None:
        return
    try:
        exchange = desk.exchange()
        units = desk.directory.mailboxes_of(
            desk.unit_id
        )  # what it did for a unit that has ended lies in that one's mailbox
        ahead = heads_ahead(exchange, desk.store, desk.directory.entity.id, units, desk.key.id)
        if ahead:
            with desk.store.act() as act:
                act.give_up_numbers(desk.clock())
                for name, told in ahead.items():
                    act.set_setting(name, told)
        require_newest(desk, exchange)
    except OfficeError as error:
        if error.code not in _AWAY:
            raise
        return
    desk.newest = True


def _reserve(desk: Desk, series: str, year: int, document: str) -> int:
    with desk.store.act() as act:
        return act.issue_number(series, year, document, desk.clock())
