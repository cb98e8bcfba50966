"""`shotwright mcp`: a server of the Model Context Protocol over standard input and output, for agents that make videos.

Its tools are calls of a Shotwright server: plan, draft, edit, look, list, and promote, which asks for the price to be agreed to.
"""

from __future__ import annotations

import functools
import json
import tempfile
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from shotwright.cli.remote import Server, Url, confirmed
from shotwright.core.errors import BadRequest, ConfirmationNeeded, RenderFailed, SetupError, ShotwrightError
from shotwright.local import arguments_of, endpoint_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.server.mcpserver import Image, MCPServer

P = ParamSpec("P")
R = TypeVar("R")
DRAFT = {"X-Shotwright-Engine": "draft"}
TIER = "standard/"
LISTED_MAX = 50
SHOWN_PX = 1600
INSTRUCTIONS = (
    "Shotwright draws free drafts of video shots in seconds and can promote them to paid models. Plan first when the wording is uncertain; draft, "
    "look at the contact sheet, and change the words until it shows what is wanted. What a draft does not show is named in not_rendered. "
    "In prompts @Image1 and @Element1 mean the first picture and the first element. Promote only what a person has approved: it may cost money."
)


def mcp(*, url: Url = None) -> None:
    """Serve agents over standard input and output (Model Context Protocol)."""
    tools_of(Server(url)).run("stdio")


def tools_of(server: Server) -> MCPServer:
    """The tools over a Shotwright server.

    Raises:
        SetupError: The SDK is not installed.
    """
    try:
        from mcp.server.mcpserver import MCPServer
    except ImportError as exc:
        raise SetupError("The MCP server is not installed: pip install 'shotwright[mcp]'.") from exc
    made = MCPServer("shotwright", instructions=INSTRUCTIONS)
    shots = _Shots(server)
    for tool in (shots.plan, shots.draft, shots.edit, shots.look, shots.shots, shots.promote):
        made.tool(structured_output=False)(_told(tool))
    return made


def _told(tool: Callable[P, R]) -> Callable[P, R]:
    """A tool whose refusals reach the agent as sentences."""
    from mcp.server.mcpserver.exceptions import ToolError

    @functools.wraps(tool)
    def called(*given: P.args, **options: P.kwargs) -> R:
        try:
            return tool(*given, **options)
        except ShotwrightError as exc:
            raise ToolError(str(exc)) from exc

    return called


class _Shots:
    """The tools; their texts are what agents read."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def plan(self, prompt: str, seconds: int = 5, images: int = 0, elements: int = 0) -> dict[str, Any]:
        """What a prompt would be understood as, without making anything: camera, entities, actions, place, and which words were not read.

        Args:
            prompt: The shot in words.
            seconds: 3 to 10.
            images: How many pictures it names (@Image1, ...).
            elements: How many elements it names (@Element1, ...).
        """
        blank = "https://example.invalid/picture.png"
        body: dict[str, Any] = {"prompt": prompt, "duration": str(seconds), "image_urls": [blank] * images}
        body["elements"] = [{"frontal_image_url": blank}] * elements
        entry = endpoint_named(f"{TIER}reference-to-video")
        said = self._server.post(f"/{entry.id}/plan", {name: value for name, value in body.items() if value})
        found: dict[str, Any] = {name: said[name] for name in ("plan", "not_rendered") if name in said}
        return found

    def draft(
        self,
        prompt: str,
        seconds: int = 5,
        aspect_ratio: str = "16:9",
        images: list[str] | None = None,
        elements: list[str] | None = None,
    ) -> list[Any]:
        """Draw a free draft of a shot, and show it as a contact sheet of six frames.

        Args:
            prompt: The shot in words.
            seconds: 3 to 10.
            aspect_ratio: 16:9, 9:16 or 1:1.
            images: Paths or addresses of pictures: @Image1, @Image2, ...
            elements: Paths or addresses of people or things: @Element1, @Element2, ...
        """
        return self._made(
            "reference-to-video", prompt=prompt, duration=str(seconds), ratio=aspect_ratio, images=images or (),
            elements=[[item] for item in elements or ()],
        )  # fmt: skip

    def edit(
        self, video: str, prompt: str, images: list[str] | None = None, elements: list[str] | None = None
    ) -> list[Any]:
        """Draw a free draft of an edit of a video, and show it as a contact sheet.

        Args:
            video: Path or address of the video, 3 to 10 seconds.
            prompt: What to change, and what to keep.
            images: Paths or addresses of pictures: @Image1, ...
            elements: Paths or addresses of people or things: @Element1, ...
        """
        return self._made(
            "video-to-video/edit", prompt=prompt, video=video, images=images or (), elements=[[item] for item in elements or ()]
        )  # fmt: skip

    def look(self, request_id: str) -> list[Any]:
        """Show a finished shot as a contact sheet of six frames, with what it does not show.

        Args:
            request_id: Of the shot.
        """
        return self._shown(self._server.get(f"/requests/{request_id}"))

    def shots(self, limit: int = 10) -> list[dict[str, Any]]:
        """The newest shots: id, state, engine, prompt, cost.

        Args:
            limit: How many, 50 at most.
        """
        rows = self._server.get(f"/requests?limit={max(1, min(limit, LISTED_MAX))}")["requests"]
        return [_brief(row) for row in rows]

    def promote(
        self, request_id: str, engine: str = "upstream", lock: str = "words", confirm_usd: float | None = None
    ) -> dict[str, Any]:
        """Send an approved shot to another engine. Where that costs money, nothing is sent until the price is agreed to by `confirm_usd`;
        ask the person first.

        Args:
            request_id: Of the draft.
            engine: upstream (the paid model), diffusion or remote, as far as this server has them.
            lock: words sends the request again; playblast sends the draft's picture, so that blocking, timing and camera stay;
                geometry gives diffusion the draft's depth, where the draft was made with that pass.
            confirm_usd: The price in US dollars that the person agreed to.
        """
        price = self._price(request_id, engine, lock)
        if price > 0 and (confirm_usd is None or confirm_usd < price):
            return {
                "sent": False,
                "costs_usd": price,
                "next": f"Ask the person; then call again with confirm_usd={price}.",
            }
        agreed = confirmed(confirm_usd)
        headers = {} if agreed is None else {"X-Shotwright-Confirm-Usd": str(agreed)}
        try:
            made = self._server.post(f"/requests/{request_id}/promote", {"engine": engine, "lock": lock}, headers)
        except ConfirmationNeeded as exc:
            return {
                "sent": False,
                "costs_usd": float(exc.price_usd or 0),
                "next": "Ask the person; the price has changed.",
            }
        return {"sent": True, "costs_usd": price, **made}

    def _price(self, request_id: str, engine: str, lock: str) -> float:
        path = "playblast" if lock == "playblast" else "prices"
        offers = self._server.get(f"/requests/{request_id}/{path}")["engines"]
        found = next((offer for offer in offers if offer["engine"] == engine), None)
        if found is None:
            known = ", ".join(offer["engine"] for offer in offers)
            raise BadRequest(f'The engine "{engine}" cannot render this shot here. These can: {known}.')
        return float(found["cost_usd"])

    def _made(self, endpoint: str, **options: Any) -> list[Any]:  # noqa: ANN401  (options of `arguments_of`)
        entry = endpoint_named(f"{TIER}{endpoint}")
        body = arguments_of(entry, self._server.upload, **options)
        ticket = self._server.post(f"/queue/{entry.id}", body, DRAFT)
        row: dict[str, Any] = deque(self._server.wait(ticket["request_id"]), maxlen=1).pop()
        if row["state"] != "succeeded":
            raise RenderFailed((row["error"] or {}).get("message", row["state"]))
        return self._shown(row)

    def _shown(self, row: dict[str, Any]) -> list[Any]:
        """A text of what it is, and its contact sheet."""
        plan = self._server.get(f"/requests/{row['id']}/plan")
        text = {**_brief(row), "video_url": row["video_url"], "not_rendered": plan.get("not_rendered", [])}
        if row["video_url"] is None:
            return [json.dumps(text)]
        return [json.dumps(text), self._sheet(row["video_url"])]

    def _sheet(self, url: str) -> Image:
        from mcp.server.mcpserver import Image

        from shotwright.media.sheets import sheet

        with tempfile.TemporaryDirectory(prefix="shotwright-mcp-") as folder:
            path = Path(folder) / "clip.mp4"
            self._server.download(url, path)
            return Image(data=sheet(path, SHOWN_PX), format="jpeg")


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    arguments = row["arguments"] if isinstance(row["arguments"], dict) else {}
    return {
        "request_id": row["id"], "state": row["state"], "engine": row["engine"], "endpoint_id": row["endpoint_id"],
        "prompt": str(arguments.get("prompt", ""))[:300], "cost_usd": row["cost_usd"],
    }  # fmt: skip
