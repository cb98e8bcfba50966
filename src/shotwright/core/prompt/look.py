"""Light, mood, weather, lens, and the place and people that the words name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Action, Look, Path
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.film import film_phrases
from shotwright.core.prompt.grammar import is_boundary
from shotwright.core.prompt.lexer import sentences, span_of
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.things import Deed, Scene, Thing

if TYPE_CHECKING:
    from shotwright.core.plan import Span
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.prompt.phrases import Hit, PhraseTable

LIGHT_WORDS = frozenset({"light", "lighting"})
COUNTS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "several": 3,
    "couple": 2,
    "few": 3,
    "some": 3,
    "many": 5,
    "group": 4,
    "两": 2,
    "三": 3,
}
KIND_OF_FIGURE = {"person": "person", "car": "vehicle", "boat": "vehicle", "bicycle": "vehicle", "object": "other"}
HEADING_ENDS = {
    "toward": {"end": "near"}, "away": {"end": "far"}, "left": {"start": "right", "end": "left"}, "right": {"start": "left", "end": "right"},
}  # fmt: skip


def _is_of_thing(tokens: list[Token], hit: Hit[str]) -> bool:
    """ "A black vintage mustang": a word of age that is said of a thing, and not of the film."""
    after = noun_of(tokens[hit.end].lemma) if hit.end < len(tokens) else None
    is_age = hit.phrase in {"vintage", "retro"}
    return is_age and after is not None and after.kind not in {"abstract", "place", "inside", "light"}


def _is_done(tokens: list[Token], at: int) -> bool:
    """ "A painter sketches a woman": what somebody does is no style."""
    before = tokens[at - 1].low if at else ""
    is_verb = before.endswith(("es", "ing", "ts", "ws")) or before in {"sketch", "paint", "draw"}
    return (
        is_verb
        and at < len(tokens)
        and tokens[at].lemma in {"a", "an", "the", "his", "her", "their", "him", "them", "it"}
    )


def parse_look(tokens: list[Token]) -> tuple[Look, dict[str, Span]]:
    """The grade of the shot, and the text behind each part of it."""
    hits = {name: hit for name, table in _TABLES.items() if (hit := _positive(table, tokens)) is not None}
    spans = {f"look.{name}": span_of(tokens[hit.start : hit.end]) for name, hit in hits.items()}
    lens, lens_span = _lens(tokens)
    if lens_span:
        spans["look.lens_mm"] = lens_span
    return Look(lens_mm=lens, **{name: hit.value for name, hit in hits.items()}), spans


def _lens(tokens: list[Token]) -> tuple[float | None, Span | None]:
    """Focal length of "35mm lens"; "35 mm film" is a film stock."""
    for number, unit, *rest in zip(tokens, tokens[1:], tokens[2:] + tokens[:1], strict=False):
        is_film = bool(rest) and rest[0].lemma == "film"
        if number.kind == "number" and unit.lemma == "mm" and 8 <= number.value <= 800 and not is_film:
            return number.value, (number.start, unit.end)
    return None, None


def _positive(table: PhraseTable[str], tokens: list[Token]) -> Hit[str] | None:
    hits = [
        hit
        for hit in table.find(tokens)
        if not any(token.lemma in v.NEGATIONS for token in tokens[max(0, hit.start - 2) : hit.start])
        and not (table is v.WEATHERS and _is_no_weather(tokens, hit))
        and not (table is v.STYLES and (_is_done(tokens, hit.end) or _is_of_thing(tokens, hit)))
        and not (table is v.STYLES and hit.end < len(tokens) and tokens[hit.end].lemma in LIGHT_WORDS)
    ]
    if table is v.WEATHERS:
        hits = _likeliest(hits)
    spoken = [
        hit for hit in hits if LIGHT_WORDS & set(hit.phrase.split())
    ]  # "cinematic lighting" before "sun-drenched"
    return next(iter(spoken or hits), None)


def _likeliest(hits: list[Hit[str]]) -> list[Hit[str]]:
    """Rain before its puddles; under a clear sky what is snowy is the ground."""
    if any(hit.value == "clear" for hit in hits):
        hits = [hit for hit in hits if hit.phrase not in LYING]
    return sorted(hits, key=lambda hit: hit.value == "wet")


LYING = frozenset({"snowy", "snow", "foggy"})
"""Weather that may lie where the sky is clear."""


def _is_no_weather(tokens: list[Token], hit: Hit[str]) -> bool:
    """ "A dust storm", "arrows rain down": words of the weather that say something else."""
    before = tokens[hit.start - 1] if hit.start else None
    if before is None or before.kind != "word":
        return False
    after = tokens[hit.end].low if hit.end < len(tokens) else ""
    if tokens[hit.start].low in {"storms", "stormed", "storming"} and after in {
        "out",
        "off",
        "in",
        "into",
        "past",
        "away",
        "through",
    }:
        return True  # who is angry
    falls = hit.phrase in {"rain", "snow"} and after in {"down", "on", "upon", "from"} and before.low.endswith("s")
    return falls or (hit.phrase == "storm" and before.lemma in {"dust", "sand", "fire", "meteor", "thought"})


_TABLES: dict[str, PhraseTable[str]] = {
    "lighting": v.LIGHTING, "mood": v.MOODS, "style": v.STYLES, "weather": v.WEATHERS, "time_of_day": v.TIMES,
    "depth_of_field": v.DEPTH_OF_FIELD,
}  # fmt: skip


def settings_in(tokens: list[Token]) -> list[Hit[str]]:
    """Nouns of the settings: "depth of field" names none."""
    film = film_phrases(tokens)
    looks_out = any(token.lemma == "window" for token in tokens)
    return [
        hit
        for hit in v.SETTINGS.find(tokens)
        if hit.start not in film
        and not _is_said_of(tokens[hit.start], hit)
        and not SEEN_AFAR & {token.low for token in tokens[hit.end : hit.end + 1]}
        and not (looks_out and tokens[hit.start].low in SEEN_AFAR)  # "a window with a city skyline"
        and not (
            tokens[hit.start].low == "sky" and UPWARDS & {t.low for t in tokens[max(0, hit.start - 3) : hit.start]}
        )
    ]


def _is_said_of(token: Token, hit: Hit[str]) -> bool:
    """ "A parked crane" is in no park."""
    return hit.end - hit.start == 1 and token.low != token.lemma and token.low.endswith(("ed", "ing"))


UPWARDS = frozenset({"into", "towards", "toward", "to", "at", "up"})
"""Before a sky that somebody only aims at."""
SEEN_AFAR = frozenset({"skyline", "cityscape", "view", "panorama", "steeple", "spire", "dome", "belfry", "turret", "minaret", "facade", "chimney"})  # fmt: skip
"""What one sees from elsewhere."""


def parse_shells(tokens: list[Token]) -> tuple[str, ...]:
    """Kinds of places that the words name, each once, in order. A building alone is a room; beside an open place it stands in it."""
    hits = settings_in(tokens)
    weak = [hit for hit in hits if hit.phrase == "tree"]
    hits = hits if len(weak) == len(hits) else [hit for hit in hits if hit not in weak]  # a tree on Mars is no forest
    named = dict.fromkeys(hit.value for hit in hits)
    return tuple(name for name in named if name != "building") or (("interior",) if named else ())


def read_beings(scene: Scene, tokens: list[Token]) -> None:
    """Who and what a prompt names that cannot be parsed: Chinese, matched with the tables."""
    framing = {i for hit in v.ANGLES.find(tokens) for i in range(hit.start, hit.end)}
    seen: set[tuple[str, str]] = set()
    for number, sentence in enumerate(sentences(tokens)):
        for hit in _beings(sentence):
            noun = "".join(token.lemma for token in sentence[hit.start : hit.end])
            if (
                tokens.index(sentence[hit.start]) not in framing and (hit.value, noun) not in seen
            ):  # "bird's-eye view" is no bird
                seen.add((hit.value, noun))
                _read_being(scene, sentence, hit, noun, number)


def _beings(sentence: list[Token]) -> list[Hit[str]]:
    """Everybody and everything that a figure can stand in for: what has a row of its own, and people."""
    hits = {hit.start: replace(hit, value="person") for hit in v.PEOPLE.find(sentence)}
    hits |= {hit.start: hit for hit in v.STAND_INS.find(sentence)}
    return [hits[start] for start in sorted(hits)]


def _read_being(scene: Scene, sentence: list[Token], hit: Hit[str], noun: str, number: int) -> None:
    low = next((i + 1 for i in range(hit.start - 1, -1, -1) if is_boundary(sentence[i])), 0)
    before = sentence[max(low, hit.start - 4) : hit.start]
    numbers = [COUNTS.get(token.lemma, int(token.value) if token.kind == "number" else 0) for token in before]
    count = next((number for number in numbers if number), 1)
    colour = next((token.lemma for token in before if token.lemma in v.COLOURS), None)
    span = span_of(sentence[hit.start : hit.end])
    kind = KIND_OF_FIGURE.get(hit.value, "animal")
    thing = Thing(scene.next_id(), noun, kind, None, count, [colour] if colour else [], colour, span)
    scene.things.append(thing)
    action, heading = action_after(sentence, hit.end)
    if action:
        path = Path(**HEADING_ENDS[heading]) if heading else None
        scene.deeds.append(
            Deed(Action(thing.id, action, action, path=path, span=span), number, is_together=False, is_later=False)
        )


def action_after(sentence: list[Token], at: int) -> tuple[str | None, str | None]:
    """What the words behind position `at` say that somebody does, and in which direction."""
    end = next((i for i in range(at, len(sentence)) if sentence[i].kind == "ref"), len(sentence))
    camera = next(
        (
            i
            for i in range(at, end)
            if sentence[i].lemma in v.CAMERA_NOUNS and sentence[i].lemma == "camera" and sentence[i - 1].kind != "word"
        ),
        end,
    )
    action = v.ACTIONS.first(sentence[at:camera])
    return action, v.HEADINGS.first(sentence[at:end]) if action else None
