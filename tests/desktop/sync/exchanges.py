"""Exchanges that watch, refuse or die: wrappers around a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from desktop.records.errors import OfficeError
from desktop.storage.protocol import Entry, ObjectStore


class Killed(BaseException):
    """The desk died here: nothing after this ran."""


def _raise() -> None:
    raise Killed


class After:
    """Asks for a pause after so many questions."""

    def __init__(self, count: int) -> None:
        self.left = count

    def requested(self) -> bool:
        self.left -= 1
        return self.left < 0


class Counting:
    """Notes every call; refuses writing under a prefix; dies before the ``die_at``-th call."""

    def __init__(
        self, inner: ObjectStore, *, die_at: int = -1, refuse: str = "\x00", die: Callable[[], None] = _raise
    ) -> None:
        self._inner = inner
        self._die_at = die_at
        self._refuse = refuse
        self._die = die
        self.calls: list[tuple[str, str]] = []

    def _note(self, name: str, key: str) -> None:
        if len(self.calls) == self._die_at:
            self._die()
        self.calls.append((name, key))
        if name.startswith("put") and key.startswith(self._refuse):
            raise OfficeError("storage.denied", url=self.url, key=key)

    @property
    def url(self) -> str:
        return self._inner.url

    def get(self, key: str) -> bytes:
        self._note("get", key)
        return self._inner.get(key)

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        self._note("get_tagged", key)
        return self._inner.get_tagged(key)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        self._note("put_if_absent", key)
        return self._inner.put_if_absent(key, data)

    def put(self, key: str, data: bytes) -> None:
        self._note("put", key)
        self._inner.put(key, data)

    def put_if_match(self, key: str, data: bytes, tag: str) -> bool:
        self._note("put_if_match", key)
        return self._inner.put_if_match(key, data, tag)

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        self._note("list", prefix)
        return self._inner.list(prefix, after=after)

    def head(self, key: str) -> Entry | None:
        self._note("head", key)
        return self._inner.head(key)

    def close(self) -> None:
        self._inner.close()
