"""The probes of a bucket. Each tries what a writer, a thief or a bad line would do, and looks at the bytes afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from desktop.records.errors import OfficeError
from desktop.storage import S3Settings
from desktop.storage.s3_probe import ProbedStore, open_probe

from .doctor import Probe, Questions
from .doctor_ports import examine_ports

PLACE = "probe"
LOCKED_FOR = timedelta(minutes=1)
_RIVALS = 6
_NAME = "Ñañez acción 100% + é " + "x" * 178  # 200 characters


def examine_bucket(url: str, settings: S3Settings | None, questions: Questions) -> list[Probe]:
    """Try everything; raises storage's codes when the bucket cannot be reached or written."""
    store = open_probe(url, settings)
    endpoint = settings.endpoint if settings is not None else ""
    try:
        _clear(store)
        place = f"{PLACE}/{secrets.token_hex(8)}"
        probes = [*_writing(store, place), *_locking(store, place)]
        if questions.foreign:
            probes.append(_foreign(url, settings, questions.foreign))
        _clear(store)
    finally:
        store.close()
    return [*probes, *_transport(endpoint), *examine_ports(endpoint, questions.ports)]


def _writing(store: ProbedStore, place: str) -> Iterator[Probe]:
    first, second = b"first " + place.encode(), b"second " + place.encode()
    key = f"{place}/one"
    if not store.put_if_absent(key, first):
        raise OfficeError("storage.unreachable", url=store.url, key=key, reason="conflict")
    yield _verdict("listing", _tried(lambda: [entry.key for entry in store.list(place + "/")] == [key]))
    yield _verdict("default_retention", _tried(lambda: store.lock_mode(key) == ""))
    yield _verdict("create", _tried(lambda: not store.put_if_absent(key, second) and store.get(key) == first))
    yield _verdict("race", _tried(lambda: _race(store, f"{place}/race")))
    yield _verdict("replace", _tried(lambda: _replaces(store, key, first, second)))
    yield _verdict("versions", _tried(lambda: _keeps(store, key, first)))
    damaged = f"{place}/damaged"
    yield _verdict(
        "checksum", _tried(lambda: store.refuses_damage(damaged, b"sent otherwise") and store.head(damaged) is None)
    )
    named = f"{place}/{_NAME}"
    yield _verdict("names", _tried(lambda: store.put_if_absent(named, b"") and _is_listed(store, place, named)))


def _is_listed(store: ProbedStore, place: str, key: str) -> bool:
    return store.get(key) == b"" and key in [entry.key for entry in store.list(place + "/")]


def _race(store: ProbedStore, key: str) -> bool:
    """Of several who create one key at once exactly one is told that it won, and its bytes lie there."""
    with ThreadPoolExecutor(_RIVALS) as pool:
        won = list(pool.map(lambda number: store.put_if_absent(key, b"%d" % number), range(_RIVALS)))
    return won.count(True) == 1 and store.get(key) == b"%d" % won.index(True)


def _replaces(store: ProbedStore, key: str, first: bytes, second: bytes) -> bool:
    """An ETag that is not the newest is refused, the newest is taken."""
    tag = store.get_tagged(key)[1]
    stale = '"00000000000000000000000000000000"'
    if store.put_if_match(key, second, stale) or store.get(key) != first:
        return False
    if not store.put_if_match(key, second, tag) or store.get(key) != second:
        return False
    return not store.put_if_match(key, first, tag) and store.get(key) == second


def _keeps(store: ProbedStore, key: str, first: bytes) -> bool:
    """What was written over is still read by its version, also below a delete marker."""
    kept = [version.version for version in store.versions(key) if version.key == key and not version.marker]
    if len(kept) != 2 or store.get_version(key, kept[1]) != first:
        return False
    store.hide(key)
    return store.head(key) is None and store.get_version(key, kept[1]) == first


def _locking(store: ProbedStore, place: str) -> Iterator[Probe]:
    key, data = f"{place}/locked", b"locked " + place.encode()
    may_delete = _tried(lambda: _can_purge(store, f"{place}/free"))
    yield Probe("probe.purge_allowed" if may_delete else "probe.purge_denied", good=True, needed=False)

    def resists() -> bool:
        store.put_if_absent(key, data)
        entry = store.head(key)
        if entry is None or not entry.version:
            return False
        until = datetime.now(UTC) + LOCKED_FOR
        store.retain(key, until, entry.version)
        if store.purge_version(key, entry.version) or store.get_version(key, entry.version) != data:
            return False
        shorter = until - LOCKED_FOR / 2
        if not store.refuses_shortening(key, entry.version, shorter):
            return False
        kept = store.retained_until(key, entry.version)
        return kept is not None and kept > shorter and store.get_version(key, entry.version) == data

    yield _verdict("lock", _tried(resists))


def _can_purge(store: ProbedStore, key: str) -> bool:
    """Whether these credentials can delete a version that is not locked; where a policy denies it, the lock is proved by the rest."""
    store.put_if_absent(key, b"")
    entry = store.head(key)
    return entry is not None and store.purge_version(key, entry.version)


def _foreign(url: str, settings: S3Settings | None, prefix: str) -> Probe:
    """Nothing of another's prefix can be listed, read or written."""
    bucket = url.removeprefix("s3://").partition("/")[0]
    other = open_probe(f"s3://{bucket}/{prefix.strip('/')}", settings)
    key = f"{PLACE}/{secrets.token_hex(8)}"
    asked: list[Callable[[], object]] = [
        lambda: list(other.list("")),
        lambda: other.get(key),
        lambda: other.put_if_absent(key, b""),
    ]
    try:
        denied = all(_is_denied(ask) for ask in asked)
    finally:
        other.close()
    return Probe(f"probe.foreign_{'denied' if denied else 'open'}", denied, facts={"prefix": prefix})


def _is_denied(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except OfficeError as error:
        if error.code == "storage.denied":
            return True
        if error.code == "storage.not_found":
            return False
        raise
    return False


def _transport(endpoint: str) -> Iterator[Probe]:
    address = urlsplit(endpoint)
    host = address.hostname or ""
    if address.scheme == "http" and host != "localhost" and not host.startswith("127."):
        yield Probe("probe.no_tls", good=False, needed=False, facts={"host": host})
    yield Probe("probe.fsync", good=True, needed=False)


def _tried(ask: Callable[[], bool]) -> bool:
    """A call that the server does not know is a probe that failed; a line that is gone is none."""
    try:
        return ask()
    except OfficeError as error:
        if error.code == "storage.unreachable" and error.facts.get("reason") in _LINE:
            raise
        return False


_LINE = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "proxy", "proxy_unauthorized"})


def _verdict(what: str, good: bool) -> Probe:
    return Probe(f"probe.{what}" if good else f"probe.no_{what}", good)


def _clear(store: ProbedStore) -> None:
    """Take away what probes left, as far as no lock and no policy forbids it."""
    try:
        for version in list(store.versions(f"{PLACE}/")):
            store.purge_version(version.key, version.version)
    except OfficeError as error:
        if error.code == "storage.unreachable" and error.facts.get("reason") in _LINE:
            raise
