"""One SeaweedFS for the whole session; every test gets a prefix of its own in its bucket."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from desktop.practice.seaweed import SeaweedServer
from desktop.storage import LockingStore, S3Settings, open_storage

_number = itertools.count()


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    """The server; its bucket keeps versions and allows object lock."""
    with SeaweedServer(tmp_path_factory.mktemp("seaweed")) as server:
        yield server


@pytest.fixture(scope="session")
def s3_settings(seaweed: SeaweedServer) -> S3Settings:
    """How to reach that server."""
    return S3Settings(endpoint=seaweed.endpoint, access_key=seaweed.access_key, secret_key=seaweed.secret_key)


@pytest.fixture
def s3_url(seaweed: SeaweedServer) -> str:
    """An address with a prefix that nobody has used."""
    return f"{seaweed.url}/test-{next(_number)}"


@pytest.fixture
def s3_stores(s3_url: str, s3_settings: S3Settings) -> Iterator[Callable[[], LockingStore]]:
    """Makes clients of one prefix, each with its own connections; all are closed afterwards."""
    made: list[LockingStore] = []

    def make() -> LockingStore:
        store = open_storage(s3_url, s3=s3_settings)
        assert isinstance(store, LockingStore)
        made.append(store)
        return store

    yield make
    for store in made:
        store.close()


@pytest.fixture
def s3_store(s3_stores: Callable[[], LockingStore]) -> LockingStore:
    """One client."""
    return s3_stores()
