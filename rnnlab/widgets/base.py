"""What all labs share: settings, one runner, live pictures, a status line, messages, an end."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets
from IPython.core.getipython import get_ipython
from IPython.display import Image as StaticImage

from rnnlab.base.bundle import ShownAsBundle
from rnnlab.base.say import english_of, say, translated
from rnnlab.base.showable import as_html, said, showable, showable_lines
from rnnlab.base.torch_state import check_defaults
from rnnlab.runs.checks import TrainingDiverged
from rnnlab.widgets.access import Access
from rnnlab.widgets.controls import offer, on_button, same
from rnnlab.widgets.kept_picture import KeptPicture, page_of
from rnnlab.widgets.live import FASTEST, Pace, Runner, warm_up
from rnnlab.widgets.outputs import OwnOutput, has_own_lines
from rnnlab.widgets.picture import LivePicture, side_by_side
from rnnlab.widgets.viewer.glossary import explain

SHEET = 2200  # pixels across a snapshot at most, at twice the density of the page
WARM_UP = 0.5  # seconds after its cell that a lab warms up
STATUS, MESSAGE = 600, 1000  # characters that fit into their places
CALM = 1.0  # seconds between two pictures at least, where the reader's system asks for less motion

_displayed: dict[str, tuple[str, "Lab"]] = {}  # cell id -> (execution, the lab shown there)


class SettingError(traitlets.TraitError, ValueError):
    """A value that a setting of a lab cannot have; its text says what was expected."""


class ClosedLab(RuntimeError, AttributeError):
    """A closed lab was asked for something; it has no more than its settings."""

    def __init__(self) -> None:
        text = "this lab is closed, by close() or because its cell was run again: make a new one"
        super().__init__(say(text))


class Setting(traitlets.TraitType):  # no [Any, Any], which traitlets 5.7 lacks
    """A trait that the lab itself checks, by `Lab._check_setting`."""

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the value.

        Raises:
            SettingError: for a value that cannot work; the one before stays.
        """
        try:
            obj._check_setting(self.name, value)
        except (TypeError, ValueError) as error:
            raise SettingError(_told(error)) from None
        return value


class Lab(ShownAsBundle, w.VBox):
    """A page of controls and live pictures around one runner. The last line of a cell shows it.

    A lab follows its settings: the latest wins. A bad value is refused: one that was set by a
    control with a message in the lab, one that was set from code with an error. A subclass has a
    `Setting` for each name in `controls`, and says what a value must be (`_check_setting`) and what
    a change does (`_apply`). It says what it is called (`_label`), makes its pictures and puts its
    parts together in `children`, beside those that it finds here: the part that makes it
    accessible, the status line, the message, the text twin and the errors.
    """

    _label = "Lab"
    controls: dict[str, Any]
    _warms_up = True  # before its first run, for the second that torch's first optimizer takes
    _ready = False
    _went_on = False  # it ran when the status line was last written
    pictures: tuple[LivePicture, ...] = ()
    closed = False

    def __init__(self) -> None:
        check_defaults("a lab")
        super().__init__()
        self._bare = {*vars(self), "_bare", "_runner", "_changed", "closed"}  # what is never let go
        self.add_class("rnnlab")
        self._errors = OwnOutput()
        self._runner = Runner(self._on_slice, self._fail, self._errors.listening)
        self._pace = Pace()
        self._kept = KeptPicture(self._runner, self._kept_page)
        self._access = Access(label=translated(self._label), kept=self._kept.name)
        self._access.observe(self._on_less_motion, "less_motion")
        self._status, self._twin, self._message = w.HTML(), w.HTML(), w.HTML()
        self._spoken: dict[str, str] = {}  # by part, what a screen reader has said last

    # ---- settings ------------------------------------------------------------------------

    @classmethod
    def setting_names(cls) -> list[str]:
        """Return the names of the settings."""
        every = (item for kind in reversed(cls.__mro__) for item in vars(kind).items())
        return [name for name, trait in every if isinstance(trait, Setting)]

    def _settings(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.setting_names()}

    def _set(self, settings: Mapping[str, Any]) -> None:
        """Take the settings that a lab is made with."""
        known = self.setting_names()
        if unknown := sorted(set(settings) - {*known}):
            raise TypeError(
                say("unknown settings {unknown}; known are {known}", unknown=unknown,
                    known=", ".join(known))
            )  # fmt: skip
        for name, value in settings.items():
            setattr(self, name, value)

    def _follow(self) -> None:
        """Begin to follow the controls and the traits; the last thing a lab's making does."""
        self._changed: set[str] = set()
        for name, control in self.controls.items():
            offer(control, getattr(self, name))
            control.observe(partial(self._on_control, name), names="value")
        self.observe(self._on_setting, names=[*self.controls])
        self._access.observe(lambda _: self._runner.call(self._on_width), "width")
        self._ready = True

    def _check_setting(self, name: str, value: Any) -> None:
        """Raise ValueError or TypeError for a value that cannot work."""
        raise NotImplementedError  # each lab has its own settings

    def _apply(self, changed: set[str]) -> None:
        """Act on changed settings, on the thread of the kernel's loop."""
        raise NotImplementedError

    def _on_control(self, name: str, change: Any) -> None:
        """Set what a control was moved to, or say why it cannot be and move it back."""
        try:
            setattr(self, name, change["new"])
        except Exception as error:  # a task of the learner's own may raise anything
            stays, reason = getattr(self, name), _told(error)
            refusal = "{reason}. {name} stays {stays!r}."
            self._complain(say(refusal, reason=reason, name=name, stays=stays))
            offer(self.controls[name], stays)

    def _on_setting(self, change: Any) -> None:
        if same(change["old"], change["new"]):
            return
        self._check_open()
        name = change["name"]
        offer(self.controls[name], change["new"])
        self._changed.add(name)
        self._runner.call(self._apply_all)

    def _apply_all(self) -> None:
        """Act on what has changed since the last call; what a method of the lab does first.

        A cell may set a setting and call it at once, before the loop has had its turn.
        """
        while self._changed and not self.closed:  # acting on one may change another
            changed, self._changed = self._changed, set()
            self._complain("")
            self._apply(changed)

    # ---- what a learner or a script calls ------------------------------------------------

    def snapshot(self) -> StaticImage:
        """Return the pictures as they are now; unlike the lab they are saved with the notebook."""
        self._check_open()
        for picture in self.pictures:
            picture.draw_crisp()
        sheet = side_by_side(
            [[picture.image() for picture in column] for column in self._columns()], SHEET
        )
        file = io.BytesIO()
        sheet.save(file, "png", optimize=True)
        image = StaticImage(file.getvalue(), width=sheet.width // 2)
        image.alt = showable_lines(self.describe())  # IPython 7 knows no such argument
        return image

    def _columns(self) -> list[Sequence[LivePicture]]:
        """Return the pictures as they stand in a snapshot: those of a column below each other."""
        return [[picture] for picture in self.pictures]

    def describe(self) -> str:
        """Return what the pictures show, in words."""
        raise NotImplementedError  # each lab has its own pictures

    def close(self) -> None:
        """End the run and remove the lab, with all its parts, from the page and from memory.

        The notebook's Out has whatever a cell has shown, for good: a closed lab is to be small.
        """
        if self.closed or "_runner" not in vars(self):
            return  # or its making has failed: there is nothing yet
        self._runner.close()
        for cell in [cell for cell, (_, lab) in _displayed.items() if lab is self]:
            del _displayed[cell]
        parts = _with_parts(self)
        super().close()
        for part in parts[1:]:
            part.close()
        self.closed = True
        self.set_trait("children", ())
        for name in {*vars(self)} - self._bare:
            delattr(self, name)

    if not TYPE_CHECKING:  # else mypy would believe that a lab has everything

        def __getattr__(self, name: str) -> Any:
            if self.closed:
                raise ClosedLab
            return super().__getattribute__(name)  # which raises what it has to say

    # ---- the run -------------------------------------------------------------------------

    def _make_buttons(self, actions: Mapping[str, Callable[[], None]]) -> dict[str, w.Button]:
        """Return a button for each action, on the loop's thread; the first is the big one."""
        buttons = {}
        for name, action in actions.items():
            words, tip = on_button(name)
            layout = w.Layout(width="auto", min_width="88px")
            buttons[name] = w.Button(description=words, tooltip=tip, layout=layout)
            buttons[name].on_click(lambda _, act=action: self._runner.call(act))
        first = next(iter(buttons.values()))
        first.button_style, first.layout.width = "primary", "140px"
        return buttons

    def _check_open(self) -> None:
        if self.closed:
            raise ClosedLab

    def _on_width(self) -> None:
        if width := self._access.width:
            self._fit(width)

    def _fit(self, width: int) -> None:
        """Make the pictures as large as so many pixels across allow."""

    def _crisp_later(self) -> None:
        """Draw the pictures at twice the density, one at a time, unless it runs again by then."""
        for picture in self.pictures:
            self._runner.call(partial(self._make_crisp, picture))

    def _make_crisp(self, picture: LivePicture) -> None:
        if self._runner.steps is None and not picture.crisp:
            picture.draw_crisp()
            self._kept.renew_soon()

    def _on_slice(self, done: bool) -> None:
        """Show what a slice of work has changed."""
        raise NotImplementedError  # each lab has its own pictures

    def _on_error(self, error: Exception) -> None:
        """Show where an exception has ended the run."""

    def _fail(self, error: Exception) -> None:
        """Show an exception that ended the run: it would vanish otherwise."""
        self._complain(remedy(error))
        if not isinstance(error, TrainingDiverged):  # there is no line to mend
            self._errors.show_error(error)
        try:
            self._on_error(error)
        except Exception as another:  # the learner's own code may draw and describe, too
            self._errors.show_error(another)

    @property
    def _busy(self) -> bool:
        """Whether what is shown changes by itself."""
        return self._runner.busy

    # ---- what is said --------------------------------------------------------------------

    def _words(self) -> str:
        """Return what the text twin says."""
        return self.describe()

    def _glossary(self) -> Mapping[str, str]:
        """Return what words of the text twin mean."""
        return {}

    def _on_less_motion(self, change: Any) -> None:
        self._pace.fastest = CALM if change["new"] else FASTEST

    def _say(self, status: str) -> None:
        """Write the status line; while it runs a screen reader says only the first, not each."""
        goes_on = self._busy
        status = showable(status, STATUS)
        # Not live itself: a screen reader would miss what is replaced, or never come to an end.
        page = f'<div role="status" aria-live="off">{as_html(status)}</div>'  # not said
        self._status.value = page
        if not (goes_on and self._went_on):
            self._speak("status", status)
        self._went_on = goes_on
        self._access.pictures = [showable(picture.panel.alt) for picture in self.pictures]

    def _show_twin(self) -> None:
        words = showable_lines(self._words())
        self._write_twin(words)
        if not self._busy:
            self._speak("twin", words)

    def _write_twin(self, words: str) -> None:
        """Write the text twin, a paragraph for each line."""
        glossary = self._glossary()
        paragraphs = "".join(
            f"<p>{explain(as_html(line), glossary)}</p>" for line in words.splitlines()
        )
        name = as_html(say("The pictures in words"))
        head = f'<div class="rnnlab-twin" role="group" aria-label="{name}">'  # not said
        self._twin.value = f"{head}{paragraphs}</div>"

    def _speak(self, part: str, words: str) -> None:
        """Have a screen reader say the words of a part of the lab, unless it has said them last."""
        self._kept.renew_soon()
        if self._spoken.get(part) != words:
            self._spoken[part] = words
            self._access.say(words)

    def _complain(self, message: str) -> None:
        text = as_html(message, MESSAGE)
        page = f'<div role="alert" class="rnnlab-message">{text}</div>'  # not said
        self._message.value = page if message else ""

    def _kept_page(self) -> str:
        """Return what the lab shows now as HTML, for where there is no lab."""
        pictures = [
            (picture.widget.value, picture.widget.layout.width, showable(picture.panel.alt))
            for picture in self.pictures
        ]
        label, *_ = re.split("[.。]", translated(self._label))
        return page_of(label, pictures, self._twin.value)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        self._runner.attach()
        if self._warms_up:
            # when the page has said how much room it has, while the learner looks at the picture
            self._runner.later(WARM_UP, warm_up)
        cell, execution = _present_cell()
        if cell:
            shown = _displayed.get(cell)
            _displayed[cell] = (execution, self)
            # the cell was run again: its earlier lab is gone from the page, if no other shows it
            if shown and shown[0] != execution and not _is_displayed(shown[1]):
                shown[1].close()
        self._kept.show()
        return super()._repr_mimebundle_(**options)

    def __repr__(self) -> str:
        """Return what stands where there are neither widgets nor HTML."""
        state = "closed" if self.closed else "controls and pictures, live in a notebook"
        return f"<{type(self).__name__}: {translated(state)}>"


def remedy(error: Exception) -> str:
    """Return what an exception in a lab says, and what to do."""
    said = _told(error)
    if isinstance(error, TrainingDiverged):
        return said
    no_memory = re.search("(allocate|out of|enough) memory", english_of(error))  # not said
    if isinstance(error, MemoryError) or no_memory:
        text = (
            "There is not enough memory for this: {reason} Choose a smaller hidden size, fewer "
            "layers or shorter windows."
        )
        return say(text, reason=said.splitlines()[0])
    if not has_own_lines(error):
        return said
    text = "{error} (the lines below say where; after mending them, run their cell and this one)"
    return say(text, error=said)


def _told(error: Exception) -> str:
    return showable_lines(said(error), MESSAGE) or type(error).__name__


def _with_parts(widget: Any) -> list[Any]:
    """Return a widget and all its parts; ipywidgets closes neither children nor layouts."""
    parts = [widget]
    for child in getattr(widget, "children", ()):
        parts += _with_parts(child)
    return parts + [p for p in (widget.layout, getattr(widget, "style", None)) if p is not None]


def _is_displayed(lab: Lab) -> bool:
    """Return whether a cell shows a lab."""
    return any(shown is lab for _, shown in _displayed.values())


def _present_cell() -> tuple[str, str]:
    """Return the id of the notebook cell that is running, and of this execution of it."""
    kernel = getattr(get_ipython(), "kernel", None)
    parent = kernel.get_parent("shell") if kernel else {}
    return parent.get("metadata", {}).get("cellId", ""), parent.get("header", {}).get("msg_id", "")
