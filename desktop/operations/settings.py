"""A desk's own settings, in ``desk.json`` of its home: where its exchange is, which directory key it pins, where its tokens are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from desktop.records.errors import OfficeError
from signing.tsa_settings import TsaSettings

from .files import write_whole

FILE = "desk.json"
FORMAT = 2  # 2 has ``tsas``; a desk without any is still written as 1


@dataclass(frozen=True, slots=True)
class S3Access:
    """How to reach an S3 store. Lies in a 0600 file of the desk."""

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    ca_file: str = ""
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """``admin_key`` is the pinned Ed25519 key (base64url) that signs the directory; ``least_directory`` the least number accepted."""

    entity: str
    unit: str
    device: str
    exchange: str
    admin_key: str
    least_directory: int = 1
    official: str = ""
    modules: tuple[str, ...] = ()
    token_environment: Mapping[str, str] = field(default_factory=dict)
    timestamp_url: str = ""  # as older desks have it: one service, open to everybody
    archive: str = ""
    place: str = "Oruro"
    s3: S3Access | None = None
    tsas: tuple[TsaSettings, ...] = ()

    @property
    def services(self) -> tuple[TsaSettings, ...]:
        """The timestamp services in the order in which they are asked, without their secrets."""
        old = (TsaSettings("tsa", self.timestamp_url),) if self.timestamp_url else ()
        return self.tsas or old


def save_settings(home: Path, settings: DeskSettings) -> None:
    """Write ``desk.json``, whole or not at all, readable by its owner alone."""
    plain = asdict(settings)
    plain["tsas"] = [one.to_json() for one in settings.tsas]
    version = FORMAT if plain["tsas"] else 1
    if version == 1:
        del plain["tsas"]  # an older program reads it
    if plain["s3"] and not plain["s3"]["proxy"]:
        del plain["s3"]["proxy"]  # likewise
    text = json.dumps({"format": version, **plain}, ensure_ascii=False, indent=2, sort_keys=True)
    write_whole(home / FILE, text.encode("utf-8"), mode=0o600)


def load_settings(home: Path) -> DeskSettings:
    """Raises ``desk.none_here``, ``desk.newer_settings`` and ``desk.damaged_settings``."""
    try:
        kept: Any = json.loads((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise OfficeError("desk.none_here", home=str(home)) from error
    except (OSError, ValueError) as error:
        raise OfficeError("desk.damaged_settings", home=str(home)) from error
    version = kept.pop("format", None) if isinstance(kept, dict) else None
    if not isinstance(version, int):
        raise OfficeError("desk.damaged_settings", home=str(home))
    if version > FORMAT:
        raise OfficeError("desk.newer_settings", version=version)
    try:
        s3, tsas = kept.pop("s3", None), tuple(TsaSettings.from_json(one) for one in kept.pop("tsas", ()))
        modules = tuple(kept.pop("modules", ()))
        return DeskSettings(**kept, modules=modules, s3=S3Access(**s3) if s3 else None, tsas=tsas)
    except (TypeError, ValueError) as error:
        raise OfficeError("desk.damaged_settings", home=str(home)) from error
