"""A value is no number any more: where, out of what, how it came to that, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from vgtui.tui.drawing.numbers import compact, from_log10
from vgtui.tui.keymap import bindings_for, key_of
from vgtui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from vgtui.analysis.forensics import Before, NonFinite


class NonFiniteScreen(Dialog[bool]):
    """Its answer is whether to go back to the last finite step."""

    BINDINGS = bindings_for("nonfinite")

    def __init__(self, found: NonFinite) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "A value is no number any more"
            box.border_subtitle = (
                f"{key_of('go_back', 'nonfinite')} back to step {self._found.last_finite_step}"
                f" · {key_of('close', 'dialog')} stay"
            )
            with VerticalScroll(classes="pages", can_focus=False):
                yield Static(page(self._found))

    def action_go_back(self) -> None:
        """To the last finite step."""
        self.dismiss(True)


def page(found: NonFinite) -> Content:
    """Which operation gave what, out of which operands; and the last finite passes."""
    place = [f"layer {found.layer} ({found.name})" if found.layer is not None else "the loss"]
    for name, number in (("unit", found.unit), ("time step", found.time_step), ("sample", found.sample)):
        if number is not None:
            place.append(f"{name} {number}")
    lines = [
        Content.assemble(
            (found.operation, "bold"),
            " gave ",
            (f"{found.value:g}", "bold $text-error"),
            f" in {', '.join(place)}",
        ),
        *(Content(f"  {operand.name} = {compact(operand.value, 4)}") for operand in found.operands),
    ]
    if found.before:
        lines += [
            Content(""),
            Content.styled("before that  step      loss  ‖gradient‖  largest weight", "$text-muted"),
        ]
        lines += [_row(before) for before in found.before]
    question = f"Go back to step {found.last_finite_step}, the last at which all was finite?"
    return Content("\n").join([*lines, Content(""), Content.styled(question, "bold")])


def _row(before: Before) -> Content:
    numbers = (compact(before.loss, 4), from_log10(before.gradient_log10), compact(before.largest_weight))
    return Content(f"{before.step:>17}{numbers[0]:>10}{numbers[1]:>12}{numbers[2]:>16}")
