"""The custodian's own checks: formats, attachments, acts; each told as a PREMIS event, some a reason to refuse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from desktop.archive.checks import ActsFound
from desktop.archive.custody import accept, object_id_of
from desktop.archive.deposits import describe_file
from desktop.archive.eark import DATA, EVENTS, PREMIS, VERDICTS
from desktop.archive.formats import formats_of, pdf_claim, pdf_version
from desktop.archive.manifest import Deposit, FileRole
from desktop.archive.raising import Raise, Raising, raise_object
from desktop.archive.reading import read_file
from desktop.archive.roots import Root
from tests.desktop.archive.conftest import Archive
from tests.desktop.archive.dossiers import CONTENTS, NOTE, RECEIVED_AT, make_deposit
from tests.judges.verdicts import judge_eark

OBJECT = object_id_of(make_deposit().dossier)
PDF, SHEET, REPORT_PDF, ACTS = CONTENTS
P = {"p": "http://www.loc.gov/premis/v3"}
PACKET = b'<?xpacket begin="" id="W5"?><rdf pdfaid:part="%s" pdfaid:conformance="%s"/><?xpacket end="w"?>'


def events(root: Root, kind: str) -> list[tuple[str, str, list[str]]]:
    """(outcome, note, paths) of the events of that type."""
    found = []
    for one in etree.fromstring(read_file(root, OBJECT, PREMIS)).iterfind("p:event", P):
        if one.findtext("p:eventType", namespaces=P) == kind:
            outcome = one.findtext(".//p:eventOutcome", namespaces=P) or ""
            note = one.findtext(".//p:eventOutcomeDetailNote", namespaces=P) or ""
            found.append(
                (outcome, note, [str(value.text) for value in one.iterfind(".//p:linkingObjectIdentifierValue", P)])
            )
    return found


def row(name: str, data: bytes, state: str = "missing") -> Mapping[str, Any]:
    """A row of a signed list, as the verifier tells it of a file that lies alone."""
    return {
        "name": name,
        "size": 0,
        "sha256": describe_file(name, data, "text/csv", FileRole.ATTACHMENT).sha256,
        "state": state,
    }


def with_file(path: str, data: bytes, media_type: str) -> tuple[Deposit, dict[str, bytes]]:
    """The dossier with one attachment more."""
    deposit = make_deposit()
    more = describe_file(path, data, media_type, FileRole.ATTACHMENT, NOTE)
    return replace(deposit, files=(*deposit.files, more)), {**CONTENTS, path: data}


class TestFormats:
    """What a file is by its content."""

    @pytest.mark.parametrize(
        ("data", "claimed", "name", "outcome", "notes"),
        [
            (b"a;b\n1;2\n", "text/csv", "planilla.csv", "coincide", ["text/csv"]),
            (b"MZ\x90\x00" + bytes(60), "application/pdf", "factura.pdf", "difiere",
             ["x-executable", "es un programa", "se declaró application/pdf"]),
            (b"\x89PNG\r\n\x1a\n" + bytes(40), "image/jpeg", "foto.jpg", "difiere", ["image/png"]),
            (bytes(range(256)), "application/octet-stream", "datos.bin", "no reconocido", ["application/octet-stream"]),
            (b"%PDF-1.7\n" + PACKET % (b"3", b"a"), "application/pdf", "plano.pdf", "coincide",
             ["application/pdf 1.7", "PDF/A-3A", "no se comprobó"]),
        ],
    )  # fmt: skip
    def test_each_is_told_and_nothing_is_refused(
        self, archive: Archive, folder_root: Root, data: bytes, claimed: str, name: str, outcome: str, notes: list[str]
    ) -> None:
        path = f"01-GADOR-SDPD-NI-00045-2026/adjuntos/{name}"
        deposit, contents = with_file(path, data, claimed)
        answer = accept(archive.custodian(folder_root), archive.send(archive.pack(deposit, contents)), now=RECEIVED_AT)
        assert answer.state == "accepted"
        assert read_file(folder_root, OBJECT, DATA + path) == data
        told = {paths[0]: (found, note) for found, note, paths in events(folder_root, "format identification")}
        assert len(told) == len(deposit.files)
        assert told[DATA + path][0] == outcome
        for note in notes:
            assert note in told[DATA + path][1]

    def test_the_version_stands_with_the_file(self, archive: Archive, folder_root: Root) -> None:
        accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT)
        tree = etree.fromstring(read_file(folder_root, OBJECT, PREMIS))
        versions = {
            one.findtext("p:objectIdentifier/p:objectIdentifierValue", namespaces=P): one.findtext(
                ".//p:formatVersion", namespaces=P
            )
            for one in tree.iterfind("p:object", P)
        }
        assert (versions[DATA + PDF], versions[DATA + SHEET]) == ("1.7", None)

    def test_versions_and_claims_of_a_pdf(self) -> None:
        assert pdf_version(b"%PDF-1.4\n" + b"<< /Version /1.7 >>") == "1.7"
        assert pdf_version(b"no pdf") == ""
        assert pdf_claim(b"pdfaid:part='2' pdfaid:conformance='A'") == ""  # in a page's text, in no packet
        assert pdf_claim(PACKET % (b"2", b"a")) == "2A"
        assert pdf_claim(PACKET % (b"2", b"A") + b"embedded" + PACKET % (b"1", b"b")) == "1B, 2A"

    def test_kinds_of_text_are_not_told_apart(self) -> None:
        (one,) = formats_of(
            [describe_file("actos.jws", b"eyJ.a.b\n", "application/jose", FileRole.EVENTS)], {"actos.jws": b"eyJ.a.b\n"}
        )
        assert one.agrees


class TestAttachments:
    """What the signed last page lists must lie in the deposit, byte for byte."""

    def test_what_is_listed_and_came_is_told_as_it_is(self, archive: Archive, folder_root: Root) -> None:
        archive.listed = {CONTENTS[PDF]: [row("Planilla ñandú & <1>.csv", CONTENTS[SHEET])]}
        assert accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT).state == "accepted"
        verdict = json.loads(read_file(folder_root, OBJECT, f"{VERDICTS}{NOTE}.json"))
        assert verdict["attachments"][0]["state"] == "same"
        assert verdict["attachments"][0]["size"] == len(CONTENTS[SHEET])
        complete = [one for one in events(folder_root, "validation") if one[0] == "completo"]
        assert complete[0][1] == "1 en la lista"
        assert set(complete[0][2]) == {DATA + PDF, DATA + SHEET}

    @pytest.mark.parametrize("state", ["missing", "changed", "not_checked"])
    def test_what_is_listed_and_did_not_come_is_refused(self, archive: Archive, folder_root: Root, state: str) -> None:
        archive.listed = {CONTENTS[PDF]: [row("Planilla ñandú & <1>.csv", b"other bytes", state)]}
        answer = accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT)
        assert (answer.state, answer.code) == ("refused", "deposit.attachment_missing")
        assert dict(answer.facts)["name"] == "Planilla ñandú & <1>.csv"
        assert folder_root.inventory(OBJECT) is None

    def test_a_copy_inside_that_differs_is_refused_though_the_right_one_came(
        self, archive: Archive, folder_root: Root
    ) -> None:
        archive.listed = {CONTENTS[PDF]: [row("Planilla ñandú & <1>.csv", CONTENTS[SHEET], "changed")]}
        assert (
            accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT).code == "deposit.attachment_missing"
        )

    def test_the_attachment_of_another_document_does_not_serve(self, archive: Archive, folder_root: Root) -> None:
        archive.listed = {CONTENTS[REPORT_PDF]: [row("Planilla ñandú & <1>.csv", CONTENTS[SHEET])]}
        assert (
            accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT).code == "deposit.attachment_missing"
        )

    def test_what_came_and_is_on_no_list_is_told(self, archive: Archive, folder_root: Root) -> None:
        accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT)
        ((_, note, _),) = [
            one for one in events(folder_root, "validation") if one[0] == "con archivos fuera de la lista"
        ]
        assert SHEET in note

    def test_what_came_from_outside_is_never_held_to_its_list(self, archive: Archive, folder_root: Root) -> None:
        deposit = make_deposit()
        outside = replace(deposit, documents=(replace(deposit.documents[0], signers=()), deposit.documents[1]))
        archive.listed = {CONTENTS[PDF]: [row("x", b"other bytes")]}
        answer = accept(archive.custodian(folder_root), archive.send(archive.pack(outside)), now=RECEIVED_AT)
        assert answer.state == "accepted"
        verdict = json.loads(read_file(folder_root, OBJECT, f"{VERDICTS}{NOTE}.json"))
        assert verdict["attachments"][0]["state"] == "missing"

    def test_a_raise_does_not_forget_the_attachments(self, archive: Archive, folder_root: Root) -> None:
        archive.listed = {CONTENTS[PDF]: [row("Planilla ñandú & <1>.csv", CONTENTS[SHEET])]}
        custodian = archive.custodian(folder_root)
        accept(custodian, archive.send(), now=RECEIVED_AT)

        def raiser(source: Path, output: Path) -> Raise:
            output.write_bytes(source.read_bytes() + b"DocTimeStamp")
            return Raise("B-LTA")

        def judge(path: Path) -> Mapping[str, Any]:
            return {"verdict": "valid", "attachments": [row("Planilla ñandú & <1>.csv", CONTENTS[SHEET])]}

        raise_object(folder_root, OBJECT, Raising(raiser, judge, custodian.user, "1"), now=RECEIVED_AT)
        verdict = json.loads(read_file(folder_root, OBJECT, f"{VERDICTS}{NOTE}.json"))
        assert verdict["attachments"][0]["state"] == "same"


class TestActs:
    """The acts are proved by the custodian's own directory."""

    def test_every_line_is_proved_and_told(self, archive: Archive, folder_root: Root) -> None:
        assert accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT).state == "accepted"
        assert archive.proved == [("eyJ.a.b", "eyJ.c.d")]
        ((_, note, paths),) = [one for one in events(folder_root, "validation") if one[0] == "íntegros"]
        assert (note, paths) == ("2 actos", [EVENTS + ACTS])

    def test_what_did_not_come_and_what_is_doubted_is_told(self, archive: Archive, folder_root: Root) -> None:
        archive.acts = ActsFound(2, missing=3, doubted=("event.official_left",))
        assert accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT).state == "accepted"
        ((_, note, _),) = [one for one in events(folder_root, "validation") if one[0] == "íntegros los que llegaron"]
        assert note == "2 actos; se nombran 3 que no llegaron; con observaciones 1: event.official_left"

    def test_a_forged_act_is_a_refusal(self, archive: Archive, folder_root: Root) -> None:
        archive.acts = ActsFound(1, forged=("envelope.bad_signature",))
        answer = accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT)
        assert (answer.state, answer.code) == ("refused", "deposit.acts_forged")
        assert dict(answer.facts)["count"] == "1"
        assert folder_root.inventory(OBJECT) is None

    @pytest.mark.parametrize("named", [{}, {NOTE: frozenset({"0" * 64})}])
    def test_bytes_that_no_act_names_are_refused(
        self, archive: Archive, folder_root: Root, named: dict[str, frozenset[str]]
    ) -> None:
        archive.acts = ActsFound(2, digests=named)
        answer = accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT)
        assert (answer.state, answer.code) == ("refused", "deposit.acts_of_others")


def test_the_judge_has_nothing_to_say_of_all_those_events(archive: Archive, folder_root: Root, tmp_path: Path) -> None:
    archive.listed = {CONTENTS[PDF]: [row("Planilla ñandú & <1>.csv", CONTENTS[SHEET])]}
    accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT)
    inventory = folder_root.inventory(OBJECT)
    assert inventory is not None
    for path in inventory.state:
        target = tmp_path / "aip" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read_file(folder_root, OBJECT, path))
    assert judge_eark([tmp_path / "aip"])[str(tmp_path / "aip")].messages == ()
