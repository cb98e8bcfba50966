"""Which effects a shot shows, beside its weather, and from where they come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Effect
from shotwright.engines.draft.effects import Staged, staged_effects
from shotwright.engines.draft.foresight import SHOWN_BY

if TYPE_CHECKING:
    from shotwright.core.camera import Pose
    from shotwright.core.plan import ShotPlan
    from shotwright.engines.base import Shot
    from shotwright.engines.draft.sprites import Sprite

BEAMING, DARK = (
    frozenset({"flashlight", "lighthouse", "searchlight", "headlamp", "projector", "headlight"}),
    frozenset({"dark", "dim", "gloomy", "unlit"}),
)
"""What throws a beam in the dark; and what is said of dark places."""
FLAMING = frozenset({"torch", "candle", "lantern", "sconce", "fireplace", "hearth", "candelabra", "brazier"})
"""Whose picture shows its flame."""
BREATHING = frozenset({"breathe", "spit", "spew", "blow", "shoot", "belch", "exhale", "roar"})


def _breathed(effect: Effect, plan: ShotPlan) -> Effect:
    """ "A dragon breathes fire": it comes out of its mouth, while it does."""
    act = next((a for a in plan.actions_of(effect.where) if a.verb.split()[0] in BREATHING), None)
    if act is None or effect.kind != "fire":
        return effect
    return replace(effect, kind="breath", start_s=act.start_s, end_s=act.end_s)


def _burns_already(effect: Effect, plan: ShotPlan) -> bool:
    """Whether the picture of a torch shows its flame; what burns nowhere in particular is the torch."""
    of = [e for e in plan.entities if effect.where in {e.id, "scene"}]
    return effect.kind == "fire" and any(e.noun.rpartition(" ")[2] in FLAMING for e in of)


def effects_of(shot: Shot, sprites: list[Sprite], first: Pose, *, is_dark: bool) -> list[Staged]:
    """Effects that the weather does not show already; where the words ask for one light, that light is seen."""
    plan = shot.plan
    whole = {r.of: r.to for r in plan.relations if r.relation == "part_of"}
    shown = [
        replace(_breathed(effect, plan), where=whole.get(effect.where, effect.where))  # smoke from a car's tires
        for effect in plan.effects
        if plan.look.weather not in SHOWN_BY.get(effect.kind, ()) and not _burns_already(effect, plan)
    ]
    dark = is_dark or bool(DARK & set(plan.setting.attributes))
    torches = [e for e in plan.entities if e.noun.rpartition(" ")[2] in BEAMING] if dark else []
    if torches and not any(effect.kind == "beam" for effect in shown):
        shown += [Effect("beam", torch.id) for torch in torches]
    if plan.look.lighting == "spotlight" and not any(effect.kind == "spotlight" for effect in shown):
        shown.append(Effect("spotlight"))
    seconds = shot.output.duration_s
    return staged_effects(
        tuple(shown), plan.entities, sprites, seconds=seconds, is_dark=is_dark, seed=shot.seed, first=first
    )
