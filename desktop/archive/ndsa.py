"""PURE. The NDSA Levels of Digital Preservation, version 2.0 (2019), judged by what is known of one archive, with the reason of each cell.

Five areas at four levels; a level is reached when everything in it and below it is met. What a program can measure is measured, and no
statement of a person stands against the measure; what it cannot know (where a copy stands, who checks for viruses) counts only as
declared by somebody, by name and day. What is neither measured nor declared is not met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from desktop.records.errors import Fact
from desktop.store.catalogue_rows import Figures

LEVELS = (1, 2, 3, 4)
YEAR = timedelta(days=366)
QUARTER = timedelta(days=92)
_LASTING = frozenset(
    {"application/pdf", "application/jose", "application/json", "application/xml", "text/xml", "text/csv", "text/plain", "image/png",
     "image/tiff", "image/jpeg", "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"}
)  # fmt: skip
"""Types with an open standard and more than one program that reads them; what they are is what the deposit says."""
_NAMELESS = "application/octet-stream"


class Area(StrEnum):
    """The functional areas, in the order of the matrix."""

    STORAGE = "storage"
    INTEGRITY = "integrity"
    CONTROL = "control"
    METADATA = "metadata"
    CONTENT = "content"


class State(StrEnum):
    """How something stands. ``met`` was measured; ``declared`` somebody answers for; ``not_needed`` has nothing to apply to."""

    MET = "met"
    DECLARED = "declared"
    NOT_NEEDED = "not_needed"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with words, and its facts."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declared:
    """What somebody said of a requirement that no program can measure."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Something that was done to the whole archive and noted: a fixity check, a backup. ``problems`` is what it found."""

    at: datetime
    objects: int
    problems: int
    finished: bool
    where: str = ""  # of a backup: the address of the copy


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of an archive. Empty tuples and None: nothing is."""

    now: datetime
    figures: Figures
    url: str
    indexed: int  # rows of indice.csv
    entries: int  # of the log
    log_problems: int
    custodians: int
    devices: int
    receipts: int | None = None  # objects with a receipt that lies apart from the archive; None: could not be asked
    fixity: tuple[Run, ...] = ()
    backups: tuple[Run, ...] = ()
    repairs: tuple[datetime, ...] = ()
    given: tuple[datetime, ...] = ()  # copies that were handed out
    examined: tuple[Run, ...] = ()  # of the store by ``archive doctor``
    reviews: tuple[datetime, ...] = ()
    declared: Mapping[str, Declared] = field(default_factory=dict)

    @property
    def copies(self) -> tuple[str, ...]:
        """Addresses of whole copies: the archive, and each backup whose last run of the last quarter took everything without a fault."""
        last = {run.where: run for run in sorted(self.backups, key=lambda run: run.at)}
        whole = (
            run.where
            for run in last.values()
            if run.finished
            and not run.problems
            and run.objects >= self.figures.dossiers
            and self.now - run.at <= QUARTER
        )
        return (self.url, *(where for where in whole if where != self.url))


@dataclass(frozen=True, slots=True)
class Judged:
    """One requirement of the matrix: its code has words."""

    code: str
    area: Area
    level: int
    state: State
    reason: Reason

    @property
    def counts(self) -> bool:
        """Whether it is met, in whichever way."""
        return self.state in (State.MET, State.DECLARED, State.NOT_NEEDED)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole matrix."""

    at: datetime
    requirements: tuple[Judged, ...]

    def cell(self, area: Area, level: int) -> tuple[Judged, ...]:
        """What one cell of the matrix asks for."""
        return tuple(one for one in self.requirements if (one.area, one.level) == (area, level))

    def reached(self, area: Area) -> int:
        """The highest level of that area at and below which everything is met; 0 for none."""
        reached = 0
        for level in LEVELS:
            if not all(one.counts for one in self.cell(area, level)):
                break
            reached = level
        return reached


Answer = tuple[State, Reason]
Judge = Callable[[Known], Answer]


def assess(known: Known) -> Assessment:
    """Judge every requirement."""
    judged = []
    for code, (area, level, judge) in REQUIREMENTS.items():
        state, reason = judge(known)
        said = known.declared.get(code)
        if state is State.UNKNOWN and said is not None:
            facts = {"by": said.by, "at": said.at.date().isoformat(), "text": said.text}
            state, reason = State.DECLARED, Reason("ndsa.why_declared", facts)
        judged.append(Judged(code, area, level, state, reason))
    return Assessment(known.now, tuple(judged))


def _answer(state: State, code: str, **facts: Fact) -> Answer:
    return state, Reason(code, facts)


def _nobody_can_measure(_: Known) -> Answer:
    return _answer(State.UNKNOWN, "ndsa.why_not_declared")


def _copies(wanted: int) -> Judge:
    """So many whole copies are measured; that they stand apart is for a person to say."""

    def judge(known: Known) -> Answer:
        count = len(known.copies)
        state = State.UNKNOWN if count >= wanted else State.MISSING
        return _answer(state, "ndsa.why_places" if count >= wanted else "ndsa.why_copies", count=count, wanted=wanted)

    return judge


def _kinds(known: Known) -> Answer:
    kinds = sorted({where.partition(":")[0] for where in known.copies})
    if len(known.copies) < 2:
        return _answer(State.MISSING, "ndsa.why_copies", count=len(known.copies), wanted=2)
    return _answer(State.MET if len(kinds) > 1 else State.UNKNOWN, "ndsa.why_kinds", kinds=", ".join(kinds))


def _stable(known: Known) -> Answer:
    last = max(known.examined, key=lambda run: run.at, default=None)
    if last is None:
        return _answer(State.UNKNOWN, "ndsa.why_not_examined")
    state = State.MISSING if last.problems else State.MET
    return _answer(state, "ndsa.why_examined", at=last.at.date().isoformat(), count=last.problems)


def _all(count: Callable[[Known], int], code: str) -> Judge:
    """Every dossier has it; ``code`` says what."""

    def judge(known: Known) -> Answer:
        total, having = known.figures.dossiers, count(known)
        if known.figures.unreadable:
            return _answer(State.MISSING, "ndsa.why_unreadable", count=known.figures.unreadable)
        if not total:
            return _answer(State.UNKNOWN, "ndsa.why_empty")
        return _answer(State.MET if having >= total else State.MISSING, code, count=having, total=total)

    return judge


def _moved(known: Known) -> Answer:
    if not known.backups and not known.given:
        return _answer(State.NOT_NEEDED, "ndsa.why_never_copied")
    faults = sum(run.problems for run in known.backups)
    state = State.MET if all(run.finished for run in known.backups[-1:]) else State.MISSING
    return _answer(state, "ndsa.why_copied", count=len(known.backups) + len(known.given), problems=faults)


def _sums_apart(known: Known) -> Answer:
    if known.receipts is None and len(known.copies) < 2:
        return _answer(State.UNKNOWN, "ndsa.why_no_line")
    having = known.figures.dossiers if len(known.copies) > 1 else (known.receipts or 0)
    return _all(lambda _: having, "ndsa.why_receipts")(known)


def _whole_runs(known: Known) -> list[Run]:
    return sorted((run for run in known.fixity if run.finished), key=lambda run: run.at)


def _fixity(known: Known) -> Answer | None:
    """The answer where there is no whole run of the last year."""
    runs = _whole_runs(known)
    if not runs:
        return _answer(State.MISSING, "ndsa.why_never_checked")
    if known.now - runs[-1].at > YEAR:
        return _answer(State.MISSING, "ndsa.why_checked_long_ago", at=runs[-1].at.date().isoformat())
    return None


def _at_intervals(known: Known) -> Answer:
    if (missing := _fixity(known)) is not None:
        return missing
    runs = _whole_runs(known)
    apart = [later.at - earlier.at for earlier, later in pairwise(runs)]
    regular = bool(apart) and apart[-1] <= YEAR
    facts: dict[str, Fact] = {"count": len(runs), "at": runs[-1].at.date().isoformat()}
    return _answer(
        State.MET if regular else State.MISSING, "ndsa.why_checked" if regular else "ndsa.why_checked_once", **facts
    )


def _checked(known: Known) -> Answer:
    if (missing := _fixity(known)) is not None:
        return missing
    runs = _whole_runs(known)
    return _answer(State.MET, "ndsa.why_checked", count=len(runs), at=runs[-1].at.date().isoformat())


def _after_events(known: Known) -> Answer:
    if not known.repairs:
        return _answer(State.NOT_NEEDED, "ndsa.why_never_repaired")
    checked = [run.at for run in known.fixity]
    followed = sum(any(at >= repair for at in checked) for repair in known.repairs)
    state = State.MET if followed == len(known.repairs) else State.MISSING
    return _answer(state, "ndsa.why_after_repair", count=followed, total=len(known.repairs))


def _sound(known: Known) -> Answer:
    if (missing := _fixity(known)) is not None:
        return missing
    last = _whole_runs(known)[-1]
    if last.problems:
        return _answer(State.MISSING, "ndsa.why_damaged", count=last.problems, at=last.at.date().isoformat())
    if len(known.copies) < 2:
        return _answer(State.MISSING, "ndsa.why_copies", count=len(known.copies), wanted=2)
    return _answer(State.MET, "ndsa.why_sound", at=last.at.date().isoformat())


def _agents(known: Known) -> Answer:
    state = State.MET if known.custodians and known.devices else State.MISSING
    return _answer(state, "ndsa.why_agents", people=known.custodians, devices=known.devices)


def _applied(known: Known) -> Answer:
    """In a bucket the policy refuses what nobody may do, and the examination tried it; in a folder whoever may write may delete."""
    if known.url.startswith("s3:"):
        return _stable(known)
    return _answer(State.UNKNOWN, "ndsa.why_rights_of_a_folder")


def _logged(known: Known) -> Answer:
    if not known.entries:
        return _answer(State.MISSING, "ndsa.why_no_log")
    state = State.MISSING if known.log_problems else State.MET
    return _answer(state, "ndsa.why_log", count=known.entries, problems=known.log_problems)


def _reviewed(known: Known) -> Answer:
    last = max(known.reviews, default=None)
    if last is None:
        return _answer(State.MISSING, "ndsa.why_no_review")
    state = State.MET if known.now - last <= YEAR else State.MISSING
    return _answer(state, "ndsa.why_review", at=last.date().isoformat())


def _inventory_apart(known: Known) -> Answer:
    count = len(known.copies)
    return _answer(State.MET if count > 1 else State.MISSING, "ndsa.why_copies", count=count, wanted=2)


def _formats_known(known: Known) -> Answer:
    nameless = sum(files for kind, files, _ in known.figures.media if kind == _NAMELESS)
    if not known.figures.files:
        return _answer(State.UNKNOWN, "ndsa.why_empty")
    return _answer(
        State.MISSING if nameless else State.MET, "ndsa.why_formats", count=nameless, total=known.figures.files
    )


def _formats_checked(known: Known) -> Answer:
    if not known.figures.files:
        return _answer(State.UNKNOWN, "ndsa.why_empty")
    having, total = known.figures.formats_checked, known.figures.files
    return _answer(
        State.MET if having >= total else State.MISSING, "ndsa.why_formats_checked", count=having, total=total
    )


def _passing(known: Known) -> list[str]:
    return [kind for kind, _, _ in known.figures.media if kind not in _LASTING]


def _watched(known: Known) -> Answer:
    return _answer(State.UNKNOWN, "ndsa.why_formats_to_watch", formats=", ".join(_passing(known)) or "—")


def _migrated(known: Known) -> Answer:
    if not _passing(known) and known.figures.files:
        return _answer(State.NOT_NEEDED, "ndsa.why_nothing_to_migrate")
    return _watched(known)


def _in_series(known: Known) -> int:
    return min(known.figures.in_series, known.figures.classified)


_S, _I, _C, _M, _F = Area.STORAGE, Area.INTEGRITY, Area.CONTROL, Area.METADATA, Area.CONTENT
REQUIREMENTS: Mapping[str, tuple[Area, int, Judge]] = {
    "ndsa.two_copies": (_S, 1, _copies(2)),
    "ndsa.media_documented": (_S, 1, _nobody_can_measure),
    "ndsa.stable_storage": (_S, 1, _stable),
    "ndsa.three_copies": (_S, 2, _copies(3)),
    "ndsa.media_needs": (_S, 2, _nobody_can_measure),
    "ndsa.other_threat": (_S, 3, _copies(2)),
    "ndsa.other_medium": (_S, 3, _kinds),
    "ndsa.media_watched": (_S, 3, _nobody_can_measure),
    "ndsa.three_threats": (_S, 4, _copies(3)),
    "ndsa.no_single_failure": (_S, 4, _copies(3)),
    "ndsa.media_plan": (_S, 4, _nobody_can_measure),
    "ndsa.sums_verified": (_I, 1, _all(lambda known: known.figures.sums_checked, "ndsa.why_sums")),
    "ndsa.sums_made": (_I, 1, _all(lambda known: known.figures.dossiers, "ndsa.why_inventories")),
    "ndsa.virus": (_I, 1, _nobody_can_measure),
    "ndsa.copies_verified": (_I, 2, _moved),
    "ndsa.write_blockers": (_I, 2, lambda _: _answer(State.NOT_NEEDED, "ndsa.why_no_media")),
    "ndsa.sums_apart": (_I, 2, _sums_apart),
    "ndsa.at_intervals": (_I, 3, _at_intervals),
    "ndsa.checks_documented": (_I, 3, _checked),
    "ndsa.checks_on_demand": (_I, 3, _checked),
    "ndsa.after_events": (_I, 4, _after_events),
    "ndsa.repaired": (_I, 4, _sound),
    "ndsa.agents_named": (_C, 1, _agents),
    "ndsa.agents_applied": (_C, 2, _applied),
    "ndsa.logs": (_C, 3, _logged),
    "ndsa.logs_reviewed": (_C, 4, _reviewed),
    "ndsa.inventory": (_M, 1, _all(lambda known: known.indexed, "ndsa.why_indexed")),
    "ndsa.inventory_apart": (_M, 1, _inventory_apart),
    "ndsa.enough_metadata": (_M, 2, _all(lambda known: known.figures.named, "ndsa.why_named")),
    "ndsa.standards_chosen": (_M, 3, _all(lambda known: known.figures.dossiers, "ndsa.why_standards")),
    "ndsa.gaps_filled": (_M, 3, _all(_in_series, "ndsa.why_classified")),
    "ndsa.acts_recorded": (_M, 4, _logged),
    "ndsa.standards_used": (_M, 4, _all(lambda known: known.figures.described, "ndsa.why_described")),
    "ndsa.formats_documented": (_F, 1, _formats_known),
    "ndsa.formats_verified": (_F, 2, _formats_checked),
    "ndsa.producers": (_F, 2, _nobody_can_measure),
    "ndsa.formats_watched": (_F, 3, _watched),
    "ndsa.migrated": (_F, 4, _migrated),
}
"""Each requirement of the matrix by its code: area, level, and how it is judged."""
