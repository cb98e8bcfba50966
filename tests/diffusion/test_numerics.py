"""Bernini and VACE by numbers: guidance on clean latents, numbers of streams, samplers, folders without an index, how strongly VACE follows."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from shotwright.core.errors import SetupError  # noqa: E402
from shotwright.engines.diffusion import bernini, tiny  # noqa: E402
from shotwright.engines.diffusion.bernini import Guidance, Moment, guided  # noqa: E402
from shotwright.engines.diffusion.job import Job  # noqa: E402
from shotwright.engines.diffusion.model import Model, Options  # noqa: E402
from shotwright.engines.diffusion.vace import Vace  # noqa: E402
from shotwright.engines.diffusion.weights import checked  # noqa: E402


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    place = tmp_path_factory.mktemp("weights")
    return {kind: str(tiny.build(place / kind, kind)) for kind in ("bernini", "vace")}


@pytest.mark.parametrize(
    ("mode", "chain"),
    [
        ("t2v", [(False, False, False), (False, False, True)]),
        ("v2v", [(True, False, False), (True, False, True)]),
        ("r2v", [(False, False, False), (False, True, False), (False, True, True)]),
    ],
)
def test_guidance_is_projected_on_clean_latents(mode: str, chain: list[tuple[bool, bool, bool]]) -> None:
    """Against the formulas of arXiv 2410.02416 in numpy: x = z - s v; d = x_c - x_u, capped; d without half of what goes along x_c."""
    rng, sigma = np.random.default_rng(3), 0.7
    shape = (1, 4, 3, 5, 6)
    flows = {on: rng.normal(size=shape) * 9 for on in chain}
    noisy = rng.normal(size=shape)
    weights = {2: [4.0], 3: [4.5, 4.0]}[len(chain)]
    clean = [noisy - sigma * flows[on] for on in chain]
    wanted = clean[0].copy()
    for weight, before, now in zip(weights, clean, clean[1:], strict=False):
        for frame in range(shape[2]):
            step = now[:, :, frame] - before[:, :, frame]
            step = step * min(1.0, 50.0 / np.sqrt((step**2).sum()))
            unit = now[:, :, frame] / np.sqrt((now[:, :, frame] ** 2).sum())
            along = (step * unit).sum() * unit
            wanted[:, :, frame] += weight * (step - 0.5 * along)
    found = guided(
        mode, lambda *on: torch.from_numpy(flows[on]), Guidance(1.25, 4.5, 4.0), Moment(torch.from_numpy(noisy), sigma)
    )
    np.testing.assert_allclose(found.numpy(), (noisy - wanted) / sigma, rtol=1e-9, atol=1e-9)


def test_more_streams_than_in_training_share_their_range() -> None:
    assert bernini.source_ids(5) == [1, 2, 3, 4, 5]
    assert bernini.source_ids(9) == [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0]


def test_a_folder_without_an_index_is_the_same_model_with_its_own_shift(
    folders: dict[str, str], tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(folders["bernini"], bare)
    (bare / "model_index.json").unlink()
    (bare / "config.json").write_text('{"shift": 4.5}')
    first, second = (
        Model(checked(str(folder), "bernini", tmp_path), Options("cpu")) for folder in (folders["bernini"], bare)
    )
    assert (first.pipe.scheduler.config.flow_shift, second.pipe.scheduler.config.flow_shift) == (3.0, 4.5)
    assert type(second.pipe.scheduler).__name__ == "UniPCMultistepScheduler"
    for one, other in zip(first.transformers[0].parameters(), second.transformers[0].parameters(), strict=True):
        assert torch.equal(one, other)
    shutil.rmtree(bare / "vae")
    with pytest.raises(SetupError, match="and so is vae/"):
        checked(str(bare), "bernini", tmp_path)


def test_vace_follows_as_strongly_as_it_is_told(folders: dict[str, str], tmp_path: Path) -> None:
    model = Model(checked(folders["vace"], "vace", tmp_path), Options("cpu"))
    source = np.random.default_rng(0).integers(0, 255, (5, 64, 64, 3), dtype=np.uint8)
    clips = [
        Vace(model).run(
            Job("v2v", "a beach", 64, 64, 5, 1, source=source, conditioning_scale=scale), 2, 1.0, lambda *_: None
        )
        for scale in (1.0, 1.0, 0.0)
    ]
    assert np.array_equal(clips[0], clips[1])
    assert np.abs(clips[0] - clips[2]).max() > 1.0


def test_a_pair_of_vace_experts_renders(folders: dict[str, str], tmp_path: Path) -> None:
    """Wan2.2-VACE-Fun: two transformers, one for the early steps and one for the late ones."""
    model = Model(checked(folders["vace"], "vace", tmp_path), Options("cpu"))
    single = Vace(model).run(Job("t2v", "a beach", 64, 64, 5, 1), 3, 1.0, lambda *_: None)
    late = type(model.pipe.transformer).from_config(model.pipe.transformer.config).eval()
    model.pipe.register_modules(transformer_2=late)
    model.pipe.register_to_config(boundary_ratio=0.9)
    model.place("swapped")
    assert model.experts == ["transformer", "transformer_2"]
    pair = Vace(model).run(Job("t2v", "a beach", 64, 64, 5, 1), 3, 1.0, lambda *_: None)
    assert pair.shape == single.shape
    assert np.abs(pair - single).max() > 1.0
