"""Passes: what of a draft's truth may be asked for beside its clip."""

from __future__ import annotations

PASSES = {
    "depth": "Inverse depth as a grey video, near white; one scale for the whole clip.",
    "depth16": "The same as 16-bit PNGs, with the metres they stand for.",
    "mattes": "What is seen of each entity, a grey video each, by name.",
    "pose": "Skeletons of the figures (OpenPose, 18 points) as a video, and as JSON in pixels and metres.",
    "edges": "Outlines of the clip (Canny), white on black.",
    "flow": "Where every pixel is in the next frame, as 16-bit PNGs of half the size (KITTI).",
    "scene": "glTF 2.0: the camera in motion, and a box for everybody and everything at its place.",
}
"""Each with what it is, for people."""
FILES = {
    "depth": ("depth.mp4",), "depth16": ("depth16.zip",), "mattes": ("mattes.zip",), "pose": ("pose.mp4", "pose.json"), "edges": ("edges.mp4",),
    "flow": ("flow.zip",), "scene": ("scene.gltf",),
}  # fmt: skip
"""What each is written to."""
CONTROLS = ("depth", "pose", "edges")
"""Those that a model can be steered by."""
