"""What the operations of an edit share: the clip's analysis, masks, the place behind the subject, the camera path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.plan import Edit
from shotwright.engines.analysis.clip import analyse
from shotwright.engines.analysis.mosaic import Mosaic, build_mosaic
from shotwright.media.colour import FrameYUV, Mask
from shotwright.media.decode import decode_frame_at

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.engines.analysis.cache import Cache
    from shotwright.engines.analysis.clip import ClipAnalysis
    from shotwright.engines.base import Shot

Change = Callable[[FrameYUV, int], FrameYUV]
"""Changes frame number `index`; may change its argument."""
_STEEP = np.clip((np.arange(256, dtype=np.float32) - 100) * (255 / 60), 0, 255).astype(np.uint8)


@dataclass
class EditSource:
    """Everything that the operations share.

    Attributes:
        shot: The shot.
        cache: For cut-outs.
        analysis: Of the source.
        matrices: For each frame, from the first frame of its shot to it, in output pixels.
        tick: Called while the source is read; may raise `Cancelled`.
        not_rendered: Filled with what was not done.
        new_place: The place that an operation has put behind the subject.
    """

    shot: Shot
    cache: Cache
    analysis: ClipAnalysis
    matrices: list[NDArray[np.float64]]
    tick: Callable[[int], None]
    not_rendered: list[str]
    new_place: Callable[[int], FrameYUV] | None = None
    _mosaics: dict[tuple[int, int], Mosaic] = field(default_factory=dict)

    @classmethod
    def of(cls, shot: Shot, cache: Cache, tick: Callable[[int], None]) -> EditSource:
        """The source of a shot's edits, its clip measured."""
        assert shot.video is not None  # noqa: S101  (an edit has a video)
        assert shot.video_facts is not None  # noqa: S101
        analysis = analyse(shot.video, shot.video_facts, cache, tick)
        return cls(shot, cache, analysis, analysis.motion.matrices(shot.output.width, analysis.cuts), tick, [])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the output."""
        return self.shot.output.width, self.shot.output.height

    @property
    def video(self) -> Path:
        """The source."""
        assert self.shot.video is not None  # noqa: S101  (an edit has a video)
        return self.shot.video

    @property
    def frames(self) -> int:
        """Number of frames that were analysed."""
        return len(self.analysis.mattes)

    def behind(self, index: int) -> FrameYUV:
        """The place without the subject, as frame `index` sees it: a new one, else the source's own."""
        if self.new_place is not None:
            return self.new_place(index)
        shot = self.analysis.shot_at(min(index, self.frames - 1))
        if shot not in self._mosaics:
            self._mosaics.clear()
            self._mosaics[shot] = build_mosaic(
                self.video, self.analysis, self.size, shot, self.matrices, tick=self.tick
            )
        return self._mosaics[shot].seen_from(self.matrix(index), *self.size)

    def matrix(self, index: int) -> NDArray[np.float64]:
        """From the pixels of its shot's first frame to those of frame `index`."""
        return self.matrices[min(index, len(self.matrices) - 1)]

    def box(self, index: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the subject in frame `index`, output pixels."""
        left, top, right, bottom = self.analysis.boxes[min(index, len(self.analysis.boxes) - 1)]
        width, height = self.size
        return float(left) * width, float(top) * height, float(right) * width, float(bottom) * height

    def mask(self, index: int, grow: int = 0) -> Mask:
        """The subject in frame `index`, soft at its edge: uint8 (H, W)."""
        small = self.analysis.mattes[min(index, self.frames - 1)]
        if grow:
            small = np.asarray(cv2.dilate(small, np.ones((grow, grow), np.uint8)), np.uint8)
        large = cv2.resize(small, self.size, interpolation=cv2.INTER_CUBIC)
        return np.asarray(cv2.LUT(large, _STEEP), np.uint8)

    def frame_at(self, share: float) -> FrameYUV:
        """A frame of the source, by its place in the clip."""
        return decode_frame_at(self.video, int(share * (self.frames - 1)), *self.size)

    def skip(self, edit: Edit, why: str) -> None:
        """Name an operation that is not carried out."""
        self.not_rendered.append(f"{name_of(edit)}: {why}")


def name_of(edit: Edit) -> str:
    """An operation to read."""
    parts = [
        edit.op.replace("_", " "),
        edit.target or edit.what or "",
        f"→ {edit.to or edit.with_ref}" if edit.to or edit.with_ref else "",
    ]
    return " ".join(part for part in parts if part)
