"""The names of the panes in a row, where there is room for only one of them at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

WIDE = 3
"""Cells between two labels where they fit whole; else one."""

SHORTEST = 5
"""Cells of a label, its key included, that still say what it is."""


class TabStrip(Static):
    """`1 Gradient flow   2 Chain rule   ...`, the one that is shown in reverse, a space on each side of it."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, titles: Mapping[str, tuple[str, str]]) -> None:
        """Of each pane its label, and the short one."""
        super().__init__(id="tabs")
        self._titles = titles
        self._shown: dict[str, str] = {}
        self._gap = WIDE

    def mark(self, pane: str, present: Sequence[str], width: int) -> None:
        """Show which of the panes `present` it is; all as fully as `width` allows."""
        whole, short = ([self._titles[name][which] for name in present] for which in (0, 1))
        fits = [labels for labels in (whole, short) if taken(labels, WIDE) <= width]
        labels = fits[0] if fits else cut_to(short, present.index(pane), width)
        self._gap = WIDE if fits else 1
        self._shown = dict(zip(present, labels, strict=True))
        row = Content.styled(" " + (" " * self._gap).join(labels) + " ", "$text-muted")
        begin = 1 + sum(len(label) + self._gap for label in labels[: present.index(pane)])
        self.update(
            row.stylize("reverse bold $text", begin - 1, begin + len(self._shown[pane]) + 1), layout=False
        )

    def on_click(self, event: Click) -> None:
        """Go to the tab under the mouse."""
        end = 1
        for name, label in self._shown.items():
            end += len(label) + self._gap
            if event.x < end:
                self.post_message(self.Chosen(name))
                return


def taken(labels: Sequence[str], gap: int) -> int:
    """Cells of a row of labels with a gap between them, and a cell on each side."""
    return sum(len(label) + gap for label in labels) - gap + 2


def cut_to(labels: Sequence[str], chosen: int, width: int) -> list[str]:
    """The labels with the longest cut, and marked, until they fit; where that would say nothing any more,

    the keys alone but for the chosen one.
    """
    lengths = [len(label) for label in labels]
    while sum(lengths) + len(lengths) + 1 > width:
        longest = max(lengths)
        if longest <= SHORTEST:
            return [label if k == chosen else label[:3].split(" ")[0] for k, label in enumerate(labels)]
        lengths[len(lengths) - 1 - lengths[::-1].index(longest)] -= 1
    return [
        label if len(label) <= length else label[: length - 1].rstrip() + "…"
        for label, length in zip(labels, lengths, strict=True)
    ]
