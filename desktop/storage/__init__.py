"""Object storage: one Protocol, a folder and S3 (the only boto3, imported lazily). docs/formats/storage.md."""

from __future__ import annotations

from .opening import S3Settings, open_storage
from .protocol import Entry, LockingStore, ObjectStore, Version, check_key, key_problem

__all__ = [
    "Entry",
    "LockingStore",
    "ObjectStore",
    "S3Settings",
    "Version",
    "check_key",
    "key_problem",
    "open_storage",
]
