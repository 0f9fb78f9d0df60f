"""The visible stamp: one typst page, imported as a vector form XObject with embedded subset fonts, so that PDF/A and PDF/UA hold."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import SigningError
from .form_parts import FormParts, parts_of
from .pictures import picture_ratio
from .stamp_layout import BORDER, Layout, code_rows, draw_code, lay_out

if TYPE_CHECKING:
    from pyhanko.pdf_utils.writer import BasePdfFileWriter

_TEMPLATE = Path(__file__).with_name("stamp.typ")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # the stamp's own page has no date: only its content stream is kept


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the stamp prints (formats/document.md); never a level, nor a timestamp's time: neither exists when it is drawn.

    ``claimed_time`` is the PC's clock in local wording; the stamp says "Firmado el" and whose clock it is; ``delegation`` e.g.
    ``Suplente, Memorándum 12/2026``;
    ``qr`` the text of the QR code, "" for none; ``font_folder`` holds the only fonts used, ``font_family`` picks one of several.
    ``image``: a PNG without transparency or a JPEG, drawn left of the text, b"" for none.
    """

    name: str
    post: str
    entity: str
    claimed_time: str
    font_folder: Path
    ci_masked: str = ""
    delegation: str = ""
    reason: str = ""
    qr: str = ""
    font_family: str = ""
    image: bytes = b""


def draw_stamp(stamp: Stamp, width: float, height: float) -> bytes:
    """A one-page PDF of that size (points). The same stamp gives the same bytes.

    Raises SigningError ``stamp.no_font``, ``stamp.missing_glyph``, ``stamp.not_drawn``, ``stamp.image_unusable``.
    """
    import pikepdf

    rows = code_rows(stamp.qr)
    text = _draw_text(replace(stamp, qr=""), width, height, len(rows))
    if not rows:
        return text
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(text)) as pdf:
        pdf.pages[0].contents_add(draw_code(lay_out(width, height, len(rows)), rows))
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def stamp_style(stamp: Stamp | None, rotation: int = 0) -> Any:
    """The stamp style, in pyHanko's sense, for ``stamp``; without one, the field keeps the appearance that it has.

    ``rotation``: of the field's page, in degrees.
    """
    from pyhanko.stamp.noop import NoOpStampStyle

    if stamp is None:
        return NoOpStampStyle()
    shown = stamp

    class Drawn(NoOpStampStyle):
        def create_stamp(self, writer: Any, box: Any, text_params: dict[str, Any]) -> Any:  # noqa: ARG002 - pyHanko's
            size = float(box.width), float(box.height)
            return _Appearance(writer, shown, *(size if rotation in (0, 180) else size[::-1]), rotation)

    return Drawn()


class _Appearance:
    def __init__(self, writer: BasePdfFileWriter, stamp: Stamp, width: float, height: float, rotation: int) -> None:
        rows = code_rows(stamp.qr)
        self._writer = writer
        self._rotation = rotation
        self._parts = _text_parts(replace(stamp, qr=""), width, height, len(rows))
        self._code = draw_code(lay_out(width, height, len(rows)), rows)

    def apply_appearance(self, widget: Any) -> None:
        from pyhanko.pdf_utils import generic

        normal = self._parts.put(self._writer, self._code, self._rotation)
        widget[generic.pdf_name("/AP")] = generic.DictionaryObject({generic.pdf_name("/N"): normal})  # type: ignore[no-untyped-call]


@lru_cache(maxsize=64)
def _text_parts(stamp: Stamp, width: float, height: float, modules: int) -> FormParts:
    """The stamp without its code, taken apart: in a pile only the code differs from document to document."""
    return parts_of(_draw_text(stamp, width, height, modules))


def _draw_text(stamp: Stamp, width: float, height: float, modules: int) -> bytes:
    """The page with room for a code of so many modules."""
    import typst

    fonts = _fonts(stamp.font_folder)
    inputs = _inputs(stamp, lay_out(width, height, modules), _family(stamp, fonts.families()))
    compiler = typst.Compiler(
        input=_TEMPLATE.read_bytes(),
        root=_TEMPLATE.parent,
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"stamp": json.dumps(inputs)},
    )
    try:
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=["a-2u"], pdf_tags=False, timestamp=_EPOCH
        )
    except typst.TypstError as error:
        code = "stamp.missing_glyph" if "PDF/A" in str(error) else "stamp.not_drawn"
        raise SigningError(code, name=stamp.name, reason=str(error.message)) from error
    if warnings or not isinstance(pdf, bytes):
        raise SigningError("stamp.not_drawn", name=stamp.name, reason="; ".join(str(item.message) for item in warnings))
    return pdf


@lru_cache(maxsize=4)
def _fonts(folder: Path) -> Any:
    """The fonts of a folder, read once: a folder without any is told by ``_family``."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def _inputs(stamp: Stamp, layout: Layout, family: str) -> dict[str, Any]:
    left_out = {"font_folder", "image", "qr"}
    values: dict[str, Any] = {key: value for key, value in asdict(stamp).items() if key not in left_out}
    picture: dict[str, Any] = {"image": [], "image_width": 0.0}
    if stamp.image:
        ratio = picture_ratio(stamp.image)
        picture = {"image": list(stamp.image), "image_width": min(layout.inner * ratio, layout.width * 0.28)}
    return {**values, **asdict(layout), **picture, "border": BORDER, "font_family": family}


def _family(stamp: Stamp, families: list[str]) -> str:
    if stamp.font_family in families:
        return stamp.font_family
    if stamp.font_family or not families:
        raise SigningError("stamp.no_font", family=stamp.font_family, folder=str(stamp.font_folder))
    sans = [family for family in families if "Sans" in family]
    return (sans or families)[0]
