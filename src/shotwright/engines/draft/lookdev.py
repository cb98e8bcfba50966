"""The look of a shot on textures: style image, look, grade, light. Frames are drawn, not graded.

A plate passes through style, look, sun glow and grade; a cut-out through look, grade and rim, and is pulled towards the plate.
What shines by itself keeps its light at night.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft import grade
from shotwright.engines.draft.light import practicals, with_rim, with_sun_glow
from shotwright.engines.draft.looks.choose import grade_of, sun_of
from shotwright.engines.draft.looks.styles import in_look
from shotwright.engines.draft.looks.times import Sun
from shotwright.engines.draft.sprites import colour_matched
from shotwright.engines.draft.stage import blend
from shotwright.engines.draft.style import matching_table, stylise
from shotwright.media.colour import FrameRGB, FrameYUV, Mask, rgb_to_yuv
from shotwright.media.images import load_flat

if TYPE_CHECKING:
    from shotwright.core.plan import Look
    from shotwright.engines.analysis.cache import Cache
    from shotwright.engines.analysis.cutout import CutOut
    from shotwright.engines.base import Shot

DARK_STOPS = -0.85
"""From here on a scene is dark: its own lights stay lit, and people are lit a little more than the place."""
SUBJECT_LIGHT = 0.06
STYLE_ON_SUBJECTS = 0.3


@dataclass(frozen=True)
class LookDev:
    """How textures of one shot are dressed.

    Attributes:
        look: Of the plan.
        sun: The key light.
        total: The grade.
        style: The style image, uint8 RGB, if there is one.
    """

    look: Look
    sun: Sun
    total: grade.Grade
    style: FrameRGB | None = None

    @property
    def is_dark(self) -> bool:
        """Whether it is night, or as dark."""
        return self.total.stops <= DARK_STOPS

    @property
    def is_plain(self) -> bool:
        """Whether nothing changes."""
        return self.style is None and self.total == grade.NEUTRAL and not self.look.style and self.sun.glow < 0.5

    def plate(self, rgb: FrameRGB, *, horizon: float, lens: float, shot: Shot, cache: Cache) -> FrameYUV:
        """A picture of the place in the look of the shot, uint8 (H, W, 3) Y'CbCr."""
        path = shot.image(next((ref for ref in shot.plan.style_refs if shot.image(ref)), None))
        if path is not None and self.style is not None:
            style = self.style
            rgb = cache.get("plate-3", path, lambda: stylise(rgb, style), extra=f"{rgb.shape}{hash_of(rgb)}")
        yuv = in_look(rgb_to_yuv(rgb), self.look.style)
        shine = practicals(yuv) if self.is_dark else None
        return self._graded(with_sun_glow(yuv, self.sun, horizon=horizon, lens=lens), shine)

    def texture(self, yuv: FrameYUV, shine: Mask | None = None) -> FrameYUV:
        """A painted texture in the look of the shot; `shine` says what gives light of its own."""
        if self.style is not None:
            yuv = np.asarray(cv2.LUT(yuv, matching_table(yuv, rgb_to_yuv(self.style), 0.6)), np.uint8)
        return self._graded(
            in_look(yuv, self.look.style), shine if self.is_dark or self.look.lighting == "neon" else None
        )

    def cut(self, cut: CutOut, place: FrameYUV) -> CutOut:
        """A cut-out in the look of the shot, pulled a little towards the place that it stands in."""
        total = self.total
        if self.is_dark:
            total = replace(total, stops=SUBJECT_LIGHT * total.stops, roll=SUBJECT_LIGHT * total.roll)
        drawn = in_look(cut.texture, self.look.style)
        dressed = replace(cut, texture=grade.apply_table(drawn, total.table()))
        if self.style is not None:
            table = matching_table(dressed.texture, rgb_to_yuv(self.style), STYLE_ON_SUBJECTS)
            dressed = replace(dressed, texture=grade.apply_table(dressed.texture, table))
        return with_rim(colour_matched(dressed, place, 0.14 if self.is_dark else 0.22), self.sun)

    def _graded(self, yuv: FrameYUV, shine: Mask | None) -> FrameYUV:
        if self.total == grade.NEUTRAL:
            return yuv
        graded = grade.apply_table(yuv, self.total.table())
        if shine is not None and shine.any():
            blend(graded, yuv, shine, 0.92)
        return graded


def lookdev_of(shot: Shot) -> LookDev:
    """How the textures of a shot are dressed."""
    path = shot.image(next((ref for ref in shot.plan.style_refs if shot.image(ref)), None))
    look = shot.plan.look
    return LookDev(look, sun_of(look), grade_of(look), load_flat(path) if path else None)


def hash_of(picture: FrameRGB) -> str:
    """A short name for a picture's content."""
    return f"{zlib.crc32(picture.tobytes()):08x}{zlib.adler32(picture.tobytes()):08x}"
