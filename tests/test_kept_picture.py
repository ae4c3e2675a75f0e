"""What a notebook keeps of a lab, for where it is read without a kernel."""

import asyncio
import base64
import io
import re
from html import escape
from types import SimpleNamespace
from unittest import mock

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter
from PIL import Image

import rnnlab
from rnnlab.base.bundle import VIEW
from rnnlab.widgets import base, kept_picture

LABS = {
    "TrainingLab": lambda: rnnlab.TrainingLab("sine", epochs=2, hidden_size=4),
    "LoopStepper": lambda: rnnlab.LoopStepper("sine", hidden_size=4),
    "GradientLab": lambda: rnnlab.GradientLab(length=10, hidden_size=4),
    "StateLab": lambda: rnnlab.StateLab(window=2, hidden_size=4, epochs=1),
    "LandscapeLab": lambda: rnnlab.LandscapeLab(
        "sine", epochs=2, hidden_size=4, seeds=1, learning_rates=[0.1], clip_norms=[None]
    ),
}


@pytest.fixture
def published(monkeypatch):
    """Return what is published in a notebook: (data, metadata, and options) of each call."""
    notebook = mock.Mock()
    monkeypatch.setattr(
        kept_picture, "get_ipython",
        lambda: SimpleNamespace(kernel=True, display_pub=SimpleNamespace(publish=notebook)),
    )  # fmt: skip
    monkeypatch.setattr(kept_picture, "SOON", 0.01)
    return notebook.call_args_list


def pictures_in(html):
    return [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"))
        for png in re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    ]


@pytest.mark.parametrize("name", LABS)
def test_every_lab_is_kept_as_pictures_and_words(name, published):
    lab = LABS[name]()
    data = lab._repr_mimebundle_()
    assert VIEW in data
    assert data["text/plain"] == f"<{name}: controls and pictures, live in a notebook>"
    ((kept, metadata), options) = published[0]
    assert metadata == kept_picture.MARK
    assert options == {"transient": {"display_id": lab._kept.name}, "update": False}
    html = kept["text/html"]
    assert "as it was last seen. To have it live again, run this cell." in html
    shown = [np.asarray(picture.image()) for picture in lab.pictures]
    assert all(map(np.array_equal, pictures_in(html), shown))
    assert len(pictures_in(html)) == len(shown) > 0
    assert all(f'alt="{escape(alt)}"' in html for alt in lab._access.pictures)
    assert lab._twin.value in html
    assert f'data-rnnlab="{lab._access.kept}"' in html  # by which the lab hides it
    lab.close()


def test_what_is_kept_follows_the_lab_but_not_each_of_its_pictures(published):
    async def main():
        lab = LABS["TrainingLab"]()
        lab._repr_mimebundle_()
        lab.epochs = 60
        for _ in range(2000):
            await asyncio.sleep(0.005)
            if not lab._busy and len(lab.history.epochs) == 60 and not lab._kept._waits:
                break
        await asyncio.sleep(0.1)
        (data, _), options = published[-1]
        assert options["update"]
        assert [p.crisp for p in lab.pictures] == [True] * 3
        shown = [np.asarray(picture.image()) for picture in lab.pictures]
        assert all(map(np.array_equal, pictures_in(data["text/html"]), shown))
        times = len(published)
        lab._tell()  # nothing has changed
        await asyncio.sleep(0.1)
        assert len(published) == times
        lab.epoch = 3
        lab.close()
        await asyncio.sleep(0.1)
        assert len(published) == times

    asyncio.run(main())


def test_a_lab_that_no_cell_shows_is_not_kept(published):
    lab = LABS["TrainingLab"]()
    lab.run()
    assert published == []
    lab.close()
    assert repr(lab) == "<TrainingLab: closed>"


def test_outside_of_a_notebook_nothing_is_published(monkeypatch):
    shell = SimpleNamespace(display_pub=mock.Mock())  # a terminal's
    monkeypatch.setattr(kept_picture, "get_ipython", lambda: shell)
    lab = LABS["TrainingLab"]()
    assert VIEW in lab._repr_mimebundle_()
    assert shell.display_pub.publish.call_count == 0
    lab.close()


def test_a_notebook_without_widgets_becomes_a_page_with_the_picture(published):
    lab = LABS["TrainingLab"]()
    data = lab._repr_mimebundle_()
    (kept, metadata), _ = published[0]
    outputs = [
        nbformat.v4.new_output("display_data", kept, metadata=metadata),
        nbformat.v4.new_output("execute_result", data, execution_count=1),
    ]
    cell = nbformat.v4.new_code_cell("lab", outputs=outputs, execution_count=1)
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    body = page.split("</head>")[1]
    assert all(map(np.array_equal, pictures_in(body), pictures_in(kept["text/html"])))
    assert len(pictures_in(body)) == 3
    assert "To have it live again, run this cell." in body
    assert lab.model_id not in body
    lab.close()


def show(lab, cell, execution):
    with mock.patch.object(base, "_present_cell", return_value=(cell, execution)):
        lab._repr_mimebundle_()


def test_a_lab_that_stands_in_two_cells_is_closed_when_both_show_another():
    first = LABS["TrainingLab"]()
    show(first, "A", "1")
    show(first, "B", "2")
    second = LABS["TrainingLab"]()
    show(second, "A", "3")
    assert not first.closed  # B shows it
    assert first.run()
    show(second, "B", "4")
    assert first.closed
    assert not second.closed
    third = LABS["TrainingLab"]()
    show(second, "A", "5")
    show(third, "A", "5")  # the same execution shows two
    assert not second.closed
    second.close()
    third.close()
    assert not base._displayed
