"""The published vectors (docs/formats/events.md): what another verifier is tested with must hold here, to the byte."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from desktop.records.errors import OfficeError
from desktop.records.events import BlobRef, Json
from desktop.records.people import Directory
from desktop.sync.blobs import open_blob
from desktop.sync.device import DeviceKey
from desktop.sync.directory import DirectoryPins, read_directory
from desktop.sync.events import read_event, sign_event
from desktop.sync.letters import open_letter
from desktop.sync.proof import prove

FOLDER = Path(__file__).parents[2] / "vectors" / "events"


def load(name: str) -> Json:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def keys() -> dict[str, DeviceKey]:
    return {
        item["id"]: DeviceKey(item["id"], bytes.fromhex(item["ed25519_seed"]), item["age_identity"])
        for item in load("keys.json")
    }


@pytest.fixture
def directory() -> Directory:
    kept = load("directory.json")
    return read_directory(kept["jws"], DirectoryPins(kept["admin_key"]))


def test_the_chain_reads_and_is_signed_again_to_the_byte(directory: Directory) -> None:
    for item in load("chain.json"):
        signed = read_event(item["jws"], directory)
        assert signed.digest == item["digest"]
        assert signed.event.to_payload() == item["payload"]
        assert rfc8785.dumps(item["payload"]).decode() == item["canonical"]
        assert sign_event(signed.event, keys()[signed.event.device]) == signed
    proof = prove([item["jws"] for item in load("chain.json")], directory)
    assert proof.whole
    assert len(proof.hops) == 1


@pytest.mark.parametrize("case", load("refused.json"), ids=lambda case: f"{case['code']}: {case['why']}")
def test_what_must_be_refused_is(directory: Directory, case: dict[str, str]) -> None:
    with pytest.raises(OfficeError) as caught:
        read_event(case["jws"], directory)
    assert caught.value.code == case["code"]


def test_a_verifier_of_thirty_lines_agrees(directory: Directory) -> None:
    """What the page promises: a JSON parser, RFC 8785, SHA-256 and Ed25519 are enough."""
    verify = {device["id"]: device["verify_key"] for device in load("directory.json")["payload"]["devices"]}

    def raw(part: str) -> bytes:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

    for item in load("chain.json"):
        head, body, signature = item["jws"].split(".")
        header = json.loads(raw(head))
        Ed25519PublicKey.from_public_bytes(raw(verify[header["kid"]])).verify(raw(signature), f"{head}.{body}".encode())
        assert rfc8785.dumps(json.loads(raw(body))) == raw(body)


def test_the_blob_opens_for_both_devices() -> None:
    kept = load("blob.json")
    ref = BlobRef(
        kept["sha256"],
        kept["size"],
        "v",
        "application/pdf",
        "document",
        kept["cipher_sha256"],
        tuple(kept["keys"].items()),
    )
    for device, key in keys().items():
        if device != "admin":
            assert open_blob(base64.b64decode(kept["cipher"]), ref, key) == base64.b64decode(kept["plain"])


def test_the_letter_opens_for_its_reader_alone(directory: Directory) -> None:
    kept = load("letter.json")
    sealed = base64.b64decode(kept["sealed"])
    for device, key in keys().items():
        if device == kept["reader"]:
            assert open_letter(sealed, key) == kept["jws"]
            assert read_event(kept["jws"], directory).event.entity == directory.entity.id
        else:
            with pytest.raises(OfficeError, match=r"letter\.not_for_us"):
                open_letter(sealed, key)
    with pytest.raises(OfficeError, match=r"letter\."):
        open_letter(sealed[:-1], keys()[kept["reader"]])
