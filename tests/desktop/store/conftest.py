"""A fresh store per test, closed at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.store.desk import DeskStore
from tests.fixtures.acts import START


@pytest.fixture
def opener(tmp_path: Path) -> Iterator[Callable[..., DeskStore]]:
    """Opens stores in folders below the test's own; closes them all."""
    opened: list[DeskStore] = []

    def open_store(name: str = "home") -> DeskStore:
        opened.append(DeskStore.open(tmp_path / name, now=START))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture
def store(opener: Callable[..., DeskStore]) -> DeskStore:
    """One store."""
    return opener()
