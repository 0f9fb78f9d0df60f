"""The office of two desks, as fixtures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.records.people import Directory
from tests.desktop.sync.office import Office, make_office


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def change_device() -> Callable[..., Directory]:
    def change(directory: Directory, device_id: str, **changes: object) -> Directory:
        return replace(
            directory,
            devices=tuple(replace(d, **changes) if d.id == device_id else d for d in directory.devices),  # type: ignore[arg-type]
        )

    return change
