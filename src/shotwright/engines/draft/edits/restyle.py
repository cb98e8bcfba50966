"""Another style for moving pictures: key frames are styled, what changed is carried to the frames between them by flow.

The difference that the style makes is kept small in size and carried; the frames keep their own detail. So nothing boils,
however restless the style is on single pictures. Source: draft-engine section 6.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.analysis.clip import grid_of
from shotwright.media.colour import FrameYUV
from shotwright.media.decode import decode_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.engines.analysis.edit_source import Change, EditSource

WORK_PX = 640
KEY_EVERY = 20
_FLOW = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)


class PropagatedStyle:
    """What a style changes, for every frame of a clip."""

    def __init__(self, luma: list[NDArray[np.uint8]], keys: dict[int, NDArray[np.int16]]) -> None:
        self._luma, self._keys = luma, keys
        self._marks = sorted(keys)
        self._segment: tuple[int, int] = (-1, -1)
        self._maps: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
        self._back: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}

    def at(self, index: int, ends: tuple[int, int]) -> NDArray[np.int16]:
        """The change of frame `index`, int16 (h, w, 3); `ends` are the first frame and last-plus-one of its shot."""
        index = min(index, len(self._luma) - 1)
        before = max((mark for mark in self._marks if ends[0] <= mark <= index), default=None)
        after = min((mark for mark in self._marks if index <= mark < ends[1]), default=None)
        if before is None or after is None or before == after:
            return self._keys[before if before is not None else after if after is not None else self._marks[0]]
        if self._segment != (before, after):
            self._maps, self._back = self._walk(before, after), self._walk(after, before)
            self._segment = (before, after)
        share = (index - before) / (after - before)
        one, two = (
            cv2.remap(self._keys[mark], *maps[index], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for mark, maps in ((before, self._maps), (after, self._back))
        )
        return np.asarray(cv2.addWeighted(one, 1 - share, two, share, 0), np.int16)

    def _walk(self, start: int, end: int) -> dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """For each frame from `start` to `end`, where its pixels are in frame `start`."""
        x, y = grid_of(*self._luma[start].shape)
        maps = {start: (x, y)}
        step = 1 if end > start else -1
        for index in range(start, end, step):
            flow = np.asarray(_FLOW.calc(self._luma[index + step], self._luma[index], np.empty(0)), np.float32)
            at = (x + flow[..., 0], y + flow[..., 1])
            mx, my = (cv2.remap(part, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for part in maps[index])
            maps[index + step] = (np.asarray(mx, np.float32), np.asarray(my, np.float32))
        return maps


def restyled(source: EditSource, style: Callable[[FrameYUV], FrameYUV]) -> Change:
    """A change that gives a clip the style that `style` gives to single pictures, uint8 (h, w, 3) Y'CbCr."""
    width, height = source.size
    scale = min(1.0, WORK_PX / width)
    size = (round(width * scale / 2) * 2, round(height * scale / 2) * 2)
    marks = _marks(source)
    luma: list[NDArray[np.uint8]] = []
    keys: dict[int, NDArray[np.int16]] = {}
    for index, frame in enumerate(decode_frames(source.video, *size)):
        source.tick(index)
        luma.append(np.ascontiguousarray(frame[..., 0]))
        if index in marks:
            keys[index] = style(frame).astype(np.int16) - frame
    keys = _levelled(keys, source)
    carried = PropagatedStyle(luma, keys)
    common = {mark: change.reshape(-1, 3).mean(axis=0) for mark, change in keys.items()}

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        ends = source.analysis.shot_at(min(index, source.frames - 1))
        small = carried.at(index, ends)
        wanted = common[min(common, key=lambda mark: abs(mark - index))]
        small = (small + (wanted - small.reshape(-1, 3).mean(axis=0))).round().astype(np.int16)
        full = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.add(frame, full, dtype=cv2.CV_8U), np.uint8)

    return change


def _levelled(keys: dict[int, NDArray[np.int16]], source: EditSource) -> dict[int, NDArray[np.int16]]:
    """The changes of each shot's keys with one mean colour, so that brightness does not pump from key to key."""
    level: dict[int, NDArray[np.int16]] = {}
    for first, end in pairwise([0, *source.analysis.cuts, source.frames]):
        inner = {key: change for key, change in keys.items() if first <= key < end}
        if inner:
            means = {key: change.reshape(-1, 3).mean(axis=0) for key, change in inner.items()}
            common = np.mean(list(means.values()), axis=0)
            level |= {key: (change + (common - means[key]).round()).astype(np.int16) for key, change in inner.items()}
    return level or keys


def _marks(source: EditSource) -> set[int]:
    """Key frames: both ends of every shot, and some between."""
    marks: set[int] = set()
    edges = [0, *source.analysis.cuts, source.frames]
    for first, end in itertools.pairwise(edges):
        count = max(2, round((end - first) / KEY_EVERY) + 1)
        marks |= {int(mark) for mark in np.linspace(first, max(first, end - 1), count).round()}
    return marks
