"""The office's own errors: a code and facts, never prose. Words live in the translations of the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Fact = str | int | float | bool | None


class OfficeError(Exception):
    """Something the person can be told: the environment or the office's rules, not a bug of ours.

    ``code`` is a dotted name that has words in every language (a test asserts it); ``facts`` fill those words.
    ``on_disk`` says, as a code of its own, what is now on disk where the failed act wrote anything.
    """

    def __init__(self, code: str, /, *, on_disk: str | None = None, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.on_disk = on_disk
        self.facts: Mapping[str, Fact] = MappingProxyType(dict(facts))

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({facts})"


class Cancelled(Exception):  # noqa: N818 - pressing cancel is no error
    """The person said stop. Not a failure: nothing is reported, nothing is retried."""
