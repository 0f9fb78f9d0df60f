"""Folded views as JSON text: canonical enough (sorted keys, no spaces) that equal views have equal text."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from desktop.records.documents import AccessClass, Appended, Attachment, DocumentState, DocumentView
from desktop.records.events import EventKind
from desktop.records.observations import Frozen, Observation, read_mark
from desktop.records.origin import Origin
from desktop.routing.hops import Hop, HopMode, HopState, Justification, Reassignment
from desktop.routing.sheet import Conflict, ConflictKind, Heading, Paper, Settlement, SlipView

from .times import read_time, write_time


def write_view(view: DocumentView | SlipView) -> str:
    """The view as text."""
    return json.dumps(_plain(view), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return write_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Origin):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def read_document_view(text: str) -> DocumentView:
    """The document view that ``write_view`` wrote."""
    data = json.loads(text)
    return DocumentView(
        **{
            **data,
            "state": DocumentState(data["state"]),
            "access": AccessClass(data["access"]),
            "origin": Origin.from_json(data["origin"]) if data.get("origin") else None,
            "approvers": tuple(data["approvers"]),
            "signers": tuple(data["signers"]),
            "approved": tuple(data["approved"]),
            "refused": tuple(data["refused"]),
            "observations": tuple(_observation(item) for item in data["observations"]),
            "versions": tuple(Frozen(**{**item, "at": read_time(item["at"])}) for item in data["versions"]),
            "acting": tuple((who, other) for who, other in data["acting"]),
            "attachments": tuple(Attachment(**item) for item in data["attachments"]),
            "appended": tuple(
                Appended(**{**item, "kind": EventKind(item["kind"]), "at": read_time(item["at"])})
                for item in data["appended"]
            ),
            "created_at": _time(data["created_at"]),
            "changed_at": _time(data["changed_at"]),
        }
    )


def read_slip_view(text: str) -> SlipView:
    """The slip view that ``write_view`` wrote."""
    data = json.loads(text)
    return SlipView(
        **{
            **data,
            "hops": tuple(_hop(item) for item in data["hops"]),
            "documents": tuple(data["documents"]),
            "refused": tuple(data["refused"]),
            "opened_at": _time(data["opened_at"]),
            "heading": Heading(**data["heading"]),
            "members": tuple(data["members"]),
            "deadline": _day(data["deadline"]),
            "paper": Paper(**{**data["paper"], "since": _time(data["paper"]["since"])}),
            "conflicts": tuple(_conflict(item) for item in data["conflicts"]),
        }
    )


def _hop(item: dict[str, Any]) -> Hop:
    return Hop(
        **{
            **item,
            "mode": HopMode(item["mode"]),
            "state": HopState(item["state"]),
            "deadline": _day(item["deadline"]),
            "actions": tuple(item["actions"]),
            "justifications": tuple(
                Justification(**{**each, "until": _day(each["until"]), "at": read_time(each["at"])})
                for each in item["justifications"]
            ),
            "reassignments": tuple(
                Reassignment(**{**each, "at": read_time(each["at"])}) for each in item["reassignments"]
            ),
            "documents": tuple(item["documents"]),
            "answered_with": tuple(item["answered_with"]),
            "sent_at": read_time(item["sent_at"]),
            "received_at": _time(item["received_at"]),
        }
    )


def _conflict(item: dict[str, Any]) -> Conflict:
    settled = item["settlement"]
    return Conflict(
        ConflictKind(item["about"]),
        tuple(item["hops"]),
        item["unit"],
        Settlement(**{**settled, "drop": tuple(settled["drop"]), "at": read_time(settled["at"])}) if settled else None,
    )


def _observation(item: dict[str, Any]) -> Observation:
    marks = tuple(read_mark(mark) for mark in item["marks"])
    return Observation(**{**item, "at": read_time(item["at"]), "marks": marks})


def _time(text: str | None) -> datetime | None:
    return read_time(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
