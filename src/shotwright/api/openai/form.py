"""Bodies of this wire: forms with files, as the official client sends them, or JSON; either way one dict and its files."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from shotwright.core.errors import BadRequest, PayloadTooLarge
from shotwright.core.limits import MB

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from shotwright.api.call import Call

JSON = dict[str, Any]
FIELDS_MAX, FILES_MAX = 40, 2
TEXTS = frozenset({"prompt", "model", "seconds", "size"})
"""Fields that are texts, whatever they look like: a prompt may be JSON."""
NESTED = re.compile(r"(\w+)\[(\w+)\]")


@dataclass
class Body:
    """What a call brings.

    Attributes:
        fields: Its fields; of a form, texts, and dicts for names in brackets.
        files: Its files, by field.
    """

    fields: JSON
    files: dict[str, UploadFile] = field(default_factory=dict)

    def text(self, name: str, default: str | None = None) -> str:
        """A field as a text.

        Raises:
            BadRequest: It is missing and has no default, or it is something else.
        """
        value = self.fields.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            raise BadRequest(f"{name} must be a text that is not empty.", loc=(name,))
        return value.strip()

    def inner(self, name: str, key: str) -> str | None:
        """One text of a field that is an object: `input_reference.image_url`; None where it is not there."""
        value = self.fields.get(name)
        found = value.get(key) if isinstance(value, dict) else None
        return found if isinstance(found, str) and found else None


async def read(call: Call) -> Body:
    """The body of a call.

    Raises:
        BadRequest: It is neither a form nor a JSON object.
        PayloadTooLarge: It is larger than uploads may be.
    """
    if not call.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        found = await call.body()
        if not isinstance(found, dict):
            raise BadRequest("The body must be a form or a JSON object.")
        return Body(found)
    return await _form(call)


async def _form(call: Call) -> Body:
    most = call.node.settings.upload_max_mb * MB
    parser = MultiPartParser(
        call.request.headers, _bounded(call, most), max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=MB
    )
    try:
        form = await parser.parse()
    except MultiPartException as exc:
        raise BadRequest(f"The form cannot be read: {exc.message}") from exc
    except KeyError as exc:
        raise BadRequest("The form has no boundary. Let your client set Content-Type.") from exc
    body = Body({})
    for name, value in form.multi_items():
        nested = NESTED.fullmatch(name)
        if isinstance(value, UploadFile):
            body.files[name] = value
        elif nested:
            inner = body.fields.setdefault(nested[1], {})
            if isinstance(inner, dict):
                inner[nested[2]] = value
        else:
            body.fields[name] = value if name in TEXTS else _value(value)
    return body


def _value(text: str) -> Any:  # noqa: ANN401  (any JSON)
    """A field of a form; lists and objects come as JSON."""
    if text[:1] in {"[", "{"}:
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(text)
    return text


async def _bounded(call: Call, most: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in call.request.stream():
        size += len(chunk)
        if size > most:
            raise PayloadTooLarge(f"The form is larger than {most // MB} MB.")
        yield chunk
