"""The pictures of the lessons as small files: fewer colours, which line drawings do not miss."""

from __future__ import annotations

import base64
import io
import re

from nbformat import NotebookNode
from PIL import Image

from docs.site_words import say

INLINE = re.compile(r'(?<=src="data:image/png;base64,)[A-Za-z0-9+/=\n]+')
ALT = re.compile(r'alt="([^"]*)"')
COLOURS = 64  # antialiased lines in a few colours
WIDE, HIGH = 480, 300  # pixels of a picture in the index, at twice the density of the page


def smaller(html: str) -> str:
    """Return HTML in which each picture takes fewer bytes, and looks the same."""
    return INLINE.sub(lambda found: base64.b64encode(_few(_image(found[0]))).decode(), html)


def first_picture(notebook: NotebookNode) -> tuple[bytes, str] | None:
    """Return the first picture that the cells of a lesson draw, small, and its title.

    Args:
        notebook: with its outputs.

    Returns:
        (a PNG, its title in words), of a lab if nothing else is drawn; None if nothing is.
    """
    shown = [
        out.data for cell in notebook.cells for out in cell.get("outputs", []) if "data" in out
    ]
    for data in shown:
        html = data.get("text/html", "")
        if 'class="rnnlab-figure"' in html and (found := INLINE.search(html)):
            title = ALT.search(html)
            return _thumbnail(found[0]), re.split("[:：]", title[1])[0] if title else ""
    labs = [data["image/png"] for data in shown if "image/png" in data]
    return (_thumbnail(labs[0]), say("The lab after a run")) if labs else None


def _image(encoded: str) -> Image.Image:
    image = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image).convert("RGB")


def _few(image: Image.Image) -> bytes:
    """Return a PNG of few colours."""
    file = io.BytesIO()
    method = Image.Quantize.MEDIANCUT
    few = image.quantize(COLOURS, method=method, dither=Image.Dither.NONE)
    few.save(file, "png", optimize=True)
    return file.getvalue()


def _thumbnail(encoded: str) -> bytes:
    image = _image(encoded)
    image.thumbnail((WIDE, HIGH), Image.Resampling.LANCZOS)
    return _few(image)
