"""What the worker and its child processes say to each other. Imports nothing heavy: the API process reads it too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan
    from shotwright.engines.chat import ChatModel


@dataclass(frozen=True)
class RenderJob:
    """What a child process is told."""

    request_id: str
    endpoint_id: str
    arguments: dict[str, Any]
    engine: str
    own_hosts: frozenset[str]
    allow_private_media: bool
    seed: int | None = None
    agreed_s: float | None = None  #: Length of the video that its price was agreed for; None: none was.
    expires_s: float | None = None
    access: str = "allow"
    cache: str | None = None
    with_recipe: bool = True
    with_previews: bool = True
    notes: dict[str, Any] = field(default_factory=dict)
    is_heavy: bool = False  #: The engine loads a model, which no bound of memory suits.
    reader: ChatModel | None = None  #: Reads the prompt, where the operator has one.
    fault: dict[str, Any] | None = None  #: What is to go wrong: `core.faults`.
    plan: ShotPlan | None = None  #: Carried out instead of reading the prompt.


@dataclass(frozen=True)
class Outcome:
    """What a child process answers."""

    plan: dict[str, Any]
    result: dict[str, Any]
    metrics: dict[str, Any]
    seconds: float  #: Of output: what the paid service would bill.
    logs: tuple[tuple[str, str], ...] = ()


def result_files(result: dict[str, Any]) -> list[str]:
    """Ids of all files that a result names."""
    own = [result[name] for name in ("file_id", "camera_file_id", "trajectory_file_id") if name in result]
    return own + list(result.get("pass_file_ids", {}).values()) + list(result.get("previews", ()))


def storable(value: Any) -> Any:  # noqa: ANN401  (any JSON)
    """JSON that a database can hold: without NUL and without halves of surrogate pairs, which foreign servers may send."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(name): storable(item) for name, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list | tuple) else value
