"""A copy that was second gets a key of its own: drafts stay, what never left is kept apart, and the office goes on with both PCs."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.cli.application import run
from desktop.operations import copies, join, rejoin, synchronise
from desktop.operations.copies import CopyState
from desktop.practice.people import AUTHOR, CHIEF
from desktop.storage.opening import open_storage
from desktop.store.desk import DeskStore
from desktop.store.own_line import COPY
from desktop.words import words
from signing.errors import SigningCancelled
from tests.fixtures.office import FINANCE, PLANNING, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")


@pytest.fixture
def cloned(founded: TestOffice, tmp_path: Path) -> TestOffice:
    """An office whose planning desk has a clone, ``clon``, that was second at the exchange with one frozen document."""
    office = founded.copy(tmp_path / "oficina")
    synchronise.synchronise(office.desk(PLANNING))
    office.close()
    shutil.copytree(office.desk_home(PLANNING), office.desk_home("clon"))
    clone = office.desk("clon", AUTHOR)
    synchronise.synchronise(clone)
    office.frozen(office.desk(PLANNING), subject="El primero")
    office.frozen(clone, subject="Nunca salió")
    synchronise.synchronise(office.opened[1])
    with refused("desk.cloned"):
        synchronise.synchronise(clone)
    return office


def test_a_clone_is_admitted_anew_and_both_go_on(cloned: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office = cloned
    clone = office.opened[0]
    assert {one.subject for one in copies.held_back(clone)} == {"Nunca salió"}
    drafts = [draft.id for draft in clone.store.drafts()]
    old, exchange = clone.key.id, open_storage(f"folder:{office.exchange}")
    office.close()
    pins = iter([office.tokens.pin(AUTHOR), office.tokens.pin(CHIEF)])
    home = office.desk_home("clon")
    device = rejoin.ask_anew(home, pin=lambda _token, _certificate: next(pins), exchange=exchange)
    assert device != old
    kept = [json.loads(path.read_text("utf-8")) for path in home.glob("no-enviados-*.json")]
    assert {row["kind"] for row in kept[0]} >= {"document.drafted", "document.frozen"}
    directory = join.admit_all(office.home / "entidad", exchange, now=datetime.now(UTC))
    assert directory.device(device).unit == directory.device(old).unit
    join.enter(home)
    clone = office.desk("clon", AUTHOR)
    assert copies.state(clone) is CopyState.NONE
    assert clone.key.id == device
    assert [draft.id for draft in clone.store.drafts()] == drafts
    assert "Nunca salió" not in [view.subject for view in clone.store.documents()]
    again = office.frozen(clone, subject="Otra vez")
    first = office.desk(PLANNING)
    for desk in (clone, first, clone):
        synchronise.synchronise(desk)
    assert first.store.document(again).subject == "Otra vez"
    assert {view.subject for view in clone.store.documents()} == {"El primero", "Otra vez"}
    cites = [view.cite for view in first.store.documents()]
    assert len(set(cites)) == len(cites)


def test_died_half_way_it_is_taken_up_again(cloned: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office = cloned
    office.close()
    home = office.desk_home("clon")
    pins = iter([office.tokens.pin(AUTHOR), office.tokens.pin(CHIEF)])

    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    exchange = open_storage(f"folder:{office.exchange}")
    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(rejoin, "_begin_anew", die)
        rejoin.ask_anew(home, pin=lambda _token, _certificate: next(pins), exchange=exchange)
    with DeskStore.open(home, now=datetime.now(UTC)) as store:
        assert store.setting(COPY) == "cloned"  # it still may not act
    device = rejoin.ask_anew(home, pin=None)
    with DeskStore.open(home, now=datetime.now(UTC)) as store:
        assert store.setting(COPY) == ""
    assert json.loads((home / "desk.json").read_text("utf-8"))["device"] == device


def test_where_the_token_does_not_sign_nothing_changed(cloned: TestOffice) -> None:
    office = cloned
    office.close()
    home = office.desk_home("clon")
    before = (home / "desk.json").read_bytes()

    def cancel(_token: object, _certificate: object) -> str:
        raise SigningCancelled

    with pytest.raises(SigningCancelled):
        rejoin.ask_anew(home, pin=cancel, exchange=open_storage(f"folder:{office.exchange}"))
    assert (home / "desk.json").read_bytes() == before
    assert list(home.glob("no-enviados-*")) == []


def test_a_desk_that_is_no_copy_keeps_its_key(founded: TestOffice, tmp_path: Path) -> None:
    office = founded.copy(tmp_path / "oficina")
    with refused("desk.no_copy"):
        rejoin.ask_anew(office.desk_home(FINANCE), pin=None)


def test_status_tells_it_in_words_and_lists_what_never_left(
    cloned: TestOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    office = cloned
    office.close()
    home = str(office.desk_home("clon"))
    assert run(["desk", "status", "--home", home]) == 0
    told = capsys.readouterr()
    assert words("desk.cloned", "es", {"count": 1}).what in told.err
    assert "Nunca salió" in told.err
    assert run(["desk", "status", "--json", "--home", home]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["copy"] == "cloned"
    assert {row["subject"] for row in answer["held_back"]} == {"Nunca salió"}
    assert run(["sync", "--home", home]) == 66
    assert words("desk.cloned", "es", {}).what in capsys.readouterr().err
