"""Who is in the picture: the plan's entities as the stage plays them, with one way of moving each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.vocabulary import STAND_INS

if TYPE_CHECKING:
    from shotwright.core.plan import Action, Entity, Role, ShotPlan
    from shotwright.engines.base import Shot

FIGURES_MAX = 6
GAITS = {
    "walk": "walk", "run": "run", "fly": "fly", "float": "fly", "dance": "dance", "ballet": "dance", "spin": "dance", "jump": "dance",
    "talk": "talk", "shout": "talk", "laugh": "talk", "drive": "drive", "ride_bike": "drive", "ride_horse": "drive", "steer": "drive",
    "march": "walk", "sneak": "walk", "limp": "walk", "climb": "walk", "skate": "drive", "ski": "drive", "surf": "drive", "row": "drive",
    "roll": "drive",
}  # fmt: skip
"""What the stage makes of a motion; others stand."""
BY_KIND = {"person": "person", "animal": "dog", "vehicle": "car", "tool": "object", "other": "object"}
NEAREST = {
    "bird": "bird", "bird of prey": "bird", "wading bird": "bird", "aquatic bird": "bird", "boat": "boat", "ship": "boat",
    "small boat": "boat", "sailing vessel": "boat", "vessel": "boat", "ungulate": "horse", "equine": "horse", "cattle": "horse",
    "bovid": "horse", "feline": "cat", "cat": "cat", "bicycle": "bicycle", "motorcycle": "bicycle", "aircraft": "bird", "airplane": "bird",
}  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """Somebody or something as the stage places it."""

    ref: str  #: Its picture, or `stand-in:KIND:COLOUR`.
    role: Role | None = "subject"  #: What it is in the picture.
    placement: str | None = None  #: Where it stands, in the words' own terms.
    of: str | None = None  #: Whose it is: another reference.
    appears_s: float = 0.0  #: When it is first seen.
    noun: str | None = None  #: What the words call it.
    action: str | None = None  #: walk, run, fly, dance, talk or drive.
    heading: str | None = None  #: toward, away, left or right.
    id: str = ""  #: The plan's entity.


def cast_of(plan: ShotPlan, shot: Shot) -> list[Subject]:
    """Everybody in the picture: the references, else stand-ins for whom and what the words name."""
    given = [_pictured(plan, item) for item in plan.pictured().values() if shot.image(item.ref)]
    if given or plan.start_frame:
        return given
    people: list[Subject] = []
    for item in plan.entities:
        figure = figure_of(item)
        if figure is not None and not plan.bearer_of(item.id):
            action, heading = _movement(plan, item)
            one = Subject(
                f"stand-in:{figure}:{item.colour or ''}", noun=item.noun, action=action, heading=heading, id=item.id
            )
            people += [one] * min(item.count, FIGURES_MAX)
    return people[:FIGURES_MAX]


def figure_of(item: Entity) -> str | None:
    """The plain figure that stands in for an entity; None for what has none: clothes, buildings, light."""
    hit = next((kind for kind, nouns in STAND_INS.rows.items() if item.noun in nouns), None)
    if hit is not None:
        return hit
    known = noun_of(item.noun)
    return NEAREST.get(known.near if known else "") or BY_KIND.get(item.kind)


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
