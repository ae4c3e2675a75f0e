"""A question that a learner answers before a cell is run, and only then is told what was seen.

The page is a few lines of plain HTML, which brings its own names and keys for keyboards and screen
readers; anywidget lets a widget have such a page.
"""

from typing import Any

import anywidget
import traitlets

from rnnlab.base.bundle import ShownAsBundle
from rnnlab.base.say import say, translated
from rnnlab.course import kept
from rnnlab.course.guesses import Guess, find_guess
from rnnlab.course.lesson_words import to_html

STYLE = """
.rnnlab-guess { border: 1px solid var(--jp-border-color1, #bdbdbd); border-radius: 4px;
  margin: 4px 0; padding: 4px 14px 10px; max-width: 60em; line-height: 1.45;
  color: var(--jp-ui-font-color1, #333); font-size: var(--jp-content-font-size1, 14px) }
.rnnlab-guess legend { font-weight: bold; padding: 0 6px; width: auto; margin: 0;
  font-size: inherit; border: 0; color: inherit }
.rnnlab-guess p { margin: 4px 0 6px }
.rnnlab-guess label { display: flex; align-items: baseline; padding: 3px 0; cursor: pointer }
.rnnlab-guess input[type=radio] { margin: 0 8px 0 2px }
.rnnlab-guess input[type=text] { width: 8em; margin-left: 8px; font: inherit; padding: 2px 6px }
.rnnlab-guess button { margin-top: 6px; padding: 4px 14px; font: inherit; cursor: pointer }
.rnnlab-guess button:disabled { cursor: default }
.rnnlab-guess [role=status]:not(:empty) { margin-top: 8px; padding: 2px 10px;
  border-left: 4px solid #1976d2 }
.rnnlab-guess code { background: none; color: inherit; font-size: .95em }
.rnnlab-guess :focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2);
  outline-offset: 2px }
"""  # not said
# What changes stands in the page from the start, so that a screen reader hears it change.
CODE = """
export default {
  render({ model, el }) {
    const get = name => model.get(name), make = (tag, parent, html = "") => {
      const node = document.createElement(tag);
      node.innerHTML = html;
      parent.append(node);
      return node;
    };
    const frame = make("fieldset", el), number = !get("choices").length;
    frame.className = "rnnlab-guess";
    make("legend", frame, get("title"));
    make("p", frame, get("question"));
    const fields = (number ? [""] : get("choices")).map(choice => {
      const label = make("label", frame, number ? get("labels").number : "");
      const field = make("input", label);
      field.type = number ? "text" : "radio";
      field.name = `${get("title")} ${model.cid ?? ""}`;
      field.value = choice;
      if (!number) make("span", label, get("shown")[get("choices").indexOf(choice)]);
      return field;
    });
    const button = make("button", frame), reply = make("div", frame);
    button.type = "button";
    reply.setAttribute("role", "status");
    const given = () => number ? fields[0].value.trim() : fields.find(f => f.checked)?.value ?? "";
    const committed = () => get("answer") !== "";
    const show = () => {
      const held = fields.includes(el.ownerDocument.activeElement);
      for (const field of fields) {
        if (committed()) number ? field.value = get("answer")
          : field.checked = field.value === get("answer");
        field.disabled = committed();
      }
      reply.innerHTML = get("reply");
      enable();
      if (held && committed()) button.focus();  // else the next key would be JupyterLab's
    };
    const enable = () => {
      button.textContent = get("labels")[committed() ? "again" : "commit"];
      button.disabled = !committed() && !given();
    };
    const commit = () => {
      if (button.disabled) return;
      model.send({ guess: committed() ? "" : given() });
    };
    frame.addEventListener("input", enable);
    frame.addEventListener("keydown", event => {
      event.stopPropagation();  // else JupyterLab takes arrows and Enter for its own
      if (event.key === "Enter" && event.target !== button) commit();
    });
    button.addEventListener("click", commit);
    model.on("change:answer change:reply", show);
    show();
    return () => model.off("change:answer change:reply", show);
  },
};
"""  # not said


class GuessPage(ShownAsBundle, anywidget.AnyWidget):
    """A question with choices, or with a field for a number; the reply unfolds after the guess.

    Attributes:
        answer: what was guessed, "" before that. Setting it is guessing.
        reply: what is said of it, as HTML; "" before that.

    Args:
        asked: the question.
    """

    _esm, _css = CODE, STYLE
    title = traitlets.Unicode().tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    shown = traitlets.List(traitlets.Unicode()).tag(sync=True)  # the choices as HTML
    labels = traitlets.Dict().tag(sync=True)  # of the field for a number, and of the button
    answer = traitlets.Unicode().tag(sync=True)
    reply = traitlets.Unicode().tag(sync=True)

    def __init__(self, asked: Guess) -> None:
        super().__init__(
            title=say("Guess {number}", number=asked.number),
            question=to_html(translated(asked.question)),  # found elsewhere
            choices=asked.choices,
            shown=[to_html(asked.shown(choice)) for choice in asked.choices],
            labels={
                "number": say("Your number"),
                "commit": say("That is my guess"),
                "again": say("Guess again"),
            },
        )
        self._asked = asked
        self.on_msg(lambda _, content, buffers: self.guess(str(content.get("guess", ""))))
        self.guess(kept.guessed().get(asked.number, ""), keep=False)

    def guess(self, answer: str, keep: bool = True) -> None:
        """Commit to an answer and show the reply; "" takes the guess back."""
        self.reply = ""
        try:
            said = self._asked.reply(answer) if answer else ""
        except ValueError as error:  # no number; or, not to be kept, what an older lesson offered
            self.answer, self.reply = "", to_html(str(error)) if keep else ""
            return
        self.answer = answer
        if answer:
            seen = translated(self._asked.seen)  # found elsewhere
            self.reply = "".join(f"<p>{to_html(t)}</p>" for t in (said, seen) if t)
            if keep:
                kept.keep_guess(self._asked.number, answer, self._asked.kind(answer))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the page; where there are no widgets, the question and a fold with the answer."""
        shown = super()._repr_mimebundle_(**options) or {}
        data, *metadata = (shown,) if isinstance(shown, dict) else shown  # the older anywidget's
        plain = {"text/plain": as_text(self._asked), "text/html": as_fold(self._asked)}
        return {**data, **plain}, *metadata


def as_text(asked: Guess) -> str:
    """Return the question and its choices, without a reply."""
    question = translated(asked.question)  # found elsewhere
    head = say("Guess {number}. {question}", number=asked.number, question=question)
    return "\n".join([head, *(f"- {asked.shown(choice)}" for choice in asked.choices)])


def as_fold(asked: Guess) -> str:
    """Return the question and its choices, and below them, folded, what was to be seen."""
    title = say("Guess {number}.", number=asked.number)
    question = to_html(translated(asked.question))  # found elsewhere
    choices = "".join(f"<li>{to_html(asked.shown(choice))}</li>" for choice in asked.choices)
    replies = "".join(
        f"<p><b>{to_html(asked.shown(kind))}</b>: {to_html(asked.reply_to(kind))}</p>"
        for kind in asked.replies
    )
    seen = f"<p>{to_html(translated(asked.seen))}</p>" if asked.seen else ""  # found elsewhere
    fold = f"<summary>{say('Guess first, then open this')}</summary>{replies}{seen}"
    return f"<p><b>{title}</b> {question}</p><ul>{choices}</ul><details>{fold}</details>"


def guess(number: str) -> GuessPage:
    """Show a question of a lesson; it tells what was to be seen once you have committed to a guess.

    The guess is kept in a file of your own and shown again the next time; `progress()` counts it.

    Args:
        number: such as "04.2", the second of lesson 04.

    Raises:
        ValueError: if there is none of that number, with the known ones.

    Example:
        >>> rnnlab.guess("04.2")
    """
    return GuessPage(find_guess(number))
