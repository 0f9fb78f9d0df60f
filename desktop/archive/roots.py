"""An OCFL 1.1 storage root, in a folder or in a bucket. One custodian writes; nothing here deletes what was committed.

Each root has beside it ``LEEME.txt`` and ``indice.csv``, which can be rebuilt from it (``desktop.archive.index``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from desktop.records.errors import OfficeError
from desktop.storage import LockingStore, S3Settings, open_storage

from .inventory import Inventory, User

Source = Path | bytes  # bytes of a file to deposit: where they lie, or themselves
Contents = Callable[[str], Iterable[bytes]]  # a path below an object → its bytes, a piece at a time
Fault = Callable[[str], None]  # told the name of each step; tests stop there
Writing = Callable[[str], None]  # told the object before each commit of a new version

LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
ROOT_DECLARATION = "0=ocfl_1.1"
CHUNK = 1 << 20  # bytes


def no_writing(object_id: str) -> None:
    """For who remembers nothing."""


def no_fault(step: str) -> None:
    """Let every step pass."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it lies below an object; ``path`` is relative to it, ``size`` in bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Repaired:
    """What opening a root had to set right: folders of objects, and how many leftovers were taken away."""

    objects: tuple[str, ...] = ()
    leftovers: int = 0


class Root(Protocol):
    """What custody and fixity ask of a root."""

    @property
    def rescued(self) -> tuple[str, ...]:
        """The root's own files that opening wrote anew."""
        ...

    @property
    def url(self) -> str:
        """Where it is."""
        ...

    def repair(self) -> Repaired:
        """Finish or take back what a writer left behind when it died. Done on opening for writing."""
        ...

    def object_folders(self) -> Iterator[str]:
        """The folder of every object, relative to the root, sorted."""
        ...

    def strays(self) -> Iterator[str]:
        """Files below the root that belong to no object."""
        ...

    def inventory_at(self, folder: str) -> Inventory:
        """The newest committed inventory of the object in that folder, its sidecar checked.

        Raises ``archive.no_object``, ``archive.bad_inventory``.
        """
        ...

    def inventory(self, object_id: str) -> Inventory | None:
        """The newest committed inventory of that object, or None."""
        ...

    def files_at(self, folder: str) -> Iterator[StoredFile]:
        """Every file that lies below the object in that folder."""
        ...

    def chunks(self, folder: str, path: str) -> Iterator[bytes]:
        """The bytes of one of them, in pieces; raises ``archive.missing_file``."""
        ...

    def digest(self, folder: str, path: str, read: Callable[[int], None]) -> str:
        """SHA-512 of one of them; ``read`` is told the size of every piece. Raises ``archive.missing_file``."""
        ...

    def recoverable(self, folder: str, path: str, digest: str) -> bool:
        """Whether the store still keeps those bytes under an older or hidden version of the name."""
        ...

    def write_version(
        self, object_id: str, files: Mapping[str, Source], *, base: str | None, message: str, user: User, now: datetime
    ) -> str:
        """Commit one version: the state of ``base`` (None for a new object) with those files added or replaced.

        Gives the version's name. Raises ``archive.conflict`` when ``base`` is not the newest version: nothing was changed then.
        """
        ...

    def kept(self, folder: str, path: str, digest: str) -> bytes | None:
        """Those bytes from an older or hidden version of the name, or None."""
        ...

    def adopt(self, inventory: Inventory, contents: Contents) -> bool:
        """Take a whole object as it lies in another root, byte for byte, committed as ``write_version`` commits.

        Versions that are here already stay. False when nothing was missing. Raises ``archive.diverged`` when what is here is no
        beginning of ``inventory``, ``archive.damaged`` when ``contents`` gives other bytes than it names: nothing was committed then.
        """
        ...

    def mend(self, inventory: Inventory, path: str, pieces: Iterable[bytes]) -> None:
        """Put back the bytes that ``inventory`` names at that path below its object: never others (``archive.damaged``).

        That the inventory is the right one is for the caller to know.
        """
        ...

    def set_aside(self, path: str) -> str:
        """Take a file that belongs to nobody (below the root) out of sight, without destroying it; gives where it is now."""
        ...

    def beside(self, folder: str) -> Iterator[StoredFile]:
        """The files in a folder beside the root; paths begin with the folder's name."""
        ...

    def write_beside(self, name: str, data: bytes) -> None:
        """Write a file beside the root, over what is there."""
        ...

    def read_beside(self, name: str) -> bytes | None:
        """A file beside the root, or None."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


def check_continues(known: Inventory | None, inventory: Inventory) -> int:
    """How many versions of ``inventory`` are known already; raises ``archive.diverged`` when they are not its beginning."""
    if known is None:
        return 0
    count = len(known.versions)
    if count > len(inventory.versions) or inventory.as_of(count).to_bytes() != known.to_bytes():
        reason = "ahead" if known.as_of(len(inventory.versions)).to_bytes() == inventory.to_bytes() else "other"
        raise OfficeError("archive.diverged", on_disk="unchanged", object=inventory.id, reason=reason)
    return count


def root_files() -> dict[str, bytes]:
    """What a new root begins with: its declaration and its layout, with the parameters spelt out."""
    layout = {
        "description": "sha256 of the id in three folders of three characters, then the id percent-encoded",
        "extension": LAYOUT,
    }
    config = {"digestAlgorithm": "sha256", "extensionName": LAYOUT, "numberOfTuples": 3, "tupleSize": 3}
    return {
        f"extensions/{LAYOUT}/config.json": _json(config),
        "ocfl_layout.json": _json(layout),
        ROOT_DECLARATION: b"ocfl_1.1\n",
    }


def _json(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def check_root_files(found: Callable[[str], bytes | None], url: str) -> None:
    """Refuse what is not a root of ours: ``archive.not_a_root``, ``archive.other_layout``."""
    declaration = found(ROOT_DECLARATION)
    if declaration is None or declaration.strip() != b"ocfl_1.1":
        raise OfficeError("archive.not_a_root", url=url)
    try:
        extension = json.loads(found("ocfl_layout.json") or b"")["extension"]
    except (ValueError, KeyError, TypeError):
        extension = ""
    if extension != LAYOUT:
        raise OfficeError("archive.other_layout", url=url)


def damaged_root_files(found: Callable[[str], bytes | None], objects: bool) -> tuple[str, ...]:
    """Those of the root's own files that are not as they were written; none where nothing shows that this is a root of ours."""
    wrong = tuple(name for name, data in root_files().items() if found(name) != data)
    return wrong if objects or len(wrong) < len(root_files()) else ()


def open_root(
    url: str,
    *,
    s3: S3Settings | None = None,
    create: bool = False,
    repair: bool = False,
    rescue: bool = False,
    fault: Fault = no_fault,
    writing: Writing = no_writing,
) -> Root:
    """The root at ``folder:PATH`` or ``s3://BUCKET/PREFIX``.

    ``create`` makes an empty one where there is none: for ``archive init`` only, since a disk that is not plugged in must not become a
    new archive. ``repair`` sets right what a writer left behind when it died: for whoever is going to write. ``rescue`` writes the root's
    own files anew where they are damaged: for ``archive repair``. ``writing`` is told the object before each commit of a new version.
    Raises ``archive.not_a_root``, ``archive.other_layout``, ``archive.not_empty`` and storage's codes.
    """
    root = _open(url, s3, create=create, rescue=rescue, fault=fault, writing=writing)
    if repair:
        root.repair()
    return root


def _open(url: str, s3: S3Settings | None, *, create: bool, rescue: bool, fault: Fault, writing: Writing) -> Root:
    from .folder_root import FolderRoot
    from .s3_root import S3Root

    scheme, _, rest = url.partition(":")
    if scheme == "folder" and rest:
        return FolderRoot(Path(rest), create=create, rescue=rescue, fault=fault, writing=writing)
    store = open_storage(url, s3=s3)
    if not isinstance(store, LockingStore):  # pragma: no cover - there are but two kinds
        raise OfficeError("storage.bad_url", url=url)
    return S3Root(store, create=create, rescue=rescue, fault=fault, writing=writing)
