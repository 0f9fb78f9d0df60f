"""What ``signing`` offers to programs that are not the desktop: documented, typed, frozen, and no desktop behind it."""

from __future__ import annotations

import dataclasses
import inspect
import subprocess
import sys

import pytest

import signing

NAMES = sorted(signing.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_documented_and_typed(name: str) -> None:
    thing = getattr(signing, name)
    if not callable(thing):  # an alias of a type or a constant
        return
    said = inspect.getdoc(thing) or ""
    assert said, name
    assert not said.startswith(f"{name}("), "the signature that dataclass writes is no documentation"
    if inspect.isfunction(thing):
        wanted = [*inspect.signature(thing).parameters, "return"]
        assert [one for one in wanted if one not in thing.__annotations__] == []


def test_what_is_handed_out_cannot_be_changed() -> None:
    plain = [getattr(signing, name) for name in NAMES]
    loose = [
        one.__name__
        for one in plain
        if dataclasses.is_dataclass(one) and isinstance(one, type) and not one.__dataclass_params__.frozen  # type: ignore[attr-defined]
    ]
    assert loose == []


def test_nothing_of_the_desktop_is_needed() -> None:
    code = (
        "import sys\nimport signing\n[getattr(signing, name) for name in signing.__all__]\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('desktop', 'PySide6', 'sqlalchemy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
