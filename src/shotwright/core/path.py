"""Camera paths: from the timed moves of a plan to one pose per frame.

A frame's state is the base state with every move applied in order, each at its own progress. Moves therefore overlap and run
at once without special cases. Source: draft-engine sections 1 and 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shotwright.core.moves import MOVES

if TYPE_CHECKING:
    from shotwright.core.camera import Pose, Space, State
    from shotwright.core.moves import Apply
    from shotwright.core.plan import CameraMove

OVERLAP = 0.18
"""Share of a move's time by which it reaches into its neighbours, so that the camera does not stop in between."""


@dataclass(frozen=True)
class _TimedMove:
    start_s: float
    end_s: float
    apply: Apply

    def progress(self, seconds: float, *, duration_s: float) -> float:
        reach = OVERLAP * (self.end_s - self.start_s)
        start = self.start_s - (reach if self.start_s > 0 else 0)
        end = self.end_s + (reach if self.end_s < duration_s else 0)
        return ease((seconds - start) / max(end - start, 1e-6))


def ease(t: float) -> float:
    """Slow start and stop: 0 → 0, 1 → 1; three quarters cubic smoothstep and a quarter line, so that a move is under way at once."""
    t = min(1.0, max(0.0, t))
    smooth = t * t * (3 - 2 * t)
    return 0.75 * smooth + 0.25 * t


def camera_path(
    moves: tuple[CameraMove, ...], space: Space, *, frames: int, duration_s: float, seed: int
) -> list[Pose]:
    """One pose per frame.

    Args:
        moves: Timed moves of a plan; unknown names are ignored (the planner has warned about them).
        space: The set.
        frames: Number of poses.
        duration_s: Length of the clip in seconds.
        seed: Decides the hand of a handheld camera.
    """
    timed: list[_TimedMove] = []
    state = space.base
    shake = 0.0
    for move in moves:
        known = MOVES.get(move.move)
        if known and known.is_overlay:
            shake = {"slow": 0.5, "fast": 1.6}.get(move.speed or "", 1.0)
            continue
        if known is None or known.build is None:
            continue
        apply = known.build(move, state, space)
        timed.append(_TimedMove(move.start_s, move.end_s, apply))
        state = apply(state, 1.0)
    poses = []
    for frame in range(frames):
        seconds = duration_s * frame / max(1, frames - 1)
        current = space.base
        for item in timed:
            current = item.apply(current, item.progress(seconds, duration_s=duration_s))
        poses.append(_shaken(_kept_inside(current, space).pose(), seconds, shake, seed))
    return poses


def _kept_inside(state: State, space: Space) -> State:
    """Not through the floor, not through the back of the set."""
    x, y, z = state.eye
    return replace(state, eye=(x, max(y, 0.15), min(z, 0.86 * space.wall_m)))


def _shaken(pose: Pose, seconds: float, amount: float, seed: int) -> Pose:
    """A hand: slow sway, breathing and a little tremor; fades in, so that the first frame stays exact."""
    if amount == 0:
        return pose
    fade = amount * min(1.0, seconds / 0.5)
    phase = (seed % 997) / 997 * math.tau

    def wave(*parts: tuple[float, float, float]) -> float:
        return sum(size * math.sin(math.tau * hertz * seconds + shift + phase) for size, hertz, shift in parts)

    yaw = wave((0.006, 0.55, 0.0), (0.003, 1.3, 1.1), (0.0011, 4.1, 2.2))
    pitch = wave((0.005, 0.42, 0.7), (0.0028, 1.1, 2.0), (0.0012, 3.7, 0.4))
    roll = wave((0.004, 0.35, 1.9), (0.0015, 1.7, 0.2))
    return replace(pose, yaw=pose.yaw + fade * yaw, pitch=pose.pitch + fade * pitch, roll=pose.roll + fade * roll)
