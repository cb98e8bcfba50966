"""The engine `remote`: servers that render on GPUs behind `POST /v1/videos`, in the dialects of SGLang-Diffusion and vLLM-Omni.

Nothing is paid, so a request that a server loses is given to the next one. What each takes was read from its wheel
(`python -m scripts.remote_wires`). Source: diffusion-engines 2, its corrections, and 5.3.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
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

logger = logging.getLogger(__name__)
JSON = dict[str, Any]
POLL_S, CALL_S, CONTENT_S = 1.0, 60.0, 600.0
PATIENCE_S = 30.0
"""How long a server that took a request may be silent."""
REST_S = 30.0
"""How long a server that failed is asked last."""
MAX_PICTURES = 9
SIZES = {"16:9": (1344, 768), "9:16": (768, 1344), "1:1": (768, 768)}
MIN_S = 4
H3_NAME = "h3"
"""In the name of a MiniMax H3 model: it takes typed lists of media; other models take one picture and one video."""
VLLM_PICTURE_BYTES, VLLM_VIDEO_BYTES = 30 << 20, 50 << 20
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
    seconds: int  #: Whole ones: both servers refuse others. The clip is cut to the frame afterwards.
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

    stops: str  #: What a DELETE of a job does.

    def sent(self, order: Order, model: str | None) -> JSON:
        """What `httpx` is to send to POST /v1/videos, as its keyword arguments."""
        ...

    def problem(self, order: Order) -> str:
        """Why this kind of server cannot take an order, or an empty text."""
        ...


class SGLang:
    """A JSON body: `conditions` and `target` for MiniMax H3, `reference_url` and `video_url` for other models."""

    stops = "it drops the record of the job; its GPU finishes the render"

    def problem(self, order: Order) -> str:
        """It says itself what it cannot do: its `task_type` names the model's family and not its tasks."""
        del order
        return ""

    def sent(self, order: Order, model: str | None) -> JSON:
        """Source: diffusion-engines 2.1."""
        common: JSON = {
            **({"model": model} if model else {}), "prompt": order.prompt, "size": f"{order.size[0]}x{order.size[1]}", "seconds": order.seconds, "seed": order.seed,
        }  # fmt: skip
        if model is not None and H3_NAME not in model.lower():
            picture = order.first or next(iter(order.pictures), None)
            media = {"reference_url": picture, "video_url": order.video}
            return {"json": common | {name: uri for name, uri in media.items() if uri}}
        conditions: list[JSON] = [
            {"type": "image", "uri": uri, "role": "keyframe", "frame_index": index}
            for uri, index in ((order.first, 0), (order.last, -1))
            if uri and order.task == "fl2va"
        ]
        conditions += [{"type": "image", "uri": uri, "role": "reference"} for uri in order.pictures]
        if order.video:
            conditions.append({"type": "video", "uri": order.video, "role": "reference", "start_time_seconds": 0})
        target = {"short_edge": min(order.size), "aspect_ratio": order.ratio, "duration_seconds": float(order.seconds)}
        return {"json": common | {"task": order.task, "conditions": conditions, "target": target}}


class VllmOmni:
    """Form fields; lists of media and `extra_params` are JSON texts in them."""

    stops = "it aborts the render"

    def problem(self, order: Order) -> str:
        """Its bounds of media, before anything is sent."""
        large = [
            uri for uri in (*order.pictures, order.first, order.last) if uri and _bytes_of(uri) > VLLM_PICTURE_BYTES
        ]
        if large:
            return f"it takes pictures of at most {VLLM_PICTURE_BYTES >> 20} MB"
        if order.video and _bytes_of(order.video) > VLLM_VIDEO_BYTES:
            return f"it takes videos of at most {VLLM_VIDEO_BYTES >> 20} MB"
        return ""

    def sent(self, order: Order, model: str | None) -> JSON:
        """Source: diffusion-engines 2, corrections."""
        frames = [uri for uri in (order.first, order.last) if uri] if order.task == "fl2va" else []
        pictures = [{"image_url": uri} for uri in (*frames, *order.pictures)]
        fields: dict[str, str] = {
            **({"model": model} if model else {}), "prompt": order.prompt, "size": f"{order.size[0]}x{order.size[1]}", "seconds": str(order.seconds), "seed": str(order.seed),
            **({"aspect_ratio": order.ratio} if order.task != "fl2va" else {}),
            **({"image_reference": json.dumps(pictures)} if pictures else {}),
            **({"video_reference": json.dumps([{"video_url": order.video}])} if order.video else {}),
            "extra_params": json.dumps({"task": order.task, "duration": float(order.seconds)}),
        }  # fmt: skip
        return {"files": {name: (None, value) for name, value in fields.items()}}


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
    tasks: frozenset[str] = (
        frozenset()
    )  #: Those that it serves, as the operator says; empty: it refuses the rest itself.
    is_known: bool = False  #: Whether it was asked what it serves.
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        self.client = httpx.Client(base_url=self.url.rstrip("/"), timeout=CALL_S, headers=headers)

    def probe(self) -> None:
        """Ask whether it is well and what it serves. Raises httpx errors when it is not there or says that it is not ready."""
        health = self.client.get("/health", timeout=10.0)
        if health.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            health.raise_for_status()
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
            break
        self.is_known = True

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
    """`sglang+ref2va=http://gpu1:30010,vllm=http://gpu2:8000`; the form is checked by the settings."""
    servers = []
    for name, _, url in (item.partition("=") for item in listed(text)):
        dialect, *tasks = (part.strip() for part in name.split("+"))
        servers.append(Server(url.strip(), DIALECTS[dialect], key, tasks=frozenset(tasks)))
    return servers


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
        if order.seconds != shot.output.duration_s:
            progress(
                "remote",
                0.01,
                f"Asking for {order.seconds} whole seconds; the clip is cut to {shot.output.duration_s:g}",
            )
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
        if server.tasks and order.task not in server.tasks:
            raise _Lost(f"it is set up for {', '.join(sorted(server.tasks))}, and this needs {order.task}")
        if problem := server.dialect.problem(order):
            raise _Lost(problem)
        if not server.is_known:
            server.probe()
        progress("remote", 0.03, f"Sending to {server.url}")
        answer = server.client.post("/v1/videos", **server.dialect.sent(order, server.model))
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
                logger.info("%s was told to stop %s: %s.", server.url, job, server.dialect.stops)
            raise
        self._fetched(server, job, target, progress, elsewhere=answer.get("url"))

    def _check_time(self, started: float) -> None:
        if time.monotonic() - started > self._timeout_s:
            raise GenerationTimeout(f"The rendering server has not finished after {self._timeout_s:.0f} s.")

    @staticmethod
    def _is_done(said: JSON, progress: Progress) -> bool:
        word = str(said.get("status", "")).lower()
        done = said.get("progress")
        share = float(done) / 100.0 if isinstance(done, int | float) else 0.0  # 0..100 on both
        progress("remote", 0.05 + 0.8 * min(1.0, max(0.0, share)))
        if ENDED.get(word) == "failed":
            error = said.get("error")
            text = error.get("message") if isinstance(error, dict) else error
            raise DownstreamError(f"The rendering server failed: {text or word}")
        return ENDED.get(word) == "completed"

    @staticmethod
    def _fetched(server: Server, job: str, target: Path, progress: Progress, *, elsewhere: object = None) -> None:
        """Download the clip: from the server, or from where it says that it stored it."""
        address = f"/v1/videos/{job}/content?variant=0"
        with server.client.stream("GET", address, timeout=CONTENT_S) as answer:
            code = answer.status_code
            if code == httpx.codes.OK:
                _written(answer, target, progress)
                return
        if not isinstance(elsewhere, str) or not elsewhere.startswith(("http://", "https://")):
            raise _Lost(f"its clip answered {code}")
        with httpx.stream("GET", elsewhere, timeout=CONTENT_S, follow_redirects=True) as answer:
            if answer.status_code != httpx.codes.OK:
                raise _Lost(f"its clip answered {code}, and {answer.status_code} where it is stored")
            _written(answer, target, progress)

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
        rewritten(str(shot.arguments.get("prompt", "")), plan, numbers, H3), SIZES[ratio], ratio, max(MIN_S, math.ceil(shot.output.duration_s)), shot.seed,
        tuple(_inline(path) for paths in chosen.values() for path in paths), _inline(start) if start else None,
        _inline(shot.images[1]) if frames and len(shot.images) > 1 else None, _inline(shot.video) if shot.video else None,
    )  # fmt: skip
    if order.task == "t2va" and shot.plan.task != "reference_to_video":
        raise FeatureNotSupported("This request has no media that a rendering server could use.")
    return order, left_out


def _written(answer: httpx.Response, target: Path, progress: Progress) -> None:
    with target.open("wb") as file:
        for chunk in answer.iter_bytes():
            file.write(chunk)
            progress("download", 0.87)


def _bytes_of(uri: str) -> int:
    """Size of what a data address holds."""
    return 3 * len(uri.partition(",")[2]) // 4


def _asked(server: Server, job: str) -> JSON | None:
    """What a server says of a job; None when it says nothing of use."""
    try:
        answer = server.client.get(f"/v1/videos/{job}")
    except httpx.HTTPError:
        return None
    said = dict(answer.json()) if _is_json(answer) else {}
    if answer.status_code == httpx.codes.OK or ENDED.get(str(said.get("status", "")).lower()) == "failed":
        return said or None  # a failed job answers with the status of its failure
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise _Lost("it no longer knows the job")
    return None


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
