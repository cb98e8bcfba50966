"""What surrounds a painted set: sky, sun, clouds, stars and far silhouettes, on four walls far away.

The surroundings are painted once as a panorama in angles (azimuth, elevation) and projected onto the walls.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shotwright.engines.draft.looks.times import TIMES, Sun
from shotwright.engines.draft.looks.weathers import WEATHERS
from shotwright.engines.draft.sets.art import RGB, Rng, tinted
from shotwright.engines.draft.stage import Plane, Texture
from shotwright.media.colour import FrameRGB, Mask, rgb_to_yuv

WIDTH, LOW_DEG, HIGH_DEG, PX_PER_DEG = 2520, -3.0, 60.0, 7
RADIUS_M = 900.0
WALL_PX = 1280


@dataclass(frozen=True)
class Ridge:
    """A far silhouette: hills, or a skyline of boxes when `is_city`."""

    colour: RGB
    height_deg: float
    rough: float = 0.5
    is_city: bool = False


def paint_panorama(
    sky: tuple[RGB, RGB],
    ridges: tuple[Ridge, ...],
    *,
    time_of_day: str | None,
    weather: str | None,
    rng: Rng,
    has_clouds: bool = True,
) -> tuple[FrameRGB, Mask]:
    """The surroundings in angles.

    Args:
        sky: Colours of the zenith and the horizon by day.
        ridges: Far silhouettes, farthest first.
        time_of_day: Decides the colours of the sky and where the sun is.
        weather: Decides the clouds.
        rng: Places clouds, stars and hills.
        has_clouds: Whether there are any: not in space, nor under water.

    Returns:
        uint8 (h, `WIDTH`, 3) sRGB and what shines, uint8 (h, `WIDTH`); the middle column is straight ahead.
    """
    time = TIMES.get(time_of_day or "day", TIMES["day"])
    zenith, horizon = time.sky or sky
    is_overcast = weather in WEATHERS and WEATHERS[weather].is_dull
    rows = round((HIGH_DEG - LOW_DEG) * PX_PER_DEG)
    level = round(HIGH_DEG * PX_PER_DEG)
    rise = np.clip((level - np.arange(rows, dtype=np.float32)) / level, 0, 1)[:, None, None] ** 0.62
    picture = np.repeat(np.array(horizon) * (1 - rise) + np.array(zenith) * rise, WIDTH, axis=1).astype(np.float32)
    shine = np.zeros((rows, WIDTH), np.uint8)
    sun = time.sun
    if not is_overcast and has_clouds:
        _sun(picture, shine, sun)
    if has_clouds:
        _clouds(picture, tinted(horizon, 1.12), sun, 0.85 if is_overcast else 0.3, rng)
    done = np.clip(picture, 0, 255).astype(np.uint8)
    if sun.is_moon and not is_overcast:
        _stars(done, shine, level, rng)
    for ridge in ridges:
        far = (
            tuple(round(0.45 * a + 0.55 * b) for a, b in zip(ridge.colour, horizon, strict=True))
            if not sun.is_moon
            else tinted(ridge.colour, 0.35)
        )
        (_city if ridge.is_city else _hills)(done, shine, ridge, far, level=level, rng=rng, sun=sun)
    return done, shine


def _angles(rows: int) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    azimuth = (np.arange(WIDTH, dtype=np.float32) - WIDTH / 2) / (WIDTH / 360)
    elevation = HIGH_DEG - np.arange(rows, dtype=np.float32) / PX_PER_DEG
    return azimuth, elevation


def _sun(picture: NDArray[np.float32], shine: Mask, sun: Sun) -> None:
    azimuth, elevation = _angles(len(picture))
    reach = np.hypot(
        (azimuth - sun.azimuth_deg)[None] * np.cos(np.radians(sun.elevation_deg)),
        (elevation - sun.elevation_deg)[:, None],
    )
    glow = np.exp(-reach / sun.glow_deg)[..., None] * np.array(sun.colour, np.float32) * sun.glow
    picture += glow * (1 - picture / 300)
    disc = reach < sun.disc_deg
    picture[disc] = np.clip(np.array(sun.colour) * 1.1, 0, 255)
    shine[disc] = 255


def _clouds(picture: NDArray[np.float32], colour: RGB, sun: Sun, cover: float, rng: Rng) -> None:
    rows = len(picture)
    total = np.zeros((rows, WIDTH), np.float32)
    for octave, (high, wide) in enumerate(((6, 20), (12, 44), (26, 100), (60, 220))):
        noise = rng.normal(0, 1, (high, wide)).astype(np.float32)
        noise = np.hstack([noise, noise[:, :2]])
        total += cv2.resize(noise, (WIDTH, rows), interpolation=cv2.INTER_CUBIC) * 0.55**octave
    _, elevation = _angles(rows)
    thin = np.clip(elevation / 14, 0.0, 1.0)[:, None]
    dense = np.clip((total - 1.1 + 1.9 * cover) * 0.55, 0, 0.85) * thin
    light = np.clip(np.array(colour, np.float32) + (np.array(sun.colour, np.float32) - 200) * 0.25, 0, 255)
    shade = light * (0.55 if cover > 0.5 else 1.0)
    picture += dense[..., None] * (shade - picture)


def _stars(picture: FrameRGB, shine: Mask, level: int, rng: Rng) -> None:
    count = 2600
    for x, y, light in zip(
        rng.integers(0, WIDTH, count), rng.integers(0, level - 15, count), rng.uniform(70, 255, count), strict=True
    ):
        picture[y, x] = np.maximum(picture[y, x], int(light))
        shine[y, x] = 255


def _line(rng: Rng, rough: float) -> NDArray[np.float64]:
    """A closed line of hills: (WIDTH,) in 0..1."""
    turn = np.linspace(0, 2 * np.pi, WIDTH, endpoint=False)
    line = np.zeros(WIDTH)
    for k in range(2, 90):
        line += rng.normal() * k ** (-1.1 - 0.9 * (1 - rough)) * np.sin(k * turn + rng.uniform(0, 6.3))
    return np.asarray((line - line.min()) / max(float(np.ptp(line)), 1e-6), np.float64)


def _hills(
    picture: FrameRGB, shine: Mask, ridge: Ridge, colour: tuple[int, ...], *, level: int, rng: Rng, sun: Sun
) -> None:
    del sun
    tops = level - (0.25 + 0.75 * _line(rng, ridge.rough)) * ridge.height_deg * PX_PER_DEG
    edge = np.vstack([np.stack([np.arange(WIDTH), tops], axis=1), [[WIDTH, len(picture)], [0, len(picture)]]])
    cv2.fillPoly(picture, [edge.astype(np.int32)], colour, cv2.LINE_AA)
    cv2.fillPoly(shine, [edge.astype(np.int32)], 0)
    if ridge.height_deg > 7:
        _snow_caps(picture, tops, level, ridge, colour)


def _snow_caps(picture: FrameRGB, tops: NDArray[np.float64], level: int, ridge: Ridge, colour: tuple[int, ...]) -> None:
    high = level - 0.62 * ridge.height_deg * PX_PER_DEG
    light = tuple(min(255, round(channel * 0.5 + 128)) for channel in colour)
    for x in range(0, WIDTH, 3):
        if tops[x] < high:
            foot = tops[x] + (high - tops[x]) * (0.5 + 0.3 * np.sin(x * 0.21) + 0.2 * np.sin(x * 0.067))
            cv2.line(picture, (x, int(tops[x]) + 1), (x, int(foot)), light, 3)


def _city(
    picture: FrameRGB, shine: Mask, ridge: Ridge, colour: tuple[int, ...], *, level: int, rng: Rng, sun: Sun
) -> None:
    x = 0
    while x < WIDTH:
        wide, tall = int(rng.uniform(14, 46)), int(rng.uniform(0.25, 1) ** 1.6 * ridge.height_deg * PX_PER_DEG)
        cv2.rectangle(picture, (x, level - tall), (x + wide, len(picture)), colour, -1)
        cv2.rectangle(shine, (x, level - tall), (x + wide, len(picture)), 0, -1)
        for wx in range(x + 3, x + wide - 3, 6):
            for wy in range(level - tall + 4, level, 8):
                if rng.uniform() < (0.45 if sun.is_moon else 0.18):
                    lit = (255, 222, 150) if sun.is_moon else tinted((colour[0], colour[1], colour[2]), 1.25)
                    cv2.rectangle(picture, (wx, wy), (wx + 2, wy + 3), lit, -1)
                    if sun.is_moon:
                        cv2.rectangle(shine, (wx, wy), (wx + 2, wy + 3), 255, -1)
        x += wide + int(rng.uniform(-4, 8))


def surrounding_walls(panorama: FrameRGB) -> list[Plane]:
    """Four far walls that show a panorama, Y'CbCr."""
    yuv = rgb_to_yuv(panorama)
    low, high = -0.06 * RADIUS_M, 1.5 * RADIUS_M
    tall = round(WALL_PX * (high - low) / (2 * RADIUS_M))
    x = (np.arange(WALL_PX, dtype=np.float32) + 0.5) / WALL_PX * 2 - 1
    y = (high - (np.arange(tall, dtype=np.float32) + 0.5) / tall * (high - low)) / RADIUS_M
    elevation = np.degrees(np.arctan2(y[:, None], np.hypot(1, x)[None]))
    rows = np.ascontiguousarray((HIGH_DEG - np.clip(elevation, LOW_DEG + 0.2, HIGH_DEG - 0.2)) * PX_PER_DEG, np.float32)
    to_texture = np.array(
        [[WALL_PX / (2 * RADIUS_M), 0, WALL_PX / 2], [0, -tall / (high - low), tall * high / (high - low)], [0, 0, 1.0]]
    )
    outline = np.array([[-RADIUS_M, low], [RADIUS_M, low], [RADIUS_M, high], [-RADIUS_M, high]])
    walls = []
    for side in range(4):
        turn = np.radians(90.0 * side)
        azimuth = np.degrees(np.arctan(x)) + 90 * side
        columns = np.repeat((((azimuth + 180) % 360) / 360 * WIDTH).astype(np.float32)[None], tall, axis=0)
        texture = cv2.remap(yuv, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        forward, right = np.array([np.sin(turn), 0, np.cos(turn)]), np.array([np.cos(turn), 0, -np.sin(turn)])
        walls.append(
            Plane(
                forward * RADIUS_M,
                right,
                np.array([0, 1.0, 0]),
                outline,
                Texture(np.asarray(texture, np.uint8)),
                to_texture,
                is_reduced=False,
            )
        )
    return walls
