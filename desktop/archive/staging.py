"""A version written out beside the root, before one rename makes it part of the archive."""

from __future__ import annotations

from pathlib import Path

from .disk_files import write
from .inventory import INVENTORY, SIDECAR, Inventory, sidecar
from .roots import Contents


def stage_version(stage: Path, inventory: Inventory, contents: Contents) -> str:
    """Write the folder of the newest version of ``inventory``; gives the first path whose bytes are others than it names."""
    new = inventory.head
    (stage / new).mkdir(parents=True)
    for path, digest in inventory.manifest.items():
        if path.startswith(f"{new}/"):
            target = stage / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if write(target, contents(path)) != digest:
                return path
    write_inventory(stage / new, inventory)
    return ""


def write_inventory(folder: Path, inventory: Inventory) -> None:
    """The inventory and its sidecar, new files both."""
    data = inventory.to_bytes()
    write(folder / INVENTORY, [data])
    write(folder / SIDECAR, [sidecar(data)])
