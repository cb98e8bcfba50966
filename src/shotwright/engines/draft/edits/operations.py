"""One builder per operation: it looks at the clip once and returns a function that changes one frame, or None."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.plan import Edit, Look, Setting
from shotwright.core.prompt.lexer import tokenize
from shotwright.core.prompt.look import parse_shells
from shotwright.core.prompt.vocabulary import KNOWN_WORDS
from shotwright.core.prompt.vocabulary import TIMES as TIME_WORDS
from shotwright.engines.analysis.cutout import CutOut, cut_out
from shotwright.engines.analysis.edit_source import Change, EditSource, name_of
from shotwright.engines.analysis.region import PARTS, finder_of, subject
from shotwright.engines.draft import grade
from shotwright.engines.draft.cast.words import thing_of
from shotwright.engines.draft.edits.effects import effect_on
from shotwright.engines.draft.edits.restyle import restyled
from shotwright.engines.draft.foresight import SUBJECT_ONLY
from shotwright.engines.draft.looks.lights import LIGHTS
from shotwright.engines.draft.looks.styles import STYLES, in_look
from shotwright.engines.draft.looks.times import TIMES
from shotwright.engines.draft.looks.weathers import WEATHERS
from shotwright.engines.draft.plate import fit
from shotwright.engines.draft.sets import find_place, paint_set
from shotwright.engines.draft.sprites import colour_matched
from shotwright.engines.draft.stage import blend
from shotwright.engines.draft.style import matching_table, stylise
from shotwright.engines.draft.weather import haze_of, precipitation_of
from shotwright.media.colour import FrameYUV, colour_of, rgb_pixel, rgb_to_yuv, yuv_to_rgb
from shotwright.media.images import load_flat

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEY_GREEN = (0, 177, 64)
SPARE = 1.3
"""Size of a new place, in frames: the camera looks beyond its first frame."""
RIM_GROW = 13
WHOLE = frozenset(
    {"scene", "video", "clip", "footage", "image", "picture", "shot", "frame", "everything", "colour", "color"}
)
"""Words for all that is seen."""
MATERIALS: dict[str, tuple[tuple[int, int, int], float]] = {
    "gold": ((212, 168, 60), 1.35), "golden": ((212, 168, 60), 1.35), "silver": ((190, 194, 200), 1.4), "metal": ((150, 154, 162), 1.45), "chrome": ((176, 182, 192), 1.6),
    "bronze": ((150, 104, 60), 1.3), "copper": ((184, 112, 76), 1.3), "stone": ((134, 130, 124), 1.1), "marble": ((222, 220, 216), 0.8), "wood": ((140, 98, 62), 1.05),
    "wooden": ((140, 98, 62), 1.05), "ice": ((186, 222, 240), 1.1), "glass": ((190, 214, 220), 1.2), "crystal": ((196, 222, 236), 1.3), "clay": ((176, 120, 92), 0.8),
    "leather": ((96, 62, 42), 1.15), "plastic": ((200, 60, 60), 1.2), "paper": ((236, 232, 222), 0.75), "neon": ((80, 240, 220), 1.4),
}  # fmt: skip
"""Colour and contrast of what something is made of."""


def replace_subject(edit: Edit, source: EditSource) -> Change | None:
    """The subject gives way to an element, which takes its place, its size and its rhythm."""
    words = set((edit.target or "").split())
    if words & set(PARTS) and edit.with_ref is None and colour_of(edit.to) is not None:
        return recolour(edit, source)
    find = finder_of(edit, source)
    if find is None:
        return None
    if find is not subject:
        source.skip(edit, SUBJECT_ONLY["replace"])
        return None
    cut = _thing(edit, source)
    if cut is None:
        return None

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        blend(frame, source.behind(index), source.mask(index, grow=RIM_GROW))
        left, top, right, bottom = source.box(index)
        tall = _height_for(cut, right - left, bottom - top, is_cut_off=source.analysis.is_cut_off_below)
        _paste(frame, cut, (left + right) / 2, top + tall, tall)
        return frame

    return change


def _height_for(cut: CutOut, wide: float, tall: float, *, is_cut_off: bool) -> float:
    """Height of an element that takes somebody's place: of somebody cut off by the frame only the upper part is seen."""
    if not is_cut_off or cut.is_cropped:
        return tall
    return max(tall, min(2.6 * tall, 0.92 * wide / cut.aspect))


def remove(edit: Edit, source: EditSource) -> Change | None:
    """The subject, or a thing of a colour, gives way to the place behind it."""
    find = finder_of(edit, source)
    if find is None:
        return None

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        mask = source.mask(index, grow=RIM_GROW) if find is subject else find(frame, source, index)
        blend(frame, source.behind(index), mask)
        return frame

    if find is not subject:
        source.skip(edit, SUBJECT_ONLY["remove"])
        return None
    return change


def _thing(edit: Edit, source: EditSource) -> CutOut | None:
    """The picture that comes in: a reference, else what the cast has for the words."""
    path = source.shot.image(edit.with_ref)
    place = source.frame_at(0.5)
    if path is not None:
        return colour_matched(cut_out(path, source.cache), place)
    words = (edit.to or edit.what or "").split()
    if not words:
        return None
    cut, is_box = thing_of(words)
    if is_box:
        source.not_rendered.append(f"{' '.join(words)}: a box with its name stands in")
    return colour_matched(cut, place)


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


def background(edit: Edit, source: EditSource) -> Change | None:
    """A new place behind the subject, moved by the measured camera; the subject is pulled towards its light."""
    if not source.analysis.has_subject:
        source.skip(edit, "no subject stands out clearly enough to keep")
        return None
    width, height = source.size
    if "green screen" in (edit.to or ""):
        flat = np.full((height, width, 3), rgb_pixel(*KEY_GREEN), np.uint8)
        return _behind(source, lambda _: flat, None)
    path = source.shot.image(edit.with_ref)
    large = (round(width * SPARE), round(height * SPARE))
    if path is not None:
        rgb = fit(load_flat(path), *large)
    else:
        tokens = tokenize(edit.to or "", KNOWN_WORDS)
        look = Look(time_of_day=TIME_WORDS.first(tokens))
        setting = Setting(
            places=((edit.to or "").lower(),),
            shells=parse_shells(tokens),
            attributes=tuple((edit.to or "").lower().split()),
        )
        rgb, _ = paint_set(find_place(setting, has_cast=False).kind, look, *large, source.shot.seed)
        source.not_rendered.append(f"the place: a painted set stands in for {edit.to}")
    plate = rgb_to_yuv(rgb)
    centre = np.array([[1, 0, -(large[0] - width) / 2], [0, 1, -(large[1] - height) / 2], [0, 0, 1.0]])

    def seen(index: int) -> FrameYUV:
        warp = source.matrix(index) @ centre
        moved = cv2.warpPerspective(plate, warp, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        return np.asarray(moved, np.uint8)

    return _behind(source, seen, matching_table(source.frame_at(0.5), plate, 0.22))


def _behind(source: EditSource, place: Callable[[int], FrameYUV], light: NDArray[np.generic] | None) -> Change:
    source.new_place = place

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        new = place(index).copy()
        blend(new, frame if light is None else grade.apply_table(frame, light), source.mask(index))
        return new

    return change


HAND_X = 0.05
"""How far beside somebody who was added the thing is that they hold, in shares of the width."""


def add(edit: Edit, source: EditSource) -> Change | None:
    """Something comes into the picture, sticks to its ground, and casts a shadow."""
    cut = _thing(edit, source)
    if cut is None:
        return None
    width, height = source.size
    words = set((edit.placement or "").split())
    far, near = bool(words & {"background", "distance", "far"}), bool(words & {"foreground", "front"})
    foot, tall = (0.62, 0.16) if far else ((0.98, 0.5) if near else (0.9, 0.34))
    held = words >= {"held", "by"}
    if held:
        foot, tall = foot - 0.45 * tall, 0.4 * tall
    x = (
        _free_side(source)
        if not words & {"left", "right", "center", "middle"}
        else {"left": 0.22, "right": 0.78}.get(next(iter(words & {"left", "right"}), ""), 0.5)
    )
    x += HAND_X if held else 0
    anchor = np.array([[x * width, foot * height, 1], [x * width, (foot - tall) * height, 1.0]])

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        points = anchor @ source.matrix(index).T
        points = points[:, :2] / points[:, 2:]
        high = float(points[0, 1] - points[1, 1])
        if not held:
            _shade(frame, float(points[0, 0]), float(points[0, 1]), 0.42 * high * cut.aspect)
        _paste(frame, cut, points[0, 0], points[0, 1], high)
        return frame

    return change


def _free_side(source: EditSource) -> float:
    """Where there is room beside the subject, in shares of the width."""
    if not source.analysis.has_subject:
        return 0.72
    left, _, right, _ = source.analysis.boxes.mean(axis=0)
    return float(left / 2) if left > 1 - right else float((1 + right) / 2)


def _shade(frame: FrameYUV, x: float, y: float, reach: float) -> None:
    """A soft contact shadow, in place."""
    if reach < 2:
        return
    x0, x1 = max(0, int(x - reach * 1.2)), min(frame.shape[1], int(x + reach * 1.2) + 1)
    y0, y1 = max(0, int(y - reach * 0.35)), min(frame.shape[0], int(y + reach * 0.35) + 1)
    if x1 <= x0 or y1 <= y0:
        return
    rows, columns = np.mgrid[y0:y1, x0:x1]
    amount = np.clip(1 - np.hypot((columns - x) / (reach * 1.2), (rows - y) / (reach * 0.35)), 0, 1) * 130
    part = frame[y0:y1, x0:x1]
    blend(part, np.full_like(part, (16, 128, 128)), amount.astype(np.uint8))


def recolour(edit: Edit, source: EditSource) -> Change | None:
    """Another colour inside the target's mask; shading stays."""
    path = source.shot.image(edit.with_ref)
    if path is not None:
        table = matching_table(source.frame_at(0.5), rgb_to_yuv(load_flat(path)))
        return lambda frame, _: grade.apply_table(frame, table)
    rgb = colour_of(edit.to)
    return None if rgb is None else _painted(edit, source, rgb, 1.0)


def material(edit: Edit, source: EditSource) -> Change | None:
    """Another material: its colour and its contrast."""
    row = next((MATERIALS[word] for word in (edit.to or edit.what or "").split() if word in MATERIALS), None)
    return None if row is None else _painted(edit, source, *row)


def attribute(edit: Edit, source: EditSource) -> Change | None:
    """An attribute that is a tone, a colour, a material or an effect."""
    words = (edit.to or edit.what or "").split()
    if (edit.to or "") in grade.TONES:
        return _toned(edit, source, grade.TONES[edit.to or ""].table())
    if colour_of(" ".join(words)) is not None:
        return recolour(edit, source)
    if set(words) & set(MATERIALS):
        return material(edit, source)
    return effect(edit, source)


def _toned(edit: Edit, source: EditSource, table: NDArray[np.generic]) -> Change | None:
    """The whole picture graded, or what is named."""
    if set((edit.target or "picture").split()) & WHOLE:
        return lambda frame, _: grade.apply_table(frame, table)
    find = finder_of(edit, source)
    if find is None:
        return None

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        blend(frame, grade.apply_table(frame, table), find(frame, source, index))
        return frame

    return change


def _painted(edit: Edit, source: EditSource, colour: tuple[int, int, int], contrast: float) -> Change | None:
    find = finder_of(edit, source)
    if find is None:
        return None
    y, cb, cr = rgb_pixel(*colour)
    middle = source.frame_at(0.5)
    mask = find(middle, source, source.frames // 2) > 128
    mean = float(middle[..., 0][mask].mean()) if mask.any() else 110.0
    shift = float(np.clip(0.55 * (y - mean), -70, 70))
    levels = np.clip((np.arange(256) - mean) * contrast + mean + shift, 16, 235).astype(np.uint8)

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        painted = np.empty_like(frame)
        painted[..., 0] = cv2.LUT(np.ascontiguousarray(frame[..., 0]), levels)
        painted[..., 1], painted[..., 2] = cb, cr
        blend(frame, painted, find(frame, source, index), opacity=0.88)
        return frame

    return change


def style(edit: Edit, source: EditSource) -> Change | None:
    """Another style, by an image or by words; on key frames, carried by flow."""
    path = source.shot.image(edit.with_ref)
    if path is not None:
        picture = load_flat(path)
        return restyled(source, lambda frame: rgb_to_yuv(stylise(yuv_to_rgb(frame), picture)))
    row = STYLES.get(edit.to or "")
    if row is None:
        return None
    table = row.grade.table()
    if row.draw is None:
        return lambda frame, _: grade.apply_table(frame, table)
    return restyled(source, lambda frame: grade.apply_table(in_look(frame, edit.to), table))


def time_of_day(edit: Edit, source: EditSource) -> Change | None:
    """Another time of day or light; the subject stays a little lighter than a dark place."""
    row = TIMES.get(edit.to or "") or LIGHTS.get(edit.to or "")
    if row is None:
        return None
    look = row.grade
    table = look.table()
    if look.stops > -0.85 or not source.analysis.has_subject:
        return lambda frame, _: grade.apply_table(frame, table)
    lit = replace(look, stops=0.6 * look.stops, roll=0.6 * look.roll).table()

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        dark = grade.apply_table(frame, table)
        blend(dark, grade.apply_table(frame, lit), source.mask(index), 0.8)
        return dark

    return change


def weather(edit: Edit, source: EditSource) -> Change | None:
    """Rain, snow, fog, storm: graded, with what falls behind and before the subject."""
    row = WEATHERS.get(edit.to or "")
    if row is None or row.grade == grade.NEUTRAL:  # leaves in the wind are not drawn over a clip
        return None
    table, fps = row.grade.table(), float(source.shot.output.fps)
    haze = haze_of(edit.to, source.frame_at(0.5))
    falling = precipitation_of(edit.to, *source.size, source.shot.seed, haze)
    step = haze.step(14.0) if haze else 0

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        graded = grade.apply_table(frame, table)
        far = haze.veiled(graded, step) if haze and step else graded.copy()
        if falling:
            falling.draw_behind(far, index / fps)
        if source.analysis.has_subject:
            blend(far, graded, source.mask(index))
        if falling:
            falling.draw_before(far, index / fps)
        return far

    return change


def effect(edit: Edit, source: EditSource) -> Change | None:
    """Fire, glow, lightning, ice and the like, on the target."""
    words = [token.lemma for token in tokenize(f"{edit.what or ''} {edit.to or ''} {edit.target or ''}", KNOWN_WORDS)]
    target = replace(edit, what=None) if edit.target else replace(edit, what=None, target="subject")
    find = finder_of(target, source)
    return None if find is None else effect_on(source, words, find)


BUILDERS: dict[str, Callable[[Edit, EditSource], Change | None]] = {
    "background": background, "remove": remove, "replace": replace_subject, "add": add, "recolour": recolour, "material": material, "attribute": attribute,
    "effect": effect, "style": style, "time_of_day": time_of_day, "weather": weather,
}  # fmt: skip
"""In the order in which they are done: places first, people next, looks last."""


def built(edit: Edit, source: EditSource) -> list[Change]:
    """The change that an operation makes; none, and named, when it cannot be made."""
    change = BUILDERS[edit.op](edit, source)
    if change is None and not any(name_of(edit) in text for text in source.not_rendered):
        source.not_rendered.append(name_of(edit))
    return [change] if change else []
