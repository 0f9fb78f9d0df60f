"""veraPDF, which shares nothing with the engine nor with our preflight, judges what freezing makes."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from desktop.drafting import body as blocks
from desktop.drafting.body import Body, plain
from desktop.drafting.jobs import AttachedFile, PageJob, SetPage, SignerSlot
from desktop.drafting.letterhead import Letterhead
from desktop.drafting.samples import sample_job
from desktop.drafting.setting import freeze
from desktop.drafting.templates import Template
from tests.desktop.drafting.test_preflight import CASES, RAW, saved
from tests.desktop.drafting.test_setting import pictured, png
from tests.judges.setup import ARCHIVAL

pytestmark = pytest.mark.full
JobMaker = Callable[..., PageJob]
SOURCE = Path(__file__).resolve().parents[2] / "judges" / "archival" / "Archival.java"
LEAST = 1000  # checks that veraPDF makes of the smallest of our files: fewer would mean that it looked at nothing


def judged(flavour: str, files: list[Path]) -> tuple[list[str], list[int]]:
    """What each file fails, and how many checks each was put to."""
    command = ["java", "-cp", str(ARCHIVAL / "*"), str(SOURCE), flavour, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") == 2]
    failed = ["{}: {} {}".format(Path(name).stem, *rest) for name, *rest in rows if rest[0] != "checks"]
    return failed, [int(row[2]) for row in rows if row[1] == "checks"]


def written(folder: Path, files: dict[str, bytes]) -> list[Path]:
    for name, data in files.items():
        (folder / f"{name}.pdf").write_bytes(data)
    return [folder / f"{name}.pdf" for name in files]


@pytest.mark.parametrize("flavour", ["2a", "ua1"])
def test_every_type(templates: dict[str, Template], resources: Path, tmp_path: Path, flavour: str) -> None:
    arms = Letterhead(png(), "image/png", "Escudo", ("Plaza 10 de Febrero",))
    files = {}
    for practice in (False, True):
        for name, template in templates.items():
            job = replace(sample_job(template, resources), practice=practice, letterhead=arms)
            files[f"{name}-{practice}"] = freeze(job).pdf
    failed, checks = judged(flavour, written(tmp_path, files))
    assert failed == []
    assert len(checks) == len(files) == 2 * len(templates) == 38
    assert min(checks) > LEAST


def full_body() -> Body:
    """One of each block."""
    return Body(
        (
            blocks.Heading("Uno"),
            blocks.Paragraph((blocks.Run("negrita", bold=True), blocks.Run(" cursiva", italic=True))),
            blocks.ListItem(plain("uno"), "number"),
            blocks.ListItem(plain("dentro"), "bullet", 1),
            blocks.Article(plain("Objeto.")),
            blocks.Table(
                (plain("Bien"), plain("N.º")), tuple((plain(f"Silla {n}"), plain(str(n))) for n in range(80)), "Bienes"
            ),
            blocks.Quote(plain("La ausencia de red es la situación normal."), "Plan"),
            blocks.PageBreak(),
            blocks.Paragraph(plain("Fin")),
        )
    )


@pytest.mark.parametrize("flavour", ["2a", "ua1"])
def test_bodies_pictures_and_many_signers(make_job: JobMaker, tmp_path: Path, flavour: str) -> None:
    many = tuple(SignerSlot(f"Juana Mamani Quispe {n}", "Jefa", "En suplencia") for n in range(9))
    files = {
        "body": freeze(make_job(body=full_body())).pdf,
        "picture": freeze(pictured(make_job, png(), caption="Fachada")).pdf,
        "signers": freeze(make_job("acta_reunion", signers=many)).pdf,
    }
    failed, checks = judged(flavour, written(tmp_path, files))
    assert failed == []
    assert min(checks) > LEAST


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_embedded_files(make_job: JobMaker, tmp_path: Path, flavour: str) -> None:
    files = (AttachedFile.of("conexión.csv", b"a;b\n", media_type="text/csv", embed=True),)
    failed, _ = judged(flavour, written(tmp_path, {"embedded": freeze(make_job(attachments=files)).pdf}))
    assert failed == []


def test_the_judge_sees_what_is_broken(make_job: JobMaker, tmp_path: Path) -> None:
    """Else its silence would say nothing."""
    with pikepdf.open(io.BytesIO(freeze(make_job()).pdf)) as document:
        del document.Root.Lang
        del document.Root.MarkInfo
        out = io.BytesIO()
        document.save(out)
    files = written(tmp_path, {"broken": out.getvalue()})
    assert any(" 6.7.2.2-1 " in line for line in judged("2a", files)[0])
    assert any(" 7.2-34 " in line for line in judged("ua1", files)[0])


# Broken files of test_preflight at which veraPDF is silent: it looks only at what a page uses (pictures, graphics states, stamps
# that nothing draws); typst's colours need no output intent; headers of tables and Info against XMP it leaves to people;
# scripts of the name tree it does not walk to.
STRICTER = {
    "colours_covered-cmyk_image", "dates_agree-other_date", "dates_agree-other_title",
    "fonts_embedded-standard_font_in_a_stamp", "graphics_state-odd_blend_mode", "graphics_state-transfer_function",
    "images_plain-form_of_another_file", "images_plain-image_with_another_in_its_place", "images_plain-postscript",
    "images_plain-smoothed_image", "no_actions-named_script", "output_intent-no_intent", "rooted-other_root",
    "tables_headed-heads_for_nothing", "tables_headed-table_without_heads",
}  # fmt: skip


def test_what_our_preflight_catches_verapdf_catches_too(frozen: SetPage, tmp_path: Path) -> None:
    broken = {f"{rule}-{change.__name__.strip('_')}": saved(frozen.pdf, change) for rule, change in CASES}
    broken |= {rule: change(frozen.pdf) for rule, change in RAW.items()}
    paths = written(tmp_path, broken)
    caught = {line.split(":")[0] for flavour in ("2a", "ua1") for line in judged(flavour, paths)[0]}
    assert set(broken) - caught == STRICTER
