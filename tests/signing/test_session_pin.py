"""The PIN by count: one C_Login per session, none after a refusal, none where it cannot succeed; pads and keys that ask each time."""

from __future__ import annotations

import contextlib

import pytest

from signing.errors import PinError, SigningCancelled, TokenError
from signing.report import PinState
from signing.session import PIN_PAD_LIMIT
from signing.worker_process import WorkerProcess
from tests.fixtures.shim.keyring import calls

WRONG = "PinEquivocado1"
LOGINS = ("C_Login", "C_Login again")


def logins(log):
    return sum(calls(log)[name] for name in LOGINS)


def never(*_):
    raise AssertionError("asked for a PIN")


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


def test_a_batch_costs_one_login_and_one_logout(keyring, log):
    with keyring.worker(log=log) as worker, keyring.open(worker) as session:
        for number in range(50):
            assert session.sign_raw(str(number).encode())
    made = calls(log)
    assert (made["C_Login"], made["C_Sign"], made["C_Sign length"], made["C_Logout"]) == (1, 50, 0, 1)
    assert made["C_OpenSession"] == made["C_CloseSession"]


def test_a_caller_that_raises_is_logged_out_all_the_same(keyring, log):
    with keyring.worker(log=log) as worker:
        with contextlib.suppress(ZeroDivisionError), keyring.open(worker) as session:
            session.sign_raw(b"data")
            raise ZeroDivisionError
        assert (calls(log)["C_Login"], calls(log)["C_Logout"]) == (1, 1)
        keyring.open(worker)  # and one whose caller forgets it
    made = calls(log)
    assert (made["C_Login"], made["C_Logout"]) == (2, 2)
    assert made["C_OpenSession"] == made["C_CloseSession"]


def test_a_wrong_pin_costs_one_try_and_no_session_stays(keyring, log):
    with keyring.worker(log=log) as worker:
        token, certificate = keyring.find(worker, "ada", token="segundo")
        with pytest.raises(PinError) as caught:
            worker.open(token, certificate, lambda *_: WRONG)
        assert (caught.value.code, caught.value.facts["state"]) == ("pin.wrong", "low")
        assert logins(log) == 1
        assert keyring.find(worker, "ada", token="segundo")[0].pin_state is PinState.LOW
        assert (logins(log), calls(log)["C_Sign"]) == (1, 0)
        assert calls(log)["C_OpenSession"] == calls(log)["C_CloseSession"]
        with keyring.open(worker, "ada", token="segundo") as session:  # the person typed it again
            assert session.sign_raw(b"data")
    assert logins(log) == 2


def test_the_pin_of_one_token_never_reaches_the_other(keyring, log):
    """Both tokens in one module: the wrong PIN of one is a try on that one only."""
    with keyring.worker(log=log) as worker:
        first, certificate = keyring.find(worker, "p256")
        with pytest.raises(PinError):
            worker.open(first, certificate, lambda *_: keyring.pins["segundo"])
        assert logins(log) == 1
        states = {token.label: token.pin_state for token in worker.tokens()}
        assert states == {"llavero": PinState.LOW, "segundo": PinState.OK}
        with keyring.open(worker) as session:
            assert session.sign_raw(b"data")


@pytest.mark.parametrize(
    ("words", "pin", "code"),
    [
        ("pin:6-8", "corto", "pin.bad_format"),
        ("pin:6-8", "demasiado-largo", "pin.bad_format"),
        ("pin:6-8", "ñandúes", "pin.bad_format"),  # 7 characters, 9 bytes: what the token counts (PKCS#11 §3.2)
        ("", "", "pin.bad_format"),
    ],
)
def test_a_pin_that_cannot_be_the_right_length_is_not_tried(keyring, log, monkeypatch, words, pin, code):
    monkeypatch.setattr("signing.session.login", lambda *_: pytest.fail("sent"))
    with keyring.worker(words, log=log) as worker:
        token, certificate = keyring.find(worker, "p256")
        with pytest.raises(PinError) as caught:
            worker.open(token, certificate, lambda *_: pin)
    assert caught.value.code == code
    assert (caught.value.facts["min"], caught.value.facts["max"]) == (token.min_pin, token.max_pin)
    assert logins(log) == 0


@pytest.mark.parametrize(
    ("words", "state", "code"),
    [("locked", PinState.LOCKED, "pin.locked"), ("uninit", PinState.UNINITIALISED, "pin.uninitialised")],
)
def test_a_pin_that_no_token_would_take_is_not_even_asked(keyring, log, words, state, code):
    with keyring.worker(words, log=log) as worker:
        token, certificate = keyring.find(worker, "p256")
        assert token.pin_state is state
        with pytest.raises(PinError) as caught:
            worker.open(token, certificate, never)
    assert caught.value.code == code
    assert logins(log) == 0


@pytest.mark.parametrize(
    ("words", "code"), [("locked", "pin.locked"), ("uninit", "pin.uninitialised"), ("pin:30-40", "pin.bad_format")]
)
def test_the_child_guards_the_login_by_itself(keyring, log, words, code):
    """Whatever the parent believed: flags and lengths are read once more just before C_Login."""
    from pathlib import Path

    from signing.worker_pipe import Secret

    with keyring.worker() as worker:
        token, certificate = keyring.find(worker, "p256")
    process = WorkerProcess(Path(keyring.shim), timeout=10, environment=keyring.environment(words, log=log))
    try:
        with pytest.raises(TokenError) as caught:
            message = {"op": "login", "slot": token.slot, "serial": token.serial, "label": token.label}
            process.ask({**message, "key_id": certificate.key_id}, secret=Secret(keyring.pins["llavero"]))
    finally:
        process.close()
    assert caught.value.code == code
    assert logins(log) == 0


@pytest.mark.parametrize(("words", "state"), [("low", PinState.LOW), ("final", PinState.FINAL_TRY)])
def test_flags_are_told_before_the_pin_and_do_not_forbid_it(keyring, words, state):
    with keyring.worker(words) as worker:
        token, certificate = keyring.find(worker, "p256")
        assert token.pin_state is state
        with worker.open(token, certificate, lambda *_: keyring.pins["llavero"]) as session:
            assert session.token.pin_state is state
            assert session.sign_raw(b"data")


def test_after_a_wrong_pin_the_flags_say_what_remains(keyring):
    for words, code in (("final", "pin.wrong_one_left"), ("low", "pin.wrong")):
        with keyring.worker(words) as worker:
            token, certificate = keyring.find(worker, "p256")
            with pytest.raises(PinError) as caught:
                worker.open(token, certificate, lambda *_: WRONG)
            assert caught.value.code == code
    with keyring.worker() as worker, keyring.open(worker):  # sets SoftHSM's counter back
        pass


# --- the reader's own pad


def test_a_pad_takes_no_pin_from_the_computer(keyring, log):
    with keyring.worker("pad", log=log, pad=keyring.pins["llavero"]) as worker:
        token, certificate = keyring.find(worker, "p256")
        assert token.pin_pad
        for typed in ("", "typed all the same"):
            with worker.open(token, certificate, lambda *_, typed=typed: typed) as session:
                assert session.sign_raw(b"data")
    assert logins(log) == 2


def test_a_wrong_pin_at_the_pad_is_told_once(keyring, log):
    with keyring.worker("padwrong", log=log) as worker:
        token, certificate = keyring.find(worker, "p256")
        with pytest.raises(PinError) as caught:
            worker.open(token, certificate, lambda *_: "")
    assert caught.value.code == "pin.wrong"
    assert logins(log) == 1
    with keyring.worker() as worker, keyring.open(worker):
        pass


def test_cancelling_at_the_pad_is_cancelling(keyring, log):
    with keyring.worker("padcancel", log=log) as worker:
        token, certificate = keyring.find(worker, "p256")
        with pytest.raises(SigningCancelled):
            worker.open(token, certificate, lambda *_: "")
        assert calls(log)["C_OpenSession"] == calls(log)["C_CloseSession"]
        assert len(worker.tokens()) == 2
    assert logins(log) == 1


def test_nobody_at_the_pad_ends_the_wait_after_its_own_limit(keyring, monkeypatch):
    assert PIN_PAD_LIMIT == 90.0
    monkeypatch.setattr("signing.session.PIN_PAD_LIMIT", 0.8)
    with keyring.worker("pad hang:C_Login") as worker:
        token, certificate = keyring.find(worker, "p256")
        with pytest.raises(PinError) as caught:
            worker.open(token, certificate, lambda *_: "")
        assert (caught.value.code, caught.value.facts["seconds"]) == ("pin.pad_timeout", 0.8)
        assert len(worker.tokens()) == 2


def test_others_see_the_tokens_while_somebody_stands_at_the_pad(keyring, monkeypatch):
    import threading

    monkeypatch.setattr("signing.session.PIN_PAD_LIMIT", 1.5)
    with keyring.worker("pad hang:C_Login") as worker:
        token, certificate = keyring.find(worker, "p256")

        def stand():
            with contextlib.suppress(PinError):
                worker.open(token, certificate, lambda *_: "")

        person = threading.Thread(target=stand)
        person.start()
        process = worker._processes[keyring.shim]
        while not (worker._at_the_pad and process.busy):
            pass
        assert len(worker.tokens()) == 2
        assert person.is_alive()  # answered meanwhile, not afterwards
        person.join()


# --- keys that want the PIN for each signature (CKA_ALWAYS_AUTHENTICATE)


def test_a_key_that_asks_each_time_is_answered_from_the_workers_memory(keyring, log):
    asked: list[str] = []
    with keyring.worker("always", log=log) as worker:
        token, certificate = keyring.find(worker, "rsa2048")

        def pin(*_):
            asked.append("pin")
            return keyring.pins["llavero"]

        with worker.open(token, certificate, pin) as session:
            for _ in range(5):
                assert session.sign_raw(b"data")
    assert asked == ["pin"]
    assert (calls(log)["C_Login"], calls(log)["C_Login again"], calls(log)["C_Logout"]) == (1, 5, 1)


def test_a_pin_refused_for_one_signature_is_not_tried_for_the_next(keyring, log):
    with keyring.worker("always againwrong", log=log) as worker, keyring.open(worker) as session:
        with pytest.raises(PinError) as caught:
            session.sign_raw(b"1")
        assert caught.value.code == "pin.wrong"
        with pytest.raises(TokenError) as gone:
            session.sign_raw(b"2")
        assert gone.value.code == "token.removed"
    assert calls(log)["C_Login again"] == 1
    assert calls(log)["C_OpenSession"] == calls(log)["C_CloseSession"]


def test_a_pad_and_a_key_that_asks_each_time_ask_at_the_pad(keyring, log, monkeypatch):
    limits: list[float | None] = []
    real = WorkerProcess.ask

    def ask(self, message, **options):
        if message["op"] == "sign":
            limits.append(options.get("timeout"))
        return real(self, message, **options)

    monkeypatch.setattr(WorkerProcess, "ask", ask)
    with keyring.worker("pad always", log=log, pad=keyring.pins["llavero"]) as worker:
        token, certificate = keyring.find(worker, "p256")
        with worker.open(token, certificate, lambda *_: "") as session:
            assert session.sign_raw(b"data")
            assert session.sign_raw(b"data")
    assert limits == [PIN_PAD_LIMIT, PIN_PAD_LIMIT]
    assert calls(log)["C_Login again"] == 2


def test_a_token_that_forgot_the_login_says_so(keyring, log):
    with keyring.worker("forget", log=log) as worker, keyring.open(worker) as session:
        with pytest.raises(TokenError) as caught:
            session.sign_raw(b"data")
    assert caught.value.code == "token.logged_out"
    assert logins(log) == 1
