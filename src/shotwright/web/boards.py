"""The pages of boards: all of them, and one with its shots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.api.platform.boards import board, project_of, store_of
from shotwright.core.board import STATUSES
from shotwright.web.render import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from shotwright.api.call import Call

PAGE = 100


async def listing(call: Call) -> Response:
    """/projects: the newest boards, and a new one from a script."""
    found = await store_of(call).projects(None if call.who.sees_all else call.who.id, PAGE)
    return page(call.request, "projects.html", call.who, projects=found)


async def show(call: Call) -> Response:
    """/projects/{id}: a board: its members, its shots with their takes, its film."""
    project = await project_of(call)
    shown = await board(call, project, base="")
    engines = [
        {"name": item.name, "title": item.title, "is_draft": item.is_draft}
        for item in call.node.engines.values()
        if item.is_ready
    ]
    data = {"project": shown, "engines": engines, "statuses": STATUSES, "engine": call.node.settings.engine}
    return page(call.request, "project.html", call.who, project=shown, data=data)
