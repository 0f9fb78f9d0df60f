"""A raise is the object's next version, an AIP again; what came first stays; what was not done is said and owed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from desktop.archive.custody import accept, object_id_of
from desktop.archive.eark import DATA, PREMIS, VERDICTS
from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import User
from desktop.archive.raising import Raise, RaisedObject, Raising, level_of, raise_object
from desktop.archive.reading import read_file
from desktop.archive.roots import Root
from desktop.records.errors import OfficeError
from tests.desktop.archive.conftest import Archive
from tests.desktop.archive.dossiers import CONTENTS, NOTE, REPORT, make_deposit
from tests.fixtures.damage import flipped
from tests.fixtures.fixity_of import check
from tests.judges.verdicts import judge_eark, judge_ocfl_root

NOW = datetime(2026, 3, 8, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=400)
OBJECT = object_id_of(make_deposit().dossier)
NOTE_PDF, _, REPORT_PDF, _ = (DATA + path for path in CONTENTS)
P = {"p": "http://www.loc.gov/premis/v3"}


def appending(source: Path, output: Path) -> Raise:
    """Appends, as a real one does."""
    output.write_bytes(source.read_bytes() + b"\nDSS + DocTimeStamp")
    return Raise("B-LTA", "", NOW)


def judge(path: Path) -> dict[str, Any]:
    """By what was appended."""
    level = "B-LTA" if b"DocTimeStamp" in path.read_bytes() else "B-B"
    return {"verdict": "valid", "explanation": "", "signatures": [{"kind": "signature", "level": level}]}


def raising(**changes: Any) -> Raising:
    facts: dict[str, Any] = {
        "raiser": appending,
        "judge": judge,
        "user": User("Archivo", "urn:x"),
        "software_version": "1",
    }
    return Raising(**{**facts, **changes})


@pytest.fixture
def taken(archive: Archive, root: Root) -> Root:
    """A root that holds one dossier of two documents, both at B-B."""
    accept(archive.custodian(root), archive.send(), now=NOW)
    return root


def test_the_next_version_has_them_and_the_first_stays(taken: Root) -> None:
    done = raise_object(taken, OBJECT, raising(), now=LATER)
    assert (done.version, done.owed) == ("v2", ())
    assert [(one.document, one.level) for one in done.files] == [(NOTE, "B-LTA"), (REPORT, "B-LTA")]
    for path in (NOTE_PDF, REPORT_PDF):
        first, second = (read_file(taken, OBJECT, path, version) for version in ("v1", "v2"))
        assert first == CONTENTS[path.removeprefix(DATA)]
        assert second.startswith(first)
        assert len(second) > len(first)
    assert check(taken).intact
    assert level_of(json.loads(read_file(taken, OBJECT, f"{VERDICTS}{NOTE}.json"))) == "B-LTA"


def test_the_judges_have_nothing_to_say_of_any_version(
    archive: Archive, folder_root: FolderRoot, tmp_path: Path
) -> None:
    accept(archive.custodian(folder_root), archive.send(), now=NOW)
    raise_object(folder_root, OBJECT, raising(), now=LATER)
    raise_object(folder_root, OBJECT, raising(), now=LATER + timedelta(days=400), again=True)
    inventory = folder_root.inventory(OBJECT)
    assert inventory is not None
    assert inventory.head == "v3"
    folders = []
    for number, block in enumerate(inventory.versions, 1):
        folders.append(tmp_path / f"v{number}" / "aip")
        for path in block.state:
            target = folders[-1] / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(read_file(folder_root, OBJECT, path, f"v{number}"))
    judged = judge_eark(folders)
    assert [judged[str(folder)].messages for folder in folders] == [(), (), ()]
    assert judge_ocfl_root(folder_root.path).valid


def test_premis_tells_what_was_done_and_the_digests_are_the_new_ones(taken: Root) -> None:
    before = etree.fromstring(read_file(taken, OBJECT, PREMIS))
    raise_object(taken, OBJECT, raising(), now=LATER)
    after = etree.fromstring(read_file(taken, OBJECT, PREMIS))

    def events(root: etree._Element) -> list[str]:
        return ["|".join(str(text).strip() for text in one.itertext()) for one in root.iterfind("p:event", P)]

    assert events(after)[: len(events(before))] == events(before)  # none is taken away, none rewritten
    added = [one.findtext("p:eventType", namespaces=P) for one in after.findall("p:event", P)[len(events(before)) :]]
    assert added == ["modification", "digital signature validation"] * 2
    data = read_file(taken, OBJECT, NOTE_PDF)
    told = {
        one.findtext("p:objectIdentifier/p:objectIdentifierValue", namespaces=P): [
            value.text for value in one.iterfind(".//p:messageDigest", P)
        ]
        for one in after.iterfind("p:object", P)
    }
    assert told[NOTE_PDF] == [hashlib.sha512(data).hexdigest(), hashlib.sha256(data).hexdigest()]
    ids = [element.text for element in after.iterfind(".//p:eventIdentifierValue", P)]
    assert len(ids) == len(set(ids))


def test_premis_tells_whose_timestamp_and_who_did_it(taken: Root) -> None:
    """A later program and another person stand beside those who took the dossier in, not in their place."""

    def stamped(path: Path) -> dict[str, Any]:
        stamp = {"kind": "timestamp", "level": None, "signer": {"name": "TSA Bolivia"}}
        return {**judge(path), "signatures": [*judge(path)["signatures"], stamp]}

    raise_object(
        taken, OBJECT, raising(judge=stamped, user=User("Otra persona", "urn:y"), software_version="2"), now=LATER
    )
    root = etree.fromstring(read_file(taken, OBJECT, PREMIS))
    agents = {
        one.findtext("p:agentIdentifier/p:agentIdentifierValue", namespaces=P): (
            one.findtext("p:agentName", namespaces=P), one.findtext("p:agentVersion", namespaces=P),
        )
        for one in root.iterfind("p:agent", P)
    }  # fmt: skip
    assert (agents["custodio"], agents["programa"]) == (("Archivo departamental", None), ("Qillqa", "0.1.0"))
    assert (agents["custodio-2"], agents["programa-2"]) == (("Otra persona", None), ("Qillqa", "2"))
    event = next(
        one for one in root.iterfind("p:event", P) if one.findtext("p:eventType", namespaces=P) == "modification"
    )
    assert [one.text for one in event.iterfind(".//p:linkingAgentIdentifierValue", P)] == ["custodio-2", "programa-2"]
    note = event.findtext(".//p:eventOutcomeDetailNote", namespaces=P)
    assert note == (
        f"Nivel antes: sin comprobar; después: B-LTA; Sello de tiempo del {NOW.isoformat()}; Autoridad de sellado: TSA Bolivia"
    )
    raise_object(taken, OBJECT, raising(judge=stamped, software_version="2"), now=LATER + timedelta(days=1), again=True)
    root = etree.fromstring(read_file(taken, OBJECT, PREMIS))
    assert "custodio-3" in [one.text for one in root.iterfind("p:agent/p:agentIdentifier/p:agentIdentifierValue", P)]
    assert "programa-3" not in [
        one.text for one in root.iterfind("p:agent/p:agentIdentifier/p:agentIdentifierValue", P)
    ]


def test_what_has_the_level_is_raised_only_when_asked_again(taken: Root) -> None:
    raise_object(taken, OBJECT, raising(), now=LATER)
    assert raise_object(taken, OBJECT, raising(), now=LATER) == RaisedObject(OBJECT, "", ())
    assert raise_object(taken, OBJECT, raising(), now=LATER, again=True).version == "v3"


def test_one_that_cannot_be_raised_is_told_and_the_other_goes_on(taken: Root) -> None:
    def raiser(source: Path, output: Path) -> Raise:
        if b"informe" in source.read_bytes():
            raise OfficeError("tsa.unreachable")
        return appending(source, output)

    done = raise_object(taken, OBJECT, raising(raiser=raiser), now=LATER)
    assert done.version == "v2"
    assert [(one.path, one.code) for one in done.owed] == [(REPORT_PDF, "tsa.unreachable")]
    assert read_file(taken, OBJECT, REPORT_PDF) == CONTENTS[REPORT_PDF.removeprefix(DATA)]
    later = raise_object(taken, OBJECT, raising(), now=LATER)
    assert [one.path for one in later.files] == [REPORT_PDF]  # the one that was owed, not the other again
    assert later.version == "v3"


def test_where_nothing_could_be_raised_nothing_is_written(taken: Root) -> None:
    def raiser(source: Path, output: Path) -> Raise:
        raise OfficeError("tsa.unreachable")

    done = raise_object(taken, OBJECT, raising(raiser=raiser), now=LATER)
    assert (done.version, len(done.owed)) == ("", 2)
    inventory = taken.inventory(OBJECT)
    assert inventory is not None
    assert inventory.head == "v1"


@pytest.mark.parametrize("made", [b"other bytes altogether, and more of them than there were" * 40, b""])
def test_a_raise_that_rewrote_is_never_kept(taken: Root, made: bytes) -> None:
    def raiser(source: Path, output: Path) -> Raise:
        output.write_bytes(made or source.read_bytes())  # rewritten; or nothing appended at all
        return Raise("B-LTA")

    with pytest.raises(OfficeError, match=r"archive\.raise_rewrote"):
        raise_object(taken, OBJECT, raising(raiser=raiser), now=LATER)
    assert check(taken).intact


def test_what_is_judged_worse_is_not_kept(taken: Root) -> None:
    def strict(path: Path) -> Mapping[str, Any]:
        return {"verdict": "invalid"} if b"DocTimeStamp" in path.read_bytes() else judge(path)

    done = raise_object(taken, OBJECT, raising(judge=strict), now=LATER)
    assert done.version == ""
    assert {one.code for one in done.owed} == {"archive.raise_judged_worse"}


def test_what_came_from_outside_stays_as_it_came(archive: Archive, root: Root) -> None:
    deposit = make_deposit()
    outside = replace(deposit, documents=(replace(deposit.documents[0], signers=()), deposit.documents[1]))
    accept(archive.custodian(root), archive.send(archive.pack(outside)), now=NOW)
    done = raise_object(root, OBJECT, raising(), now=LATER)
    assert [one.document for one in done.files] == [REPORT]


def test_a_damaged_file_is_never_raised(archive: Archive, folder_root: FolderRoot) -> None:
    accept(archive.custodian(folder_root), archive.send(), now=NOW)
    path = next(folder_root.path.rglob("nota.pdf"))
    path.write_bytes(flipped(path.read_bytes()))
    with pytest.raises(OfficeError, match=r"archive\.damaged"):
        raise_object(folder_root, OBJECT, raising(), now=LATER)


def test_dying_before_the_commit_changes_nothing(archive: Archive, folder_root: FolderRoot) -> None:
    accept(archive.custodian(folder_root), archive.send(), now=NOW)

    class Died(BaseException):
        pass

    def fault(step: str) -> None:
        assert step == "raised"
        raise Died

    with pytest.raises(Died):
        raise_object(folder_root, OBJECT, raising(fault=fault), now=LATER)
    assert check(folder_root).intact
    assert raise_object(folder_root, OBJECT, raising(), now=LATER).version == "v2"


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [([], ""), (["B-LTA", "B-T"], "B-T"), (["B-LT", None], ""), (["B-LTA"], "B-LTA")],
)
def test_a_file_is_as_good_as_its_weakest_signature(levels: list[str | None], wanted: str) -> None:
    signatures = [{"kind": "signature", "level": level} for level in levels]
    assert level_of({"signatures": [*signatures, {"kind": "timestamp", "level": None}]}) == wanted
