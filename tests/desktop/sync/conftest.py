"""The office of two desks, as fixtures."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.records.people import Directory
from desktop.storage import open_storage
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import DeskStore
from tests.desktop.sync.office import NOW, Office, Seat, make_office


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


@pytest.fixture
def exchange(tmp_path: Path) -> ObjectStore:
    return open_storage(f"folder:{tmp_path / 'exchange'}", create=True)


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk that has nothing yet, made once: migrating takes a third of a second."""
    home = tmp_path_factory.mktemp("empty") / "home"
    home.mkdir()
    DeskStore.open(home, now=NOW).close()
    with closing(
        sqlite3.connect(home / "desk.sqlite3")
    ) as database:  # wherever it is copied it is a new desk, no copy of one
        database.execute("DELETE FROM settings WHERE name = 'numbers.file'")
        database.commit()
    return home


@pytest.fixture
def juana(tmp_path: Path, office: Office, exchange: ObjectStore, empty_home: Path) -> Iterator[Seat]:
    """Juana's desk in unit A."""
    shutil.copytree(empty_home, tmp_path / "home-a")
    with DeskStore.open(tmp_path / "home-a", now=NOW) as store:
        yield Seat(office, office.key_a, "unit-a", "juana", store, exchange)


@pytest.fixture
def pedro(tmp_path: Path, office: Office, exchange: ObjectStore, empty_home: Path) -> Iterator[Seat]:
    """Pedro's desk in unit B."""
    shutil.copytree(empty_home, tmp_path / "home-b")
    with DeskStore.open(tmp_path / "home-b", now=NOW) as store:
        yield Seat(office, office.key_b, "unit-b", "pedro", store, exchange)
