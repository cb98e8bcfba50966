"""The measures of photographs: each passes on a picture that moves as it should and fails on one that comes apart."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from shotwright.core.plan import ShotPlan
from shotwright.evaluation.case import Case
from shotwright.evaluation.metrics import evaluate
from shotwright.evaluation.result import Result
from shotwright.evaluation.sample import read_sample
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.encode import Encoder

W, H, N = 640, 360, 16
BODY = (0.4, 0.2, 0.6, 0.9)
Warp = Callable[[np.ndarray, float], np.ndarray]


def texture(seed: int, size: tuple[int, int], blob: float = 3) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 90, (*size, 3)).astype(np.float32)
    return np.clip(128 + cv2.GaussianBlur(noise, (0, 0), blob) * 4, 0, 255).astype(np.uint8)


def picture() -> np.ndarray:
    return texture(1, (H, W))


def shifted(rgb: np.ndarray, x: float) -> np.ndarray:
    return cv2.warpAffine(rgb, np.array([[1, 0, x], [0, 1, 0.0]]), (W, H), borderMode=cv2.BORDER_REPLICATE)


def sheared(rgb: np.ndarray, x: float) -> np.ndarray:
    return cv2.warpAffine(rgb, np.array([[1, -x / 90, x * 2], [0, 1, 0.0]]), (W, H), borderMode=cv2.BORDER_REPLICATE)


def halved(rgb: np.ndarray, x: float) -> np.ndarray:
    moved = shifted(rgb, 1.5 * x)
    return np.vstack([rgb[: H // 2], moved[H // 2 :]])


def clip(path: Path, warp: Warp, rgb: np.ndarray) -> dict[str, Result]:
    with Encoder(path, W, H, 24) as encoder:
        for i in range(N):
            encoder.write(rgb_to_yuv(np.ascontiguousarray(warp(rgb, 2.0 * i))))
    plan = ShotPlan("image_to_video", N / 24, start_frame="@Image1")
    asked = Case(plan, W, H, Fraction(24), N, keep_audio=False, pictures={}, bodies=(BODY,))
    return {result.name: result for result in evaluate(read_sample(path), asked)[0]}


@pytest.mark.parametrize(("warp", "holds"), [(shifted, True), (sheared, False), (halved, False)])
def test_a_body_that_is_sheared_or_halved_does_not_hold_together(tmp_path: Path, warp: Warp, holds: bool) -> None:
    found = clip(tmp_path / "a.mp4", warp, picture())
    assert found["bodies hold together"].passed is holds, found["bodies hold together"]


def with_twin(mirrored: bool) -> Warp:
    """A camera that finds, at the end, what is on the left once more on the right."""

    def warp(rgb: np.ndarray, x: float) -> np.ndarray:
        if x < 2:
            return rgb
        part = rgb[:, : W // 2]
        return np.hstack([part, part[:, ::-1] if mirrored else part])

    return warp


@pytest.mark.parametrize(("mirrored", "name"), [(True, "mirrored repeats"), (False, "repeats")])
def test_what_the_picture_shows_once_is_not_seen_twice(tmp_path: Path, mirrored: bool, name: str) -> None:
    assert clip(tmp_path / "a.mp4", with_twin(mirrored), picture())[name].passed is False
    assert clip(tmp_path / "b.mp4", shifted, picture())[name].passed is True


def test_ground_that_is_drawn_out_is_told(tmp_path: Path) -> None:
    def grow(rgb: np.ndarray, x: float) -> np.ndarray:
        lower = cv2.warpAffine(
            rgb, np.array([[1 + x / 8, 0, -W / 2 * x / 8], [0, 1, 0.0]]), (W, H), borderMode=cv2.BORDER_REPLICATE
        )
        return np.vstack([rgb[: H // 2], lower[H // 2 :]])

    assert clip(tmp_path / "a.mp4", grow, texture(2, (H, W), 4))["stretch"].passed is False
    assert clip(tmp_path / "b.mp4", shifted, texture(2, (H, W), 4))["stretch"].passed is True
