"""Who is in the picture: the plan's entities as the stage plays them, with one way of moving each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shotwright.core.plan import Action, Entity, Role, ShotPlan
    from shotwright.engines.base import Shot

GAITS = {
    "walk": "walk", "run": "run", "fly": "fly", "float": "fly", "dance": "dance", "ballet": "dance", "spin": "dance", "jump": "dance",
    "talk": "talk", "shout": "talk", "laugh": "talk", "drive": "drive", "ride_bike": "drive", "ride_horse": "drive", "steer": "drive",
    "march": "walk", "sneak": "walk", "limp": "walk", "climb": "walk", "skate": "drive", "ski": "drive", "surf": "drive", "row": "drive",
    "roll": "drive", "slide": "drive",
}  # fmt: skip
"""What the stage makes of a motion; others stand."""
ON_WHEELS = frozenset({"vehicle", "furniture", "animal"})
"""What rolls without turning over: wheelchairs, carts, trolleys."""


@dataclass(frozen=True)
class Subject:
    """Somebody with a picture, as the stage places them."""

    ref: str  #: Its picture.
    role: Role | None = "subject"  #: What it is in the picture.
    placement: str | None = None  #: Where it stands, in the words' own terms.
    of: str | None = None  #: Whose it is: another reference.
    appears_s: float = 0.0  #: When it is first seen.
    noun: str | None = None  #: What the words call it.
    action: str | None = None  #: walk, run, fly, dance, talk or drive.
    heading: str | None = None  #: toward, away, left or right.
    id: str = ""  #: The plan's entity.


def cast_of(plan: ShotPlan, shot: Shot) -> list[Subject]:
    """The references in the picture, in order of mention."""
    return [_pictured(plan, item) for item in plan.pictured().values() if shot.image(item.ref)]


def _pictured(plan: ShotPlan, item: Entity) -> Subject:
    action, heading = _movement(plan, item)
    bearer = plan.entity(plan.bearer_of(item.id))
    others = [ref for ref, other in plan.pictured().items() if other.id != item.id]
    is_owned = item.role in {"clothing", "prop", "effect"}
    owner = (bearer.ref if bearer else None) or (others[0] if others and is_owned else None)
    noun = None if item.noun in {"character", "object", "garment"} else item.noun
    return Subject(item.ref or "", item.role, item.placement, owner, item.appears_s, noun, action, heading, item.id)


def _movement(plan: ShotPlan, item: Entity) -> tuple[str | None, str | None]:
    """The first thing that somebody does and the stage can show, and where it leads."""
    for action in plan.actions_of(item.id):
        if action.motion in GAITS:
            return GAITS[action.motion], _heading(action)
    return None, None


def _heading(action: Action) -> str | None:
    path = action.path
    if path is None:
        return None
    if path.end in {"near", "far"}:
        return {"near": "toward", "far": "away"}[path.end]
    if path.end in {"left", "right"}:
        return path.end
    return {"left": "right", "right": "left"}.get(path.start or "")
