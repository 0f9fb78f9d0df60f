"""What was judged already, kept in a file beside a long run: whoever starts it again continues where it ended.

One JSON line for each judged file, appended and handed to the system at once. The key is path, size, time of change and a digest of the
settings: whatever of them changed is judged anew. A torn or foreign line is passed over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from .errors import SigningError
from .file_walk import Place
from .report import FileVerdict
from .sandbox import Question

FORMAT = 1
_HEAD = b'{"format":1,'  # of each line; the first may be torn too
# these may be otherwise the next time: they are tried again
_PASSING = frozenset(
    {
        "file.not_found",
        "file.changing",
        "file.encrypted",
        "file.wrong_password",
        "file.crashed",
        "file.too_slow",
        "file.too_demanding",
    }
)


class VerdictJournal:
    """A context manager. Memory: about 100 bytes for each line that is there; verdicts stay in the file until they are asked for."""

    def __init__(self, path: Path, question: Question) -> None:
        """Opens or makes ``path``; raises SigningError ``journal.unusable`` where it is not a journal or cannot be written."""
        self._settings = settings_digest(question)
        self._lines: dict[bytes, int] = {}
        try:
            self._file: IO[bytes] = path.open("a+b")
        except OSError as error:
            raise SigningError("journal.unusable", file=path.name) from error
        try:
            self._read_lines()
        except (OSError, ValueError) as error:
            self._file.close()
            raise SigningError("journal.unusable", file=path.name) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._lines)

    def find(self, place: Place) -> FileVerdict | None:
        """The verdict kept of this very file under these settings."""
        start = self._lines.get(self._key(place))
        if start is None:
            return None
        from .wire import verdict_from_json

        self._file.seek(start)
        line = _parsed(self._file.readline())
        try:
            return None if line is None else verdict_from_json(line["verdict"])
        except (KeyError, ValueError):
            return None

    def keep(self, place: Place, verdict: FileVerdict) -> None:
        """Add a line, but for what may pass by itself. Raises SigningError ``journal.unusable`` where the disk is full."""
        if verdict.reason in _PASSING or place.problem:
            return
        from .wire import verdict_to_json

        key = self._key(place)
        line = {"format": FORMAT, "key": key.hex(), "path": str(place.path), "verdict": verdict_to_json(verdict)}
        try:
            self._file.write(json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n")
            self._file.flush()
        except OSError as error:
            raise SigningError("journal.unusable", file=Path(self._file.name).name) from error

    def _key(self, place: Place) -> bytes:
        facts = (self._settings, str(place.path.absolute()), place.size, place.modified)
        return hashlib.sha256(json.dumps(facts).encode("ascii")).digest()[:16]

    def _read_lines(self) -> None:
        self._file.seek(0)
        start, line = 0, b"\n"
        for line in self._file:
            found = _parsed(line)
            if start == 0 and found is None and not _HEAD.startswith(line[: len(_HEAD)].rstrip(b"\n")):
                raise ValueError("not a journal")
            if found is not None:
                self._lines[bytes.fromhex(str(found["key"]))] = start
            start += len(line)
        if not line.endswith(b"\n"):  # torn by whatever ended the last run
            self._file.write(b"\n")


def settings_digest(question: Question) -> str:
    """Hex SHA-256 of what a verdict depends on beside the file."""
    from .wire import trust_to_json

    at = None if question.at is None else question.at.isoformat()
    facts = (FORMAT, trust_to_json(question.trust), at, question.online, question.compare_pages)
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("ascii")).hexdigest()


def _parsed(line: bytes) -> Mapping[str, Any] | None:
    """A whole line of ours, or None."""
    try:
        found = json.loads(line)
        if isinstance(found, dict) and found.get("format") == FORMAT and len(bytes.fromhex(str(found["key"]))) == 16:
            return found
    except (KeyError, ValueError):
        pass
    return None
