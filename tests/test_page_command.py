"""`rnnlab page`: the file that it writes, and what it refuses."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rnnlab
from rnnlab.base import catalogues, say
from rnnlab.commands import page
from rnnlab.commands.main import main
from tests.conftest import refuse

pytestmark = pytest.mark.usefixtures("here")
ROOT = Path(rnnlab.__file__).parents[1]


def test_one_file_holds_all(here, capsys):
    assert main(["page"]) == 0
    file = here / "rnnlab-page.html"
    size = file.stat().st_size
    said = f"Written to {file} ({-(-size // 1000)} kB). Open it in a browser: it needs no network"
    assert capsys.readouterr().out == f"{said} connection.\n"
    assert size <= 300_000
    html = file.read_text(encoding="utf-8")
    parts = [path for kind in ("*.js", "*.css") for path in (ROOT / "docs/page").glob(kind)]
    assert len(parts) > 10
    for path in parts:
        assert path.read_text(encoding="utf-8") in html, path.name
    assert not re.search(r'\b(?:src|href)="(?!data:|#)', html)
    assert "://" not in html.replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert html.count("</script>") == html.count("<script>")
    assert sorted(path.name for path in here.iterdir()) == ["rnnlab-page.html"]


def test_the_file_has_all_languages_and_opens_in_the_one_that_is_spoken(here, monkeypatch):
    start = '<script>\nglobalThis.rnnlabPage = {"translations":{"zh":{'
    english = page.build()
    assert english.count(start) == 1
    monkeypatch.setattr(say, "_language", "zh")
    chinese = page.build()
    assert chinese.replace(',"preset":"zh"};', "};") == english
    assert chinese.count('"preset":"zh"};') == 1


def test_an_installed_rnnlab_writes_the_same_page(tmp_path, monkeypatch):
    """A wheel has the digests of the English alone; the page has the English itself."""
    written = page.build()
    (tmp_path / "zh.json").write_text(catalogues.pack("zh"), encoding="utf-8")
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    catalogues.catalogue.cache_clear()
    assert page.build() == written


def test_a_name_of_ones_own(here):
    (here / "pages").mkdir()
    assert main(["page", "pages/mine.html"]) == 0
    assert (here / "pages/mine.html").read_text(encoding="utf-8") == page.build()


def test_what_is_there_stays_unless_it_is_to_be_replaced(here, capsys):
    (here / "mine.html").write_text("mine")
    with pytest.raises(SystemExit) as ended:
        main(["page", "mine.html"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "rnnlab page: error: argument FILE: mine.html is there already: give --force to replace "
        "it, or another name\n"
    )
    assert (here / "mine.html").read_text() == "mine"
    assert main(["page", "--force", "mine.html"]) == 0
    assert (here / "mine.html").read_text(encoding="utf-8") == page.build()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["folder"], "argument FILE: folder is a folder; expected the name of a file: "
         "folder/rnnlab-page.html"),
        (["--force", "folder"], "argument FILE: folder is a folder; expected the name of a file: "
         "folder/rnnlab-page.html"),
        (["a.html", "b.html"], "'b.html' is not known here; rnnlab page --help lists what is"),
        (["--epochs", "3"], "'--epochs' is not known here; rnnlab page --help lists what is"),
    ],
)  # fmt: skip
def test_wrong_lines(here, capsys, arguments, said):
    (here / "folder").mkdir()
    with pytest.raises(SystemExit) as ended:
        main(["page", *arguments])
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"rnnlab page: error: {said}\n"
    assert [path.name for path in here.iterdir()] == ["folder"]


def test_places_that_cannot_be_written_to(here, capsys, monkeypatch):
    assert main(["page", "no/page.html"]) == 1
    said = f"rnnlab page: error: cannot write {here}"
    assert capsys.readouterr().err == (
        f"{said}/no/page.html: the folder {here}/no of the page page.html does not exist: create "
        "it\n"
    )
    monkeypatch.setattr(os, "fsync", refuse(errno.ENOSPC))
    assert main(["page", "page.html"]) == 1
    assert capsys.readouterr().err == (
        f"{said}/page.html: No space left on device; make room, or choose a place on another disk\n"
    )
    assert [*here.iterdir()] == []


def test_a_package_without_the_files_says_so(here, capsys, monkeypatch):
    monkeypatch.setattr(page, "MAIN", "nothing.html")
    assert main(["page"]) == 1
    package = Path(rnnlab.__file__).parent
    assert capsys.readouterr().err == (
        f"rnnlab page: error: cannot write {here}/rnnlab-page.html: the files of the page are "
        f"missing from {package}: pip install --force-reinstall rnnlab\n"
    )


def test_it_needs_nothing_that_is_installed(here):
    """`make page` has no environment: no torch, nothing but Python and this checkout."""
    command = [sys.executable, "-S", "-m", "rnnlab", "page"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (here / "rnnlab-page.html").read_text(encoding="utf-8") == page.build()
