"""Who rides by trade sits on what there is to ride."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Relation

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan

RIDERS = frozenset({"rider", "jockey", "horseman", "horsewoman", "cyclist", "biker", "motorcyclist", "cavalryman"})
MOUNTS = frozenset({
    "horse", "pony", "stallion", "mare", "camel", "donkey", "mule", "elephant", "unicorn", "bicycle", "bike", "motorcycle", "motorbike", "scooter",
})  # fmt: skip


def mounted(plan: ShotPlan) -> ShotPlan:
    """ "A horse gallops, rider in a black cloak": the rider is on it, unless the words say who is."""
    riding = {r.of for r in plan.relations if r.relation == "riding"}
    ridden = {r.to for r in plan.relations if r.relation == "riding"}
    mount = next((e for e in plan.entities if e.noun.rpartition(" ")[2] in MOUNTS and not e.ref), None)
    rider = next((e for e in plan.entities if e.noun.rpartition(" ")[2] in RIDERS and e.id not in riding), None)
    if mount is None or rider is None or mount.id in ridden or plan.task == "edit":
        return plan
    return replace(plan, relations=(*plan.relations, Relation(rider.id, "riding", mount.id, 0.0, plan.duration_s)))
