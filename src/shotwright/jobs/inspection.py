"""Looks at one picture or clip in a process of its own: `python -m shotwright.jobs.inspection`, a JSON object in, one out.

The API asks before a request is made; a file that crashes a decoder ends this process and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shotwright.core.catalog import find_endpoint
from shotwright.core.errors import ModelError, RateLimited, VideoLoadError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

JSON = dict[str, Any]
THUMBNAIL_PX = 320
LOC = ("body", "url")
PATIENCE_S = 50.0
AT_ONCE, QUEUE_MAX = 2, 24
MEMORY_BYTES = 4 << 30


@dataclass(frozen=True)
class MediaInspection:
    """What to look at: an address for a field of `kind` (image or video) of an endpoint."""

    endpoint_id: str
    url: str
    kind: str
    files_url: str
    own_hosts: list[str]
    allow_private_media: bool
    workdir: str | None = None


class _Slots:
    """`AT_ONCE` are served, `QUEUE_MAX` more may wait."""

    def __init__(self) -> None:
        self._free, self._inside = asyncio.Semaphore(AT_ONCE), 0

    @contextlib.asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        if self._inside >= AT_ONCE + QUEUE_MAX:
            raise RateLimited("Too many files are being looked at. Try again in a moment.", retry_after_s=2.0)
        self._inside += 1
        try:
            async with self._free:
                yield
        finally:
            self._inside -= 1


_SLOTS = _Slots()


async def inspect(request: MediaInspection) -> JSON:
    """`facts`, `errors` as a request would get them, and a `thumbnail` as a data URI.

    Raises:
        RateLimited: Too many wait already.
    """
    async with _SLOTS.place():
        return await _inspect(request)


async def _inspect(request: MediaInspection) -> JSON:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "shotwright.jobs.inspection",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer, _ = await process.communicate(json.dumps(asdict(request)).encode())
        found: JSON = json.loads(answer)
    except (TimeoutError, ValueError):
        found = _failed(VideoLoadError("The file could not be read.", loc=LOC))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return found


def _failed(exc: ModelError) -> JSON:
    return {"facts": None, "errors": exc.items(), "thumbnail": None}


def main() -> None:
    """The process."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    print(json.dumps(_measured(MediaInspection(**json.load(sys.stdin)))))  # noqa: T201  (its answer)


def _measured(request: MediaInspection) -> JSON:
    from shotwright.core.limits import check_image, check_video
    from shotwright.files.store import FileStore
    from shotwright.jobs.pipeline import bring
    from shotwright.media.fetch import FetchPolicy
    from shotwright.media.images import load_flat, probe_image, thumbnail
    from shotwright.media.kinds import data_uri
    from shotwright.media.probe import first_frame, probe_video

    endpoint = find_endpoint(request.endpoint_id)
    is_video = request.kind == "video"
    limits = endpoint.video_limits if is_video else endpoint.image_limits
    policy = FetchPolicy(limits.max_bytes, limits.timeout_s, request.allow_private_media)
    if request.workdir:
        Path(request.workdir).mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="inspect-", dir=request.workdir) as folder:
        path = Path(folder) / "media"
        try:
            bring(request.url, path, policy, LOC, FileStore(request.files_url), own_hosts=frozenset(request.own_hosts))
            if is_video:
                video = probe_video(path, LOC)
                facts, errors, picture = (
                    asdict(video),
                    check_video(video, endpoint.video_limits, LOC),
                    first_frame(path),
                )
            else:
                image = probe_image(path, LOC)
                facts, errors, picture = (
                    asdict(image),
                    check_image(image, endpoint.image_limits, LOC),
                    load_flat(path, LOC),
                )
        except ModelError as exc:
            return _failed(exc)
        data = data_uri(thumbnail(picture, THUMBNAIL_PX))
    return {"facts": facts, "errors": [item for error in errors for item in error.items()], "thumbnail": data}


if __name__ == "__main__":
    main()
