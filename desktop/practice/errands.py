"""What a desk process can be asked to do: each errand is one operation of the office, with plain data in and out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from desktop.assembly import open_desk
from desktop.drafting.body import Body
from desktop.operations import (
    accept,
    answer,
    conclude,
    deposit,
    dispatch,
    draft,
    fixity,
    freeze,
    raise_level,
    receive,
    sign,
    synchronise,
    tokens,
    trays,
    verify,
)
from desktop.operations.desk import Desk
from desktop.records.documents import DocumentView
from desktop.routing.slips import SlipView
from desktop.routing.trays import Tray
from desktop.store.desk import DATABASE, projection_digest
from desktop.sync.proof import SlipProof
from signing.report import FileVerdict, Level, RaiseReceipt, SignReceipt

Json = Any


class Sitting:
    """One official's sitting at the desk in a home: opened on the first errand that needs it."""

    def __init__(self, home: Path, official: str) -> None:
        self.home = home
        self.official = official
        self._desk: Desk | None = None

    @property
    def desk(self) -> Desk:
        """The desk, assembled from its home alone."""
        if self._desk is None:
            self._desk = open_desk(self.home, official=self.official)
        return self._desk

    def close(self) -> None:
        """Close it; the next errand opens it anew."""
        if self._desk is not None:
            self._desk.close()
        self._desk = None


def draft_sample(
    at: Sitting, *, template: str, header: Mapping[str, Json], signers: Sequence[str], attachments: Sequence[Path] = ()
) -> str:
    """Draft the template's own sample text with that header; returns the document id."""
    sample = at.desk.templates[template].sample
    fields = {key: value for key, value in sample["fields"].items() if key not in ("entidad", "unidad", "via", "de")}
    return draft.draft(
        at.desk,
        draft.NewDocument(
            template=template,
            fields={**fields, **header},
            body=Body.from_json(sample["body"]),
            signers=signers,
            attachments=attachments,
        ),
    )


def freeze_draft(at: Sitting, *, document: str) -> str:
    """Number and freeze; returns the CITE."""
    return freeze.freeze(at.desk, document)


def preflight_document(at: Sitting, *, document: str) -> list[str]:
    """What an independent walk through the frozen PDF objects to: rule names."""
    from desktop.drafting.preflight import preflight

    return [finding.rule for finding in preflight(at.desk.store.get_bytes(at.desk.store.document(document).digest))]


def sign_document(at: Sitting, *, document: str, pin: str, official: str = "", level: Level = Level.B_B) -> SignReceipt:
    """Sign with the official's own token."""
    signer = at.desk.acting(official)
    token, certificate = tokens.own(at.desk, signer)
    result = sign.sign(
        at.desk, [document], token, certificate, lambda _token, _certificate: pin, official=official, level=level
    )[0]
    if result.error is not None:
        raise result.error
    assert result.receipt is not None
    return result.receipt


def raise_document(at: Sitting, *, document: str) -> RaiseReceipt:
    """Validation data and a document timestamp."""
    return raise_level.raise_level(at.desk, document)


def dispatch_document(at: Sitting, *, document: str, order: dispatch.Order) -> str:
    """Derive; returns the slip's id."""
    return dispatch.dispatch(at.desk, document, order)


def receive_all(at: Sitting) -> list[str]:
    """Receive everything in Entrante; returns the ids of the hops' documents."""
    received = []
    for row in trays.rows(at.desk, Tray.INCOMING):
        assert row.hop is not None
        assert row.slip is not None
        receive.receive(at.desk, row.slip.id, row.hop.id)
        received.append(row.document.id)
    return received


def answer_with(at: Sitting, *, slip: str, document: str) -> None:
    """Tie an answer to the hop that this unit received last."""
    hop = next(h for h in reversed(at.desk.store.slip(slip).hops) if h.to_unit == at.desk.unit_id)
    answer.answer(at.desk, slip, hop.id, document)


def conclude_document(at: Sitting, *, document: str, remark: str) -> None:
    """Conclude the slip with its documents."""
    conclude.conclude(at.desk, document, remark)


def deposit_document(at: Sitting, *, document: str) -> str:
    """Hand the dossier to the archive; returns the deposit's id."""
    return deposit.deposit(at.desk, document)


def accept_deposits(at: Sitting) -> list[Json]:
    """As custodian: accept what waits in the exchange; one row per deposit."""
    return [row.as_json() for row in accept.accept_all(at.desk)]


def check_fixity(at: Sitting) -> Json:
    """Read every file of the archive and compare: a ``ReadingReport``."""
    return fixity.check_archive(at.desk)


def exchange_all(at: Sitting) -> synchronise.SyncOutcome:
    """One exchange with the line."""
    return synchronise.synchronise(at.desk)


def judge_document(at: Sitting, *, document: str, online: bool = False) -> FileVerdict:
    """The verdict on the desk's own bytes."""
    return verify.verify_document(at.desk, document, online=online)


def judge_path(at: Sitting, *, path: Path, online: bool = False) -> FileVerdict:
    """The verdict on a file."""
    return verify.verify_path(at.desk, path, online=online)


def export_document(at: Sitting, *, document: str, folder: Path) -> Path:
    """A copy of the current bytes."""
    return sign.export(at.desk, document, folder)


def show_document(at: Sitting, *, document: str) -> DocumentView:
    """The document as this desk knows it."""
    return at.desk.store.document(document)


def show_slip(at: Sitting, *, slip: str) -> SlipView:
    """The slip as this desk knows it."""
    return at.desk.store.slip(slip)


def slip_jws(at: Sitting, *, slip: str) -> list[str]:
    """The slip's signed events, to be proven elsewhere."""
    return verify.slip_events(at.desk, slip)


def prove_jws(at: Sitting, *, events: Sequence[str]) -> SlipProof:
    """What those signed events alone prove."""
    return verify.prove_events(at.desk, events)


def receipts_of(at: Sitting) -> list[Json]:
    """Archive receipts that this desk has verified."""
    return [json.loads(row.facts) for row in at.desk.store.receipts()]


def rebuild(at: Sitting) -> tuple[str, str]:
    """Deliver what waits, delete the database, pull again; returns the digest of the trays before and after."""
    synchronise.synchronise(at.desk)
    before = projection_digest(at.desk.store)
    at.close()
    for suffix in ("", "-wal", "-shm"):
        at.home.joinpath(DATABASE + suffix).unlink(missing_ok=True)
    enter(at)
    synchronise.synchronise(at.desk)
    return before, projection_digest(at.desk.store)


def tray_counts(at: Sitting) -> dict[str, int]:
    """How many rows each tray has."""
    return {tray.value: count for tray, count in trays.counts(at.desk).items()}


def enter(at: Sitting) -> int:
    """Fetch the directory for the first time (or again); returns its number."""
    from desktop.operations.join import enter as fetch

    at.close()
    return fetch(at.home)


def join(at: Sitting, *, invitation: Path, unit: str, people: Sequence[tuple[str, str]], **settings: Json) -> str:
    """Make this home a desk of the invitation's entity and ask for admission with each official's token; returns the device id."""
    from desktop.operations.join import ask_admission

    return ask_admission(at.home, invitation, unit=unit, people=people, **settings)


ERRANDS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        accept_deposits, answer_with, check_fixity, conclude_document, deposit_document, dispatch_document, draft_sample,
        enter, exchange_all, export_document, freeze_draft, join, judge_document, judge_path, preflight_document, prove_jws,
        raise_document,
        rebuild, receipts_of, receive_all, show_document, show_slip, sign_document, slip_jws, tray_counts,
    )
}  # fmt: skip
