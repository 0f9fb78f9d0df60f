"""Putting a desk back from its backup: a whole home or none. What comes back is a copy, and asks before it acts (``copies``)."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.storage.durable import sync_folder
from desktop.store import own_line, snapshot
from desktop.store.desk import DATABASE
from desktop.sync.backup_place import (
    PREFIX,
    Listed,
    Manifest,
    SavedFile,
    chunk_key,
    list_backups,
    open_chunk,
    open_list,
)
from desktop.sync.device import DeviceKey, choose_vault
from desktop.sync.secrets import choose_secrets

from .desk import Progress, no_progress
from .settings import load_settings

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

    from desktop.storage.protocol import ObjectStore

_STAGE = ".restoring-"
_NO_KEY = frozenset({"device.key_missing", "device.vault_failed", "device.key_damaged"})


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. ``key_in``: the keyring or a file, as this PC has it."""

    entity: str
    unit: str
    device: str
    at: datetime
    files: int
    key_in: str


def restore(
    home: Path,
    place: ObjectStore,
    *,
    identity: Callable[[], str] | None = None,
    device: str = "",
    at: str = "",
    admin_key: str = "",
    backend: KeyringBackend | None = None,
    progress: Progress = no_progress,
) -> Restored:
    """Make ``home`` what it was: the newest backup, or the one of that moment (the beginning of its name). Every digest is checked.

    The desk's key in this session's keyring opens it; without one ``identity`` gives the entity's recovery identity. ``admin_key`` (of the
    invitation) makes sure that the backup is by a desk of that entity and not by whoever can write there. Raises
    ``restore.*`` (not_empty, none, which_device, needs_recovery, not_for_key, bad_identity, damaged, newer, foreign), and the codes of
    storage and store: then there is no home.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise OfficeError("restore.not_empty", on_disk="unchanged", home=str(home))
    listed = choose(place, device=device, at=at)
    manifest, key = _open(home, place, listed, identity, backend)
    _sweep(home)
    stage = home.with_name(f".{home.name}{_STAGE}{secrets.token_hex(4)}")
    stage.mkdir(parents=True, mode=0o700)
    try:
        for done, file in enumerate(manifest.files, 1):
            _write(stage, place, listed, file, key)
            progress(done, len(manifest.files))
        _require_whole(stage, manifest, key, admin_key)
        snapshot.set_in(stage / DATABASE, {own_line.COPY: own_line.RESTORED})
        key_in = _keep_keys(stage, manifest, key, backend)
        _sync_all(stage)
        if home.exists():
            home.rmdir()
        stage.rename(home)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    sync_folder(home.parent)
    return Restored(listed.entity, manifest.unit, listed.device, listed.moment, len(manifest.files), key_in)


def choose(place: ObjectStore, *, device: str = "", at: str = "") -> Listed:
    """The newest of one desk's backups, or that of a moment. Raises ``restore.none``, ``restore.which_device``."""
    there = [each for each in list_backups(place, PREFIX) if device in ("", each.device)]
    devices = sorted({each.device for each in there})
    if len(devices) > 1:
        raise OfficeError("restore.which_device", on_disk="unchanged", devices=", ".join(devices))
    chosen = [each for each in there if each.at.startswith(at)]
    if not chosen:
        raise OfficeError("restore.none", on_disk="unchanged", place=place.url, at=at)
    return max(chosen, key=lambda each: each.number)


def _open(
    home: Path, place: ObjectStore, listed: Listed, identity: Callable[[], str] | None, backend: KeyringBackend | None
) -> tuple[Manifest, DeviceKey]:
    sealed = place.get(listed.key)
    own = _own_key(home, listed.device, backend)
    if own is not None:
        try:
            manifest, key = open_list(sealed, listed, own.age_identity)
            if key != own:  # sealed to us by somebody who had not our key
                raise OfficeError("restore.foreign", on_disk="unchanged", device=listed.device)
            return manifest, own
        except OfficeError as error:
            if error.code != "restore.not_for_key" or identity is None:
                raise
    if identity is None:
        raise OfficeError("restore.needs_recovery", on_disk="unchanged", device=listed.device)
    return open_list(sealed, listed, identity())


def _own_key(home: Path, device: str, backend: KeyringBackend | None) -> DeviceKey | None:
    """The desk's key where this session's keyring has it."""
    vault = choose_vault(home, backend)
    try:
        return vault.load(device)
    except OfficeError as error:
        if error.code not in _NO_KEY:
            raise
        return None


def _write(stage: Path, place: ObjectStore, listed: Listed, file: SavedFile, key: DeviceKey) -> None:
    if not snapshot.is_file_of_a_home(file.name):
        raise OfficeError("restore.damaged", on_disk="unchanged", reason="name")
    target = stage / file.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    whole, size = hashlib.sha256(), 0
    with os.fdopen(
        os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
    ) as out:
        for digest in file.chunks:
            data = open_chunk(_chunk(place, listed, digest, key), digest, key)
            whole.update(data)
            size += len(data)
            out.write(data)
        out.flush()
        os.fsync(out.fileno())
    named = target.name if file.name.startswith(f"{snapshot.BYTES}/") else whole.hexdigest()
    if size != file.size or whole.hexdigest() != named:
        raise OfficeError("restore.damaged", on_disk="unchanged", reason="file")


def _chunk(place: ObjectStore, listed: Listed, digest: str, key: DeviceKey) -> bytes:
    try:
        return place.get(chunk_key(listed.entity, listed.device, key, digest))
    except OfficeError as error:
        if error.code != "storage.not_found":
            raise
        raise OfficeError("restore.damaged", on_disk="unchanged", reason="missing") from error


def _require_whole(stage: Path, manifest: Manifest, key: DeviceKey, admin_key: str) -> None:
    if not (stage / DATABASE).is_file():
        raise OfficeError("restore.damaged", on_disk="unchanged", reason="database")
    snapshot.require_sound(stage / DATABASE)
    settings = load_settings(stage)
    if settings.device != key.id or settings.entity != manifest.listed.entity:
        raise OfficeError("restore.damaged", on_disk="unchanged", reason="desk")
    if admin_key and not _is_of_entity(stage, key, admin_key):
        raise OfficeError("restore.foreign", on_disk="unchanged", device=key.id)


def _is_of_entity(stage: Path, key: DeviceKey, admin_key: str) -> bool:
    """Whether a directory by that key, kept in the backup, has this desk with this very key."""
    from desktop.sync.directory import DirectoryPins, read_directory

    kept = snapshot.setting_in(stage / DATABASE, "directory-jws")
    if load_settings(stage).admin_key != admin_key or not kept:
        return False
    try:
        device = read_directory(kept, DirectoryPins(admin_key)).device(key.id)
    except OfficeError:
        return False
    return device.verify_key == key.public()[0]


def _keep_keys(stage: Path, manifest: Manifest, key: DeviceKey, backend: KeyringBackend | None) -> str:
    """Into whatever this PC has. In the keyring they may be before the home is: there they are of use to nobody else."""
    vault = choose_vault(stage, backend)
    vault.save(key)
    kept = choose_secrets(stage, key.id, backend)
    for name, text in manifest.secrets.items():
        kept.put(name, text)
    return vault.name


def _sync_all(stage: Path) -> None:
    for folder in [*(path for path in stage.rglob("*") if path.is_dir()), stage]:
        sync_folder(folder)


def _sweep(home: Path) -> None:
    """What a restoring left that died."""
    if home.parent.is_dir():
        for left in home.parent.glob(f".{home.name}{_STAGE}*"):
            shutil.rmtree(left, ignore_errors=True)
