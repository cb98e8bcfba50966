"""The recipe of a clip: everything that makes it again. Files carry it (`media/recipe.py`), `GET /requests/{id}/recipe` shows it."""

from __future__ import annotations

import json
from typing import Any

from shotwright.core.catalog import find_endpoint
from shotwright.version import __version__

JSON = dict[str, Any]
INLINE_MAX = 2048
"""Media that were sent inside the request are left out of the recipe; an address of this length stays."""


def recipe_of(endpoint_id: str, arguments: JSON, engine: str, seed: int | None) -> JSON:
    """The recipe of a request, the same for both wires; media that were sent inline are replaced by an empty text."""
    return {
        "shotwright": __version__,
        "endpoint_id": find_endpoint(endpoint_id).canonical_id,
        "engine": engine,
        "seed": seed,
        "arguments": slim(arguments),
    }


def prompt_text(arguments: Any) -> str:  # noqa: ANN401  (whatever a client sent)
    """The prompt of a request, whatever its client sent as arguments."""
    if arguments is None:
        return "(input deleted)"
    found = arguments.get("prompt") if isinstance(arguments, dict) else arguments
    return found if isinstance(found, str) and found else json.dumps(found, ensure_ascii=False)


def slim(value: Any) -> Any:  # noqa: ANN401  (any JSON)
    """JSON without the media inside it; they become empty texts."""
    if isinstance(value, dict):
        return {name: slim(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [slim(item) for item in value]
    is_inline = isinstance(value, str) and value[:5].lower() == "data:" and len(value) > INLINE_MAX
    return "" if is_inline else value
