"""Catalogue, prices, states, errors: the tables agree with the documents and with each other."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from shotwright.api.fal.openapi import document
from shotwright.core import errors
from shotwright.core.camera import DEFAULT_LENS_MM, SENSOR_MM, Space, State
from shotwright.core.catalog import CANVAS, ENDPOINTS, SLUGS, find_endpoint
from shotwright.core.limits import MB
from shotwright.core.path import camera_path
from shotwright.core.plan import CameraMove
from shotwright.core.pricing import actual_usd, estimate, expected, rounded
from shotwright.jobs.states import TERMINAL, TRANSITIONS, sources
from shotwright.jobs.states import State as JobState

P = "fal-ai/kling-video/o1/"
SPACE = Space(
    State((0, 1.6, 0), (0, 1.6, 6), 0, DEFAULT_LENS_MM / SENSOR_MM), 12.0, (0, 0.9, 6), 1.7, 9 / 16,
    {"@Element1": (0, 1.0, 6)}, {"@Element1": 1.7},
)  # fmt: skip


def test_the_eight_endpoints_are_there() -> None:
    paths = ("reference-to-video", "video-to-video/reference", "video-to-video/edit", "image-to-video")
    assert set(ENDPOINTS) == {P + tier + path for tier in ("", "standard/") for path in paths}


@pytest.mark.parametrize(
    ("path", "seconds", "usd", "units"),
    [
        ("reference-to-video", 5, "0.560", "4.000"),
        ("reference-to-video", 10, "1.120", "8.000"),
        ("image-to-video", 5, "0.560", "4.000"),
        ("image-to-video", 10, "1.120", "8.000"),
        ("standard/reference-to-video", 5, "0.420", "3.000"),
        ("video-to-video/reference", 5, "0.840", "6.000"),
        ("video-to-video/edit", 3, "0.504", "3.600"),
        ("video-to-video/edit", 8.0, "1.344", "9.600"),
        ("video-to-video/edit", 10, "1.680", "12.000"),
        ("standard/video-to-video/edit", 8.0, "1.008", "7.200"),
        ("standard/video-to-video/edit", 5.04, "0.635", "4.536"),
        ("standard/video-to-video/edit", 3.0625, "0.386", "2.756"),
    ],
)
def test_prices_are_the_documented_ones(path: str, seconds: float, usd: str, units: str) -> None:
    found = estimate(find_endpoint(P + path), seconds)
    assert (found.usd, found.units) == (Decimal(usd), Decimal(units))


def test_money_is_rounded_half_up_to_a_tenth_of_a_cent() -> None:
    assert [str(rounded(Decimal(text))) for text in ("0.0005", "0.0015", "0.00049", "1.2345")] == [
        "0.001", "0.002", "0.000", "1.235",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "arguments", "usd", "bound"),
    [
        ("reference-to-video", {"duration": "10"}, "1.120", False),
        ("reference-to-video", {}, "0.560", False),
        ("reference-to-video", {"duration": "99"}, "0.560", False),
        ("reference-to-video", "no object", "0.560", False),
        ("video-to-video/edit", {}, "1.688", True),
    ],
)
def test_the_price_of_a_request_is_known_before_its_media(path: str, arguments: object, usd: str, bound: bool) -> None:
    found = expected(find_endpoint(P + path), arguments)
    assert (found.usd, found.is_upper_bound) == (Decimal(usd), bound)


def test_an_engine_costs_what_the_operator_says() -> None:
    paid = estimate(find_endpoint(P + "reference-to-video"), 5)
    found = [actual_usd(price, paid) for price in ("kling", "0.0125", "0")]
    assert found == [Decimal("0.560"), Decimal("0.063"), 0]


def test_the_slugs_of_the_other_wire_are_the_pro_models_with_limits_of_their_own() -> None:
    assert {slug: entry.counterpart for slug, entry in SLUGS.items()} == {
        "kling-o1-reference-image-to-video": P + "reference-to-video",
        "kling-o1-video-to-video-reference": P + "video-to-video/reference",
        "kling-o1-video-to-video-edit": P + "video-to-video/edit",
        "kling-o1-image-to-video": P + "image-to-video",
    }
    reference = SLUGS["kling-o1-video-to-video-reference"]
    assert reference.video_limits.max_bytes == 50 * MB
    assert "max 50MB" in reference.field_named("video_url").description
    assert reference.field_named("duration").options == ("5", "10")
    assert [reference.field_named(name).max_items for name in ("image_urls", "elements")] == [4, 4]
    assert SLUGS["kling-o1-video-to-video-edit"].field_named("duration") is None
    assert all(ENDPOINTS[entry.counterpart].counterpart == slug for slug, entry in SLUGS.items())


def test_canvas_sizes() -> None:
    assert CANVAS["standard"] == {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (960, 960)}
    assert CANVAS["pro"] == {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1440, 1440)}


def test_terminal_states_never_change_and_running_ones_can_be_rescued() -> None:
    assert {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED} == TERMINAL
    assert all(not TRANSITIONS[state] for state in TERMINAL)
    assert sources(JobState.QUEUED) == ["running"]
    assert sources(JobState.SUCCEEDED) == ["running"]


def test_every_error_has_words_a_type_and_a_status() -> None:
    def leaves(cls: type[errors.ShotwrightError]) -> list[type[errors.ShotwrightError]]:
        return [leaf for sub in cls.__subclasses__() for leaf in [sub, *leaves(sub)]]

    for cls in leaves(errors.ShotwrightError):
        if cls in {errors.SchemaError, errors.InputErrors} or not cls.__module__.endswith("core.errors"):
            continue
        error = cls()
        assert error.message, cls
        assert 400 <= cls.status < 600
        assert cls.__name__ in errors.__doc__, f"{cls.__name__} is missing in the drawn tree"


def test_openapi_has_the_documented_names_and_order() -> None:
    found = document(find_endpoint(P + "video-to-video/reference"), "https://queue.fal.run", "https://fal.ai")
    schema = found["components"]["schemas"]["KlingVideoO1VideoToVideoReferenceInput"]
    assert schema["title"] == "OmniV2VReferenceInput"
    assert schema["required"] == ["prompt", "video_url"]
    assert schema["properties"]["aspect_ratio"]["enum"] == ["auto", "16:9", "9:16", "1:1"]
    assert schema["properties"]["duration"]["default"] == "5"
    assert "Max file size: 200.0MB, Min width: 720px" in schema["properties"]["video_url"]["description"]
    assert f"/{P}video-to-video/reference" in found["paths"]


@pytest.mark.parametrize(
    ("move", "check"),
    [
        ("dolly_in", lambda a, b: b.z > a.z + 1 and b.lens == a.lens),
        ("dolly_out", lambda a, b: b.z < a.z - 1),
        ("zoom_in", lambda a, b: b.lens > 1.5 * a.lens and b.z == a.z),
        ("zoom_out", lambda a, b: b.lens < a.lens),
        ("pan_right", lambda a, b: b.yaw > a.yaw + 0.3 and b.x == a.x),
        ("pan_left", lambda a, b: b.yaw < a.yaw - 0.3),
        ("tilt_up", lambda a, b: b.pitch > a.pitch + 0.1),
        ("tilt_down", lambda a, b: b.pitch < a.pitch - 0.1),
        ("truck_right", lambda a, b: b.x > a.x + 0.5 and abs(b.yaw - a.yaw) < 1e-9),
        ("truck_left", lambda a, b: b.x < a.x - 0.5),
        ("pedestal_up", lambda a, b: b.y > a.y + 1),
        ("pedestal_down", lambda a, b: b.y < a.y - 0.5),
        ("roll", lambda a, b: b.roll > a.roll + 0.2),
        ("dolly_zoom", lambda a, b: b.z > a.z + 1 and b.lens < 0.7 * a.lens),
        ("tracking", lambda a, b: b.x > a.x + 0.5),
    ],
)
def test_each_move_moves_the_camera_its_way(move: str, check) -> None:
    poses = camera_path((CameraMove(move, 0, 3),), SPACE, frames=73, duration_s=3, seed=1)
    assert len(poses) == 73
    assert poses[0] == SPACE.base.pose()
    assert check(poses[0], poses[-1])


@pytest.mark.parametrize(("name", "sign"), [("orbit", -1), ("orbit_cw", -1), ("orbit_ccw", 1)])
def test_an_orbit_goes_round_its_target_and_keeps_looking_at_it(name: str, sign: int) -> None:
    poses = camera_path(
        (CameraMove(name, 0, 4, degrees=180, target="@Element1"),), SPACE, frames=97, duration_s=4, seed=1
    )
    middle, last = poses[48], poses[-1]
    assert sign * middle.x > 3
    assert 6 < last.z < SPACE.wall_m
    radii = [(pose.x**2 + (pose.z - 6) ** 2) ** 0.5 for pose in poses]
    assert max(abs(b - a) for a, b in zip(radii, radii[1:], strict=False)) < 0.1
    bearings = [math.atan2(-pose.x, 6 - pose.z) for pose in poses]
    assert (
        max(abs(math.remainder(pose.yaw - bearing, math.tau)) for pose, bearing in zip(poses, bearings, strict=True))
        < 1e-6
    )


def test_static_is_static() -> None:
    poses = camera_path((CameraMove("static", 0, 3),), SPACE, frames=10, duration_s=3, seed=1)
    assert len(set(poses)) == 1
