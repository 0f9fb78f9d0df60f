"""The keys of one version on their way into a bucket: several at a time, since none of them counts before the commit that follows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from desktop.storage import ObjectStore

from .inventory import DECLARATION, DECLARATION_TEXT, INVENTORY, SIDECAR, Inventory, sidecar
from .roots import Contents

LANES = 4
_BYTES = 16 << 20  # under way at a time; one that is larger goes beside none


class OtherBytesError(Exception):
    """The file at that path below the object holds other bytes than its inventory names."""


def puts_of(
    start: str, inventory: Inventory, contents: Contents, arrived: frozenset[str]
) -> Iterator[tuple[str, bytes]]:
    """Key and bytes of what the newest version adds, but what ``arrived``; read when they are asked for. Raises ``OtherBytesError``."""
    data, new = inventory.to_bytes(), f"{inventory.head}/"
    if inventory.head == "v1":
        yield start + DECLARATION, DECLARATION_TEXT
    for path in inventory.manifest:
        if path.startswith(new) and path not in arrived:
            content = b"".join(contents(path))
            if hashlib.sha512(content).hexdigest() != inventory.manifest[path]:
                raise OtherBytesError(path)
            yield start + path, content
    yield start + new + INVENTORY, data
    yield start + new + SIDECAR, sidecar(data)


def send_all(store: ObjectStore, puts: Iterator[tuple[str, bytes]]) -> bool:
    """Put each of them where nothing is. False when something was there: what had not begun is not sent then.

    ``puts`` is asked in this thread, when there is room for the next. Raises storage's codes and what ``puts`` raises. Nothing is under
    way any more when it ends, however it ends.
    """
    flying: dict[Future[bool], int] = {}
    with ThreadPoolExecutor(LANES, thread_name_prefix="archive") as pool:
        for key, data in puts:
            while flying and (len(flying) >= LANES or sum(flying.values()) + len(data) > _BYTES):
                if not _landed(flying):
                    return False
            flying[pool.submit(store.put_if_absent, key, data)] = len(data)
        while flying:
            if not _landed(flying):
                return False
    return True


def _landed(flying: dict[Future[bool], int]) -> bool:
    """Wait for one of them at least; whether all that landed found their place free."""
    done = wait(flying, return_when=FIRST_COMPLETED).done
    for one in done:
        del flying[one]
    found = [one.result() for one in done]  # each is asked: one may have failed
    return all(found)
