"""A child process of the tests: a desk that numbers. Usage: numberer.py HOME PREFIX COUNT. Prints each number it was given."""

from __future__ import annotations

import sys
from pathlib import Path

from desktop.assembly import open_desk
from desktop.operations.numbers import SLIP_SERIES, reserve_number


def main() -> None:
    """See above."""
    home, prefix, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    desk = open_desk(home)
    desk.block_size = 2  # so that they meet at the exchange again and again
    try:
        print("open", flush=True)
        sys.stdin.readline()
        for n in range(count):
            print(reserve_number(desk, SLIP_SERIES, 2026, f"{prefix}-{n}"), flush=True)
    finally:
        desk.close()


if __name__ == "__main__":
    main()
