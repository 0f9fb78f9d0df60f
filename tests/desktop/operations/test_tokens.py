"""A desk's tokens: watched while it is open; a module named by hand is judged, loaded once in a child and kept first, or refused."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from desktop.operations.settings import DeskSettings, load_settings, save_settings
from desktop.operations.tokens import left_alone, own, present, remember_module, watch
from desktop.practice.people import AUTHOR
from desktop.practice.tokens import SoftTokens
from desktop.ui.binding import BoundDesk
from desktop.ui.office import TokensSeen
from signing.errors import SigningError, TokenError
from signing.report import Token
from signing.worker import TokenWorker
from tests.fixtures import modules
from tests.fixtures.headers import elf
from tests.fixtures.office import PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
Heard = tuple[tuple[Token, ...], tuple[SigningError, ...], bool]


@pytest.fixture
def home(tmp_path: Path, practice_tokens: SoftTokens) -> Path:
    """A desk's home with one module remembered."""
    folder = tmp_path / "home"
    folder.mkdir()
    save_settings(folder, DeskSettings("e", "u", "d", "folder:x", "k", modules=("/usr/lib/old.so",),
                                       token_environment=practice_tokens.environment()))  # fmt: skip
    return folder


def test_a_module_named_by_hand_is_kept_first_and_once(home: Path, practice_tokens: SoftTokens) -> None:
    assert remember_module(home, practice_tokens.module) == "SoftHSM"
    assert load_settings(home).modules == (str(practice_tokens.module), "/usr/lib/old.so")
    other = Path(shutil.copy(practice_tokens.module.resolve(), home / "propio.so"))
    assert remember_module(home, other) == "propio.so"
    assert remember_module(home, practice_tokens.module) == "SoftHSM"
    assert load_settings(home).modules == (str(practice_tokens.module), str(other), "/usr/lib/old.so")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: path, "driver.not_found"),
        (lambda path: path.write_bytes(b"text"), "driver.not_a_library"),
        (lambda path: path.write_bytes(elf(3, wide=False)), "driver.wrong_bits"),
        (modules.no_module, "token.module_unloadable"),
        (modules.crashing, "token.module_crashed"),
    ],
)
def test_what_is_no_module_is_refused_and_nothing_is_kept(
    home: Path, make: Callable[[Path], object], code: str
) -> None:
    before = (home / "desk.json").read_bytes()
    make(home / "x.so")
    with pytest.raises(TokenError) as caught:
        remember_module(home, home / "x.so")
    assert caught.value.code == code
    assert (home / "desk.json").read_bytes() == before


def test_a_file_of_keys_is_kept_as_well(home: Path, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    made = pkcs12.serialize_key_and_certificates(b"x", key, None, None, serialization.NoEncryption())
    (tmp_path / "llaves.p12").write_bytes(made)
    assert remember_module(home, tmp_path / "llaves.p12") == "PKCS#12"
    assert load_settings(home).modules[0] == str(tmp_path / "llaves.p12")


def test_a_module_without_a_token_is_kept(home: Path, practice_tokens: SoftTokens, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'empty'}\n")
    save_settings(home, DeskSettings("e", "u", "d", "folder:x", "k", token_environment={"SOFTHSM2_CONF": str(conf)}))
    assert remember_module(home, practice_tokens.module) == "SoftHSM"


def test_without_a_desk_nothing_is_loaded(tmp_path: Path, practice_tokens: SoftTokens) -> None:
    with refused("desk.none_here"):
        remember_module(tmp_path / "nada", practice_tokens.module)


# --- watching


def heard_until(heard: queue.Queue[Heard], wanted: Callable[[set[str]], bool]) -> tuple[Token, ...]:
    """What was told once all modules had answered and the labels were right."""
    while True:
        tokens, problems, searching = heard.get(timeout=20)
        assert problems == ()
        if not searching and wanted({token.label for token in tokens}):
            return tokens


def util(environment: dict[str, str], *words: str) -> None:
    subprocess.run(["softhsm2-util", *words], env={**os.environ, **environment}, check=True, capture_output=True)


def test_a_desk_hears_of_tokens_while_it_is_open(
    stages: Stages, founded: TestOffice, practice_tokens: SoftTokens
) -> None:
    desk = stages(founded).office.desk(PLANNING)
    heard: queue.Queue[Heard] = queue.Queue()
    watch(desk, lambda *seen: heard.put(seen))
    try:
        heard_until(heard, lambda labels: "juana" in labels and "late" not in labels)
        assert {token.label for token in present(desk)} >= {"juana"}
        token, certificate = own(desk, desk.acting())
        with (
            left_alone(desk, token),
            desk.worker.open(token, certificate, lambda *_: practice_tokens.pin(token.label)) as session,
        ):
            util(
                practice_tokens.environment(),
                "--init-token",
                "--free",
                "--label",
                "late",
                "--so-pin",
                "12345678",
                "--pin",
                "1234",
            )
            assert session.sign_raw(b"data")
        heard_until(heard, lambda labels: "late" in labels)
        util(practice_tokens.environment(), "--delete-token", "--token", "late")
        assert desk.token_watch is not None
        desk.token_watch.look()
        heard_until(heard, lambda labels: "late" not in labels)
    finally:
        assert desk.token_watch is not None
        desk.token_watch.stop()
        desk.token_watch = None
    assert not [one for one in threading.enumerate() if one.name.startswith(("token-watch", "reader-watch"))]


def test_looking_again_tells_a_driver_that_fails_when_there_is_no_token(
    stages: Stages, founded: TestOffice, tmp_path: Path
) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    broken = modules.crashing(tmp_path / "libcae.so")
    save_settings(desk.home, replace(load_settings(desk.home), modules=(str(broken),)))
    watch(desk, lambda *_seen: None)
    try:
        with pytest.raises(TokenError) as caught:
            present(desk)
        assert caught.value.code == "token.module_crashed"
    finally:
        assert desk.token_watch is not None
        desk.token_watch.stop()
        desk.token_watch = None


def test_a_token_that_two_modules_of_the_desk_see_is_one(
    stages: Stages, founded: TestOffice, practice_tokens: SoftTokens, tmp_path: Path
) -> None:
    desk = stages(founded).office.desk(PLANNING)
    copy = Path(shutil.copy(practice_tokens.module.resolve(), tmp_path / "propio.so"))
    with TokenWorker([practice_tokens.module, copy], environment=practice_tokens.environment()) as worker:
        desk.worker = worker
        found = [token for token in present(desk) if token.label == "juana"]
        assert [(token.module, token.also_in) for token in found] == [(str(copy), (str(practice_tokens.module),))]


def test_ones_own_token_gets_the_desk_ready_to_sign(stages: Stages, founded: TestOffice) -> None:
    """The child with the module is there, and everything imported, before anybody clicks Firmar."""
    office = stages(founded).office
    desk = office.desk(PLANNING, own_worker=True)
    window = BoundDesk(desk)
    told: queue.Queue[TokensSeen] = queue.Queue()
    assert not desk.worker.process_ids()
    window.watch_tokens(told.put)
    try:
        while told.get(timeout=30).searching:
            pass
        deadline = time.monotonic() + 30
        while desk.warming is None and time.monotonic() < deadline:  # the listener is told first
            time.sleep(0.01)
        assert desk.warming is not None
        desk.warming.join(30)
        children = desk.worker.process_ids()
        assert len(children) == 1
        modules_before = set(sys.modules)
        assert office.sign(desk, office.frozen(desk), AUTHOR).error is None
        assert desk.worker.process_ids() == children
        assert not [name for name in set(sys.modules) - modules_before if name.startswith(("pyhanko", "signing"))]
    finally:
        assert desk.token_watch is not None
        desk.token_watch.stop()
        desk.token_watch = None
