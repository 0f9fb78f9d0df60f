"""resources/strangers/prove-an-object.sh: a stranger with sh, sha512sum, openssl and python3's json proves an object, and is not fooled."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

from desktop.archive.inventory import object_folder
from desktop.operations import fixity, raise_archive, strangers
from desktop.operations.register_incoming import Paper, register_incoming
from desktop.practice.people import AUTHOR, CHIEF
from desktop.practice.pki import PracticePki
from desktop.practice.services import PkiServices
from desktop.records.origin import Origin
from signing.report import Level
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, archive_note, own_archive

pytestmark = pytest.mark.xdist_group("office")
HOUSE = Path(__file__).resolve().parents[3]
SCRIPT = HOUSE / "resources" / "strangers" / "prove-an-object.sh"
TOOLS = (
    "sh", "sha512sum", "openssl",
    "cat", "cmp", "cut", "date", "find", "mkdir", "mktemp", "rm", "sed", "sort", "tr", "wc",
)  # fmt: skip
ATTACHMENT = "cotización Ñañez.csv"


@dataclass(frozen=True)
class Stranger:
    """An archive with one object of three versions, what was kept of it elsewhere, and a machine without Qillqa."""

    base: Path
    object_id: str
    roots: Path
    receipt: Path
    device_key: str
    environment: dict[str, str]

    @property
    def object(self) -> Path:
        """The object's folder."""
        return next(self.base.glob("root/*/*/*/*"))

    @property
    def pdf(self) -> Path:
        """The document of the newest version."""
        return next((self.object / "v3").rglob("*.pdf"))

    @property
    def first_pdf(self) -> Path:
        """As it was deposited."""
        return next((self.object / "v1").rglob("*.pdf"))

    @property
    def attachment(self) -> Path:
        """A file that nobody signed."""
        return next(self.object.rglob(ATTACHMENT))

    def prove(self, *options: str, roots: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the script as the manual says."""
        command = ["sh", str(SCRIPT), "--ca", str(roots or self.roots), *options, str(self.base), self.object_id]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=300)

    def refused(self, *options: str, roots: Path | None = None) -> str:
        """Why it is not proven."""
        done = self.prove(*options, roots=roots)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "PROVEN (PROBADO)" not in done.stdout
        assert done.stderr.startswith("NOT PROVEN (NO PROBADO): "), done.stderr
        return done.stderr

    def forge(self, path: Path, data: bytes) -> None:
        """Replace a file and make every inventory agree, as somebody with the disk and patience would."""
        before = path.read_bytes()
        old = hashlib.sha512(before).hexdigest()
        for same in [one for one in self.object.rglob("*") if one.is_file() and one.read_bytes() == before]:
            same.write_bytes(data)
        self.rewrite(lambda text: text.replace(old, hashlib.sha512(data).hexdigest()))

    def edit(self, change: Callable[[dict[str, Any]], object], *places: str) -> None:
        """The same with the inventory as JSON."""

        def edited(text: str) -> str:
            raw = json.loads(text)
            change(raw)
            return json.dumps(raw)

        self.rewrite(edited, *places)

    def digest_of(self, logical: str) -> str:
        """The SHA-512 of a file of the newest version."""
        raw = json.loads((self.object / "inventory.json").read_text("utf-8"))
        return next(digest for digest, paths in raw["versions"]["v3"]["state"].items() if logical in paths)

    def rewrite(self, change: Callable[[str], str], *places: str) -> None:
        """Change inventories, all of them without ``places``, and their sidecars."""
        for path in [self.object / place for place in places] or list(self.object.rglob("inventory.json")):
            path.write_text(change(path.read_text("utf-8")), "utf-8")
            digest = hashlib.sha512(path.read_bytes()).hexdigest()
            path.with_name("inventory.json.sha512").write_text(f"{digest} inventory.json\n", "ascii")


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A PATH with these tools alone, and Python as it comes: nothing of ours can be imported."""
    folder = tmp_path_factory.mktemp("machine")
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (folder / tool).symlink_to(found)
    (folder / "python3").symlink_to(Path(sys._base_executable).resolve())  # type: ignore[attr-defined]
    return {"PATH": str(folder)}


@pytest.fixture(scope="session")
def proven(
    archived_stage: Stage,
    practice_pki: PracticePki,
    machine: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stranger]:
    """Deposited, accepted, raised to B-LTA and renewed once. Never change it: copy it."""
    home = tmp_path_factory.mktemp("stranger")
    office = archived_stage.office.copy(home / "office")
    base = own_archive(office)
    custodian = office.desk(FINANCE)
    (renewed,) = raise_archive.raise_archive(custodian, again=True).versions
    assert renewed[1] == "v3"
    strangers.lay_beside(custodian)
    (receipt,) = office.exchange.glob("archive/out/*/*/*.jws")
    (home / "roots.pem").write_bytes(practice_pki.anchors_pem().encode())
    yield Stranger(base, renewed[0], home / "roots.pem", receipt, custodian.key.public()[0], machine)
    office.close()


@pytest.fixture
def stranger(proven: Stranger, tmp_path: Path) -> Stranger:
    """A copy to be tampered with."""
    shutil.copytree(proven.base, tmp_path / "archivo")
    return Stranger(
        tmp_path / "archivo",
        proven.object_id,
        proven.roots,
        proven.receipt,
        proven.device_key,
        proven.environment,
    )


def test_it_is_proven_from_the_root_to_the_signers_and_the_timestamps(proven: Stranger, tmp_path: Path) -> None:
    done = proven.prove("--receipt", str(proven.receipt), "--device-key", proven.device_key, "--out", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == f"root      {proven.base / 'root'} (OCFL 1.1)"
    assert lines[-1] == f"PROVEN (PROBADO): 1 signed documents of {proven.object_id}; 0 kept as they came"
    assert "receipt   v1 is what was receipted, and the receipt's signature holds" in lines
    for version in ("v1", "v2", "v3"):  # to be compared by eye with what an acta prints
        digest = hashlib.sha512((proven.object / version / "inventory.json").read_bytes()).hexdigest()
        assert f"inventory {version} {digest}" in lines
    assert (proven.base / "comprobar.sh").read_bytes() == SCRIPT.read_bytes()  # it lies beside the root
    documents = lines[: next(at for at, line in enumerate(lines) if line.startswith("device "))]
    signers = [line for line in documents if "subject=" in line and "CN=Sello de tiempo" not in line]
    assert [re.findall("CN=(.*)$", line)[0] for line in signers] == ["Pedro Choque Flores", "Juana Mamani Quispe"]
    assert len([line for line in lines if line.startswith("timestamp ")]) == 2
    acts = (proven.object / "v1/content/metadata/other/events/actos.jws").read_text("ascii").splitlines()
    assert len(acts) > 4
    assert f"acts      {len(acts)} acts and the deposit's manifest are signed by these devices" in lines
    (device,) = (line for line in lines if line.startswith("device "))
    assert device.endswith(f", {len(acts)} acts")
    whose = [re.findall("CN=(.*)$", line)[0] for line in lines[lines.index(device) :] if "subject=" in line]
    assert set(whose) >= {"Juana Mamani Quispe", "Pedro Choque Flores"}
    newest = proven.pdf.read_bytes()
    for number in (1, 2):  # what each of them signed is given out, to be looked at
        signed = (tmp_path / f"1-firma-{number}.pdf").read_bytes()
        assert newest.startswith(signed)
        assert signed.rstrip().endswith(b"%%EOF")


def test_the_manual_s_own_command_runs_the_shipped_script(proven: Stranger) -> None:
    command = ["sh", str(HOUSE / "docs" / "prove-an-object.sh"), "--ca", str(proven.roots), str(proven.base)]
    done = subprocess.run([*command, proven.object_id], env=proven.environment, capture_output=True, check=False)
    assert done.stdout.endswith(
        f"PROVEN (PROBADO): 1 signed documents of {proven.object_id}; 0 kept as they came\n".encode()
    )


def test_nothing_of_qillqa_is_there(machine: dict[str, str]) -> None:
    for name in ("desktop", "signing", "cryptography", "asn1crypto"):
        command = ["python3", "-I", "-S", "-c", f"import {name}"]
        done = subprocess.run(command, env=machine, capture_output=True, check=False)
        assert done.returncode != 0, name
        assert b"ModuleNotFoundError" in done.stderr


def test_of_python_only_json_is_used() -> None:
    nodes = ast.walk(ast.parse(_python()))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    assert imported == {"json", "sys"}
    assert "__import__" not in _python()
    assert "ImportFrom" not in ast.dump(ast.parse(_python()))


def _python() -> str:
    return SCRIPT.read_text("utf-8").partition("<<'PYTHON'\n")[2].partition("\nPYTHON\n")[0] + "\n"


def test_an_earlier_version_is_judged_by_its_own_proof(proven: Stranger) -> None:
    assert "no timestamp dates a signature" in proven.refused("--version", "v1")
    done = proven.prove("--version", "v1", "--without-timestamp")
    assert done.returncode == 0
    assert done.stdout.count("its time is NOT proven") == 2
    assert proven.prove("--version", "v2").returncode == 0
    assert "there is no version v9" in proven.refused("--version", "v9")


def test_when_the_newest_timestamp_has_aged_it_is_not_proven_any_more(proven: Stranger) -> None:
    assert "certificate has expired" in proven.refused("--at", "4102444800")


def test_a_timestamp_of_later_than_what_it_is_judged_by_is_refused(proven: Stranger) -> None:
    then = int((datetime.now(UTC) - timedelta(days=2)).timestamp())
    assert "is of later than what came after it" in proven.refused("--at", str(then))


@pytest.fixture(scope="session")
def stamped(
    frozen_stage: Stage,
    practice_services: PkiServices,
    proven: Stranger,
    tmp_path_factory: pytest.TempPathFactory,
) -> Stranger:
    """A note that both signed at B-T, as it came."""
    office = frozen_stage.office.copy(tmp_path_factory.mktemp("stamped") / "office")
    desk = office.desk(PLANNING)
    for label in (AUTHOR, CHIEF):
        assert office.sign(desk, frozen_stage.document, label, level=Level.B_T).error is None
    archive_note(office, frozen_stage.document)
    (row,) = fixity.list_archive(office.desk(FINANCE))
    office.close()
    return replace(proven, base=office.home / "archivo", object_id=row.identificador)


def test_a_timestamp_inside_a_signature_dates_it(stamped: Stranger, tmp_path: Path) -> None:
    done = stamped.prove("--version", "v1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("GMT, over the signature that follows, by") == 2
    assert "NOT proven" not in done.stdout
    rows = _read(stamped.environment, tmp_path, stamped.first_pdf.read_bytes()).splitlines()
    assert [row.split()[1:4] for row in rows] == [["S", "yes", "yes"], ["S", "yes", "yes"]]


def test_a_timestamp_inside_a_signature_must_be_for_that_signature(stamped: Stranger, tmp_path: Path) -> None:
    """Those of the two signers exchanged: each token holds, for the other's signature."""
    shutil.copytree(stamped.base, tmp_path / "archivo")
    it = replace(stamped, base=tmp_path / "archivo")
    data = it.first_pdf.read_bytes()
    found = [(int(one[1]), int(one[2])) for one in re.findall(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)", data)]
    messages = [bytes.fromhex(data[first + 1 : second - 1].decode()) for first, second in found]
    messages = [message[: _length(message)] for message in messages]
    tokens = [_stamp_of(message) for message in messages]
    swapped = [_replaced(messages[0], tokens[0], tokens[1]), _replaced(messages[1], tokens[1], tokens[0])]
    for (first, second), message in zip(found, swapped, strict=True):
        data = data[: first + 1] + message.hex().encode().ljust(second - first - 2, b"0") + data[second - 1 :]
    _as_deposited(it, it.first_pdf, data)
    why = it.refused("--version", "v1")
    assert "a timestamp of v1/content/" in why


def _stamp_of(message: bytes) -> bytes:
    """The token in the signature timestamp's attribute."""
    (signer,) = cms.ContentInfo.load(message)["content"]["signer_infos"]
    (found,) = (one for one in signer["unsigned_attrs"] if one["type"].native == "signature_time_stamp_token")
    return bytes(found["values"][0].dump())


def _header(der: bytes) -> int:
    return 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)


def _length(der: bytes) -> int:
    """Of the first DER element, its header counted."""
    size = _header(der)
    return size + (int.from_bytes(der[2:size], "big") if size > 2 else der[1])


def _replaced(der: bytes, old: bytes, new: bytes) -> bytes:
    """The DER with one element in it replaced, every length around it made right."""
    if der == old or old not in der:
        return new if der == old else der
    content, rest = b"", der[_header(der) :]
    while rest:
        content += _replaced(rest[: _length(rest)], old, new)
        rest = rest[_length(rest) :]
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return der[:1] + (size if len(content) < 0x80 else bytes([0x80 | len(size)]) + size) + content


def test_roots_that_know_nobody_prove_nobody(proven: Stranger, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Otra raíz")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "other.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    assert "a timestamp of" in proven.refused(roots=tmp_path / "other.pem")
    assert "cannot read" in proven.refused(roots=tmp_path / "none.pem")


def test_wrong_use_says_how(machine: dict[str, str]) -> None:
    done = subprocess.run(["sh", str(SCRIPT)], env=machine, capture_output=True, text=True, check=False)
    assert done.returncode == 64
    assert "--ca ROOTS.pem" in done.stderr


def test_a_letter_from_outside_is_intact_and_proven_by_nobody_s_signature(
    founded: TestOffice, proven: Stranger, tmp_path: Path
) -> None:
    office = founded.copy(tmp_path / "office")
    made = register_incoming(office.desk(PLANNING), Paper(Origin("Juana Mamani Quispe"), "Caminos vecinales"))
    archive_note(office, made.document)
    (row,) = fixity.list_archive(office.desk(FINANCE))
    office.close()
    it = replace(proven, base=office.home / "archivo", object_id=row.identificador)
    done = it.prove()
    assert done.returncode == 2, done.stderr
    assert "nobody here signed it: kept as it came" in done.stdout
    assert "PROVEN" not in done.stdout
    pdf = next(it.object.rglob("*.pdf"))
    it.forge(pdf, pdf.read_bytes() + b"x")
    assert "not what was deposited" in it.refused()


@pytest.mark.parametrize(
    "name", ["urn:uuid:01a222f2-399b-3b65-99ea-f549f45b0d90", "a_B-9", "ñandú %", "x" * 101, "/:" * 40]
)
def test_an_object_is_looked_for_where_ocfl_puts_it(machine: dict[str, str], tmp_path: Path, name: str) -> None:
    (tmp_path / "read.py").write_text(_python(), "utf-8")
    digest = hashlib.sha256(name.encode()).hexdigest()
    command = ["python3", "-I", "-S", str(tmp_path / "read.py"), "place", name, digest]
    environment = {**machine, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == object_folder(name)


# --- somebody touches the disk


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def _other_digit(path: Path) -> None:
    """Another digest, not a line that is none: a flipped bit makes no digit of an "a"."""
    text = path.read_text("ascii")
    path.write_text(("1" if text[0] == "0" else "0") + text[1:], "ascii")


def _swap_root_inventory(it: Stranger) -> None:
    for name in ("inventory.json", "inventory.json.sha512"):
        shutil.copy(it.object / "v1" / name, it.object / name)


TOUCHED: dict[str, tuple[Callable[[Stranger], object], str]] = {
    "a bit of the document": (lambda it: _flip(it.pdf, 4000), "FAILED"),
    "a bit of an older version": (lambda it: _flip(it.first_pdf, 4000), "FAILED"),
    "a bit of METS": (lambda it: _flip(next(it.object.rglob("METS.xml")), 300), "FAILED"),
    "a bit of an inventory": (lambda it: _flip(it.object / "v2" / "inventory.json", 3), "NOT PROVEN"),
    "a sidecar": (lambda it: _other_digit(it.object / "v2" / "inventory.json.sha512"), "FAILED"),
    "a sidecar of another": (
        lambda it: (it.object / "inventory.json.sha512").write_text("0" * 128 + " other.json\n"),
        "no sidecar",
    ),
    "a file gone": (lambda it: it.attachment.unlink(), "not as the inventory says"),
    "a file more": (lambda it: (it.object / "v1" / "content" / "nuevo.txt").write_text("x"), "not as the inventory"),
    "a version gone": (lambda it: shutil.rmtree(it.object / "v2"), "NOT PROVEN"),
    "a link": (lambda it: (it.object / "enlace").symlink_to(it.base / "LEEME.txt"), "a link or a device"),
    "an older inventory on top": (_swap_root_inventory, "NOT PROVEN"),
    "no declaration of the root": (lambda it: (it.base / "root" / "0=ocfl_1.1").unlink(), "no OCFL 1.1 storage root"),
    "another root": (lambda it: (it.base / "root" / "0=ocfl_1.1").write_text("ocfl_2.0\n"), "no OCFL 1.1 storage root"),
    "no declaration of the object": (lambda it: (it.object / "0=ocfl_object_1.1").unlink(), "there is no object"),
    "the object elsewhere": (lambda it: it.object.rename(it.object.with_name("otro")), "there is no object"),
    "no object": (lambda it: shutil.rmtree(it.object), "there is no object"),
}


@pytest.mark.parametrize("what", TOUCHED)
def test_what_was_touched_is_refused(stranger: Stranger, what: str) -> None:
    touch, why = TOUCHED[what]
    touch(stranger)
    assert why in stranger.refused()


# --- somebody touches the disk and makes every inventory agree


def _other_object(it: Stranger) -> None:
    it.rewrite(lambda text: text.replace(it.object_id, "urn:uuid:00000000-0000-4000-8000-000000000000"))


def _without_timestamps(it: Stranger) -> None:
    """As the document came, though longer by a line, so that it is a file of its own."""
    it.forge(it.pdf, it.first_pdf.read_bytes() + b"\n")


def _second_signer_removed(it: Stranger) -> None:
    """The document as the first signer left it, everywhere, with the manifest that fits it."""
    whole = it.first_pdf.read_bytes()
    first = whole[: [one.end() for one in re.finditer(rb"%%EOF\n", whole)][1]]
    _as_deposited(it, it.first_pdf, first)
    it.forge(it.pdf, first + b"\n")


def _as_deposited(it: Stranger, path: Path, data: bytes) -> None:
    """Replace a deposited file, and the manifest in both its forms: what remains is the desk's signature on it."""
    old, new = (hashlib.sha256(one).hexdigest() for one in (path.read_bytes(), data))
    it.forge(path, data)
    readable = next(it.object.rglob("deposit.json"))
    it.forge(readable, readable.read_bytes().replace(old.encode(), new.encode()))
    signed = next(it.object.rglob("deposit.jws"))
    header, payload, signature = signed.read_text("ascii").strip().split(".")
    told = _unpadded(payload).replace(old.encode(), new.encode())
    it.forge(signed, f"{header}.{_padded(told)}.{signature}\n".encode())


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _padded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _moved(it: Stranger, version: str, logical: str, digest: str) -> None:
    """A version's file is said to be other bytes that the object has, in every inventory that knows the version."""

    def change(raw: dict[str, Any]) -> None:
        for name, block in raw["versions"].items():
            if name == version:
                for paths in block["state"].values():
                    if logical in paths:
                        paths.remove(logical)
                block["state"].setdefault(digest, []).append(logical)
                block["state"] = {one: paths for one, paths in block["state"].items() if paths}

    it.edit(change)


def _other_manifest(it: Stranger, change: Callable[[dict[str, Any]], object]) -> None:
    """The deposit's manifest in both its forms: what remains is the desk's signature on it."""
    readable, signed = (next(it.object.rglob(name)) for name in ("deposit.json", "deposit.jws"))
    raw = json.loads(readable.read_text("utf-8"))
    change(raw)
    it.forge(readable, json.dumps(raw).encode())
    header, _, signature = signed.read_text("ascii").strip().split(".")
    told = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    it.forge(signed, f"{header}.{_padded(told)}.{signature}\n".encode())


def _renamed(it: Stranger) -> None:
    """An attachment has another name in every version."""
    old = _attachment_path(it)

    def change(raw: dict[str, Any]) -> None:
        for block in raw["versions"].values():
            state = block["state"]
            block["state"] = {one: [path.replace(old, "otro") for path in paths] for one, paths in state.items()}

    it.edit(change)


def _attachment_path(it: Stranger) -> str:
    return it.attachment.relative_to(it.object / "v1" / "content").as_posix()


def _changed_manifest(it: Stranger) -> None:
    path = next(it.object.rglob("deposit.json"))
    it.forge(path, path.read_bytes().replace(b"Equipamiento", b"Desmantelado"))


def _covering_less(it: Stranger) -> None:
    """The newest timestamp's /ByteRange is made to leave out a page's bytes."""
    data = it.pdf.read_bytes()
    at = data.rindex(b"/ByteRange [0 ")
    ranges = data[at : data.index(b"]", at)]
    start = int(ranges.split()[2])
    it.forge(it.pdf, data.replace(ranges, ranges.replace(b" %d " % start, b" %d " % (start - 1000), 1)))


FORGED: dict[str, tuple[Callable[[Stranger], object], str]] = {
    "a bit of the document": (
        lambda it: it.forge(it.pdf, it.pdf.read_bytes().replace(b"/CreationDate", b"/CreationDatf", 1)),
        "same bytes with something appended",
    ),
    "a bit of what was appended": (
        lambda it: it.forge(it.pdf, it.pdf.read_bytes().replace(b"/DSS ", b"/DSX ", 1)),
        "message imprint mismatch",
    ),
    "something appended": (
        lambda it: it.forge(it.pdf, it.pdf.read_bytes() + b"1 0 obj <</Type/Catalog>> endobj\n%%EOF\n"),
        "nobody signed them",
    ),
    "the newest timestamp covers less": (_covering_less, "leaves out more than itself"),
    "the timestamps taken away": (_without_timestamps, "follow the newest signature"),
    "an attachment": (lambda it: it.forge(it.attachment, b"Total;1\n"), "not what was deposited"),
    "the manifest": (_changed_manifest, "not what deposit.jws says"),
    "one signer's signature taken away": (_second_signer_removed, "follow the newest signature"),
    "the object's id": (_other_object, "another object"),
    "who made a version": (
        lambda it: it.rewrite(
            lambda text: text.replace('"name": "', '"name": "Don ', 1), "inventory.json", "v3/inventory.json"
        ),
        "was another when",
    ),
    "what a version held": (
        lambda it: it.rewrite(lambda text: text.replace('"documentation/LEEME.txt"', '"documentation/LEAME.txt"', 1)),
        "NOT PROVEN",
    ),
    "a path with a tab": (
        lambda it: it.rewrite(lambda text: text.replace('"documentation/LEEME.txt"', r'"documentation/LEE\tME.txt"')),
        "no business there",
    ),
    "one path for two files": (
        lambda it: it.rewrite(
            lambda text: text.replace('"metadata/descriptive/dc.xml"', '"metadata/descriptive/ead.xml"')
        ),
        "named twice",
    ),
    "another algorithm": (
        lambda it: it.rewrite(lambda text: text.replace('"sha512"', '"sha256"')),
        "another algorithm",
    ),
    "an older head": (
        lambda it: it.rewrite(
            lambda text: text.replace('"head": "v3"', '"head": "v2"'), "inventory.json", "v3/inventory.json"
        ),
        "not v1 to the newest",
    ),
    "a file of bytes that are nowhere": (
        lambda it: _moved(it, "v3", "documentation/LEEME.txt", "0" * 128),
        "is not in the manifest",
    ),
    "the inventory on top": (
        lambda it: it.rewrite(lambda text: text + "\n", "inventory.json"),
        "not that of its newest version",
    ),
    "what the first version stored": (
        lambda it: it.edit(lambda raw: raw["manifest"].popitem(), "v1/inventory.json"),
        "tells another story",
    ),
    "an inventory that is none": (
        lambda it: it.rewrite(lambda _: "[]", "inventory.json", "v3/inventory.json"),
        "TypeError",
    ),
    "the manifest of a later version": (
        lambda it: _moved(it, "v3", "metadata/other/deposit.json", it.digest_of("METS.xml")),
        "changed after the first version",
    ),
    "an attachment of a later version": (
        lambda it: _moved(it, "v3", _attachment_path(it), it.digest_of("METS.xml")),
        "changed after it was deposited",
    ),
    "an attachment's name": (_renamed, "deposited, and not there"),
    "a name twice": (
        lambda it: it.rewrite(lambda text: text.replace('"head"', '"head": "v1",\n "head"', 1)),
        "stands twice",
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_was_forged_consistently_is_refused(stranger: Stranger, what: str) -> None:
    forge, why = FORGED[what]
    forge(stranger)
    assert why in stranger.refused()


def test_the_manifest_must_mean_the_files_that_are_there(stranger: Stranger) -> None:
    _other_manifest(stranger, lambda raw: raw["documents"][0].update(sha256="0" * 64))
    assert "a document without its file" in stranger.refused("--version", "v1")


def test_an_object_without_documents_proves_nothing(stranger: Stranger) -> None:
    _other_manifest(stranger, lambda raw: raw.update(documents=[]))
    assert "has no documents" in stranger.refused("--version", "v1")


def test_what_is_no_receipt_or_no_key_is_refused(proven: Stranger, tmp_path: Path) -> None:
    (tmp_path / "r.jws").write_text("nada", "ascii")
    assert "no JWS" in proven.refused("--receipt", str(tmp_path / "r.jws"))
    why = proven.refused("--receipt", str(proven.receipt), "--device-key", _padded(b"corta"))
    assert "no Ed25519 key" in why


def test_a_missing_signature_is_noticed_also_without_timestamps(stranger: Stranger) -> None:
    whole = stranger.first_pdf.read_bytes()
    first = whole[: [one.end() for one in re.finditer(rb"%%EOF\n", whole)][1]]
    _as_deposited(stranger, stranger.first_pdf, first)
    why = stranger.refused("--without-timestamp", "--version", "v1")
    assert "signatures of 1 people, and 2 signed it" in why


def test_a_forged_document_is_betrayed_by_its_signatures_alone(stranger: Stranger) -> None:
    data = stranger.first_pdf.read_bytes()
    _as_deposited(stranger, stranger.first_pdf, data.replace(b"/CreationDate", b"/CreationDatf", 1))
    why = stranger.refused("--without-timestamp", "--version", "v1")
    assert "a signature of v1/content/" in why
    assert "verification failure" in why


# --- the acts of the office, and whose devices signed them


def _devices(it: Stranger, change: Callable[[dict[str, Any]], object]) -> None:
    path = next(it.object.rglob("devices.json"))
    raw = json.loads(path.read_text("utf-8"))
    change(raw)
    it.forge(path, json.dumps(raw).encode())


def _act(it: Stranger) -> Path:
    return next(iter(sorted((it.object / "v1/content/metadata/other/events").glob("*.jws"))))


def _changed_act(it: Stranger, change: Callable[[str, dict[str, Any], str], str]) -> None:
    """The first act of the first document is another, in a file that the manifest names."""
    line, *others = _act(it).read_text("ascii").splitlines()
    header, payload, signature = line.split(".")
    told = change(header, json.loads(_unpadded(payload)), signature)
    _as_deposited(it, _act(it), "\n".join([told, *others, ""]).encode())


def _another_time(header: str, payload: dict[str, Any], signature: str) -> str:
    told = json.dumps({**payload, "time": "2020-01-01T00:00:00-04:00"}, sort_keys=True, separators=(",", ":"))
    return f"{header}.{_padded(told.encode())}.{signature}"


def _another_key(raw: dict[str, Any]) -> None:
    raw["devices"][0]["verify_key"] = _padded(bytes(32))


def _another_statement(raw: dict[str, Any]) -> None:
    """The forger's key, and a statement whose text was changed to name it."""
    _another_key(raw)
    for one in raw["devices"][0]["enrolments"]:
        header, payload, signature = one["statement"].split(".")
        told = json.loads(_unpadded(payload)) | {"verify_key": _padded(bytes(32))}
        one["statement"] = f"{header}.{_padded(json.dumps(told).encode())}.{signature}"


def _by_a_certificate_of_his_own(raw: dict[str, Any]) -> None:
    """The statement is signed anew, by whoever calls himself the same."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Juana Mamani Quispe")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=900))
        .not_valid_after(now + timedelta(days=900))
        .sign(key, hashes.SHA256())
    )
    der = base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode("ascii")
    for one in raw["devices"][0]["enrolments"]:
        _, payload, _ = one["statement"].split(".")
        signed = f"{_padded(json.dumps({'alg': 'ES256', 'x5c': [der]}).encode())}.{payload}"
        r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        one["statement"] = f"{signed}.{_padded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


ACTS: dict[str, tuple[Callable[[Stranger], object], str]] = {
    "what an act says": (lambda it: _changed_act(it, _another_time), "not signed by the device that it names"),
    "an act without a signature": (
        lambda it: _changed_act(it, lambda header, payload, _: f"{header}.{_padded(json.dumps(payload).encode())}."),
        "not signed by the device that it names",
    ),
    "an act of another device": (
        lambda it: _changed_act(
            it, lambda header, told, end: f"{header}.{_padded(json.dumps(told | {'device': 'x'}).encode())}.{end}"
        ),
        "an act of another device or entity",
    ),
    "an act of another entity": (
        lambda it: _changed_act(
            it, lambda header, told, end: f"{header}.{_padded(json.dumps(told | {'entity': 'x'}).encode())}.{end}"
        ),
        "an act of another device or entity",
    ),
    "another paper as an act": (
        lambda it: _changed_act(
            it,
            lambda header, told, end: (
                f"{_padded(_unpadded(header).replace(b'event', b'block'))}.{_padded(json.dumps(told).encode())}.{end}"
            ),
        ),
        "no act of a device",
    ),
    "the desk's signature on the manifest": (
        lambda it: _as_deposited(it, it.attachment, b"Total;1\n"),
        "not signed by the device that it names: deposit.jws",
    ),
    "a device's key": (lambda it: _devices(it, _another_key), "an enrolment of another device"),
    "a device's key and what enrolled it": (
        lambda it: _devices(it, _another_statement),
        "an enrolment is not signed by its certificate",
    ),
    "an enrolment by a certificate of his own": (
        lambda it: _devices(it, _by_a_certificate_of_his_own),
        "an enrolment: ",
    ),
    "a device that nobody enrolled": (
        lambda it: _devices(it, lambda raw: raw["devices"][0].update(enrolments=[])),
        "nobody's token enrolled",
    ),
    "the device taken out": (lambda it: _devices(it, lambda raw: raw["devices"].clear()), "does not name"),
    "a device twice": (lambda it: _devices(it, lambda raw: raw["devices"].append(raw["devices"][0])), "stands twice"),
    "devices of another entity": (lambda it: _devices(it, lambda raw: raw.update(entity="x")), "of another entity"),
    "the devices of a later version": (
        lambda it: _moved(it, "v3", "metadata/other/devices.json", it.digest_of("METS.xml")),
        "devices.json changed",
    ),
}


@pytest.mark.parametrize("what", ACTS)
def test_acts_that_no_enrolled_device_signed_so_are_refused(stranger: Stranger, what: str) -> None:
    forge, why = ACTS[what]
    forge(stranger)
    assert why in stranger.refused("--version", "v1", "--without-timestamp")


def test_an_act_for_somebody_whose_token_did_not_enrol_the_device_is_told(stranger: Stranger) -> None:
    """The custodian took it because the directory of then let it stand; the stranger is told."""

    def without_author(raw: dict[str, Any]) -> None:
        for device in raw["devices"]:
            device["enrolments"] = [one for one in device["enrolments"] if one["name"] != "Juana Mamani Quispe"]

    _devices(stranger, without_author)
    done = stranger.prove()
    assert done.returncode == 0, done.stderr
    assert "MIND (OJO): acts for the official" in done.stdout


def _without_devices(it: Stranger) -> None:
    """As objects were before their packages told of the devices."""
    logical = "metadata/other/devices.json"
    digest = it.digest_of(logical)

    def change(raw: dict[str, Any]) -> None:
        raw["manifest"].pop(digest)
        for block in raw["versions"].values():
            block["state"].pop(digest)

    next(it.object.rglob("devices.json")).unlink()
    it.edit(change)


def test_an_object_that_does_not_tell_the_devices_is_proven_and_that_is_said(stranger: Stranger) -> None:
    _without_devices(stranger)
    done = stranger.prove()
    assert (done.returncode, done.stderr) == (0, "")
    assert "their signatures were NOT checked (NO COMPROBADAS)" in done.stdout
    assert "device  " not in done.stdout


def test_nobody_is_trusted_besides_the_stranger_s_own_roots(
    proven: Stranger, practice_pki: PracticePki, tmp_path: Path
) -> None:
    """Not even whom his computer trusts: a system's store has roots of web sites that also sign for people."""
    store = tmp_path / "store"
    store.mkdir()
    for place, pem in enumerate(
        re.findall(r"-----BEGIN.*?END CERTIFICATE-----\n", proven.roots.read_text(), re.DOTALL)
    ):
        command = ["openssl", "x509", "-noout", "-hash"]
        name = subprocess.run(command, input=pem, capture_output=True, text=True, check=True).stdout.strip()
        (store / f"{name}.{place}").write_text(pem)
        (store / f"{name}.0").write_text(pem)
    key = tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=Otra", "-keyout", str(key)]
    subprocess.run([*command, "-out", str(tmp_path / "other.pem")], capture_output=True, check=True)
    trusting = replace(proven, environment={**proven.environment, "SSL_CERT_DIR": str(store)})
    why = trusting.refused("--version", "v1", "--without-timestamp", roots=tmp_path / "other.pem")
    assert "a signature of v1/content/" in why


def test_what_a_thorough_forger_changes_is_betrayed_by_the_receipt_alone(stranger: Stranger, tmp_path: Path) -> None:
    """An attachment is signed by nobody but the desk: the manual says so, and tells to keep the receipts elsewhere."""
    _as_deposited(stranger, stranger.attachment, b"Total;1\n")
    _without_devices(stranger)  # else the manifest's own signature tells
    assert stranger.prove().returncode == 0
    assert "not the one that was receipted" in stranger.refused("--receipt", str(stranger.receipt))
    forged = tmp_path / "receipt.jws"
    header, payload, signature = stranger.receipt.read_text("ascii").split(".")
    told = json.loads(_unpadded(payload))
    told["inventory_sha512"] = hashlib.sha512((stranger.object / "v1" / "inventory.json").read_bytes()).hexdigest()
    forged.write_text(f"{header}.{_padded(json.dumps(told).encode())}.{signature}", "ascii")
    why = stranger.refused("--receipt", str(forged), "--device-key", stranger.device_key)
    assert "not signed by that device" in why


@pytest.mark.parametrize(
    ("member", "value", "why"),
    [
        ("object", "urn:uuid:x", "not for this object"),
        ("state", "refused", "not for this object"),
        ("version", "v7", "a version that is not there"),
    ],
)
def test_a_receipt_for_something_else_proves_nothing(
    proven: Stranger, tmp_path: Path, member: str, value: str, why: str
) -> None:
    header, payload, signature = proven.receipt.read_text("ascii").split(".")
    told = {**json.loads(_unpadded(payload)), member: value}
    (tmp_path / "receipt.jws").write_text(f"{header}.{_padded(json.dumps(told).encode())}.{signature}", "ascii")
    assert why in proven.refused("--receipt", str(tmp_path / "receipt.jws"))


# --- signatures that are none


def _read(machine: dict[str, str], folder: Path, data: bytes) -> str:
    """What the script's reader says of a PDF by itself."""
    (folder / "read.py").write_text(_python(), "utf-8")
    (folder / "a.pdf").write_bytes(data)
    arguments = ["pdf", str(folder / "a.pdf"), str(folder / "a"), "", "1"]
    command = ["python3", "-I", "-S", str(folder / "read.py"), *arguments]
    done = subprocess.run(command, env=machine, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else done.stderr


def test_the_reader_finds_every_signature_the_newest_first(proven: Stranger, tmp_path: Path) -> None:
    rows = [line.split() for line in _read(proven.environment, tmp_path, proven.pdf.read_bytes()).splitlines()]
    assert [row[:4] for row in rows] == [
        ["1", "T", "no", "no"],
        ["2", "T", "no", "no"],
        ["3", "S", "yes", "no"],
        ["4", "S", "yes", "no"],
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"%PDF /ByteRange [0 1 x 2]\n%%EOF\n", "that is none"),
        (b"%PDF /ByteRange [0 1 2", "that is none"),
        (b"%PDF /ByteRange [1 5 9 14] <3030>\n%%EOF\n", "leaves out more"),
        (b"%PDF-1 <30zz> /ByteRange [0 7 13 33]\n%%EOF\n", "leaves out more"),
        (b"%PDF-1 <3000> /ByteRange [0 7 13 10] .......\n%%EOF\n", "does not cover a whole file"),
        (b"%PDF-1 <3000> /ByteRange [0 7 13 90]\n%%EOF\n", "leaves out more"),
        (b"%PDF-1 <3000> \n%%EOF\n /ByteRange [0 7 13 8]\n", "does not cover itself"),
    ],
)
def test_a_range_that_is_none_is_refused(machine: dict[str, str], tmp_path: Path, text: bytes, why: str) -> None:
    assert why in _read(machine, tmp_path, text)


def _signed_by(folder: Path, *options: str, signers: int = 1) -> bytes:
    """A CMS by openssl over one letter."""
    (folder / "text").write_text("x")
    command = ["openssl", "cms", "-sign", "-binary", "-in", "text", "-outform", "DER", *options]
    for number in range(signers):
        name, key = f"{number}.pem", f"{number}.key"
        request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={number}"]
        subprocess.run([*request, "-keyout", key, "-out", name], cwd=folder, capture_output=True, check=True)
        command += ["-signer", name, "-inkey", key]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout


def _in_pdf(der: bytes) -> bytes:
    """A file in which that CMS would be a signature."""
    start = b"%PDF-1.7\n/Contents "
    hexadecimal = b"<" + der.hex().encode() + b">"
    tail = b" /ByteRange [0 %d %d %d]\n%%%%EOF\n"
    size = len(tail % (len(start), len(start) + len(hexadecimal), 99))
    return start + hexadecimal + tail % (len(start), len(start) + len(hexadecimal), size)


def test_a_signature_over_something_of_its_own_is_refused(machine: dict[str, str], tmp_path: Path) -> None:
    """CMS with its content inside verifies whatever the document says."""
    pdf = _in_pdf(_signed_by(tmp_path, "-nodetach"))
    assert "over something else than the document" in _read(machine, tmp_path, pdf)
    assert _read(machine, tmp_path, _in_pdf(_signed_by(tmp_path))).startswith("1 S no no ")


def test_a_signature_of_two_is_refused(machine: dict[str, str], tmp_path: Path) -> None:
    assert "must have one signer" in _read(machine, tmp_path, _in_pdf(_signed_by(tmp_path, signers=2)))


@pytest.mark.parametrize(("der", "why"), [("3080020101", "not DER"), ("3082ffff0201", "cut off"), ("", "IndexError")])
def test_what_is_no_der_is_refused(machine: dict[str, str], tmp_path: Path, der: str, why: str) -> None:
    assert why in _read(machine, tmp_path, _in_pdf(bytes.fromhex(der)))


def test_the_script_is_plain_shell() -> None:
    checker = shutil.which("dash") or "sh"
    assert subprocess.run([checker, "-n", str(SCRIPT)], check=False, env=dict(os.environ)).returncode == 0
