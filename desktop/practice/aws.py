"""One signed S3 request without boto3 (which lives in ``desktop.storage`` alone): AWS Signature Version 4, empty body."""

from __future__ import annotations

import hashlib
import hmac
import urllib.parse
from collections.abc import Mapping
from datetime import UTC, datetime

_EMPTY = hashlib.sha256(b"").hexdigest()


def signed_headers(
    method: str, url: str, extra: Mapping[str, str], access_key: str, secret_key: str, *, region: str, now: datetime
) -> dict[str, str]:
    """The headers that make this request, without query and body, an authorised one."""
    parts = urllib.parse.urlsplit(url)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": parts.netloc, "x-amz-content-sha256": _EMPTY, "x-amz-date": stamp, **extra}
    names = sorted(headers)
    lines = [method, parts.path or "/", "", *(f"{name}:{headers[name]}" for name in names), "", ";".join(names), _EMPTY]
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    key = b"AWS4" + secret_key.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}".encode(), "sha256").hex()
    credential = f"Credential={access_key}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 {credential}"}
