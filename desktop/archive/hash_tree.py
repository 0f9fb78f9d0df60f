"""PURE. The hash tree of RFC 4998: one root over many digests, and for each digest the few others that lead to the root.

Every step hashes the concatenation of digests in ascending binary order (§4.2), so that who checks needs no places, only sets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop.records.errors import OfficeError

Reduced = tuple[tuple[bytes, ...], ...]
"""Level by level from the leaf, the digests that are hashed together with what came up; in the first the leaf itself is among them.
Empty where the leaf is the root."""


@dataclass(frozen=True, slots=True)
class HashTree:
    """``levels[0]`` are the leaves in ascending order, each once; the last level is the root alone."""

    algorithm: str
    levels: tuple[tuple[bytes, ...], ...]

    @property
    def root(self) -> bytes:
        """What is timestamped."""
        return self.levels[-1][0]

    def reduced(self, leaf: bytes) -> Reduced:
        """What leads from that leaf to the root (RFC 4998 §4.2). Raises ``evidence.not_covered``."""
        try:
            place = self.levels[0].index(leaf) if len(self.levels[0]) < 64 else _find(self.levels[0], leaf)
        except ValueError:
            raise OfficeError("evidence.not_covered", digest=leaf.hex()) from None
        path: list[tuple[bytes, ...]] = []
        for level in self.levels[:-1]:
            neighbour = place ^ 1
            if neighbour < len(level):  # else it goes up as it is
                path.append((level[neighbour],) if path else tuple(sorted((leaf, level[neighbour]))))
            place //= 2
        return tuple(path)


def build(leaves: Iterable[bytes], algorithm: str = "sha512") -> HashTree:
    """The tree over those digests. Two by two; one that is left over goes up as it is.

    Raises ``evidence.empty``, ``evidence.bad_digest``.
    """
    size = hashlib.new(algorithm).digest_size
    level = tuple(sorted(set(leaves)))
    if not level:
        raise OfficeError("evidence.empty")
    if any(len(leaf) != size for leaf in level):
        raise OfficeError("evidence.bad_digest", algorithm=algorithm)
    levels = [level]
    while len(level) > 1:
        level = tuple(
            join(level[at : at + 2], algorithm) if at + 1 < len(level) else level[at] for at in range(0, len(level), 2)
        )
        levels.append(level)
    return HashTree(algorithm, tuple(levels))


def join(digests: Iterable[bytes], algorithm: str) -> bytes:
    """Hash what is concatenated in ascending order (RFC 4998 §4.3)."""
    return hashlib.new(algorithm, b"".join(sorted(digests))).digest()


def climb(leaf: bytes, reduced: Sequence[Sequence[bytes]], algorithm: str) -> bytes:
    """The root to which a leaf leads (RFC 4998 §4.3). Raises ``evidence.not_covered`` where the leaf is not in the first level."""
    if not reduced:
        return leaf
    if leaf not in reduced[0]:
        raise OfficeError("evidence.not_covered", digest=leaf.hex())
    up = join(reduced[0], algorithm)
    for beside in reduced[1:]:
        up = join({up, *beside}, algorithm)
    return up


def _find(leaves: Sequence[bytes], leaf: bytes) -> int:
    """The place of a leaf among sorted ones. Raises ValueError."""
    from bisect import bisect_left

    place = bisect_left(leaves, leaf)
    if place == len(leaves) or leaves[place] != leaf:
        raise ValueError("absent")
    return place
