"""A reader of the operator's own: a language model that reads prompts into plans, checked and completed by the built-in one.

It is asked for what is before the camera and how it is filmed; references, edits and everything that it leaves out are the
built-in reader's. Whatever goes wrong, the built-in plan is carried out, and the request's log says so. Answers are kept by
content, so that the same request is the same clip.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shotwright.core.errors import ModelError
from shotwright.core.moves import MOVES
from shotwright.core.plan_json import plan_schema, to_json
from shotwright.core.prompt import plan_request
from shotwright.core.prompt.syntax import EFFECTS, MOTIONS
from shotwright.core.request import given_plan
from shotwright.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from shotwright.core.plan import ShotPlan
    from shotwright.core.request import ShotRequest
    from shotwright.engines.chat import ChatModel

ASKED = ("shots", "camera", "entities", "relations", "actions", "setting", "effects")
TASK = (
    "You read prompts for a video model into shot plans. Answer with one JSON object that has the keys {keys} of this JSON Schema and no other: {schema} "
    "Entities are everybody and everything that a viewer must see, ids e1, e2, ...; an entity that a picture shows has its reference in `ref`, and a role. "
    "Camera moves are {moves}. Motions are {motions}; effects are {effects}. Times tile the {seconds:g} seconds. Invent nothing."
)


def read(
    request: ShotRequest,
    model: ChatModel | None,
    cache: Path | None,
    duration_s: float | None,
    tick: Callable[[], None],
) -> tuple[ShotPlan, str]:
    """The plan of a request, and a line for its log when a model was asked.

    Args:
        request: The request.
        model: Who reads; None: the built-in reader alone.
        cache: Folder for answers.
        duration_s: Length of the clip when it is not the request's own.
        tick: Called while the answer is awaited; may raise `Cancelled`.
    """
    plan = plan_request(request, duration_s=duration_s)
    if model is None or request.plan is not None or request.endpoint.task == "edit":
        return plan, ""
    answer, problem = _asked(request, plan, model, cache, tick)
    if not problem:
        try:
            found = given_plan(request, {"plan": to_json(plan) | answer | {"unread": [], "spans": {}}})
        except ModelError as exc:
            problem = f"its plan was refused: {exc.message}"
        else:
            if found is not None:
                return found, f"The prompt was read by {model.model}."
    return plan, f"The prompt was read by the built-in reader; {model.model} was asked: {problem}"


def _asked(
    request: ShotRequest, plan: ShotPlan, model: ChatModel, cache: Path | None, tick: Callable[[], None]
) -> tuple[dict[str, Any], str]:
    task = TASK.format(
        keys=", ".join(ASKED), schema=json.dumps(plan_schema()), moves=", ".join(sorted(MOVES)), motions=", ".join(MOTIONS),
        effects=", ".join(EFFECTS.rows), seconds=plan.duration_s,
    )  # fmt: skip
    references = [
        *(f"@Image{i + 1}" for i in range(len(request.images))),
        *(f"@Element{i + 1}" for i in range(len(request.elements))),
    ]
    said = f"{request.prompt}\n\nReferences: {', '.join(references) or 'none'}."
    body = {
        "temperature": 0, "seed": request.derived_seed() % 2**31, "response_format": {"type": "json_object"},
        "messages": [{"role": "system", "content": task}, {"role": "user", "content": said}],
    }  # fmt: skip
    kept = _kept(cache, model, body)
    if kept is not None and kept.exists():
        with contextlib.suppress(OSError, ValueError):
            return json.loads(kept.read_text(encoding="utf-8")), ""
    text, problem = model.answer(body, tick)
    if problem:
        return {}, problem
    try:
        found = json.loads(text.removeprefix("```json").removeprefix("```").removesuffix("```"))
    except ValueError:
        return {}, "the answer is no JSON"
    if not isinstance(found, dict):
        return {}, "the answer is no JSON object"
    answer = {name: found[name] for name in ASKED if name in found}
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(answer), encoding="utf-8")
    return answer, ""


def _kept(cache: Path | None, model: ChatModel, body: dict[str, Any]) -> Path | None:
    """Where the answer to a question is kept."""
    if cache is None:
        return None
    text = json.dumps([__version__, model.url, model.model, body], sort_keys=True)
    return cache / "reader" / f"{hashlib.sha256(text.encode()).hexdigest()}.json"
