"""What kind of change an edit is: the verb chooses a reading, the object decides the operation.

"Change the sky to", "change the hoodie to", "change the weather to": a time of day, a replacement, a weather. Source: kling-o1 b.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.plan import Edit
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.grammar import ARTICLES, is_chinese
from shotwright.core.prompt.roles import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from shotwright.core.plan import EditOp
    from shotwright.core.prompt.lexer import Token

CUTS = frozenset({"into", "to", "with", "for", "by", "as"})
WHERE = frozenset({
    "to", "in", "on", "behind", "beside", "at", "into", "above", "over", "under", "below", "near", "around", "next",
    "onto",
})  # fmt: skip
SKIPPED = frozenset({
    "the", "a", "an", "only", "into", "to", "with", "it", "please", "both", "all", "his", "her", "their", "its",
    "some", "every", "new", "current", "现", "的", "中", "把", "将",
})  # fmt: skip


def head_part(tokens: list[Token]) -> list[Token]:
    """A noun phrase without what follows it: "the brush currently used in the video"."""
    end = next(
        (
            i
            for i, t in enumerate(tokens)
            if i and (t.text.lower().endswith("ly") or t.lemma in {"use", "that", "which", "he", "she", "they"})
        ),
        len(tokens),
    )
    return tokens[:end]


def described(target: list[Token], words: list[Token]) -> Edit:
    """A thing and the adjective that it should have."""
    name, colour = phrase_of(target), _colour(words)
    if ref_in(words) and about(target) not in {"background", "style"}:
        return Edit("replace", target=name, with_ref=ref_in(words))
    if about(target) == "background" and not (v.WEATHERS.first(words) and len(words) <= 2):
        return Edit("background", to=ref_in(words) or phrase_of(words), with_ref=ref_in(words))
    if v.MATERIALS.find(words) and not colour:
        return Edit("material", target=name, to=phrase_of(words))
    if colour:
        return Edit("recolour", target=name, to=colour)
    if v.WEATHERS.first(words) and (_is_it(target) or v.OBJECTS.first(target) in {"weather", "style", "background"}):
        return Edit("weather", to=v.WEATHERS.first(words))
    if v.TIMES.first(words):
        return Edit("time_of_day", target=name, to=v.TIMES.first(words))
    return Edit("attribute", target=name, to=phrase_of(words))


def nouns_in(tokens: list[Token]) -> list[Token]:
    """The words that say something, without articles and particles."""
    return [t for t in tokens if t.kind == "word" and t.lemma not in SKIPPED | {"给", "让"}]


def changed(verb: str, rest: list[Token], phrase: str) -> Edit | None:
    """The edit that a verb makes of what follows it."""
    simple: dict[str, Callable[[], Edit | None]] = {
        "style": lambda: (
            None
            if _is_it(rest)
            else Edit(
                "style", to=v.STYLES.first(rest) or (None if ref_in(rest) else phrase_of(rest)), with_ref=ref_in(rest)
            )
        ),
        "recolour": lambda: (
            Edit("recolour", target=phrase_of([t for t in rest if not is_colour(t)]), to=_colour(rest))
            if _colour(rest)
            else _styled(rest)
        ),
        "relight": lambda: Edit("time_of_day", to=v.TIMES.first(rest) or v.LIGHTING.first(rest)),
        "material": lambda: (
            Edit("material", target=phrase_of(rest), to=(v.MATERIALS.find(rest) and text_of(rest[-1:])) or None)
            if v.MATERIALS.find(rest)
            else None
        ),
        "dress": lambda: Edit("replace", target="outfit", with_ref=ref_in(rest), to=phrase_of(rest)),
        "attribute": lambda: Edit("attribute", target=phrase_of(rest), to=phrase) if rest else None,
        "effect": lambda: Edit("effect", target=phrase_of(rest), what="fire" if "fire" in phrase else phrase),
    }
    if verb in simple:
        return simple[verb]()
    return _exchange(verb, rest)


def _styled(rest: list[Token]) -> Edit | None:
    """ "Repaint the video with the brushwork of @Image1"."""
    is_style = bool(v.STYLE_WORDS.find(rest) or v.STYLES_OF.find(rest))
    return Edit("style", to=v.STYLES.first(rest), with_ref=ref_in(rest)) if is_style else None


def _is_it(rest: list[Token]) -> bool:
    return not rest or rest[0].lemma in {"it", "this", "that", "them"}


def _exchange(verb: str, rest: list[Token]) -> Edit | None:
    """ "X with Y", "X into Y", "X to Y": the object X decides what kind of change it is."""
    whole = next((t for t in rest if t.kind == "word" and t.lemma not in SKIPPED | {"whole", "entire"}), None)
    looks = v.STYLES.first(rest) if any(t.lemma in {"look", "feel"} for t in rest) else None
    if looks and (
        _is_it(rest) or (whole and whole.lemma in {"thing", "everything", "video", "clip", "scene", "footage", "look"})
    ):
        return Edit("style", to=looks, with_ref=ref_in(rest))  # "make the whole thing look like an oil painting"
    cut = next((i for i, token in enumerate(rest) if i and token.lemma in CUTS), None)
    inside = next((i for i, token in enumerate(rest) if i and token.lemma in {"in", "at"}), None)
    if inside and about(rest[:inside]) == "background" and (cut is None or inside < cut):
        cut = inside  # "set the scene in a garden"
    if cut is None or cut + 1 >= len(rest):
        return _single(verb, rest)
    return exchanged(verb, rest[:cut], rest[cut + 1 :])


def exchanged(verb: str, target: list[Token], new: list[Token]) -> Edit:
    """X becomes Y."""
    ref, words, name = ref_in(new), phrase_of(new), phrase_of(_owner_of(target))
    weather, time, style, colour = v.WEATHERS.first(new), v.TIMES.first(new), v.STYLES.first(new), _colour(new)
    topic = about(target)
    is_whole = topic == "style" or not target or name is None
    named = nouns_in(_upto_of(target))
    was_place = verb == "instead" and bool(v.PLACES.find(target)) and bool(ref or v.PLACES.find(new))
    in_place = was_place or (kind_of(named) == "place" and kind_of(nouns_in(_upto_of(new))) == "place")
    readings: list[tuple[bool, EditOp, str | None]] = [
        (in_place, "background", ref or words),
        (topic == "background" and weather is not None and ref is None and _is_scene(target), "weather", weather),
        (topic == "background" and style is None, "background", ref or words),
        (topic == "weather", "weather", weather or words),
        (weather is not None and bool(v.WEATHERS.first(target)), "weather", weather),
        (time is not None and bool(v.TIMES.first(target)) and topic != "background", "time_of_day", time),
        (
            ref is None and _is_material(new) and any(t.lemma in {"solid", "pure", "real", "make"} for t in new),
            "material",
            words,
        ),
        (topic == "time", "time_of_day", time or words),
        (topic == "material", "material", words),
        (topic == "colour" and colour is not None, "recolour", colour),
        (is_whole and (style is not None or "style" in {t.lemma for t in new}), "style", style or words),
        (is_whole and time is not None, "time_of_day", time),
        (is_whole and weather is not None, "weather", weather),
        (ref is None and colour is not None and _ends_in_colour(new), "recolour", colour),
        (ref is None and verb in {"change", "replace"} and _is_material(new), "material", words),
    ]
    for applies, op, value in readings:
        if applies:
            return Edit(op, target=name, to=value, with_ref=ref if op in {"style", "background", "material"} else None)
    return Edit("replace", target=name, to=words, with_ref=ref)


def _owner_of(target: list[Token]) -> list[Token]:
    """ "The colour of the wall" is the wall's."""
    of = next((i for i, t in enumerate(target) if i and t.lemma == "of"), None)
    return target[of + 1 :] if of and about(target[:of]) in {"colour", "material"} else target


def _ends_in_colour(new: list[Token]) -> bool:
    """ "Navy blue", "a bright red colour"; not "orange juice"."""
    words = [t for t in nouns_in(new) if t.lemma not in {"colour", "color", "tone", "shade", "hue", "色"}]
    return bool(words) and len(words) <= 3 and is_colour(words[-1])


def about(target: list[Token]) -> str | None:
    """What kind of thing is changed, by the head of its noun phrase: "the sofa material" is about a material."""
    words = nouns_in(head_part(_upto_of(target)))
    for length in (3, 2, 1):
        hit = v.OBJECTS.at(words[-length:], 0) if len(words) >= length else None
        if hit and hit.end == length:
            return hit.value
    return None


def _upto_of(tokens: list[Token]) -> list[Token]:
    end = next(
        (
            i
            for i, t in enumerate(tokens)
            if i and t.lemma in {"of", "in", "on", "behind", "around", "from", "at", "with"}
        ),
        len(tokens),
    )
    return tokens[:end]


def _is_scene(target: list[Token]) -> bool:
    return any(t.lemma in {"scene", "setting", "environment"} for t in target)


def _is_material(new: list[Token]) -> bool:
    words = nouns_in(new)
    return any((hit := v.MATERIALS.at(words[-n:], 0)) and hit.end == n for n in (2, 1) if len(words) >= n)


def _single(verb: str, rest: list[Token]) -> Edit | None:
    """A verb with one object: "make it snow", "make the car red", "turn the sky purple", "make him older"."""
    readings: list[tuple[EditOp, str | None]] = [
        ("material", rest[-1].lemma if rest and _is_material(rest) and len(rest) > 2 else None),
        ("weather", v.WEATHERS.first(rest)), ("time_of_day", v.TIMES.first(rest)),
        ("style", v.STYLES.first(rest)), ("recolour", _colour(rest)),
    ]  # fmt: skip
    for op, value in readings:
        if value:
            return Edit(op, target=None if _is_it(rest) else phrase_of([t for t in rest if t.lemma != value]), to=value)
    if verb == "replace" and rest:
        return Edit("replace", target=phrase_of(rest))
    words = [
        t
        for t in rest
        if t.lemma not in {"look", "appear", "more", "much", "a", "bit", "year", "years"} and t.kind != "number"
    ]
    is_pronoun = words[:1] and words[0].lemma in {"he", "him", "she", "it", "them", "they"}
    if (
        verb == "change"
        and len(words) >= (2 if is_pronoun else 3)
        and words[0].lemma in ARTICLES | {"he", "him", "she", "it", "them"}
    ):
        return Edit("attribute", target=phrase_of(words[:-1]) or words[0].lemma, to=words[-1].lemma)
    return None


def added(rest: list[Token]) -> list[Edit]:
    """Something new in the picture: a thing, an effect on a thing, a weather."""
    if not rest:
        return []
    if rest[0].lemma in {"it", "everything"} and (v.STYLES.first(rest) or v.STYLES_OF.at(rest, len(rest) - 1)):
        return [
            Edit("style", to=v.STYLES.first(rest) or phrase_of(rest), with_ref=ref_in(rest))
        ]  # "give it a noir look"
    parts = _parted(rest)
    if len(parts) > 1 and any(_is_weather(part) for part in parts):
        return [edit for part in parts for edit in added(part)]  # "add snow and a lantern"
    if handed := _handed(rest):
        return handed
    cut = next((i for i, t in enumerate(rest) if i and t.lemma in WHERE), None)
    what, where = (rest, []) if cut is None else (rest[:cut], rest[cut:])
    effects = effects_in(what)
    nouns = nouns_in(what)
    opens = bool(nouns) and v.EFFECTS.at(nouns[:1], 0) is not None
    if effects and (opens or kind_of(nouns) == "effect" or any(t.lemma == "effect" for t in what)):
        return [Edit("effect", target=phrase_of(where[1:]), what=effect) for effect in effects]
    if _is_weather(what) and not ref_in(rest):
        return [Edit("weather", to=v.WEATHERS.first(what))]
    placement = " ".join(token.text for token in where if token.kind != "ref") or None
    return [Edit("add", what=phrase_of(what), with_ref=ref_in(rest), placement=placement)]


def _handed(rest: list[Token]) -> list[Edit]:
    """ "A boy holding a balloon from @Image2": the picture is of the balloon, and the boy holds it."""
    at = next((i for i, t in enumerate(rest) if i and t.lemma in {"hold", "carry"}), None)
    if at is None or ref_in(rest[at:]) is None:
        return []
    holder = phrase_of(rest[:at]) or ref_in(rest[:at])
    held = Edit("add", what=phrase_of(rest[at + 1 :]), with_ref=ref_in(rest[at:]), placement=f"held by {holder}")
    return [Edit("add", what=phrase_of(rest[:at]), with_ref=ref_in(rest[:at])), held]


def _is_weather(what: list[Token]) -> bool:
    """ "Snow", "heavy rain"; not "a rain jacket on the dog"."""
    return v.WEATHERS.first(what) not in {None, "wet"} and len(nouns_in(what)) <= 2


def implied(edit: Edit, clause: list[Token]) -> list[Edit]:
    """A place that is also a time of day or a weather: "a rainy evening", "an alley at night", "a snowy day"."""
    if edit.op not in {"background", "weather"} and not (edit.op == "replace" and edit.target == "sky"):
        return []
    extra: list[Edit] = []
    time, weather = v.TIMES.first(_new_part(clause)), v.WEATHERS.first(_new_part(clause))
    if edit.op == "weather" and clause[-1].lemma == "day":
        time = time or "day"
    if time:
        extra.append(Edit("time_of_day", to=time))
    if weather and edit.op != "weather":
        extra.append(Edit("weather", to=weather))
    return extra


def _new_part(clause: list[Token]) -> list[Token]:
    """What stands behind "into", "to", "with": the daytime street into an alley at night."""
    cut = next((i for i, t in enumerate(clause) if t.lemma in {"into", "to", "with", "as"}), 0)
    return clause[cut:]


def _apart(tokens: list[Token], end: int, start: int) -> bool:
    """Whether two effects are two: "lightning and fire", not "glowing sparks"."""
    return any(t.kind == "comma" or t.lemma in {"and", "or", "plus"} for t in tokens[end:start])


def effects_in(tokens: list[Token], at: int = 0) -> list[str]:
    """Names of the effects that are mentioned; the word effect alone names none."""
    hits = v.EFFECTS.find(tokens, at)
    named = [hit for hit in hits if hit.phrase not in {"effect", "fx"}]
    named = [hit for i, hit in enumerate(named) if i + 1 == len(named) or _apart(tokens, hit.end, named[i + 1].start)]
    return [text_of(tokens[hit.start : hit.end]) for hit in named or hits]


def substituted(rest: list[Token]) -> list[Edit]:
    """ "Substitute @Element1 for the jockey and @Element2 for the horse": what is new stands first."""
    edits: list[Edit] = []
    for part in _parted(rest):
        cut = next((i for i, t in enumerate(part) if i and t.lemma in {"for", "with"}), None)
        if cut is not None:
            new, old = (part[:cut], part[cut + 1 :]) if part[cut].lemma == "for" else (part[cut + 1 :], part[:cut])
            edits.append(exchanged("replace", old, new))
    return edits


def several_changes(verb: str, rest: list[Token]) -> list[Edit]:
    """ "Change the table to glass and the walls to brick"."""
    parts = _parted(rest)
    whole = len(parts) > 1 and all(any(t.lemma in {"to", "into", "with"} for t in part[1:-1]) for part in parts)
    return [edit for part in parts if (edit := _exchange(verb, part))] if whole else []


def several_colours(rest: list[Token]) -> list[Edit]:
    """ "His hair silver and his eyes green": more than one thing with its colour."""
    parts = _parted(rest)
    if len(parts) < 2 or not all(len(part) > 1 and is_colour(part[-1]) for part in parts):
        return []
    return [Edit("recolour", target=phrase_of(part[:-1]), to=part[-1].lemma) for part in parts]


def _parted(tokens: list[Token]) -> list[list[Token]]:
    """What "and" joins."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.lemma in {"and", "or", "和"}:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def relocated(rest: list[Token]) -> list[Edit]:
    """ "Move the interview to a library"."""
    cut = next((i for i, t in enumerate(rest) if i and t.lemma in {"to", "into", "onto"}), None)
    if cut is None or any(t.lemma in v.CAMERA_NOUNS for t in rest):
        return []
    new = rest[cut + 1 :]
    ref = ref_in(new)
    if about(rest[:cut]) in {"time", "weather"}:
        return [exchanged("change", rest[:cut], new)]
    return [Edit("background", to=ref or phrase_of(new), with_ref=ref)] if ref or v.PLACES.find(new) else []


def wrapped(rest: list[Token]) -> list[Edit]:
    """ "Wrap the sword in blue lightning", "cover the roof with snow"."""
    cut = next((i for i, t in enumerate(rest) if i and t.lemma in {"in", "with", "by"}), None)
    if cut is None:
        return []
    target, new = rest[:cut], rest[cut + 1 :]
    effects = v.EFFECTS.find(new)
    if effects:
        return [Edit("effect", target=phrase_of(target), what=text_of(new[effects[-1].start : effects[-1].end]))]
    return (
        [Edit("material", target=phrase_of(target), to=phrase_of(new))]
        if _is_material(new)
        else [Edit("add", what=phrase_of(new), with_ref=ref_in(new), placement=phrase_of(target))]
    )


def removals(tokens: list[Token]) -> list[Edit]:
    """One removal for each thing: "the lamp and the sign"."""
    named = [
        phrase
        for part in _parted(tokens)
        if (phrase := phrase_of(part)) and part[0].lemma not in {"them", "it", "that"}
    ]
    return [Edit("remove", target=phrase) for phrase in named]


def ref_in(tokens: list[Token]) -> str | None:
    """The first picture or element that is mentioned."""
    return next((t.lemma for t in tokens if t.kind == "ref" and not t.lemma.startswith("@Video")), None)


def is_colour(token: Token) -> bool:
    """The name of a colour, or "#ff8800"."""
    return token.lemma in v.COLOURS or token.lemma.startswith("#")


def _colour(tokens: list[Token]) -> str | None:
    return next((t.lemma for t in tokens if is_colour(t)), None)


def text_of(tokens: list[Token]) -> str:
    """Words as a text again."""
    joiner = "" if is_chinese(tokens) else " "
    return joiner.join(token.lemma for token in tokens)


def phrase_of(tokens: list[Token]) -> str | None:
    """A noun phrase without articles, references and "in the video"."""
    words: list[Token] = []
    for token in tokens:
        if words and (token.kind == "ref" or token.lemma in {"in", "from", "of", "that", "which"}):
            break
        if token.kind == "word" and token.lemma not in SKIPPED:
            words.append(token)
    return text_of(words) or None
