"""Where incoming paper comes from: what the ventanilla writes down of a letter that somebody brings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from .errors import OfficeError

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LONGEST = 300  # signs of one text
MOST_SHEETS = 100_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Sender and letter. ``ci`` is his identity card, ``nit`` the tax number of his entity, both as they are written.

    ``cite`` and ``dated`` are the sender's own number and date; ``sheets`` counts hojas of paper; ``enclosures`` is what cannot be
    scanned, in words; ``paper`` what kind of letter it is ("memorial", "nota externa").
    """

    name: str
    ci: str = ""
    nit: str = ""
    entity: str = ""
    post: str = ""
    phone: str = ""
    mail: str = ""
    cite: str = ""
    dated: date | None = None
    sheets: int = 0
    enclosures: str = ""
    paper: str = ""

    def to_json(self) -> dict[str, Any]:
        """What the event carries: only what is known."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        plain["dated"] = self.dated.isoformat() if self.dated else ""
        return {name: value for name, value in plain.items() if value}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Origin:
        """Read it back; what a later program adds is passed over. Raises TypeError or ValueError for what is no origin."""
        texts = {one.name: value.get(one.name, "") for one in fields(cls) if one.name not in {"dated", "sheets"}}
        sheets = value.get("sheets", 0)
        if not all(isinstance(text, str) for text in texts.values()) or isinstance(sheets, bool):
            raise TypeError("an origin is made of texts")
        dated = value.get("dated", "")
        return cls(**texts, sheets=int(sheets), dated=date.fromisoformat(dated) if dated else None)

    @property
    def sender(self) -> str:
        """Who sent it, in one line."""
        return ", ".join(part for part in (self.name, self.entity) if part)

    @property
    def words(self) -> str:
        """What it is found by, beside subject and number."""
        return f"{self.name} {self.entity} {self.cite} {self.ci} {self.nit} {self.enclosures} {self.paper}"


def checked(given: Origin, subject: str, today: date) -> Origin:
    """The same, trimmed. Raises ``incoming.no_sender``, ``_no_subject``, ``_bad_mail``, ``_bad_sheets``, ``_date_ahead``, ``_too_long``.

    ``today`` is the entity's: a letter cannot be dated after it came.
    """
    texts: dict[str, Any] = {
        one.name: " ".join(value.split()) for one in fields(given) if isinstance(value := getattr(given, one.name), str)
    }
    made = replace(given, **texts)
    if not made.name and not made.entity:
        raise OfficeError("incoming.no_sender")
    if not subject.strip():
        raise OfficeError("incoming.no_subject")
    for name, text in (("subject", subject), *((one.name, str(getattr(made, one.name))) for one in fields(made))):
        if len(text) > (1000 if name == "subject" else _LONGEST):
            raise OfficeError("incoming.too_long", field=name, signs=len(text))
    if made.mail and not _MAIL.fullmatch(made.mail):
        raise OfficeError("incoming.bad_mail", mail=made.mail)
    if not 0 <= made.sheets <= MOST_SHEETS:
        raise OfficeError("incoming.bad_sheets", sheets=made.sheets)
    if made.dated is not None and made.dated > today:
        raise OfficeError("incoming.date_ahead", date=made.dated.isoformat(), today=today.isoformat())
    return made
