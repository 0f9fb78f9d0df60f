"""Putting something large into a bucket in pieces, so that a line that breaks costs one piece and not the whole.

What arrived of an earlier try is found at the server (ListMultipartUploads, ListParts): nothing is remembered here, and the next try may
be another process or another PC. A piece counts as arrived when its size and MD5 are those of ours; the object that comes of it is
compared by the archive by its SHA-512 all the same.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

PIECE = 8 << 20  # bytes; S3 wants at least 5 MiB of all but the last
FROM = 2 * PIECE  # bytes from which on it is worth three more requests


_NOT_OURS = frozenset({"NoSuchUpload", "InvalidPart"})
_TRIES = 3


def put_in_pieces(client: S3Client, bucket: str, name: str, data: bytes, condition: dict[str, Any]) -> None:
    """Put ``data``, going on with what an earlier try left; ``condition`` is asked at the end. Raises ``ClientError``.

    Another process may be sending the same key: it goes on with what we began, ends it, or puts other pieces there. Then all goes again, as
    an upload of our own.
    """
    from botocore.exceptions import ClientError

    upload, arrived = _left_over(client, bucket, name)
    for left in reversed(range(_TRIES)):
        try:
            _put(client, bucket, name, data, condition, upload, arrived)
        except ClientError as error:
            if not left or error.response.get("Error", {}).get("Code") not in _NOT_OURS:
                raise
        else:
            return
        upload, arrived = "", {}


def _put(
    client: S3Client,
    bucket: str,
    name: str,
    data: bytes,
    condition: dict[str, Any],
    upload: str,
    arrived: dict[int, str],
) -> None:
    if not upload:
        made = client.create_multipart_upload(Bucket=bucket, Key=name, ChecksumAlgorithm="SHA256")
        upload = str(made["UploadId"])
    parts: list[dict[str, Any]] = []
    for number, at in enumerate(range(0, len(data), PIECE), 1):
        piece = data[at : at + PIECE]
        digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        tag = arrived.get(number, "")
        if tag.strip('"') != hashlib.md5(piece, usedforsecurity=False).hexdigest():
            tag = client.upload_part(
                Bucket=bucket, Key=name, UploadId=upload, PartNumber=number, Body=piece, ChecksumSHA256=digest
            )["ETag"]
        parts.append({"PartNumber": number, "ETag": tag, "ChecksumSHA256": digest})
    whole: Any = {"Parts": parts}
    client.complete_multipart_upload(Bucket=bucket, Key=name, UploadId=upload, MultipartUpload=whole, **condition)


def copy_version(client: S3Client, bucket: str, name: str, version: str) -> None:
    """Copy one version over the top of its own key unless something is there: a copy alone knows no condition, a completion does."""
    made = client.create_multipart_upload(Bucket=bucket, Key=name)
    upload = str(made["UploadId"])
    source: Any = {"Bucket": bucket, "Key": name, "VersionId": version}
    part = client.upload_part_copy(Bucket=bucket, Key=name, UploadId=upload, PartNumber=1, CopySource=source)
    whole: Any = {"Parts": [{"PartNumber": 1, "ETag": part["CopyPartResult"]["ETag"]}]}
    client.complete_multipart_upload(Bucket=bucket, Key=name, UploadId=upload, MultipartUpload=whole, IfNoneMatch="*")


def _left_over(client: S3Client, bucket: str, name: str) -> tuple[str, dict[int, str]]:
    """The upload of that key with most pieces, and the ETag of each."""
    best: tuple[str, dict[int, str]] = ("", {})
    for one in client.list_multipart_uploads(Bucket=bucket, Prefix=name).get("Uploads", ()):
        if one["Key"] == name:
            pages = client.get_paginator("list_parts").paginate(Bucket=bucket, Key=name, UploadId=one["UploadId"])
            parts = {int(part["PartNumber"]): str(part["ETag"]) for page in pages for part in page.get("Parts", ())}
            if not best[0] or len(parts) > len(best[1]):
                best = (str(one["UploadId"]), parts)
    return best
