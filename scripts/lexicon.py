"""Distil WordNet into the tables of the prompt language: what a noun is, how tall, what it resembles; what a verb looks like.

    python scripts/lexicon.py [FOLDER OF WORDNET'S data.noun, index.noun, ...]

Writes `core/prompt/words/wordnet-nouns.tsv` (noun, kind, height in metres, nearest more general noun of
ours) and `wordnet-verbs.tsv` (verb,
motion). What the nouns hang on stands in `scripts/lexicon.toml`, the verbs of each motion in `core/prompt/words/motions.toml`;
both win over WordNet. WordNet 3.0 is © Princeton University; see NOTICE.
"""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROMPT = ROOT / "src" / "shotwright" / "core" / "prompt"
SENSES = 5
"""How many senses of a word are looked at."""
ONE_WORD = frozenset({"abstract", "material", "body_part", "light", "plant"})
"""Kinds whose compounds say no more than their last word."""
COST = {"abstract": 2.6, "material": 1.2, "place": 0.4, "light": 0.3, "person": 0.2}
"""How many places a sense falls back by its kind: "glass" is rather a tumbler than a material."""
PEOPLE, ANIMALS, PLANTS, FOODS, BODY = 18, 5, 20, 13, 8
BY_FILE = {
    PEOPLE: ("person", 1.7),
    ANIMALS: ("animal", 0.6),
    PLANTS: ("plant", 0.6),
    FOODS: ("food", 0.12),
    BODY: ("body_part", 0.2),
}
"""Kind by WordNet's own file of a sense, where no row of ours stands above it."""
GOING = frozenset(
    {
        "walk",
        "run",
        "march",
        "sneak",
        "crawl",
        "climb",
        "jump",
        "swim",
        "fly",
        "drive",
        "roll",
        "row",
        "ride_bike",
        "ride_horse",
        "skate",
        "ski",
        "steer",
    }
)
WAYS = frozenset(
    {
        "up",
        "down",
        "off",
        "out",
        "in",
        "over",
        "along",
        "across",
        "away",
        "around",
        "about",
        "through",
        "on",
        "by",
        "past",
    }
)
"""Ways of going, and the particles that only say where to."""
Kind = tuple[str, float]


@dataclass(frozen=True)
class Synset:
    """A meaning: the file that it stands in, its words, what is more general."""

    file: int
    words: tuple[str, ...]
    above: tuple[str, ...]
    is_instance: bool


class WordNet:
    """The part of speech of a WordNet folder."""

    def __init__(self, folder: Path, part: str) -> None:
        self._folder, self._part = folder, part

    @cached_property
    def synsets(self) -> dict[str, Synset]:
        """Every meaning by its number."""
        found = {}
        for line in (self._folder / f"data.{self._part}").read_text().splitlines():
            if line.startswith("  "):
                continue
            fields = line.split("|", 1)[0].split()
            count = int(fields[3], 16)
            at = 4 + 2 * count
            pointers = [fields[at + 1 + 4 * i : at + 3 + 4 * i] for i in range(int(fields[at]))]
            above = tuple(target for sign, target in pointers if sign in {"@", "@i"})
            found[fields[0]] = Synset(
                int(fields[1]),
                tuple(fields[4 + 2 * i] for i in range(count)),
                above,
                any(sign == "@i" for sign, _ in pointers),
            )
        return found

    @cached_property
    def senses(self) -> dict[str, list[str]]:
        """Numbers of the meanings of each word, most frequent first."""
        rows = (
            line.split() for line in (self._folder / f"index.{self._part}").read_text().splitlines() if line[0] != " "
        )
        return {row[0]: row[6 + int(row[3]) :] for row in rows}

    @cached_property
    def counts(self) -> dict[tuple[str, int], int]:
        """How often a meaning was counted in texts, by word and number."""
        number = {"noun": "1", "verb": "2"}[self._part]
        found: dict[tuple[str, int], int] = defaultdict(int)
        for line in (self._folder / "cntlist.rev").read_text().splitlines():
            key, sense, count = line.split()
            word, rest = key.split("%")
            if rest[0] == number:
                found[word, int(sense)] = int(count)
        return found

    def chain(self, synset: str) -> list[str]:
        """A meaning and all that is more general, nearest first."""
        found, edge = [], [synset]
        while edge:
            found += [number for number in edge if number not in found]
            edge = [number for below in edge for number in self.synsets[below].above if number not in found]
        return found


def nouns(net: WordNet, rows: dict[str, dict[str, list[str | float]]]) -> dict[str, tuple[Kind, str]]:
    """Each noun's kind, height and the nearest more general noun that we have a row for."""
    anchors: dict[str, Kind] = {}
    for name, (kind, height) in rows["kinds"].items():
        word, sense = name.rsplit(".", 1)
        anchors.setdefault(net.senses[word][int(sense) - 1], (str(kind), float(height)))
    known = {name.rsplit(".", 1)[0] for name in rows["kinds"]} | {
        word.replace(" ", "_") for word, (kind, _) in rows["words"].items() if kind != "abstract"
    }
    found: dict[str, tuple[Kind, str]] = {}
    for word, numbers in net.senses.items():
        senses = [number for number in numbers[:SENSES] if not net.synsets[number].is_instance]
        if not senses or not _is_wanted(word, net, senses):
            continue
        kinds = [_kind(net, synset, anchors) for synset in senses]
        best = min(range(len(kinds)), key=lambda i: i + COST.get(kinds[i][0], 0.0))
        is_common = "_" not in word and sum(net.counts[word, i + 1] for i in range(SENSES)) > 0
        if (kinds[best][0] == "abstract" and not is_common) or ("_" in word and kinds[best][0] in ONE_WORD):
            continue
        above = (name for number in net.chain(senses[best])[1:] for name in net.synsets[number].words)
        nearest = next((name for name in above if name in known and name != word), "")
        found[word.replace("_", " ")] = (kinds[best], nearest.replace("_", " "))
    for word in [word for word, (kind, _) in found.items() if kind[0] == "person" and " " in word]:
        head = found.get(word.rpartition(" ")[2])
        if head is not None and head[0][0] == "animal":
            del found[word]  # a lone wolf is a wolf, in a film
    for word, (kind, height) in rows["words"].items():
        found[word] = ((str(kind), float(height)), found.get(word, ((), ""))[1])
    return found


def _kind(net: WordNet, synset: str, anchors: dict[str, Kind]) -> Kind:
    for number in net.chain(synset):
        if number in anchors:
            return anchors[number]
    return BY_FILE.get(net.synsets[synset].file, ("abstract", 0.0))


def _is_wanted(word: str, net: WordNet, senses: list[str]) -> bool:
    """Words as people write them: no names, no Latin, no more than two words."""
    plain = word.replace("_", "").replace("-", "")
    if not plain.isalpha() or word.count("_") > 1 or len(word) < 2:
        return False
    first = net.synsets[senses[0]]
    spelt = next((name for name in first.words if name.lower() == word), word)
    return spelt == word and not word.startswith("genus_")


def verbs(net: WordNet, motions: dict[str, list[str]]) -> dict[str, str]:
    """Each verb's motion: its own row, else that of the nearest more general meaning that has one; empty where there is none."""
    listed = {verb.replace(" ", "_"): motion for motion, group in motions.items() for verb in group}
    heads = {net.senses[verb][0]: motion for verb, motion in reversed(listed.items()) if verb in net.senses}
    found = {}
    for word, senses in net.senses.items():
        if not word.replace("_", "").isalpha() or word.count("_") > 1:
            continue
        motion = next((heads[number] for number in net.chain(senses[0]) if number in heads), None)
        verb, _, particle = word.partition("_")
        if particle in WAYS and listed.get(verb) in GOING:
            motion = None  # "runs up a tree" is a way to run, and not what WordNet's "run up" is
        motion = listed.get(word, motion)
        is_common = sum(net.counts[word, i + 1] for i in range(SENSES)) > 0 and "_" not in word
        if motion == "none" or (motion is None and is_common):
            motion = ""
        if motion is not None:
            found[word.replace("_", " ")] = motion
    return found | {verb.replace("_", " "): motion.replace("none", "") for verb, motion in listed.items()}


def main() -> None:
    """Write both tables."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("/usr/share/wordnet")
    rows = tomllib.loads((Path(__file__).parent / "lexicon.toml").read_text())
    motions = tomllib.loads((PROMPT / "words" / "motions.toml").read_text())
    out = PROMPT / "words"
    table = nouns(WordNet(folder, "noun"), rows)
    lines = [f"{noun}\t{kind}\t{height:g}\t{above}" for noun, ((kind, height), above) in sorted(table.items())]
    (out / "wordnet-nouns.tsv").write_text("\n".join(lines) + "\n")
    acts = verbs(WordNet(folder, "verb"), motions["motions"])
    (out / "wordnet-verbs.tsv").write_text(
        "\n".join(f"{verb}\t{motion}" for verb, motion in sorted(acts.items())) + "\n"
    )
    print(f"{len(lines)} nouns, {len(acts)} verbs")


if __name__ == "__main__":
    main()
