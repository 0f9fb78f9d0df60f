"""Modules that crash, hang, free twice and lie about their slots, in earnest: tests/fixtures/shim/shim.c over SoftHSM."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from signing.errors import PinError, SigningError, TokenError
from signing.worker import TokenWorker
from tests.fixtures.shim.keyring import calls

QUICK = 1.2  # seconds until a hanging module is ended


def labels(worker):
    return sorted(token.label for token in worker.tokens())


# --- crashes and hangs


@pytest.mark.parametrize(("words", "code"), [("crash", "token.module_crashed"), ("hang", "token.module_hung")])
def test_a_module_that_fails_at_its_slots_hides_no_other(keyring, words, code):
    environment = keyring.environment(f"{words}:C_GetSlotList")
    modules = [keyring.shim, keyring.module]
    with TokenWorker(modules, environment=environment, timeout=QUICK) as worker:
        assert labels(worker) == ["llavero", "segundo"]
        assert [fault.code for fault in worker.faults] == [code]


def test_where_nothing_was_found_the_fault_itself_is_the_answer(keyring):
    with keyring.worker("crash:C_GetSlotList") as worker, pytest.raises(TokenError) as caught:
        worker.tokens()
    assert caught.value.code == "token.module_crashed"


@pytest.mark.parametrize(("words", "reason"), [("crash", "crashed"), ("hang", "hung")])
def test_a_module_that_dies_of_the_login_leaves_the_outcome_open_and_is_not_asked_again(
    keyring, tmp_path, words, reason
):
    log = tmp_path / "log"
    with keyring.worker(f"{words}:C_Login", log=log, timeout=QUICK) as worker:
        token, certificate = keyring.find(worker, "p256")
        (dead,) = worker.process_ids()
        asked: list[str] = []

        def pin(*_):
            asked.append("pin")
            return keyring.pins["llavero"]

        with pytest.raises(PinError) as caught:
            worker.open(token, certificate, pin)
        assert (caught.value.code, caught.value.facts["reason"]) == ("pin.outcome_unknown", reason)
        assert caught.value.facts["module"] == keyring.shim.name
        assert asked == ["pin"]
        assert labels(worker) == ["llavero", "segundo"]  # a new child
        assert worker.process_ids() != (dead,)
        assert not Path(f"/proc/{dead}").exists()


@pytest.mark.parametrize(
    ("words", "code"), [("crash:C_Sign", "token.module_crashed"), ("hang:C_Sign", "token.module_hung")]
)
def test_a_module_that_dies_of_a_signature_stays_outside(keyring, words, code):
    with keyring.worker(words, timeout=QUICK) as worker:
        with keyring.open(worker) as session:
            with pytest.raises(TokenError) as caught:
                session.sign_raw(b"data")
            assert caught.value.code == code
            with pytest.raises(TokenError) as gone:
                session.sign_raw(b"data")
            assert gone.value.code == "token.removed"
        assert labels(worker) == ["llavero", "segundo"]


def test_what_a_dying_module_started_does_not_keep_us_waiting(keyring):
    """Its own helper process holds the pipe open; after the limit both are ended."""
    with keyring.worker("spawn crash:C_Sign", timeout=QUICK) as worker:
        session = keyring.open(worker)
        with pytest.raises(TokenError):
            session.sign_raw(b"data")
        assert worker.process_ids() == ()


@pytest.mark.parametrize("blow", ["doublefree", "crash", "hang"])
def test_a_module_that_cannot_be_initialised_twice_gets_a_new_process_instead(keyring, blow):
    with keyring.worker(f"{blow}:C_Finalize", timeout=QUICK) as worker:
        pids = set()
        for _ in range(3):
            assert labels(worker) == ["llavero", "segundo"]
            pids.update(worker.process_ids())
            assert worker.faults == ()
        assert len(pids) == 3
        with keyring.open(worker) as session:
            assert labels(worker) == ["llavero", "segundo"]  # not renewed under an open session
            assert session.sign_raw(b"data")


def test_looking_for_tokens_risks_nothing_while_somebody_types_his_pin(keyring, tmp_path):
    log = tmp_path / "log"
    with keyring.worker("doublefree:C_Finalize", log=log) as worker:
        token, certificate = keyring.find(worker, "p256")
        pids: list[tuple[int, ...]] = []

        def pin(*_):
            for _ in range(2):
                assert labels(worker) == ["llavero", "segundo"]
                pids.append(worker.process_ids())
            return keyring.pins["llavero"]

        with worker.open(token, certificate, pin) as session:
            assert session.sign_raw(b"data")
            assert pids == [worker.process_ids()] * 2
    assert calls(log)["C_Login"] == 1


def test_a_double_free_on_a_wrong_pin_costs_one_try_and_one_process(keyring, tmp_path):
    log = tmp_path / "log"
    with keyring.worker("doublefree:pin", log=log) as worker:
        token, certificate = keyring.find(worker, "ada", token="segundo")
        with pytest.raises(PinError) as caught:
            worker.open(token, certificate, lambda *_: "equivocado")
        assert caught.value.code == "pin.outcome_unknown"
        assert calls(log)["C_Login"] == 1
        with keyring.open(worker, "ada", token="segundo") as session:
            assert session.sign_raw(b"data")


def test_a_module_that_dies_of_the_logout_disturbs_nobody(keyring):
    for words in ("crash:C_Logout", "hang:C_Logout"):
        with keyring.worker(words, timeout=QUICK) as worker:
            with keyring.open(worker) as session:
                assert session.sign_raw(b"data")
            assert labels(worker) == ["llavero", "segundo"]


# --- lies about slots


@pytest.mark.parametrize("lie", ["grow", "shrink", "shuffle", "twice", "alias", "boast"])
def test_slots_that_lie_change_nothing(keyring, lie):
    with keyring.worker(f"slots:{lie}") as worker:
        for _ in range(5):
            assert labels(worker) == ["llavero", "segundo"]
            assert worker.faults == ()
        with keyring.open(worker) as session, keyring.open(worker, "ada", token="segundo") as other:
            assert session.sign_raw(b"data")
            assert other.sign_raw(b"data")


def test_a_slot_named_twice_is_read_once(keyring, tmp_path):
    log = tmp_path / "log"
    with keyring.worker("slots:twice", log=log) as worker:
        assert labels(worker) == ["llavero", "segundo"]
    assert calls(log)["C_OpenSession"] == 2


def test_a_ghost_slot_is_told_and_hides_nothing(keyring):
    with keyring.worker("slots:ghost") as worker:
        assert labels(worker) == ["llavero", "segundo"]
        assert [(one.code, one.facts["reason"]) for one in worker.faults] == [
            ("token.device_error", "CKR_DEVICE_ERROR")
        ]
        with keyring.open(worker) as session:
            assert session.sign_raw(b"data")


def test_a_token_that_changed_its_slot_is_found_by_its_serial_number(keyring, tmp_path):
    log = tmp_path / "log"
    with keyring.worker(log=log) as worker:
        token, certificate = keyring.find(worker, "p256")
        other, foreign = keyring.find(worker, "ada", token="segundo")
        moved = replace(token, slot=other.slot)  # where another token is now
        with worker.open(moved, certificate, lambda *_: keyring.pins["llavero"]) as session:
            assert session.token.slot == token.slot
            assert session.sign_raw(b"data")
        with pytest.raises(TokenError) as caught:
            worker.open(replace(other, serial="gone"), foreign, lambda *_: pytest.fail("asked"))
        assert (caught.value.code, caught.value.facts["token"]) == ("token.removed", "segundo")
    assert calls(log)["C_Login"] == 1


def test_lengths_beyond_reason_are_not_believed(keyring):
    """Attributes of 2**40 bytes: no memory is taken for them, the certificates are left out."""
    with keyring.worker("boast") as worker:
        assert all(token.certificates == () for token in worker.tokens())


# --- pulled out


@pytest.mark.parametrize("words", ["pull:3", "removed:3"])
def test_a_token_pulled_out_in_the_middle_ends_the_session_and_nothing_else(keyring, tmp_path, words):
    log = tmp_path / "log"
    with keyring.worker(words, log=log) as worker, keyring.open(worker) as session:
        assert session.sign_raw(b"1")
        assert session.sign_raw(b"2")
        for _ in range(3):
            with pytest.raises(TokenError) as caught:
                session.sign_raw(b"3")
            assert (caught.value.code, caught.value.facts["token"]) == ("token.removed", "llavero")
        assert worker.process_ids()
    assert calls(log)["C_Login"] == 1
    assert calls(log)["C_Sign"] == 3  # the closed session is not tried again
    assert calls(log)["C_OpenSession"] == calls(log)["C_CloseSession"]


def test_a_signature_that_fails_once_leaves_the_session_open(keyring, tmp_path):
    log = tmp_path / "log"
    with keyring.worker("fail:2", log=log) as worker, keyring.open(worker) as session:
        assert session.sign_raw(b"1")
        with pytest.raises(TokenError) as caught:
            session.sign_raw(b"2")
        assert (caught.value.code, caught.value.facts["reason"]) == ("token.device_error", "CKR_DEVICE_ERROR")
        assert session.sign_raw(b"2")
    assert calls(log)["C_Login"] == 1


# --- many at once


def test_signatures_in_flight_at_once_are_each_ones_own(keyring, tmp_path):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    log = tmp_path / "log"
    wrong: list[bytes] = []
    with keyring.worker(log=log) as worker, keyring.open(worker) as session:
        key = x509.load_der_x509_certificate(session.certificate.der).public_key()

        def sign(number):
            for turn in range(10):
                data = f"{number}/{turn}".encode()
                try:
                    key.verify(session.sign_raw(data), data, ec.ECDSA(hashes.SHA256()))
                    assert len(worker.tokens()) == 2
                except Exception:  # noqa: BLE001 - counted
                    wrong.append(data)

        threads = [threading.Thread(target=sign, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert calls(log)["C_Login"] == 1
        assert calls(log)["C_Sign"] == 60
        assert calls(log)["C_Finalize"] == 0  # looking for tokens does not end the open session
    assert calls(log)["C_Logout"] == 1


def test_closing_the_worker_while_others_sign_ends_in_answers_not_in_hangs(keyring):
    outcomes: list[str] = []
    with keyring.worker("hang:C_Sign", timeout=5.0) as worker:
        session = keyring.open(worker)

        def sign():
            try:
                session.sign_raw(b"data")
            except SigningError as error:
                outcomes.append(error.code)

        threads = [threading.Thread(target=sign) for _ in range(3)]
        for thread in threads:
            thread.start()
        while not next(iter(worker._processes.values())).busy:
            pass
        worker._processes[keyring.shim].timeout = 0.2  # patience at the end
        worker.close()
        for thread in threads:
            thread.join(10)
    assert Counter(outcomes).keys() <= {"token.module_crashed", "token.removed", "token.module_hung"}
    assert len(outcomes) == 3


def test_a_warm_worker_has_loaded_everything_and_asked_nothing(keyring, tmp_path):
    log = tmp_path / "log"
    with keyring.worker(log=log) as worker:
        worker.warm()
        assert len(worker.process_ids()) == 1
        assert calls(log) == Counter()
        worker.warm()
        assert len(worker.process_ids()) == 1
        token, certificate = keyring.find(worker, "p256")
        before = calls(log)
        with worker.open(token, certificate, lambda *_: keyring.pins["llavero"]) as session:
            assert session.sign_raw(b"data")
        made = calls(log) - before
        assert made["C_GetSlotList"] == 0  # no scan on the way to the signature
        assert (made["C_OpenSession"], made["C_Login"], made["C_Sign"], made["C_Sign length"]) == (2, 1, 1, 0)
    with TokenWorker([keyring.folder / "none.so"]) as worker:
        worker.warm()
        with pytest.raises(TokenError) as caught:
            worker.tokens()
        assert caught.value.code == "token.module_unloadable"
