"""A dossier that went the whole way, raised and renewed: every version is judged by programs of other people, digests included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.archive.folder_root import FolderRoot
from desktop.archive.reading import read_file
from desktop.operations import raise_archive
from tests.fixtures.office import FINANCE, Stage, TestOffice, own_archive
from tests.judges.verdicts import judge_eark, judge_ocfl_objects, judge_ocfl_root

pytestmark = pytest.mark.xdist_group("office")


def test_every_version_of_a_real_dossier_is_valid(
    archived_stage: Stage, stages: Callable[[Stage | TestOffice], Stage], tmp_path: Path
) -> None:
    office = stages(archived_stage).office
    root = FolderRoot(own_archive(office))
    ((name, newest),) = raise_archive.raise_archive(office.desk(FINANCE), again=True).versions
    inventory = root.inventory(name)
    assert inventory is not None
    assert (newest, len(inventory.versions)) == ("v3", 3)
    folders = [tmp_path / f"v{number}" / "aip" for number in (1, 2, 3)]
    for folder, block in zip(folders, inventory.versions, strict=True):
        for path in block.state:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(read_file(root, name, path, folder.parent.name))
    judged = judge_eark(folders)
    assert [judged[str(folder)].messages for folder in folders] == [(), (), ()]
    assert all(judged[str(folder)].valid for folder in folders)
    verdict = judge_ocfl_root(root.path)
    assert (verdict.valid, verdict.messages) == (True, ())
    (place,) = (root.path / folder for folder in root.object_folders())
    # ocfl-py's own command exits 0 on a root with a damaged object: the judge must not be taken in.
    pdf = next((place / "v1").rglob("*.pdf"))
    data = bytearray(pdf.read_bytes())
    data[4000] ^= 1
    pdf.write_bytes(bytes(data))
    assert not judge_ocfl_root(root.path).valid
    assert not judge_ocfl_objects([place])[str(place)].valid
