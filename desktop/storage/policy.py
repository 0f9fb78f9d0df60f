"""Who may do what in a bucket that is an exchange, as S3 policies (docs/formats/permissions.md). Pure: nothing is contacted.

A policy refuses reading and deleting. That a key is written over it cannot refuse: versions and the digest in the key make that harmless.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Statement = dict[str, Any]
_READ = ["s3:GetObject", "s3:GetObjectVersion"]
_LIST = ["s3:ListBucket", "s3:ListBucketVersions"]
NEVER = (
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:BypassGovernanceRetention",
    "s3:PutBucketVersioning",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucket",
    "s3:PutLifecycleConfiguration",
)
"""What nobody who exchanges needs, and what is therefore denied to everybody in the bucket's policy but to who keeps the bucket."""


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, the prefix of the exchange in it (without slashes around it), and the entity's id."""

    bucket: str
    entity: str
    prefix: str = ""

    def key(self, key: str) -> str:
        """The key as the server knows it."""
        return f"{self.prefix}/{key}" if self.prefix else key

    def arn(self, key: str = "") -> str:
        """Of objects, by pattern; of the bucket itself without one."""
        return f"arn:aws:s3:::{self.bucket}/{self.key(key)}" if key else f"arn:aws:s3:::{self.bucket}"


@dataclass(frozen=True, slots=True)
class Member:
    """A unit that has credentials of its own: ``principal`` is their ARN, ``devices`` those whose deliveries it must be able to repeat.

    ``admin`` publishes the directory; ``custodian`` keeps the archive.
    """

    unit: str
    principal: str
    devices: Sequence[str] = ()
    admin: bool = False
    custodian: bool = False


def unit_policy(place: Place, member: Member) -> dict[str, Any]:
    """What that unit's credentials are allowed, for servers where policies hang on identities."""
    return {"Version": "2012-10-17", "Statement": [*_allowed(place, member), _denied(place)]}


def bucket_policy(place: Place, members: Collection[Member], keepers: Collection[str]) -> dict[str, Any]:
    """The bucket's own policy: each member's part, and what is denied to all of them.

    ``keepers`` are the ARNs of those who keep the bucket; they are named nowhere, since a Deny binds also who may everything.
    """
    everybody = sorted({member.principal for member in members} - set(keepers))
    parts = [_bound(part, [member.principal], member.unit) for member in members for part in _allowed(place, member)]
    return {"Version": "2012-10-17", "Statement": [*parts, _bound(_denied(place), everybody, "all")]}


def _bound(statement: Statement, principals: Sequence[str], name: str) -> Statement:
    sid = "".join(sign for sign in f"{statement['Sid']}{name}" if sign.isalnum())
    return {**statement, "Sid": sid, "Principal": {"AWS": list(principals)}}


def _allowed(place: Place, member: Member) -> list[Statement]:
    entity, unit = place.entity, member.unit
    own = f"units/{entity}/{unit}/"
    shared = [f"directory/{entity}/", "blobs/", f"blocks/{entity}/", f"pouch/{entity}/"]
    sent = [
        key
        for device in member.devices
        for key in (f"units/{entity}/*/in/{device}/*", f"units/{entity}/*/heads/{device}")
    ]
    archive = ["archive/"] if member.custodian else [f"archive/in/{entity}/{unit}/", f"archive/out/{entity}/{unit}/"]
    write = [
        f"units/{entity}/*/in/*", f"units/{entity}/*/heads/*", "blobs/*", f"blocks/{entity}/*", f"pouch/{entity}/*",
        f"directory/{entity}/requests/*", f"archive/in/{entity}/{unit}/*",
        *([f"directory/{entity}/*"] if member.admin else []), *(["archive/*"] if member.custodian else []),
    ]  # fmt: skip
    listed: Mapping[str, Any] = {
        "StringLike": {"s3:prefix": [place.key(f"{prefix}*") for prefix in (own, *shared, *archive)]}
    }
    read = [*(f"{prefix}*" for prefix in (own, *shared, *archive)), *sent]
    return [
        {"Sid": "Read", "Effect": "Allow", "Action": _READ, "Resource": [place.arn(key) for key in read]},
        {"Sid": "List", "Effect": "Allow", "Action": _LIST, "Resource": place.arn(), "Condition": listed},
        {"Sid": "Write", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": [place.arn(key) for key in write]},
    ]


def _denied(place: Place) -> Statement:
    return {"Sid": "Never", "Effect": "Deny", "Action": list(NEVER), "Resource": [place.arn(), place.arn("*")]}
