"""A panel in an `ipywidgets.Image` that is redrawn in about a millisecond.

The background is drawn once and kept, lines are drawn upon it, text is drawn once and then
stamped where it belongs, and few colours make a small file.
"""

import io
from collections.abc import Sequence
from typing import Any

import ipywidgets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from rnnlab.pictures.plots import BLUE, INK, ORANGE, RED, Panel
from rnnlab.runs.interrupts import InterruptHeld

SHADES = 21  # of each colour, from white to full
DEFAULT_WIDTH = 940  # pixels across a lab, until the page has reported how many there are
MOST_STAMPS = 400  # texts whose pixels are kept; numbers that change make new ones at each drawing


class LivePicture:
    """A picture on the page, drawn live at the size shown, or once more crisp at twice the density.

    Args:
        figure: what is drawn.
        panel: on the figure.
    """

    def __init__(self, figure: Figure, panel: Panel) -> None:
        self.widget = ipywidgets.Image(format="png")
        self.widget.add_class("rnnlab-picture")
        self.show(figure, panel)

    def show(self, figure: Figure, panel: Panel) -> None:
        """Put this panel in the place of the one before."""
        self.figure, self.panel = figure, panel
        self._canvas: FigureCanvasAgg = self.figure.canvas  # type: ignore[assignment]
        for artist in self.panel.moving:
            artist.set_animated(True)
        self.crisp = False  # whether the page shows it at twice the density
        self._background: Any = None
        self._masks: dict[Any, Image.Image] = {}  # how much of each pixel a text covers
        width = round(self.figure.get_figwidth() * 100)
        self.widget.layout.width, self.widget.layout.max_width = f"{width}px", "100%"

    def resize(self, width: int, height: int) -> None:
        """Make the picture this many pixels large; what is beside its axes keeps its size."""
        before = self.figure.get_size_inches() * 100
        if tuple(before.round()) == (width, height):
            return
        places = [(axes, axes.get_position()) for axes in self.figure.axes]
        self.figure.set_size_inches(width / 100, height / 100)
        for axes, box in places:
            left, right = box.x0 * before[0], (1 - box.x1) * before[0]
            bottom, top = box.y0 * before[1], (1 - box.y1) * before[1]
            inside = (width - left - right) / width, (height - bottom - top) / height
            axes.set_position((left / width, bottom / height, *inside))
        self.show(self.figure, self.panel)

    def draw(self, changed: bool = False) -> None:
        """Draw what moves on the kept background, and the background too if it has changed."""
        if changed or self._background is None:
            self._canvas.draw()
            self._background = self._canvas.copy_from_bbox(self.figure.bbox)
        visible: list[Any] = [artist for artist in self.panel.moving if artist.get_visible()]
        texts = [artist for artist in visible if isinstance(artist, Text)]
        stamps = [self._stamp(text) for text in texts]
        self._canvas.restore_region(self._background)
        for artist in visible:
            if not isinstance(artist, Text):  # a panel may have several axes
                artist.axes.draw_artist(artist)
        image = self._pixels()
        for text, (mask, corner) in zip(texts, stamps, strict=True):
            image.paste(_bytes(text.get_color()), corner, mask)
        self.widget.value, self.crisp = _png(image), False

    def draw_crisp(self) -> None:
        """Draw everything at twice the density; the picture keeps its size on the page."""
        with InterruptHeld():
            self.figure.set_dpi(200)
            self._canvas.draw()
            moving: list[Any] = self.panel.moving
            for artist in moving:
                if artist.get_visible():
                    artist.axes.draw_artist(artist)
            self.widget.value, self.crisp = _png(self._pixels()), True
            self.figure.set_dpi(100)

    def image(self) -> Image.Image:
        """Return what the widget shows."""
        return Image.open(io.BytesIO(self.widget.value)).convert("RGB")

    def _stamp(self, text: Text) -> tuple[Image.Image, tuple[int, int]]:
        """Return the coverage of a text and where its upper left corner belongs."""
        renderer = self._canvas.get_renderer()
        box = text.get_window_extent(renderer)
        left, top = round(box.x0) - 1, round(self.figure.bbox.height - box.y1) - 1
        name = text.get_text(), text.get_fontsize(), text.get_fontweight()
        if name not in self._masks:
            if len(self._masks) >= MOST_STAMPS:
                self._masks.clear()
            renderer.clear()  # to transparent: what is drawn now is seen in the alpha channel
            text.draw(renderer)
            size = round(box.width) + 3, round(box.height) + 3
            alpha = self._pixels("RGBA").getchannel("A")
            self._masks[name] = alpha.crop((left, top, left + size[0], top + size[1]))
        return self._masks[name], (left, top)

    def _pixels(self, mode: str = "RGB") -> Image.Image:
        size, buffer = self._canvas.get_width_height(), self._canvas.buffer_rgba()
        return Image.frombuffer("RGBA", size, buffer, "raw", "RGBA", 0, 1).convert(mode)


def _bytes(color: Any) -> tuple[int, ...]:
    return tuple(round(255 * part) for part in to_rgb(color))


def _make_palette() -> Image.Image:
    palette = Image.new("P", (1, 1))
    shades = [
        round(255 + (part - 255) * k / (SHADES - 1))
        for color in (BLUE, ORANGE, INK, RED)  # all greys are shades of ink
        for k in range(SHADES)
        for part in _bytes(color)
    ]
    palette.putpalette(shades)
    return palette


_palette = _make_palette()


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    few = image.quantize(palette=_palette, dither=Image.Dither.NONE)
    few.save(file, "png", compress_level=1)
    return file.getvalue()


def side_by_side(columns: Sequence[Sequence[Image.Image]], most: int) -> Image.Image:
    """Return one image of columns of images in a row, wrapped where it is wider than `most`."""
    places, x, y, bottom, right = [], 0, 0, 0, 0
    for column in columns:
        width = max(image.width for image in column)
        if x and x + width > most:
            x, y = 0, bottom
        down = y
        for image in column:
            places.append((image, (x, down)))
            down += image.height
        x, bottom = x + width, max(bottom, down)
        right = max(right, x)
    sheet = Image.new("RGB", (right, bottom), "white")
    for image, place in places:
        sheet.paste(image, place)
    return sheet
