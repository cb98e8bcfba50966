"""What users of litellm do with fal's video models, each under a name of its own: `api_base` is the queue's address."""

from __future__ import annotations

import asyncio
import base64
import importlib.metadata
import json
import os
import time

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from common import ENDPOINT, FRAMES, HERE, KEY, LONG, SHOT, WRONG, picture, refused, scenario

MODEL = f"fal_ai/{ENDPOINT}"
WHERE = {"api_base": f"{HERE}/queue", "api_key": KEY}
PICTURE = "data:image/png;base64," + base64.b64encode(picture()).decode()


def ended(video_id: str) -> str:
    """Poll to the end, as the package's documentation does."""
    while True:
        status = litellm.video_status(video_id, **WHERE).status
        if status in {"completed", "failed"}:
            return status
        time.sleep(0.2)


def generate_poll_and_download() -> None:
    video = litellm.video_generation(SHOT["prompt"], model=MODEL, seconds="3", aspect_ratio="9:16", **WHERE)
    assert ended(video.id) == "completed"
    assert b"ftyp" in litellm.video_content(video.id, **WHERE)[:16]


def image_to_video() -> None:
    """The package calls a picture `image_url`; this model wants another name, which goes as it is."""
    video = litellm.video_generation(
        SHOT["prompt"], model=f"fal_ai/{FRAMES}", seconds="3", input_reference=PICTURE, start_image_url=PICTURE, **WHERE
    )
    assert ended(video.id) == "completed"


def sizes_and_users() -> None:
    """Options of OpenAI's that become fields which this model does not have."""
    video = litellm.video_generation(
        SHOT["prompt"], model=MODEL, seconds="3", size="1280x720", user="somebody", **WHERE
    )
    assert ended(video.id) == "completed"


def generate_asynchronously() -> None:
    async def both() -> None:
        video = await litellm.avideo_generation(LONG["prompt"], model=MODEL, seconds="10", **WHERE)
        while (await litellm.avideo_status(video.id, **WHERE)).status != "completed":  # noqa: ASYNC110  (its users poll)
            await asyncio.sleep(0.2)
        await litellm.avideo_content(video.id, **WHERE)

    asyncio.run(both())


def a_request_that_is_wrong() -> None:
    video = litellm.video_generation("x", model=MODEL, seconds="99", **WHERE)
    assert ended(video.id) == "failed"


def a_key_that_is_wrong() -> None:
    where = {**WHERE, "api_key": WRONG}
    refused(
        lambda: litellm.video_generation(SHOT["prompt"], model=MODEL, seconds="3", **where),
        401,
        litellm.AuthenticationError,
    )


SCENARIOS = [
    generate_poll_and_download, image_to_video, sizes_and_users, generate_asynchronously, a_request_that_is_wrong,
    a_key_that_is_wrong,
]  # fmt: skip

if __name__ == "__main__":
    for do in SCENARIOS:
        scenario(do.__name__)
        do()
    print(json.dumps({"litellm": importlib.metadata.version("litellm")}))
