"""Depth of field: how blurred a thing is by its distance, the distance in focus and the lens. Racks pull the focus.

Thin lens: the circle of confusion on the sensor is (focal length)² / f-number × |1/focus - 1/distance|. The blur is a property
of a layer, made once per change of the focus and kept by the layer's texture. Source: draft-engine section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

from shotwright.core.camera import SENSOR_MM
from shotwright.core.path import ease

F_NUMBERS = {"shallow": 0.95, "rack": 1.2}
"""Apertures that a viewer notices on a small screen."""
SIGMA_PER_DIAMETER = 0.42
MAX_SIGMA = 0.014
"""Strongest blur in frame widths."""


@dataclass(frozen=True)
class Focus:
    """The focus of one frame.

    Attributes:
        distance_m: What is sharp.
        px_m: Blur in frame pixels (standard deviation) for one dioptre of difference.
        max_px: Strongest blur.
    """

    distance_m: float
    px_m: float
    max_px: float

    def blur_px(self, distance_m: float) -> float:
        """Standard deviation of the blur at a distance, frame pixels."""
        return min(self.max_px, self.px_m * abs(1 / max(self.distance_m, 0.2) - 1 / max(distance_m, 0.2)))


@dataclass(frozen=True)
class FocusPull:
    """The focus over time: on what is looked at, pulled from one thing to another while a rack runs.

    Attributes:
        start_ref: What is sharp at first.
        end_ref: What is sharp after the rack, if there is one.
        start_s: When the rack begins.
        end_s: When it ends.
        f_number: Aperture.
    """

    start_ref: str | None
    end_ref: str | None = None
    start_s: float = 0.0
    end_s: float = 0.0
    f_number: float = F_NUMBERS["shallow"]

    def at(self, seconds: float, distances: dict[str, float], *, default_m: float, lens: float, width: int) -> Focus:
        """The focus at a time.

        Args:
            seconds: Time.
            distances: Metres from the camera, by reference.
            default_m: Distance when the thing in focus is not there.
            lens: Focal length in frame widths.
            width: Frame width, pixels.
        """
        first = distances.get(self.start_ref or "", default_m)
        second = distances.get(self.end_ref or "", first)
        t = ease((seconds - self.start_s) / max(1e-6, self.end_s - self.start_s)) if self.end_ref else 0.0
        dioptres = (1 - t) / max(first, 0.2) + t / max(second, 0.2)
        focal_m = lens * SENSOR_MM / 1000
        per_dioptre = focal_m**2 / self.f_number / (SENSOR_MM / 1000) * width * SIGMA_PER_DIAMETER
        return Focus(1 / dioptres, per_dioptre, MAX_SIGMA * width)
