"""The names of the panes in a row, where there is room for only one of them at a time."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static


class TabStrip(Static):
    """`1 Gradient  2 Chain rule  ...`, the one that is shown in reverse."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, labels: dict[str, str]) -> None:
        super().__init__(id="tabs")
        self._labels = labels
        self._shown: dict[str, str] = labels

    def mark(self, pane: str, width: int) -> None:
        """Show which pane it is; where `width` is too small for every name, the others by their key alone."""
        roomy = sum(len(label) + 3 for label in self._labels.values()) <= width
        self._shown = {
            name: label if roomy or name == pane else label.partition(" ")[0]
            for name, label in self._labels.items()
        }
        tabs = [
            Content.styled(f" {label} ", "reverse bold" if name == pane else "$text-muted")
            for name, label in self._shown.items()
        ]
        self.update(Content(" ").join(tabs), layout=False)

    def on_click(self, event: Click) -> None:
        """Go to the tab under the mouse."""
        end = 0
        for name, label in self._shown.items():
            end += len(label) + 3
            if event.x < end:
                self.post_message(self.Chosen(name))
                return
