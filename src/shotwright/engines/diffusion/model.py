"""A loaded model: where its parts stand, text and pictures in and out of its spaces, previews without decoding.

Precision: the transformer and the text encoder in bfloat16 on a GPU, the VAE in float32. Source: diffusion-engines 3 and 5.5.
"""

from __future__ import annotations

import contextlib
import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np
import torch

from shotwright.core.errors import DeviceOutOfMemory
from shotwright.engines.diffusion.weights import shift_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from shotwright.engines.diffusion.weights import Weights
    from shotwright.media.colour import FrameRGB

Residency = Literal["resident", "swapped", "grouped"]
ORDER: tuple[Residency, ...] = ("resident", "swapped", "grouped")
"""From fastest to smallest: all parts on the device; one part at a time; the transformer block by block."""
MARGIN_GB = 12.0
"""Memory that activations and the VAE need beside the weights at 480p; twice that at 720p."""
TEXT_TOKENS = 512
SHIFT = 3.0
"""Of the sampler's times, where a folder says nothing."""
COMPONENTS = ("text_encoder", "transformer", "transformer_2", "vae")


@dataclass(frozen=True)
class Options:
    """How to run: device, attention backend, compilation, a LoRA that needs few steps, transformers kept in 8 bits."""

    device: str = "cuda"
    attention: str = ""
    compile: bool = False
    lora: str = ""
    fp8: bool = False


def _pipeline(weights: Weights, vae: Any, dtype: torch.dtype) -> Any:  # noqa: ANN401  (diffusers modules)
    """The pipeline of a folder with an index or without; Bernini's with the sampler that it was trained for."""
    from diffusers import DiffusionPipeline, UniPCMultistepScheduler, WanPipeline, WanTransformer3DModel
    from transformers import AutoTokenizer, UMT5EncoderModel

    folder = str(weights.folder)
    if (weights.folder / "model_index.json").is_file():
        pipe: Any = DiffusionPipeline.from_pretrained(folder, vae=vae, dtype=dtype, local_files_only=True)
    else:
        parts = {
            name: WanTransformer3DModel.from_pretrained(folder, subfolder=name, dtype=dtype, local_files_only=True)
            for name in ("transformer", "transformer_2")
            if (weights.folder / name).is_dir()
        }
        pipe = WanPipeline(
            AutoTokenizer.from_pretrained(folder, subfolder="tokenizer", local_files_only=True),
            UMT5EncoderModel.from_pretrained(folder, subfolder="text_encoder", dtype=dtype, local_files_only=True),
            vae, UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=SHIFT), **parts,
        )  # fmt: skip
    if weights.adapter == "bernini":
        shift = shift_of(weights.folder) or getattr(pipe.scheduler.config, "flow_shift", SHIFT)
        pipe.scheduler = UniPCMultistepScheduler.from_config(
            pipe.scheduler.config, prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=shift
        )
    return pipe


class Model:
    """The parts of a pipeline folder, placed on a device."""

    def __init__(self, weights: Weights, options: Options) -> None:
        from diffusers import AutoencoderKLWan

        self.device = torch.device(options.device)
        self.dtype = torch.bfloat16 if self.device.type == "cuda" else torch.float32
        folder = str(weights.folder)
        vae = AutoencoderKLWan.from_pretrained(folder, subfolder="vae", dtype=torch.float32, local_files_only=True)
        self.pipe: Any = _pipeline(weights, vae, self.dtype)
        self.pipe.set_progress_bar_config(disable=True)
        self.options = options
        if options.lora:
            self.pipe.load_lora_weights(options.lora, local_files_only=True)
        for transformer in self.transformers:
            if options.fp8:
                transformer.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=self.dtype)
            if options.attention:
                transformer.set_attention_backend(options.attention)
            if options.compile:
                transformer.compile_repeated_blocks(fullgraph=True)
        self.residency: Residency = "resident"
        config = self.pipe.vae.config
        self._mean = torch.tensor(config.latents_mean, dtype=torch.float32).view(1, -1, 1, 1, 1)
        self._std = torch.tensor(config.latents_std, dtype=torch.float32).view(1, -1, 1, 1, 1)
        self._colours = self._placed(self._fitting())

    @property
    def transformers(self) -> list[Any]:
        """The one model, or the two experts."""
        return [getattr(self.pipe, name) for name in self.experts]

    @property
    def experts(self) -> list[str]:
        """Names of the transformers that there are."""
        return [name for name in ("transformer", "transformer_2") if getattr(self.pipe, name, None) is not None]

    def _fitting(self) -> Residency:
        if self.device.type != "cuda":
            return "resident"
        free, _ = torch.cuda.mem_get_info(self.device)
        parts = [part for name in COMPONENTS if (part := getattr(self.pipe, name, None)) is not None]
        need = sum(part.get_memory_footprint() for part in parts) / 1e9 + MARGIN_GB
        return "resident" if free / 1e9 > need else "swapped" if free / 1e9 > 0.6 * need else "grouped"

    def _placed(self, first: Residency) -> NDArray[np.float32]:
        """Place the parts, as small as it takes; the colours of previews, which need the VAE once."""
        for residency in ORDER[ORDER.index(first) :]:
            try:
                self.place(residency)
                return self._fit_colours()
            except torch.OutOfMemoryError:
                self.free()
        raise DeviceOutOfMemory(
            "The GPU has too little memory even for the model block by block. Choose a smaller one, or SHOTWRIGHT_DIFFUSION_FP8=true."
        )

    def place(self, residency: Residency) -> None:
        """Put the parts where this residency wants them."""
        self.residency = residency
        if residency != "resident":
            self.pipe.vae.enable_tiling()
        if residency == "grouped":
            for transformer in self.transformers:
                transformer.enable_group_offload(
                    onload_device=self.device,
                    offload_device=torch.device("cpu"),
                    offload_type="block_level",
                    num_blocks_per_group=1,
                )
        for name in COMPONENTS:
            part = getattr(self.pipe, name, None)
            is_grouped = residency == "grouped" and name.startswith("transformer")
            if part is not None and not is_grouped:
                part.to(self.device if residency == "resident" else "cpu")

    def shrink(self) -> bool:
        """The next smaller residency; False when this was the smallest."""
        index = ORDER.index(self.residency)
        self.free()
        if index + 1 == len(ORDER):
            return False
        self.place(ORDER[index + 1])
        return True

    @staticmethod
    def free() -> None:
        """Give memory back that nothing holds."""
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    @contextlib.contextmanager
    def using(self, name: str) -> Iterator[Any]:
        """A part on the device for as long as it is needed."""
        part = getattr(self.pipe, name)
        is_moved = self.residency == "swapped" or (self.residency == "grouped" and not name.startswith("transformer"))
        if is_moved:
            part.to(self.device)
        try:
            yield part
        finally:
            if is_moved:
                part.to("cpu")
                self.free()

    @torch.no_grad()
    def texts(self, positive: str, negative: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Embeddings of two prompts, (1, 512, width) each."""
        with self.using("text_encoder"):
            one, other = self.pipe.encode_prompt(
                positive, negative, max_sequence_length=TEXT_TOKENS, device=self.device, dtype=self.dtype
            )
        return one, other

    @torch.no_grad()
    def latents(self, frames: NDArray[np.uint8]) -> torch.Tensor:
        """Frames, uint8 (F, H, W, 3), as normalised latents (1, 16, f, h, w) in float32."""
        with self.using("vae") as vae:
            video = torch.from_numpy(np.ascontiguousarray(frames)).to(self.device, torch.float32)
            video = (video / 127.5 - 1).permute(3, 0, 1, 2)[None]
            found = vae.encode(video).latent_dist.mode().float()
        return (found - self._mean.to(found.device)) / self._std.to(found.device)

    @torch.no_grad()
    def pictures(self, latents: torch.Tensor) -> NDArray[np.float32]:
        """Latents as frames, float32 (F, H, W, 3) in 0..255; not finite where the model failed."""
        with self.using("vae") as vae:
            raw = latents.float() * self._std.to(latents.device) + self._mean.to(latents.device)
            video = vae.decode(raw.to(vae.dtype), return_dict=False)[0][0]
        return np.asarray(((video.permute(1, 2, 3, 0).float() + 1) * 127.5).cpu().numpy(), np.float32)

    def preview(self, latents: torch.Tensor) -> FrameRGB:
        """The middle frame of latents through the linear fit, eight times enlarged at most."""
        middle = latents[0, :, latents.shape[2] // 2].detach().float().cpu().numpy()
        height, width = middle.shape[1:]
        rgb = middle.reshape(middle.shape[0], -1).T @ self._colours[:-1] + self._colours[-1]
        small = np.clip(rgb, 0, 255).astype(np.uint8).reshape(height, width, 3)
        scale = 320 / width
        return np.asarray(
            cv2.resize(small, (320, max(2, round(height * scale))), interpolation=cv2.INTER_CUBIC), np.uint8
        )

    def _fit_colours(self) -> NDArray[np.float32]:
        """(17, 3): latents to sRGB by least squares over soft colour patches, through the VAE itself."""
        rng = np.random.default_rng(0)
        coarse = rng.integers(0, 255, (1, 8, 8, 3), dtype=np.uint8)
        patches = np.stack([cv2.resize(item, (128, 128), interpolation=cv2.INTER_CUBIC) for item in coarse])
        found = self.latents(np.asarray(patches, np.uint8))[0, :, 0].cpu().numpy()
        height, width = found.shape[1:]
        seen = cv2.resize(patches[0], (width, height), interpolation=cv2.INTER_AREA).reshape(-1, 3).astype(np.float32)
        known = np.concatenate([found.reshape(found.shape[0], -1).T, np.ones((height * width, 1))], axis=1)
        return np.asarray(np.linalg.lstsq(known, seen, rcond=None)[0], np.float32)
