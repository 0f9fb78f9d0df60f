"""``make bench``: limit and result of every row; exit 1 when one is over its limit or was not measured.

``limit`` is the most that a row may be, ``least`` the least. ``--only ROW`` measures one.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from desktop.records.errors import OfficeError
from signing.errors import SigningError
from tests.bench import (
    archive_rows,
    catalogue_rows,
    drafting_rows,
    fixity_rows,
    line_rows,
    page_rows,
    rows,
    search_rows,
    signing_rows,
    verify_rows,
)

ROWS = {
    **rows.ROWS,
    **signing_rows.ROWS,
    **verify_rows.ROWS,
    **drafting_rows.ROWS,
    **page_rows.ROWS,
    **line_rows.ROWS,
    **search_rows.ROWS,
    **fixity_rows.ROWS,
    **catalogue_rows.ROWS,
    **archive_rows.ROWS,
}


def main(arguments: list[str]) -> int:
    """Print the table."""
    limits: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("limits.toml").read_text("utf-8"))
    bad = [f"{name}: measured, but limits.toml has no such row" for name in ROWS.keys() - limits.keys()]
    if arguments[:1] == ["--only"]:
        limits = {name: limits[name] for name in arguments[1:]}
    print(f"{'row':<26}{'limit':>12}{'result':>12}  what")
    try:
        for name, row in limits.items():
            bad += _measure(name, row)
    finally:
        rows.close()
        signing_rows.close()
        verify_rows.close()
        drafting_rows.close()
        line_rows.close()
        search_rows.close()
        fixity_rows.close()
        archive_rows.close()
    print("\n".join(bad) if bad else f"All {len(limits)} rows are within their limits.")
    return 1 if bad else 0


def _measure(name: str, row: dict[str, Any]) -> list[str]:
    """One row, printed; what is wrong with it."""
    if name not in ROWS:
        return [f"{name}: not measured"]
    try:
        results = [ROWS[name]() for _ in range(row["runs"])]
    except (OSError, OfficeError, SigningError, subprocess.SubprocessError) as error:
        return [f"{name}: not measured ({error})"]
    unit, least = row.get("unit", "ms"), row.get("least")
    result = max(results) if least is not None else min(results)
    over = result < least if least is not None else result > row["limit"]
    limit = f"≥ {least} {unit}" if least is not None else f"≤ {row['limit']} {unit}"
    notes = search_rows.note(name) + archive_rows.note(name)
    print(
        f"{name:<26}{limit:>12}{result:>9.1f} {unit:<2}  {row['what']}{notes}{'  MISSED' if over else ''}",
        flush=True,
    )
    return [f"{name}: {result:.1f} {unit}, limit {limit}"] if over else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
