"""Water hides what is below it; faces show what people feel; what is in a hand stays there until it falls."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.engines.test_cast import SPEC, height_of, scene_of, staged

from shotwright.core.plan import Entity
from shotwright.core.prompt import parse_prompt
from shotwright.engines.draft.cast import figures
from shotwright.engines.draft.cast.faces import MIENS
from shotwright.engines.draft.cast.feelings import miens_of
from shotwright.engines.draft.cast.props import with_props
from shotwright.engines.draft.cast.steps import steps_of
from shotwright.engines.draft.loop import draw_frames
from shotwright.media.colour import yuv_to_rgb


def heights(prompt: str, noun: str) -> list[float]:
    sprite = staged(prompt)[noun]
    assert sprite.is_wet
    return [height_of(sprite, seconds) / sprite.height_m for seconds in (0.0, 2.5, 4.95)]


def test_a_whale_that_breaches_comes_out_of_the_sea_and_falls_back() -> None:
    before, high, after = heights("A whale breaches out of the sea beside a boat", "whale")
    assert before < -0.9
    assert high > 0.3
    assert after < -0.8


def test_what_sinks_is_gone_and_what_emerges_is_there() -> None:
    assert heights("A ship sinks in the ocean", "ship")[-1] < -1
    up = heights("A submarine emerges from the ocean", "submarine")
    assert up[0] < -0.9
    assert up[-1] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(("prompt", "noun"), [("A man swims in a lake", "man"), ("A dog swims across a river", "dog"), ("Two kids float in a pool", "kid")])  # fmt: skip
def test_swimmers_are_in_the_water_and_not_over_it(prompt: str, noun: str) -> None:
    assert max(heights(prompt, noun)) < -0.2


def test_the_water_hides_what_is_below_it() -> None:
    scene = scene_of("A ship sinks in the ocean")
    ship = next(s for s in scene.sprites if s.is_wet)
    frames = [yuv_to_rgb(frame) for frame in draw_frames(scene, SPEC, 1)]
    ship.is_wet = False
    dry = [yuv_to_rgb(frame) for frame in draw_frames(scene, SPEC, 1)]
    assert np.abs(frames[-1].astype(int) - dry[-1]).mean() > 1  # without the water it would be seen
    assert np.abs(frames[0].astype(int) - dry[0]).mean() < 1


def test_a_board_that_somebody_is_on_lies_flat() -> None:
    found = scene_of("A girl paddles out on a surfboard through small waves").sprites
    board, girl = (next(s for s in found if s.word == name) for name in ("e2", "e1"))
    assert board.height_m < 0.4
    assert height_of(girl, 0.0) < 0.5


@pytest.mark.parametrize("face", sorted(MIENS))
def test_every_face_is_seen_and_differs_from_a_calm_one(face: str) -> None:
    plain, shown = (
        figures.Figure([figures.Step("stand", 0.0, 5.0)], density=3, miens=(figures.Mien(name, 0.0, 5.0),)).card(
            0.3, 0.0, 0.0
        )
        for name in ("", face)
    )
    assert plain.cut.texture.shape == shown.cut.texture.shape
    assert (np.abs(plain.cut.texture.astype(int) - shown.cut.texture).max(axis=2) > 20).sum() > 12


def test_faces_come_and_go_with_what_is_done() -> None:
    plan = parse_prompt("A man smiles, then cries", task="reference_to_video", duration_s=5.0)
    figure = figures.Figure([figures.Step("stand", 0.0, 5.0)], miens=miens_of(plan.entities[0], plan))
    assert [figure.face(seconds) for seconds in (0.5, 4.5)] == ["smile", "cry"]
    angry = Entity("e1", "man", "person", attributes=("angry",))
    assert [mien.face for mien in miens_of(angry, plan)][-1] == "anger"


@pytest.mark.parametrize(
    ("prompt", "motion"),
    [
        ("A man looks up at the sky", "look_up"), ("A woman looks back over her shoulder", "look_back"), ("A captain looks out over the sea", "peer"),
        ("A girl looks at her phone", "read"), ("A man looks at a statue", "gaze"), ("A thief looks around", "look_around"), ("A boy looks down", "look_down"),
    ],
)  # fmt: skip
def test_one_looks_as_the_words_say(prompt: str, motion: str) -> None:
    plan = with_props(parse_prompt(prompt, task="reference_to_video", duration_s=5.0))
    assert motion in [step.motion for step in steps_of(plan.entities[0], plan)]


def test_who_looks_at_the_camera_is_turned_to_it() -> None:
    assert staged("A woman looks at the camera")["woman"].heading_deg == 0


def test_what_is_dropped_is_held_and_then_on_the_ground() -> None:
    tray = staged("A waiter drops a tray in a restaurant")["tray"]
    assert height_of(tray, 0.5) > 0.6
    assert height_of(tray, 4.9) < 0.1


def test_what_lies_on_a_tray_goes_with_it() -> None:
    found = staged("A cook pulls a tray of croissants out of an oven")
    tray, croissant = found["tray"], found["croissant"]
    assert height_of(tray, 4.9) > 0.6
    assert height_of(croissant, 4.9) > height_of(tray, 4.9)


def test_several_in_one_hand_are_beside_one_another() -> None:
    balloons = [s for s in scene_of("A man holds a bunch of balloons").sprites if s.word == "e2"]
    assert len({round(s.place(1.0)[0], 2) for s in balloons}) == len(balloons) > 3


def test_an_owl_on_a_shoulder_hides_no_face() -> None:
    found = staged("An owl perched on a woman's shoulder, the woman reads a book")
    owl, woman = found["owl"], found["woman"]
    assert owl.place(0.0)[0] - woman.place(0.0)[0] > 0.1
    assert 0.7 < height_of(owl, 0.0) / woman.height_m < 0.9


def test_a_bus_arrives_nose_first() -> None:
    bus = staged("A bus pulls up")["bus"]
    x0, x1 = bus.place(0.0)[0], bus.place(4.9)[0]
    assert (x1 - x0 > 1) != bus.is_mirrored


def test_a_chased_ball_is_ahead() -> None:
    found = staged("Two puppies chase a red ball across a lawn")
    assert all(found["ball"].place(t)[0] > found["puppy"].place(t)[0] for t in (0.1, 2.5, 4.8))


def test_who_is_abreast_is_nearer_or_farther_and_not_behind() -> None:
    found = staged("A red car and a black motorcycle race side by side along a road")
    car, bike = found["car"], found["motorcycle"]
    assert abs(car.place(2.5)[0] - bike.place(2.5)[0]) < 0.5 * car.height_m * car.views[0][1].aspect
    assert car.place(2.5)[2] != bike.place(2.5)[2]
