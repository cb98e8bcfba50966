"""What somebody has with them, what is in what, and what something is covered with or made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.plan import Action
from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.nouns import Nouns
from shotwright.core.prompt.things import Deed

if TYPE_CHECKING:
    from shotwright.core.prompt.sentence import Word
    from shotwright.core.prompt.things import Thing

HANDY = frozenset({"tool", "food", "plant", "clothing", "other", "furniture", "nature", "light"})
COVERING = frozenset(
    {"cover", "wrap", "coat", "soak", "drench", "smear", "splatter", "overgrow", "dust", "encrust", "bathe"}
)
COVERS = frozenset({"plant", "food", "nature", "other", "tool", "material"})
"""What is said of something that has something else all over it, and what that can be."""
MAKING = frozenset({"make", "build", "carve", "form", "weave", "fashion", "construct", "compose"})
"""What is said of something before its material."""
WHOLES = frozenset({"vehicle", "building", "animal", "person"})
HOLDERS = frozenset({"tool", "furniture", "vehicle", "food"})
CONTENTS = frozenset({"food", "plant", "other", "tool", "material", "nature"})
ATTACHED = frozenset({"plant", "food", "clothing", "light", "tool", "furniture"})
HANDS = frozenset({"hand", "palm", "fist", "finger", "fingertip", "paw"})
ARMS = frozenset({"arm", "lap", "mouth", "beak", "shoulder", "back", "hip", "tooth", "jaw", "head"})
"""Where else something is that somebody has with them."""
PERCHES = frozenset({"shoulder", "head", "back"})
"""Where on somebody an animal sits."""
SMEARS = frozenset({"flour", "mud", "paint", "dirt", "soot", "grease", "oil", "dust", "blood", "chalk", "foam", "soap", "icing", "clay", "powder", "ash", "snow", "sand", "chocolate", "ink"})  # fmt: skip
"""What somebody has on the skin or the clothes, and not in the hand."""
FLAT = frozenset({"tray", "plate", "board", "cutting board", "saucer", "platter", "table", "shelf"})
"""On these things lie; in others they are."""
STRAPPED = frozenset({"backpack", "rucksack", "knapsack", "headphones", "quiver"})
"""Things that one has on, unless they are said to be in a hand."""
HANDY_M = 0.35
"""Animals below this height are carried."""


def is_small_game(thing: Thing) -> bool:
    """ "With a fish in its beak": animals that fit into a hand or a mouth."""
    known = noun_of(thing.noun)
    return thing.kind == "animal" and known is not None and known.height_m < HANDY_M and thing.count == 1


class Having(Nouns):
    """What the words say of what somebody or something has."""

    def _contain(self, prep: Word) -> None:
        """ "A cup of coffee", "a wagon full of hay", "the wheel of a galleon"."""
        head = self.sentence.head(prep)
        over = self.sentence.head(head) if head.text == "out" else head  # "carved out of oak"
        is_made = over.lemma in MAKING and over.tag == "VBN"
        head = over if is_made else head
        holder = self.things.get(head.i) or (
            self.things.get(head.head) if head.text in {"full", "filled"} or is_made else None
        )
        if holder is None:
            return
        for thing in self._inner(prep):
            if thing is holder:
                continue
            is_material = thing.noun in v.MATERIAL_NOUNS and thing.kind in {"tool", "other", "food", "nature"}
            if (
                is_material or (is_made and thing.kind in {"tool", "other", "food", "nature", "plant"})
            ) and self._is_stuff(prep):
                holder.attributes += [*thing.attributes, thing.noun]
                holder.colour = holder.colour or thing.colour
                self.scene.things.remove(thing)
                self._cover([prep, head, *([self.sentence.head(prep)] if is_made else [])])
                continue
            if thing.kind in WHOLES and holder.kind not in {"person", "animal"}:
                self._add_relation(holder.id, "part_of", thing.id, prep.span)
            elif holder.kind in HOLDERS and thing.kind in CONTENTS:
                self._add_relation(thing.id, "on" if holder.noun in FLAT else "in", holder.id, prep.span)
            else:
                continue
            self._cover([prep, head])

    def _is_stuff(self, prep: Word) -> bool:
        """ "A bottle of violet glass": what it is made of, not what is in it."""
        return not any(
            w.tag in {"DT", "PRP$", "CD"}
            for inner in self.sentence.children(prep)
            for w in self.sentence.children(inner)
        ) and all(w.tag in {"NN", "NNP"} for w in self.sentence.children(prep) if w.dep == "pobj")

    def _accompany(self, prep: Word) -> None:
        """ "A man with a sword", "repairs it with a wrench", "an arch with white roses"."""
        if self._smeared(prep) or self._carry(prep):
            return
        head = self._wearer_before(prep) or self.sentence.head(prep)
        bearers = [self.things[head.i]] if head.i in self.things else self._subjects(head) if head.tag[0] == "V" else []
        for bearer in bearers:
            for thing in self._inner(prep):
                if thing is bearer:
                    continue
                if bearer.kind in {"person", "animal"} or (bearer.ref and not bearer.noun):
                    if thing.kind in HANDY or is_small_game(thing):
                        self._add_relation(
                            bearer.id,
                            "wearing" if thing.kind == "clothing" or thing.noun in STRAPPED else "holding",
                            thing.id,
                            prep.span,
                        )
                        self._cover([prep])
                elif head.i in self.things and thing.noun in syntax.PARTS:
                    self._add_relation(thing.id, "part_of", bearer.id, prep.span)
                    self._cover([prep])
                elif head.i in self.things and thing.kind in ATTACHED:
                    self._add_relation(thing.id, "on", bearer.id, prep.span)
                    self._cover([prep])

    def _smeared(self, prep: Word) -> bool:
        """ "A baker with flour on his arms": it is on the skin, and in no hand."""
        head = self.sentence.head(prep)
        who = [self.things[head.i]] if head.i in self.things else self._subjects(head) if head.tag[0] == "V" else []
        bearer = next((one for one in who if one.kind in {"person", "animal"}), None)
        stuff = next((w for w in self.sentence.children(prep) if w.dep == "pobj" and w.lemma in SMEARS), None)
        after = self.sentence.words[stuff.i + 1 : stuff.i + 5] if stuff is not None else ()
        part = next((w for w in after if (known := noun_of(w.lemma)) is not None and known.kind == "body_part"), None)
        if bearer is None or stuff is None or part is None or not any(w.text in {"on", "over"} for w in after):
            return False
        bearer.attributes.append(f"{stuff.lemma} on {part.lemma}")
        thing = self.things.pop(stuff.i, None)
        if thing in self.scene.things and thing is not None:
            self.scene.things.remove(thing)
        self._cover([prep, stuff, part, *(w for w in after if w.i < part.i)])
        return True

    def _carry(self, prep: Word) -> bool:
        """ "Comes out with a child in his arms", "rolls in with a tray on its hand": whoever does that has it there."""
        whom = [w for w in self.sentence.children(prep) if w.dep == "pobj"]
        where = [
            inner for w in whom for at in self.sentence.children(w) if at.text in {"in", "on", "over"} for inner in self.sentence.children(at)
            if inner.lemma in HANDS | ARMS and any(mine.tag == "PRP$" for mine in self.sentence.children(inner))
        ]  # fmt: skip
        verb = self._verb_over(prep)
        who = self._subjects(verb) if where and verb is not None else []
        bearer = next((one for one in who if one.kind in {"person", "animal"} or one.ref), None)
        held = [thing for thing in self._inner(prep) if thing is not bearer]
        if bearer is None or not held:
            return False
        sits = any(inner.lemma in PERCHES for inner in where)
        for thing in held:
            if sits and thing.kind == "animal":
                self._add_relation(thing.id, "on", bearer.id, prep.span)  # "with a parrot on his shoulder"
            elif thing.kind in {"person", "animal"} and not is_small_game(thing):
                self.scene.deeds.append(
                    Deed(Action(bearer.id, "carry", "carry", thing.id, span=prep.span), self.number, True, False)
                )
            else:
                self._add_relation(bearer.id, "holding", thing.id, prep.span)
        self._cover([prep, *where, *(self.sentence.head(w) for w in where)])
        return True

    def _wearer_before(self, prep: Word) -> Word | None:
        """ "Bumps into a merchant with a turban": clothes are of whom they stand behind."""
        before = self.sentence.words[prep.i - 1] if prep.i else None
        is_worn = any(thing.kind == "clothing" for thing in self._inner(prep))
        named = before is not None and before.i in self.things and self.things[before.i].kind in {"person", "animal"}
        return before if is_worn and named else None

    def _cover_with(self, prep: Word) -> None:
        """ "A golem covered in ivy", "a cake topped with cream": what one is covered with is said of one, and one is not in it."""
        verb = self.sentence.head(prep)
        holder = self.things.get(verb.head)
        is_said = verb.lemma in COVERING and verb.tag in {"VBN", "VBD"}
        if prep.text not in {"in", "with", "by"} or not is_said or holder is None:
            return
        stuff = [one for one in self._inner(prep) if one.kind in COVERS and one is not holder and not one.ref]
        for one in stuff:
            holder.attributes += [*one.attributes, one.noun]
            holder.colour = holder.colour or one.colour
            self.scene.things.remove(one)
            self.things = {i: thing for i, thing in self.things.items() if thing is not one}
        self._cover([prep, verb] if stuff else [])

    def _inner(self, prep: Word) -> list[Thing]:
        return [thing for w in self.sentence.children(prep) if w.dep == "pobj" for thing in self._group(w)]
