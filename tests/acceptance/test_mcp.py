"""Agents over the Model Context Protocol: the tools through the SDK's own client"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.paid_service import PaidService
from tests.running import RunningServer, start

pytestmark = pytest.mark.slow
sdk = pytest.importorskip("mcp")


@pytest.fixture(scope="module")
def paid(clip: Path) -> Iterator[PaidService]:
    service = PaidService(clip)
    yield service
    service.close()


@pytest.fixture(scope="module")
def server(data_folder: Callable[[], Path], paid: PaidService) -> Iterator[RunningServer]:
    env = {"SHOTWRIGHT_UPSTREAM": "fal", "SHOTWRIGHT_UPSTREAM_KEY": "k", "SHOTWRIGHT_UPSTREAM_URL": paid.url}
    running = start(data_folder(), env=env, engine="draft")
    yield running
    running.stop()


def call(server: RunningServer, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """Answers of tools, asked one after the other over standard input and output."""

    async def talk() -> list[Any]:
        line = sdk.StdioServerParameters(
            command=sys.executable, args=["-m", "shotwright", "mcp", "--url", server.url], env=dict(os.environ)
        )
        async with sdk.Client(line) as client:
            tools = await client.list_tools()
            assert {tool.name for tool in tools.tools} == {"plan", "draft", "edit", "look", "shots", "promote"}
            assert all(tool.description for tool in tools.tools)
            return [await client.call_tool(name, given) for name, given in calls]

    return asyncio.run(asyncio.wait_for(talk(), 120))


def text_of(answer: Any) -> dict[str, Any]:
    return json.loads(next(block.text for block in answer.content if block.type == "text"))


def picture_of(answer: Any) -> np.ndarray:
    block = next(block for block in answer.content if block.type == "image")
    assert block.mime_type == "image/jpeg"
    return np.asarray(cv2.imdecode(np.frombuffer(base64.b64decode(block.data), np.uint8), cv2.IMREAD_COLOR))


def test_plan_draft_look_and_list(server: RunningServer, pictures: dict[str, Path]) -> None:
    wish = {"prompt": "A fox crosses a street, @Element1 waves. Slow push in.", "seconds": 3}
    planned, drafted = call(
        server, ("plan", {**wish, "elements": 1}), ("draft", {**wish, "elements": [str(pictures["front"])]})
    )
    found = text_of(planned)["plan"]
    assert [move["move"] for move in found["camera"]] == ["dolly_in"]
    shot = text_of(drafted)
    assert (shot["state"], shot["engine"], shot["cost_usd"]) == ("succeeded", "draft", 0)
    picture = picture_of(drafted)
    assert picture.shape[1] > 1000
    assert picture.std() > 20
    again, listed = call(server, ("look", {"request_id": shot["request_id"]}), ("shots", {"limit": 1}))
    assert np.array_equal(picture_of(again), picture)
    assert shot["request_id"] in str(listed.content)


def test_promotion_asks_for_its_price_first(server: RunningServer, paid: PaidService) -> None:
    (drafted,) = call(server, ("draft", {"prompt": "A fox in a street.", "seconds": 3}))
    wish = {"request_id": text_of(drafted)["request_id"], "lock": "playblast"}
    (asked,) = call(server, ("promote", wish))
    answer = text_of(asked)
    assert (answer["sent"], answer["costs_usd"]) == (False, 0.378)
    assert paid.asked["submit"] == 0
    (sent,) = call(server, ("promote", {**wish, "confirm_usd": 0.378}))
    made = text_of(sent)
    assert made["sent"]
    assert server.wait(made["request_id"])["promoted_from"] == wish["request_id"]
    assert paid.asked["submit"] == 1


def test_edits_and_faults_are_told(server: RunningServer, clip: Path) -> None:
    edited, wrong, nowhere = call(
        server,
        ("edit", {"video": str(clip), "prompt": "Turn it into night."}),
        ("draft", {"prompt": "A fox.", "seconds": 99}),
        ("draft", {"prompt": "A fox, @Image1.", "images": ["/nowhere/picture.png"]}),
    )
    assert text_of(edited)["state"] == "succeeded"
    assert picture_of(edited).size
    assert wrong.is_error
    assert "duration" in str(wrong.content) or "seconds" in str(wrong.content)
    assert nowhere.is_error
    assert "/nowhere/picture.png" in str(nowhere.content)
