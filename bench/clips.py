"""Edits and analyses of clips, and the memory that drafts take: a child process each, so that its peak is its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scripts.demo_media import draw_all, explorer, greenhouse

from shotwright.core.limits import VideoFacts
from shotwright.core.prompt import plan_request
from shotwright.core.request import ShotRequest
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.analysis.clip import analyse
from shotwright.engines.base import Shot, output_spec
from shotwright.engines.draft.engine import DraftEngine
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.decode import decode_frames
from shotwright.media.encode import Encoder
from shotwright.media.probe import probe_video

Row = tuple[str, Any, str]
EDIT = "fal-ai/kling-video/o1/standard/video-to-video/edit"
PEAK = """
import json, sys
from pathlib import Path
from bench.clips import edit_once, seed_once
name, folder = sys.argv[1], Path(sys.argv[2])
(edit_once if name == "edit" else seed_once)(folder)
lines = Path("/proc/self/status").read_text().splitlines()
print(json.dumps(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024))
"""
"""Not `ru_maxrss`: a child starts with its parent's."""


def draw_clip(path: Path, width: int, height: int, fps: int, seconds: int) -> Path:
    """A clip of somebody who walks through a place under a camera that pans."""
    wide = np.asarray(cv2.resize(greenhouse(1600, 900), (round(width * 1.4), round(height * 1.4))), np.uint8)
    figure = explorer("front", round(height * 0.8))
    with Encoder(path, width, height, fps) as encoder:
        for i in range(fps * seconds):
            share = i / (fps * seconds)
            x0, y0 = round(0.3 * width * share), round(0.2 * height)
            frame = np.ascontiguousarray(wide[y0 : y0 + height, x0 : x0 + width])
            x = round((0.1 + 0.4 * share) * width)
            part = frame[round(0.15 * height) :][: figure.shape[0], x : x + figure.shape[1]]
            part[:] = np.where(figure[: part.shape[0], :, 3:] > 128, figure[: part.shape[0], :, :3], part)
            encoder.write(rgb_to_yuv(frame))
    return path


def edit_shot(clip: Path, prompt: str, images: tuple[Path, ...], cache: Path | None) -> Shot:
    """An edit of a clip."""
    facts: VideoFacts = probe_video(clip, ("clip",))
    request = ShotRequest(EDIT, prompt, video_url="x", image_urls=("x",) * len(images))
    spec = output_spec(request, (facts.width, facts.height), facts)
    return Shot(
        plan_request(request, duration_s=facts.duration_s), spec, 1, images, video=clip, video_facts=facts, cache=cache
    )


def edit_once(folder: Path) -> None:
    """The largest edit: 2160 pixels wide, 60 frames per second, ten seconds."""
    clip = draw_clip(folder / "large.mp4", 2160, 1216, 60, 10)
    DraftEngine().render(edit_shot(clip, "Remove the person. Make it snow.", (), None), folder, lambda *_, **__: None)


def seed_once(folder: Path) -> None:
    """The documented example at 1080p."""
    from bench.draft import seed_shot

    DraftEngine().render(seed_shot("pro", draw_all(folder / "pictures"), None), folder, lambda *_, **__: None)


def measure() -> Iterator[Row]:
    """All rows."""
    folder = Path(tempfile.mkdtemp(prefix="sw-bench-"))
    try:
        yield from _edits(folder)
        yield from _analysis(folder)
        for name, text, target in (
            ("seed", "memory of the example at 1080p (MB)", "<= 700"),
            ("edit", "memory of an edit, 2160 px, 60 fps, 10 s (MB)", "<= 1000"),
        ):
            work = folder / name
            work.mkdir()
            done = subprocess.run([sys.executable, "-c", PEAK, name, work], capture_output=True, text=True, check=True)
            yield text, round(json.loads(done.stdout.strip().splitlines()[-1])), target
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _edits(folder: Path) -> Iterator[Row]:
    clip = draw_clip(folder / "clip.mp4", 1280, 720, 24, 5)
    stone = draw_all(folder / "pictures")["stone-front"]
    frames = list(decode_frames(clip, 1280, 720))
    began = time.perf_counter()
    with Encoder(folder / "alone.mp4", 1280, 720, 24) as encoder:
        for frame in frames:
            encoder.write(frame)
    alone = time.perf_counter() - began
    facts = probe_video(clip, ("clip",))
    cache = folder / "cache"
    began = time.perf_counter()
    analyse(clip, facts, Cache(cache), lambda _: None)
    analysed = time.perf_counter() - began
    yield "analysis of the 720p clip (s)", round(analysed, 2), ""
    for name, prompt, images in (
        ("replace", "Replace the person with @Image1", (stone,)), ("remove", "Remove the person", ()), ("recolour", "Make the jacket blue", ()),
        ("snow", "Make it snow", ()), ("style", "Make it anime", ()),
    ):  # fmt: skip
        work = folder / f"edit-{name}"
        work.mkdir()
        shot = edit_shot(clip, prompt, images, cache)
        began = time.perf_counter()
        DraftEngine().render(shot, work, lambda *_, **__: None)
        yield f"edit of 5 s at 720p, {name} / encoder alone", round((time.perf_counter() - began) / alone, 2), "<= 3"


def _analysis(folder: Path) -> Iterator[Row]:
    clip = draw_clip(folder / "long.mp4", 1920, 1080, 24, 10)
    began = time.perf_counter()
    analyse(clip, probe_video(clip, ("clip",)), Cache(None), lambda _: None)
    yield "analysis of 10 s at 1080p (s)", round(time.perf_counter() - began, 2), "<= 12"
