"""A draft as a playblast: its clip goes to the edit model as the video whose blocking, timing and camera stay, dressed by the request's pictures.

The same request becomes another one: `video-to-video/edit` of the same tier, the draft as `@Video1`, as many of the references
as a video request takes, and a prompt that says by rule what each stand-in is. Nothing is sent from here. Source: kling-o1 b.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shotwright.core.catalog import ENDPOINTS, PROMPT_LIMIT, SLUGS
from shotwright.core.errors import BadRequest
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexer import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shotwright.core.catalog import Endpoint
    from shotwright.core.plan import Entity, ShotPlan
    from shotwright.core.request import ShotRequest

KEEP = "Keep the blocking, timing, framing and camera of @Video1 exactly as they are; it is a rough draft with stand-ins. Turn it into the finished shot."
CAST_MAX = 10
"""As many of the cast are named."""
UNNAMED = frozenset({"character", "object", "garment"})
"""What the plan calls a picture that the words give no noun."""
BARE = frozenset({"body_part", "clothing", "light"})
"""Kinds that are said with whom they belong to."""


@dataclass(frozen=True)
class Playblast:
    """The request that a draft becomes.

    Attributes:
        endpoint_id: The edit model of the same tier and wire.
        arguments: Its body.
        used: References of the first request to their names in this one.
        left_out: References for which a video request has no room, least needed last.
    """

    endpoint_id: str
    arguments: dict[str, Any]
    used: Mapping[str, str]
    left_out: tuple[str, ...]


def playblast(request: ShotRequest, plan: ShotPlan, clip_url: str, prompt: str | None = None) -> Playblast:
    """The edit of a draft's clip that makes a film of it.

    Args:
        request: What was drafted.
        plan: As it was drawn.
        clip_url: Address of the draft.
        prompt: Words to send instead of those that are made by rule.

    Raises:
        BadRequest: The request is an edit, whose own video is a better guide than its draft.
    """
    first = request.endpoint
    if first.task == "edit":
        raise BadRequest(
            'An edit has a video already, which says more than its draft. Promote it with the lock "words".'
        )
    target = _edit_of(first)
    wanted = _by_need(request, plan)
    kept = wanted[: target.reference_limit]
    elements = [ref for ref in kept if ref.startswith("@Element")]
    images = [ref for ref in kept if ref.startswith("@Image")]
    used = {ref: f"@Element{i}" for i, ref in enumerate(elements, 1)}
    used |= {ref: f"@Image{i}" for i, ref in enumerate(images, 1)}
    arguments: dict[str, Any] = {"prompt": prompt or _words(request, plan, used), "video_url": clip_url}
    if elements:
        views = [request.elements[int(ref.removeprefix("@Element")) - 1] for ref in elements]
        arguments["elements"] = [
            {"frontal_image_url": view.frontal_image_url, "reference_image_urls": list(view.reference_image_urls)}
            for view in views
        ]
    if images:
        arguments["image_urls"] = [request.images[int(ref.removeprefix("@Image")) - 1] for ref in images]
    return Playblast(target.id, arguments, used, tuple(ref for ref in wanted if ref not in used))


def _edit_of(endpoint: Endpoint) -> Endpoint:
    """The edit model of the same tier on the same wire."""
    known = (*ENDPOINTS.values(), *SLUGS.values())
    return next(e for e in known if e.task == "edit" and e.tier == endpoint.tier and e.wire == endpoint.wire)


def _by_need(request: ShotRequest, plan: ShotPlan) -> list[str]:
    """All references of a request, most needed first: who is seen, then the place, the style, other pictures, frames, which the draft shows anyway."""
    there = [f"@Element{i}" for i in range(1, len(request.elements) + 1)]
    there += [f"@Image{i}" for i in range(1, len(request.images) + 1)]
    cast = [item.ref for item in plan.entities if item.ref]
    frames = [ref for ref in (plan.start_frame, plan.end_frame) if ref]
    order = [*cast, plan.place_ref, *plan.style_refs, *(ref for ref in there if ref not in frames), *frames]
    return [ref for ref in dict.fromkeys(order) if ref in there]


def _words(request: ShotRequest, plan: ShotPlan, used: Mapping[str, str]) -> str:
    """What stays, who is who, where it is, how it looks, and what the client wrote, as far as there is room."""
    made = " ".join([KEEP, *_cast(plan, used), *_setting(plan, used)])
    wish = _renamed(request.prompt, plan, used)
    room = PROMPT_LIMIT - len(made) - len(' It was asked for as: ""')
    if len(wish) > room:
        wish = wish[: max(0, room - 1)].rsplit(" ", 1)[0] + "…"
    return f'{made} It was asked for as: "{wish}"' if room > 0 else made[:PROMPT_LIMIT]


def _cast(plan: ShotPlan, used: Mapping[str, str]) -> list[str]:
    """ "The woman is @Element1, in a yellow raincoat." """
    said: list[str] = []
    for item in plan.entities:
        if item.kind in BARE or item.noun in plan.setting.places or len(said) == CAST_MAX:
            continue
        worn = _worn(item, plan)
        name = used.get(item.ref or "")
        if name and item.noun in UNNAMED:
            said.append(f"One of its stand-ins is {name}{worn}.")
        elif name:
            said.append(f"The {item.noun} is {name}{worn}.")
        elif item.ref is None and (item.attributes or item.count > 1):
            said.append(f"The {item.noun} is {_described(item)}{worn}.")
        elif item.ref is None and worn:
            said.append(f"The {item.noun} is{worn.removeprefix(',')}.")
    return said


def _described(item: Entity) -> str:
    """ "a tiny orange kitten", "three grey geese"."""
    words = " ".join([*item.attributes, item.noun])
    if item.count > 1:
        return f"{words}, {item.count if item.count < CAST_MAX else 'many'} of them"
    return f"{_article(words)} {words}"


def _worn(item: Entity, plan: ShotPlan) -> str:
    worn = [plan.entity(r.to) for r in plan.relations if r.of == item.id and r.relation == "wearing"]
    names = [" ".join([*one.attributes, one.noun]) for one in worn if one is not None and not one.ref]
    return f", in {_listed(f'{_article(name)} {name}' for name in names)}" if names else ""


def _setting(plan: ShotPlan, used: Mapping[str, str]) -> list[str]:
    """The place, the light, the style, in a sentence each."""
    look = plan.look
    place = used.get(plan.place_ref or "")
    said = [f"The place is that of {place}."] if place else []
    if not place and plan.setting.places:
        words = " ".join([*plan.setting.attributes, plan.setting.places[0]])
        said.append(f"The place is {_article(words)} {words}.")
    named = [text.replace("_", " ") for text in (look.time_of_day, look.weather, look.lighting, look.mood) if text]
    said += [f"Light and air: {_listed(named)}."] if named else []
    styles = [used[ref] for ref in plan.style_refs if ref in used]
    if styles:
        said.append(f"The style is that of {_listed(styles)}.")
    elif look.style:
        said.append(f"The style is {look.style.replace('_', ' ')}.")
    return said


def _renamed(prompt: str, plan: ShotPlan, used: Mapping[str, str]) -> str:
    """The client's words with the references' new names; what is left out is called by its noun."""
    parts, at = [], 0
    for token in tokenize(prompt, v.KNOWN_WORDS):
        if token.kind != "ref":
            continue
        parts += [prompt[at : token.start], used.get(token.lemma) or _called(token.lemma, plan)]
        at = token.end
    return "".join([*parts, prompt[at:]]).replace('"', "'").strip()


def _called(ref: str, plan: ShotPlan) -> str:
    """A reference that is not sent, in words."""
    if ref.startswith("@Video"):
        return "the shot before"
    return f"the {next((item.noun for item in plan.entities if item.ref == ref), 'picture')}"


def _article(words: str) -> str:
    return "an" if words[:1].lower() in "aeiou" else "a"


def _listed(names: Iterable[str]) -> str:
    """ "a, b and c"."""
    known = list(names)
    return " and ".join([", ".join(known[:-1]), known[-1]] if len(known) > 1 else known)
