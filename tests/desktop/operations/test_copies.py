"""Copies of a desk: put back from yesterday, or two that work with one key. Real stores, a real exchange, no two acts under one number."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import timedelta

import pytest

from desktop.operations import copies, raising, synchronise
from desktop.operations.acts import record
from desktop.operations.copies import CopyState
from desktop.records.documents import AccessClass
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.store import own_line
from desktop.sync.device import DeviceKey
from desktop.sync.keys import head_key
from desktop.sync.push import push
from tests.desktop.operations.copied_house import RUBBISH, House, act, cloned, close, yesterday
from tests.desktop.sync.exchanges import Counting, Killed
from tests.desktop.sync.office import ENTITY
from tests.fixtures.office import refused


def test_a_desk_of_its_own_is_no_copy(house: House) -> None:
    desk = house.desk("home")
    assert copies.state(desk) is CopyState.NONE
    assert copies.notice(desk) is None
    copies.require_may_act(desk)
    act(desk, "doc-1")
    assert synchronise.synchronise(desk).problems == ()
    assert copies.state(desk) is CopyState.NONE


def test_a_home_put_back_reads_and_drafts_but_signs_nothing_until_it_has_synchronised(house: House) -> None:
    yesterday(house)
    house.put_back("copy", "home")
    desk = house.desk("home")
    assert copies.state(desk) is CopyState.RESTORED
    told = copies.notice(desk)
    assert told is not None
    assert told.code == "desk.copy_must_sync"
    with refused("desk.copy_must_sync"):
        act(desk, "doc-3")
    assert desk.store.document("doc-1").subject == "Asunto doc-1"
    assert desk.store.device_seq(desk.key.id) == 1  # nothing of the refused act stayed
    outcome = synchronise.synchronise(desk)
    assert [code for code, _ in outcome.problems] == ["desk.copy_caught_up"]
    assert copies.state(desk) is CopyState.NONE
    assert desk.store.document("doc-2").subject == "Asunto doc-2"
    act(desk, "doc-3")
    synchronise.synchronise(desk)
    house.require_one_line()
    assert sorted(seq for _, seq, _ in house.events_in_the_exchange()) == [1, 2, 3]


def test_that_it_is_a_copy_outlives_closing_and_opening(house: House) -> None:
    yesterday(house)
    house.put_back("copy", "home")
    close(house.desk("home"))
    desk = house.desk("home")
    assert copies.state(desk) is CopyState.RESTORED
    with refused("desk.copy_must_sync"):
        act(desk, "doc-3")


def test_without_a_line_a_copy_stays_one(house: House) -> None:
    yesterday(house)
    house.put_back("copy", "home")
    away = Counting(house.exchange)
    desk = house.desk("home", exchange=away)

    def unreachable(*_: object, **__: object) -> None:
        raise OfficeError("storage.unreachable", url="x", reason="test")

    away.list = unreachable  # type: ignore[assignment, method-assign]
    with refused("storage.unreachable"):
        synchronise.synchronise(desk)
    assert copies.state(desk) is CopyState.RESTORED


def test_a_snapshot_of_the_machine_is_known_by_the_exchange_before_anything_goes_out(house: House) -> None:
    """The same files with older bytes; the copy acts without a line, and then learns that its number is taken."""
    yesterday(house)
    house.overwrite("copy", "home")
    desk = house.desk("home")
    assert copies.state(desk) is CopyState.NONE  # nothing here can tell
    parallel = act(desk, "doc-3")
    with refused("desk.cloned"):
        synchronise.synchronise(desk)
    assert copies.state(desk) is CopyState.CLONED
    house.require_one_line()
    assert parallel not in {digest for _, _, digest in house.events_in_the_exchange()}
    assert [(one.document, one.kind, one.subject) for one in copies.held_back(desk)] == [
        ("doc-3", "document.drafted", "Asunto doc-3")
    ]
    with refused("desk.cloned"):
        act(desk, "doc-4")
    with refused("desk.cloned"):
        synchronise.synchronise(desk)
    assert [row.key for row in desk.store.outbox(100) if row.event == parallel] == []


def test_a_snapshot_of_the_machine_that_did_nothing_yet_catches_up(house: House) -> None:
    yesterday(house)
    house.overwrite("copy", "home")
    desk = house.desk("home")
    synchronise.synchronise(desk)
    assert copies.state(desk) is CopyState.NONE
    act(desk, "doc-3")
    synchronise.synchronise(desk)
    house.require_one_line()


def test_of_two_copies_the_one_that_is_second_at_the_exchange_stops_and_the_first_goes_on(house: House) -> None:
    clone, first = cloned(house)
    synchronise.synchronise(clone)  # it is the newest: it may act
    act(first, "doc-2")
    late = act(clone, "doc-3")
    synchronise.synchronise(first)
    with refused("desk.cloned"):
        synchronise.synchronise(clone)
    assert copies.state(clone) is CopyState.CLONED
    assert [item.document for item in copies.held_back(clone)] == ["doc-3"]
    act(first, "doc-4")
    synchronise.synchronise(first)
    assert copies.state(first) is CopyState.NONE
    house.require_one_line()
    other = house.desk("other", house.other_key)
    synchronise.synchronise(other)
    assert other.store.event(late) is None
    assert {"doc-1", "doc-2", "doc-4"} == {view.id for view in other.store.documents()}


def test_what_the_lost_pc_had_not_sent_counts_for_nothing_when_it_comes_back(house: House) -> None:
    """The stolen PC turns up again: the restored copy has gone on, so the first one stops, whoever is older."""
    yesterday(house, unsent=True)
    shutil.copytree(house.folder / "copy", house.folder / "new pc")
    new = house.desk("new pc")
    synchronise.synchronise(new)
    act(new, "doc-5")
    synchronise.synchronise(new)
    old = house.desk("home")
    with refused("desk.cloned"):
        synchronise.synchronise(old)
    assert [item.document for item in copies.held_back(old)] == ["doc-2"]
    house.require_one_line()
    act(new, "doc-6")
    synchronise.synchronise(new)
    house.require_one_line()


def test_two_that_sent_at_one_moment_settle_it_alike(house: House) -> None:
    """Both looked before the other had written: the same one of them stops, whoever looks first."""
    clone, first = cloned(house)
    synchronise.synchronise(clone)
    digests = {act(first, "doc-2"): first, act(clone, "doc-3"): clone}
    for each in (first, clone):  # past the look, as it happens when both look at once
        push(each.store, house.exchange, now=house.tick())
    winner = digests[min(digests)]
    loser = digests[max(digests)]
    with refused("desk.cloned"):
        synchronise.synchronise(loser)
    synchronise.synchronise(winner)
    assert (copies.state(winner), copies.state(loser)) == (CopyState.NONE, CopyState.CLONED)
    assert copies.held_back(loser) == []  # it went, and others have it: there is nothing to do again


@pytest.mark.parametrize("die_at", range(14))
def test_a_death_on_the_way_lets_no_second_act_out(house: House, die_at: int) -> None:
    """Whatever dies while the clone learns of it: the next exchange stops it as well."""
    yesterday(house)
    house.overwrite("copy", "home")
    desk = house.desk("home", exchange=Counting(house.exchange, die_at=die_at))
    act(desk, "doc-3")
    with suppress(Killed, OfficeError):
        synchronise.synchronise(desk)
    close(desk)
    desk = house.desk("home")
    with refused("desk.cloned"):
        synchronise.synchronise(desk)
    house.require_one_line()


def test_a_forged_hint_and_foreign_files_stop_no_copy_for_ever(house: House) -> None:
    yesterday(house)
    house.put_back("copy", "home")
    house.exchange.put(head_key(ENTITY, "unit-a", house.key.id), b"999")
    house.exchange.put_if_absent(f"units/{ENTITY}/unit-a/in/{house.key.id}/0000000077-{'ab' * 32}.jws", RUBBISH)
    desk = house.desk("home")
    synchronise.synchronise(desk)
    assert copies.state(desk) is CopyState.NONE
    act(desk, "doc-3")
    synchronise.synchronise(desk)
    house.require_one_line()


def test_a_quiet_exchange_asks_for_nothing_more_and_a_sending_one_for_one_listing(house: House) -> None:
    watched = Counting(house.exchange)
    desk = house.desk("home", exchange=watched)
    act(desk, "doc-1")
    synchronise.synchronise(desk)
    own = ("list", f"units/{ENTITY}/unit-a/in/{house.key.id}/")
    watched.calls.clear()
    synchronise.synchronise(desk)
    assert own not in watched.calls
    act(desk, "doc-2")
    watched.calls.clear()
    synchronise.synchronise(desk)
    assert watched.calls.index(own) < next(n for n, (name, _) in enumerate(watched.calls) if name.startswith("put"))


def test_what_lies_there_is_read_once_although_no_exchange_comes_to_its_end(house: House) -> None:
    watched = Counting(house.exchange)
    desk = house.desk("home", exchange=watched)
    read: list[str] = []
    desk.store.event = lambda digest, ask=desk.store.event: read.append(digest) or ask(digest)  # type: ignore[method-assign,misc]
    for number in range(4):
        act(desk, f"doc-{number}")
        copies.before_push(desk, watched)
        push(desk.store, watched, now=house.tick())  # and the line breaks before the pull
    assert len(set(read)) == 3
    assert len(read) == 2 * 3  # twice in the exchange after its own, and in none that follows
    assert desk.store.mailbox_seq(house.key.id, "unit-a") == 3


def test_a_desk_rebuilt_from_the_exchange_may_act_when_it_has_everything(house: House) -> None:
    close(yesterday(house))
    shutil.rmtree(house.folder / "home")
    desk = house.desk("home")
    synchronise.synchronise(desk)
    assert copies.state(desk) is CopyState.NONE
    act(desk, "doc-3")
    synchronise.synchronise(desk)
    house.require_one_line()


@pytest.mark.parametrize("guard", ["require_may_act", "before_push"])
def test_without_the_guard_two_acts_bear_one_number(house: House, guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scenarios above, each with its guard taken out: the exchange then holds what nobody can take back."""
    yesterday(house)
    if guard == "require_may_act":
        monkeypatch.setattr("desktop.operations.acts.require_may_act", lambda *_: None)
        house.put_back("copy", "home")
    else:
        house.overwrite("copy", "home")
    monkeypatch.setattr(synchronise, "BEFORE_PUSH", ())
    monkeypatch.setattr(synchronise, "AFTER_PULL", ())
    desk = house.desk("home")
    act(desk, "doc-3")
    synchronise.synchronise(desk)
    with pytest.raises(AssertionError):
        house.require_one_line()


def test_the_tip_is_what_was_made_here_and_not_what_came(house: House) -> None:
    desk = house.desk("home")
    assert desk.store.setting(own_line.TIP) is None
    made = act(desk, "doc-1")
    assert desk.store.setting(own_line.TIP) == made
    other = house.desk("other", house.other_key)
    act(other, "doc-9")
    synchronise.synchronise(other)
    synchronise.synchronise(desk)
    assert desk.store.setting(own_line.TIP) == made


def test_nobody_hears_of_an_act_before_the_own_mailbox_has_it(house: House) -> None:
    """Else a copy put back after a death in between would act under a number that the other unit knows already."""
    own, theirs = f"units/{ENTITY}/unit-a/in/", f"units/{ENTITY}/unit-b/in/"
    watched = Counting(house.exchange, refuse=own)
    desk = house.desk("home", exchange=watched)
    with desk.store.act() as inside:
        body = {"kind": "informe", "subject": "Asunto"}
        record(
            desk, inside, EventKind.DRAFTED, document="doc-1", actor=desk.acting(), body=body, units=("unit-b", "unit-c")
        )  # fmt: skip
    assert "storage.denied" in [code for code, _ in synchronise.synchronise(desk).problems]
    assert list(house.exchange.list(theirs)) == []
    house.now += timedelta(hours=1)
    desk.exchange = lambda: house.exchange
    assert synchronise.synchronise(desk).problems == ()
    assert len(list(house.exchange.list(theirs))) == 1
    assert desk.store.outbox_counts().waiting == 0


def test_a_copy_spends_no_timestamp_and_lets_itself_be_synchronised(house: House) -> None:
    """``sync`` raises what is owed before it synchronises: refused there, a copy could never catch up."""
    yesterday(house)
    house.put_back("copy", "home")
    desk = house.desk("home")
    assert raising.raise_owed(desk).waits == "desk.copy_must_sync"
    synchronise.synchronise(desk)
    assert raising.raise_owed(desk).waits == ""


def test_of_two_copies_that_both_have_to_hand_on_the_second_asks_first(house: House) -> None:
    """What a desk signs by itself in an exchange that found nothing to send: letters for a PC that was admitted meanwhile."""
    desk = house.desk("home")
    act(desk, "doc-1", access=AccessClass.SECRET)
    synchronise.synchronise(desk)
    close(desk)
    house.copy("home", "copy")
    first, second = house.desk("home"), house.desk("copy")
    synchronise.synchronise(second)  # it is the newest: it may act
    house.admit(DeviceKey.generate("device-z"))
    synchronise.synchronise(first)
    synchronise.synchronise(second)
    assert copies.state(second) is CopyState.NONE
    act(second, "doc-2")
    synchronise.synchronise(second)
    other = house.desk("other", house.other_key)
    synchronise.synchronise(other)
    assert house.numbers_known_to(other) == [1, 2, 3]
