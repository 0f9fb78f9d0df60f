"""An editing session: a body and header fields, what was done to them, and the places that people pointed at. Pure: no clock, no disk.

Each act gives a *record* (plain JSON) for the journal; ``replayed`` on the same start gives the same session, undo and
redo included, so that a restart loses neither text nor history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from desktop.records.errors import OfficeError

from .body import Body, text_of
from .changes import (
    Anchor,
    Change,
    Refill,
    Splice,
    applied,
    moved_anchor,
    read_anchor,
    read_change,
    refilled,
    turned_round,
    write_anchor,
    write_change,
)
from .leaves import tidied

DEEPEST_HISTORY = 1000
PAUSE = 1500  # milliseconds after which typing begins a new entry of the history
Record = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """What one undo takes back. ``at`` in milliseconds of any steady clock; ``anchors`` as they stood before."""

    changes: list[Change]
    kind: str
    at: int
    anchors: dict[str, Anchor] = field(default_factory=dict)


class EditSession:
    """One draft in work. ``anchors`` hold the places of remarks by their ids; ``fields`` are the header's, JSON values by name."""

    def __init__(self, body: Body, fields: Mapping[str, Any] | None = None) -> None:
        self._body = Body(tuple(tidied(block) for block in body.blocks))
        self._fields = dict(fields or {})
        self._anchors: dict[str, Anchor] = {}
        self._done: list[Entry] = []
        self._undone: list[Entry] = []

    @property
    def body(self) -> Body:
        """The text as it stands."""
        return self._body

    @property
    def fields(self) -> Mapping[str, Any]:
        """The header fields as they stand; what is not filled in is not there."""
        return dict(self._fields)

    @property
    def anchors(self) -> Mapping[str, Anchor]:
        """Where the remarks' words stand; an anchor with equal ends lost them."""
        return dict(self._anchors)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        return bool(self._undone)

    def do(self, changes: tuple[Change, ...], *, kind: str = "edit", at: int = 0) -> Record | None:
        """Carry changes out as one act; nothing comes of none.

        ``kind`` "typing" and "erasing" join the act before where it was of the same kind, close in place and time
        (``at``, milliseconds), and the same word. Raises ``drafting.edit_mismatch`` and changes nothing then.
        """
        if not changes:
            return None
        before = dict(self._anchors)
        self._carry_out(changes)
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last is not None and _joins(last, changes, kind, at):
            _join(last, changes)
            last.at = at
        else:
            self._done.append(Entry(list(changes), kind, at, before))
            del self._done[:-DEEPEST_HISTORY]
        return {"do": [write_change(change) for change in changes], "kind": kind, "at": at}

    def undo(self) -> Record | None:
        """Take the last act back; nothing where there is none."""
        if not self._done:
            return None
        entry = self._done.pop()
        back = [turned_round(change) for change in reversed(entry.changes)]
        self._carry_out(back)
        self._anchors |= {name: anchor for name, anchor in entry.anchors.items() if name in self._anchors}
        self._undone.append(entry)
        return {"undo": True}

    def redo(self) -> Record | None:
        """Do the last act that was taken back again; nothing where there is none."""
        if not self._undone:
            return None
        entry = self._undone.pop()
        before = dict(self._anchors)
        self._carry_out(entry.changes)
        self._done.append(replace(entry, anchors=before))
        return {"redo": True}

    def put_anchor(self, name: str, anchor: Anchor) -> Record:
        """Hold on to a place under that name."""
        self._anchors[name] = anchor
        return {"anchor": name, "place": write_anchor(anchor)}

    def drop_anchor(self, name: str) -> Record:
        """Let a place go."""
        self._anchors.pop(name, None)
        return {"anchor": name}

    def _carry_out(self, changes: Sequence[Change]) -> None:
        """All of them or, where one does not fit, none."""
        body, fields = self._body, self._fields
        for change in changes:
            if isinstance(change, Refill):
                fields = refilled(fields, change)
            else:
                body = applied(body, change)
        self._body, self._fields = body, fields
        for change in changes:
            self._anchors = {name: moved_anchor(anchor, change) for name, anchor in self._anchors.items()}

    # --- the journal

    def replayed(self, record: Mapping[str, Any]) -> None:
        """Do what a record tells. Raises ``drafting.bad_record`` for one that this session cannot have given."""
        try:
            if "do" in record:
                changes = tuple(read_change(change) for change in record["do"])
                self.do(changes, kind=str(record["kind"]), at=int(record["at"]))
            elif "undo" in record:
                self.undo()
            elif "redo" in record:
                self.redo()
            elif "place" in record:
                self.put_anchor(str(record["anchor"]), read_anchor(record["place"]))
            else:
                self.drop_anchor(str(record["anchor"]))
        except (KeyError, TypeError, ValueError, OfficeError) as error:
            raise OfficeError("drafting.bad_record", reason=str(error)) from error

    def to_json(self) -> Record:
        """All of it: text, header fields, places, history."""
        return {
            "body": self._body.to_json(),
            "fields": self._fields,
            "anchors": {name: write_anchor(anchor) for name, anchor in self._anchors.items()},
            "done": [_write_entry(entry) for entry in self._done],
            "undone": [_write_entry(entry) for entry in self._undone],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> EditSession:
        """The session of that JSON. Raises ``drafting.bad_record``; ``drafting.body_newer`` for a newer program's."""
        try:
            session = cls(Body.from_json(data["body"]), data.get("fields"))
            session._anchors = {name: read_anchor(anchor) for name, anchor in data["anchors"].items()}
            session._done = [_read_entry(entry) for entry in data["done"]]
            session._undone = [_read_entry(entry) for entry in data["undone"]]
        except OfficeError as error:
            if error.code == "drafting.body_newer":
                raise
            raise OfficeError("drafting.bad_record", reason=str(error)) from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise OfficeError("drafting.bad_record", reason=str(error)) from error
        return session


def _joins(last: Entry, changes: tuple[Change, ...], kind: str, at: int) -> bool:
    """Whether an act of typing goes on with the one before: same kind, soon after, at its end, and within a word."""
    before = last.changes[-1]
    if kind != last.kind or kind not in {"typing", "erasing"} or not 0 <= at - last.at <= PAUSE or len(changes) != 1:
        return False
    now = changes[0]
    if isinstance(now, Refill):
        return isinstance(before, Refill) and now.name == before.name
    if not isinstance(now, Splice) or not isinstance(before, Splice):
        return False
    if (now.place.block, now.place.part) != (before.place.block, before.place.part):
        return False
    if kind == "typing":
        old, new = text_of(before.inserted), text_of(now.inserted)
        follows = not now.removed and now.place.offset == before.place.offset + len(old)
        return follows and not (old[-1:].isspace() and not new[:1].isspace())
    gone = len(text_of(now.removed))
    return not now.inserted and before.place.offset in {now.place.offset, now.place.offset + gone}


def _join(last: Entry, changes: tuple[Change, ...]) -> None:
    """Signs are added to signs; of what a field held while it was typed in, only the ends are kept."""
    now, before = changes[0], last.changes[-1]
    if isinstance(now, Refill) and isinstance(before, Refill):
        last.changes[-1] = Refill(now.name, before.removed, now.inserted)
    else:
        last.changes += changes


def _write_entry(entry: Entry) -> Record:
    return {
        "changes": [write_change(change) for change in entry.changes],
        "kind": entry.kind,
        "at": entry.at,
        "anchors": {name: write_anchor(anchor) for name, anchor in entry.anchors.items()},
    }


def _read_entry(data: Mapping[str, Any]) -> Entry:
    changes = [read_change(change) for change in data["changes"]]
    anchors = {name: read_anchor(anchor) for name, anchor in data["anchors"].items()}
    return Entry(changes, str(data["kind"]), int(data["at"]), anchors)
