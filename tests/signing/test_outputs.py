"""Files in the making: whole or absent, whatever dies, and what the dead left behind is swept away."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import outputs
from signing.errors import SigningError
from signing.outputs import PART_STEM, Staged, digest_of, size_of, staged, sweep


@pytest.fixture(params=["memory", "disk"])
def kind(request, monkeypatch) -> str:
    if request.param == "disk":
        monkeypatch.setattr(outputs, "IN_MEMORY", 0)
    return str(request.param)


def append(made: Staged, data: bytes) -> None:
    made.stream.seek(0, io.SEEK_END)
    made.stream.write(data)


def test_what_is_committed_is_whole(kind, tmp_path):
    source, output = tmp_path / "a.pdf", tmp_path / "new" / "b.pdf"
    source.write_bytes(b"old")
    with staged(source, output) as made:
        append(made, b"-new")
        assert made.before == hashlib.sha256(b"old").hexdigest()
        assert not output.exists()
        after = made.commit()
    assert output.read_bytes() == b"old-new"
    assert after == hashlib.sha256(b"old-new").hexdigest()
    assert source.read_bytes() == b"old"
    assert list(output.parent.iterdir()) == [output]


@pytest.mark.usefixtures("kind")
def test_what_is_not_committed_vanishes(tmp_path):
    source, output = tmp_path / "a.pdf", tmp_path / "b.pdf"
    source.write_bytes(b"old")
    output.write_bytes(b"somebody's")
    with pytest.raises(SigningError) as caught, staged(source, output) as made:
        append(made, b"-new")
        raise SigningError("sign.forbidden", field="x", reason="y")
    assert caught.value.on_disk == "nothing"
    assert output.read_bytes() == b"somebody's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "b.pdf"]


@pytest.mark.usefixtures("kind")
@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_nothing_and_says_so(tmp_path, monkeypatch, failing):
    source, output = tmp_path / "a.pdf", tmp_path / "b.pdf"
    source.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    if failing == "fsync":
        monkeypatch.setattr(outputs.os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(SigningError) as caught, staged(source, output) as made:
        made.commit()
    assert (caught.value.code, caught.value.on_disk, caught.value.facts["errno"]) == (
        "output.cannot_write", "nothing", errno.ENOSPC,
    )  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]


def test_never_onto_itself_nor_from_nothing_nor_too_large(tmp_path):
    source = tmp_path / "a.pdf"
    source.write_bytes(b"old")
    sparse = tmp_path / "sparse.pdf"
    with sparse.open("wb") as file:
        file.truncate(outputs.LARGEST + 1)
    for origin, target, code in (
        (source, source, "output.is_input"),
        (tmp_path / "none.pdf", tmp_path / "b.pdf", "source.unreadable"),
        (tmp_path, tmp_path / "b.pdf", "source.unreadable"),
        (sparse, tmp_path / "b.pdf", "pdf.too_large"),
    ):
        with pytest.raises(SigningError) as caught, staged(origin, target):
            pass
        assert (caught.value.code, caught.value.on_disk) == (code, "nothing")


def test_the_leavings_of_the_dead_are_swept_and_nobody_elses(tmp_path):
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left = tmp_path / f"{PART_STEM}-{int(dead.stdout)}-abc.part"
    mine, foreign = tmp_path / f"{PART_STEM}-{os.getpid()}-abc.part", tmp_path / ".qillqa-00000000-1-abc.part"
    living = tmp_path / f"{PART_STEM}-{os.getppid()}-abc.part"
    other = tmp_path / "carta.part"
    for path in (left, mine, foreign, living, other):
        path.touch()
    assert sweep(tmp_path) == 1
    assert not left.exists()
    assert all(path.exists() for path in (mine, foreign, living, other))


@given(st.binary(max_size=300), st.integers(0, 400))
def test_digests_and_sizes_of_streams(data: bytes, size: int):
    class Slow(io.RawIOBase):
        """A stream that is not a BytesIO."""

        def __init__(self) -> None:
            self.inner = io.BytesIO(data)

        def seek(self, place: int, whence: int = 0) -> int:
            return self.inner.seek(place, whence)

        def read(self, count: int = -1) -> bytes:
            return self.inner.read(count)

    for stream in (io.BytesIO(data), Slow()):
        assert size_of(stream) == len(data)
        assert digest_of(stream, size) == hashlib.sha256(data[:size]).hexdigest()
        assert digest_of(stream) == hashlib.sha256(data).hexdigest()
