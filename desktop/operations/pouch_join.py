"""Joining without a line, and being admitted anew: the request goes out on a stick, the directory that admits the desk comes back on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.storage.protocol import Entry
from desktop.store import own_line
from desktop.store.desk import DeskStore
from desktop.sync.device import choose_vault
from desktop.sync.directory import DirectoryPins, kept_directory
from desktop.sync.envelopes import digest_of
from desktop.sync.keys import directory_key
from desktop.sync.pouch import Bundle, Manifest, find_bundles, folder_name, is_request, read_bundle

from . import rejoin
from .join import ask_admission, enter
from .pouch import open_stick, telling
from .settings import load_settings

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.sync.device import DeviceKey


class StickExchange:
    """The directories on a stick as an exchange, and ``known`` ones by key; what is put into it is kept for the pouch that goes back.

    Nobody's word on the stick is taken: a directory counts by the key of the invitation alone.
    """

    def __init__(self, stick: ObjectStore, known: Mapping[str, bytes] | None = None) -> None:
        self._url = stick.url
        self._known = dict(known or {})
        self._where: dict[str, Bundle] = {}
        self.put_here: dict[str, bytes] = {}
        for found in find_bundles(stick):
            if found.finished:
                self._add(stick, found.folder)

    def _add(self, stick: ObjectStore, folder: str) -> None:
        with telling([]):
            _, bundle = read_bundle(stick, folder)
            self._where |= {item.key: bundle for item in bundle.items if item.key.startswith("directory/")}

    @property
    def url(self) -> str:
        """Where it lies."""
        return self._url

    def get(self, key: str) -> bytes:
        """The bytes. Raises ``storage.not_found``, ``mail.damaged``."""
        if key in self._known:
            return self._known[key]
        if key in self._where:
            return self._where[key].get(key)
        raise OfficeError("storage.not_found", url=self._url, key=key)

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """The bytes; nothing is exchanged here."""
        return self.get(key), ""

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Keep it for the pouch."""
        self.put_here[key] = data
        return True

    def put(self, key: str, data: bytes) -> None:
        """Keep it for the pouch."""
        self.put_here[key] = data

    def put_if_match(self, key: str, data: bytes, tag: str) -> bool:
        """Nothing is exchanged here."""
        del key, data, tag
        return False

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        """Entries in the order of their keys."""
        for key in sorted({*self._where, *self._known}):
            if key.startswith(prefix) and key > after:
                yield Entry(key, 1)

    def head(self, key: str) -> Entry | None:
        """The entry, or None."""
        return Entry(key, 1) if key in self._where or key in self._known else None

    def close(self) -> None:
        """Nothing to give back."""


def ask(
    home: Path,
    invitation: Path,
    path: Path,
    *,
    unit: str,
    people: Sequence[tuple[str, str | None]],
    modules: Sequence[str] = (),
    timestamp_url: str = "",
    pin: object = None,
) -> str:
    """Make ``home`` a desk by the directory on the stick, and leave the request there; returns the device's id.

    Raises ``pouch.no_stick``, ``directory.none`` where no pouch on it carries the directory, storage's codes, and what
    ``ask_admission`` raises.
    """
    stick = open_stick(path)
    exchange = StickExchange(stick)
    device = ask_admission(
        home,
        invitation,
        unit=unit,
        people=people,
        modules=modules,
        timestamp_url=timestamp_url,
        pin=pin,
        exchange=exchange,
    )
    _leave(stick, load_settings(home).entity, unit, choose_vault(home).load(device), exchange.put_here)
    return device


def ask_anew(home: Path, path: Path, *, pin: object, begun: Callable[[DeviceKey], object] | None = None) -> str:
    """A new admission for a copy without a line: its officials sign, the request is left on the stick; returns the device's id.

    Nothing here changes before it lies there. Asked again before the answer has come, the same request is left once more and no token
    is asked: a stick may be lost. ``begun`` is told the new key when the request lies there. Raises ``pouch.no_stick``,
    ``pouch.foreign_entity``, storage's codes, and what ``rejoin.ask_anew`` raises.
    """
    stick, settings = open_stick(path), load_settings(home)
    entity, unit = settings.entity, settings.unit
    _require_ours(stick, entity)
    with DeskStore.open(home, now=datetime.now(UTC)) as store:
        directory = kept_directory(store, DirectoryPins(settings.admin_key, settings.least_directory))
        kept, is_copy = store.directory(), bool(store.setting(own_line.COPY))
        asked = json.loads(store.setting(rejoin.REQUESTS) or "{}")
    if directory is None or kept is None:
        raise OfficeError("desk.not_admitted", home=str(home))
    waits = bool(asked) and settings.device not in {device.id for device in directory.devices}
    exchange = StickExchange(stick, {directory_key(entity, kept[0], digest_of(kept[1])): kept[1].encode("ascii")})

    def carry(key: DeviceKey) -> str:
        _leave(stick, entity, unit, key, exchange.put_here)
        if begun is not None:
            begun(key)
        return json.dumps({name: data.decode("ascii") for name, data in exchange.put_here.items()})

    device = rejoin.ask_anew(home, pin=pin, exchange=exchange, carry=carry) if is_copy or not waits else settings.device
    if waits:
        requests = {name: text.encode("ascii") for name, text in asked.items()}
        _leave(stick, entity, unit, choose_vault(home).load(device), requests)
    return device


def enter_by_pouch(home: Path, path: Path) -> int:
    """Take the directory from the stick; its number.

    Raises ``pouch.no_stick``, ``pouch.none``, ``pouch.unfinished``, ``pouch.foreign_entity``, ``pouch.no_directory``,
    ``pouch.not_admitted`` where it does not name this desk, ``desk.other_key``, ``directory.*``.
    """
    stick = open_stick(path)
    found = find_bundles(stick)
    if not found:
        raise OfficeError("pouch.none", path=str(path))
    if not any(one.finished for one in found):
        raise OfficeError("pouch.unfinished", folder=found[0].folder)
    _require_ours(stick, load_settings(home).entity)
    try:
        return enter(home, exchange=StickExchange(stick))
    except OfficeError as error:
        if error.code == "desk.not_admitted":
            raise OfficeError("pouch.not_admitted", path=str(path)) from error
        if error.code == "directory.none":
            raise OfficeError("pouch.no_directory", path=str(path)) from error
        raise


def _leave(stick: ObjectStore, entity: str, unit: str, key: DeviceKey, requests: Mapping[str, bytes]) -> None:
    """The pouch of a PC that nobody knows yet: its requests, signed by its own key."""
    bundle = Bundle(stick, folder_name(key.id, 0))
    for name, data in requests.items():
        if is_request(name, entity):
            bundle.put_if_absent(name, data)
    bundle.finish(Manifest(entity, key.id, unit, 0, (), 0, bundle.items), key)


def _require_ours(stick: ObjectStore, entity: str) -> None:
    """Raises ``pouch.foreign_entity`` where there are pouches, and all are of others."""
    foreign = ""
    for one in (each for each in find_bundles(stick) if each.finished):
        manifest = None
        with telling([]):  # what is damaged brings nothing
            manifest = read_bundle(stick, one.folder)[0].manifest
        if manifest is None or manifest.entity == entity:
            return
        foreign = manifest.device
    if foreign:
        raise OfficeError("pouch.foreign_entity", device=foreign)
