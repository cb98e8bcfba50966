"""`shotwright eval`: measure a clip against what was asked, from its pixels."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shotwright.cli import inputs as i
from shotwright.cli.main import emit, err
from shotwright.cli.table import table
from shotwright.core.camera import Pose
from shotwright.core.errors import BadRequest
from shotwright.core.prompt import plan_request
from shotwright.core.request import ShotRequest, parse_request
from shotwright.engines.base import output_spec
from shotwright.local import arguments_of, endpoint_named, local_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shotwright.evaluation.case import Case

Clip = Annotated[Path, typer.Argument(help="The clip to measure.")]
Camera = Annotated[
    Path | None, typer.Option("--camera", help="The engine's own camera path (camera.json), if there is one.")
]
Again = Annotated[
    Path | None, typer.Option("--again", help="A second clip of the same request: are they the same bytes?")
]
Report = Annotated[Path | None, typer.Option("--report", help="Write a page with pictures and plots into this folder.")]


def evaluate(
    clip: Clip, endpoint: i.EndpointId, prompt: i.Prompt, *, image: i.Images = None, element: i.Elements = None, video: i.Video = None,
    start: i.Start = None, end: i.End = None, duration: i.Duration = None, aspect_ratio: i.Ratio = None, keep_audio: i.Audio = False,
    camera: Camera = None, again: Again = None, report: Report = None, as_json: i.AsJson = False,
) -> None:  # fmt: skip
    """Measure a clip against its request: frames, camera moves, elements, flicker, contract. Leaves with 1 when a gate fails."""
    from shotwright.evaluation.metrics import evaluate as measure  # heavy, and needed only here
    from shotwright.evaluation.report import Entry, write_report
    from shotwright.evaluation.sample import read_sample

    entry = endpoint_named(endpoint)
    options = i.options_of(
        prompt=prompt, images=image, elements=element, video=video, start=start, end=end, duration=duration, ratio=aspect_ratio,
        keep_audio=keep_audio,
    )  # fmt: skip
    paths: dict[str, Path] = {}

    def place(item: str | Path) -> str:
        address = f"http://localhost/{len(paths)}"
        paths[address] = local_path(str(item))
        return address

    request = parse_request(entry.id, arguments_of(entry, place, **options))
    results, bench = measure(read_sample(local_path(str(clip))), case_of(request, paths, camera=camera, again=again))
    if report is not None:
        page = write_report(report, [Entry(clip.stem, prompt, results, bench)], f"Evaluation of {clip.name}")
        err.print(f"Report: {page}")
    words = {True: "passed", False: "FAILED", None: "reported"}
    if as_json:
        emit([asdict(r) for r in results], as_json=True)
    else:
        table(
            ("", "Metric", "Measured", "Gate", "Result"),
            [(r.metric, r.name, r.value, r.gate, words[r.passed]) for r in results],
        )
    if any(r.passed is False for r in results):
        raise typer.Exit(1)


def case_of(
    request: ShotRequest, paths: Mapping[str, Path], *, camera: Path | None = None, again: Path | None = None
) -> Case:
    """What a request asks of its clip; `paths` holds the files behind its addresses."""
    from shotwright.evaluation.case import Case
    from shotwright.media.images import probe_image
    from shotwright.media.probe import probe_video

    video = paths[request.video_url] if request.video_url else None
    facts = probe_video(video, ("body", "video_url")) if video else None
    first = request.start_image_url
    shape = (facts.width, facts.height) if facts else None
    if shape is None and first:
        found = probe_image(paths[first], ("body", "start_image_url"))
        shape = (found.width, found.height)
    spec = output_spec(request, shape, facts)
    plan = plan_request(request, duration_s=facts.duration_s if facts and request.endpoint.task == "edit" else None)
    images = [url for url in (request.start_image_url, request.end_image_url) if url] or list(request.image_urls)
    pictures: dict[str, tuple[Path, ...]] = {f"@Image{n}": (paths[url],) for n, url in enumerate(images, 1)}
    pictures |= {
        f"@Element{n}": tuple(paths[url] for url in (e.frontal_image_url, *e.reference_image_urls))
        for n, e in enumerate(request.elements, 1)
    }
    return Case(
        plan,
        spec.width,
        spec.height,
        spec.fps,
        spec.frames,
        request.keep_audio and bool(facts and facts.has_audio),
        pictures,
        video,
        _poses(camera),
        again,
    )


def _poses(camera: Path | None) -> tuple[Pose, ...]:
    if camera is None:
        return ()
    try:
        return tuple(Pose(**pose) for pose in json.loads(camera.read_text())["poses"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise BadRequest(f"{camera} is no camera path: it must be the camera.json of a draft.") from exc
