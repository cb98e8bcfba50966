"""Boards: projects of shots in order, takes of each, the film that they make, and what other programs get of it."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler
from shotwright.api.platform.promotion import promoted, said, wanted
from shotwright.api.platform.views import shown
from shotwright.api.prices import price_of
from shotwright.api.query import whole_number
from shotwright.api.requests import base_options, check_confirmed, checked_seed, engine_of, submit
from shotwright.core.board import (
    NAME_MAX,
    NOTE_MAX,
    STATUSES,
    bound,
    checked_members,
    checked_tags,
    checked_text,
)
from shotwright.core.catalog import OUTPUT_FPS, find_endpoint
from shotwright.core.errors import BadRequest, NotFound, ShotwrightError
from shotwright.core.pricing import actual_usd
from shotwright.core.request import parse_request
from shotwright.core.script import shots_of
from shotwright.jobs.boards import BoardShot, BoardStore, NewShot, Project, Take
from shotwright.jobs.rows import NewRequest
from shotwright.jobs.states import State
from shotwright.media.boardbook import BookShot, to_pdf
from shotwright.media.images import thumbnail
from shotwright.media.sheets import frames_of
from shotwright.media.timelines import TimelineShot, to_csv, to_edl, to_otio

if TYPE_CHECKING:
    from shotwright.files.store import FileStore

JSON = dict[str, Any]
NEXT_SHOT = "Based on @Video1, generate the next shot:"
"""How the model's own guide asks for what comes after a clip."""
STILL_AT, STILL_PX = 0.5, 640
"""Which frame of a take is printed, as a share of its length; and how wide at most."""
DEFAULT_ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"
SETTINGS = {"burn_in": bool, "slates": bool, "safe": bool, "ratio": float, "audio_url": str}
"""Settings of a film, and what each is."""
KINDS = {
    "otio": "application/json", "edl": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8", "pdf": "application/pdf",
}  # fmt: skip


def store_of(call: Call) -> BoardStore:
    """The boards of a server."""
    return BoardStore(call.node.pool)


def _id(text: str, what: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound(f"There is no such {what}.") from None


async def project_of(call: Call, project_id: uuid.UUID | None = None) -> Project:
    """The project that a path names; another key's projects do not exist.

    Raises:
        NotFound: It does not exist for this caller.
    """
    found = await store_of(call).project(project_id or _id(call.path["project_id"], "project"))
    if not (call.who.sees_all or found.owner == call.who.id):
        raise NotFound("There is no such project.")
    return found


async def _shot(call: Call) -> tuple[Project, BoardShot]:
    shot = await store_of(call).shot(_id(call.path["shot_id"], "shot"))
    return await project_of(call, shot.project_id), shot


@handler("run")
async def create(call: Call) -> Response:
    """POST /projects {"name", "members"?, "settings"?, "script"?}: a new board, with a shot for each line of a script."""
    body = await said(call)
    name = checked_text(body.get("name"), "name", NAME_MAX, least=1)
    members, settings = checked_members(body.get("members", [])), _checked_settings(body.get("settings", {}))
    new = await asyncio.to_thread(_from_script, body) if body.get("script") else []
    project = await store_of(call).add_project(call.who.id, name, members, settings)
    await store_of(call).add_shots(project.id, new)
    return json_response(await board(call, project))


@handler("read")
async def listing(call: Call) -> Response:
    """GET /projects?limit=: the newest boards."""
    owner = None if call.who.sees_all else call.who.id
    found = await store_of(call).projects(owner, whole_number(call.request, "limit", 50, 1, 500))
    return json_response({"projects": [_facts(project) for project in found]})


@handler("read")
async def show(call: Call) -> Response:
    """GET /projects/{id}: a board with its shots and their takes."""
    return json_response(await board(call, await project_of(call)))


@handler("run")
async def change(call: Call) -> Response:
    """PATCH /projects/{id} {"name"?, "members"?, "settings"?}."""
    body, project = await said(call), await project_of(call)
    if "name" in body:
        project = replace(project, name=checked_text(body["name"], "name", NAME_MAX, least=1))
    if "members" in body:
        project = replace(project, members=checked_members(body["members"]))
    if "settings" in body:
        project = replace(project, settings={**project.settings, **_checked_settings(body["settings"])})
    return json_response(await board(call, await store_of(call).change_project(project)))


@handler("run")
async def remove(call: Call) -> Response:
    """DELETE /projects/{id}: the board goes; its requests stay."""
    await store_of(call).drop_project((await project_of(call)).id)
    return json_response({"deleted": True})


@handler("run")
async def add_shots(call: Call) -> Response:
    """POST /projects/{id}/shots {"prompt" | "arguments" | "script" | "request_id", "endpoint_id"?, "name"?, "note"?, "tags"?}: shots at the end."""
    body, project = await said(call), await project_of(call)
    if body.get("script") is not None:
        new = await asyncio.to_thread(_from_script, body)
    else:
        count = len(await store_of(call).shots(project.id))
        new = [await _new_shot(call, body, str(count + 1))]
    made = await store_of(call).add_shots(project.id, new)
    if body.get("request_id") is not None:
        await store_of(call).add_take(made[0], uuid.UUID(body["request_id"]))
    return json_response(await board(call, project))


def _from_script(body: JSON) -> list[NewShot]:
    script = body.get("script")
    if not isinstance(script, str):
        raise BadRequest("script must be a text with a line for each shot.")
    endpoint = find_endpoint(str(body.get("endpoint_id") or DEFAULT_ENDPOINT)).id
    given = {"duration": str(body["duration"])} if "duration" in body else {}
    return [NewShot(item.name, endpoint, {"prompt": item.prompt, **given}) for item in shots_of(script)]


async def _new_shot(call: Call, body: JSON, name: str) -> NewShot:
    endpoint_id, arguments = str(body.get("endpoint_id") or DEFAULT_ENDPOINT), body.get("arguments")
    if body.get("request_id") is not None:
        row = await call.node.store.get(_id(str(body["request_id"]), "request"))
        if row is None or not call.who.may_see(row) or row.arguments is None:
            raise NotFound("Request not found")
        endpoint_id, arguments = row.endpoint_id, row.arguments
    if arguments is None:
        arguments = {"prompt": checked_text(body.get("prompt"), "prompt", NOTE_MAX, least=1)}
    if not isinstance(arguments, dict):
        raise BadRequest("arguments must be the body of a request.")
    return NewShot(
        checked_text(body.get("name", name), "name", NAME_MAX, least=1), find_endpoint(endpoint_id).id, arguments,
        checked_text(body.get("note", ""), "note", NOTE_MAX), checked_tags(body.get("tags", [])),
    )  # fmt: skip


@handler("run")
async def change_shot(call: Call) -> Response:
    """PATCH /shots/{id} {"name"?, "note"?, "status"?, "tags"?, "is_favourite"?, "prompt"?, "arguments"?, "chosen"?, "before"?}; `before` is a shot, or null for the end."""
    body = await said(call)
    project, shot = await _shot(call)
    if "name" in body:
        shot = replace(shot, name=checked_text(body["name"], "name", NAME_MAX, least=1))
    if "note" in body:
        shot = replace(shot, note=checked_text(body["note"], "note", NOTE_MAX))
    if "tags" in body:
        shot = replace(shot, tags=checked_tags(body["tags"]))
    if "status" in body:
        if body["status"] not in STATUSES:
            raise BadRequest(f"status must be one of: {', '.join(STATUSES)}.")
        shot = replace(shot, status=body["status"])
    if "is_favourite" in body:
        shot = replace(shot, is_favourite=body["is_favourite"] is True)
    if "arguments" in body or "prompt" in body:
        given = body.get("arguments", shot.arguments)
        if not isinstance(given, dict):
            raise BadRequest("arguments must be the body of a request.")
        prompt = {"prompt": checked_text(body["prompt"], "prompt", NOTE_MAX, least=1)} if "prompt" in body else {}
        shot = replace(shot, arguments={**given, **prompt})
    if "chosen" in body:
        shot = replace(shot, chosen=await _checked_take(call, shot, body["chosen"]))
    await store_of(call).change_shot(shot)
    if "before" in body:
        before = body["before"]
        await store_of(call).move(shot, None if before is None else _id(str(before), "shot"))
    return json_response(await board(call, project))


async def _checked_take(call: Call, shot: BoardShot, chosen: object) -> uuid.UUID | None:
    if chosen is None:
        return None
    takes = [take for take in await store_of(call).takes(shot.project_id) if take.shot_id == shot.id]
    if str(chosen) not in {str(take.request.id) for take in takes}:
        raise BadRequest("chosen must be the request of one of this shot's takes.")
    return uuid.UUID(str(chosen))


@handler("run")
async def duplicate(call: Call) -> Response:
    """POST /shots/{id}/duplicate: the same shot once more, right behind it, without takes."""
    project, shot = await _shot(call)
    boards = store_of(call)
    shots = await boards.shots(project.id)
    following = next((item.id for item in shots if item.position > shot.position), None)
    copy = NewShot(f"{shot.name} copy"[:NAME_MAX], shot.endpoint_id, shot.arguments, shot.note, shot.tags)
    (made,) = await boards.add_shots(project.id, [copy])
    await boards.move(made, following)
    return json_response(await board(call, project))


@handler("run")
async def remove_shot(call: Call) -> Response:
    """DELETE /shots/{id}: the shot goes; its requests stay."""
    project, shot = await _shot(call)
    await store_of(call).drop_shot(shot.id)
    return json_response(await board(call, project))


@handler("run")
async def take(call: Call) -> Response:
    """POST /shots/{id}/takes {"engine"?, "seed"?, "passes"?, "follows"?}: render a shot; its members become elements and images. `follows` makes it the next shot after the take before it."""
    body = await said(call)
    project, shot = await _shot(call)
    if body.get("follows") is True:
        shot = await _following(call, project, shot)
    made = await _submitted(call, project, shot, body)
    return json_response({"request_id": str(made)})


async def _following(call: Call, project: Project, shot: BoardShot) -> BoardShot:
    """A shot as the next one after its neighbour: that one's chosen take is its @Video1.

    Raises:
        BadRequest: There is none before it, or that one has no finished take.
    """
    found = await chosen_of(call, project)
    number = next(i for i, (item, _) in enumerate(found) if item.id == shot.id)
    if number == 0:
        raise BadRequest("The first shot of a board follows no other.")
    before, mine = found[number - 1]
    if mine is None:
        raise BadRequest(f"Shot {before.name} has no finished take that this one could follow.")
    clip = shown(mine.request, call.base, call.node.engines)["video_url"]
    endpoint = find_endpoint(shot.endpoint_id.replace("/reference-to-video", "/video-to-video/reference"))
    if endpoint.task != "video_reference":
        raise BadRequest("Only shots of reference-to-video can follow another one.")
    names = {item.name for item in endpoint.fields}
    kept = {name: value for name, value in shot.arguments.items() if name in names}
    prompt = f"{NEXT_SHOT} {kept.get('prompt', '')}"
    return replace(shot, endpoint_id=endpoint.id, arguments={**kept, "prompt": prompt, "video_url": clip})


@handler("run")
async def render(call: Call) -> Response:
    """POST /projects/{id}/render {"engine"?, "passes"?}: a take of every shot that has none."""
    body, project = await said(call), await project_of(call)
    have = {item.shot_id for item in await store_of(call).takes(project.id)}
    made = {}
    for shot in await store_of(call).shots(project.id):
        if shot.id not in have:
            made[str(shot.id)] = str(await _submitted(call, project, shot, body))
    return json_response({"requests": made})


async def _submitted(call: Call, project: Project, shot: BoardShot, body: JSON) -> uuid.UUID:
    arguments = bound(shot.arguments, project.members)
    if body.get("passes") is not None:
        arguments["passes"] = body["passes"]
    parse_request(shot.endpoint_id, arguments)
    engine = wanted(call, body) if "engine" in body else engine_of(call)
    options = base_options(call)
    if body.get("seed") is not None:
        options["seed"] = checked_seed(str(body["seed"]))
    wire = find_endpoint(shot.endpoint_id).wire
    made = await submit(call, NewRequest(shot.endpoint_id, arguments, engine, 0, None, options, wire=wire))
    await store_of(call).add_take(shot, made.row.id)
    return made.row.id


@handler("run")
async def promote(call: Call) -> Response:
    """POST /projects/{id}/promote {"engine", "lock"?, "dry_run"?}: the chosen takes of all approved shots on another engine, for one confirmed price; `dry_run` tells it and sends nothing."""
    body, project = await said(call), await project_of(call)
    engine = wanted(call, body)
    boards = store_of(call)
    chosen = chosen_takes(await boards.shots(project.id), await boards.takes(project.id))
    approved = [(shot, item) for shot, item in chosen if shot.status == "approved" and item is not None]
    if not approved:
        raise BadRequest("No approved shot of this project has a finished take.")
    new = [(shot, *promoted(call, item.request, engine, body)) for shot, item in approved]
    total = Decimal(0)
    for _, request, _ in new:
        endpoint = find_endpoint(request.endpoint_id)
        total += actual_usd(call.node.engines[engine].price, await price_of(call, endpoint, request.arguments))
    if body.get("dry_run") is True:
        return json_response(
            {"shots": [str(shot.id) for shot, _ in approved], "engine": engine, "cost_usd": float(total)}
        )
    check_confirmed(call.request, call.node.settings.confirm_above_usd, total)
    made, failed = {}, {}
    for shot, request, _ in new:
        if not await boards.turn(shot, "approved", "promoted"):
            continue  # another promotion has sent it meanwhile
        try:
            row = (await submit(call, request)).row
        except ShotwrightError as exc:
            await boards.turn(shot, "promoted", "approved")
            failed[str(shot.id)] = exc.message
            break
        await boards.add_take(shot, row.id, is_chosen=True)
        made[str(shot.id)] = str(row.id)
    return json_response({"requests": made, "failed": failed, "cost_usd": float(total)})


def chosen_takes(shots: list[BoardShot], takes: list[Take]) -> list[tuple[BoardShot, Take | None]]:
    """Each shot with the take that the film shows: the chosen one when it is finished, else the newest that is."""
    found = []
    for shot in shots:
        mine_all = [item for item in takes if item.shot_id == shot.id and item.request.state == State.SUCCEEDED]
        done = [item for item in mine_all if "file_id" in (item.request.result or {})]  # a clip may have been deleted
        mine = next((item for item in done if item.request.id == shot.chosen), done[-1] if done else None)
        found.append((shot, mine))
    return found


def _facts(project: Project) -> JSON:
    return {
        "id": str(project.id), "name": project.name, "members": project.members, "settings": project.settings,
        "created_at": project.created_at.isoformat(),
    }  # fmt: skip


async def board(call: Call, project: Project, *, base: str | None = None) -> JSON:
    """A project as clients see it; `base` is the origin of its addresses."""
    boards = store_of(call)
    shots, takes = await boards.shots(project.id), await boards.takes(project.id)
    base = call.base if base is None else base
    return {**_facts(project), "shots": [
        {
            "id": str(shot.id), "name": shot.name, "note": shot.note, "status": shot.status, "tags": shot.tags, "is_favourite": shot.is_favourite,
            "endpoint_id": shot.endpoint_id, "arguments": shot.arguments, "chosen": str(mine.request.id) if mine else None,
            "takes": [{"number": item.number, **shown(item.request, base, call.node.engines)} for item in takes if item.shot_id == shot.id],
        }
        for shot, mine in chosen_takes(shots, takes)
    ]}  # fmt: skip


def _checked_settings(given: object) -> JSON:
    """Settings of a film.

    Raises:
        BadRequest: One is none, or of another kind.
    """
    if not isinstance(given, dict) or not set(given) <= set(SETTINGS):
        raise BadRequest(f"settings are: {', '.join(SETTINGS)}.")
    for name, value in given.items():
        kind = SETTINGS[name]
        is_fit = value is None or (
            isinstance(value, int | float) and not isinstance(value, bool) if kind is float else isinstance(value, kind)
        )
        if not is_fit or (name == "ratio" and value is not None and not 1 <= value <= 4):
            raise BadRequest(f"{name} must be a {kind.__name__}{' from 1 to 4' if name == 'ratio' else ''}, or null.")
    return given


@handler("read")
async def export(call: Call) -> Response:
    """GET /projects/{id}/export/{kind}: the film for other programs: otio, edl (CMX 3600), csv; the board on paper: pdf."""
    kind, project = call.path["kind"], await project_of(call)
    if kind not in KINDS:
        raise NotFound(f"Exports are: {', '.join(KINDS)}.")
    found = [
        (shot, mine) for shot, mine in await chosen_of(call, project) if mine is not None or kind in {"csv", "pdf"}
    ]
    fps = Fraction(OUTPUT_FPS)
    text: str | bytes
    if kind == "csv":
        text = to_csv([_row(shot, mine) for shot, mine in found])
    elif kind == "pdf":
        text = await asyncio.to_thread(paper, call.node.files, project, found)
    else:
        shots = [_timeline_shot(call, shot, mine, fps) for shot, mine in found if mine is not None]
        text = await asyncio.to_thread(to_otio if kind == "otio" else to_edl, project.name, shots, fps)
    name = f'attachment; filename="{file_name(project)}.{kind}"'
    return Response(text, media_type=KINDS[kind], headers={"content-disposition": name})


async def chosen_of(call: Call, project: Project) -> list[tuple[BoardShot, Take | None]]:
    """A project's shots with the takes that the film shows."""
    boards = store_of(call)
    return chosen_takes(await boards.shots(project.id), await boards.takes(project.id))


def file_name(project: Project) -> str:
    """A project's name as a file's."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in project.name)[:40] or "film"


def _row(shot: BoardShot, mine: Take | None) -> JSON:
    plan = (mine.request.plan if mine else None) or {}
    moves = [str(move.get("move", "")).replace("_", " ") for move in plan.get("camera", [])]
    return {
        "shot": shot.name, "status": shot.status, "prompt": shot.arguments.get("prompt", ""), "note": shot.note, "tags": ", ".join(shot.tags),
        "camera": ", ".join(moves), "lens": lens_of(plan), "take": mine.number if mine else "", "engine": mine.request.engine if mine else "",
        "seconds": plan.get("duration_s", ""), "request": str(mine.request.id) if mine else "",
    }  # fmt: skip


def paper(files: FileStore, project: Project, found: list[tuple[BoardShot, Take | None]]) -> bytes:
    """A board as PDF, with a frame of each take; reads clips, so not on the loop."""
    shots = []
    with tempfile.TemporaryDirectory(prefix="shotwright-paper-") as folder:
        for shot, mine in found:
            row = _row(shot, mine)
            facts = [shot.status, f"{row['seconds']:g} s" if row["seconds"] else "", row["camera"], row["lens"]]
            picture = None if mine is None else _still(files, mine, Path(folder) / "clip.mp4")
            shots.append(BookShot(shot.name, " · ".join(fact for fact in facts if fact), row["prompt"], shot.note, picture))  # fmt: skip
    seconds = sum(float(_row(shot, mine)["seconds"] or 0) for shot, mine in found)
    return to_pdf(project.name, f"{len(shots)} shots, {seconds:g} s", shots)


def _still(files: FileStore, mine: Take, path: Path) -> tuple[bytes, int, int]:
    files.fetch((mine.request.result or {})["file_id"], path)
    (frame,) = frames_of(path, (STILL_AT,), STILL_PX)
    return thumbnail(frame, STILL_PX), frame.shape[1], frame.shape[0]


def lens_of(plan: JSON) -> str:
    """The lens of a plan in words, or nothing."""
    lens = (plan.get("look") or {}).get("lens_mm")
    return f"{lens:g} mm" if lens else ""


def _timeline_shot(call: Call, shot: BoardShot, mine: Take, fps: Fraction) -> TimelineShot:
    view, result = shown(mine.request, call.base, call.node.engines), mine.request.result or {}
    frames = round(result.get("frames", 0) / (result.get("fps") or float(fps)) * float(fps))
    return TimelineShot(shot.name, view["video_url"], frames, _row(shot, mine))


def routes() -> list[Route]:
    """The routes of boards."""
    return [
        Route("/projects", listing, methods=["GET"]),
        Route("/projects", create, methods=["POST"]),
        Route("/projects/{project_id}", show, methods=["GET"]),
        Route("/projects/{project_id}", change, methods=["PATCH"]),
        Route("/projects/{project_id}", remove, methods=["DELETE"]),
        Route("/projects/{project_id}/shots", add_shots, methods=["POST"]),
        Route("/projects/{project_id}/render", render, methods=["POST"]),
        Route("/projects/{project_id}/promote", promote, methods=["POST"]),
        Route("/projects/{project_id}/export/{kind}", export, methods=["GET"]),
        Route("/shots/{shot_id}", change_shot, methods=["PATCH"]),
        Route("/shots/{shot_id}", remove_shot, methods=["DELETE"]),
        Route("/shots/{shot_id}/duplicate", duplicate, methods=["POST"]),
        Route("/shots/{shot_id}/takes", take, methods=["POST"]),
    ]
