"""A request as a folder to give away: its clip, contact sheet, references, recipe and plan, on a page that needs no server."""

from __future__ import annotations

import asyncio
import io
import json
import re
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.api.call import Call, Node, handler
from shotwright.api.requests import base_options, find
from shotwright.core.errors import BadRequest, ShotwrightError
from shotwright.jobs.own import own_file
from shotwright.jobs.recipe import recipe_of
from shotwright.media.sheets import sheet
from shotwright.web.docs import folder
from shotwright.web.render import environment

if TYPE_CHECKING:
    from shotwright.jobs.rows import StoredRequest

SHEET_PX = 1440
FILES = (("file_id", "clip.mp4"), ("camera_file_id", "camera.json"), ("trajectory_file_id", "camera.txt"))
"""Outputs by the name of their id in a result, and what they are called in the folder."""
IMPORTS = re.compile(r"^import .*?;\n", re.MULTILINE | re.DOTALL)
EXPORTS = re.compile(r"^export (?=(async )?(function|class|const|let))", re.MULTILINE)


@handler("read")
async def export(call: Call) -> Response:
    """GET /requests/{id}/export.zip: everything of a finished request, in a folder."""
    row = await find(call)
    result = row.result or {}
    if "file_id" not in result or row.arguments is None:
        raise BadRequest("This request has no clip to export.")
    hosts = frozenset(base_options(call)["own_hosts"])
    data = await asyncio.to_thread(_packed, call.node, row, result, hosts)
    name = f'attachment; filename="shotwright-{str(row.id)[:8]}.zip"'
    return Response(data, media_type="application/zip", headers={"content-disposition": name})


def _packed(node: Node, row: StoredRequest, result: dict[str, Any], hosts: frozenset[str]) -> bytes:
    files: dict[str, bytes] = {}
    for key, name in FILES:
        if key in result:
            files[name] = node.files.read_all(result[key])
    for name, file_id in result.get("pass_file_ids", {}).items():
        files[f"passes/{name}"] = node.files.read_all(file_id)
    with tempfile.TemporaryDirectory(prefix="shotwright-export-") as folder:
        clip = Path(folder) / "clip.mp4"
        clip.write_bytes(files["clip.mp4"])
        files["contact.jpg"] = sheet(clip, SHEET_PX)
    arguments, references = _with_media(node, row.arguments or {}, hosts, files)
    recipe = json.dumps(recipe_of(row.endpoint_id, arguments, row.engine, result.get("seed")), ensure_ascii=False, indent=2)  # fmt: skip
    files["recipe.json"] = recipe.encode()
    files["plan.json"] = json.dumps(row.plan, ensure_ascii=False, indent=2).encode()
    page = environment().get_template("export.html").render(
        row=row, recipe=recipe, references=references, names=sorted(files), script=_script(), style=_static("style.css"),
        data=_inert({"plan": row.plan, "prompt": _prompt(row), "camera": json.loads(files.get("camera.json", b"null"))}),
    )  # fmt: skip
    files["index.html"] = page.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def _prompt(row: StoredRequest) -> str:
    found = (row.arguments or {}).get("prompt")
    return found if isinstance(found, str) else ""


def _inert(data: object) -> str:
    """JSON that ends no script element."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _with_media(
    node: Node, arguments: dict[str, Any], hosts: frozenset[str], files: dict[str, bytes]
) -> tuple[dict[str, Any], list[str]]:
    """The arguments with files of this server named as they are in the folder, and what these are called; others keep their address."""
    names: dict[str, str] = {}

    def held(value: Any) -> Any:  # noqa: ANN401  (any JSON)
        if isinstance(value, dict):
            return {key: held(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [held(inner) for inner in value]
        own = own_file(value, hosts) if isinstance(value, str) else None
        if own is None:
            return value
        if own not in names:
            try:
                data, record = node.files.read_all(own), node.files.find(own)
            except ShotwrightError:
                return value  # it was deleted meanwhile
            names[own] = f"media/{len(names) + 1}-{record.name}"
            files[names[own]] = data
        return names[own]

    return held(arguments), list(names.values())


def _static(name: str) -> str:
    return (folder("static") / name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    """The drawing of plans as one script: pages that are opened from a folder may load no modules."""
    lib, plan = (EXPORTS.sub("", IMPORTS.sub("", _static(name))) for name in ("lib.js", "plan.js"))
    return (
        f"const {{ h, s }} = (() => {{\n{lib}\nreturn {{ h, s }};\n}})();\n"
        f"const {{ drawPlan, localSpans, fromCamera }} = (() => {{\n{plan}\nreturn {{ drawPlan, localSpans, fromCamera }};\n}})();\n"
    )
