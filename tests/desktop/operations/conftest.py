"""Fixtures that several tests of the operations use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.storage import open_storage
from desktop.storage.protocol import ObjectStore
from tests.desktop.operations.copied_house import House, close


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    close(*made.opened)


@pytest.fixture
def place(tmp_path: Path) -> ObjectStore:
    """The second place of backups, a folder."""
    return open_storage(f"folder:{tmp_path / 'second'}", create=True)
