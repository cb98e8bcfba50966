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
BARED = frozenset({"ballerina", "swimmer"})
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
    for word in (*entity.attributes, *(("bare-legged",) if entity.noun in BARED else ())):
        found |= dict.fromkeys(UNDRESSED.get(word, ()), skin)
    for garment in garments:
        found |= dict.fromkeys(_row(BARE, garment), skin)
    if any(garment.noun.rpartition(" ")[2] in {"trousers", "pants", "jeans", "robe", "coat"} for garment in garments):
        found = {name: tone for name, tone in found.items() if name not in LEG}
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
