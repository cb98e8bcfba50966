"""One row per metric: what it measures and its gate. A metric that says nothing about a case is left out of its table.

A gate that is passed by a wide margin today stays where the specification puts it. Source: evaluation c.3.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from shotwright.evaluation.bodies import bodies, drawn_out, repeats
from shotwright.evaluation.camera import MeasuredPath, MoveCheck, check_moves, measure_path
from shotwright.evaluation.case import Case
from shotwright.evaluation.locate import Found, histogram_distance, locate, rim_gap
from shotwright.evaluation.result import Result
from shotwright.evaluation.sample import Sample, read_sample, stream_hash
from shotwright.media.colour import FrameRGB
from shotwright.media.images import load_flat

LOOKS_AT = 5
"""Frames of a clip in which elements are looked for."""
SEARCH_PX = 300
SURE = 0.8
"""Agreement from which an element's colours are compared."""
FLOW_PX = 240
SSIM_C1, SSIM_C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
FALLING = frozenset({"rain", "snow", "storm"})
FLASHES = frozenset({"lightning", "explosion", "fireworks", "flash", "strobe", "muzzle_flash", "electricity"})
UNSEEN = 0.75
"""Jumps of luma, in 8-bit code values, that nobody sees; the encoder alone makes half as much."""
FLOW_SPAN = 3
"""Frames between two whose motion is compared: single steps are too small to be measured well."""
CLOSE = frozenset({"close_up", "extreme_close_up"})
"""Sizes in which an element is larger than the frame and cannot be searched for whole."""
SOFT = frozenset({"fog", "storm", "snow", "rain"})


@dataclass
class Measurements:
    """A clip and what was asked, with what several metrics share."""

    sample: Sample
    case: Case
    _located: dict[str, list[tuple[int, Found | None]]] = field(default_factory=dict)

    @cached_property
    def path(self) -> MeasuredPath:
        """The measured camera."""
        return measure_path(self.sample, is_falling=self.case.plan.look.weather in FALLING)

    @cached_property
    def source(self) -> Sample | None:
        """The source video of an edit or a reference."""
        return read_sample(self.case.video) if self.case.video is not None else None

    @cached_property
    def moves(self) -> list[MoveCheck]:
        """The moves of the plan, checked."""
        plan = self.case.plan
        return check_moves(
            plan.camera,
            self.path,
            fps=float(self.case.fps),
            poses=self.case.path,
            duration_s=plan.duration_s,
            is_falling=plan.look.weather in FALLING,
            is_filled=bool(self.case.bodies),
        )

    @cached_property
    def searched(self) -> NDArray[np.uint8]:
        """The frames at the size at which elements are looked for."""
        scale = SEARCH_PX / max(self.sample.small.shape[1:3])
        return np.array(
            [cv2.resize(f, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for f in self.sample.small], np.uint8
        )

    @property
    def is_still(self) -> bool:
        """Whether the plan asks for a camera that stands."""
        return any(move.move == "static" for move in self.case.plan.camera)

    def located(self, ref: str) -> list[tuple[int, Found | None]]:
        """Where an element is, in frames spread over the time in which it is visible."""
        if ref not in self._located:
            subject = self.case.plan.pictured().get(ref)
            appears_s = subject.appears_s + 0.4 if subject is not None and subject.appears_s else 0.0
            first = int(appears_s * float(self.case.fps))
            marks = np.linspace(min(first, self.sample.frames - 1), self.sample.frames - 1, LOOKS_AT).astype(int)
            views = self.case.pictures.get(ref, ())
            self._located[ref] = [(int(i), locate(self.searched[i], views)) for i in marks]
        return self._located[ref]


def fitted(picture: FrameRGB, width: int, height: int) -> FrameRGB:
    """The documented crop: scaled to cover the frame, the overhang cut equally on both sides."""
    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = (max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale)))
    scaled = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(scaled[y : y + height, x : x + width], np.uint8)


def ssim(a: FrameRGB, b: FrameRGB) -> float:
    """Structural similarity of two pictures' luma, 11x11 Gaussian windows."""
    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float32) for p in (a, b))

    def mean(p: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.GaussianBlur(p, (11, 11), 1.5), np.float32)

    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    top, bottom = (2 * mx * my + SSIM_C1) * (2 * cov + SSIM_C2), (mx * mx + my * my + SSIM_C1) * (vx + vy + SSIM_C2)
    return float((top / bottom).mean())


def _edge_frame(measured: Measurements, ref: str | None, frame: FrameRGB, metric: str, name: str) -> Iterator[Result]:
    path = measured.case.picture(ref)
    if path is None:
        return
    asked = fitted(load_flat(path), measured.case.width, measured.case.height)
    value = ssim(asked, frame)
    psnr = cv2.PSNR(asked, frame)
    yield Result(metric, name, f"SSIM {value:.3f}, PSNR {psnr:.1f} dB", "SSIM >= 0.95", value >= 0.95)


def start_frame(measured: Measurements) -> Iterator[Result]:
    """M1: the first frame is the start image after the documented crop."""
    yield from _edge_frame(measured, measured.case.plan.start_frame, measured.sample.first, "M1", "start frame")


def end_frame(measured: Measurements) -> Iterator[Result]:
    """M2: the last frame is the end image."""
    yield from _edge_frame(measured, measured.case.plan.end_frame, measured.sample.last, "M2", "end frame")


def camera_moves(measured: Measurements) -> Iterator[Result]:
    """M3: every move of the plan is seen in its time, with its sign and its type; turns and zooms have the right size."""
    if not measured.moves:
        return
    shown = sum(check.is_shown for check in measured.moves)
    missing = ", ".join(check.name for check in measured.moves if not check.is_shown)
    value = f"{shown} of {len(measured.moves)}" + (f" (not {missing})" if missing else "")
    yield Result("M3", "camera moves", value, "all", shown == len(measured.moves))
    errors = [check.error for check in measured.moves if check.error is not None]
    if errors:
        yield Result("M3", "size of turns and zooms", f"error {max(errors):.1%}", "<= 10 %", max(errors) <= 0.10)


def identity(measured: Measurements) -> Iterator[Result]:
    """M5: an element looks like its pictures."""
    for ref in measured.case.plan.pictured():
        found = [(i, f) for i, f in measured.located(ref) if f]
        if not found or measured.case.is_graded:
            continue
        views = measured.case.pictures[ref]
        distances = [histogram_distance(measured.searched[i], f, views) for i, f in found if f.score >= SURE]
        best = min((d for d in distances if d is not None), default=None)
        if best is None:
            continue
        yield Result("M5", f"identity of {ref}", f"colour distance {best:.3f}", "<= 0.1", best <= 0.1)


def flow_preservation(measured: Measurements) -> Iterator[Result]:
    """M8: an edit moves as its source does."""
    other = measured.source
    if (
        other is None
        or measured.case.plan.task != "edit"
        or {edit.op for edit in measured.case.plan.edits} & NEW_MOTION
    ):
        return
    errors = []
    for i in np.linspace(0, min(other.frames, measured.sample.frames) - 1 - FLOW_SPAN, 12).astype(int):
        one, two = (_flow(s.grey[i], s.grey[i + FLOW_SPAN]) for s in (other, measured.sample))
        errors.append(
            float(np.linalg.norm(one - two, axis=2).mean()) / max(0.25, float(np.linalg.norm(one, axis=2).mean()))
        )
    value = float(np.median(errors))
    yield Result("M8", "motion of the source", f"flow error {value:.2f}", "<= 0.3", value <= 0.3)


NEW_MOTION = frozenset({"weather", "effect", "replace", "remove", "add", "background"})
"""Operations that bring motion of their own."""
_DIS = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)


def _flow(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float32]:
    scale = FLOW_PX / a.shape[1]
    small = [
        np.ascontiguousarray(cv2.resize(p, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)) for p in (a, b)
    ]
    return np.asarray(_DIS.calc(small[0], small[1], np.empty(0)), np.float32)


def camera_transfer(measured: Measurements) -> Iterator[Result]:
    """M4: a transferred camera path is that of the reference."""
    if measured.source is None or measured.case.plan.continuation != "camera_motion_transfer":
        return
    asked = _resampled(measure_path(measured.source).steps, measured.sample.frames)
    shown = _resampled(measured.path.steps, measured.sample.frames)
    axes = [axis for axis in range(4) if np.ptp(asked[:, axis]) > TRANSFERRED]
    if not axes:
        yield Result("M4", "camera of the reference", "it stands still", "reported", None)
        return
    worst = min(float(np.corrcoef(asked[:, axis], shown[:, axis])[0, 1]) for axis in axes)
    yield Result("M4", "camera of the reference", f"correlation {worst:.3f}", ">= 0.9", worst >= 0.9)


def _resampled(steps: NDArray[np.float64], frames: int) -> NDArray[np.float64]:
    path = np.vstack([np.zeros((1, 4)), np.cumsum(steps, axis=0)]) if len(steps) else np.zeros((2, 4))
    at = np.linspace(0, len(path) - 1, frames)
    return np.stack([np.interp(at, np.arange(len(path)), path[:, axis]) for axis in range(4)], axis=1)


def preservation(measured: Measurements) -> Iterator[Result]:
    """M6: outside what an edit changes, the picture is the source."""
    plan = measured.case.plan
    if (
        measured.source is None
        or measured.case.mask is None
        or plan.task != "edit"
        or {edit.op for edit in plan.edits} - LOCAL
    ):
        return
    values = []
    for i in _spread(measured):
        one, two, mask = measured.source.small[i], measured.sample.small[i], measured.case.mask(i)
        outside = cv2.resize(mask, (one.shape[1], one.shape[0]), interpolation=cv2.INTER_AREA) < 1
        error = (one.astype(np.float64) - two)[outside]
        values.append(10 * np.log10(255**2 / max(1e-3, float((error**2).mean()))) if outside.any() else 60.0)
    value = float(np.median(values))
    yield Result("M6", "outside the change", f"PSNR {value:.1f} dB", ">= 35 dB", value >= 35)


def edit_effect(measured: Measurements) -> Iterator[Result]:
    """M7: the change that was asked for is seen."""
    if measured.source is None or measured.case.plan.task != "edit":
        return
    marks = _spread(measured)
    before, after = (
        np.stack([cv2.cvtColor(s.small[i], cv2.COLOR_RGB2LAB) for i in marks]).astype(np.float64)
        for s in (measured.source, measured.sample)
    )
    for edit in measured.case.plan.edits:
        test = EFFECT_TESTS.get(edit.op)
        if test is not None:
            value, gate, passed = test(before, after, edit.to or "")
            yield Result("M7", f"{edit.op.replace('_', ' ')} is seen", value, gate, passed)


def _spread(measured: Measurements) -> list[int]:
    count = min(measured.sample.frames, measured.source.frames if measured.source else measured.sample.frames)
    return [int(i) for i in np.linspace(0, count - 1, 6)]


Lab = NDArray[np.float64]
Verdict = tuple[str, str, bool]


def _changed(before: Lab, after: Lab, to: str) -> Verdict:
    del to
    share = float((np.abs(before - after).sum(axis=-1) > 24).mean())
    return f"{share:.1%} of the picture changed", ">= 0.5 %", share >= 0.005


def _relit(before: Lab, after: Lab, to: str) -> Verdict:
    ratio = float(after[..., 0].mean() / max(1.0, before[..., 0].mean()))
    if to in {"night", "evening", "blue_hour", "moonlight", "later"}:
        return f"brightness {ratio:.2f} x source", "0.15 to 0.8", 0.15 <= ratio <= 0.8
    moved = float(np.abs(after - before).mean())
    return f"mean change {moved:.1f}", ">= 2", moved >= 2


def _restyled(before: Lab, after: Lab, to: str) -> Verdict:
    del to
    moved = float(np.abs(after - before).mean())
    return f"mean change {moved:.1f}", ">= 3", moved >= 3


EFFECT_TESTS: dict[str, Callable[[Lab, Lab, str], Verdict]] = {
    "replace": _changed, "add": _changed, "remove": _changed, "background": _changed, "recolour": _changed, "material": _changed, "effect": _changed,
    "attribute": _changed, "time_of_day": _relit, "weather": _restyled, "style": _restyled,
}  # fmt: skip
"""How the effect of an operation is told from the Lab colours before and after."""
LOCAL = frozenset({"replace", "add", "remove", "recolour", "material", "effect", "attribute"})
"""Operations that leave the rest of the picture alone."""
TRANSFERRED = 0.02
"""Range of a path's axis from which it is compared."""


def continuation(measured: Measurements) -> Iterator[Result]:
    """M15: the next or the previous shot has the clip's palette, and is another picture."""
    kind = measured.case.plan.continuation
    if measured.source is None or kind not in {"next_shot", "previous_shot"}:
        return
    one, two = (
        (measured.source.small[-1], measured.sample.small[0])
        if kind == "next_shot"
        else (measured.source.small[0], measured.sample.small[-1])
    )
    fitted_one = fitted(one, two.shape[1], two.shape[0])
    apart = float(cv2.compareHist(_hsv_histogram(fitted_one), _hsv_histogram(two), cv2.HISTCMP_BHATTACHARYYA))
    same = ssim(fitted_one, two)
    has_new_place = bool(measured.case.plan.start_frame or measured.case.plan.place_ref)
    yield Result(
        "M15", "palette across the cut", f"distance {apart:.2f}", "<= 0.5", None if has_new_place else apart <= 0.5
    )
    yield Result("M15", "another picture", f"SSIM {same:.2f}", "< 0.9", same < 0.9)


def flicker(measured: Measurements) -> Iterator[Result]:
    """M9: brightness does not jump from frame to frame."""
    luma = measured.sample.grey.reshape(measured.sample.frames, -1).mean(axis=1)
    if len(luma) < 4:
        return
    jump = np.abs(np.diff(luma, 2))
    value = float(np.percentile(jump, 95))
    source = measured.source
    if source is not None and measured.case.plan.task == "edit":
        before = float(np.percentile(np.abs(np.diff(source.grey.reshape(source.frames, -1).mean(axis=1), 2)), 95))
        limit = max(1.5 * before, UNSEEN)
        is_effect = any(edit.op in {"effect", "attribute"} for edit in measured.case.plan.edits)
        text = f"{value:.2f} levels (source {before:.2f})"
        yield Result("M9", "flicker", text, f"<= 1.5 x source or {UNSEEN}", None if is_effect else value <= limit)
        return
    yield Result("M9", "flicker", f"{value:.2f} levels", "<= 1.5", None if _flashes(measured) else value <= 1.5)


def _flashes(measured: Measurements) -> bool:
    """Whether the words ask for light that comes and goes."""
    plan = measured.case.plan
    return plan.look.weather == "storm" or bool(FLASHES & {effect.kind for effect in plan.effects})


def smoothness(measured: Measurements) -> Iterator[Result]:
    """M10: the camera moves without jerks, and no frame is shown twice."""
    steps = measured.path.steps
    if len(steps) < 4:
        return
    is_handheld = any(move.move == "handheld" for move in measured.case.plan.camera)
    fast = any(move.speed == "fast" for move in measured.case.plan.camera)
    jerk = float(np.percentile(np.abs(np.diff(steps[:, :3], axis=0)).max(axis=1), 97))
    pace = float(np.abs(steps[:, :3]).max(axis=1).mean())
    limit = (0.03 if is_handheld or fast else 0.012) + pace
    yield Result("M10", "smooth motion", f"jerk {jerk:.4f}", f"<= {limit:.3f}", jerk <= limit)
    same = np.array(
        [np.array_equal(a, b) for a, b in zip(measured.sample.grey, measured.sample.grey[1:], strict=False)]
    )
    if not measured.is_still and measured.case.plan.camera:
        yield Result("M10", "repeated frames", f"{same.mean():.0%}", "none", not same.any())


def cuts(measured: Measurements) -> Iterator[Result]:
    """M11: one shot has no cut."""
    histograms = [_hsv_histogram(frame) for frame in measured.sample.small]
    jumps = np.array([cv2.compareHist(a, b, cv2.HISTCMP_BHATTACHARYYA) for a, b in itertools.pairwise(histograms)])
    if len(jumps) < 5:
        return
    around = np.array([np.median(np.delete(jumps[max(0, i - 4) : i + 5], min(i, 4))) for i in range(len(jumps))])
    found = int(((jumps > 0.35) & (jumps > 4 * around + 0.1)).sum())
    yield Result("M11", "cuts", str(found), "none", None if found and _flashes(measured) else found == 0)


def _hsv_histogram(frame: FrameRGB) -> NDArray[np.float32]:
    histogram = cv2.calcHist(
        [cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)], [0, 1, 2], None, [12, 6, 6], [0, 180, 0, 256, 0, 256]
    )
    return np.asarray(histogram / max(1.0, float(histogram.sum())), np.float32)


def sharpness(measured: Measurements) -> Iterator[Result]:
    """M12: as sharp as what it is made of; never black."""
    grey = measured.sample.grey
    darkest = float(grey.reshape(len(grey), -1).mean(axis=1).min())
    yield Result("M12", "black frames", f"darkest {darkest:.0f}", "> 20", darkest > 20)
    plan = measured.case.plan
    source = measured.case.picture(plan.start_frame) or measured.case.picture(plan.place_ref)
    is_soft = (
        plan.look.depth_of_field == "shallow"
        or plan.look.weather in SOFT
        or any(m.move == "rack_focus" for m in plan.camera)
    )
    if source is None or is_soft:
        return
    asked = cv2.cvtColor(fitted(load_flat(source), measured.case.width, measured.case.height), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(asked, (grey.shape[2], grey.shape[1]), interpolation=cv2.INTER_AREA)
    ratio = _detail(grey[0]) / max(1.0, _detail(np.asarray(small, np.uint8)))
    is_own = plan.start_frame is None and (measured.case.is_graded or bool(plan.shots))
    yield Result(
        "M12", "sharpness of the first frame", f"{ratio:.2f} x source", ">= 0.6", None if is_own else ratio >= 0.6
    )


def _detail(grey: NDArray[np.uint8]) -> float:
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def visibility(measured: Measurements) -> Iterator[Result]:
    """M13: the elements are in the picture, large enough to be seen and inside the frame."""
    height, width = measured.searched.shape[1:3]
    for ref, subject in measured.case.plan.pictured().items():
        looked = measured.located(ref)
        found = [f for _, f in looked if f]
        if not measured.case.pictures.get(ref) or not _can_be_found(measured, ref):
            continue
        share = max((f.box[2] * f.box[3] / (height * width) for f in found), default=0.0)
        value = f"in {len(found)} of {len(looked)} frames, up to {share:.0%} of the frame"
        is_close = any(shown.size in CLOSE for shown in measured.case.plan.shots[:1])
        is_first = not is_close and (
            ref == next(iter(measured.case.plan.pictured()))
            and subject.role in {"subject", "object"}
            and not measured.case.is_graded
        )
        yield Result(
            "M13",
            f"{ref} is seen",
            value,
            "in one at least" if is_first else "reported",
            bool(found) if is_first else None,
        )


def _can_be_found(measured: Measurements, ref: str) -> bool:
    from shotwright.evaluation.locate import view_of

    return any(view_of(path) is not None for path in measured.case.pictures.get(ref, ()))


def harmony(measured: Measurements) -> Iterator[Result]:
    """M14: how much an element's edge stands out from what is around it."""
    for ref in measured.case.plan.pictured():
        gaps = [rim_gap(measured.searched[i], f, measured.case.pictures[ref]) for i, f in measured.located(ref) if f]
        known = [gap for gap in gaps if gap is not None]
        if known:
            yield Result("M14", f"edge of {ref}", f"{np.median(known):.0f} levels", "reported", None)


def contract(measured: Measurements) -> Iterator[Result]:
    """M16: duration, rate, size, sound, pixel format, index in front."""
    facts, case = measured.sample.facts, measured.case
    checks = {
        f"{measured.sample.frames} frames": abs(measured.sample.frames - case.frames) <= 1,
        f"{float(facts.fps):g} fps": abs(float(facts.fps) - float(case.fps)) < 0.02,
        f"{facts.width}x{facts.height}": (facts.width, facts.height) == (case.width, case.height),
        "sound" if facts.has_audio else "no sound": facts.has_audio == case.keep_audio,
        measured.sample.pix_fmt: measured.sample.pix_fmt == "yuv420p",
        "faststart" if measured.sample.is_faststart else "no faststart": measured.sample.is_faststart,
    }
    wrong = [name for name, is_right in checks.items() if not is_right]
    yield Result("M16", "contract", ("wrong: " + ", ".join(wrong)) if wrong else ", ".join(checks), "all", not wrong)


def determinism(measured: Measurements) -> Iterator[Result]:
    """M17: the same request gives the same bytes of video."""
    if measured.case.again is None:
        return
    one, two = stream_hash(measured.sample.path), stream_hash(measured.case.again)
    yield Result("M17", "same bytes", one[:12], "equal", one == two)


METRICS: tuple[Callable[[Measurements], Iterator[Result]], ...] = (
    start_frame, end_frame, camera_moves, camera_transfer, identity, preservation, edit_effect, flow_preservation, continuation, flicker, smoothness, cuts, sharpness, visibility, harmony, contract,
    determinism, bodies, drawn_out, repeats,
)  # fmt: skip


def evaluate(sample: Sample, case: Case) -> tuple[list[Result], Measurements]:
    """All metrics that say something about a case."""
    measured = Measurements(sample, case)
    return [result for metric in METRICS for result in metric(measured)], measured
