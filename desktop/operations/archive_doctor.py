"""Doctor of the archive: what the store in which it lies, or shall lie, really does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop.archive.doctor import Probe, Questions, examine, failures
from desktop.records.errors import OfficeError

from .join import s3_settings
from .settings import S3Access, load_settings

__all__ = ["Checkup", "check_store"]


@dataclass(frozen=True, slots=True)
class Checkup:
    """``fit``: an archive may lie there. What is not needed may be unwell all the same."""

    store: str
    fit: bool
    probes: tuple[Probe, ...]


def check_store(
    home: Path,
    store: str = "",
    s3: S3Access | None = None,
    *,
    foreign: str = "",
    ports: Mapping[str, int] | None = None,
) -> Checkup:
    """Try ``store``, or the archive of the desk in ``home``; S3 access is the desk's where none is given.

    Raises ``archive.none_here``, ``desk.none_here`` and storage's codes.
    """
    access = s3
    if not store or (access is None and store.startswith("s3:")):
        settings = load_settings(home)
        store, access = store or settings.archive, access or settings.s3
    if not store:
        raise OfficeError("archive.none_here")
    probes = examine(store, s3_settings(access), Questions(foreign, ports))
    return Checkup(store, not failures(probes), tuple(probes))
