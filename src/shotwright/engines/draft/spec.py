"""The engine `draft`, described without loading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.engines.draft.settings import DraftSettings
from shotwright.engines.spec import Building, EngineSpec

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan
    from shotwright.engines.base import Engine


def _build(building: Building) -> Engine:
    from shotwright.engines.draft.engine import DraftEngine

    chosen: DraftSettings = building.settings
    return DraftEngine(has_labels=chosen.labels)


def _foresee(plan: ShotPlan) -> list[str]:
    from shotwright.engines.draft.foresight import foreseen  # brings cv2

    return foreseen(plan)


SPEC = EngineSpec(
    "draft", "Draft", "A watchable previz that obeys the prompt: camera, start frame, elements, style, edits. Free, and the same every time.",
    "two CPU cores", _build, DraftSettings, is_draft=True, cancel_grace_s=0.8, foresee=_foresee,
)  # fmt: skip
