"""The camera of a shot that the words cut to: the same people and place, seen from nearer, from farther, from another side."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.camera import AIM, State, distance_for
from shotwright.engines.draft.blocking import staging
from shotwright.engines.draft.blocking.placing import THING_SHARE

if TYPE_CHECKING:
    from shotwright.core.plan import Framing
    from shotwright.engines.draft.place import Place
    from shotwright.engines.draft.sprites import Sprite

ASIDE_DEG = 24.0
"""How far the camera goes round from cut to cut, on its side of the line: less is a jump cut."""
WIDE = frozenset({"wide", "extreme_wide", "full"})
NEAREST_M = 0.25


def reframed(
    first: State, framing: Framing, sprites: list[Sprite], place: Place, aspect: float, *, number: int
) -> State:
    """The camera of a later shot.

    Args:
        first: The camera of the first shot.
        framing: Of this one.
        sprites: Who is there, whom it is about first.
        place: The set.
        aspect: Frame height / frame width.
        number: How many cuts there were; the side changes from one to the next.
    """
    if not sprites:
        return staging.opening(place, framing, sprites, aspect)
    main, size = sprites[0], framing.size or "medium"
    x, y, z = main.place(framing.start_s)
    if size in WIDE:
        return _wide(first, framing, sprites, place, aspect)
    is_body = main.figure is not None or main.word is None
    tall = max(0.05, main.height_m)
    share = AIM.get(size, 0.55) if is_body else 0.5
    far = distance_for(size, tall, first.lens, aspect)
    if not is_body and size in THING_SHARE:
        far = max(tall, main.views[0][1].aspect * tall * aspect) * first.lens / (THING_SHARE[size] * aspect)
    look = (x, y + share * tall - main.sunk(framing.start_s), z)
    turn = math.radians(ASIDE_DEG * (1 if number % 2 else -1))
    far = max(NEAREST_M, far)
    eye_x = max(-place.side_m, min(place.side_m, x - far * math.sin(turn)))
    state = replace(first, eye=(eye_x, max(0.12, look[1] + 0.06 * far), z - far * math.cos(turn)), look=look, roll=0.0)
    return staging.angled(state, framing, place, main, aspect)


def _wide(first: State, framing: Framing, sprites: list[Sprite], place: Place, aspect: float) -> State:
    """Everybody who is there, with the place around them."""
    at = [(sprite, sprite.place(framing.start_s)) for sprite in sprites]
    left = min(x - 0.5 * sprite.height_m for sprite, (x, _, _) in at)
    right = max(x + 0.5 * sprite.height_m for sprite, (x, _, _) in at)
    top = max(y + sprite.height_m for sprite, (_, y, _) in at)
    middle, z = (left + right) / 2, at[0][1][2]
    far = max(
        1.25 * (right - left) * first.lens, distance_for(framing.size or "wide", min(top, 6.0), first.lens, aspect)
    )
    eye = place.base.eye[1]
    state = replace(first, eye=(middle, eye, z - far), look=(middle, 0.5 * min(top, 6.0), z), roll=0.0)
    return staging.angled(state, framing, place, sprites[0], aspect)
