"""The policies of an entity's bucket, made from its directory (docs/formats/permissions.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from desktop.records.people import Directory
from desktop.storage.policy import Member, Place, bucket_policy, unit_policy

from .files import write_whole

ARN = "arn:aws:iam::000000000000:user/{unit}"
"""How SeaweedFS names its identities; ``{unit}`` stands for the unit's id."""


def write_policies(
    directory: Directory,
    bucket: str,
    folder: Path,
    *,
    prefix: str = "",
    principal: str = ARN,
    admin: str = "",
    keepers: Sequence[str] = (),
) -> tuple[Path, ...]:
    """``bucket.json`` and one file per unit. ``admin`` is the unit whose credentials publish the directory; the paths written."""
    place = Place(bucket, directory.entity.id, prefix.strip("/"))
    members = [
        Member(
            unit.id,
            principal.format(unit=unit.id),
            tuple(device.id for device in directory.devices_of(unit.id)),
            admin=unit.id == admin,
            custodian=unit.custodian,
        )
        for unit in directory.units
    ]
    made = {"bucket.json": bucket_policy(place, members, keepers)}
    made |= {f"unit-{member.unit}.json": unit_policy(place, member) for member in members}
    folder.mkdir(parents=True, exist_ok=True)
    for name, policy in made.items():
        write_whole(folder / name, (json.dumps(policy, ensure_ascii=False, indent=2) + "\n").encode())
    return tuple(folder / name for name in made)
