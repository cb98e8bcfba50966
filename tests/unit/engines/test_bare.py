"""What clothes leave bare and what they colour of the limbs, as figures are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from shotwright.core.plan import Entity
from shotwright.engines.draft.cast.bare import BARE, DYED, regions
from shotwright.engines.draft.cast.figures import Clothes, _draw, _posed
from shotwright.engines.draft.cast.wardrobe import clothes_of
from shotwright.media.colour import yuv_to_rgb


def worn(noun: str, *said: str, colour: str | None = None) -> Entity:
    return Entity("e2", noun, "clothing", attributes=said, colour=colour)


def limbs(*garments: Entity, said: tuple[str, ...] = ()) -> dict[str, tuple[int, int, int]]:
    return dict(clothes_of(Entity("e1", "woman", "person", attributes=said), list(garments), 0).limbs)


def test_every_region_of_a_limb_is_some_of_the_body_and_none_twice() -> None:
    found = regions()
    assert {name for row in (*BARE.values(), *DYED.values()) for name in row} <= found.keys()
    assert all(mask.any() for mask in found.values())
    assert np.sum(list(found.values()), axis=0).max() == 1


@pytest.mark.parametrize("noun", ["dress", "skirt", "swimsuit", "tutu"])
def test_legs_are_bare_below_a_dress(noun: str) -> None:
    clothes = clothes_of(Entity("e1", "woman", "person"), [worn(noun, colour="red")], 0)
    assert dict(clothes.limbs)["thigh"] == dict(clothes.limbs)["shin"] == clothes.skin


def test_trousers_and_tights_cover_what_a_skirt_leaves_bare() -> None:
    assert not {"thigh", "shin"} & limbs(worn("skirt"), worn("jeans")).keys()
    assert (
        limbs(worn("skirt"), worn("tights", colour="black"))["thigh"] == limbs(worn("tights", colour="black"))["thigh"]
    )


def test_boots_gloves_and_flour_are_seen_on_the_limbs() -> None:
    boots = limbs(worn("boot", "rubber", colour="yellow"))
    assert boots["shin"] == boots["foot"]
    assert min(boots["foot"][:2]) > 2 * boots["foot"][2]
    assert "hand" in limbs(worn("mitten", colour="green"))
    assert min(limbs(said=("flour on arm",))["forearm"]) > 220


def test_the_colour_of_a_limb_is_in_the_picture() -> None:
    plain = Clothes(top=(20, 20, 20), legs=(20, 20, 20), skin=(30, 30, 30), hair=(20, 20, 20))
    booted = Clothes(plain.top, plain.legs, plain.skin, plain.hair, limbs=(("shin", (250, 220, 20)),))
    pictures = [_draw(_posed("stand", 0.0), (0, 0), clothes, 120, upright=True).cut for clothes in (plain, booted)]
    yellow = [int((yuv_to_rgb(cut.texture)[..., 0] > 150).sum()) for cut in pictures]
    assert yellow[0] == 0
    assert yellow[1] > 200
