"""Numbers: reserve one for a document, from a block that this device holds, taking a new block while there is a line."""

from __future__ import annotations

from desktop.records.errors import OfficeError
from desktop.sync.blocks import take_block

from .desk import Desk
from .directory import refresh_directory

SLIP_SERIES = "slip-I"  # one series for the whole entity: the printed number names no unit


def cite_series(desk: Desk, code: str) -> str:
    """The id of a unit's CITE series for a document type: the unit's ULID, since prefixes change."""
    return f"cite-{desk.unit_id}-{code}"


def reserve_number(desk: Desk, series: str, year: int, document: str) -> int:
    """The number of that series and year that belongs to the document from now on; the same one when asked again.

    Raises ``cite.no_numbers`` where the blocks are used up and there is no line to take another.
    """
    try:
        return _reserve(desk, series, year, document)
    except OfficeError as error:
        if error.code != "cite.no_numbers":
            raise
    exchange = desk.exchange()
    block = take_block(
        exchange,
        desk.directory.entity.id,
        series,
        year,
        desk.key,
        size=desk.block_size,
        now=desk.clock(),
        directory=desk.directory,
        refresh=lambda: refresh_directory(desk, exchange),
        floor=max((known.last for known in desk.store.blocks(series, year)), default=0),
    )
    with desk.store.act() as act:
        act.add_block(block)
    return _reserve(desk, series, year, document)


def _reserve(desk: Desk, series: str, year: int, document: str) -> int:
    with desk.store.act() as act:
        return act.issue_number(series, year, document, desk.clock())
