"""One request from its arguments to a file in the store. Runs in a child process; synchronous, cancellable, pure of wires.

arguments → ShotRequest → media on disk → limits → ShotPlan → engine → file store
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shotwright.core.errors import (
    BadRequest,
    FeatureNotSupported,
    FileDownloadError,
    Forbidden,
    Gone,
    InputErrors,
    ModelError,
    NotFound,
    VideoTooLong,
)
from shotwright.core.limits import ImageLimits, VideoFacts, VideoLimits, check_image, check_video, too_large
from shotwright.core.passes import FILES
from shotwright.core.plan_json import to_json
from shotwright.core.request import ShotRequest, parse_request
from shotwright.engines.base import ElementMedia, Shot, output_spec
from shotwright.jobs.messages import Outcome, RenderJob
from shotwright.jobs.mischief import after_render, before_render
from shotwright.jobs.own import own_file
from shotwright.jobs.reader import read
from shotwright.jobs.recipe import recipe_of
from shotwright.media.address import BadAddress, parse_address
from shotwright.media.fetch import FetchPolicy, fetch
from shotwright.media.guard import is_public_address
from shotwright.media.images import probe_image
from shotwright.media.probe import probe_video
from shotwright.media.recipe import append_recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shotwright.core.errors import Loc
    from shotwright.core.plan import ShotPlan
    from shotwright.engines.base import Engine, Progress, Rendered
    from shotwright.files.store import FileStore

MEDIA_SHARE = 0.05
AGREED_S = 0.05
CONTROL_LIMITS = VideoLimits()


@dataclass
class _Media:
    """Files on disk, by what they are in the request."""

    images: list[Path] = field(default_factory=list)
    elements: list[ElementMedia] = field(default_factory=list)
    video: Path | None = None
    video_facts: VideoFacts | None = None
    control: Path | None = None
    shape: tuple[int, int] | None = None
    sources: dict[str, Path] = field(default_factory=dict)


def run_job(
    job: RenderJob, engines: Mapping[str, Engine], store: FileStore, workdir: Path, progress: Progress
) -> Outcome:
    """Carry out a request.

    Raises:
        ShotwrightError: In the tree of `core.errors`; nothing else for any input.
    """
    request = parse_request(job.endpoint_id, job.arguments, seed=job.seed)
    engine = engines.get(job.engine)
    if engine is None:
        raise FeatureNotSupported(f'The engine "{job.engine}" cannot render {request.endpoint_id}.')
    shot = prepare_shot(job, request, store, workdir, progress)
    before_render(job.fault, job.notes, progress)
    rendered = engine.render(shot, workdir, progress)
    if job.with_recipe:
        append_recipe(rendered.path, recipe_of(job.endpoint_id, job.arguments, job.engine, shot.seed))
    return _keep(job, shot, rendered, store)


def prepare_shot(job: RenderJob, request: ShotRequest, store: FileStore, workdir: Path, progress: Progress) -> Shot:
    """Fetch and check a request's media, and plan the shot.

    Raises:
        ModelError: Media that cannot be had or break the limits; all errors at once.
    """
    progress("fetch", 0.0, "Fetching the media")
    media = _Collector(job, request, store, workdir, progress).collect()
    _check_agreed(job, media.video_facts)
    duration_s = media.video_facts.duration_s if request.endpoint.task == "edit" and media.video_facts else None
    plan, remark = job.plan, ""
    if plan is None:
        cache = Path(job.cache) if job.cache else None
        plan, remark = read(request, job.reader, cache, duration_s, lambda: progress("plan", MEDIA_SHARE))
    if plan.task != request.endpoint.task:
        raise BadRequest(f"The plan is one for {plan.task}, and {request.endpoint_id} renders {request.endpoint.task}.")
    for text in (
        *([remark] if remark else []),
        *(warning.text for warning in plan.warnings),
        *_unread(plan, request.prompt),
    ):
        progress("plan", MEDIA_SHARE, text)
    spec = output_spec(request, media.shape, media.video_facts)
    return Shot(
        plan, spec, request.derived_seed(), tuple(media.images), tuple(media.elements), media.video, media.video_facts,
        request.keep_audio, Path(job.cache) if job.cache else None, request.passes, media.control, request.endpoint_id, job.arguments, media.sources,
        frozenset(url for url in media.sources if _is_private(url, job)), job.request_id, job.notes,
    )  # fmt: skip


def _unread(plan: ShotPlan, prompt: str) -> list[str]:
    """A line for the words of the prompt that became no part of the plan."""
    words = [prompt[item.span[0] : item.span[1]] for item in plan.unread]
    return [f"Not read: {', '.join(words)}."] if words else []


def _check_agreed(job: RenderJob, facts: VideoFacts | None) -> None:
    """What a paid engine would be asked for is no longer than what its price was agreed for.

    Raises:
        VideoTooLong: Another video is at the address by now.
    """
    if job.agreed_s is not None and facts is not None and facts.duration_s > job.agreed_s + AGREED_S:
        text = f"The video has {facts.duration_s:.2f} s now, and the price was agreed for {job.agreed_s:.2f} s. Submit the request again."
        raise VideoTooLong(
            text, loc=("body", "video_url"), ctx={"max_duration": job.agreed_s, "provided_duration": facts.duration_s}
        )


def _keep(job: RenderJob, shot: Shot, rendered: Rendered, store: FileStore) -> Outcome:
    """Put the clip into the store and describe it."""
    facts = probe_video(rendered.path)
    after_render(job.fault, rendered.path)
    kept: dict[str, Any] = {"expires_s": job.expires_s, "access": job.access, "request_id": job.request_id}
    record = store.put_path(rendered.path, "output.mp4", **kept)
    lacking = [
        f"the pass {name}: none is made of this clip"
        for name in shot.passes
        if not {*FILES[name]} <= rendered.passes.keys()
    ]
    not_rendered = [*rendered.not_rendered, *lacking]
    plan = to_json(shot.plan) | {"not_rendered": not_rendered}
    result: dict[str, Any] = {
        "file_id": record.id, "file_name": record.name, "content_type": record.content_type, "file_size": record.size_bytes,
        "width": facts.width, "height": facts.height, "fps": round(facts.fps, 4), "frames": facts.frames, "seed": shot.seed,
    }  # fmt: skip
    if rendered.camera_path is not None:
        camera = store.put_path(rendered.camera_path, "camera.json", **kept)
        result["camera_file_id"] = camera.id
    if rendered.trajectory is not None:
        text = store.put_path(rendered.trajectory, "camera.txt", **kept)
        result["trajectory_file_id"] = text.id
    if rendered.passes:
        files = {name: store.put_path(path, name, **kept) for name, path in rendered.passes.items()}
        result["pass_file_ids"] = {name: record.id for name, record in files.items()}
    logs = tuple(("WARN", f"Not rendered: {text}.") for text in not_rendered)
    return Outcome(plan, result, rendered.metrics, shot.output.duration_s, logs)


class _Collector:
    """Brings a request's media to disk and checks them; all errors at once."""

    def __init__(
        self, job: RenderJob, request: ShotRequest, store: FileStore, workdir: Path, progress: Progress
    ) -> None:
        self._job, self._request, self._store, self._workdir = job, request, store, workdir
        self._progress = progress
        self._errors: list[ModelError] = []
        self._count = 0
        self._sources: dict[str, Path] = {}

    def collect(self) -> _Media:
        """All media of the request.

        Raises:
            ModelError: One error, or `InputErrors` with all of them.
        """
        request, media = self._request, _Media()
        endpoint = request.endpoint
        if request.video_url:
            media.video, media.video_facts = self._video(request.video_url, endpoint.video_limits)
        if request.control_video_url:
            media.control = self._control(request.control_video_url)
        for name in ("start_image_url", "end_image_url"):
            url = getattr(request, name)
            if url:
                path, shape = self._image(url, endpoint.image_limits, ("body", name))
                media.images.append(path)
                media.shape = media.shape or shape
        for index, url in enumerate(request.image_urls):
            media.images.append(self._image(url, endpoint.image_limits, ("body", "image_urls", index))[0])
        for index, element in enumerate(request.elements):
            loc: Loc = ("body", "elements", index)
            front = self._image(element.frontal_image_url, endpoint.image_limits, (*loc, "frontal_image_url"))[0]
            views = [
                self._image(url, endpoint.image_limits, (*loc, "reference_image_urls", number))[0]
                for number, url in enumerate(element.reference_image_urls)
            ]
            media.elements.append(ElementMedia(front, tuple(views)))
        if self._errors:
            raise self._errors[0] if len(self._errors) == 1 else InputErrors(self._errors)
        if media.video_facts:
            media.shape = (media.video_facts.width, media.video_facts.height)
        media.sources = self._sources
        return media

    def _video(self, url: str, limits: VideoLimits) -> tuple[Path, VideoFacts | None]:
        loc: Loc = ("body", "video_url")
        path = self._path()
        try:
            self._get(url, path, limits.max_bytes, limits.timeout_s, loc)
            facts = probe_video(path, loc)
            self._errors += check_video(facts, limits, loc)
        except ModelError as exc:
            self._errors.append(exc)
            return path, None
        return path, facts

    def _control(self, url: str) -> Path:
        loc: Loc = ("body", "control_video_url")
        path = self._path()
        try:
            self._get(url, path, CONTROL_LIMITS.max_bytes, CONTROL_LIMITS.timeout_s, loc)
            probe_video(path, loc)
        except ModelError as exc:
            self._errors.append(exc)
        return path

    def _image(self, url: str, limits: ImageLimits, loc: Loc) -> tuple[Path, tuple[int, int] | None]:
        path = self._path()
        try:
            self._get(url, path, limits.max_bytes, limits.timeout_s, loc)
            facts = probe_image(path, loc)
            self._errors += check_image(facts, limits, loc)
            if facts.has_alpha and "elements" not in loc:
                name = "".join(f"[{part}]" if isinstance(part, int) else part for part in loc[1:])
                self._progress(
                    "fetch", MEDIA_SHARE, f"{name} is transparent in places; where it fills the frame they are grey."
                )
        except ModelError as exc:
            self._errors.append(exc)
            return path, None
        return path, (facts.width, facts.height)

    def _path(self) -> Path:
        self._count += 1
        self._progress("fetch", min(MEDIA_SHARE, 0.005 * self._count))
        return self._workdir / f"input-{self._count}"

    def _get(self, url: str, path: Path, max_bytes: int, timeout_s: float, loc: Loc) -> None:
        policy = FetchPolicy(max_bytes, timeout_s, self._job.allow_private_media)
        bring(url, path, policy, loc, self._store, own_hosts=self._job.own_hosts)
        self._sources[url] = path


def bring(url: str, path: Path, policy: FetchPolicy, loc: Loc, store: FileStore, *, own_hosts: frozenset[str]) -> None:
    """Put what an address names into a file: from our own store without network, else by guarded download.

    Raises:
        FileDownloadError: It cannot be had, or is too large.
    """
    own = own_file(url, own_hosts)
    if own is None:
        fetch(url, path, policy, loc)
        return
    try:
        record = store.find(own)
    except (NotFound, Gone, Forbidden) as exc:
        raise FileDownloadError(exc.message, loc=loc) from exc
    if record.size_bytes > policy.max_bytes:
        raise too_large(record.size_bytes, policy.max_bytes, loc)
    store.fetch(own, path)


def _is_private(url: str, job: RenderJob) -> bool:
    """Whether an address means something to this server only: its own files, inline media, names and numbers of private networks."""
    if url[:5].lower() == "data:" or own_file(url, job.own_hosts) is not None:
        return True
    try:
        host = parse_address(url).host.rstrip(".")
    except BadAddress:
        return True
    try:
        return not is_public_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))
