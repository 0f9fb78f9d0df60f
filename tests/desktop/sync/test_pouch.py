"""The pouch's papers by themselves: the published vectors, what is no manifest, what may travel, letters as a mailbox."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.errors import OfficeError
from desktop.records.people import Directory
from desktop.storage import open_storage
from desktop.storage.protocol import ObjectStore
from desktop.sync.acks import ACK, peek_ack, read_ack_paper
from desktop.sync.device import DeviceKey
from desktop.sync.directory import DirectoryPins, read_directory
from desktop.sync.envelopes import canonical, seal_payload
from desktop.sync.keys import Letter, Mail, head_key, mail_prefix
from desktop.sync.letters import seal_letter
from desktop.sync.pouch import POUCH, Bundle, find_bundles, is_object, pack_needs, read_bundle, read_needs, travels
from desktop.sync.pouch_read import Opened
from tests.desktop.sync.exchanges import Counting
from tests.desktop.sync.office import ENTITY, Office
from tests.vectors import make_pouch

VECTOR = json.loads((make_pouch.FOLDER / "pouch.json").read_text(encoding="utf-8"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def directory() -> Directory:
    kept = make_pouch.load("directory.json")
    return read_directory(kept["jws"], DirectoryPins(kept["admin_key"]))


@pytest.fixture
def stick(tmp_path: Path) -> ObjectStore:
    return open_storage(f"folder:{tmp_path / 'stick'}", create=True)


def lay(stick: ObjectStore, folder: str, manifest: str) -> None:
    stick.put(f"{folder}/manifest.jws", manifest.encode("ascii"))


def test_the_vector_is_written_again_to_the_byte_and_read(stick: ObjectStore, directory: Directory) -> None:
    assert make_pouch.make() == VECTOR
    lay(stick, VECTOR["folder"], VECTOR["manifest"])
    for name, data in VECTOR["objects"].items():
        stick.put(f"{VECTOR['folder']}/objects/{name}", base64.b64decode(data))
    (found,) = find_bundles(stick)
    sealed, bundle = read_bundle(stick, found.folder)
    sealed.require_known(directory)
    assert json.loads(sealed.manifest.to_payload()) == VECTOR["payload"]
    assert {item.key for item in bundle.items} == {row[0] for row in VECTOR["payload"]["objects"]}
    acked = read_ack_paper(bundle.get(VECTOR["ack"]["key"]), directory)
    assert dict(acked.seen) == VECTOR["ack"]["seen"]
    reader = next(key for key in make_pouch.devices() if key.id == VECTOR["letter"]["reader"])
    opened = Opened(bundle, reader, directory.entity.id, [directory.device(reader.id).unit], {})
    (entry,) = opened.list(mail_prefix(directory.entity.id, directory.device(reader.id).unit))
    assert VECTOR["letter"]["event"] in entry.key


@pytest.mark.parametrize("case", VECTOR["refused"], ids=lambda case: f"{case['code']}: {case['why']}")
def test_what_must_be_refused_is(stick: ObjectStore, directory: Directory, case: dict[str, str]) -> None:
    lay(stick, case["folder"], case["manifest"])
    with pytest.raises(OfficeError) as caught:
        read_bundle(stick, case["folder"])[0].require_known(directory)
    assert caught.value.code == case["code"]


@given(JSON, st.sampled_from(["", "objects", "units", "number", "v", "directory", "device", "entity"]))
def test_no_manifest_and_no_acknowledgement_is_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, value: Any, member: str
) -> None:
    key = make_pouch.devices()[0]
    payload = {**VECTOR["payload"], member: value} if member else value
    stick = open_storage(f"folder:{tmp_path_factory.mktemp('stick')}", create=True)
    lay(stick, VECTOR["folder"], seal_payload(canonical(payload), key, POUCH))
    assert _code(lambda: read_bundle(stick, VECTOR["folder"])) in {"", "pouch.damaged", "pouch.newer_format"}
    good = {"v": 1, "type": "qillqa-ack", "entity": "e", "unit": "u", "device": "d", "seen": {}}
    body = {**good, {"objects": "seen"}.get(member, member): value} if member else value
    assert _code(lambda: peek_ack(seal_payload(canonical(body), key, ACK))) in {"", "pouch.ack_refused"}


def _code(act: Callable[[], object]) -> str:
    try:
        act()
    except OfficeError as error:
        return error.code
    return ""


@given(JSON | st.binary(max_size=40))
def test_needs_are_digests_or_nothing(value: Any) -> None:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    assert all(is_object(one) for one in read_needs(data))
    assert read_needs(pack_needs(["ab" * 32, "ab" * 32])) == ["ab" * 32]


@pytest.mark.parametrize("make", [
    lambda d: f"pouch/{ENTITY}/u/d/0000000001-{d}.age",
    lambda d: f"blobs/{d}",
    lambda d: f"blobs/{'0' * 64}.d/000000-{d}",
    lambda d: f"directory/{ENTITY}/0000000001-{d}.jws",
    lambda d: f"directory/{ENTITY}/requests/{d}.jws",
])  # fmt: skip
def test_what_names_a_digest_must_have_it(make: Callable[[str], str]) -> None:
    assert travels(make("a" * 64), ENTITY, "a" * 64)
    assert not travels(make("a" * 64), ENTITY, "b" * 64)
    assert not travels("x" + make("a" * 64), ENTITY, "a" * 64)


def test_letters_are_shown_as_a_mailbox_and_only_once(stick: ObjectStore, office: Office) -> None:
    bundle, key = Bundle(stick, "SOBRE-device-a-00001"), office.key_b

    _put(bundle, 1, "a.b.c", key)
    _put(bundle, 2, "d.e.f", key)
    _put(bundle, 3, "g.h.i", DeviceKey.generate("other"))
    watched = Counting(bundle)
    opened = Opened(watched, key, ENTITY, ["unit-b"], {"unit-b": {"device-a": 1}})
    assert (opened.letters, opened.senders) == (3, {"device-a"})
    assert [code for code, _ in opened.problems] == ["letter.not_for_us"]
    assert sum(name == "get" for name, _ in watched.calls) == 2, "what is behind the cursor is not opened again"
    (entry,) = opened.list(mail_prefix(ENTITY, "unit-b", "device-a"))
    assert opened.get(entry.key) == b"d.e.f"
    assert opened.get(head_key(ENTITY, "unit-b", "device-a")) == b"2"
    assert list(opened.list(mail_prefix(ENTITY, "unit-a"))) == []
    assert opened.head(Mail(ENTITY, "unit-b", "device-a", 1, "0" * 64).key) is None


def _put(bundle: Bundle, seq: int, jws: str, to: DeviceKey) -> None:

    data = seal_letter(jws, [(to.id, to.public()[1])])
    bundle.put(Letter(ENTITY, "unit-b", "device-a", seq, hashlib.sha256(data).hexdigest()).pouch_key, data)
