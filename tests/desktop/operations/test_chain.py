"""The vía over real desks: remarks at their place, corrections, suplencia in stamp and page, secretaries, journals, versions."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path

import pikepdf
import pytest

from desktop.drafting import editing
from desktop.drafting.body import Body, text_of
from desktop.drafting.changes import Position
from desktop.drafting.jobs import PageJob, SetPage
from desktop.drafting.leaves import leaf
from desktop.operations import (
    approve,
    check,
    directory,
    dispatch,
    freeze,
    receive,
    remarks,
    revise,
    settling,
    show,
    synchronise,
    trays,
    versions,
)
from desktop.operations.desk import Desk
from desktop.operations.writing import drafts_folder, open_writing
from desktop.practice.people import ANSWERER, AUTHOR, CHIEF
from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.observations import Mark
from desktop.records.people import Delegation, Secretary
from desktop.routing.trays import Tray
from desktop.storage.opening import open_storage
from tests.desktop.drafting.test_setting import page_texts
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
WORDS = "la provincia Ñuñumayani"


def _today(desk: Desk) -> date:
    return desk.now_local().date()


def _delegate(office: TestOffice, desk: Desk, *, days: int = 3, begins: int = 0, wording: str = "Suplente") -> None:
    """The chief is substituted by somebody of the other unit; every desk that is open learns of it."""
    first = _today(desk) + timedelta(days=begins)
    paper = Delegation(
        office.ids[CHIEF], office.ids[ANSWERER], "Memorándum 12/2026", first, first + timedelta(days=days), wording,
        desk.directory.official(office.ids[CHIEF]).post,
    )  # fmt: skip
    exchange = open_storage(f"folder:{office.exchange}")
    directory.delegate(office.home / "entidad", desk.directory.entity.id, exchange, paper)
    for each in office.opened:
        directory.refresh_directory(each, each.exchange())


def _deliver(*desks: Desk) -> None:
    for desk in (*desks, *desks):
        assert synchronise.synchronise(desk).problems == ()


def _shown(desk: Desk, document: str) -> str:
    return "".join(page_texts(desk.store.get_bytes(desk.store.document(document).digest)))


# --- delegation


def test_a_substitute_in_another_unit_is_printed_sees_it_signs_and_the_stamp_and_the_act_say_so(
    stages: Stages, founded: TestOffice
) -> None:
    office = stages(founded).office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    _delegate(office, here, wording="Director a.i.")
    chief, maria = (here.directory.official(office.ids[label]) for label in (CHIEF, ANSWERER))
    document = office.frozen(here, signers=(CHIEF,), approvers=(AUTHOR,))
    text = " ".join(_shown(here, document).split())
    assert maria.name in text
    assert f"Director a.i. de {chief.name}, Memorándum 12/2026" in text
    assert here.store.document(document).acting == ((chief.id, maria.id),)
    approve.approve(here, document)
    with refused("document.printed_for_another"):
        office.sign(here, document, CHIEF)
    here.official = chief.id
    (finding,) = check.check_before_signing(here, document)
    assert (finding.code, finding.blocks) == ("document.printed_for_another", True)

    _deliver(here, there)
    assert [row.document.id for row in trays.rows(there, Tray.TO_SIGN)] == [document]
    assert trays.counts(there)[Tray.TO_SIGN] == 1
    assert set(show.card(there, document).acts) == {EventKind.SIGNED, EventKind.OBSERVED}
    assert office.sign(there, document, ANSWERER).error is None
    _deliver(there, here)
    view = here.store.document(document)
    assert (view.state, view.signed_by, view.refused) == (DocumentState.SIGNED, (chief.id,), ())
    act = next(e.event for e in here.store.events_of_document(document) if e.event.kind is EventKind.SIGNED)
    assert (act.actor.official, act.on_behalf_of) == (maria.id, chief.id)
    assert act.body["delegation"] == {"memorandum": "Memorándum 12/2026", "post": chief.post}
    stamp = _stamp(here, document)
    for part in (maria.name, chief.post, f"Director a.i. de {chief.name}, Memorándum 12/2026"):
        assert part in stamp


def _stamp(desk: Desk, document: str) -> str:
    """What the first signature's appearance prints: its form, drawn alone on a page."""
    out = io.BytesIO()
    with pikepdf.open(desk.store.path_of(desk.store.document(document).digest)) as pdf, pikepdf.new() as drawn:
        form = next(field.AP.N for field in pdf.Root.AcroForm.Fields if "/V" in field)
        page = drawn.add_blank_page()
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=drawn.copy_foreign(form)))
        page.obj.Contents = drawn.make_stream(b"/X Do")
        drawn.save(out)
    return " ".join("".join(page_texts(out.getvalue())).split())


def test_page_and_act_name_the_same_person_though_midnight_passes_while_it_is_frozen(
    stages: Stages, founded: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    _delegate(office, desk, days=0)
    document = office.draft(desk, signers=(CHIEF,))
    eve = desk.now_local().replace(hour=23, minute=59, second=59).astimezone(UTC)
    moment = [eve]
    desk.clock = lambda: moment[0]
    reserve, set_page = freeze.reserve_cite, freeze.set_frozen

    def late(*given: object) -> object:
        moment[0] = eve + timedelta(seconds=2)
        return reserve(*given)  # type: ignore[arg-type]

    def later(job: PageJob) -> SetPage:
        moment[0] = eve + timedelta(seconds=4)
        return set_page(job)

    monkeypatch.setattr(freeze, "reserve_cite", late)
    monkeypatch.setattr(freeze, "set_frozen", later)
    freeze.freeze(desk, document)
    assert desk.directory.official(office.ids[ANSWERER]).name in " ".join(_shown(desk, document).split())
    assert desk.store.document(document).acting == ((office.ids[CHIEF], office.ids[ANSWERER]),)


def test_a_delegation_that_began_after_freezing_lets_him_sign_in_the_holders_place(
    stages: Stages, founded: TestOffice
) -> None:
    office = stages(founded).office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    _delegate(office, here, begins=1)
    document = office.frozen(here, signers=(CHIEF,))
    assert here.store.document(document).acting == ()
    _deliver(here, there)  # known before it begins: the substitute's unit has it already
    with refused("document.not_your_turn"):
        office.sign(there, document, ANSWERER)
    assert trays.rows(there, Tray.TO_SIGN) == []
    tomorrow = here.clock() + timedelta(days=1)
    there.clock = lambda: tomorrow
    assert office.sign(there, document, ANSWERER).error is None
    assert there.store.document(document).signed_by == (office.ids[CHIEF],)


def test_after_the_last_day_he_neither_approves_nor_observes(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    _delegate(office, here, days=0)
    document = office.frozen(here, approvers=(CHIEF,))
    _deliver(here, there)
    later = here.clock() + timedelta(days=1)
    today, there.clock = there.clock, lambda: later
    with refused("document.not_your_turn"):
        approve.approve(there, document)
    with refused("document.not_your_turn"):
        approve.observe(there, document, "Tarde")
    there.clock = today
    approve.approve(there, document)
    assert there.store.document(document).approved == (office.ids[CHIEF],)
    _deliver(there, here)
    assert here.store.document(document).next_official == office.ids[AUTHOR]


def test_a_delegation_ends_early_but_is_never_taken_out(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    _delegate(office, desk, days=9)
    _delegate(office, desk, days=0)
    assert [item.last_day for item in desk.directory.delegations] == [_today(desk)]
    exchange = open_storage(f"folder:{office.exchange}")
    with refused("directory.forgets"):
        directory._publish(
            office.home / "entidad", desk.directory.entity.id, exchange, lambda old: replace(old, delegations=())
        )


def test_a_secretary_sends_in_her_chiefs_name_as_far_as_the_directory_says(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office, desk = stage.office, stage.office.desk(PLANNING)
    chief = office.ids[CHIEF]
    with refused("event.no_delegation"):
        dispatch.dispatch(desk, stage.document, office.to_finance(), behalf=chief)
    exchange, entity = open_storage(f"folder:{office.exchange}"), desk.directory.entity.id
    day = _today(desk)
    for acts in ((EventKind.RECEIVED,), (EventKind.OPENED, EventKind.DISPATCHED)):
        with refused("event.no_delegation" if acts[0] is EventKind.RECEIVED else "event.secretary_only"):
            dispatch.dispatch(desk, stage.document, office.to_finance(), behalf=chief)
        row = Secretary(chief, office.ids[AUTHOR], tuple(act.value for act in acts), "Memorándum 3/2026", day, day)
        directory.appoint_secretary(office.home / "entidad", entity, exchange, row)
        directory.refresh_directory(desk, desk.exchange())
    slip = dispatch.dispatch(desk, stage.document, office.to_finance(), behalf=chief)
    (hop,) = desk.store.slip(slip).hops
    assert (hop.from_official, hop.sent_by) == (chief, office.ids[AUTHOR])
    with refused("event.secretary_only"):
        receive.cancel(desk, slip, hop.id, behalf=chief)

    waiting = office.frozen(desk, approvers=(CHIEF,))
    for forbidden in (lambda: approve.approve(desk, waiting), lambda: approve.observe(desk, waiting, "No")):
        with refused("document.not_your_turn"):
            forbidden()


def test_nobody_receives_in_the_name_of_somebody_it_is_not_addressed_to(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    desk = stage.office.desk(FINANCE)
    hop = desk.store.slip(stage.slip).hops[0].id
    with refused("slip.not_addressee"):
        receive.receive(desk, stage.slip, hop, behalf=stage.office.ids[CHIEF])
    receive.receive(desk, stage.slip, hop, behalf=stage.office.ids[ANSWERER])
    assert desk.store.slip(stage.slip).hops[0].received_for == ""


# --- observations


def test_remarks_reach_the_author_at_the_words_that_they_are_about(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    document = office.frozen(here, approvers=(ANSWERER,))
    _deliver(here, there)
    for quote, code in (("palabras que no hay", "observe.words_not_found"), ("la", "observe.words_ambiguous")):
        with refused(code):
            approve.observe(there, document, "", marks=[Mark("x", quote)])
    marks = [Mark("Es Ñuñumayani sin «la provincia».", "la  provincia\nÑuñumayani"), Mark("Falta el anexo.")]
    approve.observe(there, document, "", marks=marks)
    _deliver(there, here)

    view = here.store.document(document)
    assert (view.state, view.remarks[-1][0]) == (DocumentState.OBSERVED, office.ids[ANSWERER])
    with open_writing(here, document) as text:
        first, second = remarks.remarks(view, text.session.anchors)
        assert (first.quote, second.anchor) == (WORDS, None)
        assert first.anchor is not None
        text.do(editing.insert(text.body, Position(first.anchor.start.block, "text", 0), "¡Ojo! "))
        moved = text.session.anchors[first.name]
        words = text_of(leaf(text.body.blocks[moved.start.block], "text"))
        assert words[moved.start.offset : moved.end.offset] == WORDS
        text.drop_anchor(first.name)
    with open_writing(here, document) as text:
        assert text.session.anchors == {}  # answered: it does not come back
    assert freeze.freeze(here, document) == view.cite
    _deliver(here, there)
    assert there.store.document(document).next_official == office.ids[ANSWERER]


def test_a_signed_document_is_taken_back_before_the_first_dispatch_and_not_afterwards(
    signed_stage: Stage, sent_stage: Stage, stages: Stages
) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    before = desk.store.document(stage.document)
    approve.observe(desk, stage.document, "El monto está mal.", official=stage.office.ids[CHIEF])
    with refused("document.act_forbidden"):
        dispatch.dispatch(desk, stage.document, stage.office.to_finance())
    assert freeze.freeze(desk, stage.document) == before.cite
    frozen = desk.store.events_of_document(stage.document)
    assert [e.event.body["supersedes"] for e in frozen if "supersedes" in e.event.body] == [before.digest]
    assert desk.store.document(stage.document).signed_by == ()

    gone = stages(sent_stage)
    with refused("document.act_forbidden"):
        approve.observe(gone.office.desk(PLANNING), gone.document, "Tarde.")


# --- the draft's journal, and two people


def test_freezing_takes_the_last_keystroke_and_forgets_what_was_struck_out(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.draft(desk, signers=(AUTHOR,))
    journal = drafts_folder(desk) / f"{document}.edits"
    with open_writing(desk, document) as text:
        text.do(editing.insert(text.body, Position(1, "text", 0), "SECRETO "))
        text.do(editing.delete(text.body, Position(1, "text", 0), Position(1, "text", 8)))
        text.do(editing.insert(text.body, Position(1, "text", 0), "Urgente. "))
        with refused("draft.open_elsewhere"):
            freeze.freeze(desk, document)
        # killed before it could save: the journal alone has the last words
        text._ended.set()
        text._syncing.join()
        text._log.close()
    assert "SECRETO" in journal.read_text("utf-8")
    cite = freeze.freeze(desk, document)
    assert "Urgente. Se remite" in " ".join(_shown(desk, document).split())
    assert "Urgente" in journal.read_text("utf-8")
    assert "SECRETO" not in journal.read_text("utf-8")
    with refused("draft.frozen"):
        open_writing(desk, document)
    with refused("draft.frozen"):
        revise.revise(desk, document, fields={"referencia": "Otra"})

    approve.observe(desk, document, "Corrija.")
    with open_writing(desk, document) as text:
        assert not text.session.can_undo
        text.do(editing.insert(text.body, Position(1, "text", 0), "SECRETO "))
        text.undo()
    assert "SECRETO" in journal.read_text("utf-8")
    assert freeze.freeze(desk, document) == cite
    assert office.sign(desk, document, AUTHOR).error is None
    assert not journal.exists()
    assert [v.label for v in versions.versions(desk, document)] == [cite, cite]


def test_what_a_crash_left_of_a_journal_is_settled_the_next_time(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.draft(desk, signers=(AUTHOR,))
    journal = drafts_folder(desk) / f"{document}.edits"
    with open_writing(desk, document) as text:
        text.do(editing.insert(text.body, Position(1, "text", 0), "SECRETO "))
        text.undo()
    left = journal.read_bytes()
    freeze.freeze(desk, document)
    journal.write_bytes(left)  # the program died between the act and the settling
    synchronise.synchronise(desk)
    assert "SECRETO" not in journal.read_text("utf-8")
    assert office.sign(desk, document, AUTHOR).error is None
    journal.write_bytes(left)
    journal.with_name(f"{journal.name}.damaged-00000000").write_bytes(left)
    settling.settle(desk)
    assert list(journal.parent.glob("*SECRETO*")) == []
    assert [path.name for path in journal.parent.glob(f"{document}.edits*")] == [f"{document}.edits.lock"]


def test_an_unsaved_field_of_another_hand_is_not_overwritten_by_the_text(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    with open_writing(desk, document) as text:
        row = desk.store.draft(document)
        assert row is not None
        fields = {**json.loads(row.fields), "referencia": "Otra referencia"}
        desk.store.save_draft(replace(row, fields=json.dumps(fields)))
        text.do(editing.insert(text.body, Position(1, "text", 0), "Hoy. "))
    row = desk.store.draft(document)
    assert row is not None
    assert json.loads(row.fields)["referencia"] == "Otra referencia"
    assert "Hoy. Se remite" in row.body


def test_only_the_author_revises_and_remarks_stay_with_untouched_words(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.frozen(desk, approvers=(CHIEF,))
    approve.observe(desk, document, "", marks=[Mark("¿Cuál?", WORDS)], official=office.ids[CHIEF])
    with refused("freeze.not_author"):
        revise.revise(desk, document, fields={"referencia": "x"}, official=office.ids[CHIEF])
    kept = desk.store.draft(document)
    assert kept is not None
    old = Body.from_json(json.loads(kept.body))
    revise.revise(desk, document, body=Body((*Body.from_text("Señora:\n\nAntes.").blocks, *old.blocks[1:])))
    with open_writing(desk, document) as text:
        (remark,) = remarks.remarks(desk.store.document(document), text.session.anchors)
        assert remark.anchor is not None
        assert remark.anchor.start.block == 2
        text.undo()
        assert text.body == old


# --- versions


def test_two_versions_are_compared_in_text_and_pages_at_both_desks(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    document = office.draft(here, approvers=(ANSWERER,))
    with open_writing(here, document) as text:
        text.keep_version("Antes de la vía")
        text.do(editing.insert(text.body, Position(1, "text", 0), "Hoy. "))
    freeze.freeze(here, document)
    _deliver(here, there)
    approve.observe(there, document, "Falta saludo.")
    _deliver(there, here)
    revise.revise(here, document, body=Body.from_text("Señora:\n\nSaludos cordiales."))
    cite = freeze.freeze(here, document)
    _deliver(here, there)

    mine = versions.versions(here, document)
    assert [(v.label, bool(v.pdf)) for v in mine] == [("Antes de la vía", False), (cite, True), (cite, True)]
    both = versions.side_by_side(here, document, mine[0], mine[1])
    assert [w.text for row in both.text.rows for item in row.leaves for w in item.words if w.kind == "added"] == [
        "Hoy. "
    ]
    assert "BORRADOR" in "".join(page_texts(both.old_pdf))
    assert "Hoy. Se remite" in " ".join("".join(page_texts(both.new_pdf)).split())
    theirs = versions.versions(there, document)
    assert [(v.text, v.pdf) for v in theirs] == [(v.text, v.pdf) for v in mine[1:]]
    assert versions.side_by_side(there, document, *theirs).text.changed
    with pytest.raises(OfficeError, match=r"version\.text_missing"):
        versions.side_by_side(there, document, replace(theirs[0], text=""), theirs[1])


def test_a_kept_version_shows_the_number_that_its_draft_has_by_now(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    with open_writing(desk, document) as text:
        text.keep_version("Uno")
        text.keep_version("Dos")
    old, new = versions.versions(desk, document)
    without = versions.side_by_side(desk, document, old, new)
    cite = freeze.number(desk, document)
    both = versions.side_by_side(desk, document, old, new)
    shown = ["".join(page_texts(page)) for page in (without.new_pdf, both.old_pdf, both.new_pdf)]
    assert [cite in page for page in shown] == [False, True, True]
    assert all("BORRADOR" in page for page in shown)


def test_a_unit_that_could_not_read_it_is_told_before_a_number_is_spent(
    stages: Stages, founded: TestOffice, tmp_path: Path
) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.draft(desk, approvers=(ANSWERER,))
    devices = tuple(d for d in desk.directory.devices if d.unit == desk.unit_id)
    desk.directory = replace(desk.directory, devices=devices)
    with refused("compose.unit_without_device"):
        freeze.freeze(desk, document)
    assert desk.store.events_of_document(document) == []
