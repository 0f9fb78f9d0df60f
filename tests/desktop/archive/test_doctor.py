"""The doctor against real stores: SeaweedFS passes, ``rclone serve s3`` and weakened stores do not, a folder is tried as it is."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.archive import doctor_s3
from desktop.archive.doctor import Probe, Questions, examine, failures, require
from desktop.archive.doctor_ports import answers_grpc, answers_http
from desktop.archive.folder_root import FolderRoot
from desktop.operations.fixity import init_archive
from desktop.practice.ports import LOOPBACK, free_port
from desktop.practice.seaweed import SeaweedServer
from desktop.records.errors import OfficeError
from desktop.storage import Entry, LockingStore, S3Settings
from desktop.storage.s3 import S3Store
from desktop.storage.s3_probe import ProbedStore
from desktop.words import words
from tests.conformance.archive_root import write

NO_PORTS = Questions(ports={})
S3_PROBES = {"listing", "default_retention", "create", "race", "replace", "versions", "checksum", "names", "lock"}


def _bad(probes: list[Probe]) -> set[str]:
    return {probe.code for probe in probes if not probe.good}


def test_seaweed_does_all_of_it(s3_url: str, s3_settings: S3Settings, s3_store: LockingStore) -> None:
    probes = examine(s3_url, s3_settings, NO_PORTS)
    assert _bad(probes) == set()
    assert {f"probe.{name}" for name in S3_PROBES} <= {probe.code for probe in probes}
    assert all(words(probe.code, "es", probe.facts).what for probe in probes)
    left = list(s3_store.versions(""))
    assert {version.key.rsplit("/", 1)[1] for version in left} == {"locked"}  # for a minute
    require(s3_url, s3_settings, NO_PORTS)


@pytest.fixture
def pretender(tmp_path: Path) -> Iterator[S3Settings]:
    """``rclone serve s3``: echoes lock headers, has neither versions nor locks."""
    program = Path(sysconfig.get_path("scripts")) / ("rclone.exe" if os.name == "nt" else "rclone")
    (tmp_path / "served" / "bucket").mkdir(parents=True)
    port = free_port()
    command = [
        program,
        "serve",
        "s3",
        "--addr",
        f"{LOOPBACK}:{port}",
        "--auth-key",
        "someone,something",
        "--config",
        str(tmp_path / "rclone.conf"),
    ]
    with (tmp_path / "rclone.log").open("wb") as log:
        server = subprocess.Popen([*command, tmp_path / "served"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex((LOOPBACK, port)) == 0:
                    break
            time.sleep(0.05)
        yield S3Settings(endpoint=f"http://{LOOPBACK}:{port}", access_key="someone", secret_key="something", attempts=1)
    finally:
        server.kill()
        server.wait()


def test_a_pretender_is_refused(pretender: S3Settings, tmp_path: Path) -> None:
    probes = examine("s3://bucket/archivo", pretender, NO_PORTS)
    assert {"probe.no_lock", "probe.no_versions"} <= _bad(probes)
    with pytest.raises(OfficeError) as caught:
        init_archive("s3://bucket/archivo", pretender)
    assert (caught.value.code, caught.value.on_disk) == ("archive.pretender", "unchanged")
    assert not (tmp_path / "served" / "bucket" / "archivo" / "root").exists()


def _without_accents(store: S3Store, prefix: str) -> Iterator[Entry]:
    for entry in S3Store.list(store, prefix):
        yield Entry(entry.key.replace("ñ", "n"), entry.size)


WEAKNESSES: dict[str, dict[str, Any]] = {
    "create": {"put_if_absent": lambda self, key, data: self.put(key, data) or True},
    "replace": {"put_if_match": lambda self, key, data, tag: self.put(key, data) or True},
    "race": {
        "put_if_absent": lambda self, key, data: (
            (key.endswith("/race") and (self.put(key, data) or True)) or S3Store.put_if_absent(self, key, data)
        )
    },
    "names": {"list": lambda self, prefix, after="": _without_accents(self, prefix)},
    "checksum": {"refuses_damage": lambda self, key, data: self.put(key, data) or False},
    "default_retention": {"lock_mode": lambda self, key: "GOVERNANCE"},
    "lock": {"retain": lambda self, key, until, version: None},
    "listing": {"list": lambda self, prefix, after="": iter(())},
}


@pytest.mark.parametrize("weakness", WEAKNESSES)
def test_each_weakness_is_seen(
    s3_url: str, s3_settings: S3Settings, weakness: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SeaweedFS with one thing taken from it: each probe fails when what it looks for is not there."""
    for name, does in WEAKNESSES[weakness].items():
        monkeypatch.setattr(ProbedStore, name, does)
    probes = examine(s3_url, s3_settings, NO_PORTS)
    assert f"probe.no_{weakness}" in failures(probes)


def test_a_store_that_lets_a_lock_be_cut_short_is_refused(
    s3_url: str, s3_settings: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GOVERNANCE looks like a lock until somebody is allowed to lift it."""

    def governance(self: ProbedStore, key: str, until: Any, version: str) -> None:
        kept = {"Mode": "GOVERNANCE", "RetainUntilDate": until}
        name = self._name(key)
        self._client().put_object_retention(Bucket=self._bucket, Key=name, VersionId=version, Retention=kept)  # type: ignore[arg-type]

    monkeypatch.setattr(ProbedStore, "retain", governance)
    assert "probe.no_lock" in failures(examine(s3_url, s3_settings, NO_PORTS))


def test_a_bucket_without_lock_is_refused(seaweed: SeaweedServer, s3_settings: S3Settings) -> None:
    """A real bucket of the same server, made without versions and lock."""
    store = doctor_s3.open_probe("s3://plain/x", s3_settings)
    store._client().create_bucket(Bucket="plain")
    assert {"probe.no_versions", "probe.no_lock"} <= set(failures(examine("s3://plain/x", s3_settings, NO_PORTS)))
    store.close()


def test_a_bucket_with_default_retention_is_refused(seaweed: SeaweedServer, s3_settings: S3Settings) -> None:
    store = doctor_s3.open_probe("s3://held/x", s3_settings)
    client = store._client()
    client.create_bucket(Bucket="held", ObjectLockEnabledForBucket=True)
    rule: Any = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    client.put_object_lock_configuration(Bucket="held", ObjectLockConfiguration=rule)
    assert "probe.no_default_retention" in failures(examine("s3://held/x", s3_settings, NO_PORTS))
    store.close()


def test_a_foreign_prefix(tmp_path: Path) -> None:
    """Denied to who may only in his own; open to who may everywhere."""
    with SeaweedServer(tmp_path, identities=("office",)) as server:
        everything = S3Settings(server.endpoint, server.access_key, server.secret_key)
        store = doctor_s3.open_probe(server.url, everything)
        store._client().put_bucket_policy(Bucket=server.bucket, Policy=json.dumps(_only(server, "office", "mine")))
        store.close()
        own = S3Settings(server.endpoint, *server.keys["office"])
        asked = Questions(foreign="others", ports={})
        probes = {probe.code: probe for probe in examine(f"{server.url}/mine", own, asked)}
        assert probes["probe.foreign_denied"].good
        assert "probe.foreign_open" in failures(examine(f"{server.url}/mine", everything, asked))


def _only(server: SeaweedServer, name: str, prefix: str) -> dict[str, Any]:
    """All that an archive needs, under one prefix."""
    arn, who = f"arn:aws:s3:::{server.bucket}", {"AWS": [server.arn(name)]}
    objects = (
        "GetObject",
        "GetObjectVersion",
        "PutObject",
        "DeleteObject",
        "DeleteObjectVersion",
        "GetObjectRetention",
        "PutObjectRetention",
    )
    lists = {"StringLike": {"s3:prefix": [f"{prefix}/*"]}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": who,
                "Action": [f"s3:{one}" for one in objects],
                "Resource": f"{arn}/{prefix}/*",
            },
            {
                "Effect": "Allow",
                "Principal": who,
                "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
                "Resource": arn,
                "Condition": lists,
            },
        ],
    }


def test_open_inner_ports_are_named(seaweed: SeaweedServer, s3_url: str, s3_settings: S3Settings) -> None:
    """The practice server's inner ports are open, and the doctor sees each of them, gRPC too."""
    ports = seaweed.ports
    probes = examine(
        s3_url, s3_settings, Questions(ports={name: ports[name] for name in ("filer", "master", "volume")})
    )
    seen = {probe.facts["port"] for probe in probes if probe.code == "probe.port_open"}
    assert seen == {port + more for name, port in ports.items() if name != "s3" for more in (0, 10_000)}
    closed = free_port()
    assert not answers_http(LOOPBACK, closed)
    assert not answers_grpc(LOOPBACK, closed)


class TestFolder:
    """A folder."""

    def test_a_folder_of_this_disk(self, tmp_path: Path) -> None:
        base = tmp_path / "archivo"
        probes = examine(f"folder:{base}")
        assert failures(probes) == []
        assert probes[-1].code == "probe.folder_only_tells"
        assert list(tmp_path.iterdir()) == []
        root = FolderRoot(base, create=True)
        write(root)
        before = sorted(base.rglob("*"))
        assert failures(examine(f"folder:{base}")) == []
        assert sorted(base.rglob("*")) == before

    def test_work_on_another_disk(self, tmp_path: Path) -> None:
        other = Path("/dev/shm") / f"qillqa-{tmp_path.name}-{os.getpid()}"
        other.mkdir()
        try:
            (tmp_path / "root").mkdir()
            (tmp_path / "work").symlink_to(other, target_is_directory=True)
            assert "probe.no_one_disk" in failures(examine(f"folder:{tmp_path}"))
            with pytest.raises(OfficeError) as caught:
                init_archive(f"folder:{tmp_path}")
            assert caught.value.code == "archive.pretender"
        finally:
            other.rmdir()

    def test_a_rename_that_overwrites(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import shutil

        def careless(self: Path, target: Path) -> Path:
            shutil.rmtree(target, ignore_errors=True)
            os.rename(self, target)  # noqa: PTH104 - what is replaced
            return target

        monkeypatch.setattr(Path, "rename", careless)
        assert failures(examine(f"folder:{tmp_path}")) == ["probe.no_rename"]

    def test_a_missing_folder_is_not_made(self, tmp_path: Path) -> None:
        with pytest.raises(OfficeError) as caught:
            examine(f"folder:{tmp_path / 'stick' / 'archivo'}")
        assert caught.value.code == "storage.unreachable"
        assert list(tmp_path.iterdir()) == []
