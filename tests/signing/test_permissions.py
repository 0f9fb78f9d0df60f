"""What documents allow: the table of the decision, each row tried for real, judged by pyHanko and by pdfsig afterwards."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.errors import SigningError
from signing.options import FieldLock, SignOptions
from signing.pades import sign_file
from signing.permissions import DocumentRules, Lock, read_rules, require_allowed
from signing.renewal import raise_file
from signing.report import Level
from signing.revisions import open_reader
from tests.fixtures.lab import Lab as SoftLab
from tests.fixtures.soft_session import SoftSession
from tests.signing.conftest import frozen_page

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def frozen() -> bytes:
    return frozen_page(2)


@pytest.fixture(scope="module")
def foreign() -> bytes:
    """Two pages without form and tags, as anybody's."""
    with pikepdf.new() as pdf:
        for _ in range(2):
            pdf.add_blank_page(page_size=(612, 792))
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def sign(soft: SoftLab, folder: Path, data: bytes, who: str, field: str | None, **wishes: object) -> bytes:
    source, output = folder / "in.pdf", folder / "out.pdf"
    source.write_bytes(data)
    session = SoftSession(getattr(soft, who), (soft.issuing.der,))
    sign_file(
        source, output, session, field=field, stamp=None, level=Level.B_B, trust=_no_trust(), timestamps=None,
        claimed_time=NOW, options=SignOptions(**wishes),
    )  # fmt: skip
    return output.read_bytes()


def _no_trust():
    from signing.trust import TrustStore

    return TrustStore()


def judged(data: bytes, folder: Path) -> None:
    """Every signature holds, every later change is explained and permitted; pdfsig agrees on the mathematics."""
    signatures = PdfFileReader(io.BytesIO(data)).embedded_signatures
    for one in signatures:
        one.compute_integrity_info()
        assert one.summarise_integrity_info()["docmdp_ok"] is True, one.field_name
    path = folder / "judged.pdf"
    path.write_bytes(data)
    told = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=30).stdout
    assert told.count("Signature is Valid") == len(signatures), told


@pytest.mark.parametrize("certify", [None, 2, 3])
def test_serial_signatures_in_a_frozen_document(soft, frozen, tmp_path, certify):
    data = frozen
    for number, (who, field) in enumerate((("alice", "firma-1"), ("bob", "firma-2"), ("alice", None))):
        data = sign(soft, tmp_path, data, who, field, certify=certify if number == 0 else None)
        judged(data, tmp_path)
    rules = read_rules(open_reader(io.BytesIO(data)))
    assert rules.filled == ("firma-1", "firma-2", "firma-3")
    assert rules.certified == (certify or 0)
    assert rules.signed_by(soft.alice.der)
    assert not rules.signed_by(soft.stranger.der)


@pytest.mark.parametrize("certify", [None, 2, 3])
def test_serial_signatures_in_a_foreign_document(soft, foreign, tmp_path, certify):
    data = foreign
    for number, who in enumerate(("alice", "bob", "alice")):
        data = sign(soft, tmp_path, data, who, None, certify=certify if number == 0 else None)
        judged(data, tmp_path)


def test_a_certification_without_changes_allows_timestamps_only(soft, lab, foreign, tmp_path):
    certified = sign(soft, tmp_path, foreign, "alice", None, certify=1)
    with pytest.raises(SigningError) as caught:
        sign(soft, tmp_path, certified, "bob", None)
    assert (caught.value.code, caught.value.on_disk) == ("sign.certified_no_changes", "nothing")
    source = tmp_path / "certified.pdf"
    source.write_bytes(certified)
    receipt = raise_file(source, tmp_path / "raised.pdf", trust=lab.trust, timestamps=lab.client(), level=Level.B_T)
    assert receipt.level is Level.B_T


@pytest.mark.parametrize("wishes", [{"certify": 2}, {"certify": 3}, {"lock": FieldLock("all")}])
def test_evidence_can_be_added_whatever_is_closed(soft, lab, foreign, tmp_path, wishes):
    """Document timestamps and validation data are no change (ISO 32000-2 §12.8.2.2.2)."""
    source = tmp_path / "closed.pdf"
    source.write_bytes(sign(soft, tmp_path, foreign, "alice", None, **wishes))
    receipt = raise_file(source, tmp_path / "raised.pdf", trust=lab.trust, timestamps=lab.client(), level=Level.B_T)
    assert receipt.level is Level.B_T


@pytest.mark.parametrize(
    ("lock", "then", "code"),
    [
        (FieldLock("include", ("texto",)), "firma-2", ""),
        (FieldLock("exclude", ("firma-2",)), "firma-2", ""),
        (
            FieldLock("exclude", ("firma-2",)),
            None,
            "sign.field_locked",
        ),  # firma-2 is taken then: a new field would be locked
        (FieldLock("include", ("firma-2",)), "firma-2", "sign.lock_closes_fields"),
        (FieldLock("all"), "firma-2", "sign.lock_closes_fields"),
        (FieldLock("include", ("nada",)), "firma-2", "sign.lock_unknown_field"),
    ],
)
def test_locks_are_made_and_obeyed(soft, frozen, tmp_path, lock, then, code):
    data = with_text_field(frozen)
    if code.startswith("sign.lock"):
        with pytest.raises(SigningError) as caught:
            sign(soft, tmp_path, data, "alice", "firma-1", lock=lock)
        assert caught.value.code == code
        return
    data = sign(soft, tmp_path, data, "alice", "firma-1", lock=lock)
    reference = PdfFileReader(io.BytesIO(data)).embedded_signatures[0].sig_object["/Reference"][0]
    assert reference["/TransformMethod"] == "/FieldMDP"
    if code:
        data = sign(soft, tmp_path, data, "bob", "firma-2")
        judged(data, tmp_path)
        with pytest.raises(SigningError) as caught:
            sign(soft, tmp_path, data, "stranger", None)
        assert caught.value.code == code
        return
    judged(sign(soft, tmp_path, data, "bob", then), tmp_path)


def test_a_lock_in_a_new_field(soft, foreign, tmp_path):
    data = sign(soft, tmp_path, foreign, "alice", None, lock=FieldLock("all"))
    judged(data, tmp_path)
    with pytest.raises(SigningError) as caught:
        sign(soft, tmp_path, data, "bob", None)
    assert caught.value.code == "sign.field_locked"


def test_a_lock_comes_too_late_for_a_field_of_a_signed_document(soft, frozen, tmp_path):
    data = sign(soft, tmp_path, with_text_field(frozen), "alice", "firma-1")
    with pytest.raises(SigningError) as caught:
        sign(soft, tmp_path, data, "bob", "firma-2", lock=FieldLock("include", ("texto",)))
    assert caught.value.code == "sign.lock_too_late"


def test_certifying_is_first_or_not_at_all(soft, frozen, tmp_path):
    data = sign(soft, tmp_path, frozen, "alice", "firma-1")
    for certify, source, code in ((2, data, "sign.certify_not_first"), (1, frozen, "sign.certify_closes_fields")):
        with pytest.raises(SigningError) as caught:
            sign(soft, tmp_path, source, "bob", "firma-2", certify=certify)
        assert caught.value.code == code


@pytest.mark.parametrize("removed", ["certified_no_changes", "field_locked", "certify_not_first", "lock_too_late"])
def test_without_the_check_an_earlier_signature_would_suffer(soft, frozen, foreign, tmp_path, monkeypatch, removed):
    """The checks are needed: without them the result is refused by the look back, or pyHanko itself."""
    monkeypatch.setattr("signing.permissions.require_allowed", lambda *_args, **_more: None)
    cases: dict[str, Callable[[], bytes]] = {
        "certified_no_changes": lambda: sign(
            soft, tmp_path, sign(soft, tmp_path, foreign, "alice", None, certify=1), "bob", None
        ),
        "field_locked": lambda: sign(
            soft, tmp_path, sign(soft, tmp_path, foreign, "alice", None, lock=FieldLock("all")), "bob", None
        ),
        "certify_not_first": lambda: sign(
            soft, tmp_path, sign(soft, tmp_path, foreign, "alice", None), "bob", None, certify=2
        ),
        "lock_too_late": lambda: sign(
            soft, tmp_path, sign(soft, tmp_path, frozen, "alice", "firma-1"), "bob", "firma-2", lock=FieldLock("all")
        ),
    }
    if (
        removed == "lock_too_late"
    ):  # our own analysis takes a lock that a signer adds as his; pyHanko's, and whoever uses it, does not
        with pytest.raises(AssertionError, match="firma-1"):
            judged(cases[removed](), tmp_path)
        return
    with pytest.raises(SigningError) as caught:
        cases[removed]()
    assert caught.value.code in ("sign.forbidden", "output.check_failed")


def with_text_field(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="texto", F=4, Rect=[0, 0, 0, 0], P=pdf.pages[0].obj
            )
        )
        pdf.Root.AcroForm.Fields.append(field)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def changed(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> DocumentRules:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out)
    return read_rules(open_reader(out))


def test_what_the_file_claims_and_carries(frozen, foreign):
    rules = read_rules(open_reader(io.BytesIO(frozen)))
    assert (rules.archival, rules.accessible, rules.tagged) == ("2A", "1", True)
    assert (rules.empty, rules.filled, rules.warnings) == (("firma-1", "firma-2"), (), ())
    plain = read_rules(open_reader(io.BytesIO(foreign)))
    assert plain == DocumentRules()

    def script(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
        pdf.Root.Collection = Dictionary(Type=Name.Collection)
        pdf.Root.Perms = Dictionary(UR3=Dictionary())

    assert changed(foreign, script).warnings == ("pdf.active_content", "pdf.portfolio", "pdf.usage_rights")

    def dynamic(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array([]))

    with pytest.raises(SigningError) as caught:
        require_allowed(changed(foreign, dynamic), field="x", create=True, visible=False, options=SignOptions())
    assert caught.value.code == "pdf.xfa"


def test_a_lock_that_waits_in_an_empty_field_is_seen(frozen):
    def lock(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm.Fields[1].Lock = pdf.make_indirect(Dictionary(Type=Name.SigFieldLock, Action=Name.All))
        pdf.Root.AcroForm = pdf.make_indirect(pdf.Root.AcroForm)

    assert changed(frozen, lock).own_locks == (("firma-2", Lock("all")),)


def test_a_visible_new_field_after_a_certification_is_refused():
    rules = DocumentRules(certified=2, filled=("a",))
    with pytest.raises(SigningError) as caught:
        require_allowed(rules, field="b", create=True, visible=True, options=SignOptions())
    assert caught.value.code == "sign.certified_no_new_field"
    require_allowed(rules, field="b", create=True, visible=False, options=SignOptions())
    require_allowed(rules, field="b", create=False, visible=True, options=SignOptions())


names = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map(".".join)


@given(names, st.lists(names, max_size=3), st.sampled_from(["all", "include", "exclude"]))
def test_locks_cover_as_pyhanko_has_it(name: str, fields: list[str], action: str):
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec

    theirs = FieldMDPSpec(FieldMDPAction[action.upper()], fields)
    assert Lock(action, tuple(fields)).covers(name) == theirs.is_locked(name)
