"""Close shots of parts of people, and what opens"""

from __future__ import annotations

import pytest
from tests.unit.engines.test_props import named, read, scene_of

from shotwright.core.plan import Framing, ShotPlan
from shotwright.engines.draft.blocking.details import detail_of
from shotwright.engines.draft.cast.changes import changes_of, opened, shape_at
from shotwright.engines.draft.cast.props import with_props

ASPECT = 9 / 16


def played(text: str) -> ShotPlan:
    """The plan as the stage plays it."""
    return with_props(read(text))


@pytest.mark.parametrize(
    ("text", "part", "motion"),
    [
        ("Close-up of hands typing on a keyboard", "hand", "type"),
        ("Close up on feet walking through mud", "foot", "walk"),
        ("Close-up of an old man's hands carving wood", "hand", "cut"),
    ],
)
def test_who_owns_hands_does_what_they_do(text: str, part: str, motion: str) -> None:
    plan = played(text)
    limb = next(e for e in plan.entities if e.noun == part)
    (owner,) = [r.to for r in plan.relations if r.of == limb.id and r.relation == "part_of"]
    assert plan.entity(owner).kind == "person"  # type: ignore[union-attr]
    assert motion in {a.motion for a in plan.actions if a.who == owner}
    assert plan.shots[0].focus == limb.id


def test_a_hand_that_rises_from_a_grave_is_nobodys() -> None:
    assert {e.noun for e in played("A hand rises from a grave").entities} & {"person"} == set()


def test_hands_work_at_what_nobody_stands_on() -> None:
    plan = read("A man types on a laptop in an office")
    laptop = next(e.id for e in plan.entities if e.noun == "laptop")
    assert [a.object for a in plan.actions if a.motion == "type"] == [laptop]
    assert not [r for r in plan.relations if r.relation == "on" and r.to == laptop]
    stands = read("A chef stands on a crate")
    assert [r.relation for r in stands.relations] == ["on"]
    assert {a.motion for a in read("A man on a keyboard, a singer").actions} == {"play_piano"}


def test_what_opens_opens_as_it_does() -> None:
    eye, flower, door = (read(f"A {noun} opens") for noun in ("eye", "flower", "door"))
    shapes = []
    for plan in (eye, flower, door):
        changes = changes_of(opened(plan.entities[0], plan), is_still=True)
        shapes.append([shape_at(changes, seconds) for seconds in (0.0, plan.duration_s)])
    (shut, open_eye), (bud, blossom), (closed, ajar) = shapes
    assert shut.tall < 0.2 < 0.9 < open_eye.tall
    assert bud.wide < blossom.wide
    assert ajar.wide < 0.5 < closed.wide
    somebody = read("A girl opens a door")
    assert changes_of(opened(somebody.entities[1], somebody), is_still=True)


def test_a_flame_in_a_pupil_is_a_glow_in_an_eye() -> None:
    plan = played("Extreme close-up of a green eye opening, candle flame reflected in the pupil")
    assert [e.noun for e in plan.entities] == ["eye"]
    assert [(e.kind, e.where) for e in plan.effects] == [("glow", plan.entities[0].id)]


def test_the_frame_of_a_detail_is_as_large_as_the_detail() -> None:
    text = "Close-up of hands typing on a keyboard"
    plan, scene = played(text), scene_of(text)
    detail = detail_of(plan, plan.shots[0], scene.sprites)
    assert detail is not None
    first = scene.poses[0]
    x, _, z = detail.at(0.0)
    shown = (z - first.z) / first.lens * ASPECT
    assert 0.4 < shown < 0.9
    assert abs(x - first.x) < 0.1 * shown
    assert detail_of(plan, Framing("wide", focus=plan.shots[0].focus), scene.sprites) is None


def test_a_rider_and_the_horse_go_one_way() -> None:
    text = "A rider on a black horse gallops from left to right across a desert"
    rider, horse = (named(scene_of(text), text, noun) for noun in ("rider", "horse"))
    for seconds in (0.5, 2.5, 4.5):
        assert abs(rider.place(seconds)[0] - horse.place(seconds)[0]) < 0.3
    assert horse.place(4.5)[0] - horse.place(0.5)[0] > 0.5


def test_two_who_dance_slowly_are_in_each_others_arms() -> None:
    first, second = scene_of("A man and a woman dance slowly in a ballroom").sprites[:2]
    assert abs(first.x - second.x) < 0.7
    assert first.figure is not None
    assert {step.motion for step in first.figure.steps} == {"waltz"}
    apart = scene_of("A man and a woman dance at a party").sprites[0]
    assert apart.figure is not None
    assert {step.motion for step in apart.figure.steps} == {"dance"}


def test_a_couple_beside_a_fireplace_is_on_one_side_of_it() -> None:
    text = "An elderly couple dance slowly by the fireplace"
    scene = scene_of(text)
    fire = named(scene, text, "fireplace")
    couple = [s for s in scene.sprites if s.figure is not None]
    assert len({s.x < fire.x for s in couple}) == 1


def test_a_child_is_as_tall_as_a_child_with_its_larger_head() -> None:
    scene = scene_of("A kid and a man stand in a street")
    kid, man = (s for s in scene.sprites if s.figure is not None)
    assert kid.figure is not None
    assert man.figure is not None
    assert kid.figure.clothes.head > 1.5
    assert kid.figure.height_m < kid.height_m < 0.8 * man.height_m
