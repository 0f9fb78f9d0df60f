"""The practice office on disk: what lies where, making it, and opening it again.

practice.json   marker, written first          pki/ tokens/   throwaway identities        entidad/   the entity's own key
intercambio/    the exchange folder            archivo/       the archive (OCFL)          documentos/ copies for looking at
escritorios/<name>/   one home per desk        s3/            SeaweedFS, with --s3
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop.assembly import fresh_id
from desktop.operations.settings import S3Access
from desktop.records.errors import OfficeError

from .folders import write_file
from .people import AUTHOR, Staff, hire
from .pki import PracticePki
from .ports import free_port
from .seaweed import SeaweedServer
from .services import PkiServices
from .tokens import SoftTokens

MARKER = "practice.json"
FORMAT = 1
DESKS = ("planificacion", "finanzas", "archivo")


@dataclass(frozen=True, slots=True)
class Stores:
    """Where the exchange and the archive are."""

    exchange: str
    archive: str
    s3: S3Access | None


@dataclass(frozen=True)
class PracticeOffice:
    """A practice office in ``home``. ``ids`` maps a person's label to the official's id."""

    home: Path
    s3: bool
    ids: dict[str, str]
    units: dict[str, str]

    @classmethod
    def create(
        cls, home: Path, *, s3: bool, now: datetime, staff: Callable[[tuple[str, ...]], Staff] | None = None
    ) -> PracticeOffice:
        """Make it anew. A practice office that lies there is set aside beside it; anything else is left untouched.

        Raises ``practice.foreign_home``, ``practice.no_softhsm``, ``practice.disk_full``.
        """
        with told_disk_full():
            make_room(home)
            home.mkdir(parents=True, exist_ok=True)
            write_marker(home, {"state": "building"})
            pki = PracticePki.create(home / "pki", port=free_port(), now=now)
            SoftTokens.create(home / "tokens", pki)
            hired = (staff or _hire)((pki.anchors_pem(),))
            for folder in ("intercambio", "archivo", "documentos", "escritorios"):
                (home / folder).mkdir(exist_ok=True)
            office = cls(home, s3, hired.ids, {"planning": hired.planning, "finance": hired.finance})
            office.found(hired, now)
            write_marker(home, {"state": "founded", "s3": s3, "ids": office.ids, "units": office.units})
        return office

    @classmethod
    def load(cls, home: Path) -> PracticeOffice:
        """The one that lies there. Raises ``practice.none_here``, ``practice.unfinished``."""
        kept = read_marker(home)
        if kept is None:
            raise OfficeError("practice.none_here", home=str(home))
        if kept.get("state") != "ready":
            raise OfficeError("practice.unfinished", home=str(home))
        return cls(home, bool(kept["s3"]), _names(kept["ids"]), _names(kept["units"]))

    def ready(self) -> None:
        """Mark it complete: it may be opened again."""
        write_marker(self.home, {"state": "ready", "s3": self.s3, "ids": self.ids, "units": self.units})

    @property
    def pki(self) -> PracticePki:
        """Its throwaway PKI."""
        return PracticePki.load(self.home / "pki")

    @property
    def tokens(self) -> SoftTokens:
        """Its soft tokens."""
        return SoftTokens.load(self.home / "tokens")

    def desk_home(self, name: str) -> Path:
        """The home of a desk: planificacion, finanzas or archivo."""
        return self.home / "escritorios" / name

    def window_seat(self) -> tuple[Path, str]:
        """The desk and official that the window opens on."""
        return self.desk_home("planificacion"), self.ids[AUTHOR]

    @contextmanager
    def services(self, *, tsa: bool = True) -> Iterator[PkiServices]:
        """OCSP, CRL and TSA on loopback, and SeaweedFS where the office uses it, while the block lasts."""
        with ExitStack() as running:
            if self.s3:
                self._moved(running.enter_context(self.server()))
            yield running.enter_context(PkiServices(self.pki, tsa=tsa))

    def _moved(self, server: SeaweedServer) -> None:
        """The server answers at another port after each start: tell every desk."""
        from desktop.operations.join import move_endpoint

        access = S3Access(server.endpoint, server.access_key, server.secret_key, server.region)
        for name in DESKS:
            move_endpoint(self.desk_home(name), access)

    def server(self) -> SeaweedServer:
        """This office's SeaweedFS, not started."""
        return SeaweedServer(self.home / "s3")

    def found(self, hired: Staff, now: datetime) -> None:
        """Found the entity: its key, and the invitation that desks join by. The directory is published by ``open_exchange``."""
        from desktop.operations.join import found_entity

        found_entity(self.home / "entidad", hired.directory, now=now)


def _names(kept: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in kept.items()} if isinstance(kept, dict) else {}


def _hire(anchors: tuple[str, ...]) -> Staff:
    return hire(fresh_id, anchors)


def make_room(home: Path) -> None:
    """Leave ``home`` absent or empty. Raises ``practice.foreign_home`` where something else lies there, touching nothing."""
    if not home.exists():
        return
    if not home.is_dir() or (read_marker(home) is None and any(home.iterdir())):
        raise OfficeError("practice.foreign_home", home=str(home), on_disk="unchanged")
    if not any(home.iterdir()):
        return
    aside = home.with_name(f"{home.name}.anterior")
    if aside.exists():
        if read_marker(aside) is None:
            raise OfficeError("practice.foreign_home", home=str(aside), on_disk="unchanged")
        shutil.rmtree(aside)
    home.rename(aside)


def read_marker(home: Path) -> dict[str, object] | None:
    """What ``practice.json`` says; None where there is none or it is not ours."""
    try:
        kept = json.loads((home / MARKER).read_bytes())
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and kept.get("practice") is True else None


def write_marker(home: Path, facts: dict[str, object]) -> None:
    """Write ``practice.json``, whole."""
    write_file(home / MARKER, json.dumps({"practice": True, "format": FORMAT, **facts}, indent=1).encode())


@contextmanager
def told_disk_full() -> Iterator[None]:
    """A full disk (or a file limit) is told, not shown as a bug."""
    import errno

    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise OfficeError("practice.disk_full", on_disk="practice_unfinished") from error
        raise
