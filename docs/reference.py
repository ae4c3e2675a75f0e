"""Makes the reference of rnnlab's public names from their docstrings, by pdoc."""

from __future__ import annotations

from pathlib import Path

import rnnlab

TEMPLATES = Path(__file__).parent / "site" / "reference"


def write_reference(target: Path) -> None:
    """Write one page of all names that `rnnlab.__all__` has.

    Args:
        target: the folder for it: `rnnlab.html`, and `index.html` that leads there.

    Raises:
        ModuleNotFoundError: without pdoc, which the extra `docs` has.
    """
    try:
        import pdoc  # here: the other pages do without it
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the reference is made by pdoc, which is missing: pip install 'rnnlab[docs]', or leave "
            "it out: python -m docs.build --no-reference",
            name=error.name,
        ) from error
    # pdoc asks a module for what is in it, and these names come when they are first asked for
    vars(rnnlab).update({name: getattr(rnnlab, name) for name in rnnlab.__all__})
    pdoc.render.configure(
        docformat="google",
        include_undocumented=False,
        search=False,
        show_source=False,  # it would be nine tenths of a page of 2 MB
        template_directory=TEMPLATES,
    )
    pdoc.pdoc("rnnlab", output_directory=target)
