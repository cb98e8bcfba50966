"""Skeletons of figures: the 18 points of OpenPose where the drawn card has them, in pixels, and in metres.

Source of the order, the limbs and the colours: OpenPose's COCO model, as ControlNet's pose annotator draws it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from shotwright.engines.draft.cast.figures import POINTS, STANDING_M, skeleton, turned
from shotwright.engines.draft.passes.truth import name_of
from shotwright.engines.draft.sprites import figure_view
from shotwright.engines.draft.stage import View

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.core.plan import ShotPlan
    from shotwright.engines.draft.scene import Scene
    from shotwright.engines.draft.sprites import Sprite
    from shotwright.media.colour import FrameRGB

LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15),
    (15, 17),
)  # fmt: skip
COLOURS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255),
    (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip
FACE_POINTS = frozenset({"nose", "r_eye", "l_eye"})
SIDE_POINTS = {"r_ear": 1, "l_ear": -1}
"""Ears, and the side to which a head is turned when they are hidden."""
DIM, STICK, DOT = 0.6, 160, 130
"""Brightness of limbs; frame widths in the thickness of a limb and of a point."""


def skeletons(
    scene: Scene, plan: ShotPlan, pose: Pose, seconds: float, *, size: tuple[int, int]
) -> list[dict[str, Any]]:
    """Everybody with joints who is there: name, `pixels` (18 of x, y, seen 0 or 1) and `metres` (18 of x, y, z in the world)."""
    view = View(pose, *size)
    found = []
    for sprite in scene.sprites:
        if sprite.figure is None or sprite.opacity(seconds) <= 0 or view.depth_of(sprite.place(seconds)) <= 0.1:
            continue
        pixels, metres = _points(sprite, view, seconds)
        found.append(
            {
                "name": name_of(sprite, plan),
                "pixels": np.round(pixels, 2).tolist(),
                "metres": np.round(metres, 4).tolist(),
            }
        )
    return found


def _points(sprite: Sprite, view: View, seconds: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    assert sprite.figure is not None  # noqa: S101  (the caller asked)
    at, scale = figure_view(view, sprite, seconds), sprite.figure.height_m / STANDING_M
    motion, phase, (turn, tilt) = sprite.figure.moment(seconds, at.turn_deg, at.tilt_deg)
    points = skeleton(motion, phase, sprite.figure.clothes.head)
    seen = turned(points, turn, tilt)
    on_card = np.column_stack([scale * seen[:, :2], np.ones(len(seen))])
    basis = np.stack([at.card, at.up, at.foot - view.eye], axis=1)
    frame = on_card @ (view.intrinsics @ view.axes @ basis).T
    away = (turn + 180) % 360 - 180
    shown = [_is_shown(name, away) for name in POINTS]
    pixels = np.column_stack([frame[:, :2] / frame[:, 2:], shown])
    c, s = math.cos(math.radians(sprite.heading_at(seconds))), math.sin(math.radians(sprite.heading_at(seconds)))
    x, y, z = (scale * points).T
    return pixels, at.foot + np.column_stack([x * c - z * s, y, -(x * s + z * c)])


def _is_shown(name: str, away_deg: float) -> bool:
    """Whether a point of the face is on the side that the camera sees; other points always are."""
    if name in FACE_POINTS:
        return abs(away_deg) < 100
    side = SIDE_POINTS.get(name)
    return side is None or side * away_deg > -60


def drawn(found: list[dict[str, Any]], size: tuple[int, int]) -> FrameRGB:
    """Skeletons as pose annotators draw them, on black: uint8 (H, W, 3) sRGB."""
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    stick, dot = max(2, width // STICK), max(2, width // DOT // 2)
    for figure in found:
        points = figure["pixels"]
        for (a, b), colour in zip(LIMBS, COLOURS, strict=False):
            if points[a][2] and points[b][2]:
                _limb(picture, points[a], points[b], tuple(round(DIM * c) for c in colour), stick)
        for (x, y, is_seen), colour in zip(points, COLOURS, strict=True):
            if is_seen:
                cv2.circle(picture, (round(x), round(y)), dot, colour, -1, cv2.LINE_AA)
    return picture


def _limb(picture: FrameRGB, a: list[float], b: list[float], colour: tuple[int, ...], stick: int) -> None:
    length, angle = math.hypot(b[0] - a[0], b[1] - a[1]), math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
    middle = (round((a[0] + b[0]) / 2), round((a[1] + b[1]) / 2))
    shape = cv2.ellipse2Poly(middle, (max(1, round(length / 2)), max(1, stick // 2)), round(angle), 0, 360, 6)
    cv2.fillConvexPoly(picture, np.asarray(shape, np.int32), colour, cv2.LINE_AA)
