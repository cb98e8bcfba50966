"""A paid service that fails in every way on command: it speaks enough of fal's and EachLabs' wires, and counts what it is asked."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fake_server import FakeHandler, FakeServer


@dataclass
class Script:
    """What to do: each list is used up from the front; the last entry stays.

    Attributes:
        submit: Statuses, or "drop" (accept, then break the connection), "drop-unseen" (break without accepting), "drift".
        status: Statuses; 200 reports the next of `states`.
        states: Words of fal's wire.
        result: A status, and the body.
    """

    submit: list[Any] = field(default_factory=lambda: [200])
    status: list[int] = field(default_factory=lambda: [200])
    states: list[str] = field(default_factory=lambda: ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"])
    result: tuple[int, Any] | None = None
    file_status: list[int] = field(default_factory=lambda: [200])
    cancel: int = 202
    body: Any = None
    is_listed: bool = True
    listing: Any = None


def _next(items: list[Any]) -> Any:
    return items.pop(0) if len(items) > 1 else items[0]


class _Handler(FakeHandler):
    def do_POST(self) -> None:
        data, service = self.read(), self.service
        service.keys |= {self.headers.get("authorization") or self.headers.get("x-api-key")}
        if "upload" in self.path or "storage" in self.path:
            service.asked["upload"] += 1
            url = f"{service.url}/uploaded/{service.asked['upload']}.png"
            self.answer(200, {"access_url": url, "token": "t", "token_type": "Bearer", "base_url": service.url, "expires_at": "2099-01-01T00:00:00+00:00",
                              "upload_url": f"{service.url}/put", "file_url": url, "presigned_url": f"{service.url}/put", "public_url": url})  # fmt: skip
            return
        if self.path.endswith("/cancel"):
            self.do_PUT()
            return
        service.asked["submit"] += 1
        wish = json.loads(data)
        act = _next(service.script.submit)
        if act in {"drop", 200, "drift", 500}:
            service.accepted.append(wish.get("input", wish))
        if act in {"drop", "drop-unseen"}:
            self.drop()
            return
        if act == "drift":
            self.answer(200, {"ticket": 1})
        elif act == 200:
            self.answer(200, {"request_id": "up-1", "predictionID": "up-1", "status": "success"})
        else:
            headers = {"retry_after": "0.1"} if act == 429 else {}
            self.answer(act, service.script.body if service.script.body is not None else {"detail": "no"}, **headers)

    def do_PUT(self) -> None:
        self.read()
        if "cancel" in self.path:
            self.service.asked["cancel"] += 1
            self.answer(self.service.script.cancel, {"status": "CANCELLATION_REQUESTED"})
            return
        self.answer(200, {})

    def do_GET(self) -> None:
        service, script = self.service, self.service.script
        if "/by-endpoint" in self.path:
            service.asked["list"] += 1
            items = (
                [{"request_id": "up-1", "json_input": item} for item in service.accepted] if script.is_listed else []
            )
            self.answer(200, {"items": items} if script.listing is None else script.listing)
        elif "/status" in self.path:
            service.asked["status"] += 1
            code = _next(script.status)
            word = _next(script.states) if code == 200 else ""
            logs = [{"message": f"seen {word}", "timestamp": "2026-01-01T00:00:00", "level": "INFO"}]
            self.answer(
                code,
                {
                    "status": word,
                    "queue_position": 3,
                    "request_id": "up-1",
                    "logs": logs,
                    "metrics": {"inference_time": 1.5},
                },
            )
        elif "/v1/prediction/" in self.path:
            service.asked["status"] += 1
            code = _next(script.status)
            word = {"IN_QUEUE": "starting", "IN_PROGRESS": "processing", "COMPLETED": "success"}.get(
                word := _next(script.states), word
            )
            result = script.result[1] if script.result else f"{service.url}/clip.mp4"
            self.answer(code, {"id": "up-1", "status": word, "output": result, "metrics": {"predict_time": 1.5}})
        elif "/requests/" in self.path:
            service.asked["result"] += 1
            status, body = script.result or (200, {"video": {"url": f"{service.url}/clip.mp4"}})
            self.answer(status, body)
        elif self.path == "/clip.mp4":
            service.asked["file"] += 1
            code = _next(script.file_status)
            self.answer(code, service.clip if code == 200 else b"", content_type="video/mp4")
        else:
            self.answer(404, {"detail": "no such path"})


class PaidService(FakeServer):
    """The server; `asked` counts calls, `accepted` holds inputs."""

    handler = _Handler

    def __init__(self, clip: Path) -> None:
        self.script, self.asked, self.accepted, self.keys = Script(), Counter(), [], set()
        self.clip = clip.read_bytes()
        super().__init__()
