"""The adapters with random weights through the real loading code, on the CPU."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from shotwright.core import errors as e  # noqa: E402
from shotwright.core.prompt import plan_request  # noqa: E402
from shotwright.core.request import Element, ShotRequest  # noqa: E402
from shotwright.engines.base import ElementMedia, OutputSpec, Shot  # noqa: E402
from shotwright.engines.diffusion import bernini, streams, tiny, vace  # noqa: E402
from shotwright.engines.diffusion import engine as engine_module  # noqa: E402
from shotwright.engines.diffusion.bernini import Guidance, Moment, guided  # noqa: E402
from shotwright.engines.diffusion.engine import Choices, DiffusionEngine  # noqa: E402
from shotwright.engines.diffusion.flops import Architecture, forward_flops  # noqa: E402
from shotwright.engines.diffusion.job import source_frames  # noqa: E402
from shotwright.engines.diffusion.model import Options  # noqa: E402
from shotwright.engines.diffusion.streams import velocity  # noqa: E402
from shotwright.media.probe import probe_video  # noqa: E402

STANDARD = "fal-ai/kling-video/o1/standard/"
torch.set_num_threads(2)


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    place = tmp_path_factory.mktemp("weights")
    return {kind: str(tiny.build(place / kind, kind)) for kind in ("bernini", "vace")}


@pytest.fixture(scope="session")
def engine(folders: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> DiffusionEngine:
    return made(folders, tmp_path_factory.mktemp("cache"))


def made(folders: dict[str, str], cache: Path, **changes: Any) -> DiffusionEngine:
    given = {"options": Options("cpu"), "steps": 2, "max_pixels": 96 * 64, "longest": 33, "overlap": 5, **changes}
    return DiffusionEngine(Choices(folders, cache, **given))


class Told:
    def __init__(self, stop_at: int | None = None) -> None:
        self.steps, self.previews, self.lines, self.stop_at = 0, [], [], stop_at

    def __call__(
        self, stage: str, fraction: float, message: str | None = None, *, preview: Any = None, note: Any = None
    ) -> None:
        assert 0 <= fraction <= 1
        self.lines += [message] if message else []
        self.previews += [preview] if preview is not None else []
        self.steps += stage == "denoise"
        if self.stop_at is not None and self.steps >= self.stop_at:
            raise e.ClientCancelled


def shot(
    pictures: dict[str, Path],
    clip: Path,
    task: str = "reference-to-video",
    prompt: str = "@Element1 walks.",
    seconds: float = 3,
    seed: int = 1,
    **changes: Any,
) -> Shot:
    takes_video = "video" in task and task != "reference-to-video" and task != "image-to-video"
    frames = {"start_image_url": "x", "end_image_url": "x"} if task == "image-to-video" else {}
    request = ShotRequest(
        STANDARD + task,
        prompt,
        elements=() if frames else (Element("x", ("x",)),),
        image_urls=() if frames else ("x",),
        duration_s=seconds,
        video_url="x" if takes_video else None,
        **frames,
    )
    given: dict[str, Any] = {
        "images": (pictures["place"], pictures["painting"])[: 2 if frames else 1], "elements": () if frames else (ElementMedia(pictures["front"], (pictures["side"],)),),
        "endpoint_id": STANDARD + task, "arguments": {"prompt": prompt}, "video": clip if takes_video else None,
        "video_facts": probe_video(clip) if takes_video else None, **changes,
    }  # fmt: skip
    return Shot(plan_request(request), OutputSpec(320, 180, 24, round(24 * seconds)), seed, **given)


@pytest.mark.parametrize("adapter", ["bernini", "vace"])
@pytest.mark.parametrize(
    ("task", "prompt"),
    [
        ("reference-to-video", "@Element1 walks in the place of @Image1."), ("video-to-video/reference", "Based on @Video1, generate the next shot."),
        ("video-to-video/reference", "Follow the camera movement of @Video1 with @Element1."), ("video-to-video/edit", "Replace the man with @Element1."),
        ("video-to-video/edit", "Make it night."), ("image-to-video", "The camera moves from @Image1 to @Image2."),
    ],
)  # fmt: skip
def test_each_task_on_each_adapter(
    folders: dict[str, str], pictures: dict[str, Path], clip: Path, tmp_path: Path, adapter: str, task: str, prompt: str
) -> None:
    told = Told()
    done = made({adapter: folders[adapter]}, tmp_path, steps=1).render(
        shot(pictures, clip, task, prompt), tmp_path, told
    )
    facts = probe_video(done.path)
    assert (facts.width, facts.height, facts.frames, facts.fps) == (320, 180, 72, 24)
    assert done.metrics["adapter"] == adapter
    assert done.metrics["forwards"] > 0
    assert done.metrics["pflop"] > 0
    assert told.previews
    assert told.previews[0].shape[1] == 320


def test_the_same_seed_gives_the_same_clip_and_another_another(
    engine: DiffusionEngine, pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    data = []
    for number, seed in enumerate((1, 1, 2)):
        place = tmp_path / str(number)
        place.mkdir()
        data.append(engine.render(shot(pictures, clip, seed=seed), place, Told()).path.read_bytes())
    assert data[0] == data[1] != data[2]


def test_long_clips_go_through_windows(
    engine: DiffusionEngine, pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    told = Told()
    done = engine.render(shot(pictures, clip, seconds=5), tmp_path, told)
    assert done.metrics["forwards"] == 2 * 3 * 3
    assert probe_video(done.path).frames == 120


def test_given_frames_are_kept_by_vace(
    folders: dict[str, str], pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    engine = made({"vace": folders["vace"]}, tmp_path, steps=1)
    order = shot(pictures, clip, "image-to-video", "The camera moves from @Image1 to @Image2.")
    job = engine_module.job_for(order, "vace", max_pixels=96 * 64)
    assert sorted(job.kept) == [0, job.frames - 1]
    adapter, _ = engine._adapter("vace")
    frames = adapter.run(job, 1, None, lambda *_: None)
    assert (frames[0] == job.kept[0]).all()
    assert (frames[-1] == job.kept[job.frames - 1]).all()


def test_a_mask_keeps_the_source_around_it(
    folders: dict[str, str], pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    order = shot(pictures, clip, "video-to-video/edit", "Replace the man with @Element1.")
    job = engine_module.job_for(order, "vace", max_pixels=96 * 64)
    assert job.source is not None
    assert job.mask is not None
    inside = job.mask > 0
    assert 0.02 < inside.mean() < 0.6
    given = np.zeros((job.frames, job.height, job.width, 3), np.float32)
    control, mask = vace.conditions(job, 0, job.frames, given, 0)
    assert (control[inside] == vace.GREY).all()
    assert (control[~inside] == job.source[~inside]).all()
    assert (mask == np.where(inside, vace.MAKE, vace.KEEP)).all()
    done = made({"vace": folders["vace"]}, tmp_path, steps=1).render(order, tmp_path, Told())
    assert probe_video(done.path).frames == 72


def test_control_frames_steer_wherever_something_is_made(
    folders: dict[str, str], pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    order = replace(shot(pictures, clip, "image-to-video", "The camera moves from @Image1."), control=clip)
    assert engine_module.adapter_for(order, {}, frozenset({"vace", "bernini"})) == "vace"
    job = engine_module.job_for(order, "vace", max_pixels=96 * 64)
    assert job.control is not None
    wanted = source_frames(clip, job.width, job.height, job.frames, order.output.duration_s, fills=True)
    assert np.array_equal(job.control, wanted)
    given = np.zeros((job.frames, job.height, job.width, 3), np.float32)
    control, mask = vace.conditions(job, 0, job.frames, given, 0)
    for index in range(job.frames):
        kept = index in job.kept
        assert np.array_equal(control[index], job.kept[index] if kept else wanted[index])
        assert (mask[index] == (vace.KEEP if kept else vace.MAKE)).all()
    later, _ = vace.conditions(job, 5, job.frames - 5, given, 5)
    assert np.array_equal(later[1], wanted[6]), "a later window takes its own part"
    done = made({"vace": folders["vace"]}, tmp_path, steps=1).render(order, tmp_path, Told())
    assert probe_video(done.path).frames == order.output.frames


def test_control_frames_without_vace_are_refused(pictures: dict[str, Path], clip: Path) -> None:
    order = replace(shot(pictures, clip), control=clip)
    with pytest.raises(e.FeatureNotSupported, match="Wan-VACE"):
        engine_module.adapter_for(order, {}, frozenset({"bernini"}))


@pytest.mark.parametrize("at", [1, 2])
def test_a_cancel_takes_effect_after_the_step(
    engine: DiffusionEngine, pictures: dict[str, Path], clip: Path, tmp_path: Path, at: int
) -> None:
    told = Told(stop_at=at)
    with pytest.raises(e.ClientCancelled):
        engine.render(shot(pictures, clip), tmp_path, told)
    assert told.steps == at


def test_memory_that_runs_out_is_tried_smaller_and_then_said(
    folders: dict[str, str], pictures: dict[str, Path], clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = made({"bernini": folders["bernini"]}, tmp_path, steps=1)
    adapter, model = engine._adapter("bernini")
    placed: list[str] = []
    monkeypatch.setattr(
        type(model), "place", lambda self, residency: (placed.append(residency), setattr(self, "residency", residency))
    )
    real, calls = adapter.run, []

    def short(*given: Any) -> Any:
        calls.append(1)
        if len(calls) < 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(*given)

    monkeypatch.setattr(adapter, "run", short)
    told = Told()
    engine.render(shot(pictures, clip), tmp_path, told)
    assert placed == ["swapped"]
    assert any("ran out of memory" in line for line in told.lines)

    def never(*_: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(adapter, "run", never)
    with pytest.raises(e.DeviceOutOfMemory, match="too little memory for 49 frames"):
        engine.render(shot(pictures, clip), tmp_path, Told())


def test_numbers_that_are_no_picture_are_no_success(
    engine: DiffusionEngine, pictures: dict[str, Path], clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, _ = engine._adapter("bernini")
    for wrong in (np.full((49, 80, 160, 3), np.nan, np.float32), np.zeros((49, 80, 160, 3), np.float32)):
        monkeypatch.setattr(adapter, "run", lambda *_, found=wrong: found)
        monkeypatch.setattr(adapter, "facts", {"forwards": 1, "pflop": 1.0})
        with pytest.raises(e.NoMediaGenerated):
            engine.render(shot(pictures, clip), tmp_path, Told())


# Bernini


@pytest.fixture(scope="session")
def model(folders: dict[str, str]) -> Any:
    from diffusers import WanTransformer3DModel

    return WanTransformer3DModel.from_pretrained(folders["bernini"], subfolder="transformer").eval()


def noise(*shape: int, seed: int) -> Any:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_without_sources_it_is_the_stock_forward_bit_for_bit(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    x, text, t = noise(1, 16, 5, 12, 20, seed=1), noise(1, 12, 32, seed=2), torch.tensor([600.0])
    with torch.no_grad():
        stock = model(hidden_states=x, timestep=t, encoder_hidden_states=text, return_dict=False)[0]
        monkeypatch.setattr(
            type(model), "__call__", lambda *_, **__: pytest.fail("its own path is to be tested"), raising=False
        )
        own = streams._streamed(model, x, t, text, [])
    assert torch.equal(own, stock)


def test_sources_their_numbers_and_not_their_order_matter(model: Any) -> None:
    x, text, t = noise(1, 16, 5, 12, 20, seed=1), noise(1, 12, 32, seed=2), torch.tensor([600.0])
    video, picture = noise(1, 16, 5, 12, 20, seed=3), noise(1, 16, 1, 16, 14, seed=4)
    bare = velocity(model, x, t, text)
    one, two = velocity(model, x, t, text, [(video, 1)]), velocity(model, x, t, text, [(video, 2)])
    both, swapped = (
        velocity(model, x, t, text, [(video, 1), (picture, 2)]),
        velocity(model, x, t, text, [(picture, 2), (video, 1)]),
    )
    far = lambda a, b: float((a - b).abs().mean() / b.abs().mean())  # noqa: E731
    assert far(one, bare) > 1e-3
    assert far(two, one) > 1e-4
    assert far(both, one) > 1e-4
    assert far(swapped, both) < 1e-4


def test_guidance_is_the_documented_chain() -> None:
    values = {
        (False, False, False): 1.0,
        (True, False, False): 2.0,
        (True, True, False): 4.0,
        (True, True, True): 8.0,
        (False, False, True): 3.0,
        (True, False, True): 5.0,
    }
    forward = lambda *given: torch.full((1, 1, 1, 1, 1), values[given])  # noqa: E731
    plain, at = Guidance(1.25, 4.5, 4.0), Moment(torch.zeros(1, 1, 1, 1, 1), 0.5)
    assert float(guided("rv2v", forward, plain, at)) == pytest.approx(1 + 1.25 * 1 + 4.5 * 2 + 4 * 4)
    along = Guidance(1.25, 4.5, 4.0, parallel=1.0)  # then nothing is projected away
    assert float(guided("v2v", forward, along, at)) == pytest.approx(2 + 4 * 3)
    assert float(guided("t2v", forward, along, at)) == pytest.approx(1 + 4 * 2)


def test_projected_guidance_weakens_what_goes_along_and_caps_the_rest() -> None:
    towards = torch.zeros(1, 2, 1, 1, 1)
    towards[:, 0] = 1.0
    step = torch.zeros(1, 2, 1, 1, 1)
    step[:, 0], step[:, 1] = 3.0, 4.0
    found = bernini.projected(step, towards, Guidance())
    assert found.flatten().tolist() == pytest.approx([1.5, 4.0])
    assert float(bernini.projected(step * 1000, towards * 0, Guidance()).norm()) == pytest.approx(50.0)


def test_a_start_frame_steers_the_latents(
    folders: dict[str, str], pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    engine = made({"bernini": folders["bernini"]}, tmp_path)
    order = shot(pictures, clip, "image-to-video", "The camera moves from @Image1 to @Image2.")
    job = engine_module.job_for(order, "bernini", max_pixels=96 * 64)
    adapter, loaded = engine._adapter("bernini")
    seen: list[Any] = []
    decode = loaded.pictures
    loaded.pictures = lambda latents: (seen.append(latents.clone()), decode(latents))[1]  # type: ignore[method-assign]
    adapter.run(job, 2, None, lambda *_: None)
    wanted = loaded.latents(job.kept[0][None])
    assert torch.allclose(seen[0][:, :, 0], wanted[:, :, 0], atol=1e-5)


def test_references_change_the_latents(
    folders: dict[str, str], pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    from dataclasses import replace

    engine = made({"bernini": folders["bernini"]}, tmp_path)
    adapter, _ = engine._adapter("bernini")
    job = engine_module.job_for(shot(pictures, clip), "bernini", max_pixels=96 * 64)
    got: list[Any] = []
    for references in (job.references, job.references[::-1], job.references[:1]):
        adapter.run(replace(job, references=references), 1, None, lambda _s, _o, latents: got.append(latents.clone()))
    assert not torch.allclose(got[0], got[1], atol=1e-5)
    assert not torch.allclose(got[0], got[2], atol=1e-5)


def test_weights_in_eight_bits_give_nearly_the_same_numbers(
    folders: dict[str, str], pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    got: list[Any] = []
    kinds: list[torch.dtype] = []
    for fp8 in (False, True):
        engine = made({"bernini": folders["bernini"]}, tmp_path, options=Options("cpu", fp8=fp8))
        adapter, model = engine._adapter("bernini")
        kinds.append(model.transformers[0].blocks[0].attn1.to_q.weight.dtype)
        job = engine_module.job_for(shot(pictures, clip), "bernini", max_pixels=96 * 64)
        got.append(adapter.run(job, 1, None, lambda *_: None))
    assert kinds == [torch.float32, torch.float8_e4m3fn]
    assert np.isfinite(got[1]).all()
    assert 0 < np.abs(got[0] - got[1]).mean() < 0.2 * got[0].std()


def test_a_prompt_is_enhanced_before_it_is_rendered(
    folders: dict[str, str], pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    class Better:
        def enhanced(self, prompt: str, naming: Any, shown: list[str], seed: int, tick: Any) -> tuple[str, str]:
            assert (len(shown), seed) == (3, 1)
            assert shown[0].startswith("data:image/jpeg;base64,")
            return f"Better: {prompt}", "It is better now."

    told = Told()
    engine = made({"bernini": folders["bernini"]}, tmp_path, steps=1, enhancer=Better())
    done = engine.render(shot(pictures, clip), tmp_path, told)
    assert done.metrics["model_prompt"].startswith("Better: ")
    assert "It is better now." in told.lines
    assert any(f"the prompt became: {done.metrics['model_prompt']}" in line for line in told.lines)


@pytest.mark.parametrize("wrong", [0.0, float("nan")])
@pytest.mark.parametrize("at", [0, 1])
def test_a_window_that_is_no_picture_is_no_success(
    folders: dict[str, str], pictures: dict[str, Path], clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: float, at: int
) -> None:  # fmt: skip
    engine = made({"vace": folders["vace"]}, tmp_path, steps=1)
    adapter, _ = engine._adapter("vace")
    real, calls = adapter._window, []

    def window(*given: Any, **named: Any) -> Any:
        found = real(*given, **named)
        calls.append(1)
        if len(calls) == at + 1:
            found[:] = wrong
            found[0] = real(*given, **named)[0]  # a given frame comes out well all the same
        return found

    monkeypatch.setattr(adapter, "_window", window)
    with pytest.raises(e.NoMediaGenerated, match=r"no picture|one flat colour"):
        engine.render(
            shot(pictures, clip, "image-to-video", "The camera moves from @Image1 to @Image2."), tmp_path, Told()
        )


# The formula


@pytest.mark.parametrize("branch", [0, 2])
def test_the_formula_is_torch_s_own_count(branch: int) -> None:
    from diffusers import WanTransformer3DModel, WanVACETransformer3DModel
    from torch.utils.flop_counter import FlopCounterMode

    shape = {"patch_size": (1, 2, 2), "num_attention_heads": 4, "attention_head_dim": 64, "in_channels": 16, "out_channels": 16, "text_dim": 128, "freq_dim": 256, "ffn_dim": 640,
             "num_layers": 4, "cross_attn_norm": True, "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 1024}  # fmt: skip
    with torch.device("meta"):
        built = (
            WanVACETransformer3DModel(**shape, vace_layers=[0, 2], vace_in_channels=96)
            if branch
            else WanTransformer3DModel(**shape)
        )
        x, text, t = torch.empty(1, 16, 5, 32, 48), torch.empty(1, 512, 128), torch.empty(1)
        extra = {"control_hidden_states": torch.empty(1, 96, 5, 32, 48)} if branch else {}
    built.rope = type(built.rope)(64, (1, 2, 2), 1024).to("meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        built(hidden_states=x, timestep=t, encoder_hidden_states=text, return_dict=False, **extra)
    formula = forward_flops(Architecture(256, 640, 4, branch), 5 * 16 * 24, text_dim=128)
    assert formula == pytest.approx(counter.get_total_flops(), rel=2e-3)


def test_the_bench_measures_what_the_formula_counts() -> None:
    from shotwright.engines.diffusion.bench import Run, measure

    alone, paired = (measure(Run("tiny", (128, 64), 81, sources=count, repeats=1, device="cpu")) for count in (0, 1))
    assert (alone["tokens"], paired["tokens"]) == (21 * 8 * 4, 2 * 21 * 8 * 4)
    assert paired["tflops"] * paired["s_per_forward"] > 2 * alone["tflops"] * alone["s_per_forward"]
    assert alone["of_roof"] < 0.5
    with pytest.raises(e.BadRequest, match="model is one of"):
        measure(Run("99b"))


def test_packed_tokens_change_no_number() -> None:
    from shotwright.engines.diffusion.bench import built

    model = built("vace-tiny", "cpu")
    seen: list[int] = []
    model.blocks[0].register_forward_pre_hook(lambda _, given: seen.append(given[0].stride(-1)))
    given = {
        "hidden_states": noise(1, 16, 3, 8, 16, seed=1),
        "timestep": torch.tensor([600]),
        "encoder_hidden_states": noise(1, 512, 4096, seed=2),
        "control_hidden_states": noise(1, 96, 3, 8, 16, seed=3),
        "return_dict": False,
    }
    with torch.no_grad():
        stock = model(**given)[0]
        handles = streams.pack_tokens(model)
        packed = model(**given)[0]
        for handle in handles:
            handle.remove()
        again = model(**given)[0]
    assert torch.equal(stock, packed)
    assert torch.equal(stock, again)
    assert seen[0] == seen[2] > 1
    assert seen[1] == 1


def test_the_check_of_a_gpu_measures_each_case_or_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    from scripts import gpu_check

    out = tmp_path / "found.json"
    asked = [
        "gpu_check",
        "--tiny",
        "--device",
        "cpu",
        "--only",
        "480p _native_flash",
        "--budget-s",
        "1e4",
        "--repeats",
        "1",
    ]
    monkeypatch.setattr("sys.argv", asked)
    assert gpu_check.main() == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    cases = {line["case"]: line for line in lines if "case" in line}
    assert {"vace 480p _native_flash", "bernini 480p _native_flash compile"} < set(cases)
    assert cases["vace 480p _native_flash"]["is_finite"]
    monkeypatch.setattr("sys.argv", ["gpu_check", "--tiny", "--device", "cpu", "--budget-s", "0", "--out", str(out)])
    assert gpu_check.main() == 0
    found = json.loads(out.read_text())
    assert not found["results"]
    assert len(found["left_out"]) == len(gpu_check.cases(1, "cpu", is_tiny=True))
    assert not [
        thread
        for thread in threading.enumerate()
        if isinstance(thread, threading.Timer) and not thread.finished.is_set()
    ]
