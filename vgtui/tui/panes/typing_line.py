"""The line in which a value is typed, and the line under it that says what is expected, or what was wrong."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label


class ValueInput(Input):
    """Escape leaves the value as it was."""

    BINDINGS = [Binding("escape", "cancel", "Cancel")]

    class Cancelled(Message):
        """Nothing is to be changed."""

    def action_cancel(self) -> None:
        """Leave without a change."""
        self.post_message(self.Cancelled())


class TypingLine(Vertical):
    """Both lines, each there only while it is needed."""

    class Left(Message):
        """Typing has ended: with a text, or with None for no change."""

        def __init__(self, text: str | None) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__()
        self._label = Label("", markup=False)
        self._input = ValueInput(compact=True, select_on_focus=True)
        self._hint = Label("", classes="hint", markup=False)
        self._given = ""
        self._line = Horizontal(self._label, self._input, classes="typing")
        self._line.display = self._hint.display = False

    def compose(self) -> ComposeResult:
        yield self._line
        yield self._hint

    def ask(self, label: str, value: str, expected: str) -> None:
        """Have a value typed."""
        self._label.update(f"{label} ")
        self._input.value = self._given = value
        self._line.display = True
        self.say(expected)
        self.screen.set_focus(self._input)

    def renew(self, value: str) -> None:
        """The value has become another one meanwhile: it stands there where nobody has begun to type."""
        if self.is_open and value != self._given == self._input.value:
            self._input.value = self._given = value
            self._input.select_all()

    @property
    def is_open(self) -> bool:
        """Whether something is being typed."""
        return bool(self._line.display)

    def say(self, text: str, wrong: bool = False) -> None:
        """What is expected, or what was wrong; nothing when all is well."""
        self._hint.set_class(wrong, "error")
        self._hint.update(text)
        self._hint.display = bool(text)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._leave(None if event.value == self._given else event.value)

    @on(ValueInput.Cancelled)
    def _cancelled(self) -> None:
        self._leave(None)

    def _leave(self, text: str | None) -> None:
        self._line.display = False
        self.say("")
        self.post_message(self.Left(text))
