"""How IPython shows a widget: in Colab, which has ipywidgets 7, as with ipywidgets 8."""

import sys
from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"


class ShownAsBundle:
    """A widget that is shown by its `_repr_mimebundle_`; comes before ipywidgets' own class.

    ipywidgets 7 shows a widget by `_ipython_display_`, which IPython would ask first.
    Example: `class Page(ShownAsBundle, ipywidgets.VBox): ...`
    """

    _ipython_display_ = None

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return data, or (data, metadata), as IPython takes them; None to show nothing."""
        newer = getattr(super(), "_repr_mimebundle_", None)
        shown = self._bundle() if newer is None else newer(**options)
        metadata = _metadata_in_colab()
        return (shown, metadata) if metadata and isinstance(shown, dict) else shown

    def _bundle(self) -> dict[str, Any]:
        """Return what ipywidgets 8 does."""
        model: str = self.model_id  # type: ignore[attr-defined]  # the widget has it
        view = {"version_major": 2, "version_minor": 0, "model_id": model}
        return {"text/plain": repr(self), VIEW: view}


def _metadata_in_colab() -> dict[str, Any]:
    """Return what has Colab show widgets that are not ipywidgets' own, as anywidget does.

    A lab has such a part. Colab adds this by itself to what is displayed, not to a cell's result.
    """
    widgets = getattr(sys.modules.get("google.colab.output"), "_widgets", None)
    url = getattr(widgets, "_installed_url", None)
    return {VIEW: {"colab": {"custom_widget_manager": {"url": url}}}} if url else {}
