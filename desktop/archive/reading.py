"""What lies in an object, read back with its digest checked."""

from __future__ import annotations

import hashlib

from desktop.records.errors import OfficeError

from .eark import DEPOSIT_JSON
from .inventory import Inventory, object_folder
from .manifest import Deposit
from .roots import Root


def read_file(root: Root, object_id: str, logical: str, version: str | None = None) -> bytes:
    """The bytes of one file, its digest checked.

    Raises ``archive.no_object``, ``archive.no_version``, ``archive.no_file``, ``archive.missing_file``, ``archive.damaged``.
    """
    inventory = root.inventory(object_id)
    if inventory is None:
        raise OfficeError("archive.no_object", object=object_id)
    return read_of(root, inventory, logical, version)


def read_of(root: Root, inventory: Inventory, logical: str, version: str | None = None) -> bytes:
    """``read_file`` where the inventory is at hand."""
    digest = inventory.version(version or inventory.head).state.get(logical)
    if digest is None:
        raise OfficeError("archive.no_file", object=inventory.id, path=logical)
    path = inventory.content_path(digest)
    data = b"".join(root.chunks(object_folder(inventory.id), path))
    if hashlib.sha512(data).hexdigest() != digest:
        raise OfficeError("archive.damaged", object=inventory.id, path=path)
    return data


def is_dossier(inventory: Inventory) -> bool:
    """Whether the object is a dossier; restrictions and evidence are objects of their own."""
    return DEPOSIT_JSON in inventory.versions[0].state


def deposit_of(root: Root, object_id: str) -> Deposit:
    """The manifest with which an archived dossier came. Raises the archive's codes and ``deposit.malformed``."""
    return Deposit.from_payload(read_file(root, object_id, DEPOSIT_JSON, "v1"))
