"""The contract between the worker and an engine: Shot in, Rendered out, Progress on the way.

What the server knows of an engine before it is made stands in its `EngineSpec` (`engines/spec.py`).
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from shotwright.core.catalog import CANVAS, OUTPUT_FPS
from shotwright.core.errors import ClientCancelled, FeatureNotSupported, SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shotwright.core.catalog import Tier
    from shotwright.core.limits import VideoFacts
    from shotwright.core.plan import ShotPlan
    from shotwright.core.request import ShotRequest
    from shotwright.media.colour import FrameRGB


_REFERENCE = re.compile(r"@(?P<kind>Image|Element)(?P<number>\d+)")


Cancelled = ClientCancelled
"""What `Progress` raises when the client no longer wants the clip."""


@dataclass(frozen=True)
class OutputSpec:
    """The clip to deliver: even pixels, exact rate, exact number of frames."""

    width: int
    height: int
    fps: Fraction
    frames: int

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return float(self.frames / self.fps)


@dataclass(frozen=True)
class ElementMedia:
    """The pictures of an element on disk."""

    frontal: Path
    views: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Shot:
    """What an engine gets: the plan, the media on disk, the clip to deliver."""

    plan: ShotPlan
    output: OutputSpec
    seed: int
    images: tuple[Path, ...] = ()
    elements: tuple[ElementMedia, ...] = ()
    video: Path | None = None
    video_facts: VideoFacts | None = None
    keep_audio: bool = False
    cache: Path | None = None
    passes: tuple[str, ...] = ()  #: What of `core.passes.PASSES` is wanted beside the clip.
    control: Path | None = None  #: A video of depth, poses or edges whose geometry the clip is to have.
    endpoint_id: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)  #: The request as its client sent it.
    sources: Mapping[str, Path] = field(
        default_factory=dict
    )  #: Addresses of the request, and the files they are on disk.
    private_sources: frozenset[str] = frozenset()  #: Those of them that nobody else can read.
    request_id: str = ""
    notes: Mapping[str, Any] = field(
        default_factory=dict
    )  #: What earlier attempts of this request left with `Progress`.

    @property
    def audio(self) -> Path | None:
        """The clip whose sound is kept, when it is asked for and there is one."""
        return self.video if self.keep_audio and self.video_facts and self.video_facts.has_audio else None

    def image(self, ref: str | None) -> Path | None:
        """The file behind `@Image2` or the frontal picture behind `@Element1`; None when there is none."""
        match = _REFERENCE.fullmatch(ref or "")
        if match is None:
            return None
        pictures = self.images if match["kind"] == "Image" else tuple(element.frontal for element in self.elements)
        index = int(match["number"]) - 1
        return pictures[index] if 0 <= index < len(pictures) else None

    def views(self, ref: str) -> tuple[Path, ...]:
        """Frontal picture and further views of an element, or the one picture of an image reference."""
        first = self.image(ref)
        if first is None:
            return ()
        if ref.startswith("@Element"):
            return (first, *self.elements[int(ref.removeprefix("@Element")) - 1].views)
        return (first,)


class Progress(Protocol):
    """How an engine reports and learns of a cancel. Called at least once per frame."""

    def __call__(
        self,
        stage: str,
        fraction: float,
        message: str | None = None,
        *,
        preview: FrameRGB | None = None,
        note: dict[str, Any] | None = None,
    ) -> None:
        """Report `fraction` (0..1) of the whole render.

        Args:
            stage: What is being done.
            fraction: How much of the whole is done.
            message: A line of the request's log.
            preview: A small picture of the clip.
            note: Kept with the request before this returns, for a later attempt: `Shot.notes`.

        Raises:
            Cancelled: Stop now, clean up and let it through.
        """
        ...


@dataclass(frozen=True)
class Rendered:
    """What an engine delivers.

    Attributes:
        path: The clip.
        not_rendered: What the plan asked for and the clip does not show.
        camera_path: The true camera path as JSON, where the engine knows it.
        metrics: Seconds by stage.
        trajectory: The same path in the text form of CameraCtrl.
        passes: Files of what `Shot.passes` asks for, by their names.
    """

    path: Path
    not_rendered: tuple[str, ...] = ()
    camera_path: Path | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    trajectory: Path | None = None
    passes: Mapping[str, Path] = field(default_factory=dict)


class Engine(Protocol):
    """Renders shots."""

    name: str

    def render(self, shot: Shot, workdir: Path, progress: Progress) -> Rendered:
        """Render a shot into `workdir`.

        Raises:
            ModelError: The input cannot be rendered.
            Cancelled: `progress` said so.
        """
        ...


class Lazy:
    """An engine that is made at its first use: one that takes seconds to import holds up no other."""

    def __init__(self, name: str, make: Callable[[], Engine]) -> None:
        self.name, self._make = name, make
        self._made: Engine | None = None

    def _engine(self) -> Engine:
        if self._made is None:
            try:
                self._made = self._make()
            except SetupError as exc:
                raise FeatureNotSupported(exc.message) from exc
        return self._made

    def render(self, shot: Shot, workdir: Path, progress: Progress) -> Rendered:
        """Have the engine render."""
        return self._engine().render(shot, workdir, progress)


TICK_S = 0.2


def wait(seconds: float, progress: Progress, stage: str, fraction: float) -> None:
    """Wait for somebody else, and see a cancel on the way.

    Raises:
        Cancelled: `progress` said so.
    """
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        progress(stage, fraction)
        time.sleep(min(TICK_S, left))


RATIOS = {"16:9": 16 / 9, "9:16": 9 / 16, "1:1": 1.0}
EDIT_MAX_PIXELS = {"standard": 1280 * 720, "pro": 1920 * 1080}


def nearest_ratio(width: int, height: int) -> str:
    """The aspect ratio of the documents that is nearest to a displayed shape. Source: kling-o1 b.7."""
    shape = width / height
    return min(RATIOS, key=lambda name: max(shape / RATIOS[name], RATIOS[name] / shape))


def output_spec(request: ShotRequest, shape: tuple[int, int] | None, facts: VideoFacts | None) -> OutputSpec:
    """Size, rate and length of the clip that a request asks for.

    Args:
        request: The request.
        shape: Displayed (width, height) of what decides `auto`: the source video, else the start frame.
        facts: Facts of the source video; an edit keeps its shape, its rate and its number of frames.
    """
    tier: Tier = request.endpoint.tier
    if request.endpoint.task == "edit" and facts is not None:
        width, height = _capped(facts.width, facts.height, EDIT_MAX_PIXELS[tier])
        return OutputSpec(width, height, Fraction(facts.fps).limit_denominator(1001), facts.frames)
    ratio = request.aspect_ratio
    if ratio == "auto":
        ratio = nearest_ratio(*shape) if shape else "16:9"
    width, height = CANVAS[tier][ratio]
    return OutputSpec(width, height, Fraction(OUTPUT_FPS), round(OUTPUT_FPS * request.duration_s))


def _capped(width: int, height: int, max_pixels: int) -> tuple[int, int]:
    scale = min(1.0, (max_pixels / (width * height)) ** 0.5)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
