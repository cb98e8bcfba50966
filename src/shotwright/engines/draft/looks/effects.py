"""What can be seen and has no body: one record each, of particles in the air. A new one is a row here, and words for it in `words/effects.toml`."""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Particles:
    """Small pictures in the air, in metres and seconds.

    Attributes:
        picture: A row of `effects.PICTURES`.
        colours: sRGB; each particle has one.
        count: How many there are at once.
        size_m: Smallest and largest.
        life_s: How long one lives, and then begins again.
        velocity: Metres per second to the right and up, on average.
        spread: By how much single ones depart from it.
        gravity: Metres per second squared downwards.
        sway_m: How far they swing to and fro.
        grown: How many times as large one is at its end.
        reach: Half the width, the height and half the depth of where they begin, metres; of a source, in its heights.
        above: Where that begins, metres above the ground; of a source, in its heights.
        has_source: Whether they come from somebody or something, rather than from everywhere.
        burst_s: Seconds from one burst to the next; 0: without end.
        opacity: At its strongest.
        glows: Whether it gives light of its own.
        is_in_metres: Whether it keeps its sizes, however small what it comes from is.
    """

    picture: str
    colours: tuple[RGB, ...]
    count: int
    size_m: tuple[float, float]
    life_s: float
    velocity: tuple[float, float] = (0.0, 0.0)
    spread: float = 0.2
    gravity: float = 0.0
    sway_m: float = 0.0
    grown: float = 1.0
    reach: tuple[float, float, float] = (3.4, 3.2, 2.8)
    above: float = 0.0
    has_source: bool = False
    burst_s: float = 0.0
    opacity: float = 0.9
    glows: bool = False
    is_in_metres: bool = False


_FIRE: tuple[RGB, ...] = ((255, 214, 92), (255, 160, 48), (240, 96, 32), (216, 62, 30))
_BRIGHT: tuple[RGB, ...] = ((240, 72, 88), (255, 196, 60), (70, 160, 240), (96, 200, 110), (200, 110, 220))
EFFECTS: dict[str, tuple[Particles, ...]] = {
    "fire": (
        Particles("puff", ((84, 78, 74),), 12, (0.3, 0.5), 2.2, (0.1, 1.1), 0.2, grown=2.4, reach=(0.25, 0.3, 0.1), above=0.7, has_source=True, opacity=0.35),
        Particles("flame", _FIRE, 90, (0.3, 0.5), 0.8, (0.0, 1.35), 0.18, grown=0.25, reach=(0.26, 0.2, 0.1), above=0.05, has_source=True, glows=True),
        Particles("dot", ((255, 190, 80),), 14, (0.015, 0.03), 1.6, (0.1, 1.4), 0.5, sway_m=0.1, reach=(0.4, 0.4, 0.2), above=0.4, has_source=True, glows=True),
    ),
    "breath": (
        Particles("flame", _FIRE, 110, (0.16, 0.3), 0.9, (3.6, -0.5), 0.5, grown=3.2, reach=(0.05, 0.05, 0.05), has_source=True, glows=True),
        Particles("puff", ((90, 84, 80),), 14, (0.2, 0.4), 1.6, (2.4, 0.3), 0.5, grown=2.6, reach=(0.05, 0.05, 0.05), has_source=True, opacity=0.3),
    ),
    "smoke": (Particles("puff", ((150, 150, 154), (112, 112, 118)), 44, (0.4, 0.7), 3.6, (0.2, 0.75), 0.16, grown=2.8, reach=(0.25, 0.2, 0.15), above=0.8, has_source=True, opacity=0.85),),
    "steam": (Particles("puff", ((246, 248, 250),), 26, (0.14, 0.26), 2.0, (0.04, 0.5), 0.1, grown=2.6, reach=(0.25, 0.1, 0.1), above=0.95, has_source=True, opacity=0.8),),
    "dust": (
        Particles("puff", ((206, 184, 150),), 22, (0.5, 1.0), 3.0, (0.3, 0.2), 0.3, grown=2.2, reach=(3.5, 0.5, 2.0), opacity=0.6),
        Particles("dot", ((240, 226, 196),), 120, (0.012, 0.03), 6.0, (0.05, 0.02), 0.08, sway_m=0.1),
    ),
    "mist": (Particles("puff", ((226, 232, 236),), 26, (1.2, 2.2), 7.0, (0.25, 0.02), 0.1, grown=1.3, reach=(7.0, 0.8, 5.0), opacity=0.4),),
    "embers": (Particles("dot", ((255, 170, 60), (255, 110, 40)), 170, (0.025, 0.06), 4.0, (0.15, 0.6), 0.3, sway_m=0.2, glows=True),),
    "sparks": (Particles("streak", ((255, 226, 150), (255, 190, 80)), 160, (0.08, 0.16), 0.8, (0.0, 1.2), 2.0, gravity=6.0, reach=(0.1, 0.1, 0.1), above=0.6, has_source=True, glows=True),),
    "explosion": (
        Particles("flame", _FIRE, 46, (0.5, 1.0), 1.3, (0.0, 0.8), 2.6, grown=2.2, reach=(0.2, 0.3, 0.2), above=0.4, has_source=True, burst_s=9.0, glows=True),
        Particles("puff", ((70, 66, 64), (98, 92, 88)), 30, (0.6, 1.1), 3.4, (0.1, 1.2), 1.4, grown=2.6, reach=(0.3, 0.3, 0.2), above=0.5, has_source=True, burst_s=9.0, opacity=0.6),
        Particles("chip", ((90, 80, 72), (60, 56, 52)), 30, (0.05, 0.14), 2.0, (0.0, 3.0), 3.4, gravity=7.0, reach=(0.2, 0.3, 0.2), above=0.3, has_source=True, burst_s=9.0),
    ),
    "splash": (Particles("drop", ((226, 240, 248),), 150, (0.04, 0.09), 1.2, (0.0, 3.2), 1.6, gravity=7.0, reach=(0.5, 0.05, 0.3), has_source=True, burst_s=1.2, opacity=0.8),),
    "spray": (
        Particles("drop", ((232, 242, 248),), 90, (0.02, 0.05), 1.2, (-0.4, 1.5), 1.0, gravity=4.5, reach=(0.9, 0.1, 0.4), has_source=True, opacity=0.8),
        Particles("puff", ((238, 244, 248),), 14, (0.2, 0.4), 1.4, (-0.3, 0.5), 0.4, grown=2.2, reach=(0.8, 0.2, 0.3), has_source=True, opacity=0.4),
    ),
    "jets": (
        Particles("drop", ((226, 240, 248),), 340, (0.05, 0.1), 1.3, (0.0, 4.4), 2.2, gravity=7.0, reach=(0.05, 0.05, 0.05), above=0.9, has_source=True, opacity=0.85, is_in_metres=True),
    ),
    "breakers": (
        Particles("drop", ((238, 246, 250),), 420, (0.08, 0.2), 1.9, (-0.6, 4.6), 2.2, gravity=6.0, reach=(13.0, 0.2, 1.6), above=0.1, opacity=0.85),
        Particles("puff", ((240, 246, 250),), 60, (0.4, 0.9), 1.9, (-0.4, 2.0), 0.9, gravity=1.6, grown=1.7, reach=(13.0, 0.3, 1.6), above=0.1, opacity=0.5),
    ),
    "bubbles": (Particles("bubble", ((226, 242, 250),), 150, (0.04, 0.15), 5.0, (0.0, 0.55), 0.15, sway_m=0.12, reach=(3.0, 2.0, 2.5), opacity=0.75),),
    "leaves": (Particles("leaf", ((206, 132, 48), (184, 84, 40), (214, 176, 70)), 110, (0.09, 0.18), 5.0, (-0.7, -0.55), 0.3, sway_m=0.4, reach=(4.5, 3.6, 2.6), above=0.6),),
    "petals": (Particles("petal", ((246, 190, 206), (252, 220, 228), (238, 158, 184)), 150, (0.07, 0.13), 5.0, (-0.3, -0.5), 0.2, sway_m=0.35, reach=(3.4, 3.4, 2.6), above=0.8),),
    "confetti": (Particles("chip", _BRIGHT, 230, (0.05, 0.1), 4.5, (0.0, -0.75), 0.3, sway_m=0.3, reach=(3.4, 3.6, 2.4), above=0.6),),
    "feathers": (Particles("feather", ((248, 248, 246),), 70, (0.14, 0.28), 5.5, (0.1, -0.45), 0.2, sway_m=0.5, reach=(3.2, 3.4, 2.4), above=0.6),),
    "fireworks": (
        *(Particles("dot", (colour, (255, 250, 230)), 90, (0.3, 0.55), 1.5, (0.0, 0.5), 4.6, gravity=1.6, reach=(8.0, 4.0, 0.1), above=6.0, burst_s=1.05 + 0.3 * i, glows=True) for i, colour in enumerate(_BRIGHT[:4])),
    ),
    "drops": (Particles("drop", ((216, 236, 246),), 90, (0.03, 0.07), 2.0, (0.0, -1.2), 0.2, gravity=2.0, reach=(1.6, 2.2, 1.2), above=0.9, opacity=0.85),),
    "particles": (Particles("dot", ((255, 240, 180), (180, 230, 255), (255, 200, 240)), 200, (0.025, 0.06), 4.0, (0.0, 0.2), 0.15, sway_m=0.3, reach=(2.6, 2.6, 2.2), glows=True),),
    "pour": (
        Particles("dot", ((184, 220, 240),), 90, (0.014, 0.02), 0.42, (0.05, -0.3), 0.02, gravity=9.0, reach=(0.006, 0.01, 0.006), above=0.75, has_source=True, opacity=1.0, is_in_metres=True),
    ),
    "rain": (), "snow": (), "fog": (),
    "clouds": (Particles("puff", ((238, 242, 246), (216, 222, 230)), 14, (9.0, 16.0), 14.0, (5.0, 0.0), 1.0, reach=(60.0, 8.0, 10.0), above=20.0, opacity=0.6),),
}  # fmt: skip
"""Particles by the kind of effect; several layers, the farther ones first."""
EVERYWHERE_Z = 4.5
"""Around where what is everywhere is centred, metres ahead, where nobody is."""
FAR = {"breakers": 11.0, "fireworks": 26.0, "clouds": 70.0}
"""Effects that are far behind everybody, metres ahead."""
FROM_MOUTHS = frozenset({"breath"})
"""Effects that come out of a mouth, to where it looks."""
HIGH = frozenset({"fireworks", "clouds"})
"""Of these, what is in the upper part of the frame."""
