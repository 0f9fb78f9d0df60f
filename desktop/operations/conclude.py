"""Concluir, archivar y reabrir: the OFICIAL's holder closes the slip, its documents and its group, or takes them back to Pendientes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.records.documents import DocumentState, DocumentView, require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import require_conclude, require_put_away, require_reopen
from desktop.routing.hops import HopMode

from .acts import record
from .deposits_made import deposit_of
from .desk import Desk
from .on_slip import Doer, members_of, note, unit_for, with_group

if TYPE_CHECKING:
    from desktop.routing.sheet import SlipView
    from desktop.store.desk import Act

_OPEN = frozenset({DocumentState.SIGNED, DocumentState.REGISTERED})


def conclude(desk: Desk, document: str, remark: str = "", *, folder: str = "", official: str = "") -> None:
    """Conclude a document with its slip, every document on it and its group, in one transaction; ``folder`` is where it is archived.

    Raises ``slip.not_holder``, ``slip.in_transit``, ``slip.in_conflict``, ``slip.grouped``.
    """
    actor = desk.acting(official)
    view = desk.store.document(document)
    require(view, EventKind.CONCLUDED)
    body = _body(remark, folder)
    if view.slip is None:
        with desk.store.act() as act:
            record(desk, act, EventKind.CONCLUDED, document=document, actor=actor, body=body)
        return
    slip = desk.store.slip(view.slip)
    doer = Doer(actor, unit_for(desk, slip.holder))
    members = members_of(desk, slip)
    require_conclude(slip, doer.unit)
    for member in members:
        require_conclude(member, doer.unit, group=slip.id)
    with desk.store.act() as act:
        for each in (slip, *members):
            _conclude(desk, act, each, doer, {**body, **with_group(slip, each)})


def _conclude(desk: Desk, act: Act, slip: SlipView, doer: Doer, body: dict[str, str]) -> None:
    """The principal's event closes the slip; those of the other documents close only their own chain."""
    note(desk, act, EventKind.CONCLUDED, slip, doer, body)
    actor = replace(doer.official, unit=doer.unit)
    for other in slip.documents:
        if other != slip.document and act.document(other).state in _OPEN:
            record(desk, act, EventKind.CONCLUDED, document=other, actor=actor, slip=slip.id, body=body)


def put_away(desk: Desk, slip: str, hop: str, remark: str = "", *, folder: str = "", official: str = "") -> None:
    """Archive a copy that this unit received, or an OFICIAL that a settlement dropped; the slip itself goes on elsewhere.

    Raises ``slip.act_forbidden``, ``slip.unknown_hop``.
    """
    view = desk.store.slip(slip)
    unit = unit_for(desk, view.hop(hop).to_unit)
    require_put_away(view, hop, unit)
    body = {**_body(remark, folder), "mode": HopMode.COPY.value, "hop": hop}
    with desk.store.act() as act:
        note(desk, act, EventKind.CONCLUDED, view, Doer(desk.acting(official), unit), body)


def _body(remark: str, folder: str) -> dict[str, str]:
    return {"remark": remark, "folder": folder.strip()} if folder.strip() else {"remark": remark}


def reopen(desk: Desk, document: str, *, official: str = "") -> None:
    """Take a concluded document back, and with the principal of a slip its group.

    Raises ``document.act_forbidden``, ``slip.not_holder``, ``slip.grouped``; what was deposited stays concluded, unless the
    archive refused it.
    """
    actor = desk.acting(official)
    view = desk.store.document(document)
    require(view, EventKind.REOPENED)
    body = refused_before(desk, view)
    if view.slip is None:
        with desk.store.act() as act:
            record(desk, act, EventKind.REOPENED, document=document, actor=actor, body=body)
        return
    slip = desk.store.slip(view.slip)
    doer = Doer(actor, unit_for(desk, slip.holder))
    if document != slip.document:
        _require_here(slip, doer.unit)
        members = []
    else:
        require_reopen(slip, doer.unit)
        members = [each for each in members_of(desk, slip) if each.concluded]
    with desk.store.act() as act:
        own = replace(actor, unit=doer.unit)
        record(desk, act, EventKind.REOPENED, document=document, actor=own, slip=slip.id, body=body)
        for each in members:
            note(desk, act, EventKind.REOPENED, each, doer, with_group(slip, each))


def refused_before(desk: Desk, view: DocumentView) -> dict[str, str]:
    """The body of an act that takes it back: names the refused deposit where there is one. Raises ``document.act_forbidden``."""
    if view.state is not DocumentState.DEPOSITED:
        return {}
    made = deposit_of(desk, view.id)
    if made is None or not made.refused:
        raise OfficeError(
            "document.act_forbidden", act=EventKind.REOPENED.value, state=view.state.value, cite=view.cite
        )
    return {"refused": made.deposit}


def _require_here(slip: SlipView, unit: str) -> None:
    if slip.holder != unit:
        raise OfficeError("slip.not_holder", slip=slip.number, holder=slip.holder)
