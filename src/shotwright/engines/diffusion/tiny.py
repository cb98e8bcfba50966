"""Model folders of a megabyte with random weights, in the real layout: `shotwright weights tiny FOLDER`.

They prove the way through the real loading code on any machine; the pictures mean nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import torch

Kind = Literal["bernini", "vace"]


def build(folder: Path, kind: Kind = "bernini") -> Path:
    """Write a folder: `WanPipeline` (Bernini's layout) or `WanVACEPipeline`."""
    from diffusers import (
        AutoencoderKLWan,
        UniPCMultistepScheduler,
        WanPipeline,
        WanTransformer3DModel,
        WanVACEPipeline,
        WanVACETransformer3DModel,
    )
    from transformers import UMT5Config, UMT5EncoderModel

    torch.manual_seed(0)
    tokenizer, words = _tokenizer()
    text = UMT5EncoderModel(
        UMT5Config(
            vocab_size=words, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4, feed_forward_proj="gated-gelu"
        )
    ).eval()
    vae = AutoencoderKLWan(
        base_dim=8, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    ).eval()
    shape: dict[str, Any] = {
        "patch_size": (1, 2, 2), "num_attention_heads": 2, "attention_head_dim": 24, "in_channels": 16, "out_channels": 16, "text_dim": 32,
        "freq_dim": 256, "ffn_dim": 96, "num_layers": 3, "cross_attn_norm": True, "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 1024,
    }  # fmt: skip
    is_vace = kind == "vace"
    model = (
        WanVACETransformer3DModel(**shape, vace_layers=[0, 2], vace_in_channels=96)
        if is_vace
        else WanTransformer3DModel(**shape)
    )
    for weight in model.parameters():
        if weight.ndim > 1:
            torch.nn.init.normal_(weight, std=0.12)
    scheduler = UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0
    )
    pipeline = WanVACEPipeline if is_vace else WanPipeline
    pipeline(
        tokenizer=tokenizer, text_encoder=text, vae=vae, scheduler=scheduler, transformer=model.eval()
    ).save_pretrained(str(folder))
    return folder


def _tokenizer() -> tuple[Any, int]:
    """Every byte is a token, so no vocabulary file is needed."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {"<pad>": 0, "</s>": 1, "<unk>": 2, **{letter: index + 3 for index, letter in enumerate(letters)}}
    found = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))  # noqa: S106  (no password)
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    words = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    return PreTrainedTokenizerFast(tokenizer_object=found, **words), len(vocabulary)
