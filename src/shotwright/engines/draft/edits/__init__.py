"""Changes to a source video. Frames, timing and sound stay; what is not mentioned stays as it is.

    source       what the operations share: masks, the place behind, the camera path
    region      where a target is: the subject, a part of it, a colour, sky, grass, water
    operations  one builder per operation: it looks at the clip once and returns a function that changes one frame
    restyle     key frames in another style, carried by flow
    effects     fire, glow, lightning, ice, smoke, sparkles on a target

An operation whose target cannot be located is skipped and named in `not_rendered`, never faked somewhere else.
"""

from shotwright.engines.draft.edits.render import render_edit

__all__ = ["render_edit"]
