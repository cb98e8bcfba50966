"""What a draft needs to know of a source clip: its camera path, its cuts, where its subject is, its look.

The subject's matte is found on key frames. Every key is held against its neighbours, carried to it by optical flow, and the
median of the three counts, so that one wrong matte does no harm; between keys the mattes are carried from both sides. The
camera is measured on what is not the subject. Everything is measured on small frames, in one pass of decoding, and cached
by content. Source: draft-engine section 5.
"""

from __future__ import annotations

import itertools
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.analysis.matting import matting_model
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.motion import ClipMotion, motion_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.core.limits import VideoFacts
    from shotwright.engines.analysis.cache import Cache
    from shotwright.media.colour import FrameRGB, FrameYUV, Mask

SMALL_PX = 480
KEY_EVERY, KEYS_MAX = 8, 16
"""Frames between two mattes that are found rather than carried, and how many there are at most (cuts add theirs)."""
WEAK_SHARE = (0.004, 0.75)
"""A matte smaller or larger than this share of the frame is no evidence of a subject."""
CUT_DISTANCE, CUT_RISE = 0.42, 4.0
"""Distance of two frames' colours from which there is a cut, and how much it stands out from its neighbourhood."""
TOUCHES = 0.985
TRAVELS = 1.0
"""Way of a mover, in its own widths or heights, from which the median of the shot does not show it."""
SAME = 0.75
"""Overlap of two mattes, as a share of their union, from which they say the same."""
MIN_KEYS = 4
"""Key frames from which the median of a shot is its place."""
DIFFERS = 11.0
"""Levels by which a frame differs from the place where something moves."""
MOVER, MOVER_AREA = (0.06, 0.8), 0.006
"""Share of a matte that moves while the rest stands, and of the frame, for the mover to be the subject."""


READABLE, READABLE_SHARE = 6.0, 0.7
"""Contrast, in 8-bit code values and against the clip's median, below which a frame is not worth continuing from."""


@dataclass(frozen=True)
class ClipAnalysis:
    """Measured once per clip.

    Attributes:
        motion: The camera path; a cut is no motion.
        mattes: uint8 (h, w) per frame, `SMALL_PX` wide.
        boxes: float64 (frames, 4): left, top, right, bottom of the subject, smoothed, in shares of the frame.
        share: Median share of the frame that the subject covers.
        cuts: Numbers of the frames that begin a new shot; 0 is not among them.
        shake: How much the camera shakes: mean of the sway that is no travel, frame widths per frame.
        palette: uint8 (5, 3), the main colours, sRGB, most frequent first.
        grain: Standard deviation of what no blur keeps, 8-bit code values.
        letterbox: Rows of black above and below, in shares of the height.
        pace: Mean motion of the picture, frame widths per second.
        contrast: float64 (frames,), standard deviation of Y' in each frame, 8-bit code values.
    """

    motion: ClipMotion
    mattes: list[Mask]
    boxes: NDArray[np.float64]
    share: float
    cuts: tuple[int, ...] = ()
    shake: float = 0.0
    palette: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((5, 3), np.uint8))
    grain: float = 0.0
    letterbox: float = 0.0
    pace: float = 0.0
    contrast: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def readable_near(self, index: int) -> int:
        """The frame nearest to `index` (negative counts from the end) in which something can be seen: no fade's or dip's dark."""
        if not len(self.contrast):
            return index
        index %= len(self.contrast)
        readable = np.flatnonzero(self.contrast > max(READABLE, READABLE_SHARE * float(np.median(self.contrast))))
        return int(readable[np.abs(readable - index).argmin()]) if len(readable) else index

    @property
    def has_subject(self) -> bool:
        """Whether there is evidence of a subject."""
        return WEAK_SHARE[0] < self.share < WEAK_SHARE[1]

    @property
    def is_cut_off_below(self) -> bool:
        """Whether the subject runs out of the frame below, as somebody sitting close to the camera does."""
        return bool(np.median(self.boxes[:, 3]) > TOUCHES) if len(self.boxes) else False

    def shot_at(self, index: int) -> tuple[int, int]:
        """First frame and last-plus-one of the shot that frame `index` belongs to."""
        marks = [0, *self.cuts, len(self.mattes)]
        index = index % max(1, len(self.mattes))
        return next(((a, b) for a, b in itertools.pairwise(marks) if a <= index < b), (0, len(self.mattes)))


def analyse(path: Path, facts: VideoFacts, cache: Cache, tick: Callable[[int], None]) -> ClipAnalysis:
    """Measure a clip.

    Args:
        path: The clip.
        facts: What its container says.
        cache: Keeps the result.
        tick: Called with the number of each frame; may raise `Cancelled`.
    """
    width = SMALL_PX
    height = round(facts.height * width / facts.width / 2) * 2
    every = max(KEY_EVERY, round(facts.frames / KEYS_MAX))
    return cache.get("clip-7", path, lambda: _analyse(path, (width, height), every, facts.fps, tick))


def _analyse(path: Path, size: tuple[int, int], every: int, fps: float, tick: Callable[[int], None]) -> ClipAnalysis:
    luma: list[NDArray[np.uint8]] = []
    histograms: list[NDArray[np.float32]] = []
    keys: dict[int, FrameRGB] = {}
    colours: list[FrameRGB] = []
    previous: FrameYUV | None = None
    for index, frame in enumerate(decode_frames(path, *size)):
        tick(index)
        luma.append(np.ascontiguousarray(frame[..., 0]))
        histograms.append(_histogram(frame))
        if _is_cut(histograms) and previous is not None:
            keys[index - 1], keys[index] = yuv_to_rgb(previous), yuv_to_rgb(frame)
        elif index % every == 0:
            keys[index] = yuv_to_rgb(frame)
        if index % (2 * every) == 0:
            colours.append(np.asarray(cv2.resize(yuv_to_rgb(frame), (64, 36), interpolation=cv2.INTER_AREA), np.uint8))
        previous = frame
    cuts = tuple(
        index for index in range(1, len(luma)) if _is_cut(histograms[: index + 1], histograms[index + 1 : index + 5])
    )
    if previous is not None:
        keys.setdefault(len(luma) - 1, yuv_to_rgb(previous))
    mattes = _mattes(luma, keys, cuts, tick)
    motion = motion_of(luma, [_not_subject(matte) for matte in mattes], frozenset(cuts))
    shares = [float((matte > 128).mean()) for matte in mattes]
    return ClipAnalysis(
        motion, mattes, _boxes(mattes, cuts), float(np.median(shares)) if shares else 0.0, cuts, _shake(motion), _palette(colours),
        _grain(luma), _letterbox(luma), float(np.abs(motion.steps[:, :2]).sum(axis=1).mean() * fps) if len(motion.steps) else 0.0,
        np.array([float(cv2.meanStdDev(frame)[1][0, 0]) for frame in luma]),
    )  # fmt: skip


def _histogram(frame: FrameYUV) -> NDArray[np.float32]:
    small = cv2.resize(frame, (96, 54), interpolation=cv2.INTER_AREA)
    histogram = cv2.calcHist([small], [0, 1, 2], None, [12, 8, 8], [0, 256, 60, 196, 60, 196])
    return np.asarray(histogram / max(1.0, float(histogram.sum())), np.float32)


def _is_cut(before: list[NDArray[np.float32]], after: list[NDArray[np.float32]] | None = None) -> bool:
    """Whether the last of these frames begins a new shot: its colours are new, and those around it change far less."""
    if len(before) < 2:
        return False
    jump = _distance(before[-2], before[-1])
    around = [
        _distance(a, b) for part in (before[-6:-1], [before[-1], *(after or [])]) for a, b in itertools.pairwise(part)
    ]
    return jump > CUT_DISTANCE and jump > CUT_RISE * (float(np.median(around)) if around else 0.0)


def _distance(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float(cv2.compareHist(a, b, cv2.HISTCMP_BHATTACHARYYA))


_FLOW = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)


def flow_between(source: NDArray[np.uint8], target: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Where each pixel of `source` is in `target`: float32 (h, w, 2), pixels; both uint8 (h, w)."""
    return np.asarray(_FLOW.calc(source, target, np.empty(0)), np.float32)


def carried(picture: NDArray[np.uint8], source: NDArray[np.uint8], target: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture that lies on frame `source` moved onto frame `target`, by optical flow; both uint8 (h, w)."""
    flow = flow_between(target, source)
    x, y = grid_of(*source.shape)
    moved = cv2.remap(picture, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


@lru_cache(maxsize=4)
def grid_of(height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Columns and rows of a picture's pixels: two float32 (height, width)."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return x, y


def _mattes(
    luma: list[NDArray[np.uint8]], keys: dict[int, FrameRGB], cuts: tuple[int, ...], tick: Callable[[int], None]
) -> list[Mask]:
    """A matte for every frame, shot by shot."""
    result: list[Mask] = []
    marks = [0, *cuts, len(luma)]
    for first, end in itertools.pairwise(marks):
        inner = sorted({first, end - 1} | {key for key in keys if first <= key < end})
        found: dict[int, Mask] = {}
        movers = _movers(luma, inner)
        for key in inner:
            tick(key)
            picture = keys.get(key)
            found[key] = (
                _of_mover(matting_model()(picture), picture, movers.get(key))
                if picture is not None
                else found[max(found)]
            )
        result += _interpolate(luma, _vote(luma, found), first, end)
    return result


def _of_mover(matte: Mask, picture: FrameRGB, moving: NDArray[np.bool_] | None) -> Mask:
    """A matte without what stands still in it, when a part of it moves against the place: the mover is the subject."""
    solid = matte > 128
    if moving is None or not solid.any():
        return matte
    mover = moving & (cv2.dilate(solid.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0)
    share = float((mover & solid).sum() / solid.sum())
    if not MOVER[0] < share < MOVER[1] or mover.mean() < MOVER_AREA:
        return matte
    return _refined(picture, mover, cv2.dilate(mover.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0)


def _movers(luma: list[NDArray[np.uint8]], keys: list[int]) -> dict[int, NDArray[np.bool_]]:
    """Where the key frames of one shot differ from the place: the median of all keys, registered by the camera's path."""
    if len(keys) < MIN_KEYS:
        return {}
    height, width = luma[0].shape
    path = ClipMotion(motion_of(luma[keys[0] : keys[-1] + 1]).steps, 1.0, height / width).matrices(width)
    movers = {}
    for key in keys:
        layers = []
        for other in keys:
            warp = path[key - keys[0]] @ np.linalg.inv(path[other - keys[0]])
            seen = cv2.warpPerspective(np.full((height, width), 255, np.uint8), warp, (width, height)) > 250
            moved = cv2.warpPerspective(luma[other], warp, (width, height)).astype(np.float32)
            layers.append(np.where(seen, moved, np.nan))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # pixels that no other frame shows have no median
            place = np.nanmedian(np.stack(layers), axis=0)
        away = cv2.GaussianBlur(np.abs(luma[key] - np.nan_to_num(place, nan=128)).astype(np.float32), (0, 0), 1.2)
        solid = cv2.morphologyEx((away > DIFFERS).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        movers[key] = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8)) > 0
    return movers if _travels(movers, path) else {}


def _travels(movers: dict[int, NDArray[np.bool_]], path: list[NDArray[np.float64]]) -> bool:
    """Whether what moves goes somewhere: who waves an arm does not leave his legs behind."""
    first = min(movers)
    places, sizes = [], []
    for key, mover in movers.items():
        count, _, stats, centres = cv2.connectedComponentsWithStats(mover.astype(np.uint8))
        if count < 2:
            continue
        largest = 1 + int(np.argmax(stats[1:, 4]))
        back = np.linalg.inv(path[key - first]) @ np.array([*centres[largest], 1.0])
        places.append(back[:2] / back[2])
        sizes.append(stats[largest, 2:4].astype(float))
    if len(places) < MIN_KEYS:
        return False
    return bool(np.any(np.ptp(np.array(places), axis=0) > TRAVELS * np.median(np.array(sizes), axis=0)))


def _refined(picture: FrameRGB, inside: NDArray[np.bool_], maybe: NDArray[np.bool_]) -> Mask:
    """A rough mask fitted to the colours of the picture."""
    height, width = inside.shape
    size = (width // 2, height // 2)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    sure = (
        cv2.resize(cv2.erode(inside.astype(np.uint8), np.ones((9, 9), np.uint8)), size, interpolation=cv2.INTER_AREA)
        > 0
    )
    labels = np.where(
        cv2.resize(maybe.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0, cv2.GC_PR_FGD, cv2.GC_BGD
    ).astype(np.uint8)
    labels[sure] = cv2.GC_FGD
    if not sure.any() or (labels == cv2.GC_BGD).sum() < 50:
        return np.asarray(inside.astype(np.uint8) * 255, np.uint8)
    cv2.setRNGSeed(1)
    cv2.grabCut(
        cv2.cvtColor(small, cv2.COLOR_RGB2BGR),
        labels,
        (0, 0, 1, 1),
        np.zeros((1, 65)),
        np.zeros((1, 65)),
        3,
        cv2.GC_INIT_WITH_MASK,
    )
    solid = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8) * 255
    return np.asarray(cv2.resize(cv2.medianBlur(solid, 3), (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _vote(luma: list[NDArray[np.uint8]], found: dict[int, Mask]) -> dict[int, Mask]:
    """Each key's matte as the median of itself and its neighbours carried to it."""
    marks = sorted(found)
    agreed = {}
    for n, key in enumerate(marks):
        near = [_propagate(luma, found[marks[m]], marks[m], key)[-1] for m in (n - 1, n + 1) if 0 <= m < len(marks)]
        votes = [found[key], *near]
        agreed[key] = (
            np.median(np.stack(votes), axis=0).astype(np.uint8) if len(votes) == 3 else _pick_end_matte(votes, found)
        )
    return agreed


def _pick_end_matte(votes: list[Mask], found: dict[int, Mask]) -> Mask:
    """At the end of a shot: the own matte, unless it is far from its neighbour's and less like the usual size."""
    if len(votes) < 2:
        return votes[0]
    own, near = ((vote > 128) for vote in votes)
    if (own & near).sum() > SAME * max(1, (own | near).sum()):
        return votes[0]
    usual = float(np.median([(matte > 128).sum() for matte in found.values()]))
    return min(votes, key=lambda vote: abs(float((vote > 128).sum()) - usual))


def _propagate(luma: list[NDArray[np.uint8]], matte: Mask, start: int, end: int) -> list[Mask]:
    """A matte carried frame by frame from `start` to `end`, in either direction; both ends included."""
    step = 1 if end >= start else -1
    run = [matte]
    for index in range(start, end, step):
        run.append(carried(run[-1], luma[index], luma[index + step]))
    return run


def _interpolate(luma: list[NDArray[np.uint8]], agreed: dict[int, Mask], first: int, end: int) -> list[Mask]:
    """Mattes of one shot: carried from the keys on both sides, the nearer one counting more."""
    marks = sorted(agreed)
    result: list[Mask] = []
    for a, b in itertools.pairwise(marks):
        forward, backward = _propagate(luma, agreed[a], a, b), _propagate(luma, agreed[b], b, a)[::-1]
        shares = [(i / (b - a)) for i in range(b - a)]
        result += [
            np.asarray(cv2.addWeighted(forward[i], 1 - t, backward[i], t, 0), np.uint8) for i, t in enumerate(shares)
        ]
    result.append(agreed[marks[-1]])
    return result[: end - first]


def _not_subject(matte: Mask) -> Mask:
    grown = cv2.dilate(matte, np.ones((9, 9), np.uint8))
    return np.asarray((grown < 60).astype(np.uint8) * 255, np.uint8)


def _boxes(mattes: list[Mask], cuts: tuple[int, ...]) -> NDArray[np.float64]:
    """The subject's box per frame, smoothed within each shot; frames without a subject keep the last box."""
    boxes: list[NDArray[np.float64]] = []
    for matte in mattes:
        count, labels, stats, _ = cv2.connectedComponentsWithStats((matte > 128).astype(np.uint8))
        if count < 2 or stats[1:, 4].max() < 30:
            boxes.append(boxes[-1] if boxes else np.array([0.4, 0.3, 0.6, 0.9]))
            continue
        rows, columns = np.where(labels == 1 + int(np.argmax(stats[1:, 4])))
        height, width = matte.shape
        left, right = np.percentile(columns, (1, 99))
        top, bottom = np.percentile(rows, (0.5, 99.5))
        boxes.append(np.array([left / width, top / height, (right + 1) / width, (bottom + 1) / height]))
    raw = np.array(boxes).reshape(-1, 4)
    marks = [0, *cuts, len(raw)]
    return np.vstack([_smoothed(raw[a:b]) for a, b in itertools.pairwise(marks)]) if len(raw) else raw


def _smoothed(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(boxes) < 5:
        return boxes
    calm = (
        np.stack([np.median(np.stack([np.roll(boxes, k, axis=0)[3:-3] for k in range(-3, 4)]), axis=0)]).reshape(-1, 4)
        if len(boxes) > 12
        else boxes
    )
    if len(calm) < len(boxes):
        calm = np.vstack([np.repeat(calm[:1], 3, axis=0), calm, np.repeat(calm[-1:], 3, axis=0)])
    return np.stack(
        [
            cv2.GaussianBlur(calm[:, i : i + 1], (1, 13), 2.6, borderType=cv2.BORDER_REPLICATE).reshape(-1)
            for i in range(4)
        ],
        axis=1,
    )


def _shake(motion: ClipMotion) -> float:
    shift = motion.steps[:, :2]
    if len(shift) < 5:
        return 0.0
    slow = np.stack([cv2.GaussianBlur(shift[:, i : i + 1], (1, 25), 6).reshape(-1) for i in range(2)], axis=1)
    return float(np.abs(shift - slow).mean())


def _palette(pictures: list[FrameRGB], count: int = 5) -> NDArray[np.uint8]:
    pixels = np.float32(np.concatenate([picture.reshape(-1, 3) for picture in pictures]))
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    _, labels, centres = cv2.kmeans(pixels, count, np.empty(0, np.int32), criteria, 2, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    order = np.argsort(-np.bincount(labels.reshape(-1), minlength=count))
    return np.asarray(centres[order], np.uint8)


def _grain(luma: list[NDArray[np.uint8]]) -> float:
    """Noise: the difference to the median of the neighbourhood, where there is no edge."""
    values = []
    for frame in luma[:: max(1, len(luma) // 6)]:
        fine = cv2.absdiff(frame, cv2.medianBlur(frame, 3)).astype(np.float32)
        edges = cv2.dilate(cv2.Canny(frame, 40, 90), np.ones((5, 5), np.uint8))
        values.append(float(fine[edges == 0].mean()) * 1.9 if (edges == 0).any() else 0.0)
    return float(np.median(values)) if values else 0.0


def _letterbox(luma: list[NDArray[np.uint8]]) -> float:
    rows = np.max([frame.max(axis=1) for frame in luma[:: max(1, len(luma) // 8)]], axis=0)
    dark = rows < 24
    above = int(np.argmax(~dark)) if (~dark).any() else 0
    below = int(np.argmax(~dark[::-1])) if (~dark).any() else 0
    return min(above, below) / len(rows) if above and below else 0.0
