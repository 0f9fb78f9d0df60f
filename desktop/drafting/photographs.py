"""Pictures that people insert, made fit for a page: turned upright, scaled to print, in sRGB, without what the camera wrote.

A photograph's metadata tells where it was taken and by whom; a public document must not publish that unasked. Pictures are
strangers' files and are decoded in the limited child (``limited``), with Pillow.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.records.errors import OfficeError

from .limited import LimitedSetter, RanAway

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 2000  # pixels: the line of a Carta sheet (166 mm) at 300 dots per inch
LARGEST = 200_000_000  # bytes given
MOST_PIXELS = 300_000_000  # given; a 60 MB photograph has about 100 million
SET_BYTES = 20_000_000  # of one picture on a page
SET_PIXELS = 25_000_000
_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")


@dataclass(frozen=True, slots=True)
class Photograph:
    """PNG or JPEG bytes of at most SIDE pixels a side; ``scaled`` tells that it had more."""

    data: bytes
    media_type: str
    width: int
    height: int
    scaled: bool


def fit_picture(data: bytes, name: str, *, setter: LimitedSetter | None = None) -> Photograph:
    """That picture, fit for a page. Raises ``drafting.bad_image``, ``drafting.picture_too_large``."""
    if len(data) > LARGEST:
        raise _too_large(name)
    with tempfile.TemporaryDirectory(prefix="qillqa-picture-") as folder:
        path = Path(folder) / "picture"
        path.write_bytes(data)
        asked = {"do": "picture", "path": str(path)}
        try:
            if setter is None:
                with LimitedSetter() as own:
                    told, fitted = own.ask(asked)
            else:
                told, fitted = setter.ask(asked)
        except RanAway as error:
            raise _too_large(name) from error
    if told.get("failed") == "too_large":
        raise _too_large(name)
    if "failed" in told:
        raise OfficeError("drafting.bad_image", image=name)
    return Photograph(fitted, told["media_type"], told["width"], told["height"], told["scaled"])


def check_set_size(data: bytes, name: str) -> None:
    """Refuse a picture that would make a page too heavy to set: it was not inserted through ``fit_picture``.

    Raises ``drafting.picture_too_large``. What cannot be read is left to the engine, which names the place.
    """
    from PIL import Image, UnidentifiedImageError

    if len(data) > SET_BYTES:
        raise _too_large(name)
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > SET_PIXELS:
                raise _too_large(name)
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return


def answer(asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The child's part."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow warns above, and refuses above twice as many
    try:
        with Image.open(asked["path"], formats=_FORMATS) as picture:
            given = picture.size
            if given[0] * given[1] > MOST_PIXELS:
                return {"failed": "too_large"}, b""
            transparent = picture.has_transparency_data
            lossless = picture.format not in {"JPEG", "WEBP"}
            made = fitted(picture, transparent=transparent)
            media_type, data = written(made, lossless=lossless or transparent)
    except (Image.DecompressionBombError, MemoryError):
        return {"failed": "too_large"}, b""
    except Exception:  # noqa: BLE001 - whatever a stranger's picture provokes in its decoder is an answer
        return {"failed": "unreadable"}, b""
    scaled = max(given) > SIDE
    return {"media_type": media_type, "width": made.width, "height": made.height, "scaled": scaled}, data


def fitted(picture: Image, *, transparent: bool, side: int = SIDE) -> Image:
    """Upright, in grey, RGB or RGBA of sRGB, at most ``side`` pixels a side."""
    from PIL import Image, ImageOps

    picture.draft("RGB", (side, side))  # a JPEG is decoded at an eighth to a half, which bounds memory
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    wanted = "RGBA" if transparent else "L" if upright.mode in {"1", "L", "I;16", "I"} else "RGB"
    if upright.mode.startswith("I"):
        upright = upright.point(lambda value: value / 256).convert("L")
    coloured = _in_srgb(upright, profile, wanted) if profile else upright.convert(wanted)
    coloured.thumbnail((side, side), Image.Resampling.LANCZOS)
    return coloured


def _in_srgb(picture: Image, profile: bytes, wanted: str) -> Image:
    """Colours as they were meant; a profile that does not fit is left aside."""
    from PIL import ImageCms

    if wanted == "L" or picture.mode not in {"RGB", "CMYK", "RGBA"}:
        return picture.convert(wanted)
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    flat = picture.convert("RGB") if alpha else picture
    try:
        meant = ImageCms.profileToProfile(
            flat, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        meant = None
    coloured = (meant or flat).convert("RGB")
    if alpha is not None:
        coloured.putalpha(alpha)
    return coloured.convert(wanted)


def written(picture: Image, *, lossless: bool) -> tuple[str, bytes]:
    """Without any metadata. A lossless picture that comes out heavy and has no transparency becomes a JPEG."""
    out = io.BytesIO()
    picture.info.clear()
    if lossless:
        picture.save(out, "PNG", optimize=True)
        if out.tell() <= 3_000_000 or picture.mode == "RGBA":
            return "image/png", out.getvalue()
        out = io.BytesIO()
    picture.save(out, "JPEG", quality=88, optimize=True)
    return "image/jpeg", out.getvalue()


def _too_large(name: str) -> OfficeError:
    return OfficeError(
        "drafting.picture_too_large", image=name, megapixels=MOST_PIXELS // 1_000_000, megabytes=LARGEST // 1_000_000
    )
