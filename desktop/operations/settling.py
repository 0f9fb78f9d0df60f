"""What becomes of a draft's journal (decision 0034): the text stays, what was struck out while writing does not.

Frozen: the journal is the text alone, so that an observed document goes on from it; nothing can be undone into what stood
before. Signed, annulled or gone further: no journal. Safe to repeat; what a crash left undone is done the next time.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from desktop.drafting.session import EditSession
from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.store.record_log import RecordLog

from .desk import Desk
from .writing import drafts_folder

_IN_WORK = frozenset({DocumentState.DRAFT, DocumentState.OBSERVED})


def settle(desk: Desk, documents: Iterable[str] | None = None) -> None:
    """Settle the journals of those documents, or of all that have one. One that somebody holds is left for the next time."""
    folder = drafts_folder(desk)
    names = [path.stem for path in folder.glob("*.edits")] if documents is None else list(documents)
    for document in names:
        path = folder / f"{document}.edits"
        if path.exists() and desk.store.events_of_document(document):
            with suppress(OfficeError):  # held, or a full disk: nothing is lost by waiting
                _settle(path, desk.store.document(document).state)


def _settle(path: Path, state: DocumentState) -> None:
    if state in _IN_WORK:
        return
    log = RecordLog.open(path)
    try:
        if state is DocumentState.FROZEN:
            _keep_text_alone(log)
            return
        log.replace([])
    finally:
        log.close()
    for gone in (path, *path.parent.glob(f"{path.name}.damaged-*")):
        with suppress(OSError):
            gone.unlink(missing_ok=True)


def _keep_text_alone(log: RecordLog) -> None:
    if not log.records:
        return
    first = log.records[0]
    session = first.get("session", {})
    if len(log.records) == 1 and not session.get("done") and not session.get("undone"):
        return
    if len(log.records) > 1:  # never so after freezing, which saves first: what is not understood is not thrown away
        return
    kept = EditSession.from_json(session)
    log.replace([{**first, "session": EditSession(kept.body, kept.fields).to_json()}])
