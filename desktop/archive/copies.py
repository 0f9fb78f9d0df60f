"""A second root with the same objects, and mending one from the other, file by file. Damage is never copied.

Bytes go from one root to the other only when their SHA-512 is the one that the inventory names, whose own sidecar was checked;
``Root.adopt`` and ``Root.mend`` compare what they wrote. Where two roots say different things of one object nothing is touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from desktop.records.errors import OfficeError

from .fixity import INVENTORY_DAMAGED, Pace, Progress
from .inventory import (
    DECLARATION,
    DECLARATION_TEXT,
    INVENTORY,
    SIDECAR,
    Inventory,
    object_folder,
    sidecar,
    version_number,
)
from .roots import Root

LOGS = "bitacora"  # the folder beside a root that cannot be rebuilt from it
KEPT_IN = "original"  # where a copy keeps it, apart from a log of its own
OWN, COPY, DERIVED = "own", "copy", "derived"
_OF_OBJECT = frozenset(
    {
        "archive.damaged",
        "archive.missing_file",
        "archive.diverged",
        "archive.bad_inventory",
        "archive.conflict",
        "archive.busy",
    }
)


@dataclass(frozen=True, slots=True)
class CopyProblem:
    """Why an object was not copied: a code with words, the object's folder, and the path where there is one."""

    code: str
    object: str
    path: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """``copied`` objects were new or had new versions; ``bytes`` were read of the source. ``finished``: nobody cancelled."""

    objects: int
    copied: int
    bytes: int
    problems: tuple[CopyProblem, ...]
    finished: bool

    @property
    def complete(self) -> bool:
        """Whether the copy now holds everything."""
        return self.finished and not self.problems


@dataclass(frozen=True, slots=True)
class Mended:
    """A file put back. ``source``: the root's own older version, the copy, or what follows from the inventory (``derived``)."""

    object: str
    path: str
    source: str


@dataclass(frozen=True, slots=True)
class MendReport:
    """``adopted`` objects were gone whole; ``aside`` says what belonged to nobody and where it is now; ``left`` could not be mended."""

    objects: int
    mended: tuple[Mended, ...]
    adopted: tuple[str, ...]
    aside: tuple[tuple[str, str], ...]
    left: tuple[CopyProblem, ...]
    finished: bool


@dataclass
class _Tally:
    mended: list[Mended] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    aside: list[tuple[str, str]] = field(default_factory=list)
    left: list[CopyProblem] = field(default_factory=list)


def copy_root(
    source: Root,
    target: Root,
    *,
    pace: Pace | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> CopyReport:
    """Bring ``target`` up to ``source``, object by object. Interrupted, the next run goes on with what is missing.

    Raises storage's codes when one of them fails; a damaged object is a problem of the report and stops no other.
    """
    folders = list(source.object_folders())
    read, copied, finished = [0], 0, True
    problems: list[CopyProblem] = []

    def contents_of(folder: str) -> Callable[[str], Iterator[bytes]]:
        def contents(path: str) -> Iterator[bytes]:
            for piece in source.chunks(folder, path):
                read[0] += len(piece)
                if pace is not None:
                    pace.wait(len(piece))
                yield piece

        return contents

    for number, folder in enumerate(folders):
        if cancelled():
            finished = False
            break
        try:
            inventory = source.inventory_at(folder)
            here = _inventory_or_none(target, folder)
            if here is None or here.to_bytes() != inventory.to_bytes():
                copied += target.adopt(inventory, contents_of(folder))
        except OfficeError as error:
            problems.append(_problem(error, folder))
        if progress is not None:
            progress(number + 1, len(folders))
    if finished:
        problems += _copy_logs(source, target)
    return CopyReport(len(folders), copied, read[0], tuple(problems), finished)


def _copy_logs(source: Root, target: Root) -> Iterator[CopyProblem]:
    """A log only grows: what does not begin as the copy has it was changed, and goes nowhere."""
    there = {file.path.removeprefix(f"{KEPT_IN}/"): file.size for file in target.beside(f"{KEPT_IN}/{LOGS}")}
    for file in source.beside(LOGS):
        if file.size == there.get(file.path):
            continue
        data, place = source.read_beside(file.path) or b"", f"{KEPT_IN}/{file.path}"
        if data.startswith(target.read_beside(place) or b""):
            target.write_beside(place, data)
        else:
            yield CopyProblem("archive.log_diverged", "", file.path)


def mend_root(
    root: Root,
    copy: Root | None,
    *,
    pace: Pace | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> MendReport:
    """Read every byte of ``root`` and put right what is not as it was, from its own older versions and from ``copy``.

    Files that belong to nobody are set aside. Objects that are in ``copy`` alone come back whole.
    """
    here = list(root.object_folders())
    gone = sorted(set(copy.object_folders()) - set(here)) if copy is not None else []
    tally, finished = _Tally(), True
    for number, folder in enumerate([*here, *gone]):
        if cancelled():
            finished = False
            break
        try:
            if number < len(here):
                _mend_object(root, copy, folder, tally, pace)
            elif copy is not None:
                _bring_back(root, copy, folder, tally)
        except OfficeError as error:
            tally.left.append(_problem(error, folder))
        if progress is not None:
            progress(number + 1, len(here) + len(gone))
    if finished:
        tally.aside += [(path, root.set_aside(path)) for path in list(root.strays())]
    return MendReport(
        len(here), tuple(tally.mended), tuple(tally.adopted), tuple(tally.aside), tuple(tally.left), finished
    )


def _mend_object(root: Root, copy: Root | None, folder: str, tally: _Tally, pace: Pace | None) -> None:
    inventory = believed(root, copy, folder)
    if inventory is None:
        tally.left.append(CopyProblem(INVENTORY_DAMAGED, folder, INVENTORY))
        return
    expected = inventory.expected()
    present = {file.path for file in root.files_at(folder)}
    for path, digest in expected.items():
        if path not in present or _digest(root, folder, path, pace) != digest:
            _mend_file(root, copy, inventory, path, tally)
    for path in sorted(present - expected.keys()):
        tally.aside.append((f"{folder}/{path}", root.set_aside(f"{folder}/{path}")))


def _mend_file(root: Root, copy: Root | None, inventory: Inventory, path: str, tally: _Tally) -> None:
    folder = object_folder(inventory.id)
    source, pieces = OWN, _derived(inventory, path)
    if pieces is not None:
        source = DERIVED
    else:
        pieces = root.kept(folder, path, inventory.manifest[path])
    try:
        if pieces is not None:
            root.mend(inventory, path, [pieces])
        elif copy is not None:
            source = COPY
            root.mend(inventory, path, copy.chunks(folder, path))
        else:
            tally.left.append(CopyProblem("archive.no_good_copy", folder, path))
            return
    except OfficeError as error:
        tally.left.append(_problem(error, folder, path))
    else:
        tally.mended.append(Mended(inventory.id, path, source))


def _digest(root: Root, folder: str, path: str, pace: Pace | None) -> str:
    digest = hashlib.sha512()
    try:
        for piece in root.chunks(folder, path):
            digest.update(piece)
            if pace is not None:
                pace.wait(len(piece))
    except OfficeError as error:
        if error.code != "archive.missing_file":
            raise
        return ""
    return digest.hexdigest()


def _bring_back(root: Root, copy: Root, folder: str, tally: _Tally) -> None:
    inventory = copy.inventory_at(folder)
    if root.adopt(inventory, lambda path: copy.chunks(folder, path)):
        tally.adopted.append(inventory.id)


def believed(root: Root, copy: Root | None, folder: str) -> Inventory | None:
    """The inventory that an object had before it was damaged; None when nothing is left that can be believed.

    Believed is what the root commits by, else an inventory that has its sidecar as a witness, and what the copy says. The newest of
    them counts, and never one older than the newest version that lies there. Raises ``archive.diverged`` when they contradict.
    """
    own: Inventory | None = None
    try:
        own = root.inventory_at(folder)
    except OfficeError as error:
        if error.code.startswith("storage."):
            raise
    there = _inventory_or_none(copy, folder, damaged=True) if copy is not None else None
    if own is not None and there is not None and own.to_bytes() == there.to_bytes():
        return own
    paths = {file.path for file in root.files_at(folder)}
    candidates = [one for one in (own, there) if one is not None]
    if own is None:
        candidates += _witnessed(root, folder, paths)
    best = max(candidates, key=lambda one: len(one.versions), default=None)
    if best is None:
        return None
    if any(best.as_of(len(one.versions)).to_bytes() != one.to_bytes() for one in candidates):
        raise OfficeError("archive.diverged", on_disk="unchanged", object=best.id, reason="other")
    newest = max((_version_of(path) for path in paths if path.endswith(f"/{INVENTORY}")), default=0)
    return best if own is not None or len(best.versions) >= newest else None


def _witnessed(root: Root, folder: str, paths: set[str]) -> list[Inventory]:
    """Inventories of the object whose sidecar lies somewhere in it."""
    sidecars = [_bytes(root, folder, path) for path in paths if path.rsplit("/", 1)[-1] == SIDECAR]
    found = []
    for path in sorted(paths):
        if path == INVENTORY or (path.endswith(f"/{INVENTORY}") and _version_of(path) and path.count("/") == 1):
            data = _bytes(root, folder, path)
            if data is not None and sidecar(data) in sidecars and (read := _parsed(folder, data)) is not None:
                found.append(read)
    return found


def _version_of(path: str) -> int:
    return version_number(path.split("/", 1)[0]) or 0


def _derived(inventory: Inventory, path: str) -> bytes | None:
    """The bytes of what follows from the inventory: inventories, sidecars, the declaration."""
    if path == DECLARATION:
        return DECLARATION_TEXT
    if path in inventory.manifest:
        return None
    start, _, name = path.rpartition("/")
    data = inventory.as_of(version_number(start) or len(inventory.versions)).to_bytes()
    return sidecar(data) if name == SIDECAR else data


def _inventory_or_none(root: Root, folder: str, *, damaged: bool = False) -> Inventory | None:
    """None where there is no such object; with ``damaged`` also where its inventory cannot be read."""
    try:
        return root.inventory_at(folder)
    except OfficeError as error:
        if error.code == "archive.no_object" or (damaged and error.code == "archive.bad_inventory"):
            return None
        raise


def _bytes(root: Root, folder: str, path: str) -> bytes | None:
    try:
        return b"".join(root.chunks(folder, path))
    except OfficeError as error:
        if error.code == "archive.missing_file":
            return None
        raise


def _parsed(folder: str, data: bytes) -> Inventory | None:
    try:
        inventory = Inventory.from_bytes(data)
    except OfficeError:
        return None
    return inventory if object_folder(inventory.id) == folder else None


def _problem(error: OfficeError, folder: str, path: str = "") -> CopyProblem:
    if error.code not in _OF_OBJECT:
        raise error
    return CopyProblem(error.code, folder, path or str(error.facts.get("path", "")), str(error.facts.get("reason", "")))
