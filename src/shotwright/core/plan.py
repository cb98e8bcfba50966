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

    move: str
    start_s: float = 0.0
    end_s: float = 0.0
    speed: str | None = None
    degrees: float | None = None
    target: str | None = None
    end_view: str | None = None
    end_size: str | None = None
    span: Span | None = None


@dataclass(frozen=True)
class Framing:
    """Shot size and angle from `at_s` on."""

    size: str | None = None
    angle: str | None = None
    at_s: float = 0.0
    span: Span | None = None


@dataclass(frozen=True)
class Subject:
    """A reference in the picture: its role, where it is, whose it is, when it appears."""

    ref: str
    role: Role = "subject"
    placement: str | None = None
    of: str | None = None
    appears_s: float = 0.0
    noun: str | None = None
    action: str | None = None
    heading: str | None = None
    span: Span | None = None


@dataclass(frozen=True)
class StandIn:
    """Somebody or something that the words name and no picture shows: a kind of figure, how many, what they do."""

    kind: str
    noun: str
    count: int = 1
    colour: str | None = None
    action: str | None = None
    heading: str | None = None


@dataclass(frozen=True)
class Edit:
    """One operation on the source video."""

    op: EditOp
    target: str | None = None
    to: str | None = None
    with_ref: str | None = None
    what: str | None = None
    placement: str | None = None
    span: Span | None = None


@dataclass(frozen=True)
class Look:
    """Light and grade of the shot."""

    lens_mm: float | None = None
    lighting: str | None = None
    mood: str | None = None
    style: str | None = None
    weather: str | None = None
    time_of_day: str | None = None
    depth_of_field: str | None = None


@dataclass(frozen=True)
class Warn:
    """Something in the prompt that did not become part of the plan."""

    code: str
    text: str
    ref: str | None = None
    span: Span | None = None


@dataclass(frozen=True)
class ShotPlan:
    """What the prompt asks for."""

    task: str
    duration_s: float
    start_frame: str | None = None
    end_frame: str | None = None
    style_refs: tuple[str, ...] = ()
    background_ref: str | None = None
    continuation: Continuation | None = None
    keep_style: bool = False
    camera: tuple[CameraMove, ...] = ()
    shot: tuple[Framing, ...] = ()
    subjects: tuple[Subject, ...] = ()
    edits: tuple[Edit, ...] = ()
    preserve: tuple[str, ...] = ()
    negated: tuple[str, ...] = ()
    look: Look = field(default_factory=Look)
    setting: tuple[str, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    spans: dict[str, Span] = field(
        default_factory=dict
    )  #: By name: start_frame, continuation, look.mood, preserve.camera, @Image2.
    unread: tuple[Span, ...] = ()  #: Clauses that caused nothing.
    warnings: tuple[Warn, ...] = ()
    not_rendered: tuple[str, ...] = ()

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
