"""Nouns become things, known ones again, or the place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.context import nears
from shotwright.core.prompt.lexicon import is_verb, noun_of
from shotwright.core.prompt.things import Thing
from shotwright.core.prompt.whereabouts import Whereabouts

if TYPE_CHECKING:
    from shotwright.core.plan import Preposition
    from shotwright.core.prompt.mentions import Mention
    from shotwright.core.prompt.sentence import Word

GROUND = frozenset({"tile", "floorboard", "pavement", "asphalt", "concrete", "parquet", "linoleum", "cobblestone", "cobble", "gravel", "tarmac", "tiling"})  # fmt: skip
"""What one stands on, and what is no thing of its own there."""
DOES = frozenset({"VBZ", "VBG"})
HEADED = frozenset({"table", "bed", "stairs", "staircase"})
"""What has a head that is nobody's."""
SEATED = frozenset({"passenger", "back", "front", "rear", "driver", "driver's"})
ENDING = frozenset({",", ".", ";", "who", "and", "while"})
CHOOSING = frozenset({"JJ", "JJR", "JJS", "NN", "VBN"})
PAIR = 2
ROLES = frozenset({"driver", "rider", "player", "hero", "character", "protagonist", "figure"})
GENDERED = frozenset({"man", "woman", "boy", "girl", "guy", "lady"})
RIDES = {
    "train": frozenset({"locomotive", "engine", "tram", "subway", "metro"}), "car": frozenset({"convertible", "taxi", "cab", "limousine", "sedan", "jeep", "suv", "roadster", "hatchback", "coupe"}),
    "bike": frozenset({"bicycle", "motorcycle", "motorbike"}), "boat": frozenset({"sailboat", "rowboat", "canoe", "kayak", "yacht", "gondola", "dinghy", "ship", "galleon"}),
    "ship": frozenset({"galleon", "frigate", "ferry", "liner", "freighter"}), "plane": frozenset({"airplane", "jet", "biplane", "airliner"}), "truck": frozenset({"lorry", "pickup", "van"}),
}  # fmt: skip
"""What a vehicle may be called when mentioned again."""
PARENTS = frozenset({"mother", "father", "mom", "mum", "dad", "parent"})
ADULTS = {
    "duckling": "duck", "kitten": "cat", "puppy": "dog", "pup": "dog", "chick": "hen", "calf": "cow", "foal": "horse", "lamb": "sheep", "gosling": "goose", "piglet": "pig",
    "fawn": "deer", "cub": "bear", "cygnet": "swan", "tadpole": "frog", "joey": "kangaroo", "kid": "goat",
}  # fmt: skip
"""What young animals grow into."""
IN_HAND_M = 1.9
"""What stands higher is not in a hand."""
BOATS = frozenset({"boat", "rowboat", "canoe", "kayak", "raft", "gondola", "dinghy", "fishing boat", "sailboat"})
GENERIC = {
    "person": frozenset(
        {
            "man",
            "woman",
            "person",
            "girl",
            "boy",
            "guy",
            "lady",
            "figure",
            "character",
            "hero",
            "kid",
            "child",
            "protagonist",
            "human",
            "people",
            "player",
            "rider",
            "driver",
        }
    ),
    "animal": frozenset({"animal", "creature", "beast", "monster", "pet"}),
    "vehicle": frozenset({"vehicle", "craft", "ship", "boat", "plane"}),
}
"""What somebody may be called when mentioned again."""


HERDS = frozenset({"herd", "flock", "pack", "swarm", "shoal", "pride", "colony", "school"})
"""What animals that were named are together."""
PILES, STACKING = (
    frozenset({"tower", "pile", "stack", "heap", "pyramid", "column"}),
    frozenset({"stack", "pile", "build", "balance", "heap"}),
)
"""What things are together that somebody put on one another, and how they did it."""
FILMED = frozenset({
    "cinematic", "movie", "film", "game", "teaser", "epic", "dramatic", "official", "horror", "fantasy", "thriller", "action", "sci", "fi",
    "scifi", "anime", "series", "show", "blockbuster", "hollywood", "comedy", "romance", "style",
})  # fmt: skip
"""What a trailer is called that is a film."""
TOPS = frozenset({"deck", "bow", "stern", "roof", "hood", "bonnet", "top", "prow", "back", "wing"})
"""Parts of a vehicle on which one is."""
OF_HOUSES = frozenset({"chimney", "window", "roof", "door", "shutter", "facade"})


def _says_nothing(mention: Mention) -> bool:
    """A name that no table knows and that no article makes a thing ("in Bangkok"), or an adjective that was read as a noun."""
    if noun_of(mention.noun) is not None or mention.ref or mention.head.is_ref:
        return False
    is_one = any(word.tag in {"DT", "CD", "PRP$"} for word in mention.words)
    is_name = mention.head.tag in {"NNP", "NNPS"} and mention.what.kind != "person"
    is_doing = (
        mention.noun.endswith("ing") and is_verb(mention.noun) and mention.what.kind != "person"
    )  # "bubbles streaming past"; a viking is somebody
    return (is_name and not is_one) or is_doing or mention.noun.endswith(("less", "ful", "ous"))


TOLD_APART = frozenset({"person", "animal", "vehicle", "tool", "furniture", "clothing", "food", "plant", "building"})
MOST_TOLD_APART = 6


def _is_plain(word: Word) -> bool:
    """An adjective that alone tells one of several from the others: "one white, one brown", "one striped"."""
    return word.text in v.COLOURS or word.tag == "JJ" or word.text in v.PATTERNS


def _is_bare(mention: Mention) -> bool:
    """Headlines leave articles out: "train goes right to left" is about the train of before."""
    return len(mention.words) == len(mention.noun.split()) and mention.head.tag == "NN"


class Nouns(Whereabouts):
    """The noun phrases of a sentence."""

    def _is_film(self, mention: Mention) -> bool:
        head = mention.head
        if mention.ref or head.is_ref:
            return False
        if mention.noun in HERDS and mention.is_definite and self._generic(mention) is not None:
            return False
        if head.lemma == "trailer" and (FILMED & {w.text for w in mention.words} or self._is_about(head)):
            return True
        is_alone = head.text in syntax.FILM or head.lemma in syntax.FILM
        if mention.what.kind == "abstract" or (is_alone and mention.noun == head.lemma):
            return True
        is_where = head.lemma in syntax.POSITIONS and mention.noun == head.lemma  # a moon surface is somewhere
        return is_where and not any(w.dep in {"nsubj", "dobj"} for w in [head])

    def _is_about(self, head: Word) -> bool:
        """ "A trailer of a knight", "a trailer for a game": no trailer that is pulled."""
        return any(w.dep == "prep" and w.text in {"of", "for", "about"} for w in self.sentence.children(head))

    def _take(self, i: int, mention: Mention) -> None:
        """A noun becomes a new entity, a known one, or the place."""
        again = self._said_again(mention) or self._under(mention) or self._seat(mention) or self._headed(mention)
        same = self.things.get(mention.head.i) or again
        if same is not None:
            self.things[i] = self.things[mention.head.i] = same  # "a slice of bread" is one
            self._cover(mention.words)
            return
        self._cover(mention.words)
        known_places = len(self.scene.places)
        self._places_before(mention)
        if self._is_place(mention):
            described_by = self.scene.places[known_places:]
            del self.scene.places[known_places:]
            self._locate(mention)  # "a hospital corridor" is a corridor first
            self.scene.places += [place for place in described_by if place not in self.scene.places]
            if not self._is_also_thing(mention):
                return
        if self._is_no_body(mention):
            return
        if _says_nothing(mention):
            self.scene.taken.difference_update(word.token for word in mention.words)  # to be named as unread
            return
        thing = self._known(mention) or self._new(mention)
        self.things[i] = self.things[mention.head.i] = thing
        if mention.owner is not None:
            self._owned(thing, mention)
        mine = next((w for w in mention.words if w.tag == "PRP$"), None)
        self._is_part(thing, mention, mine)
        if mine is not None and thing.kind in {"clothing", "tool"} and not mention.ref:
            self._has_on(mine, thing, mention.head)
        if mine is not None and thing.noun in BOATS and self.sentence.head(mention.head).dep == "prep":
            for owner in self._owners(mine)[-1:]:
                self._add_relation(owner.id, "in", thing.id, thing.span)  # "onto his boat"

    def _headed(self, mention: Mention) -> Thing | None:
        """ "At the head of the table": at the table."""
        of = [w for w in self.sentence.children(mention.head) if w.dep == "prep" and w.text == "of"]
        inner = [self.mentions[w.i] for prep in of for w in self.sentence.children(prep) if w.i in self.mentions]
        whole = next((m for m in inner if m.noun.rpartition(" ")[2] in HEADED), None)
        if mention.noun != "head" or whole is None:
            return None
        self._cover([*whole.words, *of])
        found = self._known(whole) or self._new(whole)
        self.things[whole.head.i] = found
        return found

    def _seat(self, mention: Mention) -> Thing | None:
        """ "In the passenger seat", "on the back seat": in the car that was named."""
        said = {word.text for word in mention.words}
        if mention.head.lemma != "seat" or not said & SEATED:
            return None
        named = next((thing for thing in reversed(self.scene.things) if thing.kind == "vehicle"), None)
        gets_in = self.sentence.head(mention.head).text in {"into", "onto"}
        return named or (self._whole(mention) if gets_in else None)

    def _is_no_body(self, mention: Mention) -> bool:
        """What a noun names that is nothing of its own: stuff, a light, "his hand", the ship that they are in."""
        if mention.what.kind == "body_part" and any(
            w.tag == "PRP$" and w.head == mention.head.i for w in mention.words
        ):
            return True  # "his hand"; "her daughter's hair" is somebody else's
        over = self.sentence.head(mention.head)
        if (
            mention.noun in GROUND
            and mention.head.dep == "pobj"
            and over.text in {"on", "onto", "across", "over"}
            and not mention.ref
        ):
            return True  # "smashes on the tiles": the floor
        if mention.noun in {"path", "way"} and any(w.tag == "PRP$" for w in mention.words):
            return True
        if mention.noun == "sky" and mention.head.dep == "pobj" and not mention.ref:
            self.scene.sky = " ".join(mention.attributes) or self.scene.sky or "open"
            return True  # "looks up at the sky", "fire into the stormy sky": nobody is in it
        is_stuff = mention.what.kind == "material" and not self._is_handled(mention.head)
        is_light = mention.what.kind == "light" and mention.what.height_m == 0
        return (not mention.ref and (is_stuff or is_light)) or self._is_around(mention)

    def _is_around(self, mention: Mention) -> bool:
        """ "Inside a spaceship ... the ship jumps": they are in it, and it stands nowhere."""
        here = [*self.scene.places, *self.scene.place_attributes] if self.scene.is_inside else []
        is_known = mention.what.kind == "vehicle" and mention.is_definite and not mention.ref
        is_it = mention.noun in self.scene.places or any(
            word.endswith(mention.noun) and word != mention.noun for word in here
        )
        return is_known and is_it and self._known(mention) is None

    def _under(self, mention: Mention) -> Thing | None:
        """ "On the deck of a small boat": on the boat."""
        return self._whole(mention) if mention.noun in TOPS else None

    def _whole(self, mention: Mention) -> Thing | None:
        """The vehicle that a part is of, newly named."""
        of = [w for w in self.sentence.children(mention.head) if w.dep == "prep" and w.text == "of"]
        inner = [self.mentions[w.i] for prep in of for w in self.sentence.children(prep) if w.i in self.mentions]
        whole = next((m for m in inner if m.what.kind == "vehicle" and not m.is_definite and not m.ref), None)
        if whole is None:
            return None
        self._cover(whole.words)
        self.things[whole.head.i] = self._new(whole)
        return self.things[whole.head.i]

    def _said_again(self, mention: Mention) -> Thing | None:
        """ "My dream car, a black vintage mustang, drives": one thing, said twice."""
        owner = self.sentence.head(mention.head)
        thing = self.things.get(owner.i)
        opens = mention.words[0].text in {"a", "an"} and mention.words[0].i > 0
        before = self.sentence.words[mention.words[0].i - 1] if opens else mention.head
        if opens and before.text == "," and before.i and (thing is None or mention.head.dep != "appos"):
            thing = self.things.get(before.i - 1)  # hung somewhere else, and yet right behind it
        is_again = (
            opens and before.text == "," and mention.head.dep in {"appos", "npadvmod", "dep", "conj", "dobj", "nsubj"}
        )
        if mention.head.dep == "nsubj" and not self._is_named_by(before):
            return None
        if thing is None or not is_again or thing.ref or mention.ref or thing.count > 1 or mention.count > 1:
            return None
        is_model = (thing.kind, mention.what.kind) == ("vehicle", "animal")  # a car, a mustang
        generic = GENERIC.get(thing.kind, frozenset())
        is_said = (
            thing.kind == "person" and (mention.noun in generic - {thing.noun}) and thing.noun not in generic - ROLES
        )  # "the owner, a guy", "the driver, a man"
        is_said |= (
            thing.kind == "person" and thing.noun not in GENDERED and mention.noun in GENDERED
        )  # "the driver, a man"
        is_kind = thing.kind == mention.what.kind and (
            thing.noun in {*nears(mention.noun), mention.noun}
            or (thing.noun in generic and mention.noun not in generic)
            or (is_said and mention.head.dep in {"appos", "npadvmod", "nsubj"})
        )
        if not is_model and not is_kind:
            return None
        thing.attributes += [said for said in mention.attributes if said not in thing.attributes]
        thing.colour = thing.colour or mention.colour
        if is_said:
            thing.attributes = [*thing.attributes, mention.noun]
        elif thing.kind == mention.what.kind and noun_of(mention.noun) is not None:
            thing.noun = mention.noun
        return thing

    def _is_named_by(self, comma: Word) -> bool:
        """Whether what stands before a comma has no part of its own: "the driver, a woman", not "a dog bites a man, a woman"."""
        return self.sentence.words[comma.i - 1].dep in {"ROOT", "npadvmod", "dep", "nsubj", "appos"}

    def _is_part(self, thing: Thing, mention: Mention, mine: Word | None) -> None:
        """ "A birdcage with its door open", "a cabin, smoke from the chimney": parts of what was named."""
        if thing.noun not in syntax.PARTS or mention.ref:
            return
        wholes = self._owners(mine)[-1:] if mine is not None and mine.text == "its" else []
        if any(word.text == "the" for word in mention.words) and thing.noun in OF_HOUSES:
            kinds = {"building", "vehicle"} if thing.noun == "chimney" else {"building"}
            wholes = [one for one in self.scene.things if one.kind in kinds and one.noun not in syntax.PARTS][-1:]
        for whole in wholes:
            if whole.kind not in {"person", "animal"} and whole is not thing:
                self._add_relation(thing.id, "part_of", whole.id, thing.span)

    def _tell_apart(self) -> None:
        """ "Two dancers, one in black, one in white": two who look different are two entities."""
        ones = self._ones()
        count = max(PAIR, len(ones)) if ones and self._is_chosen(ones[0]) else len(ones)
        many = [t for t in self.scene.things if t.count == count and t.kind in TOLD_APART]
        if not ones or not PAIR <= count <= MOST_TOLD_APART or not many:
            return
        first = many[-1]
        first.count = 1
        each = [first]
        for _ in range(count - 1):
            each.append(replace(first, id=self.scene.next_id(), attributes=list(first.attributes)))
            self.scene.things.append(each[-1])
            self._does_the_same(first, each[-1])
        for i, thing in list(self.things.items()):
            if thing is first:
                self.groups[i] = each
        for one, thing in zip(ones, each, strict=False):
            self.things[one.i] = thing
            self._describe_one(one, thing)

    def _ones(self) -> list[Word]:
        """What stands for one of several: "one in black", "one red", "one who reads", "the taller one", "the other"."""
        words = self.sentence.words
        found = [w for w in words if w.text in {"one", "other"} and self._is_one(w, words[w.i + 1 :])]
        found = [w for w in found if not (w.i and words[w.i - 1].text == "each")]
        return [] if found and all(w.text == "other" for w in found) else found

    def _is_one(self, word: Word, after: tuple[Word, ...]) -> bool:
        before = self.sentence.words[word.i - 1].text if word.i else ""
        if word.text == "other" and before == "the" and (not after or after[0].text in ENDING):
            return True
        if not after:
            return False
        is_dressed = after[0].text in {"in", "with", "wearing"} and len(after) > 1
        return is_dressed or _is_plain(after[0]) or after[0].tag in DOES or self._is_chosen(word)

    def _is_chosen(self, one: Word) -> bool:
        """ "The taller one"."""
        words = self.sentence.words
        return one.text == "one" and one.i > 1 and words[one.i - 2].text == "the" and words[one.i - 1].tag in CHOOSING

    def _does_the_same(self, first: Thing, other: Thing) -> None:
        """What was said of both before is done by each."""
        begins = self.sentence.words[0].span[0]
        self.scene.deeds += [
            replace(deed, action=replace(deed.action, who=other.id))
            for deed in self.scene.deeds
            if deed.action.who == first.id and deed.sentence != self.number
        ]
        self.scene.relations += [
            replace(r, of=other.id) for r in self.scene.relations if r.of == first.id and r.span and r.span[0] < begins
        ]

    def _describe_one(self, one: Word, thing: Thing) -> None:
        """What tells one of several from the others."""
        words = self.sentence.words
        if self._is_chosen(one):
            said = words[one.i - 1]
            thing.colour = said.text if said.text in v.COLOURS else thing.colour
            thing.attributes = [*thing.attributes, said.text]
            self._cover([said, one])
            return
        if one.i + 1 == len(words) or words[one.i + 1].tag in DOES or words[one.i + 1].text in ENDING:
            self._cover([one])  # "one lights a match, the other reads"
            return
        after = words[one.i + 1] if _is_plain(words[one.i + 1]) else words[one.i + 2]
        if after.i in self.things and after.text in v.COLOURS:
            self.scene.things = [t for t in self.scene.things if t is not self.things[after.i]]  # "one orange"
        if after is words[one.i + 1]:
            thing.colour = after.text if after.text in v.COLOURS else thing.colour
            thing.attributes = [*thing.attributes, after.text]
        elif after.text in v.COLOURS and not any(w.i in self.things for w in words[one.i + 3 : one.i + 4]):
            thing.colour, thing.attributes = after.text, [*thing.attributes, f"in {after.text}"]
        self._cover([one, after])

    def _has_on(self, mine: Word, thing: Thing, head: Word) -> None:
        """ "Her scarf flutters": she wears it; "draws his katana": he holds it."""
        known = noun_of(thing.noun)
        is_in_hand = head.dep == "dobj" and known is not None and known.height_m <= IN_HAND_M
        for owner in self._owners(mine)[-1:]:
            if owner.kind in {"person", "animal"} and (thing.kind == "clothing" or is_in_hand):
                kind: Preposition = "wearing" if thing.kind == "clothing" else "holding"
                self._add_relation(owner.id, kind, thing.id, thing.span)

    def _new(self, mention: Mention) -> Thing:
        kind, noun = mention.what.kind, mention.noun
        young = self.scene.things[-1] if self.scene.things else None
        is_its = mention.words[0].tag == "PRP$" and not any(t.kind == "person" for t in self.scene.things)
        if noun in PARENTS and young is not None and young.kind == "animal" and is_its:
            kind, noun = "animal", ADULTS.get(young.noun, young.noun)  # "ducklings behind their mother"
        thing = Thing(
            self.scene.next_id(), noun, kind, mention.ref, mention.count, list(mention.attributes), mention.colour,
            (min(w.span[0] for w in mention.words), max(w.span[1] for w in mention.words)),
        )  # fmt: skip
        self.scene.things.append(thing)
        return thing

    def _known(self, mention: Mention) -> Thing | None:
        """The entity that a phrase means again: by its picture, its noun, or what it is."""
        things = self.scene.things
        if mention.ref:
            same = next((t for t in things if t.ref == mention.ref), None)
            if same is None and mention.noun:
                same = next(
                    (t for t in reversed(things) if t.noun == mention.noun and t.ref is None and mention.is_definite),
                    None,
                )
            if same is not None:
                same.ref = mention.ref
                same.noun, same.kind = (
                    (mention.noun, mention.what.kind) if mention.noun and not same.noun else (same.noun, same.kind)
                )
                same.attributes += mention.attributes
                same.colour = same.colour or mention.colour
            return same
        is_theirs = any(word.tag == "PRP$" for word in mention.words) and mention.what.kind in {"person", "animal"}
        if is_theirs:  # "a mother hugs her child"
            return next((t for t in reversed(things) if t.noun == mention.noun), None)
        if mention.is_new:
            return None
        same = next(
            (
                t
                for t in reversed(things)
                if mention.noun in {t.noun, *t.noun.split()[-1:]}
                and not (mention.colour and t.colour and mention.colour != t.colour)
                and (mention.is_definite or mention.count > 1 or (_is_bare(mention) and t.count == 1))
            ),
            None,
        )
        if same is None and mention.is_definite and (not mention.attributes or mention.noun in GENDERED):
            same = self._generic(mention)
            if same is not None and same.kind == "person" and mention.noun in GENDERED and mention.count == 1:
                same = self._one_of_two(same, mention)
        if same is not None:
            same.attributes += mention.attributes
            same.colour = same.colour or mention.colour
        return same

    def _one_of_two(self, thing: Thing, mention: Mention) -> Thing:
        """ "Two workers argue; the man stands up": he is one of the two."""
        if thing.count == PAIR and thing.ref is None:
            thing.count, thing.is_half = 1, True
            other = replace(thing, id=self.scene.next_id(), attributes=list(thing.attributes))
            self.scene.things.append(other)
            self.scene.deeds += [
                replace(d, action=replace(d.action, who=other.id)) for d in self.scene.deeds if d.action.who == thing.id
            ]
            self.scene.relations += [replace(r, of=other.id) for r in self.scene.relations if r.of == thing.id]
            self.groups |= {i: [thing, other] for i, named in self.things.items() if named is thing}
        if thing.is_half:
            thing.noun = mention.noun
        return thing

    def _generic(self, mention: Mention) -> Thing | None:
        """Somebody who is called by what they are: "the man", "the bird" for a heron."""
        for kind, nouns in GENERIC.items():
            if mention.noun in nouns:
                fitting = [
                    t for t in self.scene.things if t.kind == kind or (t.ref and t.kind == "other" and not t.noun)
                ]
                doing = self._acting(mention.head)  # "a robot serves the girl": not itself
                return next((t for t in reversed(fitting) if t.noun not in nouns and t not in doing), None)
        if mention.noun in RIDES:
            same = [t for t in self.scene.things if t.noun.rpartition(" ")[2] in RIDES[mention.noun]]
            return same[-1] if same else None
        if mention.noun in PILES:
            verbs = [w for w in self.sentence.words if w.i < mention.head.i and w.lemma in STACKING]
            built = [self.things.get(w.i) for verb in verbs for w in self.sentence.children(verb) if w.dep == "dobj"]
            piled = [t for t in self.scene.things if mention.noun in t.attributes]  # "a tower of blocks"
            return next(
                (thing for thing in [*built, *piled] if thing is not None), None
            )  # "stacks blocks and the tower falls"
        if mention.noun in HERDS:
            return next((t for t in reversed(self.scene.things) if t.count > 1 and t.kind == "animal"), None)
        nearer = [t for t in self.scene.things if mention.noun in (*nears(t.noun), *t.attributes)]  # a bottle's glass
        return nearer[-1] if nearer else None

    def _owned(self, thing: Thing, mention: Mention) -> None:
        owner = self.things.get(mention.owner.i) if mention.owner else None
        if owner is None and mention.owner is not None:
            inner = self.mentions.get(mention.owner.i)
            if inner is None:
                return
            owner = self._known(inner) or self._new(inner)
            self.things[mention.owner.i] = owner
        if owner is not None and owner is not thing and thing.kind in {"person", "animal", "vehicle"}:
            self._add_relation(thing.id, "beside", owner.id, thing.span)  # "a dog's owner" is no part of it
        elif owner is not None and owner is not thing:
            is_tool = thing.kind == "tool" and owner.kind == "person" and thing.noun not in syntax.PARTS
            kind = "wearing" if thing.kind == "clothing" else "holding" if is_tool else "part_of"
            pair = (thing.id, owner.id) if kind == "part_of" else (owner.id, thing.id)
            self._add_relation(pair[0], cast("Preposition", kind), pair[1], thing.span)

    def _is_handled(self, head: Word) -> bool:
        """Materials are seen when something is done to them or they do something."""
        of = self.sentence.head(head)
        holder = self.sentence.head(of)
        is_held = (
            head.dep == "pobj"
            and of.text == "of"
            and ((holder.i in self.mentions and self.mentions[holder.i].what.kind == "tool") or holder.text == "full")
        )
        return head.dep in {"dobj", "nsubj", "nsubjpass"} or is_held
