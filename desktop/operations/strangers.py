"""What lies beside an archive, and in what it gives, for people who have not this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.archive.roots import Root

    from .desk import Desk

_FILES = {"comprobar.sh": "strangers/prove-an-object.sh"}


def for_strangers(desk: Desk) -> dict[str, bytes]:
    """Name → bytes: the script that proves an object (docs/archive-for-strangers.md)."""
    return {name: (desk.resources / path).read_bytes() for name, path in _FILES.items()}


def lay_beside(desk: Desk) -> None:
    """Put them beside the root of this desk's archive, where they do not lie as they are now. Raises storage's codes."""
    root = desk.archive()
    for name, data in for_strangers(desk).items():
        if root.read_beside(name) != data:
            root.write_beside(name, data)


def carry_beside(root: Root, copy: Root) -> None:
    """What lies beside a root comes to lie beside its copy. Raises storage's codes."""
    for name in _FILES:
        data = root.read_beside(name)
        if data is not None and copy.read_beside(name) != data:
            copy.write_beside(name, data)
