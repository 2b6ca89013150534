"""The container of the panes: it puts each one into its box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.events import Resize
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.geometry import Size

    from vgtui.tui.arrangement import Box


class BoxLayout(Layout):
    """Every child in the box of its id; a child without one is not placed."""

    name = "boxes"

    def __init__(self) -> None:
        self.boxes: Mapping[str, Box] = {}

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """The placements, as Textual wants them."""
        return [
            WidgetPlacement(Region(*self.boxes[child.id]), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id in self.boxes
        ]


class Places(Widget):
    """Holds the panes that were ever displayed.

    room  its size, as it was last laid out; None before that. `size` will not do: see `output._visible_widgets`
    """

    BLANK = True
    """Nothing of its own is drawn behind the panes."""

    class Resized(Message):
        """There is another room for the panes."""

    def __init__(self) -> None:
        super().__init__(id="cockpit")
        self._first: Iterable[Widget] = ()
        self.room: Size | None = None
        self._boxes = BoxLayout()

    def begin(self, panes: Iterable[Widget], boxes: Mapping[str, Box]) -> None:
        """Have these panes from the first layout on; before this is mounted."""
        self._first, self._boxes.boxes = panes, boxes

    def compose(self) -> ComposeResult:
        yield from self._first

    @property
    def layout(self) -> Layout:
        """The boxes."""
        return self._boxes

    def put(self, boxes: Mapping[str, Box]) -> None:
        """Lay the panes out so; only those that have a box are displayed."""
        for pane in self.children:
            pane.display = pane.id in boxes
        if boxes != self._boxes.boxes:
            self._boxes.boxes = boxes
            for pane in self.children[:1]:
                pane.refresh(
                    layout=True
                )  # of a child: what is remembered of its parent's layout is forgotten

    def on_resize(self, event: Resize) -> None:
        """Whoever knows the arrangement lays it out anew."""
        self.room = event.size
        self.post_message(self.Resized())
