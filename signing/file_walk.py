"""The files to be judged under some paths, found as one goes: nothing is listed whole but one folder at a time.

Order is by name within a folder, so that two runs give the same report. What cannot be looked into is told as a place with a code, never
passed over: an archivist must know what was not seen.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".pdf"


@dataclass(frozen=True, slots=True)
class Place:
    """A file to judge, or with ``problem`` (a ``file.…`` or ``folder.…`` code) what could not be reached.

    ``size`` in bytes and ``modified`` in nanoseconds since 1970 as they were when it was found; -1 where they are not known.
    """

    path: Path
    size: int = -1
    modified: int = -1
    problem: str = ""


def walk(paths: Iterable[Path], *, all_files: bool = False) -> Iterator[Place]:
    """Files named in ``paths`` whatever they are called; in folders ``.pdf`` in any case, or everything with ``all_files``.

    Links are followed; a folder that was looked into already, under whatever name, is not entered again.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        place = place_of(path)
        if not place.problem and place.size == -1:
            yield from _folder(path, seen, all_files=all_files)
        else:
            yield place


def _folder(top: Path, seen: set[tuple[int, int]], *, all_files: bool) -> Iterator[Place]:
    pending: list[tuple[Path, tuple[tuple[int, int], ...]]] = [(top, ())]
    while pending:
        folder, above = pending.pop()
        try:
            facts = folder.stat()
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError as error:
            yield Place(folder, problem=_code(error, "folder.unreadable"))
            continue
        key = (facts.st_dev, facts.st_ino)
        if key in above:
            yield Place(folder, problem="file.link_loop")
        if key in seen:
            continue
        if facts.st_ino:  # 0 where the file system has no such number
            seen.add(key)
        inner: list[Path] = []
        for name in names:
            place = place_of(folder / name)
            if place.size == -1 and not place.problem:
                inner.append(folder / name)
            elif all_files or name.lower().endswith(SUFFIX):
                yield place
        pending += [(path, (*above, key)) for path in reversed(inner)]


def place_of(path: Path) -> Place:
    """A file with its size and time, a folder without, or what is wrong."""
    try:
        facts = path.stat()
    except OSError as error:
        return Place(path, problem=_code(error, "file.not_found"))
    except ValueError:  # a NUL in the name
        return Place(path, problem="file.not_found")
    if stat.S_ISDIR(facts.st_mode):
        return Place(path)
    if not stat.S_ISREG(facts.st_mode):
        return Place(path, problem="file.not_a_file")
    return Place(path, facts.st_size, facts.st_mtime_ns)


def _code(error: OSError, usual: str) -> str:
    return "file.link_loop" if error.errno == errno.ELOOP else usual
