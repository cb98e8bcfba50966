"""Where a verb leads, what it is with its particle, and whether it is a deed at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.plan import Path
from shotwright.core.prompt import syntax
from shotwright.core.prompt.having import MAKING
from shotwright.core.prompt.lexicon import motion_of
from shotwright.core.prompt.relating import Relating

if TYPE_CHECKING:
    from shotwright.core.prompt.sentence import Word

ON_THE_GROUND = frozenset({
    "pull", "run", "walk", "drive", "roll", "line", "show", "speed", "ride", "march", "sneak", "limp", "skate", "wake", "pick", "stand", "sit", "get",
    "look", "light", "open", "set", "clean", "zip", "button", "dress", "warm", "tidy", "pile", "pack", "fill", "mess", "give", "hang", "curl", "kick",
})  # fmt: skip
"""Verbs with which "up" does not lead into the air."""
BURSTING = frozenset({"burst", "barge", "storm", "break"})
LIGHT_VERBS = frozenset(
    {"have", "do", "take", "give", "make", "perform", "share", "land", "execute", "nail", "attempt"}
)
"""Verbs that leave it to a noun to say what is done: "have a pillow fight"."""
STAYING = frozenset({"seated", "sitting", "standing", "kneeling", "crouched", "asleep", "still"})
WORN = frozenset({"broken", "worn", "run", "beaten", "upside", "face"})
MOVING = frozenset({"push", "pull", "carry", "kick", "throw", "punch", "give", "knock"})
LEADING = frozenset(
    {"along", "across", "through", "past", "into", "toward", "towards", "over", "to", "onto", "off", "out"}
)
"""Verbs that take their object somewhere, and the prepositions that say where, wherever the parser hung them."""
EDGES = frozenset({"edge", "rim", "lip", "brink"})
AUXILIARY = frozenset({"aux", "auxpass"})
CLAUSE_WAYS_REACH = 14
_PARTICLE_ENDS = {"out": {"end": "out"}, "away": {"end": "far"}, "off": {"end": "out"}, "in": {"start": "out"}}
_ENDS: dict[str, dict[str, str]] = {
    "toward": {"end": "near"}, "away": {"end": "far"}, "left_to_right": {"start": "left", "end": "right"},
    "right_to_left": {"start": "right", "end": "left"}, "in_from_left": {"start": "left"}, "in_from_right": {"start": "right"},
    "out_left": {"end": "left"}, "out_right": {"end": "right"}, "in": {"start": "out"}, "out": {"end": "out"}, "up": {"end": "up"},
    "down": {"end": "down"}, "over": {}, "around": {},
}  # fmt: skip
CLAD = frozenset({"wrap", "dress", "clothe", "cover", "bundle", "coat", "drench", "soak"})
"""What is said of somebody before what they have on."""
HUNG = frozenset({"sling", "drape", "strap", "tuck"})
"""How something is on somebody, and nothing that is done: "a bag slung over his shoulder"."""
ONES_OF = frozenset({"other", "one"})
"""Words that stand for one of several."""


class Leading(Relating):
    """The ways of the verbs of a sentence."""

    def _is_act(self, word: Word) -> bool:
        is_verb = word.tag[0] == "V" or (word.tag == "JJ" and word.lemma == "asleep")
        is_said_by_noun = word.lemma in LIGHT_VERBS and any(
            w.dep == "dobj" and w.i not in self.things and motion_of(w.lemma) for w in self.sentence.children(word)
        )
        gets = word.lemma == "get" and motion_of(*self._phrases(word, self._particle(word))) is not None
        says = word.lemma not in {"be", "have", "do", "get", "let"} or is_said_by_noun or gets
        before = self.sentence.words[word.i - 1].text if word.i else ""
        is_weather = before == "it" and word.lemma in {"rain", "snow", "hail", "drizzle", "pour"}  # "it raining"
        is_side = word.text == "left" and before in {"to", "from", "the"}  # "drives right to left"
        return (
            is_verb
            and word.dep not in AUXILIARY
            and says
            and not is_side
            and not is_weather
            and not self._is_made(word)
        )

    def _is_made(self, word: Word) -> bool:
        """ "Carved out of oak", "built of stone": what something is, and nothing that is done."""
        from_what = {w.text for w in self.sentence.children(word) if w.dep in {"prep", "prt"}}
        is_made = word.lemma in MAKING and bool(from_what & {"of", "out", "from"})
        is_worn = word.lemma in CLAD and word.tag == "VBN" and word.dep == "acl"
        hangs = word.tag in {"VBN", "VBD"} and word.lemma in HUNG and self._is_behind_a_thing(word)
        return (word.tag == "VBN" and word.dep == "acl" and is_made) or hangs or is_worn

    def _is_behind_a_thing(self, word: Word) -> bool:
        """ "A bag slung ...": it hangs there."""
        before = self.things.get(word.i - 1)
        return before is not None and before.kind not in {"person", "animal"}

    def _phrases(self, verb: Word, particle: Word | None) -> list[str]:
        """What a verb is together with its particle, its preposition, or how one stays."""
        found = [f"{verb.lemma} {particle.text}"] if particle else []
        mine = self.sentence.children(verb)
        theirs = [
            w for one in mine if one.dep == "dobj" for w in self.sentence.children(one) if w.text in {"out", "on"}
        ]
        on = [w for w in (*mine, *theirs) if w.text == "on"] if verb.lemma in {"set", "catch"} else []
        found += [f"{verb.lemma} on {inner.lemma}" for w in on for inner in self.sentence.children(w)]
        led = [w for w in (*mine, *theirs) if w.dep == "prep" and w.text in {"into", "over", "past", "out"}]
        found += [phrase for w in led if motion_of(phrase := f"{verb.lemma} {w.text}")]  # "pulls into a station"
        if verb.lemma in BURSTING | {"get"}:  # "bursts out of the tunnel" is a way, and nothing breaks
            ways = [w for w in self.sentence.children(verb) if w.dep == "prep"]
            found += [f"{verb.lemma} {w.text} {inner.lemma}" for w in ways for inner in self.sentence.children(w)]
            found += [f"{verb.lemma} {w.text}" for w in ways]
        if verb.lemma in {"stay", "remain", "fall"}:
            how = [w for w in self.sentence.children(verb) if w.text in STAYING]
            found += [f"{'fall' if verb.lemma == 'fall' else 'stay'} {w.text}" for w in how]
            self._cover(how)
        return found

    def _path(self, verb: Word, text: str) -> Path | None:
        """Where a verb leads: fixed phrases behind it, prepositions with a goal, or the verb's own way."""
        end = next(
            (
                w.i
                for w in self.sentence.words[verb.i + 1 :]
                if (w.text in {",", ";", "while"} and not self._goes_on_after(w))
                or (self._is_act(w) and w.dep in {"conj", "ccomp", "ROOT", "advcl"})
            ),
            len(self.sentence.words),
        )
        stretch = self.sentence.words[verb.i + 1 : min(end, verb.i + CLAUSE_WAYS_REACH)]
        way: dict[str, str] = {}
        for hit in syntax.WAYS.find(stretch):
            only = stretch[hit.start]
            if (
                hit.end - hit.start == 1
                and only.dep == "prep"
                and any(w.dep == "pobj" for w in self.sentence.children(only))
            ):
                continue  # "down the street" leads along it
            if hit.end - hit.start == 1 and only.text == "up" and self._leads_nowhere(verb, only):
                continue
            if only.text == "down" and self.sentence.words[only.i - 1].text in WORN:
                continue  # "a broken down van"
            self._cover(stretch[hit.start : hit.end])
            way |= {name: value for name, value in _ENDS[hit.value].items() if name not in way}
        moved = [w for w in self.sentence.children(verb) if w.dep == "dobj"] if motion_of(verb.lemma) in MOVING else []
        along = [
            w for one in moved for w in self.sentence.children(one) if w.text in LEADING
        ]  # "a cart along a street"
        for prep in (*self.sentence.children(verb), *along):
            if prep.dep in {"prep", "agent"} and prep.i > verb.i:
                way |= {name: value for name, value in self._goal(prep).items() if name not in way}
        particle = self._particle(verb)
        goes = motion_of(text, verb.lemma) in syntax.GOING and text not in syntax.VERB_WAYS  # "lifts off" is up
        if particle is not None and particle.text in _PARTICLE_ENDS and goes:
            way |= {k: value for k, value in _PARTICLE_ENDS[particle.text].items() if k not in way}
        own = syntax.VERB_WAYS.get(text) or syntax.VERB_WAYS.get(verb.lemma)
        side = next((w.text for w in stretch if w.text in {"left", "right"}), None)
        if side and own in {"in", "out"}:  # "leaves on the left"
            way.setdefault("start" if own == "in" else "end", side)
        if (spot := self._landing(verb)) is not None:
            way["end"] = spot
        if own:
            way |= {
                name: value
                for name, value in _ENDS[own].items()
                if name not in way and not (name == "end" and "start" in way and own == "in")
            }
            if own in {"over", "around"} and (target := self._object(verb)):
                way[own] = target
        return Path(**way) if way else None

    def _goes_on_after(self, comma: Word) -> bool:
        """ "Walks down a corridor, away from us": the way goes on behind the comma."""
        after = self.sentence.words[comma.i + 1].text if comma.i + 1 < len(self.sentence.words) else ""
        return comma.text == "," and after in {"away", "toward", "towards"}

    def _leads_nowhere(self, verb: Word, up: Word) -> bool:
        """ "A cab pulls up", "pushes it up to the gate", "wakes up": nobody rises."""
        after = self.sentence.words[up.i + 1].text if up.i + 1 < len(self.sentence.words) else ""
        if after == "to" and motion_of(verb.lemma) not in {"climb", "fly", "float", "jump", "swim"}:
            return True
        return up.head == verb.i and verb.lemma in ON_THE_GROUND

    def _object(self, verb: Word) -> str | None:
        return next(
            (self.things[w.i].id for w in self.sentence.children(verb) if w.dep == "dobj" and w.i in self.things), None
        )

    def _goal(self, prep: Word) -> dict[str, str]:
        kind = syntax.WAY_PREPOSITIONS.get(prep.text) or (
            "from" if prep.text == "of" and self.sentence.head(prep).text in {"out", "off"} else None
        )
        inner = [
            w
            for w in self.sentence.children(prep)
            if w.dep in {"pobj", "pcomp"} and (w.is_noun or (w.text in ONES_OF and w.i in self.things))
        ]
        deeper = [w for w in self.sentence.children(prep) if w.dep == "prep"]
        deeper += [w for noun in inner for w in self.sentence.children(noun) if self._leads_on(prep, noun, w)]
        found: dict[str, str] = {}
        for nested in deeper:
            found |= self._goal(nested)
        if kind in {"over", "from"} and (place := self._brink(inner)) is not None:
            self._cover([prep])
            return {"start": place} | found
        is_nobody = inner and inner[0].text not in ONES_OF
        no_goals = syntax.POSITIONS | syntax.FILM | {"camera", "us", "screen"}
        if kind is None or not inner or (is_nobody and inner[0].lemma in no_goals):
            return found
        target = inner[0]
        name = self.things[target.i].id if target.i in self.things else target.lemma
        key = {"through": "along", "along": "along", "around": "around", "over": "over", "to": "end", "from": "start"}[
            kind
        ]
        self._cover([prep])
        return {key: name} | found

    def _brink(self, inner: list[Word]) -> str | None:
        """ "Over the edge of the desk": from the desk."""
        of = [w for edge in inner[:1] if edge.lemma in EDGES for w in self.sentence.children(edge) if w.text == "of"]
        return next((one.id for prep in of for one in self._inner(prep)), None)

    def _leads_on(self, prep: Word, noun: Word, onward: Word) -> bool:
        """ "Across the counter toward a man", "in circles around her": a way that goes on behind its first part."""
        if onward.dep != "prep":
            return False
        is_way = prep.text in {"across", "over", "along", "through", "down", "up"}
        return (is_way and onward.text in {"toward", "towards", "to", "into", "onto"}) or (
            noun.lemma in {"circle", "loop", "ring"} and onward.text in {"around", "round"}
        )

    def _landing(self, verb: Word) -> str | None:
        """ "Lands on a dog": where it comes down."""
        preps = [w for w in self.sentence.children(verb) if w.dep == "prep" and w.text in {"on", "upon", "onto"}]
        inner = [thing for prep in preps for thing in self._inner(prep)]
        inner = inner or [
            self.things[w.i]
            for prep in preps
            for w in self.sentence.words[prep.i + 1 : prep.i + 5]
            if w.i in self.things
        ]
        return inner[0].id if inner and syntax.VERB_WAYS.get(verb.lemma) == "down" else None
