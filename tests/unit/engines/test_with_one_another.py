"""What two do with one another, who goes after whom, what is pushed, and where a tracking camera goes"""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.engines.test_props import named, read, scene_of
from tests.unit.engines.test_settled import played

from shotwright.core.plan import ShotPlan
from shotwright.engines.draft.cast.figures import skeleton
from shotwright.engines.draft.cast.steps import steps_of
from shotwright.engines.draft.sprites import Sprite


def motions(plan: ShotPlan, noun: str) -> list[str]:
    who = next(e for e in plan.entities if e.noun == noun)
    return [str(a.motion) for a in plan.actions_of(who.id)]


def relations(plan: ShotPlan) -> set[tuple[str, str, str]]:
    by_id = {e.id: e.noun for e in plan.entities}
    return {(by_id[r.of], r.relation, by_id[r.to]) for r in plan.relations}


@pytest.mark.parametrize(("text", "motion"), [("A mother hugs her daughter", "hug"), ("A girl high-fives the robot", "raise_hand")])  # fmt: skip
def test_what_takes_two_is_done_by_both(text: str, motion: str) -> None:
    plan = played(text)
    assert [motions(plan, e.noun) for e in plan.entities] == [[motion], [motion]]


def test_a_couple_that_kisses_stands_face_to_face() -> None:
    one, other = (s for s in scene_of("An old couple clink glasses and kiss").sprites if s.figure is not None)
    assert {one.heading_deg, other.heading_deg} == {-62.0, 62.0}
    assert (one.x < other.x) == (one.heading_deg == -62.0)


def test_what_is_put_into_a_hand_is_given_and_who_is_wrapped_has_it_on() -> None:
    plan = played("A nurse places a scalpel in the surgeon's hand")
    assert motions(plan, "nurse") == ["give"]
    assert ("nurse", "holding", "scalpel") in relations(plan)
    plan = played("A grandmother wraps a blanket around a boy")
    assert motions(plan, "grandmother") == ["hug"]
    assert ("boy", "wearing", "blanket") in relations(plan)


def test_who_bends_over_a_patient_stands_there_and_who_lands_crouches() -> None:
    plan = played("Three surgeons bend over a patient")
    assert ("surgeon", "behind", "patient") in relations(plan)
    assert all(s.y < 0.05 for s in scene_of("Three surgeons bend over a patient").sprites if s.figure is not None)
    assert motions(played("A girl jumps off a van and lands on her knees"), "girl") == ["jump", "crouch"]


def test_who_falls_asleep_over_a_desk_sits_at_it() -> None:
    plan = played("A programmer falls asleep on his keyboard in an office")
    man = next(e for e in plan.entities if e.noun == "programmer")
    assert {step.motion for step in steps_of(man, plan)} == {"sit+doze"}
    assert ("keyboard", "on", "desk") in relations(plan)


def across(sprite: Sprite, seconds: float) -> float:
    return sprite.place(seconds)[0]


def test_a_herd_goes_one_after_another_and_who_chases_comes_after() -> None:
    herd = [s for s in scene_of("Five elephants walk from right to left").sprites if s.track is not None]
    places = sorted(across(s, 2.5) for s in herd)
    assert len(herd) == 5
    assert min(np.diff(places)) > 1.0
    text = "A dog runs from left to right along a beach, a boy chasing behind it"
    dog, boy = (named(scene_of(text), text, noun) for noun in ("dog", "boy"))
    assert across(dog, 2.5) > across(boy, 2.5) + 0.3
    assert across(boy, 4.0) > across(boy, 1.0) + 1.0


def test_who_is_chased_runs_as_well() -> None:
    assert motions(played("A dog chases a cat through a garden"), "cat") == ["run"]


def test_a_tracking_camera_goes_to_the_left_with_who_goes_there() -> None:
    for text, sign in (("from left to right", 1), ("from right to left", -1)):
        prompt = f"Tracking shot of a father and his daughter walking through a park {text}"
        scene = scene_of(prompt)
        assert sign * (scene.poses[-1].x - scene.poses[0].x) > 1.0
        father, daughter = (named(scene, prompt, noun) for noun in ("father", "daughter"))
        assert sign * (across(father, 4.0) - across(father, 1.0)) > 0.5
        assert abs(across(father, 2.5) - across(daughter, 2.5)) > 0.25  # nobody walks in somebody's place
        assert read(prompt).camera[0].side == ("left" if sign < 0 else None)


def test_what_an_animal_pushes_slides_along_and_is_in_no_hands() -> None:
    plan = played("A puppy pushes an empty bowl across the floor")
    assert ("puppy", "holding", "bowl") not in relations(plan)
    assert "run" in motions(plan, "puppy")


@pytest.mark.parametrize("text", ["A cat pushes a vase off the table", "A cat knocks a glass off a counter", "A cat swats a cup off the desk", "A cat nudges a mug over the edge of the desk"])  # fmt: skip
def test_what_is_knocked_off_a_table_stood_there_and_falls(text: str) -> None:
    plan = played(text)
    cat, thing, table = (e.noun for e in plan.entities)
    assert {(cat, "on", table), (thing, "on", table)} <= relations(plan)
    assert motions(plan, cat) == ["knock"]
    (falls,) = plan.actions_of(plan.entities[1].id)
    assert (falls.motion, falls.path and falls.path.end) == ("fall", "down")
    assert falls.start_s > 0.0


@pytest.mark.parametrize("text", ["A cat knocks over a lamp", "A cat knocks a tower of wooden blocks over", "A cat knocks over a pile of books"])  # fmt: skip
def test_what_is_knocked_over_is_not_pushed_along(text: str) -> None:
    (act,) = played(text).actions
    assert (act.verb, act.motion, act.path) == ("knock over", "push", None)
    assert act.object is not None


@pytest.mark.parametrize(("text", "falls"), [("A boy spills a bowl of apples", True), ("A dog knocks over a basket of eggs", True), ("A boy knocks over a cup of coffee", False)])  # fmt: skip
def test_what_is_in_something_that_is_spilt_falls_out(text: str, falls: bool) -> None:
    assert any(act.motion == "fall" for act in played(text).actions) is falls


@pytest.mark.parametrize("text", ["A toddler knocks a tower of blocks over", "A boy knocks over a vase"])
def test_what_is_knocked_over_stands_on_the_ground(text: str) -> None:
    thing = read(text).entities[1]
    assert min(s.y for s in scene_of(text).sprites if s.word == thing.id) < 0.1


def test_kids_get_out_of_the_bus_whose_door_opens() -> None:
    plan = played("A school bus stops and the door opens. Three kids get out")
    bus, kids = (next(e for e in plan.entities if e.noun == noun) for noun in ("school bus", "kid"))
    assert ("door", "part_of", "school bus") in relations(plan)
    way = plan.actions_of(kids.id)[0].path
    assert way is not None
    assert way.start == bus.id


def test_waves_under_a_boat_are_the_water_that_it_is_on() -> None:
    plan = played("A fishing boat rocks on rough waves")
    assert [e.noun for e in plan.entities] == ["fishing boat"]
    assert plan.setting.places == ("sea",)


@pytest.mark.parametrize("motion", ["play_horn", "pet_low", "doze", "slide"])
def test_new_motions_do_what_they_are_called(motion: str) -> None:
    joints = dict(zip(("nose", "neck", "r_shoulder", "r_elbow", "r_wrist"), skeleton(motion, 0.2, 1.0), strict=False))
    nose, wrist = joints["nose"], joints["r_wrist"]
    if motion == "play_horn":
        assert np.linalg.norm(nose - wrist) < 0.35
    elif motion == "pet_low":
        assert wrist[1] < 0.75 < nose[1]
    elif motion == "doze":
        assert nose[2] > 0.2
    else:
        assert nose[1] > 1.4
