"""What every verb is handed: one desk, already assembled. Nothing here is global; two desks may live in one process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from desktop.records.errors import OfficeError

if TYPE_CHECKING:
    from threading import Thread

    from desktop.archive.roots import Root
    from desktop.drafting.letterhead import Letterhead
    from desktop.drafting.templates import TemplateSet
    from desktop.records.people import Directory, Official, Unit
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore
    from desktop.sync.device import DeviceKey
    from desktop.sync.directory import DirectoryPins
    from signing.sandbox import Verifier
    from signing.timestamps import Timestamps
    from signing.trust import TrustStore
    from signing.watch import TokenWatch
    from signing.worker import TokenWorker

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """For callers that show none."""


@dataclass
class Desk:
    """One desk: its store, its key, its line to the exchange and its signing parts.

    ``clock`` gives aware UTC datetimes; ``ids`` gives fresh ULIDs. ``exchange`` opens the object store on first use and
    raises ``storage.unreachable`` where there is no line. ``archive``
    opens the OCFL root that this desk keeps as custodian, and raises ``archive.none_here`` elsewhere. ``official`` is who sits now.
    """

    home: Path
    store: DeskStore
    key: DeviceKey
    directory: Directory
    pins: DirectoryPins
    unit_id: str
    clock: Clock
    ids: Callable[[], str]
    exchange: Callable[[], ObjectStore]
    templates: TemplateSet
    heading: Callable[[], Letterhead]
    resources: Path
    archive: Callable[[], Root]
    worker: TokenWorker
    verifier: Verifier
    trust: TrustStore
    timestamps: Timestamps | None = None
    official: str = ""
    place: str = "Oruro"
    block_size: int = 50
    newest: bool = (
        False  # the exchange has been asked, since this program started, whether it knows more of this device
    )
    last_contact: datetime | None = field(default=None)
    offline_since: datetime | None = field(default=None)
    token_watch: TokenWatch | None = field(default=None)
    warming: Thread | None = field(default=None)

    @property
    def letterhead(self) -> Letterhead:
        """What stands at the head of pages, as it lies in the home now. Raises ``template.…`` where it is broken: no page is made then."""
        return self.heading()

    @property
    def zone(self) -> ZoneInfo:
        """The entity's time zone: the year of a gestión and printed dates come from it, never from the PC."""
        return ZoneInfo(self.directory.entity.zone)

    @property
    def unit(self) -> Unit:
        """The unit of this desk."""
        return self.directory.unit(self.unit_id)

    def now_local(self) -> datetime:
        """The desk's clock in the entity's zone; unproven, as every PC clock."""
        return self.clock().astimezone(self.zone)

    def acting(self, official: str = "") -> Official:
        """Who acts: the one named, else who sits here. Raises ``desk.nobody`` and ``desk.not_enrolled``."""
        who = official or self.official
        if not who:
            raise OfficeError("desk.nobody")
        person = self.directory.official(who)
        if not self.directory.device(self.key.id).enrolled(who):
            raise OfficeError("desk.not_enrolled", name=person.name)
        return person

    def work_folder(self) -> Path:
        """Where files are made before they become content; on the same disk as the store."""
        folder = self.home / "work"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def tidy(self) -> None:
        """Remove what programs that died left half made in the work folder."""
        from signing.outputs import sweep

        sweep(self.work_folder())

    def close(self) -> None:
        """Stop the watch and the children, and close the store. Safe to call twice."""
        if self.token_watch is not None:
            self.token_watch.stop()
        if self.warming is not None:
            self.warming.join()
        self.worker.close()
        self.verifier.close()
        self.store.close()
