"""The script that proves an object lies beside the archive and beside its copies, as it is shipped."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.operations import archive_backup, strangers
from desktop.resources import find_resources
from tests.fixtures.office import FINANCE, Stage, TestOffice, own_archive

pytestmark = pytest.mark.xdist_group("office")


def test_it_is_laid_by_who_accepts_and_carried_by_who_backs_up(
    archived_stage: Stage, stages: Callable[[Stage | TestOffice], Stage]
) -> None:
    office = stages(archived_stage).office
    shipped = (find_resources() / "strangers" / "prove-an-object.sh").read_bytes()
    beside = own_archive(office) / "comprobar.sh"
    assert beside.read_bytes() == shipped
    beside.write_bytes(b"otra cosa")
    strangers.lay_beside(office.desk(FINANCE))
    assert beside.read_bytes() == shipped
    written = beside.stat().st_ino
    strangers.lay_beside(office.desk(FINANCE))
    assert beside.stat().st_ino == written  # what lies as it should is left alone
    archive_backup.back_up_archive(office.desk_home(FINANCE), f"folder:{office.home / 'copia'}", new=True)
    assert (office.home / "copia" / "comprobar.sh").read_bytes() == shipped
