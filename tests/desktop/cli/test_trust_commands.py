"""trust …: anchors imported with their fingerprint compared, on a desk and for the whole computer; the cache; the policy."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import ocsp

from desktop.cli.answers import Exit
from desktop.operations import policy_file, trusting
from desktop.practice.pki import ROOT, PracticePki
from signing.anchor_store import AnchorStore
from signing.kept_answers import keep_answers
from signing.revocation import Evidence
from tests.fixtures.lab import plain_pdf, shared_lab

from .conftest import Qillqa


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk's folder; what holds for the whole computer lies beside it."""
    monkeypatch.setattr(policy_file, "machine_folder", lambda: tmp_path / "equipo")
    monkeypatch.setenv("QILLQA_HOME", str(tmp_path / "escritorio"))
    (tmp_path / "escritorio").mkdir()
    return tmp_path / "escritorio"


@pytest.fixture
def root(tmp_path: Path) -> tuple[Path, str]:
    lab = shared_lab()
    file = tmp_path / "raiz.crt"
    file.write_text(lab.root.pem)
    return file, lab.root.asn1.sha256.hex()


def test_a_root_is_trusted_when_its_fingerprint_is_the_published_one(
    qillqa: Qillqa, home: Path, root: tuple[Path, str]
) -> None:
    file, digest = root
    published = ":".join(digest[n : n + 2] for n in range(0, 64, 2)).upper()
    done = qillqa(
        "trust", "import", file, "--fingerprint", published, "--source", "ATT", "--published", "https://autoridad.example",
        "--read-on", "2026-11-20", "--country", "bo", "--purpose", "signing", "--json",
    )  # fmt: skip
    assert done.status == Exit.DONE
    (one,) = done.json["imported"]
    assert (one["sha256"], one["confirmed"], one["country"], one["where"]) == (digest, "sha256", "BO", "desk")
    listed = qillqa("trust", "list", "--json").json["anchors"]
    assert listed == [one]
    assert "firmas" in qillqa("trust", "list").out
    shown = qillqa("trust", "show", digest[:8])
    assert "ATT" in shown.out
    assert published in shown.out
    assert trusting.trust_of_folder(None, home, home).anchors_for("signing")[0].sha256 == digest
    assert qillqa("trust", "remove", digest[:8]).status == Exit.DONE
    assert qillqa("trust", "list", "--json").json["anchors"] == []
    assert "ninguna autoridad" in qillqa("trust", "list").out


def test_what_is_typed_wrongly_is_usage(qillqa: Qillqa, home: Path, root: tuple[Path, str]) -> None:
    for option in (("--purpose", "todo"), ("--read-on", "ayer"), ("--country", "Bolivia")):
        answer = qillqa("trust", "import", root[0], "--fingerprint", root[1], *option)
        assert answer.status == Exit.USAGE
        assert option[0] in answer.err
    assert qillqa("trust", "import", home / "no-hay.crt", "--fingerprint", root[1]).status == Exit.ENVIRONMENT
    assert AnchorStore(home / "trust").load() == ()


def test_the_fingerprint_can_be_typed(qillqa: Qillqa, home: Path, root: tuple[Path, str]) -> None:
    typed = qillqa("trust", "import", root[0], stdin=f"{root[1]}\n")
    assert typed.status == Exit.DONE
    assert "Huella publicada" in typed.err
    assert root[1] not in typed.err.lower().replace(":", "")  # what the file has is not shown before


def test_nothing_is_trusted_by_a_wrong_fingerprint_or_by_none(
    qillqa: Qillqa, home: Path, root: tuple[Path, str]
) -> None:
    wrong = {"00" * 32: "trust.fingerprint_differs", "abcd": "trust.bad_fingerprint", "": "trust.fingerprint_needed"}
    for fingerprint, told in wrong.items():
        answer = qillqa("trust", "import", root[0], "--fingerprint", fingerprint, "--json")
        assert answer.status == Exit.REFUSED
        assert answer.json["error"]["code"] == told
    assert AnchorStore(home / "trust").load() == ()


def test_for_the_whole_computer_and_for_a_desk(
    qillqa: Qillqa, home: Path, root: tuple[Path, str], tmp_path: Path
) -> None:
    assert qillqa("trust", "import", root[0], "--fingerprint", root[1], "--machine").status == Exit.DONE
    (one,) = qillqa("trust", "list", "--json").json["anchors"]
    assert one["where"] == "machine"
    assert (tmp_path / "equipo" / "trust" / "anchors.json").is_file()
    other = tmp_path / "otro"
    other.mkdir()
    assert len(qillqa("trust", "list", "--home", other, "--json").json["anchors"]) == 1
    refused = qillqa("trust", "remove", root[1], "--json")  # it is not the desk's
    assert refused.json["error"]["code"] == "trust.unknown_anchor"
    assert qillqa("trust", "remove", root[1], "--machine").status == Exit.DONE


def test_an_intermediate_helps_and_is_not_trusted(qillqa: Qillqa, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "emisora.pem"
    file.write_text(shared_lab().issuing.pem)
    assert qillqa("trust", "import", file, "--intermediate").status == Exit.DONE
    trust = trusting.trust_of_folder(None, home, home)
    assert (trust.anchors, trust.intermediates) == ((), (shared_lab().issuing.der,))


def test_practice_and_people_are_refused(qillqa: Qillqa, home: Path, tmp_path: Path) -> None:
    pki = PracticePki.create(tmp_path / "pki", (), port=1, now=shared_lab().now)
    practice = pki.certificate_of(ROOT)
    for der, told in ((practice, "trust.practice_anchor"), (shared_lab().alice.der, "trust.no_authority")):
        file = tmp_path / "otro.der"
        file.write_bytes(der)
        answer = qillqa("trust", "import", file, "--fingerprint", sha256(der).hexdigest(), "--json")
        assert (answer.status, answer.json["error"]["code"]) == (Exit.REFUSED, told)
    folder = tmp_path / "anclas"
    folder.mkdir()
    (folder / "raiz.der").write_bytes(practice)
    pdf = tmp_path / "nota.pdf"
    pdf.write_bytes(plain_pdf())
    assert qillqa("verify", pdf, "--trust", folder).status == Exit.CANNOT_TELL  # named by hand: unsigned
    machine = policy_file.machine_folder()
    machine.mkdir(exist_ok=True)
    (machine / "policy.toml").write_text('format = 1\nlocked = ["anchors.practice"]\n')
    assert qillqa("verify", pdf, "--trust", folder, "--json").json["error"]["code"] == "trust.practice_anchor"


def test_a_damaged_store_is_told_wherever_it_is_needed(
    qillqa: Qillqa, home: Path, root: tuple[Path, str], tmp_path: Path
) -> None:
    qillqa("trust", "import", root[0], "--fingerprint", root[1])
    store = home / "trust" / "anchors.json"
    store.write_bytes(store.read_bytes()[:-30])
    pdf = tmp_path / "nota.pdf"
    pdf.write_bytes(plain_pdf())
    for arguments in (("trust", "list"), ("trust", "import", root[0], "--fingerprint", root[1]), ("verify", pdf)):
        answer = qillqa(*arguments)
        assert answer.status == Exit.ENVIRONMENT
        assert "dañado" in answer.err
        assert "respaldo" in answer.err


def test_countries_are_data_and_trust_nobody(qillqa: Qillqa, home: Path) -> None:
    rows = {row["code"]: row for row in qillqa("trust", "countries", "--json").json["countries"]}
    assert rows["BO"]["root"] == "Entidad Certificadora Raiz de Bolivia"
    assert {"BO", "PE", "AR", "EU"} <= rows.keys()
    assert all(row["place"] and row["publisher"] for row in rows.values())
    assert "Bolivia" in qillqa("trust", "countries").out
    assert trusting.trust_of_folder(None, home, home).anchors == ()


def test_the_policy_that_holds_is_shown(qillqa: Qillqa, home: Path) -> None:
    machine = policy_file.machine_folder()
    machine.mkdir()
    (machine / "policy.toml").write_text('format = 1\nlocked = ["network.online"]\n[network]\nonline = false\n')
    answer = qillqa("trust", "policy", "--json").json
    assert (answer["policy"]["online"], answer["locked"]) == (False, ["network.online"])
    assert "network.online = no  (fijado" in qillqa("trust", "policy").out
    (machine / "policy.toml").write_text("format = 1\n[network]\nonlin = false\n")
    told = qillqa("trust", "policy")
    assert told.status == Exit.ENVIRONMENT
    assert "línea 3" in told.err


def test_the_cache_is_listed_refreshed_and_cleared(qillqa: Qillqa, home: Path, tmp_path: Path) -> None:
    lab = shared_lab()
    answer = lab.ocsp_answer(lab.alice, lab.now - timedelta(hours=1))
    evidence = Evidence(ocsps=(ocsp.OCSPResponse.load(answer),))
    keep_answers(home / "revocation", (lab.alice.asn1, lab.issuing.asn1), evidence)
    (one,) = qillqa("trust", "cache", "list", "--json").json["answers"]
    assert one["kind"] == "ocsp"
    assert one["this_update"]
    assert lab.alice.asn1.subject.native["common_name"] in one["about"]
    assert "OCSP" in qillqa("trust", "cache", "list").out
    assert qillqa("trust", "cache", "refresh", tmp_path / "no-hay.pdf", "--json").json == {"before": 1, "after": 1}
    assert qillqa("trust", "cache", "clear", "--json").json == {"removed": 1}
    assert qillqa("trust", "cache", "list", "--json").json == {"answers": [], "bytes": 0}
    machine = policy_file.machine_folder()
    machine.mkdir()
    (machine / "policy.toml").write_text("format = 1\n[network]\nonline = false\n")
    refused = qillqa("trust", "cache", "refresh", tmp_path / "no-hay.pdf", "--json")
    assert refused.json["error"]["code"] == "policy.offline"
    (machine / "policy.toml").write_text('format = 1\nlocked = ["network.online"]\n[network]\nonline = false\n')
    refused = qillqa("trust", "cache", "refresh", tmp_path / "no-hay.pdf")
    assert refused.status == Exit.ENVIRONMENT
    assert "fijada por quien administra el equipo" in refused.err
    assert trusting.trust_of_folder(None, home, home).policy.online is False


def test_json_is_one_document(qillqa: Qillqa, home: Path) -> None:
    for arguments in (("trust", "list"), ("trust", "countries"), ("trust", "policy"), ("trust", "cache", "list")):
        answer = qillqa(*arguments, "--json")
        json.loads(answer.out)
        assert answer.err == ""
