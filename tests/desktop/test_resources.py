"""Where resources are found: checkout, wheel, frozen program."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.records.errors import OfficeError
from desktop.resources import find_resources


def test_a_checkout_has_them_beside_the_package() -> None:
    assert (find_resources() / "words").is_dir()


@pytest.mark.parametrize("where", ["desktop/_resources", "resources"])
def test_a_wheel_and_a_checkout(tmp_path: Path, where: str) -> None:
    (tmp_path / where / "words").mkdir(parents=True)
    assert find_resources(package=tmp_path / "desktop") == tmp_path / where


def test_a_frozen_program_uses_its_own(tmp_path: Path) -> None:
    (tmp_path / "bundle" / "resources" / "words").mkdir(parents=True)
    (tmp_path / "resources" / "words").mkdir(parents=True)
    found = find_resources(package=tmp_path / "desktop", frozen=tmp_path / "bundle")
    assert found == tmp_path / "bundle" / "resources"


def test_an_installation_without_them_is_told(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match=r"resources\.missing"):
        find_resources(package=tmp_path)
