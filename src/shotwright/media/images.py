"""Images in all formats of the documents: JPG, PNG, WebP, GIF, AVIF; EXIF rotation and alpha included.

Source: seed 001 (input formats).
"""

from __future__ import annotations

import contextlib
import io
import warnings
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from shotwright.core.errors import ImageLoadError, ImageTooLarge, ModelError, UnsupportedImageFormat
from shotwright.core.limits import REDUCED_MAX_PX, WHOLE_MAX_PX, ImageFacts
from shotwright.media.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shotwright.core.errors import Loc
    from shotwright.media.colour import FrameRGB, Mask

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
TURNS = dict(
    zip(
        range(2, 9),
        (
            Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.TRANSPOSE,
            Image.Transpose.ROTATE_270, Image.Transpose.TRANSVERSE, Image.Transpose.ROTATE_90,
        ),
        strict=True,
    )
)  # fmt: skip
"""What makes a picture upright, by its EXIF orientation. Source: EXIF 2.32, 4.6.4 A."""
Image.MAX_IMAGE_PIXELS = None  # our own bounds say in words what is too large
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
OPAQUE = 250
BEHIND = 232
"""The grey, 0..255, that shows where a picture which fills the frame is transparent."""
LONGEST_SIDE_PX = 2880
"""Pictures are worked on at this size at most: 1.5 times the longer side of the largest canvas."""


def probe_image(path: Path, loc: Loc) -> ImageFacts:
    """Measure an image file, and see that it can be decoded to its end.

    Raises:
        UnsupportedImageFormat: The bytes are no image of a supported format.
        ImageTooLarge: It has more pixels than are decoded.
        ImageLoadError: It cannot be read, or nothing in it can be seen.
    """
    with _opened(path, loc) as image, _readable(loc):
        turned = _orientation(image) >= 5
        width, height = (image.height, image.width) if turned else image.size
        has_alpha = _has_alpha(image)
        image.draft(
            "RGB", (image.width // 8, image.height // 8)
        )  # JPEG: an eighth of the size, to its end all the same
        image.load()
        alpha = np.asarray(image.convert("RGBA").getchannel("A")) if has_alpha else np.full(1, 255, np.uint8)
        if int(alpha.max()) == 0:
            raise ImageLoadError("The image is wholly transparent: there is nothing to see in it.", loc=loc)
    return ImageFacts(width, height, path.stat().st_size, int(alpha.min()) < OPAQUE)


def load_image(path: Path, loc: Loc = ("body",)) -> tuple[FrameRGB, Mask | None]:
    """Decode an image upright and in sRGB, scaled down to `LONGEST_SIDE_PX` at most.

    Returns:
        The picture, uint8 (H, W, 3) sRGB, and its alpha, uint8 (H, W), if it has one with any transparency. What colour stands where
        nothing can be seen is the file's own matter: `load_flat` for pictures that fill a frame.

    Raises:
        UnsupportedImageFormat, ImageTooLarge, ImageLoadError: As for `probe_image`.
    """
    with _opened(path, loc) as image, _readable(loc):
        image.draft(
            "RGB", (2 * LONGEST_SIDE_PX, 2 * LONGEST_SIDE_PX)
        )  # JPEG: decoded at a half, a quarter or an eighth
        turn, has_alpha = TURNS.get(_orientation(image)), _has_alpha(image)
        plain = _eight_bit(image, has_alpha=has_alpha)
        upright: Image.Image = plain.transpose(turn) if turn is not None else plain
        upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
        rgba = np.asarray(_in_srgb(upright, image.info.get("icc_profile")).convert("RGBA"))
    alpha = np.ascontiguousarray(rgba[..., 3])
    rgb = np.ascontiguousarray(rgba[..., :3])
    return rgb, (alpha if int(alpha.min()) < OPAQUE else None)


def load_flat(path: Path, loc: Loc = ("body",)) -> FrameRGB:
    """The picture as it fills a frame: what is transparent in it shows `BEHIND`; uint8 (H, W, 3) sRGB. Raises as `load_image` does."""
    rgb, alpha = load_image(path, loc)
    if alpha is None:
        return rgb
    share = cv2.merge([alpha, alpha, alpha])
    behind = np.full_like(rgb, BEHIND)
    seen = cv2.multiply(rgb, share, scale=1 / 255)
    return np.asarray(cv2.add(seen, cv2.multiply(behind, cv2.bitwise_not(share), scale=1 / 255)), np.uint8)


def _has_alpha(image: Image.Image) -> bool:
    return "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info


def _eight_bit(image: Image.Image, *, has_alpha: bool) -> Image.Image:
    """A picture of any mode as one that can be scaled: sixteen bits to eight, palettes to colours."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, np.float64)
        return Image.fromarray(np.asarray(np.clip(np.round(values / 257), 0, 255), np.uint8))
    if image.mode in {"P", "PA", "LA", "La", "RGBa", "1"} or (has_alpha and image.mode != "RGBA"):
        return image.convert("RGBA")
    return image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A picture in sRGB, by its ICC profile; as it is where it has none or one that cannot be read."""
    if not profile:
        return image.convert("RGB") if image.mode == "CMYK" else image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if image.mode == "RGBA":
            colours = ImageCms.profileToProfile(image.convert("RGB"), source, _srgb(), outputMode="RGB")
            assert colours is not None  # noqa: S101  (not in place)
            colours.putalpha(image.getchannel("A"))
            return colours
        return ImageCms.profileToProfile(image, source, _srgb(), outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def save_jpeg(rgb: FrameRGB, path: Path, quality: int = 88) -> None:
    """Write an sRGB picture as JPEG."""
    cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])


def thumbnail(rgb: FrameRGB, longest_px: int) -> bytes:
    """A small JPEG of an sRGB picture, its longer side at most `longest_px`."""
    scale = min(1.0, longest_px / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 82])
    return data.tobytes()


def _orientation(image: Image.Image) -> int:
    """How the camera was held, by EXIF: 1 to 8, and 1 where it does not say or what it says cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = image.getexif().get(274)
    except Exception:  # noqa: BLE001  (whatever odd metadata make the parser raise: the picture is fine)
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


@contextlib.contextmanager
def _readable(loc: Loc) -> Iterator[None]:
    """Whatever a damaged file makes a decoder raise.

    Raises:
        ImageLoadError: It raised something.
    """
    try:
        yield
    except ModelError:
        raise
    except Exception as exc:
        raise ImageLoadError(loc=loc) from exc


def _opened(path: Path, loc: Loc) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(_without_texts(path), formats=FORMATS)
        except UnidentifiedImageError as exc:
            if _looks_supported(path):
                raise ImageLoadError(loc=loc) from exc
            raise UnsupportedImageFormat(
                loc=loc, ctx={"supported_formats": [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"]}
            ) from exc
        except Exception as exc:
            raise ImageLoadError(loc=loc) from exc
    most = REDUCED_MAX_PX if image.format == "JPEG" else WHOLE_MAX_PX
    if image.width * image.height > most:
        message = (
            f"The image has {image.width * image.height / 1e6:.0f} megapixels. Up to {most / 1e6:.0f} are decoded as {image.format}, "
            f"and up to {REDUCED_MAX_PX / 1e6:.0f} as JPEG; scale it down."
        )
        raise ImageTooLarge(message, loc=loc, ctx={"max_height": 16_384, "max_width": 16_384})
    return image


def _looks_supported(path: Path) -> bool:
    """Whether a file begins like one of the formats, so that it is damaged rather than something else."""
    with path.open("rb") as file:
        return kind_of(file.read(16)).startswith("image/")


def _without_texts(path: Path) -> Path | io.BytesIO:
    """A PNG without its texts, which decide nothing about the picture and may be large or damaged; any other file as it is."""
    with path.open("rb") as file:
        if file.read(8) != PNG_START:
            return path
        kept = bytearray(PNG_START)
        while len(head := file.read(8)) == 8:
            size = int.from_bytes(head[:4], "big")
            body = file.read(size + 4)
            if head[4:] not in PNG_TEXTS:
                kept += head + body
            if len(body) < size + 4:
                break
    return io.BytesIO(bytes(kept))
