"""Reserved matters in a world: letters and sealed files. Nobody outside their audience may read a word, wherever it lies."""

from __future__ import annotations

import base64
import binascii
import itertools
from collections.abc import Iterator
from pathlib import Path

from desktop.operations import dispatch
from desktop.operations.acts import Outgoing, record
from desktop.operations.desk import Desk
from desktop.operations.on_slip import members_of
from desktop.records.documents import AccessClass
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent
from desktop.routing.acts import allowed
from desktop.routing.sheet import SlipView
from desktop.sync.events import peek_event
from desktop.sync.keys import read_delivery, read_pouch_letter
from desktop.sync.letters import open_letter

from .acts import _copies, _other, somebody_acts
from .world import Place, World

SUBJECT, SENDER, REMARK, TEXT = "Sumario Ñandutí", "Hermenegildo Yapura", "Averígüese con sigilo", "Declaración jurada"
WORDS = ("Ñandutí", "Hermenegildo", "sigilo", "Declaración")


class Reserved:
    """The reserved documents of a world by id with the digests of their plain bytes, and what was seen of them on sticks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.documents: dict[str, frozenset[str]] = {}
        self._made: dict[str, Path] = {}
        self.faults: list[str] = []
        self.sticks = 0

    def attempt(self, place: Place) -> None:
        """A new one is sent, or one that lies here is sent on with words that tell of it."""
        world = self._world
        with somebody_acts(world, place):
            if world.rng.random() < 0.5 or not self._send_on(place):
                self._send(place)

    def _send(self, place: Place) -> None:
        world, document = self._world, self._world.fresh()
        access = world.rng.choice([AccessClass.RESERVED, AccessClass.CONFIDENTIAL, AccessClass.SECRET])
        make = _registered if world.rng.random() < 0.5 else _drafted
        self.documents[document], self._made[document] = frozenset(), place.home  # it may die right after
        self.documents[document] = make(place.desk, document, access)
        dispatch.dispatch(
            place.desk, document, dispatch.Order(_other(world, place), remark=REMARK, copies=_copies(world, place))
        )
        world.done["reserved"] += 1

    def _send_on(self, place: Place) -> bool:
        """Whether there was one, or one that goes with it, to send on."""
        held = [
            view
            for view in sorted(place.desk.store.slips(), key=lambda view: view.id)
            if self._tells(place.desk, view) and EventKind.DISPATCHED in allowed(view, place.unit)
        ]
        if not held:
            return False
        order = dispatch.Order(_other(self._world, place), remark=REMARK)
        dispatch.dispatch(place.desk, self._world.rng.choice(held).document, order)
        self._world.done["reserved sent on"] += 1
        return True

    def _tells(self, desk: Desk, view: SlipView) -> bool:
        """Whether whoever sends it speaks of a reserved matter: its own, or one of its group."""
        going = [view, *members_of(desk, view)]
        return any(document in self.documents for one in going for document in one.documents)

    def look_at_sticks(self) -> None:
        """Every stick as it is now: whoever finds it reads all of it."""
        for place in self._world.places:
            if place.stick is not None and place.stick.path.is_dir():
                self.sticks += 1
                self.faults += [f"a stick tells {word!r}" for word in words_in(place.stick.path)]

    def broken(self) -> Iterator[str]:
        """What lies anywhere that it should not."""
        world = self._world
        yield from self.faults
        for name in ("exchange", "second"):
            yield from (f"{name} tells {word!r}" for word in words_in(world.folder / name))
        told: dict[str, set[str]] = {}
        sent = list(self._sent())
        for key, signed, readers in sent:
            reserved = signed.event.document in self.documents or signed.event.kind is EventKind.KEYS_SHARED
            if reserved and key.endswith(".jws"):
                yield f"{signed.event.kind.value} {signed.event.id} of a reserved matter is no letter"
            audience = self._heirs(unit for unit, _ in signed.event.deliveries)
            told.setdefault(signed.event.document, set()).update(audience)
            for reader in readers - {signed.event.device}:
                row = world.directory.device(reader)
                if not {row.unit, world.directory.working_unit(row)} & audience:
                    yield f"{reader} opens the letter of {signed.event.kind.value} {signed.event.id}"
        for place in world.places:
            yield from self._held(place, told)

    def _held(self, place: Place, told: dict[str, set[str]]) -> Iterator[str]:
        for document, plain in self.documents.items():
            events = place.desk.store.events_of_document(document)
            if self._made[document] == place.home or place.reads & told.get(document, set()):
                continue
            if events or any(place.desk.store.has_bytes(digest) for digest in plain):
                yield f"{place.key.id} of {place.unit} has {document}, which was never for it"

    def _heirs(self, units: Iterator[str]) -> set[str]:
        directory = self._world.directory
        return {heir for unit in units for heir in (unit, *directory.successors_of(unit))}

    def _sent(self) -> Iterator[tuple[str, SignedEvent, set[str]]]:
        """(key, event, devices that open it) of every delivery in the exchange; who signed has not to be believed here."""
        exchange, keys = self._world.exchange, self._world.keys
        for entry in itertools.chain(exchange.list("units/"), exchange.list("pouch/")):
            if read_delivery(entry.key) is None and read_pouch_letter(entry.key) is None:
                continue
            data, readers = exchange.get(entry.key), set()
            if entry.key.endswith(".jws"):
                yield entry.key, peek_event(data), readers
                continue
            text = ""
            for device, key in keys.items():
                try:
                    text = open_letter(data, key)
                    readers.add(device)
                except OfficeError as error:
                    if error.code != "letter.not_for_us":
                        raise
            yield entry.key, peek_event(text.encode("ascii")), readers


def words_in(folder: Path) -> set[str]:
    """Which of the words somebody reads who has the files before him: names, texts, and what base64url hides from the eye."""
    return {
        word
        for path in folder.rglob("*")
        if path.is_file()
        for text in _readable(path)
        for word in WORDS
        if word in text
    }


def _readable(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    yield path.name
    yield data.decode("utf-8", "replace")
    for part in data.split(b"."):
        try:
            yield base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            continue


def _drafted(desk: Desk, document: str, access: AccessClass) -> frozenset[str]:
    """Drafted, numbered, frozen and signed, in one transaction."""
    old = desk.store.put_bytes(f"{TEXT} {document}".encode())
    new = desk.store.put_bytes(f"{TEXT} {document} firmada".encode())
    who = desk.acting()
    body = {"kind": "nota_interna", "subject": f"{SUBJECT} {document}", "signers": [who.id], "access": int(access)}
    bodies: tuple[tuple[EventKind, dict[str, object], str], ...] = (
        (EventKind.DRAFTED, body, ""),
        (EventKind.NUMBERED, {"cite": f"{desk.unit.prefix}/RES/{document}/2026"}, ""),
        (EventKind.FROZEN, {"digest": old, "pages": 1, "access": int(access)}, old),
        (EventKind.SIGNED, {"old": old, "new": new, "level": "B-B"}, new),
    )
    with desk.store.act() as act:
        for kind, told, digest in bodies:
            blobs = [Outgoing(digest, f"{SENDER}.pdf", "application/pdf", "document")] if digest else []
            record(desk, act, kind, document=document, actor=who, body=told, blobs=blobs)
    return frozenset({old, new})


def _registered(desk: Desk, document: str, access: AccessClass) -> frozenset[str]:
    """A paper from outside, with its slip."""
    digest, who = desk.store.put_bytes(f"{TEXT} {document}".encode()), desk.acting()
    origin = {"sender": SENDER, "post": "", "entity": "", "cite": "S/N"}
    number, subject = f"E-{document}", f"{SUBJECT} {document}"
    body: dict[str, object] = {
        "kind": "carta", "subject": subject, "number": number, "digest": digest, "pages": 1, "origin": origin, "access": int(access),
    }  # fmt: skip
    with desk.store.act() as act:
        blobs = [Outgoing(digest, f"{SENDER}.pdf", "application/pdf", "document")]
        record(desk, act, EventKind.REGISTERED, document=document, actor=who, body=body, blobs=blobs)
        opened: dict[str, object] = {"number": number, "subject": subject}
        record(desk, act, EventKind.OPENED, document=document, actor=who, body=opened, slip=desk.ids())
    return frozenset({digest})
