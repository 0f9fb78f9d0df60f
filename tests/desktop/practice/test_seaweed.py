"""The practice S3 server: real ``weed mini`` on loopback."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.practice import seaweed
from desktop.practice.aws import signed_headers
from desktop.practice.seaweed import SeaweedServer
from desktop.records.errors import OfficeError


def _ask(server: SeaweedServer, path: str, secret: str) -> int:
    url = f"{server.endpoint}/{path}"
    headers = signed_headers("GET", url, {}, server.access_key, secret, region=server.region, now=datetime.now(UTC))
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_serves_its_bucket_to_its_own_key_only_and_opens_again(tmp_path: Path) -> None:
    with SeaweedServer(tmp_path) as server:
        pid, keys = server.pid, (server.access_key, server.secret_key)
        assert pid is not None
        assert _ask(server, server.bucket, server.secret_key) == 200
        assert _ask(server, server.bucket, "otra") == 403
        assert _ask(server, "otro-balde", server.secret_key) == 404
        assert _listens_elsewhere(pid) == []
    assert not _alive(pid)
    with SeaweedServer(tmp_path) as again:
        assert (again.access_key, again.secret_key) == keys
        assert again.pid is not None


def _listens_elsewhere(pid: int) -> list[str]:
    """Addresses, other than loopback, on which that process listens (Linux only)."""
    sockets = {str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()}
    found = []
    for table, loopback in (("tcp", "0100007F"), ("tcp6", "0" * 24 + "01000000")):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            address = columns[1].split(":")[0]
            if columns[3] == "0A" and f"socket:[{columns[9]}]" in sockets and address != loopback:
                found.append(columns[1])
    return found


def test_damaged_credentials_are_told(tmp_path: Path) -> None:
    (tmp_path / "s3.json").write_text(json.dumps({"identities": []}))
    with pytest.raises(OfficeError, match=r"practice\.damaged"):
        SeaweedServer(tmp_path).start()


def test_a_server_that_dies_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    false = tmp_path / "weed"
    false.write_text("#!/bin/sh\nexit 3\n")
    false.chmod(0o755)
    monkeypatch.setattr(seaweed, "find_weed", lambda: false)
    server = SeaweedServer(tmp_path / "s3")
    started = time.monotonic()
    with pytest.raises(OfficeError, match=r"practice\.seaweed_failed"):
        server.start()
    assert time.monotonic() - started < 20
    assert server.pid is None


def test_a_program_that_cannot_run_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seaweed, "find_weed", lambda: tmp_path / "absent")
    with pytest.raises(OfficeError, match=r"practice\.seaweed_failed"):
        SeaweedServer(tmp_path / "s3").start()


def test_no_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(seaweed.sysconfig, "get_path", lambda _name: str(tmp_path))
    with pytest.raises(OfficeError, match=r"practice\.no_seaweed"):
        seaweed.find_weed()
