"""`shotwright board` and `shotwright film`: shots in order, their takes, and the film that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from shotwright.cli.inputs import AsJson
from shotwright.cli.main import emit, err
from shotwright.cli.progress import progress_bar
from shotwright.cli.remote import Confirm, Server, Url, confirmed, spend
from shotwright.cli.table import table
from shotwright.core.errors import BadRequest
from shotwright.jobs.recipe import prompt_text
from shotwright.local import local_path

app = typer.Typer(no_args_is_help=True, help="Boards of a server: shots in order, their takes, approval, export.")
ProjectId = Annotated[str, typer.Argument(help="A project id.")]
Member = Annotated[
    list[str] | None,
    typer.Option("--member", "-m", help="Who or where, for all shots: Anna=front.png,side.png, or image:Kitchen=kitchen.jpg; @Anna in a prompt is her."),
]  # fmt: skip


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Name of the project.")],
    *,
    script: Annotated[Path | None, typer.Option("--script", "-s", help="A text with a line for each shot.")] = None,
    member: Member = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Make a board, with a shot for each line of a script."""
    server = Server(url)
    members = [_member(server, text) for text in member or []]
    text = local_path(str(script)).read_text(encoding="utf-8") if script else None
    made = server.post("/projects", {"name": name, "members": members, **({"script": text} if text else {})})
    emit(made, as_json=as_json, text=f"{made['id']}  {len(made['shots'])} shots  {server.url}/projects/{made['id']}")


def _member(server: Server, text: str) -> dict[str, Any]:
    """A member of `--member`.

    Raises:
        BadRequest: It names no picture.
    """
    name, _, pictures = text.partition("=")
    kind, _, bare = name.rpartition(":")
    paths = [part.strip() for part in pictures.split(",") if part.strip()]
    if not paths:
        raise BadRequest(f'"{text}" names no picture. Write --member Anna=front.png,side.png.')
    return {"name": bare, "kind": kind or "element", "pictures": [server.upload(path) for path in paths]}


@app.command("ls")
def ls(*, url: Url = None, as_json: AsJson = False) -> None:
    """List the newest boards."""
    found = Server(url).get("/projects")["projects"]
    if as_json:
        emit(found, as_json=True)
        return
    table(("id", "created", "name"), [(row["id"], row["created_at"][:10], row["name"]) for row in found])


@app.command("show")
def show(project: ProjectId, *, url: Url = None, as_json: AsJson = False) -> None:
    """Show the shots of a board."""
    found = Server(url).get(f"/projects/{project}")
    if as_json:
        emit(found, as_json=True)
        return
    rows = [
        (shot["name"], shot["status"], str(len(shot["takes"])), shot["id"], prompt_text(shot["arguments"])[:70])
        for shot in found["shots"]
    ]
    table(("shot", "status", "takes", "id", "prompt"), rows)


@app.command("add")
def add(
    project: ProjectId,
    prompt: Annotated[str, typer.Argument(help="What happens in the shot.")],
    *,
    name: Annotated[
        str | None, typer.Option("--name", "-n", help="Name of the shot; by default the next number.")
    ] = None,
    url: Url = None,
) -> None:
    """Put a shot at the end of a board."""
    body = {"prompt": prompt, **({"name": name} if name else {})}
    made = Server(url).post(f"/projects/{project}/shots", body)["shots"][-1]
    emit(None, as_json=False, text=f"{made['id']}  {made['name']}")


@app.command("approve")
def approve(shots: Annotated[list[str], typer.Argument(help="Ids of shots.")], *, url: Url = None) -> None:
    """Approve shots, so that `promote` takes them along."""
    server = Server(url)
    for shot in shots:
        server.patch(f"/shots/{shot}", {"status": "approved"})
    err.print(f"Approved: {len(shots)}.")


@app.command("render")
def render(
    project: ProjectId,
    *,
    engine: Annotated[str | None, typer.Option("--engine", "-e", help="By default the server's own.")] = None,
    url: Url = None,
) -> None:
    """Render a take of every shot that has none, and wait for them."""
    server = Server(url)
    asked = server.post(f"/projects/{project}/render", {"engine": engine} if engine else {})["requests"]
    _wait(server, list(asked.values()))


@app.command("take")
def take(
    shot: Annotated[str, typer.Argument(help="A shot id.")],
    *,
    engine: Annotated[str | None, typer.Option("--engine", "-e", help="By default the server's own.")] = None,
    follows: Annotated[
        bool, typer.Option("--follows", help="Make it the next shot after the take of the shot before it.")
    ] = False,
    url: Url = None,
) -> None:
    """Render another take of a shot, and wait for it."""
    server = Server(url)
    body = {**({"engine": engine} if engine else {}), **({"follows": True} if follows else {})}
    _wait(server, [server.post(f"/shots/{shot}/takes", body)["request_id"]])


@app.command("promote")
def promote(
    project: ProjectId,
    *,
    engine: Annotated[str, typer.Option("--engine", "-e", help="The engine that is to render them.")],
    lock: Annotated[str, typer.Option("--lock", help="words, geometry or playblast.")] = "words",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the price; send nothing.")] = False,
    confirm_usd: Confirm = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Send the chosen takes of all approved shots to another engine, for one price that is asked once."""
    body = {"engine": engine, "lock": lock}
    if dry_run:
        offer = Server(url).post(f"/projects/{project}/promote", {**body, "dry_run": True})
        emit(offer, as_json=as_json, text=f"{len(offer['shots'])} shots on {engine}: ${offer['cost_usd']:.2f}")
        return
    made = spend(Server(url), f"/projects/{project}/promote", body, None, confirmed(confirm_usd))
    for text in made["failed"].values():
        err.print(f"[yellow]Not sent:[/] {text}")
    emit(made, as_json=as_json, text="\n".join(made["requests"].values()))


@app.command("export")
def export(
    project: ProjectId,
    kind: Annotated[str, typer.Argument(help="otio, edl, csv or pdf.")],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write; by default it is printed.")
    ] = None,
    url: Url = None,
) -> None:
    """Write the film for other programs: OpenTimelineIO, CMX 3600, a shot list; or the board on paper, as PDF."""
    if kind == "pdf":
        path = output or Path("board.pdf")
        path.parent.mkdir(parents=True, exist_ok=True)
        server = Server(url)
        server.download(f"{server.url}/projects/{project}/export/pdf", path)
        emit(None, as_json=False, text=str(path))
        return
    text = Server(url).text(f"/projects/{project}/export/{kind}")
    if output is None:
        typer.echo(text)
        return
    output.write_text(text, encoding="utf-8")
    emit(None, as_json=False, text=str(output))


def film(
    project: ProjectId,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the film.")] = Path("film.mp4"),
    burn_in: Annotated[bool, typer.Option("--burn-in", help="Shot, timecode, lens and DRAFT in the picture.")] = False,
    slates: Annotated[bool, typer.Option("--slates", help="A second of black with its name before each shot.")] = False,
    safe: Annotated[bool, typer.Option("--safe", help="Lines of the safe area.")] = False,
    ratio: Annotated[float | None, typer.Option("--ratio", min=1, max=4, help="Lines of a frame such as 2.39.")] = None,
    audio: Annotated[str | None, typer.Option("--audio", help="A sound file for all films of this project.")] = None,
    url: Url = None,
) -> None:
    """Cut the chosen takes of a board together."""
    server = Server(url)
    if audio:
        server.patch(f"/projects/{project}", {"settings": {"audio_url": server.upload(audio)}})
    flags = {"burn_in": burn_in, "slates": slates, "safe": safe}
    query = "&".join([*(f"{name}=1" for name, is_on in flags.items() if is_on), *([f"ratio={ratio}"] if ratio else [])])
    output.parent.mkdir(parents=True, exist_ok=True)
    server.download(f"{server.url}/projects/{project}/film.mp4?{query}", output)
    emit(None, as_json=False, text=str(output))


def _wait(server: Server, requests: list[str]) -> None:
    with progress_bar() as progress:
        for number, request in enumerate(requests):
            for row in server.wait(request):
                progress(f"shot {number + 1} of {len(requests)}", (number + row["progress"]) / len(requests))
            if row["state"] != "succeeded":
                err.print(f"[yellow]{request}:[/] {(row['error'] or {}).get('message', row['state'])}")
    err.print(f"Rendered: {len(requests)}.")
