"""Choose one out of a list by arrows, or by typing a part of it: presets, and the values that are names."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from vgtui.tui.keymap import key_of
from vgtui.tui.screens.choices import Choices
from vgtui.tui.screens.dialog import Dialog


class Item(Struct, frozen=True):
    """`key` is the answer; `title` and `summary` are what is read and searched, `words` only searched.

    group  a heading that items in a row share
    """

    key: str
    title: str
    summary: str = ""
    words: str = ""
    group: str = ""

    def matches(self, words: Sequence[str]) -> bool:
        """Whether every word occurs in it."""
        text = f"{self.key} {self.title} {self.summary} {self.words} {self.group}".lower()
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
            box.border_subtitle = f"enter choose · {key_of('close', 'dialog')} close"
            yield Input(placeholder="type to search", compact=True)
            yield Choices(compact=True)
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
        for place, item in enumerate(found):
            if item.group and (place == 0 or item.group != found[place - 1].group):
                options.add_option(Option(Content.styled(item.group, "bold $text-primary"), disabled=True))
            options.add_option(Option(_prompt(item, item.key == self._current), id=item.key))
        keys = [item.key for item in found]
        chosen = self._current if self._current in keys else keys[0] if keys else None
        options.highlighted = None if chosen is None else options.get_option_index(chosen)
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
    if item.words:
        return Content.assemble(f"{mark}{item.title}", "  ", (item.key, "$text-muted"))
    if not item.summary:
        return Content(f"{mark}{item.title}")
    return Content.assemble(
        (f"{mark}{item.title}", "bold"), "  ", (item.key, "$text-muted"), "\n", (item.summary, "$text-muted")
    )
