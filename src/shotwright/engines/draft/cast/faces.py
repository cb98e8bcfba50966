"""Faces of figures: two eyes, so that a front is no back; brows, a nose and a mouth as well where the camera is near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

RGB: TypeAlias = tuple[int, int, int]
NEAR_PX_PER_M = 400
"""From here on a face has more than eyes."""
EYE, WHITE_OF_EYE, HAIR_OF_BROW, LIP = (40, 34, 34), (238, 236, 230), (58, 44, 36), (150, 74, 70)
EYES = np.array([[-0.034, 0.32, 0.115], [0.034, 0.32, 0.115]])
DOT_M, ROUND_M, IRIS_M = 0.0087, (0.0145, 0.0082), 0.0072
"""Radius of an eye from afar; half axes of one from near, and radius of what looks, metres."""
BROW = np.array([[-0.052, 0.342, 0.105], [-0.036, 0.35, 0.115], [-0.018, 0.344, 0.122]])
MOUTH = np.array(
    [[-0.026, 0.246, 0.106], [-0.012, 0.2415, 0.12], [0.0, 0.2425, 0.123], [0.012, 0.2415, 0.12], [0.026, 0.246, 0.106]]
)
NOSE = np.array([[-0.013, 0.277, 0.122], [0.0, 0.272, 0.136], [0.013, 0.277, 0.122]])


@dataclass(frozen=True)
class _Mien:
    """How a face differs from a calm one; lengths in metres."""

    mouth: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)  #: How far the points of the mouth are raised.
    wide: float = 1.0  #: Width of the mouth.
    gape: float = 0.0  #: How far it is open.
    brows: tuple[float, float, float] = (0.0, 0.0, 0.0)  #: How far the brows are raised, from outside.
    lids: float = 1.0  #: How far the eyes are open.
    tears: bool = False


MIENS = {
    "smile": _Mien(mouth=(0.013, 0.001, -0.004, 0.001, 0.013), wide=1.35, brows=(0.002, 0.004, 0.002)),
    "laugh": _Mien(mouth=(0.014, 0.004, 0.002, 0.004, 0.014), wide=1.35, gape=0.024, brows=(0.004, 0.007, 0.004), lids=0.45),
    "sad": _Mien(mouth=(-0.011, 0.0, 0.003, 0.0, -0.011), wide=1.1, brows=(-0.006, 0.002, 0.012), lids=0.7),
    "cry": _Mien(mouth=(-0.011, 0.0, 0.003, 0.0, -0.011), wide=1.15, gape=0.01, brows=(-0.006, 0.002, 0.012), lids=0.5, tears=True),
    "anger": _Mien(mouth=(-0.008, 0.0, 0.002, 0.0, -0.008), wide=1.15, brows=(0.004, -0.005, -0.015), lids=0.75),
    "shock": _Mien(wide=0.75, gape=0.034, brows=(0.01, 0.018, 0.014), lids=1.35),
    "shout": _Mien(wide=0.95, gape=0.04, brows=(0.003, 0.006, 0.003), lids=0.8),
    "talk": _Mien(wide=0.9, gape=0.016),
    "pout": _Mien(wide=0.4, gape=0.012),
    "asleep": _Mien(lids=0.0),
    "tired": _Mien(mouth=(-0.003, 0.0, 0.0, 0.0, -0.003), brows=(-0.004, 0.0, 0.004), lids=0.4),
}  # fmt: skip
"""What faces show."""
CALM = _Mien()
INSIDE, TEETH, TEAR = (92, 34, 36), (244, 240, 234), (128, 176, 214)
TEETH_FROM_M = 0.02
"""From how far a mouth is open its teeth are seen."""
FACING, ACROSS = 0.25, 0.86
"""How far a head must look at the camera for a face, and for the far side of it: cosines."""
SHADE = 0.72
"""Brightness of what a nose throws, in that of the skin."""


def draw_face(
    picture: NDArray[np.uint8],
    seen: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    foot: tuple[float, float],
    px: float,
    skin: RGB,
    *,
    mien: str = "",
) -> None:
    """Draw a face, in place.

    Args:
        picture: uint8 (H, W, 4) sRGB and cover.
        seen: Where points of a head at rest, float64 (n, 3) metres, are for the camera: right, up, towards it.
        foot: Where the figure's foot is in the picture.
        px: Pixels per metre.
        skin: Colour of the face.
        mien: What it shows, a row of `MIENS`; nothing is calm.
    """
    ahead = seen(np.array([0.0, 0.0, 1.0])) - seen(np.zeros(3))
    if ahead[2] < FACING:
        return
    shown = MIENS.get(mien, CALM)
    sides = [side for side in (-1.0, 1.0) if ahead[2] > ACROSS or side * ahead[0] < 0]
    pen = _Pen(picture, seen, foot, px)
    _draw_eyes(pen, shown, sides, float(np.clip(ahead[2], 0.45, 1)))
    if px < NEAR_PX_PER_M and shown is CALM:
        return
    dark = (round(SHADE * skin[0]), round(SHADE * skin[1]), round(SHADE * skin[2]))
    brow = BROW + np.column_stack([np.zeros(3), shown.brows, np.zeros(3)])
    for side in sides:
        pen.line(brow * np.array([-side, 1.0, 1.0]), HAIR_OF_BROW, 0.0055 if shown is CALM else 0.008)
    if len(sides) > 1 and px >= NEAR_PX_PER_M:
        pen.line(NOSE, dark, 0.005)
    _draw_mouth(pen, shown, sides, dark)


@dataclass(frozen=True)
class _Pen:
    """Draws on a face; points are float64 (n, 3), metres of a head at rest."""

    picture: NDArray[np.uint8]
    seen: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    foot: tuple[float, float]
    px: float

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where points are in the picture: float64 (n, 2), pixels."""
        found = self.seen(points)
        return np.column_stack([self.foot[0] + found[:, 0] * self.px, self.foot[1] - found[:, 1] * self.px])

    def line(self, points: NDArray[np.float64], colour: RGB, metres: float) -> None:
        """Draw a line as thick as that."""
        drawn, thick = np.round(self.at(points) * 16).astype(np.int32), max(1, round(metres * self.px))
        cv2.polylines(self.picture, [drawn], False, (*colour, 255), thick, cv2.LINE_AA, shift=4)

    def fill(self, points: NDArray[np.float64], colour: RGB) -> None:
        """Fill a polygon."""
        cv2.fillPoly(
            self.picture, [np.round(self.at(points) * 16).astype(np.int32)], (*colour, 255), cv2.LINE_AA, shift=4
        )


def _draw_eyes(pen: _Pen, shown: _Mien, sides: list[float], narrow: float) -> None:
    for eye in [EYES[0] * np.array([-side, 1.0, 1.0]) for side in sides]:
        _draw_eye(pen.picture, pen.at(eye[None])[0], shown.lids, narrow, pen.px)
        if shown.lids < SHUT:
            pen.line(eye + LID * np.array([np.sign(eye[0]) or 1.0, 1.0, 1.0]), EYE, 0.005)
        if shown.tears:
            pen.line(eye + TRACK, TEAR, 0.006)


def _draw_mouth(pen: _Pen, shown: _Mien, sides: list[float], dark: RGB) -> None:
    whole = MOUTH * np.array([shown.wide, 1.0, 1.0]) + np.column_stack([np.zeros(5), shown.mouth, np.zeros(5)])
    mouth = whole[[bool(np.sign(x) in sides or x == 0) for x in whole[:, 0]]]
    lip = ((LIP[0] + dark[0]) // 2, (LIP[1] + dark[1]) // 2, (LIP[2] + dark[2]) // 2)
    if shown.gape:
        none = np.zeros(len(mouth))
        low = mouth[::-1] - np.column_stack([none, shown.gape * _arch(mouth, whole), none])
        pen.fill(np.concatenate([mouth, low]), INSIDE)
        if shown.gape > TEETH_FROM_M:
            pen.line(mouth[1:-1] if len(mouth) > len(sides) + 1 else mouth, TEETH, 0.006)
        pen.line(low, lip, 0.004)
    pen.line(mouth, lip, 0.006 if shown is CALM else 0.007)


SHUT = 0.2
LID = np.array([[-0.014, 0.0, 0.002], [0.0, -0.006, 0.006], [0.014, 0.0, 0.002]])
TRACK = np.array([[0.0, -0.014, 0.004], [0.002, -0.05, 0.0]])
"""Below which share an eye is a line; that line, and the way of a tear, from the middle of the eye."""


def _arch(mouth: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far down each point of an open mouth's lower lip is, 0..1, from the last point to the first."""
    reach = max(1e-6, float(np.abs(whole[:, 0]).max()))
    return np.sqrt(np.clip(1 - (mouth[::-1, 0] / reach) ** 2, 0, 1))


def _draw_eye(picture: NDArray[np.uint8], middle: NDArray[np.float64], lids: float, narrow: float, px: float) -> None:
    x, y = (int(v) for v in np.round(middle))
    if lids < SHUT:
        return
    if px < NEAR_PX_PER_M:
        cv2.circle(picture, (x, y), round(DOT_M * px), (*EYE, 255), -1, cv2.LINE_AA)
        return
    axes = (max(2, round(ROUND_M[0] * narrow * px)), max(2, round(ROUND_M[1] * lids * px)))
    cv2.ellipse(picture, (x, y), axes, 0, 0, 360, (*WHITE_OF_EYE, 255), -1, cv2.LINE_AA)
    cv2.circle(picture, (x, y), max(1, min(axes[1], round(IRIS_M * px))), (*EYE, 255), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (x, y), axes, 0, 185, 355, (*EYE, 255), max(1, round(0.003 * px)), cv2.LINE_AA)
