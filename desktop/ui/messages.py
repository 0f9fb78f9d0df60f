"""What is told to the person: qué pasó, qué significa, qué hacer. Known errors by their code; the rest as a bug."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from desktop.records.errors import Cancelled, Fact, OfficeError
from signing.errors import SigningCancelled, SigningError

translate = QCoreApplication.translate
log = logging.getLogger("qillqa.ui")


class Sentences(NamedTuple):
    """Words for a code."""

    what: str
    means: str
    do: str


Say = Callable[[str, Mapping[str, Fact]], Sentences | None]
"""Words for a code and its facts; None where there are none. ``desktop.words`` is behind it."""


class Message(NamedTuple):
    """A message as the window shows it. ``tone``: good, care or bad. ``detail`` is for whoever helps (no PIN, no document text).

    ``undo`` takes back what was done, where an act of the office does.
    """

    tone: str
    what: str
    means: str = ""
    do: str = ""
    detail: str = ""
    bug: bool = False
    undo: Callable[[], object] | None = None


def message_of(error: BaseException, say: Say) -> Message | None:
    """The message of an outcome that is not success; None for a cancellation, which is nothing to report."""
    if isinstance(error, Cancelled | SigningCancelled):
        return None
    if isinstance(error, OfficeError | SigningError):
        words = say(error.code, error.facts)
        on_disk = say(f"on_disk.{error.on_disk}", error.facts) if error.on_disk else None
        means = " ".join(part for part in (words.means if words else "", on_disk.what if on_disk else "") if part)
        return Message(
            "bad",
            words.what if words else translate("Messages", "No se pudo completar."),
            means,
            words.do
            if words
            else translate("Messages", "Anote el código {code} y consulte al soporte.").format(code=error.code),
            str(error),
        )
    log.error("bug", exc_info=error)
    return Message(
        "bad",
        translate("Messages", "El programa falló en algo que no debía."),
        translate("Messages", "No es culpa suya. Lo que ya estaba guardado sigue guardado."),
        translate("Messages", "Puede seguir trabajando. Copie el detalle y envíelo al soporte."),
        "".join(traceback.format_exception(error)),
        bug=True,
    )


def no_words(_code: str, _facts: Mapping[str, Fact]) -> Sentences | None:
    """A ``Say`` that knows nothing."""
    return None
