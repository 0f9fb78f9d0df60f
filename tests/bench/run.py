"""``make bench``: limit and result of every row; exit 1 when one is over its limit or was not measured.

``--only ROW`` (again for more) measures those rows alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.records.errors import OfficeError
from tests.bench.reading import Reading
from tests.bench.rows import ROWS, close


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    limits = tomllib.loads(Path(__file__).with_name("limits.toml").read_text("utf-8"))
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(limits), metavar="ROW")
    wanted = parser.parse_args(arguments).only or list(limits)
    bad = [f"{name}: measured, but limits.toml has no such row" for name in ROWS.keys() - limits.keys()]
    print(f"{'row':<18}{'limit':>14}{'result':>13}  what (from what it was reckoned)")
    try:
        for name in wanted:
            problem = _row(name, limits[name])
            bad += [problem] if problem else []
    finally:
        close()
    print("\n".join(bad) if bad else f"All {len(wanted)} rows are within their limits.")
    return 1 if bad else 0


def _row(name: str, row: dict[str, Any]) -> str:
    """Measure and print one row; says what is wrong with it, "" for nothing."""
    if name not in ROWS:
        return f"{name}: not measured"
    least, unit = row.get("least", False), row.get("unit", "ms")
    try:
        readings = [ROWS[name]() for _ in range(row.get("runs", 1))]
    except (OSError, OfficeError, subprocess.SubprocessError, RuntimeError) as error:
        print(f"{name:<18}{row['limit']:>11g} {unit:<2}{'not measured':>13}  {row['what']}", flush=True)
        return f"{name}: not measured ({error})"
    best = (max if least else min)(readings, key=_value)
    good = best.value >= row["limit"] if least else best.value <= row["limit"]
    limit = f"{'≥' if least else '≤'} {row['limit']:g} {unit}"
    detail = f" ({best.detail})" if best.detail else ""
    verdict = "" if good else "  OVER THE LIMIT"
    print(f"{name:<18}{limit:>14}{best.value:>10.1f} {unit:<2}  {row['what']}{detail}{verdict}", flush=True)
    return "" if good else f"{name}: {best.value:.1f} {unit}, limit {limit}"


def _value(reading: Reading) -> float:
    return reading.value


if __name__ == "__main__":
    sys.exit(main())
