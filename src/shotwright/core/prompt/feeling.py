"""What somebody feels, as their face shows it: "looks up shocked", "with a big smile on his face", "in tears", "her eyes widen in surprise"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.prompt.acts import Acts
from shotwright.core.prompt.states import FEELINGS

if TYPE_CHECKING:
    from shotwright.core.prompt.mentions import Mention
    from shotwright.core.prompt.sentence import Word
    from shotwright.core.prompt.things import Thing

FACES = frozenset({"expression", "look", "face", "eye", "glance", "gaze", "stare", "smile", "grin", "mouth"})
"""What is said to be worried where somebody is."""
SAID = frozenset(
    {"acomp", "advcl", "advmod", "acl", "oprd", "xcomp", "conj", "appos", "ccomp", "amod", "npadvmod", "ROOT", "dep"}
)
"""How a word of feeling hangs on what somebody does."""
FELT_IN = frozenset({"in", "with", "of"})
CLIMBS = 6


class Feeling(Acts):
    """The words of a sentence that say how somebody feels."""

    def _is_felt(self, word: Word) -> bool:
        """Whether a word says what a face shows, and names nobody and nothing that is done."""
        if word.lemma not in FEELINGS and word.text not in FEELINGS:
            return False
        if word.is_noun:
            over = self.sentence.head(word)
            shows = word.dep == "dobj" and over.lemma in {"have", "wear", "show", "flash", "give", "crack", "burst"}
            return (word.dep == "pobj" and over.text in FELT_IN) or shows or word.dep == "nsubj" or over.lemma in FACES
        return word.tag in {"JJ", "VBN", "VBD"} and word.dep in SAID and self._said_as(word)

    def _said_as(self, word: Word) -> bool:
        """Whether an adjective or a participle is said of somebody, and not of a thing behind it."""
        of = self.sentence.head(word)
        is_main = word.tag == "VBD" and word.dep == "ROOT"
        by = any(w.dep == "agent" for w in self.sentence.children(word))
        return not is_main and not by and (word.dep != "amod" or of.lemma in FACES)

    def _is_feeling(self, mention: Mention) -> bool:
        """ "In terror", "with a worried expression": a face, and no thing."""
        head = mention.head
        is_face = head.lemma in FACES and any(w.text in FEELINGS for w in mention.words)
        return not mention.ref and ((head.is_noun and self._is_felt(head)) or is_face)

    def _feel(self) -> None:
        """Everybody's feelings become what is said of them."""
        for word in self.sentence.words:
            if self._is_felt(word):
                whose = self._feels(word)
                for one in whose:
                    one.attributes += [] if word.lemma in one.attributes else [self._feeling(word)]
                self._cover(self._around(word) if whose else [])

    def _feeling(self, word: Word) -> str:
        return word.text if word.text in FEELINGS else word.lemma

    def _feels(self, word: Word) -> list[Thing]:
        """Whom a word of feeling is said of: what it hangs on, the doer of that, or whose face it is."""
        at = word
        for _ in range(CLIMBS):
            mine = next((w for w in self.sentence.children(at) if w.tag == "PRP$"), None)
            if at is not word and at.lemma in FACES and mine is not None:
                return self._beings(self._owners(mine))
            if at.i in self.things:
                return self._beings([self.things[at.i]])
            if at.tag[0] == "V" and at is not word and (who := self._beings(self._subjects(at))):
                return who
            if at.head == at.i:
                break
            at = self.sentence.head(at)
        owner = next((w for w in self.sentence.words if w.tag == "PRP$"), None)
        return self._beings(self._owners(owner)) if owner is not None else []

    def _beings(self, things: list[Thing]) -> list[Thing]:
        return [one for one in things if one.kind in {"person", "animal"} or one.ref]

    def _around(self, word: Word) -> list[Word]:
        """A word of feeling with what only carries it: "with a big ... on his face"."""
        over = self.sentence.head(word)
        found = [word, *(w for w in self.sentence.children(word) if w.tag in {"DT", "JJ", "RB"})]
        if over.lemma in FACES:
            found += [over, *self.sentence.children(over), self.sentence.head(over)]
        if over.dep == "prep" or over.lemma in {"have", "wear", "look"}:
            found.append(over)
        on = [w for w in self.sentence.children(word) if w.dep == "prep" and w.text in {"on", "across", "in"}]
        faces = [w for prep in on for w in self.sentence.children(prep) if w.lemma in FACES]
        return [*found, *(on if faces else []), *faces, *(w for face in faces for w in self.sentence.children(face))]
