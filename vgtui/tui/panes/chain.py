"""The chain rule: the product for one weight with its numbers plugged in, and the weight's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.weight import WeightPane

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette

ENTRY_CHARACTERS = frozenset("0123456789, ")


class ChainPane(WeightPane):
    """The product, factor by factor. Arrows choose the weight, or it is typed: layer,row,column."""

    BINDINGS = bindings_for("chain")
    EMPTY = "The product for one weight appears here with the first step."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.border_subtitle = "↑↓ row · ←→ column · [ ] layer · enter type · v sample"
        self._typed: str | None = None
        self._error = ""

    def has_content(self) -> bool:
        """Only with a product."""
        return self.frame is not None and self.frame.chain is not None

    def explanation(self) -> Explanation | None:
        """Of the product."""
        from vgtui.analysis.explain.chain import product

        chain = None if self.frame is None else self.frame.chain
        return None if chain is None else product(chain)

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The product of the frame, and the line in which a weight is typed."""
        from vgtui.tui.drawing.chain import Entry, draw_chain

        assert self.frame is not None
        assert self.frame.chain is not None
        entry = None if self._typed is None else Entry(self._typed, self._error)
        frame = self.frame
        return draw_chain(frame.chain, entry, width, height, palette, frame.revealed, frame.rival)

    # ---- choosing by typing

    def action_type_weight(self) -> None:
        """Open the line in which layer,row,column is typed."""
        self._typed, self._error = "", ""
        self.redraw()

    def on_key(self, event: events.Key) -> None:
        """With the line open: digits fill it, backspace shortens it, enter chooses, escape closes it."""
        if self._typed is None or not self.has_content():
            return
        if event.character is not None and event.character in ENTRY_CHARACTERS:
            self._typed, self._error = self._typed + event.character, ""
        elif event.key == "backspace":
            self._typed, self._error = self._typed[:-1], ""
        elif event.key == "escape":
            self._typed = None
        elif event.key == "enter":
            self._choose_typed()
        elif event.character is None:
            return
        event.stop()
        event.prevent_default()
        self.redraw()

    def on_blur(self) -> None:
        """Whoever goes elsewhere does not want to type here."""
        if self._typed is not None:
            self._typed = None
            self.redraw()

    def _choose_typed(self) -> None:
        from vgtui.tui.drawing.chain import parse_weight

        weight = parse_weight(self._typed or "", self.shapes)
        if isinstance(weight, str):
            self._error = weight
        else:
            self._typed = None
            self._choose(*weight)
