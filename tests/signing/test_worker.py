"""The worker: real modules in real child processes, killed, stopped and refused in earnest."""

from __future__ import annotations

import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.drivers import scan_modules
from signing.errors import PinError, SigningCancelled, TokenError
from signing.report import PinState
from signing.worker import TokenWorker
from signing.worker_pipe import MAX_FRAME, Frame, Secret, read_frame, write_frame
from signing.worker_process import WorkerProcess

WRONG = "31415926"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations asked of the children, in order."""
    seen: list[str] = []
    real = WorkerProcess.ask

    def ask(self: WorkerProcess, message: Any, **options: Any) -> Any:
        seen.append(message["op"])
        return real(self, message, **options)

    monkeypatch.setattr(WorkerProcess, "ask", ask)
    return seen


def test_tokens_are_read_without_a_pin(lab, worker):
    token, certificate = lab.token(worker, "juana")
    assert (token.pin_state, token.pin_pad) == (PinState.OK, False)
    assert 0 < token.min_pin < token.max_pin
    assert certificate.person.ci == "4512345"
    assert certificate.algorithm == "RSA 2048"
    assert lab.token(worker, "elena")[1].algorithm == "EC secp256r1"
    assert worker.faults == ()


def test_a_token_plugged_in_later_is_seen(lab, worker, tmp_path):
    before = {token.serial for token in worker.tokens()}
    environment = {**os.environ, **lab.tokens.environment()}
    words = ["--init-token", "--free", "--label", "late", "--so-pin", "12345678", "--pin", "1234"]
    subprocess.run(["softhsm2-util", *words], env=environment, check=True, capture_output=True)
    late = next(token for token in worker.tokens() if token.serial not in before)
    assert late.label == "late"
    subprocess.run(
        ["softhsm2-util", "--delete-token", "--serial", late.serial], env=environment, check=True, capture_output=True
    )
    assert {token.serial for token in worker.tokens()} == before


def test_wrong_pin_is_told_once_and_not_retried(lab, worker, asked):
    token, certificate = lab.token(worker, "maria")
    calls: list[str] = []

    def pin(present, chosen):
        calls.append(chosen.person.name)
        return WRONG

    with pytest.raises(PinError) as caught:
        worker.open(token, certificate, pin)
    assert caught.value.code == "pin.wrong"
    assert caught.value.facts["state"] == "low"
    assert calls == ["María Huanca Ayma"]
    assert asked.count("login") == 1
    assert lab.token(worker, "maria")[0].pin_state is PinState.LOW
    with lab.session(worker, "maria"):
        pass
    assert lab.token(worker, "maria")[0].pin_state is PinState.OK


def test_the_pin_stands_in_no_traceback_repr_or_pickle(lab, worker):
    token, certificate = lab.token(worker, "maria")
    with pytest.raises(PinError) as caught:
        worker.open(token, certificate, lambda *_: WRONG)
    told = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "login" in told
    assert WRONG not in told
    assert WRONG not in repr(caught.value.facts)
    assert WRONG not in repr(Secret(WRONG))
    frame = Frame({"op": "login"}, bytearray(WRONG, "ascii"))
    assert WRONG not in repr(frame)
    for one in (Secret(WRONG), frame):
        with pytest.raises(TypeError):
            pickle.dumps(one)
    with lab.session(worker, "maria"):
        pass


def test_the_pin_of_a_dying_child_stands_in_no_traceback(lab, worker):
    token, certificate = lab.token(worker, "juana")

    timers: list[threading.Timer] = []

    def pin(*_):
        (pid,) = worker.process_ids()
        os.kill(pid, signal.SIGSTOP)
        timers.append(threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)))
        timers[0].start()
        return WRONG

    with pytest.raises(TokenError) as caught:
        worker.open(token, certificate, pin)
    timers[0].join()
    assert isinstance(caught.value, PinError)  # nobody may try again by himself: it may have counted
    assert (caught.value.code, caught.value.facts["reason"]) == ("pin.outcome_unknown", "crashed")
    told = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert WRONG not in told


def test_a_child_that_died_before_the_pin_was_typed_is_replaced(lab, worker):
    token, certificate = lab.token(worker, "juana")

    def pin(*_):
        (pid,) = worker.process_ids()
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        return lab.pin("juana")

    with worker.open(token, certificate, pin) as session:
        assert session.sign_raw(b"data")


def test_the_pin_is_in_no_argument_environment_or_file_of_the_child(lab, worker):
    with lab.session(worker, "juana"):
        process = Path("/proc") / str(worker.process_ids()[0])
        assert b"worker_child" in (process / "cmdline").read_bytes()
        assert lab.pin("juana").encode() not in (process / "cmdline").read_bytes()
        try:
            environment = (process / "environ").read_bytes()
        except PermissionError:  # not root: nobody else sees it at all
            environment = b""
        assert lab.pin("juana").encode() not in environment
        core = next(line for line in (process / "limits").read_text().splitlines() if line.startswith("Max core"))
        assert core.split()[4] == "0"


def test_the_child_is_protected_before_it_loads_anything(lab, worker):
    worker.tokens()
    process = next(iter(worker._processes.values()))
    assert process.facts == {"ready": True, "core_limit": 0, "dumpable": 0}


def test_the_process_that_passes_a_pin_is_protected(lab):
    script = (
        "import sys\nfrom pathlib import Path\nfrom signing.worker import TokenWorker\n"
        "from signing.protection import protection\n"
        "with TokenWorker([Path(sys.argv[1])]) as worker:\n"
        "    token = next(one for one in worker.tokens() if one.label == 'juana')\n"
        "    def pin(*_):\n        print(protection().dumpable, protection().core_limit)\n        return sys.stdin.readline().strip()\n"
        "    print(protection().dumpable)\n"
        "    worker.open(token, next(one for one in token.certificates if not one.unusable), pin).close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(lab.tokens.module)],
        env={**os.environ, **lab.tokens.environment()},
        input=lab.pin("juana"),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["1", "0", "0"]


def test_the_pin_is_asked_last(lab, worker):
    token, certificate = lab.token(worker, "juana")
    foreign = lab.token(worker, "pedro")[1]
    authority = next(one for one in token.certificates if one.unusable == "is_ca")

    def never(*_):
        raise AssertionError("asked for a PIN too early")

    for present, chosen, code in (
        (replace(token, serial="0000"), certificate, "token.removed"),
        (token, foreign, "token.certificate_gone"),
        (token, authority, "certificate.unusable"),
    ):
        with pytest.raises(TokenError) as caught:
            worker.open(present, chosen, never)
        assert caught.value.code == code


def test_an_expired_certificate_is_refused_before_the_pin(lab):
    modules, environment = [lab.tokens.module], lab.tokens.environment()
    with lab.worker() as present:
        token, certificate = lab.token(present, "juana")
    late = certificate.not_after.replace(year=certificate.not_after.year + 1)
    with TokenWorker(modules, environment=environment, clock=lambda: late) as worker:
        with pytest.raises(TokenError) as caught:
            worker.open(token, certificate, lambda *_: pytest.fail("asked"))
    assert (caught.value.code, caught.value.facts["reason"]) == ("certificate.unusable", "expired")


def test_cancelling_leaves_everything_usable(lab, worker):
    token, certificate = lab.token(worker, "juana")

    def cancel(*_):
        raise SigningCancelled

    with pytest.raises(SigningCancelled):
        worker.open(token, certificate, cancel)
    with lab.session(worker, "juana") as session:
        assert session.sign_raw(b"data")


def test_others_may_look_for_tokens_while_a_person_thinks_about_the_pin(lab, worker):
    token, certificate = lab.token(worker, "juana")
    seen: list[int] = []

    def pin(*_):
        other = threading.Thread(target=lambda: seen.append(len(worker.tokens())))
        other.start()
        other.join(10)
        return lab.pin("juana")

    with worker.open(token, certificate, pin) as session:
        assert session.sign_raw(b"data")
    assert seen == [len(worker.tokens())]


@pytest.mark.parametrize(
    "blow", [signal.SIGABRT, signal.SIGSEGV, signal.SIGKILL]
)  # SIGABRT: what glibc does on a double free
def test_a_crash_in_the_middle_of_a_request_stays_in_the_child(lab, worker, blow):
    with lab.session(worker, "juana") as session:
        pid = worker.process_ids()[0]
        os.kill(pid, signal.SIGSTOP)
        timer = threading.Timer(0.2, lambda: [os.kill(pid, blow), os.kill(pid, signal.SIGCONT)])
        timer.start()
        with pytest.raises(TokenError) as caught:
            session.sign_raw(b"data")
        timer.join()
        assert caught.value.code == "token.module_crashed"
        assert caught.value.facts["signal"] == blow
        with pytest.raises(TokenError) as gone:
            session.sign_raw(b"data")
        assert gone.value.code == "token.removed"
    assert {token.label for token in worker.tokens()} >= {"juana", "pedro"}
    assert worker.process_ids() != (pid,)


def test_a_hanging_module_is_ended_and_replaced(lab):
    with lab.worker(timeout=1.0) as worker:
        with lab.session(worker, "juana") as session:
            pid = worker.process_ids()[0]
            os.kill(pid, signal.SIGSTOP)
            with pytest.raises(TokenError) as caught:
                session.sign_raw(b"data")
        assert (caught.value.code, caught.value.facts["seconds"]) == ("token.module_hung", 1.0)
        assert not Path(f"/proc/{pid}").exists()
        with lab.session(worker, "juana") as session:
            assert session.sign_raw(b"data")


def test_a_file_that_is_no_module_does_not_hide_the_others(lab, tmp_path):
    broken = tmp_path / "libbroken.so"
    broken.write_bytes(b"\x7fELF but no library")
    with TokenWorker([broken, lab.tokens.module], environment=lab.tokens.environment()) as worker:
        assert any(token.label == "juana" for token in worker.tokens())
        assert [fault.code for fault in worker.faults] == ["token.module_unloadable"]
    with TokenWorker([broken]) as worker, pytest.raises(TokenError) as caught:
        worker.tokens()
    assert caught.value.code == "token.module_unloadable"


def test_closing_ends_every_child(lab):
    others = set(threading.enumerate())  # listeners of workers that other tests share
    with lab.worker() as worker:
        session = lab.session(worker, "juana")
        (pid,) = worker.process_ids()
    assert not Path(f"/proc/{pid}").exists()
    assert worker.process_ids() == ()
    session.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "token-worker" and thread not in others]


def test_no_module_is_loaded_in_this_process(lab, worker):
    worker.tokens()
    loaded = Path("/proc/self/maps").read_text()
    assert "softhsm" not in loaded


def frame_of(*lengths: int, body: bytes = b"") -> io.BytesIO:
    return io.BytesIO(b"".join(length.to_bytes(4, "big") for length in lengths) + body)


def test_frames_that_are_none_are_refused():
    for stream in (frame_of(MAX_FRAME, 1), frame_of(2, 0, body=b"[]"), frame_of(2, 0, body=b"{x")):
        with pytest.raises(ValueError):  # noqa: PT011 - json's own subclasses count
            read_frame(stream)
    for stream in (frame_of(5, 0, body=b"{"), frame_of(2, 4, body=b"{}abc"), io.BytesIO(b"\0\0\0")):
        assert read_frame(stream) is None


@given(st.dictionaries(st.text(), st.one_of(st.integers(), st.text(), st.booleans())), st.binary(max_size=2000))
def test_what_is_written_is_read(message, data):
    for kind in (bytes, bytearray):
        stream = io.BytesIO()
        write_frame(stream, message, kind(data))
        stream.seek(0)
        frame = read_frame(stream)
        assert (frame.message, frame.data) == (message, data)
        assert read_frame(stream) is None


def test_this_system_has_softhsm_where_the_table_says(lab):
    assert lab.tokens.module.resolve() in {module.resolve() for module in scan_modules()}
