"""A sentence on its way into a scene: which words are which things, who belongs together, whom pronouns mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.plan import Relation
from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexicon import motion_of, noun_of
from shotwright.core.prompt.mentions import mentions_of
from shotwright.core.prompt.repair import OTHERS
from shotwright.core.prompt.senses import make_sense
from shotwright.core.prompt.sentence import CLAUSE_ENDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shotwright.core.plan import Preposition, Span
    from shotwright.core.prompt.sentence import Sentence, Word
    from shotwright.core.prompt.things import Scene, Thing

SPLIT_REACH = 7
"""How far behind its verb a particle is: "knocks a tower of old blocks over"."""
PARTICLES = frozenset(
    {
        "up",
        "down",
        "off",
        "out",
        "away",
        "over",
        "back",
        "on",
        "in",
        "around",
        "along",
        "through",
        "open",
        "apart",
        "ahead",
    }
)
SHE, HE = frozenset({"she", "her", "herself"}), frozenset({"he", "him", "himself", "his"})
AIRS = frozenset({"wind", "breeze", "gust", "draught", "draft", "gale"})
"""What is felt, and does nothing that somebody does."""
PERSONS = frozenset({"he", "she", "him", "her", "himself", "herself", "who", "his"})
THINGS = frozenset({"it", "itself", "its", "which", "that", "this"})
MANY_PRONOUNS = frozenset({"they", "them", "themselves", "their", "both", "all", "each"})
MAIN = frozenset({"nsubj", "nsubjpass", "ROOT"})
CLAUSES_OF = frozenset({"acl", "relcl"})
INHERITING = frozenset({"conj", "xcomp", "advcl", "ccomp", "pcomp", "dep", "parataxis", "appos", "prep"})


MACHINES = frozenset({"robot", "android", "drone", "machine"})
"""What "she" means only where nobody else is there."""
DONE_BY_THINGS = frozenset(
    {"shatter", "burn", "explode", "tip_over", "melt", "roll", "fall", "grow", "flicker", "vanish", "appear"}
)
"""What a thing does that something was done to before."""
PAIR = 2
ONES = frozenset({"one", "both", "all", "each", "some", "two", "three"})


LETTING = frozenset({"teach", "help", "tell", "ask", "order", "force", "allow", "let", "make", "invite", "urge", "train", "show", "watch", "see"})  # fmt: skip


class Context:
    """What every part of the reader needs to know of a sentence."""

    def __init__(self, scene: Scene, sentence: Sentence, number: int) -> None:
        self.scene, self.sentence, self.number = scene, sentence, number
        self.mentions = mentions_of(sentence)
        near = {w.lemma for w in sentence.words} | {w for t in scene.things for w in t.noun.split()} | {*scene.places}
        for mention in self.mentions.values():
            make_sense(mention, sentence, frozenset(near))
        self.things: dict[int, Thing] = {}
        self.groups: dict[int, list[Thing]] = {}
        self.done_to: list[Thing] = []
        self.last: list[Thing] = list(scene.things)

    def _cover(self, words: Iterable[Word]) -> None:
        self.scene.taken.update(word.token for word in words)

    def _group(self, word: Word, depth: int = 0) -> list[Thing]:
        """A noun and those that are named together with it."""
        found = list(self.groups.get(word.i, [self.things[word.i]] if word.i in self.things else []))
        if not found and word.text in ONES:
            of = [w for w in self.sentence.children(word) if w.dep == "prep" and w.text == "of"]
            whom = [w for prep in of for w in self.sentence.children(prep) if w.dep == "pobj"]
            found = [thing for w in whom for thing in self._group(w) or self._meant(w)]
            found = found if word.text in {"both", "all", "each"} else found[:1]  # "one of them drops her suitcase"
        for child in self.sentence.children(word):
            if not found and child.dep == "appos" and child.i in self.things:
                found = [self.things[child.i]]
            if child.dep in {"conj", "appos"} and child.is_noun and depth < 6 and self._is_joined(word, child):
                found += [thing for thing in self._group(child, depth + 1) if thing not in found]
        return found

    def _named_before(self, noun: Word, said: Word) -> list[Thing]:
        """Those named together with a noun, without who comes after what is said of it: "a girl holding a lantern and a samurai"."""
        group = self._group(noun)
        return [one for one in group if (one.span or said.span)[0] <= said.span[0]] or group

    def _is_joined(self, word: Word, child: Word) -> bool:
        between = self.sentence.words[word.i + 1 : child.i]
        return any(w.text in {"and", "or", "&"} for w in between) or child.dep == "conj"

    def _verb_over(self, word: Word) -> Word | None:
        for _ in range(6):
            if word.head == word.i:
                return None
            word = self.sentence.head(word)
            if word.tag[0] == "V":
                return word
        return None

    def _particle(self, verb: Word) -> Word | None:
        for word in self.sentence.children(verb):
            if (
                word.i > verb.i
                and word.i <= verb.i + (SPLIT_REACH if word.dep == "prt" else 3)
                and word.text in PARTICLES
                and word.dep in {"prt", "advmod", "prep"}
            ):
                is_phrase = motion_of(f"{verb.lemma} {word.text}") is not None
                if word.dep == "prt" or (is_phrase and not (word.dep == "prep" and self.sentence.children(word))):
                    return word
        after = self.sentence.words[verb.i + 1] if verb.i + 1 < len(self.sentence.words) else verb
        hangs = self.sentence.head(after).dep == "advmod" and self.sentence.head(self.sentence.head(after)) is verb
        is_mine = after.dep == "advmod" and hangs and after.text in PARTICLES  # "pulls over next to a man"
        return after if is_mine and motion_of(f"{verb.lemma} {after.text}") is not None else None

    def _add_relation(self, of: str, kind: Preposition, to: str, span: Span | None) -> None:
        both = [one.noun for one in self.scene.things if one.id in {of, to}]
        if kind == "in" and len(both) == PAIR and both[0] == both[1]:
            return  # "two horses, wind in their manes": nobody is in their like
        if of != to and not any((r.of, r.relation, r.to) == (of, kind, to) for r in self.scene.relations):
            self.scene.relations.append(Relation(of, kind, to, span=span))

    def _subjects(self, verb: Word, depth: int = 0) -> list[Thing]:
        """Who does it: its own subject, the noun that it describes, or the subject of what it hangs on."""
        if depth > 6:
            return []
        children = self.sentence.children(verb)
        own = [
            w
            for w in children
            if (w.dep in {"nsubj", "nsubjpass", "expl"} or (w.dep in {"compound", "nmod"} and w.i in self.things))
            and w.tag != "PRP$"  # "sits beside her chewing on a leaf"
        ]
        own = [w for w in own if w.dep in {"nsubj", "nsubjpass"}] or own  # "a diver with fins floats"
        before = self.sentence.words[verb.i - 1] if verb.i else verb
        if verb.tag == "VBG" and before.is_noun and self._is_bodiless(before):
            return []  # "a cup on a table, steam rising": who does it is nobody
        if own:
            relative = own[0].tag in {"WDT", "WP"} and verb.dep == "relcl"
            named = [self.sentence.head(verb)] if relative else own[::-1]
            found = next((group for word in named if (group := self._group(word) or self._shown_in(word))), [])
            if found or verb.lemma != "be":
                return found
        if verb.lemma == "be":
            return next((group for w in children if w.dep == "attr" and (group := self._group(w))), [])
        if verb.tag == "VBG" and before.i in self.things and self.things[before.i].ref and verb.dep != "pobj":
            return [self.things[before.i]]  # "the character from @Element1 standing in the sun"
        if opening := self._opening(verb):
            return opening
        head = self.sentence.head(verb)
        if head.i == verb.i:  # "a dragon wakes, spreads its wings"
            said = next((w for w in children if w.dep == "ccomp" and w.i < verb.i and self._own_subjects(w)), None)
            return self._subjects(self._said_last(verb, said), depth + 1) if said is not None else []
        nearer = self._nearer_verb(verb, head)
        if nearer is not None:
            return self._subjects(nearer, depth + 1)
        if self._is_had(verb, before):
            return self._group(before)
        return [] if head.i == verb.i else self._inherited(verb, head, depth)

    def _shown_in(self, film: Word) -> list[Thing]:
        """ "A funny clip of a cat that jumps, knocks over a vase and runs off": the cat does all of it."""
        if film.text not in syntax.FILM:
            return []
        of = [w for w in self.sentence.children(film) if w.dep == "prep" and w.text == "of"]
        return [thing for prep in of for w in self.sentence.children(prep) for thing in self._group(w)]

    def _opening(self, verb: Word) -> list[Thing]:
        """Who opens the clause of a verb without a subject: "tips a kettle and coffee streams", "he kicks it, keeper in red dives"."""
        if verb.tag not in {"VBZ", "VBP", "VBD"}:
            return []
        ends = [w.i for w in self.sentence.words[: verb.i] if w.text in CLAUSE_ENDS or w.text in {"and", "while", "as"}]
        clause = self.sentence.words[ends[-1] + 1 : verb.i] if ends else ()
        if (
            not clause
            or clause[0].tag in {"IN", "TO", "CC"}
            or any(w.tag[0] == "V" and w.dep != "amod" for w in clause)
        ):
            return []
        first = next((w for w in clause[:4] if w.i in self.things and w.is_noun), None)
        inner = [w for w in clause if first is not None and w.i > first.i and w.i in self.things]
        if first is None or (inner and not any(w.tag == "IN" for w in clause)):
            return []
        return [self.things[first.i]]

    def _inherited(self, verb: Word, head: Word, depth: int) -> list[Thing]:
        """Whose deed it is by what the verb hangs on."""
        if verb.dep in {"xcomp", "ccomp"} and head.lemma in LETTING and (pupil := self._let(head, verb)):
            return pupil  # "teaches her grandson to ride"
        if verb.dep == "acl" and verb.tag == "VBG" and (main := self._main_subject(verb)):
            return main
        first = self.things.get(head.head) if head.dep == "conj" and verb.dep == "acl" and verb.tag == "VBG" else None
        if first is not None and head.i in self.things and first.kind == self.things[head.i].kind:
            return self._named_before(self.sentence.head(head), verb)  # "a yellow kayak and a red kayak racing"
        if verb.dep in CLAUSES_OF or (verb.dep == "amod" and verb.tag in {"VBG", "JJ"}):
            return self._named_before(head, verb)
        if head.is_noun and verb.dep in {"conj", "advcl", "dep", "appos"} and head.i in self.things:
            return self._named_before(head, verb)
        return self._subjects(self._said_last(verb, head), depth + 1) if verb.dep in INHERITING else []

    def _said_last(self, verb: Word, head: Word) -> Word:
        """ "The door opens and a boy runs out, throws up his arms": he does, whose verb was the last with a subject of its own."""
        row = [w for w in self.sentence.children(head) if w.dep == "conj" and head.i < w.i < verb.i]
        return next((w for w in reversed(row) if self._own_subjects(w)), head)

    def _let(self, verb: Word, done: Word) -> list[Thing]:
        """Whom somebody teaches, helps or tells to do something."""
        objects = [w for w in self.sentence.children(verb) if w.dep in {"dobj", "dative"} and w.i < done.i]
        return next((group for word in objects if (group := self._group(word))), [])

    def _is_bodiless(self, noun: Word) -> bool:
        if noun.lemma in AIRS:
            return True
        is_unseen = noun.i not in self.things and noun.i not in self.mentions
        return is_unseen or syntax.EFFECTS.at(self.sentence.words, noun.i) is not None

    def _is_had(self, verb: Word, before: Word) -> bool:
        """ "With petals falling": the petals fall."""
        return (
            verb.tag == "VBG"
            and verb.dep in {"advcl", "acl"}
            and before.i in self.things
            and before.dep == "pobj"
            and self.sentence.head(before).text == "with"
        )

    def _nearer_verb(self, verb: Word, head: Word) -> Word | None:
        """The verb that a participle behind a comma really goes with: "he opens it and butterflies pour out, flying up"."""
        if verb.tag != "VBG" or verb.dep != "advcl" or head.i > verb.i:
            return None
        between = self.sentence.words[head.i + 1 : verb.i]
        found = [w for w in between if w.tag in {"VBZ", "VBP", "VBD"} and self._own_subjects(w)]
        return found[-1] if found else None

    def _own_subjects(self, verb: Word) -> list[Thing]:
        return [self.things[w.i] for w in self.sentence.children(verb) if w.dep == "nsubj" and w.i in self.things]

    def _main_subject(self, verb: Word) -> list[Thing]:
        """Who does what is said behind a thing that cannot: "floats outside the station repairing a panel"."""
        head = self.sentence.head(verb)
        thing = self.things.get(head.i)
        takes = any(w.dep == "dobj" for w in self.sentence.children(verb))
        is_place = thing is None and head.i in self.mentions  # "sits in a park feeding pigeons"
        if not is_place and (thing is None or thing.kind in {"person", "animal"} or thing.ref or not takes):
            return []
        over = self._verb_over(head)
        outer = self.things.get(self.sentence.head(self.sentence.head(head)).i) if head.dep == "pobj" else None
        is_somebody = outer is not None and outer.kind in {"person", "animal"}  # "a man in a hat feeding a horse"
        who = [outer] if outer is not None and is_somebody else self._subjects(over) if over is not None else []
        can = {"person", "animal"} | (
            {"vehicle"} if motion_of(verb.lemma) in {"pull", "push", "carry", "drive"} else set()
        )
        return who if any(t.kind in can or t.ref for t in who) else []

    def _meant(self, word: Word) -> list[Thing]:
        """Whom a pronoun means: the nearest who can be meant; "they" are those who were named together."""
        text = word.text
        if word.tag in {"WP", "WDT"}:
            clause = self.sentence.head(word)
            return self._group(self.sentence.head(clause)) if clause.dep == "relcl" else []
        if text in {"i", "we", "you", "us", "me"}:
            return []
        pool = self._pool(word, self._acting(word))
        if text in MANY_PRONOUNS:
            return _pronoun(text, pool, word.dep == "dobj", [])
        if text in THINGS and word.dep == "nsubj" and motion_of(self.sentence.head(word).lemma) in DONE_BY_THINGS:
            hit = [thing for thing in self.done_to if thing in pool and thing.kind not in {"person", "animal"}]
            if hit:
                return hit[-1:]  # "pushes a cactus off the counter, it smashes"
        said_of = [self.things[w.i] for w in self.sentence.words[: word.i] if w.dep in MAIN and w.i in self.things]
        return _pronoun(text, pool, word.dep in {"dobj", "pobj"}, self.done_to, [t for t in said_of if t in pool])

    def _pool(self, word: Word, without: list[Thing]) -> list[Thing]:
        """Who was named before, latest last."""
        named = [*self.last, *(self.things[i] for i in sorted(self.things) if i < word.i)]
        return [thing for thing in named if thing not in without]

    def _acting(self, word: Word) -> list[Thing]:
        """Who is meant by the rest of a pronoun's own clause, and so not by it: whom it describes, who acts on it."""
        found: list[Thing] = []
        if word.dep in {"nsubj", "nsubjpass"}:
            return found
        head = self.sentence.head(word)
        for _ in range(6):
            if head.i in self.things:
                found.append(self.things[head.i])
            found += [
                self.things[w.i]
                for w in self.sentence.children(head)
                if w.dep in {"nsubj", "compound"} and w.i in self.things and w.i != word.i
            ]
            if head.tag[0] == "V" or head.head == head.i or (head.is_noun and head.dep == "conj"):
                break  # "a woman and a man next to her"
            head = self.sentence.head(head)
        return found

    def _owners(self, word: Word) -> list[Thing]:
        """Whose something is: "its back", "her head"."""
        pool = self._pool(word, [])
        return _pronoun({"his": "him", "their": "them", "its": "it"}.get(word.text, word.text), pool, False, [])


def _pronoun(
    text: str, pool: list[Thing], is_object: bool, done_to: list[Thing], said_of: Sequence[Thing] = ()
) -> list[Thing]:
    """Those of the pool, latest last, that a pronoun can mean.

    Args:
        text: The pronoun.
        pool: Who was named before.
        is_object: Whether something is done to it: then it is rather what something was done to before.
        done_to: Objects of the verbs before, latest last.
        said_of: Subjects of the sentence so far, latest last.
    """
    if text in PERSONS:
        beings = [t for t in pool if t.kind == "person" or (t.ref and not t.noun)] or [
            t for t in pool if t.kind == "animal"
        ]
        called = "she" if text in SHE else "he" if text in HE else ""
        beings = [t for t in beings if is_called(t.noun, text)] or beings
        if called and text == called:  # "she wears red, he is in black": another one
            beings = [t for t in beings if t.called in {"", called}] or [t for t in pool if t.kind == "animal"]
        found = ([t for t in beings if t.count == 1] or beings)[-1:]
        for thing in found if called else ():
            thing.called = thing.called or called
        return found
    if text in THINGS:
        single = [t for t in (done_to if is_object else []) if t.kind != "person" and t.count == 1 and t in pool]
        movers = [t for t in pool if t.kind in {"animal", "vehicle"} and t.count == 1]
        return (
            single
            or movers
            or [t for t in done_to[-1:] if t in pool and t.kind != "person"]
            or [t for t in said_of if t.kind != "person" and t.count == 1]
            or [t for t in pool if t.kind != "person" and t.count == 1]
            or [t for t in pool if t.ref]
        )[-1:]
    if text in OTHERS or text == "one":
        return [t for t in pool if t.count > 1][-1:]
    if text in MANY_PRONOUNS:
        pool = [t for t in pool if t.kind != "clothing"] or pool  # "in orange vests": they are the workers
        beings = list({t.id: t for t in pool if t.kind in {"person", "animal", "vehicle"} or t.ref}.values())
        people = [t for t in beings if t.kind == "person" or (t.ref and not t.noun)]
        beings = people if len(people) > 1 else beings  # "they embrace": the two, and not the train
        many = [t for t in (pool if is_object else beings) if t.count > 1]
        if many and (is_object or not beings or many[-1] is beings[-1]):
            return (
                many[-1:]
                if many[-1].kind not in {"person", "animal"} or len(beings) < 2 or many[-1] is beings[-1]
                else beings[-2:]
            )
        return beings[-2:] or many[-1:]
    return []


def is_called(noun: str, pronoun: str) -> bool:
    """Whether "he" or "she" can mean somebody of this noun; both can where it does not say."""
    other = (v.MALE if pronoun in SHE else v.FEMALE if pronoun in HE else frozenset()) | MACHINES
    return noun not in other and noun.rpartition(" ")[2] not in other


def nears(noun: str) -> list[str]:
    """What a noun is in more general words."""
    found = noun_of(noun)
    return [found.near] if found and found.near else []
