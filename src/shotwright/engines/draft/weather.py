"""Rain and snow in layers of depth: tiles of drops that slide through the frame, nearer ones larger and faster."""

from __future__ import annotations

import cv2
import numpy as np

from shotwright.media.colour import FrameYUV

LAYERS = 3


class Precipitation:
    """Draws rain, snow or a storm over frames, deterministically by seed and time."""

    def __init__(self, kind: str, width: int, height: int, seed: int) -> None:
        self.kind = kind
        self._size = (width, height)
        rng = np.random.default_rng(seed)
        self._tiles = [self._tile(layer, rng) for layer in range(LAYERS)]

    def _tile(self, layer: int, rng: np.random.Generator) -> FrameYUV:
        width, height = self._size
        tile = np.zeros((height, width, 3), np.uint8)
        near = (layer + 1) / LAYERS
        is_snow = self.kind == "snow"
        count = int((520 if is_snow else 640) * (1.5 - near) * (1.6 if self.kind == "storm" else 1))
        for x, y, light in zip(
            rng.integers(0, width, count), rng.integers(0, height, count), rng.uniform(0.5, 1, count), strict=True
        ):
            value = int((150 if is_snow else 70) * light)
            if is_snow:
                cv2.circle(tile, (int(x), int(y)), max(1, round(near * height / 260)), (value, 0, 0), -1, cv2.LINE_AA)
            else:
                length = round(near * height / (9 if self.kind == "storm" else 13))
                slant = round(length * (0.35 if self.kind == "storm" else 0.08))
                cv2.line(
                    tile,
                    (int(x), int(y)),
                    (int(x) - slant, int(y) + length),
                    (value, 0, 0),
                    max(1, round(near * height / 540)),
                    cv2.LINE_AA,
                )
        return np.asarray(cv2.GaussianBlur(tile, (0, 0), 0.6 + 0.7 * near * near), np.uint8)

    def draw(self, frame: FrameYUV, seconds: float) -> None:
        """Let it fall, in place."""
        width, height = self._size
        for layer, tile in enumerate(self._tiles):
            near = (layer + 1) / LAYERS
            speed = (0.22 if self.kind == "snow" else 2.2) * near
            down = round(speed * seconds * height) % height
            side = round(0.03 * np.sin(seconds * 1.3 + layer) * width) % width if self.kind == "snow" else 0
            shifted = np.roll(tile, side, axis=1) if side else tile
            if down:
                cv2.add(frame[:down], shifted[height - down :], dst=frame[:down])
            cv2.add(frame[down:], shifted[: height - down], dst=frame[down:])


def precipitation(kind: str | None, width: int, height: int, seed: int) -> Precipitation | None:
    """The falling part of a weather, if it has one."""
    return Precipitation(kind, width, height, seed) if kind in {"rain", "snow", "storm"} else None
