"""An independent look at a finished file: rules of PDF/A-2/-3 and PDF/UA-1, walked with pikepdf, not with the engine.

It checks structure, not conformance as a whole: what a rule does not look at may still be wrong. For our own files
only; foreign ones belong into the killable process of ``signing``.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pikepdf

from desktop.records.errors import OfficeError

from . import preflight_access, preflight_archive
from .preflight_walk import Walk

Rule = Callable[[Walk], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that the file breaks: its name, its clause, and where."""

    rule: str
    clause: str
    place: str


def preflight(pdf: bytes) -> tuple[Finding, ...]:
    """What is wrong with the file; empty when every rule is content. Raises ``drafting.unreadable_pdf``."""
    try:
        document = pikepdf.open(io.BytesIO(pdf))
    except pikepdf.PasswordError:
        return (Finding("no_encryption", "ISO 19005-2 6.1.3", "trailer"),)
    except pikepdf.PdfError as error:
        raise OfficeError("drafting.unreadable_pdf", reason=str(error)) from error
    with document:
        walk = Walk(document, pdf)
        return tuple(
            Finding(name, clause, place)
            for rules in (preflight_archive.RULES, preflight_access.RULES)
            for name, clause, rule in rules
            for place in dict.fromkeys(rule(walk))
        )


def rule_names() -> tuple[str, ...]:
    """Every rule there is, in order."""
    return tuple(name for rules in (preflight_archive.RULES, preflight_access.RULES) for name, _, _ in rules)
