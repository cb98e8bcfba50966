"""Passes of a draft: depth, mattes, poses, edges and flow, frame by frame with its clip."""

from shotwright.engines.draft.passes.write import write_passes

__all__ = ["write_passes"]
