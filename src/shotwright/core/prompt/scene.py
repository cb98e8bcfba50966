"""What a prompt puts before the camera: entities, relations, actions with their ways, the setting, effects.

Sentence by sentence over the parse: noun phrases become entities or the place, later mentions and pronouns find theirs,
verbs become actions of their subjects, prepositions become relations and ways. Film words are taken out before. Source:
the scene contract, sections 1 and 2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Effect
from shotwright.core.prompt import syntax
from shotwright.core.prompt.feeling import Feeling
from shotwright.core.prompt.having import HANDY
from shotwright.core.prompt.lexicon import motion_of, noun_of, singular
from shotwright.core.prompt.mentions import game_of
from shotwright.core.prompt.repair import OTHERS
from shotwright.core.prompt.things import Thing
from shotwright.core.prompt.vocabulary import COLOURS

if TYPE_CHECKING:
    from shotwright.core.prompt.mentions import Mention
    from shotwright.core.prompt.sentence import Sentence, Word
    from shotwright.core.prompt.things import Scene

WEATHERS = frozenset({"rain", "snow", "fog", "mist"})
"""Effects that fall everywhere, whatever else they are said of."""
LIGHT, OF_LIGHT = frozenset({"light", "lighting", "glow"}), frozenset({"coloured_light", "glow"})
"""What lights a scene in a colour; and the effects whose colour stands anywhere before them."""
BURNING = frozenset({"campfire", "bonfire", "pyre", "brazier", "fireplace", "torch", "furnace"})
"""Effects that have a body as well: one sits around it."""
MORE = frozenset({"third", "fourth", "fifth", "another"})
"""Before "one": somebody beside those who were named."""
ON_ITS_WAY = frozenset({"past", "by", "down", "through", "along", "off", "away", "out", "across", "into"})
RIMS = frozenset({"wall", "rim", "edge", "side", "top", "bottom", "neck", "base", "lip", "corner", "surface", "inside", "outside", "tip", "end"})  # fmt: skip
"""Parts of small things."""
FEATS = frozenset({"do", "perform", "land", "execute", "nail", "attempt"})
"""Verbs that leave it to a noun to say which feat is performed."""
LAID = frozenset({"carpet", "carpeting", "tile", "floorboard", "linoleum", "parquet"})
SOILED = frozenset({"sand", "gravel", "dust", "ash", "earth", "soil", "stone", "rock", "grass", "snow", "ice", "salt", "clay", "mud"})  # fmt: skip
"""What floors are laid with, and what open ground is of."""
PAIR = 2
ACTS_OF_ALL = frozenset({"sit", "stand", "kneel", "lie", "crouch"})
"""What one of many does as the others do."""
USES = frozenset({"use", "using", "uses", "used"})
_AMOUNTS = {
    "light": "light",
    "soft": "light",
    "thin": "light",
    "gentle": "light",
    "rim": "light",
    "edge": "light",
    "back": "light",
    "accent": "light",
    "subtle": "light",
    "faint": "light",
    "heavy": "heavy",
    "thick": "heavy",
    "dense": "heavy",
    "pouring": "heavy",
    "massive": "heavy",
    "huge": "heavy",
}


UNNAMED = {"he": ("man", 1), "she": ("woman", 1), "they": ("person", 2)}
"""Who is meant by a pronoun where nobody was named, and how many they are."""


def read_sentence(scene: Scene, sentence: Sentence, number: int) -> None:
    """Take a sentence into a scene; `number` is its place in the prompt."""
    _Reader(scene, sentence, number).read()


class _Reader(Feeling):
    """One sentence: effects, then nouns, then what the nouns do and how they stand."""

    single: list[tuple[Thing, Thing]]

    def read(self) -> None:
        """Effects, then nouns, then what the nouns do and how they stand."""
        self.single = []
        effects = self._effects()
        for i, mention in self.mentions.items():
            self._place_noun(i, mention, effects)
        self._tell_apart()
        for word in self.sentence.words:
            if word.dep == "dobj" and word.i in self.things:
                self.done_to.append(self.things[word.i])
            stands_for = word.tag in {"PRP", "WP", "WDT"} or (word.text in OTHERS and word.dep == "nsubj")
            if word.i not in self.things and (more := self._one_of_many(word) or self._one_more(word)):
                self.things[word.i], self.groups[word.i] = more, [more]
            if word.i not in self.things and stands_for and (meant := self._meant(word) or self._unnamed(word)):
                self.things[word.i] = meant[-1]
                self.groups[word.i] = meant
        self._feel()
        for word in self.sentence.words:
            self._cover_with(word)
        shown = {word.i for _, words in effects.values() for word in words}
        for word in self.sentence.words:
            if (
                self._is_act(word)
                and not self._is_felt(word)
                and not (word.i in shown and motion_of(word.lemma) in {None, "walk", "blow"})
                and not (word.dep == "amod" and (word.head in shown or self._is_worn_word(word)))
            ):  # "a steaming cup"
                self._act(word)
            elif word.lemma in {"be", "look", "become"}:
                self._describe(word)
        for word in self.sentence.words:
            if not self._is_carried_so(word):
                self._relate(word)
            self._from_where(word)
        self._do_alike()
        self._bind_effects(effects)

    def _is_worn_word(self, word: Word) -> bool:
        """ "A flowing skirt": how it falls, and nothing that anybody does."""
        thing = self.things.get(word.head)
        return thing is not None and thing.kind == "clothing"

    def _do_alike(self) -> None:
        """Who is one of many is where they are, and sits as they do, beside what they do alone."""
        for many, one in self.single:
            for relation in [r for r in self.scene.relations if r.of == many.id]:
                self._add_relation(one.id, relation.relation, relation.to, relation.span)
            own = {d.action.motion for d in self.scene.deeds if d.action.who == one.id}
            alike = ACTS_OF_ALL if not own & (ACTS_OF_ALL | {"stand_up", "sit_down"}) else frozenset()
            mine = [
                d
                for d in self.scene.deeds
                if d.action.who == many.id and (d.action.motion in alike or d.action.verb.startswith("play "))
            ]
            first = next((i for i, d in enumerate(self.scene.deeds) if d.action.who == one.id), len(self.scene.deeds))
            self.scene.deeds[first:first] = [
                replace(d, action=replace(d.action, who=one.id), is_together=d.action.motion in alike) for d in mine
            ]

    def _one_of_many(self, word: Word) -> Thing | None:
        """ "Four workers sit on a beam, one eats, another smokes", "drops one": each is somebody, and the rest go on."""
        if word.text not in {"one", "another"} or word.dep not in {"nsubj", "dobj"}:
            return None
        kinds = {"person", "animal", "vehicle"} if word.dep == "nsubj" else HANDY
        beings = [t for t in self.scene.things if t.kind in kinds and not t.ref]
        split = [t for t, _ in self.single]
        said_of = any(w.text == "of" for w in self.sentence.children(word))  # "one of them"
        many = next(
            (
                t
                for t in reversed(beings)
                if t.count > (1 if t in split or t.kind in HANDY or said_of else PAIR)
                and (t.span or word.span) < word.span
            ),
            None,
        )
        if many is None:
            return None
        many.count -= 1
        more = replace(many, id=self.scene.next_id(), count=1, attributes=list(many.attributes), span=word.span)
        self.scene.things.append(more)
        self.single.append((many, more))
        self._cover([word])
        return more

    def _one_more(self, word: Word) -> Thing | None:
        """ "Two workers carry a beam, a third one waves", "a worker walks while another waves": one more of whom the words named last."""
        alone = word.text == "another" and word.dep == "nsubj"
        if word.dep != "nsubj" or not (alone or word.text == "one"):
            return None
        said = {w.text for w in self.sentence.children(word)}
        doing = [t for w in self.sentence.words[: word.i] if w.tag[0] == "V" for t in self._own_subjects(w)]
        first = next(
            (t for t in reversed(doing or self.scene.things) if t.kind in {"person", "animal", "vehicle"}), None
        )
        ones = any(w.text == "one" for w in self.sentence.words[: word.i])
        if first is None or not (said & MORE or (alone and (first.count == 1 or not ones))):
            return None
        more = Thing(
            self.scene.next_id(),
            first.noun,
            first.kind,
            attributes=list(first.attributes),
            colour=first.colour,
            span=word.span,
        )
        self.scene.things.append(more)
        for relation in [r for r in self.scene.relations if r.of == first.id and r.relation == "wearing"]:
            self._add_relation(more.id, "wearing", relation.to, word.span)
        self._cover([word, *(w for w in self.sentence.children(word) if w.text in MORE)])
        return more

    def _unnamed(self, word: Word) -> list[Thing]:
        """ "She walks along a beach": whoever she is, she is there, unless a picture or a video shows her."""
        who = UNNAMED.get(word.text)
        is_known = self.scene.has_source or any(t.ref for t in self.scene.things)
        if who is None or is_known or word.dep not in {"nsubj", "nsubjpass"}:
            return []
        noun, count = who
        self.scene.things.append(Thing(self.scene.next_id(), noun, "person", count=count, span=word.span))
        self._cover([word])
        return self.scene.things[-1:]

    def _place_noun(self, i: int, mention: Mention, effects: dict[int, tuple[str, list[Word]]]) -> None:
        """A noun becomes a thing or the place, unless it only compares, is not wanted, or is of the film."""
        if mention.noun == "floor":
            self.scene.place_attributes += [f"{said} floor" for said in mention.attributes]
            self._cover(mention.words if mention.attributes else ())
        if self._is_ground(mention):
            self.scene.place_attributes.append(f"{' '.join([*mention.attributes, mention.noun])} floor")
            self._cover(mention.words)
        elif self._is_likened(mention.head):
            self._cover(w for w in mention.words if not w.is_ref)
        elif (
            self._is_rim_of(mention)
            or self._is_denied(mention)
            or self._is_game(mention)
            or self._is_own_limb(mention)
            or self._is_feat(mention)
        ):
            self._cover(mention.words)
        elif self._is_feeling(mention):
            pass  # a face, and no thing
        elif self._is_film(mention):
            self._places_before(mention)  # "a classroom background"
        elif mention.noun in BURNING or not {i, mention.head.i} & effects.keys():
            self._take(i, mention)

    def _is_ground(self, mention: Mention) -> bool:
        """ "A corridor with green carpet", "a plain of black sand": what the ground of the place is of."""
        over = self.sentence.head(mention.head)
        is_bare = not any(w.tag in {"DT", "PRP$", "CD"} for w in mention.words)
        is_laid = over.text == "with" and mention.noun in LAID | SOILED and bool(self.scene.places)
        of = self.sentence.head(over) if over.text == "of" else None
        is_of_it = of is not None and mention.noun in SOILED and any(place.split()[-1] == of.lemma for place in self.scene.places)  # fmt: skip
        return mention.head.dep == "pobj" and is_bare and bool(mention.attributes) and (is_laid or is_of_it)

    def _is_likened(self, word: Word) -> bool:
        """ "Drifting like golden snow": what something only looks like is not there."""
        prep = self.sentence.head(word)
        verb = self.sentence.head(prep)
        is_its_look = (verb.lemma in {"look", "dress", "seem", "be"} and bool(self._subjects(verb))) or word.is_ref
        uses = USES & {verb.text, self.sentence.head(verb).text}
        serves_as = prep.text in {"for", "as"} and bool(uses)
        return word.dep == "pobj" and (serves_as or (prep.text == "like" and not is_its_look))

    def _is_denied(self, mention: Mention) -> bool:
        """ "No people", "without any text": what the words do not want is nobody."""
        head = mention.head
        prep = self.sentence.head(head)
        return any(w.text == "no" for w in self.sentence.children(head)) or (
            head.dep == "pobj" and prep.text == "without"
        )

    def _is_viewpoint(self, mention: Mention) -> bool:
        """ "Shot from a moving car, a boy runs": the car is where the camera is."""
        prep = self.sentence.head(mention.head)
        return mention.head.dep == "pobj" and prep.text == "from" and prep.i == 0 and mention.what.kind == "vehicle"

    def _is_rim_of(self, mention: Mention) -> bool:
        """ "The wall of a vase", "the rim of a cup": a part of something small, and no wall."""
        of = next((w for w in self.sentence.children(mention.head) if w.dep == "prep" and w.text == "of"), None)
        inner = (
            [self.mentions[w.i] for w in self.sentence.children(of) if w.i in self.mentions] if of is not None else []
        )
        return mention.noun in RIMS and any(m.what.kind in {"tool", "food", "clothing"} for m in inner)

    def _is_own_limb(self, mention: Mention) -> bool:
        """ "Two goats butt heads", "catches it with her teeth": what is done with what everybody has, and no head beside them."""
        head, over = mention.head, self.sentence.head(mention.head)
        if head.dep == "pobj" and over.text == "with" and mention.what.kind == "body_part":
            return mention.words[0].tag == "PRP$" and len(mention.words) == 1 + (head.text == "teeth")
        is_plain = head.dep == "dobj" and head.tag == "NNS" and len(mention.words) == 1
        return is_plain and mention.what.kind == "body_part" and motion_of(f"{over.lemma} {head.lemma}") is not None

    def _is_game(self, mention: Mention) -> bool:
        """ "Plays soccer", "plays a game of chess": what is played, unless it is an instrument or there are words about it."""
        head, over = mention.head, self.sentence.head(mention.head)
        if over.text == "of" and self.sentence.head(over).lemma in {"game", "match", "round"}:
            over = self.sentence.head(self.sentence.head(over))
        elif head.dep != "dobj" or (
            mention.what.kind != "abstract" and any(w.tag in {"DT", "PRP$", "JJ", "CD"} for w in mention.words)
        ):
            return False
        return over.lemma == "play" and game_of(mention) is not None

    def _is_feat(self, mention: Mention) -> bool:
        """ "Does a kickflip", "lands a backflip": what is done, and no thing."""
        over = self.sentence.head(mention.head)
        is_done = mention.head.dep == "dobj" and over.lemma in FEATS and mention.what.kind in {"abstract", "other"}
        return is_done and motion_of(mention.head.lemma) is not None and mention.head.lemma not in {"ball", "play"}

    def _effects(self) -> dict[int, tuple[str, list[Word]]]:
        """Effects by the place of their last word, unless they describe the noun behind them ("fire truck")."""
        found = {}
        for hit in syntax.EFFECTS.find([_by_noun(word) for word in self.sentence.words]):
            words = list(self.sentence.words[hit.start : hit.end])
            last = words[-1]
            is_part = (
                last.is_noun
                and last.dep in {"compound", "nmod"}
                and not last.text.endswith("ing")  # "a fire breathing dragon"
                and self.sentence.head(last).is_noun
                and self.sentence.head(last).i > last.i
            )
            is_owner = last.is_noun and any(w.text == "'s" for w in self.sentence.children(last))
            falls = last.tag[0] == "V" and any(
                w.dep == "nsubj" and w.text != "it" and w.i not in found for w in self.sentence.children(last)
            )
            is_weather = hit.value in {"rain", "snow"} and falls  # "arrows rain down"
            follows = self.sentence.words[last.i + 1].text if last.i + 1 < len(self.sentence.words) else ""
            is_weather |= last.tag[0] == "V" and last.lemma == "blast" and follows in ON_ITS_WAY  # "a car blasts past"
            done = last.tag in {"VBZ", "VBP", "VBD"} and hit.value in {"drops", "flare", "beam"}  # "drops a coin"
            before = self.sentence.words[last.i - 1].text if last.i else ""
            paired = noun_of(f"{before} {singular(last.text)}")  # "a steel beam"
            after = self.sentence.words[last.i + 1].lemma if last.i + 1 < len(self.sentence.words) else ""
            is_part |= noun_of(f"{last.text} {after}") is not None  # "a fire truck"
            is_part |= done or (paired is not None and paired.kind not in {"light", "abstract"})
            if not is_part and not is_owner and not is_weather and not self._is_likened(last):
                found[last.i] = (hit.value, words)
                self._cover(words)
        for word in self.sentence.words:
            if self._is_coloured_light(word) and word.i not in found:
                found[word.i] = ("coloured_light", [word])
                self._cover([word, *self._described_by(word)])
        return found

    def _is_coloured_light(self, word: Word) -> bool:
        """ "Bathed in deep red light", not who stops at a red light."""
        if word.lemma not in LIGHT or not word.is_noun or word.dep in {"compound", "amod"}:
            return False
        governs = self.sentence.head(word) if word.dep == "pobj" else None
        is_signal = governs is not None and governs.text == "at"
        hues = COLOURS - {"bright", "pastel", "blond", "blonde", "white", "ginger"}
        return not is_signal and any(w.text in hues for w in self._described_by(word))

    def _described_by(self, word: Word) -> list[Word]:
        """What is said of a noun right before it."""
        said = []
        for before in reversed(self.sentence.words[: word.i]):
            if before.tag[:2] not in {"JJ", "NN", "VB"} or before.is_ref or before.i in self.things:
                break
            said.append(before)
        return said

    def _bind_effects(self, effects: dict[int, tuple[str, list[Word]]]) -> None:
        for i, (kind, words) in effects.items():
            last = self.sentence.words[i]
            if kind == "glow" and self._shines_from_eyes(last):
                continue
            where = self.things[i].id if i in self.things and last.lemma in BURNING else self._where(last)
            said = [*self.sentence.children(last), *(self._described_by(last) if kind in OF_LIGHT else ())]
            amount = next((a for w in said if (a := _AMOUNTS.get(w.text))), None)
            self._cover(w for w in self.sentence.children(last) if w.tag in {"JJ", "VBG", "VBN"} and w.i < last.i)
            for verb in [self.sentence.head(last)]:
                if verb.tag[0] == "V" and last.dep in {"nsubj", "dobj"} and not self._subjects(verb):
                    self._cover([verb, *(w for w in self.sentence.children(verb) if w.tag in {"RB", "RP"})])
                elif verb.tag[0] == "V" and last.dep == "nsubj":
                    self._cover([verb])
            if where != "scene":  # "a flaming wok, fire leaping up": one fire, and it is the wok's
                self.scene.effects = [e for e in self.scene.effects if (e.kind, e.where) != (kind, "scene")]
            elif any(e.kind == kind and e.where != "outside" and kind not in WEATHERS for e in self.scene.effects):
                continue
            if not any(e.kind == kind and e.where == where for e in self.scene.effects):
                colour = next((w.text for w in said if w.text in COLOURS), None)
                lit = next((t.colour for t in self.scene.things if t.id == where), None)
                colour = colour or (lit if kind == "glow" else None)  # "a glowing blue tree"
                self.scene.effects.append(Effect(kind, where, amount, colour, span=(words[0].span[0], last.span[1])))

    def _shines_from_eyes(self, word: Word) -> bool:
        """ "Its glowing green eyes", "eyes glowing red": nothing shines but they."""
        near = [self.sentence.head(word), *self.sentence.children(word)]
        eyes = next((w for w in near if w.lemma == "eye"), None)
        if eyes is None:
            return False
        whose = next((w for w in self.sentence.children(eyes) if w.tag == "PRP$"), None)
        beings = [t for t in self.scene.things if t.kind in {"person", "animal"} or t.ref]
        owner = next(iter(self._owners(whose)[-1:] if whose is not None else beings[-1:]), None)
        if owner is None:
            return False
        said = [w.text for w in (*self.sentence.children(eyes), *self.sentence.children(word)) if w.text in COLOURS]
        owner.attributes.append(f"glowing {said[0]} eyes" if said else "glowing eyes")
        return True

    def _where(self, word: Word) -> str:
        """Outside a window, at somebody or something, else everywhere."""
        is_said = word.tag[0] in "JV" or word.text.endswith("ing")
        if is_said and word.dep in {"amod", "acl", "compound", "nmod"} and word.head in self.things:
            return self.things[word.head].id
        of = self.sentence.head(word)
        if word.dep == "pobj" and of.text == "of" and self.sentence.head(of).lemma in syntax.QUANTITIES:
            word = self.sentence.head(of)  # "breathes a stream of fire"
        burns = self.sentence.head(of) if word.dep == "pobj" and of.text == "on" else None
        if burns is not None and burns.lemma in {"set", "light"}:  # "sets a candle on fire"
            lit = [w for w in self.sentence.children(burns) if w.dep == "dobj" and w.i in self.things]
            if lit:
                return self.things[lit[0].i].id
        verb = self.sentence.head(word) if word.dep in {"nsubj", "dobj"} else word
        for prep in [*self.sentence.children(word), *(self.sentence.children(verb) if verb is not word else [])]:
            if prep.dep not in {"prep", "prt", "advmod"}:
                continue
            targets = [w for w in self.sentence.children(prep) if w.dep == "pobj"]
            if prep.text == "outside" or (
                prep.text in {"behind", "against", "on"}
                and any(w.lemma in {"window", "pane", "windshield"} for w in targets)
            ):
                return "outside"
            if (
                prep.text in {"from", "of", "around", "on", "off", "in", "out"}
                and targets
                and (around := self._behind(targets[0]))
            ):
                return around[0].id  # "around her face" is around her
        if word.dep == "dobj" and (who := self._subjects(verb)):
            return who[0].id
        mine = next((w for w in self.sentence.children(word) if w.tag == "PRP$"), None)
        return next(
            (one.id for one in (self._owners(mine)[-1:] if mine is not None else ())), "scene"
        )  # "its headlights"


def _by_noun(word: Word) -> Word:
    """A word by its noun: "sparks", also where it was read as a verb."""
    return replace(word, lemma=singular(word.text)) if not word.is_ref and word.tag != "JJ" else word
