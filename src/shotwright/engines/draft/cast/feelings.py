"""What a face shows, and when: a smile, tears, a shout; by what somebody does, how they do it and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.prompt.states import FEELINGS
from shotwright.engines.draft.cast.figures import Mien

if TYPE_CHECKING:
    from shotwright.core.plan import Action, Entity, ShotPlan

BY_MOTION = {
    "laugh": "laugh", "cheer": "laugh", "cry": "cry", "shout": "shout", "sleep": "asleep", "doze": "asleep", "kiss": "asleep", "pray": "asleep",
    "meditate": "asleep", "talk": "talk", "fall": "shock", "slip": "shock", "fight": "anger", "punch": "anger", "blow": "pout", "drop": "shock",
}  # fmt: skip
"""Faces of those who do something."""
BY_VERB = {
    "smile": "smile", "grin": "smile", "beam": "smile", "smirk": "smile", "hug": "smile", "embrace": "smile", "sing": "shout", "yawn": "shout", "gasp": "shock",
    "frown": "anger", "sulk": "sad", "pout": "pout", "wince": "shock", "flinch": "shock", "blush": "smile", "sigh": "tired", "sob": "cry", "weep": "cry", "scowl": "anger", "growl": "anger", "wink": "smile", "dance": "smile", "whistle": "pout", "wave": "smile",
}  # fmt: skip


def miens_of(entity: Entity, plan: ShotPlan) -> tuple[Mien, ...]:
    """What somebody's face shows, in order; the first that fits a time counts.

    Args:
        entity: Somebody without a picture.
        plan: Of the shot.
    """
    found = [
        Mien(face, act.start_s, act.end_s) for act in plan.actions_of(entity.id) if (face := _face_of(act)) is not None
    ]
    said = next((FEELINGS[word] for word in entity.attributes if word in FEELINGS), None)
    return (*found, Mien(said, 0.0, plan.duration_s)) if said else tuple(found)


def _face_of(act: Action) -> str | None:
    how = FEELINGS.get(act.manner or "")
    return how or BY_VERB.get(act.verb.split()[0]) or BY_MOTION.get(act.motion or "")
