"""Which files a folder gives, in which order, and that nothing is passed over in silence."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from signing.file_walk import Place, walk

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and names of POSIX")


def names(folder: Path, **options: bool) -> list[tuple[str, str]]:
    return [(place.path.relative_to(folder).as_posix(), place.problem) for place in walk([folder], **options)]


def made(folder: Path, *paths: str) -> Path:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"x")
    return folder


def test_pdfs_in_any_case_by_name_folder_after_folder(tmp_path: Path) -> None:
    made(tmp_path, "b.pdf", "a.PDF", "c.txt", "d/z.Pdf", "d/e/y.pdf", "a/x.pdf", ".hidden/h.pdf", "pdf", ".pdf")
    assert [name for name, _ in names(tmp_path)] == [
        ".pdf",
        "a.PDF",
        "b.pdf",
        ".hidden/h.pdf",
        "a/x.pdf",
        "d/z.Pdf",
        "d/e/y.pdf",
    ]


def test_all_files_are_all(tmp_path: Path) -> None:
    made(tmp_path, "a.txt", "b", "c.pdf")
    assert [name for name, _ in names(tmp_path, all_files=True)] == ["a.txt", "b", "c.pdf"]


def test_a_file_that_is_named_is_taken_as_it_is(tmp_path: Path) -> None:
    made(tmp_path, "acta.txt")
    (place,) = walk([tmp_path / "acta.txt"])
    assert (place.problem, place.size) == ("", 1)
    assert place.modified == (tmp_path / "acta.txt").stat().st_mtime_ns


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert list(walk([tmp_path / "no"])) == [Place(tmp_path / "no", problem="file.not_found")]
    assert list(walk([Path("a\0b")])) == [Place(Path("a\0b"), problem="file.not_found")]


@posix_only
def test_links_that_go_round_are_said_once_and_end(tmp_path: Path) -> None:
    made(tmp_path, "a/x.pdf")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self.pdf").symlink_to("self.pdf")
    assert names(tmp_path) == [("self.pdf", "file.link_loop"), ("a/x.pdf", ""), ("a/up", "file.link_loop")]


@posix_only
def test_a_folder_under_two_names_is_looked_into_once(tmp_path: Path) -> None:
    made(tmp_path, "a/x.pdf")
    (tmp_path / "b").symlink_to("a")
    assert names(tmp_path) == [("a/x.pdf", "")]


@posix_only
def test_links_to_files_are_followed_and_dangling_ones_said(tmp_path: Path) -> None:
    made(tmp_path, "real/x.pdf")
    (tmp_path / "link.pdf").symlink_to("real/x.pdf")
    (tmp_path / "nothing.pdf").symlink_to("gone.pdf")
    assert names(tmp_path) == [("link.pdf", ""), ("nothing.pdf", "file.not_found"), ("real/x.pdf", "")]


@posix_only
def test_devices_and_pipes_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "tubo.pdf")
    (tmp_path / "cero.pdf").symlink_to("/dev/zero")
    monkeypatch.chdir(tmp_path)  # the name of a socket is at most 108 bytes long
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("s.pdf")
    assert names(tmp_path) == [(name, "file.not_a_file") for name in ("cero.pdf", "s.pdf", "tubo.pdf")]


@posix_only
def test_names_that_are_no_text(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.pdf")).write_bytes(b"x")
    (tmp_path / "a\nb.pdf").write_bytes(b"x")
    assert [place.problem for place in walk([tmp_path])] == ["", ""]


@posix_only
def test_a_folder_that_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, "a/x.pdf", "b/y.pdf")
    before = Path.iterdir

    def refusing(self: Path) -> object:
        if self.name == "a":
            raise PermissionError(13, "no")  # the one who runs the tests may be root, to whom all is open
        return before(self)

    monkeypatch.setattr(Path, "iterdir", refusing)
    assert names(tmp_path) == [("a", "folder.unreadable"), ("b/y.pdf", "")]


def test_a_hundred_thousand_files_are_not_held(tmp_path: Path) -> None:
    """One folder at a time: after the first file of the first folder the second was not looked into."""
    made(tmp_path, "a/x.pdf", "b/y.pdf")
    places = walk([tmp_path])
    assert next(places).path.name == "x.pdf"
    (tmp_path / "b" / "z.pdf").write_bytes(b"x")
    assert [place.path.name for place in places] == ["y.pdf", "z.pdf"]
