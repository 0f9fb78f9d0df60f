"""The process that asks the card reader service, so that nobody else hangs with it.

Started as ``python -m signing.pcsc_child [--once]``. It tells what it sees as JSON lines on stdout:
``{"readers": [[name, present, atr]]}``, or ``{"absent": "library"|"service"}``; again whenever something changed.
It ends when its stdin closes, and with ``--once`` after one line.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import Any

from .pcsc import CardService, ServiceAbsent

WAIT = 30.0  # seconds after which readers are listed anew, in case that a notification was lost
AGAIN = 1.0  # seconds until a service that was not there is looked for again


def main(arguments: list[str]) -> None:
    """Tell once, or for as long as somebody listens."""
    once = "--once" in arguments
    if not once:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    last = ""
    while True:
        try:
            with CardService() as service:
                while True:
                    readers = service.readers()
                    last = _tell({"readers": [[one.name, one.present, one.atr.hex()] for one in readers]}, last)
                    if once:
                        return
                    service.wait(WAIT)
        except ServiceAbsent as absent:
            last = _tell({"absent": "service" if absent.library else "library"}, last)
        if once:
            return
        time.sleep(AGAIN)


def _tell(message: dict[str, Any], last: str) -> str:
    line = json.dumps(message)
    if line != last:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return line


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)  # the main thread stands in a call that nothing else ends


if __name__ == "__main__":
    main(sys.argv[1:])
