"""Faces of figures: two eyes, so that a front is no back; brows, a nose and a mouth as well where the camera is near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

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
FACING, ACROSS = 0.25, 0.86
"""How far a head must look at the camera for a face, and for the far side of it: cosines."""
SHADE = 0.72
"""Brightness of what a nose throws, in that of the skin."""


def draw_face(
    picture: NDArray[np.uint8],
    seen: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    foot: tuple[float, float],
    px: float,
    skin: tuple[int, int, int],
) -> None:
    """Draw a face, in place.

    Args:
        picture: uint8 (H, W, 4) sRGB and cover.
        seen: Where points of a head at rest, float64 (n, 3) metres, are for the camera: right, up, towards it.
        foot: Where the figure's foot is in the picture.
        px: Pixels per metre.
        skin: Colour of the face.
    """
    ahead = seen(np.array([0.0, 0.0, 1.0])) - seen(np.zeros(3))
    if ahead[2] < FACING:
        return

    def at(points: NDArray[np.float64]) -> NDArray[np.float64]:
        found = seen(points)
        return np.column_stack([foot[0] + found[:, 0] * px, foot[1] - found[:, 1] * px])

    def line(points: NDArray[np.float64], colour: tuple[int, ...], metres: float) -> None:
        drawn = np.round(at(points) * 16).astype(np.int32)
        cv2.polylines(picture, [drawn], False, (*colour, 255), max(1, round(metres * px)), cv2.LINE_AA, shift=4)

    sides = [side for side in (-1.0, 1.0) if ahead[2] > ACROSS or side * ahead[0] < 0]
    eyes = [EYES[0] * np.array([-side, 1.0, 1.0]) for side in sides]
    if px < NEAR_PX_PER_M:
        for x, y in np.round(at(np.array(eyes))).astype(int):
            cv2.circle(picture, (int(x), int(y)), round(DOT_M * px), (*EYE, 255), -1, cv2.LINE_AA)
        return
    narrow = float(np.clip(ahead[2], 0.45, 1))
    for x, y in np.round(at(np.array(eyes))).astype(int):
        axes = (max(2, round(ROUND_M[0] * narrow * px)), max(2, round(ROUND_M[1] * px)))
        cv2.ellipse(picture, (int(x), int(y)), axes, 0, 0, 360, (*WHITE_OF_EYE, 255), -1, cv2.LINE_AA)
        cv2.circle(picture, (int(x), int(y)), max(1, round(IRIS_M * px)), (*EYE, 255), -1, cv2.LINE_AA)
        cv2.ellipse(picture, (int(x), int(y)), axes, 0, 185, 355, (*EYE, 255), max(1, round(0.003 * px)), cv2.LINE_AA)
    dark = tuple(round(SHADE * tone) for tone in skin)
    for side in sides:
        line(BROW * np.array([-side, 1.0, 1.0]), HAIR_OF_BROW, 0.0055)
    mouth = MOUTH[[bool(np.sign(x) in sides or x == 0) for x in MOUTH[:, 0]]]
    if len(sides) > 1:
        line(NOSE, dark, 0.005)
    line(mouth, tuple(round(0.5 * (a + b)) for a, b in zip(LIP, dark, strict=True)), 0.006)
