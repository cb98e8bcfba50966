"""The table of pages and of the texts beside them. Where a page and JSON share an address, `Accept` decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from shotwright.web import boards, export, history, models, operations, session, texts
from shotwright.web.docs import Files, Site, folder
from shotwright.web.render import page_route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

_PAGES = (
    ("/models", models.all_of_them), ("/models/", models.all_of_them), ("/projects", boards.listing), ("/projects/{project_id}", boards.show), ("/requests", history.listing), ("/requests/compare", history.compare), ("/requests/{request_id}", history.show),
    ("/webhooks", operations.webhooks), ("/usage", operations.usage), ("/settings/keys", operations.keys), ("/health", operations.health),
)  # fmt: skip
_MODEL = "/models/{endpoint:path}"


async def to_docs(_: Request) -> Response:
    """/docs: the folder's own links need the slash."""
    return RedirectResponse("/docs/", 307)


def routes() -> list[BaseRoute]:
    """All routes of this room; those of the wires come after them."""
    site = folder("site")
    front = page_route("/", models.home)
    front.is_front = True
    return [
        Mount("/static", Files(directory=folder("static")), name="static"),
        Route("/docs", to_docs, methods=["GET", "HEAD"]),
        Mount("/docs", Site(directory=site, html=True, check_dir=False), name="docs"),
        Route("/signin", session.form, methods=["GET"]),
        Route("/signin", session.enter, methods=["POST"]),
        Route("/session", session.enter_by_program, methods=["POST"]),
        Route("/signout", session.leave, methods=["POST"]),
        Route("/llms.txt", texts.index, methods=["GET"]),
        Route(f"{_MODEL}/llms.txt", texts.llms, methods=["GET"]),
        Route(f"{_MODEL}.md", texts.markdown, methods=["GET"]),
        Route(f"{_MODEL}/code", models.code, methods=["POST"]),
        Route("/requests/{request_id}/export.zip", export.export, methods=["GET"]),
        front,
        *(page_route(path, handler) for path, handler in _PAGES),
        page_route(f"{_MODEL}/playground", models.playground),
        page_route(f"{_MODEL}/api", models.reference),
        page_route(_MODEL, models.reference),
    ]
