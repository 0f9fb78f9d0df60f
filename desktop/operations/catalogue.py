"""Catálogo: the archive's dossiers as this desk finds them, read from the root alone and kept up to date by the archive's log."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.archive.audit import Act, News
from desktop.archive.audit_places import log_of
from desktop.archive.cataloguing import digest_of, look, look_at_all
from desktop.archive.index import refresh
from desktop.archive.inventory import object_folder
from desktop.records.errors import OfficeError
from desktop.store.catalogue import Catalogue
from desktop.store.catalogue_rows import Dossier, Noted, Restriction, Seen, Sight, VersionRow

from .archive_log import INVENTORY, OF_VERSIONS, note_all
from .archive_unnoted import forget_writing, unnoted
from .desk import Desk, Progress, no_progress
from .find import parse

if TYPE_CHECKING:
    from desktop.archive.roots import Root

__all__ = [
    "Dossier",
    "Listed",
    "Rebuilt",
    "Shown",
    "find_dossiers",
    "list_dossiers",
    "note_left",
    "rebuild",
    "show_dossier",
    "versions_written",
]

FOLDER = "catalogue"
_NOT_WAITED_FOR = frozenset({"storage.unreachable", "storage.denied"})


@dataclass(frozen=True, slots=True)
class Listed:
    """Dossiers, and as of when (ISO 8601) the catalogue knows the archive; ``away``: the archive itself could not be asked now."""

    dossiers: tuple[Dossier, ...]
    as_of: str
    away: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One dossier with its history. ``where`` is its folder in the archive; ``log`` what was noted of it, for custodians."""

    dossier: Dossier
    versions: tuple[VersionRow, ...]
    where: str
    files: tuple[tuple[str, str], ...]  # logical path and SHA-512 of the newest version; none when the archive is away
    restriction: Restriction | None
    log: tuple[Noted, ...]
    away: bool = False


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What reading the whole root gave. ``noted`` versions had no entry in the log and have one now."""

    dossiers: int
    unreadable: tuple[tuple[str, str], ...]
    noted: int


def list_dossiers(desk: Desk, *, series: str = "", unit: str = "") -> Listed:
    """What this desk may see, by unit, day and cite. Raises ``archive.none_here``, the catalogue's and storage's codes."""
    with opened(desk) as here:
        found = here.catalogue.dossiers(sight_of(desk), series=series, unit=unit)
        return Listed(tuple(found), here.as_of, here.away)


def find_dossiers(desk: Desk, typed: str, *, limit: int = 50) -> Listed:
    """What is typed as in ``find``: words anywhere, ``de:`` among the people, days as a period that the dossier touches.

    Raises ``find.bad_day``, ``archive.none_here``, the catalogue's and storage's codes.
    """
    from desktop.store.search import Asked

    asked = parse(typed)
    with opened(desk) as here:
        found = here.catalogue.find(
            sight_of(desk), Asked(asked.words, asked.by), since=asked.since, until=asked.until, limit=limit
        )
        return Listed(tuple(found), here.as_of, here.away)


def show_dossier(desk: Desk, name: str) -> Shown:
    """By object id, CITE, hoja de ruta, deposit, dossier or folder. Raises ``archive.not_found`` also for what may not be seen, and
    ``archive.several`` where the name is that of more than one.
    """
    with opened(desk) as here:
        found = here.catalogue.named(sight_of(desk), name.strip().removeprefix("root/"))
        if not found:
            raise OfficeError("archive.not_found", name=name)
        if len(found) > 1:
            raise OfficeError("archive.several", name=name, objects=", ".join(one.object for one in found))
        (dossier,) = found
        inventory = here.root.inventory(dossier.object) if here.root is not None else None
        state = sorted(inventory.state.items()) if inventory is not None else ()
        custodian = desk.unit.custodian
        return Shown(
            dossier,
            tuple(here.catalogue.versions(dossier.object)),
            f"{here.url.removeprefix('folder:')}/root/{dossier.folder}",
            tuple(state),
            here.catalogue.restriction(dossier.object) if custodian else None,
            tuple(here.catalogue.noted(object_id=dossier.object)) if custodian else (),
            here.away,
        )


def rebuild(desk: Desk, *, progress: Progress = no_progress, cancelled: Callable[[], bool] = lambda: False) -> Rebuilt:
    """Make the catalogue anew from the root alone; a custodian's also ``indice.csv``, and notes versions that no entry tells of.

    Stopped half-way it changes nothing. Raises ``archive.none_here``, ``Cancelled``, the catalogue's and storage's codes.
    """
    root = desk.archive()
    with _catalogue(desk, root.url) as catalogue:
        found = _read_whole(desk, catalogue, root, progress, cancelled)
        noted: Sequence[Noted] = ()
        if desk.unit.custodian:
            refresh(root, again=None)
            noted = _note_missing(desk, catalogue, root, catalogue.every_version(), Act.FOUND)
        unreadable = tuple((one.folder, one.code) for one in catalogue.unreadable())
    return Rebuilt(found, unreadable, len(noted))


def versions_written(desk: Desk, objects: Iterable[str], *, official: str = "") -> None:
    """A custodian wrote versions of those objects: their entries in the log, their rows in the catalogue. Twice changes nothing.

    What an act that was cut off left is noted first. Raises ``archive.none_here``, the catalogue's and storage's codes.
    """
    wanted = list(dict.fromkeys(objects))
    if not wanted:
        return
    note_left(desk, besides=wanted)
    _written(desk, wanted, Act.VERSION, official)
    forget_writing(desk.store, desk.archive().url, wanted)


def note_left(desk: Desk, *, besides: Collection[str] = ()) -> None:
    """Note as found what this desk committed and did not note, because it was killed in between; for a custodian's next act.

    Raises as ``versions_written`` does.
    """
    if not desk.unit.custodian:
        return
    root = desk.archive()
    left = [name for name in unnoted(desk.store, root.url) if name not in besides]
    there: list[str] = []
    gone: list[str] = []
    for name in left:
        try:
            (gone if root.inventory(name) is None else there).append(name)
        except OfficeError as error:  # damaged: it is noted when it is mended
            if error.code.startswith("storage."):
                raise
    if there:
        _written(desk, there, Act.FOUND, "")
    if there or gone:
        forget_writing(desk.store, root.url, [*there, *gone])


def _written(desk: Desk, wanted: Sequence[str], act: Act, official: str) -> None:
    root = desk.archive()
    with _catalogue(desk, root.url) as catalogue:
        if catalogue.complete:
            _follow(desk, catalogue, root)
        else:  # whoever lists first reads the root; an act does not wait for it
            _take_log(catalogue, root)
        seen = [look(root, object_folder(name)) for name in wanted]
        catalogue.put(seen, at=desk.clock())
        versions = [(row.object, row.number) for one in seen for row in getattr(one, "versions", ())]
        _note_missing(desk, catalogue, root, versions, act, official)


def sight_of(desk: Desk) -> Sight:
    """What who sits here may see of the archive."""
    return Sight(desk.unit.custodian, tuple(desk.directory.mailboxes_of(desk.unit_id)))


@dataclass(frozen=True, slots=True)
class Opened:
    """An open catalogue, and the root it is of where that can be asked."""

    catalogue: Catalogue
    root: Root | None
    url: str

    @property
    def away(self) -> bool:
        """Whether the archive cannot be asked."""
        return self.root is None

    @property
    def as_of(self) -> str:
        """When something was last read of the archive."""
        return self.catalogue.state("as_of")


@contextmanager
def opened(desk: Desk, *, progress: Progress = no_progress) -> Iterator[Opened]:
    """This desk's catalogue, brought up to what the archive's log tells; made now where there is none yet.

    Where the archive cannot be reached (a disk that is not plugged in) a catalogue that is there answers by itself.
    """
    try:
        root = desk.archive()
    except OfficeError as error:
        kept = desk.store.setting(_URL) or ""
        if error.code not in _NOT_WAITED_FOR or not kept:
            raise
        with _catalogue(desk, kept) as catalogue:
            if not catalogue.complete:
                raise
            yield Opened(catalogue, None, kept)
        return
    with _catalogue(desk, root.url) as catalogue:
        if not catalogue.complete:
            _read_whole(desk, catalogue, root, progress, lambda: False)
        else:
            _follow(desk, catalogue, root)
        yield Opened(catalogue, root, root.url)


_URL = "archive.catalogue.url"


@contextmanager
def _catalogue(desk: Desk, url: str) -> Iterator[Catalogue]:
    if desk.store.setting(_URL) != url:
        with desk.store.act() as act:
            act.set_setting(_URL, url)
    catalogue = Catalogue.open(desk.home / FOLDER, url)
    try:
        yield catalogue
    finally:
        catalogue.close()


def _read_whole(desk: Desk, catalogue: Catalogue, root: Root, progress: Progress, cancelled: Callable[[], bool]) -> int:
    entries = list(log_of(root).entries())  # before the objects: what is written meanwhile is told again
    seen = look_at_all(root, processes=os.cpu_count() or 1, progress=progress, cancelled=cancelled)
    count = catalogue.rebuild(seen, at=desk.clock())
    catalogue.forget_noted()
    catalogue.note(entries)
    return count


def _follow(desk: Desk, catalogue: Catalogue, root: Root) -> None:
    """Read again what the log tells of since the last time."""
    news = _take_log(catalogue, root)
    told: dict[str, int] = {}
    for entry in news:
        if entry.act in OF_VERSIONS and entry.version[1:].isdigit():
            told[entry.object] = max(told.get(entry.object, 0), int(entry.version[1:]))
    changed = [name for name, number in told.items() if len(catalogue.versions(name)) < number]
    seen: list[Seen] = [look(root, object_folder(name)) for name in changed]
    if seen:
        catalogue.put(seen, at=desk.clock())


def _take_log(catalogue: Catalogue, root: Root) -> list[Noted]:
    last = catalogue.last_noted()
    news = list(log_of(root).entries(last.number if last else 0))
    catalogue.note(news)
    return news


def _note_missing(
    desk: Desk, catalogue: Catalogue, root: Root, versions: Iterable[tuple[str, int]], act: Act, official: str = ""
) -> list[Noted]:
    """Entries for those of the versions (by object) of which no entry tells."""
    news = []
    last, told = "", set[str]()
    for name, number in versions:
        if name != last:
            last, told = name, {one.version for one in catalogue.noted(object_id=name) if one.act in OF_VERSIONS}
        if f"v{number}" in told:
            continue
        inventory = root.inventory(name)
        if inventory is None or number > len(inventory.versions):
            continue  # gone since it was read: fixity tells it
        block = inventory.versions[number - 1]
        facts = {INVENTORY: digest_of(inventory, number), "motivo": block.message, "hecha_por": block.user.name,
                 "hecha": block.created.isoformat()}  # fmt: skip
        news.append(News(act, name, f"v{number}", facts))
    done = note_all(desk, news, official=official)
    catalogue.note(done)
    return done
