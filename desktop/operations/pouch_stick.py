"""What goes wrong with a stick, told as what it is: full, write-protected, pulled out; not as a fault of the exchange."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.records.errors import OfficeError


@contextmanager
def about_stick(path: Path) -> Iterator[None]:
    """Storage's codes of that stick become its own; those of the exchange pass.

    Raises ``pouch.stick_full``, ``pouch.stick_protected``, ``pouch.stick_pulled``, else what the block raises.
    """
    try:
        yield
    except OfficeError as error:
        mine = str(error.facts.get("url", "")).startswith(f"folder:{path}")
        if (mine and not path.is_dir()) or error.code == "pouch.no_stick":  # Windows calls a drive that went "denied"
            raise OfficeError("pouch.stick_pulled", path=str(path)) from error
        if mine and error.code == "storage.disk_full":
            raise OfficeError("pouch.stick_full", path=str(path)) from error
        if mine and error.code == "storage.denied":
            raise OfficeError("pouch.stick_protected", path=str(path)) from error
        if mine and error.code == "storage.unreachable":
            raise OfficeError("pouch.stick_pulled", path=str(path)) from error
        raise
    except OSError as error:
        if path.is_dir():
            raise
        raise OfficeError("pouch.stick_pulled", path=str(path)) from error
    if not path.is_dir():  # reading goes on past what is not there: the rest must not seem to be missing
        raise OfficeError("pouch.stick_pulled", path=str(path))
