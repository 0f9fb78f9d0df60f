"""What a folder lists, in order, without holding all of it: a folder of a million files is sorted in runs on disk, and merged."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from typing import IO

from desktop.records.errors import OfficeError

RUN = 50_000  # names in memory at a time

Named = tuple[str, int]  # a key, and its size where the listing told it


def in_order(found: Iterable[Named]) -> Iterator[Named]:
    """Sorted by key. Raises ``storage.disk_full`` where the system's folder for temporary files takes no more."""
    rest = iter(found)
    first = sorted(islice(rest, RUN))
    if len(first) < RUN:
        yield from first
        return
    with ExitStack() as kept:
        runs = [kept.enter_context(_written(first))]
        del first
        while run := sorted(islice(rest, RUN)):
            runs.append(kept.enter_context(_written(run)))
        yield from merge(*map(_read, runs))


def _written(run: list[Named]) -> IO[str]:
    """A nameless file that goes with its handle. JSON escapes whatever a name may hold."""
    file = tempfile.TemporaryFile("w+", encoding="ascii", newline="\n")  # noqa: SIM115 - merged and closed by the caller
    try:
        file.writelines(f"{json.dumps(one)}\n" for one in run)
        file.seek(0)
    except OSError as error:
        file.close()
        where = f"folder:{tempfile.gettempdir()}"
        raise OfficeError("storage.disk_full", on_disk="unchanged", url=where, key="", reason="listing") from error
    except BaseException:
        file.close()
        raise
    return file


def _read(file: IO[str]) -> Iterator[Named]:
    for line in file:
        key, size = json.loads(line)
        yield key, size
