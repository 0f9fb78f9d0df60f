"""What is written to the archive and not noted yet: remembered before each commit, so that the next act notes what one that died left.

Without it only a reading of the whole root (``archive rebuild``) would find such a version.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.store.desk import DeskStore

_UNNOTED = "archive.log.unnoted"  # address of a root → ids of objects


def remember_writing(store: DeskStore, url: str, object_id: str) -> None:
    """A version of that object is about to be committed there. Raises the store's codes: then nothing is written."""
    with store.act() as act:
        kept = json.loads(act.setting(_UNNOTED) or "{}")
        kept[url] = sorted({*kept.get(url, []), object_id})
        act.set_setting(_UNNOTED, json.dumps(kept, sort_keys=True))


def unnoted(store: DeskStore, url: str) -> list[str]:
    """The objects of that root whose newest version may be in no entry of the log."""
    return [str(name) for name in json.loads(store.setting(_UNNOTED) or "{}").get(url, [])]


def forget_writing(store: DeskStore, url: str, objects: Collection[str]) -> None:
    """Those are noted, or were never committed."""
    with store.act() as act:
        kept = json.loads(act.setting(_UNNOTED) or "{}")
        kept[url] = sorted(set(kept.get(url, [])) - set(objects))
        act.set_setting(_UNNOTED, json.dumps(kept, sort_keys=True))
