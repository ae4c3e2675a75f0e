"""A text for a notebook, shown as it stands."""

from __future__ import annotations

from html import escape


class Page:
    """A text that a notebook shows as it stands."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        """Return the text."""
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"
