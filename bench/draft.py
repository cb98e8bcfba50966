"""The draft: its frame loop against the encoder alone, its set-up, and a moving still against other tools."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
from scripts.demo_media import draw_all

from shotwright.core.catalog import GREENHOUSE_PROMPT
from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.base import ElementMedia, Shot, output_spec
from shotwright.engines.draft.backdrop import backdrop_of
from shotwright.engines.draft.loop import draw_frames
from shotwright.engines.draft.scene import build_scene
from shotwright.media.colour import FrameYUV
from shotwright.media.encode import Encoder

Row = tuple[str, Any, str]
TOOLS = Path(".venv-bench")


def seed_shot(tier: str, pictures: dict[str, Path], cache: Path | None) -> Shot:
    """The documented example."""
    prefix = "fal-ai/kling-video/o1/" + ("standard/" if tier == "standard" else "")
    element = Element("x", ("x", "x"))
    request = ShotRequest(
        prefix + "reference-to-video",
        GREENHOUSE_PROMPT,
        image_urls=("x", "x"),
        elements=(element, element),
        aspect_ratio="16:9",
    )
    explorer = ElementMedia(pictures["explorer-front"], (pictures["explorer-side"], pictures["explorer-back"]))
    stone = ElementMedia(pictures["stone-front"], (pictures["stone-side"],))
    images = (pictures["start"], pictures["style"])
    return Shot(plan_request(request), output_spec(request, None, None), 1, images, (explorer, stone), cache=cache)


def encode(path: Path, shot: Shot, frames: Iterable[FrameYUV]) -> float:
    """Seconds to encode frames as they come."""
    spec = shot.output
    began = time.perf_counter()
    with Encoder(path, spec.width, spec.height, spec.fps) as encoder:
        for frame in frames:
            encoder.write(frame)
    return time.perf_counter() - began


def measure() -> Iterator[Row]:
    """All rows."""
    folder = Path(tempfile.mkdtemp(prefix="sw-bench-"))
    try:
        pictures = draw_all(folder / "pictures")
        for tier, name in (("standard", "720p"), ("pro", "1080p")):
            yield from _loop(tier, name, pictures, folder)
        yield from _push_in(pictures["start"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _loop(tier: str, name: str, pictures: dict[str, Path], folder: Path) -> Iterator[Row]:
    shot = seed_shot(tier, pictures, folder / f"cache-{tier}")
    setups = []
    scene = None
    for _ in range(2):
        began = time.perf_counter()
        scene = build_scene(shot, Cache(shot.cache), backdrop_of(shot, Cache(shot.cache)))
        next(draw_frames(scene, shot.output, 1))
        setups.append(time.perf_counter() - began)
    assert scene is not None
    kept = list(draw_frames(scene, shot.output, 1))
    alone = min(encode(folder / "a.mp4", shot, kept) for _ in range(2))
    began = time.perf_counter()
    for _ in draw_frames(scene, shot.output, 1):
        pass
    drawn = time.perf_counter() - began
    both = min(encode(folder / "b.mp4", shot, draw_frames(scene, shot.output, 1)) for _ in range(2))
    yield f"{name} set-up, cold (s)", round(setups[0], 2), "<= 1.5"
    yield f"{name} set-up, warm (s)", round(setups[1], 2), "<= 0.2"
    yield f"{name} encoder alone (fps)", round(len(kept) / alone), ""
    yield f"{name} drawing alone (fps)", round(len(kept) / drawn), ""
    yield f"{name} frame loop (fps)", round(len(kept) / both), ""
    yield f"{name} frame loop / encoder alone", round(both / alone, 2), "<= 1.5"


def _push_in(still: Path, folder: Path) -> Iterator[Row]:
    request = ShotRequest("fal-ai/kling-video/o1/standard/image-to-video", "Push in", start_image_url="x")
    shot = Shot(plan_request(request), output_spec(request, (16, 9), None), 1, (still,))
    shot = replace(shot, output=replace(shot.output, width=1280, height=720))
    scene = build_scene(shot, Cache(None), backdrop_of(shot, Cache(None)))
    kept = list(draw_frames(scene, shot.output, 1))
    ours = 120 / min(encode(folder / "a.mp4", shot, draw_frames(scene, shot.output, 1)) for _ in range(2))
    alone = 120 / min(encode(folder / "b.mp4", shot, kept) for _ in range(2))
    yield "push-in 720p, ours (fps)", round(ours), ""
    yield "push-in, ours / encoder alone", round(ours / alone, 2), ">= 0.9"
    tools = _other_tools()
    if tools is None:
        yield "zoompan and MoviePy", "absent", "could not be installed"
        return
    plate = folder / "plate.png"
    picture = cv2.imread(str(still))
    assert picture is not None
    cv2.imwrite(str(plate), cv2.resize(picture, (1280, 720)))
    zoompan = _zoompan(tools, plate, folder)
    yield "push-in, ffmpeg zoompan, still decoded once (fps)", round(zoompan), ""
    yield "push-in, ours / zoompan", round(ours / zoompan, 2), ">= 1.2"
    moviepy = _moviepy(tools, plate, folder)
    yield "push-in, MoviePy 2 (fps)", round(moviepy), ""
    yield "push-in, ours / MoviePy", round(ours / moviepy, 2), ">= 4"


def _other_tools() -> Path | None:
    """A Python with MoviePy and its ffmpeg, apart from ours: MoviePy wants an older Pillow."""
    python = TOOLS / "bin" / "python"
    if not python.exists():
        uv = Path(sys.executable).with_name("uv")
        made = subprocess.run([uv, "venv", "--quiet", TOOLS], check=False).returncode == 0
        if (
            not made
            or subprocess.run(
                [uv, "pip", "install", "--quiet", "--python", python, "moviepy==2.2.1"], check=False
            ).returncode
        ):
            return None
    return python


def _zoompan(python: Path, plate: Path, folder: Path) -> float:
    ffmpeg = subprocess.run(
        [python, "-c", "import imageio_ffmpeg as f; print(f.get_ffmpeg_exe())"],
        capture_output=True,
        text=True,
        check=True,
    )
    zoom = "zoompan=z='1+0.4*on/119':x='iw/2-(iw/zoom/2)':y='ih/2-(ih/zoom/2)':d=120:s=1280x720:fps=24"
    command: list[str | Path] = [ffmpeg.stdout.strip(), "-y", "-v", "error", "-i", plate, "-vf", zoom, "-frames:v", "120", "-c:v", "libx264", "-preset", "veryfast",
               "-crf", "18", "-pix_fmt", "yuv420p", folder / "zoompan.mp4"]  # fmt: skip
    took = []
    for _ in range(2):
        began = time.perf_counter()
        subprocess.run(command, check=True)
        took.append(time.perf_counter() - began)
    return 120 / min(took)


_MOVIEPY = """
import sys, time, json
from moviepy import ImageClip, CompositeVideoClip
clip = ImageClip(sys.argv[1]).with_duration(5).resized(lambda t: 1 + 0.08 * t).with_position("center")
film = CompositeVideoClip([clip], size=(1280, 720))
began = time.perf_counter()
film.write_videofile(sys.argv[2], fps=24, codec="libx264", preset="veryfast", audio=False, logger=None, ffmpeg_params=["-crf", "18"])
print(json.dumps(time.perf_counter() - began))
"""


def _moviepy(python: Path, plate: Path, folder: Path) -> float:
    done = subprocess.run(
        [python, "-c", _MOVIEPY, plate, folder / "moviepy.mp4"], capture_output=True, text=True, check=True
    )
    found = re.findall(r"[\d.]+$", done.stdout.strip())
    return 120 / float(json.loads(found[-1]))
