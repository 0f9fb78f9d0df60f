"""Fixity: every byte of a root read again and compared with its inventories. Names what changed, is missing or is too much.

What a root cannot show by itself (a dossier taken away, an inventory written anew) is found by what is known of it from elsewhere:
receipts, and what was read here before. Here one object is read; many, by several processes, and what is read next, are
``fixity_readers`` and ``operations.fixity``.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from desktop.records.errors import OfficeError

from .eark import DEPOSIT_JSON
from .inventory import Inventory, version_number
from .reading import deposit_of
from .roots import Root

Progress = Callable[[int, int], None]  # objects done, objects in all

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
class Asked:
    """An object to read. ``known``: version and SHA-512 of its inventory as they were receipted or read before; ``describe``: tell what
    dossier it is, too.
    """

    folder: str
    object: str = ""
    known: tuple[tuple[str, str], ...] = ()
    describe: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """What dossier an object is: code and title of its series (empty where it has none), its cite and title."""

    series: str = ""
    series_title: str = ""
    cite: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ObjectFixity:
    """The result for one object; ``bytes`` were read. Version and inventory are those found, empty where none could be read."""

    folder: str
    object: str
    files: int
    bytes: int
    problems: tuple[FixityProblem, ...]
    version: str = ""
    inventory_sha512: str = ""
    described: Described | None = None


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


def check_object(root: Root, asked: Asked, *, pace: Pace | None = None) -> ObjectFixity:
    """Read one object whole. Raises storage's codes."""
    folder = asked.folder
    try:
        inventory = root.inventory_at(folder)
    except OfficeError as error:
        if error.code.startswith("storage."):
            raise
        gone = error.code == "archive.no_object" and asked.known
        problem = FixityProblem(
            NO_OBJECT if gone else INVENTORY_DAMAGED, asked.object, folder if gone else f"{folder}/inventory.json"
        )
        return ObjectFixity(folder, asked.object, 0, 0, (problem,))
    expected = inventory.expected()
    sizes = {file.path: file.size for file in root.files_at(folder)}
    problems = [FixityProblem(EXTRA, inventory.id, path) for path in sorted(sizes.keys() - expected.keys())]
    bad, read = _compared(root, folder, expected, sizes, pace)
    names = _logical_names(inventory) if bad else {}
    for path, code in bad:
        kept = root.recoverable(folder, path, expected[path])
        problems.append(FixityProblem(code, inventory.id, path, names.get(path, ""), kept))
    newest = f"{inventory.head}/inventory.json"
    problems += _against_known(inventory, expected[newest], asked.known)
    described = _described(root, inventory) if asked.describe and not bad else None
    return ObjectFixity(
        folder, inventory.id, len(expected), read, tuple(problems), inventory.head, expected[newest], described
    )


def _compared(
    root: Root, folder: str, expected: Mapping[str, str], sizes: Mapping[str, int], pace: Pace | None
) -> tuple[list[tuple[str, str]], int]:
    """The paths that are not as expected, with the code of what they are, and how many bytes were read."""
    bad: list[tuple[str, str]] = []
    total = 0

    def read(size: int) -> None:
        nonlocal total
        total += size
        if pace is not None:
            pace.wait(size)

    for path, digest in expected.items():
        if sizes.get(path, -1) < 0:  # absent, or no regular file
            bad.append((path, MISSING))
            continue
        try:
            if root.digest(folder, path, read) != digest:
                bad.append((path, CHANGED))
        except OfficeError as error:
            if error.code != "archive.missing_file":
                raise
            bad.append((path, MISSING))
    return bad, total


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


def _against_known(inventory: Inventory, newest: str, known: tuple[tuple[str, str], ...]) -> list[FixityProblem]:
    """The inventories of versions that were known before must still be what they were."""
    for version, digest in known:
        number = version_number(version) or 0
        if number == len(inventory.versions):
            same = newest == digest
        else:
            same = (
                0 < number < len(inventory.versions)
                and hashlib.sha512(inventory.as_of(number).to_bytes()).hexdigest() == digest
            )
        if not same:
            return [FixityProblem(REPLACED, inventory.id, f"{version}/inventory.json")]
    return []


def described_at(root: Root, folder: str) -> Described:
    """What dossier lies there, without reading it whole; nothing where that cannot be told. Raises storage's codes."""
    try:
        return _described(root, root.inventory_at(folder))
    except OfficeError as error:
        if error.code.startswith("storage."):
            raise
        return Described()


def _described(root: Root, inventory: Inventory) -> Described:
    """From the manifest that lies in it; nothing where it is no dossier, or cannot be read by this program."""
    if DEPOSIT_JSON not in inventory.versions[0].state:
        return Described()
    try:
        deposit = deposit_of(root, inventory.id)
    except OfficeError as error:
        if error.code.startswith("storage."):
            raise
        return Described()
    series = deposit.description.path[-1:]  # itself; all above it come before
    code, title = (series[0].code, series[0].title) if series else ("", "")
    return Described(code, title, deposit.cite, deposit.title)
