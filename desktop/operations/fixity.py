"""Integridad: read every byte of the archive again and compare it with its inventories and with the receipts given."""

from __future__ import annotations

from desktop.archive.custody import ACCEPTED, Answer
from desktop.archive.fixity import FixityReport, check
from desktop.archive.index import IndexRow, read_index, refresh
from desktop.archive.roots import open_root
from desktop.records.errors import OfficeError
from desktop.storage.opening import S3Settings
from desktop.sync.receipts import read_receipt

from .desk import Desk, Progress, no_progress

__all__ = ["FixityReport", "check_archive", "init_archive", "list_archive"]


def init_archive(url: str, s3: S3Settings | None = None) -> None:
    """Make an empty archive (OCFL 1.1 root) at ``folder:PATH`` or ``s3://BUCKET/PREFIX``. Raises ``archive.not_empty``."""
    open_root(url, s3=s3, create=True).close()


def check_archive(desk: Desk, *, progress: Progress = no_progress) -> FixityReport:
    """The whole root of this desk's archive, against the custodian's own receipts where the exchange can be reached.

    The receipts tell what the root alone cannot: a dossier taken away whole, or written anew with its inventories.
    Raises ``archive.none_here`` and storage's codes of the archive.
    """
    return check(desk.archive(), receipts=receipts_given(desk), progress=progress)


def receipts_given(desk: Desk) -> dict[str, tuple[str, str]]:
    """Object id → version and the SHA-512 of its inventory, by every receipt of this entity; empty without a line."""
    given: dict[str, tuple[str, str]] = {}
    try:
        exchange = desk.exchange()
        for entry in exchange.list(f"archive/out/{desk.directory.entity.id}/"):
            answer = _read(desk, exchange.get(entry.key))
            if answer is not None and answer.state == ACCEPTED:
                given[answer.object] = (answer.version, answer.inventory_sha512)
    except OfficeError as error:
        if not error.code.startswith("storage."):
            raise
    return given


def _read(desk: Desk, data: bytes) -> Answer | None:
    try:
        return Answer.from_payload(read_receipt(data.decode("ascii"), desk.directory))
    except (OfficeError, UnicodeDecodeError):
        return None  # not a receipt of ours: it proves nothing and accuses nobody


def list_archive(desk: Desk) -> list[IndexRow]:
    """The dossiers of the archive, from its own index, brought up to date first."""
    refresh(desk.archive())
    return read_index(desk.archive())
