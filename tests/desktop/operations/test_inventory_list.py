"""Inventory and acta: PDF/A by the house's own pages, signed by token on the ordinary way of a document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from desktop.archive import cataloguing
from desktop.archive.listing import Selection
from desktop.drafting.preflight import preflight
from desktop.operations import catalogue, export_dossier, freeze, inventory_list, raise_archive, synchronise
from desktop.operations.receipts import collect_receipts
from desktop.practice.people import ANSWERER, AUTHOR
from desktop.records.documents import DocumentState
from signing.report import Outcome
from tests.desktop.drafting.test_archival import judged
from tests.fixtures.listed_of import listed
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def words_of(pdf: bytes) -> str:
    """The text of all pages in one line."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)
    finally:
        document.close()


def test_the_inventory_is_an_archival_page_with_room_for_signatures(keeper: TestOffice) -> None:
    desk = keeper.desk(FINANCE)
    items = inventory_list.dossiers(desk, Selection())
    page = inventory_list.inventory_page(desk, items)
    assert preflight(page.pdf) == ()
    assert page.fields == ("firma-1", "firma-2", "firma-3")
    text = words_of(page.pdf)
    (item,) = items
    for part in (
        "INVENTARIO DOCUMENTAL",
        item.title,
        "1 expediente, ",
        "Sin serie asignada",
        f"v{len(item.versions)}",
    ):
        assert part in text, part
    assert item.versions[-1][:16] in text
    assert "María Huanca Ayma" in text
    assert inventory_list.inventory_page(desk, items).fields == page.fields


def test_the_inventory_goes_the_way_of_every_document(keeper: TestOffice) -> None:
    desk = keeper.desk(FINANCE)
    made = inventory_list.draft_inventory(desk, inventory_list.dossiers(desk, Selection()), [])
    freeze.freeze(desk, made)
    assert keeper.sign(desk, made, ANSWERER).error is None
    view = desk.store.document(made)
    assert (view.state, view.kind) == (DocumentState.SIGNED, "inventario_documental")
    assert "/INV/" in view.cite


def test_the_acta_is_signed_by_who_gives_and_by_who_receives(keeper: TestOffice, tmp_path: Path) -> None:
    here, custodian = keeper.desk(PLANNING), keeper.desk(FINANCE)
    collect_receipts(here, here.exchange())
    (item,) = inventory_list.dossiers(custodian, Selection(unit=keeper.units["planning"]))
    made = inventory_list.draft_transfer(custodian, [item], keeper.ids[AUTHOR])
    freeze.freeze(custodian, made)
    synchronise.synchronise(custodian)
    synchronise.synchronise(here)
    assert keeper.sign(here, made, AUTHOR).error is None
    synchronise.synchronise(here)
    synchronise.synchronise(custodian)
    assert keeper.sign(custodian, made, ANSWERER).error is None
    view = custodian.store.document(made)
    assert view.state is DocumentState.SIGNED
    pdf = custodian.store.get_bytes(view.digest)
    (tmp_path / "acta.pdf").write_bytes(pdf)
    verdict = custodian.verifier.verify(tmp_path / "acta.pdf", trust=custodian.trust)
    assert verdict.outcome in (Outcome.VALID, Outcome.INDETERMINATE)
    assert len([one for one in verdict.signatures if one.kind == "signature"]) == 2
    text = words_of(pdf)
    (receipt,) = here.store.receipts()
    assert item.versions[0][:16] in text  # what the receipt says, and the acta signs by token
    assert item.versions[0] in (receipt.facts or "")
    for part in (
        "ACTA DE TRANSFERENCIA DOCUMENTAL",
        "ENTREGUÉ CONFORME",
        "RECIBÍ CONFORME",
        "Juana Mamani Quispe",
        item.object[:20],
    ):
        assert part in text, part


@pytest.mark.full
@pytest.mark.parametrize("flavour", ["2a", "ua1"])
def test_verapdf_has_nothing_to_say_of_a_long_inventory(keeper: TestOffice, tmp_path: Path, flavour: str) -> None:
    desk = keeper.desk(FINANCE)
    page = inventory_list.inventory_page(desk, inventory_list.dossiers(desk, Selection()) * 60)
    assert page.pages > 5
    (tmp_path / "inventario.pdf").write_bytes(page.pdf)
    assert judged(flavour, [tmp_path / "inventario.pdf"])[0] == []


def test_what_cannot_be_made_is_said(keeper: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = keeper.desk(FINANCE)
    items = inventory_list.dossiers(desk, Selection())
    with refused("inventory.nothing"):
        inventory_list.dossiers(desk, Selection(series="NADA"))
    with refused("accept.not_custodian"):
        inventory_list.dossiers(keeper.desk(PLANNING), Selection())
    with refused("accept.not_custodian"):
        inventory_list.draft_transfer(keeper.desk(PLANNING), items, keeper.ids[AUTHOR])
    with refused("directory.unknown_official"):
        inventory_list.draft_transfer(desk, items, "nadie")
    monkeypatch.setattr(inventory_list, "MOST", 0)
    for make in (
        lambda: inventory_list.inventory_page(desk, items),
        lambda: inventory_list.draft_inventory(desk, items, []),
        lambda: inventory_list.draft_transfer(desk, items, keeper.ids[AUTHOR]),
    ):
        with refused("inventory.too_long"):
            make()
    with refused("archive.not_found"):
        export_dossier.found_dossiers(desk, [" "])


def test_one_acta_is_for_one_unit(keeper: TestOffice) -> None:
    from dataclasses import replace

    desk = keeper.desk(FINANCE)
    (item,) = inventory_list.dossiers(desk, Selection())
    other = replace(item, unit="01H", unit_name="Otra")
    with refused("acta.several_units"):
        inventory_list.draft_transfer(desk, [item, other], keeper.ids[AUTHOR])


def test_a_list_is_made_by_the_catalogue_as_the_archive_is_now(
    keeper: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No manifest is read again; what was written meanwhile is in it."""
    desk, second = keeper.desk(FINANCE), keeper.desk(FINANCE)
    assert inventory_list.dossiers(desk, Selection()) == list(listed(desk.archive()))
    (before,) = inventory_list.dossiers(desk, Selection())
    raise_archive.raise_archive(second, again=True)
    whole = list(listed(desk.archive()))
    looked: list[str] = []
    real = cataloguing.look
    monkeypatch.setattr(catalogue, "look", lambda root, folder: looked.append(folder) or real(root, folder))
    (after,) = inventory_list.dossiers(desk, Selection())
    assert [after] == whole
    assert len(after.versions) == len(before.versions) + 1
    looked.clear()
    assert inventory_list.dossiers(desk, Selection()) == whole
    assert looked == []
