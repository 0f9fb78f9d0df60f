"""The arithmetic of docs/scale.md: what is assumed, what was measured, and what follows. ``python -m tests.scale`` prints the tables.

The page must hold exactly these lines (tests/test_scale.py): whoever changes a figure changes the page.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, fields

DAYS = 240  # working days a year
YEARS = 10
HOURS = 3600.0


@dataclass(frozen=True, slots=True)
class Place:
    """Who works there, in how many roots it is kept."""

    name: str
    officials: int
    roots: int


@dataclass(frozen=True, slots=True)
class Assumed:
    """What nobody has measured; each is explained on the page."""

    documents_per_official: float = 2.0  # signed a working day
    documents_per_dossier: int = 3
    document_bytes: int = 150_000
    attachment_bytes: int = 400_000  # for each document, on the mean
    acts_per_document: int = 8  # draft to deposit: sign, dispatch, receive, …, each an event to one unit or two
    pulls_per_day: int = 480  # of a PC: one a minute in eight hours
    copies: int = 3  # two in the cluster (replication 010), one in the second store
    server_bytes: float = 20e12  # disk of one volume server
    index_bytes: int = 20  # memory of a volume server for each key, as SeaweedFS's own pages say: not measured here


@dataclass(frozen=True, slots=True)
class Measured:
    """From rows of ``make bench``; the page says which run."""

    keys_of_aip: int = 15  # archive_s3, of one document
    keys_of_document: int = 2  # each further one: its PDF, its attachment
    requests_per_key: float = 1.2  # archive_s3
    lock_requests_per_key: float = 4.0  # archive_s3
    write_s3: float = 0.234  # seconds an AIP, archive_s3, the slower of two runs
    verify: float = 0.025  # seconds a file: the limit of verify_b_lta
    read_megabyte: float = 0.0054  # processor seconds an object of 1 MB, the whole of tests/bench/fixity_run
    look: float = 0.0022  # processor seconds an object, catalogue, reading and writing
    quiet_pull: int = 5  # requests: the limit of quiet_pull_requests
    package_overhead: int = 60_000  # bytes: manifests, METS, PREMIS, four inventories


PLACES = (Place("Department", 50 * 20 + 36 * 60, 1), Place("Country", 60_000, 9))


def needs(place: Place, assumed: Assumed | None = None, measured: Measured | None = None) -> list[tuple[str, str, str]]:
    """What is needed, a day and in a decade."""
    a, m = assumed or Assumed(), measured or Measured()
    documents = place.officials * a.documents_per_official
    dossiers = documents / a.documents_per_dossier
    keys = dossiers * (m.keys_of_aip + m.keys_of_document * (a.documents_per_dossier - 1))
    size = dossiers * (a.documents_per_dossier * (a.document_bytes + a.attachment_bytes) + m.package_overhead)
    line = documents * a.acts_per_document * 2 * 2 + place.officials * a.pulls_per_day * m.quiet_pull
    custody = dossiers * (m.write_s3 + m.verify * a.documents_per_dossier) / HOURS
    decade = DAYS * YEARS
    reading = size * decade / 1e6 * m.read_megabyte / HOURS
    return [
        ("documents signed", _count(documents), _count(documents * decade)),
        ("dossiers kept", _count(dossiers), _count(dossiers * decade)),
        ("keys in the archive", _count(keys), _count(keys * decade)),
        ("bytes in the archive, one copy", _bytes(size), _bytes(size * decade)),
        ("the same with its second copy and the second store", _bytes(size * a.copies), _bytes(size * a.copies * decade)),
        ("requests of the archive's writing", _count(keys * m.requests_per_key), _count(keys * m.requests_per_key * decade)),
        ("requests to lock what is new", _count(keys * m.lock_requests_per_key), _count(keys * m.lock_requests_per_key * decade)),
        ("requests of the line a second, spread over eight hours", f"{line / 8 / HOURS:.0f}", ""),
        ("requests of the line", _count(line), _count(line * decade)),
        ("calls to the TSA (one a document, one a dossier)", _count(documents + dossiers), _count((documents + dossiers) * decade)),
        ("hours of custodians, all roots together", f"{custody:.1f}", _count(custody * decade)),
        ("hours of custodians, each root", f"{custody / place.roots:.1f}", _count(custody * decade / place.roots)),
        ("processor hours to read everything once", f"{reading / decade:.2f}", _count(reading)),
        ("processor hours to make the catalogue anew", "", _count(dossiers * decade * m.look / HOURS)),
    ]  # fmt: skip


def bends(place: Place, assumed: Assumed | None = None, measured: Measured | None = None) -> list[tuple[str, str]]:
    """What the tenth year asks at every moment, of each root."""
    a, m = assumed or Assumed(), measured or Measured()
    dossiers = place.officials * a.documents_per_official / a.documents_per_dossier * DAYS * YEARS / place.roots
    keys = dossiers * (m.keys_of_aip + m.keys_of_document * (a.documents_per_dossier - 1))
    year = 365 * 24 * HOURS
    size = dossiers * (a.documents_per_dossier * (a.document_bytes + a.attachment_bytes) + m.package_overhead)
    servers = max(3, math.ceil(size * 2 / a.server_bytes))
    return [
        ("dossiers in each root", _count(dossiers)),
        ("keys in each root", _count(keys)),
        ("volume servers of each root's cluster", str(servers)),
        ("memory of their indexes, all together", _bytes(keys * 2 * a.index_bytes)),
        ("requests a second to make each lock longer once a year", f"{keys * m.lock_requests_per_key / year:.1f}"),
        ("listings of 1 000 keys for one pass over a root", _count(keys / 1000)),
        ("hours to make the catalogue anew, two processors", f"{dossiers * m.look / HOURS / 2:.1f}"),
    ]


def tables() -> str:
    """As they stand on the page."""
    lines = []
    for place in PLACES:
        lines += [f"### {place.name}: {_count(place.officials)} officials, roots: {place.roots}", ""]
        lines += ["| what | a working day | a decade |", "|---|---|---|"]
        lines += [f"| {what} | {day} | {decade} |" for what, day, decade in needs(place)]
        lines += ["", "| after ten years | |", "|---|---|"]
        lines += [f"| {what} | {value} |" for what, value in bends(place)]
        lines.append("")
    return "\n".join(lines)


def figures() -> str:
    """Every figure that goes in, by its name."""
    rows = [(member.name, getattr(one, member.name)) for one in (Assumed(), Measured()) for member in fields(one)]
    return "\n".join(f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {value}" for name, value in rows)


def _count(value: float) -> str:
    """Two or three digits that count."""
    for size, word in ((1e9, " thousand million"), (1e6, " million")):
        if value >= size:
            return f"{value / size:.3g}{word}"
    return f"{round(value, -1 if value >= 1000 else 0):,.0f}".replace(",", " ")


def _bytes(value: float) -> str:
    for size, word in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB")):
        if value >= size:
            return f"{value / size:.3g} {word}"
    return f"{value / 1e6:.3g} MB"


if __name__ == "__main__":
    sys.stdout.write(f"{figures()}\n\n{tables()}\n")
