"""Whoever has a line carries for whoever has none: letters go on unopened, and the stick goes back with what waits there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.store import pouches
from desktop.sync.acks import Acked, peek_ack
from desktop.sync.keys import (
    Ack,
    acks_prefix,
    blob_key,
    piece_prefix,
    pieces_key,
    pouch_prefix,
    read_ack,
    read_blob_key,
    read_directory_key,
    read_piece_key,
    read_pieces_key,
    read_pouch_letter,
)
from desktop.sync.pouch import Bundle, Manifest, find_bundles, is_request, needs_key, read_bundle, read_needs

from .desk import Desk, Progress, no_progress
from .directory import refresh_directory
from .pouch import finish, known_bundles, next_folder, open_stick, put_letter, telling
from .pouch_letters import ciphers_of, own_acks, seal_waiting, settle_acks, take_ack, take_letters

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.sync.push import Problem


@dataclass(frozen=True, slots=True)
class _Sender:
    """A device that asks on a stick; ``seen`` is by unit what its newest pouch there acknowledges.

    That may be less than what the exchange keeps of it, where an older program acknowledged letters without their files.
    """

    unit: str
    number: int
    seen: Mapping[str, Mapping[str, int]]
    lacks: tuple[str, ...]
    writers: frozenset[str]  # itself, and what it was before a new admission: whose letters are in its pouch


@dataclass(frozen=True, slots=True)
class PouchRelayed:
    """``put`` objects went from the stick into the exchange, ``fetched`` came onto the stick for who had sent it."""

    put: int
    fetched: int
    folders: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def relay(desk: Desk, path: Path, *, progress: Progress = no_progress) -> PouchRelayed:
    """Carry what is on the stick into the exchange, unopened, and put onto it what waits for its senders.

    Raises ``pouch.no_stick``, ``pouch.none``, ``storage.unreachable`` with nothing lost: everything may be done again.
    """
    stick = open_stick(path)
    exchange = desk.exchange()
    refresh_directory(desk, exchange)
    found = find_bundles(stick)
    if not found:
        raise OfficeError("pouch.none", path=str(path))
    problems: list[Problem] = []
    put, asked = _carry_requests(desk, stick, exchange, problems)
    senders: dict[str, _Sender] = {}
    for sealed, bundle in known_bundles(desk, stick, found, problems):
        if sealed.manifest.device != desk.key.id:
            put += _carry(bundle, exchange, sealed.manifest, problems, progress)
            before = senders.get(sealed.manifest.device)
            if before is None or before.number < sealed.manifest.number:
                senders[sealed.manifest.device] = _sender(bundle, sealed.manifest)
    fetched, folders = 0, []
    if senders or asked:
        count, folder = _fill(desk, stick, exchange, senders, progress)
        fetched, folders = count, [folder] if folder else []
    return PouchRelayed(put, fetched, tuple(folders), tuple(problems))


def _carry(
    bundle: Bundle, exchange: ObjectStore, manifest: Manifest, problems: list[Problem], progress: Progress
) -> int:
    """Blobs before the letters that need them, the sender's own unit's letters before all others; acknowledgements only where they say
    more than what lies there.

    A letter of which a file is damaged on the stick waits for the next one: none lies in the exchange before its files.
    """
    count = 0
    damaged: set[str] = set()
    items = sorted(bundle.items, key=lambda item: (_turn(item.key, manifest.unit), item.key))
    for done, item in enumerate(items, 1):
        progress(done, len(items))
        if damaged and read_pouch_letter(item.key) is not None and damaged & set(_needs(bundle, item.key)):
            continue
        told = len(problems)
        with telling(problems):
            if read_ack(item.key) is not None:
                count += _carry_ack(bundle.get(item.key), item.key, exchange)
            elif read_directory_key(item.key) is None and not is_request(item.key, manifest.entity):
                count += exchange.put_if_absent(item.key, bundle.get(item.key))
        if len(problems) > told:
            damaged |= _cipher_of(item.key)
    return count


def _cipher_of(key: str) -> set[str]:
    """The ciphertext that an object is, or is a part of."""
    piece = read_piece_key(key)
    found = piece.cipher if piece is not None else read_blob_key(key) or read_pieces_key(key)
    return {found} if found else set()


def _needs(source: ObjectStore, letter_key: str) -> list[str]:
    """The ciphertexts that go with a letter, as far as ``source`` tells."""
    try:
        return read_needs(source.get(needs_key(letter_key)))
    except OfficeError as error:
        if error.code not in {"storage.not_found", "mail.damaged"}:
            raise
        return []


def _turn(key: str, own_unit: str) -> int:
    if key.startswith("blobs/"):
        return 1 if key.endswith(".pieces") else 0
    letter = read_pouch_letter(key)
    if letter is None:
        return 2
    return 3 if letter.unit == own_unit else 4


def _carry_ack(jws: bytes, key: str, exchange: ObjectStore) -> int:
    """Overwritten where it has grown; whoever reads it checks who signed."""
    acked = peek_ack(jws)
    if Ack(acked.entity, acked.unit, acked.device).key != key:
        raise OfficeError("pouch.ack_refused", device=acked.device)
    if not _grows(_seen(exchange, key), acked.seen):
        return 0
    exchange.put(key, jws)
    return 1


def _seen(exchange: ObjectStore, key: str) -> Mapping[str, int]:
    acked = _said(exchange, key)
    return acked.seen if acked is not None else {}


def _said(source: ObjectStore, key: str) -> Acked | None:
    try:
        return peek_ack(source.get(key))
    except OfficeError as error:
        if error.code.startswith(("envelope.", "pouch.", "mail.", "storage.not_found")):
            return None
        raise


def _sender(bundle: Bundle, manifest: Manifest) -> _Sender:
    """Nobody but the device that signed the pouch is believed on what it lacks."""
    said: dict[str, Acked] = {}
    for item in bundle.items:
        found = read_ack(item.key)
        if found is not None and found.device == manifest.device and (acked := _said(bundle, item.key)) is not None:
            said[found.unit] = acked
    lacks = dict.fromkeys(cipher for acked in said.values() for cipher in acked.lacks)
    seen = {unit: acked.seen for unit, acked in said.items()}
    letters = (read_pouch_letter(item.key) for item in bundle.items)
    writers = frozenset({manifest.device, *(one.device for one in letters if one is not None)})
    return _Sender(manifest.unit, manifest.number, seen, tuple(lacks), writers)


def _grows(old: Mapping[str, int], new: Mapping[str, int]) -> bool:
    return any(seq > old.get(device, 0) for device, seq in new.items())


def _carry_requests(desk: Desk, stick: ObjectStore, exchange: ObjectStore, problems: list[Problem]) -> tuple[int, int]:
    """Requests for enrolment go on, (new ones, all), even from a PC that nobody knows yet: an official's token signed each of them."""
    count = asked = 0
    entity = desk.directory.entity.id
    for one in find_bundles(stick):
        if not one.finished:
            continue
        with telling([]):  # told where the others are read
            _, bundle = read_bundle(stick, one.folder)
            for key in [item.key for item in bundle.items if is_request(item.key, entity)]:
                damaged: list[Problem] = []
                with telling(damaged):
                    count += exchange.put_if_absent(key, bundle.get(key))
                    asked += 1
                problems += [("pouch.request_damaged", {"device": one.device}) for _ in damaged]
    return count, asked


def _fill(
    desk: Desk, stick: ObjectStore, exchange: ObjectStore, senders: Mapping[str, _Sender], progress: Progress
) -> tuple[int, str]:
    """One pouch of this desk for all who sent: letters above what each has acknowledged, their blobs, acknowledgements, directory."""
    entity = desk.directory.entity.id
    folder, number = next_folder(desk, stick)
    bundle = Bundle(stick, folder)
    boxes = {device: desk.directory.mailboxes_of(one.unit) for device, one in senders.items()}
    for unit in dict.fromkeys(box for found in boxes.values() for box in found):
        acks = [
            one.seen[unit] if unit in one.seen else _seen(exchange, Ack(entity, unit, device).key)
            for device, one in senders.items()
            if unit in boxes[device]
        ]
        _fill_unit(exchange, bundle, entity, unit, acks, progress)
    for cipher in dict.fromkeys(cipher for one in senders.values() for cipher in one.lacks):
        _fetch_cipher(exchange, bundle, cipher)
    writers = {device for one in senders.values() for device in one.writers}
    for known in desk.directory.units:
        for entry in exchange.list(acks_prefix(entity, known.id)):
            ack = read_ack(entry.key)
            if ack is not None and not writers.isdisjoint(_seen(exchange, entry.key)):
                bundle.put_if_absent(entry.key, exchange.get(entry.key))
    count = len(bundle.items)
    units = tuple(dict.fromkeys(letter.unit for one in bundle.items if (letter := read_pouch_letter(one.key))))
    finish(desk, bundle, folder, number, units)
    return count, folder


def _fill_unit(
    exchange: ObjectStore,
    bundle: Bundle,
    entity: str,
    unit: str,
    acks: Sequence[Mapping[str, int]],
    progress: Progress,
) -> None:
    waiting = list(exchange.list(pouch_prefix(entity, unit)))
    for done, entry in enumerate(waiting, 1):
        progress(done, len(waiting))
        letter = read_pouch_letter(entry.key)
        if letter is None or letter.seq <= min(seen.get(letter.device, 0) for seen in acks):
            continue
        try:
            needs = exchange.get(needs_key(entry.key))
            bundle.put_if_absent(needs_key(entry.key), needs)
        except OfficeError as error:
            if error.code != "storage.not_found":
                raise
            needs = b"[]"
        for cipher in read_needs(needs):
            _fetch_cipher(exchange, bundle, cipher)
        bundle.put_if_absent(entry.key, exchange.get(entry.key))


def _fetch_cipher(exchange: ObjectStore, bundle: Bundle, cipher: str) -> None:
    """However it lies there. One that is not there yet comes with a later pouch: its letter is not acknowledged until then."""
    for key in (blob_key(cipher), pieces_key(cipher)):
        try:
            data = exchange.get(key)
        except OfficeError as error:
            if error.code != "storage.not_found":
                raise
            continue
        for entry in exchange.list(piece_prefix(cipher)) if key == pieces_key(cipher) else ():
            bundle.put_if_absent(entry.key, exchange.get(entry.key))
        bundle.put_if_absent(key, data)
        return


def before_push(desk: Desk, exchange: ObjectStore) -> list[Problem]:
    """With a line: what goes to a unit that has none is sealed before the outbox forgets it, and laid ready once its files went."""
    without_line = desk.directory.without_line()
    if not without_line:
        return []
    return [*seal_waiting(desk, sorted(without_line)), *lay_ready(desk, exchange)]


def lay_ready(desk: Desk, exchange: ObjectStore) -> list[Problem]:
    """Lay the sealed letters for units without a line in the exchange, for whoever fills a stick: none before its files are there.

    Raises storage's codes; what is not laid then is at the next exchange.
    """
    without_line = desk.directory.without_line()
    letters = [one for one in pouches.open_letters(desk.store) if one.unit in without_line and one.number >= 0]
    if not letters:
        return []
    laid, unsent, posted = _laid(desk, exchange, letters), pouches.waiting_blobs(desk.store), []
    for letter in letters:
        if letter.key in laid:
            continue
        needs = {blob_key(cipher) for cipher in ciphers_of(desk.store.event(letter.event))}
        if not needs & unsent:
            put_letter(desk, exchange, letter)
            posted.append(letter.key)
    if posted:
        with desk.store.act() as act:
            pouches.mark_posted(act, posted)
    return []


def _laid(desk: Desk, exchange: ObjectStore, letters: Sequence[pouches.PouchLetter]) -> set[str]:
    """Of those on a stick, which lie in the exchange as well: their number does not tell."""
    found: set[str] = set()
    for unit in {one.unit for one in letters if one.number > 0}:
        first = min(one.key for one in letters if one.unit == unit and one.number > 0)
        prefix = pouch_prefix(desk.directory.entity.id, unit, desk.key.id)
        found |= {entry.key for entry in exchange.list(prefix, after=first.removesuffix(".age"))}
    return found


def read_waiting(desk: Desk, exchange: ObjectStore) -> list[Problem]:
    """With a line: read what others brought by pouch for this unit, and say what has arrived.

    Before the pull, which would else miss the numbers that came by pouch.
    """
    if not desk.directory.without_line() and not pouches.open_letters(desk.store):
        return []
    taken = take_letters(desk, exchange, tell_gaps=False)
    for key, jws in own_acks(desk):
        if _grows(_seen(exchange, key), peek_ack(jws).seen):
            exchange.put(key, jws)
    problems = list(taken.problems)
    for unit in dict.fromkeys(letter.unit for letter in pouches.open_letters(desk.store)):
        for entry in exchange.list(acks_prefix(desk.directory.entity.id, unit)):
            with telling(problems):
                take_ack(desk, exchange.get(entry.key))
    settle_acks(desk)
    return problems
