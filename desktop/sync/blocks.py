"""Blocks of numbers: each taken by one device, ``put_if_absent`` decides which (decision 0004)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from desktop.records.cite import NumberBlock
from desktop.records.errors import OfficeError
from desktop.records.events import Json

from .envelopes import BLOCK, canonical, read_canonical, require_signature, seal_payload, take_apart
from .keys import block_key, block_prefix, head_key, read_block_ordinal
from .mailbox import read_head

if TYPE_CHECKING:
    from desktop.records.people import Device, Directory
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore

    from .device import DeviceKey

FORMAT = 1
MAX_SIZE = 1000
_TRIES = 100
_HEAD = "numbers.head_told"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The blocks of a series and year: those that count, in order, and the keys under which something else lies."""

    blocks: tuple[NumberBlock, ...]
    refused: tuple[tuple[str, str], ...]  # (key, code)
    next_ordinal: int

    @property
    def highest(self) -> int:
        """The highest number that anybody has taken."""
        return max((block.last for block in self.blocks), default=0)


def take_block(
    exchange: ObjectStore,
    entity: str,
    series: str,
    year: int,
    key: DeviceKey,
    *,
    size: int,
    now: datetime,
    directory: Directory,
    refresh: Callable[[], Directory] | None = None,
    floor: int = 0,
) -> NumberBlock:
    """Take the next ``size`` numbers of that series and year, for this device and nobody else.

    ``floor`` is the highest number this desk knows to be used, whatever the exchange says. ``refresh`` gives the newest
    directory: asked first, since a block that others refuse would be given twice, and again when a block is by a device that it
    does not know; a block by a device that the newest directory does not know either is forged and skipped. Raises
    ``block.bad_size``, ``block.own_device`` where this device may take none, ``block.unknown_device`` (without ``refresh``),
    ``block.crowded``, ``storage.unreachable``.
    """
    if not 1 <= size <= MAX_SIZE:
        raise OfficeError("block.bad_size", size=size, most=MAX_SIZE)
    directory = directory if refresh is None else refresh()
    own = next((device for device in directory.devices if device.id == key.id), None)
    if own is None or not _valid(own, now):
        raise OfficeError("block.own_device", device=key.id)
    for _ in range(_TRIES):
        ledger = read_ledger(exchange, entity, series, year, directory)
        if any(code == "block.unknown_device" for _, code in ledger.refused):
            if refresh is None:
                raise OfficeError("block.unknown_device", series=series, year=year)
            directory = refresh()
            ledger = read_ledger(exchange, entity, series, year, directory)
        first = max(ledger.highest, floor) + 1
        block = NumberBlock(series, year, ledger.next_ordinal, first, first + size - 1, key.id)
        jws = seal_payload(canonical(block_payload(block, entity, now)), key, BLOCK)
        if exchange.put_if_absent(block_key(entity, series, year, block.ordinal), jws.encode("ascii")):
            return block
    raise OfficeError("block.crowded", series=series, year=year)


def read_ledger(exchange: ObjectStore, entity: str, series: str, year: int, directory: Directory) -> Ledger:
    """Every block of a series and year, checked: signed by a device of the entity that was valid then, in order, not overlapping."""
    blocks: list[NumberBlock] = []
    refused: list[tuple[str, str]] = []
    there: set[int] = set()
    for ordinal, key in _keys(exchange, entity, series, year):
        there.add(ordinal)
        try:
            block = _read(exchange.get(key), entity, directory)
            if (block.series, block.year, block.ordinal) != (series, year, ordinal):
                raise OfficeError("block.misplaced", key=key)
            if block.first <= max((item.last for item in blocks), default=0):
                raise OfficeError("block.overlaps", key=key)
        except OfficeError as error:
            if error.code in ("storage.unreachable", "storage.denied"):
                raise
            refused.append((key, error.code))
            continue
        blocks.append(block)
    free = max((block.ordinal for block in blocks), default=0) + 1
    while free in there:  # squatted: whatever lies there counts for nothing and stops nobody
        free += 1
    return Ledger(tuple(blocks), tuple(refused), free)


def _keys(exchange: ObjectStore, entity: str, series: str, year: int) -> Iterator[tuple[int, str]]:
    prefix = block_prefix(entity, series, year)
    for entry in exchange.list(prefix):
        ordinal = read_block_ordinal(entry.key.removeprefix(prefix))
        if ordinal is not None:
            yield ordinal, entry.key


def _read(data: bytes, entity: str, directory: Directory) -> NumberBlock:
    envelope = take_apart(data, BLOCK)
    device = next((item for item in directory.devices if item.id == envelope.kid), None)
    if device is None:
        raise OfficeError("block.unknown_device", device=envelope.kid)
    require_signature(envelope, device.verify_key)
    block, of_entity, at = _from_payload(read_canonical(envelope.payload))
    if of_entity != entity or block.device != device.id:
        raise OfficeError("block.misplaced", device=device.id)
    if not _valid(device, at):
        raise OfficeError("block.device_not_valid", device=device.id)
    return block


def _valid(device: Device, at: datetime) -> bool:
    ended = device.revoked_at is not None and at >= device.revoked_at
    return bool(device.enrolments) and at < device.valid_until and not ended


def heads_ahead(
    exchange: ObjectStore, store: DeskStore, entity: str, units: Iterable[str], device: str
) -> dict[str, str]:
    """Where the exchange tells of more deliveries by this device than its own store: any makes the store an old copy.

    As settings, to be kept in the act that draws the consequence: the hint that tells so is not signed, and each height of it counts
    once, so that a forged one costs one block and no more. ``units`` are all whose mailboxes the desk reads, those that ended too.
    """
    ahead: dict[str, str] = {}
    for unit in units:
        told = read_head(exchange, head_key(entity, unit, device))
        name = f"{_HEAD}:{unit}"
        if told > max(store.delivery_seq(device, unit), int(store.setting(name) or 0)):
            ahead[name] = str(told)
    return ahead


def block_payload(block: NumberBlock, entity: str, now: datetime) -> dict[str, Json]:
    """The JSON object that is canonicalised and signed."""
    return {
        "v": FORMAT,
        "entity": entity,
        "series": block.series,
        "year": block.year,
        "ordinal": block.ordinal,
        "first": block.first,
        "last": block.last,
        "device": block.device,
        "time": now.isoformat(timespec="seconds"),
    }


def _from_payload(value: Json) -> tuple[NumberBlock, str, datetime]:
    try:
        numbers = [value[name] for name in ("year", "ordinal", "first", "last")]
        at = datetime.fromisoformat(value["time"])
        if value["v"] != FORMAT or at.tzinfo is None or not all(isinstance(n, int) for n in numbers):
            raise ValueError("form")
        year, ordinal, first, last = numbers
        if last - first >= MAX_SIZE:
            raise ValueError("size")
        return (
            NumberBlock(str(value["series"]), year, ordinal, first, last, str(value["device"])),
            str(value["entity"]),
            at,
        )
    except (KeyError, TypeError, ValueError, OfficeError) as error:
        raise OfficeError("block.malformed", reason=type(error).__name__) from error
