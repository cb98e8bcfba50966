"""A place from words alone: sky, ground, walls and things in metres, chosen by the nouns of the prompt.

    art     painted things            sky     panorama around the set
    walls   house fronts and rooms    ground  the floor, in slices with haze
    kinds   one row for each kind of place

`build_set` puts one together. Everything is deterministic by the seed. Source: draft-engine section 1 ("Words only").
"""

from shotwright.engines.draft.sets.build import PaintedSet, build_set, paint_set
from shotwright.engines.draft.sets.kinds import KINDS

__all__ = ["KINDS", "PaintedSet", "build_set", "paint_set"]
