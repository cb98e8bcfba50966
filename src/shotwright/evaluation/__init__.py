"""Measures a clip against its plan, from its pixels alone.

    sample   a clip, decoded once
    case     what was asked: plan, size, pictures
    camera   the measured camera path, and which moves it shows
    locate   where an element is in a frame
    metrics  one row per metric: what it measures, its gate
    report   the table, and a page with pictures and plots

Knows nothing about any engine. Source: evaluation c.3.
"""
