"""How far several runs lie apart: a pale band from the lowest to the highest, and a few words."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from torch import Tensor


class Spread(NamedTuple):
    """How far several runs lie apart, as the picture of the task shows it.

    Attributes:
        band: of their forecasts the lowest and the highest, (held out,) each; None: none is shown.
        title: in a few words, for the title; legend: a sentence on the band, after a space.
    """

    band: tuple[Tensor, Tensor] | None = None
    title: str = ""
    legend: str = ""


ONE_RUN = Spread()


def add_band(axes: Axes, color: str) -> PolyCollection:
    """Add a band, behind all lines; `set_band` says where it is."""
    band = PolyCollection([], facecolors=color, alpha=0.3, linewidths=0, zorder=1)
    axes.add_collection(band, autolim=False)
    return band


def set_band(band: PolyCollection, x: Any, low: Any, high: Any) -> None:
    """Have the band reach from low to high at each x, (N,) all; N = 0: there is none."""
    upper, lower = np.column_stack([x, high]), np.column_stack([x, low])[::-1]
    band.set_verts([np.concatenate([upper, lower])] if len(x) else [])
