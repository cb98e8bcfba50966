"""`shotwright jobs`: the requests of a server."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from shotwright.cli.inputs import AsJson
from shotwright.cli.main import emit, err
from shotwright.cli.progress import progress_bar
from shotwright.cli.remote import Confirm, Server, Url, confirmed, spend
from shotwright.cli.table import table
from shotwright.jobs.recipe import prompt_text

app = typer.Typer(no_args_is_help=True, help="List, watch, cancel and repeat requests of a server.")
MIN_WIDTH = {"id": 36, "state": 9, "engine": 9, "created": 19}
RequestId = Annotated[str, typer.Argument(help="A request id.")]


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
    wait: Annotated[bool, typer.Option("--wait", help="Wait for its end and print the clip's address.")] = False,
    confirm_usd: Confirm = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Send a request, unchanged and with the same seed, to another engine; both are linked."""
    made = spend(Server(url), f"/requests/{request_id}/promote", {"engine": engine}, None, confirmed(confirm_usd))
    if wait:
        watch(made["request_id"], url=url, as_json=as_json)
        return
    emit(made, as_json=as_json, text=made["request_id"])


@app.command("retry")
def retry(request_id: RequestId, *, confirm_usd: Confirm = None, url: Url = None) -> None:
    """Submit a request once more."""
    made = spend(Server(url), f"/requests/{request_id}/retry", {}, None, confirmed(confirm_usd))
    emit(None, as_json=False, text=made["request_id"])
