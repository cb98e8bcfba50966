"""What the adapters have in common: a model, how it is cut into windows, and what a job cost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from shotwright.core.errors import NoMediaGenerated
from shotwright.engines.deliver import MIN_SPREAD
from shotwright.engines.diffusion.canvas import OVERLAP, WINDOW, windows_of
from shotwright.engines.diffusion.flops import Architecture, forward_flops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import torch
    from numpy.typing import NDArray

    from shotwright.engines.diffusion.canvas import Window
    from shotwright.engines.diffusion.job import Job
    from shotwright.engines.diffusion.model import Model


class Adapter(ABC):
    """Renders jobs on one model; `facts` tells what the last one cost: forwards, tokens of one, PFLOP of all."""

    name: ClassVar[str]

    def __init__(self, model: Model, *, longest: int = WINDOW, overlap: int = OVERLAP) -> None:
        self.model, self.longest, self.overlap = model, longest, overlap
        self.facts: dict[str, Any] = {}

    @abstractmethod
    def run(
        self, job: Job, steps: int, guidance: float | None, told: Callable[[int, int, torch.Tensor], None]
    ) -> NDArray[np.float32]:
        """Frames of a job, float32 (F, H, W, 3) in 0..255.

        Args:
            job: What to render.
            steps: Of the sampler.
            guidance: Weight of the text; None for the model's own, 1 for a distilled model without guidance.
            told: Called after every step with its number, how many there are, and the latents; may raise.
        """

    @staticmethod
    def check(frames: NDArray[np.float32], given: Iterable[int] = ()) -> None:
        """Refuse what a model gave when it is no picture: numbers that are none, or one flat colour.

        Args:
            frames: Raw, float32 (F, H, W, 3) in 0..255.
            given: Indices of frames that were handed in; they prove nothing.

        Raises:
            NoMediaGenerated: It is no picture. Another seed may help.
        """
        made = np.delete(frames, [index for index in given if 0 <= index < len(frames)], axis=0)
        if not np.isfinite(frames).all():
            raise NoMediaGenerated(
                "The model gave numbers that are no picture. Another seed may help; if not, check the weights."
            )
        if len(made) and max(float(frame[::4, ::4].mean(-1).std()) for frame in made[::4]) < MIN_SPREAD:
            raise NoMediaGenerated(
                "The model gave nothing but one flat colour. Another seed may help; if not, check the weights."
            )

    def windows(self, job: Job) -> list[Window]:
        """How a job is cut."""
        return windows_of(job.frames, longest=self.longest, overlap=self.overlap)

    def count(self, forwards: int, tokens: int) -> None:
        """Write down what a job cost."""
        config = self.model.transformers[0].config
        shape = Architecture(
            config.num_attention_heads * config.attention_head_dim, config.ffn_dim, config.num_layers,
            len(getattr(config, "vace_layers", None) or ()),
        )  # fmt: skip
        pflop = forwards * forward_flops(shape, tokens, text_dim=config.text_dim) / 1e15
        self.facts = {"forwards": forwards, "tokens": tokens, "pflop": float(f"{pflop:.4g}")}
