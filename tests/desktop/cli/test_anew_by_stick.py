"""desk anew --stick: a desk without a line whose copy may not act asks for a new admission by whoever travels, and acts again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.operations import join, pouch_join
from desktop.operations.acts import record
from desktop.operations.desk import Desk
from desktop.practice.people import AUTHOR, CHIEF
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import DeskStore
from desktop.store.own_line import COPY
from desktop.sync.device import DeviceKey, choose_vault
from desktop.sync.directory import publish
from desktop.sync.envelopes import canonical, digest_of, payload_of, seal_payload
from desktop.sync.keys import request_key
from desktop.sync.pouch import Bundle, Manifest, find_bundles, folder_name
from desktop.words import words
from tests.desktop.cli.conftest import Qillqa
from tests.fixtures.damage import flipped
from tests.fixtures.office import FINANCE, PLANNING, TestOffice, count_as_newest

pytestmark = pytest.mark.xdist_group("office")
COPIED = "repuesto"


def act(desk: Desk, document: str, subject: str) -> str:
    with desk.store.act() as inside:
        body = {"kind": "informe", "subject": subject}
        return record(desk, inside, EventKind.DRAFTED, document=document, actor=desk.acting(), body=body).digest


def cut_line(office: TestOffice, name: str) -> None:
    path = office.desk_home(name) / "desk.json"
    path.write_text(
        json.dumps({**json.loads(path.read_text("utf-8")), "exchange": f"folder:{office.home / 'no-hay'}"}), "utf-8"
    )


@pytest.fixture
def office(founded: TestOffice, tmp_path: Path) -> Iterator[TestOffice]:
    """Planning works without a line; ``repuesto`` is a copy of its PC, and has learnt by stick that the other one acted."""
    made = founded.copy(tmp_path / "oficina")
    invitation = made.home / "entidad" / "invitacion.json"
    invitation.write_text(invitation.read_text("utf-8").replace(str(founded.exchange), str(made.exchange)), "utf-8")
    cut_line(made, PLANNING)
    shutil.copytree(made.desk_home(PLANNING), made.desk_home(COPIED))
    made.desk(COPIED, AUTHOR)
    made.close()
    count_as_newest(made.desk_home(COPIED))  # as a snapshot of the machine: nothing here can tell
    yield made
    made.close()


def part(office: TestOffice, qillqa: Qillqa, stick: Path) -> str:
    """The first PC's act goes by stick; the copy makes another one, reads that stick, and is a copy from then on. Gives its draft."""
    stick.mkdir()
    act(office.desk(PLANNING), "doc-1", "El primero")
    copy = office.desk(COPIED, AUTHOR)
    act(copy, "doc-2", "Nunca salió ñ")
    draft = office.draft(copy, subject="Borrador")
    office.close()
    assert qillqa("pouch", "write", stick, "--home", office.desk_home(PLANNING)).status == 0
    assert qillqa("pouch", "relay", stick, "--home", office.desk_home(FINANCE)).status == 0
    assert qillqa("pouch", "read", stick, "--home", office.desk_home(COPIED)).status == 0
    return draft


def pins(office: TestOffice) -> str:
    return f"{office.tokens.pin(AUTHOR)}\n{office.tokens.pin(CHIEF)}\n"


def finished(stick: Path) -> list[str]:
    return [one.folder for one in find_bundles(pouch_join.open_stick(stick)) if one.finished]


def test_asked_for_by_stick_admitted_and_brought_back_by_stick(
    office: TestOffice, qillqa: Qillqa, tmp_path: Path
) -> None:
    first, lost, stick = tmp_path / "primera", tmp_path / "perdida", tmp_path / "memoria"
    draft = part(office, qillqa, first)
    lost.mkdir()
    stick.mkdir()
    home, carrier, entity = (
        ("--home", office.desk_home(COPIED)),
        ("--home", office.desk_home(FINANCE)),
        office.home / "entidad",
    )
    told = qillqa("desk", "status", *home)
    assert "qillqa desk anew --stick" in told.err

    asked = qillqa("desk", "anew", "--stick", lost, "--pin-stdin", *home, "--json", stdin=pins(office))
    assert asked.status == 0, asked.err
    device = asked.json["device"]
    assert [(one["document"], one["subject"]) for one in asked.json["unsent"]] == [("doc-2", "Nunca salió ñ")]
    assert asked.json["waiting"] == 1  # that of the first PC, which came by stick: it may go on from here as well
    assert "Nunca salió" in next(office.desk_home(COPIED).glob("no-enviados-*.json")).read_text("utf-8")
    again = qillqa("desk", "anew", "--stick", stick, *home)  # the first stick was lost: the same request, and no token
    assert (again.status, "Nunca salió ñ" in again.out) == (0, True)
    assert finished(stick) == finished(lost) == [folder_name(device, 0)]
    early = qillqa("pouch", "enter", stick, *home)
    assert (early.status, early.err.startswith("El directorio que trae la memoria")) == (66, True)

    assert qillqa("pouch", "relay", stick, *carrier, "--json").json["put"] == 2  # one for each official
    assert qillqa("pouch", "relay", lost, *carrier, "--json").json["put"] == 0  # it was found again
    admitted = qillqa("entity", "admit", "--home", entity, "--json").json
    assert (admitted["admitted"], admitted["refused"]) == ([device], [])
    replayed = qillqa("pouch", "relay", stick, *carrier, "--json").json
    assert (replayed["put"], replayed["problems"]) == (0, [])
    assert qillqa("entity", "admit", "--home", entity, "--json").json["admitted"] == []
    entered = qillqa("pouch", "enter", stick, *home, "--json")
    assert (entered.status, entered.json["directory"]) == (0, admitted["directory"])

    desk = office.desk(COPIED, AUTHOR)
    assert desk.key.id == device
    assert [one.id for one in desk.store.drafts()] == [draft]
    assert {view.subject for view in desk.store.documents()} == {"El primero"}
    digest = act(desk, "doc-3", "Otra vez")
    office.close()
    assert qillqa("pouch", "write", stick, *home).status == 0
    assert qillqa("pouch", "relay", stick, *carrier).status == 0
    assert qillqa("pouch", "write", first, "--home", office.desk_home(PLANNING)).status == 0
    assert qillqa("pouch", "relay", first, *carrier).status == 0
    assert qillqa("pouch", "read", first, "--home", office.desk_home(PLANNING)).status == 0
    other = office.desk(PLANNING)
    found = other.store.event(digest)
    assert found is not None
    assert found.event.device == device
    assert {view.subject for view in other.store.documents()} == {"El primero", "Otra vez"}
    assert qillqa("desk", "anew", "--stick", stick, *home, "--json").json["error"]["code"] == "desk.no_copy"


def test_what_no_other_line_contradicts_still_goes_under_the_key_that_signed_it(
    office: TestOffice, qillqa: Qillqa, tmp_path: Path
) -> None:
    """A desk put back from its backup: its outbox may have left or not; the same bytes again cost nothing, doing it again would."""
    stick = tmp_path / "memoria"
    stick.mkdir()
    home, carrier = ("--home", office.desk_home(COPIED)), ("--home", office.desk_home(FINANCE))
    old = act(office.desk(COPIED, AUTHOR), "doc-1", "Esperaba")
    office.close()
    with DeskStore.open(office.desk_home(COPIED), now=datetime.now(UTC)) as store:
        store.set_setting(COPY, "restored")
    asked = qillqa("desk", "anew", "--stick", stick, "--pin-stdin", *home, "--json", stdin=pins(office)).json
    assert (asked["unsent"], asked["waiting"]) == ([], 1)
    qillqa("pouch", "relay", stick, *carrier)
    qillqa("entity", "admit", "--home", office.home / "entidad")
    qillqa("pouch", "relay", stick, *carrier)
    assert qillqa("pouch", "enter", stick, *home).status == 0
    assert qillqa("pouch", "write", stick, *home).status == 0
    other = tmp_path / "otra"
    other.mkdir()
    qillqa("pouch", "relay", stick, *carrier)
    qillqa("pouch", "write", other, "--home", office.desk_home(PLANNING))
    qillqa("pouch", "relay", other, *carrier)
    qillqa("pouch", "read", other, "--home", office.desk_home(PLANNING))
    qillqa("pouch", "write", other, "--home", office.desk_home(PLANNING))
    qillqa("pouch", "relay", other, *carrier)
    assert office.desk(PLANNING).store.event(old) is not None
    office.close()
    qillqa("pouch", "write", stick, *home)
    qillqa("pouch", "relay", stick, *carrier)
    qillqa("pouch", "read", stick, *home)
    assert qillqa("pouch", "status", *home, "--json").json["waiting"] == 0


# -- bad input


def test_a_stick_of_another_entity_is_refused_before_any_token_is_asked(
    office: TestOffice, qillqa: Qillqa, tmp_path: Path
) -> None:
    stick, home = tmp_path / "memoria", office.desk_home(COPIED)
    part(office, qillqa, tmp_path / "primera")
    stick.mkdir()
    thief = DeviceKey.generate("device-x")
    opened = pouch_join.open_stick(stick)
    Bundle(opened, folder_name(thief.id, 1)).finish(Manifest("OTRA", thief.id, "u", 1, (), 0, ()), thief)
    before = (home / "desk.json").read_bytes()
    for command in (("desk", "anew", "--stick", stick), ("pouch", "enter", stick)):
        answer = qillqa(*command, "--home", home)
        assert (answer.status, answer.err.splitlines()[0]) == (
            66,
            words("pouch.foreign_entity", "es", {"device": "device-x"}).what,
        )
    assert (home / "desk.json").read_bytes() == before


def test_an_altered_request_is_told_and_a_forged_one_stops_nobody(
    office: TestOffice, qillqa: Qillqa, tmp_path: Path
) -> None:
    stick, home, carrier = tmp_path / "memoria", office.desk_home(COPIED), office.desk_home(FINANCE)
    part(office, qillqa, tmp_path / "primera")
    stick.mkdir()
    device = qillqa("desk", "anew", "--stick", stick, "--pin-stdin", "--home", home, "--json", stdin=pins(office)).json[
        "device"
    ]
    whole = {path: path.read_bytes() for path in (stick / folder_name(device, 0) / "objects").iterdir()}
    for path, data in whole.items():
        path.write_bytes(flipped(data))
    answer = qillqa("pouch", "relay", stick, "--home", carrier)
    assert answer.err.startswith(words("pouch.request_damaged", "es", {"device": device}).what)
    assert qillqa("entity", "admit", "--home", office.home / "entidad", "--json").json["admitted"] == []

    payload = json.loads(payload_of(next(iter(whole.values())).decode("ascii")))
    thief = DeviceKey.generate("device-x")
    payload |= {"device": thief.id, "verify_key": thief.public()[0], "age_recipient": thief.public()[1]}
    forged = seal_payload(canonical(payload), thief, "JOSE")
    entity = payload["entity"]
    theirs = Bundle(pouch_join.open_stick(stick), folder_name(thief.id, 0))
    theirs.put_if_absent(request_key(entity, digest_of(forged)), forged.encode("ascii"))
    theirs.finish(Manifest(entity, thief.id, "u", 0, (), 0, theirs.items), thief)
    assert qillqa("desk", "anew", "--stick", stick, "--home", home).status == 0  # the same command puts it right
    assert qillqa("pouch", "relay", stick, "--home", carrier, "--json").json["put"] == 3
    admitted = qillqa("entity", "admit", "--home", office.home / "entidad", "--json").json
    assert admitted["admitted"] == [device]
    assert len(admitted["refused"]) == 1
    assert qillqa("entity", "admit", "--home", office.home / "entidad").err


def test_an_admission_of_another_device_or_of_another_key_is_told(
    office: TestOffice, qillqa: Qillqa, tmp_path: Path
) -> None:
    stick, home = tmp_path / "memoria", office.desk_home(COPIED)
    part(office, qillqa, tmp_path / "primera")
    stick.mkdir()
    device = qillqa("desk", "anew", "--stick", stick, "--pin-stdin", "--home", home, "--json", stdin=pins(office)).json[
        "device"
    ]
    _, exchange, directory = join.open_entity(office.home / "entidad")
    admin = choose_vault(office.home / "entidad").load(join.ADMIN)
    stranger = DeviceKey.generate("device-x")
    row = replace(
        directory.devices[0], id=stranger.id, verify_key=stranger.public()[0], age_recipient=stranger.public()[1]
    )
    another = replace(row, id=device, verify_key=DeviceKey.generate("y").public()[0])
    for admitted, code in ((row, "pouch.not_admitted"), (another, "desk.other_key")):
        directory = replace(directory, number=directory.number + 1, devices=(*directory.devices, admitted))
        publish(exchange, directory, admin)
        qillqa("pouch", "relay", stick, "--home", office.desk_home(FINANCE))
        answer = qillqa("pouch", "enter", stick, "--home", home, "--json")
        assert answer.json["error"]["code"] == code
        assert words(code, "es", answer.json["error"].get("facts", {})).do


@pytest.mark.parametrize("die_at", range(4))
def test_a_stick_pulled_out_leaves_the_desk_as_it_was(
    office: TestOffice, qillqa: Qillqa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, die_at: int
) -> None:
    stick, home = tmp_path / "memoria", office.desk_home(COPIED)
    part(office, qillqa, tmp_path / "primera")
    stick.mkdir()
    before = (home / "desk.json").read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(pouch_join, "open_stick", pulled_out(pouch_join.open_stick, die_at))
        answer = qillqa("desk", "anew", "--stick", stick, "--pin-stdin", "--home", home, "--json", stdin=pins(office))
    if die_at < 3:  # two requests and the manifest
        assert answer.json["error"]["code"] == "storage.unreachable"
        assert (home / "desk.json").read_bytes() == before
        assert finished(stick) == []
        assert list(home.glob("no-enviados-*")) == []
        if any(stick.iterdir()):
            assert qillqa("pouch", "enter", stick, "--home", home, "--json").json["error"]["code"] == "pouch.unfinished"
        else:
            assert qillqa("pouch", "enter", stick, "--home", home, "--json").json["error"]["code"] == "pouch.none"
        answer = qillqa("desk", "anew", "--stick", stick, "--pin-stdin", "--home", home, "--json", stdin=pins(office))
    assert answer.status == 0
    assert finished(stick) == [folder_name(answer.json["device"], 0)]


def test_no_stick_is_told(office: TestOffice, qillqa: Qillqa, tmp_path: Path) -> None:
    answer = qillqa("desk", "anew", "--stick", tmp_path / "no", "--home", office.desk_home(COPIED))
    assert (answer.status, answer.err.startswith("No está la memoria")) == (66, True)


def pulled_out(open_stick: Callable[[Path], ObjectStore], die_at: int) -> Callable[[Path], ObjectStore]:
    """A stick that is gone before the ``die_at``-th file is written."""

    def opened(path: Path) -> ObjectStore:
        stick = open_stick(path)
        put, count = stick.put_if_absent, iter(range(die_at))

        def writing(key: str, data: bytes) -> bool:
            if next(count, None) is None:
                raise OfficeError("storage.unreachable", url=stick.url, reason="gone")
            return put(key, data)

        stick.put_if_absent = writing  # type: ignore[method-assign]
        return stick

    return opened
