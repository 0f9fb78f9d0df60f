"""The probes of a folder: whether its renames, names and flushes are what the commit of a version rests on."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from desktop.records.errors import OfficeError

from .doctor import Probe

ENOUGH = 5 * 1024**3  # bytes free; below it the doctor warns
_NAME = "Ñañez acción é " + "x" * 180  # below 255 bytes


def examine_folder(base: Path) -> list[Probe]:
    """Try everything below ``base``, in folders that are taken away again.

    Raises ``storage.unreachable`` where the folder is missing and ``storage.denied`` where nothing may be written.
    """
    place = next((folder for folder in (base, *base.parents) if folder.is_dir()), None)
    if place is None or (place != base and place != base.parent):
        raise OfficeError("storage.unreachable", url=f"folder:{base}", reason="missing")
    work = place / "work" if (place / "work").is_dir() else place
    root = place / "root" if (place / "root").is_dir() else place
    name = f".probe-{secrets.token_hex(8)}"
    here, there, landing = work / name, place / f"{name}-2", root / f"{name}-3"
    try:
        try:
            here.mkdir()
            there.mkdir()
        except OSError as error:
            raise OfficeError("storage.denied", url=f"folder:{base}", reason=type(error).__name__, key="") from error
        probes = [_verdict("one_disk", lambda: _moves(here, landing)), *_tries(here, there)]
    finally:
        for folder in (here, there, landing):
            shutil.rmtree(folder, ignore_errors=True)
    free = shutil.disk_usage(place).free
    space = "probe.space" if free >= ENOUGH else "probe.little_space"
    return [
        *probes,
        Probe(space, free >= ENOUGH, needed=False, facts={"gigabytes": round(free / 1024**3, 1)}),
        Probe("probe.folder_only_tells", good=True, needed=False),
    ]


def _tries(work: Path, beside: Path) -> Iterator[Probe]:
    yield _verdict("rename", lambda: _refuses_taken(work, beside))
    yield _verdict("exclusive", lambda: _is_exclusive(work / "exclusive"))
    yield _verdict("flush", lambda: _flushes(work))
    yield _verdict("file_names", lambda: _holds(work))


def _moves(work: Path, landing: Path) -> bool:
    """A folder moves from staging into the root by one rename. It is empty, so that nobody meets a stray file."""
    (work / "staged").mkdir()
    (work / "staged").rename(landing)
    return landing.is_dir() and not (work / "staged").exists()


def _refuses_taken(work: Path, beside: Path) -> bool:
    """The second of two who rename to one place is refused, and the first one's bytes stay."""
    for name in ("one", "two"):
        (work / name).mkdir()
        (work / name / "x").write_bytes(name.encode())
    (work / "one").rename(beside / "taken")
    try:
        (work / "two").rename(beside / "taken")
    except OSError:
        return (beside / "taken" / "x").read_bytes() == b"one" and (work / "two" / "x").read_bytes() == b"two"
    return False


def _is_exclusive(path: Path) -> bool:
    with path.open("xb") as stream:
        stream.write(b"1")
    try:
        path.open("xb").close()
    except FileExistsError:
        return path.read_bytes() == b"1"
    return False


def _flushes(work: Path) -> bool:
    with (work / "flushed").open("xb") as stream:
        stream.write(b"1")
        stream.flush()
        os.fsync(stream.fileno())
    if os.name != "nt":
        handle = os.open(work, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return True


def _holds(work: Path) -> bool:
    """A long name with accents comes back as it was written, and an empty file stays one."""
    (work / _NAME).write_bytes(b"")
    found = [item.name for item in work.iterdir() if item.name.startswith("Ñ")]
    return found == [_NAME] and (work / _NAME).stat().st_size == 0


def _verdict(what: str, ask: Callable[[], bool]) -> Probe:
    try:
        good = ask()
    except OSError:
        good = False
    return Probe(f"probe.{what}" if good else f"probe.no_{what}", good)
