"""A plan while props are laid out for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast, get_args

from shotwright.core.plan import Action, Effect, Entity, EntityKind, Preposition, Relation
from shotwright.core.prompt.lexicon import noun_of

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan


@dataclass
class Layout:
    """A plan while props are laid out for it."""

    plan: ShotPlan
    entities: list[Entity]
    relations: list[Relation]
    actions: list[Action]
    effects: list[Effect] = field(default_factory=list)

    def has(self, who: str) -> set[str]:
        """Nouns of what somebody holds, rides, wears or does something to."""
        ids = {r.to for r in self.relations if r.of == who} | {a.object for a in self.actions if a.who == who}
        return {word for e in self.entities if e.id in ids for word in (e.noun, e.noun.rpartition(" ")[2])}

    def add(self, noun: str, near: Entity) -> str:
        """A thing of the library, from when on somebody is there."""
        known = noun_of(noun)
        kind = known.kind if known and known.kind in get_args(EntityKind) else "tool"
        name = f"prop{len(self.entities)}"
        self.entities.append(Entity(name, noun, cast("EntityKind", kind), appears_s=near.appears_s))
        return name

    def relate(self, of: str, relation: Preposition, to: str) -> None:
        """A relation between two that are there."""
        self.relations.append(Relation(of, relation, to, end_s=self.plan.duration_s))
