"""The answers that a desk keeps for offline use: what there is, asked for anew, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .trusting import CACHE, trust_of_folder

if TYPE_CHECKING:
    from signing.kept_answers import KeptAnswer


def kept(home: Path) -> list[KeptAnswer]:
    """Everything kept there, parsed."""
    from signing.kept_answers import list_kept

    return list(list_kept(home / CACHE))


def clear_kept(home: Path) -> int:
    """Take it all away; returns how many answers there were. Raises OSError."""
    from signing.kept_answers import clear

    return clear(home / CACHE)


def refresh(home: Path, files: Sequence[Path], *, shipped: Path) -> tuple[int, int]:
    """Ask about the certificates of these signed files whose chain ends in an anchor, in the killable child; answers before and after.

    Raises ``policy.offline`` or ``policy.locked_option`` where nobody may be asked, ``trust.…``.
    """
    from dataclasses import replace

    from signing.kept_answers import prune
    from signing.sandbox import Verifier

    home.mkdir(parents=True, exist_ok=True)
    trust = replace(trust_of_folder(None, shipped, home, online=True), cache=home / CACHE)
    before = len(kept(home))
    with Verifier() as verifier:
        for file in files:
            verifier.verify(file, trust=trust, online=True, compare_pages=False)
    prune(home / CACHE, trust.policy.cache_bytes)
    return before, len(kept(home))
