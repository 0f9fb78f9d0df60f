"""The report as CSV for spreadsheets: one row per signature, one for a file without any (docs/formats/verification-report.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from desktop.words import words
from signing.report import FileVerdict, SignatureVerdict
from signing.verdict import full_ci

from .inert import cell, spreadsheet
from .phrases import Phrases

COLUMNS = (
    "file", "sha256", "verdict", "what", "do", "pages", "kind", "name", "ci", "post", "organisation", "issuer", "serial",
    "field", "signature_verdict", "signature_what", "level", "indication", "subindication", "claimed_time", "proven_time",
    "proven_by", "integrity", "later_changes", "changed_pages", "revocation", "revocation_source", "revocation_date",
    "attachments", "warnings", "at", "reason",
)  # fmt: skip


class CsvRows:
    """Rows for spreadsheets; the file is opened as UTF-8 with a byte order mark."""

    def __init__(self, out: TextIO, phrases: Phrases) -> None:
        self._writer = spreadsheet(out)
        self._phrases = phrases
        self._writer.writerow([words(f"csv.{name}", phrases.language).what for name in COLUMNS])

    def file(self, verdict: FileVerdict) -> None:
        """The rows of one file."""
        for signature in verdict.signatures or (None,):
            values = [
                *self._of_file(verdict),
                *self._of_signature(verdict, signature),
                *self._after(verdict, signature),
            ]
            self._writer.writerow([cell(value) for value in values])

    def _of_file(self, verdict: FileVerdict) -> Sequence[str]:
        said = self._phrases.verdict(verdict)
        pages = str(verdict.pages or "")
        outcome = self._phrases.value("outcome", verdict.outcome.value)
        return (verdict.file, verdict.sha256, outcome, said.what, said.do, pages)

    def _of_signature(self, verdict: FileVerdict, item: SignatureVerdict | None) -> Iterable[str]:
        if item is None:
            return [""] * 22
        person, phrases = item.person, self._phrases
        return (
            phrases.value("kind", item.kind),
            person.name if person else "",
            full_ci(person) if person else "",
            person.post if person else "",
            person.organisation if person else "",
            item.issuer,
            f"{item.serial:#x}" if item.certificate_sha256 else "",  # decimal digits would be rounded by a spreadsheet
            item.field,
            phrases.value("outcome", item.outcome.value),
            phrases.verdict(verdict, item).what,
            item.level.value if item.level else "",
            item.indication.value,
            item.subindication,
            phrases.iso(item.claimed_time),
            phrases.iso(item.proven_time),
            phrases.value("proven_by", item.proven_by) if item.proven_by else "",
            phrases.value("integrity", item.integrity.value),
            phrases.value("later_changes", item.later_changes.value),
            ", ".join(map(str, item.changed_pages)),
            phrases.value("revocation", item.revocation.status),
            phrases.value("revocation_source", item.revocation.source) if item.revocation.source else "",
            phrases.iso(item.revocation.date),
        )

    def _after(self, verdict: FileVerdict, item: SignatureVerdict | None) -> Sequence[str]:
        phrases = self._phrases
        states = (f"{found.name}: {phrases.value('attachment', found.state)}" for found in verdict.attachments)
        warnings = (phrases.said(code, "care").what for code in verdict.warnings)
        reason = item.reason if item is not None else verdict.reason
        return ("; ".join(states), " ".join(warnings), phrases.iso(verdict.at), reason)
