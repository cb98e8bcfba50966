"""The paid engine: sent once, followed by its id, refused in words, recorded and replayed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.paid_service import PaidService, Script

from shotwright.core import errors as e
from shotwright.core.plan import ShotPlan
from shotwright.engines.base import OutputSpec, Rendered, Shot
from shotwright.engines.upstream import engine as engine_module
from shotwright.engines.upstream.eachlabs import EachLabsService
from shotwright.engines.upstream.engine import UpstreamEngine
from shotwright.engines.upstream.fal import FalService
from shotwright.engines.upstream.settings import UpstreamSettings

pytest.importorskip("fal_client")
PRO = "fal-ai/kling-video/o1/reference-to-video"
KEY = "id-of-key:very-secret-part"
SERVICES = {"fal": FalService, "eachlabs": EachLabsService}


class Told:
    """A `Progress` that remembers, and can cancel."""

    def __init__(self, cancel_at: str = "") -> None:
        self.lines: list[str] = []
        self.notes: dict[str, Any] = {}
        self.cancel_at = cancel_at

    def __call__(
        self,
        stage: str,
        fraction: float,
        message: str | None = None,
        *,
        preview: object = None,
        note: dict[str, Any] | None = None,
    ) -> None:
        assert 0 <= fraction <= 1
        self.notes |= note or {}
        if message:
            self.lines.append(message)
        if self.cancel_at and any(self.cancel_at in line for line in self.lines):
            raise e.ClientCancelled


@pytest.fixture
def paid(clip: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PaidService]:
    monkeypatch.setattr(engine_module, "POLL_S", 0.01)
    service = PaidService(clip)
    yield service
    service.close()


@pytest.fixture(params=sorted(SERVICES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def engine(paid: PaidService, name: str, tmp_path: Path, fallback: Any = None, **changes: Any) -> UpstreamEngine:
    settings = UpstreamSettings(upstream=name, upstream_key=KEY, upstream_url=paid.url, **changes)
    return UpstreamEngine(settings, tmp_path / "data", lambda: SERVICES[name](KEY, paid.url), fallback)


def shot(pictures: dict[str, Path], **changes: Any) -> Shot:
    own = "http://127.0.0.1:1/files/x/place.png"
    arguments = {"prompt": "Push in on @Image1", "image_urls": [own, "https://example.com/a.png"], "duration": "5"}
    given: dict[str, Any] = {
        "endpoint_id": PRO, "arguments": arguments, "sources": {own: pictures["place"], "https://example.com/a.png": pictures["stone"]},
        "private_sources": frozenset({own}), "request_id": "ours-1",
    }  # fmt: skip
    return Shot(ShotPlan("reference_to_video", 5.0), OutputSpec(1920, 1080, 24, 120), 1, **{**given, **changes})


def test_a_request_goes_through_as_its_client_wrote_it(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path, clip: Path
) -> None:
    told = Told()
    done = engine(paid, name, tmp_path).render(shot(pictures), tmp_path, told)
    assert done.path.read_bytes() == clip.read_bytes()
    (sent,) = paid.accepted
    assert sent["image_urls"] == [f"{paid.url}/uploaded/{paid.asked['upload']}.png", "https://example.com/a.png"]
    assert {key: value for key, value in sent.items() if key != "image_urls"} == {
        "prompt": "Push in on @Image1",
        "duration": "5",
    }
    assert told.notes["upstream_id"] == "up-1"
    assert paid.asked["submit"] == 1
    assert any(KEY in (key or "") for key in paid.keys)
    if name == "fal":
        assert "seen IN_PROGRESS" in told.lines


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (401, {"detail": "bad key"}, e.DownstreamError, "refused the operator's key"),
        (402, {"detail": "top up"}, e.DownstreamError, "out of money"),
        (403, {"detail": "Exhausted balance"}, e.DownstreamError, "Exhausted balance"),
        (404, {"detail": "no app"}, e.UpstreamRejected, "no app"),
        (422, {"detail": [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation", "url": "x"}]}, e.UpstreamRejected, "flagged"),
        (400, [1, 2], e.DownstreamError, "400"),
    ],
)  # fmt: skip
def test_refusals_keep_their_words_and_are_sent_once(
    paid: PaidService,
    name: str,
    pictures: dict[str, Path],
    tmp_path: Path,
    status: int,
    body: Any,
    error: type[e.ModelError],
    words: str,
) -> None:
    paid.script = Script(submit=[status], body=body)
    with pytest.raises(error, match=words) as caught:
        engine(paid, name, tmp_path).render(shot(pictures), tmp_path, Told())
    assert paid.asked["submit"] == 1
    assert KEY not in json.dumps(caught.value.to_json())
    if status == 422:
        assert caught.value.items() == [
            {"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}
        ]


def test_a_busy_service_is_asked_again(paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path) -> None:
    paid.script = Script(submit=[429, 429, 200])
    engine(paid, name, tmp_path).render(shot(pictures), tmp_path, Told())
    assert paid.asked["submit"] == 3
    assert len(paid.accepted) == 1


def test_a_service_that_stays_busy_charges_nothing(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BUSY_TRIES", 2)
    paid.script = Script(submit=[429])
    with pytest.raises(e.DownstreamUnavailable):
        engine(paid, name, tmp_path).render(shot(pictures), tmp_path, Told())
    assert paid.accepted == []


@pytest.mark.parametrize("how", ["drop", 500, "drift"])
def test_after_a_lost_answer_the_request_is_found_and_never_sent_twice(
    paid: PaidService, pictures: dict[str, Path], tmp_path: Path, how: Any
) -> None:
    paid.script = Script(submit=[how])
    told = Told()
    engine(paid, "fal", tmp_path).render(shot(pictures), tmp_path, told)
    assert (paid.asked["submit"], paid.asked["list"], told.notes["upstream_id"]) == (1, 1, "up-1")


@pytest.mark.parametrize("how", ["drop", "drop-unseen", 500, "drift"])
def test_what_cannot_be_found_is_unknown_and_never_sent_twice(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path, how: Any
) -> None:
    paid.script = Script(submit=[how], is_listed=False)
    with pytest.raises(e.DownstreamUnknown, match="may have been accepted"):
        engine(paid, name, tmp_path).render(shot(pictures), tmp_path, Told())
    assert paid.asked["submit"] == 1


def test_a_service_that_is_not_there_was_sent_nothing(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path
) -> None:
    made = engine(paid, name, tmp_path)
    paid.close()
    with pytest.raises(e.DownstreamUnavailable, match="Nothing was sent"):
        made.render(shot(pictures, private_sources=frozenset()), tmp_path, Told())


def test_a_later_attempt_follows_the_first_one_s_id(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path
) -> None:
    engine(paid, name, tmp_path).render(shot(pictures, notes={"upstream_id": "up-1"}), tmp_path, Told())
    assert paid.asked["submit"] == paid.asked["upload"] == 0


def test_a_later_attempt_without_an_id_looks_before_it_gives_up(
    paid: PaidService, pictures: dict[str, Path], tmp_path: Path
) -> None:
    sent = {"prompt": "x"}
    notes = {"upstream_sent_at": "2026-01-01T00:00:00+00:00", "upstream_arguments": sent}
    with pytest.raises(e.DownstreamUnknown):
        engine(paid, "fal", tmp_path).render(shot(pictures, notes=notes), tmp_path, Told())
    paid.accepted.append(sent)
    engine(paid, "fal", tmp_path).render(shot(pictures, notes=notes), tmp_path, Told())
    assert paid.asked["submit"] == 0


def test_a_service_that_cannot_be_asked_is_asked_again(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path
) -> None:
    paid.script = Script(status=[200, 503, 503, 429, 200])
    engine(paid, name, tmp_path).render(shot(pictures), tmp_path, Told())
    assert paid.asked["submit"] == 1


def test_a_render_that_never_ends_is_given_up_with_its_id(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path
) -> None:
    paid.script = Script(states=["IN_PROGRESS"])
    with pytest.raises(e.DownstreamUnknown, match="up-1"):
        engine(paid, name, tmp_path, upstream_timeout_s=0.2).render(shot(pictures), tmp_path, Told())


def test_a_failed_render_keeps_the_service_s_words(
    paid: PaidService, pictures: dict[str, Path], tmp_path: Path
) -> None:
    paid.script = Script(
        result=(
            422,
            {"detail": [{"loc": ["body", "image_urls", 0], "msg": "Could not generate", "type": "no_media_generated"}]},
        )
    )
    with pytest.raises(e.UpstreamRejected) as caught:
        engine(paid, "fal", tmp_path).render(shot(pictures), tmp_path, Told())
    assert caught.value.items()[0]["type"] == "no_media_generated"


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({"error_code": "PROVIDER_REJECTED", "error_message": "flagged"}, "flagged"),
        ({"error_code": "WORKER_LOST", "error_message": "lost"}, "lost"),
        (None, "without a reason"),
    ],
)
def test_a_failed_prediction_keeps_its_words(
    paid: PaidService, pictures: dict[str, Path], tmp_path: Path, output: Any, words: str
) -> None:
    paid.script = Script(states=["error"], result=(200, output))
    with pytest.raises(e.ModelError, match=words):
        engine(paid, "eachlabs", tmp_path).render(shot(pictures), tmp_path, Told())


def test_a_result_of_a_new_shape_is_an_error(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path
) -> None:
    paid.script = Script(result=(200, {"clip": 1}))
    with pytest.raises(e.DownstreamError, match="new shape"):
        engine(paid, name, tmp_path).render(shot(pictures), tmp_path, Told())


def test_a_result_that_appears_late_is_waited_for(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path
) -> None:
    paid.script = Script(file_status=[404, 200])
    engine(paid, name, tmp_path).render(shot(pictures), tmp_path, Told())
    assert paid.asked["file"] == 2


def test_a_result_that_is_gone_is_an_error(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "RESULT_TRIES", 2)
    paid.script = Script(file_status=[404])
    with pytest.raises(e.DownstreamError, match="cannot be had"):
        engine(paid, name, tmp_path).render(shot(pictures), tmp_path, Told())


@pytest.mark.parametrize("status", [202, 500])
def test_a_cancel_reaches_the_service_even_one_that_refuses_it(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path, status: int
) -> None:
    paid.script = Script(states=["IN_PROGRESS"], cancel=status)
    with pytest.raises(e.ClientCancelled):
        engine(paid, name, tmp_path).render(shot(pictures), tmp_path, Told(cancel_at="Accepted"))
    assert paid.asked["cancel"] >= 1


def test_the_standard_tier_is_not_at_eachlabs(paid: PaidService, pictures: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(e.FeatureNotSupported, match="pro models only"):
        engine(paid, "eachlabs", tmp_path).render(
            shot(pictures, endpoint_id=PRO.replace("o1/", "o1/standard/")), tmp_path, Told()
        )
    assert paid.asked["submit"] == 0


# Record and replay


class Drawn:
    """An engine that says it was asked."""

    name = "draft"

    def render(self, shot: Shot, workdir: Path, progress: Any) -> Rendered:
        return Rendered(workdir / "drawn.mp4")


def test_what_was_recorded_is_replayed_without_network_from_any_address(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path, clip: Path
) -> None:
    engine(paid, name, tmp_path, upstream_mode="record").render(shot(pictures), tmp_path, Told())
    paid.close()
    elsewhere = "http://10.0.0.9/files/y/place.png"
    first = shot(pictures)
    moved = shot(
        pictures,
        arguments={**first.arguments, "image_urls": [elsewhere, "https://example.com/a.png"]},
        sources={elsewhere: pictures["place"], "https://example.com/a.png": pictures["stone"]},
    )
    out = tmp_path / "again"
    out.mkdir()
    assert (
        engine(paid, name, tmp_path, upstream_mode="replay").render(moved, out, Told()).path.read_bytes()
        == clip.read_bytes()
    )
    other = shot(pictures, sources={**first.sources, next(iter(first.sources)): pictures["front"]})
    with pytest.raises(e.DownstreamError, match="no recording"):
        engine(paid, name, tmp_path, upstream_mode="replay").render(other, out, Told())
    told = Told()
    drawn = engine(paid, name, tmp_path, Drawn(), upstream_mode="replay-or-draft").render(other, out, told)
    assert drawn.path.name == "drawn.mp4"
    assert drawn.metrics["drafted"]
    assert any("drawing a draft" in line for line in told.lines)


def test_refusals_are_recorded_and_replayed(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path
) -> None:
    item = {"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}
    paid.script = Script(submit=[422], body={"detail": [item]})
    for mode in ("record", "replay"):
        with pytest.raises(e.UpstreamRejected) as caught:
            engine(paid, name, tmp_path, upstream_mode=mode).render(shot(pictures), tmp_path, Told())
        assert caught.value.items() == [item]
    assert paid.asked["submit"] == 1
    assert KEY not in "".join(path.read_text() for path in (tmp_path / "data/recordings").glob("*.json"))


@pytest.mark.parametrize("left", ["cut", "list", "no clip"])
def test_half_a_recording_is_none(paid: PaidService, pictures: dict[str, Path], tmp_path: Path, left: str) -> None:
    engine(paid, "fal", tmp_path, upstream_mode="record").render(shot(pictures), tmp_path, Told())
    [kept] = (tmp_path / "data/recordings").glob("*.json")
    {
        "cut": lambda: kept.write_text(kept.read_text()[:20]), "list": lambda: kept.write_text("[]"), "no clip": kept.with_suffix(".mp4").unlink,
    }[left]()  # fmt: skip
    drawn = engine(paid, "fal", tmp_path, Drawn(), upstream_mode="replay-or-draft").render(
        shot(pictures), tmp_path, Told()
    )
    assert drawn.metrics["drafted"]


@pytest.mark.parametrize("listing", [[], {"items": None}, {"items": ["x"]}, {"items": 5}, "x"])
def test_a_list_of_a_new_shape_leaves_the_request_unknown(
    paid: PaidService, pictures: dict[str, Path], tmp_path: Path, listing: object
) -> None:
    paid.script = Script(submit=["drop"], listing=listing)
    with pytest.raises(e.DownstreamUnknown, match="not sent twice"):
        engine(paid, "fal", tmp_path).render(shot(pictures), tmp_path, Told())
    assert paid.asked["submit"] == 1


def test_an_odd_refusal_gets_the_form_of_ours(
    paid: PaidService, name: str, pictures: dict[str, Path], tmp_path: Path
) -> None:
    paid.script = Script(submit=[422], body={"detail": [{"msg": {"x": 1}, "type": ["a"], "loc": 5}]})
    with pytest.raises(e.UpstreamRejected) as caught:
        engine(paid, name, tmp_path).render(shot(pictures), tmp_path, Told())
    assert caught.value.items() == [{"loc": ["body"], "msg": "{'x': 1}", "type": "value_error"}]


def test_two_at_once_do_not_share_an_id(paid: PaidService, pictures: dict[str, Path], tmp_path: Path) -> None:
    made, results = engine(paid, "fal", tmp_path), []
    threads = [
        threading.Thread(
            target=lambda folder=tmp_path / str(n): (
                folder.mkdir(),
                results.append(made.render(shot(pictures), folder, Told())),
            )
        )
        for n in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({result.path for result in results}) == 2
    assert paid.asked["submit"] == 2
