"""desk tsa …: with what is typed, what is shown, and what never is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.cli.tsa_options import TsaWishes
from desktop.operations.settings import DeskSettings, load_settings, save_settings
from desktop.practice.services import PkiServices
from desktop.sync.secrets import FileSecrets
from signing.tsa_service import TimestampService
from tests.fixtures.office import FINANCE, Stage, TestOffice

from .conftest import Qillqa

Stages = Callable[[Stage | TestOffice], Stage]
URL = "https://127.0.0.1:9/tsa"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    save_settings(tmp_path, DeskSettings("e", "u", "d", "folder:x", "k"))
    return tmp_path


def test_added_listed_removed(qillqa: Qillqa, home: Path) -> None:
    at = ["--home", home]
    assert qillqa("desk", "tsa", "list", *at).out == "No hay servicios de sello de tiempo.\n"
    added = qillqa("desk", "tsa", "add", "adsib", URL, "--bearer", "--quota", 100, "--period", "year", "--proxy",
                   "http://red@127.0.0.1:3128", "--secret-stdin", *at, stdin="jwt-secreta\nclave-secreta\n")  # fmt: skip
    assert (added.status, added.err) == (0, "")
    assert "secreta" not in added.out
    kept = json.loads(FileSecrets(home).get("tsa/adsib"))
    assert kept == {"bearer": "jwt-secreta", "proxy_password": "clave-secreta"}
    listed = qillqa("desk", "tsa", "list", *at)
    assert listed.out == f"adsib  {URL}  Con credencial.  Quedan 100 sellos.\n"
    (row,) = qillqa("desk", "tsa", "list", *at, "--json").json["services"]
    assert (row["name"], row["login"], row["remaining"]) == ("adsib", "bearer", 100)
    taken = qillqa("desk", "tsa", "add", "adsib", URL, *at)
    assert (taken.status, "«adsib»" in taken.err) == (65, True)
    removed = qillqa("desk", "tsa", "remove", "adsib", *at, "--json")
    assert (removed.status, removed.json) == (0, {"removed": "adsib"})
    assert FileSecrets(home).get("tsa/adsib") == ""
    assert qillqa("desk", "tsa", "remove", "adsib", *at, "--json").json["error"]["code"] == "tsa.unknown"


def test_a_secret_through_a_descriptor(qillqa: Qillqa, home: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"clave-secreta\r\nfrase\n")
    os.close(writer)
    answer = qillqa("desk", "tsa", "add", "una", URL, "--user", "ana", "--secret-fd", reader, "--home", home, "--json")
    assert (answer.status, answer.json) == (0, {"added": "una"})
    assert os.read(reader, 10) == b"frase\n"
    os.close(reader)
    assert json.loads(FileSecrets(home).get("tsa/una")) == {"password": "clave-secreta"}


def test_nothing_given_nothing_kept(qillqa: Qillqa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda question: "")
    answer = qillqa("desk", "tsa", "add", "una", URL, "--bearer", "--home", home)
    assert answer.status == 2
    assert load_settings(home).services == ()


@pytest.mark.parametrize("wrong", [["--digest", "md5"], ["--period", "week"], ["--quota", "-1"], ["--timeout", "0"]])
def test_values_that_are_not_possible(qillqa: Qillqa, home: Path, wrong: list[str]) -> None:
    assert qillqa("desk", "tsa", "add", "una", URL, *wrong, "--home", home).status == 64
    assert load_settings(home).services == ()


def test_an_address_that_cannot_be_used_in_words(qillqa: Qillqa, home: Path) -> None:
    answer = qillqa("desk", "tsa", "add", "una", "tsa.ejemplo", "--home", home)
    assert answer.status == 65
    assert answer.err.startswith("«tsa.ejemplo» no es la dirección de un servicio.")


@pytest.mark.xdist_group("office")
def test_tried_at_a_desk(qillqa: Qillqa, stages: Stages, founded: TestOffice, practice_services: PkiServices) -> None:
    home = stages(founded).office.desk_home(FINANCE)
    tried = qillqa("desk", "tsa", "test", "--home", home)
    assert (tried.status, tried.err) == (0, "")
    assert tried.out.startswith("«tsa» dio un sello correcto (http://127.0.0.1:")
    assert qillqa("desk", "tsa", "test", "--home", home, "--json").json["size"] > 500
    settings = load_settings(home)
    save_settings(home, replace(settings, timestamp_url="http://127.0.0.1:9/tsa"))
    gone = qillqa("desk", "tsa", "test", "tsa", "--home", home)
    assert (gone.status, gone.out) == (65, "")
    assert gone.err.startswith(
        "No se pudo abrir la conexión con el servicio de sello de tiempo http://127.0.0.1:9/tsa."
    )
    save_settings(home, settings)


def test_the_options_of_commands_without_a_desk(tmp_path: Path) -> None:
    bearer, password = tmp_path / "jwt", tmp_path / "clave"
    bearer.write_text("jwt-secreta\n")
    password.write_text("clave-secreta\r\nmás\n")
    assert TsaWishes().timestamps() is None
    assert TsaWishes(["", ""]).timestamps() is None
    service = TsaWishes(
        [URL, "http://127.0.0.1:9/b", URL], "ana", password, bearer, "c", "k", "ca", "system"
    ).timestamps()
    assert isinstance(service, TimestampService)
    assert [client.url for client in service.clients] == [URL, "http://127.0.0.1:9/b"]
    access = service.clients[1].access
    assert (access.username, access.password, access.bearer) == ("ana", "clave-secreta", "jwt-secreta")
    assert (access.certificate, access.key, access.ca, access.proxy) == ("c", "k", "ca", "system")
    with pytest.raises(FileNotFoundError):
        TsaWishes([URL], bearer_file=tmp_path / "no-hay").timestamps()
