"""From a root to the rows of its catalogue: every object's inventory and manifest, read by as many processes as are allowed.

The manifest is checked by the digest that the inventory gives it, the inventory by its sidecar; other files are not read (that is
fixity's). What cannot be read is told as unreadable, and the others go on.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC
from typing import TYPE_CHECKING

from desktop.records.errors import Cancelled, OfficeError
from desktop.storage import S3Settings
from desktop.store.catalogue_rows import Dossier, Found, OtherObject, Seen, Unreadable, VersionRow

from .description import ACCESS_WORDS, dates_of
from .eark import DEPOSIT_JSON, PREMIS
from .inventory import Inventory, object_folder
from .manifest import Deposit, Description
from .reading import is_dossier, read_of
from .restriction import RESTRICTION_JSON, restriction_of
from .roots import Root, open_root

if TYPE_CHECKING:
    from concurrent.futures import Future

_SHARE = 250  # objects that a process is handed at a time
_WORTH = 2_000  # objects from which on a second process pays for its start
_THREADS = 8  # against a bucket, where time is spent waiting
_HEADS = 4  # of a disk: four small files of each object, one after the other, would leave the processor waiting half of the time

Progress = Callable[[int, int], None]  # objects done, objects in all


def look(root: Root, folder: str) -> Seen:
    """One object as the catalogue shows it. Raises storage's codes only."""
    try:
        inventory = root.inventory_at(folder)
        if is_dossier(inventory):
            data = read_of(root, inventory, DEPOSIT_JSON, "v1")
            return found(inventory, Deposit.from_payload(data), _recorded(root, inventory))
        restriction = restriction_of(root, inventory) if RESTRICTION_JSON in inventory.state else None
    except OfficeError as error:
        if error.code.startswith("storage."):
            raise
        return Unreadable(folder, error.code)
    return OtherObject(folder, inventory.id, _versions(inventory), restriction)


def look_at_all(
    root: Root,
    *,
    s3: S3Settings | None = None,
    processes: int = 1,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Seen]:
    """Every object of the root, in the order of their folders. Raises ``Cancelled`` when told so.

    Another process opens the root by its address. Raises storage's codes: then the caller keeps what it had.
    """
    folders = list(root.object_folders())
    shares = [folders[at : at + _SHARE] for at in range(0, len(folders), _SHARE)]
    done = 0
    for share in _shared_out(root, s3, shares, processes if len(folders) >= _WORTH else 1):
        if cancelled():
            raise Cancelled
        yield from share
        done += len(share)
        if progress is not None:
            progress(done, len(folders))


def _shared_out(root: Root, s3: S3Settings | None, shares: Sequence[list[str]], processes: int) -> Iterator[list[Seen]]:
    if root.url.startswith("s3:"):
        yield from (_look_together(root, share, _THREADS) for share in shares)
    elif processes <= 1:
        yield from (_look_together(root, share, _HEADS) for share in shares)
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, context, _begin, (root.url, s3)) as pool:
            try:
                yield from _in_order(pool, shares, ahead=processes * 2)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, shares: Iterable[list[str]], *, ahead: int) -> Iterator[list[Seen]]:
    """No more than a few shares wait to be taken: memory stays flat however large the root is."""
    waiting: list[Future[list[Seen]]] = []
    for share in shares:
        waiting.append(pool.submit(_look_at_share, share))
        if len(waiting) > ahead:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


_opened: list[Root] = []  # in a child: the root that it reads


def _begin(url: str, s3: S3Settings | None) -> None:
    _opened.append(open_root(url, s3=s3))


def _look_at_share(folders: Sequence[str]) -> list[Seen]:
    return _look_together(_opened[0], folders, _HEADS)


def _look_together(root: Root, folders: Sequence[str], threads: int) -> list[Seen]:
    """What lies in those folders, in their order, several being read at a time."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda folder: look(root, folder), folders))


def _recorded(root: Root, inventory: Inventory) -> bytes:
    """What PREMIS says of the reception; nothing where it cannot be read: fixity tells that, and the dossier is found all the same."""
    try:
        return read_of(root, inventory, PREMIS, "v1")
    except OfficeError as error:
        if error.code.startswith("storage."):
            raise
        return b""


def found(inventory: Inventory, deposit: Deposit, recorded: bytes) -> Found:
    """The rows of a dossier; ``recorded`` is the PREMIS of its reception, in which only types of events are counted."""
    folder = object_folder(inventory.id)
    first, last = inventory.versions[0], inventory.versions[-1]
    since, until = dates_of(deposit)
    said, row = deposit.description, deposit.description.path[-1] if deposit.description.path else None
    media = Counter[str]()
    sizes = Counter[str]()
    for file in deposit.files:
        media[file.media_type] += 1
        sizes[file.media_type] += file.size
    dossier = Dossier(
        object=inventory.id,
        folder=folder,
        version=len(inventory.versions),
        received=first.created.astimezone(UTC).isoformat(),
        changed=last.created.astimezone(UTC).isoformat(),
        dossier=deposit.dossier,
        deposit=deposit.id,
        title=deposit.title,
        cite=deposit.cite,
        slip=deposit.slip,
        unit=deposit.unit,
        unit_name=deposit.unit_name,
        entity_name=deposit.entity_name,
        since=since,
        until=until,
        folios=deposit.folios,
        documents=len(deposit.documents),
        files=len(deposit.files),
        size=sizes.total(),
        access=int(deposit.access),
        practice=deposit.practice,
        series=said.series,
        series_code=row.code if row else "",
        series_title=row.title if row else "",
        sums_checked=b">fixity check<" in recorded,
        formats_checked=recorded.count(b">format identification<"),
        described=sum(bool(getattr(said, member.name)) for member in fields(Description)),
    )
    kinds = tuple((kind, media[kind], sizes[kind]) for kind in sorted(media))
    return Found(
        folder, inventory.id, dossier, _versions(inventory), kinds, _words(inventory, deposit), *_shelf(deposit)
    )


def _shelf(deposit: Deposit) -> tuple[tuple[tuple[str, str, str], ...], tuple[tuple[str, int], ...]]:
    """What an inventory tells of it besides: its place in the scheme, and the folios of each document."""
    path = tuple((row.level, row.code, row.title) for row in deposit.description.path)
    return path, tuple((document.id, document.folios) for document in deposit.documents)


def _versions(inventory: Inventory) -> tuple[VersionRow, ...]:
    return tuple(
        VersionRow(
            inventory.id,
            number,
            block.created.astimezone(UTC).isoformat(),
            block.user.name,
            block.message,
            digest_of(inventory, number),
        )
        for number, block in enumerate(inventory.versions, 1)
    )


def _words(inventory: Inventory, deposit: Deposit) -> dict[str, str]:
    """What the dossier is found by, by the columns of store.search."""
    people = dict.fromkeys(name for item in deposit.documents for name in (item.author, *item.signers))
    said = deposit.description
    other = [deposit.unit_name, deposit.id, deposit.dossier, inventory.id, ACCESS_WORDS[deposit.access]]
    other += [f"{row.code} {row.title}" for row in said.path]
    other += [item.kind.replace("_", " ") for item in deposit.documents]
    other += [said.scope, said.history, said.arrangement, said.related, said.note]
    other += [file.path.rpartition("/")[2] for file in deposit.files]
    return {
        "subject": " ".join((deposit.title, *(item.subject for item in deposit.documents))),
        "cite": " ".join(item.cite for item in deposit.documents),
        "slip": deposit.slip,
        "people": " ".join((*people, deposit.made_by)),
        "words": " ".join(filter(None, other)),
    }


def digest_of(inventory: Inventory, number: int) -> str:
    """The SHA-512 of the inventory as that version has it: what receipts and the log name."""
    return hashlib.sha512(inventory.as_of(number).to_bytes()).hexdigest()
