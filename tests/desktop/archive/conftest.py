"""An entity with a desk, an archive and a stranger, their real keys, an exchange and a root of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desktop.archive.checks import ActsFound
from desktop.archive.custody import Custodian
from desktop.archive.deposits import Packed, Place, pack, send
from desktop.archive.inventory import User
from desktop.archive.manifest import Deposit, DepositFile, Keys
from desktop.archive.roots import Root, open_root
from desktop.records.events import BlobRef
from desktop.records.people import Device, Directory, Entity, Official, Unit
from desktop.storage import LockingStore, ObjectStore, S3Settings, open_storage
from desktop.sync.blobs import open_blob, seal
from desktop.sync.device import DeviceKey
from desktop.sync.receipts import read_manifest, read_receipt, sign_receipt
from tests.desktop.archive.dossiers import CONTENTS, make_deposit

ENTITY = "01JQ0000000000000000000001"
DESK_UNIT, ARCHIVE_UNIT = "01JQ0000000000000000000002", "01JQ0000000000000000000003"


def _device(key: DeviceKey, unit: str) -> Device:
    verify_key, recipient = key.public()
    return Device(key.id, unit, verify_key, recipient, datetime(2030, 1, 1, tzinfo=UTC), (("someone", "jws"),))


@dataclass
class Archive:
    """Everything that a deposit passes through."""

    exchange: ObjectStore
    desk: DeviceKey = field(default_factory=lambda: DeviceKey.generate("01JQ000000000000000000000D"))
    keeper: DeviceKey = field(default_factory=lambda: DeviceKey.generate("01JQ000000000000000000000E"))
    stranger: DeviceKey = field(default_factory=lambda: DeviceKey.generate("01JQ000000000000000000000F"))
    second: DeviceKey | None = None  # another custodian's, of the same unit
    verdicts: Mapping[bytes, str] = field(default_factory=dict)
    judged: list[bytes] = field(default_factory=list)
    listed: Mapping[bytes, Sequence[Mapping[str, Any]]] = field(default_factory=dict)  # PDF → rows of its list
    acts: ActsFound | None = None  # else whole, and of the bytes that were deposited
    packed: list[Deposit] = field(default_factory=list)
    proved: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def keepers(self) -> tuple[DeviceKey, ...]:
        """Of the archive's unit: whoever may open deposits and answer them."""
        return (self.keeper, self.second) if self.second else (self.keeper,)

    @property
    def directory(self) -> Directory:
        """The stranger is not in it."""
        units = (
            Unit(DESK_UNIT, "Secretaría de Planificación", "GADOR-SDPD"),
            Unit(ARCHIVE_UNIT, "Archivo", "GADOR-ARCH", custodian=True),
        )
        devices = (_device(self.desk, DESK_UNIT), *(_device(key, ARCHIVE_UNIT) for key in self.keepers))
        officials = (Official("someone", "Juana Mamani Quispe", "123", "Técnica", DESK_UNIT),)
        return Directory(1, Entity(ENTITY, "GADOR", "GADOR"), units, officials, devices)

    def pack(
        self, deposit: Deposit | None = None, contents: Mapping[str, bytes] = CONTENTS, *, by: DeviceKey | None = None
    ) -> Packed:
        """A deposit sealed to the archive's device and signed by a desk's."""
        recipients = [(key.id, key.public()[1]) for key in self.keepers]

        def seal_it(data: bytes) -> tuple[bytes, Keys]:
            sealed = seal(data, recipients)
            return sealed.cipher, sealed.keys

        self.packed.append(deposit or make_deposit())
        return pack(self.packed[-1], contents, seal=seal_it, sign=lambda data: sign_receipt(data, by or self.desk))

    def send(self, packed: Packed | None = None) -> Place:
        """Put it into the exchange."""
        packed = packed or self.pack()
        send(self.exchange, packed)
        return Place(packed.deposit.entity, packed.deposit.unit, packed.deposit.id)

    def custodian(self, root: Root, *, by: DeviceKey | None = None, **more: Any) -> Custodian:
        """The custodian with his key; verdicts come from the table, ``valid`` where it says nothing."""
        key = by or self.keeper

        def open_file(cipher: bytes, file: DepositFile) -> bytes:
            ref = BlobRef(file.sha256, file.size, file.path, file.media_type, "document", file.cipher, file.keys)
            return open_blob(cipher, ref, key)

        def judge(path: Path) -> dict[str, Any]:
            data = path.read_bytes()
            self.judged.append(data)
            rows = [dict(row) for row in self.listed.get(data, ())]
            told = {"verdict": self.verdicts.get(data, "valid"), "explanation": "Firma íntegra."}
            return {**told, "attachments": rows} if rows else told

        def prove(lines: Sequence[str]) -> ActsFound:
            self.proved.append(tuple(lines))
            named = {document.id: frozenset({document.sha256}) for made in self.packed for document in made.documents}
            return self.acts or ActsFound(len(lines), digests=named)

        return Custodian(
            root=root,
            exchange=self.exchange,
            read=lambda jws: read_manifest(jws, self.directory),
            open_file=open_file,
            judge=judge,
            prove=prove,
            sign=lambda payload: sign_receipt(payload, key),
            read_answer=lambda jws: read_receipt(jws, self.directory),
            user=User("Archivo departamental", f"urn:qillqa:{key.id}"),
            software_version="0.1.0",
            **more,
        )


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """With an empty exchange."""
    return Archive(open_storage(f"folder:{tmp_path / 'exchange'}", create=True))


@pytest.fixture
def folder_root(tmp_path: Path) -> Root:
    """An empty root in a folder."""
    return open_root(f"folder:{tmp_path / 'archivo'}", create=True)


@pytest.fixture(params=["folder", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path, s3_url: str, s3_settings: S3Settings) -> Iterator[Root]:
    """An empty root of each kind."""
    url = f"folder:{tmp_path / 'archivo'}" if request.param == "folder" else s3_url
    made = open_root(url, s3=s3_settings, create=True)
    yield made
    made.close()


@pytest.fixture
def overwrite(root: Root, tmp_path: Path, s3_store: LockingStore) -> Callable[[str, bytes | None], None]:
    """What somebody with access to the disk or bucket does to a path below the root; None removes it."""
    if root.url.startswith("folder:"):

        def on_disk(path: str, data: bytes | None) -> None:
            whole = tmp_path / "archivo" / "root" / path
            if data is None:
                whole.unlink()
            else:
                whole.parent.mkdir(parents=True, exist_ok=True)
                whole.write_bytes(data)

        return on_disk

    def in_bucket(path: str, data: bytes | None) -> None:
        if data is None:
            s3_store.hide(f"root/{path}")
        else:
            s3_store.put(f"root/{path}", data)

    return in_bucket


@pytest.fixture
def tree(s3_store: LockingStore, tmp_path: Path) -> Callable[[], Path]:
    """What a reader of the bucket sees, as a folder, for the judge."""

    def mirror() -> Path:
        for entry in s3_store.list("root/"):
            path = tmp_path / "mirror" / entry.key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(s3_store.get(entry.key))
        return tmp_path / "mirror" / "root"

    return mirror
