"""What can start before the command line is read: the children of ``verify``, which load for longer than this process does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# options of ``verify`` that stand alone; every other takes the next argument
FLAGS = frozenset(
    {"--online", "--offline", "--pages", "--no-pages", "--all-files", "--password-stdin", "--json", "--help"}
)


@contextmanager
def started_ahead(arguments: Sequence[str]) -> Iterator[None]:
    """Children for what the arguments seem to ask for, none where that is not ``verify``; those that nobody took are ended."""
    if list(arguments[:1]) != ["verify"] or "--help" in arguments:
        yield
        return
    from signing.sandbox_start import default_jobs, end_ahead, start_ahead

    start_ahead(children_for(arguments[1:], default_jobs()))
    try:
        yield
    finally:
        end_ahead()


def children_for(arguments: Sequence[str], most: int) -> int:
    """How many the command will want, at most ``most``: a guess, which the command itself corrects."""
    paths, jobs, left = [], most, list(arguments)
    while left:
        one = left.pop(0)
        name, equals, value = one.partition("=")
        if not one.startswith("--"):
            paths.append(one)
        elif one not in FLAGS:
            value = value if equals else left.pop(0) if left else ""
            if name == "--jobs" and value.isdecimal():
                jobs = int(value) or most
    alone = len(paths) == 1 and not Path(paths[0]).is_dir()
    return 1 if alone else min(jobs, most) if paths else 0
