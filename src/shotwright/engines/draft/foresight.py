"""What a draft will not show, said from the plan alone, before anything is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.engines.analysis.edit_source import name_of
from shotwright.engines.analysis.region import NOT_KNOWN, sought, subject
from shotwright.engines.draft.beams import OVERLAYS
from shotwright.engines.draft.looks.effects import EFFECTS
from shotwright.engines.draft.looks.weathers import WEATHERS

if TYPE_CHECKING:
    from shotwright.core.plan import Edit, ShotPlan

SHOWN_BY: dict[str, tuple[str | None, ...]] = {
    "rain": ("rain", "storm"), "snow": ("snow",), "fog": ("fog",), "mist": ("fog",), "lightning": ("storm",), "leaves": ("wind",), "clouds": ("cloudy", "storm", "rain"),
    "shadows": (*WEATHERS, None),
}  # fmt: skip
"""The weather that shows an effect."""
TARGETED = frozenset({"remove", "replace", "recolour", "material"})
"""Operations that must find their target in the clip."""
SUBJECT_ONLY = {
    "remove": "only the main subject can be taken out of a moving picture",
    "replace": "only the main subject can be replaced by a picture",
}


def foreseen(plan: ShotPlan) -> list[str]:
    """What the words ask for and a draft of any media will not show, in sentences."""
    if plan.task == "edit":
        return [f"{name_of(edit)}: {why}" for edit in plan.edits if (why := _lacking(edit))]
    return not_drawn(plan)


def _lacking(edit: Edit) -> str | None:
    """Why an operation cannot be done, whatever the clip."""
    if edit.op not in TARGETED or not edit.target:
        return None
    find = sought(edit)
    if find is None:
        return NOT_KNOWN
    return SUBJECT_ONLY["remove"] if edit.op == "remove" and find is not subject else None


def not_drawn(plan: ShotPlan) -> list[str]:
    """Effects that nothing here shows."""
    kinds = dict.fromkeys(effect.kind for effect in plan.effects)
    return [
        f"{kind}: not drawn yet"
        for kind in kinds
        if not EFFECTS.get(kind) and kind not in OVERLAYS and plan.look.weather not in SHOWN_BY.get(kind, ())
    ]
