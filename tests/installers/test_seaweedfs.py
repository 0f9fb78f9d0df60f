"""The closed SeaweedFS of ``installers/seaweedfs`` against a thief at its inner ports; the same attacks on an open one."""

from __future__ import annotations

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.archive.doctor import Questions, examine, failures
from desktop.archive.roots import open_root
from desktop.practice.seaweed import SeaweedServer
from desktop.records.errors import OfficeError
from desktop.storage import S3Settings
from desktop.storage.s3_probe import ProbedStore, open_probe
from tests.conformance.archive_root import ONE, write
from tests.installers.seaweed_lab import SCRIPTS, ClosedSeaweed, Thief, distinct_ports, locked, prepare


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClosedSeaweed]:
    """One machine, everything as the manual says."""
    server = ClosedSeaweed(tmp_path_factory.mktemp("closed") / "almacen")
    try:
        server.start()
        server.ready()
        yield server
    finally:
        server.stop()


@pytest.fixture
def thief(closed: ClosedSeaweed) -> Thief:
    return Thief(closed.ports["MASTER_PORT"], closed.ports["FILER_PORT"])


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    """As it comes: neither keys nor certificates inside."""
    with SeaweedServer(tmp_path_factory.mktemp("open"), bucket="archivo") as server:
        yield server


def _at(server: SeaweedServer, prefix: str = "") -> ProbedStore:
    settings = S3Settings(server.endpoint, server.access_key, server.secret_key, attempts=2)
    return open_probe(f"{server.url}/{prefix}", settings)


def _still_there(store: ProbedStore, key: str, version: str) -> bool:
    try:
        return store.get_version(key, version) == b"locked" * 1000
    except OfficeError:
        return False


class TestClosed:
    """Nothing moves what is locked, and a stranger reads nothing."""

    def test_the_doctor_finds_it_fit_and_its_inner_ports_closed(self, closed: ClosedSeaweed) -> None:
        ports = {name: closed.ports[f"{name.upper()}_PORT"] for name in ("filer", "master", "volume")}
        probes = examine("s3://archivo/doctor", closed.settings(), Questions(ports=ports))
        assert failures(probes) == []
        assert "probe.ports_closed" in {probe.code for probe in probes}

    def test_neither_filer_nor_master_nor_shell(self, closed: ClosedSeaweed, thief: Thief, tmp_path: Path) -> None:
        store = closed.store()
        version = locked(store, "locked")
        assert thief.read_at_filer("archivo", "locked", version) in (0, 401)
        assert thief.delete_at_filer("archivo", "locked", version) in (0, 401)
        assert thief.delete_collection("archivo") in (0, 401)
        remove = f"fs.rm /buckets/archivo/locked.versions/v_{version}"
        thief.shell(f"{remove}\nlock\ncollection.delete -collection archivo -apply\nunlock", tmp_path, patience=6)
        assert _still_there(store, "locked", version)
        store.close()

    def test_nor_the_volume_server(self, closed: ClosedSeaweed, thief: Thief, tmp_path: Path) -> None:
        """Even if he has learnt where the bytes lie."""
        store = closed.store()
        version = locked(store, "at-volume")
        stolen = Thief(closed.ports["MASTER_PORT"], closed.ports["FILER_PORT"], keys=closed.folder)
        chunk = stolen.chunk_of("archivo", "at-volume", version, tmp_path)
        assert thief.ask("DELETE", closed.ports["VOLUME_PORT"], f"/{chunk}") in (0, 401)
        assert thief.ask("GET", closed.ports["VOLUME_PORT"], f"/{chunk}") in (0, 401)
        assert _still_there(store, "at-volume", version)
        store.close()

    def test_who_holds_the_clients_key_can(self, closed: ClosedSeaweed, tmp_path: Path) -> None:
        """What the manual admits; and the proof that the attack of the shell is a real one."""
        store = closed.store()
        version = locked(store, "stolen")
        stolen = Thief(closed.ports["MASTER_PORT"], closed.ports["FILER_PORT"], keys=closed.folder)
        stolen.shell(f"fs.rm /buckets/archivo/stolen.versions/v_{version}", tmp_path)
        assert not _still_there(store, "stolen", version)
        store.close()

    def test_writes_are_made_durable(self, closed: ClosedSeaweed) -> None:
        said = json.loads("{" + closed.shell_script("first-bucket.sh").rsplit("\n{", 1)[-1].rsplit("}", 1)[0] + "}")
        assert [(place["locationPrefix"], place["fsync"]) for place in said["locations"]] == [
            ("/buckets/archivo", True)
        ]

    def test_uploads_that_nobody_finished_are_dropped_and_no_object_is(self, closed: ClosedSeaweed) -> None:
        """The store keeps their pieces for ever otherwise. What may still go on, by its age, stays."""
        store = closed.store()
        version = locked(store, "kept-by-cleaning")
        client: Any = store._client()
        begun = client.create_multipart_upload(Bucket="archivo", Key="never-finished")["UploadId"]
        piece = {"Bucket": "archivo", "Key": "never-finished", "UploadId": begun, "PartNumber": 1}
        client.upload_part(**piece, Body=b"p" * (5 << 20))

        def unfinished() -> list[str]:
            found = client.list_multipart_uploads(Bucket="archivo").get("Uploads", ())
            return [one["UploadId"] for one in found if one["Key"] == "never-finished"]

        closed.shell_script("clean-uploads.sh")
        assert unfinished() == [begun]
        said = closed.shell_script("clean-uploads.sh", "0s")
        assert unfinished() == [], said
        assert _still_there(store, "kept-by-cleaning", version)
        store.close()

    def test_the_custodian_under_the_policy(self, closed: ClosedSeaweed) -> None:
        """Nothing before the policy; with it the whole life of an archive, and no purge, not even by the installer."""
        with pytest.raises(OfficeError) as caught:
            closed.store(who="custodio").put("x", b"")
        assert caught.value.code == "storage.denied"
        admin: Any = closed.store()._client()
        said = closed.shell_script("policy.sh")
        assert "La política está puesta en archivo." in said, said
        try:
            url, settings = "s3://archivo/raiz", closed.settings("custodio")
            probes = examine(url, settings, Questions(ports={}))
            assert failures(probes) == []
            assert "probe.purge_denied" in {probe.code for probe in probes}
            root = open_root(url, s3=settings, create=True)
            write(root, ONE)
            write(root, ONE, {"second": b"2"}, base="v1")
            assert root.repair().objects == ()
            store = closed.store()
            store.put("free", b"")
            entry = store.head("free")
            assert entry is not None
            assert not store.purge_version("free", entry.version)
        finally:
            admin.delete_bucket_policy(Bucket="archivo")


class TestOpen:
    """The same attacks where nothing is closed: each of them destroys what S3 calls locked."""

    def test_filer(self, opened: SeaweedServer) -> None:
        store = _at(opened)
        version = locked(store, "locked")
        thief = Thief(opened.ports["master"], opened.ports["filer"])
        assert thief.read_at_filer("archivo", "locked", version) == 200
        assert thief.delete_at_filer("archivo", "locked", version) == 204
        assert not _still_there(store, "locked", version)

    def test_shell(self, opened: SeaweedServer, tmp_path: Path) -> None:
        store = _at(opened)
        version = locked(store, "locked")
        thief = Thief(opened.ports["master"], opened.ports["filer"])
        thief.shell(f"fs.rm /buckets/archivo/locked.versions/v_{version}", tmp_path)
        assert not _still_there(store, "locked", version)

    def test_volume_server(self, opened: SeaweedServer, tmp_path: Path) -> None:
        version = locked(_at(opened), "locked")
        thief = Thief(opened.ports["master"], opened.ports["filer"])
        chunk, port = thief.chunk_of("archivo", "locked", version, tmp_path), opened.ports["volume"]
        assert thief.ask("GET", port, f"/{chunk}") == 200
        assert thief.ask("DELETE", port, f"/{chunk}") == 202
        assert thief.ask("GET", port, f"/{chunk}") == 404

    def test_master(self, opened: SeaweedServer) -> None:
        store = _at(opened)
        version = locked(store, "locked")
        assert Thief(opened.ports["master"], opened.ports["filer"]).delete_collection("archivo") == 204
        assert not _still_there(store, "locked", version)


@pytest.mark.full
def test_jwt_and_grpc_certificates_alone_are_not_enough(tmp_path: Path) -> None:
    """What research took for closed: one GET at the master's HTTP port takes the whole bucket away, and the doctor names that port."""
    server = ClosedSeaweed(tmp_path / "almacen", https=False)
    try:
        server.start()
        server.ready()
        store = server.store()
        version = locked(store, "locked")
        thief = Thief(server.ports["MASTER_PORT"], server.ports["FILER_PORT"])
        assert thief.delete_at_filer("archivo", "locked", version) == 401
        thief.shell(f"fs.rm /buckets/archivo/locked.versions/v_{version}", tmp_path / "thief", patience=6)
        assert _still_there(store, "locked", version)
        ports = {"master": server.ports["MASTER_PORT"]}
        assert failures(examine("s3://archivo/x", server.settings(), Questions(ports=ports))) == ["probe.port_open"]
        assert thief.delete_collection("archivo") == 204
        assert not _still_there(store, "locked", version)
    finally:
        server.stop()


@pytest.mark.full
def test_a_cluster_loses_a_volume_server_and_nothing_else(tmp_path: Path) -> None:
    """Three volume servers in three racks, each file on two (010): kill -9 of one, all is read, writing goes on, the archive works."""
    server = ClosedSeaweed(tmp_path / "almacen", REPLICATION="010")
    try:
        server.start("master")
        for number, port in enumerate(distinct_ports(3)):
            data = tmp_path / f"disk-{number}"
            server.set(VOLUME_PORT=port, RACK=f"r{number}", DATA=data)
            server.start("volume", f"volume-{number}")
            _until_listening(server, port, f"volume-{number}")
        server.set(DATA=tmp_path / "rest")
        server.start("filer")
        server.start("s3")
        server.ready()
        store = server.store()
        kept = {f"object-{number}": locked(store, f"object-{number}") for number in range(20)}
        server.kill("volume-1")
        assert all(_still_there(store, key, version) for key, version in kept.items())
        root = open_root("s3://archivo/raiz", s3=server.settings(), create=True)
        write(root, ONE)
        assert root.repair().objects == ()
        store.close()
    finally:
        server.stop()


def _until_listening(server: ClosedSeaweed, port: int, name: str) -> None:
    import socket
    import time

    for _ in range(240):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.25)
    raise AssertionError((server.folder / f"{name}.log").read_text("utf-8"))


class TestScripts:
    """What the operator runs."""

    def test_nothing_of_it_is_for_others_to_read(self, tmp_path: Path) -> None:
        folder = prepare(tmp_path / "almacen")
        assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (folder, *folder.iterdir())} == {0}

    def test_a_second_run_touches_nothing(self, tmp_path: Path) -> None:
        folder = prepare(tmp_path / "almacen")
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        again = subprocess.run([SCRIPTS / "prepare.sh", folder, "localhost"], check=False, capture_output=True)
        assert again.returncode == 1
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    def test_every_key_and_password_is_another(self, tmp_path: Path) -> None:
        one, other = (prepare(tmp_path / name) for name in ("a", "b"))
        secrets = [set(_secrets(folder)) for folder in (one, other)]
        assert len(secrets[0]) == 8
        assert not secrets[0] & secrets[1]

    def test_telemetry_is_off_wherever_a_master_starts(self) -> None:
        script = (SCRIPTS / "start.sh").read_text("utf-8")
        assert script.count('"$WEED" server') == script.count("-master.telemetry=false") == 1
        assert script.count('"$WEED" master') == script.count("  -telemetry=false") == 1


def _secrets(folder: Path) -> Iterator[str]:
    import tomllib

    security = tomllib.loads((folder / "security.toml").read_text("utf-8"))
    jwt = security["jwt"]
    for part in (jwt["signing"], jwt["signing"]["read"], jwt["filer_signing"], jwt["filer_signing"]["read"]):
        yield part["key"]
    for identity in json.loads((folder / "s3.json").read_text("utf-8"))["identities"]:
        yield identity["credentials"][0]["accessKey"]
        yield identity["credentials"][0]["secretKey"]
