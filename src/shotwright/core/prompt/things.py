"""What is read of a scene while it is read: things, what they do, where they are. Becomes part of a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from shotwright.core.plan import Action, Effect, Entity, EntityKind, Relation
from shotwright.core.prompt.vocabulary import FEMALE

if TYPE_CHECKING:
    from shotwright.core.plan import Role, Span


@dataclass
class Thing:
    """An entity while it is read."""

    id: str
    noun: str
    kind: str
    ref: str | None = None
    count: int = 1
    attributes: list[str] = field(default_factory=list)
    colour: str | None = None
    span: Span | None = None
    placement: str | None = None  #: Where in the frame.
    is_half: bool = False  #: Whether it is one of two that were named together.
    called: str = ""  #: "she" or "he", once the words have called it so.

    @property
    def _is_she(self) -> bool:
        """Whether the words call somebody she whose noun does not say so: "a doctor takes off her glasses"."""
        last = self.noun.rpartition(" ")[2]
        return (
            self.kind == "person"
            and self.called == "she"
            and last not in FEMALE
            and self.ref is None
            and self.count == 1
        )

    def entity(self, role: Role | None, placement: str | None) -> Entity:
        """As the plan has it."""
        kind = {"material": "other", "place": "nature", "inside": "building", "abstract": "other"}.get(
            self.kind, self.kind
        )
        said = [*self.attributes, *(["female"] if self._is_she else [])]
        return Entity(
            self.id, self.noun, cast("EntityKind", kind), self.ref, role, self.count, tuple(dict.fromkeys(said)), self.colour,
            placement=placement or self.placement, span=self.span,
        )  # fmt: skip


@dataclass(frozen=True)
class Deed:
    """An action before it has its seconds: in which sentence, and whether it happens together with the one before."""

    action: Action
    sentence: int
    is_together: bool
    is_later: bool


@dataclass
class Scene:
    """What was read, and the tokens that it took up."""

    things: list[Thing] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    left_places: int = 0
    hinted: set[str] = field(default_factory=set)  #: Places that only furniture speaks of: "a kitchen table".
    place_attributes: list[str] = field(default_factory=list)
    is_inside: bool = False
    place_span: Span | None = None
    sky: str | None = None
    effects: list[Effect] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    ids: int = 0
    has_source: bool = False  #: Whether a video shows whom a pronoun means.

    def next_id(self) -> str:
        """The id of the next thing; no id is used twice."""
        self.ids += 1
        return f"e{self.ids}"

    def thing(self, name: str | None) -> Thing | None:
        """The thing with an id, a reference or a noun; the latest of several."""
        return next((t for t in reversed(self.things) if name and name in {t.id, t.ref, t.noun}), None)
