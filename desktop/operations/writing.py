"""Escribir: a draft's text and header fields in work. Every act is in the journal when it returns, and on the medium within a second.

The journal (``drafts/<document>.edits`` in the desk's home) holds text, fields, their history and the places of remarks; the
draft's row gets text and fields at each ``save``. Versions that people want to come back to lie in ``<document>.versions``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from desktop.drafting.body import Body
from desktop.drafting.changes import Anchor, Change, Refill
from desktop.drafting.session import EditSession
from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.store.drafts import Draft
from desktop.store.record_log import RecordLog

from .desk import Desk
from .remarks import open_observation, places

T = TypeVar("T")
SYNC_SECONDS = 1.0
COMPACT_AFTER = 2000  # records


@dataclass(frozen=True, slots=True)
class Version:
    """A kept state of a draft: when (UTC), by whom (official id), why, and the digest of its JSON among the desk's bytes.

    ``pdf`` is the digest of the page that was frozen from it; empty where none was.
    """

    at: datetime
    author: str
    label: str
    sha256: str
    pdf: str = ""


class Writing:
    """A draft being written; a context manager. Made by ``open_writing``; usable from one thread."""

    def __init__(self, desk: Desk, kept: Draft, log: RecordLog) -> None:
        self._desk, self._kept, self._log = desk, kept, log
        self._records = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._failed: OfficeError | None = None
        self.recovered: str = ""
        self._header: dict[str, Any] = {}  # the row's fields when they were last taken in or written
        self.session = self._restored()
        self._take_in(kept)
        self._syncing = threading.Thread(target=self._keep_syncing, name="qillqa-drafts", daemon=True)
        self._syncing.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def body(self) -> Body:
        """The text as it stands."""
        return self.session.body

    @property
    def fields(self) -> Mapping[str, Any]:
        """The header fields as they stand."""
        return self.session.fields

    def set_field(self, name: str, value: Any, *, at: int = 0) -> None:
        """Fill a header field in, as it is typed; None empties it. ``value`` as JSON has it; ``at`` and errors as in ``do``."""
        before = self.session.fields.get(name)
        if value != before:
            self.do((Refill(name, before, value),), kind="typing", at=at)

    def do(self, changes: tuple[Change, ...], *, kind: str = "edit", at: int = 0) -> None:
        """Carry changes out and journal them. See ``EditSession.do``.

        Raises ``store.disk_full`` or ``store.unwritable`` when the journal refuses them: the change stands in the text
        and is written with the next one that succeeds.
        """
        self._keep(self.session.do(changes, kind=kind, at=at))

    def undo(self) -> None:
        """Take the last act back."""
        self._keep(self.session.undo())

    def redo(self) -> None:
        """Do it again."""
        self._keep(self.session.redo())

    def put_anchor(self, name: str, anchor: Anchor) -> None:
        """Hold on to the place of a remark."""
        self._keep(self.session.put_anchor(name, anchor))

    def drop_anchor(self, name: str) -> None:
        """Let it go."""
        self._keep(self.session.drop_anchor(name))

    def save(self) -> Draft:
        """Put text and fields into the draft's row, and a snapshot into the journal; returns the row."""
        text = _text(self.session.body)
        row = self._desk.store.draft(self._kept.id) or self._kept  # fields and people may have been changed meanwhile
        self._take_in(row)
        fields = json.dumps(self.session.fields, ensure_ascii=False)
        self._kept = replace(row, fields=fields, body=text, updated_at=self._desk.clock())
        self._desk.store.save_draft(self._kept)
        self._header = dict(self.session.fields)
        self._snapshot(text)
        return self._kept

    def place_remarks(self) -> None:
        """Hold on to the places of the open observation's remarks, once: what the author then lets go stays gone."""
        observation = open_observation(self._desk, self._kept.id)
        done = f"placed:{self._kept.id}"
        if observation is None or self._desk.store.setting(done) == observation.id:
            return
        for name, anchor in places(observation, self.session.body).items():
            self.put_anchor(name, anchor)
        self._desk.store.set_setting(done, observation.id)

    def keep_version(self, label: str, *, official: str = "", pdf: str = "") -> Version:
        """Keep the state of now, to come back to or compare with."""
        author = self._desk.acting(official).id
        version = _keep_version(self._desk, self._kept.id, self.session.body, label, author, pdf)
        self.save()
        return version

    def close(self) -> None:
        """Save and let the draft go. Safe to call twice."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._syncing.join()
        try:
            self.save()
        finally:
            self._log.close()

    # --- the journal

    def _keep(self, record: dict[str, Any] | None) -> None:
        if record is None:
            return
        with self._lock:
            failed, self._failed = self._failed, None
            self._log.add(record)
        self._records += 1
        if failed is not None:
            raise failed
        if self._records >= COMPACT_AFTER:
            self._snapshot(self._kept.body)

    def _snapshot(self, row: str) -> None:
        with self._lock:
            self._log.replace([self._first(self.session, row)])
        self._records = 0

    def _first(self, session: EditSession, row: str) -> dict[str, Any]:
        return {"session": session.to_json(), "row": _digest(row), "header": self._header}

    def _take_in(self, row: Draft) -> None:
        """What somebody else filled in since counts; what it takes the place of is one undo away."""
        theirs: dict[str, Any] = json.loads(row.fields)
        ours = self.session.fields
        changed = [name for name in {**self._header, **theirs} if theirs.get(name) != self._header.get(name)]
        refills = [Refill(name, ours.get(name), theirs.get(name)) for name in changed]
        self.do(tuple(each for each in refills if each.removed != each.inserted))
        self._header = theirs

    def _keep_syncing(self) -> None:
        while not self._ended.wait(SYNC_SECONDS):
            with self._lock:
                try:
                    self._log.sync()
                except OfficeError as error:
                    self._failed = error

    def _restored(self) -> EditSession:
        """The session of the journal; the row's text where there is none, or where another program changed the row since.

        What the journal then holds is kept as a version, whose label ``recovered`` tells.
        """
        row, header = Body.from_json(json.loads(self._kept.body)), json.loads(self._kept.fields)
        records = self._log.records
        self._header = records[0].get("header", header) if records else header
        session, whole = _replayed(records, header) if records else (EditSession(row, header), True)
        if not whole and self._log.laid_aside is None:
            self.recovered = "Hasta el último paso legible"
        if records and records[0].get("row") != _digest(self._kept.body) and session.body != EditSession(row).body:
            self.recovered = "Texto de otra ventana"
            _keep_version(self._desk, self._kept.id, session.body, self.recovered, self._kept.author)
            session = EditSession(row, session.fields)
        if self._log.laid_aside is not None:
            self.recovered = f"Hasta el último paso legible; el resto en {self._log.laid_aside.name}"
        self._log.replace([self._first(session, self._kept.body)])
        return session


def open_writing(desk: Desk, document: str) -> Writing:
    """Open a draft to write in it: its text, its history and the places of its remarks are those of the last keystroke.

    Raises ``draft.unknown``; ``draft.open_elsewhere`` where another window or program has it; ``draft.frozen`` once it is
    numbered and frozen and nobody has observed it; ``store.disk_full``.
    """
    kept = desk.store.draft(document)
    if kept is None:
        raise OfficeError("draft.unknown", document=document)
    _require_in_work(desk, document)
    try:
        log = RecordLog.open(drafts_folder(desk) / f"{document}.edits")
    except OfficeError as error:
        if error.code == "store.held_elsewhere":
            raise OfficeError("draft.open_elsewhere", document=document) from error
        raise
    try:
        writing = Writing(desk, kept, log)
    except BaseException:
        log.close()
        raise
    try:
        writing.place_remarks()
    except BaseException:
        writing.close()
        raise
    return writing


def _require_in_work(desk: Desk, document: str) -> None:
    if desk.store.events_of_document(document):
        view = desk.store.document(document)
        if view.state not in {DocumentState.DRAFT, DocumentState.OBSERVED}:
            raise OfficeError("draft.frozen", cite=view.cite)


def versions(desk: Desk, document: str) -> list[Version]:
    """The kept versions of a draft, the oldest first."""
    return _with_versions(desk, document, lambda log: [_version(record) for record in log.records])


def read_version(desk: Desk, version: Version) -> Body:
    """The text of a kept version. Raises ``store.bytes_missing`` and ``store.bytes_damaged``."""
    return Body.from_json(json.loads(desk.store.get_bytes(version.sha256)))


def _keep_version(desk: Desk, document: str, body: Body, label: str, author: str, pdf: str = "") -> Version:
    version = Version(desk.clock(), author, label, desk.store.put_bytes(_text(body).encode("utf-8")), pdf)
    record = {"at": version.at.isoformat(), "author": author, "label": label, "sha256": version.sha256, "pdf": pdf}

    def add(log: RecordLog) -> None:
        log.add(record)
        log.sync()

    _with_versions(desk, document, add)
    return version


def _with_versions(desk: Desk, document: str, use: Callable[[RecordLog], T]) -> T:
    log = RecordLog.open(drafts_folder(desk) / f"{document}.versions")
    try:
        return use(log)
    finally:
        log.close()


def _version(record: dict[str, Any]) -> Version:
    return Version(
        datetime.fromisoformat(record["at"]), record["author"], record["label"], record["sha256"], record.get("pdf", "")
    )


def _replayed(records: list[dict[str, Any]], header: Mapping[str, Any]) -> tuple[EditSession, bool]:
    """The session as far as the records can be read, and whether all of them could. ``header`` where they know no fields."""
    session = EditSession.from_json({"fields": header, **records[0]["session"]})
    for record in records[1:]:
        try:
            session.replayed(record)
        except OfficeError:
            return session, False
    return session, True


def drafts_folder(desk: Desk) -> Path:
    """Where the journals and version lists of this desk's drafts lie."""
    return desk.store.path.parent / "drafts"


def _text(body: Body) -> str:
    return json.dumps(body.to_json(), ensure_ascii=False)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
