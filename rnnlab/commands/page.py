"""`rnnlab page`: one HTML file in which a network trains, in any browser, without a kernel."""

import json
import os
import re
from pathlib import Path

from rnnlab.base.catalogues import ENGLISH
from rnnlab.base.files import written_whole
from rnnlab.base.parser import fail, make_parser
from rnnlab.base.say import language, say
from rnnlab.base.showable import tell
from rnnlab.commands.console import refusal
from rnnlab.commands.page_texts import MAIN, translations

NAME, FILE = "rnnlab page", "rnnlab-page.html"  # not said
TRANSLATIONS = "<!-- `rnnlab page` puts the translations here. -->"  # not said
ABOUT = """Write a web page in which a recurrent network trains before one's eyes, as in the lab:
one file that needs no kernel and no network connection. Open it in a browser, or give it away."""
AFTER = "exit status: 0 done, 1 failed, 2 wrong usage"
_NAMED = re.compile(r'<link rel="stylesheet" href="(?P<style>[\w.]+)">|'  # not said
                    r'<script src="(?P<script>[\w.]+)"></script>')  # fmt: skip


def main(arguments: list[str], command: str = NAME) -> int:
    """Write the page and return the exit status."""
    file = _file(arguments, command).absolute()
    try:
        content = build().encode()
        with written_whole(file, "page") as target:
            target.write(content)
    except OSError as error:
        return fail(NAME, say("cannot write {file}: {why}", file=file, why=refusal(error, file)))
    done = "Written to {file} ({size} kB). Open it in a browser: it needs no network connection."
    tell(say(done, file=file, size=-(-len(content) // 1000)))
    return 0


def _file(arguments: list[str], command: str) -> Path:
    """Return where the page is to be written, and refuse lines that cannot work."""
    parser = make_parser(command, say(ABOUT), say(AFTER))
    add = parser.add_argument
    where = say("where to write it ({name})", name=FILE)
    add("file", nargs="?", type=Path, default=Path(FILE), metavar="FILE", help=where)
    add("--force", action="store_true", help=say("replace a file that is there"))
    options, left_over = parser.parse_known_args(arguments)
    file: Path = options.file
    refused = ""
    if left_over:
        refused = "{word!r} is not known here; rnnlab page --help lists what is"
    elif os.path.isdir(file):
        refused = "argument FILE: {file} is a folder; expected the name of a file: {file}/{name}"
    elif os.path.lexists(file) and not options.force:
        refused = (
            "argument FILE: {file} is there already: give --force to replace it, or another name"
        )
    if refused:
        parser.error(say(refused, file=file, name=FILE, word=next(iter(left_over), "")))
    return file


def build() -> str:
    """Return the page with all that it is made of in one text of HTML.

    It has all languages, and opens in the one that is spoken here if that is not English; else in
    the one of the reader's browser.

    Raises:
        FileNotFoundError: if the files that it is made of are missing.

    Example:
        Path("page.html").write_text(build(), encoding="utf-8")
    """
    folder = page_folder()
    html = (folder / MAIN).read_text(encoding="utf-8")
    html = html.replace(TRANSLATIONS, _translations(folder))
    return _NAMED.sub(lambda found: _inlined(folder, found), html)


def page_folder() -> Path:
    """Return where this rnnlab has the files of the page: in the package, or in a checkout's docs.

    Raises:
        FileNotFoundError: if they are missing.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "commands" / "page_files", package.parent / "docs" / "page"):
        if (folder / MAIN).is_file():
            return folder
    raise FileNotFoundError(say(
        "the files of the page are missing from {package}: pip install --force-reinstall rnnlab",
        package=package,
    ))  # fmt: skip


def _inlined(folder: Path, found: re.Match[str]) -> str:
    """Return the element that holds what a file of the page says, in place of its name."""
    tag, name = next((kind, name) for kind, name in found.groupdict().items() if name)
    content = (folder / name).read_text(encoding="utf-8")
    return f"<{tag}>\n{content}</{tag}>"


def _translations(folder: Path) -> str:
    """Return the element that holds the translations, and the language that is spoken here."""
    known: dict[str, object] = {"translations": translations(folder)}
    if language() != ENGLISH:
        known["preset"] = language()
    content = json.dumps(known, ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")
    return f"<script>\nglobalThis.rnnlabPage = {content};\n</script>"
