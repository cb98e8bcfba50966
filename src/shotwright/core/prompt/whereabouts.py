"""Which nouns are the place, and which of these stand there as something of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.context import Context
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.look import SEEN_AFAR
from shotwright.core.prompt.things import Thing

if TYPE_CHECKING:
    from shotwright.core.prompt.mentions import Mention
    from shotwright.core.prompt.sentence import Word

PLACE_PREPOSITIONS = frozenset(
    {
        "in",
        "at",
        "inside",
        "through",
        "across",
        "along",
        "down",
        "on",
        "onto",
        "within",
        "into",
        "throughout",
        "over",
        "around",
        "above",
        "under",
        "aboard",
        "from",
        "up",
        "past",
        "near",
        "by",
        "outside",
        "of",
        "beside",
        "behind",
    }
)

LAND, LAND_M = "geological formation", 15.0
"""From this height on hills and mountains are where one is."""

THROUGH_LAND = frozenset({"in", "through", "across", "among", "amid", "down", "up", "into", "between"})

SOILS = frozenset({"sand", "soil", "surface", "dust", "desert", "plain", "ground", "dune"})
"""What of a world one stands on: "the red sand of Mars"."""
WORLDS = frozenset({"planet", "moon", "mars", "asteroid", "world"})

INDOORS = frozenset({"floor", "ceiling", "roof", "pew", "altar", "aisle", "chandelier", "pillar", "candle", "hall", "window", "fireplace"})  # fmt: skip
"""What tells that a building is seen from inside."""
WET = frozenset({"river", "lake", "sea", "ocean", "water", "pool", "pond", "stream", "creek", "swamp", "surf", "lagoon", "shallows", "waterhole", "floodwater", "flood", "puddle"})  # fmt: skip
WADING = frozenset({"stand", "bathe", "play", "wait", "fish", "splash", "drink", "sit", "kneel", "dance", "walk"})
IN_WATER = "in water"
"""Waters that one stands in, what one does there, and what is then said of one."""
UNDER_A_ROOF = frozenset({"in", "inside", "within", "at", "into", "through"})

BUILT_PLACE_M = 4.9
"""From this height on a building is a place to be in or at."""

FULL_OF = frozenset({"stream", "river", "sea", "ocean", "pool", "ring", "wall", "mountain", "barrel", "island"})
"""What is an amount of something, and no place, before "of"."""

HOUSES = frozenset({
    "cabin", "hut", "cottage", "shack", "lodge", "barn", "farmhouse", "farm", "chapel", "church", "temple", "monastery", "castle", "mansion", "villa", "inn", "tavern", "cafe", "diner",
    "restaurant", "shop", "store", "gas station", "petrol station", "motel", "hotel", "lighthouse", "tent", "igloo", "shrine", "pagoda", "treehouse", "greenhouse", "observatory", "mill", "windmill",
})  # fmt: skip
"""What is a place from inside and a thing from outside."""

BUILDINGS = HOUSES | {"school", "house", "hospital", "museum", "bank", "library", "theater", "theatre", "factory", "palace", "office building", "building", "skyscraper", "town hall", "courthouse", "fire station", "police station", "university", "bakery"}  # fmt: skip
"""What one stands in front of."""
EXPLORING = frozenset(
    {"explore", "roam", "search", "visit", "wander", "patrol", "tour", "inspect", "navigate", "traverse"}
)
"""What one does to where one is."""

AROUND = frozenset({"in", "on", "at", "by", "near", "beside", "under", "above", "over"})

WAYS = frozenset({"runway", "track", "aisle", "lane", "path", "trail", "ramp", "catwalk", "platform", "court", "lawn"})
ALONG = frozenset({"down", "along", "across", "up", "through", "over"})
"""What one goes along within another place, which is where it is: "down the runway in a stadium"."""

RAPIDS = frozenset({"rapid", "rapids", "whitewater", "white water"})
"""Water of a river, whose colour is not that of the place."""
HOUSE_M = 4.0

ONE_AT_A_TIME = frozenset({
    "deck", "bar", "court", "ring", "club", "stage", "bank", "plant", "port", "range", "track", "mine", "square", "party", "set", "lot", "platform", "path", "column", "line", "row", "file", "gap", "hole", "dock", "pool", "wing",
})  # fmt: skip
"""What is a place in the singular only."""


class Whereabouts(Context):
    """The noun phrases of a sentence that say where it is."""

    def _places_before(self, mention: Mention) -> None:
        """Places that describe a place: "a hospital corridor"; a city's skyline is what one sees from elsewhere."""
        if mention.noun in SEEN_AFAR:
            return
        for word in mention.words[:-1]:
            described = noun_of(word.lemma) if word.is_noun and not word.is_ref else None
            is_place = (
                described is not None
                and word.lemma != "wood"
                and (
                    described.kind in {"place", "inside"}
                    or (described.kind == "building" and described.height_m >= BUILT_PLACE_M)
                )
            )
            if (
                is_place
                and mention.what.kind in {"building", "place", "inside", "abstract", "furniture"}
                and (mention.noun == mention.head.lemma or mention.what.kind == "furniture")
            ):
                self._cover([word])
                self.scene.place_span = self.scene.place_span or word.span
                self.scene.places += [word.lemma] if word.lemma not in self.scene.places else []
                self.scene.hinted |= {word.lemma} if mention.what.kind == "furniture" else set()
                if (
                    described
                    and described.kind == "building"
                    and not any(t.noun == word.lemma for t in self.scene.things)
                ):
                    whole = Thing(self.scene.next_id(), word.lemma, "building", span=word.span)
                    self.scene.things.append(whole)

    def _is_place(self, mention: Mention) -> bool:
        head, kind = mention.head, mention.what.kind
        if mention.ref or head.is_ref or head.text in v.COLOURS or self._is_no_place_here(mention):
            return False
        prep = self.sentence.head(head)
        governed = head.dep == "pobj" and prep.text in PLACE_PREPOSITIONS
        if self._is_place_of(mention):
            return True
        if (
            mention.noun == "sky"
            and head.dep == "pobj"
            and prep.text in {"into", "to", "towards", "toward", "at", "up"}
        ):
            return bool(self.scene.places)  # "roars fire into the sky": nobody is in it
        if (
            head.dep == "dobj"
            and self.sentence.head(head).lemma in EXPLORING
            and kind in {"place", "inside", "building", "nature"}
        ):
            return True  # "explores a dark cave"
        if self._is_house(mention):
            mention.what = replace(mention.what, kind="building", height_m=max(HOUSE_M, mention.what.height_m))
            return False
        if kind in {"place", "inside"}:
            is_all = head.dep == "dobj" and prep.tag[0] not in "VN"  # "Busy train platform."
            after = self.sentence.words[head.i + 1].text if head.i + 1 < len(self.sentence.words) else ""
            if len(mention.words) == 1 and head.i == 0 and after == ",":
                return True  # "underwater, a diver swims"
            if self._heads_the_line(mention):
                return True
            is_along = head.dep == "dobj" and self._before(mention) in {"down", "up", "along", "through", "across"}
            return (
                governed
                or is_all
                or is_along
                or head.dep in {"ROOT", "appos", "conj", "dep", "npadvmod", "advcl", "attr"}
            )
        if governed and mention.noun in WORLDS and prep.text == "of" and self.sentence.head(prep).lemma == "surface":
            return True
        if governed and mention.noun in WORLDS and prep.text in {"on", "across", "over"} and not (mention.count > 1):
            return True  # "out of a crater on a red planet"
        if governed and self._is_land(mention):
            return prep.text in THROUGH_LAND
        is_big = kind == "building" and mention.what.height_m >= BUILT_PLACE_M
        is_hull = kind == "vehicle" and mention.what.height_m >= 3
        is_under = prep.text in UNDER_A_ROOF and not (is_hull and prep.text == "at")
        is_in_it = prep.text == "inside" and kind in {
            "building",
            "other",
        }  # a treehouse, however small it is from outside
        return self._is_headline(mention) or (governed and (((is_big or is_hull) and is_under) or is_in_it))

    def _is_no_place_here(self, mention: Mention) -> bool:
        """ "Into his path", "pale wood shavings", "leaving one spotless path": nouns of places that name none."""
        prep = self.sentence.head(mention.head)
        if prep.text in {"under", "beneath", "below", "underneath"} and mention.noun.rpartition(" ")[2] in {
            "bridge",
            "overpass",
            "viaduct",
        }:
            return True
        is_before = prep.text == "of" and self.sentence.head(prep).text == "front" and self._before(mention) != "the"
        if mention.head.dep == "pobj" and is_before and mention.noun in BUILDINGS:
            mention.what = replace(mention.what, kind="building", height_m=max(HOUSE_M, mention.what.height_m))
            return True  # "in front of a school": seen from outside
        if mention.head.text == "wood":
            governed = mention.head.dep == "pobj" and prep.text in PLACE_PREPOSITIONS
            return not (governed and any(w.tag == "DT" for w in mention.words))
        if mention.head.dep == "dobj" and prep.lemma == "leave" and mention.noun in {"path", "track", "trail"}:
            return True
        return mention.noun in {"path", "way"} and any(w.tag == "PRP$" for w in mention.words)

    def _is_headline(self, mention: Mention) -> bool:
        """ "A knight kneels. Ruined cathedral, fog on the floor": said after somebody was named, a building says where."""
        is_bare = mention.head.dep == "ROOT" and not any(w.tag in {"DT", "PRP$", "CD"} for w in mention.words)
        is_built = mention.what.kind == "building" and mention.what.height_m >= BUILT_PLACE_M and not mention.ref
        tells = any(w.tag in {"VBZ", "VBP", "VBD"} for w in self.sentence.words)
        return is_bare and is_built and not tells and any(t.kind in {"person", "animal"} for t in self.scene.things)

    def _heads_the_line(self, mention: Mention) -> bool:
        """ "Sunny kitchen in the morning, an old man pours coffee": a headline says where."""
        first, verb = mention.words[0], self.sentence.head(mention.head)
        is_bare = first.i == 0 and first.tag not in {"DT", "PRP$", "CD"} and mention.head.tag == "NN"
        between = self.sentence.words[mention.head.i : verb.i]
        people = any(w.i in self.mentions and self.mentions[w.i].what.kind in {"person", "animal"} for w in between)
        return is_bare and verb.tag[0] == "V" and any(w.text == "," for w in between) and people

    def _is_land(self, mention: Mention) -> bool:
        """ "In snowy mountains", "down a hill"."""
        return mention.what.near == LAND and mention.what.height_m >= LAND_M

    def _is_house(self, mention: Mention) -> bool:
        """ "A wooden cabin in a snowy valley": seen from outside, and where it stands is the place."""
        if mention.noun not in HOUSES or mention.head.dep not in {"ROOT", "nsubj", "dobj"}:
            return False
        preps = [w for w in self.sentence.children(mention.head) if w.dep == "prep" and w.text in AROUND]
        places = [self.mentions[w.i] for prep in preps for w in self.sentence.children(prep) if w.i in self.mentions]
        return any(place.what.kind in {"place", "nature"} for place in places)

    def _before(self, mention: Mention) -> str:
        first = min(word.i for word in mention.words)
        return self.sentence.words[first - 1].text if first else ""

    def _is_place_of(self, mention: Mention) -> bool:
        """ "The ruins of a temple", "the corridor of a spaceship": where a place belongs to."""
        of = self.sentence.head(mention.head)
        outer = self.mentions.get(of.head) if mention.head.dep == "pobj" and of.text == "of" else None
        return (
            outer is not None
            and (outer.what.kind in {"place", "inside"} or outer.noun in self.scene.places)
            and mention.what.kind in {"building", "vehicle"}
            and outer.noun not in FULL_OF
        ) or (outer is not None and mention.noun in WORLDS and outer.noun in SOILS)

    def _is_also_thing(self, mention: Mention) -> bool:
        """Places that stand there as something of their own: a bridge that is crossed, a train that somebody is on."""
        if self._is_place_of(mention):
            return False
        prep = self.sentence.head(mention.head).text if mention.head.dep == "pobj" else ""
        if mention.noun in WORLDS or self._is_land(mention) or prep == "inside" or self._is_headline(mention):
            return False
        if mention.what.kind in {"vehicle", "nature"}:
            return True
        has_rooms = mention.what.height_m >= BUILT_PLACE_M  # "through the temple", and not "through the gate"
        return mention.what.kind == "building" and prep not in UNDER_A_ROOF - (set() if has_rooms else {"through"})

    def _wade(self, prep: Word) -> None:
        """ "An elephant in a river", "kids stand in the sea": they are in it up to their knees."""
        over = self.sentence.head(prep)
        named = [over, *(w for w in self.sentence.children(over) if w.dep == "nsubj" and over.lemma in WADING)]
        for word in named:
            thing = self.things.get(word.i)
            if thing is not None and thing.kind in {"person", "animal"} and not thing.ref:
                thing.attributes.append(IN_WATER)

    def _locate(self, mention: Mention) -> None:
        scene = self.scene
        if mention.head.tag == "NNS" and mention.noun in ONE_AT_A_TIME:
            return  # "behind the decks", "gold bars"
        of = next((w for w in self.sentence.children(mention.head) if w.dep == "prep" and w.text == "of"), None)
        if of is not None and mention.noun in FULL_OF:
            return  # "a stream of fire", "a sea of clouds"
        prep = self.sentence.head(mention.head) if mention.head.dep == "pobj" else mention.head
        if prep.text == "over" and mention.what.kind == "inside":
            return  # "vaults over the bar"
        is_left = prep.text in {"from", "off"} or (prep.text == "of" and self.sentence.head(prep).text == "out")
        if prep.text == "in" and mention.noun in WET:
            self._wade(prep)
        if mention.noun == "sky" and mention.attributes:
            scene.sky = " ".join(mention.attributes)
        if mention.noun == "sky" and scene.places:
            scene.places += [] if "sky" in scene.places else ["sky"]
            return  # "two moons in the sky" over what was named
        if mention.noun in WORLDS and self._is_place_of(mention):
            scene.places = [mention.noun, *(place for place in scene.places if place not in SOILS)]
        if mention.noun not in scene.places:
            at = len(scene.places) if is_left else len(scene.places) - scene.left_places
            at = 0 if scene.places and set(scene.places) <= scene.hinted else at  # a hospital bed in a corridor
            scene.hinted |= {mention.noun} if mention.noun in WAYS and prep.text in ALONG else set()
            scene.places.insert(at, mention.noun)  # "out of a tunnel": not where it is from now on
            scene.left_places += is_left
        if mention.noun in RAPIDS:
            scene.places = ["river" if place in RAPIDS else place for place in scene.places]
        elif mention.noun != "sky":
            scene.place_attributes += [a for a in mention.attributes if a not in scene.place_attributes]
        outside = mention.head.dep == "pobj" and self.sentence.head(mention.head).text == "outside"
        if outside and "outside" not in scene.place_attributes:
            scene.place_attributes.append("outside")
        is_in_it = mention.what.kind == "inside" or (
            prep.text == "inside" and mention.what.kind in {"building", "place", "other", "vehicle"}
        )
        within = {w.lemma for w in self.sentence.words} & INDOORS
        is_in_it |= self._is_headline(mention) and bool(within)
        scene.is_inside |= is_in_it and not outside and not is_left
        scene.place_span = scene.place_span or (mention.words[0].span[0], mention.head.span[1])
