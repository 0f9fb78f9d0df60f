"""The only door to typst: a folder made for the job, shipped fonts only, no packages, every failure with its place.

See docs/decisions/0001-pdfa-engine.md. The compiler reads nothing outside the job's folder.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from desktop.records.errors import OfficeError

from .limited import LimitedSetter, RanAway, question
from .templates import Template

ARCHIVAL: tuple[typst.PDFStandard, ...] = ("a-2a", "ua-1")
ARCHIVAL_WITH_FILES: tuple[typst.PDFStandard, ...] = ("a-3a", "ua-1")
_DATA = "data.json"  # what kit/base.typ reads where no input is given
_PLACE = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):\d+")


@dataclass(frozen=True, slots=True)
class Typeset:
    """What the compiler gave: the file and its warnings as text."""

    pdf: bytes
    warnings: tuple[str, ...]


def typeset(
    template: Template,
    data: Mapping[str, Any],
    files: Mapping[str, bytes],
    *,
    resources: Path,
    created: datetime,
    standards: Sequence[typst.PDFStandard],
    setter: LimitedSetter | None = None,
) -> Typeset:
    """Set one page job: here where the template is a shipped one, else in ``setter``, or a child of its own without one.

    Raises ``drafting.page_failed`` (file, line, reason), ``drafting.ran_away``, ``drafting.no_fonts``, ``drafting.no_room``.
    """
    fonts = resources / "fonts"
    _fonts(fonts)
    try:
        with tempfile.TemporaryDirectory(prefix="qillqa-page-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            _stage(folder, template, files, resources)
            asked = question(folder, fonts, json.dumps(data, ensure_ascii=False), created, standards)
            shipped = is_shipped(template, resources)
            told, pdf = answer(asked) if shipped else _at_a_distance(asked, template, setter)
            if "failed" in told:
                raise _page_failed(told["failed"], told["diagnostic"], template, folder)
            return Typeset(pdf, tuple(_warning(text, place, folder) for text, place in told["warnings"]))
    except OSError as error:
        raise OfficeError("drafting.no_room", reason=error.strerror or str(error)) from error


def is_shipped(template: Template, resources: Path) -> bool:
    """Whether its page is ours; any other is set at a distance (``limited``)."""
    return template.folder.resolve().is_relative_to((resources / "templates").resolve())


def answer(asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Compile what ``limited.question`` asks: warnings or the failure as JSON values, and the PDF."""
    folder = Path(asked["folder"])
    try:
        pdf, warnings = typst.compile_with_warnings(
            folder / "page" / "page.typ",
            root=folder,
            font_paths=_fonts(Path(asked["fonts"])),
            ignore_system_fonts=True,
            package_path=folder / "none",
            package_cache_path=folder / "none",
            sys_inputs={"data": asked["data"]},
            pdf_standards=asked["standards"],
            timestamp=datetime.fromisoformat(asked["created"]),
        )
    except typst.TypstError as error:
        return {"failed": error.message, "diagnostic": error.diagnostic}, b""
    return {"warnings": [(item.message, item.diagnostic) for item in warnings]}, pdf


def _at_a_distance(
    asked: dict[str, Any], template: Template, setter: LimitedSetter | None
) -> tuple[dict[str, Any], bytes]:
    try:
        if setter is not None:
            return setter.ask(asked)
        with LimitedSetter() as own:
            return own.ask(asked)
    except RanAway as error:
        raise OfficeError("drafting.ran_away", template=template.id) from error


class WarmSetter:
    """The page of one template set again and again: the compiler keeps what did not change. One thread at a time."""

    def __init__(self, template: Template, resources: Path) -> None:
        self.template = template
        self._folder = tempfile.TemporaryDirectory(prefix="qillqa-preview-")
        root = Path(self._folder.name)
        try:
            _stage(root, template, {}, resources)
            self._compiler = typst.Compiler(
                root / "page" / "page.typ",
                root=root,
                font_paths=_fonts(resources / "fonts"),
                ignore_system_fonts=True,
                package_path=root / "none",
                package_cache_path=root / "none",
            )
        except BaseException:
            self._folder.cleanup()
            raise

    def set(self, data: Mapping[str, Any], files: Mapping[str, bytes], *, created: datetime) -> Typeset:
        """Set it untagged, for the screen. Raises as ``typeset``. ``files`` are named by their content and kept."""
        root = Path(self._folder.name)
        try:
            for name, content in files.items():
                if not (root / "files" / name).exists():
                    (root / "files" / name).write_bytes(content)
            (root / _DATA).write_text(json.dumps(data, ensure_ascii=False), "utf-8")
            pdf, warnings = self._compiler.compile_with_warnings(
                format="pdf",
                timestamp=created,
                pdf_tags=False,
            )
        except typst.TypstError as error:
            raise _page_failed(error.message, error.diagnostic, self.template, root) from error
        except OSError as error:
            raise OfficeError("drafting.no_room", reason=error.strerror or str(error)) from error
        assert isinstance(pdf, bytes)
        return Typeset(pdf, tuple(_warning(item.message, item.diagnostic, root) for item in warnings))

    def places(self) -> list[dict[str, Any]]:
        """Where the blocks of what was set last lie: ``block``, ``page`` from 1, ``y`` in mm from the top, in reading order."""
        found: list[dict[str, Any]] = json.loads(self._compiler.query("<draft-place>", field="value"))
        return found

    def close(self) -> None:
        """Remove its folder."""
        self._folder.cleanup()


def unknown_font(warnings: tuple[str, ...]) -> str | None:
    """The font that a page asked for and that is not shipped, if any."""
    for text in warnings:
        if found := re.search(r"unknown font family: (.+?)(?: \(|$)", text):
            return found.group(1)
    return None


def _stage(folder: Path, template: Template, files: Mapping[str, bytes], resources: Path) -> None:
    shutil.copytree(resources / "templates" / "kit", folder / "kit")
    shutil.copytree(template.folder, folder / "page")
    (folder / "files").mkdir()
    for name, data in files.items():
        (folder / "files" / name).write_bytes(data)


@lru_cache(maxsize=4)
def _fonts(folder: Path) -> typst.Fonts:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    if not fonts.families():
        raise OfficeError("drafting.no_fonts", folder=str(folder))
    return fonts


def _warning(text: str, diagnostic: str, folder: Path) -> str:
    file, line = _place(diagnostic, folder)
    return f"{text} ({file}:{line})"


def _place(diagnostic: str, folder: Path, kind: str = "") -> tuple[str, int]:
    """File and line of the first place told after ``kind``; the compiler tells paths as seen from the working folder."""
    found = _PLACE.search(diagnostic, max(diagnostic.find(kind), 0))
    if found is None:
        return "", 0
    file = found["file"].replace("\\", "/").rpartition(f"{folder.name}/")[2]
    return file.removeprefix("page/"), int(found["line"])


def _page_failed(message: str, diagnostic: str, template: Template, folder: Path) -> OfficeError:
    file, line = _place(diagnostic, folder, "error:")
    reason = message.replace(str(folder), "")
    return OfficeError("drafting.page_failed", template=template.id, file=file, line=line, reason=reason)
