"""What a place is to the frame loop and the blocking: planes that are drawn first, things that stand in it, room to move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from shotwright.core.camera import State
    from shotwright.engines.draft.focus import Focus
    from shotwright.engines.draft.sprites import Sprite
    from shotwright.engines.draft.stage import Plane, View
    from shotwright.media.colour import FrameYUV


class Place(Protocol):
    """A set: a diorama of a picture, or painted from words.

    Attributes:
        base: The camera that shows it as it is meant.
        wall_m: How far a camera may go forward.
        near_m: Nearest ground that `base` sees.
        side_m: How far a camera may go sideways.
        props: What stands in it.
    """

    base: State
    wall_m: float
    near_m: float
    side_m: float
    props: list[Sprite]

    def draw(self, frame: FrameYUV, view: View, seconds: float = 0.0, focus: Focus | None = None) -> None:
        """Draw the place as seen by `view`, without its props; every pixel of the frame is covered."""
        ...

    def solids(self) -> list[Plane]:
        """Its planes that are somewhere, for what asks how far away they are: no sky."""
        ...
