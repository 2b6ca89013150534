"""The names of the panes in a row, where there is room for only one of them at a time."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

GAP = 3
"""Cells around and after a tab's label."""


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
        others = max(1, len(present) - 1)
        room = (width - len(self._labels[pane]) - GAP) // others - GAP
        cuts = (lambda name: self._labels[name], lambda name: fitted_tab(self._labels[name], room))
        for cut in cuts:
            self._shown = {name: self._labels[name] if name == pane else cut(name) for name in present}
            if sum(len(label) + GAP for label in self._shown.values()) <= width:
                break
        tabs = [
            Content.styled(f" {label} ", "reverse bold" if name == pane else "$text-muted")
            for name, label in self._shown.items()
        ]
        self.update(Content(" ").join(tabs), layout=False)

    def on_click(self, event: Click) -> None:
        """Go to the tab under the mouse."""
        end = 0
        for name, label in self._shown.items():
            end += len(label) + GAP
            if event.x < end:
                self.post_message(self.Chosen(name))
                return


def fitted_tab(label: str, room: int) -> str:
    """As much of a label as fits, with a mark where it is cut; its key alone, or its first letters, at least."""
    if len(label) <= room:
        return label
    return label[: room - 1] + "…" if room >= 4 else label[:3].split(" ")[0]
