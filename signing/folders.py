"""Judging whatever lies under some paths: a verdict for each file and each place that could not be reached, in order, taken up again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from .file_walk import Place, place_of
from .report import FileVerdict
from .sandbox import Question, unread
from .sandbox_pool import VerifierPool
from .verdict_journal import VerdictJournal

_LOCKED = "file.encrypted"


class FolderJudge:
    """One run over many files. ``password`` is tried on each that is encrypted; where there is none, ``ask`` is called, once, for the
    first such file, in the thread that reads the verdicts (it answers empty where nobody can or will say).
    """

    def __init__(
        self,
        pool: VerifierPool,
        question: Question,
        *,
        journal: VerdictJournal | None = None,
        password: str = "",
        ask: Callable[[Path], str] | None = None,
    ) -> None:
        self._pool = pool
        self._question = question
        self._journal = journal
        self._password = password
        self._ask = ask

    def verdicts(self, places: Iterable[Place]) -> Iterator[FileVerdict]:
        """One for each place, in their order; what the journal knows is not read again. Raises SigningError ``verifier.not_started``,
        ``journal.unusable``.
        """
        journal = self._journal
        known = ((place, journal.find(place) if journal is not None else None) for place in places)
        for (place, found), verdict in self._pool.map(lambda item: item[1] or self._judge(item[0]), known):
            if found is None:
                verdict = self._unlocked(place, verdict)
                if journal is not None:
                    journal.keep(place, verdict)
            yield verdict

    def _judge(self, place: Place) -> FileVerdict:
        """A file that changes while it is read is judged once more, as it is then; one that goes on changing is no document yet."""
        for _ in range(2):
            if place.problem:
                return unread(place.path, place.problem)
            verdict = self._pool.judge(place.path, self._question, self._password)
            now = place_of(place.path)
            if now.problem or now == place:
                return verdict
            place = now
        return unread(place.path, "file.changing")

    def _unlocked(self, place: Place, verdict: FileVerdict) -> FileVerdict:
        if verdict.reason != _LOCKED:
            return verdict
        if not self._password and self._ask is not None:
            ask, self._ask = self._ask, None
            self._password = ask(place.path)
        return self._judge(place) if self._password else verdict
