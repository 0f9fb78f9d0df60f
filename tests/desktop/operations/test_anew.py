"""A new admission asked for by an open desk, as the window asks: real tokens and sticks; the desk goes on under its new key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import pytest

from desktop.operations import anew, copies, join, pouch_join, synchronise
from desktop.operations.desk import Desk
from desktop.operations.readmission import Standing
from desktop.operations.settings import load_settings
from desktop.practice.people import AUTHOR, CHIEF
from desktop.records.errors import OfficeError
from desktop.storage.opening import open_storage
from desktop.ui.pouch.binding import BoundPouch
from signing.errors import SigningCancelled
from tests.desktop.cli.conftest import Qillqa
from tests.desktop.cli.conftest import qillqa as qillqa
from tests.desktop.cli.test_anew_by_stick import COPIED, act, part, pulled_out
from tests.desktop.cli.test_anew_by_stick import office as office
from tests.fixtures.office import FINANCE, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    made = tmp_path / "memoria"
    made.mkdir()
    return made


@pytest.fixture
def copy(office: TestOffice, qillqa: Qillqa, tmp_path: Path) -> Desk:
    """The open desk of a copy that has learnt by stick that the other PC acted."""
    part(office, qillqa, tmp_path / "primera")
    return office.desk(COPIED, AUTHOR)


def pins(office: TestOffice) -> Iterator[str]:
    return iter([office.tokens.pin(AUTHOR), office.tokens.pin(CHIEF)])


def _nothing(_done: int, _total: int, _name: str) -> None:
    """No progress is looked at."""


def test_the_open_desk_acts_under_its_new_key_when_the_answer_was_read(
    office: TestOffice, qillqa: Qillqa, copy: Desk, stick: Path
) -> None:  # fmt: skip
    window, given, old = BoundPouch(copy, Lock()), pins(office), copy.key.id
    assert window.read().anew == Standing.COPY
    asked = window.ask_anew(stick, lambda _token, _certificate: next(given), _nothing)
    assert (asked.unsent, asked.waiting) == (("Nunca salió ñ",), 1)
    assert copy.key.id == load_settings(copy.home).device != old
    assert window.read().anew == Standing.ON_STICK
    told = copies.notice(copy)
    assert told is not None
    assert told.code == "desk.waits_admission"
    with pytest.raises(OfficeError):
        act(copy, "doc-3", "Todavía no")
    other = stick.with_name("otra")
    other.mkdir()
    window.ask_anew(other, None, _nothing)  # type: ignore[arg-type]  # the same request, and no token

    early = window.take(stick, _nothing)
    assert "pouch.not_admitted" in {code for code, _ in early.problems}
    carrier = ("--home", office.desk_home(FINANCE))
    assert qillqa("pouch", "relay", other, *carrier).status == 0
    assert qillqa("entity", "admit", "--home", office.home / "entidad").status == 0
    assert qillqa("pouch", "relay", other, *carrier).status == 0
    came = window.take(other, _nothing)
    assert "pouch.not_admitted" not in {code for code, _ in came.problems}
    assert window.read().anew == Standing.NONE
    assert copies.notice(copy) is None
    act(copy, "doc-3", "Otra vez")
    assert copy.store.device_seq(copy.key.id) == 1


def test_asked_for_by_the_line(office: TestOffice, copy: Desk) -> None:
    exchange, given = open_storage(f"folder:{office.exchange}"), pins(office)
    copy.exchange = lambda: exchange
    window = BoundPouch(copy, Lock())
    asked = window.ask_anew(None, lambda _token, _certificate: next(given), _nothing)
    assert asked.by_line
    assert window.read().anew == Standing.BY_LINE
    join.admit_all(office.home / "entidad", exchange, now=datetime.now(UTC))
    synchronise.synchronise(copy)
    assert window.read().anew == Standing.NONE
    act(copy, "doc-3", "Otra vez")


def test_where_it_fails_the_desk_stays_a_copy_with_the_key_that_it_had(
    office: TestOffice, copy: Desk, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    old, given = copy.key.id, pins(office)

    def declined(_token: object, _certificate: object) -> str:
        raise SigningCancelled

    with pytest.raises(SigningCancelled):
        anew.ask(copy, pin=declined, stick=stick)
    assert (copy.key.id, anew.standing(copy)) == (old, Standing.COPY)
    with monkeypatch.context() as patched:
        patched.setattr(pouch_join, "open_stick", pulled_out(pouch_join.open_stick, 1))
        with refused("storage.unreachable"):
            anew.ask(copy, pin=lambda _token, _certificate: next(given), stick=stick)
    assert (copy.key.id, load_settings(copy.home).device, anew.standing(copy)) == (old, old, Standing.COPY)
    with refused(copies.REFUSAL[copies.state(copy)]):
        act(copy, "doc-3", "No")


def test_what_is_signed_first_after_it_bears_the_new_key(
    office: TestOffice, copy: Desk, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """From another thread, as soon as the desk is no copy any more: the key that two have signs nothing."""
    old, given, seen = copy.key.id, pins(office), []
    begin = anew.rejoin._begin_anew

    def watched(*args: object) -> None:
        seen.append(copy.key.id)
        begin(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(anew.rejoin, "_begin_anew", watched)
    anew.ask(copy, pin=lambda _token, _certificate: next(given), stick=stick)
    assert seen == [copy.key.id]
    assert old not in seen
