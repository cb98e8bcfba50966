"""A shot as a workflow for ComfyUI, in its API format: a pass steers Wan-VACE.

Node names and inputs are those of ComfyUI's own nodes (core, `nodes_wan`, `nodes_video`, `nodes_model_advanced`), as its source has them
in 2026 (0.3.40 and later); names of model files are those of its Wan 2.1 VACE template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FPS = 16
"""Frames a second that Wan makes."""
SIZES = {"16:9": (832, 480), "9:16": (480, 832), "1:1": (640, 640)}
MODELS = {
    "UNETLoader": ("unet_name", "wan2.1_vace_14B_fp16.safetensors"),
    "CLIPLoader": ("clip_name", "umt5_xxl_fp8_e4m3fn_scaled.safetensors"),
    "VAELoader": ("vae_name", "wan_2.1_vae.safetensors"),
}
"""Files that the workflow expects in ComfyUI's model folders."""
STEPS, CFG, SHIFT = 20, 6.0, 8.0
NEGATIVE = "blurry, low quality, distorted, deformed, watermark, text, static"


@dataclass(frozen=True)
class Steered:
    """What a workflow is made of.

    Attributes:
        prompt: In plain words, without references.
        control: Name of the control video in ComfyUI's input folder.
        reference: Name of a picture there; None without one.
        width, height: Pixels, multiples of 16.
        frames: 4 k + 1.
        seed: Of the noise.
        strength: How strictly the control is followed.
        name: Of the files that it saves.
    """

    prompt: str
    control: str
    reference: str | None
    width: int
    height: int
    frames: int
    seed: int
    strength: float = 1.0
    name: str = "shotwright"


def frames_of(seconds: float) -> int:
    """Frames of a clip at Wan's rate, 4 k + 1."""
    return 4 * max(1, round((seconds * FPS - 1) / 4)) + 1


def workflow(shot: Steered) -> dict[str, Any]:
    """The workflow, by node numbers as ComfyUI's `/prompt` takes it."""
    (unet, unet_file), (clip, clip_file), (vae, vae_file) = MODELS.values()
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "1": ("UNETLoader", {unet: unet_file, "weight_dtype": "default"}),
        "2": ("CLIPLoader", {clip: clip_file, "type": "wan"}),
        "3": ("VAELoader", {vae: vae_file}),
        "4": ("CLIPTextEncode", {"text": shot.prompt, "clip": ["2", 0]}),
        "5": ("CLIPTextEncode", {"text": NEGATIVE, "clip": ["2", 0]}),
        "6": ("LoadVideo", {"file": shot.control}),
        "7": ("GetVideoComponents", {"video": ["6", 0]}),
        "8": ("WanVaceToVideo", {
            "positive": ["4", 0], "negative": ["5", 0], "vae": ["3", 0], "width": shot.width, "height": shot.height, "length": shot.frames,
            "batch_size": 1, "strength": shot.strength, "control_video": ["7", 0],
        }),
        "9": ("ModelSamplingSD3", {"model": ["1", 0], "shift": SHIFT}),
        "10": ("KSampler", {
            "model": ["9", 0], "seed": shot.seed, "steps": STEPS, "cfg": CFG, "sampler_name": "uni_pc", "scheduler": "simple", "positive": ["8", 0],
            "negative": ["8", 1], "latent_image": ["8", 2], "denoise": 1.0,
        }),
        "11": ("TrimVideoLatent", {"samples": ["10", 0], "trim_amount": ["8", 3]}),
        "12": ("VAEDecode", {"samples": ["11", 0], "vae": ["3", 0]}),
        "13": ("CreateVideo", {"images": ["12", 0], "fps": float(FPS)}),
        "14": ("SaveVideo", {"video": ["13", 0], "filename_prefix": f"video/{shot.name}", "format": "auto", "codec": "auto"}),
    }  # fmt: skip
    if shot.reference is not None:
        nodes["15"] = ("LoadImage", {"image": shot.reference})
        nodes["8"][1]["reference_image"] = ["15", 0]
    return {number: {"class_type": kind, "inputs": inputs} for number, (kind, inputs) in nodes.items()}
