"""Random histories of two slips, really signed, among desks that know only part of each other; and what a forger does to them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from desktop.records.events import Actor, Event, EventKind, Json, SignedEvent
from desktop.records.people import Delegation, Device, Directory, Entity, Official, Secretary, Unit
from desktop.routing.acts import allowed
from desktop.routing.slips import SlipView, fold_slip
from desktop.sync.device import DeviceKey
from desktop.sync.events import sign_event

START = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
UNITS = ("unit-a", "unit-b", "unit-c", "unit-d")
DEVICES = (
    ("dev-1", "unit-a"),
    ("dev-2", "unit-a"),
    ("dev-3", "unit-b"),
    ("dev-4", "unit-b"),
    ("dev-5", "unit-c"),
    ("dev-6", "unit-d"),
)
SLIPS = ("slip-1", "slip-2")
ON_A_HOP = (
    EventKind.RECEIVED, EventKind.REJECTED, EventKind.CANCELLED, EventKind.ANSWERED, EventKind.JUSTIFIED, EventKind.REASSIGNED,
    EventKind.PAPER_MOVED,
)  # fmt: skip
ACTS = (
    *ON_A_HOP, EventKind.DISPATCHED, EventKind.DISPATCHED, EventKind.RECEIVED, EventKind.CONCLUDED, EventKind.REOPENED,
    EventKind.GROUPED, EventKind.UNGROUPED, EventKind.SETTLED,
)  # fmt: skip


def key_of(name: str) -> DeviceKey:
    """Ed25519 from a public seed; nothing here is encrypted."""
    return DeviceKey(name, hashlib.sha256(name.encode()).digest(), DeviceKey.generate(name).age_identity)


KEYS = {name: key_of(name) for name, _ in DEVICES}


def office() -> Directory:
    """Four units, six devices, an official on each; a substitute and a secretary."""
    return Directory(
        number=1,
        entity=Entity("gador", "Gobierno Autónomo Departamental de Oruro", "GADOR", practice=True),
        units=tuple(Unit(name, name, name.upper()) for name in UNITS),
        officials=tuple(Official(f"of-{name}", name, str(place), "cargo", unit) for place, (name, unit) in enumerate(DEVICES, 1)),
        devices=tuple(
            Device(name, unit, KEYS[name].public()[0], "age1", START + timedelta(days=300), ((f"of-{name}", "statement"),))
            for name, unit in DEVICES
        ),
        delegations=(Delegation("of-dev-1", "of-dev-2", "M-1", date(2026, 3, 1), date(2026, 3, 31)),),
        secretaries=(Secretary("of-dev-3", "of-dev-4", ("slip.received", "slip.dispatched"), "M-2", date(2026, 3, 1), date(2026, 3, 6)),),
    )  # fmt: skip


class History:
    """``made`` is everything that was signed; each device acts on what it knows."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.made: list[SignedEvent] = []
        self.known: dict[str, dict[str, SignedEvent]] = {name: {} for name, _ in DEVICES}
        self.last: dict[str, tuple[int, str]] = {name: (0, "") for name, _ in DEVICES}
        for slip, document in zip(SLIPS, ("doc-1", "doc-2"), strict=True):
            self.sign("dev-1", EventKind.DRAFTED, None, document, {"kind": "informe", "subject": "Ñandú 😀"})
            self.sign("dev-1", EventKind.OPENED, slip, document, {"number": f"I-{slip}", "subject": "Tóner"})
        for name in self.known:
            self.known[name] = dict(self.known["dev-1"])
        for _ in range(self.random.randint(10, 60)):
            self.step()

    def sign(
        self, device: str, kind: EventKind, slip: str | None, document: str, body: dict[str, Json], **more: Any
    ) -> SignedEvent:
        """By that device, after all ends that it knows."""
        known = self.known[device]
        seq, prev = self.last[device]
        ends = set(known) - {parent for item in known.values() for parent in item.event.parents}
        behalf = more.pop("behalf", None)
        if behalf:
            body = {**body, "delegation": {"memorandum": "M-1" if device == "dev-2" else "M-2", "post": "cargo"}}
        skew = timedelta(minutes=len(self.made) + self.random.choice((0, 0, 0, -600, 600)))
        event = Event(
            id=more.pop("id", f"{device}-{seq + 1:04}"), kind=kind, entity="gador", document=document, slip=slip,
            parents=tuple(sorted(ends)), actor=Actor(f"of-{device}", "cargo", dict(DEVICES)[device]), claimed_at=START + skew,
            device=device, device_seq=seq + 1, prev=prev, deliveries=(("unit-a", seq + 1),), on_behalf_of=behalf, body=body,
        )  # fmt: skip
        signed = sign_event(event, KEYS[device])
        self.last[device] = (seq + 1, signed.digest)
        self.made.append(signed)
        known[signed.digest] = signed
        return signed

    def step(self) -> None:
        """Somebody hears of what another knows, or acts: mostly as he may, sometimes as he likes."""
        if self.random.random() < 0.4:
            one, other = self.random.sample(sorted(self.known), 2)
            self.known[one].update(self.known[other])
            if self.random.random() < 0.4:
                for known in self.known.values():
                    known.update(self.known[one])
            return
        device, unit = self.random.choice(DEVICES)
        slip = self.random.choice((SLIPS[0], SLIPS[0], SLIPS[1]))
        view = fold_slip(slip, self.known[device].values())
        kind = self.random.choice(ACTS)
        hop = self.random.choice(view.hops).id if view.hops else "none"
        if self.random.random() < 0.9:
            on_hop = [(one, each.id) for each in view.hops for one in sorted(allowed(view, unit, hop=each.id))]
            choices = [*on_hop, *((one, hop) for one in sorted(allowed(view, unit)))]
            kinds = sorted({one for one, _ in choices} - {EventKind.OPENED, EventKind.PAPER_MOVED}) or [
                EventKind.PAPER_MOVED
            ]
            wanted = self.random.choice((EventKind.SETTLED, EventKind.RECEIVED, EventKind.DISPATCHED, None))
            settles = EventKind.SETTLED in kinds and self.random.random() < 0.6
            kind = EventKind.SETTLED if settles else wanted if wanted in kinds else self.random.choice(kinds)
            hop = self.random.choice([each for one, each in choices if one is kind] or [hop])
        self.act(device, unit, view, kind, hop)

    def act(self, device: str, unit: str, view: SlipView, kind: EventKind, hop: str) -> None:
        """One act, recorded on both slips where it groups."""
        body = self.body(view, unit, kind, hop)
        document = view.document if self.random.random() < 0.9 else self.random.choice(("doc-2", "doc-1"))
        behalf = {"dev-2": "of-dev-1", "dev-4": "of-dev-3"}.get(device) if self.random.random() < 0.3 else None
        if kind in {EventKind.GROUPED, EventKind.UNGROUPED}:
            for slip, first in zip(SLIPS, ("doc-1", "doc-2"), strict=True):
                self.sign(device, kind, slip, first, body)
            return
        more: dict[str, Any] = {"behalf": behalf} if self._may_try(kind, device) else {}
        if kind is EventKind.DISPATCHED and view.hops and self.random.random() < 0.05:
            more["id"] = self.random.choice(view.hops).id
        self.sign(device, kind, view.id, document, body, **more)

    def _may_try(self, kind: EventKind, device: str) -> bool:
        return device == "dev-2" or kind in {EventKind.RECEIVED, EventKind.DISPATCHED, EventKind.ANSWERED}

    def body(self, view: SlipView, unit: str, kind: EventKind, hop: str) -> dict[str, Json]:
        """What its kind needs."""
        choose = self.random.choice
        group: dict[str, Json] = {"principal": view.principal} if view.principal and self.random.random() < 0.7 else {}
        match kind:
            case EventKind.DISPATCHED:
                mode = "oficial" if self.random.random() < 0.7 else "copia"
                return {"to_unit": choose(UNITS), "mode": mode, "action": "archivar", "actions": ["otro", "archivar"], "sheets": 2,
                        "to_official": choose(("", "of-dev-3")), "deadline": choose((None, "2026-03-12")),
                        "paper": choose(("", "Original")),
                        "urgent": choose((True, False)), "documents": [view.document, choose(("doc-1", "doc-7"))], **group}  # fmt: skip
            case EventKind.RECEIVED:
                return {"hop": hop, "paper": choose(("", "2 hojas")), **group}
            case EventKind.REJECTED | EventKind.CANCELLED:
                return {"hop": hop, "reason": "no", **group}
            case EventKind.ANSWERED:
                return {"hop": hop, "answer": choose(("doc-5", "doc-6"))}
            case EventKind.JUSTIFIED:
                return {"hop": hop, "reason": "falta", "until": choose((None, "2026-03-30"))}
            case EventKind.REASSIGNED:
                return {"hop": hop, "official": "of-dev-4", "reason": "vacación"}
            case EventKind.PAPER_MOVED:
                return {"hop": choose(("", hop)), "paper": choose(("", "Original")), "where": choose(("", "Estante"))}
            case EventKind.CONCLUDED:
                return {"mode": "copia", "hop": hop} if self.random.random() < 0.4 else {"folder": "Compras", **group}
            case EventKind.GROUPED | EventKind.UNGROUPED:
                return (
                    {"principal": SLIPS[1], "member": SLIPS[0]}
                    if self.random.random() < 0.8
                    else {"principal": SLIPS[0], "member": SLIPS[1]}
                )
            case EventKind.SETTLED:
                return self._settlement(view, unit)
        return dict(group)

    def _settlement(self, view: SlipView, unit: str) -> dict[str, Json]:
        mine = [item for item in view.open_conflicts if item.unit == unit] or list(view.open_conflicts)
        if not mine:
            return {"about": "oficial", "keep": "x", "drop": ["y"], "reason": "nada"}
        conflict = self.random.choice(mine)
        hops = list(conflict.hops)
        self.random.shuffle(hops)
        return {"about": conflict.about.value, "keep": hops[0], "drop": hops[1:], "reason": "decidido"}


def handed_in(seed: int) -> list[str]:
    """What a verifier is given of that history: in any order, some of it cut, altered, signed by another, under a used number."""
    history = History(seed)
    random, made = history.random, history.made
    texts = [item.jws for item in made]
    random.shuffle(texts)
    if random.random() < 0.4:
        texts = texts[random.randint(1, 3) :]
    if random.random() < 0.3:
        texts.append(_altered(random.choice(texts), random))
    if random.random() < 0.3:
        event = random.choice(made).event
        texts.append(sign_event(replace(event, id="stolen"), replace(KEYS["dev-6"], id=event.device)).jws)
    if random.random() < 0.3:
        event = random.choice(made).event
        texts.append(sign_event(replace(event, claimed_at=START + timedelta(days=2)), KEYS[event.device]).jws)
    if random.random() < 0.2:
        event = random.choice(made).event
        texts.append(sign_event(replace(event, actor=replace(event.actor, unit="unit-x")), KEYS[event.device]).jws)
    return [*texts, random.choice(texts)]


def _altered(jws: str, random: Random) -> str:
    at = random.randrange(len(jws))
    return f"{jws[:at]}{'A' if jws[at] != 'A' else 'B'}{jws[at + 1 :]}"
