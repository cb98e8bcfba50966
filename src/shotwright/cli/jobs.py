"""`shotwright jobs`: the requests of a server."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from shotwright.cli.inputs import AsJson, Passes
from shotwright.cli.main import emit, err
from shotwright.cli.progress import progress_bar
from shotwright.cli.remote import Confirm, Server, Url, confirmed, spend
from shotwright.cli.table import table
from shotwright.jobs.recipe import prompt_text

app = typer.Typer(no_args_is_help=True, help="List, watch, cancel and repeat requests of a server.")
MIN_WIDTH = {"id": 36, "state": 9, "engine": 9, "created": 19}
RequestId = Annotated[str, typer.Argument(help="A request id.")]


class Control(StrEnum):
    """A pass that a model can be steered by."""

    depth = "depth"
    pose = "pose"
    edges = "edges"


class Lock(StrEnum):
    """What of a request a promotion keeps."""

    words = "words"
    geometry = "geometry"
    playblast = "playblast"


@app.command("ls")
def ls(
    *,
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=500)] = 20,
    state: Annotated[str | None, typer.Option(help="queued, running, succeeded, failed or cancelled.")] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List the newest requests."""
    query = f"/requests?limit={limit}" + (f"&state={state}" if state else "")
    rows: list[dict[str, Any]] = Server(url).get(query)["requests"]
    if as_json:
        emit(rows, as_json=True)
        return
    table(
        ("id", "state", "engine", "created", "endpoint", "prompt"),
        [
            (
                row["id"], row["state"], row["engine"], row["created_at"][:19].replace("T", " "), row["endpoint_id"].split("/o1/")[-1],
                prompt_text(row["arguments"])[:60],
            )
            for row in rows
        ],
        min_width=MIN_WIDTH,
    )  # fmt: skip


@app.command("watch")
def watch(request_id: RequestId, *, url: Url = None, as_json: AsJson = False) -> None:
    """Follow a request until it ends."""
    server = Server(url)
    row: dict[str, Any] = {}
    with progress_bar() as progress:
        for row in server.wait(request_id):
            progress(row["stage"] or row["state"], row["progress"])
    if row["metrics"].get("drafted"):
        err.print("[yellow]Drawn as a draft:[/] there is no recording of this request.")
    emit(row, as_json=as_json, text=f"{row['state']}  {row['video_url'] or (row['error'] or {}).get('message', '')}")


@app.command("cancel")
def cancel(request_id: RequestId, *, url: Url = None) -> None:
    """Cancel a request that waits or runs."""
    Server(url).put(f"/queue/any/requests/{request_id}/cancel")
    err.print("Cancellation requested.")


def promote(
    request_id: RequestId,
    *,
    engine: Annotated[str, typer.Option("--engine", "-e", help="The engine that is to render it.")],
    lock: Annotated[
        Lock,
        typer.Option(
            "--lock",
            help="What stays: words, the request; geometry, its draft's depth or poses; playblast, the draft's picture.",
        ),
    ] = Lock.words,
    control: Annotated[
        Control, typer.Option("--pass", help="What of the geometry the engine follows.")
    ] = Control.depth,
    prompt: Annotated[str | None, typer.Option("--prompt", "-p", help="Words instead of the playblast's own.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what a playblast would send and cost; send nothing.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for its end and print the clip's address.")] = False,
    confirm_usd: Confirm = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Send a request, unchanged and with the same seed, or its draft as a playblast, to another engine; both are linked."""
    if dry_run:
        if lock is not Lock.playblast:
            raise typer.BadParameter("--dry-run needs --lock playblast: words are sent unchanged.")
        _show_playblast(Server(url).get(f"/requests/{request_id}/playblast"), engine, as_json=as_json)
        return
    if lock is Lock.geometry:
        request_id = _with_pass(Server(url), request_id, control.value)
    body = {"engine": engine, "lock": lock.value, "pass": control.value, **({"prompt": prompt} if prompt else {})}
    made = spend(Server(url), f"/requests/{request_id}/promote", body, None, confirmed(confirm_usd))
    if made.get("left_out"):
        err.print(f"[yellow]No room for:[/] {', '.join(made['left_out'])}")
    if wait:
        watch(made["request_id"], url=url, as_json=as_json)
        return
    emit(made, as_json=as_json, text=made["request_id"])


def _with_pass(server: Server, request_id: str, name: str) -> str:
    """A draft that has a pass: this one, else the same drawn again with it."""
    if f"{name}.mp4" in server.get(f"/requests/{request_id}")["passes"]:
        return request_id
    err.print(f"Drawing the draft again, the same, with its {name} pass.")
    again: str = server.post(f"/requests/{request_id}/retry", {"passes": [name]})["request_id"]
    with progress_bar() as progress:
        for row in server.wait(again):
            progress(row["stage"] or row["state"], row["progress"])
    return again


def export(
    request_id: RequestId,
    *,
    comfyui: Annotated[
        bool, typer.Option("--comfyui", help="A workflow that the draft's pass steers, instead.")
    ] = False,
    control: Annotated[Control, typer.Option("--pass", help="Which pass steers it.")] = Control.depth,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write the zip.")] = None,
    url: Url = None,
) -> None:
    """Save a request as a zip: its clip, its recipe, its plan, its passes; or a workflow for ComfyUI."""
    server = Server(url)
    if comfyui:
        request_id = _with_pass(server, request_id, control.value)
    path = output or Path(f"{'comfyui' if comfyui else 'shotwright'}-{request_id[:8]}.zip")
    wanted = f"comfyui.zip?pass={control.value}" if comfyui else "export.zip"
    server.download(f"{server.url}/requests/{request_id}/{wanted}", path)
    emit(None, as_json=False, text=str(path))


def _show_playblast(found: dict[str, Any], engine: str, *, as_json: bool) -> None:
    price = next((offer["cost_usd"] for offer in found["engines"] if offer["engine"] == engine), None)
    used = ", ".join(f"{old} as {new}" for old, new in found["used"].items())
    lines = [found["endpoint_id"], found["arguments"]["prompt"], f"pictures: {used or 'none'}"]
    lines += [f"no room for: {', '.join(found['left_out'])}"] if found["left_out"] else []
    lines += [f"cost on {engine}: ${price:.3f}" if price is not None else f"{engine} cannot render it here"]
    emit(found, as_json=as_json, text="\n".join(lines))


@app.command("retry")
def retry(request_id: RequestId, *, passes: Passes = None, confirm_usd: Confirm = None, url: Url = None) -> None:
    """Submit a request once more, with passes where they are named."""
    names = [name.strip() for name in (passes or "").split(",") if name.strip()]
    body = {"passes": "all" if "all" in names else names} if names else {}
    made = spend(Server(url), f"/requests/{request_id}/retry", body, None, confirmed(confirm_usd))
    emit(None, as_json=False, text=made["request_id"])
