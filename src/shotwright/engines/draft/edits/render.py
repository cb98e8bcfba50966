"""Renders an edit: every frame of the source, changed where the plan says so."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from shotwright.engines.analysis.edit_source import EditSource
from shotwright.engines.base import Rendered
from shotwright.engines.deliver import write_clip
from shotwright.engines.draft.edits.operations import BUILDERS, built
from shotwright.media.decode import decode_frames

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shotwright.core.plan import Edit
    from shotwright.engines.analysis.cache import Cache
    from shotwright.engines.base import Progress, Shot
    from shotwright.media.colour import FrameYUV

ANALYSED, PREPARED = 0.25, 0.3


def render_edit(shot: Shot, workdir: Path, cache: Cache, progress: Progress) -> Rendered:
    """Render an edit into `workdir / "output.mp4"`; frames stream, the clip is never held."""
    facts, video = shot.video_facts, shot.video
    assert facts is not None  # noqa: S101  (the endpoint requires a video)
    assert video is not None  # noqa: S101
    progress("analyse", 0.01, "Finding camera path, cuts and subject")

    def tick(index: int) -> None:
        progress("analyse", 0.01 + (ANALYSED - 0.01) * min(1.0, index / max(1, facts.frames)))

    source = EditSource.of(shot, cache, tick)
    order = list(BUILDERS)
    wanted = [edit for edit in shot.plan.edits if not _is_in_new_place(edit, shot.plan.edits)]
    changes = [change for edit in sorted(wanted, key=lambda e: order.index(e.op)) for change in built(edit, source)]
    if not shot.plan.edits:
        source.not_rendered.append("the prompt names no change that could be understood; the clip is unchanged")
    progress("render", PREPARED, f"Rendering {facts.frames} frames at {shot.output.width}x{shot.output.height}")

    def frames() -> Iterator[FrameYUV]:
        for index, frame in enumerate(decode_frames(video, shot.output.width, shot.output.height)):
            for change in changes:
                frame = change(frame, index)
            yield frame

    path = workdir / "output.mp4"
    whole = replace(shot, output=replace(shot.output, fps=Fraction(shot.output.fps)))
    count = write_clip(path, frames(), whole, progress, first=PREPARED)
    return Rendered(path, tuple(dict.fromkeys(source.not_rendered)), None, {"frames": count})


def _is_in_new_place(edit: Edit, edits: tuple[Edit, ...]) -> bool:
    """Whether a time of day or a weather is said of the new place: "a beach at sunset" is painted at sunset."""
    places = [other.to or "" for other in edits if other.op == "background"]
    return edit.op == "time_of_day" and any((edit.to or "-").replace("_", " ") in place for place in places)
