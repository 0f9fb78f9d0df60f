"""Files that other programs have signed already: countersigned by the real command, and every earlier signature is as good as before."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from desktop.practice.pki import ISSUING, ROOT
from tests.fixtures.foreign_signed.likenesses import LIKENESSES, Likeness
from tests.fixtures.foreign_signed.real import by_pdfsig
from tests.fixtures.lab import shared_lab
from tests.signing.batch_command import Office, office_of, sign

REAL = {"pdfsig": (by_pdfsig, Likeness(lambda _: b""))}
CROOKED = ("pdfsig",)  # its cross-references break rules that a strict reader keeps (generation numbers)


@pytest.fixture(scope="module")
def office(practice_pki, practice_tokens, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office_of(practice_pki, practice_tokens, tmp_path_factory.mktemp("anchors"))


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Likeness]]:
    """Every file, by name, with what must come of it."""
    folder, lab = tmp_path_factory.mktemp("foreign"), shared_lab()
    made = {}
    for name, likeness in LIKENESSES.items():
        made[name] = (folder / f"{name}.pdf", likeness)
        made[name][0].write_bytes(likeness.make(lab))
    for name, (program, likeness) in REAL.items():
        (folder / name).mkdir()
        path = folder / f"{name}.pdf"
        program(lab, folder / name).rename(path)
        made[name] = (path, likeness)
    return made


def pyhanko(office: Office, path: Path) -> list[bool]:
    """Whether each signature is good to pyHanko, timestamps left out; revocation is another test's matter."""
    lab, pki = shared_lab(), office.pki
    roots = [x509.Certificate.load(one) for one in (lab.root.der, pki.certificate_of(ROOT))]
    others = [x509.Certificate.load(one) for one in (lab.issuing.der, pki.certificate_of(ISSUING))]

    async def judge() -> list[bool]:
        with path.open("rb") as stream:
            found = PdfFileReader(stream, strict=not path.name.startswith(CROOKED)).embedded_regular_signatures
            context = ValidationContext(trust_roots=roots, other_certs=others)
            return [(await async_validate_pdf_signature(one, context)).bottom_line for one in found]

    return asyncio.run(judge())


def pdfsig(path: Path) -> int:
    """How many signatures are valid to poppler."""
    said = subprocess.run(["pdfsig", "-nocert", path.name], cwd=path.parent, capture_output=True, text=True).stdout
    return said.count("Signature is Valid.")


@pytest.mark.parametrize("options", [(), ("--stamp",)], ids=["unseen", "stamped"])
def test_earlier_signatures_stay_good(
    office: Office, signed: dict[str, tuple[Path, Likeness]], tmp_path: Path, options: Sequence[str]
) -> None:
    rows = sign(office, [path for path, _ in signed.values()], tmp_path, *options)
    wrong = {}
    for name, (path, likeness) in signed.items():
        row = rows[path.name]
        code = (row.get("error") or {}).get("code", "")
        if code or likeness.refused:
            if code != likeness.refused and not (options and code == likeness.refused_visible):
                wrong[name] = f"refused: {code or 'no'}, must be {likeness.refused or 'signed'}"
            continue
        output = Path(row["output"])
        before, after = pyhanko(office, path), pyhanko(office, output)
        told = pdfsig(path), pdfsig(output)
        assert all(before), name
        if not output.read_bytes().startswith(path.read_bytes()):
            wrong[name] = "not appended"
        elif after != [*before, True]:
            wrong[name] = f"pyHanko: {after}"
        elif told[1] != told[0] + 1:
            wrong[name] = f"pdfsig: {told}"
    assert wrong == {}


def test_the_likenesses_are_good_before_anybody_touches_them(
    office: Office, signed: dict[str, tuple[Path, Likeness]]
) -> None:
    for name, (path, likeness) in signed.items():
        legacy = name in ("pkcs7-sha1-like", "x509-rsa-sha1-like")
        assert pyhanko(office, path) == ([] if legacy else [True] * likeness.signatures), name
        assert pdfsig(path) == (0 if name == "x509-rsa-sha1-like" else likeness.signatures), name
