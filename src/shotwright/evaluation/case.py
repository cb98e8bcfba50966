"""What was asked of a clip: its plan, its size, the pictures that it must show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction
    from pathlib import Path

    from shotwright.core.camera import Pose
    from shotwright.core.plan import ShotPlan
    from shotwright.media.colour import Mask

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom in shares of a frame."""


@dataclass(frozen=True)
class Case:
    """A request, as far as its clip can be held against it.

    Attributes:
        plan: What the prompt means.
        width: Frame width, pixels.
        height: Frame height, pixels.
        fps: Frames per second.
        frames: Number of frames.
        keep_audio: Whether the source's sound belongs to the clip.
        pictures: Files by reference: `@Image1`, `@Element1`; of an element all views.
        video: The source video of an edit or a reference.
        path: The engine's own camera path, where it gives one.
        again: A second clip of the same request.
        bodies: Where people and things are in the first frame that must hold together, frame shares.
        mask: Where frame i may change, uint8 (h, w), where that is known.
    """

    plan: ShotPlan
    width: int
    height: int
    fps: Fraction
    frames: int
    keep_audio: bool
    pictures: Mapping[str, tuple[Path, ...]]
    video: Path | None = None
    path: tuple[Pose, ...] = ()
    again: Path | None = None
    mask: Callable[[int], Mask] | None = None
    bodies: tuple[Box, ...] = ()

    @property
    def is_graded(self) -> bool:
        """Whether the words or a style image change the colours of what is shown."""
        look = self.plan.look
        return bool(
            self.plan.style_refs or look.style or look.time_of_day or look.weather or look.lighting or look.mood
        )

    def picture(self, ref: str | None) -> Path | None:
        """The (frontal) picture of a reference."""
        views = self.pictures.get(ref or "", ())
        return views[0] if views else None
