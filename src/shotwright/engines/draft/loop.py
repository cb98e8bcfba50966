"""The frame loop: a scene and its camera path become frames. Drawing here, encoding on the encoder's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.scene import Scene, distance_to
from shotwright.engines.draft.sets import PaintedSet
from shotwright.engines.draft.shadows import draw_shadow, shadow_planes
from shotwright.engines.draft.sprites import draw_sprite
from shotwright.engines.draft.stage import View
from shotwright.engines.draft.weather import Precipitation, precipitation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shotwright.core.camera import Pose
    from shotwright.engines.base import OutputSpec
    from shotwright.engines.draft.focus import Focus
    from shotwright.engines.draft.place import Place
    from shotwright.engines.draft.sprites import Sprite
    from shotwright.engines.draft.stage import Plane
    from shotwright.media.colour import FrameYUV

RAMP_S = 0.6
"""Time in which style and grade come in after an exact start frame."""
FAR_M = 60.0
BARE = (118, 128, 128)
"""Colour of what no plane of the set covers: never what the memory held before."""


def draw_frames(scene: Scene, spec: OutputSpec, seed: int) -> Iterator[FrameYUV]:
    """Draw every frame of a scene, each a new array uint8 (H, W, 3)."""
    painter = _Painter(scene, spec, precipitation_of(scene.weather, spec.width, spec.height, seed, scene.haze))
    for index, pose in enumerate(scene.poses):
        seconds = index / float(spec.fps)
        if scene.live is not None:
            scene.live.show(index)
        ramp = min(1.0, seconds / RAMP_S) if scene.starts_exact else 1.0
        come_in = ramp if scene.first_place is None else float(ramp > 0)  # else by the dissolve
        place = next((later for start, later in scene.later_places[::-1] if start <= seconds + 1e-6), scene.place)
        frame = painter.paint(place, pose, seconds, come_in) if ramp > 0 or scene.first_place is None else None
        if scene.first_place is not None and ramp < 1:
            first = painter.paint(scene.first_place, pose, seconds, 0.0)
            frame = first if frame is None else np.asarray(cv2.addWeighted(frame, ramp, first, 1 - ramp, 0), np.uint8)
        assert frame is not None  # noqa: S101  (one of the two places was drawn)
        frame = scene.passage.over(frame, seconds) if scene.passage else frame
        yield scene.morph.over(frame, index, spec.frames) if scene.morph else frame


def _falls(sky: Precipitation) -> Callable[[FrameYUV, float], None]:
    """What falls outside of a room, behind its windows."""

    def fall(frame: FrameYUV, seconds: float) -> None:
        sky.draw_behind(frame, seconds)
        sky.draw_before(frame, seconds)

    return fall


class _Painter:
    """Draws one frame after the other."""

    def __init__(self, scene: Scene, spec: OutputSpec, sky: Precipitation | None) -> None:
        self._scene, self._spec, self._sky = scene, spec, sky
        self._bare: FrameYUV = np.full((spec.height, spec.width, 3), BARE, np.uint8)
        places = [scene.place, *(place for _, place in scene.later_places)]
        for place in places:
            if isinstance(place, PaintedSet) and place.is_inside and sky is not None:
                place.falling = _falls(sky)
        standing = [
            *scene.sprites,
            *(prop for place in places for prop in place.props),
            *(scene.first_place.props if scene.first_place else ()),
        ]
        self._shadows: dict[int, list[Plane]] = {id(sprite): shadow_planes(sprite, scene.sun) for sprite in standing}

    def paint(self, place: Place, pose: Pose, seconds: float, ramp: float) -> FrameYUV:
        """One frame; `ramp` 0..1 lets the weather and the effects come in."""
        scene, spec = self._scene, self._spec
        view = View(pose, spec.width, spec.height)
        frame = self._bare.copy()
        eye = (pose.x, pose.y, pose.z)
        focus = self._focus(eye, pose, seconds)
        place.draw(frame, view, seconds, focus)
        behind: list[tuple[float, Sprite]] = [
            (view.depth_of(s.place(seconds)), s) for s in (*place.props, *scene.sprites)
        ]
        behind.sort(key=lambda item: -item[0])
        split = self._split_m(eye, seconds)
        self._draw_effects(frame, view, seconds, split, ramp, is_behind=True)
        for _, sprite in behind:
            draw_shadow(frame, view, sprite, self._shadows[id(sprite)], seconds)
        is_falling = self._sky is not None and ramp > 0 and not (isinstance(place, PaintedSet) and place.is_inside)
        if self._sky and is_falling:
            self._sky.draw_behind(frame, seconds)
        for _, sprite in behind:
            draw_sprite(frame, view, sprite, seconds, focus=focus, haze=scene.haze)
        if scene.lamps is not None:
            scene.lamps.light(frame, view, seconds)
        self._draw_effects(frame, view, seconds, split, ramp, is_behind=False)
        if self._sky and is_falling:
            self._sky.draw_before(frame, seconds)
        return frame

    def _draw_effects(
        self, frame: FrameYUV, view: View, seconds: float, split: float, ramp: float, *, is_behind: bool
    ) -> None:
        """The effects, as far as they have come in: an exact start frame has none."""
        if not self._scene.effects or ramp <= 0:
            return
        before = frame.copy() if ramp < 1 else None
        for effect in self._scene.effects:
            effect.draw(frame, view, seconds, split_m=split, is_behind=is_behind)
        if before is not None:
            cv2.addWeighted(frame, ramp, before, 1 - ramp, 0, dst=frame)

    def _split_m(self, eye: tuple[float, float, float], seconds: float) -> float:
        """How far away whom the shot is about stands: effects beyond lie behind them."""
        sprites = self._scene.sprites
        return distance_to(sprites[0], eye, seconds) if sprites else FAR_M / 4

    def _focus(self, eye: tuple[float, float, float], pose: Pose, seconds: float) -> Focus | None:
        pull = self._scene.focus
        if pull is None:
            return None
        distances = {sprite.ref: distance_to(sprite, eye, seconds) for sprite in self._scene.sprites} | {"far": FAR_M}
        return pull.at(seconds, distances, default_m=4.0, lens=pose.lens, width=self._spec.width)
