"""The live preview: what is typed becomes a page beside the typing, which it never holds up.

One thread keeps the compiler warm. Only the newest request counts: one that waits is dropped when another comes. What comes
back is a PDF, of which whoever shows it draws the pages in view.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf

from desktop.records.errors import OfficeError

from .engine import Typeset, WarmSetter, is_shipped, typeset
from .jobs import PageJob, SetPage
from .limited import LimitedSetter
from .newest import Newest
from .pagedata import PageData, page_data
from .setting import count_pages


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block of the body begins on the page: ``page`` from 1, ``y`` in mm from its top."""

    block: int
    page: int
    y: float


@dataclass(frozen=True, slots=True)
class Preview:
    """An answer: the page as it would be, with what freezing would refuse in ``warnings``; or ``error``, and the page before stays."""

    ticket: int
    page: SetPage | None
    error: OfficeError | None
    milliseconds: float


class PreviewEngine:
    """Made once per window; ``close`` ends its thread. ``tell`` is called in that thread with each answer."""

    def __init__(self, tell: Callable[[Preview], None]) -> None:
        self._tell = tell
        self._setter: WarmSetter | None = None
        self._limited = LimitedSetter()
        self._setting = threading.Lock()
        self._newest: Newest[PageJob] = Newest(self._answer, name="qillqa-preview")

    def show(self, job: PageJob) -> int:
        """Ask for that page and return at once; the ticket comes back with the answer. A request that still waits is dropped."""
        return self._newest.ask(job)

    def places(self) -> tuple[Place, ...]:
        """Where the blocks of the page set last begin; none before the first. Takes about as long as setting: not for each keystroke."""
        with self._setting:
            found = self._setter.places() if self._setter is not None else []
        return tuple(Place(int(each["block"]), int(each["page"]), float(each["y"])) for each in found)

    def close(self) -> None:
        """End the thread after what it is doing; afterwards the engine is of no use. Safe to call twice."""
        self._newest.close()
        self._limited.close()
        if self._setter is not None:
            self._setter.close()
            self._setter = None

    def _answer(self, ticket: int, job: PageJob) -> None:
        began = time.perf_counter()
        page, error = self._set(job)
        self._tell(Preview(ticket, page, error, (time.perf_counter() - began) * 1000))

    def _set(self, job: PageJob) -> tuple[SetPage | None, OfficeError | None]:
        try:
            with self._setting:
                data = page_data(job, strict=False)
                result = self._typeset(job, data)
            warnings = (*(str(problem) for problem in data.problems), *result.warnings)
            return SetPage(result.pdf, count_pages(result.pdf), (), warnings, data.problems), None
        except OfficeError as error:
            return None, error
        except (ValueError, pikepdf.PdfError) as error:
            return None, OfficeError(
                "drafting.page_failed", template=job.template.id, file="", line=0, reason=str(error)
            )

    def _typeset(self, job: PageJob, data: PageData) -> Typeset:
        """Here where the template is ours; an entity's own one where it can be stopped."""
        if is_shipped(job.template, job.resources):
            return self._warm(job).set(data.data, data.files, created=job.created)
        return typeset(
            job.template,
            data.data,
            data.files,
            resources=job.resources,
            created=job.created,
            standards=(),
            setter=self._limited,
        )

    def _warm(self, job: PageJob) -> WarmSetter:
        if self._setter is None or self._setter.template != job.template:
            fresh = WarmSetter(job.template, job.resources)
            if self._setter is not None:
                self._setter.close()
            self._setter = fresh
        return self._setter
