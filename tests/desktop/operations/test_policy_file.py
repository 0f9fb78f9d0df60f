"""policy.toml: what IT locks stays locked, what is written wrongly is refused with its line, nothing is read in part."""

from __future__ import annotations

import contextlib
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.operations.policy_file import (
    FILE,
    LOCKABLE,
    SETTINGS,
    load_policy,
    read_policy,
    require_unlocked,
)
from desktop.records.errors import OfficeError
from signing.algorithms import Limit
from signing.policy import LOOPBACK, VerificationPolicy
from signing.trust import TrustStore
from signing.wire import trust_from_json, trust_to_json

WHOLE = """\
format = 1
locked = ["network.online", "algorithms"]

[network]
online = false
aia = false
private = ["10.20.0.0/16"]
forbidden = ["192.0.2.0/24"]
proxy = "http://proxy.entidad.example:3128"
seconds = 5
total_seconds = 20.5
largest_ocsp_kb = 100
largest_crl_mb = 10

[answers]
cache_mb = 50
freshness_hours = 72
tolerance_seconds = 30

[anchors]
practice = false

[verify]
key_usages = ["non_repudiation"]
jobs = 1
compare_pages = true
page_seconds = 4

[algorithms]
sha1 = 2010-01-01
"rsassa_pkcs1v15:2048" = 2035-12-31
"""


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    machine, home = tmp_path / "equipo", tmp_path / "escritorio"
    machine.mkdir()
    home.mkdir()
    return machine, home


def told(machine: Path, home: Path | None = None) -> OfficeError:
    with pytest.raises(OfficeError) as caught:
        load_policy(machine, home)
    return caught.value


def test_without_files_the_defaults_hold(places: tuple[Path, Path]) -> None:
    assert load_policy(*places) == VerificationPolicy()
    assert load_policy(places[0], None, practice=True).private == LOOPBACK
    assert load_policy(places[0], None, practice=True).practice


def test_every_setting_is_read(places: tuple[Path, Path]) -> None:
    (places[0] / FILE).write_text(WHOLE, "utf-8")
    found = load_policy(*places)
    assert found == VerificationPolicy(
        online=False,
        aia=False,
        private=("10.20.0.0/16",),
        forbidden=("192.0.2.0/24",),
        proxy="http://proxy.entidad.example:3128",
        seconds=5.0,
        total_seconds=20.5,
        largest_ocsp=100_000,
        largest_crl=10_000_000,
        cache_bytes=50_000_000,
        freshness=72,
        tolerance=30,
        limits=(
            Limit("sha1", date(2010, 1, 1), prolongs=True),
            Limit("rsassa_pkcs1v15", date(2035, 12, 31), 2048, prolongs=True),
        ),
        key_usages=("non_repudiation",),
        practice=False,
        jobs=1,
        compare_pages=True,
        page_seconds=4.0,
        locked=("network.online", "algorithms"),
    )
    trust = TrustStore(policy=found)
    assert trust_from_json(trust_to_json(trust)) == trust


def test_every_field_of_a_policy_has_a_setting() -> None:
    named = {setting.field for setting in SETTINGS.values()} | {"limits", "locked", "largest_certificate"}
    assert named == {field.name for field in fields(VerificationPolicy)}
    assert all(name in WHOLE.replace("[", "").replace("]", "") for name in (one.partition(".")[2] for one in SETTINGS))


def test_the_desk_overrides_what_is_not_locked(places: tuple[Path, Path]) -> None:
    machine, home = places
    (machine / FILE).write_text('format = 1\nlocked = ["network.aia"]\n[network]\nseconds = 5\n', "utf-8")
    (home / FILE).write_text("format = 1\n[network]\nseconds = 7\nonline = false\n", "utf-8")
    found = load_policy(machine, home)
    assert (found.seconds, found.online) == (7.0, False)
    (home / FILE).write_text("format = 1\n[network]\nseconds = 7\naia = true\n", "utf-8")
    error = told(machine, home)
    assert (error.code, error.facts["setting"]) == ("policy.locked", "network.aia")


def test_a_desk_locks_nothing_and_prolongs_nothing(places: tuple[Path, Path]) -> None:
    machine, home = places
    (home / FILE).write_text('format = 1\nlocked = ["network.aia"]\n', "utf-8")
    assert told(machine, home).code == "policy.cannot_lock"
    (home / FILE).write_text("format = 1\n[algorithms]\nsha1 = 2050-01-01\n", "utf-8")
    assert load_policy(machine, home).limits == (Limit("sha1", date(2050, 1, 1), prolongs=False),)
    (machine / FILE).write_text('format = 1\nlocked = ["algorithms"]\n', "utf-8")
    assert told(machine, home).code == "policy.locked"


def test_an_option_cannot_change_what_is_locked(places: tuple[Path, Path]) -> None:
    (places[0] / FILE).write_text(WHOLE, "utf-8")
    policy = load_policy(*places)
    require_unlocked(policy, "network.online", wanted=False)
    require_unlocked(policy, "network.aia", wanted=True)  # not locked
    with pytest.raises(OfficeError) as caught:
        require_unlocked(policy, "network.online", wanted=True)
    assert caught.value.code == "policy.locked_option"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("format = 1\n[network]\nonlin = false\n", "policy.unknown_setting", 3),
        ("format = 1\n[red]\nonline = false\n", "policy.unknown_setting", 3),
        ("format = 1\nonline = false\n", "policy.unknown_setting", 2),
        ('format = 1\n[network]\nonline = "no"\n', "policy.bad_value", 3),
        ("format = 1\n[network]\nonline = 0\n", "policy.bad_value", 3),
        ("format = 1\n\n[network]\nprivate = ['10.0.0.1/8']\n", "policy.bad_value", 4),
        ("format = 1\n[network]\nprivate = ['aquí']\n", "policy.bad_value", 3),
        ("format = 1\n[network]\nproxy = 'http://u:p@x:1'\n", "policy.bad_value", 3),
        ("format = 1\n[network]\nproxy = 'socks5://x:1'\n", "policy.bad_value", 3),
        ("format = 1\n[network]\nseconds = -1\n", "policy.bad_value", 3),
        ("format = 1\n[network]\nseconds = nan\n", "policy.bad_value", 3),
        ("format = 1\n[verify]\njobs = true\n", "policy.bad_value", 3),
        ("format = 1\n[verify]\nkey_usages = []\n", "policy.bad_value", 3),
        ("format = 1\n[algorithms]\nrot13 = 2020-01-01\n", "policy.bad_value", 3),
        ("format = 1\n[algorithms]\nsha1 = 'nunca'\n", "policy.bad_value", 3),
        ("format = 1\n[algorithms]\nsha1 = 2020-01-01T00:00:00\n", "policy.bad_value", 3),
        ("format = 1\nlocked = ['network.onlin']\n", "policy.bad_value", 2),
        ("format = 1\nlocked = true\n", "policy.bad_value", 2),
        ("format = 0\n", "policy.bad_value", 1),
        ("format = true\n", "policy.bad_value", 1),
        ("[network]\nonline = true\n", "policy.bad_value", 0),
        ("format = 1\n[network\n", "policy.bad_syntax", 2),
        ("format = 1\n[network]\naia = true\naia = false\n", "policy.bad_syntax", 4),
    ],
)
def test_what_is_written_wrongly_is_refused_with_its_line(
    places: tuple[Path, Path], text: str, code: str, line: int
) -> None:
    for place in places:
        (place / FILE).write_text(text, "utf-8")
        error = told(*places)
        assert (error.code, error.facts["line"]) == (code, line)
        (place / FILE).unlink()


def test_a_newer_file_and_one_that_is_no_text(places: tuple[Path, Path]) -> None:
    (places[0] / FILE).write_text("format = 2\nwhatever = 1\n", "utf-8")
    assert told(*places).code == "policy.newer"
    (places[0] / FILE).write_bytes(b"\xff\xfe")
    assert told(*places).code == "policy.unreadable"
    (places[0] / FILE).unlink()
    (places[0] / FILE).mkdir()
    assert told(*places).code == "policy.unreadable"


@given(st.text(max_size=200))
def test_no_text_is_more_than_a_policy_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, "utf-8", errors="ignore")
    with contextlib.suppress(OfficeError):  # nothing else
        assert read_policy(path) is not None


def test_everything_can_be_locked() -> None:
    assert set(SETTINGS) < LOCKABLE
