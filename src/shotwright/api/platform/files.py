"""Serves files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.api.call import Call, public
from shotwright.api.serving import send_file

if TYPE_CHECKING:
    from starlette.responses import Response


@public
async def serve(call: Call) -> Response:
    """GET and HEAD /files/{id}/{name}."""
    return await send_file(call, call.path["file_id"])
