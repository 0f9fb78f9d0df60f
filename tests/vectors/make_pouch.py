"""Makes the test vectors of docs/formats/exchange.md, "Pouch", out of those of the events: run it only when the format changes.

``python -m tests.vectors.make_pouch`` writes tests/vectors/pouch/pouch.json. The sealed letter differs at each run and is kept as
it is unless the file is deleted; all else comes out the same.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop.records.events import Json
from desktop.sync.acks import Acked, seal_ack
from desktop.sync.device import DeviceKey
from desktop.sync.directory import DirectoryPins, read_directory
from desktop.sync.envelopes import canonical, seal_payload
from desktop.sync.events import read_event
from desktop.sync.keys import Ack, Letter, directory_key
from desktop.sync.letters import seal_letter
from desktop.sync.pouch import POUCH, Item, Manifest, folder_name, needs_key, pack_needs

FOLDER = Path(__file__).parent / "pouch"
EVENTS = Path(__file__).parent / "events"


def load(name: str) -> Any:
    """One of the vectors of the events."""
    return json.loads((EVENTS / name).read_text(encoding="utf-8"))


def devices() -> list[DeviceKey]:
    """The devices of the vectors."""
    return [
        DeviceKey(item["id"], bytes.fromhex(item["ed25519_seed"]), item["age_identity"]) for item in load("keys.json")
    ]


def make() -> Json:
    """The pouch that the first device writes for the second one's unit, and what must be refused."""
    kept = load("directory.json")
    directory = read_directory(kept["jws"], DirectoryPins(kept["admin_key"]))
    writer, reader = devices()[:2]
    events = [read_event(item["jws"], directory) for item in load("chain.json")]
    unit = directory.device(reader.id).unit
    signed = next(item for item in events if unit in dict(item.event.deliveries))
    sealed = _kept_letter() or seal_letter(signed.jws, [(reader.id, reader.public()[1])])
    seq = dict(signed.event.deliveries)[unit]
    letter = Letter(directory.entity.id, unit, writer.id, seq, _sha(sealed)).pouch_key
    ack = Acked(directory.entity.id, directory.device(writer.id).unit, writer.id, {reader.id: 2, writer.id: 7})
    contents = {
        letter: sealed,
        needs_key(letter): pack_needs([ref.cipher for ref in signed.event.blobs]),
        Ack(ack.entity, ack.unit, ack.device).key: seal_ack(ack, writer).encode("ascii"),
        directory_key(directory.entity.id, directory.number, _sha(kept["jws"].encode())): kept["jws"].encode("ascii"),
    }
    items = tuple(Item(key, len(data), _sha(data)) for key, data in contents.items())
    home = directory.device(writer.id).unit
    manifest = Manifest(directory.entity.id, writer.id, home, 12, (unit,), directory.number, items)
    return {
        "folder": folder_name(writer.id, 12),
        "manifest": seal_payload(manifest.to_payload(), writer, POUCH),
        "payload": json.loads(manifest.to_payload()),
        "objects": {_sha(data): base64.b64encode(data).decode("ascii") for data in contents.values()},
        "letter": {"key": letter, "reader": reader.id, "event": signed.digest},
        "ack": {"key": Ack(ack.entity, ack.unit, ack.device).key, "seen": dict(ack.seen)},
        "refused": _refused(manifest, writer, reader),
    }


def _refused(manifest: Manifest, writer: DeviceKey, reader: DeviceKey) -> list[Json]:
    payload = json.loads(manifest.to_payload())
    stranger = replace(writer, id="01JDEV0000000000000000000Z")

    def case(code: str, why: str, changed: dict[str, Any], key: DeviceKey, kid: str = "") -> Json:
        body = canonical({**payload, **changed})
        folder = folder_name(changed.get("device", manifest.device), changed.get("number", manifest.number))
        return {"code": code, "why": why, "folder": folder, "manifest": seal_payload(body, key, POUCH, kid=kid)}

    return [
        case("pouch.damaged", "signed by another device", {}, reader, writer.id),
        case("pouch.damaged", "another number than the folder's", {"number": 12}, writer)
        | {"folder": folder_name(writer.id, 13)},
        case("pouch.damaged", "a key twice", {"objects": [payload["objects"][0]] * 2}, writer),
        case("pouch.damaged", "a size below zero", {"objects": [["blobs/" + "0" * 64, -1, "0" * 64]]}, writer),
        case("pouch.newer_format", "version 2", {"v": 2}, writer),
        case("pouch.foreign_entity", "another entity", {"entity": "01JENT0000000000000000000Z"}, writer),
        case("pouch.unknown_device", "a device that is not in the directory", {"device": stranger.id}, stranger),
    ]


def _kept_letter() -> bytes | None:
    path = FOLDER / "pouch.json"
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    digest = kept["letter"]["key"].rsplit("-", 1)[1].removesuffix(".age")
    return base64.b64decode(kept["objects"][digest])


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "pouch.json").write_text(json.dumps(make(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
