"""Objects as a bag (BagIt 0.97): a small OCFL root of their own, every version whole, for another archive or for a court.

0.97 and not 1.0 (RFC 8493): where a path holds ``%``, as the folder of every object does, 1.0 wants ``%25`` and bagit-python, by which
bags are judged, takes it literally. 0.97 says nothing of ``%``, and every reader of 1.0 reads it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from desktop.records.errors import OfficeError

from .index import INDEX, README, ROOT_README, index_csv, row_of
from .inventory import INVENTORY, SIDECAR, Inventory, object_folder
from .laying_out import LaidOut, laid_out
from .reading import deposit_of
from .roots import Root, root_files

DECLARATION = b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHM = "sha512"
_READ_OTHERWISE = re.compile("%0[ad]|[\r\n]", re.IGNORECASE)  # a manifest would say another name


@dataclass(frozen=True, slots=True)
class BagLabel:
    """What ``bag-info.txt`` says beside sizes and ids."""

    organization: str
    day: date
    agent: str
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Bag:
    """What was written. ``bytes`` and ``files`` are the payload's."""

    folder: Path
    objects: tuple[str, ...]
    files: int
    bytes: int


def write_bag(
    root: Root, objects: Sequence[str], folder: Path, label: BagLabel, *, beside: Mapping[str, bytes] | None = None
) -> Bag:
    """Write ``folder``, which must not exist, whole or not at all. Raises ``export.exists`` and as ``fill_bag`` does."""
    with laid_out(folder) as out:
        return replace(fill_bag(root, objects, out, label, beside=beside), folder=folder)


def fill_bag(
    root: Root, objects: Sequence[str], out: LaidOut, label: BagLabel, *, beside: Mapping[str, bytes] | None = None
) -> Bag:
    """Lay out a bag; every byte is compared with the inventory that names it.

    ``beside`` are further files beside the bag's own OCFL root. Raises ``archive.no_object``, ``archive.damaged``,
    ``archive.missing_file``, ``export.unfit_name``, storage's codes and OSError.
    """
    listed = tuple(dict.fromkeys(objects))
    if not listed:
        raise OfficeError("archive.no_object", object="")
    deposits = {name: deposit_of(root, name) for name in listed}
    rows = [row_of(deposit, name) for name, deposit in deposits.items()]
    for path, data in {INDEX: index_csv(rows), README: ROOT_README + _NOTE, **(beside or {})}.items():
        out.put(f"data/{path}", [data])
    for path, data in root_files().items():
        out.put(f"data/root/{path}", [data])
    for name in listed:
        _object(root, name, out)
    _tags(out, label, listed, practice=any(deposit.practice for deposit in deposits.values()))
    payload = [size for path, (_, size) in out.written.items() if path.startswith("data/")]
    return Bag(out.folder, listed, len(payload), sum(payload))


def _object(root: Root, object_id: str, out: LaidOut) -> None:
    inventory = root.inventory(object_id)
    if inventory is None:
        raise OfficeError("archive.no_object", object=object_id)
    folder = object_folder(object_id)
    for path, digest in sorted(inventory.expected().items()):
        if _READ_OTHERWISE.search(path):
            raise OfficeError("export.unfit_name", path=path, object=object_id)
        written = out.put(f"data/root/{folder}/{path}", _bytes_of(root, inventory, folder, path))
        if written != digest:
            raise OfficeError("archive.damaged", object=object_id, path=path)


def _bytes_of(root: Root, inventory: Inventory, folder: str, path: str) -> Iterator[bytes]:
    """The inventory on top is that of the newest version, also where a writer died before he copied it up."""
    source = f"{inventory.head}/{path}" if path in (INVENTORY, SIDECAR) else path
    return root.chunks(folder, source)


def _tags(out: LaidOut, label: BagLabel, objects: Sequence[str], *, practice: bool) -> None:
    payload = {path: digest for path, (digest, _) in out.written.items()}
    total = sum(size for _, size in out.written.values())
    manifest = "".join(f"{digest}  {path}\n" for path, digest in sorted(payload.items()))
    lines = [
        ("Source-Organization", label.organization),
        ("Bagging-Date", label.day.isoformat()),
        ("Bag-Software-Agent", label.agent),
        ("Payload-Oxum", f"{total}.{len(payload)}"),
        *(("External-Identifier", name) for name in objects),
        *([("Internal-Sender-Description", label.sender)] if label.sender else []),
        *([("External-Description", "PRÁCTICA: SIN VALOR")] if practice else []),
    ]
    tags = {
        "bagit.txt": DECLARATION,
        "bag-info.txt": "".join(f"{name}: {' '.join(value.split())}\n" for name, value in lines).encode(),
        f"manifest-{ALGORITHM}.txt": manifest.encode(),
    }
    for path, data in tags.items():
        out.put(path, [data])
    listed = "".join(f"{hashlib.sha512(data).hexdigest()}  {path}\n" for path, data in sorted(tags.items()))
    out.put(f"tagmanifest-{ALGORITHM}.txt", [listed.encode()])


_NOTE = """
Esta es una copia de algunos expedientes de ese archivo, con todas sus versiones, en un paquete BagIt. Las sumas SHA-512 de todo lo que
contiene están en manifest-sha512.txt, junto a la carpeta data/. comprobar.sh prueba un expediente en cualquier Linux, sin el programa:
sh comprobar.sh --ca RAICES.pem CARPETA_DATA urn:uuid:… (sin argumentos explica cómo).
""".encode()
