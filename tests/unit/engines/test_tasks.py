"""Everyday tasks, what they mean for who does them, and where: each by what the stage shows of it."""

from __future__ import annotations

import pytest
from tests.unit.engines.test_props import named, read, scene_of

from shotwright.core.plan import ShotPlan
from shotwright.core.prompt.settling import settled
from shotwright.core.prompt.tasks import tasks
from shotwright.engines.draft.backdrop import setting_of
from shotwright.engines.draft.cast.library import row_of
from shotwright.engines.draft.cast.pose import motions
from shotwright.engines.draft.cast.props import with_props
from shotwright.engines.draft.scene import Scene
from shotwright.engines.draft.sets import find_place


def plan_of(text: str) -> ShotPlan:
    """A plan with what follows from it."""
    return settled(read(text))


def motion(plan: ShotPlan, noun: str) -> list[str | None]:
    """What somebody does, in order."""
    who = next(e.id for e in plan.entities if e.noun == noun)
    return [a.motion for a in plan.actions if a.who == who]


def place_of(text: str) -> str:
    """The name of the set that a prompt is played on."""
    plan = with_props(read(text))
    setting, has_cast = setting_of(plan)
    return find_place(setting, has_cast=has_cast).name


def steps(scene: Scene, text: str, noun: str) -> set[str]:
    figure = named(scene, text, noun).figure
    assert figure is not None
    return {step.motion for step in figure.steps}


def test_rows_of_tasks_name_motions_and_things_that_exist() -> None:
    for task in tasks():
        assert task.motion in motions()
        for noun in (task.noun, task.add):
            assert noun is None or row_of(noun) is not None, noun


@pytest.mark.parametrize(
    ("text", "who", "does", "thing"),
    [
        ("A man mows the lawn", "man", "push", "lawn mower"),
        ("A woman hangs laundry on a line", "woman", "raise_hand", "clothesline"),
        ("A lumberjack splits logs in a forest", "lumberjack", "swing", "log"),
        ("A boy opens an umbrella in the rain", "boy", "hold", "umbrella"),
        ("A girl spins a hula hoop", "girl", "hold", "hula hoop"),
        ("A man lifts weights in a gym", "man", "lift", "barbell"),
        ("A potter shapes a vase on a wheel", "potter", "tinker", "pottery wheel"),
        ("A man talks on the phone in an office", "man", "phone", "phone"),
        ("An archer shoots an arrow at a target", "archer", "shoot", "bow and arrow"),
    ],
)
def test_a_task_has_its_motion_and_its_thing(text: str, who: str, does: str, thing: str) -> None:
    plan = plan_of(text)
    assert does in motion(plan, who)
    assert [e.count for e in plan.entities if e.noun == thing] == [1]


def test_a_kite_flies_and_who_flies_it_looks_up() -> None:
    text = "A boy flies a kite in a meadow"
    plan = plan_of(text)
    assert (motion(plan, "boy"), motion(plan, "kite")) == (["look_up"], ["fly"])
    scene = scene_of(text)
    assert named(scene, text, "kite").place(2.5)[1] > named(scene, text, "boy").height_m


def test_who_kneels_goes_on_kneeling_while_the_hands_work_and_gets_up_to_walk() -> None:
    text = "A roofer kneels on a roof and hammers a tile"
    assert steps(scene_of(text), text, "roofer") == {"kneel", "kneel+knock"}
    text = "A girl kneels by a pond and walks away"
    assert "walk" in steps(scene_of(text), text, "girl")


def test_one_of_two_does_alone_what_one_of_them_does() -> None:
    plan = plan_of("Two boys play table tennis in a garage, one of them dives for the ball")
    boys = [e for e in plan.entities if e.noun == "boy"]
    assert [e.count for e in boys] == [1, 1]
    divers = {a.who for a in plan.actions if a.motion == "dive"}
    assert len(divers) == 1


def test_a_dive_without_water_ends_on_the_ground_and_with_water_in_it() -> None:
    assert "dive" in motion(plan_of("A goalkeeper dives for the ball in a stadium"), "goalkeeper")
    assert "swim" in motion(plan_of("A woman dives into the sea"), "woman")


def test_a_tram_climbs_a_street_on_its_wheels() -> None:
    text = "An old red tram climbs a steep street"
    tram = named(scene_of(text), text, "tram")
    assert tram.place(4.8)[1] == pytest.approx(tram.place(0.1)[1], abs=0.2)
    assert tram.place(4.8)[2] > tram.place(0.1)[2] + 2


def test_a_flock_goes_before_who_drives_it() -> None:
    text = "A border collie drives a flock of sheep through a meadow"
    scene = scene_of(text)
    collie = named(scene, text, "border collie")
    sheep = [s for s in scene.sprites if s.word == "e2"]
    for seconds in (1.0, 2.5, 4.0):
        assert collie.place(seconds)[0] < sum(s.place(seconds)[0] for s in sheep) / len(sheep)


def test_two_carry_one_sofa_between_them() -> None:
    text = "Two workers carry a sofa"
    scene = scene_of(text)
    workers = [s for s in scene.sprites if s.figure is not None]
    sofa = named(scene, text, "sofa")
    xs = sorted(worker.place(2.0)[0] for worker in workers)
    assert len(workers) == 2
    assert xs[0] < sofa.place(2.0)[0] < xs[1]


def test_a_catch_in_the_mouth_ends_in_the_mouth() -> None:
    text = "A brown bear stands in a river and catches a jumping salmon in its mouth"
    scene = scene_of(text)  # neither is in the other for ever
    bear, salmon = named(scene, text, "bear"), named(scene, text, "salmon")
    assert abs(salmon.place(4.9)[0] - bear.place(4.9)[0]) < bear.height_m * bear.views[0][1].aspect


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A dog sits on a wooden dock by a mountain lake", "lake dock"),
        ("A barber sweeps the floor of his shop", "barbershop"),
        ("A couple stands on a bridge", "bridge"),
        ("A roofer kneels on a steep roof, church steeple in the background", "rooftop"),
        ("A pole vaulter sprints down the runway and flies over the bar in a packed stadium", "stadium"),
        ("A boy opens a gift by the christmas tree", "living room"),
    ],
)
def test_where_it_is_follows_from_what_the_words_say_of_it(text: str, place: str) -> None:
    assert place_of(text) == place


def test_from_straight_above_the_table_is_all_there_is_and_hands_work_on_it() -> None:
    plan = plan_of("Overhead shot of a chef chopping carrots on a wooden table")
    assert plan.setting.places == ("tabletop",)
    assert {"hand", "carrot"} <= {e.noun for e in plan.entities}
    assert not [e for e in plan.entities if e.kind == "person" or e.noun == "table"]


def test_of_somebody_in_a_macro_shot_the_hands_are_seen() -> None:
    plan = with_props(read("Macro shot: someone peels an orange on a wooden board"))
    assert "hand" in {e.noun for e in plan.entities}
    assert not [e for e in plan.entities if e.kind == "person"]


def test_a_mural_is_flat_on_its_wall_and_its_painter_stands_before_it() -> None:
    text = "A woman spray paints a flamingo on a brick wall in an alley"
    scene = scene_of(text)
    woman, bird, wall = (named(scene, text, noun) for noun in ("woman", "flamingo", "wall"))
    assert bird.height_m < wall.height_m
    assert abs(bird.x - wall.x) < 0.2
    assert woman.z < bird.z < wall.z


@pytest.mark.parametrize(
    ("text", "noun", "most"),
    [
        ("A cardboard rocket stands in a garage", "rocket", 1.6),
        ("A paper airplane glides through a classroom", "airplane", 0.4),
        ("A tiny fairy sits on a teacup", "fairy", 0.25),
        ("Two boys build a fort in the living room", "fort", 1.6),
        ("A florist arranges sunflowers in a vase", "sunflower", 0.6),
        ("A man plants a tree in the garden", "tree", 1.2),
    ],
)
def test_things_have_the_size_of_what_they_are_made_of_and_where_they_are(text: str, noun: str, most: float) -> None:
    assert named(scene_of(text), text, noun).height_m <= most
