"""Number blocks: never two devices with one number, whoever writes into the folder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.records.cite import NumberBlock
from desktop.records.errors import OfficeError
from desktop.records.people import Directory
from desktop.storage.protocol import ObjectStore
from desktop.sync import envelopes
from desktop.sync.blocks import read_ledger, take_block
from desktop.sync.device import DeviceKey
from desktop.sync.keys import block_key
from tests.desktop.sync.office import ENTITY, NOW, Office, device_of

SERIES = "01HZSERIES"


@pytest.fixture
def take(exchange: ObjectStore, office: Office) -> Callable[..., NumberBlock]:
    def take_one(key: DeviceKey, size: int = 50, **more: object) -> NumberBlock:
        kept: dict[str, object] = {"directory": office.directory, "now": NOW, **more}
        return take_block(exchange, ENTITY, SERIES, 2026, key, size=size, **kept)  # type: ignore[arg-type]

    return take_one


def ledger(exchange: ObjectStore, office: Office) -> tuple[list[tuple[int, int, int, str]], list[str]]:
    found = read_ledger(exchange, ENTITY, SERIES, 2026, office.directory)
    return [(b.ordinal, b.first, b.last, b.device) for b in found.blocks], [code for _, code in found.refused]


def forge(key: DeviceKey, **changes: object) -> bytes:
    payload = {
        "v": 1,
        "entity": ENTITY,
        "series": SERIES,
        "year": 2026,
        "ordinal": 1,
        "first": 1,
        "last": 50,
        "device": key.id,
        "time": NOW.isoformat(timespec="seconds"),
        **changes,
    }
    return envelopes.seal_payload(envelopes.canonical(payload), key, envelopes.BLOCK).encode()


def test_blocks_follow_one_another(take: Callable[..., NumberBlock], office: Office, exchange: ObjectStore) -> None:
    taken = [take(office.key_a), take(office.key_b, 10), take(office.key_a)]
    assert [(b.ordinal, b.first, b.last) for b in taken] == [(1, 1, 50), (2, 51, 60), (3, 61, 110)]
    assert ledger(exchange, office) == ([(1, 1, 50, "device-a"), (2, 51, 60, "device-b"), (3, 61, 110, "device-a")], [])


def test_devices_that_race_never_share_a_number(
    exchange: ObjectStore, office: Office, take: Callable[..., NumberBlock]
) -> None:
    taken: list[NumberBlock] = []

    def work(key: DeviceKey) -> None:
        for _ in range(8):
            taken.append(take(key, 7))  # noqa: PERF401

    threads = [threading.Thread(target=work, args=(key,)) for key in (office.key_a, office.key_b)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [number for block in taken for number in range(block.first, block.last + 1)]
    assert sorted(numbers) == list(range(1, 16 * 7 + 1))


def test_a_squatted_key_stops_nobody_and_takes_nothing(
    exchange: ObjectStore, office: Office, take: Callable[..., NumberBlock]
) -> None:
    exchange.put_if_absent(block_key(ENTITY, SERIES, 2026, 1), b"mio")
    exchange.put_if_absent(block_key(ENTITY, SERIES, 2026, 999999), b"mio")
    exchange.put(f"blocks/{ENTITY}/{SERIES}/2026/LEEME.txt", b"hola")
    block = take(office.key_a)
    assert (block.ordinal, block.first, block.last) == (2, 1, 50)


@pytest.mark.parametrize(
    ("forged", "code"),
    [
        (lambda o: forge(replace(o.key_b, id="device-a")), "envelope.bad_signature"),
        (lambda o: forge(o.key_b, device="device-a"), "block.misplaced"),
        (lambda o: forge(o.key_b, series="other"), "block.misplaced"),
        (lambda o: forge(o.key_b, ordinal=2), "block.misplaced"),
        (lambda o: forge(o.key_b, entity="other"), "block.misplaced"),
        (lambda o: forge(o.key_b, last=1_000_000), "block.malformed"),
        (lambda o: forge(o.key_b, first=0), "block.malformed"),
        (lambda o: forge(o.key_b, time=(NOW + timedelta(days=999)).isoformat()), "block.device_not_valid"),
    ],
)
def test_forged_blocks_count_for_nothing(
    exchange: ObjectStore,
    office: Office,
    take: Callable[..., NumberBlock],
    forged: Callable[[Office], bytes],
    code: str,
) -> None:
    exchange.put_if_absent(block_key(ENTITY, SERIES, 2026, 1), forged(office))
    assert ledger(exchange, office) == ([], [code])
    block = take(office.key_a)
    assert (block.ordinal, block.first) == (2, 1)


def test_a_revoked_device_takes_none(
    exchange: ObjectStore, office: Office, change_device: Callable[..., Directory]
) -> None:
    revoked = change_device(office.directory, "device-b", revoked_at=NOW)
    exchange.put_if_absent(block_key(ENTITY, SERIES, 2026, 1), forge(office.key_b))
    assert read_ledger(exchange, ENTITY, SERIES, 2026, revoked).refused[0][1] == "block.device_not_valid"


def test_overlapping_blocks_are_refused(
    exchange: ObjectStore, office: Office, take: Callable[..., NumberBlock]
) -> None:
    take(office.key_a)
    exchange.put_if_absent(block_key(ENTITY, SERIES, 2026, 2), forge(office.key_b, ordinal=2, first=50, last=99))
    assert ledger(exchange, office)[1] == ["block.overlaps"]
    assert take(office.key_a).first == 51


def test_a_device_not_heard_of_yet_is_asked_about_before_its_numbers_are_given_away(
    exchange: ObjectStore, office: Office, take: Callable[..., NumberBlock]
) -> None:
    new = DeviceKey.generate("device-new")
    newer = replace(office.directory, devices=(*office.directory.devices, device_of(new, "unit-b", ("pedro",))))
    take(new, directory=newer)
    with pytest.raises(OfficeError, match=r"block\.unknown_device"):
        take(office.key_a)
    assert take(office.key_a, refresh=lambda: newer).first == 51


def test_a_stranger_does_not_stop_a_desk_that_can_ask(
    exchange: ObjectStore, office: Office, take: Callable[..., NumberBlock]
) -> None:
    exchange.put_if_absent(block_key(ENTITY, SERIES, 2026, 1), forge(DeviceKey.generate("stranger")))
    assert take(office.key_a, refresh=lambda: office.directory).first == 1


def test_numbers_known_to_be_used_are_not_taken_again_when_a_block_vanishes(
    take: Callable[..., NumberBlock], office: Office
) -> None:
    assert take(office.key_a, floor=120).first == 121


def test_sizes(take: Callable[..., NumberBlock], office: Office) -> None:
    for size in (0, 1001):
        with pytest.raises(OfficeError, match=r"block\.bad_size"):
            take(office.key_a, size)
