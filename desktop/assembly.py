"""Builds everything once, by hand. Used by the command line, the window and the tests; no registry, no container, no singleton."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.operations.archive_unnoted import remember_writing
from desktop.operations.desk import Clock, Desk
from desktop.operations.settings import DeskSettings, load_settings
from desktop.operations.timestamp_services import build_timestamps
from desktop.operations.trusting import trust_of_desk
from desktop.records.errors import OfficeError
from desktop.resources import find_resources

if TYPE_CHECKING:
    from desktop.archive.roots import Root
    from desktop.storage.opening import S3Settings
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore


def pc_clock() -> datetime:
    """The PC's clock, UTC. Nothing proves it."""
    return datetime.now(UTC)


def fresh_id() -> str:
    """A new ULID."""
    from ulid import ULID

    return str(ULID())


def open_desk(
    home: Path,
    *,
    official: str = "",
    clock: Clock = pc_clock,
    ids: Callable[[], str] = fresh_id,
    exchange: Callable[[], ObjectStore] | None = None,
) -> Desk:
    """Assemble the desk that lies in ``home``. Cheap: no network, no PKCS#11 module, no pyHanko import.

    Raises ``desk.none_here``, ``desk.not_admitted`` (no directory yet), ``store.newer``, ``store.damaged``, ``device.key_missing``.
    """
    from desktop.drafting.letterhead import load_letterhead
    from desktop.drafting.templates import usable_templates
    from desktop.store.desk import DeskStore
    from desktop.sync.device import choose_vault, load_key
    from desktop.sync.directory import DirectoryPins, kept_directory
    from signing.sandbox import Verifier
    from signing.worker import TokenWorker

    settings = load_settings(home)
    store = DeskStore.open(home, now=clock())
    try:
        pins = DirectoryPins(settings.admin_key, settings.least_directory)
        directory = kept_directory(store, pins)
        if directory is None:
            raise OfficeError("desk.not_admitted", home=str(home))
        resources = find_resources()
        return Desk(
            home=home,
            store=store,
            key=load_key(choose_vault(home), settings.device),
            directory=directory,
            pins=pins,
            unit_id=directory.unit_at(settings.device, settings.unit),
            clock=clock,
            ids=ids,
            exchange=exchange or exchange_of(settings),
            templates=usable_templates(resources / "templates", home / "templates"),
            heading=lambda: load_letterhead(home / "templates"),
            resources=resources,
            archive=archive_of(settings, store),
            worker=TokenWorker(
                [Path(module) for module in settings.modules], environment=dict(settings.token_environment)
            ),
            verifier=Verifier(),
            trust=trust_of_desk(home, directory.anchors, practice=directory.entity.practice),
            timestamps=build_timestamps(home, settings, clock=clock),
            official=official or settings.official,
            place=settings.place,
        )
    except BaseException:
        store.close()
        raise


def exchange_of(settings: DeskSettings) -> Callable[[], ObjectStore]:
    """Opens the exchange on first use and keeps it."""
    opened: list[ObjectStore] = []

    def open_it() -> ObjectStore:
        if not opened:
            opened.append(open_object_store(settings.exchange, settings))
        return opened[0]

    return open_it


def archive_of(settings: DeskSettings, store: DeskStore) -> Callable[[], Root]:
    """Opens the archive's root on first use and keeps it; repairs what a dead writer left behind.

    Never makes one: a disk that is not plugged in must not become a new, empty archive. What is about to be written is remembered in
    ``store`` until the archive's log tells of it.
    """
    opened: list[Root] = []

    def writing(object_id: str) -> None:
        remember_writing(store, opened[0].url, object_id)

    def open_it() -> Root:
        from desktop.archive.roots import open_root

        if not settings.archive:
            raise OfficeError("archive.none_here")
        if not opened:
            opened.append(open_root(settings.archive, s3=s3_of(settings), repair=True, writing=writing))
        return opened[0]

    return open_it


def open_object_store(url: str, settings: DeskSettings) -> ObjectStore:
    """The store behind ``folder:PATH`` or ``s3://BUCKET/PREFIX``, with this desk's S3 access where it is one."""
    from desktop.storage.opening import open_storage

    return open_storage(url, s3=s3_of(settings))


def s3_of(settings: DeskSettings) -> S3Settings | None:
    """The settings of this desk's S3 server; None where it uses none."""
    from desktop.operations.join import s3_settings

    return s3_settings(settings.s3)
