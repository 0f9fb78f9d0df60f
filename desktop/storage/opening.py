"""From an address to a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from desktop.records.errors import OfficeError

from .folder import FolderStore
from .protocol import ObjectStore


@dataclass(frozen=True, slots=True)
class S3Settings:
    """How to reach an S3 server. Times in seconds; ``ca`` is a PEM file of a private authority.

    ``endpoint`` empty means Amazon's. Requests are path style, since private servers seldom have wildcard names. ``proxy`` is the
    address of an HTTP proxy, e.g. ``http://proxy.gob.bo:3128``, with user and password where it wants them; empty: the one that the
    system names, if any. What runs on this machine is never asked through one. ``connections`` may be open at a time.
    """

    endpoint: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    region: str = "us-east-1"
    ca: Path | None = None
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    attempts: int = 4
    proxy: str = field(default="", repr=False)
    connections: int = 16


def open_storage(url: str, *, s3: S3Settings | None = None, create: bool = False) -> ObjectStore:
    """The store at ``folder:PATH`` or ``s3://BUCKET/PREFIX``. Nothing is contacted until the first call.

    ``create`` makes the folder; without it a missing one (a stick that is not plugged in) is ``storage.unreachable``.
    Raises ``storage.bad_url``.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "folder" and rest:
        return FolderStore(Path(rest), create=create)
    if scheme == "s3" and rest.startswith("//"):
        bucket, _, prefix = rest[2:].partition("/")
        if bucket:
            from .s3 import S3Store

            return S3Store(bucket, prefix.strip("/"), s3 or S3Settings())
    raise OfficeError("storage.bad_url", url=url)
