"""A lesson's question: the reader predicts, and only then sees what happens."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from vgtui.scenario.lesson import readable
from vgtui.scenario.model import Question
from vgtui.tui.hints import named_key
from vgtui.tui.keymap import key_of
from vgtui.tui.panes.lesson import NO_GUESS
from vgtui.tui.screens.choices import Choices
from vgtui.tui.screens.dialog import Dialog

SHOW = "show the answer"


class QuestionScreen(Dialog[str]):
    """Choices by arrows or by number, or a line for a free guess; its answer is the guess, empty for none."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        choices = [readable(choice, named_key) for choice in self._question.choices]
        with Vertical(classes="box question") as box:
            box.border_title = "What do you expect?"
            box.border_subtitle = f"enter answer · {key_of('close', 'dialog')} not yet"
            yield Label(readable(self._question.question, named_key), classes="note", markup=False)
            if choices:
                yield Choices(*map(_option, range(1, len(choices) + 1), choices), compact=True)
            else:
                yield Input(placeholder=f"your guess; nothing to {SHOW}", compact=True)

    def on_key(self, event: Key) -> None:
        """A number is a choice."""
        place = int(event.key) if event.key.isdecimal() else 0
        if 1 <= place <= len(self._question.choices):
            event.stop()
            self.dismiss(self._question.choices[place - 1])

    @on(OptionList.OptionSelected)
    def _select(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._question.choices[event.option_index])

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or NO_GUESS)


def _option(number: int, choice: str) -> Option:
    return Option(Content.assemble((f"{number} ", "bold"), choice))
