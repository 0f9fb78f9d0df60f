"""sign, renew, verify: without a desk, on real soft tokens and services."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.practice.services import PkiServices
from desktop.practice.tampering import append_page
from desktop.practice.tokens import SoftTokens

from .conftest import Answer, Qillqa

pytestmark = pytest.mark.xdist_group("office")


def _sign(
    qillqa: Qillqa, soft: SoftTokens, anchors: Path, *files: object, label: str = "juana", pin: str = ""
) -> Answer:
    return qillqa("sign", *files, "--module", soft.module, "--token", label, "--trust", anchors, "--pin-stdin", "--json",
                  stdin=(pin or soft.pin(label)) + "\n")  # fmt: skip


def test_sign_then_verify_then_raise(
    qillqa: Qillqa, soft: SoftTokens, anchors: Path, pdf: Path, practice_services: PkiServices
) -> None:
    before = pdf.read_bytes()
    signed = _sign(qillqa, soft, anchors, pdf)
    assert (signed.status, signed.err) == (0, "")
    (row,) = signed.json["files"]
    output = pdf.with_name("nota ñ-firmado.pdf")
    assert (row["output"], row["level"]) == (str(output), "B-B")
    assert pdf.read_bytes() == before
    assert output.read_bytes().startswith(before)
    assert soft.pin("juana") not in signed.out

    verdict = qillqa("verify", output, "--trust", anchors, "--json")
    assert verdict.status == 2
    (told,) = verdict.json["files"]
    assert told["verdict"] == "indeterminate"

    renewed = qillqa("renew", output, "--tsa", practice_services.tsa_url, "--trust", anchors, "--json")
    assert renewed.status == 0
    raised = Path(renewed.json["files"][0]["output"])
    assert raised.read_bytes().startswith(output.read_bytes())
    good = qillqa("verify", raised, "--trust", anchors)
    assert (good.status, good.err) == (0, "")
    assert "Juana Mamani Quispe" in good.out

    forged = raised.with_name("falsa.pdf")
    forged.write_bytes(append_page(raised.read_bytes()))
    assert qillqa("verify", forged, "--trust", anchors).status == 1
    batch = qillqa("verify", raised.parent, "--trust", anchors, "--json")  # a folder; the worst counts
    assert batch.status == 1
    assert len(batch.json["files"]) == 4


def test_verify_says_no_or_cannot_tell(qillqa: Qillqa, anchors: Path, pdf: Path, tmp_path: Path) -> None:
    assert qillqa("verify", pdf, "--trust", anchors).status == 2  # unsigned
    junk = tmp_path / "texto.pdf"
    junk.write_text("hola", "utf-8")
    answer = qillqa("verify", junk, pdf, "--trust", anchors, "--json")
    assert answer.status == 1
    assert [row["verdict"] for row in answer.json["files"]] == ["unreadable", "unsigned"]
    assert qillqa("verify", tmp_path / "no-hay.pdf", "--trust", anchors).status == 1
    assert qillqa("verify", pdf, "--trust", tmp_path / "no-hay").status >= 65


def test_a_wrong_pin_signs_nothing_and_is_not_repeated(
    qillqa: Qillqa, soft: SoftTokens, anchors: Path, pdf: Path
) -> None:
    answer = _sign(qillqa, soft, anchors, pdf, pin="87654321")
    assert answer.status == 66
    assert answer.json["error"]["code"] == "pin.wrong"
    assert "87654321" not in answer.out + answer.err
    assert [path.name for path in pdf.parent.iterdir()] == [pdf.name]
    assert _sign(qillqa, soft, anchors, pdf).status == 0  # clears the mark of the wrong one


def test_no_pin_given_is_a_cancellation(qillqa: Qillqa, soft: SoftTokens, anchors: Path, pdf: Path) -> None:
    answer = _sign(qillqa, soft, anchors, pdf, pin="\n")
    assert answer.status == 2
    assert answer.json["error"]["code"] == "cli.cancelled"


def test_what_can_be_known_before_the_pin_is_said_before_it(
    qillqa: Qillqa, soft: SoftTokens, anchors: Path, pdf: Path, tmp_path: Path
) -> None:
    missing = _sign(qillqa, soft, anchors, pdf, tmp_path / "no.pdf", pin="no-se-lee")
    assert (missing.status, missing.json["error"]["code"]) == (66, "sign.no_such_file")
    choice = ["sign", pdf, "--module", soft.module, "--trust", anchors, "--pin-stdin", "--json"]
    assert qillqa(*choice).json["error"]["code"] == "sign.which_certificate"
    assert qillqa(*choice, "--token", "nadie").json["error"]["code"] == "sign.no_certificate"
    assert sorted(path.name for path in tmp_path.iterdir()) == [pdf.name]


def test_in_a_batch_the_others_are_signed_and_the_worst_counts(
    qillqa: Qillqa, soft: SoftTokens, anchors: Path, pdf: Path, tmp_path: Path
) -> None:
    junk = tmp_path / "basura.pdf"
    junk.write_bytes(b"%PDF-1.7 nada")
    answer = _sign(qillqa, soft, anchors, junk, pdf, "--out", tmp_path / "salida")
    assert answer.status == 1
    assert ["error" in row for row in answer.json["files"]] == [True, False]
    assert [path.name for path in (tmp_path / "salida").iterdir()] == ["nota ñ-firmado.pdf"]
    alone = qillqa("sign", junk, "--module", soft.module, "--token", "juana", "--trust", anchors, "--pin-stdin",
                   stdin=soft.pin("juana") + "\n")  # fmt: skip
    assert (alone.status, alone.out) == (2, "")
    assert alone.err.startswith("basura.pdf: ")


def test_the_pin_comes_by_a_descriptor_and_shows_nowhere(soft: SoftTokens, anchors: Path, pdf: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, (soft.pin("pedro") + "\n").encode())
    os.close(writing)
    command = [sys.executable, "-m", "desktop", "sign", str(pdf), "--module", str(soft.module), "--token", "pedro",
               "--trust", str(anchors), "--pin-fd", str(reading), "--json"]  # fmt: skip
    try:
        ended = subprocess.run(
            command, pass_fds=[reading], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )
    finally:
        os.close(reading)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["files"][0]["level"] == "B-B"
    assert soft.pin("pedro") not in ended.stdout + " ".join(command)
