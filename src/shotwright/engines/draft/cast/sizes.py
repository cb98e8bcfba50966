"""How tall what a picture shows stands, by what the words call it, metres."""

from __future__ import annotations

from shotwright.core.prompt.vocabulary import PEOPLE_NOUNS

HEIGHT_M = {
    "person": 1.7, "cat": 0.32, "dog": 0.6, "horse": 1.7, "bird": 0.5, "car": 1.5, "boat": 3.0, "bicycle": 1.1, "object": 0.5,
}  # fmt: skip
NOUN_HEIGHT_M = {
    "child": 1.2, "kid": 1.2, "girl": 1.5, "boy": 1.5, "stone": 0.16, "sword": 1.0, "bag": 0.45, "ball": 0.24, "book": 0.25,
    "phone": 0.16, "bottle": 0.3, "cup": 0.12, "statue": 2.4, "sculpture": 2.4, "fox": 0.45, "rabbit": 0.3, "lantern": 0.35,
    "watch": 0.06, "shoe": 0.14, "box": 0.4, "dragon": 4.0, "ship": 9.0, "cow": 1.5, "deer": 1.5, "wolf": 0.8, "backpack": 0.5,
    "product": 0.25, "elephant": 3.0, "giraffe": 4.6, "camel": 2.1, "lion": 1.1, "tiger": 1.0, "bear": 1.4, "pony": 1.2, "donkey": 1.3,
    "butterfly": 0.1, "bat": 0.2, "bus": 3.0, "headband": 0.1, "crown": 0.15, "brush": 0.2, "robot": 1.8,
}  # fmt: skip
PEOPLE_HEIGHT_M = 1.7


def known_height_m(kind: str, noun: str | None) -> float | None:
    """The size that the noun, else the kind tells; None when neither is known."""
    return NOUN_HEIGHT_M.get(noun or "", PEOPLE_HEIGHT_M if noun in PEOPLE_NOUNS else HEIGHT_M.get(kind))
