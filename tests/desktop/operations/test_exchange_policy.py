"""Policies from a directory: one file per unit and the bucket's."""

from __future__ import annotations

import json
from pathlib import Path

from desktop.operations.exchange_policy import write_policies
from tests.desktop.sync.office import make_office


def test_every_unit_of_the_directory_has_its_part(tmp_path: Path) -> None:
    directory = make_office().directory
    made = write_policies(directory, "balde", tmp_path / "out", prefix="/qillqa/", admin="unit-a", keepers=["keeper"])
    assert {path.name for path in made} == {"bucket.json", *(f"unit-{unit.id}.json" for unit in directory.units)}
    text = (tmp_path / "out" / "bucket.json").read_text("utf-8")
    named = {who for part in json.loads(text)["Statement"] for who in part["Principal"]["AWS"]}
    assert named == {f"arn:aws:iam::000000000000:user/{unit.id}" for unit in directory.units}
    for device in directory.devices_of("unit-a"):
        own = (tmp_path / "out" / "unit-unit-a.json").read_text("utf-8")
        assert f"/in/{device.id}/*" in own
        assert f"/in/{device.id}/*" not in (tmp_path / "out" / "unit-unit-b.json").read_text("utf-8")
