"""The custodian's receipts as witnesses: they tell of a dossier taken away whole, or written anew with its inventories."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from desktop.archive.custody import ACCEPTED, Answer
from desktop.records.errors import OfficeError
from desktop.sync.receipts import read_receipt

from .desk import Desk


def receipts_since(desk: Desk, known: Collection[str] = ()) -> Iterator[tuple[str, Answer]]:
    """Key and answer of every receipt of this entity that is not ``known`` by its key; ends without a word where there is no line."""
    try:
        exchange = desk.exchange()
        for entry in exchange.list(f"archive/out/{desk.directory.entity.id}/"):
            if entry.key not in known:
                answer = _read(desk, exchange.get(entry.key))
                if answer is not None:
                    yield entry.key, answer
    except OfficeError as error:
        if not error.code.startswith("storage."):
            raise


def receipts_given(desk: Desk) -> dict[str, tuple[str, str]]:
    """Object id → version and the SHA-512 of its inventory, by every receipt of this entity; empty without a line."""
    answers = (answer for _, answer in receipts_since(desk))
    return {one.object: (one.version, one.inventory_sha512) for one in answers if one.state == ACCEPTED}


def _read(desk: Desk, data: bytes) -> Answer | None:
    try:
        return Answer.from_payload(read_receipt(data.decode("ascii"), desk.directory))
    except (OfficeError, UnicodeDecodeError):
        return None  # not a receipt of ours: it proves nothing and accuses nobody
