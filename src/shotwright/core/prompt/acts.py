"""Verbs become actions of their subjects, with what they are done to and where they lead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Action, Path
from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.context import nears
from shotwright.core.prompt.leading import LIGHT_VERBS, Leading
from shotwright.core.prompt.lexicon import motion_of, noun_of
from shotwright.core.prompt.mentions import game_of
from shotwright.core.prompt.things import Deed

if TYPE_CHECKING:
    from shotwright.core.prompt.sentence import Word
    from shotwright.core.prompt.things import Thing

POSTURES = frozenset({"sit", "stand", "lie", "kneel", "crouch", "lean"})
PARTS_DO = frozenset({"fly", "open", "flicker", "grow", "shake_hands", "tinker"})
"""What parts of a body do themselves: wings flap and fold, eyes glow."""
ALONE = frozenset({"dance", "laugh", "cheer", "clap", "cry", "sleep", "sit", "stand", "talk", "wave", "jump", "shout"})
"""What nobody does to anybody: "between dancing guests", the guests dance."""
ADDED = frozenset({"advcl", "acl", "ccomp", "xcomp", "pcomp"})
"""How a participle hangs on what somebody does."""
_DONE_TO = {"fall": "put_down", "roll": "push", "fly": "push", "slide": "push", "tip_over": "push"}
"""What is done where a verb of going has an object: "drops the ball"."""


_WITH_THINGS = {"drop": "drop", "leave": "put_down", "move": "put_down"}
HEADGEAR = frozenset({"hat", "cap", "helmet", "eyeglasses", "glasses", "sunglasses", "goggles", "mask", "hood", "crown", "headphones", "visor", "veil", "wig", "beanie", "headband", "turban"})  # fmt: skip
"""What one takes off, or puts on, with the hands at the head."""
GROOMING = frozenset({"shave", "cut", "trim", "braid", "comb", "brush", "style", "dye", "wash", "tattoo", "draw", "paint", "clip"})  # fmt: skip
"""What is done to somebody's hair or skin."""
DONE_ON = frozenset({"work", "chew", "gnaw", "nibble", "munch", "snack", "feast", "suck"})
"""Verbs whose object stands behind "on"."""
IN_PLACE = frozenset({"tinker", "knead", "type"})
"""What leads nowhere, wherever its material is from."""
ON_A_TOOL = frozenset({"type", "write", "tinker", "knead", "cut"})
HANDLED = frozenset({"tool", "food", "plant", "clothing", "other"})
"""What a verb means with things that one has in hand."""


def _as_meant(motion: str | None, verb: Word, done_to: Thing | None) -> str | None:
    """A verb's motion by its form and what it is done to: "drops the ball", "moves his queen", "parked before a chapel"."""
    if verb.lemma == "park" and verb.tag in {"VBN", "VBD"}:
        return "stand"
    meant = _WITH_THINGS.get(verb.lemma) if done_to is not None and done_to.kind in HANDLED else None
    if meant is not None and (verb.lemma != "drop" or motion == "fall"):
        return meant
    if motion == "drive" and verb.lemma == "pull" and done_to is not None and done_to.kind in HANDLED:
        return "pick_up"  # "pulls a tray out"
    if (
        verb.lemma in {"take", "pull", "put", "lift", "adjust"}
        and done_to is not None
        and done_to.kind == "clothing"
        and motion in {"fly", "push", "pull", "raise_hand"}
    ):
        return "cover_face" if done_to.noun.rpartition(" ")[2] in HEADGEAR else "tinker"  # "takes off her hat"
    if (
        motion == "shatter"
        and verb.lemma in {"crack", "break", "snap"}
        and done_to is not None
        and done_to.kind == "food"
    ):
        return "tinker"  # "cracks an egg into a pan"
    if motion == "pour" and verb.lemma == "serve" and done_to is not None:
        return "give"  # "serves two coffees"
    if motion == "raise_hand" and verb.lemma in {"lift", "raise"} and done_to is not None and done_to.kind in HANDLED:
        return "look_at_hand"  # "lifts a gear with tweezers"
    if motion == "swim" and done_to is not None and done_to.kind == "vehicle":
        return "row"  # "paddles a canoe"
    return _DONE_TO.get(motion or "", motion) if done_to else motion


TRACES = frozenset({"trail", "track", "footprint", "wake", "mark", "trace", "streak", "print", "path", "cloud", "skid", "groove", "ripple", "silence", "impression"})  # fmt: skip
"""What is left behind by those who go."""


class Acts(Leading):
    """The verbs of a sentence."""

    def _describe(self, verb: Word) -> None:
        """ "The door is red and old": what is said of somebody can be seen of them."""
        for word in self.sentence.children(verb):
            if word.dep == "acomp" and word.tag in {"JJ", "VBN"}:
                said = [word, *(w for w in self.sentence.children(word) if w.dep == "conj" and w.tag == "JJ")]
                for thing in self._subjects(verb):
                    thing.attributes += [w.text for w in said]
                    thing.colour = thing.colour or next((w.text for w in said if w.text in v.COLOURS), None)
                    self._cover(said)

    def _wearers(self, who: list[Thing], verb: Word) -> list[Thing]:
        """Clothes do nothing: "a ballerina in a pink dress dances" is about the ballerina, and she wears it."""
        garment = who[0] if len(who) == 1 else None
        if garment is None or garment.kind != "clothing" or garment.span is None:
            return who
        before = [w for w in self.sentence.words if w.i < verb.i and w.span[0] < garment.span[0]]
        people = [
            self.things[w.i] for w in before if w.i in self.things and self.things[w.i].kind in {"person", "animal"}
        ]
        if not people or not any(w.text in {"in", "wearing", "with"} for w in before[-7:]):
            return who
        self._add_relation(people[-1].id, "wearing", garment.id, garment.span)
        return [people[-1]]

    def _wholes(self, who: list[Thing], verb: Word) -> list[Thing]:
        """Parts do little: "the dragon lands, wings folding, and breathes fire" is about the dragon."""
        if not who or any(one.kind != "body_part" for one in who) or motion_of(verb.lemma) in PARTS_DO:
            return who
        words = [w for i, mention in self.mentions.items() if self.things.get(i) is who[0] for w in mention.words]
        if any(w.tag == "DT" or (w.dep == "compound" and w.text not in v.COLOURS) for w in words):
            return who  # "a kraken's tentacle": one of its own
        owners = [r.to for r in self.scene.relations if r.relation == "part_of" and r.of == who[0].id]
        beings = [t for t in self.scene.things if t.kind in {"person", "animal"} or t.ref]
        owner = next((t for t in beings if t.id in owners), None) or next(
            (t for t in reversed(beings) if (t.span or verb.span) < (who[0].span or verb.span)), None
        )
        return [owner] if owner else who

    def _is_said_before(self, verb: Word, target: Word) -> bool:
        """ "Over fleeing knights": the knights flee."""
        opens = verb.i > 0 and self.sentence.words[verb.i - 1].text in {",", ";"}  # ", melting butter on top"
        falls = motion_of(verb.lemma) in {"melt", "burn", "flicker", "fall", "float", "flow", "fly"}
        return (
            verb.tag == "VBG"
            and (verb.dep == "pcomp" or (opens and falls))
            and target.is_noun
            and all(w.is_noun or w.tag == "JJ" for w in self.sentence.words[verb.i + 1 : target.i])
            and (motion_of(verb.lemma) in syntax.GOING | ALONE or falls)
        )

    def _doers(self, verb: Word) -> list[Thing]:
        """Who does it: not what they wear, not their parts, not the things in a list with them."""
        who = self._wholes(self._wearers(self._subjects(verb), verb), verb)
        ahead = self.sentence.words[verb.i + 1 : verb.i + 4]
        if (
            verb.tag == "VBG"
            and motion_of(verb.lemma) == "flicker"
            and ahead
            and (ahead[0].tag == "JJ" or ahead[0].is_noun)
        ):
            shown = next((self.things[w.i] for w in ahead if w.i in self.things), None)
            who = [shown] if shown is not None else who  # "and glowing golden butterflies pour out"
        who = self._handlers(self._people_there(who, verb), verb)
        beings = [one for one in who if one.kind in {"person", "animal"} or one.ref]
        acts = beings and motion_of(verb.lemma) not in {"fall", "fly", "float", None}
        return beings if acts else who  # "a detective, top hat, magnifying glass, crouches"

    def _handlers(self, who: list[Thing], verb: Word) -> list[Thing]:
        """ "A blacksmith's hammer hits the iron": whoever holds it does."""
        tool = who[0] if len(who) == 1 and who[0].kind == "tool" else None
        does = motion_of(verb.lemma) in {"punch", "knock", "cut", "paint", "write", "stir", "sweep", "dig"}
        if tool is None or not does:
            return who
        holder = next((r.of for r in self.scene.relations if r.relation == "holding" and r.to == tool.id), None)
        return [t for t in self.scene.things if t.id == holder] or who

    def _people_there(self, who: list[Thing], verb: Word) -> list[Thing]:
        """ "Townspeople on the sidewalk waving": who waves is not where they are."""
        does = motion_of(verb.lemma)
        spots = {
            "nature",
            "building",
            "place",
            *(("furniture",) if does in syntax.BY_HAND and verb.dep == "acl" else ()),
        }
        is_there = bool(who) and all(one.kind in spots and not one.ref for one in who)
        is_human = does in syntax.BY_HAND - {"wave", "nod", "blow", "shake_head"}  # "the street reading a paper"
        if not is_there or not (is_human or (does in syntax.LIVELY and not self._own_subjects(verb))):
            return who
        beings = [
            self.things[i] for i in sorted(self.things) if i < verb.i and self.things[i].kind in {"person", "animal"}
        ]
        people = [one for one in beings if one.kind == "person"]
        hands = [self.things[i] for i in sorted(self.things) if i < verb.i and self.things[i].kind == "body_part"]
        return (people or beings or hands)[-1:] or who

    def _does_by_noun(self, verb: Word, who: list[Thing], objects: list[Word]) -> bool:
        """ "Have a pillow fight": the noun says what is done."""
        does = next((w for w in objects if w.i not in self.things and motion_of(w.lemma)), None)
        if verb.lemma not in LIGHT_VERBS or does is None:
            return False
        self._cover([verb, does])
        path = self._path(verb, verb.lemma) if does.lemma not in IN_PLACE else None
        self.scene.deeds += [
            Deed(
                Action(one.id, does.lemma, motion_of(does.lemma), None, path, span=does.span), self.number, False, False
            )
            for one in who
        ]
        return True

    def _is_a_posture(self, verb: Word) -> bool:
        """ "With her arms crossed": nobody crosses anything."""
        before = self.sentence.words[verb.i - 1] if verb.i else verb
        limbs = {w.lemma for w in (before, *self.sentence.children(verb)) if w.is_noun and w.i < verb.i}
        is_it = verb.lemma in {"cross", "fold"} and bool(limbs & {"arm", "leg"})
        self._cover([verb] if is_it else [])
        return is_it

    def _act(self, verb: Word) -> None:
        particle = self._particle(verb)
        phrases = self._phrases(verb, particle)
        objects = [w for w in self.sentence.children(verb) if w.dep in {"dobj", "dative", "oprd"}]
        given = next((self.things[w.i] for w in objects if w.dep == "dative" and w.i in self.things), None)
        direct = [w for w in objects if given is None or self.things.get(w.i) is not given]
        done_to = self._whom_to(verb, direct) or given or self._laid_on(verb, direct) or self._groomed(verb)
        who = self._doers(verb)
        if done_to is not None and objects and self._is_said_before(verb, objects[0]):
            who, done_to = [done_to], None
        if (by := self._by_whom(verb)) is not None:
            who, done_to = [by], who[0] if who else None
        who = [*who, *self._played_against(verb)]
        self._relate_by_where(verb, who)
        self._relate_by_verb(verb, who, objects)
        if who and (self._does_by_noun(verb, who, objects) or self._is_a_posture(verb)):
            return
        shows = verb.lemma == "show" and done_to is not None and any(one.kind in {"person", "animal"} for one in who)
        is_named = any(motion_of(f"{verb.lemma} {w.lemma}") for w in objects)  # "covers his face"
        is_unseen = not shows and not is_named and self._is_unseen(verb, who, done_to, phrases)
        if is_unseen or self._leaves_behind(verb, done_to, objects):
            return
        named = [f"{verb.lemma} {noun}" for noun in ([done_to.noun, *nears(done_to.noun)] if done_to else [])]
        named += [f"{verb.lemma} {w.lemma}" for w in objects]
        manner = [
            w for w in self.sentence.children(verb) if w.dep == "advmod" and w.tag == "RB" and w.text.endswith("ly")
        ]
        said = [verb, *([particle] if particle else []), *manner]
        self._cover(said)
        self._cover(w for w in objects if w.i not in self.things and w.is_noun)
        text = f"{verb.lemma} {particle.text}" if particle else self._played(verb, objects)
        path = self._path(verb, text)
        if given is not None and given is not done_to:  # "gives the dog a bone"
            path = replace(path or Path(), end=given.id)
        joined = self._joining(verb)
        played = [text] if particle is None and text != verb.lemma else []
        motion = "give" if shows else motion_of(*played, *named, *phrases, verb.lemma)
        motion = _as_meant(motion, verb, done_to)
        is_there = (verb.lemma, motion) == ("leave", "put_down") or (
            motion in IN_PLACE and (done_to is not None or bool(objects))
        )
        path = None if is_there else path
        gets_off = particle is not None and particle.text == "off" and motion in syntax.GOING | {"jump"}
        if done_to is not None and gets_off:
            path, done_to = self._off(who, done_to, verb), None
        path = self._from_a_seat(who, motion, path, verb)
        if motion == "spin" and verb.lemma == "turn" and any(one.kind == "person" or one.ref for one in who):
            motion = "look_around"  # "she turns": no pirouette
        for thing in who:
            action = Action(
                thing.id, text, motion, done_to.id if done_to and done_to is not thing else None, path,
                manner[0].text if manner else None, span=(min(w.span[0] for w in said), max(w.span[1] for w in said)),
            )  # fmt: skip
            is_doubled = any(
                d.action.who == thing.id and d.action.verb == text and d.sentence == self.number
                for d in self.scene.deeds
            )
            if not is_doubled:
                self.scene.deeds.append(Deed(action, self.number, joined == "while", joined == "then"))

    def _whom_to(self, verb: Word, objects: list[Word]) -> Thing | None:
        """The first thing that something is done to."""
        return next((self.things[w.i] for w in objects if w.i in self.things and w.head == verb.i), None)

    def _by_whom(self, verb: Word) -> Thing | None:
        """ "Is chased by a dog": who does it."""
        agents = [w for w in self.sentence.children(verb) if w.dep == "agent"]
        return next(
            (self.things[w.i] for agent in agents for w in self.sentence.children(agent) if w.i in self.things), None
        )

    def _leaves_behind(self, verb: Word, done_to: Thing | None, objects: list[Word]) -> bool:
        """ "Leaving a cloud of dust", "leaves tracks in the snow": something stays there, and nobody goes for that."""
        left = [w for w in objects if w.i not in self.things and w.i not in self.mentions]
        stays = left or [w for w in objects if syntax.EFFECTS.at(self.sentence.words, w.i) or w.lemma in TRACES]
        stays = stays or [w for w in objects if any(self._is_trace(inner) for inner in self._of([w]))]
        is_it = (
            verb.lemma == "leave"
            and bool(stays)
            and (done_to is None or done_to.kind in {"tool", "other", "abstract", "nature", "light"})
        )
        self._cover([verb] if is_it else [])
        return is_it

    def _is_trace(self, of: Word) -> bool:
        return any(syntax.EFFECTS.at(self.sentence.words, w.i) for w in self.sentence.children(of))

    def _is_unseen(self, verb: Word, who: list[Thing], done_to: Thing | None, phrases: list[str]) -> bool:
        """Whether nothing is seen of a verb: "the cup fills the frame"."""
        fills = verb.lemma == "fill" and done_to is None and all(one.kind != "person" for one in who)
        is_still = verb.lemma in syntax.NO_MOTION and not phrases
        self._cover([verb] if who and (is_still or fills) else [])
        return is_still or not who or fills

    def _played(self, verb: Word, objects: list[Word]) -> str:
        """ "Plays chess", "plays a game of chess": a verb with the game that is no thing of its own."""
        if verb.lemma != "play":
            return verb.lemma
        said = [*objects, *(w for prep in self._of(objects) for w in self.sentence.children(prep))]
        games = [game_of(m) for w in said for m in [self.mentions.get(w.i)] if m and w.i not in self.things]
        return next((f"play {game}" for game in reversed(games) if game), verb.lemma)

    def _played_against(self, verb: Word) -> list[Thing]:
        """ "Plays chess against a dragon": both play."""
        near = [verb, *self.sentence.children(verb)] if verb.lemma == "play" else []
        preps = [w for one in near for w in self.sentence.children(one) if w.text == "against"]
        others = [self.things[w.i] for prep in preps for w in self.sentence.children(prep) if w.i in self.things]
        self._cover(preps if others else [])
        return [one for one in others if one.kind in {"person", "animal"} or one.ref]

    def _of(self, objects: list[Word]) -> list[Word]:
        return [w for one in objects for w in self.sentence.children(one) if w.text == "of"]

    def _laid_on(self, verb: Word, objects: list[Word]) -> Thing | None:
        """ "Slams her hand on the dashboard", "rests a hand on his shoulder": that is what it is done to."""
        limbs = [w for w in objects if (noun := noun_of(w.lemma)) is not None and noun.kind == "body_part"]
        is_on = verb.lemma in DONE_ON or motion_of(verb.lemma) in ON_A_TOOL
        limbs = [verb] if is_on and not objects else limbs  # "works on a beam", "types on a laptop"
        preps = [
            w for w in self.sentence.children(verb) if w.dep == "prep" and w.text in {"on", "onto", "against", "at"}
        ]
        targets = [
            self.things.get(w.i) for prep in preps for w in self.sentence.children(prep) if limbs and w.dep == "pobj"
        ]
        return next((thing for thing in targets if thing is not None), None)

    def _groomed(self, verb: Word) -> Thing | None:
        """ "Shaves a line into the hair of a man": the hair is what it is done to."""
        if verb.lemma not in GROOMING:
            return None
        preps = [
            w
            for w in self.sentence.children(verb)
            if w.dep == "prep" and w.text in {"into", "in", "on", "to", "through"}
        ]
        preps += [
            w
            for one in self.sentence.children(verb)
            if one.dep == "dobj"
            for w in self.sentence.children(one)
            if w.dep == "prep"
        ]
        inner = [w for prep in preps for w in self.sentence.children(prep) if w.dep == "pobj"]
        return next(
            (self.things[w.i] for w in inner if w.i in self.things and self.things[w.i].kind == "body_part"), None
        )

    def _off(self, who: list[Thing], thing: Thing, verb: Word) -> Path:
        """ "Jumps off a bookshelf": from its top, down."""
        for one in who:
            self._add_relation(one.id, "on", thing.id, verb.span)
        return Path(start=thing.id, end="down")

    def _from_a_seat(self, who: list[Thing], motion: str | None, path: Path | None, verb: Word) -> Path | None:
        """ "Watches from a lily pad": nobody leaves it."""
        stays = path is not None and (motion is None or motion in syntax.LIVELY - {"walk", "run", "dance"})
        seat = next((t for t in self.scene.things if stays and path and t.id == path.start), None)
        if seat is None or seat.kind in {"person", "animal", "building", "tool", "food", "clothing"}:
            return path
        for one in who:
            self._add_relation(one.id, "on", seat.id, verb.span)
        return None

    def _joining(self, verb: Word) -> str | None:
        """Whether a verb happens while another one does, or after it."""
        marks = [w.text for w in self.sentence.children(verb) if w.dep in {"mark", "advmod", "cc"}]
        if any(mark in syntax.WHILE for mark in marks):
            return "while"
        if self._goes_with(verb):
            return "while"
        return "then" if any(mark in syntax.THEN for mark in marks) else None

    def _goes_with(self, verb: Word) -> bool:
        """ "Sits in a train, reading", "walks along, waving and laughing": at once, as far as arms and legs allow."""
        head = self.sentence.head(verb)
        if verb.dep == "amod":  # "a smiling woman sits down"
            return True
        while head.is_noun and head.dep != "ROOT" and verb.dep == "acl":  # "through a village playing a guitar"
            head = self.sentence.head(head) if head.dep != "nsubj" else verb
        if head.dep == "prep":
            head = self.sentence.head(head)
        if verb.tag != "VBG" or head is verb:
            return False
        if verb.dep == "conj" and head.tag == "VBG" and head.dep in ADDED:
            return self._is_by_hand(verb) and self._goes_with(head)
        does = motion_of(head.lemma)
        hauls = motion_of(verb.lemma) in {"pull", "push"} and does in syntax.GOING
        return verb.dep in ADDED and (hauls or does in POSTURES or (does in syntax.ON_FOOT and self._is_by_hand(verb)))

    def _is_by_hand(self, verb: Word) -> bool:
        """Whether arms and face alone do it."""
        objects = [w for w in self.sentence.children(verb) if w.dep == "dobj"]
        return motion_of(*(f"{verb.lemma} {w.lemma}" for w in objects), verb.lemma) in syntax.BY_HAND
