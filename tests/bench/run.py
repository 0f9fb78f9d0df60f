"""``make bench``: limit and result of every row; exit 1 when one is over its limit or was not measured."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from desktop.records.errors import OfficeError
from tests.bench.rows import ROWS, close


def main() -> int:
    """Print the table."""
    limits = tomllib.loads(Path(__file__).with_name("limits.toml").read_text("utf-8"))
    bad = [f"{name}: measured, but limits.toml has no such row" for name in ROWS.keys() - limits.keys()]
    print(f"{'row':<22}{'limit ms':>10}{'result ms':>11}  what")
    try:
        for name, row in limits.items():
            if name not in ROWS:
                bad.append(f"{name}: not measured")
                continue
            try:
                best = min(ROWS[name]() for _ in range(row["runs"]))
            except (OSError, OfficeError, subprocess.SubprocessError) as error:
                bad.append(f"{name}: not measured ({error})")
                continue
            verdict = "" if best <= row["limit"] else "  OVER THE LIMIT"
            print(f"{name:<22}{row['limit']:>10}{best:>11.1f}  {row['what']}{verdict}", flush=True)
            if verdict:
                bad.append(f"{name}: {best:.1f} ms, limit {row['limit']} ms")
    finally:
        close()
    print("\n".join(bad) if bad else f"All {len(limits)} rows are within their limits.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
