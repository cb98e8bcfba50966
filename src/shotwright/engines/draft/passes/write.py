"""Writes the passes of a drafted clip: each frame's truth once, into every file that was asked for."""

from __future__ import annotations

import json
import zipfile
from abc import ABC, abstractmethod
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from shotwright.core.passes import FILES
from shotwright.engines.draft.cast.figures import POINTS
from shotwright.engines.draft.passes.flow import encoded, flow_of
from shotwright.engines.draft.passes.gltf import to_gltf
from shotwright.engines.draft.passes.skeleton import drawn, skeletons
from shotwright.engines.draft.passes.truth import Seen, name_of, nearest, truth_of
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.decode import decode_frames
from shotwright.media.encode import Encoder

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.engines.base import OutputSpec, Progress, Shot
    from shotwright.engines.draft.scene import Scene
    from shotwright.media.colour import FrameYUV, Mask

LOOKS = 9
"""Frames that are looked at for the scale of the depth."""
CANNY = (100, 200)
HALF = 2
"""Reduction of the flow."""
GREY = 128
BLACK, WHITE = 16, 235


def write_passes(scene: Scene, shot: Shot, clip: Path, folder: Path, progress: Progress) -> dict[str, Path]:
    """Write the passes that a shot asks for.

    Args:
        scene: What was drawn.
        shot: What was ordered.
        clip: The finished clip.
        folder: Where to write.
        progress: Told of every frame.

    Returns:
        Files by their names.
    """
    folder.mkdir(exist_ok=True)
    wanted = frozenset(shot.passes)
    with ExitStack() as stack:
        writers = [kind(scene, shot, folder, stack) for name, kind in WRITERS.items() if name in wanted]
        if writers:
            _each_frame(scene, shot.output, writers, progress)
        if "scene" in wanted:
            (folder / "scene.gltf").write_text(to_gltf(scene, shot.plan, shot.output))
        if "edges" in wanted:
            _edges(clip, shot.output, folder, stack)
    return {name: folder / name for kind in shot.passes for name in FILES[kind]}


class Writer(ABC):
    """Writes one pass."""

    needs_truth, needs_mattes = True, False

    def __init__(self, scene: Scene, shot: Shot, folder: Path, stack: ExitStack) -> None:
        self.scene, self.plan, self.spec, self.folder, self.stack = scene, shot.plan, shot.output, folder, stack
        self.size = (self.spec.width, self.spec.height)

    def video(self, name: str, folder: Path | None = None) -> Encoder:
        """A video of the clip's size and rate, finished with the others."""
        spec = self.spec
        return self.stack.enter_context(Encoder((folder or self.folder) / name, spec.width, spec.height, spec.fps))

    def archive(self, name: str) -> zipfile.ZipFile:
        """A zip file, finished with the others; what goes in is packed already."""
        return self.stack.enter_context(zipfile.ZipFile(self.folder / name, "w", zipfile.ZIP_STORED))

    @abstractmethod
    def write(self, index: int, seconds: float, seen: Seen | None) -> None:
        """Write a frame; they come in order."""


class Depth(Writer):
    """Inverse depth, 8 bits."""

    def __init__(self, scene: Scene, shot: Shot, folder: Path, stack: ExitStack) -> None:
        super().__init__(scene, shot, folder, stack)
        self.scale = _scale(scene, self.spec)
        self.start()

    def start(self) -> None:
        """Open the file."""
        self.out = self.video("depth.mp4")

    def write(self, index: int, seconds: float, seen: Seen | None) -> None:
        """Write a frame."""
        del index, seconds
        assert seen is not None  # noqa: S101  (it was asked for)
        self.out.write(_grey(cv2.convertScaleAbs(seen.inverse, alpha=(WHITE - BLACK) / self.scale, beta=BLACK)))


class Depth16(Depth):
    """Inverse depth, 16 bits."""

    def start(self) -> None:
        """Open the file."""
        self.zip = self.archive("depth16.zip")
        facts = {
            "near_m": 1 / self.scale,
            "depth_m": "near_m * 65535 / value; 0 is nothing",
            "fps": float(self.spec.fps),
        }
        self.zip.writestr("depth16.json", json.dumps(facts))

    def write(self, index: int, seconds: float, seen: Seen | None) -> None:
        """Write a frame."""
        del seconds
        assert seen is not None  # noqa: S101  (it was asked for)
        levels = np.minimum(seen.inverse * (65535 / self.scale), 65535).astype(np.uint16)
        png = cv2.imencode(".png", levels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
        self.zip.writestr(f"{index + 1:04d}.png", png.tobytes())


class Mattes(Writer):
    """What is seen of everybody."""

    needs_mattes = True

    def __init__(self, scene: Scene, shot: Shot, folder: Path, stack: ExitStack) -> None:
        super().__init__(scene, shot, folder, stack)
        self.zip = self.archive("mattes.zip")
        stack.callback(self._pack)
        self.names = [name_of(sprite, shot.plan) for sprite in scene.sprites]
        self.out = {name: self.video(f"matte-{name}.mp4") for name in dict.fromkeys(self.names)}

    def write(self, index: int, seconds: float, seen: Seen | None) -> None:
        """Write a frame."""
        del index, seconds
        assert seen is not None  # noqa: S101  (it was asked for)
        for name, out in self.out.items():
            whole = np.zeros(self.size[::-1], np.uint8)
            for number, matte in seen.mattes.items():
                if self.names[number] == name:
                    whole = np.asarray(cv2.max(whole, matte), np.uint8)
            out.write(_grey(cv2.convertScaleAbs(whole, alpha=(WHITE - BLACK) / 255, beta=BLACK)))

    def _pack(self) -> None:
        for name in self.out:
            path = self.folder / f"matte-{name}.mp4"
            if path.exists():
                self.zip.write(path, f"{name}.mp4")
                path.unlink()


class Skeletons(Writer):
    """Poses as video and JSON."""

    needs_truth = False

    def __init__(self, scene: Scene, shot: Shot, folder: Path, stack: ExitStack) -> None:
        super().__init__(scene, shot, folder, stack)
        self.frames: list[list[dict[str, Any]]] = []
        self.out = self.video("pose.mp4")
        stack.callback(self._finish)

    def write(self, index: int, seconds: float, seen: Seen | None) -> None:
        """Write a frame."""
        del seen
        found = skeletons(self.scene, self.plan, self.scene.poses[index], seconds, size=self.size)
        self.frames.append(found)
        self.out.write(rgb_to_yuv(drawn(found, self.size)))

    def _finish(self) -> None:
        data = {
            "points": POINTS,
            "fps": float(self.spec.fps),
            "width": self.size[0],
            "height": self.size[1],
            "frames": self.frames,
        }
        (self.folder / "pose.json").write_text(json.dumps(data))


class Flow(Writer):
    """Where every pixel goes."""

    needs_truth = False  # alone it takes one of half the size

    def __init__(self, scene: Scene, shot: Shot, folder: Path, stack: ExitStack) -> None:
        super().__init__(scene, shot, folder, stack)
        self.zip = self.archive("flow.zip")

    def write(self, index: int, seconds: float, seen: Seen | None) -> None:
        """Write the flow from a frame to the next one; the last frame has none."""
        if index + 1 >= len(self.scene.poses):
            return
        half = (self.size[0] // HALF, self.size[1] // HALF)
        poses = (self.scene.poses[index], self.scene.poses[index + 1])
        has_owners = seen is not None and seen.owner.size > 0
        small = (
            seen.reduced(HALF)
            if seen and has_owners
            else truth_of(self.scene, poses[0], seconds, half, with_mattes=True)
        )
        flow = flow_of(self.scene, small, poses, (seconds, seconds + 1 / float(self.spec.fps)), half)
        self.zip.writestr(f"{index + 1:04d}.png", encoded(flow))


WRITERS: dict[str, type[Writer]] = {
    "depth": Depth,
    "depth16": Depth16,
    "mattes": Mattes,
    "pose": Skeletons,
    "flow": Flow,
}


def _each_frame(scene: Scene, spec: OutputSpec, writers: list[Writer], progress: Progress) -> None:
    needs, mattes = any(w.needs_truth for w in writers), any(w.needs_mattes for w in writers)
    for index, pose in enumerate(scene.poses):
        seconds = index / float(spec.fps)
        seen = truth_of(scene, pose, seconds, (spec.width, spec.height), with_mattes=mattes) if needs else None
        for writer in writers:
            writer.write(index, seconds, seen)
        progress("passes", 0.99, f"Passes, frame {index} of {spec.frames}" if index % 48 == 0 else None)


def _scale(scene: Scene, spec: OutputSpec) -> float:
    """The inverse depth that white stands for, one for the whole clip."""
    small = (spec.width // 4, spec.height // 4)
    chosen = np.linspace(0, len(scene.poses) - 1, min(LOOKS, len(scene.poses))).astype(int)
    return nearest(truth_of(scene, scene.poses[i], i / float(spec.fps), small, with_mattes=False) for i in chosen)


def _edges(clip: Path, spec: OutputSpec, folder: Path, stack: ExitStack) -> None:
    out = stack.enter_context(Encoder(folder / "edges.mp4", spec.width, spec.height, spec.fps))
    for frame in decode_frames(clip, spec.width, spec.height):
        lines = cv2.Canny(np.ascontiguousarray(frame[..., 0]), *CANNY)
        out.write(_grey(cv2.convertScaleAbs(lines, alpha=(WHITE - BLACK) / 255, beta=BLACK)))


def _grey(luma: NDArray[Any] | Mask) -> FrameYUV:
    """A grey picture of these levels, uint8 (H, W, 3) Y'CbCr."""
    plain = np.full(luma.shape, GREY, np.uint8)
    return np.asarray(cv2.merge([np.asarray(luma, np.uint8), plain, plain]), np.uint8)
