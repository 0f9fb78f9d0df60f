"""An S3 store asked for what an honest program never asks: bytes damaged on the way, a lock cut short. For ``archive doctor`` only."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

from desktop.records.errors import OfficeError

from .opening import S3Settings, open_storage
from .s3 import S3Store


class ProbedStore(S3Store):
    """Every question tells whether the server refused; what it did instead is for the caller to look at."""

    def refuses_damage(self, key: str, data: bytes) -> bool:
        """Put ``data`` under the SHA-256 of other bytes."""
        wrong = base64.b64encode(hashlib.sha256(data + b"?").digest()).decode()
        name = self._name(key)
        return self._refused(
            lambda: self._client().put_object(Bucket=self._bucket, Key=name, Body=data, ChecksumSHA256=wrong)
        )

    def refuses_shortening(self, key: str, version: str, until: datetime) -> bool:
        """Set the retention of a locked version to an earlier time, and then to a mode that can be lifted."""
        name = self._name(key)

        def set_to(mode: Any) -> Any:
            kept = {"Mode": mode, "RetainUntilDate": until}
            return self._client().put_object_retention(
                Bucket=self._bucket,
                Key=name,
                VersionId=version,
                Retention=kept,  # type: ignore[arg-type]
            )

        return self._refused(lambda: set_to("COMPLIANCE")) and self._refused(lambda: set_to("GOVERNANCE"))

    def lock_mode(self, key: str) -> str:
        """The mode in which the newest version is locked, or empty."""
        name = self._name(key)
        return self._told(
            key, lambda: str(self._client().head_object(Bucket=self._bucket, Key=name).get("ObjectLockMode", ""))
        )

    def _refused(self, ask: Any) -> bool:
        from botocore.exceptions import ClientError

        try:
            self._told("", ask)
        except OfficeError as error:
            if isinstance(error.__cause__, ClientError):
                return True
            raise
        return False


def open_probe(url: str, settings: S3Settings | None) -> ProbedStore:
    """The same place as ``open_storage`` opens. Raises ``storage.bad_url``."""
    open_storage(url, s3=settings).close()
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://"):
        raise OfficeError("storage.bad_url", url=url)
    return ProbedStore(bucket, prefix.strip("/"), settings or S3Settings())
