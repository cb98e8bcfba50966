"""EachLabs' wire, as one object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.api.dialect import Dialect, Offer
from shotwright.api.eachlabs import bodies, models, routes, webhooks

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.api.call import Node
    from shotwright.core.errors import ShotwrightError


def _error_answer(request: Request, node: Node, exc: ShotwrightError) -> Response:
    response = bodies.raised_response(exc, node.settings.eachlabs_error_style)
    response.headers.update(bodies.request_id(request))
    return response


_LIST = Offer(models.listing)
EACHLABS = Dialect(
    "eachlabs", routes.routes, _error_answer, ("/eachlabs/", "/v1/", "/v2/"),
    {"/v1/models": _LIST, "/v1/models/": _LIST, "/v1/models/{slug}": Offer(models.by_path)}, lambda _: webhooks.DIALECT,
)  # fmt: skip
