"""Signing in with a key: a cookie that names the key, signed; the key itself is not kept."""

from __future__ import annotations

import hmac
import urllib.parse
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from shotwright.api.auth import COOKIE, SESSION_S, end_session, new_session
from shotwright.api.body import read_body, read_json
from shotwright.api.call import SMALL_BYTES, node_of
from shotwright.core.errors import Forbidden, Unauthorized
from shotwright.web.render import VISITOR, new_token, page

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.api.auth import Caller


async def form(request: Request) -> Response:
    """GET /signin."""
    if await node_of(request).authenticator.is_open():
        return RedirectResponse(_next(request.query_params.get("next", "")), 303)
    return _shown(request, request.query_params.get("next", ""), "")


async def enter(request: Request) -> Response:
    """POST /signin: the key, where to go, and the double-submit CSRF token of our own form."""
    node = node_of(request)
    given = dict(urllib.parse.parse_qsl((await read_body(request, SMALL_BYTES)).decode("utf-8", "replace")))
    where, word = given.get("next", ""), request.cookies.get(VISITOR, "")
    if not word or not hmac.compare_digest(word.encode(), given.get("word", "").encode()):
        return _shown(request, where, "The page had expired. Try again.", 403)
    who = await node.authenticator.caller(given.get("key", "").strip())
    if who is None:
        return _shown(request, where, "This server does not know that key.", 401)
    answer = RedirectResponse(_next(where), 303)
    _set(answer, request, who)
    answer.delete_cookie(VISITOR)
    return answer


async def enter_by_program(request: Request) -> Response:
    """POST /session {"key"}: the cookie, for our own pages, which call it with JSON from this origin."""
    node = node_of(request)
    body = await read_json(request, SMALL_BYTES)
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Forbidden("Sign in on the page itself.")
    who = await node.authenticator.caller(str(body.get("key", "")) if isinstance(body, dict) else "")
    if who is None:
        raise Unauthorized
    answer = Response(status_code=204)
    _set(answer, request, who)
    return answer


def _set(answer: Response, request: Request, who: Caller) -> None:
    text = new_session(node_of(request).secret, who)
    answer.set_cookie(COOKIE, text, SESSION_S, httponly=True, samesite="lax", secure=_is_https(request))


async def leave(request: Request) -> Response:
    """POST /signout: forget the cookie, here and in the browser. Doing so by mistake harms nobody."""
    node = node_of(request)
    await end_session(node.authenticator, request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/signin", 303)
    answer.delete_cookie(COOKIE)
    return answer


def _shown(request: Request, where: str, problem: str, status: int = 200) -> Response:
    word = new_token()
    answer = page(request, "signin.html", None, status=status, next=_next(where), problem=problem, word=word)
    answer.set_cookie(VISITOR, word, 3600, httponly=True, samesite="strict", secure=_is_https(request))
    return answer


def _next(where: str) -> str:
    """A path of this server, never another site."""
    try:
        parts = urllib.parse.urlsplit(where)
    except ValueError:
        return "/"
    is_ours = where.startswith("/") and not where.startswith(("//", "/\\")) and not parts.netloc
    return where if is_ours else "/"


def _is_https(request: Request) -> bool:
    return request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
