"""What a request will cost, as exactly as can be known before it runs: an edit is as long as its video, which is looked at."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from typing import TYPE_CHECKING, Any

from cachetools import TTLCache

from shotwright.api.origin import own_hosts
from shotwright.core.errors import ShotwrightError
from shotwright.core.pricing import Estimate, estimate, expected
from shotwright.jobs.inspection import MediaInspection, inspect
from shotwright.jobs.own import own_file

if TYPE_CHECKING:
    from shotwright.api.call import Call
    from shotwright.core.catalog import Endpoint

JSON = dict[str, Any]
KEPT, KEPT_S = 1024, 600.0
PATIENCE_S, TYPING_S = 20.0, 3.0
"""How long a price waits for a look at the video: before a request is made, and while somebody still writes it."""
UNSEEN_S = 30.0
_seconds: TTLCache[str, float] = TTLCache(KEPT, KEPT_S)
"""Lengths of videos by their address, in seconds."""
_unseen: TTLCache[str, bool] = TTLCache(KEPT, UNSEEN_S)
"""Addresses of videos that could not be looked at a moment ago: not asked for again while somebody types."""


async def look_at(call: Call, endpoint: Endpoint, url: str, kind: str) -> JSON:
    """Facts, errors and a thumbnail of a picture or a clip; the length of a clip is remembered for its price.

    Raises:
        RateLimited: Too many wait already.
    """
    settings = call.node.settings
    hosts = own_hosts(call.request, settings)
    found = await inspect(
        MediaInspection(
            endpoint.id, url, kind, settings.files(), hosts, settings.allow_private_media, str(settings.data / "work")
        )
    )
    if kind == "video" and found["facts"] and not found["errors"]:
        _seconds[_name(url)] = found["facts"]["duration_s"]
    return found


async def price_of(call: Call, endpoint: Endpoint, arguments: object, patience_s: float = PATIENCE_S) -> Estimate:
    """The price of a request on the paid service. The video of an edit is looked at, by callers who may run requests; when it cannot be, the
    longest video that is allowed counts."""
    url = arguments.get("video_url") if isinstance(arguments, dict) else None
    if endpoint.task != "edit" or not isinstance(url, str) or not call.who.may_run:
        return expected(endpoint, arguments)
    name = _name(url)
    is_own = own_file(url, frozenset(own_hosts(call.request, call.node.settings))) is not None
    if patience_s == PATIENCE_S and not is_own:
        _seconds.pop(name, None)  # somebody else's file may be another one by now
    if name not in _seconds and (patience_s == PATIENCE_S or name not in _unseen):
        with contextlib.suppress(TimeoutError, ShotwrightError):
            async with asyncio.timeout(patience_s):
                await look_at(call, endpoint, url, "video")
        if name not in _seconds:
            _unseen[name] = True
    known = _seconds.get(name)
    return expected(endpoint, arguments) if known is None else estimate(endpoint, known)


def _name(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()
