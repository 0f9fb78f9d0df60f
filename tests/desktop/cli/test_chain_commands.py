"""document observe, remarks, revise, versions, compare; entity delegate, secretary; slip … --for: as a person types them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop.practice.people import AUTHOR, CHIEF
from tests.fixtures.office import PLANNING, Stage, TestOffice

from .conftest import Qillqa

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_observed_at_its_words_corrected_frozen_again_and_compared(
    qillqa: Qillqa, frozen_stage: Stage, stages: Stages, tmp_path: Path
) -> None:
    stage = stages(frozen_stage)
    document, at = stage.document, ["--home", stage.office.desk_home(PLANNING)]
    cite = qillqa("document", "show", document, *at, "--json").json["view"]["cite"]
    unpaired = qillqa("document", "observe", document, "--at", "Jallalla", *at)
    assert (unpaired.status, unpaired.out) == (64, "")
    missing = qillqa("document", "observe", document, "--at", "no hay", "--note", "x", *at)
    assert missing.status == 66
    assert missing.err.startswith("Las palabras «no hay» no están en el texto")
    early = qillqa("document", "revise", document, "--field", "referencia=Otra", *at, "--json")
    assert early.json["error"]["code"] == "draft.frozen"
    pair = ["--at", "provincia Ñuñumayani", "--note", "¿Qué municipio?"]
    assert qillqa("document", "observe", document, *pair, *at, "--json").json == {"done": True}

    (remark,) = qillqa("document", "remarks", document, *at, "--json").json["remarks"]
    assert (remark["text"], remark["quote"]) == ("¿Qué municipio?", "provincia Ñuñumayani")
    assert remark["anchor"]["start"]["block"] == 1
    told = qillqa("document", "remarks", document, *at).out
    assert "[párrafo 2]: «provincia Ñuñumayani»: ¿Qué municipio?" in told

    text = tmp_path / "texto.txt"
    text.write_text("Señora Directora:\n\nSe remite el detalle para el municipio de Turco.", "utf-8")
    assert qillqa("document", "revise", document, "--body", text, *at, "--json").json == {"done": True}
    assert qillqa("document", "freeze", document, *at, "--json").json["cite"] == cite
    listed = qillqa("document", "versions", document, *at, "--json").json["versions"]
    assert [(each["label"], bool(each["pdf"])) for each in listed] == [(cite, True), (cite, True)]
    assert qillqa("document", "versions", document, *at).out.count("congelada") == 2
    pages = tmp_path / "lado a lado"
    pages.mkdir()
    both = ["document", "compare", document, "--old", "1", "--new", "2", *at]
    found = qillqa(*both, "--pages", pages, "--json")
    assert (found.status, found.json["changed"]) == (1, True)
    assert all(Path(file).read_bytes().startswith(b"%PDF-") for file in found.json["pages"])
    assert qillqa(*both).out.startswith("cambiado, párrafo 2: Se remite el detalle [-del equipamiento -]para")
    same = qillqa("document", "compare", document, "--old", "2", "--new", "2", *at)
    assert (same.status, same.out) == (0, "")
    assert qillqa("document", "compare", document, "--old", "0", "--new", "9", *at).status == 64


def test_suplencia_and_secretary_are_entered_by_the_entity_and_used_at_the_desk(
    qillqa: Qillqa, signed_stage: Stage, stages: Stages
) -> None:
    stage = stages(signed_stage)
    office = stage.office
    at, key = ["--home", office.desk_home(PLANNING)], ["--home", office.home / "entidad"]
    invitation = office.home / "entidad" / "invitacion.json"
    was = f"folder:{signed_stage.office.home.parent / 'founded' / 'intercambio'}"
    text = invitation.read_text("utf-8")
    assert was in text
    invitation.write_text(text.replace(was, f"folder:{office.exchange}"), "utf-8")
    chief, author = office.ids[CHIEF], office.ids[AUTHOR]
    today = date.today()  # noqa: DTZ011 - as a person types it
    days = ["--from", str(today - timedelta(days=1)), "--to", str(today + timedelta(days=1))]
    paper = ["--memorandum", "Memorándum 3/2026", *days, *key]

    backwards = qillqa(
        "entity", "delegate", chief, author, "--memorandum", "M", "--from", "2026-03-05", "--to", "2026-03-01", *key
    )
    assert backwards.status == 64
    never = qillqa("entity", "secretary", chief, author, "--act", "signed", *paper)
    assert (never.status, never.out) == (64, "")
    granted = qillqa("entity", "secretary", chief, author, "--act", "opened", "--act", "dispatched", *paper, "--json")
    assert granted.status == 0
    send = ["slip", "dispatch", stage.document, "--to", office.units["finance"], "--for", chief, *at]
    refused = qillqa(*send, "--json")
    assert refused.json["error"]["code"] == "event.no_delegation"  # not yet fetched
    assert qillqa("sync", *at).status == 0
    sent = qillqa(*send, "--json").json
    (hop,) = qillqa("slip", "show", sent["slip"], *at, "--json").json["hops"]
    assert (hop["from_official"], hop["sent_by"]) == (chief, author)
    cancelled = qillqa("slip", "cancel", sent["slip"], "--for", chief, *at)
    assert cancelled.status == 66
    assert cancelled.err.startswith("Ese acto no puede hacerse en nombre de otro")
    ended = qillqa("entity", "delegate", author, chief, *paper, "--wording", "Suplente legal")
    assert ended.out.startswith("Anotado en el directorio n.º ")
