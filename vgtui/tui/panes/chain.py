"""The chain rule: the product for one weight with its numbers plugged in, and the weight's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.base import LayerSelected
from vgtui.tui.panes.weight import WeightPane

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.chain_rule import ChainRule
    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.chain_rows import Place
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.frame import Frame

ENTRY_CHARACTERS = frozenset("0123456789, ")


class ChainPane(WeightPane):
    """The product, factor by factor, of a weight that arrows choose or that is typed: layer,row,column.

    chosen  the factor that is told by itself; None for the whole product
    """

    BINDINGS = bindings_for("chain")
    EMPTY = "The product for one weight appears here with the first step."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(_hint())
        self.chosen: Place | None = None
        self._typed: str | None = None
        self._error = ""

    def show(self, frame: Frame) -> None:
        """Take the newest frame; of a weight that is shared there is more to choose."""
        super().show(frame)
        self.tell_keys(_hint("" if frame.chain is None else frame.chain.shared))

    def has_content(self) -> bool:
        """Only with a product."""
        return self.frame is not None and self.frame.chain is not None

    def explanation(self) -> Explanation | None:
        """Of the product, or of the chosen factor."""
        from vgtui.analysis.explain import chain as explain
        from vgtui.tui.drawing.chain_rows import ENTERING, PENALTY

        if self.frame is None or self.frame.chain is None:
            return None
        chain, place, revealed = self.frame.chain, self._place, self.frame.revealed
        if revealed is not None and revealed.backward > chain.layer:
            known = isinstance(place, int) and revealed.backward <= place
            return explain.gain(chain.factors[int(place) - chain.layer]) if known else None
        if place is None:
            return explain.product(chain)
        if isinstance(place, int):
            return explain.factor(chain, place - chain.layer)
        if place == PENALTY:
            training = self.frame.scenario.training
            return explain.penalty(chain, training.l1, training.l2)
        return explain.entering(chain) if place == ENTERING else explain.arriving(chain)

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The product of the frame, and the line in which a weight is typed."""
        from vgtui.tui.drawing.chain import Entry, draw_chain

        assert self.frame is not None
        assert self.frame.chain is not None
        entry = None if self._typed is None else Entry(self._typed, self._error)
        frame = self.frame
        place = self._place
        return draw_chain(frame.chain, entry, width, height, palette, frame.revealed, frame.rival, place)

    # ---- choosing a factor

    @property
    def _chain(self) -> ChainRule:
        assert self.frame is not None
        assert self.frame.chain is not None
        return self.frame.chain

    @property
    def _place(self) -> Place | None:
        """What is chosen, or what this product has in its stead."""
        from vgtui.tui.drawing.chain_rows import places_of

        chain, chosen = self._chain, self.chosen
        if isinstance(chosen, int):
            return max(chain.layer, min(chosen, chain.factors[-1].layer))
        return chosen if chosen is None or chosen in places_of(chain) else places_of(chain)[-1]

    def action_select_factor(self, places: int) -> None:
        """So many factors down; above the first of them is the whole product."""
        from vgtui.tui.drawing.chain_rows import places_of

        if self.has_content():
            every = [None, *places_of(self._chain)]
            self._select(every[max(0, min(every.index(self._place) + places, len(every) - 1))])

    def scrolled(self, places: int) -> None:
        """As the arrows do."""
        self.action_select_factor(places)

    def on_click(self, event: events.Click) -> None:
        """Choose the factor of the row that was clicked; with a second click a weight of its layer."""
        from vgtui.tui.drawing.chain import place_at

        at = event.get_content_offset(self)
        if at is None or not self.has_content():
            return
        size, before = self.content_size, self._place
        place = place_at(self._chain, at.y, size.width, size.height, before)
        if isinstance(place, int) and place == before:
            self._move(place - self._chain.layer, 0, 0)
        else:
            self._select(place)

    def _select(self, place: Place | None) -> None:
        self.chosen = place
        if isinstance(place, int):
            self.post_message(LayerSelected(place))
        self.redraw()

    def select_layer(self, layer: int) -> None:
        """Where a factor is chosen, it is that of the layer."""
        if isinstance(self.chosen, int) and layer != self.chosen:
            self.chosen = layer
            self.redraw()

    # ---- choosing by typing

    def action_type_weight(self) -> None:
        """Open the line in which layer,row,column is typed."""
        self._typed, self._error = "", ""
        self.redraw()

    def takes(self, key: events.Key) -> bool:
        """While the line is open."""
        return self._typed is not None

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


def _hint(shared: str = "") -> Content:
    """What the border says of keys; shared: by what the weight is."""
    place = ("place_back place_next", shared.removesuffix(" steps").removesuffix("s"))
    return hint(
        "chain",
        ("factor_back factor_next", "factor"),
        ("left right up down", "weight"),
        *([place] if shared else []),
        ("layer_back layer_next", "layer"),
        ("type", "type"),
        *([] if shared else [("explain", "explain")]),
    )
