"""Verdicts and questions as JSON between the window and the child that parses foreign files.

Never pickle: what the child answers is as foreign as the file it read, and is rebuilt here field by field.
"""

from __future__ import annotations

import base64
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from .placement import Box, PageLayout
from .report import (
    FileVerdict,
    Indication,
    LaterChanges,
    Level,
    Outcome,
    Person,
    Revocation,
    SignatureVerdict,
)
from .trust import Anchor, TrustStore

Json = dict[str, Any]


def trust_to_json(trust: TrustStore) -> Json:
    """A store of anchors as plain JSON values."""
    return {
        "anchors": [{**asdict(anchor), "der": _text(anchor.der)} for anchor in trust.anchors],
        "intermediates": [_text(der) for der in trust.intermediates],
        "cache": None if trust.cache is None else str(trust.cache),
    }


def trust_from_json(value: Json) -> TrustStore:
    """The inverse of ``trust_to_json``."""
    return TrustStore(
        anchors=tuple(Anchor(**{**anchor, "der": base64.b64decode(anchor["der"])}) for anchor in value["anchors"]),
        intermediates=tuple(base64.b64decode(text) for text in value["intermediates"]),
        cache=None if value["cache"] is None else Path(value["cache"]),
    )


def verdict_to_json(verdict: FileVerdict) -> Json:
    """Everything of a verdict; times in ISO 8601."""
    return {**asdict(verdict), "signatures": [_signature_to_json(item) for item in verdict.signatures]}


def _signature_to_json(item: SignatureVerdict) -> Json:
    revocation = {**asdict(item.revocation), "date": _iso(item.revocation.date)}
    return {
        **asdict(item),
        "claimed_time": _iso(item.claimed_time),
        "proven_time": _iso(item.proven_time),
        "revocation": revocation,
    }


def verdict_from_json(value: Json) -> FileVerdict:
    """The inverse of ``verdict_to_json``; raises KeyError, TypeError or ValueError on anything else."""
    return FileVerdict(
        file=str(value["file"]),
        sha256=str(value["sha256"]),
        outcome=Outcome(value["outcome"]),
        reason=str(value["reason"]),
        signatures=tuple(_signature_from_json(item) for item in value["signatures"]),
        unsigned_fields=tuple(str(name) for name in value["unsigned_fields"]),
        warnings=tuple(str(code) for code in value["warnings"]),
        pages=int(value["pages"]),
    )


def _signature_from_json(item: Json) -> SignatureVerdict:
    person = item["person"]
    revocation = item["revocation"]
    return SignatureVerdict(
        field=str(item["field"]),
        kind=str(item["kind"]),
        outcome=Outcome(item["outcome"]),
        indication=Indication(item["indication"]),
        subindication=str(item["subindication"]),
        reason=str(item["reason"]),
        level=None if item["level"] is None else Level(item["level"]),
        person=None if person is None else Person(**{name: str(text) for name, text in person.items()}),
        issuer=str(item["issuer"]),
        serial=int(item["serial"]),
        certificate_sha256=str(item["certificate_sha256"]),
        claimed_time=_time(item["claimed_time"]),
        proven_time=_time(item["proven_time"]),
        proven_by=str(item["proven_by"]),
        covers_whole_file=bool(item["covers_whole_file"]),
        later_changes=LaterChanges(item["later_changes"]),
        revocation=Revocation(str(revocation["status"]), str(revocation["source"]), _time(revocation["date"])),
        signed_revision=int(item["signed_revision"]),
        changed_pages=tuple(int(page) for page in item["changed_pages"]),
    )


def layout_from_json(value: Json) -> PageLayout:
    """A page's layout from the child's answer; raises KeyError, TypeError or ValueError on anything else."""
    return PageLayout(
        float(value["width"]),
        float(value["height"]),
        int(value["rotation"]),
        float(value["x"]),
        float(value["y"]),
        *(tuple(_box(box) for box in value[name]) for name in ("text", "images", "widgets")),
    )


def _box(value: Json) -> Box:
    return Box(float(value["x0"]), float(value["y0"]), float(value["x1"]), float(value["y1"]))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
