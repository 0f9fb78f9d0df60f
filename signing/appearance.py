"""The visible stamp: one typst page, imported as a vector form XObject with embedded subset fonts, so that PDF/A and PDF/UA hold."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import SigningError

if TYPE_CHECKING:
    from pyhanko.pdf_utils.writer import BasePdfFileWriter

_TEMPLATE = Path(__file__).with_name("stamp.typ")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # the stamp's own page has no date: only its content stream is kept


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the stamp prints (formats/document.md); never a level, nor a timestamp's time: neither exists when it is drawn.

    ``claimed_time`` is local wording of the PC's clock (with or without its own "Firmado el"); ``delegation`` e.g.
    ``Suplente, Memorándum 12/2026``;
    ``qr`` the text of the QR code, "" for none; ``font_folder`` holds the only fonts used, ``font_family`` picks one of several.
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


def draw_stamp(stamp: Stamp, width: float, height: float) -> bytes:
    """A one-page PDF of that size (points). The same stamp gives the same bytes.

    Raises SigningError ``stamp.no_font``, ``stamp.missing_glyph``, ``stamp.not_drawn``.
    """
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(stamp.font_folder)])
    compiler = typst.Compiler(
        input=_TEMPLATE.read_bytes(),
        root=_TEMPLATE.parent,
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"stamp": json.dumps(_inputs(stamp, width, height, _family(stamp, fonts.families())))},
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


def appearance_stream(writer: BasePdfFileWriter, pdf: bytes) -> Any:
    """The page of ``pdf`` as a form XObject of ``writer`` (ISO 32000-1 §8.10): a reference, for a widget's /AP /N."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.reader import PdfFileReader

    page = PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(
        generic.DictionaryObject(  # type: ignore[no-untyped-call]
            {
                generic.pdf_name("/Type"): generic.pdf_name("/XObject"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
                generic.pdf_name("/FormType"): generic.NumberObject(1),  # type: ignore[no-untyped-call]
                generic.pdf_name("/BBox"): writer.import_object(page["/MediaBox"]),
                generic.pdf_name("/Resources"): writer.import_object(page["/Resources"]),
            }
        ),
        stream_data=_content(page["/Contents"]),
    )
    stream.compress()  # type: ignore[no-untyped-call]
    return writer.add_object(stream)


def stamp_style(stamp: Stamp | None) -> Any:
    """The stamp style, in pyHanko's sense, for ``stamp``; without one, the field keeps the appearance that it has."""
    from pyhanko.stamp.noop import NoOpStampStyle

    if stamp is None:
        return NoOpStampStyle()
    shown = stamp

    class Drawn(NoOpStampStyle):
        def create_stamp(self, writer: Any, box: Any, text_params: dict[str, Any]) -> Any:  # noqa: ARG002 - pyHanko's
            return _Appearance(writer, draw_stamp(shown, float(box.width), float(box.height)))

    return Drawn()


class _Appearance:
    def __init__(self, writer: BasePdfFileWriter, pdf: bytes) -> None:
        self._writer = writer
        self._pdf = pdf

    def apply_appearance(self, widget: Any) -> None:
        from pyhanko.pdf_utils import generic

        normal = appearance_stream(self._writer, self._pdf)
        widget[generic.pdf_name("/AP")] = generic.DictionaryObject({generic.pdf_name("/N"): normal})  # type: ignore[no-untyped-call]


def _content(contents: Any) -> bytes:
    from pyhanko.pdf_utils import generic

    parts = contents if isinstance(contents, generic.ArrayObject) else [contents]
    return b"\n".join(part.data for part in parts)


def _inputs(stamp: Stamp, width: float, height: float, family: str) -> dict[str, Any]:
    values: dict[str, Any] = {key: value for key, value in asdict(stamp).items() if key != "font_folder"}
    return {**values, "font_family": family, "width": width, "height": height, "modules": _qr_modules(stamp.qr)}


def _qr_modules(text: str) -> list[list[int]]:
    if not text:
        return []
    import segno

    return [[int(cell) for cell in row] for row in segno.make_qr(text, error="m").matrix]


def _family(stamp: Stamp, families: list[str]) -> str:
    if stamp.font_family in families:
        return stamp.font_family
    if stamp.font_family or not families:
        raise SigningError("stamp.no_font", family=stamp.font_family, folder=str(stamp.font_folder))
    sans = [family for family in families if "Sans" in family]
    return (sans or families)[0]
