"""Who may act in whose name: suplencia and interinato take a turn, a secretary only sends and receives. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .errors import OfficeError
from .events import EventKind, Json
from .people import Delegation, Directory, Secretary

SECRETARIAL = frozenset(
    {
        EventKind.OPENED,
        EventKind.DISPATCHED,
        EventKind.CANCELLED,
        EventKind.RECEIVED,
        EventKind.REJECTED,
        EventKind.PAPER_MOVED,
    }
)
"""What a secretary can be allowed: sending and receiving, and where the paper is. Never to approve, to observe or to sign."""

DELEGABLE = SECRETARIAL | {
    EventKind.FROZEN,
    EventKind.APPROVED,
    EventKind.OBSERVED,
    EventKind.SIGNED,
    EventKind.ANSWERED,
    EventKind.CONCLUDED,
    EventKind.REOPENED,
    EventKind.GROUPED,
    EventKind.UNGROUPED,
    EventKind.JUSTIFIED,
    EventKind.REASSIGNED,
    EventKind.SETTLED,
}
"""What a substitute does in the holder's name. He is nobody else's author, and numbers and voids in his own name."""


@dataclass(frozen=True, slots=True)
class Standing:
    """By what somebody acts in another's name: goes into the body of the event as ``delegation``, and onto the page.

    ``post`` is the one that he acts in; ``wording`` is empty for a secretary, whose acts are printed nowhere.
    """

    holder: str
    memorandum: str
    post: str
    wording: str = ""

    def to_json(self) -> dict[str, Json]:
        """The body's ``delegation``."""
        return {"memorandum": self.memorandum, "post": self.post}

    def printed(self, holder_name: str) -> str:
        """The line under the name, e.g. ``Suplente de Ana Poma, Memorándum 12/2026``."""
        return f"{self.wording} de {holder_name}, {self.memorandum}"


def require_standing(
    directory: Directory,
    actor: str,
    holder: str,
    kind: EventKind,
    day: date,
    *,
    claimed: Mapping[str, Json] | None = None,
) -> Standing:
    """By what ``actor`` does that kind of act for ``holder`` on that day of the entity's zone.

    ``claimed`` is the ``delegation`` of an event that came in: it must be one that the directory has, with that memorandum
    and post; without it the holder's present post must be the one that was delegated. Raises ``event.no_delegation``, and
    ``event.secretary_only`` where a secretary would do more than the directory allows.
    """
    for item in directory.delegations:
        if (item.holder, item.substitute) == (holder, actor) and _covers(directory, item, kind, day, claimed):
            post = str(claimed["post"]) if claimed is not None else directory.official(holder).post
            return Standing(holder, item.memorandum, post, item.wording)
    clerks = [item for item in directory.secretaries if (item.chief, item.official) == (holder, actor)]
    clerks = [item for item in clerks if item.first_day <= day <= item.last_day]
    for clerk in clerks:
        if kind in SECRETARIAL and kind.value in clerk.acts and _named(clerk, claimed):
            return Standing(holder, clerk.memorandum, directory.official(holder).post)
    if clerks:
        raise OfficeError("event.secretary_only", official=actor, holder=holder, act=kind.value)
    raise OfficeError("event.no_delegation", official=actor, holder=holder)


def holders_for(directory: Directory, actor: str, kind: EventKind, day: date) -> tuple[str, ...]:
    """In whose names he may do that kind of act on that day, himself not among them."""
    found = []
    for holder in (*(d.holder for d in directory.delegations), *(s.chief for s in directory.secretaries)):
        try:
            require_standing(directory, actor, holder, kind, day)
        except OfficeError:
            continue
        found.append(holder)
    return tuple(dict.fromkeys(found))


def substitute_of(directory: Directory, holder: str, day: date) -> Delegation | None:
    """Who signs in his place on that day: the last delegation entered that is in force; None where he signs himself."""
    return next(
        (
            item
            for item in reversed(directory.delegations)
            if item.holder == holder and _covers(directory, item, EventKind.SIGNED, day, None)
        ),
        None,
    )


def _covers(
    directory: Directory, item: Delegation, kind: EventKind, day: date, claimed: Mapping[str, Json] | None
) -> bool:
    if kind not in DELEGABLE or not item.first_day <= day <= item.last_day:
        return False
    if claimed is None:
        return item.post in {"", directory.official(item.holder).post}
    return claimed.get("memorandum") == item.memorandum and (item.post in {"", claimed.get("post")})


def _named(clerk: Secretary, claimed: Mapping[str, Json] | None) -> bool:
    return claimed is None or claimed.get("memorandum") == clerk.memorandum
