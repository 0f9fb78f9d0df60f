"""Where the shipped resources lie: one answer for a source checkout, an installed wheel and a frozen program."""

from __future__ import annotations

import sys
from pathlib import Path

from desktop.records.errors import OfficeError


def find_resources(package: Path | None = None, frozen: Path | None = None) -> Path:
    """The ``resources`` folder. ``package`` (the folder of ``desktop``) and ``frozen`` are for tests.

    Raises ``resources.missing`` for an installation without it.
    """
    package = package or Path(__file__).resolve().parent
    frozen = frozen or _frozen_root()
    candidates = [package / "_resources", package.parent / "resources"]
    if frozen is not None:
        candidates = [frozen / "resources", frozen / "desktop" / "_resources", *candidates]
    for folder in candidates:
        if (folder / "words").is_dir():
            return folder
    raise OfficeError("resources.missing", folder=str(candidates[0]))


def _frozen_root() -> Path | None:
    """Where a frozen program (PyInstaller and its like) unpacked its files."""
    root = getattr(sys, "_MEIPASS", None)
    return Path(root) if root and getattr(sys, "frozen", False) else None
