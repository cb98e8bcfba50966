"""How a picture was taken, told by its lines: pictures of boxes and streets from cameras that are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from shotwright.core.camera import Pose
from shotwright.engines.analysis.geometry import measure_geometry
from shotwright.engines.draft.plate import build_diorama
from shotwright.engines.draft.stage import View
from shotwright.media.colour import rgb_to_yuv

W, H, LENS = 960, 540, 0.9
STREET = [(x, y, z) for x in (-4.0, 4.0) for y in (0.0, 3.0, 6.0, 9.0) for z in (3.0, 60.0)]


def street(pitch: float, yaw: float = 0.0) -> np.ndarray:
    """Two rows of houses with storeys and windows, as a camera at eye height sees them."""
    view = View(Pose(0.0, 1.6, 0.0, yaw, pitch, 0.0, LENS), W, H)
    rgb = np.full((H, W, 3), 200, np.uint8)

    def line(a: tuple[float, float, float], b: tuple[float, float, float]) -> None:
        (x0, y0, z0), (x1, y1, z1) = view.project(np.array(a)), view.project(np.array(b))
        if z0 > 0.2 and z1 > 0.2:
            cv2.line(rgb, (round(x0), round(y0)), (round(x1), round(y1)), (40, 40, 50), 2, cv2.LINE_AA)

    for side in (-4.0, 4.0):
        for level in (0.0, 1.2, 2.4, 3.6, 5.0, 6.4, 7.8):
            line((side, level, 4.0), (side, level, 60.0))
        for deep in np.geomspace(4, 60, 12):
            line((side, 0.0, deep), (side, 7.8, deep))
    return rgb


@pytest.mark.parametrize("pitch", [-0.2, -0.1, 0.0, 0.1, 0.2])
@pytest.mark.parametrize("yaw", [-0.25, 0.0, 0.2])
def test_the_horizon_of_a_street_is_where_its_lines_meet(pitch: float, yaw: float) -> None:
    true = 0.5 + np.tan(pitch) * LENS * W / H
    assert measure_geometry(street(pitch, yaw)).horizon == pytest.approx(true, abs=0.03)


def test_a_sky_ends_at_the_horizon() -> None:
    rng = np.random.default_rng(3)
    rgb = np.full((H, W, 3), (150, 190, 235), np.uint8)
    rgb[round(0.36 * H) :] = np.clip(rng.normal(90, 25, (H - round(0.36 * H), W, 3)), 0, 255)
    assert measure_geometry(rgb).horizon == pytest.approx(0.36, abs=0.03)


def test_nothing_told_is_a_level_camera() -> None:
    assert measure_geometry(np.full((H, W, 3), 120, np.uint8)).horizon == pytest.approx(0.5, abs=0.03)


def test_what_stands_upright_stands_and_is_no_ground() -> None:
    fence = np.full((H, W, 3), 180, np.uint8)
    for x in range(20, W, 40):
        cv2.line(fence, (x, 100), (x, 480), (60, 50, 40), 4)
    foot = measure_geometry(fence).foot
    assert foot == pytest.approx(480 / H, abs=0.03)
    assert measure_geometry(np.full((H, W, 3), 120, np.uint8)).foot is None
    near, far = (
        build_diorama(rgb_to_yuv(fence), eye_m=1.6, lens=LENS, horizon=0.5, foot=row).wall_m for row in (foot, None)
    )
    assert near < 0.6 * far


def test_lines_of_what_stands_in_front_say_nothing() -> None:
    rgb, front = np.full((H, W, 3), 180, np.uint8), np.zeros((H, W), np.uint8)
    for x in range(200, 760, 30):
        cv2.line(rgb, (x, 60), (x, 500), (60, 50, 40), 4)
    front[:, 150:800] = 255
    assert measure_geometry(rgb, front).foot is None
