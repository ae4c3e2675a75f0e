"""The unrolled network: time steps as a chain, their states, and the gradient that comes back."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap

from rnnlab.base.showable import UNIT, showable
from rnnlab.pictures import plots
from rnnlab.pictures.look import own_look
from rnnlab.pictures.plots import BLUE, INK, ORANGE, PALE

BELOW_AND_ABOVE = LinearSegmentedColormap.from_list("below and above", [BLUE, "white", ORANGE])
BORDER = 0.9  # of the room between two time steps: what a border of batches takes
COLUMN, FINE = 0.62, 16  # width of a state, in time steps, and pixels of the image for each step
NODE = 70  # pixels that the name of a node takes at most
NUMBER = 30  # pixels that the number of a time step takes
NARROW = 9  # pixels a time step below which the states touch each other, without arrows
BAND, HALF = 1.36, 0.22  # where the gradient runs above the states, and half its greatest thickness
LIMITS = (-0.04, 1.74)  # of y, in which the states reach from 0 to 1
BOTTOM, TOP = 40, 30  # pixels below and above the axes
KEY = (("state h", INK, 0.82), ("blue: −1", BLUE, 0.5), ("orange: 1", ORANGE, 0.18),  # noqa: RUF001
       ("gradient", ORANGE, BAND))  # fmt: skip


class Border(NamedTuple):
    """Where a batch ends and the next begins.

    Attributes:
        after: the last time step of the batch, counted from 0.
        value: whether the state goes on into the next batch.
        gradient: whether the gradient comes back over the border.
        note: what is written at the border.
    """

    after: int
    value: bool = True
    gradient: bool = False
    note: str = ""


class UnrolledPanel:
    """A network unrolled through time: a column for each hidden state, a cell for each unit.

    Units below 0 are blue, those above orange; an arrow leads from each state to the next. The
    gradient comes back above them, from the right: its thickness is its norm at each hidden state,
    as a fraction of the greatest. It ends in an upright bar, where the state is detached or where
    the window begins.

    Args:
        axes: with some 76 pixels on their right, for what the picture shows.
        title: what is unrolled.
        key: whether it is written on the right.
    """

    alt = (
        "The network unrolled: a column of units for each time step, coloured by value; above "
        "them the gradient comes back, as thick as it is large."
    )

    def __init__(
        self, axes: Axes, title: str = "The network, unrolled through time", *, key: bool = True
    ) -> None:
        plots.style(axes, title, "time step")
        axes.grid(False)
        axes.set(yticks=[])
        axes.xaxis.set_visible(False)  # no numbers where there has been nothing yet
        plots.set_room(axes, BOTTOM, TOP)
        self.axes = axes
        self.states = axes.imshow(
            np.zeros((1, 1)), cmap=BELOW_AND_ABOVE, vmin=-1, vmax=1, aspect="auto",
            interpolation="nearest", extent=(0, 1, 0, 1),
        )  # fmt: skip
        axes.set(xlim=(0.5, 2.5), ylim=LIMITS)  # imshow has set its own
        self.frames = PolyCollection([], facecolors="none", edgecolors=PALE, linewidths=0.7)
        axes.add_collection(self.frames, autolim=False)
        (self.shafts,) = axes.plot([], [], color=INK, lw=1.1)
        (self.arrows,) = axes.plot([], [], ">", color=INK, ms=4, mew=0)
        self.band = PolyCollection([], facecolors=ORANGE, edgecolors=ORANGE, linewidths=0.6)
        axes.add_collection(self.band, autolim=False)
        (self.head,) = axes.plot([], [], "<", color=ORANGE, ms=6, mew=0, clip_on=False)
        (self.stops,) = axes.plot([], [], color=ORANGE, lw=2.4, clip_on=False)
        self.start = plots.write(axes, "", (0, 0.5), (-3, 0), INK, "right", coords=self._across())
        self.waiting = plots.write(axes, "", (0.5, 0.5), ha="center", size=9)
        self.key = [
            plots.write(axes, text, (1, y), (5, 0), color, coords=self._across())
            for text, color, y in (KEY if key else ())
        ]
        self.notes: list[Any] = []
        self._noted: Any = None  # what they and the numbers of the time steps were written for
        self.moving: list[Artist] = [
            self.states, self.frames, self.shafts, self.arrows, self.band, self.head, self.stops,
            self.start, self.waiting, *self.key,
        ]  # fmt: skip

    def update(
        self,
        states: Any = None,
        *,
        seen: int | None = None,
        gradient: Any = None,
        reached: int | None = None,
        greatest: float | None = None,
        borders: Sequence[Border] = (),
        start: str = "0",
        waiting: str = "comes with forward",
    ) -> bool:
        """Show hidden states (T, H) and the norms (T,) of the gradient with respect to each.

        Args:
            states: of one sequence; None: there are none yet.
            seen: of so many, from the first on; None: of all.
            gradient: the norms; None: the gradient has not come back yet.
            reached: it has come back over so many time steps, from the last on; None: over all.
            greatest: the norm that is drawn at full thickness; None: the greatest of these.
            borders: where batches end.
            start: what the first state comes from, written at its left.
            waiting: what is written where there are no states.
        """
        self.waiting.set_text(waiting)
        self.waiting.set_visible(states is None)
        for artist in (self.states, self.frames, self.shafts, self.arrows, self.start):
            artist.set_visible(states is not None)
        there = states is not None and gradient is not None
        for artist in (self.band, self.head, self.stops):
            artist.set_visible(there)
        for text in self.key:
            text.set_visible(there if text.get_text() == "gradient" else states is not None)
        if states is None:
            return False
        new = not self.axes.xaxis.get_visible()
        self.axes.xaxis.set_visible(True)
        values = np.asarray(states, dtype=float)
        self._x = positions(len(values), borders)
        across = (self._x[0] - 0.5, max(self._x[-1], 2) + 0.5)
        changed = plots.set_limits(self.axes, x=across)
        narrow = self.axes.bbox.width / (across[1] - across[0]) < NARROW
        self._half = 0.5 if narrow else COLUMN / 2  # of a column's width
        self._draw_states(values[:seen])
        self._draw_arrows(0 if narrow else len(values[:seen]), borders)
        self.start.set_text(start)
        if there:
            norms = np.asarray(gradient, dtype=float).copy()
            norms[: 0 if reached is None else len(norms) - reached] = 0
            self._draw_gradient(norms, greatest, {b.after for b in borders if not b.gradient})
        return self._write_notes(borders) or changed or new

    def _draw_states(self, values: Any) -> None:
        """Colour a column for each state, (T, H), from the first on."""
        first, last, half = self._x[0] - 0.5, self._x[-1] + 0.5, self._half
        picture = np.full((values.shape[1], round((last - first) * FINE)), np.nan)
        for at, column in zip(self._x, values, strict=False):
            left, right = (round((edge - first) * FINE) for edge in (at - half, at + half))
            picture[:, left:right] = column[:, None]  # (H,) -> (H, pixels of the column)
        self.states.set_data(np.ma.masked_invalid(picture))
        self.states.set_extent((first, last, 0, 1))
        most = float(np.nanmax(np.abs(values), initial=0))  # a cell of your own may pass 1
        bound = 1.0 if most <= 1 else plots.nice_ceiling(most)
        self.states.set_clim(-bound, bound)
        for text, sign in zip(self.key[1:3], ("blue: −", "orange: "), strict=False):  # noqa: RUF001
            text.set_text(f"{sign}{bound:g}")

    def _draw_arrows(self, count: int, borders: Sequence[Border]) -> None:
        """Frame so many states, and lead an arrow from each to the next that its value goes to."""
        x, half = self._x, self._half
        self.frames.set_verts([
            [(at - half, 0), (at + half, 0), (at + half, 1), (at - half, 1)] for at in x[:count]
        ])  # fmt: skip
        ends = {border.after for border in borders if not border.value}
        to = [t for t in range(1, count) if t - 1 not in ends]
        self.arrows.set_data([x[t] - half - 0.06 for t in to], [0.5] * len(to))
        shafts = [(x[t - 1] + half, x[t] - half - 0.06, np.nan) for t in to]
        self.shafts.set_data(np.ravel(shafts), np.full(3 * len(to), 0.5))

    def _draw_gradient(self, norms: Any, greatest: float | None, ends: set[int]) -> None:
        """Draw the band over each stretch that no border cuts, from its right to its left end."""
        large = np.nan_to_num(norms, posinf=np.finfo(float).max)
        thick = HALF * np.minimum(1, large / (greatest or large.max() or 1))
        bands, stops, heads = [], [], []
        for part in np.split(np.arange(len(norms)), [t + 1 for t in sorted(ends)]):
            there = part[large[part] > 0]
            if not len(there):
                continue
            x = [self._x[there[0]] - 0.3, *self._x[there], self._x[there[-1]] + 0.3]
            half = np.array([thick[there[0]], *thick[there], thick[there[-1]]])
            bands.append(np.stack([[*x, *x[::-1]], [*(BAND + half), *(BAND - half)[::-1]]], 1))
            if there[0] == part[0]:
                stops += [(x[0], BAND - 0.28), (x[0], BAND + 0.28), (np.nan, np.nan)]
            else:
                heads.append(x[0])
        self.band.set_verts(bands)
        self.stops.set_data(*np.array(stops).reshape(-1, 2).T)
        self.head.set_data(heads, [BAND] * len(heads))

    @own_look()
    def _write_notes(self, borders: Sequence[Border]) -> bool:
        """Write at each border what it says, and number the time steps; True if that is new."""
        shown = len(self._x), tuple(borders), self.axes.bbox.width
        if shown == self._noted:
            return False
        self._noted = shown
        for artist in self.notes:
            artist.remove()
        self.notes = []
        for after, _, _, note in borders:
            middle = (self._x[after] + self._x[after + 1]) / 2
            self.notes += self.axes.plot([middle, middle], [0, 1.56], color=PALE, lw=0.9)
            at = (middle, 1.68)
            self.notes.append(plots.write(self.axes, note, at, ha="center", coords="data"))
        every = int(plots.nice_ceiling(max(1, len(self._x) * NUMBER / self.axes.bbox.width)))
        steps = [t for t in range(len(self._x)) if (t + 1) % every == 0]
        self.axes.set_xticks(self._x[steps], [str(t + 1) for t in steps])
        return True

    def name_nodes(self, names: tuple[str, str, str], *, with_states: bool, backward: bool) -> None:
        """Add inputs below and outputs above to what `update` has drawn, for a few time steps.

        Args:
            names: of inputs, hidden states and outputs, as "x", "h" and "y".
            with_states: whether the states have values; else their names stand in their places.
            backward: whether the gradient comes from each output.
        """
        self.axes.set(ylim=(-0.85, 2.75), xticks=[], xlabel="")
        inputs, states, outputs = names
        for t, x in enumerate(self._x, start=1):
            named = [(inputs, -0.6), (outputs, 2.5), *([] if with_states else [(states, 0.5)])]
            for name, y in named:
                is_math = name.isascii() and name.isalpha() and len(name) <= 8
                node = f"${name}_{{{t}}}$" if is_math else f"{showable(name, UNIT)} {t}"
                look: dict[str, Any] = {
                    "ha": "center",
                    "va": "center",
                    "fontsize": 11,
                    "color": INK,
                }
                text = self.axes.text(x, y, node, parse_math=is_math, **look)
                if not is_math:
                    plots.fit_words(text, [node], NODE)
            self._arrow(x, -0.4, -0.04, BLUE)
            self._arrow(x - 0.05 * backward, 1.04, 2.27, BLUE)
            if backward:
                self._arrow(x + 0.05, 2.27, BAND + HALF, ORANGE)

    def _arrow(self, x: float, start: float, end: float, color: str) -> None:
        look: dict[str, Any] = {"arrowstyle": "-|>", "color": color, "lw": 1.3}
        look |= {"shrinkA": 0, "shrinkB": 0}
        self.axes.annotate("", (x, end), (x, start), arrowprops=look, zorder=0.5)

    def _across(self) -> Any:
        return self.axes.get_yaxis_transform()  # x from 0 to 1, y as data


def positions(steps: int, borders: Sequence[Border] = ()) -> Any:
    """Return where each time step stands: 1, 2, 3, ..., with room at each border."""
    x = np.arange(1, steps + 1, dtype=float)
    for border in borders:
        x[border.after + 1 :] += BORDER
    return x
