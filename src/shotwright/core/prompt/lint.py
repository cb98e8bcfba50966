"""What a director should hear about a plan before it is rendered: each warning with a hint.

The same warnings stand in the plan, in the request's log and in `shotwright validate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.moves import MOVES
from shotwright.core.plan import Warn
from shotwright.core.prompt.edits import parse_edits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shotwright.core.plan import CameraMove, ShotPlan
    from shotwright.core.prompt.lexer import Token

SHORTEST_MOVE_S = 0.6
"""A move that is shorter cannot be read by a viewer."""
NEIGHBOURS = 4
"""How many moves after one are looked at: moves that run at once stand side by side."""
EDITING = frozenset({"replace", "remove", "recolour", "background"})


def lint(plan: ShotPlan, tokens: list[Token], spoken_moves: tuple[CameraMove, ...]) -> tuple[Warn, ...]:
    """Warnings about a plan; `spoken_moves` are the moves of the prompt, also where the task has none."""
    found = [*_short_moves(plan), *_contradictions(plan), *_roles(plan)]
    if plan.task in {"reference_to_video", "first_last_frame"}:
        found += _edits_elsewhere(tokens)
    if plan.task == "edit" and spoken_moves:
        names = ", ".join(dict.fromkeys(move.move.replace("_", " ") for move in spoken_moves))
        text = f"An edit keeps the camera of its video, so {names} is not carried out. Use video-to-video/reference for a new camera."
        found.append(Warn("camera_in_edit", text, span=spoken_moves[0].span))
    return tuple(found)


def _short_moves(plan: ShotPlan) -> Iterator[Warn]:
    short = [move for move in plan.camera if 0 < move.end_s - move.start_s < SHORTEST_MOVE_S]
    if short:
        needed = round(SHORTEST_MOVE_S * len({move.start_s for move in plan.camera}) + 0.5)
        text = (
            f"{len(plan.camera)} camera moves do not fit into {plan.duration_s:g} seconds. "
            f"Ask for at least {min(max(needed, 3), 10)} seconds, or for fewer moves."
        )
        yield Warn("moves_do_not_fit", text, span=short[0].span)


def _contradictions(plan: ShotPlan) -> Iterator[Warn]:
    for i, move in enumerate(plan.camera):
        for other in plan.camera[i + 1 : i + 1 + NEIGHBOURS]:
            at_once = move.start_s < other.end_s and other.start_s < move.end_s
            if at_once and (MOVES[move.move].opposite == other.move or _is_still_and_moving(move, other)):
                text = (
                    f"{move.move.replace('_', ' ')} and {other.move.replace('_', ' ')} happen at the same time and cancel each other. "
                    "Say which comes first, with then."
                )
                yield Warn("contradictory_moves", text, span=other.span)


def _is_still_and_moving(one: CameraMove, two: CameraMove) -> bool:
    is_overlaid = MOVES[one.move].is_overlay or MOVES[two.move].is_overlay
    return "static" in {one.move, two.move} and one.move != two.move and not is_overlaid


def _roles(plan: ShotPlan) -> Iterator[Warn]:
    frames = {plan.start_frame: "the start frame", plan.end_frame: "the end frame"}
    for ref in (*plan.style_refs, plan.place_ref, *plan.pictured()):
        if ref in frames and ref is not None:
            yield Warn(
                "contradictory_roles",
                f"{ref} is {frames[ref]} and something else as well; it is used as {frames[ref]}.",
                ref,
            )


def _edits_elsewhere(tokens: list[Token]) -> Iterator[Warn]:
    edit = next((edit for edit in parse_edits(tokens).edits if edit.op in EDITING and edit.span), None)
    if edit is not None:
        text = "This reads like a change to an existing video. To edit one, send it to video-to-video/edit."
        yield Warn("edit_without_video", text, span=edit.span)
