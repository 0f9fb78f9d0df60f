"""A new admission for a desk that is open: it works under its new key before it may act again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop.sync.device import choose_vault, load_key

from . import copies, pouch_join, rejoin
from .readmission import Standing
from .settings import load_settings

if TYPE_CHECKING:
    from desktop.sync.device import DeviceKey

    from .desk import Desk


def standing(desk: Desk) -> Standing:
    """What can be done about the admission of this desk."""
    if copies.state(desk) is not copies.CopyState.NONE:
        return Standing.COPY
    if copies.is_admitted(desk):
        return Standing.NONE
    return Standing.ON_STICK if desk.store.setting(rejoin.REQUESTS) else Standing.BY_LINE


def ask(desk: Desk, *, pin: object, stick: Path | None = None) -> rejoin.Left:
    """Have its officials sign for a new key; the request goes on the stick, into the exchange without one.

    No exchange of this desk may run meanwhile. Acts are refused until the request lies there; the first one after is signed by the new
    key. Raises what ``pouch_join.ask_anew`` and ``rejoin.ask_anew`` raise: then the desk goes on with the key that it had, as a copy.
    """

    def begin(key: DeviceKey) -> str:
        desk.key = key
        return ""

    try:
        if stick is None:
            rejoin.ask_anew(desk.home, pin=pin, exchange=desk.exchange(), carry=begin)
        else:
            pouch_join.ask_anew(desk.home, stick, pin=pin, begun=begin)
    finally:
        settings = load_settings(desk.home)
        desk.key = load_key(choose_vault(desk.home), settings.device)
        desk.unit_id = desk.directory.unit_at(settings.device, settings.unit)
        desk.newest = False
    return rejoin.left(desk.home)
