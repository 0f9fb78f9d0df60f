"""The report as CSV for spreadsheets: one row per signature, one for a file without any (docs/formats/verification-report.md)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from signing.report import FileVerdict, SignatureVerdict
from signing.verdict import full_ci

from .inert import cell
from .phrases import Phrases

HEAD = (
    "file", "sha256", "verdict", "what", "do", "pages", "kind", "name", "ci", "post", "organisation", "issuer", "serial",
    "field", "signature_verdict", "signature_what", "level", "indication", "subindication", "claimed_time", "proven_time",
    "proven_by", "integrity", "later_changes", "changed_pages", "revocation", "revocation_source", "revocation_date",
    "attachments", "warnings", "at", "reason",
)  # fmt: skip


class CsvRows:
    """Semicolons, as spreadsheets in Spanish expect, CRLF, every cell quoted; the file is opened as UTF-8 with a byte order mark."""

    def __init__(self, out: TextIO, phrases: Phrases) -> None:
        self._writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        self._phrases = phrases
        self._writer.writerow(HEAD)

    def file(self, verdict: FileVerdict) -> None:
        """The rows of one file."""
        for signature in verdict.signatures or (None,):
            values = [*self._of_file(verdict), *self._of_signature(verdict, signature), *self._after(verdict, signature)]
            self._writer.writerow([cell(value) for value in values])

    def _of_file(self, verdict: FileVerdict) -> Sequence[str]:
        said = self._phrases.verdict(verdict)
        pages = str(verdict.pages or "")
        return (verdict.file, verdict.sha256, verdict.outcome.value, said.what, said.do, pages)

    def _of_signature(self, verdict: FileVerdict, item: SignatureVerdict | None) -> Iterable[str]:
        if item is None:
            return [""] * 22
        person, phrases = item.person, self._phrases
        return (
            item.kind,
            person.name if person else "",
            full_ci(person) if person else "",
            person.post if person else "",
            person.organisation if person else "",
            item.issuer,
            f"{item.serial:#x}" if item.certificate_sha256 else "",  # decimal digits would be rounded by a spreadsheet
            item.field,
            item.outcome.value,
            phrases.verdict(verdict, item).what,
            item.level.value if item.level else "",
            item.indication.value,
            item.subindication,
            phrases.iso(item.claimed_time),
            phrases.iso(item.proven_time),
            item.proven_by,
            item.integrity.value,
            item.later_changes.value,
            ", ".join(map(str, item.changed_pages)),
            item.revocation.status,
            item.revocation.source,
            phrases.iso(item.revocation.date),
        )

    def _after(self, verdict: FileVerdict, item: SignatureVerdict | None) -> Sequence[str]:
        attachments = ", ".join(f"{found.name}: {found.state}" for found in verdict.attachments)
        reason = item.reason if item is not None else verdict.reason
        return (attachments, ", ".join(verdict.warnings), self._phrases.iso(verdict.at), reason)
