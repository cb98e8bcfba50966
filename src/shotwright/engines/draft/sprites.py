"""People and things standing in the set: which view a camera sees, how they stand, their shadow, their life.

All views count: the frontal picture is azimuth 0, the further ones stand at 90, 180 and 270 degrees in order (a single one
at 180 when the prompt speaks of the back). Between views the card is turned by the cosine and dissolved briefly; views are
mirrored for the opposite side. Source: draft-engine section 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.stage import Plane, View, draw_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.engines.draft.cutout import CutOut
    from shotwright.media.colour import FrameYUV

DISSOLVE_DEG = 10.0
FADE_S = 0.35
SHADOW_STRENGTH = 0.5
_UP = np.array([0.0, 1.0, 0.0])


@dataclass
class Sprite:
    """Somebody or something in the set.

    Attributes:
        ref: Its reference, or `stand-in: person`.
        views: Azimuth in degrees (0..180) and cut-out, frontal first.
        x, y, z: World point of its foot, metres.
        height_m: Its size.
        appears_s: When it becomes visible; 0 from the start.
        walk: Metres to the right per second of its walk, as (start_s, end_s, total metres).
        is_floating: Things held or nestled cast no shadow on the ground.
    """

    ref: str
    views: list[tuple[float, CutOut]]
    x: float
    y: float
    z: float
    height_m: float
    appears_s: float = 0.0
    walk: tuple[float, float, float] | None = None
    is_floating: bool = False
    _planes: dict[tuple[int, bool], Plane] = field(default_factory=dict)

    def place(self, seconds: float) -> tuple[float, float, float]:
        """Where it stands at a time."""
        if self.walk is None:
            return self.x, self.y, self.z
        start, end, metres = self.walk
        t = min(1.0, max(0.0, (seconds - start) / max(end - start, 1e-6)))
        bob = abs(math.sin(seconds * 2 * math.pi * 0.9)) * 0.025 * self.height_m
        return self.x + metres * t, self.y + bob, self.z

    def opacity(self, seconds: float) -> float:
        """0..1; fades in when it appears."""
        if self.appears_s <= 0:
            return 1.0
        return min(1.0, max(0.0, (seconds - self.appears_s) / FADE_S))

    def plane(self, index: int, *, mirrored: bool) -> Plane:
        """The card of a view, in its own coordinates; its place and direction are set per frame."""
        key = (index, mirrored)
        if key not in self._planes:
            cut = self.views[index][1]
            tall, wide = self.height_m, self.height_m * cut.aspect
            rows, columns = cut.alpha.shape
            sign = -1 if mirrored else 1
            to_texture = np.array([[sign * columns / wide, 0, columns / 2], [0, -rows / tall, rows], [0, 0, 1.0]])
            outline = np.array([[-wide / 2, 0], [wide / 2, 0], [wide / 2, tall], [-wide / 2, tall]])
            self._planes[key] = Plane(
                np.zeros(3), np.array([1.0, 0, 0]), _UP, outline, cut.texture, to_texture, cut.alpha
            )
        return self._planes[key]


def spread_views(cuts: list[CutOut], *, speaks_of_back: bool) -> list[tuple[float, CutOut]]:
    """Give every view its azimuth."""
    azimuths = {1: [0.0], 2: [0.0, 180.0 if speaks_of_back else 90.0], 3: [0.0, 90.0, 180.0]}.get(
        len(cuts), [0.0, 90.0, 180.0, 270.0]
    )
    return list(zip(azimuths, cuts, strict=False))


def draw_sprite(frame: FrameYUV, view: View, sprite: Sprite, seconds: float) -> None:
    """Draw the view that the camera sees, in place."""
    opacity = sprite.opacity(seconds)
    if opacity <= 0:
        return
    x, y, z = sprite.place(seconds)
    foot = np.array([x, y, z])
    away = foot - view.eye
    bearing = math.degrees(math.atan2(-away[0], away[2]))
    facing = math.atan2(away[0], away[2])
    card = np.array([math.cos(facing), 0.0, -math.sin(facing)])
    breath = 1 + 0.004 * math.sin(2 * math.pi * 0.28 * seconds)
    for index, mirrored, share, narrow in _seen(sprite.views, bearing):
        plane = sprite.plane(index, mirrored=mirrored)
        plane.origin, plane.u, plane.v = foot, card * narrow, _UP * breath
        draw_plane(frame, view, plane, opacity=opacity * share)


def _seen(views: list[tuple[float, CutOut]], bearing: float) -> list[tuple[int, bool, float, float]]:
    """Views to draw for a bearing: (index, mirrored, opacity, width)."""
    bearing = (bearing + 180) % 360 - 180
    turns = [_difference(bearing, azimuth) for azimuth, _ in views]
    order = sorted(range(len(views)), key=lambda i: abs(turns[i][0]))
    best = order[0]
    seen = [(best, turns[best][1], 1.0, _narrow(turns[best][0]))]
    if len(order) > 1:
        second = order[1]
        gap = abs(turns[second][0]) - abs(turns[best][0])
        if gap < DISSOLVE_DEG:
            seen.append((second, turns[second][1], 0.5 * (1 - gap / DISSOLVE_DEG), _narrow(turns[second][0])))
    return seen


def _difference(bearing: float, azimuth: float) -> tuple[float, bool]:
    """How far the camera is from a view's axis, and whether the view must be mirrored (side views serve both sides)."""
    straight = (bearing - azimuth + 180) % 360 - 180
    if azimuth % 180 == 0:
        return straight, False
    other = (-bearing - azimuth + 180) % 360 - 180
    return (straight, False) if abs(straight) <= abs(other) else (other, True)


def _narrow(degrees: float) -> float:
    """Width of a card that is seen from the side: by the cosine, but never a line."""
    return max(0.42, abs(math.cos(math.radians(degrees))))


def shadow_plane(sprite: Sprite) -> Plane:
    """A soft contact shadow on the ground, one unit wide; scaled and placed per frame."""
    size = 96
    grid = np.linspace(-1, 1, size)
    distance = np.hypot(grid[None, :], grid[:, None])
    alpha = (np.clip(1 - distance, 0, 1) ** 1.3 * 255 * SHADOW_STRENGTH).astype(np.uint8)
    dark = np.full((size, size, 3), (16, 128, 128), np.uint8)
    wide = sprite.height_m * min(1.4, sprite.views[0][1].aspect) * 0.75
    deep = 0.32 * wide
    outline = np.array([[-wide, -deep], [wide, -deep], [wide, deep], [-wide, deep]])
    to_texture = np.array([[size / (2 * wide), 0, size / 2], [0, size / (2 * deep), size / 2], [0, 0, 1.0]])
    return Plane(np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 0, 1.0]), outline, dark, to_texture, alpha)


def draw_shadow(frame: FrameYUV, view: View, sprite: Sprite, shadow: Plane, seconds: float) -> None:
    """Draw a sprite's contact shadow, in place."""
    x, _, z = sprite.place(seconds)
    away = np.array([x - view.eye[0], z - view.eye[2]])
    reach = float(np.hypot(*away))
    if reach < 1e-3:
        return
    ahead = away / reach
    shadow.origin = np.array([x, 0.012, z])
    shadow.u, shadow.v = np.array([ahead[1], 0, -ahead[0]]), np.array([ahead[0], 0, ahead[1]])
    draw_plane(frame, view, shadow, opacity=sprite.opacity(seconds))


def harmonised(cut: CutOut, place: FrameYUV, amount: float = 0.22) -> CutOut:
    """Pull a cut-out's brightness and tint a little towards the place; its identity stays."""
    mean: NDArray[np.float64] = np.array(cv2.mean(cut.texture, mask=cut.alpha)[:3])
    wanted = np.array(cv2.mean(place)[:3])
    shift = np.clip((wanted - mean) * np.array([amount, amount, amount]), [-26, -7, -7], [26, 7, 7])
    levels = np.arange(256, dtype=np.float64)[:, None] + shift
    table = np.clip(np.round(levels), [16, 16, 16], [235, 240, 240]).astype(np.uint8)[None]
    return type(cut)(np.asarray(cv2.LUT(cut.texture, table), np.uint8), cut.alpha)
