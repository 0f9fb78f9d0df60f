"""A hostile line between one desk and the exchange: cut, half sent, answers lost. Seeded; nothing here sleeps."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from desktop.records.errors import OfficeError
from desktop.storage.protocol import Entry, ObjectStore


class HostileLine:
    """``calm`` heals it: from then on it only passes through."""

    def __init__(self, inner: ObjectStore, rng: random.Random, *, bad: float = 1.0) -> None:
        """``bad`` 1 breaks one call in a hundred and loses the answers of two; an exchange of hundreds of calls needs less."""
        self._inner, self._rng, self._bad = inner, rng, bad
        self.calm = False
        self.cut = False
        self.none = False  # there never is one
        self.lost_answers = 0
        self.before_put: Callable[[], None] = _nothing
        self.after_put: Callable[[], None] = _nothing

    @property
    def url(self) -> str:
        return self._inner.url

    def _pass(self) -> None:
        if self.none or (not self.calm and self.cut) or (not self.calm and self._rng.random() < 0.01 * self._bad):
            raise OfficeError("storage.unreachable", url=self.url, reason="simulated")

    def _answer(self) -> None:
        """What was sent is there; that it is there was not heard."""
        if not self.calm and self._rng.random() < 0.02 * self._bad:
            self.lost_answers += 1
            raise OfficeError("storage.unreachable", url=self.url, reason="simulated: answer lost")

    def get(self, key: str) -> bytes:
        self._pass()
        return self._inner.get(key)

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        self._pass()
        return self._inner.get_tagged(key)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        self._pass()
        self.before_put()
        done = self._inner.put_if_absent(key, data)
        self.after_put()
        self._answer()
        return done

    def put(self, key: str, data: bytes) -> None:
        self._pass()
        self.before_put()
        self._inner.put(key, data)
        self.after_put()
        self._answer()

    def put_if_match(self, key: str, data: bytes, tag: str) -> bool:
        self._pass()
        done = self._inner.put_if_match(key, data, tag)
        self._answer()
        return done

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        self._pass()
        entries = [*self._inner.list(prefix, after=after)]
        if not self.calm and entries and self._rng.random() < 0.1:  # a stale listing: the newest are not in it yet
            entries = entries[: self._rng.randrange(len(entries))]
        if not self.calm and entries and self._rng.random() < 0.05:  # the same twice, as a listing that was continued
            entries = [*entries, entries[-1]]
        yield from entries

    def head(self, key: str) -> Entry | None:
        self._pass()
        return self._inner.head(key)

    def close(self) -> None:
        self._inner.close()


def _nothing() -> None:
    pass
