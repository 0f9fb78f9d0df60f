"""El sobre: what a desk hands to somebody who travels, and what comes back the same way (docs/formats/exchange.md, "Pouch")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import Cancelled, OfficeError
from desktop.storage.opening import open_storage
from desktop.store import pouches
from desktop.sync.directory import read_directory
from desktop.sync.envelopes import digest_of
from desktop.sync.keys import blob_key, directory_key, read_ack, read_pouch_letter
from desktop.sync.pieces import LARGE, NEVER, Pause, put_pieces
from desktop.sync.pouch import (
    Bundle,
    FoundBundle,
    Manifest,
    Sealed,
    find_bundles,
    folder_name,
    is_object,
    is_request,
    needs_key,
    pack_needs,
    read_bundle,
)

from .desk import Desk, Progress, no_progress
from .late_news import tell_late
from .pouch_letters import ciphers_of, own_acks, seal_waiting, settle_acks, take_ack, take_directory, take_letters
from .pouch_log import keep_prepared
from .settling import settle

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.sync.push import Problem

_NUMBER = "pouch-number"
_PASSED = ("pouch.", "mail.", "envelope.", "storage.not_found", "letter.")


@dataclass(frozen=True, slots=True)
class PouchWritten:
    """A finished pouch: its ``number``, how many ``objects`` of how many ``bytes``, for which units (ids), and what was left out.

    Where it is for some units only, the own unit's copies that go along are counted in ``objects`` and not in ``letters``.
    """

    number: int
    folder: str
    objects: int
    bytes: int
    letters: int
    for_units: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PouchRead:
    """What a stick brought here: new ``events`` and ``blobs``; ``acks`` counts what is known to have arrived because of it."""

    pouches: int
    events: int
    blobs: int
    acks: int
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PouchStatus:
    """``waiting`` deliveries are not known to have arrived; ``aloft`` of them are on a stick. By unit (id): how many letters."""

    waiting: int
    aloft: int
    by_unit: tuple[tuple[str, int], ...]


def open_stick(path: Path) -> ObjectStore:
    """The stick at ``path``. Raises ``pouch.no_stick`` where there is no such folder."""
    if not path.is_dir():
        raise OfficeError("pouch.no_stick", path=str(path))
    return open_storage(f"folder:{path}")


def write(
    desk: Desk,
    path: Path,
    *,
    to: Sequence[str] = (),
    progress: Progress = no_progress,
    pause: Pause = NEVER,
) -> PouchWritten:
    """Write a pouch with all that is not acknowledged, for those units (ids) or for everybody.

    What units of a slip were not told of is handed on first: a PC without a line does so nowhere else.
    The own unit's copy of each act goes along in any case: from there a desk is rebuilt. One without letters still fetches: whoever
    relays it fills it for this desk. What an interrupted writing left on the stick is used. Raises ``pouch.no_stick``, storage's
    codes, and ``Cancelled`` where a pause was asked for; the stick then holds no new pouch, and nothing is forgotten here.
    """
    stick = open_stick(path)
    for unit in to:
        desk.directory.unit(unit)
    own = desk.directory.mailboxes_of(desk.unit_id)
    problems = [*tell_late(desk, stick), *seal_waiting(desk, (*to, *own) if to else ())]
    asked = [one for one in pouches.open_letters(desk.store) if not to or one.unit in to]
    letters = asked + _own_copies(desk, asked, own)
    acks = own_acks(desk)
    folder, number = next_folder(desk, stick)
    bundle = Bundle(stick, folder)
    ciphers = dict.fromkeys(one for letter in letters for one in ciphers_of(desk.store.event(letter.event)))
    total = len(ciphers) + len(letters)
    for done, cipher in enumerate(ciphers, 1):
        _put_cipher(desk, bundle, cipher)
        progress(done, total)
        if pause.requested():
            raise Cancelled
    for done, letter in enumerate(letters, 1 + len(ciphers)):
        put_letter(desk, bundle, letter)
        progress(done, total)
    for key, jws in acks:
        bundle.put_if_absent(key, jws)
    units = tuple(dict.fromkeys(one.unit for one in asked))
    written = finish(desk, bundle, folder, number, units)
    with desk.store.act() as act:
        pouches.mark_written(act, [one.key for one in letters], number, desk.clock())
        keep_prepared(desk, act, number, letters)
    if not to:
        _drop_older(stick, path, desk.key.id, number)
    return PouchWritten(*written, len(asked), units, tuple(problems))


def _own_copies(desk: Desk, letters: Sequence[pouches.PouchLetter], own: Sequence[str]) -> list[pouches.PouchLetter]:
    """What the own unit gets of those letters' acts, where it is not among them: nobody is to know of an act that it cannot find again."""
    events, there = {one.event for one in letters}, {one.key for one in letters}
    return [
        one
        for one in pouches.open_letters(desk.store)
        if one.unit in own and one.event in events and one.key not in there
    ]


def next_folder(desk: Desk, stick: ObjectStore) -> tuple[str, int]:
    """An unfinished pouch of this desk on the stick, else a new one: (folder, number)."""
    for found in find_bundles(stick):
        if found.device == desk.key.id and not found.finished:
            return found.folder, found.number
    number = int(desk.store.setting(_NUMBER) or "0") + 1
    desk.store.set_setting(_NUMBER, str(number))
    return folder_name(desk.key.id, number), number


def _drop_older(stick: ObjectStore, path: Path, device: str, number: int) -> None:
    """What this desk's earlier pouches hold is in the one just finished, or arrived. Only files of a pouch are removed."""
    for found in find_bundles(stick):
        if found.device == device and found.number < number:
            folder = path / found.folder
            named = [folder / "manifest.jws", *(one for one in (folder / "objects").glob("*") if is_object(one.name))]
            with suppress(OSError):
                for one in named:
                    one.unlink(missing_ok=True)
                (folder / "objects").rmdir()
                folder.rmdir()


def put_letter(desk: Desk, bundle: ObjectStore, letter: pouches.PouchLetter) -> None:
    """A letter and the list of what goes with it."""
    found = read_pouch_letter(letter.key)
    if found is None:
        return
    needs = ciphers_of(desk.store.event(letter.event))
    if needs:
        bundle.put_if_absent(needs_key(letter.key), pack_needs(needs))
    bundle.put_if_absent(letter.key, desk.store.get_bytes(found.digest))


def _put_cipher(desk: Desk, bundle: Bundle, cipher: str) -> None:
    """A ciphertext of this desk's; one that it does not hold any more travelled before, by the line."""
    if not desk.store.has_bytes(cipher):
        return
    path = desk.store.path_of(cipher)
    if path.stat().st_size > LARGE:
        put_pieces(bundle, cipher, path)
    else:
        bundle.put_if_absent(blob_key(cipher), desk.store.get_bytes(cipher))


def finish(desk: Desk, bundle: Bundle, folder: str, number: int, units: tuple[str, ...]) -> tuple[int, str, int, int]:
    """Add the directory and sign: (number, folder, objects, bytes)."""
    entity, carried = desk.directory.entity.id, 0
    kept = desk.store.directory()
    if kept is not None:
        read_directory(kept[1], desk.pins)
        carried, data = kept[0], kept[1].encode("ascii")
        bundle.put_if_absent(directory_key(entity, carried, digest_of(kept[1])), data)
    items = bundle.items
    bundle.finish(Manifest(entity, desk.key.id, desk.unit_id, number, units, carried, items), desk.key)
    return number, folder, len(items), sum(item.size for item in items)


def read(desk: Desk, path: Path, *, progress: Progress = no_progress) -> PouchRead:
    """Bring in everything on the stick that is for this desk. May be done again at any time, in any order.

    What cannot be believed is told and left there; the rest goes on. Raises ``pouch.no_stick``, ``pouch.none`` where no pouch lies
    there, and what a pull raises.
    """
    stick = open_stick(path)
    found = find_bundles(stick)
    if not found:
        raise OfficeError("pouch.none", path=str(path))
    problems: list[Problem] = []
    count = events = blobs = 0
    for sealed, bundle in known_bundles(desk, stick, found, problems):
        count += 1
        for key in [item.key for item in bundle.items if read_ack(item.key) is not None]:
            with telling(problems):
                take_ack(desk, bundle.get(key))
        taken = take_letters(desk, bundle, tell_gaps=True, progress=progress)
        events, blobs = events + taken.events, blobs + taken.blobs
        problems += taken.problems
        manifest = sealed.manifest
        if not taken.letters and manifest.units and manifest.device != desk.key.id:
            names = ", ".join(_names(desk, manifest.units))
            problems.append(
                ("pouch.not_for_us", {"folder": folder_name(manifest.device, manifest.number), "units": names})
            )
    acks = settle_acks(desk)
    settle(desk)
    return PouchRead(count, events, blobs, acks, tuple(problems))


def known_bundles(
    desk: Desk, stick: ObjectStore, found: Sequence[FoundBundle], problems: list[Problem]
) -> Iterator[tuple[Sealed, Bundle]]:
    """Those of the entity that a known device signed; a newer directory on one of them counts first. Others are told."""
    opened: list[tuple[Sealed, Bundle]] = []
    for one in found:
        if not one.finished:
            problems.append(("pouch.unfinished", {"folder": one.folder}))
            continue
        with telling(problems):
            opened.append(read_bundle(stick, one.folder))
    for sealed, bundle in opened:
        if sealed.manifest.directory > desk.directory.number and sealed.manifest.entity == desk.directory.entity.id:
            problems += take_directory(desk, bundle)
    for sealed, bundle in opened:
        told: list[Problem] = []
        with telling(told):
            sealed.require_known(desk.directory)
        if not told:
            yield sealed, bundle
        elif told[0][0] != "pouch.unknown_device" or not _only_asks(bundle, desk.directory.entity.id):
            problems += told


def status(desk: Desk) -> PouchStatus:
    """What is on its way."""
    letters = pouches.open_letters(desk.store)
    units = dict.fromkeys(one.unit for one in letters)
    counted = tuple((unit, sum(one.unit == unit for one in letters)) for unit in units)
    return PouchStatus(len(pouches.waiting_mail(desk.store)), sum(one.number > 0 for one in letters), counted)


@contextmanager
def telling(problems: list[Problem]) -> Iterator[None]:
    """What one damaged object says is told and the rest goes on; what the disk says is raised."""
    try:
        yield
    except OfficeError as error:
        if not error.code.startswith(_PASSED):
            raise
        problems.append((error.code, error.facts))


def _only_asks(bundle: Bundle, entity: str) -> bool:
    """The pouch of a PC that asks for admission: nobody knows it yet, and that is right."""
    return bool(bundle.items) and all(is_request(item.key, entity) for item in bundle.items)


def _names(desk: Desk, units: Sequence[str]) -> list[str]:
    known = {unit.id: unit.name for unit in desk.directory.units}
    return [known.get(unit, unit) for unit in units]
