"""A child process of the tests: makes or puts back a backup, and dies at its n-th write. Usage: saver.py backup|restore FOLDER N.

Every opening for writing, renaming, making and removing of a file or folder is counted, whoever does it; 0 never dies. SQLite's own
writes are the matter of tests/desktop/store/test_crash.py. Prints ``done COUNT``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from desktop.drafting.templates import TemplateSet
from desktop.operations import backup
from desktop.operations.desk import Desk
from desktop.operations.restore import restore
from desktop.storage import open_storage
from desktop.store.desk import DeskStore
from desktop.sync.device import FileVault
from desktop.sync.directory import DirectoryPins, kept_directory
from tests.desktop.sync.office import NOW

DIED = 9
_EVENTS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "sqlite3.connect"}


def main() -> None:
    """See above."""
    what, folder, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    count = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        writing = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writing or event in _EVENTS:
            count += 1
            if count == last:
                os._exit(DIED)

    place = open_storage(f"folder:{folder / 'second'}")
    if what == "restore":
        identity = (folder / "recovery").read_text("ascii")
        sys.addaudithook(watch)
        restore(folder / "new", place, identity=lambda: identity)
    else:
        desk = _desk(folder)
        sys.addaudithook(watch)
        backup.backup(desk, place)
    print("done", count, flush=True)


def _desk(folder: Path) -> Desk:
    from desktop.operations.settings import load_settings

    home, nothing = folder / "home", None
    settings = load_settings(home)
    store = DeskStore.open(home, now=NOW)
    pins = DirectoryPins(settings.admin_key)
    directory = kept_directory(store, pins)
    made: Any = Desk(
        home=home, store=store, key=FileVault(home).load(settings.device), directory=directory, pins=pins, unit_id="unit-a",
        clock=lambda: NOW, ids=str, exchange=lambda: open_storage(settings.exchange), templates=TemplateSet({}), heading=nothing,
        resources=nothing, archive=nothing, worker=nothing, verifier=nothing, trust=nothing, official="juana",
    )  # type: ignore[arg-type]  # fmt: skip
    return made  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
