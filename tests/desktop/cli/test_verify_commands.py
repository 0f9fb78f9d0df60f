"""verify over files and folders: streams, status, Ctrl-C, journal, passwords, what is loaded."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from typer.main import get_command

from desktop.cli.ahead import FLAGS, children_for, started_ahead
from desktop.cli.application import build
from desktop.cli.verify_answer import progress_line, shown
from signing import sandbox_start
from signing.piped_child import PipedChild
from tests.fixtures.attacks.makers import page_replaced, victim
from tests.fixtures.lab import plain_pdf, shared_lab

from .conftest import Qillqa

ROOT = Path(__file__).parents[3]
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("roots")
    (folder / "raiz.pem").write_text(shared_lab().root.pem)
    return folder


@pytest.fixture(scope="module")
def pile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """valid, unsigned, invalid, unreadable."""
    folder = tmp_path_factory.mktemp("pile")
    for name, data in {
        "a-valid.pdf": victim(shared_lab()),
        "b-unsigned.PDF": plain_pdf(),
        "c/invalid.pdf": page_replaced(shared_lab()),
        "c/junk.pdf": b"junk",
        "c/acta.txt": b"text",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def locked(password: str = "clave", **options: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user=password, owner="jefe", **options))
    return out.getvalue()


def test_one_json_document_for_a_folder(qillqa: Qillqa, pile: Path, roots: Path) -> None:
    answer = qillqa("verify", pile, "--trust", roots, "--json")
    assert [row["verdict"] for row in answer.json["files"]] == ["valid", "unsigned", "invalid", "unreadable"]
    assert answer.json["format"] == 1
    assert "stopped" not in answer.json
    assert (answer.status, answer.err) == (1, "")


def test_lines_and_a_sum_for_a_folder(qillqa: Qillqa, pile: Path, roots: Path) -> None:
    answer = qillqa("verify", pile, "--trust", roots)
    assert answer.out.startswith("a-valid.pdf: Todas las firmas")
    assert answer.err == "4 archivos: 1 válido, 1 sin firma, 1 no válido, 1 ilegible.\n"


@pytest.mark.parametrize(
    ("name", "status"), [("a-valid.pdf", 0), ("b-unsigned.PDF", 2), ("c/junk.pdf", 1), ("c/invalid.pdf", 1)]
)
def test_status_of_one_file(qillqa: Qillqa, pile: Path, roots: Path, name: str, status: int) -> None:
    answer = qillqa("verify", pile / name, "--trust", roots)
    assert (answer.status, answer.err) == (status, "")


def test_all_files_and_none(qillqa: Qillqa, pile: Path, roots: Path, tmp_path: Path) -> None:
    answer = qillqa("verify", pile / "c", "--all-files", "--trust", roots, "--json")
    assert [Path(row["file"]).name for row in answer.json["files"]] == ["acta.txt", "invalid.pdf", "junk.pdf"]
    assert answer.json["files"][0]["reason"] == "file.not_pdf"
    empty = qillqa("verify", tmp_path, "--trust", roots)
    assert (empty.status, empty.out) == (2, "")
    assert "ningún archivo PDF" in empty.err
    assert qillqa("verify", tmp_path, "--trust", roots, "--json").json == {"format": 1, "files": []}


def test_jobs_make_no_difference(qillqa: Qillqa, pile: Path, roots: Path) -> None:
    at = ("--trust", roots, "--at", "2026-12-01T00:00:00Z", "--json")
    assert qillqa("verify", pile, *at, "--jobs", "1").out == qillqa("verify", pile, *at, "--jobs", "3").out


def test_a_journal_is_taken_up_again(qillqa: Qillqa, pile: Path, roots: Path, tmp_path: Path) -> None:
    kept = tmp_path / "diario"
    first = qillqa("verify", pile, "--trust", roots, "--journal", kept, "--json")
    lines = kept.read_text("ascii").splitlines()
    assert len(lines) == 4
    assert qillqa("verify", pile, "--trust", roots, "--journal", kept, "--json").json == first.json
    assert kept.read_text("ascii").splitlines() == lines
    other = qillqa("verify", pile, "--trust", roots, "--journal", pile / "c" / "acta.txt", "--json")
    assert (other.status, other.json["error"]["code"]) == (65, "journal.unusable")


def test_a_password_opens_what_it_fits(qillqa: Qillqa, roots: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(locked())
    (tmp_path / "b.pdf").write_bytes(locked("otra"))
    (tmp_path / "c.pdf").write_bytes(locked("tercera", R=4))
    (tmp_path / "d.pdf").write_bytes(plain_pdf())
    at = (tmp_path, "--trust", roots, "--json")
    none = qillqa("verify", *at)
    assert [row["reason"] for row in none.json["files"]] == ["file.encrypted"] * 3 + ["file.unsigned"]
    given = qillqa("verify", *at, "--password-stdin", stdin="clave\n")
    assert [row["reason"] for row in given.json["files"]] == [
        "file.unsigned",
        "file.wrong_password",
        "file.wrong_password",
        "file.unsigned",
    ]
    assert "clave" not in given.out + given.err
    owner = qillqa("verify", *at, "--password-stdin", stdin="jefe\n")
    assert {row["reason"] for row in owner.json["files"]} == {"file.unsigned"}


@posix_only
def test_a_password_by_descriptor(qillqa: Qillqa, roots: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(locked())
    there, here = os.pipe()
    os.write(here, b"clave\n")
    answer = qillqa("verify", tmp_path, "--trust", roots, "--json", "--password-fd", there)
    os.close(here)
    os.close(there)
    assert answer.json["files"][0]["reason"] == "file.unsigned"


@posix_only
def test_the_terminal_is_asked_once_for_a_run(roots: Path, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.pdf").write_bytes(locked())
    status, said = at_terminal(
        [str(tmp_path), "--trust", str(roots), "--jobs", "1"], typed={b"para dejarlo": b"clave\n"}
    )
    assert said.count("Contraseña de «0.pdf»") == 1
    assert said.count("Contraseña") == 1
    assert "3 archivos: 3 sin firma." in said
    assert "clave" not in said
    assert status == 2


@posix_only
def test_progress_stands_on_a_terminal_only(pile: Path, roots: Path, tmp_path: Path) -> None:
    data = plain_pdf()
    for number in range(3000):  # far more than are done before the first line of progress, which ends the run
        (tmp_path / f"{number}.pdf").write_bytes(data)
    arguments = [str(tmp_path), "--trust", str(roots), "--jobs", "1"]
    status, said = at_terminal(arguments, typed={b"con problemas": b"\x03"})
    assert "con problemas" in said
    assert status == 130
    quiet = subprocess.run(command(str(pile), "--trust", str(roots)), capture_output=True, text=True, timeout=60)
    assert quiet.stderr.splitlines() == ["4 archivos: 1 válido, 1 sin firma, 1 no válido, 1 ilegible."]


@posix_only
@pytest.mark.parametrize("as_json", [True, False])
def test_ctrl_c_ends_with_what_is_done(roots: Path, tmp_path: Path, as_json: bool) -> None:
    data = plain_pdf()
    for number in range(3000):
        (tmp_path / f"{number:04}.pdf").write_bytes(data)
    kept = tmp_path / "diario"
    arguments = [str(tmp_path), "--trust", str(roots), "--journal", str(kept), *(["--json"] if as_json else [])]
    with subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        head = run.stdout.readline() + run.stdout.readline()
        run.send_signal(signal.SIGINT)
        assert run.stderr is not None
        rest, err = run.stdout.read(), run.stderr.read()
    assert run.returncode == 130
    assert "Traceback" not in err
    done = len(kept.read_text("ascii").splitlines())
    assert 0 < done < 3000
    if as_json:
        answer = json.loads(head + rest)
        assert answer["stopped"] is True
        assert {row["verdict"] for row in answer["files"]} == {"unsigned"}
        assert len(answer["files"]) == done
    else:
        assert "Interrumpido" in err or "interrump" in err


def test_a_name_that_is_no_text_is_told(qillqa: Qillqa, roots: Path, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.pdf"))
    path.write_bytes(plain_pdf())
    answer = qillqa("verify", tmp_path, "--trust", roots, "--json")
    (row,) = answer.json["files"]
    assert row["file"].endswith("a\\xff.pdf")
    assert row["verdict"] == "unsigned"
    assert "a\\xff.pdf: Este documento" in qillqa("verify", tmp_path, "--trust", roots).out


def test_no_control_character_reaches_a_terminal() -> None:
    assert shown("a\x1b[2Jb\nc\u202ed ñ") == "a\\x1b[2Jb\\nc\\u202ed ñ"


@posix_only
def test_a_file_that_vanishes_is_a_verdict(roots: Path, tmp_path: Path) -> None:
    data = plain_pdf()
    for number in range(200):
        (tmp_path / f"{number:04}.pdf").write_bytes(data)
    with subprocess.Popen(
        command(str(tmp_path), "--trust", str(roots), "--json", "--jobs", "1"), stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        head = run.stdout.readline() + run.stdout.readline()
        (tmp_path / "0150.pdf").unlink()
        answer = json.loads(head + run.stdout.read())
    assert answer["files"][150 if len(answer["files"]) == 200 else -1]["verdict"] in ("unreadable", "unsigned")
    assert run.returncode in (1, 2)


def test_the_line_of_progress() -> None:
    assert progress_line(10, 1, None, 2.0) == "10 revisados · 1 con problemas"
    assert progress_line(10, 0, 1000, 2.0) == "10 de 1000 · 0 con problemas · faltan 3 min 19 s"
    assert progress_line(990, 0, 1000, 99.0) == "990 de 1000 · 0 con problemas · faltan 2 s"


def test_only_what_it_needs_is_loaded() -> None:
    code = (
        "import sys; from desktop.__main__ import main; sys.argv = ['qillqa', 'verify', '/no/hay.pdf']; main(); "
        "print([m for m in ('pyhanko', 'pypdfium2', 'pikepdf', 'sqlalchemy', 'typst', 'lxml', 'cryptography', 'aiohttp', "
        "'multiprocessing', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"


def test_children_start_before_the_command_line_is_read(tmp_path: Path) -> None:
    folder, one, other = str(tmp_path), str(tmp_path / "a.pdf"), str(tmp_path / "b.pdf")
    for arguments, wanted in {
        (folder,): 4,
        (one,): 1,
        (one, other): 4,
        (one, "--trust", folder): 1,
        ("--trust", folder, "--json", one): 1,
        (folder, "--jobs", "2"): 2,
        (folder, "--jobs=1", "--no-pages"): 1,
        (folder, "--jobs", "0"): 4,
        (folder, "--jobs", "60"): 4,
        (folder, "--jobs", "muchos"): 4,
        (folder, "--jobs"): 4,
        ("--json",): 0,
        (): 0,
    }.items():
        assert children_for(arguments, 4) == wanted, arguments


def test_flags_are_those_of_the_command() -> None:
    told = get_command(build(("verify_commands",))).commands["verify"]  # type: ignore[attr-defined]
    flags = {name for one in told.params for name in (*one.opts, *one.secondary_opts) if getattr(one, "is_flag", False)}
    assert flags | {"--help"} == FLAGS


def test_children_that_nobody_takes_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    monkeypatch.setattr(sandbox_start, "_start", lambda start=sandbox_start._start: recorded(start(), started))
    with started_ahead(["verify", "a.pdf", "b.pdf", "--jobs", "2"]):
        assert len(started) in (1, 2)
        taken = sandbox_start.take_child()
        assert taken.pid == started[0]
        taken.end()
        taken.reap()
    for pid in started:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    started.clear()
    for others in (["sign", "a.pdf"], ["verify", "--help"], []):
        with started_ahead(others):
            assert not started


def recorded(child: PipedChild, pids: list[int]) -> PipedChild:
    pids.append(child.pid)
    return child


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "desktop", "verify", *arguments]


def at_terminal(arguments: list[str], typed: dict[bytes, bytes]) -> tuple[int, str]:
    """Run with a terminal of its own on all three streams; type each answer when its question has appeared."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execv(sys.executable, command(*arguments))
    said = b""
    left = dict(typed)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            said += os.read(terminal, 4096)
        except OSError:
            break
        for question, answer in list(left.items()):
            if question in said:
                os.write(terminal, left.pop(question) and answer)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), said.decode("utf-8", "replace")
