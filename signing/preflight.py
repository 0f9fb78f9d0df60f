"""Looking at a pile before the PIN is asked: each file's own reasons, then what the pile as a whole needs. Nothing is written to stay."""

from __future__ import annotations

import io
import shutil
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING

from .collector import calm_collector
from .errors import Fact, SigningError
from .fields import choose_field, list_fields
from .options import SignOptions
from .outputs import IN_MEMORY, LARGEST, part_in, sweep
from .report import Certificate, Level
from .revisions import open_reader

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

    from .appearance import Stamp
    from .permissions import DocumentRules
    from .placement import Placed
    from .timestamps import Timestamps

_GROWTH = 160 * 1024  # bytes that a signature with stamp, evidence and timestamps may add
_OLD = 24 * 3600  # seconds by which the clock may lie behind what the file itself says
_TOKENS = {Level.B_B: 0, Level.B_T: 1, Level.B_LT: 1, Level.B_LTA: 2}  # timestamps that one document costs


@dataclass(frozen=True, slots=True)
class SignItem:
    """One file of a pile. ``field`` None: the first empty one, else a new one. ``stamp`` None: the field keeps its look; a callable makes
    it of the claimed time when its turn comes. ``placed``: where a new field is seen, in a file that has no empty one; None: invisible.
    ``options``: wishes of its own instead of the pile's; level, padding and ``allow_degraded`` are the pile's all the same.
    """

    source: Path
    output: Path
    field: str | None = None
    stamp: Stamp | Callable[[datetime], Stamp] | None = None
    placed: Placed | None = None
    options: SignOptions | None = None

    def wishes(self, pile: SignOptions) -> SignOptions:
        """How this file is signed in a pile that is signed so."""
        if self.options is None:
            return pile
        return replace(self.options, level=pile.level, padding=pile.padding, allow_degraded=pile.allow_degraded)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the person should know and that forbids nothing: a code with words, and its facts."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found about one file. ``refusal``: why it cannot be signed. ``done``: its output is there already, complete and by this
    certificate, so that an interrupted pile goes on where it stopped. ``bytes`` is the source's size.
    """

    item: SignItem
    refusal: SigningError | None = None
    done: bool = False
    notes: tuple[Note, ...] = ()
    field: str = ""
    bytes: int = 0

    @property
    def ready(self) -> bool:
        """Whether it is to be signed."""
        return self.refusal is None and not self.done


@dataclass(frozen=True, slots=True)
class Preflight:
    """The pile, in its own order. ``notes`` concern all of it."""

    rows: tuple[Checked, ...]
    notes: tuple[Note, ...] = ()

    @property
    def ready(self) -> tuple[SignItem, ...]:
        """What is to be signed."""
        return tuple(row.item for row in self.rows if row.ready)


def check_items(
    items: Sequence[SignItem],
    certificate: Certificate | None,
    *,
    options: SignOptions,
    timestamps: Timestamps | None,
    now: datetime,
    progress: Callable[[int, int, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Preflight:
    """Look at every file, asking no PIN and no network. ``certificate`` None: not known yet (a PKCS#12 file).

    ``progress(done, total, name)``. Never raises for what a file is; raises SigningError ``certificate.unusable``, ``tsa.none``, and
    SigningCancelled once ``cancelled()`` is true.
    """
    from .errors import SigningCancelled

    require_usable(certificate, now)
    if options.level is not Level.B_B and timestamps is None:
        raise SigningError("tsa.none", on_disk="nothing", level=options.level.value)
    folders = {folder: _folder_problem(folder) for folder in {item.output.parent for item in items}}
    rows: list[Checked] = []
    seen: set[Path] = set()
    with calm_collector():
        for number, item in enumerate(items):
            if cancelled is not None and cancelled():
                raise SigningCancelled
            rows.append(_check(item, certificate, item.wishes(options), now, folders[item.output.parent], seen))
            if progress is not None:
                progress(number + 1, len(items), item.source.name)
    rows = _fit_on_disk(rows)
    return Preflight(tuple(rows), tuple(_pile_notes(rows, options, timestamps, now)))


def require_usable(certificate: Certificate | None, now: datetime) -> None:
    """Refuse a certificate that cannot sign at ``now``: SigningError ``certificate.unusable`` with the reason and the dates."""
    if certificate is None:
        return
    reason = certificate.unusable
    if not reason and now < certificate.not_before:
        reason = "not_yet_valid"
    if not reason and now > certificate.not_after:
        reason = "expired"
    if reason:
        raise SigningError(
            "certificate.unusable",
            on_disk="nothing",
            reason=reason,
            since=certificate.not_before.isoformat(),
            until=certificate.not_after.isoformat(),
            clock=now.isoformat(),
        )


def _check(
    item: SignItem,
    certificate: Certificate | None,
    options: SignOptions,
    now: datetime,
    folder: SigningError | None,
    seen: set[Path],
) -> Checked:
    row = Checked(item)
    try:
        row = replace(row, bytes=_size_of(item.source))
        _require_output(item, folder, seen)
        with _opened(item.source, row.bytes) as stream:
            reader = open_reader(stream)
            if item.output.exists():
                return replace(row, done=_is_done(item, certificate))
            return _look(row, reader, certificate, options, now)
    except SigningError as error:
        error.on_disk = error.on_disk or "nothing"
        return replace(row, refusal=error)
    except OSError as error:
        refusal = SigningError("source.unreadable", on_disk="nothing", file=item.source.name, errno=error.errno)
        return replace(row, refusal=refusal)
    except Exception as error:  # noqa: BLE001 - pyHanko raises many types on damaged files (research, signing-stack §2)
        return replace(row, refusal=SigningError("pdf.unreadable", on_disk="nothing", reason=type(error).__name__))


def _look(
    row: Checked, reader: PdfFileReader, certificate: Certificate | None, options: SignOptions, now: datetime
) -> Checked:
    from .checks import check_earlier
    from .permissions import read_rules, require_allowed
    from .seed_values import apply_seed_values, seed_values_of

    rules = read_rules(reader)
    name, create = choose_field(list_fields(reader), row.item.field)
    der = None if certificate is None else certificate.der
    wishes = apply_seed_values(seed_values_of(reader, name), options, field=name, certificate=der)
    visible = row.item.placed is not None
    require_allowed(rules, field=name, create=create, visible=visible, options=wishes)
    if rules.filled:
        check_earlier(reader)
    notes = [Note(code) for code in rules.warnings]
    if rules.archival:
        notes.append(Note("pdf.claims_archival", {"claim": rules.archival}))
    notes += [Note(code) for code in costs_of(rules, create=create, visible=visible, wanted=row.item.stamp is not None)]
    if not reader.strict:
        notes.append(Note("pdf.tolerant"))
    if certificate is not None and rules.signed_by(certificate.der):
        raise SigningError("sign.already_by_you", file=row.item.source.name)
    newest = _newest_time(reader)
    if newest is not None and (newest - now).total_seconds() > _OLD:
        notes.append(Note("clock.behind_file", {"file_time": newest.isoformat(), "clock": now.isoformat()}))
    return replace(row, field=name, notes=tuple(notes))


def costs_of(rules: DocumentRules, *, create: bool, visible: bool, wanted: bool) -> list[str]:
    """What a signature in a file without a field for it costs, as codes with words. ``wanted``: a stamp was asked for."""
    from .visible_field import can_be_tagged

    if not create:
        return []
    found = []
    if wanted and not visible:
        found.append("cost.invisible")
    if visible and rules.tagged and not can_be_tagged(rules):
        found.append("cost.untagged_field")
    if rules.filled:
        found.append("cost.new_field_after_signature")
    return found


def _size_of(source: Path) -> int:
    try:
        facts = source.stat()
    except OSError as error:
        raise SigningError("source.unreadable", file=source.name, errno=error.errno) from error
    if not stat.S_ISREG(facts.st_mode):
        raise SigningError("source.not_a_file", file=source.name)
    if facts.st_size > LARGEST:
        raise SigningError("pdf.too_large", file=source.name, bytes=facts.st_size)
    return facts.st_size


def _opened(source: Path, size: int) -> IO[bytes]:
    return io.BytesIO(source.read_bytes()) if size <= IN_MEMORY else source.open("rb")


def _require_output(item: SignItem, folder: SigningError | None, seen: set[Path]) -> None:
    if folder is not None:
        raise folder.again()
    place = _resolved(item.output.parent) / item.output.name
    if place in seen:
        raise SigningError("output.twice", file=item.output.name)
    seen.add(place)
    if item.output.exists() and item.source.samefile(item.output):
        raise SigningError("output.is_input", file=item.output.name)


@lru_cache(maxsize=64)
def _resolved(folder: Path) -> Path:
    return folder.resolve()


def _folder_problem(folder: Path) -> SigningError | None:
    """Whether files can be made there, found out by making one; what dead programs left half made is removed."""
    probe = part_in(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        return SigningError("output.folder_closed", folder=str(folder), errno=error.errno)
    return None


def _is_done(item: SignItem, certificate: Certificate | None) -> bool:
    """Whether the output is the source, signed by this certificate; else it is somebody's file: SigningError ``output.exists``."""
    taken = SigningError("output.exists", file=item.output.name)
    if certificate is None or not _starts_with(item.output, item.source):
        raise taken
    try:
        with _opened(item.output, item.output.stat().st_size) as stream:
            from .permissions import read_rules

            if read_rules(open_reader(stream)).signed_by(certificate.der):
                return True
    except (SigningError, OSError):
        raise taken from None
    raise taken


def _starts_with(longer: Path, shorter: Path) -> bool:
    with longer.open("rb") as one, shorter.open("rb") as other:
        while block := other.read(1 << 20):
            if one.read(len(block)) != block:
                return False
        return bool(one.read(1))


def _fit_on_disk(rows: list[Checked]) -> list[Checked]:
    """Refuse, in order, what the disk has no room for: SigningError ``output.no_space`` (MiB needed and free)."""
    free: dict[Path, int] = {}
    fitted = []
    for row in rows:
        folder = row.item.output.parent
        if row.ready:
            left = free.setdefault(folder, _free(folder))
            need = row.bytes + _GROWTH
            if need > left:
                error = SigningError(
                    "output.no_space", on_disk="nothing", folder=str(folder), needed=_mib(need), free=_mib(left)
                )
                row = replace(row, refusal=error)
            else:
                free[folder] = left - need
        fitted.append(row)
    return fitted


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:  # a share that does not tell
        return 1 << 62


def _mib(size: int) -> int:
    return -(-size // (1 << 20))


def _pile_notes(
    rows: Sequence[Checked], options: SignOptions, timestamps: Timestamps | None, now: datetime
) -> list[Note]:
    if timestamps is None or options.level is Level.B_B:
        return []
    needed = _TOKENS[options.level] * sum(row.ready for row in rows)
    try:
        left = timestamps.remaining(now)
    except SigningError as error:  # the ledger of the quota cannot be read: told, and no reason not to sign
        return [Note(error.code, error.facts)]
    return [Note("tsa.quota_short", {"needed": needed, "left": left})] if left is not None and left < needed else []


def _newest_time(reader: PdfFileReader) -> datetime | None:
    """The newest moment that the file itself claims (/Info dates): a clock far behind it is wrong."""
    from pyhanko.pdf_utils.generic import parse_pdf_date

    found: list[datetime] = []
    for key in ("/CreationDate", "/ModDate"):
        try:
            moment = parse_pdf_date(str(reader.trailer["/Info"][key]))
        except Exception:  # noqa: BLE001, S112 - no date, or a damaged one, says nothing
            continue
        if moment.tzinfo is not None:
            found.append(moment)
    return max(found, default=None)
