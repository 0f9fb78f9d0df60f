"""Where a PIN must not be: files, logs, output, arguments, environments, tracebacks, core dumps, and memory after it was used."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from signing.errors import TokenError
from signing.protection import Protection, protect_process
from signing.worker_child import Desk
from signing.worker_holder import Refused
from signing.worker_module import Module
from signing.worker_module import Open as OpenKey
from signing.worker_pipe import Frame, Secret
from tests.fixtures.shim.keyring import python_path

PLAY = Path(__file__).parents[1] / "fixtures" / "shim" / "play.py"
ROOT = Path(__file__).parents[2]


def disguises(pin: str) -> list[bytes]:
    """The PIN as it might be written."""
    raw = pin.encode()
    return [
        raw,
        pin.encode("utf-16-le"),
        raw.hex().encode(),
        base64.b64encode(raw)[:-4],
        repr(list(raw)).encode()[1:-1],
    ]


def files_with(pin: str, folder: Path) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(form in path.read_bytes() for form in disguises(pin))
    ]


def processes_with(pin: str) -> list[str]:
    """Processes whose arguments or environment hold it."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        for name in ("cmdline", "environ"):
            try:
                held = (process / name).read_bytes()
            except OSError:  # gone, or not ours to read
                continue
            if any(form in held for form in disguises(pin)):
                found.append(f"{process.name}/{name}")
    return found


def played(keyring, folder, leak=""):
    """Files, output and processes in which the PIN was found."""
    pin = keyring.pins["llavero"]
    home = folder / "home"
    (home / "tmp").mkdir(parents=True)
    places = {"HOME": str(home), "TMPDIR": str(home / "tmp"), "PYTHONPATH": python_path(), "PYTHONDEVMODE": "1"}
    environment = {**os.environ, **keyring.environment(), **places}
    command = [sys.executable, str(PLAY), str(keyring.shim), "llavero", "rsa2048", leak or "none"]
    seen: set[str] = set()
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        child = subprocess.Popen(command, cwd=home, env=environment, stdin=subprocess.PIPE, stdout=out, stderr=err)
        child.stdin.write(pin.encode() + b"\n")
        child.stdin.close()
        looks = 0
        while child.poll() is None:
            seen.update(processes_with(pin))
            looks += 1
            time.sleep(0.01)
    assert looks > 3
    return files_with(pin, folder), seen


def test_a_whole_day_leaves_the_pin_nowhere(keyring, tmp_path):
    files, processes = played(keyring, tmp_path)
    assert (tmp_path / "stdout").read_text() == "played\n"
    told = (tmp_path / "home" / "told.txt").read_text(errors="replace")
    for sign in (
        "pin.wrong",
        "pin.outcome_unknown",
        "token.module_crashed",
        "token.module_hung",
        "pin.locked",
        "session.py",
    ):
        assert sign in told, sign  # every scene was played, and tracebacks with locals are in it
    assert "ZeroDivisionError" in told
    assert (files, processes) == ([], set())
    assert files_with(keyring.pins["llavero"], keyring.folder) == []
    with keyring.worker() as worker, keyring.open(worker):  # the wrong one of the day is forgotten
        pass


LEAKS = {
    "leak:stdout": ["stdout"],
    "leak:file": ["home/deep/careless"],
    "leak:repr": ["home/told.txt"],  # a secret that shows itself, in the locals of a traceback
}


@pytest.mark.parametrize("leak", [*LEAKS, "leak:argv"])
def test_the_search_bites(keyring, tmp_path, leak):
    files, processes = played(keyring, tmp_path, leak)
    assert files == LEAKS.get(leak, [])
    assert bool([one for one in processes if one.endswith("/cmdline")]) is (leak == "leak:argv")


# --- memory


def test_a_wiped_secret_is_zeros_in_its_own_buffer():
    secret = Secret("Pin12345")
    buffer = secret.buffer()
    secret.wipe()
    assert buffer == bytearray(8)
    assert secret.buffer() is buffer


@pytest.fixture
def sent(monkeypatch):
    """The buffers of every secret that this process sends."""
    import signing.session

    buffers: list[bytearray] = []

    class Watched(Secret):
        __slots__ = ()

        def __init__(self, value):
            super().__init__(value)
            if len(self):
                buffers.append(self.buffer())

    monkeypatch.setattr(signing.session, "Secret", Watched)
    return buffers


def test_the_parents_buffer_is_zeros_whatever_comes_of_the_login(keyring, sent):
    for words, typed in (("", keyring.pins["llavero"]), ("", "PinEquivocado1"), ("crash:C_Login", keyring.pins["llavero"]),
                         ("pin:3-4", keyring.pins["llavero"]), ("pad", "typed for nothing")):  # fmt: skip
        with keyring.worker(words, pad=keyring.pins["llavero"]) as worker:
            token, certificate = keyring.find(worker, "p256")
            try:
                worker.open(token, certificate, lambda *_, typed=typed: typed).close()
            except TokenError:
                continue
    assert len(sent) == 5
    assert all(set(buffer) == {0} for buffer in sent)
    with keyring.worker() as worker, keyring.open(worker):
        pass


class Fake:
    """A holder that takes a secret, refuses it, or keeps it."""

    def __init__(self, *, refuses: bool = False, kept: bool = False) -> None:
        self.refuses, self.kept, self.seen = refuses, kept, b""

    def login(self, message, secret):
        self.seen = bytes(secret.buffer())
        if self.refuses:
            raise Refused("pin.wrong")
        return {"session": 1}

    def keeps(self, secret):
        return self.kept


@pytest.mark.parametrize("refuses", [False, True])
def test_the_childs_buffer_is_zeros_after_the_one_login(refuses):
    desk, frame = Desk(), Frame({"op": "login"}, bytearray(b"Pin12345"))
    desk._holder = holder = Fake(refuses=refuses)
    with contextlib.suppress(Refused):
        desk.answer(frame)
    assert holder.seen == b"Pin12345"
    assert frame.data == bytearray(8)


def test_a_pin_that_a_key_wants_each_time_is_kept_until_the_logout_and_then_zeros():
    desk, frame = Desk(), Frame({"op": "login"}, bytearray(b"Pin12345"))
    desk._holder = Fake(kept=True)
    desk.answer(frame)
    assert frame.data == b"Pin12345"
    module = Module.__new__(Module)
    module._cryptoki = SimpleNamespace(logout=lambda _: None, close=lambda _: None)
    secret = Secret(frame.data)
    module._sessions = {1: OpenKey(1, 2, 0, rsa=True, order=0, always=True, secret=secret)}
    assert module.keeps(secret)
    module.logout(1)
    assert frame.data == bytearray(8)
    assert not module.keeps(secret)


def test_a_secret_that_could_not_be_sent_is_zeros_too(keyring):
    with keyring.worker() as worker:
        worker.warm()
        process = worker._processes[keyring.shim]
        os.kill(process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        secret = Secret("Pin12345")
        with pytest.raises(TokenError):
            process.ask({"op": "login"}, secret=secret)
    assert secret.buffer() == bytearray(8)


def memory_has(pid: int, needle: bytes) -> bool | None:
    """Whether a process's memory holds these bytes; None where the kernel does not let us look (not root)."""
    try:
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
                span, rights, *_ = line.split()
                start, end = (int(part, 16) for part in span.split("-"))
                if not rights.startswith("rw") or end - start > 2**28 or "[v" in line:
                    continue
                memory.seek(start)
                try:
                    if needle in memory.read(end - start):
                        return True
                except OSError:
                    continue
    except PermissionError:
        return None
    return False


def test_the_childs_memory_forgets_the_pin_after_the_login(keyring):
    """Where the kernel lets us look at all: only root is able to, and the search must then find what is there."""
    pin = keyring.pins["llavero"].encode()
    with keyring.worker() as worker:
        with keyring.open(worker) as session:
            assert session.sign_raw(b"data")
            assert memory_has(worker.process_ids()[0], pin) in (False, None)
    with keyring.worker("always") as worker:
        with keyring.open(worker) as session:
            assert session.sign_raw(b"data")
            assert memory_has(worker.process_ids()[0], pin) in (True, None)  # this key needs it; and the search bites
        assert memory_has(worker.process_ids()[0], pin) in (False, None)


# --- core dumps and other people's eyes

SLEEPER = """
import os, resource, sys, time
sys.path.insert(0, sys.argv[1])
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
if sys.argv[2] == "protected":
    from signing.protection import protect_process
    protect_process()
print("ready", flush=True)
time.sleep(60)
"""


def sleeper(folder: Path, kind: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", SLEEPER, str(ROOT), kind]
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout.readline() == b"ready\n"
    return child


def core_limit(pid: int) -> str:
    limits = Path(f"/proc/{pid}/limits").read_text()
    return next(line for line in limits.splitlines() if line.startswith("Max core")).split()[4]


def ended(child: subprocess.Popen[bytes], blow: signal.Signals) -> int:
    """How it ended: os.CLD_KILLED or os.CLD_DUMPED."""
    child.send_signal(blow)
    how = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    child.wait()
    child.stdout.close()
    return how.si_code


@pytest.mark.parametrize("blow", [signal.SIGSEGV, signal.SIGABRT])
def test_no_core_is_dumped_even_where_the_system_would(tmp_path, blow):
    """Both started with the largest limit that this system allows; as root on a system that dumps, the other one would."""
    child = sleeper(tmp_path, "protected")
    assert core_limit(child.pid) == "0"
    assert ended(child, blow) == os.CLD_KILLED
    assert list(tmp_path.iterdir()) == []


def test_the_child_that_takes_the_pin_dumps_none_either(keyring, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with keyring.worker() as worker, keyring.open(worker):
        (pid,) = worker.process_ids()
        assert core_limit(pid) == "0"
        os.kill(pid, signal.SIGSEGV)
        how = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert how.si_code == os.CLD_KILLED
    assert list(tmp_path.iterdir()) == []


def test_the_state_is_read_back_from_the_kernel_on_both_sides(keyring):
    assert protect_process() == Protection(core_limit=0, dumpable=0)
    with keyring.worker() as worker:
        worker.warm()
        process = worker._processes[keyring.shim]
        assert process.facts == {"ready": True, "core_limit": 0, "dumpable": 0}


LOOK = """
import sys
for name in ("environ", "mem"):
    try:
        open(f"/proc/{sys.argv[1]}/{name}", "rb").read(1)
        print("open")
    except PermissionError:
        print("refused")
    except OSError:
        print("open")
"""


def test_other_programs_of_the_same_person_cannot_look_inside():
    """As an ordinary person (root may always look): with the protection /proc/PID is closed, without it environ is open."""
    user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    python = "/usr/bin/python3" if user else sys.executable  # an ordinary person may not reach root's own folders
    source = (ROOT / "signing" / "protection.py").read_text("utf-8")
    answers = {}
    for kind, act in (("protected", "protect_process()"), ("open", "")):
        script = f"{source}\n{act}\nimport time\nprint('ready', flush=True)\ntime.sleep(60)\n"
        child = subprocess.Popen([python, "-I", "-c", script], cwd="/", stdout=subprocess.PIPE, **user)
        assert child.stdout.readline() == b"ready\n"
        look = [python, "-I", "-c", LOOK, str(child.pid)]
        answers[kind] = subprocess.run(look, capture_output=True, text=True, cwd="/", **user).stdout.split()
        child.kill()
        child.wait()
        child.stdout.close()
    assert answers["protected"] == ["refused", "refused"]
    assert answers["open"][0] == "open"
