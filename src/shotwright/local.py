"""The Python API: `plan` reads a prompt, `render` makes a clip, in this process and without a server.

The command line and our scripts use it as well. Local files become files of a temporary store, so that a request here takes the
same way as one that came over a wire.

    >>> import shotwright
    >>> shotwright.plan("Slow push in on @Element1 in @Image1", images=1, elements=1).camera[0].move
    'dolly_in'
"""

from __future__ import annotations

import base64
import contextlib
import html
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shotwright.core.catalog import ENDPOINTS, SLUGS, Endpoint, find_endpoint
from shotwright.core.errors import BadRequest, NotFound
from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest
from shotwright.files.store import FileStore, safe_name
from shotwright.jobs.messages import RenderJob
from shotwright.settings import DEFAULT_ENGINE, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from shotwright.core.plan import ShotPlan
    from shotwright.engines.base import Progress

    Picture = str | Path
    """A picture by path, by address or as a data URI."""
    Cast = Picture | Sequence[Picture]
    """An element: its frontal picture, perhaps followed by further views."""

HOST = "local.shotwright"
PREFIX = "fal-ai/kling-video/o1/"
INLINE_BYTES = 8_000_000
"""A notebook shows clips up to this size inside its page."""


@dataclass(frozen=True)
class Clip:
    """A rendered clip. In a notebook it shows itself.

    Attributes:
        path: The MP4.
        plan: What the prompt was taken to mean, as the JSON of `ShotPlan`.
        width: Pixels.
        height: Pixels.
        fps: Frames a second.
        frames: How many.
        seed: What makes the same clip again.
        not_rendered: What the plan asks for and the clip does not show, in sentences.
        metrics: Seconds by stage.
        passes: Files of what was asked for beside the clip, by their names.
    """

    path: Path
    plan: dict[str, Any]
    width: int
    height: int
    fps: float
    frames: int
    seed: int
    not_rendered: tuple[str, ...] = ()
    metrics: dict[str, Any] = field(default_factory=dict)
    passes: dict[str, Path] = field(default_factory=dict)

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return self.frames / self.fps

    def _repr_html_(self) -> str:
        """The clip as a notebook shows it: inside the page when it is small, else by its path."""
        small = self.path.stat().st_size <= INLINE_BYTES
        source = (
            "data:video/mp4;base64," + base64.b64encode(self.path.read_bytes()).decode() if small else str(self.path)
        )
        lacks = "".join(f"<li>{html.escape(text)}</li>" for text in self.not_rendered)
        shown = f'<video controls loop muted width="{min(self.width, 640)}" src="{html.escape(source)}"></video>'
        return shown + (f"<p>Not rendered:</p><ul>{lacks}</ul>" if lacks else "")


def plan(
    prompt: str,
    *,
    endpoint: str | None = None,
    images: int | Sequence[Picture] | None = None,
    elements: int | Sequence[Cast] | None = None,
    video: bool | Picture | None = None,
    duration: float = 5,
) -> ShotPlan:
    """What a prompt means. No media are read.

    Args:
        prompt: With @Image1, @Element1, @Video1 for the media.
        endpoint: An endpoint's id or its last part; by default the one that fits the media.
        images: The reference images, or how many there are; by default as many as the prompt names.
        elements: The elements, or how many there are; by default as many as the prompt names.
        video: The source or reference video, or whether there is one.
        duration: Seconds.

    Raises:
        BadRequest: The prompt is empty, or there is no such endpoint.

    >>> found = plan("The camera orbits 90 degrees around @Element1, then pushes in")
    >>> [(move.move, move.start_s, move.end_s) for move in found.camera]
    [('orbit', 0.0, 2.5), ('dolly_in', 2.5, 5.0)]
    """
    if not prompt.strip():
        raise BadRequest("Prompt must not be empty")
    entry = endpoint_named(endpoint or ("video-to-video/reference" if video else "reference-to-video"))
    return plan_request(imagined(entry, prompt, _count(images), _count(elements), duration))


def render(
    prompt: str,
    *,
    endpoint: str | None = None,
    images: Sequence[Picture] = (),
    elements: Sequence[Cast] = (),
    video: Picture | None = None,
    start: Picture | None = None,
    end: Picture | None = None,
    duration: float | None = None,
    aspect_ratio: str | None = None,
    keep_audio: bool = False,
    plan: ShotPlan | None = None,
    look: str | None = None,
    passes: Sequence[str] = (),
    control: Picture | None = None,
    out: Picture = "output.mp4",
    engine: str = DEFAULT_ENGINE,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Clip:
    """Render a clip in this process.

    Args:
        prompt: With @Image1, @Element1, @Video1 for the media.
        endpoint: An endpoint's id or its last part, such as "standard/video-to-video/edit"; by default the one that fits the media.
        images: Reference images, by path or address.
        elements: Elements: a frontal picture each, or a frontal picture and further views.
        video: The source or reference video.
        start: The first frame, for image-to-video.
        end: The last frame, for image-to-video.
        duration: Seconds, 3 to 10.
        aspect_ratio: 16:9, 9:16, 1:1 or auto.
        keep_audio: Keep the video's sound.
        plan: A plan to carry out instead of reading the prompt.
        look: `playblast`: plain grey shapes on a grid, whatever the words say of style, light and weather.
        passes: What is wanted beside the clip, of `shotwright.core.passes.PASSES`, or "all"; written beside `out`, as `Clip.passes` says.
        control: A video of depth, poses or edges whose geometry the clip is to have, for `diffusion`.
        out: Where to write the clip.
        engine: `draft`, or another engine of `shotwright.wiring.ENGINES` that is free and ready here.
        seed: A number; by default it follows from the request.
        progress: Told of stage and fraction; may raise `Cancelled`.

    Raises:
        ShotwrightError: In the tree of `core.errors`.
    """
    entry = endpoint_named(endpoint or _fitting(video=bool(video), start=bool(start)))
    cast = [[item] if isinstance(item, str | Path) else list(item) for item in elements]
    with local_workspace() as workspace:
        body = arguments_of(
            entry, workspace.place, prompt=prompt, images=images, elements=cast, video=video, start=start, end=end,
            duration=None if duration is None else f"{duration:g}", ratio=aspect_ratio, keep_audio=keep_audio, look=look,
            passes=passes, control=control,
        )  # fmt: skip
        return workspace.render(
            entry, body, Path(out), engine=engine, seed=seed, plan=plan, progress=progress or silent
        )


def _fitting(*, video: bool, start: bool) -> str:
    return "video-to-video/reference" if video else "image-to-video" if start else "reference-to-video"


def _count(media: int | Sequence[object] | None) -> int:
    return -1 if media is None else media if isinstance(media, int) else len(media)


class LocalWorkspace:
    """A temporary store and work folder."""

    def __init__(self, folder: Path) -> None:
        self.workdir = folder / "work"
        self.workdir.mkdir()
        self.store = FileStore(str(folder / "files"))

    def place(self, item: Picture) -> str:
        """An address for a local path; addresses stay.

        Raises:
            BadRequest: There is no such file.
        """
        if is_address(str(item)):
            return str(item)
        path = local_path(str(item))
        record = self.store.put_path(path, safe_name(path.name, None))
        return f"http://{HOST}{record.path}"

    def job(
        self,
        endpoint_id: str,
        arguments: dict[str, Any],
        *,
        engine: str = DEFAULT_ENGINE,
        seed: int | None = None,
        plan: ShotPlan | None = None,
    ) -> RenderJob:
        """A job in this workspace; private addresses are the user's own business here."""
        return RenderJob(
            "local", endpoint_id, arguments, engine, frozenset({HOST}), allow_private_media=True, seed=seed, cache=str(Settings().cache),
            plan=plan,
        )  # fmt: skip

    def render(
        self, entry: Endpoint, body: dict[str, Any], out: Path, *, engine: str, seed: int | None, plan: ShotPlan | None, progress: Progress
    ) -> Clip:  # fmt: skip
        """Carry out a request and keep its clip at `out`."""
        from shotwright import wiring
        from shotwright.jobs.pipeline import run_job  # heavy, and needed only here

        free = [spec.name for spec in wiring.ENGINES if spec.is_free]
        if engine not in free:
            raise BadRequest(
                f'Without a server these engines render: {", ".join(free)}. Start one to render on "{engine}".'
            )
        job = self.job(entry.id, body, engine=engine, seed=seed, plan=plan)
        outcome = run_job(job, wiring.build_engines(), self.store, self.workdir, progress)
        out.parent.mkdir(parents=True, exist_ok=True)
        self._fetch(outcome.result["file_id"], out)
        passes = outcome.result.get("pass_file_ids", {})
        files = {name: self._fetch(file_id, pass_path(out, name)) for name, file_id in passes.items()}
        facts = outcome.result
        return Clip(
            out, outcome.plan, facts["width"], facts["height"], facts["fps"], facts["frames"], facts["seed"],
            tuple(outcome.plan["not_rendered"]), outcome.metrics, files,
        )  # fmt: skip

    def _fetch(self, file_id: str, path: Path) -> Path:
        """Bring a file of the store to a path, whole or not at all."""
        partial = path.with_name(path.name + ".partial")
        self.store.fetch(file_id, partial)
        shutil.move(partial, path)
        return path


def pass_path(clip: Path, name: str) -> Path:
    """Where a pass is written beside its clip: `output-depth.mp4`."""
    return clip.with_name(f"{clip.stem}-{name}")


@contextlib.contextmanager
def local_workspace() -> Iterator[LocalWorkspace]:
    """A workspace that leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="shotwright-") as folder:
        yield LocalWorkspace(Path(folder))


def silent(*_: object, **__: object) -> None:
    """Progress that nobody watches."""


def endpoint_named(text: str) -> Endpoint:
    """An endpoint by its id or by the part after `fal-ai/kling-video/o1/`.

    Raises:
        BadRequest: There is none; the message lists those that exist.
    """
    short = [name for name in ENDPOINTS if name.endswith(f"/{text.strip('/')}") and "/standard/" not in name]
    try:
        return find_endpoint(
            text if text in ENDPOINTS or text in SLUGS else short[0] if len(short) == 1 else PREFIX + text.strip("/")
        )
    except NotFound as exc:
        names = ", ".join(sorted(name.removeprefix(PREFIX) for name in ENDPOINTS))
        raise BadRequest(f'There is no endpoint "{text}". Choose one of: {names}.') from exc


def arguments_of(
    endpoint: Endpoint, place: Callable[[Picture], str], *, prompt: str, images: Sequence[Picture] = (),
    elements: Sequence[Sequence[Picture]] = (), video: Picture | None = None, start: Picture | None = None, end: Picture | None = None,
    duration: str | None = None, ratio: str | None = None, keep_audio: bool = False, plan: dict[str, Any] | None = None,
    look: str | None = None, passes: Sequence[str] = (), control: Picture | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The request body that these media and options describe.

    Args:
        endpoint: Which endpoint; options that it does not know are refused.
        place: Turns a path or an address into an address that the renderer can read.

    Raises:
        BadRequest: The endpoint does not take something of it.
    """
    given: dict[str, Any] = {
        "prompt": prompt,
        "image_urls": [place(item) for item in images] or None,
        "elements": [{"frontal_image_url": place(first), "reference_image_urls": [place(view) for view in views]} for first, *views in elements] or None,
        "video_url": place(video) if video else None, "start_image_url": place(start) if start else None,
        "end_image_url": place(end) if end else None, "duration": duration, "aspect_ratio": ratio, "keep_audio": keep_audio or None,
    }  # fmt: skip
    body = {name: value for name, value in given.items() if value is not None}
    unknown = [name for name in body if endpoint.field_named(name) is None]
    if unknown:
        raise BadRequest(f"{endpoint.id} does not take {', '.join(unknown)}.")
    wanted = "all" if "all" in passes else list(passes) or None
    ours = {"plan": plan, "look": look, "passes": wanted, "control_video_url": place(control) if control else None}
    return body | {name: value for name, value in ours.items() if value is not None}


def is_address(text: str) -> bool:
    """Whether a text is an address rather than a path."""
    return text.startswith(("http://", "https://", "data:"))


def local_path(text: str) -> Path:
    """A path that must exist.

    Raises:
        BadRequest: It does not.
    """
    path = Path(text).expanduser()
    if not path.is_file():
        raise BadRequest(f"There is no file {text}.")
    return path


_MENTIONED = re.compile(r"(?:@|<<<\s*|<)(image|element|i|e)[_ ]?(\d+)", re.IGNORECASE)
_NAMED = re.compile(r"@(?!image|element|video)([A-Za-z][A-Za-z_]*)", re.IGNORECASE)


def imagined(endpoint: Endpoint, prompt: str, images: int, elements: int, duration: float) -> ShotRequest:
    """A request with media that nobody has: `images` and `elements` of them, or as many as the prompt names (-1)."""
    counts = {"i": 0, "e": 0}
    for kind, number in _MENTIONED.findall(prompt):
        counts[kind[0].lower()] = max(counts[kind[0].lower()], int(number[:2]))
    counts["e"] = max(counts["e"], len({name.lower() for name in _NAMED.findall(prompt)}))
    most = endpoint.reference_limit
    shown = min(counts["i"] if images < 0 else images, most)
    cast = min(counts["e"] if elements < 0 else elements, most)
    names = {field.name for field in endpoint.fields}
    return ShotRequest(
        endpoint.id, prompt, duration_s=duration,
        image_urls=("x",) * shown if "image_urls" in names else (), elements=(Element("x"),) * cast if "elements" in names else (),
        video_url="x" if "video_url" in names else None, start_image_url="x" if "start_image_url" in names else None,
        end_image_url="x" if "end_image_url" in names and shown > 1 else None,
    )  # fmt: skip
