"""What must hold when every line is well again. Each check gives sentences; none is silent about what it looked at.

All is read device by device and slip by slip: time grows with the acts, memory with those of one device.
"""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, islice
from typing import Any, TypeVar

from desktop.records.events import APART, SignedEvent
from desktop.routing.slips import SlipView
from desktop.store.line_reads import Quarantined
from desktop.store.packing import unpack
from desktop.sync.directory_json import to_payload
from desktop.sync.envelopes import DIRECTORY, canonical, seal_payload
from desktop.sync.keys import read_delivery
from desktop.sync.proof import prove
from tests.verifier.test_second_verifier import node, told

from .world import Place, World

_T = TypeVar("_T")
_AT_A_TIME = 400
_OF_DEVICE = "SELECT device_seq, digest FROM events WHERE device = ? ORDER BY device_seq, digest"
_OF_DEVICE_ALONE = "SELECT digest FROM events WHERE device = ?"
_OF_SLIP = "SELECT digest FROM events WHERE slip = ?"
_TOLD = f"{_OF_SLIP} UNION SELECT digest FROM events WHERE document IN (SELECT value FROM json_each(?))"
_TEXTS = f"SELECT packed FROM events WHERE digest IN ({_TOLD}) ORDER BY digest"


def broken(world: World) -> list[str]:
    """Every invariant that does not hold; empty where all do."""
    return [*_outboxes(world), *_of_devices(world), *_of_slips(world), *judged_by_node(world)[1]]


def left_over(world: World) -> int:
    """Rows that stay in quarantine although all that they name is here: the other defect of decision 0044."""
    return sum(len(place.desk.store.quarantined()) for place in world.places)


def _outboxes(world: World) -> Iterator[str]:
    for place in world.places:
        if place.desk.store.outbox_counts().waiting:
            yield f"{place.key.id}: outbox not empty"
        for item in place.desk.store.quarantined():
            if not _before_it_came(world, place, item):
                yield f"{place.key.id}: quarantine {item.code} {item.key}"


def _before_it_came(world: World, place: Place, item: Quarantined) -> bool:
    """A letter of before a merge to the other unit's PCs, or of before an admission: the note of it is meant to stay (0041)."""
    if place.came and item.code == "letter.not_for_us" and _has_it(world, place, item.key):
        return True
    merged = world.directory.unit(place.enrolled_for).ended_on is not None or len(place.reads) > 1
    return merged and item.code == "letter.not_for_us"


def _has_it(world: World, place: Place, key: str) -> bool:
    """Whether what is in that letter came otherwise, or was handed on to those who were there then alone."""
    mail = read_delivery(key)
    for other in world.places if mail is not None else ():
        for digest in _column(other, _OF_DEVICE_ALONE, mail.device):
            signed = other.desk.store.event(digest)
            if signed is not None and (mail.unit, mail.seq) in signed.event.deliveries:
                here = place.desk.store.event(digest) is not None
                return here or (signed.event.kind in APART and not _opens(place, signed))
    return False


def _opens(place: Place, signed: SignedEvent) -> bool:
    return any(place.key.id in dict(ref.keys) for ref in signed.event.blobs)


def _of_devices(world: World) -> Iterator[str]:
    """One act under one (device, seq), the seqs of a device without holes at the device itself, and each of its acts where it belongs."""
    for device in sorted(
        {name for place in world.places for name in _column(place, "SELECT DISTINCT device FROM events")}
    ):
        seen: dict[int, str] = {}
        looked_at: set[str] = set()
        for place in sorted(world.places, key=lambda place: place.key.id != device):  # its own desk first
            own = place.key.id == device
            seqs, fresh = 0, []
            for seq, digest in _rows(place, _OF_DEVICE, device):
                seqs += 1
                if own and seq != seqs:
                    yield f"{device}: its numbers have holes before {seq}"
                    seqs = seq
                if seen.setdefault(seq, digest) != digest:
                    yield f"{device}/{seq}: two acts"
                if digest not in looked_at:
                    looked_at.add(digest)
                    fresh.append(digest)
            for some in _batches(fresh):
                events = [signed for digest in some if (signed := place.desk.store.event(digest)) is not None]
                yield from _lost(world, events) if own else ()
                yield from (what for signed in events for what in _readable(world, signed))


def _lost(world: World, events: Iterable[SignedEvent]) -> Iterator[str]:
    """What its own desk committed lies at every desk of each unit that it was delivered to."""
    for other in world.places:
        due = {}
        for signed in events:
            to = {unit for unit, _ in signed.event.deliveries}
            there = other.enrolled_for in to and (not other.came or _opens(other, signed))
            if signed.event.kind in APART and not there:
                continue  # keys for those who were there then
            if other.reads & to:
                due[signed.digest] = signed.event
        for digest in due.keys() - other.desk.store.known_events(due):
            event = due[digest]
            yield f"{other.key.id}: lacks {event.kind.value} {event.id} of {event.device}"


def _readable(world: World, signed: SignedEvent) -> Iterator[str]:
    """No key of a blob is sealed to a device outside the units that the event was delivered to, or that took them over."""
    told = {unit for unit, _ in signed.event.deliveries}
    told |= {heir for unit in told for heir in world.directory.successors_of(unit)}
    for ref in signed.event.blobs:
        for reader, _ in ref.keys:
            row = world.directory.device(reader)
            if reader != signed.event.device and not {row.unit, world.directory.working_unit(row)} & told:
                yield f"{reader}: may open a blob of {signed.event.id}"


@dataclass(frozen=True)
class Known:
    """One slip as the desks know it that know it at all."""

    id: str
    places: tuple[Place, ...]

    @cached_property
    def views(self) -> Mapping[str, SlipView]:
        """By device."""
        return {place.key.id: place.desk.store.slip(self.id) for place in self.places}

    @cached_property
    def acts(self) -> Mapping[str, frozenset[str]]:
        """By device, the digests of the acts that name the slip."""
        return {place.key.id: frozenset(_column(place, _OF_SLIP, self.id)) for place in self.places}

    @cached_property
    def units(self) -> frozenset[str]:
        """Where it has been by what anybody knows."""
        return frozenset(unit for view in self.views.values() for unit in view.units)

    def told(self) -> list[list[str]]:
        """The different sets of events that desks have of it and of its documents."""
        found: dict[frozenset[str], list[str]] = {}
        for place in self.places:
            documents = json.dumps(self.views[place.key.id].documents)
            digests = frozenset(_column(place, _TOLD, self.id, documents))
            if digests not in found:
                found[digests] = [unpack(packed)[1] for packed in _column(place, _TEXTS, self.id, documents)]
        return list(found.values())


def slips(world: World) -> Iterator[Known]:
    """Every slip that any desk knows, by id."""
    with ExitStack() as stack:
        streams = []
        for place in world.places:
            connection = stack.enter_context(place.desk.store.reading())
            ids = connection.exec_driver_sql("SELECT id FROM slips ORDER BY id").scalars()
            streams.append(_with(place, ids))
        for slip, those in groupby(heapq.merge(*streams, key=lambda item: item[0]), key=lambda item: item[0]):
            yield Known(slip, tuple(place for _, place in those))


def _with(place: Place, ids: Iterable[str]) -> Iterator[tuple[str, Place]]:
    return ((slip, place) for slip in ids)


def _of_slips(world: World) -> Iterator[str]:
    for slip in slips(world):
        yield from _unequal(world, slip)
        yield from _apart(world, slip)
        yield from _unproved(world, slip)


def _unequal(world: World, slip: Known) -> Iterator[str]:
    """Desks of one unit see a slip alike, and so do any two that know the same acts; it has one OFICIAL place or an open conflict."""
    seen: dict[object, tuple[object, frozenset[str]]] = {}
    for place in world.places:
        if not place.reads & slip.units:
            continue
        device = place.key.id
        if not slip.acts.get(device):
            yield f"{slip.id}: not known at {device} of {place.unit}"
            continue
        view, acts = slip.views[device], slip.acts[device]
        for same in (place.unit, acts):
            other = seen.setdefault(same, (view, acts))
            if other[0] != view:
                apart = f"{len(acts - other[1])} acts more, {len(other[1] - acts)} less"
                yield f"{slip.id}: seen unequal at {device} of {place.unit}: {apart}"
                break
        if len(view.contested) > 1 and not view.open_conflicts:
            yield f"{slip.id}: several OFICIAL places and no conflict at {device}"


def _apart(world: World, slip: Known) -> Iterator[str]:
    known = {slip.acts.get(place.key.id, frozenset()) for place in world.places if place.reads & slip.units}
    if len(known) > 1:
        yield f"{slip.id}: its units know {len(known)} different sets of acts"


def _unproved(world: World, slip: Known) -> Iterator[str]:
    """It proves whole from the events of any one desk that has it. The same events are proved once."""
    for texts in slip.told():
        proof = prove(texts, world.directory)
        if not proof.whole:
            codes = sorted({code for code, _ in proof.problems})
            yield f"{slip.id}: {codes}, {len(proof.missing)} missing of {len(texts)}"


def judged_by_node(world: World, *, one_in: int = 50) -> tuple[int, list[str]]:
    """How many sets of events the second verifier judged, three at least, and where it says otherwise than ``prove``."""
    kept = seal_payload(canonical(to_payload(world.directory)), world.admin, DIRECTORY, kid="admin")
    page = world.folder / "directory.json"
    page.write_text(json.dumps({"jws": kept, "admin_key": world.pins.admin_key}), "utf-8")
    count, wrong = 0, []
    for chosen in _batches(_chosen(world, one_in)):
        count += len(chosen)
        _, answers = node(page, chosen, world.folder)
        for texts, answer in zip(chosen, answers, strict=True):
            ours = told(prove(texts, world.directory), texts, world.directory)
            wrong += [
                f"node says otherwise of {ours['slips'][0]['id']}: {name}"
                for name in ours
                if ours[name] != answer[name]
            ]
    return count, wrong


def _chosen(world: World, one_in: int) -> Iterator[list[str]]:
    """The sets of one slip in so many, by dice of their own; of the first slips where those are fewer than three sets."""
    few: list[list[str]] = []
    count = 0
    for slip in slips(world):
        if random.Random(f"{world.seed}-node-{slip.id}").randrange(one_in) == 0:
            for texts in slip.told():
                count += 1
                yield texts
        elif len(few) < 3:
            few += slip.told()
    yield from few[: max(0, 3 - count)]


def _rows(place: Place, statement: str, *values: str) -> Iterator[tuple[int, str]]:
    with place.desk.store.reading() as connection:
        yield from ((int(number), str(text)) for number, text in connection.exec_driver_sql(statement, values))


def _column(place: Place, statement: str, *values: str) -> list[Any]:
    with place.desk.store.reading() as connection:
        return list(connection.exec_driver_sql(statement, values).scalars())


def _batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    them = iter(items)
    while some := list(islice(them, _AT_A_TIME)):
        yield some
