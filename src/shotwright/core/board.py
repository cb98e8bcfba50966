"""A board in words: what may be said of a shot, and how the names of a project's members become references of a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shotwright.core.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

STATUSES = ("draft", "approved", "promoted", "final")
KINDS = ("element", "image")
"""What a member is in a request: an element with views, or one image (a place, a style)."""
MEMBERS_MAX, NAME_MAX, NOTE_MAX, TAGS_MAX = 40, 80, 4000, 20
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_RESERVED = re.compile(r"(image|element|video)\d*", re.IGNORECASE)


def checked_members(given: object) -> list[dict[str, Any]]:
    """Members of a project as they are kept: name, kind, pictures.

    Raises:
        BadRequest: One has no name that fits behind an @, no picture, or a name that is taken.
    """
    if not isinstance(given, list) or len(given) > MEMBERS_MAX:
        raise BadRequest(f"members is a list of at most {MEMBERS_MAX}.")
    found: list[dict[str, Any]] = []
    for item in given:
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
            raise BadRequest('A member needs a name of letters and digits that fits behind an @, such as "Anna".')
        if any(name.lower() == other["name"].lower() for other in found):
            raise BadRequest(f"There are two members called {name}.")
        kind, pictures = item.get("kind", KINDS[0]), item.get("pictures")
        if kind not in KINDS:
            raise BadRequest(f"kind of {name} must be one of: {', '.join(KINDS)}.")
        if not isinstance(pictures, list) or not pictures or not all(isinstance(url, str) and url for url in pictures):
            raise BadRequest(f"{name} needs pictures: a list of addresses, the frontal one first.")
        found.append({"name": name, "kind": kind, "pictures": pictures})
    return found


def bound(arguments: dict[str, Any], members: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The arguments of a request in which the members that the prompt names ("@Anna") are elements and images.

    Members keep their order of mention; what the request brings along comes first and keeps its numbers.
    """
    prompt = str(arguments.get("prompt", ""))
    named = {
        member["name"]: match.start()
        for member in members
        if (match := re.search(rf"@{re.escape(member['name'])}(?![\w-])", prompt, re.IGNORECASE))
    }
    elements, images = list(arguments.get("elements") or ()), list(arguments.get("image_urls") or ())
    for member in sorted((m for m in members if m["name"] in named), key=lambda m: named[m["name"]]):
        first, *views = member["pictures"]
        if member["kind"] == "element":
            elements.append({"frontal_image_url": first, "reference_image_urls": views})
            ref = f"@Element{len(elements)}"
        else:
            images.append(first)
            ref = f"@Image{len(images)}"
        prompt = re.sub(rf"@{re.escape(member['name'])}(?![\w-])", ref, prompt, flags=re.IGNORECASE)
    more = {"elements": elements or None, "image_urls": images or None}
    return {**arguments, "prompt": prompt, **{name: value for name, value in more.items() if value}}


def checked_text(given: object, name: str, most: int, *, least: int = 0) -> str:
    """A text of a board.

    Raises:
        BadRequest: It is none, or too long.
    """
    if not isinstance(given, str) or not least <= len(given.strip()) or len(given) > most:
        raise BadRequest(f"{name} must be a text of {least} to {most} characters.")
    return given.strip()


def checked_tags(given: object) -> list[str]:
    """Tags of a shot, each once.

    Raises:
        BadRequest: They are no list of short texts.
    """
    if not isinstance(given, list) or len(given) > TAGS_MAX:
        raise BadRequest(f"tags is a list of at most {TAGS_MAX}.")
    return list(dict.fromkeys(checked_text(tag, "A tag", NAME_MAX, least=1) for tag in given))
