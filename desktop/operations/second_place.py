"""Where a desk's backups lie, and whether that is apart from what they save."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktop.records.errors import OfficeError
from desktop.storage.opening import open_storage
from desktop.sync.secrets import choose_secrets

from .desk import Desk
from .join import s3_settings
from .settings import S3Access, load_settings

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.sync.push import Problem

PLACE = "second_place"
TRIED = "second_place_tried"
S3_SECRET = "second-place-s3"  # noqa: S105 - the name under which it is kept
_PORTS = {"http": 80, "https": 443}
_HERE = {"localhost": "127.0.0.1", "::1": "127.0.0.1"}


def keep_at(desk: Desk, url: str, s3: S3Access | None = None) -> None:
    """Make that place the one of the daily backup; ``s3`` goes into the desk's vault, without one what lies there counts.

    Raises ``backup.same_place``, ``backup.needs_s3``, ``storage.bad_url``, ``secret.failed``.
    """
    access = s3 or _kept(desk, url)
    open_storage(url, s3=s3_settings(access))
    if _is_bucket(url) and access is None:  # else whatever this PC knows of Amazon would be tried
        raise OfficeError("backup.needs_s3", on_disk="unchanged", place=url)
    require_second(desk, url, access)
    if s3 is not None:
        choose_secrets(desk.home, desk.key.id).put(S3_SECRET, json.dumps(asdict(s3)))
    with desk.store.act() as act:
        act.set_setting(PLACE, url)
        act.set_setting(TRIED, "")


def open_place(desk: Desk) -> ObjectStore:
    """The place of the daily backup. Raises ``backup.no_place``, ``backup.needs_s3`` where the vault has lost what opens it."""
    url = desk.store.setting(PLACE)
    if not url:
        raise OfficeError("backup.no_place")
    access = _kept(desk, url)
    if _is_bucket(url) and access is None:
        raise OfficeError("backup.needs_s3", on_disk="unchanged", place=url)
    return open_storage(url, s3=s3_settings(access))


def require_second(desk: Desk, url: str, s3: S3Access | None = None) -> None:
    """A backup beside what it saves is none. ``s3`` is the access to the place; without it the one in the vault.

    Raises ``backup.same_place`` for the exchange, whatever lies inside it, and the desk's own folder.
    """
    settings = load_settings(desk.home)
    folder, exchange = folder_of(url), folder_of(settings.exchange)
    same = url.rstrip("/") == settings.exchange.rstrip("/") and not _is_bucket(url)
    if folder is not None:
        home = desk.home.resolve()
        same = same or folder == home or home in folder.parents
        same = same or (exchange is not None and (folder == exchange or exchange in folder.parents))
    if _same_bucket(url, s3 or _kept(desk, url), settings.exchange, settings.s3):
        same = _inside(_bucket(url)[1], _bucket(settings.exchange)[1])
    if same:
        raise OfficeError("backup.same_place", on_disk="unchanged", place=url)


def doubts(desk: Desk, url: str) -> Iterator[Problem]:
    """What is allowed and yet not far enough away."""
    folder, settings = folder_of(url), load_settings(desk.home)
    if folder is not None:
        with suppress(OSError):
            if folder.stat().st_dev == desk.home.stat().st_dev:
                yield "backup.same_disk", {"place": url}
    if _same_bucket(url, _kept(desk, url), settings.exchange, settings.s3):
        yield "backup.same_bucket", {"place": url}


def folder_of(url: str) -> Path | None:
    """The folder that an address names; None for a bucket."""
    scheme, _, rest = url.partition(":")
    return Path(rest).resolve() if scheme == "folder" and rest else None


def _kept(desk: Desk, url: str) -> S3Access | None:
    kept = choose_secrets(desk.home, desk.key.id).get(S3_SECRET) if _is_bucket(url) else ""
    return S3Access(**json.loads(kept)) if kept else None


def _is_bucket(url: str) -> bool:
    return url.startswith("s3:")


def _same_bucket(url: str, s3: S3Access | None, other: str, other_s3: S3Access | None) -> bool:
    if not (_is_bucket(url) and _is_bucket(other)) or _bucket(url)[0] != _bucket(other)[0]:
        return False
    return _server(s3) == _server(other_s3)


def _bucket(url: str) -> tuple[str, str]:
    """(bucket, prefix without slashes around it)."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    return bucket, prefix.strip("/")


def _inside(prefix: str, other: str) -> bool:
    return not other or f"{prefix}/".startswith(f"{other}/")


def _server(s3: S3Access | None) -> tuple[str, int]:
    """Host and port, however the address is written; Amazon's for none. No name is looked up."""
    parts = urlsplit(s3.endpoint if s3 is not None else "")
    host = (parts.hostname or "").casefold()
    return _HERE.get(host, host), parts.port or _PORTS.get(parts.scheme, 0)
