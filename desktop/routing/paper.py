"""The paper that goes with a hop: whether it was announced, has come, or is missing, by what the slip's events say."""

from __future__ import annotations

from enum import StrEnum

from .hops import RETURNED, Hop, HopState
from .sheet import SlipView

LACKS = "Falta: "
"""What follows it in what a reception says of the paper did not come, as a person writes it: "Original. Falta: 2 anexos"."""


class PaperState(StrEnum):
    """How it stands with the paper of a hop, for who sent and who received it."""

    NONE = ""  # none was announced and none noted, or the hop came back
    UNDER_WAY = "under_way"  # announced; the hop is not received yet
    MISSING = "missing"  # the hop was received, and nobody has noted that its paper came
    PART = "part"  # something of it is missing
    CAME = "came"


def announced_paper(hop: Hop) -> str:
    """What the dispatch says goes with it on paper: the paper, and enclosures that are not scanned; "" for none."""
    return "; ".join(part for part in (hop.paper, hop.unscanned) if part)


def without(paper: str, lacking: str) -> str:
    """What a reception says of ``paper`` of which ``lacking`` did not come."""
    return f"{paper.rstrip(' .')}. {LACKS}{lacking.strip()}"


def paper_state(view: SlipView, hop: Hop) -> PaperState:
    """How it stands with the paper of that hop of the slip.

    What was noted last counts: what the reception says, or where its receiver has put the paper since. Once the slip was passed on, its
    paper is told of the hop that has it now.
    """
    announced = announced_paper(hop)
    if hop.state in RETURNED or not (announced or hop.paper_received):
        return PaperState.NONE
    if hop.state is HopState.SENT:
        return PaperState.UNDER_WAY
    noted = _noted(view, hop)
    if noted is None:
        moved_on = hop.state is HopState.PASSED_ON and view.paper.hop != hop.id
        return PaperState.NONE if moved_on else PaperState.MISSING
    return PaperState.PART if LACKS in noted else PaperState.CAME


def _noted(view: SlipView, hop: Hop) -> str | None:
    """What was said last of the paper since the hop came; None where nothing was."""
    paper = view.paper
    lies_here = hop.official and not hop.void and not paper.hop and paper.unit == hop.to_unit
    if lies_here and paper.since is not None and hop.received_at is not None and paper.since >= hop.received_at:
        return paper.what
    return hop.paper_received or None
