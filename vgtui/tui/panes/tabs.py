"""The names of the panes in a row, where there is room for only one of them at a time."""

from __future__ import annotations

from collections.abc import Sequence

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

    def mark(self, pane: str, present: Sequence[str], width: int) -> None:
        """Show which of the panes `present` it is, the others as fully as `width` allows."""
        for words in (4, 2, 1):
            self._shown = {
                name: self._labels[name] if name == pane else self._cut(name, words) for name in present
            }
            if sum(len(label) + 3 for label in self._shown.values()) <= width:
                break
        tabs = [
            Content.styled(f" {label} ", "reverse bold" if name == pane else "$text-muted")
            for name, label in self._shown.items()
        ]
        self.update(Content(" ").join(tabs), layout=False)

    def _cut(self, name: str, words: int) -> str:
        """So many words of a label, of which the key is the first."""
        return " ".join(self._labels[name].split(" ")[:words])

    def on_click(self, event: Click) -> None:
        """Go to the tab under the mouse."""
        end = 0
        for name, label in self._shown.items():
            end += len(label) + 3
            if event.x < end:
                self.post_message(self.Chosen(name))
                return
