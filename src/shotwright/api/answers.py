"""Answers that all wires share."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.core.errors import ClientCancelled, QuotaError

if TYPE_CHECKING:
    from shotwright.core.errors import ShotwrightError
    from shotwright.jobs.rows import StoredRequest

JSON = dict[str, Any]


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:  # noqa: ANN401  (any JSON)
    """A compact JSON answer."""
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(data, status, headers, media_type="application/json")


def retry_after(exc: ShotwrightError) -> dict[str, str]:
    """When to come back, in whole seconds, where it is known."""
    seconds = exc.retry_after_s if isinstance(exc, QuotaError) else None
    return {} if seconds is None else {"retry-after": str(math.ceil(seconds))}


def price(error: JSON) -> JSON:
    """The price that an error asks to agree to, as a field of its body."""
    return {name: error[name] for name in ("price_usd",) if name in error}


def error_of(row: StoredRequest) -> JSON | None:
    """The error record of a request that ended without a result."""
    if row.state == "cancelled":
        return ClientCancelled().to_json()
    return row.error
