"""Somebody or something that words name and no picture shows: plain figures with a light side, as in any previz."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from shotwright.core.prompt.vocabulary import PEOPLE_NOUNS
from shotwright.engines.analysis.cutout import CutOut
from shotwright.engines.draft.stage import Texture, blend
from shotwright.media.colour import COLOUR_RGB, Mask, rgb_to_yuv, yuv_to_rgb

HEIGHT_M = {
    "person": 1.7, "cat": 0.32, "dog": 0.6, "horse": 1.7, "bird": 0.5, "car": 1.5, "boat": 3.0, "bicycle": 1.1, "object": 0.5,
}  # fmt: skip
NOUN_HEIGHT_M = {
    "child": 1.2, "kid": 1.2, "girl": 1.5, "boy": 1.5, "stone": 0.16, "sword": 1.0, "bag": 0.45, "ball": 0.24, "book": 0.25,
    "phone": 0.16, "bottle": 0.3, "cup": 0.12, "statue": 2.4, "sculpture": 2.4, "fox": 0.45, "rabbit": 0.3, "lantern": 0.35,
    "watch": 0.06, "shoe": 0.14, "box": 0.4, "dragon": 4.0, "ship": 9.0, "cow": 1.5, "deer": 1.5, "wolf": 0.8, "backpack": 0.5,
    "product": 0.25, "elephant": 3.0, "giraffe": 4.6, "camel": 2.1, "lion": 1.1, "tiger": 1.0, "bear": 1.4, "pony": 1.2, "donkey": 1.3,
    "butterfly": 0.1, "bat": 0.2, "bus": 3.0, "headband": 0.1, "crown": 0.15, "brush": 0.2, "robot": 1.8,
}  # fmt: skip
TONE = (124, 128, 138)
PEOPLE_HEIGHT_M = 1.7
COLOUR_TONES = COLOUR_RGB
FIGURE_PX = 900
STRIDE_PARTS = 8


def height_m(kind: str, noun: str | None) -> float:
    """A sensible size in metres."""
    known = known_height_m(kind, noun)
    return 1.7 if known is None else known


def known_height_m(kind: str, noun: str | None) -> float | None:
    """The size in metres that the noun, else the kind tells; None when neither is known."""
    return NOUN_HEIGHT_M.get(noun or "", PEOPLE_HEIGHT_M if noun in PEOPLE_NOUNS else HEIGHT_M.get(kind))


def _points(mask: Mask, *polygon: tuple[float, float]) -> None:
    height, width = mask.shape
    cv2.fillPoly(mask, [np.array([(x * width, y * height) for x, y in polygon], np.int32)], 255, cv2.LINE_AA)


def _oval(mask: Mask, x: float, y: float, rx: float, ry: float) -> None:
    height, width = mask.shape
    cv2.ellipse(
        mask,
        (round(x * width), round(y * height)),
        (round(rx * width), round(ry * height)),
        0,
        0,
        360,
        255,
        -1,
        cv2.LINE_AA,
    )


def _person(mask: Mask) -> None:
    _oval(mask, 0.5, 0.075, 0.145, 0.072)
    _points(
        mask,
        (0.44, 0.13),
        (0.56, 0.13),
        (0.6, 0.17),
        (0.78, 0.2),
        (0.8, 0.3),
        (0.72, 0.5),
        (0.28, 0.5),
        (0.2, 0.3),
        (0.22, 0.2),
        (0.4, 0.17),
    )
    _points(mask, (0.2, 0.21), (0.28, 0.24), (0.22, 0.5), (0.13, 0.51), (0.1, 0.4))
    _points(mask, (0.8, 0.21), (0.72, 0.24), (0.78, 0.5), (0.87, 0.51), (0.9, 0.4))
    _points(mask, (0.28, 0.48), (0.49, 0.48), (0.47, 0.96), (0.5, 0.995), (0.25, 0.995), (0.33, 0.95))
    _points(mask, (0.51, 0.48), (0.72, 0.48), (0.68, 0.95), (0.76, 0.995), (0.52, 0.995), (0.54, 0.96))


def _animal(mask: Mask) -> None:
    _oval(mask, 0.45, 0.48, 0.3, 0.17)
    _oval(mask, 0.82, 0.26, 0.12, 0.13)
    _points(mask, (0.62, 0.35), (0.74, 0.2), (0.86, 0.38), (0.7, 0.55))
    _points(mask, (0.76, 0.18), (0.78, 0.04), (0.84, 0.15))
    _points(mask, (0.86, 0.16), (0.9, 0.05), (0.93, 0.2))
    for x in (0.2, 0.3, 0.58, 0.67):
        _points(mask, (x, 0.55), (x + 0.07, 0.55), (x + 0.055, 0.99), (x + 0.005, 0.99))
    _points(mask, (0.17, 0.4), (0.02, 0.2), (0.05, 0.16), (0.22, 0.38))


def _bird(mask: Mask) -> None:
    _oval(mask, 0.5, 0.55, 0.14, 0.16)
    _points(mask, (0.5, 0.5), (0.05, 0.15), (0.25, 0.6), (0.45, 0.66))
    _points(mask, (0.5, 0.5), (0.95, 0.15), (0.75, 0.6), (0.55, 0.66))


def _car(mask: Mask) -> None:
    _points(
        mask,
        (0.02, 0.55),
        (0.2, 0.5),
        (0.32, 0.15),
        (0.7, 0.15),
        (0.84, 0.48),
        (0.98, 0.56),
        (0.98, 0.82),
        (0.02, 0.82),
    )
    _oval(mask, 0.22, 0.82, 0.085, 0.17)
    _oval(mask, 0.78, 0.82, 0.085, 0.17)


def _boat(mask: Mask) -> None:
    _points(mask, (0.05, 0.74), (0.95, 0.74), (0.82, 0.98), (0.2, 0.98))
    _points(mask, (0.5, 0.02), (0.53, 0.02), (0.53, 0.74), (0.5, 0.74))
    _points(mask, (0.55, 0.08), (0.86, 0.66), (0.55, 0.66))


def _object(mask: Mask) -> None:
    _points(mask, (0.2, 0.15), (0.8, 0.15), (0.9, 0.98), (0.1, 0.98))


_FIGURES: dict[str, tuple[float, Callable[[Mask], None]]] = {
    "person": (0.42, _person), "cat": (1.25, _animal), "dog": (1.25, _animal), "horse": (1.25, _animal), "bird": (1.6, _bird),
    "car": (2.7, _car), "boat": (1.1, _boat), "bicycle": (1.6, _car), "object": (0.8, _object),
}  # fmt: skip


def stand_in(kind: str, colour: str | None = None) -> CutOut:
    """A plain figure: grey or in the colour that the words give it, lit from the upper left."""
    aspect, draw = _FIGURES.get(kind, _FIGURES["object"])
    mask = np.zeros((FIGURE_PX, round(FIGURE_PX * aspect)), np.uint8)
    draw(mask)
    figure = _modelled(mask, COLOUR_TONES.get(colour or "", TONE))
    detail = _DETAILS.get(kind)
    if detail is None:
        return figure
    dark = np.zeros_like(mask)
    detail(dark)
    texture = figure.texture.copy()
    blend(texture, np.full_like(texture, DETAIL_YUV), np.minimum(dark, figure.alpha))
    return CutOut(texture, figure.alpha)


def _car_detail(mask: Mask) -> None:
    """Windows and tyres."""
    _points(mask, (0.3, 0.46), (0.37, 0.22), (0.49, 0.22), (0.49, 0.47))
    _points(mask, (0.52, 0.47), (0.52, 0.22), (0.67, 0.22), (0.77, 0.46))
    for x in (0.22, 0.78):
        _oval(mask, x, 0.82, 0.085, 0.17)


_DETAILS: dict[str, Callable[[Mask], None]] = {"car": _car_detail}
DETAIL_YUV = (58, 130, 126)


def strides(figure: CutOut, gait: str) -> list[Texture]:
    """The parts of a stride of a person: legs and arms swing; in the colours of `figure`."""
    reach = {"walk": 0.5, "run": 0.8, "dance": 0.6}.get(gait, 0.5)
    solid = figure.alpha > 200
    tone = tuple(int(v) for v in np.median(figure.texture[solid], axis=0)) if solid.any() else (126, 128, 128)
    red, green, blue = (int(v) for v in yuv_to_rgb(np.full((1, 1, 3), tone, np.uint8))[0, 0])
    made = []
    for step in range(STRIDE_PARTS):
        mask = np.zeros(figure.alpha.shape, np.uint8)
        mask = np.zeros((FIGURE_PX, round(FIGURE_PX * _FIGURES["person"][0])), np.uint8)
        _striding(mask, reach * float(np.sin(2 * np.pi * step / STRIDE_PARTS)), bend=0.5 if gait == "run" else 0.25)
        cut = _modelled(mask, (red, green, blue))
        made.append(Texture(cut.texture, cut.alpha))
    return made


def _striding(mask: Mask, swing: float, *, bend: float) -> None:
    """Somebody in mid-stride, seen from the side."""
    tall, wide = mask.shape
    hip, shoulder = np.array([0.5 * wide, 0.5 * tall]), np.array([0.5 * wide, 0.2 * tall])
    _oval(mask, 0.52, 0.075, 0.15, 0.072)
    _points(mask, (0.36, 0.15), (0.62, 0.15), (0.68, 0.34), (0.66, 0.52), (0.34, 0.52), (0.33, 0.3))
    for sign in (-1, 1):
        angle = sign * swing
        knee = hip + 0.25 * tall * np.array([np.sin(angle), np.cos(angle)])
        lower = angle - bend * max(0.0, -sign * swing + 0.25)
        ankle = knee + 0.235 * tall * np.array([np.sin(lower), np.cos(lower)])
        _limb(mask, hip, knee, 0.075 * tall)
        _limb(mask, knee, ankle, 0.055 * tall)
        _limb(mask, ankle, ankle + np.array([0.07 * tall, 0.004 * tall]), 0.03 * tall)
        elbow = shoulder + 0.16 * tall * np.array([np.sin(-angle * 0.8), np.cos(-angle * 0.8)])
        hand = elbow + 0.15 * tall * np.array([np.sin(-angle * 0.8 + bend), np.cos(-angle * 0.8 + bend)])
        _limb(mask, shoulder, elbow, 0.042 * tall)
        _limb(mask, elbow, hand, 0.034 * tall)


def _limb(mask: Mask, start: NDArray[np.float64], end: NDArray[np.float64], thick: float) -> None:
    a, b = ((round(float(p[0])), round(float(p[1]))) for p in (start, end))
    cv2.line(mask, a, b, 255, max(1, round(thick)), cv2.LINE_AA)


def _modelled(mask: Mask, tone: tuple[int, int, int]) -> CutOut:
    """A silhouette, rounded by light."""
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.2), np.uint8)
    depth = cv2.distanceTransform((mask > 128).astype(np.uint8), cv2.DIST_L2, 5)
    round_part = cv2.GaussianBlur(np.sqrt(np.minimum(depth, 70)), (0, 0), 6)
    gx, gy = cv2.Sobel(round_part, cv2.CV_32F, 1, 0), cv2.Sobel(round_part, cv2.CV_32F, 0, 1)
    shade = np.clip(1.0 + 0.9 * (gx + 0.6 * gy), 0.45, 1.55)[..., None]
    rgb = np.clip(np.array(tone, np.float32) * shade, 0, 255).astype(np.uint8)
    return CutOut(rgb_to_yuv(rgb), mask)
