"""Programs that make a request on this server, ready to run: Python, JavaScript and curl, for both wires.

Source: seed 000 (usage examples), seed 004 (example request), fal-wire 1.3.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shotwright.core.catalog import SLUGS_OF

if TYPE_CHECKING:
    from collections.abc import Callable

    from shotwright.core.catalog import Endpoint

JSON = dict[str, Any]
_NAME = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True)
class Language:
    """How a language writes JSON.

    Attributes:
        step: Spaces of an indent.
        scalar: A text, number, truth value or nothing.
        name: The name of a member.
    """

    step: int
    scalar: Callable[[Any], str]
    name: Callable[[str], str]

    def literal(self, value: Any, indent: int) -> str:  # noqa: ANN401  (any JSON)
        """JSON as source, its inner lines indented by `indent` and more."""
        inner = indent + self.step
        if isinstance(value, dict):
            rows = [f"{self.name(name)}: {self.literal(item, inner)}" for name, item in value.items()]
            return _block("{", rows, "}", inner, indent)
        if isinstance(value, list | tuple):
            return _block("[", [self.literal(item, inner) for item in value], "]", inner, indent)
        return self.scalar(value)


def _block(start: str, rows: list[str], end: str, inner: int, outer: int) -> str:
    if not rows:
        return start + end
    return start + "\n" + ",\n".join(" " * inner + row for row in rows) + "\n" + " " * outer + end


def _quote(value: Any) -> str:  # noqa: ANN401  (any JSON)
    return json.dumps(value, ensure_ascii=False)


PYTHON = Language(4, lambda value: _quote(value) if isinstance(value, str) else repr(value), _quote)
JAVASCRIPT = Language(2, _quote, lambda name: name if _NAME.fullmatch(name) else _quote(name))


@dataclass(frozen=True)
class Snippets:
    """One request in three languages."""

    python: str
    javascript: str
    curl: str


def fal_snippets(endpoint: Endpoint, arguments: JSON, base: str, *, is_open: bool) -> Snippets:
    """For the official fal clients; `is_open` when the server takes any key."""
    return Snippets(
        _FAL_PYTHON.format(
            imports="import os\n\nimport fal_client" if is_open else "import fal_client",
            key='os.environ.setdefault("FAL_KEY", "any")\n' if is_open else "",
            base=base, id=endpoint.id, arguments=PYTHON.literal(arguments, 4),
        ),
        _FAL_JAVASCRIPT.format(
            base=base, key='"any"' if is_open else "process.env.FAL_KEY", id=endpoint.id, input=JAVASCRIPT.literal(arguments, 2)
        ),
        _FAL_CURL.format(base=base, id=endpoint.id, data=_quoted(_json(arguments, 3, outer=2))),
    )  # fmt: skip


def eachlabs_snippets(endpoint: Endpoint, arguments: JSON, base: str) -> Snippets:
    """For EachLabs' wire, which has the pro models only: the standard ones are named by their pro sibling."""
    slug = endpoint.id if endpoint.wire == "eachlabs" else SLUGS_OF[endpoint.task]
    body = {"model": slug, "input": arguments}
    return Snippets(
        _EACH_PYTHON.format(base=base, body=PYTHON.literal(body, 4)),
        _EACH_JAVASCRIPT.format(base=base, body=JAVASCRIPT.literal(body, 2)),
        _EACH_CURL.format(base=base, data=_quoted(_json(body, 2))),
    )


def _json(value: Any, indent: int, outer: int = 0) -> str:  # noqa: ANN401  (any JSON)
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text.replace("\n", "\n" + " " * outer)


def _quoted(text: str) -> str:
    """For single quotes of a shell."""
    return text.replace("'", "'\\''")


_FAL_PYTHON = """\
{imports}
import shotwright

{key}shotwright.patch_fal_client("{base}")

def on_queue_update(update):
    if isinstance(update, fal_client.InProgress):
        for log in update.logs:
           print(log["message"])

result = fal_client.subscribe(
    "{id}",
    arguments={arguments},
    with_logs=True,
    on_queue_update=on_queue_update,
)
print(result)"""

_FAL_JAVASCRIPT = """\
import {{ fal }} from "@fal-ai/client";

const here = "{base}";
fal.config({{
  credentials: {key},
  requestMiddleware: async (request) => ({{
    ...request,
    url: request.url
      .replace("https://queue.fal.run", here + "/queue")
      .replace("https://fal.run", here)
      .replace(/^https:\\/\\/rest(\\.alpha)?\\.fal\\.ai/, here + "/rest"),
  }}),
}});

const result = await fal.subscribe("{id}", {{
  input: {input},
  logs: true,
  onQueueUpdate: (update) => {{
    if (update.status === "IN_PROGRESS") {{
      update.logs.map((log) => log.message).forEach(console.log);
    }}
  }},
}});
console.log(result.data);
console.log(result.requestId);"""

_FAL_CURL = """\
curl --request POST \\
  --url {base}/{id} \\
  --header "Authorization: Key $FAL_KEY" \\
  --header "Content-Type: application/json" \\
  --data '{data}'"""

_EACH_PYTHON = """\
import os
import time

import requests

base = "{base}/v1"
headers = {{"X-API-Key": os.environ.get("EACHLABS_API_KEY", "any")}}

made = requests.post(
    f"{{base}}/prediction/",
    headers=headers,
    json={body},
)
made.raise_for_status()
prediction = made.json()["predictionID"]
while True:
    answer = requests.get(f"{{base}}/prediction/{{prediction}}", headers=headers).json()
    if answer["status"] in ("success", "error", "failed", "cancelled"):
        break
    time.sleep(1)
print(answer)"""

_EACH_JAVASCRIPT = """\
const base = "{base}/v1";
const headers = {{ "X-API-Key": process.env.EACHLABS_API_KEY ?? "any", "Content-Type": "application/json" }};

const made = await fetch(`${{base}}/prediction/`, {{
  method: "POST",
  headers,
  body: JSON.stringify({body}),
}});
const {{ predictionID }} = await made.json();
let answer;
do {{
  await new Promise((resolve) => setTimeout(resolve, 1000));
  answer = await (await fetch(`${{base}}/prediction/${{predictionID}}`, {{ headers }})).json();
}} while (!["success", "error", "failed", "cancelled"].includes(answer.status));
console.log(answer);"""

_EACH_CURL = """\
ID=$(curl -s -X POST {base}/v1/prediction/ \\
  -H "X-API-Key: $EACHLABS_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{data}' | sed -n 's/.*"predictionID": *"\\([^"]*\\)".*/\\1/p')

curl {base}/v1/prediction/$ID \\
  -H "X-API-Key: $EACHLABS_API_KEY\""""
