"""What recorded traffic keeps of requests and answers, and whether an answer has a recorded shape.

A shape is JSON: objects keep their keys; a list keeps the distinct shapes of its items; "string", "number", "boolean" and "null"
are types; "=..." is a text that clients compare; "<origin>/..." is an address of ours, with "*" for ids.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LITERAL = {"status", "type", "error_type", "token_type", "content_type", "loc"}
"""Fields whose texts decide what a client does."""
SENTENCES = {"Request is still in progress"}
"""Messages that a client compares."""
GIVEN = {"request_id", "access_url", "file_url", "upload_url", "uploadId", "token", "url"}
"""Fields that a client sends back in later requests."""
HEADERS = ("x-fal-", "etag", "retry-after", "location")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}")
FAL = "https://queue.fal.run"
HOOK = "/-/webhook/"
"""Where the recording proxy takes webhooks, before the name of a scenario."""


def leaves(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Every text and number below a JSON value, with the name of its field."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    else:
        yield key, value


def said(content_type: str, body: bytes) -> list[Any]:
    """The JSON values in an answer: one, or one per event; none in a file."""
    if "json" in content_type:
        return [json.loads(body)]
    if "event-stream" in content_type:
        lines = body.decode().splitlines()
        return [json.loads(line.removeprefix("data:")) for line in lines if line.startswith("data:")]
    return []


def given(headers: Mapping[str, str], body: bytes, origins: list[str]) -> dict[str, str]:
    """What an answer gives its client for later requests; our addresses begin with <origin>."""
    found = {}
    for value in said(headers.get("content-type", ""), body):
        for key, leaf in leaves(value):
            if key in GIVEN and isinstance(leaf, str):
                found[key] = _ours(leaf, origins)
    if "upload_url" in found:  # a client that sends parts puts their numbers between the two
        found["upload_path"], _, found["upload_query"] = found["upload_url"].partition("?")
    if "etag" in headers:
        found["etag"] = headers["etag"]
    return found


def _ours(text: str, origins: list[str]) -> str:
    for origin in origins:
        text = text.replace(origin, "<origin>")
    return text


class Known:
    """What the answers of a scenario have given so far."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.names: dict[str, str] = {}

    def origins(self, headers: Mapping[str, str]) -> list[str]:
        """How answers to a request with these headers spell our address."""
        return [self.origin, FAL] if "x-forwarded-host" in headers else [self.origin]

    def learn(self, number: int, request: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> None:
        """Remember what the answer to exchange `number` gave."""
        for key, value in given(headers, body, self.origins(request)).items():
            self.names.setdefault(value, f"<{number}.{key}>")

    def named(self, text: str) -> str:
        """A text of a request with names for what answers gave."""
        text = _ours(text, [self.origin])
        for value in sorted(self.names, key=len, reverse=True):
            text = text.replace(value, self.names[value])
        text = re.sub(re.escape(quote(f"{self.origin}{HOOK}", safe="")) + r"\w+", "<quoted webhook>", text)
        return re.sub(rf"<origin>{HOOK}\w+", "<webhook>", text)


def body_of(body: bytes, known: Known) -> str | dict[str, Any]:
    """A request's body as it is written down."""
    if len(body) > 2000 and len(set(body)) == 1:
        return {"fill": body[0], "size": len(body)}
    try:
        return known.named(body.decode())
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def answer_of(status: int, headers: Mapping[str, str], body: bytes, origins: list[str]) -> dict[str, Any]:
    """An answer as it is written down."""
    kind = headers.get("content-type", "" if headers or not body else "application/json")
    answer: dict[str, Any] = {"status": status, "content_type": kind.partition(";")[0]}
    answer["headers"] = {name: "string" for name in sorted(headers) if name.startswith(HEADERS)}
    shapes = [shape_of(value, origins) for value in said(kind, body)]
    if "event-stream" in kind:
        answer["events"] = [shape for i, shape in enumerate(shapes) if shape not in shapes[:i]]
        answer["last"] = shapes[-1] if shapes else None
    elif shapes:
        answer["json"] = shapes[0]
    else:
        answer["is_empty"] = not body
    return answer


def shape_of(value: object, origins: list[str], key: str = "") -> object:
    """The shape of a JSON value."""
    if isinstance(value, dict):
        return {name: shape_of(item, origins, name) for name, item in value.items()}
    if isinstance(value, list):
        shapes = [shape_of(item, origins, key) for item in value]
        return [shape for i, shape in enumerate(shapes) if shape not in shapes[:i]]
    if isinstance(value, str):
        return _text(_ours(value, origins), key)
    if value is None:
        return "null"
    return "boolean" if isinstance(value, bool) else "number"


def _text(text: str, key: str) -> str:
    if key in LITERAL or text in SENTENCES:
        return f"={text}"
    if text.startswith("<origin>"):
        return ID.sub("*", text).partition("?")[0]
    return "string"


def unlike(recorded: object, actual: object, where: str = "$", *, is_full: bool = False) -> list[str]:
    """In what an actual shape differs from a recorded one; empty when it does not.

    Args:
        recorded: The shape to find again.
        actual: The shape that came.
        where: What is compared, for the message.
        is_full: A list that had items must have some; otherwise it may be empty still.
    """
    if isinstance(recorded, dict) and isinstance(actual, dict):
        gone = [f"{where}.{key} is missing" for key in recorded.keys() - actual.keys()]
        new = [f"{where}.{key} is new" for key in actual.keys() - recorded.keys()]
        both = (
            unlike(recorded[key], actual[key], f"{where}.{key}", is_full=is_full)
            for key in recorded.keys() & actual.keys()
        )
        return sorted([*gone, *new, *(line for lines in both for line in lines)])
    if isinstance(recorded, list) and isinstance(actual, list):
        if is_full and recorded and not actual:
            return [f"{where} is empty"]
        return [
            f"{where} has {json.dumps(item)}, recorded {json.dumps(recorded)}"
            for item in actual
            if all(unlike(known, item, is_full=is_full) for known in recorded)
        ]
    return [] if recorded == actual else [f"{where} is {json.dumps(actual)}, recorded {json.dumps(recorded)}"]
