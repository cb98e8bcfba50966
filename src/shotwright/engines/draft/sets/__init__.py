"""A place from words alone: sky, ground, walls and things in metres, chosen by the nouns of the prompt.

    places  a row for each place      furnish   what stands in it, and where
    kinds   the shells                materials floors and walls
    art     painted things            sky       panorama around the set
    walls   house fronts and rooms    ground    the floor, in slices with haze

`build_set` puts one together. Everything is deterministic by the seed. Source: draft-engine section 1 ("Words only").
"""

from shotwright.engines.draft.sets.build import PaintedSet, build_set, paint_set
from shotwright.engines.draft.sets.places import find_place

__all__ = ["PaintedSet", "build_set", "find_place", "paint_set"]
