"""The OpenAPI document of an endpoint's queue, made from the catalogue. Source: fal-wire 6.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.api.answers import json_response
from shotwright.api.call import Call, public
from shotwright.api.fal.options import fal_endpoint
from shotwright.api.origin import queue_prefix
from shotwright.api.schema import REF as _REF
from shotwright.api.schema import element_schema, input_schema

if TYPE_CHECKING:
    from shotwright.core.catalog import Endpoint

JSON = dict[str, Any]
_STATUS_TEXT = ("response_url", "status_url", "cancel_url")


@public
async def openapi(call: Call) -> Response:
    """GET /api/openapi/queue/openapi.json?endpoint_id=."""
    endpoint = fal_endpoint(call.query.get("endpoint_id", ""))
    base = call.base
    return json_response(document(endpoint, base + queue_prefix(call.request), base))


def document(endpoint: Endpoint, queue_url: str, site: str) -> JSON:
    """The document; `queue_url` is where requests go, `site` where pages are."""
    name = endpoint.schema_name
    return {
        "openapi": "3.0.4",
        "info": {
            "title": f"Queue OpenAPI for {endpoint.id}", "version": "1.0.0",
            "description": f"The OpenAPI schema for the {endpoint.id} queue.",
            "x-fal-metadata": {
                "endpointId": endpoint.id, "category": endpoint.category, "thumbnailUrl": "",
                "playgroundUrl": f"{site}/models/{endpoint.id}", "documentationUrl": f"{site}/models/{endpoint.id}/api",
            },
        },
        "components": {
            "securitySchemes": {"apiKeyAuth": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Fal Key"}},
            "schemas": {
                "QueueStatus": _queue_status(), f"{name}Input": input_schema(endpoint), f"{name}Output": _output(endpoint),
                "File": _file(), "OmniVideoElementInput": element_schema(),
            },
        },
        "paths": _paths(endpoint, name),
        "servers": [{"url": queue_url}],
        "security": [{"apiKeyAuth": []}],
    }  # fmt: skip


def _output(endpoint: Endpoint) -> JSON:
    video = {"allOf": [{"$ref": _REF + "File"}], "title": "Video", "description": "The generated video.",
             "examples": [endpoint.output_example["video"]]}  # fmt: skip
    return {
        "title": "I2VOutput",
        "type": "object",
        "x-fal-order-properties": ["video"],
        "properties": {"video": video},
        "required": ["video"],
    }


def _file() -> JSON:
    properties = {
        "url": {"type": "string", "title": "Url", "description": "The URL where the file can be downloaded from."},
        "content_type": {"type": "string", "title": "Content Type", "description": "The mime type of the file."},
        "file_name": {"type": "string", "title": "File Name", "description": "The name of the file."},
        "file_size": {"type": "integer", "title": "File Size", "description": "The size of the file in bytes."},
    }
    return {
        "title": "File",
        "type": "object",
        "x-fal-order-properties": list(properties),
        "properties": properties,
        "required": ["url"],
    }


def _queue_status() -> JSON:
    properties: JSON = {"status": {"type": "string", "enum": ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]}}
    properties["request_id"] = {"type": "string", "description": "The request id."}
    properties |= {name: {"type": "string"} for name in _STATUS_TEXT}
    properties |= {name: {"type": "object", "additionalProperties": True} for name in ("logs", "metrics")}
    properties["queue_position"] = {"type": "integer", "description": "The queue position."}
    return {"type": "object", "properties": properties, "required": ["status", "request_id"]}


def _paths(endpoint: Endpoint, name: str) -> JSON:
    request_id = {
        "name": "request_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "description": "Request ID"},
    }
    logs = {
        "name": "logs",
        "in": "query",
        "required": False,
        "schema": {"type": "number", "description": "Whether to include logs (`1`) in the response or not (`0`)."},
    }
    here = f"/{endpoint.id}"
    return {
        f"{here}/requests/{{request_id}}/status": {"get": {"parameters": [request_id, logs], "responses": _ok("The request status.", _REF + "QueueStatus") | _errors("202", "401", "403", "404")}},
        f"{here}/requests/{{request_id}}/cancel": {
            "put": {"parameters": [request_id], "responses": {"200": _content("The request was cancelled.", {"type": "object", "properties": {"success": {"type": "boolean"}}}), **_errors("202", "400", "401", "403", "404")}}
        },
        here: {
            "post": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": f"{_REF}{name}Input"}}}},
                "responses": _ok("The request status.", _REF + "QueueStatus") | _errors("400", "401", "402", "403", "404", "413", "422", "429", "503"),
            }
        },
        f"{here}/requests/{{request_id}}": {"get": {"parameters": [request_id], "responses": _ok("Result of the request.", f"{_REF}{name}Output") | _errors("400", "401", "403", "404", "410", "422", "499", "500", "503", "504")}},
    }  # fmt: skip


_TEXTS = {
    "202": "The request waits or runs; or a cancel was asked for.", "400": "The request is malformed, or not finished yet.",
    "401": "The key is missing or wrong.", "402": "The key's budget for today is spent.", "403": "The key's scopes do not include this.",
    "404": "There is no such endpoint or request.", "410": "The result was deleted.", "413": "The body is too large.",
    "422": "The input could not be used; `detail` lists the fields.", "429": "The queue is full.",
    "499": "The request was cancelled.", "500": "The model failed.", "503": "The server cannot answer at the moment.",
    "504": "The request waited or ran too long.",
}  # fmt: skip


def _errors(*statuses: str) -> JSON:
    return {status: _content(_TEXTS[status], {"type": "object"}) for status in statuses}


def _ok(text: str, ref: str) -> JSON:
    return {"200": _content(text, {"$ref": ref})}


def _content(text: str, schema: JSON) -> JSON:
    return {"description": text, "content": {"application/json": {"schema": schema}}}
