"""The network goes while a dossier is put into a bucket: the next try sends only what has not arrived. Bytes are counted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from desktop.archive.inventory import object_folder
from desktop.archive.reading import read_file
from desktop.archive.s3_root import S3Root
from desktop.records.errors import OfficeError
from desktop.storage import LockingStore, S3Settings, open_storage, s3_pieces
from desktop.storage.s3_pieces import PIECE
from tests.conformance.archive_root import ONE, USER
from tests.fixtures.slow_line import SlowLine
from tests.judges.verdicts import judge_ocfl_root

LARGE = 5 * PIECE + 12_345
SLACK = 1_000_000  # bytes of requests and answers beside the content


class CutLine(SlowLine):
    """As fast as it goes, until ``cut_after`` bytes went up; then nobody gets through until ``mend``."""

    cut_after: int = 0

    def _carry(self, way: str, size: int) -> float:
        with self._lock:
            dead = bool(self.cut_after) and self.passed.up > self.cut_after
        if dead:
            raise OSError("the line is cut")
        return 0.0


@pytest.fixture
def line(s3_settings: S3Settings) -> Iterator[CutLine]:
    """Before the server."""
    port = urlsplit(s3_settings.endpoint).port
    assert port is not None
    with CutLine(port, delay=0.0) as made:
        yield made


def _root(line: CutLine, url: str, settings: S3Settings, *, hours: int = 0, create: bool = False) -> S3Root:
    ours = replace(settings, endpoint=f"http://127.0.0.1:{line.port}", attempts=1, read_timeout=10.0)
    store = open_storage(url, s3=ours)
    assert isinstance(store, LockingStore)
    return S3Root(store, create=create, clock=lambda: datetime.now(UTC) + timedelta(hours=hours))


def _deposit(root: S3Root, files: dict[str, bytes]) -> str:
    return root.write_version(ONE, files, base=None, message="Ingreso", user=USER, now=datetime.now(UTC))


def _noise(size: int, seed: int) -> bytes:
    import random

    return random.Random(seed).randbytes(size)


def test_one_large_file(line: CutLine, s3_url: str, s3_settings: S3Settings, tree: Callable[[], object]) -> None:
    """Cut in the fourth of six pieces: the second try sends three pieces, not six."""
    large = _noise(LARGE, 1)
    _root(line, s3_url, s3_settings, create=True)
    line.cut_after = line.passed.up + 3 * PIECE + PIECE // 2
    with pytest.raises(OfficeError) as caught:
        _deposit(_root(line, s3_url, s3_settings), {"acta.pdf": large})
    assert caught.value.code == "storage.unreachable"
    line.cut_after, before = 0, line.passed.up
    again = _root(line, s3_url, s3_settings, hours=1)  # the lease of the first try has run out
    again.repair()
    assert _deposit(again, {"acta.pdf": large}) == "v1"
    sent = line.passed.up - before
    assert LARGE - 3 * PIECE <= sent <= LARGE - 3 * PIECE + SLACK
    assert read_file(again, ONE, "acta.pdf") == large
    assert judge_ocfl_root(tree()).valid  # type: ignore[arg-type]


@pytest.mark.parametrize("repaired", [False, True])
def test_many_files(
    line: CutLine, s3_url: str, s3_settings: S3Settings, s3_store: LockingStore, repaired: bool
) -> None:
    """Cut after seven and a half of ten, several of them under way: those that arrived whole are not sent again, also where a repair hid
    them meanwhile or somebody wrote over one of them: its own bytes are still kept below.
    """
    files = {f"documento {number}.pdf": _noise(1_000_000, number) for number in range(10)}
    _root(line, s3_url, s3_settings, create=True)
    line.cut_after = line.passed.up + 7_500_000
    with pytest.raises(OfficeError):
        _deposit(_root(line, s3_url, s3_settings), files)
    arrived = [entry.key for entry in s3_store.list(f"root/{object_folder(ONE)}/v1/content/")]
    assert 3 <= len(arrived) <= 7
    s3_store.put(arrived[0], b"forged" * 60_000)
    line.cut_after, before = 0, line.passed.up
    again = _root(line, s3_url, s3_settings, hours=1)
    if repaired:
        assert again.repair().leftovers == len(arrived) + 1  # and the declaration
        assert list(again.files_at(object_folder(ONE))) == []
    assert _deposit(again, files) == "v1"
    missing = (len(files) - len(arrived)) * 1_000_000
    assert missing <= line.passed.up - before <= missing + SLACK
    assert all(read_file(again, ONE, name) == data for name, data in files.items())


def test_pieces_of_other_bytes_are_not_taken(line: CutLine, s3_url: str, s3_settings: S3Settings) -> None:
    """The file was another one when the line broke: nothing of it gets into the new one."""
    _root(line, s3_url, s3_settings, create=True)
    line.cut_after = line.passed.up + 3 * PIECE + PIECE // 2
    with pytest.raises(OfficeError):
        _deposit(_root(line, s3_url, s3_settings), {"acta.pdf": _noise(LARGE, 1)})
    line.cut_after = 0
    other = _noise(LARGE, 2)
    again = _root(line, s3_url, s3_settings, hours=1)
    _deposit(again, {"acta.pdf": other})
    assert read_file(again, ONE, "acta.pdf") == other


def test_of_two_who_send_one_large_file_one_wins(s3_url: str, s3_settings: S3Settings) -> None:
    """The condition is asked at the end of the pieces as well."""
    store = open_storage(s3_url, s3=s3_settings)
    won: list[bool] = []
    contents = [_noise(3 * PIECE, number) for number in range(2)]
    threads = [
        threading.Thread(target=lambda data=data: won.append(store.put_if_absent("large", data))) for data in contents
    ]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won.count(True) <= 1
    if True in won:
        assert store.get("large") in contents
    store.close()


def test_what_another_ended_in_the_meantime_goes_as_an_upload_of_its_own(
    s3_url: str, s3_settings: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_storage(s3_url, s3=s3_settings)
    monkeypatch.setattr(s3_pieces, "_left_over", lambda *_: ("0123456789abcdef", {}))  # no such upload any more
    assert store.put_if_absent("large", data := _noise(3 * PIECE, 1))
    assert store.get("large") == data
    assert not store.put_if_absent("large", _noise(3 * PIECE, 2))
    assert store.get("large") == data
    store.close()
