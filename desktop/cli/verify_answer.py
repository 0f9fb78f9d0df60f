"""What verify answers, verdict by verdict, and the line that tells how far it is."""

from __future__ import annotations

import functools
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.words import words
from signing.errors import SigningError
from signing.file_walk import walk
from signing.report import FileVerdict, Outcome
from signing.verdict import FORMAT, verdict_json

from .answers import Exit, error_document, exit_of, plain, put_line, tell

_OUTCOMES = {
    Outcome.VALID: ("válido", "válidos"),
    Outcome.INDETERMINATE: ("por decidir", "por decidir"),
    Outcome.UNSIGNED: ("sin firma", "sin firma"),
    Outcome.INVALID: ("no válido", "no válidos"),
    Outcome.UNREADABLE: ("ilegible", "ilegibles"),
}
_BAD = frozenset({Outcome.INVALID, Outcome.UNREADABLE})


class Answer:
    """The answer on stdout: sentences, or one JSON document that is written as verdicts come and is whole however the run ends."""

    def __init__(self, *, as_json: bool) -> None:
        self.stopped = False
        self._failed: Exit | None = None
        self._as_json = as_json
        self._counts: Counter[Outcome] = Counter()

    def __enter__(self) -> Self:
        if self._as_json:
            sys.stdout.write(f'{{"format": {FORMAT}, "files": [')
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """In JSON, what stopped the run stands in the document itself, and is raised no more."""
        if not self._as_json:
            for line in self._summary() if error is None else ():
                tell(line)
            return False
        told = isinstance(error, SigningError)
        end = ', "stopped": true' if self.stopped or error is not None else ""
        if isinstance(error, SigningError):
            self._failed = exit_of(error)
            end += f', "error": {json.dumps(plain(error_document(error)), ensure_ascii=False)}'
        sys.stdout.write(f"\n]{end}}}\n")
        sys.stdout.flush()
        return told

    @property
    def exit(self) -> Exit:
        """The worst counts, 1 before 2; what stopped the run before that."""
        return self._failed if self._failed is not None else exit_of_outcomes(set(self._counts))

    @property
    def complete(self) -> bool:
        """Whether every file was judged: not stopped, nothing raised."""
        return not self.stopped and self._failed is None

    def put(self, verdict: FileVerdict) -> None:
        """One verdict, at once."""
        first = not self._counts
        self._counts[verdict.outcome] += 1
        if self._as_json:
            sys.stdout.write(("\n" if first else ",\n") + verdict_text(verdict))
            sys.stdout.flush()
            return
        for line in verdict_lines(verdict):
            put_line(line)

    def _summary(self) -> Iterator[str]:
        total = sum(self._counts.values())
        if self.stopped:
            yield words("cli.interrupted", "es", {}).what
        if total > 1:
            parts = (f"{n} {_OUTCOMES[kind][n != 1]}" for kind in _OUTCOMES if (n := self._counts[kind]))
            yield f"{total} archivos: {', '.join(parts)}."
        elif not total and not self.stopped:
            yield words("file.none", "es", {}).what


class Progress:
    """How many, how many of them bad, and how long it takes still: one line on a terminal's stderr, nothing anywhere else."""

    _EVERY = 0.2  # seconds

    def __init__(self, paths: Sequence[Path], *, all_files: bool, quiet: bool) -> None:
        self.paths = paths
        self.all_files = all_files
        self._shown = sys.stderr.isatty() and not quiet
        self._began = self._last = time.monotonic()
        self._done = self._bad = 0
        self._total: int | None = None  # not known until the folders are counted
        self._ended = threading.Event()
        self._counting = threading.Thread(target=self._count, name="count", daemon=True)

    def __enter__(self) -> Self:
        if self._shown:
            self._counting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._shown:
            self._counting.join()
            self._write("\r\033[K")

    def step(self, verdict: FileVerdict) -> None:
        """One more is done."""
        self._done += 1
        self._bad += verdict.outcome in _BAD
        now = time.monotonic()
        if self._shown and now - self._last >= self._EVERY:
            self._last = now
            self._write(f"\r\033[K{progress_line(self._done, self._bad, self._total, now - self._began)}\r")

    def _count(self) -> None:
        total = 0
        for _ in walk(self.paths, all_files=self.all_files):
            total += 1
            if self._ended.is_set():
                return
        self._total = total

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


def progress_line(done: int, bad: int, total: int | None, seconds: float) -> str:
    """``seconds``: since the beginning. The time left is what the rest takes at the same pace."""
    parts = [f"{done} revisados" if total is None else f"{done} de {total}", f"{bad} con problemas"]
    if total is not None and done:
        left = int(seconds / done * max(total - done, 0)) + 1
        parts.append(f"faltan {left // 60} min {left % 60} s" if left >= 60 else f"faltan {left} s")
    return " · ".join(parts)


def verdict_text(verdict: FileVerdict) -> str:
    """An entry of ``files``, on one line; a name that is no text is told with escapes instead of the bytes that are none."""
    entry = verdict_json(verdict, _two_words)
    return json.dumps({**entry, "file": shown(str(entry["file"]))}, ensure_ascii=False)


def verdict_lines(verdict: FileVerdict) -> list[str]:
    """A verdict as sentences: first the file, then each signature."""
    said = words(verdict.reason, "es", {})
    lines = [f"{shown(Path(verdict.file).name)}: {said.what}"]
    for signature in verdict.signatures:
        who = signature.person.name if signature.person else signature.field
        lines.append(f"  {shown(who)}: {words(signature.reason, 'es', {}).what}")
    return [*lines, *(f"  {line}" for line in (said.do,) if line)]


def put_verdicts(verdicts: Sequence[FileVerdict], *, as_json: bool) -> Exit:
    """Verdicts that are there already, as verify answers them."""
    answer = Answer(as_json=as_json)
    with answer:
        for verdict in verdicts:
            answer.put(verdict)
    return answer.exit


def exit_of_outcomes(outcomes: set[Outcome]) -> Exit:
    """The worst counts, 1 before 2."""
    if outcomes & _BAD:
        return Exit.NO
    return Exit.DONE if outcomes == {Outcome.VALID} else Exit.CANNOT_TELL


def shown(text: str) -> str:
    """What may be written to a terminal or a file: no surrogate, and no control character that a name or a certificate brought."""
    known = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in known)


@functools.cache
def _two_words(code: str) -> tuple[str, str]:
    said = words(code, "es", {})
    return " ".join(part for part in (said.what, said.means) if part), said.do
