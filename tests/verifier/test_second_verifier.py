"""A verifier that shares no line with the program, written for another language, says the same of every slip."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import pytest

from desktop.records.events import Json
from desktop.records.people import Directory
from desktop.routing.slips import fold_slip
from desktop.sync import envelopes
from desktop.sync.directory import DirectoryPins, read_directory
from desktop.sync.directory_json import to_payload
from desktop.sync.events import read_event
from desktop.sync.proof import SlipProof, prove
from tests.verifier.random_slips import handed_in, key_of, office

HERE = Path(__file__).parent
VECTORS = HERE.parent / "vectors" / "events"
SLIPS = 300


def node(directory: Path, events: Json, folder: Path, *options: str) -> tuple[int, Json]:
    """Exit status and answer of the verifier."""
    program = shutil.which("node")
    if program is None:
        pytest.fail("node is missing: python3 installers/setup/setup.py test installs it (packages.toml)")
    given = folder / "events.json"
    given.write_text(json.dumps(events), encoding="utf-8")
    ran = subprocess.run(
        [program, str(HERE / "verify.mjs"), str(directory), str(given), *options], capture_output=True, check=False, timeout=110
    )  # fmt: skip
    assert ran.returncode in {0, 1}, ran.stderr.decode()
    return ran.returncode, json.loads(ran.stdout)


def plain(value: object) -> Json:
    """As the verifier writes it."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


def told(proof: SlipProof, texts: list[str], directory: Directory) -> dict[str, Json]:
    """What ``prove`` says, and the slips that follow, in the verifier's form."""
    broken = {item.place for item in proof.altered}
    good = {item.digest: item for item in (read_event(t, directory) for at, t in enumerate(texts) if at not in broken)}
    views = [fold_slip(slip, good.values()) for slip in proof.slips]
    return {
        "events": proof.events,
        "missing": list(proof.missing),
        "altered": [{"place": item.place, "code": item.code} for item in proof.altered],
        "doubled": plain(proof.doubled),
        "broken": plain(proof.broken),
        "unpreceded": plain(proof.unpreceded),
        "gaps": [{"unit": g.unit, "device": g.device, "first": g.first, "last": g.last} for g in proof.gaps],
        "refused": list(proof.refused),
        "hops": [plain(asdict(hop)) for hop in proof.hops],
        "slips": [
            {
                "id": view.id, "number": view.number, "holder": view.holder, "held": view.held, "concluded": view.concluded,
                "folder": view.folder, "principal": view.principal, "members": list(view.members), "documents": list(view.documents),
                "paper": {"what": view.paper.what, "where": view.paper.where, "unit": view.paper.unit, "hop": view.paper.hop},
                "refused": list(view.refused), "hops": [plain(asdict(hop)) for hop in view.hops],
                "conflicts": [
                    {"about": item.about.value, "hops": list(item.hops), "unit": item.unit, "open": item.settlement is None}
                    for item in view.conflicts
                ],
            }
            for view in views
        ],
        "whole": proof.whole,
    }  # fmt: skip


def test_the_vectors(tmp_path: Path) -> None:
    kept = json.loads((VECTORS / "directory.json").read_text("utf-8"))
    directory = read_directory(kept["jws"], DirectoryPins(kept["admin_key"]))
    chain = [item["jws"] for item in json.loads((VECTORS / "chain.json").read_text("utf-8"))]
    refused = json.loads((VECTORS / "refused.json").read_text("utf-8"))
    status, answer = node(VECTORS / "directory.json", chain, tmp_path)
    assert (status, answer) == (0, told(prove(chain, directory), chain, directory))
    status, answer = node(VECTORS / "directory.json", [item["jws"] for item in refused], tmp_path)
    assert (status, [item["code"] for item in answer["altered"]]) == (1, [item["code"] for item in refused])


def test_the_vectors_of_proofs(tmp_path: Path) -> None:
    kept = json.loads((VECTORS / "directory.json").read_text("utf-8"))
    directory = read_directory(kept["jws"], DirectoryPins(kept["admin_key"]))
    cases = json.loads((VECTORS / "proofs.json").read_text("utf-8"))
    for case in cases:
        _, answer = node(VECTORS / "directory.json", case["events"], tmp_path)
        both = (answer, told(prove(case["events"], directory), case["events"], directory))
        for one in both:
            found = {name: one[name] for name in case["proves"] if name not in {"hops", "conflicts"}}
            found["hops"] = [{name: hop[name] for name in ("id", "digest", "state", "void")} for hop in one["hops"]]
            found["conflicts"] = [
                {name: item[name] for name in ("about", "hops", "open")}
                for slip in one["slips"]
                for item in slip["conflicts"]
            ]
            assert found == case["proves"], case["why"]
    told_of = {case["why"]: case["proves"] for case in cases}
    assert [name for name, proves in told_of.items() if proves["whole"]] == [
        "whole", "a conflict", "a conflict settled", "a cancellation that a reception crossed", "a member of a group does not go alone",
        "a dispatch under the id of a hop that is there", "everything twice",
    ]  # fmt: skip
    assert [hop["void"] for hop in told_of["a conflict settled"]["hops"]] == [True, False]
    assert [item["open"] for item in told_of["a conflict"]["conflicts"]] == [True]
    assert len(told_of["a dispatch under the id of a hop that is there"]["refused"]) == 1


def test_a_directory_by_another_key_is_not_believed(tmp_path: Path) -> None:
    kept = json.loads((VECTORS / "directory.json").read_text("utf-8"))
    other = tmp_path / "directory.json"
    other.write_text(json.dumps({**kept, "admin_key": kept["payload"]["devices"][0]["verify_key"]}), encoding="utf-8")
    with pytest.raises(AssertionError, match="bad_signature"):
        node(other, [], tmp_path)


@pytest.fixture(scope="module")
def directory_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    admin = key_of("admin")
    jws = envelopes.seal_payload(envelopes.canonical(to_payload(office())), admin, envelopes.DIRECTORY, kid="admin")
    path = tmp_path_factory.mktemp("verifier") / "directory.json"
    path.write_text(json.dumps({"admin_key": admin.public()[0], "jws": jws}), encoding="utf-8")
    return path


def test_random_slips_are_judged_alike(directory_file: Path, tmp_path: Path) -> None:
    directory = office()
    given = [handed_in(seed) for seed in range(SLIPS)]
    _, answers = node(directory_file, given, tmp_path, "--mailbox", "unit-a", "--devices", "dev-1,dev-3")
    seen: set[str] = set()
    for seed, (texts, answer) in enumerate(zip(given, answers, strict=True)):
        expected = told(prove(texts, directory, mailbox="unit-a", devices=["dev-1", "dev-3"]), texts, directory)
        assert answer == expected, f"seed {seed}"
        seen |= {name for name, found in expected.items() if found}
        seen |= {item["code"] for item in expected["altered"]}
        seen |= {
            f"{item['about']} {'open' if item['open'] else 'settled'}"
            for slip in expected["slips"]
            for item in slip["conflicts"]
        }
        seen |= {hop["state"] for hop in expected["hops"]} | (
            {"void"} if any(hop["void"] for hop in expected["hops"]) else set()
        )
        seen |= {"grouped" for slip in expected["slips"] if slip["principal"]}
    wanted = {
        "missing", "altered", "doubled", "broken", "unpreceded", "gaps", "refused", "hops", "whole", "oficial open", "oficial settled",
        "cancelacion open", "cancelacion settled", "void", "grouped", "sent", "received", "rejected", "cancelled", "passed_on", "concluded",
        "envelope.bad_signature", "event.wrong_unit",
    }  # fmt: skip
    assert wanted <= seen  # the slips hold what they are meant to hold
