"""What of a body clothes leave bare or colour by themselves: sleeves, legs, feet, hands."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from shotwright.engines.draft.cast.body import LEGS, SHOE, SKIN, TOP, figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from shotwright.core.plan import Entity

RGB = tuple[int, int, int]
SHOULDER_M, ELBOW_M, HAND_M = 0.2, 0.43, 0.6
"""From which reach on an arm, a forearm and a hand begin, at rest, metres from the middle."""
HIP_M, KNEE_M = -0.57, -0.88
"""Below which heights thighs and shins begin, at rest, metres from the chest."""
ARMS, LEG = ("arm", "forearm"), ("thigh", "shin")
BARE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("dress", "skirt", "miniskirt", "kilt", "tutu", "gown", "toga", "tunic", "nightgown", "apron dress"), LEG),
    **dict.fromkeys(("sundress", "swimsuit", "bikini", "swimwear", "bathing suit", "singlet dress", "loincloth"), (*ARMS, *LEG)),
    **dict.fromkeys(("leotard", "bodysuit"), LEG),
    **dict.fromkeys(("tank top", "tanktop", "singlet", "vest top", "bra", "crop top", "camisole", "undershirt"), ARMS),
    **dict.fromkeys(("t-shirt", "tshirt", "tee", "polo", "polo shirt", "jersey", "scrubs"), ("forearm",)),
    **dict.fromkeys(("shorts", "trunks", "boxers", "briefs"), ("shin",)),
    **dict.fromkeys(("sandal", "flip-flop"), ("foot",)),
}  # fmt: skip
"""What each garment leaves bare."""
DYED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("boot", "rubber boot", "wellington", "wader", "rain boot", "cowboy boot"), ("shin", "foot")),
    **dict.fromkeys(("shoe", "sneaker", "heel", "slipper", "trainer", "high heel", "skate", "clog", "moccasin"), ("foot",)),
    **dict.fromkeys(("sock", "stocking", "knee sock", "leg warmer"), ("shin",)),
    **dict.fromkeys(("tights", "leggings", "pantyhose"), LEG),
    **dict.fromkeys(("glove", "mitten", "oven mitt", "boxing glove", "gauntlet"), ("hand",)),
    "sleeve": ARMS,
}  # fmt: skip
"""What each garment covers of the limbs, in its own colour."""
UNDRESSED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("barefoot", "barefooted", "bare-footed"), ("foot",)),
    **dict.fromkeys(("shirtless", "bare-chested", "topless", "bare-armed", "sleeveless"), ARMS),
    "bare-legged": LEG,
}  # fmt: skip
"""What is bare of whom the words call so."""
SMEARS: dict[str, RGB] = {
    "flour": (240, 238, 232), "mud": (96, 74, 52), "paint": (70, 110, 180), "dirt": (110, 86, 62), "soot": (44, 42, 42), "grease": (58, 52, 48), "oil": (52, 48, 44), "dust": (176, 166, 152), "blood": (150, 22, 26), "chalk": (236, 236, 232),
    "foam": (246, 248, 250), "soap": (244, 246, 250), "icing": (248, 240, 244), "clay": (166, 120, 92), "powder": (240, 238, 236), "ash": (120, 118, 116), "snow": (240, 244, 250), "sand": (214, 188, 136), "chocolate": (84, 52, 34), "ink": (40, 40, 70),
}  # fmt: skip
SMEARED = {"arm": ("forearm", "hand"), "hand": ("hand",), "finger": ("hand",), "sleeve": ARMS, "leg": LEG, "knee": ("thigh", "shin"), "foot": ("foot",), "boot": ("foot",), "shoe": ("foot",)}  # fmt: skip
"""Colours of what somebody has all over their limbs, and what of the limbs a word means."""
BARED = frozenset({"ballerina", "swimmer"})
TRADE_LIMBS: dict[str, tuple[tuple[str, RGB], ...]] = {
    "boxer": (("hand", (196, 30, 36)),), "kickboxer": (("hand", (196, 30, 36)),), "goalkeeper": (("hand", (240, 240, 236)),), "surgeon": (("hand", (150, 200, 214)),), "welder": (("hand", (150, 112, 70)), ("forearm", (150, 112, 70))),
    "firefighter": (("shin", (60, 58, 56)), ("foot", (40, 40, 42))), "fisherman": (("shin", (70, 84, 60)), ("foot", (60, 70, 52))),
}  # fmt: skip
"""What those of a trade have on their limbs."""
RUBBER, LEATHER = (70, 74, 78), (92, 62, 44)
"""Colours of boots and gloves that have none of their own: of rubber, else of leather."""


@cache
def regions() -> dict[str, NDArray[np.bool_]]:
    """Triangles of the limbs, by name: bool (n,)."""
    model = figure()
    rest = np.asarray(model.vertices(model.rest_pose()), np.float64)
    middles = rest[np.asarray(model.faces, np.int64)].mean(axis=1)
    reach, height, parts = np.abs(middles[:, 0]), middles[:, 1], model.parts
    is_leg = (parts == LEGS) & (height < HIP_M)
    is_arm = (parts == TOP) & (reach > SHOULDER_M)
    return {
        "arm": is_arm & (reach < ELBOW_M),
        "forearm": is_arm & (reach >= ELBOW_M),
        "hand": (parts == SKIN) & (reach > HAND_M),
        "thigh": is_leg & (height > KNEE_M),
        "shin": is_leg & (height <= KNEE_M),
        "foot": parts == SHOE,
    }


def limbs_of(
    entity: Entity, worn: Iterable[Entity], skin: RGB, colour: Callable[[Entity], RGB | None]
) -> tuple[tuple[str, RGB], ...]:
    """Colours of limbs that differ from the clothes: bare below a skirt, in rubber boots, in gloves.

    Args:
        entity: Whose limbs they are.
        worn: What they wear, in order: trousers and tights cover what a skirt leaves bare.
        skin: The colour of what is bare.
        colour: Of a garment, if the words or its stuff give it one.
    """
    found: dict[str, RGB] = {}
    garments = list(worn)
    found |= dict(TRADE_LIMBS.get(entity.noun, ()))
    for word in (*entity.attributes, *(("bare-legged",) if entity.noun in BARED else ())):
        found |= dict.fromkeys(UNDRESSED.get(word, ()), skin)
    for garment in garments:
        found |= dict.fromkeys(_row(BARE, garment), skin)
    if any(garment.noun.rpartition(" ")[2] in {"trousers", "pants", "jeans", "robe", "coat"} for garment in garments):
        found = {name: tone for name, tone in found.items() if name not in LEG}
    for word in entity.attributes:
        smear, _, part = word.partition(" on ")
        found |= dict.fromkeys(SMEARED.get(part, ()) if smear in SMEARS else (), SMEARS.get(smear, skin))
    for garment in garments:
        usual = RUBBER if "rubber" in {*garment.attributes, *garment.noun.split()} else LEATHER
        found |= dict.fromkeys(_row(DYED, garment), colour(garment) or usual)
    return tuple(found.items())


def covers_limbs(garment: Entity) -> bool:
    """Whether a garment is seen on the limbs."""
    return bool(_row(DYED, garment) or _row(BARE, garment))


def _row(table: dict[str, tuple[str, ...]], garment: Entity) -> tuple[str, ...]:
    """The row of a garment, by what is said of it with its noun ("tank top"), else by its noun."""
    nouns = [f"{word} {garment.noun}" for word in garment.attributes]
    return next((table[noun] for noun in (*nouns, garment.noun, garment.noun.split()[-1]) if noun in table), ())
