"""One session of a reading of the archive: what is due in which order, and what becomes of the results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from desktop.archive.fixity import NO_OBJECT, REPLACED, STRAY, Asked, ObjectFixity
from desktop.archive.fixity_readers import Readers, read_objects
from desktop.archive.index import INDEX
from desktop.archive.inventory import object_folder
from desktop.store.fixity_book import FixityBook, KeptProblem, ReadObject

from .desk import Desk, Progress

if TYPE_CHECKING:
    from desktop.archive.roots import Root

_TOGETHER = 64  # results that are kept at a time
_SOONEST = 1.0  # seconds after which fewer are
CHUNK = 400  # objects that are asked of the book at a time


@dataclass
class Session:
    """One session of a run: what it asks for, and what becomes of the results."""

    desk: Desk
    root: Root
    book: FixityBook
    run: int
    before: datetime
    progress: Progress
    _pending: list[tuple[ReadObject, list[KeptProblem]]] = field(default_factory=list)
    _asked: dict[str, ReadObject] = field(default_factory=dict)  # in the readers' hands
    _kept_at: float = field(default_factory=time.monotonic)
    _done: int = 0
    _total: int = 0
    _found: int = 0  # objects that this PC did not know
    _exhausted: bool = False

    def read(self, readers: Readers, stop: Callable[[], bool]) -> bool:
        """Everything that is due; False when it was stopped. Who seems damaged is looked at once more: he may have been written to."""
        self._total = self.book.count_due(self.root.url, self.before) or _roughly(self.root)
        again: list[Asked] = []
        try:
            for result in read_objects(readers, self._due(), cancelled=stop):
                if result.problems:
                    again.append(self._once_more(result))
                else:
                    self._keep(result)
            if again and not stop():
                self._look_again(readers, again, stop)
        finally:
            self._flush()
        return self._exhausted and not self._asked

    def _look_again(self, readers: Readers, again: list[Asked], stop: Callable[[], bool]) -> None:
        """What a writer left behind who died is repaired first; what is wrong then, is wrong."""
        results = list(read_objects(readers, again, cancelled=stop))
        unfinished = {
            result.folder for result in results if any(_of_dead_writer(result, one.path) for one in result.problems)
        }
        for result in results:
            if result.folder not in unfinished:
                self._keep(result)
        if unfinished and not stop():
            self.desk.archive().repair()
            for result in read_objects(readers, (one for one in again if one.folder in unfinished), cancelled=stop):
                self._keep(result)

    def _due(self) -> Iterator[Asked]:
        """First what was never read and what is gone, by one pass over the root beside what is remembered; then the oldest."""
        both = merged(self.root.object_folders(), self.book.by_folder(self.root.url))
        fresh = (one for one, there in both if one.read_at is None or not there)
        yield from self._ask(fresh)
        older = self.book.read_before(self.root.url, self.before)
        yield from self._ask(one for one in older if one.folder not in self._asked)
        self._exhausted = True

    def _ask(self, objects: Iterable[ReadObject]) -> Iterator[Asked]:
        waiting = iter(objects)
        while chunk := list(islice(waiting, CHUNK)):
            receipts = self.book.receipts_of([one.object for one in chunk])
            for one in chunk:
                self._asked[one.folder] = one
                self._found += one.read_at is None and not one.title
                known = ((one.version, one.inventory),) if one.version else ()
                yield Asked(one.folder, one.object, (*known, *receipts.get(one.object, ())), describe=not one.title)

    def _once_more(self, result: ObjectFixity) -> Asked:
        one = self._asked[result.folder]
        known = ((one.version, one.inventory),) if one.version else ()
        receipts = self.book.receipts_of([one.object]).get(one.object, ())
        return Asked(one.folder, one.object, (*known, *receipts), describe=not one.title)

    def _keep(self, result: ObjectFixity) -> None:
        now = self.desk.clock()
        self._pending.append(_remembered(self._asked.pop(result.folder), result, now))
        self._done += 1
        self.progress(self._done, max(self._done, self._total, self._found))
        if len(self._pending) >= _TOGETHER or time.monotonic() - self._kept_at > _SOONEST:
            self._flush()

    def _flush(self) -> None:
        self.book.keep(self.root.url, self.run, self._pending)
        self._pending.clear()
        self._kept_at = time.monotonic()


def _remembered(before: ReadObject, result: ObjectFixity, now: datetime) -> tuple[ReadObject, list[KeptProblem]]:
    """An inventory that is not the one of before does not become the one that is expected from now on."""
    unknown = not result.version or any(one.code in (REPLACED, NO_OBJECT) for one in result.problems)
    told = result.described
    one = ReadObject(
        result.folder,
        result.object or before.object,
        before.version if unknown else result.version,
        before.inventory if unknown else result.inventory_sha512,
        told.series if told else before.series,
        told.series_title if told else before.series_title,
        told.cite if told else before.cite,
        told.title if told else before.title,
        now,
        result.files,
        result.bytes,
        len(result.problems),
    )
    problems = [
        KeptProblem(result.folder, item.code, item.path, one.object, item.logical, item.recoverable, now, now)
        for item in result.problems
    ]
    return one, problems


def _roughly(root: Root) -> int:
    """How many objects there are, by the index beside the root: for whoever waits. Counting them would take as long as many readings."""
    return max(0, (root.read_beside(INDEX) or b"").count(b"\n") - 1)


def _of_dead_writer(result: ObjectFixity, path: str) -> bool:
    """What a commit that was cut off leaves: an older copy of the inventory, or files of the version that never came."""
    following = f"v{int(result.version[1:] or 0) + 1}/" if result.version else "v1/"
    return path in ("inventory.json", "inventory.json.sha512") or path.startswith(following)


def merged(folders: Iterable[str], remembered: Iterator[ReadObject]) -> Iterator[tuple[ReadObject, bool]]:
    """Both are sorted: each object once, with whether it is in the root."""
    known = next(remembered, None)
    for folder in folders:
        while known is not None and known.folder < folder:
            yield known, False
            known = next(remembered, None)
        if known is not None and known.folder == folder:
            yield known, True
            known = next(remembered, None)
        else:
            yield ReadObject(folder, unquote(folder.rpartition("/")[2])), True
    while known is not None:
        yield known, False
        known = next(remembered, None)


def keep_strays(desk: Desk, root: Root, book: FixityBook) -> None:
    """What belongs to no object, and receipts of objects that this PC never saw."""
    now = desk.clock()
    found = [KeptProblem("", STRAY, path, "", "", recoverable=False, since=now, seen_at=now) for path in root.strays()]
    known = {one.object for one in book.by_folder(root.url)}
    for name in book.receipted():
        if name and name not in known:
            folder = object_folder(name)
            found.append(KeptProblem("", NO_OBJECT, folder, name, "", recoverable=False, since=now, seen_at=now))
    book.keep_strays(root.url, found)
