"""No function of the program deletes a record: neither by its source, nor by what is done to a root."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import typer

import desktop
from desktop.archive.audit import Act, News
from desktop.archive.audit_places import log_of
from desktop.archive.cataloguing import look_at_all
from desktop.archive.folder_root import FolderRoot
from desktop.archive.index import refresh
from desktop.archive.inventory import INVENTORY, SIDECAR
from desktop.archive.restriction import Decision, decide
from desktop.archive.roots import Root
from desktop.archive.s3_root import S3Root
from desktop.cli import archive_commands
from desktop.store.catalogue import Catalogue
from tests.desktop.archive.dossiers import RECEIVED_AT
from tests.desktop.archive.shelves import KEEPER, dossier, keep

SOURCE = Path(desktop.__file__).parent
TAKES_AWAY = frozenset(
    {"unlink", "remove", "rmtree", "rmdir", "removedirs", "delete", "delete_object", "delete_objects", "delete_object_version",
     "delete_bucket", "purge", "purge_version", "truncate", "ftruncate", "hide", "send2trash"}
)  # fmt: skip
LOOKED_AT = ("archive", "storage", "operations", "cli")
ALLOWED = {
    ("archive/doctor_folder.py", "examine_folder", "rmtree"): "the probe's own folders",
    ("archive/doctor_s3.py", "_can_purge", "purge_version"): "the probe's own key",
    ("archive/doctor_s3.py", "_clear", "purge_version"): "what probes left in their own place",
    ("archive/doctor_s3.py", "_keeps", "hide"): "the probe's own key",
    ("archive/doctor_s3.py", "resists", "purge_version"): "the probe's own key, which must resist",
    (
        "archive/folder_root.py",
        "_staging",
        "rmtree",
    ): "staging beside the root of a version that was committed or refused",
    ("archive/folder_root.py", "mend", "unlink"): "the temporary file in work/, after a failure",
    ("archive/folder_root.py", "set_aside", "rmdir"): "empty folders only: rmdir refuses others",
    ("archive/laying_out.py", "_drop_left", "rmtree"): "a copy that was being handed out a day ago",
    ("archive/laying_out.py", "laid_out", "rmtree"): "a copy that could not be handed out",
    ("archive/s3_root.py", "set_aside", "hide"): "a delete marker over what belongs to nobody; the versions stay",
    ("archive/folder_root.py", "_replace", "unlink"): "the temporary file in work/, after a failure",
    ("archive/folder_tidying.py", "drop_empty", "rmdir"): "empty folders only: rmdir refuses others",
    ("archive/folder_tidying.py", "drop_staging", "rmtree"): "work/, of writers that died a day ago",
    ("archive/folder_tidying.py", "drop_staging", "unlink"): "work/, of writers that died a day ago",
    (
        "archive/s3_reconcile.py",
        "reconcile",
        "hide",
    ): "a marker over keys that no committed inventory names; their versions stay",
    ("storage/folder.py", "_claim", "unlink"): "the claim of a writer, given back",
    ("storage/folder.py", "_drop_if_stale", "unlink"): "the claim of a writer that died",
    ("storage/folder.py", "_replace", "unlink"): "the temporary file, after a failure",
    ("storage/folder.py", "_write_temporary", "unlink"): "the temporary file, after a failure",
    ("storage/folder.py", "put_if_absent", "unlink"): "the temporary file, once it is linked",
    ("storage/s3.py", "hide", "delete_object"): "a delete marker; the versions stay",
    ("storage/s3.py", "purge_version", "delete_object"): "the probe of archive doctor, on a key of its own",
}
OF_THE_ARCHIVE = ("archive", "storage")
"""Rooms of which every call counts; of the others those modules that work with the archive."""


def _calls(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(function, what it calls) of every call that could take something away."""

    def walk(node: ast.AST, function: str) -> Iterator[tuple[str, str]]:
        for child in ast.iter_child_nodes(node):
            inside = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
            if isinstance(child, ast.Call):
                name = child.func.attr if isinstance(child.func, ast.Attribute) else getattr(child.func, "id", "")
                if name in TAKES_AWAY:
                    yield function, name
            yield from walk(child, inside)

    return walk(tree, "")


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for room in LOOKED_AT:
        for path in sorted((SOURCE / room).rglob("*.py")):
            text = path.read_text("utf-8")
            if room in OF_THE_ARCHIVE or "desktop.archive" in text or path.stem.startswith("archive_"):
                yield path.relative_to(SOURCE).as_posix(), ast.parse(text)


def test_no_call_in_the_source_takes_a_record_away() -> None:
    found = {(name, function, call) for name, tree in _modules() for function, call in _calls(tree)}
    assert sorted(found - ALLOWED.keys()) == []


def test_the_check_of_the_source_bites() -> None:
    source = "class Root:\n def drop(self, folder):\n  shutil.rmtree(folder)\n  self._client.delete_objects(x)\n  folder.unlink()\n"
    assert sorted(_calls(ast.parse(source))) == [("drop", "delete_objects"), ("drop", "rmtree"), ("drop", "unlink")]


@pytest.mark.parametrize("kind", [Root, FolderRoot, S3Root])
def test_a_root_offers_nothing_that_deletes(kind: type) -> None:
    offered = {name for name in dir(kind) if not name.startswith("_")}
    assert not {
        name for name in offered for word in ("delete", "remove", "purge", "drop", "erase", "destroy") if word in name
    }


def test_no_command_of_the_archive_deletes() -> None:
    app = typer.Typer()
    archive_commands.add_to(app)
    commands = {info.name for group in app.registered_groups for info in group.typer_instance.registered_commands}  # type: ignore[union-attr]
    assert {"list", "show", "find", "rebuild", "restrict", "audit", "ndsa"} <= commands
    assert not {
        name
        for name in commands
        if name and name.startswith(("delete", "remove", "purge", "drop", "borrar", "eliminar"))
    }


def _committed(root: Root) -> dict[str, bytes]:
    """Every byte below the root, but the copies of the newest inventory at the objects' own roots."""
    found = {}
    for folder in root.object_folders():
        for file in root.files_at(folder):
            if file.path not in (INVENTORY, SIDECAR):
                found[f"{folder}/{file.path}"] = b"".join(root.chunks(folder, file.path))
    return found


def test_whatever_is_done_to_a_root_what_was_there_stays(root: Root, tmp_path: Path) -> None:
    ids = [keep(root, dossier(number)) for number in (1, 2)]
    before = _committed(root)
    log = log_of(root)
    catalogue = Catalogue.open(tmp_path / "catalogue", root.url)
    later = RECEIVED_AT + timedelta(days=1)

    def everything() -> Iterator[str]:
        decide(root, ids[0], Decision(restricted=True, reason="Reserva"), user=KEEPER, now=later)
        yield "restricted"
        refresh(root)
        refresh(root, again=None)
        yield "indexed"
        decide(root, ids[0], Decision(restricted=False, reason="Venció"), user=KEEPER, now=later)
        yield "lifted"
        files = {"metadata/descriptive/dc.xml": b"<dc/>"}
        root.write_version(ids[1], files, base="v1", message="otra", user=KEEPER, now=later)
        yield "next version"
        log.add([News(Act.DECLARED)], by="x", device="D", now=later)
        catalogue.rebuild(look_at_all(root), at=later)
        yield "catalogued"
        root.repair()
        yield "repaired"

    for step in everything():
        now = _committed(root)
        assert {path: now.get(path) for path in before} == before, step
        before = now
    catalogue.close()
