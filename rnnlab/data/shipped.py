"""The data that come with rnnlab: sunspots, CO2, a sine wave with noise, and first names."""

import dataclasses
import pathlib

import torch

from rnnlab.base.checks import (
    check_count,
    check_known,
    check_not_negative,
    check_positive,
    check_seed,
)
from rnnlab.base.say import say
from rnnlab.data.reading import read_series
from rnnlab.data.series import Series

DATASETS = pathlib.Path(__file__).parent / "datasets"


def load_sunspots() -> Series:
    """Mean sunspot number of each year, 1700-2008 (309 values).

    Source: US National Geophysical Data Center (NOAA), public domain; see datasets/SOURCES.md.
    """
    return read_series(DATASETS / "sunspots_yearly.csv", name="Sunspots", unit="sunspots")


def load_co2() -> Series:
    """Mean CO2 at Mauna Loa of each month, 1958-03 to 2001-12 (526 values, ppm).

    A month with no reading is filled by a straight line between its neighbours, and the note
    names it. Source: Keeling and Whorf, CDIAC, US Department of Energy, 2004, public domain; see
    datasets/SOURCES.md.
    """
    series = read_series(DATASETS / "co2_monthly.csv", name="CO2", unit="ppm", fill_gaps=True)
    note = (
        "5 of 526 months have no reading and are filled by a straight line between their "
        "neighbours: 1958-06, 1958-10, 1964-02, 1964-03, 1964-04."
    )
    return dataclasses.replace(series, note=say(note))


def read_names(whose: str) -> list[str]:
    """Return the first names of "women" (4,275) or of "men" (1,219), lower case, sorted.

    Source: lists of the 1990 US census (US Census Bureau, public domain), 331 names are in both;
    see datasets/SOURCES.md.

    Raises:
        ValueError: for another list.
    """
    check_known("whose", whose, ("women", "men"), "lists")
    return (DATASETS / f"first_names_{whose}.txt").read_text("utf-8").split()


def make_sine(length: int = 400, period: float = 25.0, noise: float = 0.1, seed: int = 0) -> Series:
    """Return a sine wave of amplitude 1 with normal noise of the given standard deviation."""
    times = torch.arange(check_count("length", length))
    period, noise = check_positive("period", period), check_not_negative("noise", noise)
    generator = torch.Generator().manual_seed(check_seed("seed", seed))
    values = torch.sin(2 * torch.pi * times / period)
    values = values + noise * torch.randn(length, generator=generator)
    # names are drawn in pictures, whose font has no letters of other languages
    return Series("Noisy sine", tuple(times.tolist()), values, "", "step")  # not said
