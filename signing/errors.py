"""Signing's errors: a code and facts, no prose. Words live in the reader's translations (a test asserts that each code has some)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

Fact = str | int | float | bool | None


class SigningError(Exception):
    """Something the person can be told. ``code`` is a dotted name, ``facts`` fill its words.

    ``on_disk`` is a code that says what is now on disk where the failed act wrote anything (e.g. ``nothing``, ``complete``).
    Never carries a PIN or a password.
    """

    def __init__(self, code: str, /, *, on_disk: str | None = None, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.on_disk = on_disk
        self.facts: Mapping[str, Fact] = MappingProxyType(dict(facts))

    def again(self) -> Self:
        """The same said of something else: a new error with this one's code and facts."""
        facts: dict[str, Any] = dict(self.facts)
        return type(self)(self.code, **facts)

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({facts})"


class TokenError(SigningError):
    """The token or its module: absent, pulled out, hung, crashed."""


class PinError(TokenError):
    """The PIN was refused or cannot be tried. Whoever catches this must not try again by itself."""


class SigningCancelled(Exception):  # noqa: N818 - pressing cancel is no error
    """The person declined to give a PIN or pressed cancel. Not a failure."""
