"""Looks: what "anime", "watercolor", "noir" or "claymation" does to a picture beyond its grade.

Applied to textures, once, never to frames. A new one is a function here and a row of `styles.STYLES`. Source: draft-engine section 4.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shotwright.media.colour import FrameRGB

WORK_PX = 1100
"""Looks are made on pictures of at most this width: their strokes have one size at every resolution."""


def _posterised(rgb: FrameRGB, steps: int) -> FrameRGB:
    levels = np.arange(256, dtype=np.float64)
    table = (np.floor(levels / 256 * steps) + 0.5) * 256 / steps
    return np.asarray(cv2.LUT(rgb, table.clip(0, 255).astype(np.uint8)), np.uint8)


def _smooth(rgb: FrameRGB, rounds: int = 2) -> FrameRGB:
    for _ in range(rounds):
        rgb = np.asarray(cv2.bilateralFilter(rgb, 7, 34, 7), np.uint8)
    return rgb


def _inked(rgb: FrameRGB, drawn: FrameRGB, strength: float) -> FrameRGB:
    """Dark lines where the picture has edges."""
    grey = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (0, 0), 1.1)
    wide = cv2.GaussianBlur(grey, (0, 0), 3.0)
    lines = cv2.convertScaleAbs(cv2.subtract(wide, grey), alpha=9.0 * strength, beta=-24)
    return np.asarray(cv2.subtract(drawn, cv2.merge([lines] * 3)), np.uint8)


def _grain(shape: tuple[int, ...], seed: int, sigma: float, strength: float) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).normal(0, 1, shape[:2]).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), sigma) if sigma else noise, np.float32)
    return np.asarray(soft / max(float(soft.std()), 1e-6) * strength, np.float32)


def _textured(rgb: FrameRGB, seed: int, sigma: float, strength: float) -> FrameRGB:
    noisy = rgb.astype(np.float32) + _grain(rgb.shape, seed, sigma, strength)[..., None]
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def anime(rgb: FrameRGB) -> FrameRGB:
    """Flat cel colours, thin lines."""
    return _inked(rgb, _posterised(_smooth(rgb, 3), 9), 0.7)


def cartoon(rgb: FrameRGB) -> FrameRGB:
    """Rounder and flatter, soft lines."""
    return _inked(rgb, _posterised(_smooth(rgb, 4), 7), 0.9)


def comic(rgb: FrameRGB) -> FrameRGB:
    """Heavy ink and a screen of dots in the shadows."""
    flat = _posterised(_smooth(rgb, 2), 5)
    y, x = np.mgrid[0 : rgb.shape[0], 0 : rgb.shape[1]]
    dots = ((x % 6 - 3) ** 2 + (y % 6 - 3) ** 2) < 4
    dark = (cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY) < 118) & dots
    return _inked(rgb, np.where(dark[..., None], flat // 2, flat).astype(np.uint8), 1.5)


def watercolor(rgb: FrameRGB) -> FrameRGB:
    """Washes with dark rims on paper."""
    wash = np.asarray(cv2.edgePreservingFilter(rgb, flags=cv2.RECURS_FILTER, sigma_s=26, sigma_r=0.42), np.uint8)
    pale = cv2.addWeighted(wash, 0.82, np.full_like(wash, (250, 246, 236)), 0.18, 0)
    rims = cv2.morphologyEx(cv2.cvtColor(wash, cv2.COLOR_RGB2GRAY), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    rimmed = cv2.subtract(np.asarray(pale, np.uint8), cv2.merge([cv2.convertScaleAbs(rims, alpha=0.55)] * 3))
    return _textured(_textured(np.asarray(rimmed, np.uint8), 3, 9.0, 4.0), 4, 0.8, 3.5)


def oil_painting(rgb: FrameRGB) -> FrameRGB:
    """Broad strokes along the shapes, with relief."""
    smooth = np.asarray(cv2.edgePreservingFilter(rgb, flags=cv2.RECURS_FILTER, sigma_s=14, sigma_r=0.35), np.uint8)
    strokes = _line_integral(smooth)
    return _textured(strokes, 6, 0.9, 4.0)


def _line_integral(rgb: FrameRGB, length: int = 7) -> FrameRGB:
    """Paint dragged along the edges of the picture, with bristles: a line integral over noisy paint."""
    grey = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 3)
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    norm = np.hypot(gx, gy) + 1e-3
    flow = np.dstack([cv2.GaussianBlur(-gy / norm, (0, 0), 4), cv2.GaussianBlur(gx / norm, (0, 0), 4)])
    noisy = np.clip(rgb.astype(np.float32) + _grain(rgb.shape, 5, 1.2, 24.0)[..., None], 0, 255).astype(np.uint8)
    y, x = np.mgrid[0 : rgb.shape[0], 0 : rgb.shape[1]].astype(np.float32)
    total = np.zeros(rgb.shape, np.float32)
    for step in np.linspace(-length, length, 9, dtype=np.float32):
        total += cv2.remap(
            noisy, x + step * flow[..., 0], y + step * flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
    return (total / 9).astype(np.uint8)


def sketch(rgb: FrameRGB) -> FrameRGB:
    """Pencil on paper."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    soft = cv2.GaussianBlur(grey, (0, 0), 7)
    drawn = cv2.divide(grey, cv2.max(soft, np.full_like(soft, 1)), scale=246)
    shaded = cv2.addWeighted(drawn, 0.8, grey, 0.2, 0)
    return _textured(np.asarray(cv2.merge([shaded] * 3), np.uint8), 8, 0.8, 6.0)


def pixel_art(rgb: FrameRGB) -> FrameRGB:
    """Large square pixels, few colours."""
    height, width = rgb.shape[:2]
    small = cv2.resize(rgb, (max(4, width // 6), max(4, height // 6)), interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.resize(_posterised(np.asarray(small, np.uint8), 8), (width, height), interpolation=cv2.INTER_NEAREST),
        np.uint8,
    )


def claymation(rgb: FrameRGB) -> FrameRGB:
    """Smooth lumps with finger marks and a soft light."""
    lumps = _smooth(np.asarray(cv2.medianBlur(rgb, 9), np.uint8), 2)
    bumps = _grain(rgb.shape, 9, 4.0, 1.0)
    relief = cv2.Sobel(bumps, cv2.CV_32F, 1, 0) + cv2.Sobel(bumps, cv2.CV_32F, 0, 1)
    return np.clip(lumps.astype(np.float32) * 1.04 + 11 * relief[..., None], 0, 255).astype(np.uint8)


def origami(rgb: FrameRGB) -> FrameRGB:
    """Facets of folded paper: every triangle in the colour of its middle, lit by its fold."""
    rng = np.random.default_rng(12)
    height, width = rgb.shape[:2]
    cells = 26
    step = max(height, width) / cells
    out = np.zeros_like(rgb)
    jitter = rng.uniform(-0.34, 0.34, (cells + 3, cells + 3, 2))
    corners = (np.stack(np.meshgrid(np.arange(cells + 3), np.arange(cells + 3)), axis=2) - 1 + jitter) * step
    for j in range(cells + 2):
        for i in range(cells + 2):
            a, b, c, d = corners[j, i], corners[j, i + 1], corners[j + 1, i + 1], corners[j + 1, i]
            for k, face in enumerate(((a, b, c), (a, c, d))):
                x, y = (
                    int(np.clip(np.mean([p[axis] for p in face]), 0, size - 1))
                    for axis, size in ((0, width), (1, height))
                )
                shade = 1.0 + (0.09 if k else -0.07) + 0.05 * float(rng.uniform(-1, 1))
                colour = tuple(int(v) for v in np.clip(rgb[y, x] * shade, 0, 255))
                cv2.fillPoly(out, [np.array(face, np.int32)], colour)
    return np.asarray(cv2.addWeighted(out, 0.8, rgb, 0.2, 0), np.uint8)


def film(rgb: FrameRGB) -> FrameRGB:
    """Halation around highlights and a fine grain."""
    lights = cv2.convertScaleAbs(rgb, alpha=2.2, beta=-330)
    halo = cv2.GaussianBlur(lights, (0, 0), 9)
    glowing = cv2.add(rgb, cv2.multiply(halo, np.full_like(halo, (120, 60, 40)), scale=1 / 255))
    return _textured(np.asarray(glowing, np.uint8), 2, 0.7, 6.0)


def playblast(rgb: FrameRGB) -> FrameRGB:
    """Plain grey with its shading: shapes and places without colours or patterns, for models that dress them."""
    grey = _smooth(np.repeat(rgb.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2), 2)
    return np.asarray(cv2.convertScaleAbs(grey, alpha=0.55, beta=70), np.uint8)


def artwork(rgb: FrameRGB) -> FrameRGB:
    """A drawing or print of no named kind: flat washes and a drawn line."""
    return _inked(rgb, _textured(_posterised(_smooth(rgb, 3), 8), 7, 1.0, 6.0), 1.1)
