"""Choose one out of a list by arrows, or by typing a part of it: presets, and the values that are names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from vgtui.tui.screens.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Item:
    """`key` is the answer; `title` and `summary` are what is read and searched."""

    key: str
    title: str
    summary: str = ""

    def matches(self, words: Sequence[str]) -> bool:
        """Whether every word occurs in it."""
        text = f"{self.key} {self.title} {self.summary}".lower()
        return all(word in text for word in words)


class ChooseScreen(Dialog[str]):
    """A searchable list; its answer is the key of the item."""

    def __init__(self, title: str, items: Sequence[Item], current: str = "") -> None:
        super().__init__()
        self._heading = title
        self._items = items
        self._current = current

    def compose(self) -> ComposeResult:
        read = any(item.summary for item in self._items)
        with Vertical(classes="box tall" if read else "box narrow") as box:
            if not read:
                box.styles.height = len(self._items) + 4  # the border and the search line
            box.border_title = self._heading
            box.border_subtitle = "enter choose · esc close"
            yield Input(placeholder="type to search", compact=True)
            yield OptionList(compact=True)
            yield Label("nothing found", classes="nothing")

    def on_mount(self) -> None:
        self._fill("")

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, query: str) -> None:
        found = [item for item in self._items if item.matches(query.lower().split())]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(_prompt(item, item.key == self._current), id=item.key) for item in found])
        keys = [item.key for item in found]
        options.highlighted = keys.index(self._current) if self._current in keys else 0 if keys else None
        options.display = bool(found)
        self.query_one(".nothing").display = not found

    def on_key(self, event: Key) -> None:
        """The arrows move in the list while the cursor stays in the search line."""
        moves = {"up": "cursor_up", "down": "cursor_down", "pageup": "page_up", "pagedown": "page_down"}
        if event.key in moves:
            getattr(self.query_one(OptionList), f"action_{moves[event.key]}")()
            event.stop()

    @on(Input.Submitted)
    def _submit(self) -> None:
        option = self.query_one(OptionList).highlighted_option
        if option is not None:
            self.dismiss(option.id)

    @on(OptionList.OptionSelected)
    def _select(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)


def _prompt(item: Item, current: bool) -> Content:
    mark = "● " if current else ""
    if not item.summary:
        return Content(f"{mark}{item.title}")
    return Content.assemble(
        (f"{mark}{item.title}", "bold"), "  ", (item.key, "$text-muted"), "\n", (item.summary, "$text-muted")
    )
