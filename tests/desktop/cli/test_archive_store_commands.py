"""archive doctor, backup, repair, seal at the command line, as the archivist runs them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.archive.inventory import object_folder
from desktop.archive.roots import open_root
from desktop.operations.archive_seal import TERM, extend
from desktop.operations.settings import DeskSettings, S3Access, save_settings
from desktop.practice.seaweed import SeaweedServer
from desktop.storage import LockingStore, S3Settings
from tests.conformance.archive_root import ONE, TWO, write

from .conftest import Qillqa

CONTENT = "v1/content/METS.xml"


def _home(tmp_path: Path, archive: str, s3: S3Access | None = None) -> Path:
    home = tmp_path / "escritorio"
    home.mkdir()
    save_settings(
        home, DeskSettings("E", "U", "D", f"folder:{tmp_path / 'intercambio'}", "key", archive=archive, s3=s3)
    )
    return home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A desk whose archive, in a folder, has two objects."""
    url = f"folder:{tmp_path / 'archivo'}"
    root = open_root(url, create=True)
    write(root, ONE)
    write(root, TWO)
    return _home(tmp_path, url)


@pytest.fixture
def s3_home(tmp_path: Path, s3_url: str, seaweed: SeaweedServer) -> Path:
    """The same in a bucket."""
    access = S3Access(seaweed.endpoint, seaweed.access_key, seaweed.secret_key)
    root = open_root(s3_url, s3=S3Settings(access.endpoint, access.access_key, access.secret_key), create=True)
    write(root, ONE)
    root.close()
    return _home(tmp_path, s3_url, access)


def test_backup_then_repair(qillqa: Qillqa, home: Path, tmp_path: Path) -> None:
    copy = f"folder:{tmp_path / 'disco' / 'copia'}"
    (tmp_path / "disco").mkdir()
    refused = qillqa("archive", "backup", "--home", home, "--to", copy)
    assert refused.status != 0
    assert "--new" in refused.err
    assert not (tmp_path / "disco" / "copia").exists()
    first = qillqa("archive", "backup", "--home", home, "--to", copy, "--new")
    assert first.status == 0, first.err
    assert "2 expedientes, 2 copiados ahora" in first.out
    assert "mismo disco" in first.err
    assert (tmp_path / "disco" / "copia" / "LEEME.txt").exists()
    assert qillqa("archive", "backup", "--home", home, "--to", copy, "--json").json["report"]["copied"] == 0

    content = tmp_path / "archivo" / "root" / object_folder(ONE) / CONTENT
    content.write_bytes(b"<mats/>")
    alone = qillqa("archive", "repair", "--home", home)
    assert alone.status == 1
    assert CONTENT in alone.err
    mended = qillqa("archive", "repair", "--home", home, "--from", copy)
    assert mended.status == 0, mended.err
    assert f"{CONTENT}  (de la segunda copia)" in mended.out
    assert content.read_bytes() == b"<mets/>"


def test_a_copy_in_the_same_place_is_refused(qillqa: Qillqa, home: Path, tmp_path: Path) -> None:
    for place in ("archivo", "archivo/copia", "."):
        answer = qillqa("archive", "backup", "--home", home, "--to", f"folder:{tmp_path / place}", "--new", "--json")
        assert answer.json["error"]["code"] == "archive.copy_same_place"


def test_a_flipped_declaration_is_put_back(qillqa: Qillqa, home: Path, tmp_path: Path) -> None:
    (tmp_path / "archivo" / "root" / "0=ocfl_1.1").write_bytes(b"ocfl_1.0\n")
    assert qillqa("archive", "repair", "--home", home, "--json").json["rescued"] == ["0=ocfl_1.1"]


def test_doctor_of_a_folder(qillqa: Qillqa, home: Path) -> None:
    answer = qillqa("archive", "doctor", "--home", home)
    assert answer.status == 0
    assert "Una carpeta no impide cambios" in answer.out
    assert answer.out.rstrip().endswith("sirve como archivo.")


def test_doctor_of_a_bucket(qillqa: Qillqa, s3_home: Path, seaweed: SeaweedServer, tmp_path: Path) -> None:
    closed = ("--port", "filer=1")
    assert qillqa("archive", "doctor", "--home", s3_home, *closed).status == 0
    opened = qillqa("archive", "doctor", "--home", s3_home, "--port", f"filer={seaweed.ports['filer']}")
    assert opened.status == 1
    assert "FALLA" in opened.out
    assert "borra lo bloqueado" in opened.out
    access = tmp_path / "s3.json"
    access.write_text(
        json.dumps({"endpoint": seaweed.endpoint, "access_key": seaweed.access_key, "secret_key": "wrong"})
    )
    denied = qillqa("archive", "doctor", "--store", f"{seaweed.url}/x", "--s3", access, "--json", *closed)
    assert denied.json["error"]["code"] == "storage.denied"
    assert qillqa("archive", "doctor", "--home", s3_home, "--port", "filer").status == 64


def test_a_folder_cannot_be_sealed(qillqa: Qillqa, home: Path) -> None:
    assert qillqa("archive", "seal", "--home", home, "--json").json["error"]["code"] == "archive.no_lock"


def test_seal_of_a_bucket(qillqa: Qillqa, s3_home: Path, s3_store: LockingStore) -> None:
    """Nothing before the quarantine; then everything, for the term asked; what was written over is named."""
    key = f"root/{object_folder(ONE)}/{CONTENT}"
    young = 36_500  # days: the tests' objects were made long ago
    assert qillqa("archive", "seal", "--home", s3_home, "--quarantine", young, "--json").json["locked"] == 0
    s3_store.put(f"root/{object_folder(ONE)}/v1/content/empty", b"forged")
    answer = qillqa("archive", "seal", "--home", s3_home, "--term", "1")
    assert answer.status == 1
    assert "v1/content/empty" in answer.err
    until = s3_store.retained_until(key)
    assert until is not None
    assert timedelta(hours=23) < until - datetime.now(UTC) <= timedelta(days=1)
    assert s3_store.retained_until("root/0=ocfl_1.1") is None


def test_a_lock_is_made_longer_once_a_month(s3_home: Path, s3_url: str, s3_settings: S3Settings) -> None:
    root = open_root(s3_url, s3=s3_settings)
    now = datetime.now(UTC)
    first = extend(root, now)
    assert first is not None
    assert first.locked > 0
    for days, locked in ((20, 0), (31, first.locked), (50, 0)):
        again = extend(root, now + timedelta(days=days))
        assert again is not None
        assert again.locked == locked, days
    assert timedelta(days=365) == TERM
    root.close()
