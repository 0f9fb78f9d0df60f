"""What the own credentials may and must not do in the exchange, tried (docs/formats/permissions.md).

Left behind: one object per device under ``blobs/``, in a form that no reader takes for a blob, and the device's own hint, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desktop.records.errors import OfficeError
from desktop.storage.protocol import LockingStore, ObjectStore
from desktop.sync.keys import head_key


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing tried: ``code`` names it among the words, ``good`` whether the exchange did what it should."""

    code: str
    good: bool


def check_exchange(exchange: ObjectStore, entity: str, unit: str, device: str, other: str) -> tuple[Probe, ...]:
    """Try it. ``other`` is a unit that is not one's own; without one (empty) what concerns others' mailboxes is left out.

    Raises ``exchange.unversioned`` for a folder and a bucket that keeps no versions: what is written over would be lost. And
    ``storage.*`` where the exchange cannot be reached or its probe not be written.
    """
    probe = f"blobs/check-{device}"
    if not isinstance(exchange, LockingStore):
        raise OfficeError("exchange.unversioned", url=exchange.url)
    for text in (b"1", b"2"):
        exchange.put(probe, text)
    kept = [one for one in exchange.versions(probe) if one.key == probe and not one.marker]
    if len(kept) < 2:
        raise OfficeError("exchange.unversioned", url=exchange.url)
    store = exchange
    found = [
        Probe("exchange.keeps_versions", good=True),
        Probe("exchange.no_marker", good=not _may(lambda: store.hide(probe))),
        Probe("exchange.no_deletion", good=not store.purge_version(probe, kept[-1].version)),
        Probe("exchange.own_is_read", good=_may(lambda: list(store.list(f"units/{entity}/{unit}/heads/")))),
    ]
    if other:
        foreign = f"units/{entity}/{other}/"
        found.append(Probe("exchange.others_shut", good=not _may(lambda: next(store.list(foreign), None))))
        found.append(Probe("exchange.others_written", good=_may(lambda: _write_hint(store, entity, other, device))))
    return tuple(found)


def _may(ask: Callable[[], object]) -> bool:
    """Whether it is let through; only a refusal counts as none."""
    try:
        ask()
    except OfficeError as error:
        if error.code != "storage.denied":
            raise
        return False
    return True


def _write_hint(exchange: ObjectStore, entity: str, other: str, device: str) -> None:
    """The own hint in the other's mailbox, as it is; one that says nothing where there is none."""
    key = head_key(entity, other, device)
    if not exchange.put_if_absent(key, b"0"):
        data, tag = exchange.get_tagged(key)
        exchange.put_if_match(key, data, tag)
