"""What can go wrong between us and a TSA, before anybody knows which one it was: a code, a reason, facts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .errors import Fact, SigningError


class Fault(Exception):  # noqa: N818 - becomes a SigningError where the TSA's address is known
    """``code`` is a ``tsa.*`` code, ``reason`` tells its cases apart; the words have a row for each."""

    def __init__(self, code: str, reason: str, **facts: Fact) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason
        self.facts: dict[str, Any] = facts

    def told(self, url: str) -> SigningError:
        """The error for the person; ``url`` as ``shown`` gives it."""
        return SigningError(self.code, url=url, reason=self.reason, **self.facts)


def shown(url: str) -> str:
    """An address fit to be shown: without user, password, query and fragment, any of which may hold a secret."""
    try:
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "?"
    return f"{parts.scheme}://{host}{port}{parts.path}" if host else parts.path
