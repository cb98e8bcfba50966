"""`shotwright run`: render a request, here or on a server, and keep the clip."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from shotwright.cli import inputs as i
from shotwright.cli.main import emit, err
from shotwright.cli.progress import progress_bar
from shotwright.cli.remote import Confirm, Server, confirmed, spend
from shotwright.core.errors import ClientCancelled, RenderFailed
from shotwright.core.pricing import estimate, record
from shotwright.local import arguments_of, endpoint_named, local_workspace, pass_path
from shotwright.settings import DEFAULT_ENGINE

Output = Annotated[Path, typer.Option("--output", "-o", help="Where to write the clip.")]
Where = Annotated[str | None, typer.Option("--url", help="Render on this server instead of here ($SHOTWRIGHT_URL).")]
Engine = Annotated[str, typer.Option("--engine", help="The engine; without a server, draft or another free one.")]
Seed = Annotated[int | None, typer.Option("--seed", help="A number; by default it follows from the request.")]


def run(
    endpoint: i.EndpointId, prompt: i.Prompt, *, image: i.Images = None, element: i.Elements = None,
    video: i.Video = None, start: i.Start = None, end: i.End = None, duration: i.Duration = None, aspect_ratio: i.Ratio = None,
    keep_audio: i.Audio = False, output: Output = Path("output.mp4"), url: Where = None, engine: Engine = DEFAULT_ENGINE, seed: Seed = None,
    plan: i.PlanFile = None, look: i.Look = None, passes: i.Passes = None, control: i.Control = None, confirm_usd: Confirm = None, as_json: i.AsJson = False,
) -> None:  # fmt: skip
    """Render a clip. Without --url it is rendered in this process; no server is needed."""
    entry = endpoint_named(endpoint)
    options = i.options_of(
        prompt=prompt, images=image, elements=element, video=video, start=start, end=end, duration=duration, ratio=aspect_ratio,
        keep_audio=keep_audio, plan=plan, look=look, passes=passes, control=control,
    )  # fmt: skip
    output.parent.mkdir(parents=True, exist_ok=True)
    if url or os.environ.get("SHOTWRIGHT_URL"):
        headers = {"X-Shotwright-Engine": engine, **({"X-Shotwright-Seed": str(seed)} if seed is not None else {})}
        data = _on_server(entry.id, Server(url), options, output, headers, confirm_usd=confirm_usd)
    else:
        data = _here(entry.id, options, output, engine, seed)
    for text in data["not_rendered"]:
        err.print(f"[yellow]Not rendered:[/] {escape(text)}")
    shape = (
        f"{data['width']}x{data['height']}, {data['frames']} frames"
        if "width" in data
        else f"{data['file_size']} bytes"
    )
    made = "".join(f"\n{path}" for path in data["passes"].values())
    emit(data, as_json=as_json, text=f"{output}  {shape}{made}")


def _here(endpoint_id: str, options: dict[str, Any], output: Path, engine: str, seed: int | None) -> dict[str, Any]:
    entry = endpoint_named(endpoint_id)
    with local_workspace() as workspace, progress_bar() as progress:
        body = arguments_of(entry, workspace.place, **options)
        clip = workspace.render(entry, body, output, engine=engine, seed=seed, plan=None, progress=progress)
    paid = estimate(entry, clip.duration_s)
    return {
        "path": str(output), "file_name": output.name, "content_type": "video/mp4", "file_size": output.stat().st_size, "width": clip.width,
        "height": clip.height, "fps": clip.fps, "frames": clip.frames, "seed": clip.seed, "not_rendered": list(clip.not_rendered),
        "metrics": {**clip.metrics, **record(paid, Decimal(0))}, "passes": {name: str(path) for name, path in clip.passes.items()},
    }  # fmt: skip


def _on_server(
    endpoint_id: str,
    server: Server,
    options: dict[str, Any],
    output: Path,
    headers: dict[str, str],
    *,
    confirm_usd: float | None,
) -> dict[str, Any]:
    body = arguments_of(endpoint_named(endpoint_id), server.upload, **options)
    ticket = spend(server, f"/queue/{endpoint_id}", body, headers, confirmed(confirm_usd))
    row: dict[str, Any] = {}
    try:
        with progress_bar() as progress:
            for row in server.wait(ticket["request_id"]):
                progress(row["stage"] or row["state"], row["progress"])
    except KeyboardInterrupt:
        server.put(f"/queue/requests/requests/{ticket['request_id']}/cancel")
        raise
    if row["state"] == "cancelled":
        raise ClientCancelled
    if row["state"] == "failed":
        raise RenderFailed(row["error"]["message"])
    server.download(row["video_url"], output)
    for name, address in row["passes"].items():
        server.download(address, pass_path(output, name))
    plan = server.get(f"/requests/{ticket['request_id']}/plan")
    return {"path": str(output), "request_id": row["id"], "file_size": output.stat().st_size, "not_rendered": plan.get("not_rendered", []),
            "metrics": row["metrics"], "video_url": row["video_url"], "passes": {name: str(pass_path(output, name)) for name in row["passes"]}}  # fmt: skip
