"""What people have in hand for what they do, and what goes from hand to hand"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from shotwright.core.plan import ShotPlan
from shotwright.core.prompt import parse_prompt
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.base import OutputSpec, Shot
from shotwright.engines.draft.cast.library import row_of
from shotwright.engines.draft.cast.props import tables, with_props
from shotwright.engines.draft.scene import Scene, build_scene
from shotwright.engines.draft.sprites import Sprite, draw_sprite
from shotwright.engines.draft.stage import View

SPEC = OutputSpec(320, 180, Fraction(8), 40)


def read(text: str) -> ShotPlan:
    return parse_prompt(text, task="reference_to_video", duration_s=5.0)


def scene_of(text: str) -> Scene:
    return build_scene(Shot(read(text), SPEC, 1), Cache(None), None)


def named(scene: Scene, text: str, noun: str) -> Sprite:
    plan = with_props(read(text))
    return next(s for s in scene.sprites if (e := plan.entity(s.word)) is not None and e.noun == noun)


def test_every_prop_has_a_picture_and_every_liquid_a_vessel_and_a_colour() -> None:
    table = tables()
    for row in (*table["work"].values(), *table["trades"].values()):
        noun, _, how = row.rpartition(" ")
        assert row_of(noun) is not None, noun
        assert how in {"held", "ridden", "at"}
    assert table["vessels"].keys() == table["liquids"].keys()
    assert all(row_of(noun) is not None for noun in table["vessels"].values())


@pytest.mark.parametrize(
    ("text", "noun", "relation"),
    [
        ("A man digs in a field", "shovel", "holding"), ("A violinist plays in a park", "violin", "holding"), ("A cyclist rides through a city", "bicycle", "riding"),
        ("A gardener waters the roses", "watering can", "holding"), ("A woman sketches a cat", "pencil", "holding"), ("A knight stands in a field", "sword", "holding"),
    ],
)  # fmt: skip
def test_work_and_trades_bring_their_tools(text: str, noun: str, relation: str) -> None:
    plan = with_props(read(text))
    thing = next(e for e in plan.entities if e.noun == noun)
    assert any((r.relation, r.to) == (relation, thing.id) for r in plan.relations)


@pytest.mark.parametrize(
    "text",
    ["A man digs with a red spade", "A violinist plays a golden violin", "A woman holding a lantern waters the roses", "A dog digs in a field"],
)  # fmt: skip
def test_nobody_gets_what_the_words_give_them_or_with_full_hands_or_paws(text: str) -> None:
    plan = read(text)
    assert len(with_props(plan).entities) == len(plan.entities)


def test_the_plan_of_the_words_stays_as_it_was() -> None:
    plan = read("A man pours tea into a cup")
    before = plan
    with_props(plan)
    assert plan == before
    assert not any(e.noun == "table" for e in plan.entities)


def test_what_is_poured_comes_out_of_a_vessel_over_a_table() -> None:
    text = "A woman pours coffee into a white cup"
    plan = with_props(read(text))
    nouns = {e.noun for e in plan.entities}
    assert {"coffee pot", "cup", "table"} <= nouns
    (stream,) = (effect for effect in plan.effects if effect.kind == "pour")
    assert plan.entity(stream.where).noun == "coffee pot"  # type: ignore[union-attr]
    scene = scene_of(text)
    pot, cup = named(scene, text, "coffee pot"), named(scene, text, "cup")
    assert pot.holds
    assert pot.place(2.0)[1] > cup.place(2.0)[1], "the stream falls"
    assert any(staged.kind == "pour" and staged.source is pot for staged in scene.effects)


def test_what_is_given_changes_hands() -> None:
    text = "A man hands a red book to a girl"
    scene = scene_of(text)
    book, man, girl = (named(scene, text, noun) for noun in ("book", "man", "girl"))
    assert [hold.holder for hold in book.holds] == [man, girl]
    gap = [abs(book.place(t)[0] - who.place(t)[0]) for t, who in ((0.2, man), (4.8, girl))]
    assert max(gap) < 0.5
    assert np.sign(girl.place(0)[0] - man.place(0)[0]) == np.sign(book.place(4.8)[0] - book.place(0.2)[0])


def test_what_is_caught_comes_flying_and_stays() -> None:
    text = "A dog catches a blue frisbee on the beach"
    scene = scene_of(text)
    frisbee, dog = named(scene, text, "frisbee"), named(scene, text, "dog")
    before, after = (np.hypot(*(np.array(frisbee.place(t)) - dog.place(t))[:2]) for t in (0.1, 4.8))
    assert before > 1.5 * after
    assert frisbee.holds[-1].holder is dog


def test_vegetables_in_a_wok_are_where_the_wok_is() -> None:
    text = "A chef tosses vegetables in a flaming wok"
    scene = scene_of(text)
    wok, chef = named(scene, text, "wok"), named(scene, text, "chef")
    assert wok.holds[0].holder is chef
    fire = next(staged for staged in scene.effects if staged.kind == "fire")
    assert fire.source is wok


@pytest.mark.parametrize(
    "text", ["An ant", "Macro shot of an ant walking on a leaf", "Extreme close-up of a ring in a woman's hand"]
)
def test_small_things_are_filmed_near_enough_to_be_seen(text: str) -> None:
    scene = scene_of(text)
    small, pose = scene.sprites[0], scene.poses[0]
    x, y, z = small.place(0.0)
    ahead = (z - pose.z) * np.cos(pose.yaw) + (x - pose.x) * np.sin(pose.yaw)
    share = small.height_m * pose.lens / ahead / (9 / 16)
    above = np.arctan2(y + small.height_m / 2 - pose.y, z - pose.z) - pose.pitch
    assert share > 0.3
    assert abs(above) < np.arctan(0.5 * 9 / 16 / pose.lens)


def test_what_stands_on_a_table_covers_it_also_in_a_close_up() -> None:
    text = "Close-up of a key on a table"
    scene = scene_of(text)
    view = View(scene.poses[0], SPEC.width, SPEC.height)
    grey = np.full((SPEC.height, SPEC.width, 3), 128, np.uint8)
    frame = grey.copy()
    draw_sprite(frame, view, named(scene, text, "table"), 0.0)
    column, row, _ = view.project(np.array(scene.sprites[0].place(0.0)))
    painted = (frame != grey).any(axis=2)
    assert painted[round(row), round(column)]
    assert not painted[: SPEC.height // 4].any()
