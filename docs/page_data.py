"""The series that the page trains on, as a script: `python docs/page_data.py` writes it anew."""

import json
from pathlib import Path

import rnnlab
from rnnlab.data.series import Series

TASKS = ("sunspots", "co2")
SCRIPT = """"use strict";
/* The series that come with rnnlab, made by docs/page_data.py; where they are from stands in
   rnnlab/data/datasets/SOURCES.md. */
(globalThis.rnnlabPage = globalThis.rnnlabPage || {{}}).series = {series};
"""


def script() -> str:
    """Return the script, which sets `rnnlabPage.series`."""
    series = {name: record(rnnlab.load_task(name).series) for name in TASKS}
    return SCRIPT.format(series=json.dumps(series, separators=(",", ":")))


def record(series: Series) -> dict[str, object]:
    """Return what the page needs of a series; values have the shortest names that float32 has."""
    return {
        "title": series.name,
        "unit": series.unit,
        "timeUnit": series.time_unit,
        "note": series.note,
        "times": list(series.times),
        "values": [float(str(value)) for value in series.values.numpy()],
    }


if __name__ == "__main__":
    (Path(__file__).parent / "page/data.js").write_text(script(), encoding="utf-8")
