"""The directory, fetched anew and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.records.people import Directory
from desktop.sync.directory import latest

from .desk import Desk

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore


def refresh_directory(desk: Desk, exchange: ObjectStore) -> Directory:
    """The newest version there is; the desk works with it from now on. Raises ``directory.*``, ``storage.unreachable``."""
    desk.directory = latest(exchange, desk.directory.entity.id, desk.pins, store=desk.store)
    return desk.directory
