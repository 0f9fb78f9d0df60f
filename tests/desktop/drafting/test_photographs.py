"""Pictures of cameras and scanners, made fit for a page in a child with limits."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image, ImageCms

from desktop.drafting import body as blocks
from desktop.drafting.body import Body
from desktop.drafting.jobs import PageJob
from desktop.drafting.limited import LimitedSetter
from desktop.drafting.photographs import SIDE, check_set_size, fit_picture
from desktop.drafting.preflight import preflight
from desktop.drafting.setting import freeze
from desktop.records.errors import OfficeError

JobMaker = Callable[..., PageJob]


@pytest.fixture
def setter() -> Iterator[LimitedSetter]:
    with LimitedSetter() as made:
        yield made


def written(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 90).convert("RGB")


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def test_a_sixty_megabyte_photograph_becomes_what_is_printed(make_job: JobMaker, setter: LimitedSetter) -> None:
    data = written(noise(10_000, 7_500), "JPEG", quality=97)
    assert len(data) > 60_000_000
    fitted = fit_picture(data, "camino.jpg", setter=setter)
    assert (fitted.width, fitted.height, fitted.media_type, fitted.scaled) == (SIDE, 1500, "image/jpeg", True)
    assert len(fitted.data) < 4_000_000
    digest = hashlib.sha256(fitted.data).hexdigest()
    image = blocks.Image(digest, "camino.jpg", "Camino vecinal", "image/jpeg")
    page = freeze(make_job(body=Body((image,)), images={digest: fitted.data}))
    assert preflight(page.pdf) == ()
    assert len(page.pdf) < 5_000_000
    with pytest.raises(OfficeError) as caught:  # the same, put in without being fitted
        freeze(make_job(body=Body((image,)), images={digest: data}))
    assert (caught.value.code, caught.value.facts["image"]) == ("drafting.picture_too_large", "camino.jpg")


def test_it_stands_upright_and_tells_nothing_of_the_camera(setter: LimitedSetter) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90°
    exif[0x010F] = "Cámara"
    exif.get_ifd(0x8825)[1] = "S"
    fitted = fit_picture(written(noise(40, 20), "JPEG", exif=exif), "a.jpg", setter=setter)
    assert (fitted.width, fitted.height, fitted.scaled) == (20, 40, False)
    assert dict(opened(fitted.data).getexif()) == {}
    assert b"mara" not in fitted.data


@pytest.mark.parametrize(
    ("picture", "kind", "media_type", "mode"),
    [
        (Image.new("L", (30, 20), 200), "PNG", "image/png", "L"),
        (Image.new("1", (30, 20), 1), "TIFF", "image/png", "L"),
        (Image.new("RGBA", (30, 20), (255, 0, 0, 40)), "PNG", "image/png", "RGBA"),
        (Image.new("P", (30, 20)), "GIF", "image/png", "RGB"),
        (Image.new("CMYK", (30, 20), (0, 200, 200, 0)), "JPEG", "image/jpeg", "RGB"),
        (Image.new("I;16", (30, 20), 40_000), "PNG", "image/png", "L"),
        (Image.new("RGB", (30, 20), "navy"), "BMP", "image/png", "RGB"),
        (Image.new("RGB", (30, 20), "navy"), "WEBP", "image/jpeg", "RGB"),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else None,
)
def test_every_kind_of_picture_becomes_one_that_a_page_bears(
    make_job: JobMaker, setter: LimitedSetter, picture: Image.Image, kind: str, media_type: str, mode: str
) -> None:
    fitted = fit_picture(written(picture, kind), "a", setter=setter)
    assert (fitted.media_type, opened(fitted.data).mode) == (media_type, mode)
    digest = hashlib.sha256(fitted.data).hexdigest()
    body = Body((blocks.Image(digest, "a", "Una imagen", media_type),))
    assert preflight(freeze(make_job(body=body, images={digest: fitted.data})).pdf) == ()


def test_sixteen_bits_keep_their_grey_and_profiles_their_colours(setter: LimitedSetter) -> None:
    grey = fit_picture(written(Image.new("I;16", (4, 4), 40_000), "PNG"), "a", setter=setter)
    assert opened(grey.data).getpixel((0, 0)) in {155, 156, 157}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = fit_picture(
        written(Image.new("RGB", (4, 4), (10, 120, 200)), "PNG", icc_profile=profile), "a", setter=setter
    )
    pixel = opened(same.data).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    assert all(abs(one - other) <= 1 for one, other in zip(pixel, (10, 120, 200), strict=True))
    assert "icc_profile" not in opened(same.data).info


@pytest.mark.parametrize("data", [b"", b"no es una imagen", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + bytes(50), b"<svg/>"])
def test_what_is_no_picture_is_said(setter: LimitedSetter, data: bytes) -> None:
    with pytest.raises(OfficeError) as caught:
        fit_picture(data, "raro.png", setter=setter)
    assert (caught.value.code, caught.value.facts["image"]) == ("drafting.bad_image", "raro.png")


def test_a_bomb_is_refused_before_it_is_unpacked(make_job: JobMaker, setter: LimitedSetter) -> None:
    bomb = written(Image.new("1", (30_000, 30_000)), "PNG")
    assert len(bomb) < 200_000
    with pytest.raises(OfficeError) as caught:
        fit_picture(bomb, "b.png", setter=setter)
    assert caught.value.code == "drafting.picture_too_large"
    with pytest.raises(OfficeError):
        check_set_size(bomb, "b.png")
    digest = hashlib.sha256(bomb).hexdigest()
    with pytest.raises(OfficeError) as frozen:
        freeze(make_job(body=Body((blocks.Image(digest, "b.png", "x"),)), images={digest: bomb}))
    assert frozen.value.code == "drafting.picture_too_large"
