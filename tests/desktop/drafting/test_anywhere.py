"""Equal jobs give equal bytes whatever the process: another order of hashing, zone, language and folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FREEZE = """
import hashlib, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from dataclasses import replace
from desktop.drafting.jobs import AttachedFile
from desktop.drafting.letterhead import Letterhead
from desktop.drafting.samples import sample_job
from desktop.drafting.setting import freeze
from desktop.drafting.templates import load_templates
from tests.desktop.drafting.test_setting import png
resources = Path(sys.argv[1]) / "resources"
arms = Letterhead(png(), "image/png", "Escudo", ("Plaza 10 de Febrero",))
inside = (AttachedFile.of("a.csv", b"1", media_type="text/csv", embed=True),)
for name, template in sorted(load_templates([resources / "templates"]).items()):
    job = replace(sample_job(template, resources), letterhead=arms)
    jobs = (job, replace(job, attachments=inside)) if template.signed else (job,)
    print(name, *(hashlib.sha256(freeze(each).pdf).hexdigest() for each in jobs))
"""


def digests(folder: Path, **environment: str) -> list[str]:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", FREEZE, str(ROOT)],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    return done.stdout.splitlines()


@pytest.mark.timeout(400)
def test_equal_jobs_give_equal_bytes_in_any_process(tmp_path: Path) -> None:
    here = digests(tmp_path / "uno", PYTHONHASHSEED="1", TZ="America/La_Paz", LC_ALL="C.UTF-8")
    there = digests(tmp_path / "otra carpeta Ñ", PYTHONHASHSEED="4242", TZ="Asia/Tokyo", LC_ALL="C", LANG="en_US")
    assert len(here) == 19
    assert all(len(line.split()[1]) == len(hashlib.sha256().hexdigest()) for line in here)
    assert here == there
