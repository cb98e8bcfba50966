"""Who does what at once, who is told apart from whom, and who is there though nobody named them"""

from __future__ import annotations

import pytest
from tests.unit.engines.test_props import read

from shotwright.core.plan import ShotPlan
from shotwright.core.prompt.settling import settled
from shotwright.engines.draft.cast.props import with_props
from shotwright.engines.draft.sets import find_place

Did = tuple[str, str | None, float, float]


def deeds(plan: ShotPlan) -> list[Did]:
    nouns = {e.id: e.noun for e in plan.entities}
    return [(nouns[a.who], a.motion, a.start_s, a.end_s) for a in plan.actions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A girl walks along a beach, waving and laughing", [("girl", "walk", 0, 5), ("girl", "wave", 0, 5), ("girl", "laugh", 0, 5)]),
        ("He walks through a park, reading a newspaper", [("man", "walk", 0, 5), ("man", "read", 0, 5)]),
        ("A waiter walks in carrying a tray", [("waiter", "walk", 0, 5), ("waiter", "carry", 0, 5)]),
        ("A man walks to a car and waves", [("man", "walk", 0, 2.5), ("man", "wave", 2.5, 5)]),
    ],
)  # fmt: skip
def test_arms_and_face_do_it_while_legs_go(text: str, expected: list[Did]) -> None:
    assert deeds(read(text)) == expected


def test_one_of_two_reads_and_the_other_looks() -> None:
    plan = read("Two boys sit in a train, one reads, the other waves")
    boys = [e for e in plan.entities if e.noun == "boy"]
    assert [boy.count for boy in boys] == [1, 1]
    assert [{a.motion for a in plan.actions_of(boy.id)} - {"sit"} for boy in boys] == [{"read"}, {"wave"}]


@pytest.mark.parametrize(
    ("text", "noun", "count"),
    [("She walks along a beach", "woman", 1), ("He drinks coffee", "man", 1), ("They dance on a roof", "person", 2)],
)
def test_whoever_she_is_she_is_there(text: str, noun: str, count: int) -> None:
    people = [e for e in read(text).entities if e.kind == "person"]
    assert [(e.noun, e.count) for e in people] == [(noun, count)]


def test_she_after_a_woman_is_the_woman() -> None:
    assert [e.noun for e in read("A woman opens a door. She waves.").entities] == ["woman", "door"]


@pytest.mark.parametrize(
    ("text", "motion", "to"),
    [
        ("A woman slams her hand on the dashboard of a car", "pound", "dashboard"), ("A judge pounds the table", "pound", "table"),
        ("A boy bounces a ball", "dribble", "ball"), ("A man slams down a glass", "put_down", "glass"), ("A man lights a cigarette", "blow", "cigarette"),
    ],
)  # fmt: skip
def test_what_hands_do_to_what(text: str, motion: str, to: str) -> None:
    plan = read(text)
    act = next(a for a in plan.actions if a.motion == motion)
    thing = plan.entity(act.object)
    assert thing is not None
    assert thing.noun == to


def test_who_gets_out_goes_out() -> None:
    plan = read("A taxi stops and a woman gets out")
    act = next(a for a in plan.actions if a.verb == "get out")
    assert act.motion == "walk"
    assert act.path is not None
    assert act.path.end == "out"


def test_knights_flee_under_what_is_breathed_over_them() -> None:
    assert ("knight", "run", 3.333, 5.0) not in deeds(read("A dragon breathes fire over fleeing knights"))
    assert {d[:2] for d in deeds(read("A dragon breathes fire over fleeing knights"))} == {("dragon", "blow"), ("knight", "run")}  # fmt: skip


def test_who_screeches_to_a_stop_comes_and_then_stands() -> None:
    plan = settled(read("A taxi screeches to a stop"))
    came, stood = [a for a in plan.actions if a.motion in {"drive", "stand"}]
    assert (came.motion, stood.motion) == ("drive", "stand")
    assert came.end_s == stood.start_s < 5.0


def test_hands_dribble_while_legs_run_past() -> None:
    plan = settled(read("A boy dribbles a basketball past a defender"))
    assert {(a.motion, a.start_s, a.end_s) for a in plan.actions} == {("run", 0, 5), ("dribble", 0, 5)}


def test_what_stands_beside_something_on_a_sill_is_on_it_too() -> None:
    plan = settled(read("A cat sits on a windowsill next to a vase"))
    nouns = {e.id: e.noun for e in plan.entities}
    assert {(nouns[r.of], r.relation, nouns[r.to]) for r in plan.relations} == {
        ("cat", "on", "windowsill"),
        ("vase", "on", "windowsill"),
    }


@pytest.mark.parametrize(
    ("text", "verb", "motion"),
    [
        ("Two kids play soccer in a park", "play soccer", "dribble"), ("Two old men play a game of chess", "play chess", "tinker"), ("Friends playing cards at a table", "play card", "read"),
        ("A boy plays a video game", "play video game", "type"), ("They play catch", "play catch", "throw"), ("A woman plays golf", "play golf", "swing"), ("Kids play tag in a field", "play tag", "run"),
    ],
)  # fmt: skip
def test_games_are_played_and_are_no_things(text: str, verb: str, motion: str) -> None:
    plan = read(text)
    assert {(a.verb, a.motion) for a in plan.actions} == {(verb, motion)}
    assert {e.kind for e in plan.entities} <= {"person", "furniture"}


@pytest.mark.parametrize(("text", "noun"), [("A man plays the guitar", "guitar"), ("A girl plays with a ball", "ball"), ("A man plays a card", "card")])  # fmt: skip
def test_what_one_plays_on_or_with_is_a_thing(text: str, noun: str) -> None:
    assert noun in {e.noun for e in read(text).entities}


@pytest.mark.parametrize(
    ("text", "motion"),
    [("A boy walks to a tree and dances", "dance"), ("A woman sits on a bench and drinks", "drink"), ("She turns to the window and smiles, then cries", "react")],
)  # fmt: skip
def test_what_is_done_at_a_place_is_no_second_place(text: str, motion: str) -> None:
    assert motion in {a.motion for a in read(text).actions}


def test_many_things_beside_one_place_stay_things() -> None:
    for text, noun in (("A man stands by a table and chairs", "chair"), ("A ship sails past a lighthouse and waves", "wave")):  # fmt: skip
        assert noun in {e.noun for e in read(text).entities}


def related(plan: ShotPlan) -> set[tuple[str, str, str]]:
    nouns = {e.id: e.noun for e in plan.entities}
    return {(nouns[r.of], r.relation, nouns[r.to]) for r in plan.relations}


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("A nurse pushes a woman in a wheelchair along a corridor", ("woman", "in", "wheelchair")), ("An old man feeds pigeons from a park bench", ("old man", "on", "park bench")),
        ("A tractor drives across a field pulling a trailer full of pumpkins", ("pumpkin", "in", "trailer")), ("A man helps a dog's owner", ("owner", "beside", "dog")),
    ],
)  # fmt: skip
def test_whom_a_preposition_places(text: str, relation: tuple[str, str, str]) -> None:
    assert relation in related(read(text))
    assert not {r for r in related(read(text)) if r[0] in {"nurse", "tractor", "man"} and r[1] in {"in", "on", "part_of"}}  # fmt: skip


def test_who_pushes_somebody_in_a_wheelchair_is_no_camera() -> None:
    assert read("A nurse pushes a woman in a wheelchair").camera == ()
    assert [m.move for m in read("A woman reads. The camera slowly pushes right in.").camera] == ["dolly_in"]


def test_a_man_who_comes_from_a_bench_is_not_on_it() -> None:
    assert related(read("A man walks away from a park bench")) == set()


@pytest.mark.parametrize(
    ("text", "motion"),
    [("Two goats butt heads", "fight"), ("Two rams lock horns", "fight"), ("Two boys bump fists", "shake_hands")],
)
def test_what_is_done_with_heads_brings_no_heads(text: str, motion: str) -> None:
    plan = read(text)
    assert [a.motion for a in plan.actions] == [motion]
    assert len(plan.entities) == 1


def test_a_third_one_is_one_more_and_they_are_the_workers() -> None:
    plan = read("Two workers in orange vests carry a beam, a third one waves them forward")
    workers = [e for e in plan.entities if e.noun == "worker"]
    assert [e.count for e in workers] == [2, 1]
    waves = next(a for a in plan.actions if a.motion == "wave")
    assert (waves.who, waves.object) == (workers[1].id, workers[0].id)


def test_guests_who_dance_are_not_danced_by_who_goes_between_them() -> None:
    plan = read("A waiter walks between dancing wedding guests")
    assert {d[:2] for d in deeds(plan)} >= {("wedding guest", "dance")}
    assert ("waiter", "dance") not in {d[:2] for d in deeds(plan)}


def test_who_plays_against_somebody_plays_with_them() -> None:
    assert {d[:2] for d in deeds(read("A knight plays chess against a dragon"))} == {("knight", "tinker"), ("dragon", "tinker")}  # fmt: skip


@pytest.mark.parametrize("text", ["A man slices open a watermelon with a knife", "market vendor slices open a watermelon with a knife"])  # fmt: skip
def test_a_melon_is_cut_with_a_knife_in_the_hand(text: str) -> None:
    plan = read(text)
    act = next(a for a in plan.actions if a.motion == "cut")
    assert plan.entity(act.object).noun == "watermelon"  # type: ignore[union-attr]
    assert any(r.relation == "holding" and plan.entity(r.to).noun == "knife" for r in plan.relations)  # type: ignore[union-attr]


def test_a_tower_of_blocks_is_the_blocks() -> None:
    plan = read("A toddler stacks blocks and the tower falls over")
    assert [e.noun for e in plan.entities] == ["toddler", "block"]
    (falls,) = [a for a in settled(plan).actions if a.verb == "fall over"]
    assert (falls.motion, falls.path) == ("tip_over", None)


@pytest.mark.parametrize(("text", "shells"), [("A parked crane", ()), ("A man in a park", ("park",))])
def test_what_is_parked_is_in_no_park(text: str, shells: tuple[str, ...]) -> None:
    assert read(text).setting.shells == shells


def test_an_old_school_barbershop_is_no_school() -> None:
    assert read("A barber in an old-school barbershop").setting.places == ("barbershop",)


@pytest.mark.parametrize(
    ("text", "gait"),
    [("A boy pulls a wagon", "walk"), ("Dogs pull a sled across a lake", "run"), ("A man pushes a cart along a street", "walk")],
)  # fmt: skip
def test_who_pulls_what_rolls_is_on_the_way(text: str, gait: str) -> None:
    plan = settled(read(text))
    assert {a.motion for a in plan.actions} - {"push", "pull"} == {gait}
    assert all(a.path is not None for a in plan.actions if a.motion == gait)


def test_who_pushes_a_wall_stays() -> None:
    assert {a.motion for a in settled(read("A man pushes a wall")).actions} == {"push"}


@pytest.mark.parametrize(("text", "verb"), [("She sings all night", "sing"), ("A boy runs all day", "run")])
def test_measures_of_time_at_the_end_of_a_sentence_are_no_objects(text: str, verb: str) -> None:
    assert [(a.verb, a.object) for a in read(text).actions] == [(verb, None)]


@pytest.mark.parametrize(("text", "motion"), [("Gulls circle above a boat", "fly"), ("An eagle hovers over a lake", "fly"), ("Wolves circle a camp", "walk")])  # fmt: skip
def test_birds_circle_on_the_wing(text: str, motion: str) -> None:
    assert {a.motion for a in settled(read(text)).actions} == {motion}


@pytest.mark.parametrize("text", ["A boy kicks a ball over a wall", "A man throws a ball over a fence"])
def test_what_is_thrown_over_something_flies_and_nobody_is_over_it(text: str) -> None:
    plan = read(text)
    assert not plan.relations
    (act,) = plan.actions
    assert act.path is not None
    assert plan.entity(act.path.over).noun in {"wall", "fence"}  # type: ignore[union-attr]


def test_his_mum_is_a_person_also_behind_a_beetle() -> None:
    plan = read("A boy shows his beetle to his mum")
    assert next(e for e in plan.entities if e.noun == "mum").kind == "person"
    assert {a.motion for a in plan.actions} == {"give"}


def test_a_stepladder_is_held_steady_and_is_nobody() -> None:
    plan = read("His grandson holds the stepladder steady")
    assert next(e for e in plan.entities if e.noun == "stepladder").kind == "furniture"


@pytest.mark.parametrize(("text", "motion"), [("A cat runs up a tree", "run"), ("A man walks down a hill", "walk"), ("A car drives up a road", "drive"), ("The bomb blows up", "explode")])  # fmt: skip
def test_a_way_to_go_is_no_other_verb(text: str, motion: str) -> None:
    assert [a.motion for a in read(text).actions] == [motion]


def test_a_broken_down_van_goes_nowhere_down() -> None:
    act = next(a for a in read("Four friends push a broken down van up a hill").actions if a.motion == "push")
    assert act.path is not None
    assert (act.path.end, act.path.along) == (None, "hill")


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("Cinematic trailer of a knight fighting a dragon", False), ("A dark fantasy trailer, a wizard on a cliff", False), ("A trailer for a game, a robot walks", False),
        ("A truck tows a trailer", True), ("A man stands beside a trailer", True),
    ],
)  # fmt: skip
def test_a_trailer_that_is_a_film_is_not_drawn(text: str, is_there: bool) -> None:
    assert ("trailer" in {e.noun for e in read(text).entities}) == is_there


@pytest.mark.parametrize(
    ("text", "motion"),
    [
        ("A girl slips on the ice", "slip"),
        ("A man posts a letter", "put_down"),
        ("A man passes out", "fall"),
        ("A balloon goes up", "rise"),
    ],
)
def test_who_slips_puts_nothing_down(text: str, motion: str) -> None:
    assert [a.motion for a in read(text).actions] == [motion]


@pytest.mark.parametrize(
    ("text", "noun", "count"),
    [
        ("A family of four eats dinner at a wooden table.", "family", 4),
        ("A group of three friends laughs around a campfire.", "friend", 3),
        ("A crew of five rows a boat.", "crew", 5),
        ("A family of four eats pancakes.", "family", 4),
        ("A band of three plays guitars.", "band", 3),
        ("A pack of six grey wolves runs through the snow.", "wolf", 6),
        ("A class of twenty children sings.", "child", 20),
        ("A party of 5 walks into a tavern.", "person", 5),
    ],
)
def test_how_many_a_group_is(text: str, noun: str, count: int) -> None:
    first = read(text).entities[0]
    assert (first.noun, first.count, first.kind) == (noun, count, "animal" if noun == "wolf" else "person")
    assert read(text).actions


@pytest.mark.parametrize(
    ("text", "who", "verb", "whom"),
    [
        ("Dogs chase balls across the yard.", "dog", "chase", "ball"),
        ("Two deer lock antlers in a meadow.", "deer", "lock", None),
        ("Two stags lock antlers.", "stag", "lock", None),
        ("Kids fly kites on the beach.", "kid", "fly", "kite"),
        ("Dogs chase a van.", "dog", "chase", "van"),
        ("Police cars chase a truck down the street.", "police car", "chase", "truck"),
    ],
)
def test_what_several_do_without_an_article(text: str, who: str, verb: str, whom: str | None) -> None:
    found = read(text)
    by_id = {entity.id: entity.noun for entity in found.entities}
    (act,) = found.actions
    assert (by_id[act.who], act.verb, by_id.get(act.object or "")) == (who, verb, whom or by_id.get(act.object or ""))
    assert found.camera == ()


def test_rowers_sit_in_one_boat() -> None:
    staged = with_props(read("A team of four rowers rows across the lake."))
    boats = [entity for entity in staged.entities if entity.noun == "rowboat"]
    assert [boat.count for boat in boats] == [1]
    named = with_props(read("A crew of five rows a boat."))
    assert [entity.noun for entity in named.entities] == ["crew", "rowboat"]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("A fireman comes out of a house with a small child in his arms.", ("fireman", "carry", "child")),
        ("A mother walks through a park with a baby in her arms.", ("mother", "carry", "baby")),
    ],
)
def test_whom_somebody_has_in_their_arms(text: str, held: tuple[str, str, str]) -> None:
    found = read(text)
    nouns = {e.id: e.noun for e in found.entities}
    assert held in {(nouns[a.who], a.motion, nouns.get(a.object or "")) for a in found.actions}


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("A robot rolls through a restaurant with a tray on its hand.", ("robot", "holding", "tray")),
        ("A farmer leans on a wooden fence.", ("farmer", "against", "fence")),
        ("A man knocks on a door.", ("man", "at", "door")),
        ("A waiter walks to a table by the window where a couple is sitting.", ("couple", "at", "table")),
        ("A man walks to a bench where an old woman sleeps.", ("old woman", "on", "bench")),
        ("Grandma sits at the head of a long dinner table.", ("grandma", "at", "dinner table")),
    ],
)
def test_how_plain_sentences_put_them(text: str, relation: tuple[str, str, str]) -> None:
    found = read(text)
    nouns = {e.id: e.noun for e in found.entities}
    assert relation in {(nouns[r.of], r.relation, nouns[r.to]) for r in found.relations}
    assert "head" not in nouns.values()


@pytest.mark.parametrize(
    ("text", "motions"),
    [
        ("He covers his face with his hands.", ["cover_face"]),
        ("She wipes her forehead.", ["cover_face"]),
        ("He throws up his arms.", ["raise_hand"]),
        ("An astronaut in a silver suit pushes a lever forward.", ["push"]),
        ("A funny clip of a cat that jumps onto a table, knocks over a vase and runs off to the left.", ["jump", "push", "run"]),
        ("Three balloons, one red, one blue and one striped, drift over fields.", ["float", "float", "float"]),
    ],
)  # fmt: skip
def test_what_plain_sentences_do(text: str, motions: list[str]) -> None:
    found = read(text)
    assert [a.motion for a in found.actions] == motions
    assert found.camera == ()


def test_the_taller_one_and_the_other_are_two() -> None:
    found = read("Two women wait. The blonde one drops her suitcase and runs to the other, who wears a green dress.")
    one, other = (e for e in found.entities if e.noun == "woman")
    nouns = {e.id: e.noun for e in found.entities}
    assert (one.colour, one.count, other.count) == ("blonde", 1, 1)
    assert [a.motion for a in found.actions_of(one.id)] == ["stand", "drop", "run"]
    assert [a.motion for a in found.actions_of(other.id)] == ["stand"]
    assert next(a.path.end for a in found.actions_of(one.id) if a.path and a.motion == "run") == other.id
    assert {(nouns[r.of], r.relation, nouns[r.to]) for r in found.relations if r.of == other.id} == {
        ("woman", "wearing", "dress")
    }


def test_balloons_are_told_apart_by_colour_and_pattern() -> None:
    found = read("Three hot air balloons, one red, one blue and one striped, drift over fields.")
    assert [(e.count, e.colour) for e in found.entities] == [(1, "red"), (1, "blue"), (1, None)]
    assert "striped" in found.entities[2].attributes


@pytest.mark.parametrize(
    ("text", "noun"),
    [("A fox detective walks down an alley.", "fox"), ("A robot waiter rolls by.", "robot"), ("The dog walker waits.", "walker")],
)  # fmt: skip
def test_an_animal_with_a_trade_is_the_animal(text: str, noun: str) -> None:
    assert [e.noun for e in read(text).entities] == [noun]


def test_an_owner_who_is_a_guy_is_one() -> None:
    assert [e.noun for e in read("The owner, a guy in pyjamas, laughs.").entities] == ["owner", "pyjamas"]
    assert [e.noun for e in read("Behind a farmer, a woman dances.").entities] == ["farmer", "woman"]


def test_what_is_carried_is_put_down_afterwards_and_on_the_table() -> None:
    staged = with_props(read("A boy carries a cake to grandma, who sits at a table, and puts it down before her."))
    nouns = {e.id: e.noun for e in staged.entities}
    boy = next(e.id for e in staged.entities if e.noun == "boy")
    walk, carry, put = staged.actions_of(boy)
    assert walk.motion == "walk"
    assert (carry.end_s, put.start_s) == (2.5, 2.5)
    assert nouns[put.path.end if put.path and put.path.end else ""] == "table"


def test_a_hill_that_somebody_stands_on_is_the_ground() -> None:
    assert [e.noun for e in settled(read("A boy on a hill waves.")).entities] == ["boy"]
    assert "hill" in {e.noun for e in settled(read("A castle on a hill.")).entities}


def test_flames_on_a_wall_put_nobody_on_it() -> None:
    found = read("A firefighter kicks open a door in a smoky hallway, flames on the left wall.")
    assert not [r for r in found.relations if r.of == found.entities[0].id]


def test_what_is_in_a_vase_that_is_knocked_over_falls_out() -> None:
    found = settled(read("A cat knocks over a vase of tulips."))
    tulip = next(e.id for e in found.entities if e.noun == "tulip")
    assert [a.motion for a in found.actions_of(tulip)] == ["fall"]


def test_who_is_taught_does_it_and_hands_do_their_work() -> None:
    found = read("A grandmother teaches her grandson to ride a bike.")
    nouns = {e.id: e.noun for e in found.entities}
    assert ("grandson", "ride_bike") in {(nouns[a.who], a.motion) for a in found.actions}
    wraps = read("Close-up of hands on a wooden table wrapping a small gift.")
    assert {e.id: e.noun for e in wraps.entities}[wraps.actions[0].who] == "hand"


def test_two_players_who_are_named_afterwards_are_two() -> None:
    found = read("Two chess players in a park, an old woman on the left and a boy on the right.")
    assert [e.noun for e in found.entities] == ["old woman", "boy"]
    assert found.relations == ()


def test_falling_asleep_is_no_fall_and_a_tornado_drives() -> None:
    assert [a.motion for a in read("A tired man falls asleep in his armchair.").actions] == ["sleep"]
    assert [a.motion for a in settled(read("A tornado tears across a wheat field.")).actions] == ["float"]


def test_the_net_of_a_football_match_is_its_goal() -> None:
    staged = with_props(read("A striker dribbles past a defender and shoots. The ball hits the net."))
    assert {"goal", "soccer ball"} <= {e.noun for e in staged.entities}
    assert "net" in {e.noun for e in with_props(read("Two women play tennis over a net.")).entities}


@pytest.mark.parametrize(
    ("text", "aboard"),
    [
        ("A silver convertible drives along a coastal road. The woman in the passenger seat waves while the man drives.", {"woman", "man"}),
        ("A fishing boat rocks on rough waves. Two fishermen haul a net over the side.", {"fisherman"}),
        ("A boat lies on the beach. A boy runs along the water.", set()),
    ],
)  # fmt: skip
def test_who_is_aboard(text: str, aboard: set[str]) -> None:
    found = settled(read(text))
    nouns = {e.id: e.noun for e in found.entities}
    assert {nouns[r.of] for r in found.relations if r.relation == "in"} == aboard


def test_she_and_he_are_two_though_one_was_named() -> None:
    found = read("A dancer on a frozen lake, she wears a red dress. He lifts her over his head.")
    nouns = {e.id: e.noun for e in found.entities}
    assert [e.noun for e in found.entities if e.kind == "person"] == ["dancer", "man"]
    assert [(nouns[a.who], nouns.get(a.object or "")) for a in found.actions if a.verb == "lift"] == [("man", "dancer")]


@pytest.mark.parametrize(
    ("text", "place"),
    [("A bus stops at a country road.", "country road"), ("A man waves in a quiet cul-de-sac.", "cul de sac"), ("Two women meet at an airport gate.", "airport gate")],
)  # fmt: skip
def test_places_of_two_words(text: str, place: str) -> None:
    setting = read(text).setting
    assert setting.places == (place,)
    assert find_place(setting, has_cast=True).is_known


@pytest.mark.parametrize(
    ("text", "nouns"),
    [
        ("A dog bites a man, a policeman shouts.", ["dog", "man", "policeman"]),
        ("A woman hugs a man, a photographer takes a picture.", ["woman", "man", "photographer"]),
        ("A bus passes a car, a taxi stops.", ["bus", "car", "taxi"]),
        ("A bear attacks two hikers. A ranger and a boy wave.", ["bear", "hiker", "ranger", "boy"]),
        ("A row of 4 houses.", ["house"]),
        ("A row of ten bottles.", ["bottle"]),
        ("Three men fish from a pier.", ["man"]),
        ("Two sheep farmers drink tea.", ["farmer", "tea"]),
        ("A child plays with a dog. She throws a stick. He fetches it.", ["child", "dog", "stick"]),
    ],
)
def test_nobody_is_lost_and_nobody_invented(text: str, nouns: list[str]) -> None:
    assert [e.noun for e in read(text).entities] == nouns


@pytest.mark.parametrize(
    "text",
    [
        "Two friends drive through the desert, a bus overtakes them.",
        "A captain plays cards in a tavern. A ship is anchored outside.",
        "A taxi driver drives at night, a fire truck passes.",
    ],
)
def test_nobody_is_put_into_what_is_elsewhere(text: str) -> None:
    assert [r for r in settled(read(text)).relations if r.relation == "in"] == []


def test_a_crowd_with_a_number_does_what_it_does() -> None:
    (people,) = read("A crowd of 100 people cheers.").entities
    assert people.count == 100
    assert [a.motion for a in read("A crowd of 100 people cheers.").actions] == ["cheer"]


def test_a_hill_that_the_camera_goes_round_stays() -> None:
    found = settled(read("Two cows on a green hill, the camera orbits the hill."))
    assert {move.target for move in found.camera} <= {e.id for e in found.entities}
