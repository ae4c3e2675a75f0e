"""Labs that can be examined: a button, and what the doctor says of a fresh run, on the page."""

import os
import re
from pathlib import Path
from typing import Any

from rnnlab.base.say import say, translated
from rnnlab.base.showable import as_html, said
from rnnlab.course.lessons import sections_by_mistake
from rnnlab.doctor.report import UNKNOWN, Finding, Reading, Report
from rnnlab.doctor.watch import AlreadyWatched, examine
from rnnlab.loop import batch
from rnnlab.microscope import faults
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.runs.random_states import random_state, seeded_state, set_random_state
from rnnlab.runs.threads import fitting_threads, on_threads
from rnnlab.widgets.base import MESSAGE, Lab
from rnnlab.widgets.outputs import LinkedHTML

LOOP_FILES = (batch.__file__, faults.__file__)  # whose lines the stepper shows
ASK = "Ask the doctor"  # not said: a button has it as its name
BUSY = (
    "The doctor cannot look now: A watch (rnnlab.watch) is on in this notebook. Ask again when its "
    "block has ended."
)
ELSEWHERE = (
    'A lesson without a link is not beside this notebook. In a terminal, "rnnlab lab" opens a copy '
    "of all of them."
)
WATCHED = (
    "What the doctor says: A fresh run with these settings was watched; your own is where it was."
)
OF_THE_VIEW = {"speed", "free_running", "apply_while_training"}  # no other run follows from these
SECONDS = 3.0  # of computing that an examination may take; most take less than one
# by the code of a finding: the setting that it is about
SETTING_OF = {
    "learning-rate-too-high": "learning_rate",
    "learning-rate-too-low": "learning_rate",
    "nonfinite-gradient": "learning_rate",
    "exploding-gradient": "clip",
    "vanishing-gradient": "cell",
    "carried-and-shuffled": "hidden_state",
}
FIX_OF = {  # what to do here, if not what the finding says
    "nonfinite-gradient": "a lower learning rate, and clip = True",
    "exploding-gradient": "clip = True",
    "carried-and-shuffled": 'hidden_state = "reset", or batches in order',
}
STYLE = """<style>
.rnnlab .rnnlab-doctor { color: var(--jp-ui-font-color1, #333); font-size: 13px;
  line-height: 1.45; margin: 8px 0; padding: 4px 0 4px 12px; container-type: inline-size;
  border-left: 3px solid var(--jp-border-color1, #bdbdbd) }
.rnnlab .rnnlab-doctor:focus-visible { outline-offset: -2px }
.rnnlab .rnnlab-doctor h3 { font: inherit; font-weight: bold; margin: 0 }
.rnnlab .rnnlab-doctor p { margin: 2px 0; max-width: 66em }
.rnnlab .rnnlab-doctor table { border-collapse: collapse; font-size: inherit; margin: 6px 0 }
.rnnlab .rnnlab-doctor th { font-weight: normal; color: var(--jp-ui-font-color2, #5f5f5f) }
.rnnlab .rnnlab-doctor th:first-child { width: 27% }
.rnnlab .rnnlab-doctor th:last-child { width: 29% }
.rnnlab .rnnlab-doctor :is(tr, td) { line-height: inherit; padding-left: 0 }
.rnnlab .rnnlab-doctor tr > * { border-bottom: 1px solid var(--jp-border-color2, #e0e0e0) }
.rnnlab .rnnlab-doctor a:any-link { text-decoration: underline }
.rnnlab .rnnlab-doctor td > code:not(pre) { font: 12px/1.45 var(--jp-code-font-family, monospace);
  padding: 0; background: none }
.rnnlab .jp-RenderedHTML:has(> .rnnlab-doctor) { padding-right: 0 }
@container (max-width: 480px) {
  .rnnlab .rnnlab-doctor thead { display: none }
  .rnnlab .rnnlab-doctor :is(table, tbody, tr, td) { display: block; width: auto }
  .rnnlab .rnnlab-doctor td:not(:last-child) { border: 0; padding-bottom: 0 }
}
</style>"""  # not said


class ExaminedLab(Lab):
    """A lab whose loop the doctor examines when the learner asks: first they look themselves.

    A lab of its own says what run is examined (`_fresh_run`) and for how many batches (`_most`),
    and has `_doctor` among its children. What is found stays until a setting changes.
    """

    seed: Any
    _most = 20
    _said = ""  # what the doctor has said, as text

    def __init__(self) -> None:
        super().__init__()
        self._doctor = LinkedHTML()

    def ask_the_doctor(self) -> Report | None:
        """Train a fresh run with the present settings under watch, for a short while, and show it.

        The lab's own run, its model and all random numbers stay as they are.

        Returns:
            the report; None if the doctor cannot look: the lab then says why.
        """
        self._check_open()
        outside = random_state()
        try:
            run = self._fresh_run()
            set_random_state(seeded_state(self.seed))
            with on_threads(fitting_threads(run.model)):
                report, raised = examine(run.whole_batches(), self._most, SECONDS, LOOP_FILES)
        except (TypeError, ValueError) as error:  # there is no fresh run
            self._show_doctor(say("The doctor cannot look: {reason}.", reason=said(error)))
            return None
        except AlreadyWatched:
            self._show_doctor(say(BUSY))
            return None
        finally:
            set_random_state(outside)
        report.findings = [self._placed(finding) for finding in report.findings]
        report.readings = {
            finding.code: readings(finding.code)
            for finding in report.findings if finding.code != UNKNOWN
        }  # fmt: skip
        text, page = str(report), report._repr_html_()
        if any(not reading.address for known in report.readings.values() for reading in known):
            elsewhere = say(ELSEWHERE)
            text, page = f"{text}\n{elsewhere}", f"{page}<p>{as_html(elsewhere)}</p>"
        if [finding.code for finding in report.findings] == [UNKNOWN]:
            ended = "It has ended with an error whose cause is not known: {error}"
            text = say(ended, error=raised)
            page = f"<p>{as_html(text)}</p>"
        self._show_doctor(say(WATCHED), text, page)
        return report

    def _on_ask(self) -> None:
        self.ask_the_doctor()

    def describe(self) -> str:
        """Return what the pictures show, and what the doctor has said, in words."""
        return "\n".join(filter(None, (self._words(), self._said)))

    def _fresh_run(self) -> PhaseStepper:
        """Return a run with the present settings, at its start, that nobody else uses."""
        raise NotImplementedError  # each lab has its own

    def _placed(self, finding: Finding) -> Finding:
        """Return a finding with a place that the page shows: a setting, or the loop's line."""
        where, fix = finding.where, finding.fix
        name = SETTING_OF.get(finding.code, "")
        if name in self.controls:
            file = say("the setting {label}", label=self.controls[name].description)
            fix = translated(FIX_OF.get(finding.code, "")) or fix
            where = where._replace(file=file, line=0, text=f"{name} = {getattr(self, name)!r}")
        elif where.source in LOOP_FILES:
            where = where._replace(file=say("the loop"))
        return finding._replace(where=where, fix=fix)

    def _apply_all(self) -> None:
        if self._changed - OF_THE_VIEW:  # all others make it another run
            self._said = self._doctor.value = ""
        super()._apply_all()

    def _show_doctor(self, words: str, text: str = "", page: str = "") -> None:
        """Show what the doctor says: first in words, whose part before the colon is the title."""
        self._said = "\n".join(filter(None, (words, text)))
        title, first = re.split(": |：", words, maxsplit=1)
        head = f'<section class="rnnlab-doctor" aria-label="{title}" tabindex="0">'  # not said
        first = f"<h3>{title}</h3><p>{as_html(first, MESSAGE)}</p>"
        self._doctor.value = f"{STYLE}{head}{first}{page}</section>"
        self._access.say(self._said)


def readings(code: str) -> list[Reading]:
    """Return the sections of lessons that treat a mistake, with a link to each that it can reach.

    A link opens the learner's own copy of a lesson, which stands beside the notebook of the lab.
    """
    try:
        sections = sections_by_mistake().get(code, [])
    except FileNotFoundError:  # a package without its notebooks
        return []
    beside = Path(os.environ.get("JPY_SESSION_NAME", "")).parent  # Jupyter's path of the notebook
    return [
        Reading(str(section), section.address if os.path.isfile(beside / section.notebook) else "")
        for section in sections
    ]
