"""What the entity's IT person does with templates: copy one to change it, and check what was changed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop.drafting.letterhead import FILE, load_letterhead
from desktop.drafting.limited import LimitedSetter
from desktop.drafting.preflight import Finding, preflight
from desktop.drafting.samples import check_template
from desktop.drafting.templates import Template, TemplateSet, load_family
from desktop.records.errors import OfficeError

from .page import types_of


@dataclass(frozen=True, slots=True)
class TemplateCheck:
    """One type looked at: its sample set and judged, or why that failed. ``id`` is the folder's name where it could not be read."""

    id: str
    pages: int = 0
    findings: tuple[Finding, ...] = ()
    error: OfficeError | None = None

    @property
    def good(self) -> bool:
        """Whether documents of this type can be frozen."""
        return self.error is None and not self.findings


def check_templates(folder: Path, *, resources: Path) -> tuple[TemplateCheck, ...]:
    """Check a template, or every template and the letterhead of a folder. Raises ``template.none_here``.

    Each type's sample is frozen in a child with limits, and the file is judged by preflight: a broken one is a row, not an error.
    """
    families = [folder] if (folder / "manifest.toml").is_file() else sorted(_families(folder))
    letterhead = (folder / FILE).is_file()
    if not families and not letterhead:
        raise OfficeError("template.none_here", folder=str(folder))
    rows = [_check_letterhead(folder)] if letterhead else []
    with LimitedSetter() as setter:
        for family in families:
            rows += _check_family(family, resources, setter)
    return tuple(rows)


def copy_template(kind: str, folder: Path, *, resources: Path) -> Path:
    """Copy the folder of that type, with its variants, into ``folder``; returns the copy. Whole or not at all.

    Raises ``draft.unknown_template``, ``template.exists``.
    """
    found = types_of(resources).get(kind)
    if found is None:
        raise OfficeError("draft.unknown_template", template=kind)
    target = folder / found.family
    if target.exists():
        raise OfficeError("template.exists", folder=str(target))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".copia-") as beside:
        made = Path(shutil.copytree(found.folder, Path(beside) / found.family))
        return made.rename(target)


def _families(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (entry for entry in folder.iterdir() if (entry / "manifest.toml").is_file())


def own_faults(found: TemplateSet, own: Path) -> tuple[OfficeError, ...]:
    """What is broken in the entity's folder: types, then the letterhead."""
    try:
        load_letterhead(own)
    except OfficeError as error:
        return *found.faults, error
    return found.faults


def _check_letterhead(folder: Path) -> TemplateCheck:
    try:
        load_letterhead(folder)
    except OfficeError as error:
        return TemplateCheck(FILE, error=error)
    return TemplateCheck(FILE)


def _check_family(folder: Path, resources: Path, setter: LimitedSetter) -> list[TemplateCheck]:
    try:
        family = load_family(folder)
    except OfficeError as error:
        return [TemplateCheck(folder.name, error=error)]
    rows = []
    for template in family:
        rows.append(_check(template, resources, setter))
        if rows[-1].error is not None and rows[-1].error.code == "drafting.ran_away":
            break  # its variants are the same page
    return rows


def _check(template: Template, resources: Path, setter: LimitedSetter) -> TemplateCheck:
    try:
        page = check_template(template, resources, setter=setter)
    except OfficeError as error:
        return TemplateCheck(template.id, error=error)
    return TemplateCheck(template.id, page.pages, preflight(page.pdf))
