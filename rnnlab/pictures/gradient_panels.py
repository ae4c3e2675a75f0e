"""The picture of the gradient through time, and what it shows in words."""

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from torch import Tensor

from rnnlab.base.say import say, say_count, sentences
from rnnlab.base.showable import UNIT, showable
from rnnlab.pictures.look import own_look
from rnnlab.pictures.plots import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    SMALL,
    integer_ticks,
    make_figure,
    on_axes,
    set_limits,
    style,
    write,
)
from rnnlab.pictures.unrolled import UnrolledPanel

LONGEST = 100  # time steps that fit into the pictures
WIDTH, CHAIN, HEIGHT = 300, 150, 490  # pixels of the unrolled network and of what is below it
LOW, HIGH = 1e-8, 1e4  # norms that are told apart; what lies outside is marked at the edge
BACK = 30  # the verdict looks so many steps back
VANISHED, EXPLODED = 0.01, 10.0  # fractions of the gradient that the verdict's words mean

WHITE_TO_BLUE = LinearSegmentedColormap.from_list("white to blue", ["white", BLUE])  # not said
TICKS = {LOW: "10⁻⁸", 1e-4: "10⁻⁴", 1.0: "1", HIGH: "10⁴"}  # norms, as they are written


class ThroughTimePanel:
    """Bars of the gradient norm by steps back from the loss; below, the norm for every loss step.

    Time runs to the right in both, so the gradient flows back to the left. But for the number of
    time steps, limits and colours are fixed, so that an update can be compared with the one before
    and leaves the background. A line over the bars shows their heights after clipping, a dot marks
    the bar that the verdict names.

    Args:
        axes: of a figure of 300 x 490 pixels.
        name: of the cell.
    """

    def __init__(self, axes: Axes, name: str) -> None:
        name = showable(name, UNIT)
        box = axes.get_position()
        axes.set_position((box.x0, 264 / HEIGHT, box.width, 150 / HEIGHT))
        self.axes = axes
        self.heat_axes = axes.figure.add_axes((box.x0, 30 / HEIGHT, box.width, 142 / HEIGHT))
        text = (
            "{name}: bar chart of the gradient norm by steps back from the loss; below it, a heat "
            "map of the norm, a row for each time step of the loss."
        )
        self.alt = say(text, name=name)
        self._make_bars(name)
        self._make_heat(name)
        self.moving: list[Artist] = [
            self.bars, self.clipped, self.below, self.above, self.dot, self.heat,
            self.outside, self.note, self.named, *self.ends,
        ]  # fmt: skip

    def update(self, norms: Tensor, matrix: Tensor, factor: float = 1.0) -> bool:
        """Show norms (T,) by hidden step and a matrix (T, T), loss step by hidden step.

        `factor` is what clipping multiplies every gradient by, nan if it is unknown. The
        background changes with the number of time steps alone.
        """
        back = norms.numpy()[::-1].astype(float)  # (T,), the last time step first
        edges = np.arange(len(back) + 1) - 0.5
        self.bars.set_data(drawable(back), edges)
        self.clipped.set_data(np.arange(len(back)), drawable(back * factor))
        self.clipped.set_visible(factor < 1)
        where = min(BACK, len(back) - 1)
        self.dot.set_data([where], [drawable(back)[where]])
        self.named.set_text(left_in_short(norms))
        self._mark_outside(back)
        percent = plain(100 * factor) if factor >= 1e-5 else "< 0.001"
        text = "— clipped to {percent} %" if factor < 1 else "not clipped"
        self.note.set_text("" if math.isnan(factor) else say(text, percent=percent))
        self.note.set_color(ORANGE if factor < 1 else MUTED)
        shown = np.log10(drawable(matrix.numpy().astype(float)))
        later = ~np.tri(len(back), dtype=bool)  # a loss knows nothing of later states
        self.heat.set_data(np.ma.array(shown, mask=later))
        for end in self.ends:
            end.set_text(str(len(back)))
        return set_limits(self.axes, x=(len(back) - 0.5, -0.5))

    def _mark_outside(self, back: Any) -> None:
        """Put a triangle at the edge for each bar that ends outside of the axes, and say it."""
        small, large = back < LOW, ~(back <= HIGH)  # nan is large as well
        self.below.set_data(small.nonzero()[0], np.zeros(small.sum()))
        self.above.set_data(large.nonzero()[0], np.ones(large.sum()))
        words = say("▼ below {low}", low=TICKS[LOW]) if small.any() else ""
        if large.any():
            text = "▲ above {high}" if np.isfinite(back).all() else "▲ too large for a float32"
            words = say(text, high=TICKS[HIGH])
        self.outside.set_text(words)

    def _make_bars(self, name: str) -> None:
        axes = self.axes
        title = say("{name}: gradient norm", name=name)
        style(axes, title, say("steps back from the loss"), pad=38)
        axes.set(yscale="log", xlim=(LONGEST - 0.5, -0.5), ylim=(LOW, HIGH))
        axes.set_yticks([*TICKS], [*TICKS.values()])
        axes.minorticks_off()
        integer_ticks(axes.xaxis, 5)
        axes.xaxis.labelpad = 1
        self.bars = axes.stairs([LOW], [0, 1], baseline=LOW, fill=True, color=BLUE)
        (self.clipped,) = axes.plot([], [], color=ORANGE, lw=1.8)
        self.clipped.set_path_effects([withStroke(linewidth=3.4, foreground="white")])
        (self.dot,) = axes.plot([], [], "o", color=INK, ms=5, mec="white", mew=1, clip_on=False)
        edge: dict[str, Any] = {
            "transform": axes.get_xaxis_transform(), "color": INK, "ms": 3, "ls": "none",
            "clip_on": False,
        }  # fmt: skip
        (self.below,) = axes.plot([], [], "v", **edge)
        (self.above,) = axes.plot([], [], "^", **edge)
        self.named = write(axes, "", (0, 1), (0, 25), INK)
        self.outside = write(axes, "", (0, 1), (0, 11), INK)
        self.note = write(axes, "", (1, 1), (0, 11), ORANGE, "right")

    def _make_heat(self, name: str) -> None:
        axes = self.heat_axes
        down = say("time step of the loss")
        title = say("{name}: a loss at each step", name=name)
        style(axes, title, ylabel=down, labelpad=20, loc="top", pad=24)
        write(axes, say("a row each; the last row is the bars"), (0, 1), (0, 12))
        axes.grid(False)
        low, high = math.log10(LOW), math.log10(HIGH)
        look: dict[str, Any] = {"cmap": WHITE_TO_BLUE, "vmin": low, "vmax": high, "aspect": "auto"}
        look["interpolation"] = "nearest"
        self.heat = axes.imshow([[low]], extent=(0, 1, 1, 0), **look)
        axes.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))
        axes.plot([0, 0, 1], [0, 1, 1], color=MUTED, lw=0.8, clip_on=False)
        write(axes, say("time step of the hidden state"), (0.5, 0), (0, -10), ha="center")
        write(axes, "1", (0, 0), (0, -10))
        write(axes, "1", (0, 1), (-5, -5), ha="right")
        ends = ((1, 0), (0, -10)), ((0, 0), (-5, 5))
        self.ends = [write(axes, "", *end, ha="right") for end in ends]
        key = axes.inset_axes((0.58, 0.82, 0.38, 0.06))  # in the corner that is always empty
        key.imshow([np.linspace(low, high, 60)], extent=(low, high, 0, 1), **look)
        key.set_title(say("gradient norm"), fontsize=SMALL, color=MUTED, pad=4)
        key.set(yticks=[], xticks=[-8, 0, 4], xticklabels=[TICKS[v] for v in (LOW, 1, HIGH)])
        key.tick_params(colors=MUTED, labelsize=SMALL, length=0, pad=2)
        key.spines[:].set(color=MUTED, linewidth=0.6)


def make_through_time(name: str) -> tuple[Figure, Any]:
    """Return a figure of 300 x 490 pixels with the panel of the cell of this name."""
    return on_axes(ThroughTimePanel, WIDTH, 44, 12, name, height=HEIGHT)


@own_look()
def make_chain(name: str) -> tuple[Figure, Any]:
    """Return a figure of 300 x 150 pixels with the unrolled network of this cell.

    Its time steps stand above the bars of `make_through_time`.
    """
    name = showable(name, UNIT)
    title = say("{name}: states, gradient above", name=name)
    figure, axes = make_figure(WIDTH, CHAIN, 44, 12)
    panel = UnrolledPanel(axes, title, key=False)
    panel.axes.set_xlabel(say("time step (states: blue −1, orange 1)"))  # noqa: RUF001
    text = (
        "{name} unrolled: a column of units for each time step, coloured by value; above them the "
        "gradient comes back, as thick as it is large."
    )
    panel.alt = say(text, name=name)
    return figure, panel


def left_in_short(norms: Tensor) -> str:
    """Return what the dot says: how much of the gradient is left where the verdict looks."""
    if not norms.isfinite().all() or norms[-1] == 0:
        return ""
    back = min(BACK, len(norms) - 1)
    left = (norms[-1 - back].double() / norms[-1].double()).item()
    percent = "< 0.000001" if 0 < left < 1e-8 else plain(100 * left)
    text = (
        "● {steps} back: {times} times as large"
        if left > 1
        else "● {steps} back: {percent} % is left"
    )
    return say(text, steps=counted(back), times=number(left), percent=percent)


def verdict(name: str, norms: Tensor) -> str:
    """Return in words what becomes of the gradient on its way back through norms (T,).

    It vanishes if less than 1 % is left 30 steps back (at the first time step, if that is nearer),
    and explodes if it is more than 10 times as large there.
    """
    if not norms.isfinite().all():
        text = "{name}: the gradient is too large for a float32. It explodes."
        return say(text, name=name)
    if norms[-1] == 0:
        return say("{name}: the gradient is 0 at the last hidden state already.", name=name)
    left = (norms.double().flip(0) / norms[-1].double()).tolist()  # by steps back, (T,)
    back = min(BACK, len(left) - 1)
    head = "{name}: after {steps} back, {percent} % of the gradient is left."
    if left[back] > 1:
        head = "{name}: after {steps} back, the gradient is {times} times as large."
    values = {"percent": plain(100 * left[back]), "times": number(left[back])}
    head = say(head, name=name, steps=counted(back), **values)
    end = say("It stays within reach.")
    if left[back] < VANISHED:
        first = next(k for k, fraction in enumerate(left) if fraction < VANISHED)
        end = say("It vanishes: below 1 % after {steps}.", steps=counted(first))
    elif left[back] > EXPLODED:
        first = next(k for k, fraction in enumerate(left) if fraction > EXPLODED)
        end = say("It explodes: above 10 times after {steps}.", steps=counted(first))
    return sentences(head, end)


def clipping(grad_norm: float, clip_norm: float) -> str:
    """Return in words what clipping does to gradients of this norm, all parameters together."""
    factor = clip_factor(grad_norm, clip_norm)
    text = (
        "The gradients of all parameters together have a norm of {norm}, above the bound "
        "{bound:g}: clipping multiplies each by {factor}."
    )
    if math.isnan(factor):
        text = (
            "The gradients of all parameters together have a norm too large for a float32: "
            "clipping cannot mend that."
        )
    elif factor == 1:
        text = (
            "The gradients of all parameters together have a norm of {norm}, within the bound "
            "{bound:g}: nothing is clipped."
        )
    return say(text, norm=number(grad_norm), bound=clip_norm, factor=plain(factor))


def clip_factor(grad_norm: float, clip_norm: float) -> float:
    """Return what `torch.nn.utils.clip_grad_norm_` multiplies every gradient by.

    It is nan if the norm is not finite: some gradients would become 0 and some nan.
    """
    return min(1.0, clip_norm / (grad_norm + 1e-6)) if math.isfinite(grad_norm) else math.nan


def counted(steps: int) -> str:
    """Return a number of steps in words."""
    return say_count("{n} step", "{n} steps", n=steps)


def plain(value: float) -> str:
    """Return three digits of a number from 0 to 100, with no exponent."""
    if 0 < value < 1e-6:
        return say("less than 0.000001")
    return f"{float(f'{value:.3g}'):.8f}".rstrip("0").rstrip(".")


def number(value: float) -> str:
    """Return three digits of a number, or all before the point."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def drawable(norms: Any) -> Any:
    """Return norms within the limits: what is outside ends at the edge."""
    return np.clip(np.nan_to_num(norms, nan=HIGH, posinf=HIGH), LOW, HIGH)
