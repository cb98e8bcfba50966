"""Finds the main subject of a picture: U2-Net's small network, run by ONNX Runtime; where its weights are missing, GrabCut.

The weights (u2netp, Apache-2.0, 4.5 MB) are put into the package when it is built (`hatch_build.py`); nothing is downloaded
at run time. Source: Qin et al., "U2-Net: Going Deeper with Nested U-Structure for Salient Object Detection", 2020.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from shotwright.media.colour import FrameRGB, Mask

WEIGHTS = Path(__file__).parent / "u2netp.onnx"
MATTE_PX = 512
INPUT_PX = 320
"""The network sees a picture at this size."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""What the network was trained with: ImageNet's."""


class MattingModel(Protocol):
    """Finds the main subject of a picture."""

    def __call__(self, rgb: FrameRGB) -> Mask:
        """uint8 (H, W, 3) → uint8 (H, W), 255 on the subject."""
        ...


@cache
def matting_model() -> MattingModel:
    """The best model that is installed; loaded once a process."""
    return U2Net(WEIGHTS) if WEIGHTS.is_file() else grab_cut


class U2Net:
    """U2-Net's small network (u2netp) as a matting model."""

    def __init__(self, weights: Path) -> None:
        from onnxruntime import InferenceSession, SessionOptions  # type: ignore[attr-defined]  # it has no types

        options = SessionOptions()
        if "OMP_NUM_THREADS" in os.environ:
            options.inter_op_num_threads = int(os.environ["OMP_NUM_THREADS"])
        self._session = InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def __call__(self, rgb: FrameRGB) -> Mask:
        """uint8 (H, W, 3) → uint8 (H, W), 255 on the subject."""
        image = Image.fromarray(rgb)
        pixels = np.array(image.resize((INPUT_PX, INPUT_PX), Image.Resampling.LANCZOS))
        scaled = (pixels / max(int(pixels.max()), 1) - MEAN) / DEVIATION
        batch = scaled.transpose(2, 0, 1)[None].astype(np.float32)  # (1, 3, 320, 320)
        saliency = np.asarray(self._session.run(None, {self._input: batch})[0])[0, 0]
        low, high = saliency.min(), saliency.max()
        fraction = (saliency - low) / max(float(high - low), 1e-9)
        mask = Image.fromarray((fraction * 255).astype(np.uint8))
        return np.asarray(mask.resize(image.size, Image.Resampling.LANCZOS), np.uint8)


def grab_cut(rgb: FrameRGB) -> Mask:
    """A matting model without weights: colours of the middle against colours of the border."""
    height, width = rgb.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    box = (width // 12, height // 12, width * 10 // 12, height * 10 // 12)
    cv2.grabCut(
        cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), mask, box, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_RECT
    )
    return np.where((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), 255, 0).astype(np.uint8)


def matte(rgb: FrameRGB) -> Mask:
    """The main subject's matte at the picture's size: found small, then fitted to the edges of the picture."""
    scale = min(1.0, MATTE_PX / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = matting_model()(np.asarray(small, np.uint8))
    full = cv2.resize(found, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_CUBIC)
    steep = np.clip((np.arange(256, dtype=np.float32) - 96) * (255 / 64), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(full, steep), np.uint8)
