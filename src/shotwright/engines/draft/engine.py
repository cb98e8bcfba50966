"""DraftEngine: dispatch by task, drive the frame loop, report progress, write the camera path beside the clip."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from shotwright.core.camera import Pose, camera_ctrl_text
from shotwright.core.errors import FeatureNotSupported
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.base import Rendered
from shotwright.engines.deliver import PREVIEW_WIDTH, write_clip
from shotwright.engines.draft.backdrop import PLAYBLAST, backdrop_of
from shotwright.engines.draft.cast.labels import LETTERED
from shotwright.engines.draft.loop import draw_frames
from shotwright.engines.draft.passes import write_passes
from shotwright.engines.draft.plate import fit
from shotwright.engines.draft.scene import Scene, build_scene
from shotwright.media.images import load_flat

if TYPE_CHECKING:
    from pathlib import Path

    from shotwright.engines.base import Progress, Shot

SETUP_SHARE = 0.12

cv2.setNumThreads(2)


class DraftEngine:
    """Our own renderer: a watchable previz on two CPU cores."""

    name = "draft"

    def __init__(self, *, has_labels: bool = True) -> None:
        self._has_labels = has_labels

    def render(self, shot: Shot, workdir: Path, progress: Progress) -> Rendered:
        """Render a shot into `workdir / "output.mp4"`; see `Engine.render`."""
        if shot.control is not None:
            raise FeatureNotSupported("A draft has its own geometry, and follows no control video.")
        token = LETTERED.set(self._has_labels and shot.plan.look.style != PLAYBLAST)
        try:
            return self._render(shot, workdir, progress)
        finally:
            LETTERED.reset(token)

    def _render(self, shot: Shot, workdir: Path, progress: Progress) -> Rendered:
        cache = Cache(shot.cache)
        if shot.plan.task == "edit":
            from shotwright.engines.draft.edits import render_edit

            return render_edit(shot, workdir, cache, progress)
        started = time.perf_counter()
        progress("prepare", 0.0, "Building the set")
        scene = self._scene(shot, cache, progress)
        setup_s = time.perf_counter() - started
        progress(
            "render", SETUP_SHARE, f"Rendering {shot.output.frames} frames at {shot.output.width}x{shot.output.height}"
        )
        path = workdir / "output.mp4"
        write_clip(path, draw_frames(scene, shot.output, shot.seed), shot, progress, first=SETUP_SHARE)
        camera = workdir / "camera.json"
        write_camera(camera, scene, shot)
        trajectory = workdir / "camera.txt"
        trajectory.write_text(camera_ctrl_text(scene.poses, width=shot.output.width, height=shot.output.height))
        metrics = {"setup_s": round(setup_s, 3), "render_s": round(time.perf_counter() - started - setup_s, 3)}
        passes = write_passes(scene, shot, path, workdir / "passes", progress) if shot.passes else {}
        if passes:
            metrics["passes_s"] = round(time.perf_counter() - started - sum(metrics.values()), 3)
        return Rendered(path, tuple(dict.fromkeys(scene.not_rendered)), camera, metrics, trajectory, passes)

    def _scene(self, shot: Shot, cache: Cache, progress: Progress) -> Scene:
        if shot.plan.task == "video_reference":
            from shotwright.engines.draft.continuation import continuation_scene

            return continuation_scene(shot, cache, progress)
        end_path = shot.image(shot.plan.end_frame)
        end = fit(load_flat(end_path), shot.output.width, shot.output.height) if end_path else None
        backdrop = backdrop_of(shot, cache)
        shown = cv2.resize(backdrop.rgb, _preview_size(shot), interpolation=cv2.INTER_AREA) if backdrop else None
        progress(
            "prepare",
            SETUP_SHARE / 3,
            "Cutting out, dressing and placing",
            preview=None if shown is None else np.asarray(shown, np.uint8),
        )
        return build_scene(shot, cache, backdrop, end=end)


def _preview_size(shot: Shot) -> tuple[int, int]:
    return PREVIEW_WIDTH, round(PREVIEW_WIDTH * shot.output.height / shot.output.width)


def write_camera(path: Path, scene: Scene, shot: Shot) -> None:
    """The true camera path as JSON: one pose per frame, metres, radians, lens in frame widths."""
    poses: list[dict[str, Any]] = [
        {key: round(value, 6) for key, value in asdict(pose).items()} for pose in scene.poses
    ]
    data = {"fps": float(shot.output.fps), "width": shot.output.width, "height": shot.output.height, "poses": poses}
    path.write_text(json.dumps(data))


def read_camera(path: Path) -> tuple[Pose, ...]:
    """The poses of a file that `write_camera` wrote."""
    return tuple(Pose(**pose) for pose in json.loads(path.read_text())["poses"])
