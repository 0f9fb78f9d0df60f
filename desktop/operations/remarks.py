"""What was observed, at its place in the author's text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from desktop.drafting.body import Body
from desktop.drafting.changes import Anchor
from desktop.drafting.marks import anchor_in
from desktop.records.documents import DocumentState, DocumentView
from desktop.records.observations import Mark, Observation

from .desk import Desk


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark of the observation that brought the document back. ``name`` is that of its anchor in the text in work.

    ``anchor`` is None where it is about the whole, or where its words are not in the text (any more).
    """

    name: str
    official: str
    text: str
    quote: str
    page: int
    anchor: Anchor | None


def open_observation(desk: Desk, document: str) -> Observation | None:
    """What the author has to answer now; None where the document is not back with him."""
    if not desk.store.events_of_document(document):
        return None
    view = desk.store.document(document)
    return view.observations[-1] if view.state is DocumentState.OBSERVED else None


def places(observation: Observation, body: Body) -> dict[str, Anchor]:
    """Where the marks stand in that text, by the names of their anchors; those that cannot be told are left out."""
    same = observation.text == sha256(json.dumps(body.to_json(), ensure_ascii=False).encode("utf-8")).hexdigest()
    found = {name: anchor_in(body, mark, same_text=same) for name, mark in _named(observation).items()}
    return {name: anchor for name, anchor in found.items() if anchor is not None}


def remarks(view: DocumentView, anchors: Mapping[str, Anchor]) -> list[Remark]:
    """The last observation's remarks with the anchors of the text in work; a single one where it had no marks."""
    if not view.observations:
        return []
    last = view.observations[-1]
    if not last.marks:
        return [Remark(last.id, last.official, last.remark, "", 0, None)]
    return [
        Remark(name, last.official, mark.text, mark.quote, mark.page, anchors.get(name))
        for name, mark in _named(last).items()
    ]


def _named(observation: Observation) -> dict[str, Mark]:
    return {f"{observation.id}/{number}": mark for number, mark in enumerate(observation.marks, 1)}
