"""What signed events alone prove about a slip: no database, no exchange, no network.

A removed event leaves its digest in the parents of what followed it, and in ``prev`` of what its device did next. The very last
ones can be cut off without a trace in the chains; then the numbers of the device's deliveries tell, where the verifier has a whole
mailbox (``mailbox``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.records.errors import Fact, OfficeError
from desktop.routing.slips import Hop, fold_slip

from .events import read_event
from .mailbox import Gap, gaps

if TYPE_CHECKING:
    from desktop.records.events import SignedEvent
    from desktop.records.people import Directory


@dataclass(frozen=True, slots=True)
class Altered:
    """An event that does not hold: its place in what was handed in (from 0), the code of the reason and its facts."""

    place: int
    code: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class SlipProof:
    """``events`` hold; ``hops`` are what they tell.

    ``missing``: digests that events follow and that were not handed in. ``altered``: events that do not hold. ``doubled``:
    (device, number) under which a device signed two different acts. ``broken``: (device, number) of events whose ``prev`` is not the
    event that the device signed under the number before. ``unpreceded``: (device, number) of events whose predecessor was not handed
    in, where the device's events were said to be whole. ``gaps``: deliveries that the mailbox lacks. ``refused``:
    digests of genuine events that the rules forbid and that therefore had no effect (not a fault of the proof).
    """

    events: int
    slips: tuple[str, ...]
    hops: tuple[Hop, ...]
    missing: tuple[str, ...] = ()
    altered: tuple[Altered, ...] = ()
    doubled: tuple[tuple[str, int], ...] = ()
    broken: tuple[tuple[str, int], ...] = ()
    unpreceded: tuple[tuple[str, int], ...] = ()
    gaps: tuple[Gap, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Nothing missing, nothing altered."""
        faults = (self.missing, self.altered, self.doubled, self.broken, self.unpreceded, self.gaps)
        return self.events > 0 and not any(faults)

    @property
    def problems(self) -> tuple[tuple[str, Mapping[str, Fact]], ...]:
        """Every fault as (code, facts) with words."""
        found: list[tuple[str, Mapping[str, Fact]]] = [(item.code, item.facts) for item in self.altered]
        found += [("proof.missing", {"event": digest}) for digest in self.missing]
        for code, places in (
            ("proof.doubled", self.doubled),
            ("proof.broken", self.broken),
            ("proof.unpreceded", self.unpreceded),
        ):
            found += [(code, {"device": device, "seq": seq}) for device, seq in places]
        found += [
            ("proof.gap", {"device": gap.device, "unit": gap.unit, "first": gap.first, "last": gap.last})
            for gap in self.gaps
        ]
        if not self.events:
            found.append(("proof.nothing", {}))
        return tuple(found)

    def facts(self) -> dict[str, Fact]:
        """Counts, for words."""
        return {
            "events": self.events,
            "hops": len(self.hops),
            "missing": len(self.missing) + len(self.unpreceded),
            "altered": len(self.altered) + len(self.doubled) + len(self.broken),
            "gaps": len(self.gaps),
        }


def prove(
    events: Sequence[str], directory: Directory, *, mailbox: str = "", devices: Collection[str] = ()
) -> SlipProof:
    """Check JWS handed in, in any order, with repetitions. Never raises for what they contain.

    With ``mailbox`` (a unit id) they are taken to be everything that lies in that unit's mailbox: numbers missing between two
    deliveries of a device are told as gaps. With ``devices`` they are taken to be everything that those devices signed, so that each
    event has its predecessor there; a slip alone never holds that.
    """
    known: dict[str, SignedEvent] = {}
    altered: list[Altered] = []
    for place, jws in enumerate(events):
        try:
            signed = read_event(jws, directory)
        except (OfficeError, AttributeError, TypeError) as error:
            code, facts = (error.code, error.facts) if isinstance(error, OfficeError) else ("envelope.malformed", {})
            altered.append(Altered(place, code, facts))
            continue
        known[signed.digest] = signed
    slips = tuple(sorted({item.event.slip for item in known.values() if item.event.slip}))
    views = [fold_slip(slip, known.values()) for slip in slips]
    named = {parent for item in known.values() for parent in item.event.parents}
    return SlipProof(
        events=len(known),
        slips=slips,
        hops=tuple(hop for view in views for hop in view.hops),
        missing=tuple(sorted(named - known.keys())),
        altered=tuple(altered),
        doubled=_doubled(known.values()),
        broken=_broken(known),
        unpreceded=_unpreceded(known, devices),
        gaps=_gaps(known.values(), mailbox) if mailbox else (),
        refused=tuple(digest for view in views for digest in view.refused),
    )


verify_slip = prove


def _doubled(events: Iterable[SignedEvent]) -> tuple[tuple[str, int], ...]:
    seen: set[tuple[str, int]] = set()
    twice: set[tuple[str, int]] = set()
    for item in events:
        number = (item.event.device, item.event.device_seq)
        (twice if number in seen else seen).add(number)
    return tuple(sorted(twice))


def _broken(known: Mapping[str, SignedEvent]) -> tuple[tuple[str, int], ...]:
    """Contradictions alone: ``prev`` names another event than the one, or those, that hold the number before."""
    places: dict[tuple[str, int], set[str]] = {}
    for item in known.values():
        places.setdefault((item.event.device, item.event.device_seq), set()).add(item.digest)
    found = set()
    for (device, seq), digests in places.items():
        before = places.get((device, seq - 1), set())
        for event in (known[digest].event for digest in digests):
            if event.prev not in before and (before or event.prev in known):
                found.add((device, seq))
    return tuple(sorted(found))


def _unpreceded(known: Mapping[str, SignedEvent], devices: Collection[str]) -> tuple[tuple[str, int], ...]:
    found = {
        (item.event.device, item.event.device_seq)
        for item in known.values()
        if item.event.device in devices and item.event.prev and item.event.prev not in known
    }
    return tuple(sorted(found))


def _gaps(events: Iterable[SignedEvent], unit: str) -> tuple[Gap, ...]:
    seen: dict[str, set[int]] = {}
    for item in events:
        seq = dict(item.event.deliveries).get(unit)
        if seq is not None:
            seen.setdefault(item.event.device, set()).add(seq)
    return tuple(gap for device, numbers in sorted(seen.items()) for gap in gaps(unit, device, 0, numbers, 0))
