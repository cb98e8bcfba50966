"""Passes of a draft say what its frames show: how far, whose, which pose, where to."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.unit.engines.test_props import read

from shotwright.core.camera import Pose
from shotwright.core.passes import FILES, PASSES
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.base import OutputSpec, Shot
from shotwright.engines.draft.engine import DraftEngine
from shotwright.engines.draft.loop import draw_frames
from shotwright.engines.draft.passes.flow import flow_of
from shotwright.engines.draft.passes.gltf import to_gltf
from shotwright.engines.draft.passes.skeleton import skeletons
from shotwright.engines.draft.passes.truth import truth_of
from shotwright.engines.draft.scene import Scene, build_scene
from shotwright.engines.draft.sight import matte_of
from shotwright.engines.draft.stage import View
from shotwright.media.decode import decode_frames

SIZE = (640, 360)
SPEC = OutputSpec(*SIZE, Fraction(8), 40)
PROMPTS = (
    "A wizard walks past a parked red car on a village street while a dog sits beside a barrel; the camera slowly orbits",
    "Two women sit at a table in a kitchen, a cat sleeps on a chair, push in",
    "A knight rides a horse across a meadow, a castle far behind, camera tracks to the left",
    "A boy throws a ball to a dog in a park, crane up",
    "A chef cooks in a kitchen while a waiter carries a tray behind her",
)


def scene_of(text: str) -> Scene:
    return build_scene(Shot(read(text), SPEC, 1), Cache(None), None)


@pytest.mark.parametrize("text", PROMPTS)
def test_who_is_nearer_has_the_larger_inverse_depth(text: str) -> None:
    scene = scene_of(text)
    pairs = 0
    for i in range(0, 40, 6):
        seconds, pose = i / 8, scene.poses[i]
        seen = truth_of(scene, pose, seconds, SIZE, with_mattes=True)
        view = View(pose, *SIZE)
        shown = {n: m for n, m in seen.mattes.items() if (m > 250).sum() > 40}
        inverse = {n: float(np.median(seen.inverse[m > 250])) for n, m in shown.items()}
        away = {n: view.depth_of(scene.sprites[n].place(seconds)) for n in shown}
        for a in shown:
            for b in shown:
                if away[a] < away[b] - 1e-6:
                    assert inverse[a] > inverse[b]
                    pairs += 1
    assert pairs


def test_the_ground_and_a_card_are_as_far_as_they_stand() -> None:
    scene = scene_of("A man stands in an empty desert")
    pose = scene.poses[0]
    seen, view = truth_of(scene, pose, 0.0, SIZE, with_mattes=True), View(pose, *SIZE)
    (man,) = (n for n, s in enumerate(scene.sprites) if s.figure is not None)
    assert 1 / np.median(seen.inverse[seen.mattes[man] > 250]) == pytest.approx(
        view.depth_of(scene.sprites[man].place(0.0)), rel=1e-3
    )
    column, row = 40, SIZE[1] - 20
    ray = view.axes.T @ np.linalg.inv(view.intrinsics) @ np.array([column, row, 1.0])
    wanted = -view.eye[1] / ray[1]
    assert 1 / seen.inverse[row, column] == pytest.approx(wanted, rel=0.02)
    assert seen.inverse[2, column] < 1 / 50, "the sky is far"


@pytest.mark.parametrize("text", PROMPTS[:2])
def test_a_matte_is_the_drawn_card_less_what_is_before_it(text: str) -> None:
    scene = scene_of(text)
    seen, view = truth_of(scene, scene.poses[20], 2.5, SIZE, with_mattes=True), View(scene.poses[20], *SIZE)
    order = sorted(seen.mattes, key=lambda n: view.depth_of(scene.sprites[n].place(2.5)))
    nearest = next(n for n in order if (seen.mattes[n] > 127).sum() > 60)
    whole, mine = matte_of(scene.sprites[nearest], view, 2.5) > 127, seen.mattes[nearest] > 127
    assert (whole & mine).sum() / (whole | mine).sum() > 0.98
    solid = [m > 200 for m in seen.mattes.values()]
    assert max(np.sum(solid, axis=0).ravel()) == 1, "no pixel is two people's"


def test_joints_lie_on_the_drawn_body_and_the_left_is_the_left() -> None:
    text = "A man walks towards the camera in a desert"
    scene = scene_of(text)
    for i in (4, 12, 24, 36):
        seconds, pose = i / 8, scene.poses[i]
        (figure,) = skeletons(scene, read(text), pose, seconds, size=SIZE)
        assert figure["name"] == "e1-man"
        matte = matte_of(scene.sprites[0], View(pose, *SIZE), seconds)
        near = cv2.dilate(matte, np.ones((5, 5), np.uint8))
        points = np.array(figure["pixels"])
        inside = [near[round(y), round(x)] > 127 for x, y, shown in points if shown and 0 <= x < 640 and 0 <= y < 360]
        assert np.mean(inside) > 0.97
        assert points[5, 0] > points[2, 0], "his left shoulder is on our right"
        feet = np.array(figure["metres"])[[10, 13]]
        assert feet[:, 1].min() == pytest.approx(0.08, abs=0.12)
        for (x, y, _), world in zip(points, figure["metres"], strict=True):
            there = View(pose, *SIZE).project(np.array(world))
            assert not 0 <= y < 360 or np.hypot(x - there[0], y - there[1]) < 0.1 * 360


def test_flow_leads_every_pixel_to_itself_in_the_next_frame() -> None:
    scene = scene_of("A red car stands on an empty street, the camera trucks to the right")
    frames = list(draw_frames(scene, SPEC, 1))
    at = (16, 17)
    seen = truth_of(scene, scene.poses[16], 2.0, SIZE, with_mattes=True)
    flow = flow_of(scene, seen, (scene.poses[16], scene.poses[17]), (2.0, 2.125), SIZE)
    columns, rows = np.meshgrid(np.arange(SIZE[0], dtype=np.float32), np.arange(SIZE[1], dtype=np.float32))
    led = cv2.remap(frames[at[1]], columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR)
    inner = np.s_[40:-40, 80:-80, 0]
    stays = np.abs(frames[at[0]].astype(int) - frames[at[1]])[inner].mean()
    goes = np.abs(frames[at[0]].astype(int) - led)[inner].mean()
    assert np.abs(flow[..., 0]).max() > 3
    assert goes < 0.5 * stays


def test_every_pass_has_as_many_frames_as_the_clip(tmp_path: Path) -> None:
    spec = OutputSpec(*SIZE, Fraction(8), 12)
    plan = read("A man stands beside a parked car in a street, @Element1 stays away")
    told: list[str] = []
    shot = Shot(plan, spec, 1, passes=tuple(PASSES))
    done = DraftEngine().render(shot, tmp_path, lambda stage, *_, **__: told.append(stage))
    assert set(done.passes) == {name for names in FILES.values() for name in names}
    for name, path in done.passes.items():
        if name.endswith(".mp4"):
            assert sum(1 for _ in decode_frames(path, *SIZE)) == 12, name
    pose = json.loads(done.passes["pose.json"].read_text())
    assert len(pose["frames"]) == 12
    assert len(pose["points"]) == 18
    with zipfile.ZipFile(done.passes["depth16.zip"]) as packed:
        facts = json.loads(packed.read("depth16.json"))
        levels = cv2.imdecode(np.frombuffer(packed.read("0001.png"), np.uint8), cv2.IMREAD_UNCHANGED)
        assert len(packed.namelist()) == 13
    assert levels.dtype == np.uint16
    assert 0.2 < facts["near_m"] * 65535 / levels.max() < 5
    with zipfile.ZipFile(done.passes["flow.zip"]) as packed:
        assert len(packed.namelist()) == 11
    with zipfile.ZipFile(done.passes["mattes.zip"]) as packed:
        assert {"e1-man.mp4", "e2-car.mp4"} <= set(packed.namelist())
        clip = tmp_path / "man.mp4"
        clip.write_bytes(packed.read("e1-man.mp4"))
    man = next(decode_frames(clip, *SIZE))[..., 0]
    assert 0.005 < (man > 128).mean() < 0.4
    assert told.count("passes") == 12


def test_one_pass_alone_writes_nothing_else(tmp_path: Path) -> None:
    shot = Shot(read("A man stands in a street"), OutputSpec(*SIZE, Fraction(8), 3), 1, passes=("pose",))
    done = DraftEngine().render(shot, tmp_path, lambda *_, **__: None)
    assert set(done.passes) == {"pose.mp4", "pose.json"}
    assert {path.name for path in (tmp_path / "passes").iterdir()} == {"pose.mp4", "pose.json"}


def test_a_camera_behind_somebody_sees_the_back_of_their_head() -> None:
    text = "A man stands in a desert"
    scene = scene_of(text)
    x, _, z = scene.sprites[0].place(0.0)
    (front,) = skeletons(scene, read(text), Pose(x, 1.5, z - 4, 0, 0, 0, 1.0), 0.0, size=SIZE)
    (back,) = skeletons(scene, read(text), Pose(x, 1.5, z + 4, np.pi, 0, 0, 1.0), 0.0, size=SIZE)
    assert (front["pixels"][0][2], back["pixels"][0][2]) == (1, 0)
    assert front["pixels"][5][0] > front["pixels"][2][0]
    assert back["pixels"][5][0] < back["pixels"][2][0]


def test_another_library_sees_the_camera_and_everybody_where_they_are(tmp_path: Path) -> None:
    pygltflib = pytest.importorskip("pygltflib")
    text = "A man walks past a parked car in a street, the camera orbits to the right"
    scene = scene_of(text)
    path = tmp_path / "scene.gltf"
    path.write_text(to_gltf(scene, read(text), SPEC))
    found = pygltflib.GLTF2().load(str(path))
    names = [node.name for node in found.nodes]
    assert {"camera", "ground", "e1-man", "e2-car"} <= set(names)
    data = found.get_data_from_buffer_uri(found.buffers[0].uri)

    def values(node: str, path: str) -> np.ndarray:
        channel = next(
            c for c in found.animations[0].channels if c.target.node == names.index(node) and c.target.path == path
        )
        accessor = found.accessors[found.animations[0].samplers[channel.sampler].output]
        view = found.bufferViews[accessor.bufferView]
        raw = data[view.byteOffset : view.byteOffset + view.byteLength]
        return np.frombuffer(raw, np.float32).reshape(accessor.count, -1)

    camera, turns, man = values("camera", "translation"), values("camera", "rotation"), values("e1-man", "translation")
    assert len(camera) == len(man) == 40
    yfov = found.cameras[0].perspective.yfov
    for i in (0, 13, 39):
        x, y, z, w = turns[i]
        matrix = np.array([
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ])  # fmt: skip
        seen = matrix.T @ (man[i] - camera[i])
        focal = 0.5 * 360 / np.tan(yfov / 2)
        drawn = (319.5 + focal * seen[0] / -seen[2], 179.5 - focal * seen[1] / -seen[2])
        wanted = View(scene.poses[i], *SIZE).project(np.array(scene.sprites[0].place(i / 8)))
        assert drawn == pytest.approx(tuple(wanted[:2]), abs=0.5)
