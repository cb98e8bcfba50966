"""JSON schemas of inputs, made from the catalogue for every wire. Source: fal-wire 6.1."""

from __future__ import annotations

from typing import Any

from shotwright.core.catalog import ELEMENT_TEXT, PROMPT_LIMIT, Endpoint, Field
from shotwright.core.limits import ELEMENT_VIEWS_MAX

JSON = dict[str, Any]
REF = "#/components/schemas/"


def input_schema(endpoint: Endpoint) -> JSON:
    """JSON schema of an endpoint's input."""
    properties = {field.name: _property(field, endpoint) for field in endpoint.fields}
    return {
        "title": endpoint.schema_title, "type": "object", "x-fal-order-properties": list(properties), "properties": properties,
        "required": [field.name for field in endpoint.fields if field.required],
    }  # fmt: skip


def _property(field: Field, endpoint: Endpoint) -> JSON:
    schema: JSON = {"title": field.name.replace("_", " ").title(), **_kind(field, endpoint)}
    schema["description"] = field.description
    if field.kind == "video":
        schema["description"] += " " + endpoint.video_limits.text()
    if field.kind == "image":
        schema["description"] += " " + endpoint.image_limits.text()
    if field.examples:
        schema["examples"] = list(field.examples)
    if field.default not in (None, ()):
        schema["default"] = field.default
    return schema


def _kind(field: Field, endpoint: Endpoint) -> JSON:
    many: JSON = {"maxItems": field.max_items} if field.max_items else {}
    table: dict[str, JSON] = {
        "prompt": {"type": "string", "maxLength": PROMPT_LIMIT},
        "video": {"type": "string", "ui": {"field": "video", "important": True}, "x-fal": _video_limits(endpoint)},
        "image": {"type": "string", "ui": {"field": "image"}, "x-fal": _image_limits(endpoint)},
        "images": {"type": "array", "items": {"type": "string"}, **many},
        "elements": {"type": "array", "items": {"$ref": REF + "OmniVideoElementInput"}, **many},
        "boolean": {"type": "boolean"},
        "enum": {"type": "string", "enum": list(field.options)},
    }
    return table[field.kind]


def _video_limits(endpoint: Endpoint) -> JSON:
    limits = endpoint.video_limits
    return {
        "max_file_size": limits.max_bytes, "min_width": limits.min_side_px, "min_height": limits.min_side_px,
        "max_width": limits.max_side_px, "max_height": limits.max_side_px, "min_duration": limits.min_duration_s,
        "max_duration": limits.max_duration_s, "min_fps": limits.min_fps, "max_fps": limits.max_fps, "timeout": limits.timeout_s,
    }  # fmt: skip


def _image_limits(endpoint: Endpoint) -> JSON:
    limits = endpoint.image_limits
    return {
        "max_file_size": limits.max_bytes, "min_width": limits.min_side_px, "min_height": limits.min_side_px,
        "min_aspect_ratio": limits.min_ratio, "max_aspect_ratio": limits.max_ratio, "timeout": limits.timeout_s,
    }  # fmt: skip


def element_schema() -> JSON:
    """JSON schema of an element."""
    properties: JSON = {
        "frontal_image_url": {"type": "string", "title": "Frontal Image Url", "description": ELEMENT_TEXT["frontal_image_url"]},
        "reference_image_urls": {
            "type": "array", "items": {"type": "string"}, "maxItems": ELEMENT_VIEWS_MAX, "title": "Reference Image Urls",
            "description": ELEMENT_TEXT["reference_image_urls"],
        },
    }  # fmt: skip
    return {
        "title": "OmniVideoElementInput", "type": "object", "x-fal-order-properties": list(properties), "properties": properties,
        "required": ["frontal_image_url"],
    }  # fmt: skip
