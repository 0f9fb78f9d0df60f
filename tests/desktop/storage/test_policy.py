"""The policies as they are published (docs/policy), made again here: ``python -m tests.desktop.storage.test_policy`` writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.storage.policy import NEVER, Member, Place, bucket_policy, unit_policy

FOLDER = Path(__file__).parents[3] / "docs" / "policy"
PLACE = Place("intercambio", "ENTITY", "qillqa")
SECRETARY = Member("UNIT-A", "arn:aws:iam::000000000000:user/unit-a", ("DEVICE-A",))
ARCHIVE = Member("UNIT-B", "arn:aws:iam::000000000000:user/unit-b", ("DEVICE-B",), custodian=True)
ADMIN = Member("UNIT-C", "arn:aws:iam::000000000000:user/unit-c", (), admin=True)


def made() -> dict[str, dict[str, Any]]:
    return {
        "unit.json": unit_policy(PLACE, SECRETARY),
        "custodian.json": unit_policy(PLACE, ARCHIVE),
        "admin.json": unit_policy(PLACE, ADMIN),
        "bucket.json": bucket_policy(PLACE, [SECRETARY, ARCHIVE, ADMIN], []),
    }


def text(policy: dict[str, Any]) -> str:
    return json.dumps(policy, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", sorted(made()))
def test_the_published_policies_are_those_of_the_program(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == text(made()[name])


def test_a_keeper_is_not_bound_and_everybody_else_is() -> None:
    keeper = Member("UNIT-K", "arn:aws:iam::000000000000:user/keeper")
    policy = bucket_policy(PLACE, [SECRETARY, keeper], [keeper.principal])
    (denied,) = [part for part in policy["Statement"] if part["Effect"] == "Deny"]
    assert denied["Principal"] == {"AWS": [SECRETARY.principal]}
    assert set(denied["Action"]) == set(NEVER)
    assert denied["Resource"] == ["arn:aws:s3:::intercambio", "arn:aws:s3:::intercambio/qillqa/*"]


def test_only_the_admin_writes_directories_and_only_the_custodian_the_archive() -> None:
    writes = {member.unit: _writes(member) for member in (SECRETARY, ARCHIVE, ADMIN)}
    directory, archive = (
        "arn:aws:s3:::intercambio/qillqa/directory/ENTITY/*",
        "arn:aws:s3:::intercambio/qillqa/archive/*",
    )
    assert [unit for unit, keys in writes.items() if directory in keys] == ["UNIT-C"]
    assert [unit for unit, keys in writes.items() if archive in keys] == ["UNIT-B"]


def _writes(member: Member) -> list[str]:
    (write,) = [part for part in unit_policy(PLACE, member)["Statement"] if part["Sid"] == "Write"]
    return list(write["Resource"])


if __name__ == "__main__":
    for file, policy in made().items():
        (FOLDER / file).write_text(text(policy), encoding="utf-8")
