"""The engine `remote`: servers that render on GPUs behind `POST /v1/videos`, in the dialects of SGLang-Diffusion and vLLM-Omni.

Nothing is paid, so a request that a server loses is given to the next one. Source: diffusion-engines 2.1 and 5.3.
"""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from shotwright.core.errors import (
    ClientCancelled,
    DownstreamError,
    DownstreamUnavailable,
    FeatureNotSupported,
    GenerationTimeout,
    ModelError,
)
from shotwright.engines.base import Rendered, wait
from shotwright.engines.deliver import deliver
from shotwright.engines.prompting import H3, rewritten
from shotwright.engines.references import groups_of, numbered, shared_out
from shotwright.media.decode import decode_frames
from shotwright.media.kinds import data_uri
from shotwright.media.probe import probe_video
from shotwright.settings import listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shotwright.engines.base import Progress, Shot
    from shotwright.engines.enhancer import Enhancer

JSON = dict[str, Any]
POLL_S, CALL_S, CONTENT_S = 1.0, 60.0, 600.0
PATIENCE_S = 30.0
"""How long a server that took a request may be silent."""
REST_S = 30.0
"""How long a server that failed is asked last."""
MAX_PICTURES = 9
SIZES = {"16:9": (1344, 768), "9:16": (768, 1344), "1:1": (768, 768)}
MIN_S = 4.0
ENDED = {
    "completed": "completed",
    "succeeded": "completed",
    "failed": "failed",
    "error": "failed",
    "cancelled": "failed",
    "canceled": "failed",
}


@dataclass(frozen=True)
class Order:
    """A shot in the terms of the wire: sizes in pixels, seconds, media as addresses."""

    prompt: str
    size: tuple[int, int]
    ratio: str
    seconds: float
    seed: int
    pictures: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    video: str | None = None

    @property
    def task(self) -> str:
        """`fl2va` when only frames are given, else `ref2va`, or `t2va` without any media."""
        if (self.first or self.last) and not self.pictures and not self.video:
            return "fl2va"
        return "ref2va" if self.pictures or self.video or self.first else "t2va"


class Dialect(Protocol):
    """How one kind of server wants it said."""

    def body(self, order: Order, model: str | None) -> JSON:
        """The body of POST /v1/videos."""
        ...


class SGLang:
    """`conditions` and `target`."""

    def body(self, order: Order, model: str | None) -> JSON:
        """Source: diffusion-engines 2.1."""
        conditions: list[JSON] = [
            {"type": "image", "uri": uri, "role": "keyframe", "frame_index": index}
            for uri, index in ((order.first, 0), (order.last, -1))
            if uri and order.task == "fl2va"
        ]
        conditions += [{"type": "image", "uri": uri, "role": "reference"} for uri in order.pictures]
        if order.video:
            conditions.append({"type": "video", "uri": order.video, "role": "reference", "start_time_seconds": 0})
        return {
            **({"model": model} if model else {}), "prompt": order.prompt, "size": f"{order.size[0]}x{order.size[1]}", "seconds": order.seconds, "task": order.task,
            "conditions": conditions, "seed": order.seed,
            "target": {"short_edge": min(order.size), "aspect_ratio": order.ratio, "duration_seconds": order.seconds},
        }  # fmt: skip


class VllmOmni:
    """`image_reference`, `video_reference` and `extra_params`."""

    def body(self, order: Order, model: str | None) -> JSON:
        """Source: diffusion-engines 2.1."""
        frames = [uri for uri in (order.first, order.last) if uri] if order.task == "fl2va" else []
        found: JSON = {
            **({"model": model} if model else {}), "prompt": order.prompt, "size": f"{order.size[0]}x{order.size[1]}", "seconds": order.seconds, "seed": order.seed,
            "image_reference": [{"image_url": uri} for uri in (*frames, *order.pictures)],
            "extra_params": {"task": order.task, "duration": order.seconds},
        }  # fmt: skip
        return found | ({"video_reference": [{"video_url": order.video}]} if order.video else {})


DIALECTS: dict[str, Dialect] = {"sglang": SGLang(), "vllm": VllmOmni()}


@dataclass
class Server:
    """A server: its address, its dialect, and how it has behaved."""

    url: str
    dialect: Dialect
    key: str = ""
    failed_at: float = -1e9
    in_flight: int = 0
    model: str | None = None
    tasks: frozenset[str] | None = None  #: None until it was asked, or when it does not say.
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        self.client = httpx.Client(base_url=self.url.rstrip("/"), timeout=CALL_S, headers=headers)

    def probe(self) -> None:
        """Ask what it serves. Raises httpx errors when it is not there."""
        for path in ("/models", "/v1/models"):
            answer = self.client.get(path, timeout=10.0)
            if answer.status_code != httpx.codes.OK:
                continue
            found = _json(answer)
            rows = found.get("data", found) if isinstance(found, dict) else found
            first = rows[0] if isinstance(rows, list) and rows else rows
            if not isinstance(first, dict):
                continue
            name = first.get("id") or first.get("model_path")
            self.model = name if isinstance(name, str) else self.model
            said = first.get("task_type") or first.get("tasks")
            if said:
                self.tasks = frozenset(str(item).lower() for item in (said if isinstance(said, list) else [said]))
            return

    def connection_problem(self) -> str:
        """Ask it now; why it cannot be used, or an empty text."""
        try:
            self.probe()
        except httpx.HTTPError as exc:
            self.failed_at = time.monotonic()
            return _why(exc)
        return ""


class _Lost(Exception):
    """This server cannot go on with it; another may."""


def parse_servers(text: str, key: str = "") -> list[Server]:
    """`sglang=http://gpu1:30010,vllm=http://gpu2:8000`; the form is checked by the settings."""
    pairs = (item.partition("=") for item in listed(text))
    return [Server(url.strip(), DIALECTS[name.strip()], key) for name, _, url in pairs]


class RemoteEngine:
    """Renders on other servers."""

    name = "remote"

    def __init__(self, servers: Sequence[Server], timeout_s: float = 3600.0, enhancer: Enhancer | None = None) -> None:
        self._servers, self._timeout_s, self._enhancer = list(servers), timeout_s, enhancer
        for server in self._servers:
            threading.Thread(target=server.connection_problem, name=f"probe {server.url}", daemon=True).start()

    def render(self, shot: Shot, workdir: Path, progress: Progress) -> Rendered:
        """Have a shot rendered by the first server that can.

        Raises:
            ModelError: All refused, or none can be reached.
            Cancelled: The server was told to stop.
        """
        order, left_out = _order(shot)
        if self._enhancer is not None:
            prompt, remark = self._enhancer.enhanced(
                order.prompt, H3, order.pictures, order.seed, lambda: progress("remote", 0.02)
            )
            order = replace(order, prompt=prompt)
            progress("remote", 0.02, remark)
        problems: list[str] = []
        raw = workdir / "remote.mp4"
        for server in sorted(self._servers, key=self._rank):
            server.in_flight += 1
            try:
                started = time.monotonic()
                job = self._created(server, order, progress)
                self._awaited(server, job, raw, progress)
                facts = {
                    "server": server.url,
                    "remote_id": job,
                    "remote_s": round(time.monotonic() - started, 2),
                    "model_prompt": order.prompt,
                }
                return self._delivered(shot, raw, workdir, progress, facts, left_out=left_out)
            except (_Lost, httpx.HTTPError) as exc:
                server.failed_at = time.monotonic()
                problems.append(f"{server.url}: {_why(exc)}")
                progress("remote", 0.02, f"{server.url} cannot render it: {_why(exc)}")
            finally:
                server.in_flight -= 1
        raise DownstreamUnavailable("No rendering server could take this request. " + "; ".join(problems))

    @staticmethod
    def _rank(server: Server) -> tuple[bool, int]:
        return (time.monotonic() - server.failed_at < REST_S, server.in_flight)

    def _created(self, server: Server, order: Order, progress: Progress) -> str:
        if server.tasks is None:
            server.probe()
        if server.tasks and not any(order.task in said or said in order.task for said in server.tasks):
            raise _Lost(f"it serves {', '.join(sorted(server.tasks))}, and this needs {order.task}")
        progress("remote", 0.03, f"Sending to {server.url}")
        answer = server.client.post("/v1/videos", json=server.dialect.body(order, server.model))
        if answer.status_code in {429, 500, 502, 503, 504, 401, 403, 404}:
            raise _Lost(f"it answered {answer.status_code}")
        if answer.status_code >= 400:
            raise DownstreamError(f"The rendering server refused the request: {_words(answer)}")
        found = answer.json().get("id") if _is_json(answer) else None
        if not isinstance(found, str) or not found:
            raise _Lost("its answer names no job")
        return found

    def _awaited(self, server: Server, job: str, target: Path, progress: Progress) -> None:
        """Poll until the clip can be fetched; a cancel or a time-out is told to the server."""
        started = heard = time.monotonic()
        try:
            while True:
                self._check_time(started)
                answer = _asked(server, job)
                if answer is None and time.monotonic() - heard > PATIENCE_S:
                    raise _Lost("it stopped answering")
                if answer is not None:
                    heard = time.monotonic()
                    if self._is_done(answer, progress):
                        break
                wait(POLL_S, progress, "remote", 0.05)
        except (ClientCancelled, GenerationTimeout):
            with contextlib.suppress(httpx.HTTPError):
                server.client.delete(f"/v1/videos/{job}", timeout=5.0)
            raise
        self._fetched(server, job, target, progress)

    def _check_time(self, started: float) -> None:
        if time.monotonic() - started > self._timeout_s:
            raise GenerationTimeout(f"The rendering server has not finished after {self._timeout_s:.0f} s.")

    @staticmethod
    def _is_done(said: JSON, progress: Progress) -> bool:
        word = str(said.get("status", "")).lower()
        done = said.get("progress")
        share = float(done) / (100.0 if float(done) > 1 else 1.0) if isinstance(done, int | float) else 0.0
        progress("remote", 0.05 + 0.8 * min(1.0, max(0.0, share)))
        if ENDED.get(word) == "failed":
            error = said.get("error")
            text = error.get("message") if isinstance(error, dict) else error
            raise DownstreamError(f"The rendering server failed: {text or word}")
        return ENDED.get(word) == "completed"

    @staticmethod
    def _fetched(server: Server, job: str, target: Path, progress: Progress) -> None:
        with server.client.stream(
            "GET", f"/v1/videos/{job}/content", params={"variant": 0}, timeout=CONTENT_S
        ) as answer:
            if answer.status_code != httpx.codes.OK:
                raise _Lost(f"its clip answered {answer.status_code}")
            with target.open("wb") as file:
                for chunk in answer.iter_bytes():
                    file.write(chunk)
                    progress("download", 0.87)

    @staticmethod
    def _delivered(
        shot: Shot, raw: Path, workdir: Path, progress: Progress, facts: JSON, *, left_out: tuple[str, ...]
    ) -> Rendered:
        try:
            measured = probe_video(raw)
        except ModelError as exc:
            raise DownstreamError(f"The rendering server sent something that is no clip: {exc.message}") from exc
        path = workdir / "output.mp4"
        frames = decode_frames(raw, shot.output.width, shot.output.height)
        deliver(frames, measured.fps or 24.0, shot, path, progress, first=0.88)
        return Rendered(path, left_out, metrics=facts)


def _order(shot: Shot) -> tuple[Order, tuple[str, ...]]:
    """A shot as an order: at most nine pictures, the frontal ones of all first; what had no room is named."""
    plan, ratio = shot.plan, _ratio(shot)
    frames = plan.task == "first_last_frame"
    images = frozenset(f"@Image{n}" for n in range(1, len(shot.images) + 1)) if frames else frozenset()
    chosen, left_out = shared_out(groups_of(shot, without=images), MAX_PICTURES)
    numbers = numbered({ref: len(paths) for ref, paths in chosen.items()})
    start = shot.image(plan.start_frame) if frames else None
    order = Order(
        rewritten(str(shot.arguments.get("prompt", "")), plan, numbers, H3), SIZES[ratio], ratio, max(MIN_S, shot.output.duration_s), shot.seed,
        tuple(_inline(path) for paths in chosen.values() for path in paths), _inline(start) if start else None,
        _inline(shot.images[1]) if frames and len(shot.images) > 1 else None, _inline(shot.video) if shot.video else None,
    )  # fmt: skip
    if order.task == "t2va" and shot.plan.task != "reference_to_video":
        raise FeatureNotSupported("This request has no media that a rendering server could use.")
    return order, left_out


def _asked(server: Server, job: str) -> JSON | None:
    """What a server says of a job; None when it says nothing of use."""
    try:
        answer = server.client.get(f"/v1/videos/{job}")
    except httpx.HTTPError:
        return None
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise _Lost("it no longer knows the job")
    return dict(answer.json()) if answer.status_code == httpx.codes.OK and _is_json(answer) else None


def _ratio(shot: Shot) -> str:
    shape = shot.output.width / shot.output.height
    return min(SIZES, key=lambda name: abs(SIZES[name][0] / SIZES[name][1] - shape))


def _inline(path: Path) -> str:
    return data_uri(path.read_bytes())


def _why(exc: Exception) -> str:
    return str(exc) or type(exc).__name__


def _json(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def _is_json(answer: httpx.Response) -> bool:
    return isinstance(_json(answer), dict)


def _words(answer: httpx.Response) -> str:
    if _is_json(answer):
        found = answer.json()
        for name in ("detail", "message", "error"):
            item = found.get(name)
            item = item.get("message") if isinstance(item, dict) else item
            if item:
                return str(item)[:300]
    return str(answer.status_code)
