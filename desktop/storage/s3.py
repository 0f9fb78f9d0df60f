"""An S3 bucket as an object store. The only boto3, imported at the first call.

Conditional puts need a server that honours If-None-Match and If-Match (RFC 9110 §13.1); ``archive doctor`` probes for that. Every put
sends its SHA-256, so that bytes damaged on the way are refused.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from desktop.records.errors import OfficeError

from .protocol import Entry, Version, check_key, check_prefix
from .s3_pieces import FROM, copy_version, put_in_pieces

if TYPE_CHECKING:
    import boto3.session
    from types_boto3_s3.client import S3Client

    from .opening import S3Settings

T = TypeVar("T")

_CONFLICT = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "409", "412"})
_ABSENT = frozenset({"NoSuchKey", "NoSuchVersion", "404", "NotFound"})
_DENIED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "401", "403", "Forbidden"})
_FULL = frozenset({"InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "507"})
_DAMAGED = frozenset({"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"})
_PROXY_WANTS_LOGIN = 407


class S3Store:
    """Objects in a bucket under a prefix. One store may be used from several threads."""

    def __init__(self, bucket: str, prefix: str, settings: S3Settings) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._settings = settings
        self._lock = threading.Lock()
        self._made: S3Client | None = None

    @property
    def url(self) -> str:
        """``s3://BUCKET/PREFIX``."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def get(self, key: str) -> bytes:
        """The bytes; raises ``storage.not_found``."""
        return self.get_tagged(key)[0]

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """The bytes and their ETag."""
        name = self._name(key)

        def ask() -> tuple[bytes, str]:
            answer = self._client().get_object(Bucket=self._bucket, Key=name)
            with closing(answer["Body"]) as body:
                return body.read(), answer["ETag"]

        return self._told(key, ask)

    def get_version(self, key: str, version: str) -> bytes:
        """The bytes of one version; raises ``storage.not_found``."""
        name = self._name(key)

        def ask() -> bytes:
            answer = self._client().get_object(Bucket=self._bucket, Key=name, VersionId=version)
            with closing(answer["Body"]) as body:
                return body.read()

        return self._told(key, ask)

    def put(self, key: str, data: bytes) -> None:
        """Write over whatever is there."""
        self._put(key, data, {})

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write unless the key exists (If-None-Match: *). A key hidden by a delete marker counts as absent."""
        return self._put(key, data, {"IfNoneMatch": "*"})

    def put_if_match(self, key: str, data: bytes, tag: str) -> bool:
        """Write over exactly the content of that ETag. 412, 409 and 404 are all the same conflict."""
        return self._put(key, data, {"IfMatch": tag})

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        """Entries below the prefix, sorted by key as far as the server sorts (SeaweedFS: ASCII keys).

        The server is asked from a little before ``after``: SeaweedFS passes over the whole folder ``a/b/`` when told to start
        after ``a/b`` (measured, 4.48).
        """
        check_prefix(prefix)
        start = {"StartAfter": self._prefix + _just_before(after)} if after else {}

        def page(token: str) -> Any:
            more: dict[str, Any] = {"ContinuationToken": token} if token else dict(start)
            return self._client().list_objects_v2(Bucket=self._bucket, Prefix=self._prefix + prefix, **more)

        token = ""
        while True:
            answer = self._told(prefix, lambda: page(token))  # noqa: B023 - called at once
            if "IsTruncated" not in answer:  # every server says it: this answer was cut off before its body
                raise OfficeError("storage.unreachable", url=self.url, key=prefix, reason="cut_off")
            for item in answer.get("Contents", ()):
                key = str(item["Key"])[len(self._prefix) :]
                if key > after:
                    yield Entry(key, int(item["Size"]), str(item.get("ETag", "")))
            token = str(answer.get("NextContinuationToken", ""))
            if not answer.get("IsTruncated") or not token:
                return

    def head(self, key: str) -> Entry | None:
        """The entry with its ETag and version, or None."""
        name = self._name(key)

        def ask() -> Entry | None:
            answer = self._client().head_object(Bucket=self._bucket, Key=name)
            return Entry(key, int(answer["ContentLength"]), answer["ETag"], answer.get("VersionId", ""))

        try:
            return self._told(key, ask)
        except OfficeError as error:
            if error.code == "storage.not_found":
                return None
            raise

    def hide(self, key: str) -> None:
        """Put a delete marker over the key."""
        name = self._name(key)
        self._told(key, lambda: self._client().delete_object(Bucket=self._bucket, Key=name))

    def versions(self, prefix: str) -> Iterator[Version]:
        """All versions and markers below the prefix, sorted by key, newest first."""
        check_prefix(prefix)
        marks: dict[str, Any] = {}
        while True:
            answer = self._told(prefix, lambda: self._version_page(prefix, marks))  # noqa: B023 - called at once
            found = [self._version(item, marker=False) for item in answer.get("Versions", ())]
            found += [self._version(item, marker=True) for item in answer.get("DeleteMarkers", ())]
            yield from sorted(found, key=lambda item: (item.key, not item.latest))
            if not answer.get("IsTruncated"):
                return
            marks = {"KeyMarker": answer["NextKeyMarker"], "VersionIdMarker": answer.get("NextVersionIdMarker", "")}

    def revive(self, key: str, version: str) -> bool:
        """Copy an older version to the top, within the server, unless the key exists; False when it does."""
        from botocore.exceptions import ClientError

        name = self._name(key)

        def ask() -> bool:
            try:
                copy_version(self._client(), self._bucket, name, version)
            except ClientError as error:
                code, status, retries = _facts(error)
                if not (code in _CONFLICT or status in (409, 412)):
                    raise
                return retries > 0
            return True

        return self._told(key, ask, writing=True)

    def retained_until(self, key: str, version: str = "") -> datetime | None:
        """Until when (UTC) that version, or the newest, resists deletion in COMPLIANCE mode."""
        name, which = self._name(key), _which(version)

        def ask() -> datetime | None:
            answer = self._client().head_object(Bucket=self._bucket, Key=name, **which)
            if answer.get("ObjectLockMode") != "COMPLIANCE":
                return None
            return answer["ObjectLockRetainUntilDate"].astimezone(UTC)

        return self._told(key, ask)

    def retain(self, key: str, until: datetime, version: str = "") -> None:
        """Lock that version, or the newest, in COMPLIANCE mode until then."""
        name, which = self._name(key), _which(version)
        self._told(
            key,
            lambda: self._client().put_object_retention(
                Bucket=self._bucket, Key=name, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until}, **which
            ),
        )

    def purge_version(self, key: str, version: str) -> bool:
        """Try to delete one version for good; False when the store refuses. For the probe only."""
        name = self._name(key)
        try:
            self._told(key, lambda: self._client().delete_object(Bucket=self._bucket, Key=name, VersionId=version))
        except OfficeError as error:
            if error.code == "storage.denied":
                return False
            raise
        return True

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._made is not None:
                self._made.close()
                self._made = None

    def _name(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _version_page(self, prefix: str, marks: dict[str, Any]) -> Any:
        return self._client().list_object_versions(Bucket=self._bucket, Prefix=self._prefix + prefix, **marks)

    def _version(self, item: Any, *, marker: bool) -> Version:
        key = str(item["Key"])[len(self._prefix) :]
        return Version(key, str(item["VersionId"]), int(item.get("Size", 0)), bool(item["IsLatest"]), marker)

    def _put(self, key: str, data: bytes, condition: dict[str, Any]) -> bool:
        from botocore.exceptions import ClientError

        name = self._name(key)
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()

        def ask() -> bool:
            try:
                if len(data) >= FROM and "IfMatch" not in condition:
                    put_in_pieces(self._client(), self._bucket, name, data, condition)
                else:
                    self._client().put_object(
                        Bucket=self._bucket, Key=name, Body=data, ChecksumSHA256=digest, **condition
                    )
            except ClientError as error:
                code, status, retries = _facts(error)
                absent = code in _ABSENT and "IfMatch" in condition
                if not condition or not (absent or code in _CONFLICT or status in (409, 412)):
                    raise
                return retries > 0 and self._is_ours(name, data)
            return True

        return self._told(key, ask, writing=True)

    def _is_ours(self, name: str, data: bytes) -> bool:
        """A put that was retried may have met its own first attempt, whose answer was lost: then it did succeed."""
        from botocore.exceptions import ClientError

        try:
            with closing(self._client().get_object(Bucket=self._bucket, Key=name)["Body"]) as body:
                return body.read() == data
        except ClientError:
            return False

    def _client(self) -> S3Client:
        with self._lock:
            if self._made is None:
                self._made = _make_client(self._settings)
            return self._made

    def _told(self, key: str, ask: Callable[[], T], *, writing: bool = False) -> T:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return ask()
        except ClientError as error:
            raise self._client_error(error, key, writing=writing) from error
        except BotoCoreError as error:
            name = type(error).__name__
            code = "storage.untrusted_server" if name == "SSLError" else "storage.unreachable"
            if name in ("NoCredentialsError", "PartialCredentialsError"):
                code = "storage.denied"
            reason = _proxy_reason(error) if name == "ProxyConnectionError" else name
            raise OfficeError(code, on_disk=_left(writing), url=self.url, key=key, reason=reason) from error
        except OSError as error:
            raise OfficeError("storage.unreachable", url=self.url, key=key, reason=type(error).__name__) from error

    def _client_error(self, error: Any, key: str, *, writing: bool) -> OfficeError:
        code, status, _ = _facts(error)
        on_disk = _left(writing)
        if code == "NoSuchBucket":
            return OfficeError("storage.no_bucket", on_disk=on_disk, url=self.url)
        if code in _FULL or status == 507:
            return OfficeError("storage.disk_full", on_disk="unchanged", url=self.url, key=key)
        if code in _DAMAGED:
            return OfficeError("storage.damaged_in_transit", on_disk="unchanged", url=self.url, key=key)
        if code in _ABSENT or status == 404:
            return OfficeError("storage.not_found", url=self.url, key=key)
        if status == _PROXY_WANTS_LOGIN:
            return OfficeError(
                "storage.unreachable", on_disk="unchanged", url=self.url, key=key, reason="proxy_unauthorized"
            )
        if code in _DENIED or status in (401, 403):
            return OfficeError("storage.denied", on_disk=on_disk, url=self.url, key=key)
        return OfficeError("storage.unreachable", on_disk=on_disk, url=self.url, key=key, reason=code or str(status))


def _proxy_reason(error: Exception) -> str:
    """What a proxy that was asked for a tunnel said, or that it said nothing. Its address may hold a password and is told nobody."""
    said = str(getattr(error, "kwargs", {}).get("error", ""))  # urllib3: "Tunnel connection failed: 407 …"
    return "proxy_unauthorized" if f"failed: {_PROXY_WANTS_LOGIN}" in said else "proxy"


def _left(writing: bool) -> str | None:
    """After a lost answer nobody knows whether the put arrived; putting again is harmless."""
    return "unknown" if writing else None


def _just_before(key: str) -> str:
    """Some text below the key with few usable keys in between."""
    if key.endswith("/"):
        return key
    return f"{key[:-1]}{chr(ord(key[-1]) - 1)}~" if "!" < key[-1] < "\x7f" else key[:-1]


def _which(version: str) -> dict[str, Any]:
    return {"VersionId": version} if version else {}


def _facts(error: Any) -> tuple[str, int, int]:
    """Code, HTTP status and number of retries. Some servers answer 403 without a body, hence without a code."""
    said = error.response.get("Error", {})
    told = error.response.get("ResponseMetadata", {})
    return str(said.get("Code", "")), int(told.get("HTTPStatusCode", 0)), int(told.get("RetryAttempts", 0))


def _make_client(settings: S3Settings) -> S3Client:
    from botocore.config import Config

    config = Config(
        s3={"addressing_style": "path"},
        signature_version="s3v4",
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        retries={"total_max_attempts": settings.attempts, "mode": "standard"},
        request_checksum_calculation="when_required",  # the checksum is given with each put
        response_checksum_validation="when_supported",
        parameter_validation=False,  # ours are right, and checking them again costs a tenth of every call
        max_pool_connections=settings.connections,
        proxies=_proxies(settings),
    )
    with _making:  # sessions may not be shared by threads, their clients may
        return _session().client(
            "s3",
            aws_access_key_id=settings.access_key or None,
            aws_secret_access_key=settings.secret_key or None,
            region_name=settings.region,
            endpoint_url=settings.endpoint or None,
            verify=str(settings.ca) if settings.ca is not None else None,
            config=config,
        )


def _proxies(settings: S3Settings) -> dict[str, str] | None:
    """For botocore: None leaves it to the environment; an empty address is no proxy at all."""
    host = (urlsplit(settings.endpoint).hostname or "").casefold()
    if host == "localhost" or host == "::1" or host.startswith("127."):
        return {"http": "", "https": ""}
    return {"http": settings.proxy, "https": settings.proxy} if settings.proxy else None


_making = threading.Lock()


@cache
def _session() -> boto3.session.Session:
    """One session for all clients: reading botocore's service model takes a second. It holds no credentials."""
    import boto3

    return boto3.session.Session()
