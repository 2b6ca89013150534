"""Where a value comes from: its formula, the numbers in it, what it says, and whose formula it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from vgtui.tui.drawing.numbers import compact, from_log10
from vgtui.tui.keymap import key_of, keys_for
from vgtui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from vgtui.analysis.explain import Explanation

DIGITS = 4


class ExplainScreen(Dialog[None]):
    """One explanation, and those that belong to it."""

    BINDINGS = [Binding(keys_for("explain"), "close", show=False)]

    def __init__(self, explanation: Explanation) -> None:
        super().__init__()
        self._explanation = explanation

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Where it comes from"
            box.border_subtitle = f"{key_of('explain')} or {key_of('close', 'dialog')} closes"
            with VerticalScroll(classes="pages", can_focus=True):
                yield Static(page(self._explanation))


def page(explanation: Explanation) -> Content:
    """The explanation as lines of text."""
    value = written(explanation.value, explanation.log10)
    parts = [
        Content.assemble((f"{explanation.title} = ", "bold"), (value, "bold $text-primary")),
        Content(""),
        Content(f"  {explanation.formula}"),
        *_terms(explanation),
        Content(""),
    ]
    if explanation.meaning:
        parts.append(Content(explanation.meaning))
    parts.append(Content.styled(f"Source: {explanation.source}", "$text-muted"))
    for other in explanation.also:
        parts += [Content(""), page(other)]
    return Content("\n").join(parts)


def _terms(explanation: Explanation) -> list[Content]:
    """Symbol, number and meaning in columns."""
    numbers = [written(term.value, term.log10) for term in explanation.terms]
    symbol = max(len(term.symbol) for term in explanation.terms)
    width = max(map(len, numbers))
    return [
        Content.assemble(
            f"  {term.symbol:<{symbol}}  ",
            (f"{number:>{width}}", "bold"),
            (f"  {term.meaning}", "$text-muted"),
        )
        for term, number in zip(explanation.terms, numbers, strict=True)
    ]


def written(value: float, log10: float | None) -> str:
    """A number; where float64 does not hold it, its power of ten."""
    if log10 is not None and value == 0.0:
        return from_log10(log10, DIGITS)
    return compact(value, DIGITS)
