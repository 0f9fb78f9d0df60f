"""Signed by one program, signed again by another, for real: the first signature must stay as good as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyhanko.sign import fields

from signing.changes import Later, read_coverage, read_later_changes
from signing.later.history import History
from signing.opening import open_file
from signing.report import ChangeKind as Kind
from signing.report import LaterChanges
from tests.fixtures.foreign_signed.real import by_java, by_libreoffice, by_mutool, by_pdfsig
from tests.fixtures.lab import Lab, plain_pdf, shared_lab

Signers = Callable[..., dict[str, Path]]


def first_of(data: bytes) -> Later:
    opened = open_file(data)
    found = [one.signature for one in opened.fields if one.signature is not None]
    oldest = min(found, key=lambda one: one.signed_revision)
    return read_later_changes(data, oldest, read_coverage(data, oldest), History(data, opened.reader))


def permitted(data: bytes) -> bool:
    later = first_of(data)
    assert later.changes is LaterChanges.PERMITTED, later
    return True


def in_new_folder(by: Signers, lab: Lab, folder: Path, name: str, *source: bytes) -> dict[str, bytes]:
    room = folder / name
    room.mkdir()
    return {program: path.read_bytes() for program, path in by(lab, room, *source).items()}


class Letters:
    """Files signed once, by the program's name, made when first asked for: large programs are there for `make test-full` only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = {"ours": shared_lab().sign(plain_pdf())}

    def __getitem__(self, name: str) -> bytes:
        if name not in self._made:
            by = {"pdfsig": by_pdfsig, "mutool": by_mutool, "libreoffice": by_libreoffice}.get(name, by_java)
            self._made |= in_new_folder(by, shared_lab(), self._folder, by.__name__)
        return self._made[name]


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Letters:
    return Letters(tmp_path_factory.mktemp("letters"))


def full(*values: object) -> object:
    return pytest.param(*values, marks=pytest.mark.full)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ours", by_pdfsig),
        ("pdfsig", by_pdfsig),
        full("ours", by_java),
        full("pdfsig", by_java),
        full("libreoffice", by_pdfsig),
        full("libreoffice", by_java),
        full("dss", by_pdfsig),
        full("dss", by_java),
    ],
)
def test_a_second_signature_by_another_program(letters: Letters, tmp_path: Path, first: str, second: Signers) -> None:
    """A new field, its picture, a font in the form's resources, metadata, a certification that comes late."""
    for name, data in in_new_folder(second, shared_lab(), tmp_path, "second", letters[first]).items():
        assert name == "openpdf" or permitted(data), (first, name)  # its adbe.x509.rsa_sha1 is listed and not judged


@pytest.mark.full
def test_a_field_that_was_there_filled_by_mupdf(letters: Letters, tmp_path: Path) -> None:
    assert permitted(in_new_folder(by_mutool, shared_lab(), tmp_path, "second", letters["ours"])["mutool"])


@pytest.mark.parametrize("first", [full(name) for name in ("mutool", "libreoffice", "itext", "itext-certified", "dss")])
def test_our_signature_on_a_file_of_another_program(letters: Letters, first: str) -> None:
    spec = fields.SigFieldSpec("otra", on_page=0)
    assert permitted(shared_lab().sign(letters[first], shared_lab().bob, field_name="otra", new_field=spec))


@pytest.mark.full
def test_a_visible_one_after_a_certification_is_the_sneaky_attack(letters: Letters) -> None:
    spec = fields.SigFieldSpec("otra", on_page=0, box=(300, 300, 400, 350))
    later = first_of(shared_lab().sign(letters["itext-certified"], shared_lab().bob, field_name="otra", new_field=spec))
    assert (later.changes, later.reason) == (LaterChanges.SUSPICIOUS, "signature.not_permitted")
    assert {item.kind for item in later.items if not item.permitted} == {Kind.SIGNATURE}
