"""ShotPlan, version 2: what a prompt means, as data. The contract between the prompt language and every engine, and an input.

References are always written `@Image1`, `@Element1`, `@Video1`; entities are `e1`, `e2`, ...; times are seconds from the start
of the clip. Every content word of the prompt stands in the span of an item or in `unread`; what is in the plan and not in
the clip is named in `not_rendered`. `core.plan_json` turns plans into JSON and back. Source: the scene contract.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

Span = tuple[int, int]
"""First and last-plus-one character of the prompt that caused an item."""
Task = Literal["reference_to_video", "video_reference", "edit", "first_last_frame"]
Continuation = Literal["next_shot", "previous_shot", "camera_angle", "camera_motion_transfer", "motion_transfer"]
Role = Literal["subject", "object", "prop", "clothing", "effect", "background", "style", "storyboard", "sketch"]
EditOp = Literal[
    "replace", "add", "remove", "background", "style", "weather", "time_of_day", "recolour", "effect", "attribute",
    "material",
]  # fmt: skip
EntityKind = Literal[
    "person", "animal", "vehicle", "building", "plant", "food", "furniture", "tool", "clothing", "body_part", "nature",
    "light", "other",
]  # fmt: skip
Preposition = Literal[
    "on", "in", "inside", "under", "over", "behind", "in_front_of", "beside", "left_of", "right_of", "between", "around",
    "against", "at", "near", "outside", "holding", "wearing", "carried_by", "riding", "part_of", "facing",
]  # fmt: skip
VERSION: Literal[2] = 2
MANY = 12
"""How many "many" are: a crowd, a flock."""
Seconds = Annotated[float, Field(ge=0, le=600)]
Count = Annotated[int, Field(ge=1, le=1000)]


class Item:
    """What every part of a plan has in common: as input, a field that it does not have is refused."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}


@dataclass(frozen=True)
class Framing(Item):
    """A shot: its size and angle from `start_s` to `end_s`. There is more than one where the words cut or reframe."""

    id: str = "s1"  #: Its name, `s1`, `s2`, ...
    start_s: Seconds = 0.0  #: When it begins.
    end_s: Seconds = 0.0  #: When it ends.
    size: str | None = None  #: From extreme_wide to extreme_close_up.
    angle: str | None = None  #: low, eye, high, birds_eye, aerial, dutch, over_the_shoulder, pov, ...
    focus: str | None = None  #: Whom or what it is about: an entity.
    cut: bool = False  #: Whether the words cut to it.
    places: tuple[str, ...] = ()  #: Where it is, when the words cut and name a place in this shot.
    span: Span | None = None  #: The words that asked for it.


@dataclass(frozen=True)
class CameraMove(Item):
    """One move of the camera, with its place in time."""

    move: str  #: Its name in `core.moves.MOVES`.
    start_s: Seconds = 0.0  #: When it begins.
    end_s: Seconds = 0.0  #: When it ends.
    target: str | None = None  #: What it is about: an entity, or a noun that is none.
    side: str | None = None  #: A tracking camera: "behind" or in "front" of them, or to the "left"; None: to the right.
    degrees: float | None = None  #: How far it turns.
    metres: float | None = None  #: How far it travels.
    speed: str | None = None  #: slow, smooth or fast; None: as usual.
    end_size: str | None = None  #: The shot size that it ends with.
    end_view: str | None = None  #: The side of the target that it ends on: front, side or back.
    into: str | None = None  #: The place that it goes into: "greenhouse", "kitchen".
    span: Span | None = None  #: The words that asked for it.


@dataclass(frozen=True)
class Entity(Item):
    """Somebody or something that the words put before the camera."""

    id: str  #: Its name in this plan.
    noun: str  #: What the words call it, singular.
    kind: EntityKind = "other"  #: What it is.
    ref: str | None = None  #: The picture of it: `@Image2`, `@Element1`.
    role: Role | None = None  #: What that picture is for.
    count: Count = 1  #: How many there are.
    attributes: tuple[str, ...] = ()  #: What can be seen of it: "wooden", "old".
    colour: str | None = None  #: Its colour, in the words' own terms.
    in_picture: str | None = None  #: The start frame or video that shows it already.
    placement: str | None = None  #: Where in the frame the words put it: left, right, center, foreground, background.
    appears_s: Seconds = 0.0  #: When it is first seen.
    span: Span | None = None  #: The words that named it.


@dataclass(frozen=True)
class Relation(Item):
    """How one entity stands to another."""

    of: str  #: The entity that is placed.
    relation: Preposition  #: How.
    to: str  #: The entity it is placed by.
    start_s: Seconds = 0.0  #: From when on it holds.
    end_s: Seconds = 0.0  #: Until when.
    span: Span | None = None  #: The words that said so.


@dataclass(frozen=True)
class Path(Item):
    """The way of somebody who moves. Ends are left, right, near, far, up, down, out, or an entity."""

    start: Annotated[str | None, Field(alias="from")] = None  #: Where it begins; `from` in JSON.
    end: Annotated[str | None, Field(alias="to")] = None  #: Where it ends; `to` in JSON.
    along: str | None = None  #: An entity or place that it goes along or through.
    around: str | None = None  #: An entity that it goes around.
    over: str | None = None  #: An entity or place that it crosses.
    depth: str | None = None  #: Before or behind whom it passes, as "behind e1".


@dataclass(frozen=True)
class Action(Item):
    """What somebody or something does."""

    who: str  #: The entity that does it.
    verb: str  #: In the words' own terms, with its particle: "pick up".
    motion: str | None = None  #: The motion of the stage that shows it.
    object: str | None = None  #: The entity that it is done to.
    path: Path | None = None  #: Where it leads.
    manner: str | None = None  #: How: "slowly".
    start_s: Seconds = 0.0  #: When it begins.
    end_s: Seconds = 0.0  #: When it ends.
    span: Span | None = None  #: The words that said so.


@dataclass(frozen=True)
class Setting(Item):
    """Where the shot is."""

    places: tuple[str, ...] = ()  #: The words' own nouns: "harbour", "kitchen".
    shells: tuple[str, ...] = ()  #: Kinds of places that the stage can build, nearest first.
    inside: bool = False  #: Whether it is under a roof.
    attributes: tuple[str, ...] = ()  #: What can be seen of it: "crowded", "cobblestone".
    sky: str | None = None  #: What the words say of the sky: "starry".
    span: Span | None = None  #: The words that named it first.


@dataclass(frozen=True)
class Effect(Item):
    """Something without a body that can be seen: rain, smoke, sparks, beams."""

    kind: str  #: A row of the effects.
    where: str = "scene"  #: `scene`, `outside` (behind a window), or an entity.
    amount: str | None = None  #: light or heavy.
    colour: str | None = None  #: Its colour, in the words' own terms.
    start_s: Seconds = 0.0  #: When it begins.
    end_s: Seconds = 0.0  #: When it ends.
    span: Span | None = None  #: The words that asked for it.


@dataclass(frozen=True)
class Edit(Item):
    """One operation on the source video."""

    op: EditOp  #: What is done.
    target: str | None = None  #: To what, in the words' own terms.
    to: str | None = None  #: What it becomes: a colour, a weather, a style, a noun.
    with_ref: Annotated[str | None, Field(alias="with")] = None  #: The reference that it becomes; `with` in JSON.
    what: str | None = None  #: What is added or done, in the words' own terms.
    placement: str | None = None  #: Where it is added.
    span: Span | None = None  #: The words that asked for it.


@dataclass(frozen=True)
class Look(Item):
    """Light and grade of the shot."""

    lens_mm: float | None = None  #: Focal length on full frame.
    lighting: str | None = None  #: A row of the lights.
    mood: str | None = None  #: A row of the moods.
    style: str | None = None  #: A row of the styles.
    weather: str | None = None  #: A row of the weathers.
    time_of_day: str | None = None  #: A row of the times of day.
    depth_of_field: str | None = None  #: shallow, or None.


@dataclass(frozen=True)
class Unread(Item):
    """Words that became no part of the plan, and why."""

    span: Span  #: Where they stand.
    why: str  #: A sentence for people.


@dataclass(frozen=True)
class Warn(Item):
    """Something in the prompt that did not become part of the plan."""

    code: str  #: For programs.
    text: str  #: A sentence for people.
    ref: str | None = None  #: The reference it is about.
    span: Span | None = None  #: The words it is about.


@dataclass(frozen=True)
class ShotPlan(Item):
    """What the prompt asks for."""

    task: Task  #: What is made: reference_to_video, video_reference, edit, first_last_frame.
    duration_s: Seconds  #: Length of the clip.
    version: Literal[2] = VERSION  #: Of this contract.
    start_frame: str | None = None  #: The picture that the clip begins with.
    end_frame: str | None = None  #: The picture that it ends with.
    style_refs: tuple[str, ...] = ()  #: Pictures or a video whose look it takes.
    place_ref: str | None = None  #: The picture of its place.
    continuation: Continuation | None = None  #: How it goes on from the video.
    keep_style: bool = False  #: Whether the words ask for the video's look.
    shots: tuple[Framing, ...] = ()  #: Its sizes and angles, in order; empty where the words name none.
    camera: tuple[CameraMove, ...] = ()  #: Its moves, in order.
    entities: tuple[Entity, ...] = ()  #: Who and what is in the picture, in order of mention.
    relations: tuple[Relation, ...] = ()  #: How they stand to each other.
    actions: tuple[Action, ...] = ()  #: What they do, in order.
    setting: Setting = field(default_factory=Setting)  #: Where the shot is.
    effects: tuple[Effect, ...] = ()  #: What can be seen and has no body.
    edits: tuple[Edit, ...] = ()  #: Operations on the video.
    preserve: tuple[str, ...] = ()  #: What of the video the words want kept.
    negated: tuple[str, ...] = ()  #: What the words do not want: moves and kinds of edits.
    look: Look = field(default_factory=Look)  #: Light and grade.
    spans: dict[str, Span] = field(
        default_factory=dict
    )  #: By name: start_frame, continuation, look.mood, preserve.camera, @Image2.
    unread: tuple[Unread, ...] = ()  #: Words that caused nothing.
    warnings: tuple[Warn, ...] = ()  #: What did not become part of the plan, and hints.
    not_rendered: tuple[str, ...] = ()  #: What the clip does not show; filled by the engine.

    def entity(self, name: str | None) -> Entity | None:
        """The entity with an id or a reference; None where there is none."""
        return next((item for item in self.entities if name in {item.id, item.ref} and name), None)

    def pictured(self) -> dict[str, Entity]:
        """The entities that a picture shows, by its reference, in order of mention."""
        return {item.ref: item for item in self.entities if item.ref}

    def actions_of(self, name: str) -> tuple[Action, ...]:
        """What an entity does, in order."""
        return tuple(action for action in self.actions if action.who == name)

    def bearer_of(self, name: str) -> str | None:
        """Who holds, wears or carries an entity."""
        return next((r.of for r in self.relations if r.to == name and r.relation in {"holding", "wearing"}), None)
