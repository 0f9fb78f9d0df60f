"""How every command answers: exit status, one JSON document, and errors as sentences (docs/formats/command-line.md)."""

from __future__ import annotations

import dataclasses
import json
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

import typer

from desktop.records.errors import Cancelled, OfficeError
from desktop.words import words
from signing.errors import SigningCancelled, SigningError


class Exit(IntEnum):
    """0 done or all valid; 1 the answer is no; 2 cannot tell or nothing signed; 64 usage; 65 and above the environment."""

    DONE = 0
    NO = 1
    CANNOT_TELL = 2
    USAGE = 64
    ENVIRONMENT = 65
    REFUSED = 66
    BUG = 70
    STOPPED = 130


_ENVIRONMENT = (
    "cli.",
    "storage.",
    "store.",
    "practice.",
    "tsa.",
    "token.",
    "driver.",
    "worker.",
    "policy.",
    "trust.store_damaged",
    "trust.store_newer",
    "trust.store_locked",
    "verifier.",
    "journal.",
    "report.",
    "resources.",
)


def exit_of(error: OfficeError | SigningError) -> Exit:
    """What the environment lacks is 65; what the office's rules forbid is 66."""
    return Exit.ENVIRONMENT if error.code.startswith(_ENVIRONMENT) else Exit.REFUSED


def plain(value: Any) -> Any:
    """Turn frozen data into JSON values: dates in ISO 8601, bytes never, paths as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name != "der"}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    return value


def put_json(value: Any) -> None:
    """The one JSON document of ``--json``."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def put_line(text: str = "") -> None:
    """A line of the answer itself."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell(text: str) -> None:
    """A message, on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def error_words(error: OfficeError | SigningError, language: str = "es") -> list[str]:
    """Qué pasó, qué significa, qué hacer, and what is now on disk."""
    lines = said(error.code, error.facts, language)
    if error.on_disk:
        lines.append(words(f"on_disk.{error.on_disk}", language, {}).what)
    return lines


def said(code: str, facts: Mapping[str, object] | None, language: str = "es") -> list[str]:
    """The sentences of a code that there are."""
    found = words(code, language, facts)
    return [line for line in (found.what, found.means, found.do) if line]


def answered(act: Callable[[], Exit | None], *, as_json: bool = False) -> int:
    """Run one command and turn whatever happens into an exit status and words."""
    try:
        return int(act() or Exit.DONE)
    except (OfficeError, SigningError) as error:
        return _told(error, as_json=as_json)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _told(OfficeError("cli.file", file=str(error.filename or ""), reason=reason), as_json=as_json)
    except (Cancelled, SigningCancelled):
        return _stopped("cli.cancelled", Exit.CANNOT_TELL, as_json=as_json)
    except KeyboardInterrupt:
        return _stopped("cli.interrupted", Exit.STOPPED, as_json=as_json)
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception:  # noqa: BLE001 - a bug of ours: said plainly, with what support needs, and never mistaken for "no"
        tell(traceback.format_exc())
        return _stopped("cli.bug", Exit.BUG, as_json=as_json)


def _told(error: OfficeError | SigningError, *, as_json: bool) -> int:
    if as_json:
        put_json({"error": error_document(error)})
    else:
        for line in error_words(error):
            tell(line)
    return int(exit_of(error))


def error_document(error: OfficeError | SigningError) -> dict[str, object]:
    """``error`` of docs/formats/command-line.md."""
    said = words(error.code, "es", error.facts)
    facts: dict[str, object] = {"code": error.code, "facts": dict(error.facts), "on_disk": error.on_disk}
    return {**facts, "what": said.what, "means": said.means, "do": said.do}


def _stopped(code: str, status: Exit, *, as_json: bool) -> int:
    said = words(code, "es", {})
    if as_json:
        put_json({"error": {"code": code, "facts": {}, "what": said.what, "means": said.means, "do": said.do}})
    else:
        tell(said.what)
    return int(status)
