"""The table of EachLabs' routes: bare, and under /eachlabs for hosts that are told apart by path."""

from __future__ import annotations

from starlette.routing import Route

from shotwright.api.eachlabs import account, files, models, predictions
from shotwright.api.eachlabs.openapi import openapi

PREFIX = "/eachlabs"
_TABLE = [
    ("/v1/prediction/run", predictions.run, "POST"),
    ("/v1/prediction", predictions.create, "POST"),
    ("/v1/prediction/{request_id}/cancel", predictions.cancel, "POST"),
    ("/v1/prediction/{request_id}", predictions.get, "GET"),
    ("/v1/model", models.by_query, "GET"),
    ("/v1/upload/presign", files.presign, "POST"),
    ("/v1/files/{file_id}", files.delete, "DELETE"),
    ("/v1/executions", account.executions, "GET"),
    ("/v2/executions", account.executions_by_cursor, "GET"),
    ("/v1/webhooks", account.deliveries, "GET"),
    ("/v1/webhooks/{execution_id}", account.delivery, "GET"),
    ("/v1/billing/balance", account.balance, "GET"),
]  # fmt: skip
_MODELS = [("/v1/models", models.listing, "GET"), ("/v1/models/{slug}", models.by_path, "GET")]


def routes() -> list[Route]:
    """All routes; a slash at the end is the same. The bare /v1/models is shared with fal, see `dialect`."""
    table = [
        *((prefix + path, handler, method) for path, handler, method in _TABLE for prefix in ("", PREFIX)),
        *((PREFIX + path, handler, method) for path, handler, method in _MODELS),
    ]
    return [
        *(Route(path + end, handler, methods=[method]) for path, handler, method in table for end in ("", "/")),
        Route(f"{PREFIX}/openapi.json", openapi, methods=["GET"]),
    ]
