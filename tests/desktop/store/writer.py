"""A child process of the tests: numbers documents at a desk until it is told to stop, killed, or out of disk.

Usage: writer.py HOME DOCUMENT-PREFIX COUNT [die-at STEP | limit BYTES]. Prints ``n NUMBER`` after every committed act.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from desktop.records.errors import OfficeError
from desktop.store.desk import Act, DeskStore
from tests.fixtures.acts import START, Acts

STEPS = ("number", "event", "outbox", "fold")


def write(act: Act, acts: Acts, document: str, die_at: str) -> int:
    """One act of the office: a number, its events, their outbox rows."""

    def step(name: str) -> None:
        if name == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    number = act.issue_number("cite-a", 2026, document, START + timedelta(days=30))
    step("number")
    for item in (acts.drafted(document, parents=()), acts.numbered(document, number)):
        act.add_event(item, acts.now)
        step("event")
        act.next_in_device(acts.device)
        act.enqueue(f"units/{item.digest}", item.jws.encode("ascii"))
        step("outbox")
    act.fold()
    step("fold")
    return number


def main() -> None:
    """See above."""
    home, prefix, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    mode, value = (sys.argv[4], sys.argv[5]) if len(sys.argv) > 4 else ("", "")
    acts = Acts(device=f"dev-{prefix}", start=START)
    with DeskStore.open(home, now=START) as store:
        print("open", flush=True)
        for n in range(count):
            if n == 3 and mode == "limit":
                import resource

                resource.setrlimit(resource.RLIMIT_FSIZE, (int(value), int(value)))
            try:
                with store.act() as act:
                    number = write(act, acts, f"{prefix}-{n}", value if mode == "die-at" and n == 3 else "")
                    act.set_setting(f"ballast {prefix} {n}", "x" * (20_000 if mode == "limit" else 1))
            except OfficeError as error:
                print("error", error.code, error.on_disk, flush=True)
                break
            print("n", number, flush=True)


if __name__ == "__main__":
    main()
