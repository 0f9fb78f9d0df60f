"""A SeaweedFS as ``installers/seaweedfs`` sets it up, started by its own scripts on free ports of the loopback; and a thief."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop.practice.ports import LOOPBACK, free_port
from desktop.practice.seaweed import find_weed
from desktop.records.errors import OfficeError
from desktop.storage import S3Settings
from desktop.storage.s3_probe import ProbedStore, open_probe

SCRIPTS = Path(__file__).resolve().parents[2] / "installers" / "seaweedfs"
_HIGHEST = 22_700  # so that port + 10000 stays below the ports that systems give to outgoing connections
_START_SECONDS = 120.0


def prepare(folder: Path) -> Path:
    """What the operator runs first."""
    subprocess.run([SCRIPTS / "prepare.sh", folder, LOOPBACK], check=True, capture_output=True, timeout=60)
    return folder


class ClosedSeaweed:
    """Parts of a store, started from one folder of settings; all are killed by their own process groups at the end."""

    def __init__(self, folder: Path, *, https: bool = True, **settings: object) -> None:
        """``https=False`` leaves out what closes the HTTP ports: JWT and gRPC mTLS alone."""
        self.folder = prepare(folder)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        names = ("S3_PORT", "MASTER_PORT", "VOLUME_PORT", "FILER_PORT")
        self.ports = dict(zip(names, distinct_ports(len(names)), strict=True))
        masters, filer = f"{LOOPBACK}:{self.ports['MASTER_PORT']}", f"{LOOPBACK}:{self.ports['FILER_PORT']}"
        self.set(**self.ports, S3_ADDRESS=LOOPBACK, MASTERS=masters, FILER=filer, WEED=find_weed(), **settings)
        if not https:
            path = folder / "security.toml"
            path.write_text(path.read_text("utf-8").split("[https.master]")[0], "utf-8")

    def set(self, **settings: object) -> None:
        """Change lines of ``seaweed.env``, as the operator does."""
        path = self.folder / "seaweed.env"
        text = path.read_text("utf-8")
        for name, value in settings.items():
            text, count = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", text)
            assert count == 1, name
        path.write_text(text, "utf-8")

    def start(self, role: str = "all", name: str = "") -> None:
        """Start one part; ``name`` tells several of a kind apart."""
        with (self.folder / f"{name or role}.log").open("wb") as log:
            self._running[name or role] = subprocess.Popen(
                [SCRIPTS / "start.sh", self.folder, role],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Kill -9."""
        server = self._running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()

    def stop(self) -> None:
        """All of them."""
        for name in list(self._running):
            self.kill(name)

    def ready(self) -> str:
        """Wait until the bucket can be made and written; gives what the script said."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            said = self.shell_script("first-bucket.sh")
            with suppress(OfficeError):
                store = self.store()
                store.put("ready", b"")
                store.close()
                return said
            assert time.monotonic() < deadline, said
            time.sleep(0.5)

    def shell_script(self, name: str, *more: str) -> str:
        """Run one of the scripts; gives what it said."""
        try:
            done = subprocess.run(
                [SCRIPTS / name, self.folder, *more],
                check=False,
                capture_output=True,
                text=True,
                timeout=20,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return "timeout"
        return done.stdout + done.stderr

    def settings(self, who: str = "instalador") -> S3Settings:
        """What ``prepare.sh`` gave that identity."""
        known = json.loads((self.folder / f"{who}.json").read_text("utf-8"))
        endpoint = f"https://{LOOPBACK}:{self.ports['S3_PORT']}"
        return S3Settings(endpoint, known["access_key"], known["secret_key"], ca=Path(known["ca_file"]), attempts=2)

    def store(self, prefix: str = "", who: str = "instalador") -> ProbedStore:
        """A client of the S3 port."""
        return open_probe(f"s3://archivo/{prefix}", self.settings(who))


def locked(store: ProbedStore, key: str, data: bytes = b"locked" * 1000) -> str:
    """Put it and lock it for an hour; gives its version."""
    store.put(key, data)
    entry = store.head(key)
    assert entry is not None
    store.retain(key, datetime.now(UTC) + timedelta(hours=1), entry.version)
    return entry.version


class Thief:
    """On the network of the store, without a key of it; with ``keys`` he has stolen the folder with the client's certificate."""

    def __init__(self, master: int, filer: int, *, keys: Path | None = None) -> None:
        self.master, self.filer, self.keys = master, filer, keys

    def ask(self, method: str, port: int, path: str) -> int:
        """The status, plainly or through TLS; 0 when nobody talks to him."""
        for scheme in ("http", "https"):
            request = urllib.request.Request(f"{scheme}://{LOOPBACK}:{port}{path}", method=method)
            with suppress(OSError):
                try:
                    with urllib.request.urlopen(
                        request, timeout=20, context=self._tls() if scheme == "https" else None
                    ) as answer:
                        return int(answer.status)
                except urllib.error.HTTPError as error:
                    with error:
                        if not (error.code == 400 and b"HTTPS server" in error.read(200)):
                            return error.code
        return 0

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if self.keys is not None:
            context.load_cert_chain(self.keys / "client.pem", self.keys / "client.key")
        return context

    def delete_at_filer(self, bucket: str, key: str, version: str) -> int:
        """The version's own file, past S3."""
        return self.ask("DELETE", self.filer, f"/buckets/{bucket}/{key}.versions/v_{version}")

    def read_at_filer(self, bucket: str, key: str, version: str) -> int:
        """The same, read."""
        return self.ask("GET", self.filer, f"/buckets/{bucket}/{key}.versions/v_{version}")

    def delete_collection(self, bucket: str) -> int:
        """Every volume of a bucket, by one GET at the master."""
        return self.ask("GET", self.master, f"/col/delete?collection={bucket}")

    def chunk_of(self, bucket: str, key: str, version: str, folder: Path) -> str:
        """Where a volume server keeps the bytes, by the shell; for who may."""
        said = self.shell(f"fs.meta.cat /buckets/{bucket}/{key}.versions/v_{version}", folder)
        found = re.search(r'"fileId":\s*"([^"]+)"', said)
        assert found is not None, said
        return found[1]

    def shell(self, command: str, folder: Path, *, patience: float = 30.0) -> str:
        """``weed shell`` at the gRPC ports; gives what it said. Refused he would wait for ever: ``patience`` in seconds."""
        where = self.keys or folder
        where.mkdir(exist_ok=True)
        ports = (f"-master={LOOPBACK}:{self.master}", f"-filer={LOOPBACK}:{self.filer}")
        environment = {**os.environ, "HOME": str(where)}
        with suppress(subprocess.TimeoutExpired):
            done = subprocess.run(
                [find_weed(), "shell", *ports],
                input=f"{command}\n".encode(),
                check=False,
                capture_output=True,
                timeout=patience,
                cwd=where,
                env=environment,
            )
            return done.stdout.decode(errors="replace")
        return ""


def distinct_ports(count: int) -> list[int]:
    ports: list[int] = []
    while len(ports) < count:
        port = free_port(highest=_HIGHEST)
        if port not in ports:
            ports.append(port)
    return ports
