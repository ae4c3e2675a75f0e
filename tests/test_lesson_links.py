"""What the doctor finds in a lab links to the lessons that treat it, where they can be opened."""

import html
import re

import nbformat

import rnnlab
from rnnlab.course.lessons import course_folder, sections_by_mistake
from rnnlab.widgets.doctoring import readings


def links(lab):
    """Return the links of what the doctor has said by their words, and the words of all parts."""
    page = lab._doctor.value
    found = {html.unescape(words): html.unescape(address)
             for address, words in re.findall('<a href="([^"]*)">(.*?)</a>', page)}  # fmt: skip
    return found, html.unescape(re.sub("<[^>]*>", "", page))


def test_a_finding_links_to_the_lessons_that_stand_beside_the_notebook(tmp_path, monkeypatch):
    lab = rnnlab.LoopStepper(fault="clip-before-backward")
    expected = {
        'lesson 05, "Where it belongs"': "05_gradient_clipping.ipynb#cell-id=a29",
        'lesson 09b, "Clipping to 1"': "09b_order_and_modes.ipynb#cell-id=a68",
    }
    course = tmp_path / "course"
    course.mkdir()
    monkeypatch.chdir(tmp_path)  # a learner's cell may have changed the folder
    monkeypatch.setenv("JPY_SESSION_NAME", str(course / "mine.ipynb"))

    def check(*there):
        lab.ask_the_doctor()
        found, text = links(lab)
        assert found == {words: expected[words] for words in there}
        for said in (text, lab.describe()):
            assert all(words in said for words in expected)
            assert ("A lesson without a link is not beside" in said) == (found != expected)

    there: list[str] = []
    for words, address in expected.items():
        check(*there)
        (course / address.partition("#")[0]).write_text("the learner's own copy")
        there.append(words)
    check(*there)
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "another.ipynb"))
    check()
    monkeypatch.delenv("JPY_SESSION_NAME")  # another program runs the notebook, where it stands
    check()
    monkeypatch.chdir(course)
    check(*expected)
    lab.close()


def test_each_link_of_the_course_leads_to_a_cell(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(course_folder())
    for code in sections_by_mistake():
        for reading in readings(code):
            notebook, cell = reading.address.split("#cell-id=")
            cells = {cell.id: cell for cell in nbformat.read(notebook, 4).cells}
            heading = reading.words.partition('"')[2][:-1]
            assert f"# {heading}" in cells[cell].source


def test_a_package_without_its_notebooks_names_the_lesson(monkeypatch):
    def missing():
        raise FileNotFoundError("the notebooks are missing")

    monkeypatch.setattr("rnnlab.widgets.doctoring.sections_by_mistake", missing)
    lab = rnnlab.LoopStepper(fault="missing-step")
    lab.ask_the_doctor()
    for said in (lab._doctor.value, lab.describe()):
        assert "lesson 06_optimizer_step" in said
        assert "beside this notebook" not in said
    lab.close()
