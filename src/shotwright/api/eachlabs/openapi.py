"""The OpenAPI document of this wire. Source: eachlabs-wire a.1-a.6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shotwright.api.call import Call, public
from shotwright.api.eachlabs import bodies
from shotwright.api.eachlabs.models import schema
from shotwright.core.catalog import SLUGS

if TYPE_CHECKING:
    from starlette.responses import Response

JSON = dict[str, Any]
REF = "#/components/schemas/"
TEXT: JSON = {"type": "string"}
NUMBER: JSON = {"type": "number"}
ERRORS = {
    "400": "Invalid input", "401": "Invalid or missing API key", "402": "The key's budget is spent",
    "403": "The key's scopes do not include this", "404": "Unknown model, prediction, file or webhook",
    "413": "The body is too large", "422": "The Idempotency-Key came with another request before",
    "429": "Rate limit: creates per minute, or predictions in flight", "503": "The server cannot answer at the moment",
}  # fmt: skip
_ID = {"name": "id", "in": "path", "required": True, "schema": TEXT}


@public
async def openapi(call: Call) -> Response:
    """GET /eachlabs/openapi.json."""
    return bodies.answer(call.request, document(call.base))


def document(base: str) -> JSON:
    """The whole document; `base` is the server's address."""
    return {
        "openapi": "3.0.4",
        "info": {"title": "EachLabs predictions", "version": "1.0.0", "description": "Kling O1 models on this server."},
        "servers": [{"url": base}],
        "security": [{"apiKey": []}, {"bearer": []}],
        "components": {
            "securitySchemes": {
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"}, "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": _schemas(),
        },
        "paths": _paths(),
    }  # fmt: skip


def _schemas() -> JSON:
    create = {
        "type": "object", "required": ["model", "input"],
        "properties": {
            "model": {"type": "string", "enum": list(SLUGS)}, "version": TEXT,
            "input": {"anyOf": [schema(model) for model in SLUGS.values()]},
            "webhook_url": {"type": "string", "nullable": True}, "webhook_secret": {"type": "string", "nullable": True},
            "fallback_selector": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 50},
        },
    }  # fmt: skip
    return {
        "CreatePrediction": create,
        "Created": _object(status=TEXT, message=TEXT, predictionID=TEXT),
        "Prediction": {**_object(id=TEXT, status=TEXT, predictionID=TEXT, input={"type": "object"}, metrics={"type": "object"}, urls={"type": "object"}), "additionalProperties": True},
        "Model": {**_object(title=TEXT, slug=TEXT, version=TEXT, output_type=TEXT, request_schema={"type": "object"}), "additionalProperties": True},
        "Presign": {
            "type": "object", "required": ["content_type"],
            "properties": {"content_type": {"type": "string", "minLength": 1, "maxLength": 200},
                           "file_type": {"type": "string", "enum": ["image", "video", "audio", "other"]},
                           "expires_in_seconds": {"type": "integer", "minimum": 60, "maximum": 31536000}},
        },
        "Upload": _object(id=TEXT, presigned_url=TEXT, public_url=TEXT, expires_at=TEXT, required_headers={"type": "object"}),
        "Error": _object(status={}, message=TEXT, details=TEXT, error=TEXT),
    }  # fmt: skip


def _object(**properties: JSON) -> JSON:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _paths() -> JSON:
    any_object: JSON = {"type": "object"}
    limits = [_query("limit", "integer"), _query("offset", "integer")]
    return {
        "/v1/prediction": {"post": _operation("Create a prediction", REF + "Created", body=REF + "CreatePrediction")},
        "/v1/prediction/run": {"post": _operation("Create a prediction and wait for it", any_object, body=REF + "CreatePrediction")},
        "/v1/prediction/{id}": {"get": _operation("Read a prediction", REF + "Prediction", parameters=[_ID])},
        "/v1/prediction/{id}/cancel": {"post": _operation("Cancel a prediction", REF + "Created", parameters=[_ID])},
        "/v1/models": {"get": _operation("List the models", {"type": "array", "items": {"$ref": REF + "Model"}}, parameters=[_query("name", "string"), *limits])},
        "/v1/model": {"get": _operation("Read a model", REF + "Model", parameters=[_query("slug", "string")])},
        "/v1/models/{id}": {"get": _operation("Read a model", REF + "Model", parameters=[_ID])},
        "/v1/upload/presign": {"post": _operation("An address to upload to", REF + "Upload", body=REF + "Presign")},
        "/v1/files/{id}": {"delete": {"summary": "Delete a file", "parameters": [_ID], "responses": {"204": {"description": "Gone"}, **_errors()}}},
        "/v1/executions": {"get": _operation("List executions", any_object, parameters=[_query("status", "string"), *limits])},
        "/v2/executions": {"get": _operation("List executions by cursor", any_object, parameters=[_query("status", "string"), _query("limit", "integer"), _query("cursor", "string")])},
        "/v1/webhooks": {"get": _operation("List webhooks", any_object, parameters=limits)},
        "/v1/webhooks/{id}": {"get": _operation("Read a webhook with its attempts", any_object, parameters=[_ID])},
        "/v1/billing/balance": {"get": _operation("What the key may still spend today", _object(balance=NUMBER, currency=TEXT))},
    }  # fmt: skip


def _query(name: str, kind: str) -> JSON:
    return {"name": name, "in": "query", "required": False, "schema": {"type": kind}}


def _operation(
    summary: str, answer: str | JSON, *, parameters: list[JSON] | None = None, body: str | None = None
) -> JSON:
    found = {"$ref": answer} if isinstance(answer, str) else answer
    operation: JSON = {
        "summary": summary, "parameters": parameters or [],
        "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": found}}}, **_errors()},
    }  # fmt: skip
    if body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": {"$ref": body}}}}
    return operation


def _errors() -> JSON:
    content = {"application/json": {"schema": {"$ref": REF + "Error"}}}
    return {status: {"description": text, "content": content} for status, text in ERRORS.items()}
