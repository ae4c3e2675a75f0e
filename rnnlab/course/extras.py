"""A notebook that needs a package says so in its first cell: `extras.need("tensorflow")`."""

from rnnlab.base.extras import NAMES, MissingExtra, how_to_get, is_installed, require
from rnnlab.base.say import say
from rnnlab.course.lesson_words import Page

# cells that help to get it
RUN_ANYWAY = ("extras.need(", "pip install", "'pip', 'install")  # not said


def need(extra: str) -> Page:
    """Say whether a notebook can run here; if not, how to get the package ("tensorflow").

    Each cell below the one that calls this is then skipped and says so, in JupyterLab as in a
    program that runs notebooks. When the package is there, running that cell again ends this.
    """
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        kept = [t for t in shell.input_transformers_post if not isinstance(t, _Skip)]
        shell.input_transformers_post[:] = kept
    if is_installed(extra):
        require(extra)
        text = "{name} is installed: all cells of this notebook can run."
        return Page(say(text, name=NAMES[extra]))
    if shell is None:
        raise MissingExtra(how_to_get(extra))
    shell.input_transformers_post.append(_Skip(NAMES[extra]))
    text = (
        "{how}\nThen run this notebook again from the top. "
        "Until then its other cells are skipped, and each says so."
    )
    return Page(say(text, how=how_to_get(extra)))


class _Skip:
    """Puts a line that says so in place of a cell's code."""

    def __init__(self, name: str) -> None:
        text = "Skipped: {name} is not installed; the first cell says how to get it."
        self.line = f"print({str(say(text, name=name))!r})"

    def __call__(self, lines: list[str]) -> list[str]:
        """Return the line, or the cell as it is where it helps to get the package."""
        code = "".join(lines)
        if not code.strip() or any(word in code for word in RUN_ANYWAY):
            return lines
        return [self.line + "\n"]
