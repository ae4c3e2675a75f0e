"""The class as one HTML page for the teacher: no script, nothing loaded, in light and in dark.

All that comes from files is escaped; what stands between backticks in the course's words is code.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from rnnlab.base.say import say
from rnnlab.base.showable import as_html
from rnnlab.course.classroom.learners import Learner, SchoolClass, done_of, exercises, guesses
from rnnlab.course.classroom.stumbles import Stumble, stumbles
from rnnlab.course.lesson_words import to_html
from rnnlab.course.lessons import titles

MARK = '<meta name="generator" content="rnnlab class">'  # by which the command knows its own page
NOTEBOOKS = "https://github.com/rnnlab/rnnlab/blob/main/notebooks/"
HEADS = "Question", "Wrong at first", "Not yet right", "The commonest mistake"
SHOWN = 12  # questions that stand open; the others are folded away
STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
PRIVATE = (
    "This page was made on this machine from the files that were handed in. Nothing was sent, "
    "nothing is loaded: the names stay where the page is."
)


def page(school_class: SchoolClass, when: datetime) -> str:
    """Return the page, as HTML.

    Args:
        school_class: what `read_class` has read.
        when: it was read.

    Example:
        >>> page(read_class(Path("handed-in")), datetime.now())[:15]
        '<!doctype html>'
    """
    learners, unread = school_class
    parts = [
        f"<h1>The class</h1>\n<p class=lead>{as_html(head_line(school_class))}.</p>",
        f"<p class=muted>{when:%Y-%m-%d, %H:%M}. {PRIVATE}</p>",
        *_notes(learners),
        _where(learners),
        _stumbled(stumbles(learners)),
        _unread(school_class) if unread else "",
    ]
    body = "\n".join(part for part in parts if part)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{MARK}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>The class: rnnlab</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{body}\n</main>\n</body>\n</html>\n"
    )


def head_line(school_class: SchoolClass) -> str:
    """Return how many learners there are, and how many files could not be read."""
    learners, unread = len(school_class.learners), len(school_class.unread)
    text = "{count} learner" if learners == 1 else "{count} learners"
    if unread:
        text += ", {unread} file could not be read" if unread == 1 else (
            ", {unread} files could not be read")  # fmt: skip
    return say(text, count=learners, unread=unread)


def _notes(learners: Sequence[Learner]) -> list[str]:
    """Return what is to be known of the files that were read, a paragraph each."""
    notes = []
    if several := [one for one in learners if len(one.files) > 1]:
        names = "; ".join(f"{_name(one.name)} ({_paths(one.files)})" for one in several)
        text = "Several files, put together (what is solved in one of them counts): {names}."
        notes.append(f"<p class=muted>{say(text, names=names)}</p>")
    if old := sum(one.old for one in learners):
        text = (
            "Files of {old} of {all} learners are of an older rnnlab, which kept no mistakes, and "
            "of guesses the latest: what went wrong with their exercises is not known."
        )
        notes.append(f"<p class=muted>{say(text, old=old, all=len(learners))}</p>")
    return notes


def _where(learners: Sequence[Learner]) -> str:
    """Return the table of learners and lessons."""
    called = titles()
    heads = "".join(
        f'<th scope=col title="{as_html(called.get(lesson, ""))}">{lesson}</th>'
        for lesson in exercises()
    )
    rows = "\n".join(_row(one) for one in learners)
    lessons = "".join(f"<li>{lesson} {as_html(title)}</li>" for lesson, title in called.items())
    finished = "".join(
        f"<td>{sum(_level(one, lesson) == 4 for one in learners)}</td>" for lesson in exercises()
    )
    return f"""<h2 id=where>Who is where</h2>
<p class=muted id=read>Above: guesses made. Below: exercises solved. The stronger the colour, the
more of the lesson is done.</p>
<div class=wide role=region aria-labelledby=where tabindex=0>
<table class=where aria-labelledby=where aria-describedby=read>
<thead><tr><th scope=col>Learner</th><th scope=col>All</th>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
<tfoot><tr><th scope=row>Finished by</th><td></td>{finished}</tr></tfoot>
</table>
</div>
<details><summary>The lessons</summary><ul>{lessons}</ul></details>"""


def _row(one: Learner) -> str:
    total = _cell(one, [*exercises()], "")
    cells = "".join(_cell(one, [lesson], f"s{_level(one, lesson)}") for lesson in exercises())
    return f"<tr><th scope=row>{_name(one.name)}</th>{total}{cells}</tr>"


def _cell(one: Learner, lessons: Iterable[str], shade: str) -> str:
    """Return how much a learner has done in some lessons, for eyes and for ears."""
    asked = [number for lesson in lessons for number in guesses()[lesson]]
    there = [number for lesson in lessons for number in exercises()[lesson]]
    made, solved = done_of(asked, one.guessed), done_of(there, one.solved)
    seen = [f"{made}/{len(asked)}"] + [f"<b>{solved}/{len(there)}</b>"] * bool(there)
    heard = say("{made} of {asked} guesses, {solved} of {there} exercises",
                made=made, asked=len(asked), solved=solved, there=len(there))  # fmt: skip
    if not made and not solved:
        seen, heard, shade = ["&middot;"], "nothing yet", "s0"
    return (
        f"<td class={shade or 's0'}><span aria-hidden=true>{'<br>'.join(seen)}</span>"
        f"<span class=heard>{heard}</span></td>"
    )


def _level(one: Learner, lesson: str) -> int:
    """Return from 0 to 4 how much of a lesson is done: 0 nothing, 4 all of it."""
    all_of_it = len(guesses()[lesson]) + len(exercises()[lesson])
    done = done_of(guesses()[lesson], one.guessed) + done_of(exercises()[lesson], one.solved)
    return 4 if done == all_of_it else min(-(-3 * done // all_of_it), 3)


def _stumbled(found: Sequence[Stumble]) -> str:
    """Return the table of the questions that went wrong."""
    head = "<h2 id=stumbled>Where many stumbled</h2>"
    if not found:
        return f"{head}\n<p>As far as the files say, every first answer was right.</p>"
    text = (
        "What most learners had wrong at first comes first. Beside it stands the commonest "
        "mistake: the first hint to it (\u2026 stands for their own numbers), or the guess and "
        "its reply."
    )
    more = ""
    if len(found) > SHOWN:
        which = say("{count} more that went wrong for somebody", count=len(found) - SHOWN)
        more = f"\n<details><summary>{which}</summary>{_questions(found[SHOWN:])}</details>"
    return f"{head}\n<p>{text}</p>\n{_questions(found[:SHOWN])}{more}"


def _questions(found: Iterable[Stumble]) -> str:
    # phones show rows as blocks, which would make them no rows to a screen reader but for the roles
    heads = "".join(f"<th scope=col role=columnheader>{head}</th>" for head in HEADS)
    rows = "\n".join(map(_question, found))
    return f"""<table class=rows role=table aria-labelledby=stumbled>
<thead role=rowgroup><tr role=row>{heads}</tr></thead>
<tbody role=rowgroup>
{rows}
</tbody></table>"""


def _question(one: Stumble) -> str:
    home = as_html(one.notebook)
    link = f' <a href="{NOTEBOOKS}{home}">{home}</a>' if home else ""
    wrong = say("{wrong} of {tried}", wrong=one.wrong, tried=one.tried)
    question = one.question[:1].upper() + one.question[1:]
    never = str(one.never) if one.kind == "exercise" else "\u2013"
    made = say("{made} of {wrong}", made=one.made, wrong=one.wrong)
    return (
        f"<tr role=row><th scope=row role=rowheader>{one.kind.capitalize()} {one.number}</th>"
        f'<td class=many role=cell data-head="Wrong at first:">{wrong}</td>'
        f'<td class=many role=cell data-head="Not yet right:">{never}</td>'
        f"<td role=cell>{to_html(question)}{link}<br>"
        f"<b>{made}:</b> {to_html(one.mistake)}</td></tr>"
    )


def _unread(school_class: SchoolClass) -> str:
    rows = "".join(
        f"<li><bdi>{as_html(path)}</bdi>: {as_html(reason)}</li>\n"
        for path, reason in school_class.unread
    )
    return f"<h2>Files that could not be read</h2>\n<ul>\n{rows}</ul>"


def _name(name: str) -> str:
    return f"<bdi>{as_html(name)}</bdi>"  # a name from right to left turns nothing beside it


def _paths(paths: Iterable[str]) -> str:
    return ", ".join(f"<bdi>{as_html(path)}</bdi>" for path in paths)
