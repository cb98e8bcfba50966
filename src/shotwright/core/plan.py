"""ShotPlan: what a prompt means, as data. The contract between the prompt language and every engine.

References are always written `@Image1`, `@Element1`, `@Video1`; times are seconds from the start of the clip.
Everything that could not be bound or rendered is named in `warnings` and `not_rendered`. Source: design section 5.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Span = tuple[int, int]
"""First and last-plus-one character of the prompt that caused an item."""
Continuation = Literal["next_shot", "previous_shot", "camera_angle", "camera_motion_transfer", "motion_transfer"]
Role = Literal["subject", "object", "prop", "clothing", "effect", "background", "style", "storyboard", "sketch"]
EditOp = Literal[
    "replace", "add", "remove", "background", "style", "weather", "time_of_day", "recolour", "effect", "attribute",
    "material",
]  # fmt: skip


@dataclass(frozen=True)
class CameraMove:
    """One move of the camera, with its place in time."""

    move: str  #: Its name in `core.moves.MOVES`.
    start_s: float = 0.0  #: When it begins.
    end_s: float = 0.0  #: When it ends.
    speed: str | None = None  #: slow, smooth or fast; None: as usual.
    degrees: float | None = None  #: How far it turns.
    target: str | None = None  #: What it is about: a reference or a noun.
    end_view: str | None = None  #: The side of the target that it ends on: front, side or back.
    end_size: str | None = None  #: The shot size that it ends with.
    span: Span | None = None  #: The words that asked for it.


@dataclass(frozen=True)
class Framing:
    """Shot size and angle from `at_s` on."""

    size: str | None = None  #: From extreme_wide to extreme_close_up.
    angle: str | None = None  #: low, eye, high, birds_eye, aerial, dutch, over_the_shoulder, pov, ...
    at_s: float = 0.0  #: From when on.
    span: Span | None = None  #: The words that asked for it.


@dataclass(frozen=True)
class Subject:
    """A reference in the picture: its role, where it is, whose it is, when it appears."""

    ref: str  #: `@Image2`, `@Element1`.
    role: Role = "subject"  #: What it is in the picture.
    placement: str | None = None  #: Where it stands, in the words' own terms.
    of: str | None = None  #: Whose it is: another reference.
    appears_s: float = 0.0  #: When it is first seen.
    noun: str | None = None  #: What the words call it.
    action: str | None = None  #: What it does: a verb.
    heading: str | None = None  #: Where it goes.
    span: Span | None = None  #: The words that named it.


@dataclass(frozen=True)
class StandIn:
    """Somebody or something that the words name and no picture shows: a kind of figure, how many, what they do."""

    kind: str  #: A figure that the draft can draw: person, dog, car, ...
    noun: str  #: What the words call it.
    count: int = 1  #: How many.
    colour: str | None = None  #: In which colour.
    action: str | None = None  #: What they do: a verb.
    heading: str | None = None  #: Where they go.


@dataclass(frozen=True)
class Edit:
    """One operation on the source video."""

    op: EditOp  #: What is done.
    target: str | None = None  #: To what, in the words' own terms.
    to: str | None = None  #: What it becomes: a colour, a weather, a style, a noun.
    with_ref: str | None = None  #: The reference that it becomes; `with` in JSON.
    what: str | None = None  #: What is added or done, in the words' own terms.
    placement: str | None = None  #: Where it is added.
    span: Span | None = None  #: The words that asked for it.


@dataclass(frozen=True)
class Look:
    """Light and grade of the shot."""

    lens_mm: float | None = None  #: Focal length on full frame.
    lighting: str | None = None  #: A row of the lights.
    mood: str | None = None  #: A row of the moods.
    style: str | None = None  #: A row of the styles.
    weather: str | None = None  #: A row of the weathers.
    time_of_day: str | None = None  #: A row of the times of day.
    depth_of_field: str | None = None  #: shallow, or None.


@dataclass(frozen=True)
class Warn:
    """Something in the prompt that did not become part of the plan."""

    code: str  #: For programs.
    text: str  #: A sentence for people.
    ref: str | None = None  #: The reference it is about.
    span: Span | None = None  #: The words it is about.


@dataclass(frozen=True)
class ShotPlan:
    """What the prompt asks for."""

    task: str  #: What is made: reference_to_video, video_reference, edit, first_last_frame.
    duration_s: float  #: Length of the clip.
    start_frame: str | None = None  #: The picture that the clip begins with.
    end_frame: str | None = None  #: The picture that it ends with.
    style_refs: tuple[str, ...] = ()  #: Pictures or a video whose look it takes.
    background_ref: str | None = None  #: The picture of its place.
    continuation: Continuation | None = None  #: How it goes on from the video.
    keep_style: bool = False  #: Whether the words ask for the video's look.
    camera: tuple[CameraMove, ...] = ()  #: Its moves, in order.
    shot: tuple[Framing, ...] = ()  #: Its sizes and angles, in order.
    subjects: tuple[Subject, ...] = ()  #: References in the picture, in order of mention.
    edits: tuple[Edit, ...] = ()  #: Operations on the video.
    preserve: tuple[str, ...] = ()  #: What of the video the words want kept.
    negated: tuple[str, ...] = ()  #: What the words do not want: moves and kinds of edits.
    look: Look = field(default_factory=Look)  #: Light and grade.
    setting: tuple[str, ...] = ()  #: Kinds of places that the words name.
    stand_ins: tuple[StandIn, ...] = ()  #: Who and what the words name without a picture.
    spans: dict[str, Span] = field(
        default_factory=dict
    )  #: By name: start_frame, continuation, look.mood, preserve.camera, @Image2.
    unread: tuple[Span, ...] = ()  #: Clauses that caused nothing.
    warnings: tuple[Warn, ...] = ()  #: What did not become part of the plan, and hints.
    not_rendered: tuple[str, ...] = ()  #: What the clip does not show; filled by the engine.

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON; keys without a value are left out of the inner objects."""
        data = asdict(self)
        for key in ("camera", "shot", "subjects", "stand_ins", "edits", "warnings"):
            data[key] = [_dense(item) for item in data[key]]
        data["look"] = _dense(data["look"])
        for edit in data["edits"]:
            if "with_ref" in edit:
                edit["with"] = edit.pop("with_ref")
        return data


def _dense(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if value is not None}
