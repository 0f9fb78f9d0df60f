"""What people do, at random: each act through the office's own operations; what the rules refuse is counted, never hidden."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from desktop.operations import conclude, dispatch, group, justify, paper, reassign, receive, settle_slip
from desktop.operations.acts import Outgoing, record
from desktop.operations.desk import Desk
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import allowed
from desktop.routing.sheet import SlipView
from tests.desktop.sync.exchanges import Killed

from .world import UNWELL, Place, World

_ON_HOP = (
    EventKind.RECEIVED,
    EventKind.REJECTED,
    EventKind.CANCELLED,
    EventKind.JUSTIFIED,
    EventKind.REASSIGNED,
    EventKind.SETTLED,
)
_ON_SLIP = (
    EventKind.DISPATCHED,
    EventKind.PAPER_MOVED,
    EventKind.CONCLUDED,
    EventKind.REOPENED,
    EventKind.GROUPED,
    EventKind.UNGROUPED,
)
_ON_ITS_WAY = frozenset({EventKind.RECEIVED, EventKind.DISPATCHED, EventKind.CONCLUDED})
_WEIGHTS = {EventKind.RECEIVED: 8, EventKind.DISPATCHED: 6, EventKind.SETTLED: 8}
# What a desk is told where it knows less than the rule asks; anything else that is raised is a defect of the run.
EXPECTED = frozenset(
    {
        "cite.no_numbers", "cite.clock_behind", *UNWELL, "slip.not_chief", "receive.bytes_missing", "slip.in_conflict", "slip.in_transit",
        "slip.not_holder", "slip.grouped", "slip.group_of_groups", "slip.act_forbidden", "slip.superseded", "slip.concluded",
        "act.official_left", "document.bytes_missing",
        "document.act_forbidden", "dispatch.unit_ended", "slip.not_addressee", "slip.nothing_to_group", "slip.not_grouped",
    }
)  # fmt: skip


def step(world: World) -> None:
    """One thing happens somewhere."""
    pace = world.pace
    world.now += pace.step
    place, dice = world.rng.choice(world.places), world.rng.random()
    if dice < pace.dies:
        world.kill_soon(place)
    elif dice < pace.cut:
        place.line.cut = not place.line.cut and (pace.cuts >= 1 or world.rng.random() < pace.cuts)
    elif dice < pace.exchange:
        world.synchronise(place)
    else:
        attempt(world, place, new=dice > pace.old)


def attempt(world: World, place: Place, *, new: bool) -> None:
    """Somebody there does something, which the rules may refuse."""
    with somebody_acts(world, place):
        name = _new(world, place) if new else _on_a_slip(world, place)
        world.done[name] += 1


@contextmanager
def somebody_acts(world: World, place: Place) -> Iterator[None]:
    """One of its officials sits there; what the rules refuse is counted, and who dies starts again."""
    place.desk.official = world.rng.choice(place.officials)
    try:
        yield
    except OfficeError as error:
        if error.code not in EXPECTED:
            raise
        world.refused[error.code] += 1
    except Killed:
        world.died(place)


def _new(world: World, place: Place) -> str:
    """A signed document, whose signature is not the matter here, is derived."""
    desk, document = place.desk, world.fresh()
    make(desk, document)
    dispatch.dispatch(desk, document, dispatch.Order(_other(world, place), copies=_copies(world, place)))
    return "new"


def make(desk: Desk, document: str) -> None:
    """Drafted, numbered, frozen and signed, in one transaction."""
    old = desk.store.put_bytes(f"{document} texto".encode())
    new = desk.store.put_bytes(f"{document} texto firmado".encode())
    who = desk.acting()
    cite = f"{desk.unit.prefix}/NI/{hashlib.sha256(document.encode()).hexdigest()[:8]}/2026"
    bodies: tuple[tuple[EventKind, dict[str, object], str], ...] = (
        (EventKind.DRAFTED, {"kind": "nota_interna", "subject": f"Asunto {document}", "signers": [who.id]}, ""),
        (EventKind.NUMBERED, {"cite": cite}, ""),
        (EventKind.FROZEN, {"digest": old, "pages": 1}, old),
        (EventKind.SIGNED, {"old": old, "new": new, "level": "B-B"}, new),
    )
    with desk.store.act() as act:
        for kind, body, digest in bodies:
            blobs = [Outgoing(digest, "documento.pdf", "application/pdf", "document")] if digest else []
            record(desk, act, kind, document=document, actor=who, body=body, blobs=blobs)


def _other(world: World, place: Place) -> str:
    units = place.desk.directory.units
    return world.rng.choice([unit.id for unit in units if unit.id != place.unit and unit.ended_on is None])


def _copies(world: World, place: Place) -> list[tuple[str, str]]:
    return [(_other(world, place), "")] if world.rng.random() < 0.2 else []


def _on_a_slip(world: World, place: Place) -> str:
    """An act that the table of the rules allows this unit now, on a slip that it knows."""
    desk = place.desk
    ids = _newest(world, place)
    if not ids:
        return _new(world, place)
    slip = desk.store.slip(world.rng.choice(ids))
    can: list[tuple[EventKind, str | None]] = []
    for hop in sorted(slip.hops, key=lambda hop: hop.id):
        may = allowed(slip, place.unit, "", hop.id)
        can += [(kind, hop.id) for kind in _ON_HOP if kind in may]
    may = allowed(slip, place.unit)
    can += [(kind, None) for kind in _ON_SLIP if kind in may]
    if not can:
        return "nothing"
    if world.rng.random() < world.pace.idle and not any(kind in _WEIGHTS for kind, _ in can):
        return "nothing"
    if len(slip.hops) >= world.pace.hops and (EventKind.CONCLUDED, None) in can:
        can = [(EventKind.CONCLUDED, None)]
    steady = world.pace.steady
    kind, on = world.rng.choices(
        can, [_WEIGHTS.get(kind, 1) * (steady if kind in _ON_ITS_WAY else 1) for kind, _ in can]
    )[0]
    _do(world, place, slip, kind, on or "")
    return kind.value


def _newest(world: World, place: Place) -> list[str]:
    """The slips that people there work on, by id; ids rise with the time at which a slip was opened."""
    with place.desk.store.reading() as connection:
        found = connection.exec_driver_sql("SELECT id FROM slips ORDER BY id DESC LIMIT ?", (world.pace.window,))
        return sorted(found.scalars())


def _do(world: World, place: Place, slip: SlipView, kind: EventKind, hop: str) -> None:
    desk = place.desk
    match kind:
        case EventKind.RECEIVED:
            receive.receive(desk, slip.id, hop)
        case EventKind.REJECTED:
            receive.reject(desk, slip.id, hop, "No corresponde")
        case EventKind.CANCELLED:
            receive.cancel(desk, slip.id, hop, "Por error")
        case EventKind.JUSTIFIED:
            justify.justify(desk, slip.id, hop, "Falta el informe")
        case EventKind.REASSIGNED:
            reassign.reassign(desk, slip.id, hop, place.officials[0], "Vacaciones")
        case EventKind.SETTLED:
            settle_slip.settle(desk, slip.id, hop, "Vale esta")
        case EventKind.DISPATCHED:
            order = dispatch.Order(_other(world, place), copies=_copies(world, place))
            dispatch.dispatch(desk, slip.document, order)
        case EventKind.PAPER_MOVED:
            paper.move_paper(desk, slip.id, "Estante 3", paper="Original")
        case EventKind.CONCLUDED:
            conclude.conclude(desk, slip.document, folder="Compras")
        case EventKind.REOPENED:
            conclude.reopen(desk, slip.document)
        case EventKind.GROUPED:
            group.group(desk, [slip.id, world.rng.choice(_newest(world, place))], slip.id)
        case _:
            group.ungroup(desk, slip.id)
