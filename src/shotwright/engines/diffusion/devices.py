"""Which device there is. Needs torch alone."""

from __future__ import annotations

import torch

from shotwright.core.errors import SetupError


def check_device(name: str) -> None:
    """Refuse a device that is not there.

    Raises:
        SetupError: It is not.
    """
    try:
        torch.device(name)
    except RuntimeError as exc:
        raise SetupError(f"{name} is no device. Write cuda, cuda:1 or cpu.") from exc
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise SetupError(
            "There is no CUDA GPU here. Set SHOTWRIGHT_DIFFUSION_DEVICE=cpu to try the engine slowly, or use the draft."
        )
