"""qillqa sign: the pile as a person meets it on the command line, on real soft tokens, files and services."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader

from desktop.practice.pki import PracticePki
from desktop.practice.services import PkiServices
from desktop.practice.tokens import SoftTokens

from .conftest import Answer, Qillqa

pytestmark = pytest.mark.xdist_group("office")
PASSWORD = "contraseña-de-prueba-9"


@pytest.fixture
def sign(qillqa: Qillqa, soft: SoftTokens, anchors: Path):
    def call(*arguments: object, label: str = "juana") -> Answer:
        return qillqa(
            "sign", *arguments, "--module", soft.module, "--token", label, "--trust", anchors, "--pin-stdin", "--json",
            stdin=soft.pin(label) + "\n",
        )  # fmt: skip

    return call


def signature(path: Path):
    return PdfFileReader(io.BytesIO(path.read_bytes())).embedded_signatures[-1]


def test_check_looks_and_asks_no_pin(sign, pdf: Path, tmp_path: Path) -> None:
    junk = tmp_path / "basura.pdf"
    junk.write_bytes(b"%PDF-1.7 nada")
    answer = sign(pdf, junk, "--check")
    assert answer.status == 1
    assert [row["state"] for row in answer.json["files"]] == ["ready", "refused"]
    assert answer.json["files"][1]["error"]["code"] == "pdf.unreadable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["basura.pdf", "nota ñ.pdf"]


def test_a_folder_is_a_pile_and_is_taken_up_again(sign, pdf: Path, tmp_path: Path) -> None:
    pile = tmp_path / "pila"
    pile.mkdir()
    for number in range(4):
        shutil.copy(pdf, pile / f"{number}.pdf")
    assert [row["state"] for row in sign(pile).json["files"]] == ["signed"] * 4
    (pile / "2-firmado.pdf").unlink()
    again = sign(pile)
    assert again.status == 0
    assert [row["state"] for row in again.json["files"]] == ["already", "already", "signed", "already"]
    assert len(list(pile.iterdir())) == 8


def test_wishes_reach_the_signature(sign, pdf: Path) -> None:
    answer = sign(
        pdf, "--digest", "sha512", "--pss", "--certify", "2", "--location", "Oruro",
        "--commitment", "proof_of_approval",
    )  # fmt: skip
    assert answer.status == 0
    made = signature(Path(answer.json["files"][0]["output"]))
    assert made.sig_object["/Location"] == "Oruro"
    assert made.docmdp_level.value == 2
    info = made.signer_info
    assert info["digest_algorithm"]["algorithm"].native == "sha512"
    assert info["signature_algorithm"]["algorithm"].native == "rsassa_pss"
    assert "commitment_type" in {item["type"].native for item in info["signed_attrs"]}


def test_a_reason_or_a_commitment_never_both(sign, pdf: Path) -> None:
    refused = sign(pdf, "--reason", "Conforme", "--commitment", "proof_of_approval")
    assert (refused.status, refused.json["error"]["code"]) == (66, "sign.reason_and_commitment")
    assert [path.name for path in pdf.parent.iterdir()] == [pdf.name]
    made = signature(Path(sign(pdf, "--reason", "Conforme").json["files"][0]["output"]))
    assert made.sig_object["/Reason"] == "Conforme"


def test_a_lock_is_a_wish_too(sign, pdf: Path) -> None:
    answer = sign(pdf, "--lock", "all")
    assert answer.status == 0
    assert (
        signature(Path(answer.json["files"][0]["output"])).sig_object["/Reference"][0]["/TransformMethod"]
        == "/FieldMDP"
    )


@pytest.mark.parametrize(
    "options",
    [["--digest", "sha1"], ["--lock", "x"], ["--lock", "all:a"], ["--lock", "include:"], ["--certify", "4"],
     ["--at", "1,2"], ["--at", "1,2,3,4"], ["--commitment", "x"]],
)  # fmt: skip
def test_wishes_that_are_none_are_usage(sign, pdf: Path, options: list[str]) -> None:
    assert sign(pdf, *options).status == 64
    assert [path.name for path in pdf.parent.iterdir()] == [pdf.name]


def test_a_stamp_finds_its_place_and_says_what_it_costs_not_to_have_one(sign, pdf: Path, tmp_path: Path) -> None:
    with pikepdf.new() as foreign:
        foreign.add_blank_page(page_size=(612, 792))
        foreign.save(tmp_path / "ajeno.pdf")
    placed = sign(tmp_path / "ajeno.pdf", "--place", "carta", "--out", tmp_path / "a")
    with pikepdf.open(placed.json["files"][0]["output"]) as made:
        rect = [float(x) for x in made.Root.AcroForm.Fields[0].Rect]
    assert rect[2] - rect[0] == pytest.approx(70 * 72 / 25.4, abs=0.01)
    given = sign(tmp_path / "ajeno.pdf", "--at", "1,20,30,60,20", "--out", tmp_path / "b")
    with pikepdf.open(given.json["files"][0]["output"]) as made:
        assert float(made.Root.AcroForm.Fields[0].Rect[0]) == pytest.approx(20 * 72 / 25.4, abs=0.01)
    unseen = sign(tmp_path / "ajeno.pdf", "--stamp", "--out", tmp_path / "c")
    assert [note["code"] for note in unseen.json["files"][0]["notes"]] == ["cost.invisible"]
    assert sign(pdf, "--place", "nada").json["error"]["code"] == "stamp.unknown_preset"
    assert (
        sign(tmp_path / "ajeno.pdf", "--at", "9,1,1", "--out", tmp_path / "d").json["error"]["code"]
        == "stamp.no_such_page"
    )


def test_a_suplencia_is_printed_under_the_post(sign, pdf: Path) -> None:
    answer = sign(pdf, "--delegation", "Suplente, Memorándum 12/2026", "--at", "1,20,30,80,30")
    with pikepdf.open(answer.json["files"][0]["output"]) as made:
        widget = next(field for field in made.Root.AcroForm.Fields if "/V" in field)
        made.pages[0].Contents = made.make_stream(b"q /S Do Q")
        made.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(S=widget.AP.N))
        shown = io.BytesIO()
        made.save(shown)
    text = pypdfium2.PdfDocument(shown.getvalue())[0].get_textpage().get_text_range()
    assert "Suplente, Memorándum 12/2026" in " ".join(text.split())


def test_a_file_of_keys_instead_of_a_token(
    qillqa: Qillqa,
    practice_pki: PracticePki,
    anchors: Path,
    pdf: Path,
    tmp_path: Path,
) -> None:
    chain = [load_der_x509_certificate(der) for der in practice_pki.chain_of("juana")[:1]]
    certificate = load_der_x509_certificate(practice_pki.certificate_of("juana"))
    keys = tmp_path / "llaves.p12"
    keys.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"juana", practice_pki.key_of("juana"), certificate, chain,
            serialization.BestAvailableEncryption(PASSWORD.encode()),
        )
    )  # fmt: skip
    command = ("sign", pdf, "--p12", keys, "--trust", anchors, "--stamp", "--pin-stdin", "--json")
    wrong = qillqa(*command, stdin="otra\n")
    assert (wrong.status, wrong.json["error"]["code"]) == (66, "p12.wrong_password")
    answer = qillqa(*command, stdin=PASSWORD + "\n")
    assert answer.status == 0
    row = answer.json["files"][0]
    assert row["signer"]["person"]["name"] == "Juana Mamani Quispe"
    assert PASSWORD not in answer.out + answer.err
    assert signature(Path(row["output"])).signer_cert.dump() == practice_pki.certificate_of("juana")


def test_the_highest_level_from_the_command_line(
    sign,
    pdf: Path,
    practice_services: PkiServices,
    qillqa: Qillqa,
    anchors: Path,
) -> None:
    answer = sign(pdf, "--level", "B-LTA", "--tsa", practice_services.tsa_url, "--strict")
    assert (answer.status, answer.json["files"][0]["level"]) == (0, "B-LTA")
    good = qillqa("verify", answer.json["files"][0]["output"], "--trust", anchors, "--json")
    assert (good.status, good.json["files"][0]["verdict"]) == (0, "valid")


def test_without_a_line_it_is_signed_and_says_so_or_strictly_not(sign, pdf: Path, tmp_path: Path) -> None:
    offline = ("--level", "B-T", "--tsa", "http://127.0.0.1:9/tsa")
    row = sign(pdf, *offline).json["files"][0]
    assert (row["level"], row["degraded"]) == ("B-B", "tsa.unreachable")
    strict = sign(pdf, *offline, "--strict", "--out", tmp_path / "x")
    assert strict.status == 2
    assert strict.json["files"][0]["state"] == "failed"
    assert list((tmp_path / "x").iterdir()) == []


def test_renew_answers_file_by_file(
    sign,
    pdf: Path,
    practice_services: PkiServices,
    qillqa: Qillqa,
    anchors: Path,
    tmp_path: Path,
) -> None:
    made = Path(sign(pdf).json["files"][0]["output"])
    command = ("renew", made, pdf, "--tsa", practice_services.tsa_url, "--trust", anchors, "--json")
    answer = qillqa(*command)
    assert answer.status == 1
    assert answer.json["files"][0]["level"] == "B-LTA"
    assert answer.json["files"][1]["error"]["code"] == "raise.unsigned"
    assert qillqa(*command).json["files"][0]["error"]["code"] == "output.exists"


def test_ctrl_c_finishes_what_is_under_way_and_says_what_is_not_done(
    soft: SoftTokens,
    anchors: Path,
    pdf: Path,
    tmp_path: Path,
) -> None:
    pile, out = tmp_path / "pila", tmp_path / "salida"
    pile.mkdir()
    for number in range(400):
        os.link(pdf, pile / f"{number:03}.pdf")
    command = [sys.executable, "-m", "desktop", "sign", str(pile), "--out", str(out), "--module", str(soft.module),
               "--token", "juana", "--trust", str(anchors), "--pin-stdin", "--json"]  # fmt: skip
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdin is not None
    child.stdin.write(soft.pin("juana") + "\n")
    child.stdin.flush()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not out.is_dir() or sum(one.suffix == ".pdf" for one in out.iterdir()) < 3):
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    said, err = child.communicate(timeout=60)
    assert child.returncode == 130, err
    states = [row["state"] for row in json.loads(said)["files"]]
    assert 3 <= states.count("signed") < 400
    assert states.count("signed") + states.count("not_done") == 400
    assert len(list(out.iterdir())) == states.count("signed")
