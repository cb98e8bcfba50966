"""The documentation: a site that Sphinx builds from docs/ when the package is built, served as files.

Its pages come under the same strict policy as ours: the theme has no inline script.
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from shotwright.core.errors import NotFound
from shotwright.web.render import HEADERS

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

NOT_BUILT = "The documentation was not built into this installation; read docs/ in the source, or run `make site`."
FRESH = {"cache-control": "no-cache"}


def folder(name: str) -> Path:
    """A folder of this room's files."""
    return Path(str(resources.files("shotwright.web").joinpath(name)))


@functools.cache
def contents() -> list[tuple[str, str]]:
    """Path and title of every page, as the site's own table of contents has them; empty before it is built."""
    listing = folder("site") / "contents.json"
    return [(path, title) for path, title in json.loads(listing.read_text())] if listing.is_file() else []


class Files(StaticFiles):
    """Files of this package, checked for freshness with every request; they are small and near."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or our own error."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as exc:
            raise NotFound(f"Path {scope['path']} not found") from exc
        response.headers.update(FRESH)
        return response


class Site(Files):
    """The documentation."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, when the site was built."""
        if not (folder("site") / "index.html").is_file():
            raise NotFound(NOT_BUILT)
        await super().__call__(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A page under the content policy."""
        if path in {"", "."} and not scope["path"].endswith("/"):
            return RedirectResponse(scope["path"] + "/")
        response = await super().get_response(path, scope)
        if response.headers.get("content-type", "").startswith("text/html"):
            response.headers.update(
                {name: value for name, value in HEADERS.items() if name not in {"cache-control", "vary"}}
            )
        return response
