"""Files that other programs have signed already: countersigned by the real command, and every earlier signature is as good as before."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from desktop.practice.pki import ISSUING, ROOT
from tests.fixtures.foreign_signed.likenesses import LIKENESSES
from tests.fixtures.foreign_signed.real import by_java, by_libreoffice, by_mutool, by_pdfsig
from tests.fixtures.lab import Lab, shared_lab
from tests.judges.setup import JAVA, make_java
from tests.signing.batch_command import Office, office_of, sign

LEGACY = ("pkcs7-sha1-like", "x509-rsa-sha1-like", "openpdf")  # formats that pyHanko does not judge
WEAK = ("mutool",)  # its SHA-1 is nothing that pyHanko trusts; poppler does
CROOKED = ("pdfsig",)  # its cross-references break rules that a strict reader keeps (generation numbers)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file signed by others; what two judges say of it before anybody touches it: each signature to pyHanko, how many to poppler."""

    path: Path
    refused: str = ""
    refused_visible: str = ""
    signatures: int = 1
    pyhanko: tuple[bool, ...] = ()
    pdfsig: int = 0

    @property
    def name(self) -> str:
        return self.path.stem


@pytest.fixture(scope="module")
def office(practice_pki, practice_tokens, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office_of(practice_pki, practice_tokens, tmp_path_factory.mktemp("anchors"))


@pytest.fixture(scope="module")
def likenesses(office: Office, tmp_path_factory: pytest.TempPathFactory) -> list[Foreign]:
    """Files in the manner of other programs, and one by a small program for real."""
    folder, lab = tmp_path_factory.mktemp("foreign"), shared_lab()
    made = []
    for name, likeness in LIKENESSES.items():
        path = folder / f"{name}.pdf"
        path.write_bytes(likeness.make(lab))
        made.append(Foreign(path, likeness.refused, likeness.refused_visible, likeness.signatures))
    made += real_ones(folder, by_pdfsig)
    return [judged(office, one) for one in made]


def real_ones(folder: Path, *programs: Callable[[Lab, Path], dict[str, Path]]) -> list[Foreign]:
    """Run them; their files under their names."""
    made = []
    for program in programs:
        place = folder / program.__name__
        place.mkdir()
        for name, path in program(shared_lab(), place).items():
            visible = "sign.certified_no_new_field" if "certified" in name else ""
            made.append(Foreign(path.rename(folder / f"{name}.pdf"), refused_visible=visible))
    return made


def judged(office: Office, one: Foreign) -> Foreign:
    return replace(one, pyhanko=tuple(pyhanko(office, one.path)), pdfsig=pdfsig(one.path))


def pyhanko(office: Office, path: Path) -> list[bool]:
    """Whether each signature is good to pyHanko, timestamps left out; revocation is another test's matter."""
    lab, pki = shared_lab(), office.pki
    roots = [x509.Certificate.load(one) for one in (lab.root.der, pki.certificate_of(ROOT))]
    others = [x509.Certificate.load(one) for one in (lab.issuing.der, pki.certificate_of(ISSUING))]

    async def judge() -> list[bool]:
        with path.open("rb") as stream:
            found = PdfFileReader(stream, strict=not path.name.startswith(CROOKED)).embedded_regular_signatures
            for one in (
                found
            ):  # LibreOffice 7.4 writes "Z'" where pyHanko wants a zone; what the date says is nobody's matter here
                one.sig_object.pop("/M", None)
            context = ValidationContext(trust_roots=roots, other_certs=others)
            return [(await async_validate_pdf_signature(one, context)).bottom_line for one in found]

    return asyncio.run(judge())


def pdfsig(path: Path) -> int:
    """How many signatures are valid to poppler."""
    said = subprocess.run(["pdfsig", "-nocert", path.name], cwd=path.parent, capture_output=True, text=True).stdout
    return said.count("Signature is Valid.")


def require_kept(office: Office, files: Sequence[Foreign], out: Path, *options: str) -> None:
    """Countersign them in one call: each refused with its reason, or signed with every earlier signature as good as before."""
    rows = sign(office, [one.path for one in files], out, *options)
    said = {one.name: _wrong(office, one, rows[one.path.name], bool(options)) for one in files}
    assert {name: text for name, text in said.items() if text} == {}


def _wrong(office: Office, one: Foreign, row: dict[str, Any], visible: bool) -> str:
    code = (row.get("error") or {}).get("code", "")
    if code or one.refused:
        expected = code == one.refused or (visible and code == one.refused_visible)
        return "" if expected else f"refused: {code or 'no'}, must be {one.refused or 'signed'}"
    output = Path(row["output"])
    if not output.read_bytes().startswith(one.path.read_bytes()):
        return "not appended"
    if (now := pyhanko(office, output)) != [*one.pyhanko, True]:
        return f"pyHanko: {now}"
    return "" if (count := pdfsig(output)) == one.pdfsig + 1 else f"pdfsig: {count}"


def require_good_before(files: Sequence[Foreign]) -> None:
    """Else nothing is proved by their being good afterwards."""
    for one in files:
        assert list(one.pyhanko) == ([] if one.name in LEGACY else [one.name not in WEAK] * one.signatures), one.name
        assert one.pdfsig == (0 if one.name == "x509-rsa-sha1-like" else one.signatures), one.name


@pytest.mark.parametrize(("half", "options"), [(0, ()), (1, ("--stamp",))], ids=["unseen", "stamped"])
def test_earlier_signatures_stay_good(
    office: Office, likenesses: list[Foreign], tmp_path: Path, half: int, options: Sequence[str]
) -> None:
    require_good_before(likenesses)
    require_kept(office, likenesses[half::2], tmp_path, *options)


@pytest.mark.full
@pytest.mark.parametrize(("half", "options"), [(1, ()), (0, ("--stamp",))], ids=["unseen", "stamped"])
def test_so_they_do_the_other_way_round(
    office: Office, likenesses: list[Foreign], tmp_path: Path, half: int, options: Sequence[str]
) -> None:
    require_kept(office, likenesses[half::2], tmp_path, *options)


@pytest.mark.full
@pytest.mark.timeout(300)
def test_what_large_programs_signed_stays_good(office: Office, tmp_path: Path) -> None:
    make_java(JAVA)
    files = [judged(office, one) for one in real_ones(tmp_path, by_mutool, by_libreoffice, by_java)]
    require_good_before(files)
    require_kept(office, files, tmp_path / "unseen")
    require_kept(office, files, tmp_path / "stamped", "--stamp")
