"""Changes to a source video. Frames, timing and sound stay; what is not mentioned stays as it is.

Each operation is a row of `_BUILDERS`: it looks at the analysis once and returns a function that changes one frame. An
operation whose target cannot be located is skipped and named in `not_rendered`, never faked somewhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.plan import Edit, Look
from shotwright.engines.base import Rendered
from shotwright.engines.draft import grade, standins
from shotwright.engines.draft.clip import ClipAnalysis, Mosaic, analyse, build_mosaic
from shotwright.engines.draft.cutout import CutOut, cut_out
from shotwright.engines.draft.plate import fit
from shotwright.engines.draft.sets import paint_set
from shotwright.engines.draft.sprites import harmonised
from shotwright.engines.draft.stage import blend
from shotwright.engines.draft.style import matching_table
from shotwright.engines.draft.weather import sky_of
from shotwright.media.colour import COLOUR_RGB, FrameYUV, Mask, rgb_pixel, rgb_to_yuv
from shotwright.media.decode import decode_frame_at, decode_frames
from shotwright.media.images import load_image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.engines.base import Progress, Shot
    from shotwright.engines.draft.cache import Cache

Change = Callable[[FrameYUV, int], FrameYUV]
"""Changes frame number `index`; may change its argument."""

PARTS = frozenset({
    "hair", "eye", "face", "shirt", "jacket", "dress", "hat", "shoe", "hoodie", "hand", "glass", "brush", "wall", "window", "floor",
    "water", "sign", "tie", "sleeve", "skirt", "beard", "lip", "bag", "sword", "cup", "phone", "sky",
})  # fmt: skip
"""Things that no matte of the main subject can tell apart."""
SUBJECT_WORDS = frozenset(
    {"subject", "figure", "animal", "vehicle", "creature", "actor", "performer", "player", "model"}
)
"""Words for whoever the clip is about, beside the kinds of beings that the vocabulary lists."""
KEY_GREEN = (0, 177, 64)
POSTERS = {"anime": 10, "cartoon": 8, "comic": 7, "pixel_art": 9, "origami": 9}


@dataclass
class Bench:
    """Everything that the operations share."""

    shot: Shot
    cache: Cache
    analysis: ClipAnalysis
    matrices: list[NDArray[np.float64]]
    tick: Callable[[int], None]
    not_rendered: list[str]
    new_place: Callable[[int], FrameYUV] | None = None
    _mosaic: Mosaic | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the output."""
        return self.shot.output.width, self.shot.output.height

    def mosaic(self) -> Mosaic:
        """The place without the subject, made when it is first needed."""
        if self._mosaic is None:
            assert self.shot.video is not None  # noqa: S101  (an edit has a video)
            self._mosaic = build_mosaic(self.shot.video, self.analysis, *self.size, self.tick)
        return self._mosaic

    def matrix(self, index: int) -> NDArray[np.float64]:
        """From the first frame's pixels to those of frame `index`."""
        return self.matrices[min(index, len(self.matrices) - 1)]

    def mask(self, index: int, grow: int = 0) -> Mask:
        """The subject in frame `index`, soft at its edge."""
        small = self.analysis.mattes[min(index, len(self.analysis.mattes) - 1)]
        if grow:
            small = np.asarray(cv2.dilate(small, np.ones((grow, grow), np.uint8)), np.uint8)
        large = cv2.resize(small, self.size, interpolation=cv2.INTER_CUBIC)
        return np.asarray(cv2.LUT(large, _STEEP), np.uint8)

    def frame_at(self, share: float) -> FrameYUV:
        """A frame of the source, by its place in the clip."""
        facts = self.shot.video_facts
        assert facts is not None  # noqa: S101
        assert self.shot.video is not None  # noqa: S101
        return decode_frame_at(self.shot.video, int(share * (facts.frames - 1)), *self.size)


_STEEP = np.clip((np.arange(256, dtype=np.float32) - 100) * (255 / 60), 0, 255).astype(np.uint8)


def render_edit(shot: Shot, workdir: Path, cache: Cache, progress: Progress) -> Rendered:
    """Render an edit: every frame of the source, changed where the plan says so."""
    from shotwright.engines.draft.engine import write_clip

    facts, video = shot.video_facts, shot.video
    assert facts is not None  # noqa: S101  (the endpoint requires a video)
    assert video is not None  # noqa: S101
    progress("analyse", 0.01, "Finding camera path and subject")

    def tick(index: int) -> None:
        progress("analyse", 0.01 + 0.24 * min(1.0, index / max(1, facts.frames)))

    analysis = analyse(video, (facts.width, facts.height), cache, tick)
    bench = Bench(shot, cache, analysis, analysis.motion.matrices(shot.output.width), tick, [])
    changes = [change for edit in _ordered(shot.plan.edits) for change in _built(edit, bench)]
    if not shot.plan.edits:
        bench.not_rendered.append("the prompt names no change that could be understood; the clip is unchanged")
    progress("render", 0.3, f"Rendering {facts.frames} frames at {shot.output.width}x{shot.output.height}")

    def frames() -> Iterator[FrameYUV]:
        for index, frame in enumerate(decode_frames(video, shot.output.width, shot.output.height)):
            for change in changes:
                frame = change(frame, index)
            yield frame

    path = workdir / "output.mp4"
    whole = replace(shot, output=replace(shot.output, fps=Fraction(shot.output.fps)))
    count = write_clip(path, frames(), whole, progress, first=0.3)
    return Rendered(path, tuple(dict.fromkeys(bench.not_rendered)), None, {"frames": count})


_RANK = [
    "background",
    "remove",
    "replace",
    "add",
    "recolour",
    "material",
    "attribute",
    "effect",
    "style",
    "time_of_day",
    "weather",
]


def _ordered(edits: tuple[Edit, ...]) -> list[Edit]:
    """Places first, people next, looks last."""
    return sorted(edits, key=lambda edit: _RANK.index(edit.op))


def _built(edit: Edit, bench: Bench) -> list[Change]:
    build = _BUILDERS.get(edit.op)
    change = build(edit, bench) if build else None
    if change is None and not any(_name(edit) in text for text in bench.not_rendered):
        bench.not_rendered.append(_name(edit))
    return [change] if change else []


def _name(edit: Edit) -> str:
    parts = [
        edit.op.replace("_", " "),
        edit.target or edit.what or "",
        f"→ {edit.to or edit.with_ref}" if edit.to or edit.with_ref else "",
    ]
    return " ".join(part for part in parts if part)


def _located(edit: Edit, bench: Bench) -> bool:
    """Whether the target is the main subject, as far as one can tell without a detector."""
    words = (edit.target or "").split()
    if set(words) & PARTS or (words and _kind(words[-1]) is None and words[-1] not in SUBJECT_WORDS):
        bench.not_rendered.append(f"{_name(edit)}: no part of the picture could be identified as it")
        return False
    if not bench.analysis.has_subject:
        bench.not_rendered.append(f"{_name(edit)}: no subject stands out clearly enough")
        return False
    return True


def _replace(edit: Edit, bench: Bench) -> Change | None:
    if "sky" in (edit.target or "") or not _located(edit, bench):
        return None
    cut = _thing(edit, bench)
    if cut is None:
        return None
    place = _place(bench)

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        blend(frame, place(index), bench.mask(index, grow=13))
        left, top, right, bottom = bench.analysis.boxes[min(index, len(bench.analysis.boxes) - 1)]
        width, height = bench.size
        _paste(frame, cut, (left + right) / 2 * width, bottom * height, (bottom - top) * height)
        return frame

    return change


def _remove(edit: Edit, bench: Bench) -> Change | None:
    if not _located(edit, bench):
        return None
    place = _place(bench)

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        blend(frame, place(index), bench.mask(index, grow=13))
        return frame

    return change


def _place(bench: Bench) -> Callable[[int], FrameYUV]:
    """What is behind the subject: the place that an operation has put there, else the source's own."""
    if bench.new_place is not None:
        return bench.new_place
    mosaic = bench.mosaic()
    return lambda index: mosaic.seen_from(bench.matrix(index), *bench.size)


def _thing(edit: Edit, bench: Bench) -> CutOut | None:
    """The picture that comes in: a reference, else a plain stand-in for the words."""
    path = bench.shot.image(edit.with_ref)
    place = bench.frame_at(0.5)
    if path is not None:
        return harmonised(cut_out(path, bench.cache), place)
    words = (edit.to or edit.what or "").split()
    if not words:
        return None
    kind = next((kind for word in reversed(words) for kind in (_kind(word),) if kind), "object")
    bench.not_rendered.append(f"{' '.join(words)}: a plain stand-in")
    return harmonised(standins.stand_in(kind), place)


def _kind(word: str) -> str | None:
    from shotwright.core.prompt.lexer import tokenize
    from shotwright.core.prompt.vocabulary import KNOWN_WORDS, STAND_INS

    return STAND_INS.first(tokenize(word, KNOWN_WORDS))


def _paste(frame: FrameYUV, cut: CutOut, x: float, foot: float, tall: float) -> None:
    """Stand a cut-out at a foot point, in place; parts outside the frame are cut."""
    height = max(2, round(tall))
    width = max(2, round(tall * cut.aspect))
    interpolation = cv2.INTER_AREA if height < cut.texture.shape[0] else cv2.INTER_LINEAR
    picture = cv2.resize(cut.texture, (width, height), interpolation=interpolation)
    alpha = cv2.resize(cut.alpha, (width, height), interpolation=interpolation)
    x0, y0 = round(x - width / 2), round(foot - height)
    left, top = max(0, x0), max(0, y0)
    right, bottom = min(frame.shape[1], x0 + width), min(frame.shape[0], y0 + height)
    if right <= left or bottom <= top:
        return
    inner = (slice(top - y0, bottom - y0), slice(left - x0, right - x0))
    blend(frame[top:bottom, left:right], np.asarray(picture[inner], np.uint8), np.asarray(alpha[inner], np.uint8))


def _background(edit: Edit, bench: Bench) -> Change | None:
    if not bench.analysis.has_subject:
        bench.not_rendered.append(f"{_name(edit)}: no subject stands out clearly enough to keep")
        return None
    width, height = bench.size
    if "green screen" in (edit.to or ""):
        flat = np.full((height, width, 3), rgb_pixel(*KEY_GREEN), np.uint8)
        return _behind(bench, lambda _: flat)
    path = bench.shot.image(edit.with_ref)
    margin = 1.25
    large = (round(width * margin), round(height * margin))
    if path is not None:
        rgb = fit(load_image(path)[0], *large)
    else:
        settings = _settings(edit.to or "")
        rgb, _ = paint_set(settings, Look(), *large, bench.shot.seed)
        bench.not_rendered.append(f"the place: a painted set stands in for {edit.to}")
    plate = rgb_to_yuv(rgb)
    centre = np.array([[1, 0, -(large[0] - width) / 2], [0, 1, -(large[1] - height) / 2], [0, 0, 1.0]])

    def seen(index: int) -> FrameYUV:
        warp = bench.matrix(index) @ centre
        moved = cv2.warpPerspective(plate, warp, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        return np.asarray(moved, np.uint8)

    return _behind(bench, seen)


def _behind(bench: Bench, place: Callable[[int], FrameYUV]) -> Change:
    bench.new_place = place

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        new = place(index).copy()
        blend(new, frame, bench.mask(index))
        return new

    return change


def _settings(words: str) -> tuple[str, ...]:
    from shotwright.core.prompt.lexer import tokenize
    from shotwright.core.prompt.look import parse_setting
    from shotwright.core.prompt.vocabulary import KNOWN_WORDS

    return parse_setting(tokenize(words, KNOWN_WORDS))[0]


def _add(edit: Edit, bench: Bench) -> Change | None:
    cut = _thing(edit, bench)
    if cut is None:
        return None
    width, height = bench.size
    words = edit.placement or ""
    x = {"left": 0.22, "right": 0.78}.get(next((w for w in words.split() if w in {"left", "right"}), ""), 0.72)
    far = "background" in words or "distance" in words
    foot, tall = (0.62, 0.16) if far else (0.9, 0.34)
    anchor = np.array([[x * width, foot * height, 1], [x * width, (foot - tall) * height, 1.0]])

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        moved = anchor @ bench.matrix(index).T
        points = moved[:, :2] / moved[:, 2:]
        _paste(frame, cut, points[0, 0], points[0, 1], points[0, 1] - points[1, 1])
        return frame

    return change


def _recolour(edit: Edit, bench: Bench) -> Change | None:
    colour = COLOUR_RGB.get(edit.to or "")
    if colour is None or not _located(edit, bench):
        return None
    y, cb, cr = rgb_pixel(*colour)
    lift = {"white": 40, "black": -60}.get(edit.to or "", (y - 110) * 0.15)

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        painted = frame.copy()
        painted[..., 0] = (
            cv2.convertScaleAbs(frame[..., 0], alpha=1.0, beta=lift)
            if lift >= 0
            else cv2.subtract(frame[..., 0], np.full_like(frame[..., 0], round(-lift)))
        )
        painted[..., 1], painted[..., 2] = cb, cr
        blend(frame, painted, bench.mask(index), opacity=0.85)
        return frame

    return change


def _style(edit: Edit, bench: Bench) -> Change | None:
    path = bench.shot.image(edit.with_ref)
    if path is not None:
        table = matching_table(bench.frame_at(0.5), rgb_to_yuv(load_image(path)[0]))
        bench.not_rendered.append(f"brush work of {edit.with_ref} (its palette and contrast are taken over)")
        return lambda frame, _: grade.apply_table(frame, table)
    look = grade.STYLES.get(edit.to or "")
    if look is None:
        return None
    table = look.table()
    steps = POSTERS.get(edit.to or "")
    if steps:
        levels = np.arange(256)
        table = table.copy()
        table[0, :, 0] = table[0, np.clip((levels // (256 // steps)) * (256 // steps) + 128 // steps, 0, 255), 0]
    bench.not_rendered.append(
        f"line and texture of the {(edit.to or '').replace('_', ' ')} style (its colours are there)"
    )
    return lambda frame, _: grade.apply_table(frame, table)


def _time(edit: Edit, bench: Bench) -> Change | None:
    del bench
    look = grade.TIMES.get(edit.to or "") or grade.LIGHTS.get(edit.to or "")
    if look is None:
        return None
    table = look.table()
    return lambda frame, _: grade.apply_table(frame, table)


def _weather(edit: Edit, bench: Bench) -> Change | None:
    look = grade.WEATHERS.get(edit.to or "")
    if look is None:
        return None
    table = look.table()
    falling = sky_of(edit.to, *bench.size, bench.shot.seed)
    fps = float(bench.shot.output.fps)

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        graded = grade.apply_table(frame, table)
        if falling:
            falling.draw_behind(graded, index / fps)
            falling.draw_before(graded, index / fps)
        return graded

    return change


_BUILDERS: dict[str, Callable[[Edit, Bench], Change | None]] = {
    "replace": _replace, "remove": _remove, "background": _background, "add": _add, "recolour": _recolour, "style": _style,
    "time_of_day": _time, "weather": _weather,
}  # fmt: skip
