"""Entregar copias del archivo: as bags for other archives, as folders for readers. Nothing is taken out of the archive by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from desktop.archive.bagit import Bag, BagLabel, fill_bag
from desktop.archive.description import ACCESS_WORDS
from desktop.archive.dissemination import RESTRICTED, GivenDossier, closed_class, give_dossier, readme
from desktop.archive.laying_out import laid_out
from desktop.archive.reading import deposit_of
from desktop.archive.restriction import restriction_at
from desktop.records.errors import Fact, OfficeError
from signing.report import FileVerdict

from .archive_log import Act, News, note_all, require_custodian
from .catalogue import opened, sight_of
from .desk import Desk, Progress, no_progress
from .strangers import for_strangers

Report = Callable[[Path, Sequence[FileVerdict]], None]  # writes the report of those verdicts into a file
REPORT = "verificacion.pdf"


@dataclass(frozen=True, slots=True)
class Given:
    """What a reader was given: the folder, its dossiers, and the verdicts on their documents, made when it was written."""

    folder: Path
    dossiers: tuple[GivenDossier, ...]
    verdicts: tuple[FileVerdict, ...]


def found_dossiers(desk: Desk, names: Sequence[str]) -> list[str]:
    """The objects that bear one of those names, as ``archive show`` takes them; all that bear one, once each.

    Raises ``accept.not_custodian``, ``archive.not_found`` for a name that nothing bears, ``archive.none_here`` and storage's codes.
    """
    require_custodian(desk)
    found: dict[str, None] = {}
    with opened(desk) as here:
        for name in names:
            bearing = here.catalogue.named(sight_of(desk), name.strip().removeprefix("root/")) if name.strip() else ()
            if not bearing:
                raise OfficeError("archive.not_found", name=name)
            found |= dict.fromkeys(one.object for one in bearing)
    return list(found)


def export_bag(
    desk: Desk,
    names: Sequence[str],
    folder: Path,
    *,
    official: str = "",
    restricted: bool = False,
    recipient: str = "",
) -> Bag:
    """Every version of those dossiers as a bag, with the stranger's script beside them. For whoever keeps what the archive keeps.

    Raises ``export.restricted`` (see ``export_for_reader``) and as ``found_dossiers`` and ``archive.bagit.fill_bag`` do.
    """
    desk.acting(official)
    objects = found_dossiers(desk, names)
    _require_open(desk, objects, restricted=restricted)
    label = BagLabel(
        organization=desk.directory.entity.name,
        day=desk.now_local().date(),
        agent=f"Qillqa {version('qillqa')}",
        sender=desk.unit.name,
    )
    root = desk.archive()
    with laid_out(folder) as out:
        bag = fill_bag(root, objects, out, label, beside=for_strangers(desk))
        heads = [(name, inventory.head) for name in objects if (inventory := root.inventory(name))]
        _note(desk, heads, official, "bagit", recipient)
    return replace(bag, folder=folder)


def export_for_reader(
    desk: Desk,
    names: Sequence[str],
    folder: Path,
    report: Report,
    *,
    official: str = "",
    restricted: bool = False,
    recipient: str = "",
    progress: Progress = no_progress,
) -> Given:
    """The documents of those dossiers with their attachments, description, a LEEME and the report of verification.

    A dossier that is not for everybody is given only where ``restricted`` says so: the act is the official's, and is noted in the
    archive's log with the ``recipient`` before anything appears. Raises
    ``export.restricted``, ``export.exists``, as ``found_dossiers`` does, and the archive's codes of damage.
    """
    actor = desk.acting(official)
    objects = found_dossiers(desk, names)
    _require_open(desk, objects, restricted=restricted)
    archive = f"{desk.unit.name}, {desk.directory.entity.name}"
    with laid_out(folder) as out:
        dossiers: list[GivenDossier] = []
        verdicts: list[FileVerdict] = []
        for number, name in enumerate(objects):
            progress(number, len(objects))
            start = f"{number + 1:03}/" if len(objects) > 1 else ""
            given = give_dossier(desk.archive(), name, out, start)
            text = readme(given, archive, actor.name, desk.now_local(), recipient)
            out.put(f"{start}LEEME.txt", [text])
            dossiers.append(given)
            verdicts += _judged(desk, out.folder, start, given)
        progress(len(objects), len(objects))
        report(out.folder / REPORT, verdicts)
        _note(desk, [(one.object, one.version) for one in dossiers], official, "lectura", recipient)
    return Given(folder, tuple(dossiers), tuple(verdicts))


def _require_open(desk: Desk, objects: Sequence[str], *, restricted: bool) -> None:
    """Before a byte is written: nothing that is not for everybody, by its class or by a restriction, unless the official says so."""
    root = desk.archive()
    for name in () if restricted else objects:
        deposit = deposit_of(root, name)
        decided = restriction_at(root, name)
        if decided is not None and decided.restricted:
            raise OfficeError("export.restricted", cite=deposit.cite, access="Restringida")
        if (access := closed_class(deposit)) >= RESTRICTED:
            raise OfficeError("export.restricted", cite=deposit.cite, access=ACCESS_WORDS[access])


def _note(desk: Desk, given: Sequence[tuple[str, str]], official: str, form: str, recipient: str) -> None:
    """An entry of the log for each dossier: which version, in which form, to whom."""
    facts: dict[str, Fact] = {"forma": form, **({"a": recipient.strip()} if recipient.strip() else {})}
    note_all(desk, [News(Act.GIVEN, name, version, facts) for name, version in given], official=official)


def _judged(desk: Desk, folder: Path, start: str, given: GivenDossier) -> list[FileVerdict]:
    """The verdict on each signed PDF of it, told by its path in the package."""
    made = []
    for file in given.files:
        if file.document:
            path = folder.joinpath(*(start + file.path).split("/"))
            made.append(replace(desk.verifier.verify(path, trust=desk.trust), file=start + file.path))
    return made
