"""The log of keystrokes: torn tails, damaged middles, full disks, two programs."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.records.errors import OfficeError
from desktop.store import record_log
from desktop.store.record_log import RecordLog

RECORDS = [{"n": number, "text": "ñ" * number} for number in range(6)]


def written(path: Path) -> bytes:
    log = RecordLog.open(path)
    log.add(*RECORDS)
    log.close()
    return path.read_bytes()


def read(path: Path) -> list[object]:
    log = RecordLog.open(path)
    log.close()
    return list(log.records)


def test_what_was_added_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "drafts" / "a.edits"
    written(path)
    log = RecordLog.open(path)
    assert log.records == RECORDS
    log.add({"text": "\ud800\n", "more": 1})
    log.close()
    log.close()
    assert read(path) == [*RECORDS, {"text": "\ud800\n", "more": 1}]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_torn_tail_costs_the_torn_record_alone(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "torn.edits"
    path.unlink(missing_ok=True)
    whole = written(path)
    end = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:end])
    kept = whole[:end].count(b"\n")
    log = RecordLog.open(path)
    assert log.records == RECORDS[:kept]
    assert log.laid_aside is None
    log.add({"next": True})
    log.close()
    assert read(path) == [*RECORDS[:kept], {"next": True}]


def test_what_follows_a_damaged_record_is_laid_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.edits"
    whole = bytearray(written(path))
    whole[whole.index(b"\n") + 12] ^= 1
    path.write_bytes(whole)
    log = RecordLog.open(path)
    log.close()
    assert log.records == RECORDS[:1]
    assert log.laid_aside is not None
    assert log.laid_aside.read_bytes() == bytes(whole)


def test_a_second_holder_is_told_even_in_another_process(tmp_path: Path) -> None:
    path = tmp_path / "a.edits"
    code = (
        "import sys; from pathlib import Path; from desktop.store.record_log import RecordLog\n"
        "from desktop.records.errors import OfficeError\n"
        "try: RecordLog.open(Path(sys.argv[1])).close(); print('held')\n"
        "except OfficeError as error: print(error.code)"
    )
    command = [sys.executable, "-c", code, str(path)]
    root = Path(__file__).parents[3]
    log = RecordLog.open(path)
    with pytest.raises(OfficeError) as caught:
        RecordLog.open(path)
    assert caught.value.code == "store.held_elsewhere"
    assert subprocess.run(command, cwd=root, capture_output=True, text=True).stdout.strip() == "store.held_elsewhere"
    log.close()
    assert subprocess.run(command, cwd=root, capture_output=True, text=True).stdout.strip() == "held"


def test_a_full_disk_loses_nothing_and_the_record_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.edits"
    written(path)
    log = RecordLog.open(path)
    real = os.write

    def half(file: int, data: bytes) -> int:
        if len(data) > 5:
            return real(file, bytes(data[:5]))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(record_log.os, "write", half)
    for act in (lambda: log.add({"late": 1}), lambda: log.add({"late": 2})):
        with pytest.raises(OfficeError) as caught:
            act()
        assert caught.value.code == "store.disk_full"
    monkeypatch.undo()
    assert path.read_bytes().count(b"\n") == len(RECORDS)
    log.add({"late": 3})
    log.close()
    assert read(path) == [*RECORDS, {"late": 1}, {"late": 2}, {"late": 3}]


def test_a_snapshot_takes_the_place_of_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.edits"
    written(path)
    log = RecordLog.open(path)
    log.replace([{"snapshot": 1}])
    log.add({"n": 7})
    log.close()
    assert read(path) == [{"snapshot": 1}, {"n": 7}]
