"""Bitácora: whatever is done to the archive is noted beside it, and the log is checked against what was seen of it before."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.archive.audit import Act, News, Problem
from desktop.archive.audit_places import log_of
from desktop.archive.cataloguing import digest_of
from desktop.records.errors import Cancelled, Fact, OfficeError
from desktop.store.catalogue_rows import Noted

from .desk import Desk, Progress, no_progress

if TYPE_CHECKING:
    from desktop.archive.inventory import Inventory
    from desktop.archive.roots import Root

__all__ = [
    "Act",
    "LogReport",
    "News",
    "Noted",
    "Problem",
    "check_log",
    "note",
    "note_all",
    "remembered",
    "review",
    "run_of",
]

UNNOTED, NO_VERSION, OTHER_INVENTORY, UNREADABLE = (
    "audit.unnoted",
    "audit.no_version",
    "audit.other_inventory",
    "audit.unreadable_object",
)
OF_VERSIONS = frozenset({Act.VERSION.value, Act.FOUND.value})
INVENTORY = "inventario_sha512"  # the fact by which an entry names the inventory of its version
# the facts of a run over the archive
OBJECTS, PROBLEMS, FINISHED, WHERE, MENDED = "expedientes", "problemas", "terminada", "destino", "repuestos"
LOCKED, UNTIL = "bloqueados", "hasta"
_SEEN = "archive.log.seen"
_MOST_SEEN = 200


@dataclass(frozen=True, slots=True)
class LogReport:
    """``number`` and ``digest`` are those of the last entry: what an archivist writes down on paper. ``torn`` lines prove nothing."""

    entries: int
    number: int
    digest: str
    problems: tuple[Problem, ...]
    torn: int
    versions: int

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def note(desk: Desk, act: Act, *, object_id: str = "", version: str = "", official: str = "", **facts: Fact) -> Noted:
    """One entry. Raises ``archive.none_here``, ``desk.nobody``, ``archive.busy`` and storage's codes."""
    return note_all(desk, [News(act, object_id, version, facts)], official=official)[0]


def run_of(
    act: Act, *, objects: int, problems: int, finished: bool, where: str = "", mended: int | None = None
) -> News:
    """Something was done to the whole archive: ``where`` is the copy of BACKED_UP, ``mended`` what REPAIRED put back."""
    facts: dict[str, Fact] = {OBJECTS: objects, PROBLEMS: problems, FINISHED: finished}
    if where:
        facts[WHERE] = where
    if mended is not None:
        facts[MENDED] = mended
    return News(act, facts=facts)


def note_all(desk: Desk, news: Sequence[News], *, official: str = "") -> list[Noted]:
    """Entries by who acts here, or by the unit's PC where nobody sits; this desk remembers the last of them."""
    if not news:
        return []
    root, by = desk.archive(), _named(desk, official)
    known = max(remembered(desk), default=0)
    done = log_of(root).add(news, by=by, device=desk.key.id, now=desk.clock(), known=known)
    _remember(desk, root, done[-1])
    return done


def _named(desk: Desk, official: str) -> str:
    if not official and not desk.official:
        return f"{desk.unit.name} (equipo)"
    who = desk.acting(official)
    return f"{who.name} ({who.post})" if who.post else who.name


def remembered(desk: Desk) -> dict[int, str]:
    """Number → sum of entries that this desk has seen of its archive's log."""
    kept = json.loads(desk.store.setting(_SEEN) or "{}").get(desk.archive().url, [])
    return {int(number): str(digest) for number, digest in kept}


def check_log(
    desk: Desk,
    *,
    written_down: Mapping[int, str] | None = None,
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
) -> LogReport:
    """Read the whole log and the inventories of the whole root: the chain, what this desk remembers, what was ``written_down``
    (number → sum), every version noted and every noted version there, with the inventory that was noted.

    What this desk remembers is brought up to the last entry only when nothing was found. Raises ``archive.none_here``, ``Cancelled``,
    storage's codes.
    """
    root = desk.archive()
    log = log_of(root)
    noted: dict[str, dict[str, tuple[int, str]]] = {}

    def told(entry: Noted) -> None:
        if entry.act in OF_VERSIONS:
            noted.setdefault(entry.object, {})[entry.version] = (
                entry.number,
                str(json.loads(entry.facts).get(INVENTORY)),
            )

    chain = log.chain(remembered(desk), each=told)
    problems, versions = list(chain.problems), 0
    if written_down:
        problems += [one for one in log.chain(written_down).problems if one not in problems]
    if chain.entries:  # an archive without a log has nothing to be compared with
        found, versions = _against_root(root, noted, progress, cancelled)
        problems += found
    last = chain.last
    if last is not None and not problems:
        _remember(desk, root, last)
    return LogReport(
        chain.entries, last.number if last else 0, last.digest if last else "", tuple(problems), chain.torn, versions
    )


def review(desk: Desk, text: str, *, official: str = "") -> Noted:
    """Somebody has read the log and says so: noted, and from here on this desk remembers the log as it is now, whatever it was.

    Raises ``accept.not_custodian``, ``audit.no_text``.
    """
    if not text.strip():
        raise OfficeError("audit.no_text")
    require_custodian(desk)
    entry = note(desk, Act.REVIEWED, official=official, texto=text.strip())
    _remember(desk, desk.archive(), entry, afresh=True)
    return entry


def require_custodian(desk: Desk) -> None:
    """Raises ``accept.not_custodian``."""
    if not desk.unit.custodian:
        raise OfficeError("accept.not_custodian", unit=desk.unit.name)


def _against_root(
    root: Root,
    noted: dict[str, dict[str, tuple[int, str]]],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> tuple[list[Problem], int]:
    """``noted``: object → version → number of its entry and the SHA-512 of its inventory. Gives the number of versions, too."""
    problems: list[Problem] = []
    versions = 0
    folders = list(root.object_folders())
    for done, folder in enumerate(folders):
        if cancelled():
            raise Cancelled
        progress(done, len(folders))
        try:
            inventory = root.inventory_at(folder)
        except OfficeError as error:
            if error.code.startswith("storage."):
                raise
            problems.append(Problem(UNREADABLE, folder, 0))
            continue
        mine = noted.pop(inventory.id, {})
        versions += len(inventory.versions)
        problems += _of_object(inventory, mine)
        problems += [Problem(NO_VERSION, f"{inventory.id} {version}", number) for version, (number, _) in mine.items()]
    progress(len(folders), len(folders))
    gone = ((name, version, number) for name, rest in noted.items() for version, (number, _) in rest.items())
    problems += [Problem(NO_VERSION, f"{name} {version}", number) for name, version, number in gone]
    return problems, versions


def _of_object(inventory: Inventory, noted: dict[str, tuple[int, str]]) -> list[Problem]:
    """Its versions against their entries, which are taken out of ``noted``."""
    problems = []
    for number in range(1, len(inventory.versions) + 1):
        place = f"{inventory.id} v{number}"
        told = noted.pop(f"v{number}") if f"v{number}" in noted else None
        if told is None:
            problems.append(Problem(UNNOTED, place, 0))
        elif told[1] != digest_of(inventory, number):
            problems.append(Problem(OTHER_INVENTORY, place, told[0]))
    return problems


def _remember(desk: Desk, root: Root, entry: Noted, *, afresh: bool = False) -> None:
    """Keep the sum of that entry beside those of older ones; what was seen once under a number is never replaced, but ``afresh``."""
    kept = json.loads(desk.store.setting(_SEEN) or "{}")
    seen = {} if afresh else {int(number): digest for number, digest in kept.get(root.url, [])}
    rows = sorted({entry.number: entry.digest, **seen}.items())
    if len(rows) > _MOST_SEEN:  # of what is old every second one does
        rows = rows[: _MOST_SEEN // 2 : 2] + rows[_MOST_SEEN // 2 :]
    kept[root.url] = rows
    with desk.store.act() as act:
        act.set_setting(_SEEN, json.dumps(kept, sort_keys=True))
