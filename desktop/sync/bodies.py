"""What the body of each kind of event must hold (docs/formats/events.md). More may be there and is kept.

Checked when an event is made and when one comes in: a body that cannot be folded never reaches the projections.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from desktop.records.errors import OfficeError
from desktop.records.events import APART, Event, EventKind, Json
from desktop.records.origin import Origin

_DIGEST = re.compile(r"[0-9a-f]{64}")
Check = Callable[[Json], bool]


def _text(value: Json) -> bool:
    return isinstance(value, str)


def _full(value: Json) -> bool:
    return isinstance(value, str) and bool(value)


def _whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _flag(value: Json) -> bool:
    return isinstance(value, bool)


def _digest(value: Json) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _texts(value: Json) -> bool:
    return isinstance(value, list) and all(_text(item) for item in value)


def _ids(value: Json) -> bool:
    return isinstance(value, list) and all(_full(item) for item in value)


def _conflict(value: Json) -> bool:
    return value in ("oficial", "cancelacion")


def _day(value: Json) -> bool:
    if value is None:
        return True
    try:
        return bool(date.fromisoformat(value).isoformat() == value)
    except (ValueError, TypeError):
        return False


def _access(value: Json) -> bool:
    return _whole(value) and value <= 5


def _mode(value: Json) -> bool:
    return value in ("oficial", "copia")


def _delegation(value: Json) -> bool:
    return isinstance(value, dict) and _full(value.get("memorandum")) and _text(value.get("post"))


def _people(value: Json) -> bool:
    return isinstance(value, dict) and all(_full(who) and _full(acts) for who, acts in value.items())


def _marks(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict)
        and _full(item.get("text"))
        and all(_text(item.get(name, "")) for name in ("quote", "before", "after"))
        and _whole(item.get("page", 0))
        and _place(item.get("place"))
        for item in value
    )


def _place(value: Json) -> bool:
    return value is None or (
        isinstance(value, list)
        and len(value) == 2
        and all(
            isinstance(end, list) and len(end) == 3 and _whole(end[0]) and _text(end[1]) and _whole(end[2])
            for end in value
        )
    )


def _origin(value: Json) -> bool:
    if not isinstance(value, dict):
        return False
    try:
        Origin.from_json(value)
    except (TypeError, ValueError):
        return False
    return True


def _attachments(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict)
        and _full(item.get("name"))
        and _whole(item.get("size"))
        and _digest(item.get("sha256"))
        and _text(item.get("type"))
        and _whole(item.get("pages", 0))
        for item in value
    )


_GROUP: Mapping[str, Check] = {"principal": _full, "member": _full}
_APPEND: Mapping[str, Check] = {"old": _digest, "new": _digest, "level": _text}
REQUIRED: Mapping[EventKind, Mapping[str, Check]] = {
    EventKind.DRAFTED: {"kind": _full, "subject": _text},
    EventKind.REGISTERED: {
        "kind": _full,
        "subject": _full,
        "number": _full,
        "digest": _digest,
        "pages": _whole,
        "origin": _origin,
    },
    EventKind.SCANNED: {"digest": _digest, "pages": _whole},
    EventKind.NUMBERED: {"cite": _full},
    EventKind.FROZEN: {"digest": _digest, "pages": _whole},
    EventKind.OBSERVED: {"remark": _full},
    EventKind.SIGNED: _APPEND,
    EventKind.RAISED: _APPEND,
    EventKind.NUMBER_SETTLED: {"cite": _full, "documents": _texts, "keep": _texts, "reason": _full},
    EventKind.OPENED: {"number": _full, "subject": _text},
    EventKind.DISPATCHED: {"to_unit": _full, "mode": _mode, "action": _full},
    EventKind.RECEIVED: {"hop": _full},
    EventKind.REJECTED: {"hop": _full, "reason": _full},
    EventKind.CANCELLED: {"hop": _full},
    EventKind.ANSWERED: {"hop": _full, "answer": _full},
    EventKind.GROUPED: _GROUP,
    EventKind.UNGROUPED: _GROUP,
    EventKind.JUSTIFIED: {"hop": _full, "reason": _full},
    EventKind.PAPER_MOVED: {"hop": _text, "paper": _text, "where": _text},
    EventKind.REASSIGNED: {"hop": _full, "official": _full, "reason": _full},
    EventKind.SETTLED: {"about": _conflict, "keep": _full, "drop": _ids, "reason": _full},
    EventKind.KEYS_SHARED: {"documents": _ids, "reason": _text},
}
_SIGNED_EXTRA: Mapping[str, Check] = {"field": _text}
OPTIONAL: Mapping[EventKind, Mapping[str, Check]] = {
    EventKind.DRAFTED: {"approvers": _texts, "signers": _texts, "access": _access, "practice": _flag},
    EventKind.REGISTERED: {"attachments": _attachments, "scanned": _flag, "access": _access, "practice": _flag},
    EventKind.SCANNED: {"attachments": _attachments},
    EventKind.FROZEN: {
        "attachments": _attachments,
        "fields": _texts,
        "text": _digest,
        "supersedes": _digest,
        "acting": _people,
        "subject": _text,
        "signers": _texts,
        "approvers": _texts,
        "access": _access,
    },
    EventKind.APPROVED: {"digest": _digest},
    EventKind.OBSERVED: {"digest": _digest, "text": _digest, "marks": _marks},
    EventKind.VOIDED: {"reason": _text},
    EventKind.SIGNED: _SIGNED_EXTRA,
    EventKind.RAISED: _SIGNED_EXTRA,
    EventKind.DISPATCHED: {
        "to_official": _text,
        "remark": _text,
        "urgent": _flag,
        "deadline": _day,
        "sheets": _whole,
        "paper": _text,
        "documents": _texts,
        "coordinate": _text,
        "unscanned": _text,
        "actions": _texts,
    },
    EventKind.CANCELLED: {"reason": _text},
    EventKind.ANSWERED: {"unit": _full},
    EventKind.OPENED: {"procedure": _text, "addressee": _text, "deadline": _day},
    EventKind.RECEIVED: {"paper": _text},
    EventKind.CONCLUDED: {"folder": _text},
    EventKind.JUSTIFIED: {"until": _day},
    EventKind.REOPENED: {"refused": _text},
    EventKind.DEPOSITED: {
        "deposit": _text,
        "dossier": _text,
        "documents": _ids,
        "manifest": _digest,
        "title": _text,
        "series": _text,
        "instead_of": _text,
    },
}
_ON_A_SLIP = frozenset(kind for kind in EventKind if kind.value.startswith("slip.")) - {
    EventKind.CONCLUDED,
    EventKind.REOPENED,
}


def require_body(event: Event) -> None:
    """Raises ``event.malformed`` naming the first field that is missing or is not what its kind needs."""
    for name, check in REQUIRED.get(event.kind, {}).items():
        if name not in event.body or not check(event.body[name]):
            raise OfficeError("event.malformed", reason=f"body.{name}")
    for name, check in OPTIONAL.get(event.kind, {}).items():
        if name in event.body and not check(event.body[name]):
            raise OfficeError("event.malformed", reason=f"body.{name}")
    if event.on_behalf_of is not None and not _delegation(event.body.get("delegation")):
        raise OfficeError("event.malformed", reason="body.delegation")
    if event.kind in _ON_A_SLIP and not event.slip:
        raise OfficeError("event.malformed", reason="slip")
    if event.kind in APART and (event.slip is not None or event.parents):
        raise OfficeError("event.malformed", reason="parents" if event.parents else "slip")


def require_shape(event: Event) -> None:
    """The fields outside the body. Raises ``event.malformed``."""
    for name, value in (
        ("id", event.id),
        ("entity", event.entity),
        ("document", event.document),
        ("device", event.device),
    ):
        if not value:
            raise OfficeError("event.malformed", reason=name)
    if event.slip is not None and not _full(event.slip):
        raise OfficeError("event.malformed", reason="slip")
    if event.on_behalf_of is not None and not _full(event.on_behalf_of):
        raise OfficeError("event.malformed", reason="on_behalf_of")
    if not all(_digest(parent) for parent in event.parents) or len(set(event.parents)) != len(event.parents):
        raise OfficeError("event.malformed", reason="parents")
    if event.device_seq < 1 or any(seq < 1 for _, seq in event.deliveries):
        raise OfficeError("event.malformed", reason="seq")
    if not (event.prev == "" if event.device_seq == 1 else _digest(event.prev)):
        raise OfficeError("event.malformed", reason="prev")
    for blob in event.blobs:
        if not (_digest(blob.sha256) and _digest(blob.cipher) and blob.size >= 0):
            raise OfficeError("event.malformed", reason="blobs")
        if blob.role not in ("document", "attachment", "history", "text"):
            raise OfficeError("event.malformed", reason="blobs.role")
