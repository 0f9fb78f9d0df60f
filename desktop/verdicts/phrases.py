"""The words of reports in one language and one zone: labels, values, moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from desktop.words import Words, table_of, words
from signing.report import FileVerdict, Outcome, SignatureVerdict

from .inert import inert
from .told import Said, Table

TONE = {
    Outcome.VALID: "good",
    Outcome.INDETERMINATE: "care",
    Outcome.INVALID: "bad",
    Outcome.UNSIGNED: "plain",
    Outcome.UNREADABLE: "bad",
}
WORST_FIRST = (Outcome.UNREADABLE, Outcome.INVALID, Outcome.INDETERMINATE, Outcome.UNSIGNED, Outcome.VALID)
ROWS = 300  # of one table
_LOCALES = {"es": "es_BO", "en": "en"}


@dataclass(frozen=True)
class Phrases:
    """``zone`` is an IANA name: every moment is shown in it, with its offset."""

    language: str = "es"
    zone: str = "America/La_Paz"

    def label(self, name: str, /, **facts: object) -> str:
        """A label of ``report.…``."""
        return words(f"report.{name}", self.language, facts).what

    def value(self, family: str, name: str) -> str:
        """A value of the model in words; an unknown one is shown as it is, never hidden."""
        row = self.row(family, name)
        return row.what if row is not None else inert(name)

    def row(self, family: str, name: str) -> Words | None:
        """All words of a value; None where it has none."""
        return table_of(self.language).get(f"{family}.{name.lower().replace('-', '_')}")

    def said(self, code: str, tone: str, facts: Mapping[str, object] | None = None) -> Said:
        """The words of a code, with tone."""
        found = words(code, self.language, facts or {})
        return Said(inert(found.what, 600), inert(found.means, 900), inert(found.do, 600), tone)

    def verdict(self, verdict: FileVerdict, signature: SignatureVerdict | None = None) -> Said:
        """The sentence of a file, or of one of its signatures."""
        told = signature or next((item for item in verdict.signatures if item.reason == verdict.reason), None)
        code = signature.reason if signature is not None else verdict.reason
        outcome = signature.outcome if signature is not None else verdict.outcome
        return self.said(code, TONE[outcome], self._facts(verdict, told))

    def moment(self, time: datetime) -> str:
        """As ``5 mar 2026, 11:12:44 −04:00``."""
        local = time.astimezone(self._zone)
        offset = f"{local:%z}".replace("-", "−")
        return f"{format_datetime(local, 'd MMM y, HH:mm:ss', locale=self._locale)} {offset[:3]}:{offset[3:5]}"

    def optional(self, time: datetime | None) -> str:
        """The same, or a dash."""
        return "–" if time is None else self.moment(time)

    def day(self, day: date | datetime) -> str:
        """As ``31 dic 2030``; of a moment, its day in the zone."""
        local = day.astimezone(self._zone).date() if isinstance(day, datetime) else day
        return str(format_date(local, "d MMM y", locale=self._locale))

    def iso(self, time: datetime | None) -> str:
        """ISO 8601 with offset, in the zone; empty for none."""
        return "" if time is None else time.astimezone(self._zone).isoformat()

    def moments(self, times: Iterable[datetime]) -> str:
        """One moment, or from the first to the last."""
        known = sorted(times)
        first, last = self.moment(known[0]), self.moment(known[-1])
        return first if first == last else self.label("from_to", first=first, last=last)

    def table(
        self,
        caption: str,
        head: tuple[str, ...],
        rows: Sequence[tuple[str, ...]],
        shares: tuple[int, ...],
        tones: Sequence[str] = (),
    ) -> Table:
        """A table of at most ``ROWS`` rows; a hostile file may hold any number of things, and how many more there are is said."""
        shown, told = tuple(rows[:ROWS]), tuple(tones[:ROWS])
        if len(rows) > ROWS:
            more = self.label("more_rows", count=len(rows) - ROWS)
            shown = (*shown, (more, *("–",) * (len(head) - 1)))
            told = (*told, "care") if told else ()
        return Table(caption, head, shown, shares, told)

    def signer(self, signature: SignatureVerdict) -> str:
        """Whose signature it is, as its certificate says."""
        name = signature.person.name if signature.person else ""
        return inert(name or signature.issuer) or self.label("nobody")

    def _facts(self, verdict: FileVerdict, signature: SignatureVerdict | None) -> dict[str, object]:
        facts: dict[str, object] = {
            "file": inert(verdict.file),
            "pages": verdict.pages,
            "signatures": len(verdict.signatures),
        }
        if signature is not None:
            facts["name"] = self.signer(signature)
            facts["field"] = inert(signature.field)
            facts["changed_pages"] = ", ".join(map(str, signature.changed_pages))
        return facts

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def _locale(self) -> str:
        return _LOCALES.get(self.language, _LOCALES["es"])
