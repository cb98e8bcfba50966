"""What an input may measure: tables of limits, and checks of measured facts against them.

A check gets facts (pixels, seconds, bytes) and returns every error at once; opening files is `media/`'s work.
Source: seeds 000-004; kling-o1 b.1 (field texts of the six endpoints).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shotwright.core import errors as e

if TYPE_CHECKING:
    from shotwright.core.errors import Loc, ModelError

MB = 1_048_576
PROMPT_MAX_CHARS = 2500
ELEMENT_VIEWS_MAX = 3


WHOLE_MAX_PX, REDUCED_MAX_PX = 120_000_000, 16_384 * 16_384
"""Pixels of a picture that are decoded whole, and of a JPEG, which is decoded at a fraction of its size."""


@dataclass(frozen=True)
class ImageLimits:
    """Bounds of an image input; sizes in pixels, ratio = width / height."""

    max_bytes: int = 10 * MB
    min_side_px: int = 300
    max_side_px: int = 16_384
    min_ratio: float = 0.40
    max_ratio: float = 2.50
    timeout_s: float = 20.0
    formats: tuple[str, ...] = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")

    def text(self) -> str:
        """The limits as fal's field text words them."""
        return (
            f"Max file size: {self.max_bytes / MB:.1f}MB, Min width: {self.min_side_px}px, "
            f"Min height: {self.min_side_px}px, Min aspect ratio: {self.min_ratio:.2f}, "
            f"Max aspect ratio: {self.max_ratio:.2f}, Timeout: {self.timeout_s:.1f}s"
        )

    def brief(self) -> str:
        """The limits on one line of a form."""
        return (
            f"{_endings(self.formats)} · up to {self.max_bytes / MB:.0f} MB · at least {self.min_side_px} px a side · "
            f"aspect ratio {self.min_ratio:g} to {self.max_ratio:g}"
        )


@dataclass(frozen=True)
class VideoLimits:
    """Bounds of a video input; both sides in pixels as displayed, duration in seconds."""

    max_bytes: int = 200 * MB
    min_side_px: int = 720
    max_side_px: int = 2160
    min_duration_s: float = 3.0
    max_duration_s: float = 10.05
    min_fps: float = 24.0
    max_fps: float = 60.0
    timeout_s: float = 30.0
    formats: tuple[str, ...] = (".mp4", ".mov")

    def text(self) -> str:
        """The limits as fal's field text words them."""
        return (
            f"Max file size: {self.max_bytes / MB:.1f}MB, Min width: {self.min_side_px}px, "
            f"Min height: {self.min_side_px}px, Max width: {self.max_side_px}px, Max height: {self.max_side_px}px, "
            f"Min duration: {self.min_duration_s:.1f}s, Max duration: {self.max_duration_s:.2f}s, "
            f"Min FPS: {self.min_fps:.1f}, Max FPS: {self.max_fps:.1f}, Timeout: {self.timeout_s:.1f}s"
        )

    def brief(self) -> str:
        """The limits on one line of a form."""
        return (
            f"{_endings(self.formats)} · up to {self.max_bytes / MB:.0f} MB · {self.min_duration_s:.0f} to {self.max_duration_s:.0f} s · "
            f"{self.min_side_px} to {self.max_side_px} px a side · {self.min_fps:.0f} to {self.max_fps:.0f} fps"
        )


def _endings(formats: tuple[str, ...]) -> str:
    """`.mp4`, `.mov` as "MP4 or MOV"."""
    *first, last = [ending[1:].upper() for ending in formats if ending != ".jpeg"]
    return f"{', '.join(first)} or {last}"


@dataclass(frozen=True)
class ImageFacts:
    """What was measured of an image: pixels as displayed, after EXIF rotation."""

    width: int
    height: int
    size_bytes: int
    has_alpha: bool = False  #: Whether something in it is transparent.


@dataclass(frozen=True)
class VideoFacts:
    """What was measured of a video: pixels as displayed, seconds, frames per second."""

    width: int
    height: int
    duration_s: float
    fps: float
    frames: int
    size_bytes: int
    has_audio: bool
    codec: str = "h264"


def check_image(facts: ImageFacts, limits: ImageLimits, loc: Loc) -> list[ModelError]:
    """Every way in which an image breaks its limits; an empty list when it fits."""
    found: list[ModelError] = []
    low, high = limits.min_side_px, limits.max_side_px
    seen = f"{facts.width}x{facts.height}"
    if facts.size_bytes > limits.max_bytes:
        found.append(too_large(facts.size_bytes, limits.max_bytes, loc))
    if min(facts.width, facts.height) < low:
        message = f"Image too small: {seen} pixels. Both sides need at least {low} pixels; scale the image up."
        found.append(e.ImageTooSmall(message, loc=loc, ctx={"min_height": low, "min_width": low}))
    if max(facts.width, facts.height) > high:
        message = f"Image too large: {seen} pixels. Both sides may have at most {high} pixels."
        found.append(e.ImageTooLarge(message, loc=loc, ctx={"max_height": high, "max_width": high}))
    ratio = facts.width / max(facts.height, 1)
    if not limits.min_ratio <= ratio <= limits.max_ratio:
        message = (
            f"The image's aspect ratio is {ratio:.2f} ({seen}); it must be between "
            f"{limits.min_ratio:.2f} and {limits.max_ratio:.2f}. Crop the image."
        )
        found.append(e.ImageAspectRatio(message, loc=loc, ctx={"min": limits.min_ratio, "max": limits.max_ratio}))
    return found


def check_video(facts: VideoFacts, limits: VideoLimits, loc: Loc) -> list[ModelError]:
    """Every way in which a video breaks its limits; an empty list when it fits."""
    found: list[ModelError] = []
    low, high = limits.min_side_px, limits.max_side_px
    seen = f"{facts.width}x{facts.height}"
    if facts.size_bytes > limits.max_bytes:
        found.append(too_large(facts.size_bytes, limits.max_bytes, loc))
    if min(facts.width, facts.height) < low:
        message = f"Video too small: {seen} pixels. Both sides need at least {low} pixels."
        found.append(e.VideoTooSmall(message, loc=loc, ctx={"min_height": low, "min_width": low}))
    if max(facts.width, facts.height) > high:
        message = f"Video too large: {seen} pixels. Both sides may have at most {high} pixels."
        found.append(e.VideoTooLarge(message, loc=loc, ctx={"max_height": high, "max_width": high}))
    found += _check_duration(facts.duration_s, limits, loc)
    if not limits.min_fps - FPS_TOLERANCE <= facts.fps <= limits.max_fps + FPS_TOLERANCE:
        message = (
            f"The video runs at {facts.fps:.2f} frames per second; between {limits.min_fps:g} and "
            f"{limits.max_fps:g} are supported."
        )
        found.append(e.VideoFrameRate(message, loc=loc, ctx={"min_fps": limits.min_fps, "max_fps": limits.max_fps}))
    return found


FPS_TOLERANCE = 0.03
"""NTSC rates count as their nominal ones: 24000/1001 = 23.976 is accepted as 24."""


def _check_duration(seconds: float, limits: VideoLimits, loc: Loc) -> list[ModelError]:
    shown = round(seconds, 3)
    if seconds > limits.max_duration_s + 1e-6:
        message = (
            f"Video duration exceeds the maximum allowed. Maximum is {limits.max_duration_s:g} seconds, "
            f"provided is {shown:g} seconds."
        )
        ctx = {"max_duration": limits.max_duration_s, "provided_duration": shown}
        return [e.VideoTooLong(message, loc=loc, ctx=ctx)]
    if seconds < limits.min_duration_s - 1e-6:
        message = (
            f"Video duration is too short. Minimum is {limits.min_duration_s:g} seconds, provided is {shown:g} seconds."
        )
        ctx = {"min_duration": limits.min_duration_s, "provided_duration": shown}
        return [e.VideoTooShort(message, loc=loc, ctx=ctx)]
    return []


def too_large(size_bytes: int, max_bytes: int, loc: Loc) -> e.FileTooLarge:
    """The error for a file of `size_bytes` in a field that takes `max_bytes`."""
    message = f"File too large: {size_bytes / MB:.1f} MB. At most {max_bytes / MB:.1f} MB are allowed."
    return e.FileTooLarge(message, loc=loc, ctx={"max_size": max_bytes})


def check_reference_count(images: int, elements: int, limit: int) -> list[ModelError]:
    """More elements and reference images than the endpoint takes together."""
    total = images + elements
    if total <= limit:
        return []
    field = "elements" if elements > images else "image_urls"
    message = f"Sequence should have at most {limit} items: elements and reference images together are {total}."
    ctx = {"max_length": limit, "actual_length": total}
    return [e.TooManyReferences(message, loc=("body", field), ctx=ctx)]
