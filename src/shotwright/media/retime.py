"""Frames at other times: in between, pictures are warped along the optical flow of their neighbours.

The flow from a moment between two frames to either of them is mixed from their flows in both directions, which keeps moving
edges sharp; across a cut, or where the warp explains nothing, the nearer frame is shown. Source: the intermediate flow of
Super SloMo, arXiv 1712.00080, section 3.1; DIS flow, arXiv 1603.03590.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from shotwright.media.colour import FrameYUV

SAME_S = 1e-3
"""Times this near to a frame's own are that frame."""
CUT_LEVELS = 40.0
"""Mean difference of two neighbours beyond which they are two shots."""
FLOW_WIDTH = 640


def retimed(frames: Iterable[FrameYUV], fps: float, times: Iterable[float]) -> Iterator[FrameYUV]:
    """The clip at other times.

    Args:
        frames: uint8 (H, W, 3) BT.709, frame k at k / fps seconds.
        fps: Their rate.
        times: Seconds, ascending; times after the last frame show it.
    """
    source = iter(frames)
    before = next(source, None)
    if before is None:
        return
    after = next(source, None)
    index, pair = 0, None
    for seconds in times:
        while after is not None and seconds >= (index + 1) / fps - SAME_S:
            before, after, index, pair = after, next(source, None), index + 1, None
        share = seconds * fps - index
        if after is None or share <= SAME_S * fps:
            yield before
            continue
        pair = pair or _Pair(before, after)
        yield pair.at(share)


class _Pair:
    """Two neighbours and their flows."""

    def __init__(self, before: FrameYUV, after: FrameYUV) -> None:
        self._before, self._after = before, after
        small = [_luma(frame) for frame in (before, after)]
        self._is_cut = float(cv2.mean(cv2.absdiff(small[0], small[1]))[0]) > CUT_LEVELS
        if self._is_cut:
            return
        dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        height, width = before.shape[:2]
        scale = width / small[0].shape[1]
        self._forward, self._backward = (
            cv2.resize(dis.calc(one, other, None), (width, height)) * scale  # type: ignore[call-overload]  # OpenCV takes None
            for one, other in (small, small[::-1])
        )
        self._grid = np.stack(
            np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)), axis=2
        )

    def at(self, t: float) -> FrameYUV:
        """The picture at share `t` of the way."""
        if self._is_cut:
            return self._before if t < 0.5 else self._after
        to_before = -(1 - t) * t * self._forward + t * t * self._backward
        to_after = (1 - t) ** 2 * self._forward - t * (1 - t) * self._backward
        one, other = (
            _warped(self._before, (self._grid + to_before).astype(np.float32)),
            _warped(self._after, (self._grid + to_after).astype(np.float32)),
        )
        return np.asarray(cv2.addWeighted(one, 1 - t, other, t, 0), np.uint8)


def _luma(frame: FrameYUV) -> NDArray[np.uint8]:
    scale = min(1.0, FLOW_WIDTH / frame.shape[1])
    return np.asarray(
        cv2.resize(np.ascontiguousarray(frame[..., 0]), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA),
        np.uint8,
    )


def _warped(frame: FrameYUV, places: NDArray[np.float32]) -> NDArray[np.uint8]:
    found = cv2.remap(frame, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.uint8)
