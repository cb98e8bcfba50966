"""Prepositions, and verbs such as hold and wear, become relations between things."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from shotwright.core.plan import Action
from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.attach import TOPPLING
from shotwright.core.prompt.context import nears
from shotwright.core.prompt.having import HANDS, HANDY, Having, is_small_game
from shotwright.core.prompt.lexicon import motion_of, noun_of
from shotwright.core.prompt.things import Deed

if TYPE_CHECKING:
    from shotwright.core.plan import Preposition
    from shotwright.core.prompt.sentence import Word
    from shotwright.core.prompt.things import Thing

SMALL = frozenset({"tool", "food", "material", "clothing", "body_part", "light", "abstract"})
BESIDE_SOMEBODY = frozenset({"behind", "at", "near", "beside", "in_front_of", "under"})
LEADING_ON = frozenset({"onto", "next", "to", "beside", "near", "toward", "towards", "by", "at", "into", "from"})
"""Prepositions behind a particle: "pulls over next to a man"."""
PLACEMENTS = {"middle": "center", "centre": "center", "front": "foreground"}
AIMED = frozenset({
    "point", "aim", "shoot", "fire", "throw", "toss", "hurl", "wave", "shout", "yell", "scream", "smile", "laugh", "bark", "growl", "hiss", "swipe", "bat", "swing", "lunge", "nod", "wink", "snap",
})  # fmt: skip
"""Verbs that reach from afar what they are done at."""
STAYING_THERE = frozenset(
    {"give", "wave", "look_around", "shout", "talk", "paint", "shoot", "read", "point", "cheer", "clap", "play_guitar"}
)
"""What one does from a place without leaving it."""
LEANING: dict[str, Preposition] = {
    "lean": "against",
    "knock": "at",
    "pound": "at",
    "tap": "at",
    "bang": "at",
    "hammer": "at",
}
"""Verbs by which nobody is on anything: "leans on a fence", "knocks on a door"."""
WORKING = frozenset({"cook", "stir", "cut", "knead", "type", "write", "read", "paint", "tinker", "play_piano", "look_around", "look_at_hand", "pour", "work", "eat"})  # fmt: skip
"""What one does at what it is done on: "works on a beam", "cooks on a stove", "types on a laptop"."""
ON_TABLES = frozenset(
    {
        "stand",
        "sit",
        "lie",
        "dance",
        "jump",
        "walk",
        "run",
        "kneel",
        "crouch",
        "sleep",
        "climb",
        "fall",
        "fly",
        "crawl",
        "spin",
        "play_piano",
        None,
    }
)
"""What one may do on top of a table; the rest is done at it."""
CARRYING = frozenset({"arm", "shoulder", "lap", "hand", "elbow", "armpit"})
"""Parts of somebody that hold what is tucked under or slung over them."""
CLINGING = frozenset(
    {"cling to", "hold onto", "hang onto", "lean on", "hold to", "grip onto", "tug at", "pull at", "pull on"}
)
"""Verbs whose preposition brings what the hands are at."""
ON_VEHICLES = frozenset({"back", "roof", "rack", "hood", "top", "bed", "side", "trunk", "front"})
"""Parts of a vehicle on which things are strapped."""
MOUTHS = frozenset({"mouth", "beak", "jaw", "jaws", "tooth", "teeth", "claw", "talon", "trunk", "fang"})
TAKEN = frozenset({"catch", "pick_up"})
"""What has something from then on, and not before."""
BACK_REACH = 12
"""Words behind a verb among which its "on its back" stands."""


def _is_seat(thing: Thing) -> bool:
    if thing.noun.rpartition(" ")[2] in {"wall", "door", "window", "fence", "gate"}:
        return False  # "paints on a wall"
    return thing.noun.rpartition(" ")[2] in syntax.SEATS or thing.kind not in {
        "furniture",
        "tool",
        "vehicle",
        "food",
        "plant",
    }


class Relating(Having):
    """How the things of a sentence stand to each other."""

    def _relate_by_verb(self, verb: Word, who: list[Thing], objects: list[Word]) -> None:
        kind = syntax.VERB_RELATIONS.get(verb.lemma)
        particle = self._particle(verb)
        kind = (syntax.VERB_RELATIONS.get(f"{verb.lemma} {particle.text}") if particle else None) or kind
        held_by = [w for w in self.sentence.children(verb) if f"{verb.lemma} {w.text}" in CLINGING and w.dep == "prep"]
        kind = "holding" if held_by else kind
        if kind is None:
            return
        others = [w for w in self.sentence.words if w.i > verb.i and w.tag in {"VBZ", "VBP", "VBD"}]
        claimed = {thing.id for other in others for thing in self._opening(other)}  # "tips a kettle and coffee streams"
        targets = [thing for word in objects for thing in self._group(word) if thing.id not in claimed]
        targets += [thing for prep in held_by for thing in self._inner(prep)]
        if kind == "facing":
            preps = [
                w for w in self.sentence.children(verb) if w.dep == "prep" and w.text in {"at", "toward", "towards"}
            ]
            targets += [self.things[w.i] for prep in preps for w in self.sentence.children(prep) if w.i in self.things]
        if kind in {"holding", "wearing"}:
            targets = [t for t in targets if t.kind in HANDY or (t.ref and not t.noun)]
        if kind == "riding":
            preps = [w for w in self.sentence.children(verb) if w.dep == "prep" and w.text in {"on", "in", "atop"}]
            targets += [self.things[w.i] for prep in preps for w in self.sentence.children(prep) if w.i in self.things]
        if kind == "holding" and self._is_on_its_back(verb):
            kind, who, targets = "riding", [t for w in objects for t in self._group(w)], who
        for thing in who:
            for target in targets:
                if target is not thing:
                    self._cover([verb])
                    self._add_relation(thing.id, kind, target.id, verb.span)

    def _relate_by_where(self, verb: Word, who: list[Thing]) -> None:
        """ "A table where a couple is sitting": they are at it."""
        where = next((w for w in self.sentence.children(verb) if w.text == "where" and w.dep == "advmod"), None)
        if where is None or verb.dep not in {"relcl", "advcl"}:
            return
        before = [self.things[i] for i in range(where.i - 1, max(-1, where.i - 8), -1) if i in self.things]
        spots = [thing for thing in before if thing.kind in {"furniture", "building", "vehicle", "plant", "nature"}]
        spot = next((thing for thing in spots if thing.kind == "furniture"), spots[0] if spots else None)
        if spot is None:
            return
        is_seat = spot.noun.rpartition(" ")[2] in syntax.CHAIRS
        kind: Preposition = "on" if is_seat else "in" if spot.kind == "vehicle" else "at"
        self._cover([where])
        for one in who:
            self._add_relation(one.id, kind, spot.id, verb.span)

    def _is_on_its_back(self, verb: Word) -> bool:
        """ "An elephant carries a drummer on its back": he rides it."""
        beings = [self.things[w.i] for w in self.sentence.children(verb) if w.dep == "dobj" and w.i in self.things]
        clause = [w.text for w in self.sentence.words[verb.i : verb.i + BACK_REACH]]
        pairs = set(itertools.pairwise(clause))
        is_there = bool(
            pairs & {(whose, part) for whose in ("its", "his", "her", "their") for part in ("back", "shoulders")}
        )
        return is_there and any(t.kind in {"person", "animal"} or t.ref for t in beings)

    def _topples(self, word: Word) -> bool:
        """ "Knocks over a glass": nobody is over it."""
        return word.dep == "prt" and word.text in {"over", "down"} and self.sentence.head(word).lemma in TOPPLING

    def _from_where(self, prep: Word) -> None:
        """ "Feeds pigeons from a park bench": who does it there is on it, unless they come from it."""
        if prep.text != "from" or prep.dep != "prep":
            return
        over = self._verb_over(self.sentence.head(prep)) or self.sentence.head(prep)
        stays = over.tag[0] == "V" and motion_of(over.lemma) in STAYING_THERE
        for spot in self._inner(prep) if stays else []:
            kind: Preposition = "on" if spot.noun.rpartition(" ")[2] in syntax.CHAIRS else "at"
            if spot.kind in {"furniture", "building", "vehicle"}:
                self._cover([prep])
                for one in self._subjects(over):
                    self._add_relation(one.id, kind, spot.id, prep.span)

    def _relate(self, word: Word) -> None:
        """A preposition, simple or made of several words, between two that are there."""
        hit = None if self._topples(word) else syntax.RELATIONS.at(self.sentence.words, word.i)
        if hit is None and word.dep == "prep" and word.text in {"of", "with"}:
            (self._contain if word.text == "of" else self._accompany)(word)
        loose = (
            hit is not None and word.dep not in {"prep", "advmod", "prt", "pcomp", "mark"} and hit.end - hit.start == 1
        )
        if hit is None or loose or self._is_in_the_mouth(word):
            return
        last = self.sentence.words[hit.end - 1]
        if self._is_no_place(word) or (last is word and self._leads_on_from_here(word)):
            return
        targets = [w for w in self.sentence.children(last) if w.dep in {"pobj", "dobj"}] or [
            w for w in self._up_to_a_verb(hit.end) if w.i in self.things
        ][:1]
        to = [thing for w in targets if w.lemma not in v.PLACEMENT_WORDS for thing in self._behind(w)]
        wearer = self._wearer_before(word) if word.text == "in" else None
        of = self._placed(word, hit.value) if wearer is None else [self.things[wearer.i]]
        of = [self._whole_of(thing, to) for thing in of] if not self._is_after_effect(word) else []
        kind = hit.value
        by_verb = self._worked_at(self._doing(word), to) if kind == "on" else None
        if word.text in {"in", "on"} and any(w.lemma in HANDS | {"arm", "elbow"} for w in targets):
            before = self.things.get(word.i - 1)  # "a basket on her arm", and not what is put into it
            of = self._handed(word, [before] if before is not None and before.kind in HANDY else of, to)
        for thing in of:
            for target in to:
                if word.text == "on" and self._plays(thing, target, word):
                    continue
                if kind == "on" and self._leaves_for(thing, target):
                    continue
                leans = by_verb if (thing.kind in {"person", "animal"} or thing.ref) else None
                is_tool = leans == "at" and target.kind in {
                    "tool",
                    "food",
                    "plant",
                }  # "works on her laptop", "chews on a leaf"
                said = None if is_tool else self._worn_or_held(thing, target, leans or kind, word.text)
                if said is not None and target is not thing:
                    self._cover(self.sentence.words[hit.start : hit.end])
                    self._add_relation(thing.id, said, target.id, (word.span[0], last.span[1]))
        if targets and any(w.lemma in v.PLACEMENT_WORDS for w in targets):
            self._cover([*self.sentence.words[hit.start : hit.end], *targets])
            where = next(w.lemma for w in targets if w.lemma in v.PLACEMENT_WORDS)
            for thing in of:
                thing.placement = thing.placement or PLACEMENTS.get(where, where)

    def _doing(self, prep: Word) -> Word:
        """The verb that a preposition belongs to: its head, or that of a game ("plays chess on a table")."""
        head = self.sentence.head(prep)
        over = self.sentence.head(head)
        return over if head.is_noun and head.dep == "dobj" and over.lemma == "play" else head

    def _worked_at(self, verb: Word, to: list[Thing]) -> Preposition | None:
        """How one is to what a verb is done on, where nobody is on it."""
        at_table = bool(to) and to[0].noun.rpartition(" ")[2] in {"table", "desk", "counter"}
        stays = verb.tag[0] == "V" and (verb.lemma == "play" or motion_of(verb.lemma) not in ON_TABLES)
        works = (motion_of(verb.lemma) in WORKING and bool(to) and not _is_seat(to[0])) or (at_table and stays)
        return LEANING.get(verb.lemma) or ("at" if works else None)

    def _is_after_effect(self, prep: Word) -> bool:
        """ "A man kicks a door, flames on the wall": the flames are there, and he is not."""
        before = self.sentence.words[prep.i - 1] if prep.i > 1 else None
        opens = before is not None and self.sentence.words[before.i - 1].text in {",", ";"}
        return before is not None and opens and syntax.EFFECTS.at(self.sentence.words, before.i) is not None

    def _leads_on_from_here(self, word: Word) -> bool:
        """ "Over next to a man", "carries it in from the door": a way to where the next words say; nothing is in the door."""
        after = self.sentence.words[word.i + 1].text if word.i + 1 < len(self.sentence.words) else ""
        is_way = word.dep in {"advmod", "prt"} and after in LEADING_ON
        return is_way or (word.text == "in" and after in {"from", "through"})

    def _up_to_a_verb(self, first: int) -> list[Word]:
        """The next words, as far as they can belong to a preposition: "walks in carrying a tray" is in no tray."""
        words = self.sentence.words[first : first + 5]
        return list(itertools.takewhile(lambda w: w.tag[0] != "V", words))

    def _leaves_for(self, thing: Thing, target: Thing) -> bool:
        """ "Jumps off a shelf and lands on a dog": it was on the shelf, and is on its way."""
        ends = {d.action.path.end for d in self.scene.deeds if d.action.who == thing.id and d.action.path}
        other = any(r.of == thing.id and r.relation == "on" and r.to != target.id for r in self.scene.relations)
        return other and target.id in ends

    def _is_no_place(self, prep: Word) -> bool:
        """ "One in white", "points at a balloon", "kicks a ball over a wall": nobody is there."""
        head = self.sentence.head(prep)
        over = self.sentence.head(head) if head.dep == "dobj" else head
        flies = prep.text == "over" and any(w.dep == "dobj" for w in self.sentence.children(over))
        return (
            (prep.text == "in" and self._is_in_a_colour(prep))
            or (prep.text == "at" and head.lemma in AIMED)
            or (flies and motion_of(over.lemma) in {"kick", "throw", "punch", "push"})
        )

    def _is_in_a_colour(self, prep: Word) -> bool:
        """ "One in white": no relation to what comes next."""
        after = self.sentence.words[prep.i + 1 : prep.i + 3]
        if any(w.dep == "pobj" and w.i in self.things for w in self.sentence.children(prep)):
            return False  # "in bright turquoise shoes"
        return bool(after) and after[0].text in v.COLOURS and not (after[1:] and after[1].is_noun)

    def _is_carried_so(self, prep: Word) -> bool:
        """ "A cat tucked under her arm", "a bag slung over his shoulder": whoever's arm it is has it there."""
        limb = next((w for w in self.sentence.children(prep) if w.dep == "pobj" and w.lemma in CARRYING), None)
        whose = next((w for w in self.sentence.children(limb) if w.tag == "PRP$"), None) if limb is not None else None
        head = self.sentence.head(prep)
        if prep.text not in {"under", "over", "in"} or limb is None or whose is None or head.tag not in {"VBN", "VBD"}:
            return False
        over = self.sentence.head(head)
        thing = next(
            (t for w in (over, *self.sentence.children(head)) if (t := self.things.get(w.i)) is not None), None
        )
        before = [self.things[i] for i in sorted(self.things) if i < head.i]
        thing = thing or (before[-1] if before else None)
        if thing is not None and thing.kind == "clothing" and len(before) > 1:
            thing = before[-2]  # "a cat in a helmet tucked under her arm"
        owner = next((t for t in self._owners(whose) if t is not thing), None)
        if thing is None or owner is None or not (thing.kind in HANDY or is_small_game(thing)):
            return False
        self._cover([prep, limb, whose, head])
        self._add_relation(owner.id, "holding", thing.id, prep.span)
        return True

    def _is_in_the_mouth(self, prep: Word) -> bool:
        """ "Catches a salmon in its mouth", "with a mitten in its mouth": whoever does that has it, and is in nobody."""
        goals = [w for w in self.sentence.children(prep) if w.dep == "pobj" and w.lemma in MOUTHS]
        verb = self._verb_over(prep)
        if prep.text not in {"in", "between", "with"} or not goals or verb is None:
            return False
        had = [t for w in self.sentence.children(verb) if w.dep == "dobj" for t in self._group(w)]
        does = motion_of(verb.lemma)
        for who in self._subjects(verb) if does not in TAKEN else []:
            for thing in had:
                if thing is not who and (thing.kind in HANDY or is_small_game(thing)):
                    self._add_relation(who.id, "holding", thing.id, prep.span)
        self._cover([prep, *goals] if had else [])
        return bool(had)

    def _handed(self, prep: Word, of: list[Thing], to: list[Thing]) -> list[Thing]:
        """ "A phone in a man's hand": he holds it. Returns those of whom it is not so."""
        holder = next((one for one in to if one.kind in {"person", "animal"} or one.ref), None)
        if holder is None:
            return of
        held = [thing for thing in of if thing.kind in HANDY and thing is not holder]
        for thing in held:
            self._cover([prep])
            self._add_relation(holder.id, "holding", thing.id, prep.span)
        beings = [t for t in of if t.kind in {"person", "animal"} and t is not holder and t not in held and not t.ref]
        for being in beings if any(w.lemma == "arm" for w in self.sentence.children(prep)) else []:
            self._cover([prep])
            self.scene.deeds.append(
                Deed(Action(holder.id, "carry", "carry", being.id, span=prep.span), self.number, True, False)
            )
            held.append(being)  # "a chick in a zookeeper's arms"
        return [thing for thing in of if thing not in held]

    def _plays(self, who: Thing, on: Thing, prep: Word) -> bool:
        """ "A bald man on double bass" plays it."""
        motion = motion_of(*(f"play {noun}" for noun in (on.noun, *nears(on.noun))))
        is_it = motion is not None and who.kind == "person"
        is_it &= motion_of(self.sentence.head(prep).lemma) in {None, "sit", "stand", motion}  # one types on a keyboard
        if is_it:
            self._cover([prep])
            self._add_relation(who.id, "holding", on.id, prep.span)
            self.scene.deeds.append(
                Deed(Action(who.id, "play", motion, on.id, span=prep.span), self.number, True, False)
            )
        return is_it

    def _behind(self, word: Word) -> list[Thing]:
        """Whom a noun stands for as a goal: itself, the whole of "the back of the snail", the owner of "its back"."""
        found = self._group(word)
        kind = noun_of(word.lemma)
        is_part = word.lemma in syntax.POSITIONS or (kind is not None and kind.kind in {"body_part", "abstract"})
        if found and not is_part:
            return found
        for of in self.sentence.children(word):
            if of.dep == "prep" and of.text == "of":
                inner = [thing for w in self.sentence.children(of) for thing in self._group(w)]
                if inner:
                    return inner
        owners = [thing for w in self.sentence.children(word) if w.tag == "PRP$" for thing in self._owners(w)]
        owners += [self.things[w.i] for w in self.sentence.children(word) if w.dep == "poss" and w.i in self.things]
        if not owners and not found and word.lemma in ON_VEHICLES:  # "a truck, surfboards strapped on the back"
            return [t for t in self.scene.things if t.kind == "vehicle" and (t.span or word.span) < word.span][-1:]
        return owners or found

    def _worn_or_held(self, thing: Thing, target: Thing, kind: Preposition, text: str) -> Preposition | None:
        if text == "in" and target.kind == "clothing":
            return "wearing"
        if (
            kind in {"in", "inside"}
            and thing.kind in {"person", "animal"}
            and target.kind in {"food", "body_part", "person"}
        ):
            return None  # "stirs in salt", "shaves a line into the hair of a man"
        if text == "by" and thing.kind not in {
            "person",
            "animal",
            "building",
            "vehicle",
            "furniture",
            "plant",
            "other",
        }:
            return None
        return kind

    def _whole_of(self, thing: Thing, to: list[Thing]) -> Thing:
        """ "A boy with a plastered leg in a wheelchair": the boy is in it."""
        if thing.kind != "body_part" or not any(one.kind in {"vehicle", "furniture"} for one in to):
            return thing
        before = [t for t in self.scene.things if t.kind == "person" and t.span and thing.span and t.span < thing.span]
        return before[-1] if before else thing

    def _is_vessel(self, prep: Word) -> bool:
        """ "A goldfish in a round bowl"."""
        return any(thing.kind == "tool" for thing in self._inner(prep))

    def _placed(self, prep: Word, kind: Preposition) -> list[Thing]:
        """Whom a preposition places: the noun it hangs on, the object of a verb that puts, else the verb's subject."""
        head = self.sentence.head(prep)
        for _ in range(4):
            if (
                head.dep in {"prep", "pobj", "pcomp", "advmod", "prt", "npadvmod"}
                and head.i not in self.things
                and head.head != head.i
            ):
                head = self.sentence.head(head)
        if head.i in self.things:
            thing = self.things[head.i]
            verb = self._verb_over(head)
            target = next(
                (self.things[w.i] for w in self.sentence.children(prep) if w.dep == "pobj" and w.i in self.things), None
            )
            is_spot = target is not None and target.kind in {"furniture", "building", "vehicle", "plant"}
            is_ridden = target is not None and target.kind in {"vehicle", "tool", "furniture"} and kind in {"on", "in"}
            moves_up = (kind in BESIDE_SOMEBODY and thing.kind in SMALL and is_spot) or (
                thing.kind in {"nature", "building"} and is_ridden
            )  # "rides a wave on a board"
            moves_up &= head.dep in {"pobj", "dobj"}
            if moves_up and verb:
                return self._subjects(verb) or [thing]
            return [
                one for one in self._group(head) if one is thing or (one.span or prep.span)[0] < prep.span[0]
            ]  # not who comes after
        over = self.sentence.head(self.sentence.head(head))
        if head.is_noun and head.i in self.mentions and head.dep == "pobj" and over.tag[0] == "V" and over.i > head.i:
            return self._subjects(over)  # "in the meadow behind him, a woman rides": she is behind him
        is_unseen = head.is_noun and head.lemma not in syntax.POSITIONS and head.i not in self.mentions
        if is_unseen or (head.is_noun and syntax.EFFECTS.at(self.sentence.words, head.i)):
            return []  # "rain on the window": nobody is on it
        if head.is_noun and head.dep == "dobj" and (motion_of(head.lemma) or self.sentence.head(head).lemma == "play"):
            return self._subjects(self.sentence.head(head))  # "have a pillow fight on the bed"
        if head.tag[0] == "V" or head.tag in {"JJ", "RB"}:
            parts = [w for w in self.sentence.children(head) if w.dep == "dobj" and w.i not in self.things]
            if kind == "on" and any(syntax.EFFECTS.at(self.sentence.words, w.i) for w in parts):
                return []  # "breathes fire onto a tower": nobody is on it
            if any((noun := noun_of(w.lemma)) is not None and noun.kind == "body_part" for w in parts):
                return []  # "slams her hand on the dashboard"
            placed = [self.things[w.i] for w in self.sentence.children(head) if w.dep == "dobj" and w.i in self.things]
            goals = [w.lemma for w in self.sentence.children(prep) if w.dep == "pobj"]
            is_its = (
                kind in {"on", "in"}
                and placed
                and (placed[0].kind in SMALL or (is_small_game(placed[0]) and self._is_vessel(prep)))
                and (motion_of(head.lemma) not in syntax.GOING or self._particle(head) is not None)
                and not set(goals) & syntax.SEATS
            )
            is_moved = placed and kind in {"in", "on"} and motion_of(head.lemma) in {"push", "pull", "shoot", "paint"}
            rides = any(
                t.kind == "vehicle" or t.noun in syntax.CHAIRS
                for w in self.sentence.children(prep) if (t := self.things.get(w.i)) is not None
            )  # fmt: skip
            if placed and (head.lemma in syntax.PLACING or is_its or (is_moved and rides)):
                return placed  # "pushes a woman in a wheelchair"
            return self._subjects(head)
        return []
