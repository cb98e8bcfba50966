"""Water that is thrown about is seen as spray and splashes, and who is said to be in the water is in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Effect

if TYPE_CHECKING:
    from shotwright.core.plan import Action, Entity, ShotPlan, Span

LIQUIDS = frozenset({"water", "seawater", "rainwater", "surf", "spray"})
"""Nouns of what has no body that one could see."""
THROWN = frozenset({"explode", "splash", "fly", "spray", "burst", "erupt", "shoot", "scatter", "squirt", "gush", "spurt", "splatter", "rise", "jump"})  # fmt: skip
"""What water does that is seen as a splash."""
SPRAYING = frozenset({"spray", "squirt", "splash", "spit", "spout", "shoot", "blow", "throw", "kick", "shower"})
"""What somebody does with water that is seen as spray."""
BLOWN_UP = frozenset({"explode", "blow up"})


def wetted(plan: ShotPlan) -> ShotPlan:
    """A plan in which water that flies about is an effect, and no thing.

    Args:
        plan: As it was read.
    """
    waters = {e.id: e for e in plan.entities if e.noun in LIQUIDS and not e.ref and e.kind not in {"person", "animal"}}
    shown = [effect for act in plan.actions if (effect := _seen(act, waters, plan)) is not None]
    if not shown:
        return plan
    gone = {act.who for act in plan.actions if act.who in waters} | {
        act.object for act in plan.actions if act.object in waters
    }
    burst = {act.span for act in plan.actions if act.who in gone and act.verb in BLOWN_UP}
    kept = tuple(e for e in plan.effects if e.kind != "explosion" or not any(_within(e, span) for span in burst))
    known = {(effect.kind, effect.where) for effect in kept}
    added = tuple({(e.kind, e.where): e for e in shown if (e.kind, e.where) not in known}.values())
    return replace(
        plan,
        entities=tuple(e for e in plan.entities if e.id not in gone),
        relations=tuple(r for r in plan.relations if not {r.of, r.to} & gone),
        actions=tuple(
            replace(act, object=None) if act.object in gone else act for act in plan.actions if act.who not in gone
        ),
        effects=(*kept, *added),
    )


def _within(effect: Effect, span: Span | None) -> bool:
    """Whether the words of an effect are those of a verb."""
    return effect.span is not None and span is not None and effect.span[0] < span[1] and span[0] < effect.span[1]


def _seen(act: Action, waters: dict[str, Entity], plan: ShotPlan) -> Effect | None:
    """What is seen of water that somebody sprays, or that flies about itself."""
    verb = act.verb.split()[0]
    if act.who in waters and verb in THROWN:
        near = next((r.to for r in plan.relations if r.of == act.who and plan.entity(r.to) is not None), None)
        amount = "heavy" if act.verb in BLOWN_UP else None
        return Effect("splash", near or "scene", amount, start_s=act.start_s, end_s=act.end_s, span=act.span)
    if act.object in waters and verb in SPRAYING:
        return Effect("spray", act.who, start_s=act.start_s, end_s=act.end_s, span=act.span)
    return None
