"""What may be done with a slip now: the one table that trays, operations and the fold ask."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind

from .hops import Hop, HopMode, HopState
from .sheet import Conflict, SlipView

SLIP_ACTS = frozenset(kind for kind in EventKind if kind.value.startswith("slip."))
"""Every act on a slip."""
_WHO: Mapping[EventKind, tuple[str, frozenset[HopState]]] = {
    EventKind.RECEIVED: ("to_unit", frozenset({HopState.SENT})),
    EventKind.REJECTED: ("to_unit", frozenset({HopState.SENT})),
    EventKind.CANCELLED: ("from_unit", frozenset({HopState.SENT})),
    EventKind.ANSWERED: ("to_unit", frozenset({HopState.RECEIVED})),
    EventKind.JUSTIFIED: ("to_unit", frozenset({HopState.RECEIVED})),
    EventKind.REASSIGNED: ("to_unit", frozenset({HopState.SENT, HopState.RECEIVED})),
}


def allowed(view: SlipView, unit: str, official: str = "", hop: str | None = None) -> frozenset[EventKind]:
    """Every act that this unit may do now: on that hop, or on the slip as a whole where ``hop`` is None.

    ``official`` is in whose name, where not in the actor's own. DISPATCHED is the OFICIAL. For a hop other than the one by which the
    OFICIAL is held, only what concerns that hop. Whom the unit lets do it (its chief, a substitute) the directory says.
    """
    return frozenset(kind for kind in SLIP_ACTS if _is_allowed(view, kind, unit, official, hop))


def _is_allowed(view: SlipView, kind: EventKind, unit: str, official: str, hop: str | None) -> bool:
    with suppress(OfficeError):
        if hop is not None and kind in _WHO:
            found = require_act(view, hop, kind, unit)
            if kind in {EventKind.RECEIVED, EventKind.REJECTED}:
                require_addressee(view, found, official)
            return True
        if kind is EventKind.PAPER_MOVED:
            require_paper(view, hop or "", unit)
            return True
        if kind is EventKind.CONCLUDED and hop is not None and _is_aside(view.hop(hop)):
            require_put_away(view, hop, unit)
            return True
        if kind is EventKind.SETTLED:
            return any(hop is None or hop in item.hops for item in _settled_by(view, unit))
        if hop is not None and hop != view.held:
            return False
        return _slip_act(view, kind, unit)
    return False


def _slip_act(view: SlipView, kind: EventKind, unit: str) -> bool:
    match kind:
        case EventKind.OPENED:
            return view.opened_at is None
        case EventKind.DISPATCHED | EventKind.CONCLUDED:
            require_dispatch(view, unit, HopMode.OFFICIAL)
        case EventKind.REOPENED:
            require_reopen(view, unit)
        case EventKind.GROUPED:
            require_grouping(view, unit)
        case EventKind.UNGROUPED:
            require_holding(view, unit)
            return view.principal is not None or bool(view.members)
        case _:
            return False
    return True


def require_dispatch(view: SlipView, unit: str, mode: HopMode, *, group: str = "") -> None:
    """Whether that unit may derive now: it holds the OFICIAL, nothing is in transit, the slip is open and goes by itself.

    ``group`` is the principal with which a grouped slip goes. Copies are given by whoever has had it. Raises ``slip.concluded``,
    ``slip.in_conflict``, ``slip.in_transit``, ``slip.not_holder``, ``slip.grouped``.
    """
    if mode is HopMode.OFFICIAL:
        require_holding(view, unit)
    elif view.concluded:
        raise OfficeError("slip.concluded", slip=view.number)
    elif unit not in view.units:
        raise OfficeError("slip.not_holder", slip=view.number, holder=view.holder)
    if mode is HopMode.OFFICIAL or unit == view.holder:
        require_alone(view, group)


def require_holding(view: SlipView, unit: str) -> None:
    """Whether the open slip lies with that unit: ``slip.concluded``, ``slip.in_conflict``, ``slip.in_transit``, ``slip.not_holder``."""
    if view.concluded:
        raise OfficeError("slip.concluded", slip=view.number)
    if view.contested:
        raise OfficeError("slip.in_conflict", slip=view.number, unit=view.holder)
    if view.in_transit is not None:
        raise OfficeError("slip.in_transit", slip=view.number, to=view.in_transit.to_unit)
    if view.holder != unit:
        raise OfficeError("slip.not_holder", slip=view.number, holder=view.holder)


def require_alone(view: SlipView, group: str = "") -> None:
    """A grouped slip moves with its principal only: ``slip.grouped``."""
    if view.principal is not None and group != view.principal:
        raise OfficeError("slip.grouped", slip=view.number, principal=view.principal)


def require_conclude(view: SlipView, unit: str, *, group: str = "") -> None:
    """Whether that unit may conclude: it holds the OFICIAL and nothing is in transit. Raises as ``require_dispatch``."""
    require_dispatch(view, unit, HopMode.OFFICIAL, group=group)


def require_reopen(view: SlipView, unit: str, *, group: str = "") -> str:
    """The holding in which that unit concluded it. Raises ``slip.not_holder``, ``slip.act_forbidden``, ``slip.grouped``."""
    here = [at for at in view.tips() if view.unit_of(at) == unit]
    if not here:
        raise OfficeError("slip.not_holder", slip=view.number, holder=view.holder)
    closed = [at for at in here if view.closed(at)]
    if not closed:
        raise _forbidden(view, EventKind.REOPENED, "open")
    require_alone(view, group)
    return closed[-1]


def require_put_away(view: SlipView, hop_id: str, unit: str) -> Hop:
    """A received copy, or an OFICIAL that a settlement dropped, which that unit may put into its archive: ``slip.act_forbidden``."""
    hop = view.hop(hop_id)
    if not _is_aside(hop) or hop.to_unit != unit or hop.state is not HopState.RECEIVED:
        raise _forbidden(view, EventKind.CONCLUDED, hop.state.value)
    return hop


def _is_aside(hop: Hop) -> bool:
    return hop.mode is HopMode.COPY or hop.void


def require_act(
    view: SlipView,
    hop_id: str,
    kind: EventKind,
    unit: str,
    *,
    unaware: bool = False,
    crossed: bool = False,
    group: str = "",
) -> Hop:
    """The hop, where that unit may do that act on it now; else ``slip.act_forbidden`` with the hop's state.

    ``unaware``: the act did not know that the hop was dropped (``slip.superseded``). ``crossed``: nor that it was cancelled.
    ``group``: the principal with which a grouped slip moves (``slip.grouped``).
    """
    hop = view.hop(hop_id)
    side, states = _WHO[kind]
    closed = view.concluded and kind is EventKind.ANSWERED  # a copy may still arrive and be received
    if (
        getattr(hop, side) != unit
        or closed
        or not (hop.state in states or (crossed and hop.state is HopState.CANCELLED))
    ):
        raise _forbidden(view, kind, hop.state.value)
    if hop.void and not unaware:
        raise OfficeError("slip.superseded", slip=view.number)
    if hop.official and not hop.void and hop.state is not HopState.CANCELLED:
        require_alone(view, group)
    return hop


def require_addressee(view: SlipView, hop: Hop, behalf: str) -> None:
    """In somebody's name only what is addressed to him, or to nobody in person: ``slip.not_addressee``."""
    if behalf and hop.to_official not in {"", behalf}:
        raise OfficeError("slip.not_addressee", slip=view.number)


def require_paper(view: SlipView, hop_id: str, unit: str) -> Hop | None:
    """The hop whose paper that unit may say where it is; None for the slip's own. Raises ``slip.act_forbidden``, ``slip.not_holder``.

    The slip's own: who holds it, also while it is on its way, since paper goes later. A hop's: who sent it, and who has it received
    and not passed on.
    """
    if not hop_id:
        if view.holder != unit:
            raise OfficeError("slip.not_holder", slip=view.number, holder=view.holder)
        return None
    hop = view.hop(hop_id)
    has_it = unit == hop.to_unit and hop.state in {HopState.RECEIVED, HopState.CONCLUDED}
    if not has_it and not (unit == hop.from_unit and hop.out and not hop.void):
        raise _forbidden(view, EventKind.PAPER_MOVED, hop.state.value)
    return hop


def require_grouping(view: SlipView, unit: str, *, principal: str = "", member: str = "") -> None:
    """Whether that unit may group this slip: it holds it, and it is in no group as a member; one level only.

    As the ``member`` it has none of its own; as the ``principal`` not this one already. Raises as ``require_holding``,
    ``slip.grouped``, ``slip.group_of_groups``, ``slip.act_forbidden``.
    """
    require_holding(view, unit)
    require_alone(view)
    if view.id == member and view.members:
        raise OfficeError("slip.group_of_groups", slip=view.number)
    if principal and (principal == member or view.id not in {principal, member} or member in view.members):
        raise _forbidden(view, EventKind.GROUPED, "grouped")


def require_ungrouping(view: SlipView, unit: str, *, principal: str, member: str) -> None:
    """Whether that unit may take these two apart: it holds this one of them. Raises as ``require_holding``, ``slip.not_grouped``."""
    require_holding(view, unit)
    mine = view.principal == principal if view.id == member else view.id == principal and member in view.members
    if not mine:
        raise OfficeError("slip.not_grouped", slip=view.number)


def require_settling(view: SlipView, unit: str, about: str, keep: str, drop: Collection[str]) -> Conflict:
    """The open conflict of exactly those hops, which left from that unit: ``slip.nothing_to_settle``."""
    for item in _settled_by(view, unit):
        if item.about.value == about and keep not in drop and {keep, *drop} == set(item.hops):
            return item
    raise OfficeError("slip.nothing_to_settle", slip=view.number)


def _settled_by(view: SlipView, unit: str) -> Iterator[Conflict]:
    return (item for item in view.open_conflicts if item.unit == unit)


def _forbidden(view: SlipView, kind: EventKind, state: str) -> OfficeError:
    return OfficeError("slip.act_forbidden", act=kind.value, state=state, slip=view.number)
