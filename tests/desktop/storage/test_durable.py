"""A folder's names last, also on shares that know no fsync of a folder; a disk that fails is told."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.storage import durable
from signing import outputs

Syncing = Callable[[Path], None]
BOTH = pytest.mark.parametrize("sync_folder", [durable.sync_folder, outputs.sync_folder], ids=["desktop", "signing"])


def failing(number: int) -> Callable[[int], None]:
    def fsync(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    return fsync


@BOTH
@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EBADF])
def test_a_share_that_refuses_it_stops_nobody(
    sync_folder: Syncing, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing(number))
    sync_folder(tmp_path)


@BOTH
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_fails_is_told(
    sync_folder: Syncing, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing(number))
    with pytest.raises(OSError, match=re.escape(os.strerror(number))):
        sync_folder(tmp_path)
