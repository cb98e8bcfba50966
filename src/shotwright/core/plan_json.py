"""Plans as JSON and back: the public document, its JSON Schema, and what is refused with which words.

`to_json` leaves values out that say nothing; `from_json` takes what it wrote, and what people write, back: a plan that came out
and goes in again is the same plan, byte for byte. Source: the scene contract, section 1.
"""

from __future__ import annotations

import json
from dataclasses import Field, fields, is_dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shotwright.core.errors import SchemaError
from shotwright.core.moves import MOVES
from shotwright.core.plan import ShotPlan

__all__ = ["from_json", "plan_schema", "to_json"]


def to_json(plan: ShotPlan) -> dict[str, Any]:
    """The plan as JSON: every key of the plan itself, in inner objects only those with a value."""
    return {field.name: _written(getattr(plan, field.name)) for field in fields(plan)}


def _written(value: object) -> Any:  # noqa: ANN401  (JSON)
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((_name(field), getattr(value, field.name), field.default) for field in fields(value))
        return {name: _written(inner) for name, inner, default in pairs if not _is_silent(inner, default)}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return {key: _written(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _is_silent(value: object, default: object) -> bool:
    """Whether a value says nothing: none, nothing in it, no, and one of a count."""
    return value is None or value == () or value is False or (value == default == 1 and value is not True)


def _name(field: Field[Any]) -> str:
    """What a field is called in JSON: some names are words of Python."""
    return _ALIASES.get(field.name, field.name)


_ALIASES = {"with_ref": "with", "start": "from", "end": "to"}


@cache
def _adapter() -> TypeAdapter[ShotPlan]:
    return TypeAdapter(ShotPlan)


@cache
def plan_schema() -> dict[str, Any]:
    """The JSON Schema of plans, as it is published."""
    schema = _adapter().json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ShotPlan", **schema}


def from_json(data: object, *, where: tuple[str, ...] = ("body", "plan")) -> ShotPlan:
    """A plan from its JSON.

    Args:
        data: The decoded JSON.
        where: Where it stands, for the paths of errors.

    Raises:
        SchemaError: It is no plan; `items()` name each fault with its path.
    """
    try:
        plan = _adapter().validate_json(json.dumps(data), strict=True)
    except ValidationError as exc:
        raise SchemaError([_fault(error, where) for error in exc.errors(include_url=False)]) from exc
    faults = [_item((*where, *path), text) for path, text in _inconsistencies(plan)]
    if faults:
        raise SchemaError(faults)
    return plan


def _fault(error: Any, where: tuple[str, ...]) -> dict[str, Any]:  # noqa: ANN401  (pydantic's ErrorDetails)
    return {"loc": [*where, *error["loc"]], "msg": error["msg"], "type": error["type"], "input": _short(error["input"])}


def _short(value: object) -> object:
    text = json.dumps(value, default=str)
    return value if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


SHOWN_MAX = 200


def _item(path: tuple[str | int, ...], text: str) -> dict[str, Any]:
    return {"loc": list(path), "msg": text, "type": "value_error"}


def _inconsistencies(plan: ShotPlan) -> list[tuple[tuple[str | int, ...], str]]:
    """What fits the schema and cannot be meant: unknown moves and entities, ends before beginnings."""
    ids = [item.id for item in plan.entities]
    found: list[tuple[tuple[str | int, ...], str]] = []
    found += [
        (("entities", i, "id"), f"There is another entity {name}.") for i, name in enumerate(ids) if name in ids[:i]
    ]
    found += [
        (("camera", i, "move"), f"There is no camera move {move.move!r}; there are {', '.join(sorted(MOVES))}.")
        for i, move in enumerate(plan.camera) if move.move not in MOVES
    ]  # fmt: skip
    for group in ("relations", "actions"):
        for i, item in enumerate(getattr(plan, group)):
            names = {"of": item.of, "to": item.to} if group == "relations" else {"who": item.who, "object": item.object}
            found += [
                ((group, i, key), f"There is no entity {name!r}.")
                for key, name in names.items()
                if name and name not in ids
            ]
    for group in ("shots", "camera", "relations", "actions", "effects"):
        for i, item in enumerate(getattr(plan, group)):
            if item.end_s < item.start_s:
                found.append(((group, i, "end_s"), "It ends before it begins."))
            if item.end_s > plan.duration_s + 0.001:
                found.append(((group, i, "end_s"), f"It ends after the clip, which lasts {plan.duration_s:g} seconds."))
    return found
