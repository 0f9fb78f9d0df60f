"""The daily backup in a second place: sealed, whole or not there, and read back by ``restore`` (docs/formats/backup.md)."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.store import snapshot
from desktop.store.times import has_passed
from desktop.store.turn import turn
from desktop.sync.backup_place import (
    CHUNK,
    Listed,
    Manifest,
    SavedFile,
    chunk_key,
    chunk_prefix,
    device_prefix,
    list_backups,
    open_list,
    read_list_key,
    seal_chunk,
    seal_list,
)
from desktop.sync.secrets import choose_secrets

from .desk import Desk, Progress, no_progress
from .second_place import PLACE, S3_SECRET, TRIED, doubts, folder_of, open_place, require_second
from .settings import DeskSettings, load_settings
from .timestamp_services import secret_name

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.sync.push import Problem

LAST = "second_place_done"
DUE = timedelta(hours=20)
_PATIENCE = timedelta(hours=1)  # after a place that did not answer
DAYS, WEEKS = 7, 4
_STAGE = "backup-"


@dataclass(frozen=True, slots=True)
class BackupDone:
    """A finished backup. ``sent`` and ``bytes``: chunks that were not there yet; ``removed``: older backups that went."""

    key: str
    files: int
    sent: int
    bytes: int
    removed: int
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """``place`` without secrets, empty for none; ``last``: when a backup was finished, by this PC's clock."""

    place: str
    last: datetime | None
    recovery: bool


def status(desk: Desk) -> BackupStatus:
    """Where and when."""
    last = desk.store.setting(LAST)
    when = datetime.fromisoformat(last) if last else None
    return BackupStatus(desk.store.setting(PLACE) or "", when, bool(desk.directory.recovery))


def backup(desk: Desk, place: ObjectStore, *, progress: Progress = no_progress) -> BackupDone:
    """Put a whole copy of this desk there. It exists when its list does, which goes last; what lies there already is not sent again.

    Raises ``backup.same_place``, ``backup.under_way`` while another program of this desk makes one, and storage's codes: the last
    finished one then stays the newest.
    """
    require_second(desk, place.url)
    with turn(desk.home / "backup.lock") as mine:
        if not mine:
            raise OfficeError("backup.under_way", on_disk="unchanged")
        for left in desk.work_folder().glob(f"{_STAGE}*"):  # of one that died
            shutil.rmtree(left, ignore_errors=True)
        return _backup(desk, place, progress)


def daily(desk: Desk, _exchange: ObjectStore) -> Sequence[Problem]:
    """After each exchange: a backup where the last is of yesterday. That the place does not answer stops nothing, and is told."""
    now = desk.clock()
    setting = desk.store.setting
    if not setting(PLACE) or not (has_passed(setting(LAST), now, DUE) and has_passed(setting(TRIED), now, _PATIENCE)):
        return []
    desk.store.set_setting(TRIED, now.isoformat())
    try:
        backup(desk, open_place(desk))
    except OfficeError as error:
        return [("backup.failed", {"place": setting(PLACE) or "", "code": error.code})]
    return [] if desk.directory.recovery else [("backup.no_recovery", {})]


@dataclass(slots=True)
class _Run:
    desk: Desk
    place: ObjectStore
    there: set[str]
    sent: int = 0
    bytes: int = 0
    damaged: int = 0


def _backup(desk: Desk, place: ObjectStore, progress: Progress) -> BackupDone:
    entity, device = desk.directory.entity.id, desk.key.id
    keys = [entry.key for entry in place.list(device_prefix(entity, device))]
    older = [found for key in keys if (found := read_list_key(key)) is not None]
    run = _Run(desk, place, set(keys))
    files: list[SavedFile] = []
    with TemporaryDirectory(dir=desk.work_folder(), prefix=_STAGE) as temporary:
        for file in snapshot.take(desk.store, desk.home, Path(temporary)):
            saved = _save(run, file)
            if saved is not None:
                files.append(saved)
                progress(len(files), len(files))
    now = desk.clock()
    number = max((each.number for each in older), default=0) + 1
    listed = Listed(entity, device, number, f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    manifest = Manifest(listed, desk.unit_id, desk.key.to_secret(), _secrets(desk), tuple(files))
    place.put_if_absent(listed.key, seal_list(manifest, desk.key, desk.directory.recovery))
    desk.store.set_setting(LAST, now.isoformat())
    made = [*older, listed]
    removed = forget_older(desk, place, made)
    problems = [*_doubts(run)]
    if not removed and (kept := len(made) - len(kept_of(made))):
        problems.append(("backup.keeps_all", {"place": place.url, "count": kept}))
    return BackupDone(listed.key, len(files), run.sent, run.bytes, removed, tuple(problems))


def _doubts(run: _Run) -> Iterator[Problem]:
    desk, place = run.desk, run.place
    if run.damaged:
        yield "backup.damaged_bytes", {"count": run.damaged}
    if not desk.directory.recovery:
        yield "backup.no_recovery", {}
    yield from doubts(desk, place.url)


def _save(run: _Run, file: snapshot.HomeFile) -> SavedFile | None:
    """Put what is not there yet. What is read is what counts, whatever is written later.

    None for a file that went away meanwhile, and for bytes that are not what their name says: the others must come back without them.
    """
    digests: list[str] = []
    size, whole = 0, hashlib.sha256()
    try:
        with file.path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                whole.update(chunk)
                digests.append(_put(run, chunk))
    except FileNotFoundError:
        return None
    if file.name.startswith(f"{snapshot.BYTES}/") and whole.hexdigest() != file.path.name:
        run.damaged += 1
        return None
    return SavedFile(file.name, size, tuple(digests))


def _put(run: _Run, chunk: bytes) -> str:
    digest = hashlib.sha256(chunk).hexdigest()
    key = chunk_key(run.desk.directory.entity.id, run.desk.key.id, run.desk.key, digest)
    if key not in run.there:
        sealed = seal_chunk(chunk, run.desk.key)
        run.place.put_if_absent(key, sealed)
        run.there.add(key)
        run.sent += 1
        run.bytes += len(sealed)
    return digest


def _secrets(desk: Desk) -> dict[str, str]:
    """What the vault keeps for this desk beside its key."""
    vault = choose_secrets(desk.home, desk.key.id)
    return {name: text for name in secret_names(load_settings(desk.home)) if (text := vault.get(name))}


def secret_names(settings: DeskSettings) -> list[str]:
    """Under which names a desk may have secrets in its vault."""
    return [S3_SECRET, *(secret_name(one.name) for one in settings.services)]


def kept_of(backups: Sequence[Listed]) -> set[Listed]:
    """The last two, the newest of each of the last seven days that have one, and of each of the last four weeks.

    By number, for clocks are set back.
    """
    days: dict[object, Listed] = {}
    weeks: dict[object, Listed] = {}
    newest_first = sorted(backups, key=lambda item: -item.number)
    for each in newest_first:
        days.setdefault(each.moment.date(), each)
        weeks.setdefault(each.moment.isocalendar()[:2], each)
    return {*newest_first[:2], *list(days.values())[:DAYS], *list(weeks.values())[:WEEKS]}


def forget_older(desk: Desk, place: ObjectStore, backups: Sequence[Listed]) -> int:
    """Remove this desk's older backups and the chunks that no other names; only in a folder: in a bucket its own rules do that."""
    kept = kept_of(backups)
    gone = [each for each in backups if each not in kept]
    folder = folder_of(place.url)
    if folder is None or not gone:
        return 0
    try:
        needed = {name for each in kept for name in _chunks(desk, place, each)}
    except OfficeError:
        return 0  # a list that cannot be read may name what is about to go
    for each in gone:
        with suppress(OSError):
            (folder / each.key).unlink(missing_ok=True)
    if any(each in gone for each in list_backups(place, device_prefix(desk.directory.entity.id, desk.key.id))):
        return 0
    for entry in list(place.list(chunk_prefix(desk.directory.entity.id, desk.key.id))):
        if entry.key not in needed:
            with suppress(OSError):
                (folder / entry.key).unlink(missing_ok=True)
    return len(gone)


def _chunks(desk: Desk, place: ObjectStore, listed: Listed) -> Iterator[str]:
    manifest, key = open_list(place.get(listed.key), listed, desk.key.age_identity)
    for file in manifest.files:
        for digest in file.chunks:
            yield chunk_key(listed.entity, listed.device, key, digest)
