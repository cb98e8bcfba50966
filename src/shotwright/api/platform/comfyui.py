"""A finished draft for ComfyUI: a workflow, the pass that steers it, and a picture of who is in it."""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.api.call import Call, handler
from shotwright.api.requests import base_options, find
from shotwright.core.comfyui import FPS, MODELS, SIZES, Steered, frames_of, workflow
from shotwright.core.errors import BadRequest, ShotwrightError
from shotwright.core.passes import CONTROLS
from shotwright.engines.base import nearest_ratio
from shotwright.jobs.own import own_file
from shotwright.jobs.recipe import prompt_text
from shotwright.media.decode import decode_frames
from shotwright.media.encode import Encoder
from shotwright.media.probe import probe_video

if TYPE_CHECKING:
    from shotwright.jobs.rows import StoredRequest

README = """{workflow} is a workflow in ComfyUI's API format: Wan 2.1 VACE, steered by the {kind} pass of a Shotwright draft.

1. Copy {files} into ComfyUI's folder "input".
2. Put these models in place, or write the names of yours into the workflow:
{models}
3. Load {workflow} in ComfyUI (Workflow > Open), or send it: {{"prompt": <workflow>}} to POST /prompt.
{left}"""


@handler("read")
async def export(call: Call) -> Response:
    """GET /requests/{id}/comfyui.zip?pass=depth: a workflow with the pass as its control video."""
    row, kind = await find(call), call.query.get("pass", CONTROLS[0])
    if kind not in CONTROLS:
        raise BadRequest(f"pass must be one of: {', '.join(CONTROLS)}.")
    file_id = (row.result or {}).get("pass_file_ids", {}).get(f"{kind}.mp4")
    if file_id is None or row.arguments is None:
        again = f'POST /requests/{row.id}/retry {{"passes": ["{kind}"]}}'
        raise BadRequest(f"This draft has no {kind} pass yet. {again} draws it again, the same, with one.")
    data = await asyncio.to_thread(_packed, call, row, kind, file_id)
    name = f'attachment; filename="comfyui-{str(row.id)[:8]}.zip"'
    return Response(data, media_type="application/zip", headers={"content-disposition": name})


def _packed(call: Call, row: StoredRequest, kind: str, file_id: str) -> bytes:
    result, stem = row.result or {}, f"shotwright-{str(row.id)[:8]}"
    width, height = SIZES[nearest_ratio(result["width"], result["height"])]
    frames = frames_of(result["frames"] / result["fps"])
    picture, left = _picture(call, row.arguments or {})
    names = {"control": f"{stem}-{kind}.mp4", "reference": f"{stem}-reference.png" if picture else None}
    strength = float((row.arguments or {}).get("conditioning_scale", 1.0))
    made = workflow(
        Steered(_plain(prompt_text(row.arguments)), names["control"] or "", names["reference"], width, height, frames, result.get("seed", 0), strength, stem)
    )  # fmt: skip
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(buffer, "w") as packed:
        source, control = Path(folder) / "pass.mp4", Path(folder) / "control.mp4"
        call.node.files.fetch(file_id, source)
        _at_wan_rate(source, control, (width, height), frames)
        packed.write(control, names["control"] or "")
        if picture and names["reference"]:
            packed.writestr(names["reference"], picture)
        packed.writestr("workflow_api.json", json.dumps(made, indent=1, ensure_ascii=False))
        packed.writestr("README.txt", _readme(kind, [name for name in names.values() if name], left))
    return buffer.getvalue()


def _at_wan_rate(source: Path, path: Path, size: tuple[int, int], count: int) -> None:
    """A pass at 16 frames a second, by its nearest frames: lines and depths are not mixed."""
    facts = probe_video(source)
    wanted = [min(facts.frames - 1, round(i / FPS * facts.fps)) for i in range(count)]
    with Encoder(path, *size, Fraction(FPS)) as encoder:
        at = 0
        for index, frame in enumerate(decode_frames(source, *size)):
            while at < count and wanted[at] == index:
                encoder.write(frame)
                at += 1


def _picture(call: Call, arguments: dict[str, Any]) -> tuple[bytes | None, list[str]]:
    """The first picture of the request that this server holds, and what has no room: the node takes one."""
    elements = [item.get("frontal_image_url") for item in arguments.get("elements") or ()]
    urls = [url for url in [*elements, *(arguments.get("image_urls") or ())] if url]
    hosts = frozenset(base_options(call)["own_hosts"])
    for number, url in enumerate(urls):
        own = own_file(url, hosts)
        if own is not None:
            try:
                return call.node.files.read_all(own), [f"picture {i + 1}" for i in range(len(urls)) if i != number]
            except ShotwrightError:
                continue
    return None, [f"picture {i + 1}" for i in range(len(urls))]


def _plain(prompt: str) -> str:
    """A prompt without the @ of references, which ComfyUI does not know."""
    return prompt.replace("@Element", "person ").replace("@Image", "picture ").replace("@Video", "clip ")


def _readme(kind: str, files: list[str], left: list[str]) -> str:
    models = "\n".join(f"   {name}  ({loader})" for loader, (_, name) in MODELS.items())
    text = f"\nLeft out, for the node takes one picture: {', '.join(left)}.\n" if left else ""
    return README.format(workflow="workflow_api.json", kind=kind, files=" and ".join(files), models=models, left=text)
