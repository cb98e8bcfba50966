"""Settings of the engine `diffusion`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from shotwright.core.catalog import TASKS
from shotwright.engines.settings import EnhancerSettings
from shotwright.settings import listed

ADAPTERS = ("bernini", "vace")


class DiffusionSettings(EnhancerSettings):
    """Weights, and how they are run."""

    diffusion_bernini: str = Field(
        "",
        description="Weights of the adapter bernini (a `WanPipeline` folder): a folder, or `owner/name@revision` that was downloaded.",
    )
    diffusion_vace: str = Field("", description="Weights of the adapter vace (a `WanVACEPipeline` folder), likewise.")
    diffusion_device: str = Field(
        "cuda", description="Where the diffusion engine computes: cuda, cuda:1, or cpu for trials."
    )
    diffusion_profile: Literal["fast", "standard", "best"] = Field(
        "standard", description="8 steps without guidance (with a distilled LoRA), 40 or 50 steps with it."
    )
    diffusion_lora: str = Field("", description="A distilled LoRA for the profile fast: a file.")
    diffusion_steps: int = Field(0, ge=0, le=200, description="Steps instead of the profile's; 0: the profile's.")
    diffusion_pixels: int = Field(0, ge=0, description="A smaller canvas for smaller cards, in pixels; 0: the tier's.")
    diffusion_window: int = Field(81, ge=17, le=161, description="Frames that are denoised at once.")
    diffusion_attention: str = Field(
        "",
        description="Attention backend of diffusers, such as `_native_cudnn`; empty: its own choice, which was the fastest on an H100.",
    )
    diffusion_compile: bool = Field(
        default=False,
        description="Compile the repeated blocks: half a minute at the first shot of a shape, steps a tenth to a quarter faster after.",
    )
    diffusion_fp8: bool = Field(
        default=False,
        description="Keep the transformers' weights in 8 bits: half their memory, some speed and precision.",
    )
    diffusion_conditioning_scale: float = Field(
        1.0,
        ge=0,
        le=2,
        description="How strongly VACE follows what it is given, unless a request says: 0 not at all, 1 as it was trained.",
    )
    diffusion_routes: str = Field("", description="Which adapter a task takes: `edit=bernini,reference_to_video=vace`.")
    weights_cache: Path | None = Field(None, description="Folder of downloaded weights; by default in the data folder.")

    @field_validator("diffusion_routes")
    @classmethod
    def _check_routes(cls, value: str) -> str:
        for item in listed(value):
            task, _, adapter = (part.strip() for part in item.partition("="))
            if task not in TASKS or adapter not in ADAPTERS:
                raise ValueError(f'write task=adapter, such as edit=vace, not "{item}"; tasks: {", ".join(TASKS)}')
        return value

    @property
    def weights(self) -> dict[str, str]:
        """Adapter to its weights, of those that have any."""
        given = {"bernini": self.diffusion_bernini.strip(), "vace": self.diffusion_vace.strip()}
        return {name: text for name, text in given.items() if text}

    @property
    def pins(self) -> dict[str, str]:
        """Task to adapter."""
        pairs = (item.partition("=") for item in listed(self.diffusion_routes))
        return {name.strip(): adapter.strip() for name, _, adapter in pairs}

    def weights_folder(self, data: Path) -> Path:
        """Folder of downloaded weights."""
        return self.weights_cache or data / "weights"
