"""Fixity: every byte of a root read again and compared with its inventories. Names what changed, is missing or is too much.

Resumable: ``check`` gives the last object it finished; pass it as ``after``. What a folder cannot show by itself (a dossier taken
away, an inventory written anew) is found when the receipts are handed in as ``receipts``.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from desktop.records.errors import OfficeError

from .inventory import Inventory, object_folder, version_number
from .roots import Root

Progress = Callable[[int, int], None]  # objects done, objects in all
Receipts = Mapping[str, tuple[str, str]]  # object id → version and the SHA-512 of that version's inventory

CHANGED, MISSING, EXTRA = "fixity.changed", "fixity.missing", "fixity.extra"
INVENTORY_DAMAGED, STRAY = "fixity.inventory", "fixity.stray"
NO_OBJECT, REPLACED = "fixity.no_object", "fixity.replaced"


@dataclass(frozen=True, slots=True)
class FixityProblem:
    """One thing that is not as it was. ``code`` has words; ``logical`` is the file's name in the dossier where it has one.

    ``recoverable``: the store still keeps the right bytes under an older version of the key.
    """

    code: str
    object: str
    path: str
    logical: str = ""
    recoverable: bool = False


@dataclass(frozen=True, slots=True)
class ObjectFixity:
    """The result for one object; ``bytes`` were read."""

    folder: str
    object: str
    files: int
    bytes: int
    problems: tuple[FixityProblem, ...]


@dataclass(frozen=True, slots=True)
class FixityReport:
    """``last`` is the folder of the last object checked; ``finished`` is False when it was cancelled."""

    objects: int
    files: int
    bytes: int
    problems: tuple[FixityProblem, ...]
    last: str
    finished: bool

    @property
    def intact(self) -> bool:
        """Whether the whole was checked and nothing was found."""
        return self.finished and not self.problems


@dataclass
class Pace:
    """Keeps the mean reading speed below ``bytes_per_second``; 0 means as fast as it goes."""

    bytes_per_second: float = 0.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _begun: float = field(default=-1.0, init=False)
    _read: int = field(default=0, init=False)

    def wait(self, size: int) -> None:
        """Account for bytes that were read."""
        if self.bytes_per_second <= 0:
            return
        if self._begun < 0:
            self._begun = self.clock()
        self._read += size
        ahead = self._read / self.bytes_per_second - (self.clock() - self._begun)
        if ahead > 0:
            self.sleep(ahead)


def check(
    root: Root,
    *,
    after: str = "",
    receipts: Receipts | None = None,
    pace: Pace | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> FixityReport:
    """Check the objects whose folder is greater than ``after``, in order. Raises storage's codes when the store fails."""
    present = list(root.object_folders())
    folders = [folder for folder in present if folder > after]
    objects = files = size = 0
    problems: list[FixityProblem] = []
    last, finished = after, True
    for number, folder in enumerate(folders):
        if cancelled():
            finished = False
            break
        result = check_object(root, folder, receipts=receipts, pace=pace)
        objects, files, size, last = objects + 1, files + result.files, size + result.bytes, folder
        problems += result.problems
        if progress is not None:
            progress(number + 1, len(folders))
    if finished:
        problems += [FixityProblem(STRAY, "", path) for path in root.strays()]
        gone = {object_folder(name): name for name in receipts or ()}
        problems += [FixityProblem(NO_OBJECT, gone[path], path) for path in sorted(set(gone) - set(present))]
    return FixityReport(objects, files, size, tuple(problems), last, finished)


def check_object(
    root: Root, folder: str, *, receipts: Receipts | None = None, pace: Pace | None = None
) -> ObjectFixity:
    """Read one object whole."""
    try:
        inventory = root.inventory_at(folder)
    except OfficeError as error:
        if error.code.startswith("storage."):
            raise
        name = next((name for name in receipts or () if object_folder(name) == folder), "")
        problem = FixityProblem(INVENTORY_DAMAGED, name, f"{folder}/inventory.json")
        return ObjectFixity(folder, name, 0, 0, (problem,))
    expected = inventory.expected()
    names = _logical_names(inventory)
    present = {file.path for file in root.files_at(folder)}
    problems = [FixityProblem(EXTRA, inventory.id, path) for path in sorted(present - set(expected))]
    size = 0
    for path, digest in expected.items():
        code = MISSING
        if path in present:
            read, found = _digest(root, folder, path, pace)
            size += read
            code = "" if found == digest else CHANGED if found else MISSING
        if code:
            kept = root.recoverable(folder, path, digest)
            problems.append(FixityProblem(code, inventory.id, path, names.get(path, ""), kept))
    problems += _against_receipt(inventory, (receipts or {}).get(inventory.id))
    return ObjectFixity(folder, inventory.id, len(expected), size, tuple(problems))


def _digest(root: Root, folder: str, path: str, pace: Pace | None) -> tuple[int, str]:
    digest, size = hashlib.sha512(), 0
    try:
        for piece in root.chunks(folder, path):
            digest.update(piece)
            size += len(piece)
            if pace is not None:
                pace.wait(len(piece))
    except OfficeError as error:
        if error.code == "archive.missing_file":
            return size, ""
        raise
    return size, digest.hexdigest()


def _logical_names(inventory: Inventory) -> dict[str, str]:
    """Content path → the name under which the newest version that has those bytes knows them."""
    by_digest: dict[str, str] = {}
    for block in inventory.versions:
        by_digest |= {digest: logical for logical, digest in block.state.items()}
    names = {path: by_digest.get(digest, "") for path, digest in inventory.manifest.items()}
    for path, digest in inventory.manifest.items():  # of several equal files each its own name
        own = path.split("/", 2)[2]
        if any(block.state.get(own) == digest for block in inventory.versions):
            names[path] = own
    return names


def _against_receipt(inventory: Inventory, receipt: tuple[str, str] | None) -> list[FixityProblem]:
    """The inventory of the receipted version must still be the one that was receipted."""
    if receipt is None:
        return []
    number = version_number(receipt[0]) or 0
    known = 0 < number <= len(inventory.versions)
    if known and hashlib.sha512(inventory.as_of(number).to_bytes()).hexdigest() == receipt[1]:
        return []
    return [FixityProblem(REPLACED, inventory.id, f"{receipt[0]}/inventory.json")]
