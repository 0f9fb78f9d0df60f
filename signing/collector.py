"""Python's cyclic garbage collector, kept from walking through the whole program again and again while a pile goes by."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

_YOUNG = 10_000  # containers that come to life between two looks at the young ones; 700 is what Python takes


@contextlib.contextmanager
def calm_collector() -> Iterator[None]:
    """What is alive now is not looked at inside, and new objects less often (docs/decisions/0021 has the measure).

    Readers of documents are cycles of small objects: their bytes are given back when their stream is closed, not by the collector.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(max(before[0], _YOUNG) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
