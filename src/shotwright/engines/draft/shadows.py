"""Shadows of what stands in the set: one below it, and the one that the sun casts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.stage import Plane, Texture, View, draw_plane

if TYPE_CHECKING:
    from shotwright.engines.draft.looks.times import Sun
    from shotwright.engines.draft.sprites import Sprite
    from shotwright.media.colour import FrameYUV, Mask

SHADOW_STRENGTH = 0.5


def shadow_planes(sprite: Sprite, sun: Sun) -> list[Plane]:
    """A soft contact shadow, and the shadow that the sun casts: silhouettes that lie on the ground, placed per frame."""
    if sprite.is_floating:
        return []
    size = 64
    grid = np.linspace(-1, 1, size)
    distance = np.hypot(grid[None, :], grid[:, None])
    alpha = (np.clip(1 - distance, 0, 1) ** 1.3 * 255 * SHADOW_STRENGTH).astype(np.uint8)
    wide = sprite.height_m * min(1.4, sprite.views[0][1].aspect) * (0.4 if sprite.is_prop else 0.62)
    deep = 0.32 * wide
    outline = np.array([[-wide, -deep], [wide, -deep], [wide, deep], [-wide, deep]])
    to_texture = np.array([[size / (2 * wide), 0, size / 2], [0, size / (2 * deep), size / 2], [0, 0, 1.0]])
    contact = Plane(np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 0, 1.0]), outline, _dark(alpha), to_texture)
    return [contact] if sun.shadow < 0.12 or sprite.is_prop else [contact, _cast_shadow(sprite, sun)]


def _dark(alpha: Mask) -> Texture:
    return Texture(np.full((*alpha.shape, 3), (16, 128, 128), np.uint8), alpha)


def _cast_shadow(sprite: Sprite, sun: Sun) -> Plane:
    """The silhouette, laid down away from the sun and softer towards its far end."""
    cut = sprite.views[0][1]
    height = 160
    small = cv2.resize(cut.alpha, (max(8, round(height * cut.aspect)), height), interpolation=cv2.INTER_AREA)
    small = cv2.copyMakeBorder(np.asarray(small, np.uint8), 8, 4, 8, 8, cv2.BORDER_CONSTANT, value=(0,))
    soft, softer = cv2.GaussianBlur(small, (0, 0), 1.6), cv2.GaussianBlur(small, (0, 0), 5)
    rise = np.linspace(1, 0, small.shape[0], dtype=np.float32)[:, None]
    alpha = ((softer * rise + soft * (1 - rise)) * (sun.shadow * (1 - 0.55 * rise))).astype(np.uint8)
    rows, columns = alpha.shape
    tall = sprite.height_m * sun.shadow_length * 1.075
    wide = sprite.height_m * cut.aspect * columns / max(1, columns - 16)
    to_texture = np.array([[columns / wide, 0, columns / 2], [0, -rows / tall, rows - 4], [0, 0, 1.0]])
    outline = np.array([[-wide / 2, 0], [wide / 2, 0], [wide / 2, tall], [-wide / 2, tall]])
    down = sun.shadow_direction
    return Plane(np.zeros(3), np.array([down[2], 0.0, -down[0]]), down, outline, _dark(alpha), to_texture)


def draw_shadow(frame: FrameYUV, view: View, sprite: Sprite, shadows: list[Plane], seconds: float) -> None:
    """Draw a sprite's shadows, in place."""
    x, _, z = sprite.place(seconds)
    away = np.array([x - view.eye[0], z - view.eye[2]])
    reach = float(np.hypot(*away))
    if reach < 1e-3 or sprite.opacity(seconds) <= 0 or not shadows:
        return
    seen = view.project(np.array([x, 0.0, z]))
    if sprite.is_prop and not (seen[2] > 0.2 and -0.2 * view.width < seen[0] < 1.2 * view.width):
        return
    ahead = away / reach
    for i, shadow in enumerate(shadows):
        shadow.origin = np.array([x, 0.012 + sprite.y, z])
        if i == 0:
            shadow.u, shadow.v = np.array([ahead[1], 0, -ahead[0]]), np.array([ahead[0], 0, ahead[1]])
        draw_plane(frame, view, shadow, opacity=sprite.opacity(seconds))
