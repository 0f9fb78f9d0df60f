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


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Files signed once, by the program's name."""
    folder = tmp_path_factory.mktemp("letters")
    lab = shared_lab()
    made = {"ours": lab.sign(plain_pdf())}
    for by in (by_pdfsig, by_mutool, by_libreoffice, by_java):
        made |= in_new_folder(by, lab, folder, by.__name__)
    del made["openpdf"]  # adbe.x509.rsa_sha1, which is listed and not judged
    return made


@pytest.mark.parametrize("second", [by_pdfsig, by_java], ids=lambda by: by.__name__)
@pytest.mark.parametrize(
    "first", ["ours", *(pytest.param(name, marks=pytest.mark.full) for name in ("pdfsig", "libreoffice", "dss"))]
)
def test_a_second_signature_by_another_program(
    letters: dict[str, bytes], tmp_path: Path, first: str, second: Signers
) -> None:
    """A new field, its picture, a font in the form's resources, metadata, a certification that comes late."""
    for name, data in in_new_folder(second, shared_lab(), tmp_path, "second", letters[first]).items():
        assert permitted(data), (first, name)


def test_a_field_that_was_there_filled_by_mupdf(letters: dict[str, bytes], tmp_path: Path) -> None:
    assert permitted(in_new_folder(by_mutool, shared_lab(), tmp_path, "second", letters["ours"])["mutool"])


@pytest.mark.parametrize("first", ["mutool", "libreoffice", "itext", "itext-certified", "dss"])
def test_our_signature_on_a_file_of_another_program(letters: dict[str, bytes], first: str) -> None:
    spec = fields.SigFieldSpec("otra", on_page=0)
    assert permitted(shared_lab().sign(letters[first], shared_lab().bob, field_name="otra", new_field=spec))


def test_a_visible_one_after_a_certification_is_the_sneaky_attack(letters: dict[str, bytes]) -> None:
    spec = fields.SigFieldSpec("otra", on_page=0, box=(300, 300, 400, 350))
    later = first_of(shared_lab().sign(letters["itext-certified"], shared_lab().bob, field_name="otra", new_field=spec))
    assert (later.changes, later.reason) == (LaterChanges.SUSPICIOUS, "signature.not_permitted")
    assert {item.kind for item in later.items if not item.permitted} == {Kind.SIGNATURE}
