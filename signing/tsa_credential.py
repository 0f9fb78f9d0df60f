"""When a bearer credential ends, if it is a JWT that says so (RFC 7519 §4.1.4). ADSIB's timestamps want one."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime


def credential_end(bearer: str) -> datetime | None:
    """The ``exp`` of a JWT, aware, UTC; None for any other credential. Nothing is verified: that is the TSA's business."""
    parts = bearer.split(".")
    if len(parts) not in (3, 5):
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError):
        return None
