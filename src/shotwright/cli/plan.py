"""`shotwright plan`, `validate` and `estimate`: what a request means, whether it is valid, what it would cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.markup import escape

from shotwright.cli import inputs as i
from shotwright.cli.main import emit, err
from shotwright.core.errors import ModelError
from shotwright.core.plan import Action, Entity, Path, ShotPlan, Span
from shotwright.core.plan_json import to_json
from shotwright.core.pricing import estimate as price_of
from shotwright.core.request import parse_request
from shotwright.engines.draft.spec import SPEC as DRAFT
from shotwright.local import arguments_of, endpoint_named, local_workspace, silent
from shotwright.local import plan as plan_of


def plan(
    what: Annotated[str, typer.Argument(metavar="PROMPT", help="The prompt; with --prompt, the endpoint.")],
    *,
    prompt: Annotated[
        str | None, typer.Option("--prompt", "-p", help="The prompt, when the endpoint stands first.")
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", help="An endpoint; by default the one that fits the media.")
    ] = None,
    images: Annotated[
        int,
        typer.Option(
            help="How many reference images there are; by default as many as the prompt names.", min=-1, max=7
        ),
    ] = -1,
    elements: Annotated[
        int, typer.Option(help="How many elements there are; by default as many as the prompt names.", min=-1, max=7)
    ] = -1,
    video: Annotated[bool, typer.Option("--video", help="There is a reference video.")] = False,
    duration: i.Duration = None,
    as_json: i.AsJson = False,
) -> None:
    """Show the shot plan that a prompt becomes, and which words caused what. No media are needed."""
    text, name = (what, endpoint) if prompt is None else (prompt, what)
    found = plan_of(text, endpoint=name, images=images, elements=elements, video=video, duration=float(duration or 5))
    found = replace(found, not_rendered=tuple(DRAFT.foresee(found)))
    emit(to_json(found), as_json=as_json, text=plan_text(found, text))


def plan_text(found: ShotPlan, prompt: str) -> str:
    """A plan to read: a line per thing, times in front, the words that caused it behind."""

    def words(span: Span | None) -> str:
        return f'   "{prompt[span[0] : span[1]]}"' if span else ""

    lines = [f"{found.task.replace('_', ' ')}, {found.duration_s:g} s"]
    lines += [
        f"  {name:<13}{value}{words(found.spans.get(key))}"
        for name, key, value in (
            ("start frame", "start_frame", found.start_frame), ("end frame", "end_frame", found.end_frame),
            ("place", "place_ref", found.place_ref), ("style", "", ", ".join(found.style_refs)),
            ("continuation", "continuation", (found.continuation or "").replace("_", " ")),
        )
        if value
    ]  # fmt: skip
    lines += [
        f"  keep         {item.replace('_', ' ')}{words(found.spans.get(f'preserve.{item}'))}"
        for item in found.preserve
    ]
    lines += [
        f"  {f.start_s:5.2f} s      {' '.join(part for part in ('cut to' if f.cut else '', f.size, f.angle) if part).replace('_', ' ')}{words(f.span)}"
        for f in found.shots
    ]
    for move in found.camera:
        parts = [
            move.move,
            f"{move.degrees:g}°" if move.degrees else "",
            move.speed or "",
            f"→ {_called(found, move.target)}" if move.target else "",
            move.end_view or "",
        ]
        lines.append(
            f"  {move.start_s:5.2f}-{move.end_s:.2f} s {' '.join(part for part in parts if part)}{words(move.span)}"
        )
    lines += _scene_lines(found, words)
    for edit in found.edits:
        what = [
            edit.op,
            edit.target or edit.what or "",
            f"→ {edit.with_ref or edit.to}" if edit.with_ref or edit.to else "",
        ]
        lines.append(f"  edit         {' '.join(part for part in what if part)}{words(edit.span)}")
    look = {name: value for name, value in vars(found.look).items() if value}
    if look:
        lines.append("  look         " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in look.items()))
    lines += [f'  not read     "{prompt[item.span[0] : item.span[1]]}": {item.why}' for item in found.unread]
    lines += [f"  warning      {warning.text}" for warning in found.warnings]
    lines += [f"  not drawn    {text}" for text in found.not_rendered]
    return "\n".join(lines)


def _scene_lines(found: ShotPlan, words: Callable[[Span | None], str]) -> list[str]:
    """Who and what is there, how it stands, what it does, where."""
    lines = [
        f"  {entity.appears_s:5.2f} s      {_entity_text(entity)}{words(entity.span)}" for entity in found.entities
    ]
    for relation in found.relations:
        pair = f"{_called(found, relation.of)} {relation.relation.replace('_', ' ')} {_called(found, relation.to)}"
        lines.append(f"               {pair}{words(relation.span)}")
    lines += [
        f"  {action.start_s:5.2f}-{action.end_s:.2f} s {_action_text(found, action)}{words(action.span)}"
        for action in found.actions
    ]
    if found.setting.places or found.setting.attributes:
        lines.append(
            f"  setting      {', '.join((*found.setting.places, *found.setting.attributes))}{words(found.setting.span)}"
        )
    for effect in found.effects:
        where = "" if effect.where == "scene" else f" {_called(found, effect.where)}"
        lines.append(f"  effect       {effect.kind.replace('_', ' ')}{where}{words(effect.span)}")
    return lines


def _called(plan: ShotPlan, name: str) -> str:
    """An entity by its picture or its noun; anything else as it is."""
    entity = plan.entity(name)
    return (entity.ref or entity.noun) if entity else name


def _entity_text(entity: Entity) -> str:
    count = f"{entity.count} x" if entity.count > 1 else ""
    parts = [entity.ref or "", entity.role or "", count, *entity.attributes, entity.noun, entity.placement or ""]
    return " ".join(part for part in parts if part)


def _action_text(plan: ShotPlan, action: Action) -> str:
    done_to = f" {_called(plan, action.object)}" if action.object else ""
    way = _way_text(plan, action.path) if action.path else ""
    return f"{_called(plan, action.who)}: {action.verb}{done_to}{way}" + (
        f" [{action.motion}]" if action.motion else ""
    )


def _way_text(plan: ShotPlan, path: Path) -> str:
    named = {"from": path.start, "to": path.end, "along": path.along, "around": path.around, "over": path.over}
    return "".join(f" {word} {_called(plan, name)}" for word, name in named.items() if name)


def validate(
    endpoint: i.EndpointId, prompt: i.Prompt, *, image: i.Images = None, element: i.Elements = None, video: i.Video = None,
    start: i.Start = None, end: i.End = None, duration: i.Duration = None, aspect_ratio: i.Ratio = None, keep_audio: i.Audio = False,
    plan: i.PlanFile = None, as_json: i.AsJson = False,
) -> None:  # fmt: skip
    """Check a request and its media against every limit, without rendering. Exit code 3 when something is wrong."""
    from shotwright.jobs.pipeline import prepare_shot  # heavy, and needed only here

    entry = endpoint_named(endpoint)
    options = i.options_of(
        prompt=prompt, images=image, elements=element, video=video, start=start, end=end, duration=duration, ratio=aspect_ratio,
        keep_audio=keep_audio, plan=plan,
    )  # fmt: skip
    with local_workspace() as workspace:
        body = arguments_of(entry, workspace.place, **options)
        try:
            request = parse_request(entry.id, body)
            shot = prepare_shot(workspace.job(entry.id, body), request, workspace.store, workspace.workdir, silent)
        except ModelError as exc:
            _report_invalid(exc, as_json=as_json)
            raise typer.Exit(exc.exit_code) from exc
    out = shot.output
    shape = {"width": out.width, "height": out.height, "fps": float(out.fps), "frames": out.frames}
    warnings = [warning.text for warning in shot.plan.warnings]
    warnings += [f"Not in a draft: {text}." for text in DRAFT.foresee(shot.plan)]
    text = "\n".join(
        [f"Valid. The clip will be {out.width}x{out.height}, {out.frames} frames at {float(out.fps):g} fps.", *warnings]
    )
    emit({"valid": True, "output": shape, "warnings": warnings}, as_json=as_json, text=text)


def _report_invalid(exc: ModelError, *, as_json: bool) -> None:
    if as_json:
        emit({"valid": False, "errors": exc.items()}, as_json=True)
        return
    for item in exc.items():
        where = ".".join(str(part) for part in item["loc"][1:]) or "body"
        err.print(f"[bold red]{where}[/]  {escape(item['msg'])}", soft_wrap=True)


def estimate(
    endpoint: i.EndpointId,
    seconds: Annotated[
        float, typer.Argument(min=0.1, max=60, help="Seconds of output; of an edit, the length of its video.")
    ] = 5.0,
    *,
    as_json: i.AsJson = False,
) -> None:
    """What a clip costs on the paid service. A draft is free."""
    found = price_of(endpoint_named(endpoint), seconds)
    data: dict[str, Any] = {
        "draft_usd": 0.0,
        "upstream_usd": float(found.usd),
        "kling_units": float(found.units),
        "seconds": found.seconds,
        "rule": found.rule,
    }
    emit(data, as_json=as_json, text=f"draft $0.00 · Kling O1 ${found.usd:.3f}  ({found.rule})")
