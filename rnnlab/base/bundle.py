"""How IPython shows a widget, with ipywidgets 7, which Colab has, as with ipywidgets 8."""

from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"


class ShownAsBundle:
    """A widget that is shown by its `_repr_mimebundle_`; comes before ipywidgets' own class.

    ipywidgets 7 shows a widget by `_ipython_display_`, which IPython would ask first.
    Example: `class Page(ShownAsBundle, ipywidgets.VBox): ...`
    """

    _ipython_display_ = None

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return (data, metadata) or data, as IPython takes it."""
        newer = getattr(super(), "_repr_mimebundle_", None)
        if newer is not None:
            return newer(**options)
        model: str = self.model_id  # type: ignore[attr-defined]  # the widget has it
        view = {"version_major": 2, "version_minor": 0, "model_id": model}
        return {"text/plain": repr(self), VIEW: view}
