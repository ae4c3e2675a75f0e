"""Texts as a user's file, notebook or class may hold, and what must never come of them."""

import re
from html.parser import HTMLParser

from matplotlib.text import Text

TEXTS = {
    "dollars": r"$x_{$ 100 $ \frac{} }{",
    "html": "\"><img src=x onerror=alert(1)><script>alert('&')</script><!--",
    "control": "a\0b\x1b[31mred\x1b]0;t\x07\x9b2J\x85\x7f",
    "surrogate": "caf\udce9 \ud800 \ufffe",
    "bidi": "\u202eevil\u2066 \u200f\u05d0",
    "lines": "one\r\ntwo\u2028three\tfour {0} {x!r} %s",
    "long": "Wolf " * 1000,
    "word": "n" * 5000,
    "formula": "=cmd|' /C calc'!A0",
    "empty": "",
}
MIXED = "".join(TEXTS[k] for k in ("formula", "dollars", "html", "control", "surrogate", "bidi"))
NASTY = {**TEXTS, "mixed": f"{MIXED}{TEXTS['lines']}"}
FORBIDDEN = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
OURS = {"a", "abbr", "b", "bdi", "body", "br", "caption", "code", "col", "colgroup", "details",
        "div", "figcaption", "figure", "h1", "h2", "h3", "head", "html", "img", "li", "main",
        "meta", "p", "pre", "section", "span", "style", "summary", "table", "tbody", "td", "tfoot",
        "th", "thead", "title", "tr", "ul"}  # fmt: skip


class Page(HTMLParser):
    """Refuses what rnnlab's own pages never hold."""

    def handle_starttag(self, tag, attrs):
        assert tag in OURS, tag
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            if tag == "img":
                assert name != "src" or value.startswith("data:image/png"), value
            assert name != "href" or not value.startswith("javascript"), value

    def handle_comment(self, data):
        raise AssertionError(data)


def check_text(text, most=20_000):
    """Refuse a text for a page, a terminal or a screen reader that is not showable."""
    found = FORBIDDEN.search(text)
    assert not found, (found[0], text[max(0, found.start() - 40) : found.end() + 40])
    assert len(text) <= most
    text.encode()


def check_html(html, most=20_000):
    """Refuse a page in which a text has become a part of it."""
    check_text(re.sub(r'src="data:[^"]*"', "", html), most)
    page = Page(convert_charrefs=True)
    page.feed(html)
    page.close()


def check_figure(figure):
    """Refuse a figure with a text that it cannot draw, or that leaves it at its right or left."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    for artist in figure.findobj(Text):
        text = artist.get_text()
        check_text(text, 300)
        if "$" in text and "mathdefault" not in text:
            assert not artist.get_parse_math(), text
        if re.search("[A-Za-z]{4}", text) and artist.get_visible():  # ticks may lie outside
            box = artist.get_window_extent(renderer)
            assert box.x0 > -12, text
            assert box.x1 < figure.bbox.width + 12, text
