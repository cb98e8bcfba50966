"""Images in all formats of the documents: JPG, PNG, WebP, GIF, AVIF; EXIF rotation and alpha included.

Source: seed 001 (input formats).
"""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from shotwright.core.errors import ImageLoadError, UnsupportedImageFormat
from shotwright.core.limits import ImageFacts

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
LONGEST_SIDE_PX = 2880
"""Pictures are worked on at this size at most: 1.5 times the longer side of the largest canvas."""


def probe_image(path: Path, loc: Loc) -> ImageFacts:
    """Measure an image file, and see that it can be decoded to its end.

    Raises:
        UnsupportedImageFormat: The bytes are no image of a supported format.
        ImageLoadError: They are, but cannot be read.
    """
    with _opened(path, loc) as image, _readable(loc):
        turned = _orientation(image) >= 5
        width, height = (image.height, image.width) if turned else image.size
        has_alpha = "A" in image.getbands() or "transparency" in image.info
        image.draft("RGB", (width // 8, height // 8))  # JPEG: an eighth of the size, to its end all the same
        image.load()
    return ImageFacts(width, height, path.stat().st_size, has_alpha)


def load_image(path: Path, loc: Loc = ("body",)) -> tuple[FrameRGB, Mask | None]:
    """Decode an image upright, scaled down to `LONGEST_SIDE_PX` at most.

    Returns:
        The picture, uint8 (H, W, 3) sRGB, and its alpha, uint8 (H, W), if it has one with any transparency.

    Raises:
        UnsupportedImageFormat, ImageLoadError: As for `probe_image`.
    """
    with _opened(path, loc) as image, _readable(loc):
        turn = TURNS.get(_orientation(image))
        upright: Image.Image = image.transpose(turn) if turn is not None else image
        upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
        rgba = np.asarray(upright.convert("RGBA"))
    alpha = np.ascontiguousarray(rgba[..., 3])
    rgb = np.ascontiguousarray(rgba[..., :3])
    return rgb, (alpha if int(alpha.min()) < 250 else None)


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
    except Exception as exc:
        raise ImageLoadError(loc=loc) from exc


def _opened(path: Path, loc: Loc) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return Image.open(path, formats=FORMATS)
        except UnidentifiedImageError as exc:
            raise UnsupportedImageFormat(
                loc=loc, ctx={"supported_formats": [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"]}
            ) from exc
        except Exception as exc:
            raise ImageLoadError(loc=loc) from exc
